#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_rollback.sh - rollbacks from 50 random frontiers, also after a second
# change in mid-migration: the digest is that of the beginning, and each connection
# stays at its first node
#
# Some connections exchange data all the time. Others begin in mid-migration, also
# at nodes that joined.
#
# one kernel: the maps alone decide; migrate_live.sh has the connections of each kernel
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/migrate_lib.sh
. "$here/migrate_lib.sh"

ring_options=(seed 000102030405060708090a0b0c0d0e0f)
rounds=$(fewer 50 5)
connections=60
RANDOM=4711

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

random_position()
{
	echo $((RANDOM << 17 | RANDOM << 2 | RANDOM & 3))
}

# First and second changes, used in turn: nodes join, leave, are replaced and get
# other weights.
changes=(
	"{ $(hashring_ops add b5) }"
	"{ node del b4 }"
	"{ node set b1 weight 3 }"
	"{ node replace b2 b5 id 5 via $(via_of b5) }"
	"{ node set b3 state draining }"
)
joins=(
	"{ $(hashring_ops add b6) }"
	"{ node del b1 }"
	"{ node set b3 weight 2 ; $(hashring_ops add b6) }"
)

# A migration with a rollback; I chooses the changes.
there_and_back() # I
{
	local i=$1 origin back all=() round=$((10 * $1 + 10))

	origin=$(rc digest "$ring")
	rc change "$ring" --hold "${changes[i % ${#changes[@]}]}" >/dev/null
	rc migrate step "$ring" --to "$(random_position)" >/dev/null
	hold_start "$round" "$connections"
	if ((i % 2)); then
		rc change "$ring" --hold "${joins[i % ${#joins[@]}]}" >/dev/null
		rc migrate step "$ring" --to "$(random_position)" >/dev/null
		hold_round $((round + 1))
		all=(--all)
	fi
	rc migrate rollback "$ring" "${all[@]}" >/dev/null
	hold_round $((round + 2))
	rc migrate step "$ring" --to "$(random_position)" >/dev/null
	hold_round $((round + 3))
	rc migrate step "$ring" --to end >/dev/null
	hold_round $((round + 4))
	expect_equal "$connections" "$(hold_figure answered)" "answered: $hold_line"
	back=$(rc digest "$ring")
	expect_equal "$origin" "$back" "digest"
	compare h "$round" $((round + 4)) || bail_out "no connections"
	expect_equal 0 "${compared[moved]}" "connections at another node"
	expect_equal 0 "${compared[missing]}" "connections lost"
	hold_stop
	rc migrate finish "$ring" --force >/dev/null
	expect_equal "$origin" "$(rc digest "$ring")" "digest when settled"
}

all_there_and_back()
{
	local i

	trap '[ -z "${hold_pid:-}" ] || kill "$hold_pid" 2>/dev/null || :' EXIT
	for ((i = 0; i < rounds; i++)); do
		there_and_back "$i" || { echo "number $i"; return 1; }
	done
}

need_module
need_program nft
ktap_begin
kernel_log_mark
topology 6
sink_start || bail_out "no backends"
method_begin hashring b1 b2 b3 b4 || bail_out "no ring"
stream_first=100000
stream_start 200 200 0 || bail_out "no connections: $stream_line"
rc digest "$ring" --config >"$WORK/config"

ktap_test "rollbacks from $rounds frontiers, after one change or two" all_there_and_back
expect_members()
{
	expect_equal "$(<"$WORK/config")" "$(rc digest "$ring" --config)" \
		"digest of the membership"
}
ktap_test "the members are those before the migrations" expect_members
stream_settle
stream_mark end
ktap_test "older connections: none broken, no byte lost" expect_unbroken
note "$stream_line"
stream_stop
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
