#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_bounds.sh - limits that no other script tests, and one user's excess
# without an effect on other users; security_bounds.py prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3
mountpoint -q /sys/kernel/tracing || mount -t tracefs nodev /sys/kernel/tracing
modprobe -q dummy numdummies=0 || ktap_skip_all "no dummy devices"
kernel_log_mark
/usr/bin/python3 "$ROOT/selftests/security_bounds.py"
status=$?
kernel_log_faults || status=1
exit $status
