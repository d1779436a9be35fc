#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_who.sh - who may do what: every command of the spec, tried by root, by
# root of a namespace of his own, by nobody, without the capability, and by a
# socket that is lent; security_who.py speaks the KTAP

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
# What users do must not fill the log: the module says nothing there.
[ "$(dmesg | grep -c hashring)" = "$said" ] || {
	echo "Bail out! hashring writes into the kernel's log"
	status=1
}
kernel_log_faults || status=1
exit $status
