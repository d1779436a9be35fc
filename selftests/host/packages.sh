#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh [--list [RELEASE]] - installs the missing packages of packages.txt
#
# Silent and quick if no package is missing. apt's output goes to
# build/packages.log. --list prints the names for this release of Debian, or for
# RELEASE, such as 13.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
log=$here/../../build/packages.log

# Testing and unstable have no number: they count as the newest release.
this_release()
{
	local VERSION_ID=''

	# shellcheck source=/dev/null
	. /etc/os-release 2>/dev/null
	echo "${VERSION_ID:-999}"
}

names() # RELEASE
{
	awk -v release="$1" '
		/^#/ || !NF { next }
		$2 ~ /^<[0-9]+$/ && release + 0 >= substr($2, 2) + 0 { next }
		$2 ~ /^>=[0-9]+$/ && release + 0 < substr($2, 3) + 0 { next }
		{ print $1 }' "$here/packages.txt"
}

if [ "${1:-}" = --list ]; then
	names "${2:-$(this_release)}"
	exit 0
fi
wanted=$(names "$(this_release)")

# Split into words: names of packages have no blanks.
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
