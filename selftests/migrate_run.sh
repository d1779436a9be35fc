#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_run.sh - paced migrations: to the end, within limits, with health checks;
# interrupted, killed, and paused or rolled back by another process
#
# one kernel: ringctl alone paces

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

readonly TYPED=$ROOT/selftests/typed.py
fast=(--interval 0 --quiet 1ms)	# no packets are steered, so no quiet time is needed

state()
{
	ringctl -j migrate show web | grep -oE '"state":"[a-z-]*"(,"reason":"[^"]*")?'
}

is_state() # REGEX
{
	[[ $(state) =~ $1 ]]
}

frontier()
{
	json_number frontier "$(ringctl -j migrate show web)"
}

# rewind - sets web back to its first state, which twin always has
rewind()
{
	is_state '"(done|none)"' || ringctl migrate rollback web --now >/dev/null
	! ringctl node show web | grep -q '^b5 ' || ringctl node del web b5 >/dev/null
	expect_equal "$(ringctl digest twin)" "$(ringctl digest web)"
}

# from_start COMMAND... - from the first state, whatever state the last test left
from_start()
{
	local holder

	holder=$(ringctl -j migrate show web | grep -o '"holder":"[^"]*"' | tr -dc 0-9)
	[ -z "$holder" ] || kill -KILL "$holder"
	rewind
	"$@"
}

# twin migrates to the same frontier: both digests are equal.
stands_at() # FRONTIER
{
	ringctl node add twin b5 id 5 --hold >/dev/null
	ringctl migrate step twin --to "$1" >/dev/null
	expect_equal "$(ringctl digest twin)" "$(ringctl digest web)" "at $1"
	ringctl migrate rollback twin --now >/dev/null
}

# pace WORD... - starts a pacer; prints its pid
pace()
{
	background "$RINGCTL" -n "$here" migrate run web "$@" >"$WORK/paced" 2>&1
	echo $!
}

# --- to the end -----------------------------------------------------------------

to_the_end()
{
	local steps

	ringctl migrate run web '{ node add b5 id 5 }' "${fast[@]}" --batch 1% >"$WORK/paced"
	# The held change, the steps, and the receipt of the migration.
	expect_match '^web generation [0-9]+ held' head -n 1 "$WORK/paced"
	expect_match '^web generation [0-9]+ settled  added 1' grep settled "$WORK/paced"
	steps=$(grep -c '^web step .*moved 1.000%' "$WORK/paced")
	expect_equal "$(ringctl history web | awk '/settled/ { for (i = 1; i < NF; i++)
		if ($i == "moved") print int($(i + 1)) }' | tail -n 1)" "$steps"
	expect_match '"done"' state
	stands_at "$WHOLE"
}

as_objects()
{
	local line n=0

	ringctl -j migrate run web '{ node add b5 id 5 }' "${fast[@]}" --batch 5% >"$WORK/paced"
	while read -r line; do
		((++n))
		echo "$line" >"$WORK/json/run.$n"
		[[ $line == *'"migration"'* || $line != *'"step"'* ]] ||
			expect_match '"ring":"web"' echo "$line"
	done <"$WORK/paced"
	expect_between 4 20 "$n" "lines"
	expect_match '"receipt":.*"kind":"settled"' tail -n 1 "$WORK/paced"
}

by_plan()
{
	local token

	token=$(ringctl plan web '{ node add b5 id 5 }' | sed -n 's/^ token //p')
	refuses 'expected a token' 1 migrate run web '{ node add b5 id 5 }' --plan nonsense
	refuses 'of another ring' 3 migrate run web '{ node add b5 id 5 }' \
		--plan "${token%-*}-00000000"
	refuses 'is stale' 3 migrate run web '{ node add b5 id 5 }' --plan "9999-${token#*-}"
	expect_match '"(none|done)"' state
	ringctl migrate run web '{ node add b5 id 5 }' --plan "$token" "${fast[@]}" >/dev/null
	refuses 'is stale' 3 migrate run web '{ node del b5 }' --plan "$token"
	rewind
	# During a migration, the token is that of the state before the migration.
	token=$(ringctl plan web '{ node add b5 id 5 }' | sed -n 's/^ token //p')
	ringctl node add web b5 id 5 --hold >/dev/null
	refuses 'is stale' 3 migrate run web --plan "9999-${token#*-}"
	refuses 'of another ring' 3 migrate run web --plan "${token%-*}-00000000"
	ringctl migrate run web --plan "$token" "${fast[@]}" >/dev/null
}

left_at_the_end()
{
	ringctl migrate run web '{ node add b5 id 5 }' --interval 0 --no-finish >"$WORK/paced"
	expect_match 'draining 100.0%' tail -n 3 "$WORK/paced"
	expect_match '"draining"' state
	expect_equal "$WHOLE" "$(frontier)"
	# The lease is free: another pacer takes the lease, and finishes.
	ringctl migrate run web "${fast[@]}" >"$WORK/paced"
	expect_match settled cat "$WORK/paced"
}

moving_flows()
{
	ringctl ring set web established move >/dev/null
	ringctl migrate run web '{ node add b5 id 5 }' --interval 0 >/dev/null
	ringctl ring set web established stay >/dev/null
}

# --- wrong words ----------------------------------------------------------------

bad_words()
{
	refuses 'expected a number from 1' 1 migrate run web --rate 0
	refuses 'expected a number from 1' 1 migrate run web --rate -5
	refuses 'expected a share' 1 migrate run web --batch 0
	refuses 'expected a share' 1 migrate run web --batch 0flows
	refuses 'expected a share' 1 migrate run web --batch 200%
	refuses 'expected N or N,TIME' 1 migrate run web --wait-idle many
	refuses 'has passed already' 1 migrate run web --deadline 0
	refuses 'has passed already' 1 migrate run web --deadline -1h
	refuses 'expected a time' 1 migrate run web --deadline soon
	refuses 'expected a time' 1 migrate run web --quiet 0
	refuses 'wants --health' 1 migrate run web --on-fail rollback
	refuses 'wants --health' 1 migrate run web --health-timeout 5s
	refuses 'wants --on-fail rollback' 1 migrate run web --health true --now
	refuses 'expected one of pause, rollback' 1 migrate run web --health true --on-fail cry
	refuses "no migration is under way$(detail ': web')" 2 migrate run web
	refuses 'unknown word|node' 1 migrate run web '{ ring add b5 }'
	refuses 'no such node: b77' 2 migrate run web '{ node del b77 }'
	expect_match '"(none|done)"' state
}

# --- limits ---------------------------------------------------------------------

within_a_budget()
{
	local status=0 moved

	ringctl migrate run web '{ node add b5 id 5 }' "${fast[@]}" --batch 2% \
		--max-moved 5% >/dev/null 2>"$WORK/said" || status=$?
	expect_equal 4 "$status"
	expect_match 'paused at 0x[0-9a-f]+ \(budget\)' cat "$WORK/said"
	expect_match '"paused","reason":"budget"' state
	moved=$(figure released migrate show web)
	expect_between $((WHOLE / 20)) $((WHOLE / 20 + 1)) "$moved"
	stands_at "$(frontier)"
	# The limit is for one run; the next run may continue.
	ringctl migrate run web "${fast[@]}" --max-moved 100% >/dev/null
	expect_match '"done"' state
}

at_a_rate()
{
	local begun ended

	begun=${EPOCHREALTIME/[.,]/}
	ringctl migrate run web '{ node add b5 id 5 }' --quiet 1ms --interval 50ms \
		--batch 5% --rate 1000 >"$WORK/paced"
	ended=${EPOCHREALTIME/[.,]/}
	# Not faster than the interval; slower on slow guests.
	expect_between $((($(grep -c '^web step' "$WORK/paced") - 1) * 50000)) \
		1000000000 $((ended - begun))
}

# --- health ---------------------------------------------------------------------

# expect_health_pause REASON COMMAND WORD... - the check fails before the first step
expect_health_pause()
{
	local reason=$1 command=$2 status=0
	shift 2

	rewind
	ringctl node add web b5 id 5 --hold >/dev/null
	ringctl migrate run web "${fast[@]}" --health "$command" "$@" \
		>"$WORK/paced" 2>"$WORK/said" || status=$?
	expect_equal 5 "$status" "$command"
	expect_match "paused at 0x00000000 \(health: $reason\)" cat "$WORK/said"
	expect_match "\"paused\",\"reason\":\"health: $reason\"" state
	expect_equal "$(ringctl digest twin)" "$(ringctl digest web)"
}

failing()
{
	expect_health_pause 'b5 is slow' 'echo all else is well; echo b5 is slow; exit 3'
	expect_health_pause 'exit status 1' false
}

missing()
{
	expect_health_pause '.*not found' /nowhere/healthy.sh
}

hanging()
{
	expect_health_pause 'no answer in 100 ms' 'sleep 1000 & wait' --health-timeout 100ms
	expect_nothing pgrep -fx 'sleep 1000'
}

talking()
{
	expect_health_pause 'enough' 'head -c 4000000 /dev/zero | tr "\\0" x; echo; echo enough; exit 1'
}

# The check fails after some steps: the pacer pauses. A later run continues.
failing_later()
{
	local status=0 at

	ringctl node add web b5 id 5 --hold >/dev/null
	echo 3 >"$WORK/lives"
	cat >"$WORK/healthy.sh" <<-END
		#!/bin/sh
		lives=\$(cat "$WORK/lives")
		echo \$((lives - 1)) >"$WORK/lives"
		[ \$lives != 0 ] || echo lives are used up
		[ \$lives != 0 ]
	END
	chmod +x "$WORK/healthy.sh"
	ringctl migrate run web "${fast[@]}" --health "$WORK/healthy.sh" >"$WORK/paced" \
		2>"$WORK/said" || status=$?
	expect_equal 5 "$status"
	expect_equal 3 "$(grep -c '^web step' "$WORK/paced")" steps
	expect_match '"paused","reason":"health: lives are used up"' state
	at=$(frontier)
	expect_between 1 $((WHOLE - 1)) "$at"
	stands_at "$at"
	echo 1000 >"$WORK/lives"
	ringctl migrate run web "${fast[@]}" --health "$WORK/healthy.sh" >/dev/null
	expect_match '"done"' state
}

# rolls_back WORD... - the check fails half-way, and the pacer rolls back
rolls_back()
{
	local status=0

	ringctl node add web b5 id 5 --hold >/dev/null
	echo 3 >"$WORK/lives"
	ringctl migrate run web "${fast[@]}" --health "$WORK/healthy.sh" \
		--on-fail rollback "$@" >"$WORK/paced" 2>"$WORK/said" || status=$?
	expect_equal 5 "$status"
	expect_match 'rolling back: health: lives are used up' cat "$WORK/said"
	expect_match '"done"' state
	expect_match '"kind":"undone"' ringctl -j migrate show web
	expect_equal "$(digests twin)" "$(digests web)"
}

# --- other processes ------------------------------------------------------------

has_stepped() # NUMBER
{
	[ "$(grep -c '^web step' "$WORK/paced")" -ge "$1" ]
}

ended() # PID
{
	! kill -0 "$1" 2>/dev/null
}

# start_blocked_pacer - two steps, then a health check that runs until unblock_check
start_blocked_pacer()
{
	echo 0 >"$WORK/checks"
	: >"$WORK/stuck"
	cat >"$WORK/check.sh" <<-END
		#!/bin/sh
		checks=\$(cat "$WORK/checks")
		echo \$((checks + 1)) >"$WORK/checks"
		[ \$checks -lt 2 ] || while [ -e "$WORK/stuck" ]; do sleep 0.02; done
	END
	chmod +x "$WORK/check.sh"
	pace '{ node add b5 id 5 }' "${fast[@]}" --health "$WORK/check.sh" --health-timeout 1h
}

unblock_check()
{
	rm "$WORK/stuck"
}

two_pacers()
{
	local first status=0

	first=$(pace '{ node add b5 id 5 }' --interval 1h)
	busywait 20000 has_stepped 1
	refuses "paced$(detail ': by ringctl, process [0-9]+')" 2 migrate run web
	refuses "paced$(detail ': by ringctl, process [0-9]+')" 2 migrate run web '{ node add b6 }'
	refuses "paced$(detail ': by ringctl, process [0-9]+')" 2 migrate step web --share 1%
	expect_nothing grep b6 <<<"$(ringctl node show web)"
	kill -TERM "$first"
	busywait 20000 ended "$first"
}

# A pacer waits while another process has paused the migration.
paused_by_another()
{
	local first

	first=$(start_blocked_pacer)
	busywait 20000 has_stepped 2
	ringctl migrate pause web 'lunch time' >/dev/null
	unblock_check
	busywait 20000 grep -q 'paused at 0x[0-9a-f]* (lunch time): waiting' "$WORK/paced"
	kill -0 "$first"
	stands_at "$(frontier)"
	ringctl migrate resume web >/dev/null
	busywait 60000 ended "$first"
	expect_match 'settled' cat "$WORK/paced"
}

rolled_back_by_another()
{
	local first

	first=$(start_blocked_pacer)
	busywait 20000 has_stepped 2
	ringctl migrate rollback web >/dev/null
	unblock_check
	busywait 60000 ended "$first"
	expect_match 'web: rolled back' cat "$WORK/paced"
	expect_equal "$(digests twin)" "$(digests web)"
}

# --- the end of the pacer -------------------------------------------------------

# interrupted SIGNAL - during a health check
interrupted()
{
	local first

	first=$(start_blocked_pacer)
	busywait 20000 has_stepped 2
	kill -"$1" "$first"
	busywait 20000 ended "$first"
	expect_match 'paused at 0x[0-9a-f]+ \(operator\)' cat "$WORK/paced"
	expect_match '"paused","reason":"operator"' state
	stands_at "$(frontier)"
	ringctl migrate run web "${fast[@]}" >/dev/null
	stands_at "$WHOLE"
}

typed_ctrl_c()
{
	local status=0

	ringctl node add web b5 id 5 --hold >/dev/null
	python3 "$TYPED" 'running \[#+ *\] [1-9][0-9.]*%.*moved' "$RINGCTL" -n "$here" \
		migrate run web --interval 1s >"$WORK/said" || status=$?
	expect_equal 5 "$status"
	expect_match 'paused at 0x[0-9a-f]+ \(operator\)' cat "$WORK/said"
	expect_match '"paused","reason":"operator"' state
	stands_at "$(frontier)"
}

stepped_or_ended() # NUMBER PID
{
	has_stepped "$1" || ended "$2"
}

# killed N - with SIGKILL, at N random moments; the next pacer continues
killed()
{
	local i first

	RANDOM=4
	for ((i = 0; i < $1; i++)); do
		if is_state '"(none|done)"'; then
			rewind
			ringctl node add web b5 id 5 --hold >/dev/null
		fi
		first=$(pace --interval 0 --quiet 1ms --batch 0.2%)
		busywait 20000 stepped_or_ended $((RANDOM % 10)) "$first"
		kill -KILL "$first" 2>/dev/null || :
		busywait 20000 ended "$first"
		busywait 20000 is_state '"(paused","reason":"its pacer is gone"|holding"|done"|draining")'
		is_state '"done"' || stands_at "$(frontier)"
	done
	is_state '"done"' || ringctl migrate run web "${fast[@]}" >/dev/null
	stands_at "$WHOLE"
}

# --- flapping -------------------------------------------------------------------

# A node that left a moment ago: the pacer waits before the first step. If the node
# leaves meanwhile, nothing has moved.
damped()
{
	local first generation

	ringctl node del web b1 >/dev/null
	generation=$(figure generation ring show web)
	first=$(pace '{ node add b1 id 1 }' --damp 1h "${fast[@]}")
	busywait 20000 is_state '"throttled","reason":"damped: b1 left [0-9]+s ago"'
	expect_nothing grep '^web step' "$WORK/paced"
	ringctl node del web b1 --hold >/dev/null
	busywait 20000 ended "$first"
	expect_match 'settled' cat "$WORK/paced"
	expect_equal 0 "$(json_number moved "$(ringctl -j history web generation \
		$((generation + 3)) | grep -o '"receipt".*')")"
	ringctl node add web b1 id 1 >/dev/null
	expect_equal "$(ringctl digest twin)" "$(ringctl digest web)"
	# An earlier removal than --damp does not count.
	ringctl migrate run web '{ node add b5 id 5 }' --damp 1ms "${fast[@]}" >/dev/null
}

cli_begin
need_program pgrep
fresh web points 40
fresh twin points 40
ktap_test "to the end, as after a change at once" from_start to_the_end
ktap_test "one JSON object a line" from_start as_objects
ktap_test "only with a valid plan" from_start by_plan
ktap_test "--no-finish stops at the end" from_start left_at_the_end
ktap_test "established flows move" from_start moving_flows
ktap_test "wrong words" from_start bad_words
ktap_test "within a budget" from_start within_a_budget
ktap_test "not faster than its interval" from_start at_a_rate
ktap_test "a failing check pauses" from_start failing
ktap_test "a missing check pauses" from_start missing
ktap_test "a check that hangs is killed" from_start hanging
ktap_test "a check that prints megabytes" from_start talking
ktap_test "a check that fails later" from_start failing_later
ktap_test "a failing check rolls back" from_start rolls_back
ktap_test "a failing check rolls back at once" from_start rolls_back --now
ktap_test "a second pacer is refused" from_start two_pacers
ktap_test "paused by another process, the pacer waits" from_start paused_by_another
ktap_test "rolled back by another process, the pacer goes back" from_start rolled_back_by_another
ktap_test "SIGTERM pauses" from_start interrupted TERM
ktap_test "SIGINT pauses" from_start interrupted INT
ktap_test "Ctrl-C, typed, pauses" from_start typed_ctrl_c
kills=$(fewer 20 3)
ktap_test "SIGKILL at $kills moments: paused, consistent, continued" from_start killed "$kills"
ktap_test "a node that leaves and returns moves nothing" from_start damped
ktap_test "JSON has the spec's names and raw numbers" json_by_spec ring migrate events
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
