#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh [--list] - installs what is missing of packages.txt
#
# Silent and quick when all is there. apt's own words go to build/packages.log.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
log=$here/../../build/packages.log
wanted=$(awk '!/^#/ && NF { print $1 }' "$here/packages.txt")

if [ "${1:-}" = --list ]; then
	printf '%s\n' "$wanted"
	exit 0
fi

# Words on purpose: names of packages hold no blanks.
# shellcheck disable=SC2086
missing()
{
	comm -13 \
		<(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
			awk '$2 == "installed" { print $1 }' | sort -u) \
		<(printf '%s\n' $wanted | sort -u)
}

lacking=$(missing)
[ -n "$lacking" ] || exit 0

fail()
{
	tail -n 20 "$log" >&2
	echo "packages: $*; the whole log is build/packages.log" >&2
	exit 1
}

if [ "$(id -u)" != 0 ]; then
	echo "packages: root is needed to: apt-get install ${lacking//$'\n'/ }" >&2
	exit 1
fi
mkdir -p "${log%/*}" || exit 1
: >"$log"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
set -- $lacking
echo "packages: installing $# of $(wc -w <<<"$wanted"), a few minutes at most"
apt-get -q update </dev/null >>"$log" 2>&1 || fail "apt-get update failed"
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
	-o Dpkg::Options::=--force-confold install "$@" \
	</dev/null >>"$log" 2>&1 || fail "apt-get install failed"
lacking=$(missing)
[ -z "$lacking" ] || fail "still missing: ${lacking//$'\n'/ }"
