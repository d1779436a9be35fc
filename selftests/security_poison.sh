#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_poison.sh - answers to users hold no uninitialized memory, and no address
# of the kernel; security_poison.py prints the KTAP
#
# boot: init_on_alloc=0 slub_debug=P page_poison=1

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

grep -q 'init_on_alloc=0 slub_debug=P' /proc/cmdline ||
	ktap_skip_all "the kernel clears memory: wants init_on_alloc=0 slub_debug=P"
need_module
need_program python3
ip -batch - <<END || bail_out "no dummy device"
link add away type dummy
link set away up
addr add 192.0.2.1/24 dev away
END
kernel_log_mark
/usr/bin/python3 "$ROOT/selftests/security_poison.py"
status=$?
ip link del away
kernel_log_faults || status=1
exit $status
