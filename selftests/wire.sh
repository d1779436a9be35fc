#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# wire.sh - netlink messages built by hand: malformed messages, staged changes, and
# the state freed when a socket closes; wire.py prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3
kernel_log_mark
/usr/bin/python3 "$ROOT/selftests/wire.py"
status=$?
kernel_log_faults || status=1
exit $status
