#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh - the list of packages for each release of Debian

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

readonly HOST=$ROOT/selftests/host

# only_in A B - prints the names in the list for release A that are not in that
# for B
only_in()
{
	comm -23 <("$HOST/packages.sh" --list "$1" | sort) \
		<("$HOST/packages.sh" --list "$2" | sort) | xargs
}

releases_differ()
{
	expect_equal "linux-headers-6.12-cloud-amd64 linux-image-6.12-cloud-amd64" "$(only_in 12 13)"
	expect_equal "virtiofsd" "$(only_in 13 12)"
	expect_equal "" "$(only_in 13 999)$(only_in 999 13)"
}

each_once()
{
	expect_equal "" "$("$HOST/packages.sh" --list 13 | sort | uniq -d)"
	expect_match '(^|
)make
' "$HOST/packages.sh" --list
}

# packages.sh would take a condition with a typing error for a reason.
conditions_known()
{
	expect_equal "" "$(awk '!/^#/ && $2 ~ /^[<>=]/ && $2 !~ /^(<|>=)[0-9]+$/' "$HOST/packages.txt")"
}

ktap_begin
ktap_test "kernels and virtiofsd by their names in each release" releases_differ
ktap_test "no name comes twice" each_once
ktap_test "no condition is misspelt" conditions_known
ktap_finish
