#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_memory.sh - all memory for an unprivileged user's rings is charged to the
# user's cgroup; security_memory.py prints the KTAP

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# The mounted hierarchy of cgroups, or a new mount.
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

# A process may still be counted for a moment after its end.
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
