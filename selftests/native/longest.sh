#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# longest.sh - the parts of a run that host/longest.sh prints, from lines of
# host/results.sh

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
host=$(dirname "${BASH_SOURCE[0]}")/../host
# shellcheck source=selftests/host/results.sh
. "$host/results.sh"

# Prints the lines of a program with one test that took SECONDS.
program() # NAME SECONDS [RESULT]
{
	tap_begin "$1"
	tap_line 1..1
	tap_line "${3:-ok} 1 - a test that took 5000s"
	((tap_start -= $2))
	tap_end 0
}

# A run with two guests, native tests and checks.
run()
{
	local i

	# A plain variable: no time passes but the given seconds.
	unset SECONDS
	SECONDS=10000
	for ((i = 1; i <= 12; i++)); do
		program "part$i" $((10 * i))
	done
	program wire.sh 700 | sed 's/^/6.1.0-57-cloud-amd64 /'
	program wire.sh 601 'not ok' | sed 's/^/6.12.117+deb12-cloud-amd64 /'
	result_is gcc-6.1 0 130 /dev/null
	results_end
}

names_ten_in_order()
{
	local list

	list=$("$host/longest.sh" <(run) | tr -s ' ')
	[ "$list" = "$(
		echo "longest"
		echo " wire.sh on 6.1 11m 40s"
		echo " wire.sh on 6.12 10m 01s"
		echo " gcc-6.1 2m 10s"
		echo " part12 2m 00s"
		for i in 11 10 9 8 7 6; do
			printf ' part%d %dm %02ds\n' "$i" $((i / 6)) $((i * 10 % 60))
		done
	)" ] || {
		echo "$list" >&2
		return 1
	}
}

ktap_begin
ktap_test "the ten longest parts, in order" names_ten_in_order
ktap_finish
