#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_random.sh - random commands over held, paced, finished and draining
# migrations: each is in force at once, held, or refused with its error, as a model
# says; migrate_random.py prints the KTAP
#
# one kernel: the core alone decides; refusals.sh has the texts of each kernel
# long: 50,000 commands of each placement

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

number=$(fewer 5000 500)
[ -z "${LONG:-}" ] || number=50000
need_module
need_program python3
kernel_log_mark
status=0
/usr/bin/python3 "$ROOT/selftests/migrate_random.py" "$number" 1 hash balanced || status=1
kernel_log_faults || status=1
exit $status
