#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_track.sh - flows stay at their first node while arcs move, also with lost
# state, forged segments, and a full pool. Clients and backends check the
# connections, and the migration's counters show the reason.

# shellcheck disable=SC2317 # ktap_test calls the functions
# shellcheck disable=SC2154 # lib.sh sets them

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"
# shellcheck source=selftests/track_lib.sh
. "$(dirname "$0")/track_lib.sh"

readonly FLOWS=60
port_shift=0	# of ports: each test uses other ports

opens() # NAME [PORT] - opens connections; all must work
{
	expect_equal "connected $FLOWS" \
		"$(talk open "$1" "${first[$family]}" "$FLOWS" "$((${2:-20000} + port_shift))")"
	all_talk "$1"
}

all_talk() # NAME - each connection is still at its first backend
{
	expect_equal "same $FLOWS other 0 broken 0" "$(talk talk "$1")" "$1"
}

# count_at NODE NAME - the number of connections that began at NODE
count_at()
{
	talk nodes "$2" | awk -v node="$1" '$3 == node { n++ } END { print +n }'
}

# joins - a fourth node joins by a held change, and owns nothing yet
joins()
{
	rc node add web b4 id 4 via "$(backend4 4)" via "$(backend6 4)" --hold
}

flows_end()
{
	talk close_all
}

# track_test NAME COMMAND... - a test with a new ring, removed afterwards
track_test()
{
	((++port_shift))
	ring_test "$1" 3 "${@:2}"
}

# --- the tests --------------------------------------------------------------

stay_and_begin()
{
	joins
	opens old
	expect_equal 0 "$(count_at b4 old)" "at b4 before it has arcs"
	rc migrate step web --to end
	all_talk old
	opens new 30000
	expect_between 1 $((FLOWS - 1)) "$(count_at b4 new)" "begun at b4"
	rc migrate step web --to start
	all_talk old
	all_talk new
	opens late 40000
	expect_equal 0 "$(count_at b4 late)" "begun at b4 after the way back"
	expect_equal 0 "$(stat no_entry)"
}

# Begun before the migration, and silent since.
older()
{
	opens old
	joins
	rc migrate step web --to end
	all_talk old
	expect_between 1 $((FLOWS - 1)) "$(stat unknown)" "sent to the old owner"
	expect_equal "$(stat unknown)" "$(stat seen)"
	all_talk old
	expect_equal "$(stat unknown)" "$(stat seen)" "known after the first"
}

forged()
{
	local flags

	joins
	opens old
	rc migrate step web --to end
	opens new 30000
	for flags in S R F RA FA SR; do
		talk forge old "$flags"
		talk forge new "$flags"
	done
	all_talk old
	all_talk new
	rc migrate step web --to start
	talk forge new S
	all_talk old
	all_talk new
}

# The connections are idle for longer than the timeout after an end.
forged_then_idle()
{
	local flags

	joins
	rc migrate resume web --quiet 100ms
	opens old
	rc migrate step web --to end
	opens new 30000
	busywait "$BUSYWAIT_TIMEOUT" window_closed
	for flags in R F RA FA; do
		talk forge old "$flags"
		talk forge new "$flags"
	done
	sleep 3
	all_talk old
	all_talk new
	expect_equal 0 "$(stat ended)" "ended"
}

# owners NAME - as `nodes`, but with the present owners of the flows
owners()
{
	talk nodes "$1" | cut -d ' ' -f 1,2 >"$WORK/ports"
	sed "s/.*/lookup web flow tcp & $VIP4 $VIP_PORT/" "$WORK/ports" | rc -b - |
		grep -oE ' node b[0-9]' | cut -d ' ' -f 3 | paste -d ' ' "$WORK/ports" -
}

# The client has ended its connections. Connections from the same ports are new flows.
ports_again()
{
	joins
	opens old
	expect_equal 0 "$(count_at b4 old)" "at b4 before it has arcs"
	rc migrate step web --to end
	talk close old
	opens old
	expect_between 1 $((FLOWS - 1)) "$(count_at b4 old)" "begun at b4"
	owners old >"$WORK/owners"
	talk nodes old | diff "$WORK/owners" -
}

# SYN/ACKs are dropped until the frontier has passed.
sent_again()
{
	joins
	in_ns "$client" nft -f - <<-END
	table inet lossy {
		chain input {
			type filter hook input priority filter
			tcp flags & (syn | ack) == syn | ack drop
		}
	}
	END
	talk begin old "${first[$family]}" "$FLOWS" \
		$((20000 + port_shift))
	busywait "$BUSYWAIT_TIMEOUT" steered "$FLOWS"
	rc migrate step web --to end
	in_ns "$client" nft delete table inet lossy
	expect_equal "connected $FLOWS" "$(talk await old)"
	all_talk old
	[ -n "${1:-}" ] ||
		expect_equal 0 "$(count_at b4 old)" "went to b4"
}

steered() # NUMBER
{
	[ "$(attach_count web steered)" -ge "$1" ]
}

pool_too_small()
{
	joins
	opens old
	rc migrate step web --to end
	opens new 30000
	opens more 40000
	all_talk old
	all_talk new
	all_talk more
	rc migrate step web --to start
	all_talk old
	all_talk new
	all_talk more
	expect_between 1 1000000 "$(stat no_entry)" "without an entry"
	expect_between 1 8 "$(stat entries)"
}

source_key()
{
	joins
	opens old
	rc migrate step web --to end
	opens new 30000
	all_talk old
	expect_equal 0 "$(count_at b4 old)"
	expect_between 1 $((FLOWS - 1)) "$(count_at b4 new)" "begun at b4"
}

datagrams()
{
	local file=$WORK/first.sent

	joins
	send udp "$VIP4" "$FLOWS"
	cp "$WORK/sent" "$file"
	rc migrate step web --to end
	send udp "$VIP4" "$FLOWS"
	diff "$file" "$WORK/sent"
	send udp "$VIP4" "$FLOWS" --ports 2
	answers | grep -q ' b4$'
	cp "$WORK/sent" "$file"
	rc migrate step web --to start
	send udp "$VIP4" "$FLOWS" --ports 2
	diff "$file" "$WORK/sent"
}

goes_down()
{
	local lost

	joins
	opens old
	rc migrate step web --to end
	opens new 30000
	lost=$(count_at b1 old)
	rc node set web b1 state down
	expect_equal "same $((FLOWS - lost)) other 0 broken $lost" "$(talk talk old)"
	expect_between 1 "$FLOWS" "$(stat expired)" "cut off"
	opens again 40000
	expect_equal 0 "$(count_at b1 again)" "begun at b1"
}

forgets()
{
	local lost said

	joins
	opens old
	rc migrate step web --to end
	opens new 30000
	lost=$(count_at b4 new)
	echo 1 >/sys/kernel/debug/hashring/forget_flows
	expect_equal 0 "$(stat entries)"
	all_talk old	# without an entry, packets go to the old owner
	said=$(talk talk new)
	note "of $FLOWS new flows, $lost in released arcs: $said"
	expect_equal "same $((FLOWS - lost)) other 0 broken $lost" "$said"
}

# A flow with a packet in the window stays. A flow that was silent from before the
# migration to the end of the window counts as ended.
window_closes()
{
	local said

	opens old
	opens silent 30000
	joins
	rc migrate resume web --quiet 1s
	all_talk old
	rc migrate step web --to end
	busywait "$BUSYWAIT_TIMEOUT" window_closed
	all_talk old
	expect_equal 0 "$(stat unknown_late)"
	said=$(talk talk silent)
	note "of $FLOWS that were silent: $said"
	[[ $said =~ ^same\ [1-9][0-9]*\ other\ 0\ broken\ [1-9] ]]
	expect_between 1 1000 "$(stat unknown_late)"
	opens new 40000
}

# Flows past their timeout are not listed any more; the next scan counts these.
forgotten()
{
	[ "$(stat entries)" = 0 ] && [ "$(stat ended)" -gt 0 ] &&
		[ "$(stat idle)" -gt 0 ]
}

# With short timeouts, entries go after the end of their flows, and not before.
times_out()
{
	joins
	opens old
	send udp "$VIP4" "$FLOWS"
	rc migrate step web --to end
	all_talk old
	talk close old
	busywait "$BUSYWAIT_TIMEOUT" forgotten
	expect_between 1 "$FLOWS" "$(stat ended)" "ended"
	expect_between 1 "$FLOWS" "$(stat idle)" "idle"
}

# --- run -------------------------------------------------------------------

steer_begin 4
talker "$ROOT/selftests/talk.py"

track_test "flows stay where they began, in both directions" stay_and_begin
track_test "connections older than the migration stay" older
track_test "forged SYN, RST and FIN break nothing" forged
track_test "a reused port is a new flow" ports_again
track_test "retransmitted SYNs, after the frontier has passed" sent_again
track_test "datagrams of one flow on either side of the frontier" datagrams
track_test "a node that goes down drops its flows" goes_down
track_test "lost state breaks only new flows in released arcs" forgets
track_test "after the window, silent flows count as ended" window_closes
settings=(entries 8)
track_test "with a pool that is too small, flows stay" pool_too_small
track_test "retransmitted SYNs with a pool that is too small" sent_again 1
settings=(tcp-timeout 1h fin-timeout 1s udp-timeout 1s)
track_test "entries go after their flows have ended" times_out
track_test "forged RST and FIN, then idle for longer than fin-timeout" forged_then_idle
settings=()
key=source
track_test "keyed by source: a client's old connections stay" source_key
key=5tuple-sym
track_test "keyed alike in both directions: flows stay where they began" stay_and_begin
key=5tuple family=6
track_test "IPv6: flows stay where they began" stay_and_begin
track_test "IPv6: forged SYN, RST and FIN" forged
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
