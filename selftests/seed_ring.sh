#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# seed_ring.sh - a ring with one MD5 point a node, as many programs have
#
# With explicit placement, the ring must have exactly the figures of such a program:
# the owner of each key, the keys that move when a node joins, and the arc of the
# new node. A node's position is the MD5 of its name mod 2^32. Such a program, and
# not this project, computed the figures here.
#
# one kernel: the core alone decides the figures
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"

host=''	# a namespace with rings

ringctl()
{
	"$RINGCTL" -n "$host" "$@"
}

# positions NAME... - "NAME POSITION" of each, by md5sum instead of ringctl
positions()
{
	local folder name digest
	folder=$(mktemp -d "$WORK/names.XXXX")

	for name; do
		printf %s "$name" >"$folder/$name"
	done
	(cd "$folder" && md5sum -- *) | while read -r digest name; do
		echo "$name $((16#${digest:24:8}))"
	done
}

# make_ring RING NAME... - with each node at its position
make_ring()
{
	local ring=$1 name position
	shift

	expect_ok ringctl ring add "$ring" placement explicit
	positions "$@" | while read -r name position; do
		echo "node add $name point $position"
	done >"$WORK/$ring.change"
	expect_ok ringctl change "$ring" -f "$WORK/$ring.change" >/dev/null
}

# join RING NAME - the receipt goes into $WORK/RING.receipt
join()
{
	local position
	position=$(positions "$2")
	position=${position#* }

	ringctl -j change "$1" "{ node add $2 point $position }" \
		>"$WORK/$1.receipt"
}

# map NUMBER OUT - the owners of key_0 and so on, by the kernel's look-ups
map()
{
	seq -f 'key_%.0f' 0 $(($1 - 1)) | ringctl map seed --hash md5 >"$2"
	expect_equal "$1" "$(wc -l <"$2")" "lines of the map"
}

loads() # MAP
{
	cut -f 3 "$1" | sort | uniq -c | awk '{ print $2, $1 }' | paste -sd ' '
}

# moves MAP MAP - "FROM TO N" for each pair
moves()
{
	paste "$1" "$2" | awk -F '\t' '$1 != $4 || $2 != $5 { exit 1 }
		$3 != $6 { moved[$3 " " $6]++ }
		END { for (pair in moved) print pair, moved[pair] }'
}

four_nodes()
{
	make_ring seed node_0 node_1 node_2 node_3
	map 10000 "$WORK/four"
	expect_equal "node_0 4918 node_1 3409 node_2 703 node_3 970" \
		"$(loads "$WORK/four")" "loads"
	map 100000 "$WORK/four.many"
}

keys_have_md5_positions()
{
	local key position

	positions key_0 key_1 key_9999 | while read -r key position; do
		expect_equal "$position" \
			"$(awk -F '\t' -v key="$key" '$1 == key { print $2 }' "$WORK/four")" \
			"position of $key"
	done
}

fifth_node()
{
	join seed node_4
	map 10000 "$WORK/five"
	expect_equal "node_0 node_4 1853" "$(moves "$WORK/four" "$WORK/five")" \
		"moves"
	expect_equal "node_0 3065 node_1 3409 node_2 703 node_3 970 node_4 1853" \
		"$(loads "$WORK/five")" "loads"
}

many_keys()
{
	map 100000 "$WORK/five.many"
	expect_equal "node_0 node_4 18691" \
		"$(moves "$WORK/four.many" "$WORK/five.many")" "moves"
}

# The moved part is the needed part: no "efficiency" above 100 percent.
receipt_of_the_fifth()
{
	local receipt
	receipt=$(<"$WORK/seed.receipt")

	expect_equal "$(json_number required "$receipt")" \
		"$(json_number moved "$receipt")" "moved and required"
	expect_equal 0 "$(json_number collateral "$receipt")" "collateral"
	expect_equal $(((1 << 32) / 5)) "$(json_number ideal "$receipt")" "ideal"
}

fifth_node_goes()
{
	expect_ok ringctl node del seed node_4
	map 10000 "$WORK/back"
	expect_ok cmp "$WORK/four" "$WORK/back"
}

# zone RING JOINED START END PERCENT NAME... - JOINED gets the arc (START, END]
zone()
{
	local ring=$1 joined=$2 start=$3 end=$4 percent=$5 receipt owner moved
	shift 5

	make_ring "$ring" "$@"
	join "$ring" "$joined"
	receipt=$(<"$WORK/$ring.receipt")
	moved=$(json_number moved "$receipt")
	expect_equal $(((end - start) & 0xffffffff)) "$moved" "positions"
	expect_equal "$percent" \
		"$(awk -v moved="$moved" 'BEGIN { printf "%.4f", moved * 100 / 2 ^ 32 }')" \
		"percent of the ring"
	owner=$(ringctl -j lookup "$ring" position "$end")
	expect_equal "$start" "$(json_number arc_start "$owner")" "start"
	expect_equal "$end" "$(json_number arc_end "$owner")" "end"
	[[ $owner == *\""$joined"\"* ]] || { echo "$owner"; return 1; }
	# The first and the last position are JOINED's; the positions next to both
	# ends are not.
	[[ $(ringctl -j lookup "$ring" position $((start + 1))) == *\""$joined"\"* ]]
	[[ $(ringctl -j lookup "$ring" position "$start") != *\""$joined"\"* ]]
	[[ $(ringctl -j lookup "$ring" position $((end + 1))) != *\""$joined"\"* ]]
}

lone_node()
{
	local owner

	make_ring lone A
	owner=$(ringctl -j lookup lone position 0)
	expect_equal "$(json_number arc_start "$owner")" \
		"$(json_number arc_end "$owner")" "start and end"
	expect_equal $((1 << 32)) \
		"$(json_number share "$(ringctl -j node show lone A)")" "share"
}

ktap_begin
need_module
setup_ns host

ktap_test "four nodes: the loads of 10,000 keys" four_nodes
ktap_test "a key's position is its MD5" keys_have_md5_positions
ktap_test "a fifth node: 1,853 keys move, all from node_0" fifth_node
ktap_test "a fifth node: 18,691 of 100,000 keys move" many_keys
ktap_test "the receipt: all moves are needed moves" receipt_of_the_fifth
ktap_test "the fifth node leaves: each key has its former owner" fifth_node_goes
ktap_test "D joins A to C: the arc of D" \
	zone abc D 2063250801 3037444021 22.6822 A B C
ktap_test "F joins A to E: the arc of F crosses the ring's end" \
	zone abcde F 3037444021 155652114 32.9031 A B C D E
mapfile -t nodes < <(seq -f 'Node%.0f' 0 99)
ktap_test "Node10 joins ten nodes: the arc of Node10" \
	zone ten Node10 4229005694 4276849854 1.1140 "${nodes[@]:0:10}"
ktap_test "Node100 joins a hundred nodes: the arc of Node100" \
	zone hundred Node100 4229005694 4243478801 0.3370 "${nodes[@]}"
ktap_test "a lone node owns the whole ring" lone_node
ktap_finish
