#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_pace.sh - pacing by live flows: batches of flows, flows a second, a limit
# of flows in the next range, and a deadline for flows that stay
#
# one kernel: ringctl and the track alone decide

# shellcheck disable=SC2317,SC2154 # ktap_test calls the functions; by lib.sh

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/steer_lib.sh"

readonly SOURCES=40 PORTS=10	# flows of one datagram each

migration() # NAME: a figure of `migrate show`
{
	json_number "$1" "$(rc -j migrate show web)"
}

state()
{
	rc -j migrate show web | grep -oE '"state":"[a-z-]*"(,"reason":"[^"]*")?'
}

is_state() # REGEX
{
	[[ $(state) =~ $1 ]]
}

ended() # PID
{
	! kill -0 "$1" 2>/dev/null
}

# held - b5 joins by a held change, and the module knows flows of arcs that move
held()
{
	is_state '"(none|done)"' || rc migrate rollback web --now >/dev/null
	rc node add web b5 id 5 via "$(backend4 5)" --hold >/dev/null
	send udp "$VIP4" "$SOURCES" --ports "$PORTS"
	expect_between 10 $((SOURCES * PORTS)) "$(migration noted)" "flows noted"
}

# Only flows in arcs that move are listed, about a fifth of all.
listed()
{
	local flow words

	held
	rc -j migrate flows web >"$WORK/flows"
	expect_equal "$(migration noted)" "$(grep -o '"protocol":17' "$WORK/flows" | wc -l)"
	expect_equal "$(migration entries)" "$(migration noted)"
	expect_between 10 $((SOURCES * PORTS / 2)) "$(migration noted)" "of all flows"
	expect_match '^udp 198.18.7.[0-9]+:[0-9]+ -> .*:7000  position 0x[0-9a-f]{8}  node b[1-4]  owner b[1-4] ' \
		head -n 1 <(rc migrate flows web)
	mkdir "$WORK/json"
	cp "$WORK/flows" "$WORK/json/flows"
	echo migrate flows web >"$WORK/json/flows.words"
	/usr/bin/python3 "$ROOT/selftests/json_by_spec.py" \
		"$ROOT/Documentation/netlink/specs/hashring.yaml" "$WORK/json" migrate
	# The look-up of a flow: first the old and the new owner, then the pin.
	flow=$(rc migrate flows web | head -n 1)
	words=$(sed -E 's/^udp ([0-9.]+):([0-9]+) -> ([0-9.]+):([0-9]+) .*/udp \1 \2 \3 \4/' <<<"$flow")
	flow=$(grep -oE 'node b[1-4]' <<<"$flow")
	# shellcheck disable=SC2086 # words
	expect_match "old ${flow#node }  new b5  not released" rc lookup web flow $words
	rc migrate step web --to end >/dev/null
	# shellcheck disable=SC2086 # words
	expect_match "old ${flow#node }  new b5  released; pinned ${flow#node }" \
		rc lookup web flow $words
	expect_match 'owner b5 ' rc migrate flows web
	expect_match "node ${flow#node }  flows [0-9]+  pinned [1-9]" rc -s migrate show web
}

# Each step moves the given number of flows, and no more than the rate a second.
batches()
{
	local noted begun ended seen

	held
	noted=$(migration noted)
	begun=${EPOCHREALTIME/[.,]/}
	rc migrate run web --batch 10flows --rate 50 --interval 0 --no-finish >"$WORK/paced"
	ended=${EPOCHREALTIME/[.,]/}
	grep -o 'arcs\?  flows [0-9]*' "$WORK/paced" | awk '{ print $3 }' >"$WORK/steps"
	seen=$(paste -sd+ "$WORK/steps" | bc)
	expect_equal "$noted" "$seen" "flows in all steps"
	expect_equal 10 "$(sort -n "$WORK/steps" | tail -n 1)" "flows in the largest step"
	expect_between $(((noted - 10) * 1000000 / 50)) 600000000 $((ended - begun)) "us"
	expect_match '"draining"' state
	expect_equal "$noted" "$(migration pinned)"
}

# none_moved - the first step waits, because flows are in the next range
none_moved()
{
	local shown

	shown=$(rc -j migrate show web)
	[[ $shown =~ '"throttled","reason":"'[1-9][0-9]*' flows in the next range"' ]] &&
		[ "$(json_number released "$shown")" = 0 ]
}

# A step waits while its range has a flow, or until --wait-idle's time has passed.
few_in_the_way()
{
	local pacer

	rc ring set web udp-timeout 10s >/dev/null
	held
	background "$RINGCTL" -n "$director" migrate run web --batch 100% --wait-idle 0 \
		--quiet 1ms >"$WORK/paced" 2>&1
	pacer=$!
	busywait 20000 none_moved
	# After the timeout, idle flows are forgotten.
	busywait 60000 ended "$pacer"
	expect_match '"done"' state
	expect_match '^web step .* flows 0 ' grep '^web step' "$WORK/paced"
	rc node del web b5 >/dev/null
	rc ring set web udp-timeout 5m >/dev/null
	held
	rc migrate run web --batch 5% --interval 0 --wait-idle 0,100ms --no-finish >"$WORK/paced"
	expect_match '"draining"' state
	expect_match 'throttled \([0-9]+ flows in the next range\)' rc migrate steps web
	expect_equal "$(migration pinned)" "$(grep -o 'arcs\?  flows [0-9]*' "$WORK/paced" |
		awk '{ sum += $3 } END { print sum }')"
}

# At the deadline, flows that stay are cut off, and the migration ends.
until_a_deadline()
{
	held
	rc migrate run web --batch 100% --quiet 1ms --deadline 2s >"$WORK/paced"
	expect_match '"done"' state
	expect_match 'settled' cat "$WORK/paced"
	expect_match 'the deadline has passed' rc migrate steps web
	rc node del web b5 >/dev/null
	# A migration that is not at its end pauses instead, and cuts no flow off.
	held
	background "$RINGCTL" -n "$director" migrate run web --interval 1h --deadline 1s \
		>"$WORK/paced" 2>&1
	busywait 20000 is_state '"paused","reason":"the deadline has passed"'
	kill -TERM $!
	busywait 20000 ended $!
}

need_program bc
steer_begin 5
steer_ring web via
rc node del web b5 >/dev/null
attach web key 5tuple
ktap_test "flows are listed, and stay at their nodes" listed
ktap_test "batches of flows, at a rate" batches
ktap_test "steps wait for flows in the next range" few_in_the_way
ktap_test "flows stay until a deadline" until_a_deadline
detach_all
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
