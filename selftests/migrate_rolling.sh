#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_rolling.sh - five nodes are replaced one after the other, and each drain
# begins before the deadline of the one before: no connection breaks and no UDP flow
# moves before its node's deadline, and each new connection goes by the new map
#
# 200 connections and 50 UDP flows send every second. The backends' logs tell where.
#
# one kernel: the track alone decides; migrate_live.sh has the connections of each kernel
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/rounds_lib.sh
. "$here/rounds_lib.sh"

readonly DEADLINE=8	# s
# A connection that was cut keeps its entry until fin-timeout has passed. No UDP flow is
# silent for as long as udp-timeout.
ring_settings=(fin-timeout 1s udp-timeout 15s)
fresh=15
declare -A cut_at=()	# by node that drains or leaves: when its flows may be cut, in us
next_second=0 seconds=0

now()
{
	echo "${EPOCHREALTIME/[.,]/}"
}

# datagrams - one on each of 50 flows; their nodes go to FILE
datagrams() # FILE
{
	local family

	for family in 4 6; do
		traffic_of $family udp --round "$(<"$WORK/round")" --first $first_flow \
			--count 25 >/dev/null || bail_out "datagrams without an answer"
	done
	at_nodes u >"$1"
}

# nodes_cut MICROSECONDS - nodes whose flows may be cut at that time
nodes_cut()
{
	local node

	for node in "${!cut_at[@]}"; do
		(($1 < cut_at[$node])) || printf ' %s ' "$node"
	done
}

# flows_as_expected FIRST NOW FROM TO - of a round from FROM to TO: flows of nodes that
# were cut two seconds before are elsewhere, or have ended; flows of nodes that were not
# cut are where they began
flows_as_expected()
{
	awk -v cut="$(nodes_cut $(($3 - 2000000)))" -v perhaps="$(nodes_cut "$4")" '
		{ flow = $1 " " $2 }
		NR == FNR { first[flow] = $3; next }
		{ now[flow] = $3 }
		END {
			for (flow in first) {
				node = " " first[flow] " "
				there = now[flow] == first[flow]
				if (index(cut, node) ? !there : there || index(perhaps, node))
					continue
				print FILENAME, flow, "began at" node "is at", now[flow]
				bad = 1
			}
			exit bad
		}' "$1" "$2"
}

# second - a round of all flows, one second after the last round
second()
{
	local from to

	while (($(now) < next_second)); do
		read -rt 0.02 -u "$lib_never" || :
	done
	from=$(now)
	next_second=$((from + 1000000))
	one_round >"$WORK/said"
	datagrams "$WORK/udp"
	to=$(now)
	((++seconds))
	{
		flows_as_expected "$WORK/first" "$WORK/now" "$from" "$to"
		flows_as_expected "$WORK/first_udp" "$WORK/udp" "$from" "$to"
		new_as_twin
	} >>"$WORK/faults" 2>&1
}

# rolled NAME REPLACE CUT - REPLACE I replaces node bI; CUT comes each second
rolled()
{
	local i

	cut_at=() seconds=0
	: >"$WORK/faults"
	rings_begin b1 b2 b3 b4 b5
	connections_open 100
	datagrams "$WORK/first_udp"
	second
	for i in 1 2 3 4 5; do
		"$2" $i >"$WORK/receipt" 2>&1 || cat "$WORK/receipt" >>"$WORK/faults"
		second
		"$3"
	done
	ktap_test "$1: drains overlap" still_draining
	for ((i = 0; i < DEADLINE + 2; i++)); do
		"$3"
		second
	done
	ktap_test "$1: no fault in $seconds seconds" no_faults
	connections_close
	ktap_test "$1: the migration ends by itself, at the new nodes" ended
	rings_end
}

no_faults()
{
	cat "$WORK/faults"
	[ ! -s "$WORK/faults" ]
	# nothing would be left to see
	expect_equal 5 "$(cut -d ' ' -f 3 "$WORK/first" | sort -u | wc -l)" "old nodes"
}

# The last drain has begun, and the deadline of the one before has not passed.
still_draining()
{
	[[ $(nodes_cut "$(now)") != *b4* ]]
	expect_equal draining "$(state)"
	expect_between 1 200 "$(grep -c ' b4$' "$WORK/now")" "connections at b4"
	expect_between 1 200 "$(grep -c ' b5$' "$WORK/now")" "connections at b5"
}

ended()
{
	busywait 60000 is_done
	expect_equal "$(rc digest twin)" "$(rc digest web)" digest
	expect_equal '' "$(cut -d ' ' -f 3 "$WORK/new" "$WORK/udp" | grep -x 'b[1-5]' || :)" \
		"flows at old nodes"
}

# --- by drains with deadlines ---------------------------------------------------

by_node() # I
{
	local next=$(($1 + 5))

	cut_at[b$1]=$(($(now) + DEADLINE * 1000000))
	rc node set web "b$1" state draining deadline "${DEADLINE}s" || return
	# shellcheck disable=SC2046 # words
	rc node add web "b$next" $(words_of "$next") || return
	twin "{ node set b$1 state draining ; node add b$next $(words_of "$next") }"
}

# --- by a file --------------------------------------------------------------------

# A node is not in the file any more, and another one is. The first change is held for a
# second, so that flows become known; the others are in force at once.
by_sync() # I
{
	local next=$(($1 + 5)) hold=()

	rc save "$WORK/saved.yaml" web || return
	sed "s/^  - { name: b$1,.*/  - { name: b$next, id: $next, via: [$(backend4 "$next"), \"$(backend6 "$next")\"] }/" \
		"$WORK/saved.yaml" >"$WORK/web.yaml"
	[ "$1" != 1 ] || hold=(--hold)
	rc sync "$WORK/web.yaml" "${hold[@]}" || return
	if [ "$1" = 1 ]; then
		second
		rc migrate step web --to end || return
	fi
	drained_at[b$1]=$(now)
	twin "{ node del b$1 ; node add b$next $(words_of "$next") }"
}

# A file has no deadlines: nodes go down when theirs has come.
down_by_hand()
{
	local node

	for node in "${!drained_at[@]}"; do
		(($(now) >= drained_at[$node] + DEADLINE * 1000000)) || continue
		cut_at[$node]=$(now)
		unset "drained_at[$node]"
		rc node set web "$node" state down >"$WORK/receipt" 2>&1 ||
			cat "$WORK/receipt" >>"$WORK/faults"
	done
}
declare -A drained_at=()

rounds_begin 10
rolled "by node set and node add" by_node :
rolled "by sync" by_sync down_by_hand
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
