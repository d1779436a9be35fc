#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# large_rings.sh - rings of 10,000 and of 65,535 nodes: plans, lists of a million
# points, maps of a million keys, and whole lists during changes
#
# one kernel: the core alone decides the figures

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export LC_ALL=C
NODES=$(fewer 10000)
MOST=$(fewer 65535)
KEYS=$(fewer 1000000)
readonly NODES POINTS=100 MOST KEYS
seed=000102030405060708090a0b0c0d0e0f
here=''	# a namespace with rings

ringctl()
{
	"$RINGCTL" -n "$here" "$@"
}

# figure KEY COMMAND... - a number in the JSON of COMMAND
figure()
{
	local key=$1 json
	shift

	json=$(ringctl -j "$@")
	json_number "$key" "$json"
}

# joining NUMBER - the operations that add NUMBER nodes
joining()
{
	seq -f 'node add n%.0f' "$1"
}

# timed WHAT COMMAND... - the time of COMMAND goes into the notes
timed()
{
	local what=$1 start=${EPOCHREALTIME/[.,]/} took
	shift

	"$@"
	took=$((${EPOCHREALTIME/[.,]/} - start))
	printf '%s: %d.%03d s\n' "$what" $((took / 1000000)) \
		$((took / 1000 % 1000)) >>"$WORK/notes"
}

# costs WHAT - the costs in $WORK/receipt go into the notes
costs()
{
	local json
	json=$(<"$WORK/receipt")
	printf '%s: build-ns %d impact-ns %d\n' "$1" \
		"$(json_number build_ns "$json")" \
		"$(json_number impact_ns "$json")" >>"$WORK/notes"
}

all_join()
{
	local json

	ringctl ring add big points "$POINTS" seed "$seed"
	joining "$NODES" >"$WORK/join"
	timed "$NODES nodes join" ringctl -j change big -f "$WORK/join" \
		>"$WORK/receipt"
	costs "$NODES nodes join"
	json=$(<"$WORK/receipt")
	expect_equal 1 "$(json_number generation "$json")" generation
	expect_equal "$NODES" "$(json_number added "$json")" added
	expect_equal 0 "$(json_number moved "$json")" moved
	expect_equal "$((1 << 32))" "$(json_number gained "$json")" gained
	expect_equal 1 "$(figure generation ring show big)" "the ring's generation"
	expect_equal "$((NODES * POINTS))" \
		"$(figure table_points ring show big)" points
}

# The kernel and ringctl both compute each plan, and must agree.
planned()
{
	timed "one more planned" ringctl -j plan big '{ node add more }' \
		>"$WORK/plan"
	seq -f 'node set n%.0f weight 2' $((NODES / 2)) >"$WORK/heavier"
	timed "$((NODES / 2)) weights planned" ringctl plan big \
		-f "$WORK/heavier" >"$WORK/said"
	expect_match "planned  set $((NODES / 2))" cat "$WORK/said"
	expect_match ' token 1-[0-9a-f]{8}' cat "$WORK/said"
	expect_equal 1 "$(figure generation ring show big)" "the ring's generation"
}

one_more()
{
	local json moved

	timed "one more joins" ringctl -j node add big more >"$WORK/receipt"
	costs "one more joins"
	json=$(<"$WORK/receipt")
	expect_equal 2 "$(json_number generation "$json")" generation
	expect_equal 0 "$(json_number collateral "$json")" collateral
	moved=$(json_number moved "$json")
	expect_equal "$(json_number moved "$(<"$WORK/plan")")" "$moved" "as planned"
	expect_equal "$(json_number required "$json")" "$moved" moved
	expect_equal "$(figure share node show big more)" "$moved" "its share"
	[ "$moved" -gt 0 ]
	expect_equal 2 "$(figure generation ring show big)" "the ring's generation"
}

# The list has all points of the table, the same number for each node, in order.
points_listed()
{
	local want
	want=$(figure table_points ring show big)
	expect_equal "$(((NODES + 1) * POINTS))" "$want" "table-points"
	timed "$want points listed" ringctl arcs big --points >"$WORK/points"
	expect_equal "$want ascending $((NODES + 1)) nodes of $POINTS" "$(
		awk -F '\t' '
			$1 + 0 < last { fell = 1 }
			{ last = $1 + 0; n[$2]++ }
			END {
				for (name in n) {
					nodes++
					if (n[name] != '"$POINTS"')
						other++
				}
				print NR, fell ? "falling" : "ascending", nodes,
					"nodes of", other ? "other" : '"$POINTS"'
			}' "$WORK/points")"
	rm "$WORK/points"
}

keys_mapped()
{
	seq "$KEYS" >"$WORK/keys"
	timed "$KEYS keys mapped" ringctl map big <"$WORK/keys" >"$WORK/map"
	# One line for each key, in the same order; some keys are looked up singly.
	cut -f 1 "$WORK/map" | cmp - "$WORK/keys"
	awk -F '\t' '$3 == "-" || NF != 3 || NR % 99991 == 0' "$WORK/map" \
		>"$WORK/some"
	expect_equal $((KEYS / 99991)) "$(wc -l <"$WORK/some")" "keys to look at"
	while IFS=$'\t' read -r key position node; do
		expect_match "^position $position node $node " \
			ringctl lookup big "$key"
	done <"$WORK/some"
	rm "$WORK/keys" "$WORK/map"
}

most_nodes()
{
	ringctl ring add most points 1 seed "$seed"
	joining "$MOST" >"$WORK/join"
	timed "$MOST nodes join" ringctl -j change most -f "$WORK/join" \
		>"$WORK/receipt"
	costs "$MOST nodes join"
	expect_equal "$MOST" "$(figure nodes ring show most)" nodes
	timed "$MOST nodes listed" ringctl node show most >"$WORK/nodes"
	# Ascending by name, none missing, none twice, each with its own id.
	seq -f 'n%.0f' "$MOST" | sort >"$WORK/names"
	awk '{ print $1 }' "$WORK/nodes" | cmp - "$WORK/names"
	expect_equal "$MOST" "$(awk '!seen[$3]++' "$WORK/nodes" | wc -l)" ids
}

# --- lists of a ring that changes ----------------------------------------------

set_weight()
{
	ringctl node set "$1" n7 weight "$2" >/dev/null
}

# Sets one weight, then the other, until $WORK/stop exists.
toggle() # RING
{
	while [ ! -e "$WORK/stop" ]; do
		set_weight "$1" 2
		set_weight "$1" 1
	done
}

# The same by one process at full speed.
toggle_fast() # RING
{
	local lines="node set $1 n7 weight 2"$'\n'"node set $1 n7 weight 1"
	local pid

	yes "$lines" | "$RINGCTL" -n "$here" -b - >/dev/null &
	pid=$!
	busywait 3600000 test -e "$WORK/stop"
	kill "$pid"
	wait "$pid" || :
}

# Records the lists of the ring for both weights; these lists differ.
record_lists() # RING WHAT [OPTION]
{
	local weight

	for weight in 2 1; do
		set_weight "$1" "$weight"
		ringctl arcs "$1" "${@:3}" | md5sum >"$WORK/$2.$weight"
	done
	expect_error '^$' 1 cmp -s "$WORK/$2.1" "$WORK/$2.2"
}

# classify_list STATUS WHAT - $WORK/list is one of the recorded lists, or was
# refused by a text; prints the result
classify_list()
{
	case $1 in
	0)
		md5sum <"$WORK/list" >"$WORK/sum"
		if cmp -s "$WORK/sum" "$WORK/$2.1"; then
			echo "whole of weight 1"
		elif cmp -s "$WORK/sum" "$WORK/$2.2"; then
			echo "whole of weight 2"
		else
			echo "a list of no generation: $(wc -l <"$WORK/list") lines"
		fi
		;;
	2 | 3)
		[ ! -s "$WORK/list" ] || echo "refused, but something was printed"
		if grep -q 'it changed while it was listed\|kept changing' "$WORK/said"; then
			echo refused
		else
			echo "refused otherwise: $(<"$WORK/said")"
		fi
		;;
	*)
		echo "exit status $1: $(<"$WORK/said")"
		;;
	esac
}

# expect_all_right RING WHAT TEXT - all of $WORK/lists are right; the counts go into
# the notes
expect_all_right()
{
	sort "$WORK/lists" | uniq -c | sed "s/^ */$2 of $1 $3: /" >>"$WORK/notes"
	# All other lines are errors.
	expect_equal '' \
		"$(awk '!/^whole( of weight [12])?$|^refused$/' "$WORK/lists")"
}

# list_while_toggling TOGGLE RING TIMES WHAT [OPTION] - lists of a ring that changes
# all the time
list_while_toggling()
{
	local toggle=$1 i pid before after status
	shift

	record_lists "$1" "${@:3}"
	before=$(figure generation ring show "$1")
	rm -f "$WORK/stop"
	"$toggle" "$1" &
	pid=$!
	for ((i = 0; i < $2; i++)); do
		status=0
		ringctl arcs "$1" "${@:4}" >"$WORK/list" 2>"$WORK/said" || status=$?
		classify_list "$status" "$3"
	done >"$WORK/lists"
	: >"$WORK/stop"
	wait "$pid"
	after=$(figure generation ring show "$1")
	[ "$after" -gt "$before" ]
	expect_all_right "$1" "$3" "during $((after - before)) changes"
}

# Two changes leave time enough for a list of this size.
lists_while_changing()
{
	ringctl ring add busy points 20000 seed "$seed"
	joining 8 >"$WORK/join"
	ringctl change busy -f "$WORK/join" >/dev/null
	list_while_toggling toggle busy 10 points --points
	grep -q whole "$WORK/lists"
	list_while_toggling toggle busy 5 arcs
	grep -q whole "$WORK/lists"
	ringctl ring del busy
}

# A change cuts a longer list short, and ringctl asks again. A printed list has
# every node.
nodes_while_changing()
{
	local i pid status

	rm -f "$WORK/stop"
	toggle most &
	pid=$!
	for ((i = 0; i < 5; i++)); do
		status=0
		ringctl node show most >"$WORK/list" 2>"$WORK/said" || status=$?
		if [ "$status" != 0 ]; then
			classify_list "$status" nodes
		elif awk '{ print $1 }' "$WORK/list" | cmp -s - "$WORK/names"; then
			echo whole
		else
			echo "$(wc -l <"$WORK/list") nodes"
		fi
	done >"$WORK/lists"
	: >"$WORK/stop"
	wait "$pid"
	expect_all_right most nodes "while it changed"
	ringctl ring del most
}

# Changes may cut a list of a million points short again and again, until ringctl
# refuses. A printed list is whole.
large_lists_while_changing()
{
	list_while_toggling toggle_fast big 2 points --points
}

# --- memory ---------------------------------------------------------------------

available()
{
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

come_and_go()
{
	ringctl ring add big points "$POINTS" seed "$seed"
	ringctl change big -f "$WORK/join" >/dev/null
	ringctl ring del big
}

# enough KB - memory is available, after deferred work has ended
enough()
{
	local now
	now=$(available)
	[ "$now" -ge "$1" ] || { echo "$now kB available, not $1"; return 1; }
}

# A ring is made and deleted three times. A leak would lose three tables. Less
# than two tables may be missing, because of other users of memory.
memory_returns()
{
	local table before i

	table=$(($(figure table_bytes ring show big) / 1024))
	ringctl ring del big
	joining "$NODES" >"$WORK/join"
	come_and_go
	before=$(available)
	for i in 1 2 3; do
		come_and_go
	done
	busywait "$BUSYWAIT_TIMEOUT" enough $((before - 2 * table))
	echo "memory: table $table kB, available $before kB, then $(available) kB" \
		>>"$WORK/notes"
}

need_module
need_program awk md5sum
ktap_begin
kernel_log_mark
setup_ns here
: >"$WORK/notes"
ktap_test "$NODES nodes join in one change" all_join
ktap_test "plans of a large ring agree with the kernel" planned
ktap_test "one more node joins, without collateral" one_more
ktap_test "all points are listed, in the order of the ring" points_listed
ktap_test "$KEYS keys are mapped" keys_mapped
ktap_test "$MOST nodes are listed" most_nodes
ktap_test "lists are of one generation while the ring changes" lists_while_changing
ktap_test "lists of $MOST nodes are whole while the ring changes" nodes_while_changing
ktap_test "lists of a million points are whole, or refused, while the ring changes" large_lists_while_changing
ktap_test "a ring's memory returns when it goes" memory_returns
while IFS= read -r line; do
	note "$line"
done <"$WORK/notes"
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
