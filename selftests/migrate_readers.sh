#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_readers.sh - readers without privileges do not delay an administrator: a
# deadline and a change, while such processes send each of their requests without
# pause; migrate_readers.py prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3
kernel_log_mark
# shellcheck disable=SC2154 # by setup_ns
setup_ns director
# shellcheck disable=SC2154
in_ns "$director" /usr/bin/python3 "$ROOT/selftests/migrate_readers.py" "$(fewer 8 2)"
status=$?
kernel_log_faults || status=1
exit $status
