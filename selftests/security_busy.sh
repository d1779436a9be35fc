#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_busy.sh - one user's work is not another one's wait: the largest
# changes, hundreds of migrations, namespaces that end with all of it under way;
# security_busy.py speaks the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3
kernel_log_mark
/usr/bin/python3 "$ROOT/selftests/security_busy.py"
status=$?
kernel_log_faults || status=1
exit $status
