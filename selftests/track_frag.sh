#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# track_frag.sh - in a migration keyed by source, fragmented datagrams go to the node
# of their flow's small datagrams: a backend answers only if all fragments arrived

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

readonly FLOWS=40 LARGE=4000

via() # N - the addresses of node bN
{
	echo "via $(backend4 "$1") via $(backend6 "$1")"
}

# begin - a ring of three nodes, attached; a fourth joins, and owns nothing yet
begin()
{
	local i change=''

	rc ring add web seed 000102030405060708090a0b0c0d0e0f
	for i in 1 2 3; do
		change+="node add b$i id $i $(via "$i"); "
	done
	rc change web "{ $change }"
	attach web key source
	# shellcheck disable=SC2046 # words
	rc node add web b4 id 4 $(via 4) --hold
}

# goes VIP NAME OPTION... - sends flows, and stores their nodes under NAME
goes()
{
	send udp "$1" "$FLOWS" "${@:3}"
	mv "$WORK/sent" "$WORK/$2"
}

# same VIP NAME OPTION... - the flows still go to these nodes
same()
{
	send udp "$1" "$FLOWS" "${@:3}"
	diff "$WORK/$2" "$WORK/sent"
}

# some_at_b4 NAME
some_at_b4()
{
	expect_between 1 "$FLOWS" "$(grep -c ' b4$' "$WORK/$1")" "flows at b4"
}

# No datagram was fragmented before the frontier passed.
whole_first() # VIP
{
	goes "$1" old
	rc migrate step web --to end
	same "$1" old --size "$LARGE"
	same "$1" old
}

pieces_first() # VIP
{
	goes "$1" old --size "$LARGE"
	rc migrate step web --to end
	same "$1" old --size "$LARGE"
	same "$1" old
}

# Each client has an old flow and a new one; fragments go to the node of their flow.
beside_new() # VIP
{
	goes "$1" old
	rc migrate step web --to end
	goes "$1" both --ports 2
	some_at_b4 both
	same "$1" both --ports 2 --size "$LARGE"
	rc migrate step web --to start
	same "$1" both --ports 2 --size "$LARGE"
	same "$1" both --ports 2
}

new_in_pieces() # VIP
{
	rc migrate step web --to end
	goes "$1" new --size "$LARGE"
	some_at_b4 new
	rc migrate step web --to start
	same "$1" new --size "$LARGE"
	same "$1" new
}

# segments VIP NAME [OPTION]... - stores the node of each flow's segment; backends do
# not answer, because no connection has begun
segments()
{
	forget_arrivals
	send segment "$1" "$FLOWS" "${@:3}"
	busywait "$BUSYWAIT_TIMEOUT" arrived "$FLOWS" segment
	cut -d ' ' -f 1,3,4 "$LOG" | sort >"$WORK/$2"
}

# The TCP flags in a first fragment show a segment of an established connection.
tcp_in_pieces() # VIP
{
	segments "$1" old
	rc migrate step web --to end
	segments "$1" pieces --size "$LARGE"
	diff "$WORK/old" "$WORK/pieces"
	segments "$1" whole
	diff "$WORK/old" "$WORK/whole"
	expect_equal "$FLOWS" "$(wc -l <"$WORK/old")" arrivals
}

frag_test() # NAME COMMAND VIP
{
	ktap_test "$1" with_ring "$2" "$3"
	{
		rc migrate finish web --force
		detach_all
		rc ring del web
	} >"$WORK/ended" 2>&1
}

with_ring()
{
	begin
	"$@"
}

steer_begin 4
for vip in "$VIP4" "$VIP6"; do
	frag_test "old flows' first large datagrams, $vip" whole_first "$vip"
	frag_test "old flows' fragmented datagrams, $vip" pieces_first "$vip"
	frag_test "old and new flows of a client, $vip" beside_new "$vip"
	frag_test "fragmented TCP segments, $vip" tcp_in_pieces "$vip"
	frag_test "new flows that begin with fragments, $vip" new_in_pieces "$vip"
done
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
