#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_readers.sh - what an administrator asked for does not wait for what
# anybody may ask: a deadline and a change beside processes without privileges
# that ask without pause, for each thing that they may; migrate_readers.py speaks
# the KTAP

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
