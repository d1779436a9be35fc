#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_memory.sh - an unprivileged user pays for his rings with his cgroup's
# memory, down to the last kind of it; security_memory.py speaks the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# One that is there, or one of our own.
cgroups()
{
	CGROUPS=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	if [ -z "$CGROUPS" ]; then
		CGROUPS=$WORK/cgroups
		mkdir "$CGROUPS"
		mount -t cgroup2 none "$CGROUPS" || return 1
	fi
	echo +memory >"$CGROUPS/cgroup.subtree_control" || return 1
	mkdir "$CGROUPS/user" "$CGROUPS/other"
}

# A process that has just ended may still be counted.
# shellcheck disable=SC2317 # called by busywait
cgroups_gone()
{
	rmdir "$CGROUPS/user" "$CGROUPS/other" 2>/dev/null
	[ ! -e "$CGROUPS/user" ] && [ ! -e "$CGROUPS/other" ]
}

need_module
need_program python3 findmnt
chmod 711 "$WORK"
cgroups || ktap_skip_all "no cgroups that count memory"
export CGROUPS
KEPT_KB=$(kept_kb)
export KEPT_KB
kernel_log_mark
/usr/bin/python3 "$ROOT/selftests/security_memory.py"
status=$?
busywait "$BUSYWAIT_TIMEOUT" cgroups_gone || status=1
[ "$CGROUPS" != "$WORK/cgroups" ] || umount "$CGROUPS"
kernel_log_faults || status=1
exit $status
