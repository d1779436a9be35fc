#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_flood.sh - packets crafted without the seed load no node more than random
# packets, and a flood of SYNs breaks no existing connection; security_flood.py
# prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3

victim=''
setup_ns victim
ip -n "$victim" -batch - <<END || bail_out "no dummy device"
link add away type dummy
link set away up
addr add 192.0.2.1/24 dev away
END
kernel_log_mark
in_ns "$victim" /usr/bin/python3 "$ROOT/selftests/security_flood.py"
status=$?
kernel_log_faults || status=1
exit $status
