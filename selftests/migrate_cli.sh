#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_cli.sh - migrations by hand: held changes move nothing, steps move their
# share, rollbacks restore the ring, and wrong words are refused

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"
# shellcheck source=selftests/doc_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/doc_lib.sh"

# --- settings -------------------------------------------------------------------

settings()
{
	local json

	ringctl ring add keep established move tcp-timeout 10ms syn-timeout 2s \
		fin-timeout 1.5m udp-timeout 1h udp-grace 0 entries 100
	json=$(said_json ring show keep)
	expect_match '"established":"move"' echo "$json"
	expect_equal 10 "$(json_number tcp_timeout "$json")"
	expect_equal 2000 "$(json_number syn_timeout "$json")"
	expect_equal 90000 "$(json_number fin_timeout "$json")"
	expect_equal 3600000 "$(json_number udp_timeout "$json")"
	expect_equal 0 "$(json_number udp_grace "$json")"
	expect_equal 100 "$(json_number max_entries "$json")"
	expect_match 'migration none  established move' ringctl ring show keep
	# Settings that are not given stay.
	said_json ring set keep established stay tcp-timeout 1m udp-grace 3s >"$WORK/set"
	expect_equal 60000 "$(figure tcp_timeout ring show keep)"
	expect_equal 3000 "$(figure udp_grace ring show keep)"
	expect_equal 2000 "$(figure syn_timeout ring show keep)"
	expect_match ' established stay .* tcp-timeout 60s  syn-timeout 2s' \
		ringctl -s ring show keep
}

bad_settings()
{
	refuses 'established, max-entries, or a timeout' 1 ring set keep
	refuses 'expected one of stay, move' 1 ring set keep established go
	refuses 'expected a time from' 1 ring set keep tcp-timeout 0
	refuses 'expected a time, such as' 1 ring set keep tcp-timeout -1s
	refuses 'expected a time, such as' 1 ring set keep tcp-timeout 5x
	refuses 'expected a time from' 1 ring set keep udp-timeout 9999d
	refuses 'expected a time from' 1 ring set keep udp-grace 9999d
	refuses 'expected a number from 1' 1 ring set keep entries 0
	refuses . 2 ring set keep entries 4294967295
	refuses 'no such ring: nowhere' 2 ring set nowhere entries 5
	expect_equal 60000 "$(figure tcp_timeout ring show keep)"
	ringctl ring del keep
}

# --- steps ----------------------------------------------------------------------

nothing_to_step()
{
	local words

	expect_match '^web none$' ringctl migrate show web
	expect_equal '[]' "$(ringctl -j migrate show)"
	for words in 'step web --share 1%' 'pause web' 'rollback web' \
		'finish web' 'finish web --force' 'run web'; do
		# shellcheck disable=SC2086 # words
		refuses "no migration is under way$(detail ': web')" 2 migrate $words
	done
	ringctl migrate wait web >/dev/null
	refuses 'no such ring: nowhere' 2 migrate show nowhere
}

frontier()
{
	figure frontier migrate show web
}

held()
{
	local before

	before=$(ringctl digest web)
	said_json node add web b5 --hold >"$WORK/held"
	expect_match '"kind":"held"' cat "$WORK/held"
	expect_equal "$before" "$(ringctl digest web)"
	expect_match '"state":"holding".*"frontier":0,.*"released":0,' \
		said_json migrate show web
	expect_equal "$(json_number moved "$(<"$WORK/held")")" \
		"$(figure total migrate show web)"
	expect_match 'migration holding' ringctl ring show web
	expect_match '^web holding 0.0% at 0' ringctl migrate show
	# The node is a member, and owns nothing yet.
	expect_equal 0 "$(figure share node show web b5)"
}

planned_meanwhile()
{
	local was under_way

	was=$(digests web)
	under_way="a migration is under way$(detail ': [1-9][0-9]*\.[0-9]{3}% has still to move')"
	refuses "$under_way" 6 plan web '{ node add b6 }'
	expect_match 'moved [0-9.]+%.* token [0-9]+-[0-9a-f]{8}' \
		ringctl plan web '{ node add b6 }' --hold
	said_json plan web '{ node del b1 }' --hold >/dev/null
	refuses 'there are no details' 2 plan web '{ node add b6 }' --hold --arcs
	refuses "$under_way" 6 change web --dry-run '{ node del b1 }'
	ringctl change web --dry-run --hold '{ node del b1 }' >/dev/null
	expect_equal "$was" "$(digests web)"
}

by_share()
{
	local json

	json=$(said_json migrate step web --share 5% --dry-run)
	expect_equal 0 "$(frontier)"
	expect_match '^web planned step 0 -> 0x[0-9a-f]+  moved 5.000% in' \
		ringctl migrate step web --share 5% --dry-run
	json=$(said_json migrate step web --share 5%)
	expect_equal $(((WHOLE + 10) / 20)) "$(json_number moved "$json")"
	expect_equal $(((WHOLE + 10) / 20)) "$(figure released migrate show web)"
	expect_equal $(((WHOLE + 10) / 20)) "$(figure share node show web b5)"
}

by_arcs()
{
	local before

	before=$(figure arcs_released migrate show web)
	ringctl migrate step web --arcs 2 >/dev/null
	expect_equal $((before + 2)) "$(figure arcs_released migrate show web)"
	ringctl migrate step web --arcs 1 --back >/dev/null
	expect_equal $((before + 1)) "$(figure arcs_released migrate show web)"
}

# Forward and back to the same position gives the same digest.
there_and_back()
{
	local before

	ringctl migrate step web --to 0x40000000 >/dev/null
	expect_equal $((0x40000000)) "$(frontier)"
	before=$(ringctl digest web)
	ringctl migrate step web --share 3% >/dev/null
	expect_match '[0-9a-f]{16}' ringctl digest web
	[ "$(ringctl digest web)" != "$before" ]
	ringctl migrate step web --to 0x40000000 >/dev/null
	expect_equal "$before" "$(ringctl digest web)"
	ringctl migrate step web --to start >/dev/null
	expect_equal "$(ringctl digest twin)" "$(ringctl digest web)"
}

# A key's owner by the old map and by the new one, and the map in use for the key.
looked_up()
{
	local key json node at

	ringctl migrate step web --to start >/dev/null
	for ((key = 0; ; key++)); do
		json=$(said_json lookup web "key_$key")
		[[ $json != *'"new":"b5"'* ]] || break
	done
	node=$(grep -o '"node":"b[1-4]"' <<<"$json" | tr -dc 'b0-9')
	expect_match "\"old\":\"$node\",\"new\":\"b5\",\"released\":false" echo "$json"
	expect_match " old $node  new b5  not released" ringctl lookup web "key_$key"
	at=$(json_number position "$json")
	ringctl migrate step web --to $((at + 1)) >/dev/null
	expect_match "\"node\":\"b5\".*\"old\":\"$node\",\"new\":\"b5\",\"released\":true" \
		said_json lookup web "key_$key"
	expect_match " old $node  new b5  released" ringctl lookup web "key_$key"
	expect_match "node b5 .* old $node  new b5  released" \
		ringctl lookup web position "$at"
	ringctl migrate step web --to "$at" >/dev/null
	expect_match "node $node " ringctl lookup web position "$at"
	# Without a migration, none of these words is printed.
	expect_nothing grep -E 'old|released' <<<"$(said_json lookup twin "key_$key")"
}

past_the_ends()
{
	ringctl migrate step web --to start >/dev/null
	refuses 'the frontier is at its start already' 2 migrate step web --share 1% --back
	refuses 'the frontier is at its start already' 2 migrate step web --arcs 1 --back
	ringctl migrate step web --to end >/dev/null
	expect_equal "$WHOLE" "$(frontier)"
	expect_match 'draining' ringctl migrate show web
	refuses 'the frontier is at its end already' 2 migrate step web --share 1%
	refuses 'the frontier is at its end already' 2 migrate step web --flows 1
	refuses 'expected 0 to 0x100000000' 1 migrate step web --to 0x100000001
	refuses 'expected 0 to 0x100000000' 1 migrate step web --to -1
	refuses 'how far' 1 migrate step web
	refuses 'how far' 1 migrate step web --share 1% --arcs 1
	refuses 'not a step' 1 migrate step web --share 0
	refuses 'expected a number from 1' 1 migrate step web --arcs 0
	refuses 'expected a number from 1' 1 migrate step web --flows 0
	refuses 'to and --back exclude' 1 migrate step web --to end --back
	expect_equal "$WHOLE" "$(frontier)"
}

another_epoch()
{
	local epoch

	epoch=$(figure epoch migrate show web)
	refuses "epoch does not match$(detail ": $epoch, not 1")" 3 migrate step web --to start --epoch 1
	expect_equal "$WHOLE" "$(frontier)"
	ringctl migrate step web --to 0x80000000 --epoch "$epoch" >/dev/null
	refuses 'epoch does not match' 3 migrate step web --to start --epoch "$epoch"
}

paused()
{
	local at

	at=$(frontier)
	expect_match 'paused \(a look round\)' ringctl migrate pause web 'a look round'
	refuses "the migration has to be resumed$(detail ': a look round')" 2 migrate step web --arcs 1
	expect_match '"state":"paused","reason":"a look round"' said_json migrate show web
	ringctl migrate wait web --for paused >/dev/null
	expect_equal "$at" "$(frontier)"
	refuses "the reason is too long$(detail ': at most 95 bytes')" 2 migrate pause web "$(printf '%0200d' 0)"
	expect_match 'holding' ringctl migrate resume web
	ringctl migrate step web --arcs 1 >/dev/null
	refuses 'has passed already' 1 migrate resume web --deadline 0
	refuses 'has passed already' 1 migrate resume web --deadline -5s
}

not_finished()
{
	ringctl migrate step web --to 0x80000000 >/dev/null
	refuses . 2 migrate finish web
	expect_match 'holding' ringctl migrate show web
	refuses 'not done in time' 5 migrate wait web --timeout 10ms
}

# --- the end of a migration -----------------------------------------------------

# A process that waits gets the end, and the ring is as planned.
forced()
{
	local waits status=0

	ringctl migrate wait web >"$WORK/waited" &
	waits=$!
	said_json migrate finish web --force >"$WORK/finished"
	wait "$waits" || status=$?
	expect_equal 0 "$status"
	expect_match '^web done' cat "$WORK/waited"
	expect_match '"state":"done".*"kind":"finish".*"receipt":.*"kind":"settled"' \
		cat "$WORK/finished"
	ringctl node add twin b5 >/dev/null
	expect_equal "$(digests twin)" "$(digests web)"
	expect_match ' settled  nodes 4 -> 5  moved' ringctl history web
	said_json history web >/dev/null
	expect_nothing grep 'not kept' <<<"$(ringctl history web)"
}

rolled_back()
{
	local waits status=0

	ringctl change web --hold '{ node del b2 ; node set b4 weight 1 }' >/dev/null
	ringctl migrate step web --share 4% >/dev/null
	ringctl migrate wait web 2>"$WORK/waited" &
	waits=$!
	expect_match 'rolling-back \(b2 is ill\)' ringctl migrate rollback web 'b2 is ill'
	refuses 'goes back already' 2 migrate rollback web
	# a change that joins replaces the reason, also by none
	ringctl change web --hold '{ node set b4 weight 2 }' >/dev/null
	expect_match 'web holding [0-9.]+%' ringctl migrate show web
	ringctl migrate rollback web >/dev/null
	ringctl migrate step web --to end >/dev/null
	ringctl migrate finish web --force >/dev/null
	wait "$waits" || status=$?
	expect_equal 5 "$status"
	expect_match 'rolled back' cat "$WORK/waited"
	refuses 'rolled back' 5 migrate wait web
	expect_equal "$(digests twin)" "$(digests web)"
}

at_once()
{
	ringctl node del web b1 --hold >/dev/null
	ringctl migrate step web --share 4% >/dev/null
	expect_match 'web done' ringctl migrate rollback web 'not now' --now
	expect_equal "$(digests twin)" "$(digests web)"
}

drained()
{
	ringctl node set web b3 state draining deadline 10m >/dev/null
	expect_match '^b3 .* draining .* deadline [0-9]' ringctl node show web b3
	expect_between 1 600000 "$(figure deadline node show web b3)"
	expect_match '"state":"draining"' said_json migrate show web
	# The deadline is the node's, not that of the migration.
	expect_match 'quiet 60s  window open  udp-grace [0-9]' ringctl migrate show web
	expect_nothing grep deadline <<<"$(ringctl migrate show web)"
	expect_equal 0 "$(figure share node show web b3)"
	ringctl migrate finish web --force >/dev/null
	ringctl node set web b3 state active >/dev/null
	ringctl node set web b3 state draining deadline 200ms >/dev/null
	ringctl migrate wait web --timeout 60s >/dev/null
	expect_nothing grep deadline <<<"$(ringctl node show web b3)"
	ringctl node set web b3 state active >/dev/null
	expect_equal "$(ringctl digest twin)" "$(ringctl digest web)"
	refuses 'has passed already' 1 node set web b3 state draining deadline 0
	refuses 'has passed already' 1 node set web b3 state draining deadline -1m
	refuses . 2 node set web b3 state down deadline 1m
	refuses 'expected one of active, draining, down' 1 node set web b3 state leaving
	refuses 'to the whole change' 1 change web '{ node del b1 --hold }'
}

# Once all has moved, changes are in force at once, and established flows stay. A
# rollback undoes all of these changes, and names each.
overlapping()
{
	said_json node set web b3 state draining deadline 10m >"$WORK/first"
	expect_match '"kind":"released"' cat "$WORK/first"
	expect_match '^web generation [0-9]+  set 1  in force, established flows stay' \
		ringctl node set web b1 weight 5
	expect_match 'Z released .* moved [1-9]' ringctl migrate steps web
	refuses 'the last change was in force at once' 2 migrate step web --to start
	refuses 'the last change was in force at once' 2 migrate step web --arcs 1 --back
	ringctl node set web b2 state down >/dev/null
	refuses "more than one change would be undone$(detail ': 2')" 6 migrate rollback web
	expect_match '"state":"draining"' said_json migrate show web
	ringctl node set web b2 state active >/dev/null
	ringctl migrate rollback web --all >"$WORK/undone"
	expect_match 'undoes generation [0-9]+: b3 draining' cat "$WORK/undone"
	expect_match 'undoes generation [0-9]+: b1 w5' cat "$WORK/undone"
	refuses "a migration is under way$(detail ': [0-9.]+% has still to go back')" 6 \
		node add web b6
	ringctl migrate rollback web --now >/dev/null
	expect_equal "$(digests twin)" "$(digests web)"
}

# A deleted node keeps its name until the migration ends.
leaves()
{
	ringctl node set web b3 state draining deadline 10m >/dev/null
	ringctl node del web b4 >/dev/null
	expect_match '"state":"leaving"' said_json node show web b4
	refuses "a leaving node has the name$(detail ': b4')" 6 node add web b4
	refuses "node is leaving, and can only go down$(detail ': b4')" 6 \
		node set web b4 weight 7
	refuses 'the flows of one node are cut with --force' 1 migrate finish web b4
	refuses "no such node$(detail ': b77')" 2 migrate finish web b77 --force
	said_json migrate finish web --force b4 >"$WORK/cut"
	expect_match ' cut 0x100000000  epoch [0-9]+  draining' ringctl migrate steps web
	expect_match '"state":"leaving"' said_json node show web b4
	ringctl node del web b4 --now >/dev/null
	refuses 'no such node' 2 node set web b4 state down
	expect_match '"state":"draining"' said_json migrate show web
	ringctl migrate finish web --force >/dev/null
	ringctl change web '{ node add b4 weight 3 via 10.0.0.4 via fd00::4 ;
		node set b3 state active }' >/dev/null
	expect_equal "$(ringctl digest twin)" "$(ringctl digest web)"
}

listed()
{
	expect_match '^web generation [0-9]+ held  added 1  moves by migrate run or step, is undone by migrate rollback' \
		ringctl node add web b9 --hold
	ringctl migrate step web --share 1% >/dev/null
	expect_equal '[]' "$(said_json migrate flows web)"
	said_json migrate steps web >"$WORK/steps"
	expect_match '"kind":"held".*"kind":"step".*"kind":"finish".*"kind":"rollback".*"kind":"undone"' \
		cat "$WORK/steps"
	expect_match 'Z undone 0x100000000  epoch [0-9]+  done' ringctl migrate steps web
	expect_match ' no-entry 0 ' ringctl -s migrate show web
	ringctl migrate rollback web --now >/dev/null
}

# --- events ---------------------------------------------------------------------

# heard FILE REGEX - a line of a monitor
heard()
{
	grep -qE "$2" "$1"
}

# A monitor does not report its start, so a new ring is its sign.
listens() # FILE
{
	ringctl ring add ping
	ringctl ring del ping
	heard "$1" 'ping'
}

# The sign of a monitor of web alone.
listens_to_web() # FILE
{
	ringctl ring set web udp-timeout 1m >/dev/null
	heard "$1" '"event":"ring set"'
}

told_live()
{
	local text json

	background ringctl monitor >"$WORK/monitor"
	text=$!
	background ringctl -j monitor web >"$WORK/monitor.json"
	json=$!
	busywait 20000 listens "$WORK/monitor"
	busywait 20000 listens_to_web "$WORK/monitor.json"
	ringctl node add web b9 --hold >/dev/null
	ringctl migrate step web --share 2% >/dev/null
	ringctl migrate pause web tea >/dev/null
	ringctl migrate rollback web --now >/dev/null
	busywait 20000 heard "$WORK/monitor" '^migrate web undone'
	busywait 20000 heard "$WORK/monitor.json" '"kind":"undone"'
	kill "$text" "$json"
	wait "$text" "$json" || :
	expect_match 'migrate web held .*migrate web step 0 -> 0x[0-9a-f]+  moved 2.000% in .*migrate web state .*paused \(tea\).*migrate web rollback .*migrate web undone' \
		tr '\n' ' ' <"$WORK/monitor"
	expect_match '^ring set web established stay' grep 'ring set' "$WORK/monitor"
	# One JSON object a line.
	json=0
	while read -r text; do
		((++json))
		echo "$text" >"$WORK/json/event.$json"
	done <"$WORK/monitor.json"
	expect_match '"receipt":.*"kind":"settled"' grep '"undone"' "$WORK/monitor.json"
}

# --- the runbook ----------------------------------------------------------------

# runs HEADING - the commands of a section of the runbook, as written
runs()
{
	doc_commands "$ROOT/Documentation/runbook.md" "$1" . >"$WORK/commands"
	run_commands "$here" "$WORK/commands" >"$WORK/said"
}

members()
{
	ringctl node show web | awk '!/ leaving /{ print $1 }' | xargs
}

runbook()
{
	ringctl ring del web
	ringctl ring add web
	ringctl change web '{ node add b1; node add b2; node add b3 }'
	runs "Several nodes"
	expect_match '^web draining .*100\.0%' ringctl migrate show web
	expect_equal 'b1 b2 b3 b8' "$(members)"
	runs "A rolling replacement"
	expect_equal 'b1 b11 b2 b3 b8' "$(members)"
	runs "A node dies while it leaves"
	expect_equal 'b11 b2 b3 b8' "$(members)"
}

cli_begin
ktap_test "settings of established flows" settings
ktap_test "wrong settings" bad_settings
fresh web points 40
fresh twin points 40
ktap_test "steps without a migration are refused" nothing_to_step
ktap_test "a held change moves nothing" held
ktap_test "plans during a migration" planned_meanwhile
ktap_test "a step by share" by_share
ktap_test "steps by arcs, and back" by_arcs
ktap_test "a step to a position and back restores the digest" there_and_back
ktap_test "look-ups print the old and the new owner" looked_up
ktap_test "steps past either end" past_the_ends
ktap_test "steps bound to an epoch" another_epoch
ktap_test "a migration is paused and resumed" paused
ktap_test "finish before the end is refused" not_finished
ktap_test "finished by force, the ring is as after a change at once" forced
ktap_test "rolled back, the ring is as before" rolled_back
ktap_test "rolled back at once, the ring is as before" at_once
ktap_test "a node drains until its deadline" drained
ktap_test "at the end of a migration, changes are in force at once" overlapping
ktap_test "a deleted node keeps its name" leaves
ktap_test "steps and flows are listed" listed
ktap_test "monitors print the events of a migration" told_live
ktap_test "the runbook's commands for several nodes" runbook
ktap_test "JSON has the spec's names and raw numbers" json_by_spec ring node migrate \
	lookup history plan events
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
