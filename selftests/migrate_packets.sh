#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_packets.sh - 10,000 steps and changes under packets at full speed: each
# packet arrives at the owner by the map before or after the move
#
# tools/migrate_packets.c computes the owners by the core, and reads the sockets of
# the backends.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

migrate_packets=$ROOT/build/tools/migrate_packets
figures=$WORK/figures
moves=$(fewer 10000)

figure() # NAME
{
	awk -v name="$1" '$1 == name { print $2 }' "$figures"
}

fresh_ring()
{
	"$RINGCTL" -n "$director" ring add web points 40 established move &&
		"$RINGCTL" -n "$director" attach add web hook prerouting \
			fwmark 0x100/0x100 key 5tuple none drop
}

moves_run() # MOVES OPTION...
{
	local i to=() moves=$1
	shift

	for i in 1 2 3 4 5 6; do
		to+=("${backends[i - 1]}=$(backend4 "$i")")
	done
	"$migrate_packets" -r web -d "$director" -c "$client" -v "$VIP4" \
		-f "${CLIENT_NET4%/*}" -n "$moves" "$@" "${to[@]}" >"$figures"
	expect_equal "$moves" "$(figure moves)" moves
}

every_packet_right()
{
	expect_equal 0 "$(figure wrong)" "packets at the wrong node"
	# With fewer packets, hardly one would meet a move.
	expect_between "$moves" 1000000000 "$(figure received)" "packets received"
	expect_between $((moves / 100)) 1000000000 "$(figure met)" "packets that met a move"
}

need_module
need_program nft
[ -x "$migrate_packets" ] || ktap_skip_all "no $migrate_packets; make test-tools builds it"
ktap_begin
kernel_log_mark
topology 6
mark_vip "$director" 0x100 udp
fresh_ring >/dev/null || bail_out "no ring"
ktap_test "$moves steps, changes, rollbacks and ends under packets" moves_run "$moves"
[ ! -s "$figures" ] || note "$(tr '\n' ' ' <"$figures")"
ktap_test "every packet is at its owner before or after the move" every_packet_right
"$RINGCTL" -n "$director" attach del web || bail_out "attached for ever"
"$RINGCTL" -n "$director" ring del web || bail_out "a ring for ever"
fresh_ring >/dev/null || bail_out "no ring"
moves=$((4 + 3 * $(fewer 2000)))	# two to begin with, two for the node, three a round
ktap_test "rollbacks at once to a map with a node down: $moves moves" moves_run "$moves" -o
[ ! -s "$figures" ] || note "$(tr '\n' ' ' <"$figures")"
ktap_test "no packet goes to a third node" every_packet_right
"$RINGCTL" -n "$director" attach del web || bail_out "attached for ever"
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
