#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_lease.sh - a lease ends with its socket, and the close of a socket waits
# for no ring; migrate_lease.py prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3
kernel_log_mark
# shellcheck disable=SC2154 # by setup_ns
setup_ns director
# shellcheck disable=SC2154
in_ns "$director" /usr/bin/python3 "$ROOT/selftests/migrate_lease.py" "$(fewer 1000000)"
status=$?
kernel_log_faults || status=1
exit $status
