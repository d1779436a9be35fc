#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_busy.sh - one user's work does not delay another user: the largest
# changes, hundreds of migrations, and namespaces that end during all of these;
# security_busy.py prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3
kernel_log_mark
/usr/bin/python3 "$ROOT/selftests/security_busy.py"
status=$?
kernel_log_faults || status=1
exit $status
