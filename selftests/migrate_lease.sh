#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_lease.sh - leases go with their sockets, and nobody who closes a socket
# waits for a ring; migrate_lease.py speaks the KTAP

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
