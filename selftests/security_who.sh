#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_who.sh - permissions of every command of the spec: root, root of another
# user namespace, an unprivileged user, a process without the capability, and a
# passed socket; security_who.py prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

need_module
need_program python3
chmod 711 "$WORK"
mountpoint -q /sys/kernel/tracing || mount -t tracefs nodev /sys/kernel/tracing
kernel_log_mark
said=$(dmesg | grep -c hashring)
/usr/bin/python3 "$ROOT/selftests/security_who.py"
status=$?
# Users must not be able to fill the log, so the module logs nothing.
[ "$(dmesg | grep -c hashring)" = "$said" ] || {
	echo "Bail out! hashring writes into the kernel's log"
	status=1
}
kernel_log_faults || status=1
exit $status
