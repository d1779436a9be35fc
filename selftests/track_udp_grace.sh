#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# track_udp_grace.sh - UDP flows after a change that is in force at once: a flow that goes
# on within udp-grace stays at its node until it is silent, or until the node's deadline;
# any other flow goes to the present owner. Backends answer by their names.
#
# one kernel: the track alone decides; migrate_track.sh has the datagrams of each kernel

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"
# shellcheck source=selftests/track_lib.sh
. "$(dirname "$0")/track_lib.sh"

readonly FLOWS=16	# of each family

# goes NAME NUMBER - a datagram of each flow of a set, to both VIPs; stores the nodes
# under NAME. Sets with other numbers have other flows
goes()
{
	ask "$client" udp "$VIP4" "198.18.$2.1" "$FLOWS"
	mv "$WORK/sent" "$WORK/$1"
	ask "$client" udp "$VIP6" "2001:db8:c::$2:1" "$FLOWS"
	cat "$WORK/sent" >>"$WORK/$1"
}

# at NODE NAME - the number of flows
at()
{
	grep -c " $1\$" "$WORK/$2" || :
}

# same NAME NUMBER TIMES - a datagram of each flow a second: all still go to the nodes
# that are stored
same()
{
	local i

	for ((i = 0; i < $3; i++)); do
		goes now "$2"
		diff "$WORK/$1" "$WORK/now"
		sleep 1
	done
}

# leave NODE NAME NUMBER - the flows that were at NODE go elsewhere, and no others
leave()
{
	goes now "$3"
	paste -d ' ' "$WORK/$2" "$WORK/now" | awk -v node="$1" '
		($3 == node) == ($3 == $6) { print "not right: " $0; wrong = 1 }
		END { exit wrong }'
	expect_between 1 $((2 * FLOWS)) "$(at "$1" "$2")" "flows that were at $1"
}

no_grace()
{
	[ "$(stat grace)" = 0 ]
}

drain() # NODE [WORD]...
{
	rc node set web "$1" state draining deadline 10m "${@:2}" >"$WORK/receipt"
}

joins() # [WORD]...
{
	rc node add web b4 id 4 via "$(backend4 4)" via "$(backend6 4)" "$@" >"$WORK/receipt"
}

# --- the tests --------------------------------------------------------------

goes_on()
{
	goes old 1
	goes silent 2
	drain b1
	same old 1 5
	busywait "$BUSYWAIT_TIMEOUT" no_grace
	same old 1 1
	leave b1 silent 2
	goes fresh 3
	expect_equal 0 "$(at b1 fresh)" "new flows at b1"
	same old 1 1
	joins
	same old 1 5
	busywait "$BUSYWAIT_TIMEOUT" no_grace
	same old 1 1
	goes fresh 4
	expect_equal 0 "$(at b1 fresh)" "new flows at b1"
	expect_between 1 $((2 * FLOWS)) "$(at b4 fresh)" "new flows at b4"
	same old 1 1
	sleep 12
	goes now 1
	expect_equal 0 "$(at b1 now)" "at b1 after a silence"
}

at_once()
{
	goes old 1
	drain b1
	leave b1 old 1
	expect_equal 0 "$(stat grace)"
}

# A change is held, and its steps take as long as flows need to be seen.
paced()
{
	goes old 1
	drain b1 --hold
	rc migrate step web --to end
	leave b1 old 1
	expect_equal 0 "$(stat grace)"
}

# Flows of the second drain's arcs stay, and flows of the first drain's arcs are new.
next_change()
{
	drain b1
	busywait "$BUSYWAIT_TIMEOUT" no_grace
	drain b2
	goes fresh 1
	expect_equal 0 "$(at b1 fresh)" "at b1, whose time is over"
	expect_between 1 $((2 * FLOWS)) "$(at b2 fresh)" "at b2, whose time is not over"
	same fresh 1 4
	busywait "$BUSYWAIT_TIMEOUT" no_grace
	goes late 2
	expect_equal $((2 * FLOWS)) "$(at b3 late)" "at b3, the only active node"
	same fresh 1 1
}

# Two drains before a flow's next datagram.
two_drains()
{
	goes old 1
	drain b1
	drain b2
	same old 1 5
	busywait "$BUSYWAIT_TIMEOUT" no_grace
	same old 1 1
	goes late 2
	expect_equal $((2 * FLOWS)) "$(at b3 late)" "at b3, the only active node"
}

# A held change joins at once.
hold_joins()
{
	goes old 1
	drain b1
	joins --hold
	same old 1 1
	rc migrate step web --to end
	same old 1 1
}

rolls_back()
{
	goes old 1
	drain b1
	rc migrate rollback web
	same old 1 1
	rc migrate step web --to end
	same old 1 1
}

goes_down()
{
	goes old 1
	goes other 2
	drain b1
	same old 1 1
	rc node set web b1 state down
	leave b1 old 1
	leave b1 other 2
}

deadline_passes()
{
	goes old 1
	goes other 2
	rc node set web b1 state draining deadline 4s
	same old 1 1
	busywait "$BUSYWAIT_TIMEOUT" passed
	leave b1 old 1
	leave b1 other 2
}

passed()
{
	! rc node show web b1 | grep -q ' deadline '
}

# Without an entry a flow would go elsewhere after the time.
no_entry()
{
	local kept

	goes old 1
	drain b1
	goes now 1
	kept=$(at b1 now)
	expect_between 1 4 "$kept" "flows with an entry"
	expect_equal $(($(at b1 old) - kept)) "$(stat no_entry)" "without an entry"
	expect_equal 0 "$(stat not_noted)" "not noted"
	same now 1 2
}

shown()
{
	drain b1
	expect_match '  udp-grace (60|5[0-9])(\.[0-9]+)?s' rc migrate show web
	expect_between 50000 60000 "$(stat grace)" "ms left"
	rc node set web b1 state down
}

# --- run --------------------------------------------------------------------

steer_begin 4
settings=(udp-grace 5s udp-timeout 10s)
ring_test "a flow that goes on stays, through a join; a silent flow moves" 3 goes_on
settings=(udp-grace 0)
ring_test "udp-grace 0: flows move at once" 3 at_once
settings=(udp-grace 3s)
ring_test "the time of a change is for its own arcs" 3 next_change
ring_test "two drains at once: flows stay where they were" 3 two_drains
settings=(udp-grace 1m)
ring_test "the time goes on when a held change joins" 3 hold_joins
ring_test "the time goes on in a rollback" 3 rolls_back
ring_test "a node that goes down keeps no flow" 3 goes_down
ring_test "a deadline that passes ends the time" 3 deadline_passes
ring_test "paced steps have no such time" 3 paced
ring_test "the time that is left is shown" 3 shown
settings=(udp-grace 1m entries 4)
ring_test "without a free entry the present owner gets the flow" 3 no_entry
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
