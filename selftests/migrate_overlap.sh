#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_overlap.sh - a command means the same whatever else is under way: in force at
# once while a drain waits, refused while a part has still to move, and no deadline
# cuts connections at another node
#
# The backends' logs tell where each connection is.
#
# one kernel: the change alone decides; migrate_live.sh has the connections of each kernel
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/rounds_lib.sh
. "$here/rounds_lib.sh"

five=(b1 b2 b3 b4 b5)
at_once='in force, established flows stay'
ways='web: go on by migrate run or step, back by migrate rollback, join by --hold'

# with_rings NAME COMMAND... - a test with new rings of five nodes, and connections
with_rings()
{
	rings_begin "${five[@]}"
	connections_open 40
	ktap_test "$@"
	connections_close
	rings_end
}

# applies RECEIPT_REGEX CHANGE_FOR_TWIN WORD... - web's command and twin's change
applies()
{
	expect_match "$1" rc "${@:3}"
	twin "$2"
}

# the_file SED_SCRIPT - $WORK/web.yaml is the running configuration, edited
the_file()
{
	rc save "$WORK/saved.yaml" web
	sed -E "$1" "$WORK/saved.yaml" >"$WORK/web.yaml"
	! cmp -s "$WORK/saved.yaml" "$WORK/web.yaml"
}

# drains N [DEADLINE] - node bN
drains()
{
	applies "$at_once" "{ node set b$1 state draining }" \
		node set web "b$1" state draining deadline "${2:-10m}"
}

# --- while one drain waits ----------------------------------------------------

# in_force CHANGE_FOR_TWIN WORD... - at once: no connection is cut, and new ones go by
# the new map
in_force()
{
	applies "$at_once" "$@"
	expect_equal "$(rc digest twin)" "$(rc digest web)" digest
	expect_equal 4294967296 "$(migration frontier)" frontier
	round_as_expected
}

second_drain()
{
	in_force '{ node set b2 state draining }' \
		node set web b2 state draining deadline 10m
	expect_equal 0 "$(grep -cE ' b[12]$' "$WORK/new" || :)" "new ones at draining nodes"
}

join()
{
	# shellcheck disable=SC2046 # words
	in_force "{ node add b6 $(words_of 6) }" node add web b6 $(words_of 6)
	expect_between 1 $((2 * fresh)) "$(grep -c ' b6$' "$WORK/new")" "new ones at b6"
}

weight()
{
	in_force '{ node set b3 weight 3 }' node set web b3 weight 3
}

deletion()
{
	in_force '{ node del b4 }' node del web b4
	expect_match '"state": *"leaving"' rc -j node show web b4
}

replacement()
{
	# shellcheck disable=SC2046 # words
	in_force "{ node replace b5 b7 $(words_of 7) }" \
		node replace web b5 b7 $(words_of 7)
	expect_between 1 $((2 * fresh)) "$(grep -c ' b7$' "$WORK/new")" "new ones at b7"
}

synced()
{
	the_file "/name: b6,/d; s/^(  - \{ name: b7,.*)/\1\n  - { name: b8, id: 8, via: [$(backend4 8), \"$(backend6 8)\"] }/"
	in_force "{ node del b6 ; node add b8 $(words_of 8) }" sync "$WORK/web.yaml"
	expect_between 1 $((2 * fresh)) "$(grep -c ' b8$' "$WORK/new")" "new ones at b8"
	rc sync "$WORK/web.yaml" | grep -x 'web unchanged'
}

# All receipts of the migration are of its changes.
rollback_names_them()
{
	expect_error "more than one change would be undone$(detail ': 7')" 6 \
		rc migrate rollback web
	rc migrate rollback web --now --all >"$WORK/undone"
	sed -n 's/^ undoes generation [0-9]*: *//p' "$WORK/undone" >"$WORK/names"
	expect_match '^b1 draining.b2 draining.\+b6.*.b3 w3.-b4.b5=>b7.*-b6.*\+b8|^b1 draining.b2 draining.\+b6.*.b3 w3.-b4.b5=>b7.*\+b8.*-b6' \
		cat "$WORK/names"
	expect_equal 7 "$(wc -l <"$WORK/names")" "changes"
	rc ring del twin
	rc ring add twin seed "$SEED"
	twin "$(hashring_change_text "" "${five[*]}")"
	expect_equal "$(rc digest twin)" "$(rc digest web)" "digest of the origin"
	expect_equal "$(<"$WORK/members")" "$(rc digest web --config)" "members"
	# Connections never left their nodes, so all of them are where they belong.
	round_as_expected
}

# --- deadlines ----------------------------------------------------------------

past() # MICROSECONDS
{
	[ "${EPOCHREALTIME/[.,]/}" -gt "$1" ]
}

# two_deadlines SECONDS - the second one three seconds after the first
two_deadlines()
{
	local first_end second_end

	drains 1 "${1}s"
	first_end=${EPOCHREALTIME/[.,]/}
	drains 3 "$(($1 + 3))s"
	round_as_expected
	# A tick comes five times a second.
	busywait 60000 past $((first_end + $1 * 1000000 + 600000))
	round_as_expected b1
	second_end=$((first_end + ($1 + 3) * 1000000))
	past $((second_end - 1000000)) || round_as_expected b1
	busywait 60000 past $((second_end + 800000))
	round_as_expected b1 b3
}

deadlines_and_end()
{
	two_deadlines 3
	# Nothing is left at the nodes that drained, and no other node lost an arc.
	busywait "$BUSYWAIT_TIMEOUT" is_done
	round_as_expected b1 b3
	expect_between 1 79 "$(began_at b1)" "connections at b1"
	expect_between 1 79 "$(began_at b3)" "connections at b3"
}

# Connections at active nodes stay while their arcs are elsewhere, for as long as they
# last; then the migration ends by itself.
deadlines_and_a_join()
{
	drains 5 1s
	# shellcheck disable=SC2046 # words
	applies "$at_once" "{ node add b6 $(words_of 6) }" node add web b6 $(words_of 6)
	two_deadlines_more 3
	expect_equal draining "$(state)"
	expect_between 1 80 "$(migration pinned)" "connections that stay"
}

two_deadlines_more()
{
	local end

	drains 2 "${1}s"
	end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	busywait 60000 past $((end + 800000))
	round_as_expected b2 b5
	round_as_expected b2 b5
}

ends_with_its_connections()
{
	expect_equal draining "$(state)"
	rc migrate resume web --quiet 1s >/dev/null
	busywait "$BUSYWAIT_TIMEOUT" is_done
	expect_equal "$(rc digest twin)" "$(rc digest web)" "digest at the end"
	expect_match 'settled' rc history web
}

# Connections that begin in arcs of a node whose deadline has passed stay at their nodes,
# whatever changes later.
later_changes()
{
	round_as_expected
	drains 2
	round_as_expected
	applies "$at_once" '{ node set b3 weight 4 }' node set web b3 weight 4
	round_as_expected
}

# --- with anything still to move ------------------------------------------------

# refused WORD... - and nothing has changed
refused()
{
	standing >"$WORK/before"
	expect_error "a migration is under way$(detail ": [0-9.]+% $still").*$ways" 6 rc "$@"
	standing | diff "$WORK/before" -
}

all_refused()
{
	refused node set web b2 state draining deadline 10m
	refused node set web b2 state draining
	# shellcheck disable=SC2046 # words
	refused node add web b7 $(words_of 7)
	refused node set web b3 weight 2
	refused node del web b4
	# shellcheck disable=SC2046 # words
	refused node replace web b5 b7 $(words_of 7)
	refused change web '{ node set b2 state down ; node set b3 weight 2 }'
	the_file 's/(name: b3,.*weight:) 1/\1 4/'
	refused sync "$WORK/web.yaml"
	refused plan web '{ node del b4 }'
}

# kept_frontier REGEX WORD... - in force at once, and the frontier stays
kept_frontier()
{
	local at generation

	at=$(migration frontier)
	generation=$(json_number generation "$(rc -j ring show web)")
	expect_match "generation $((generation + 1)) .*$1" rc "${@:2}"
	expect_equal "$at" "$(migration frontier)" "frontier"
}

via_and_zone()
{
	rc digest web >"$WORK/before"
	kept_frontier 'in force' node set web b3 zone 7
	expect_match '"zone": *7' rc -j node show web b3
	# the address of another backend, for new connections and for old ones
	kept_frontier 'in force' node set web b3 via "$(backend4 4)" via "$(backend6 4)"
	rc digest web | diff "$WORK/before" -
	one_round
	expect_equal 0 "$(cat "$WORK/now" "$WORK/new" | grep -c ' b3$' || :)" \
		"at b3's old address"
	# shellcheck disable=SC2046 # words
	kept_frontier 'in force' node set web b3 via "$(backend4 3)" via "$(backend6 3)"
}

goes_down()
{
	kept_frontier 'in force' node set web b1 state down
	expect_equal 0 "$(json_number share "$(rc -j node show web b1)")" "share of b1"
	one_round
	cut_alone b1 b3
	expect_equal 0 "$(grep -c ' b1$' "$WORK/new" || :)" "new ones at b1"
}

joined_by_hold()
{
	rc digest web >"$WORK/before"
	expect_match '^web generation [0-9]+ held .*moves by migrate run or step, is undone by migrate rollback' \
		rc node set web b4 weight 2 --hold
	rc digest web | diff "$WORK/before" -
	expect_equal 0 "$(migration frontier)" "frontier"
	still='has still to move'
	refused node del web b4
	standing >"$WORK/before"
	expect_error "a node that goes down is not held$(detail ': b4')" 2 \
		rc node set web b4 state down --hold
	expect_error "a node that goes down is not held$(detail ': b4')" 2 \
		rc node del web b4 --now --hold
	standing | diff "$WORK/before" -
}

# something_to_move STATE - held: frontier at 0; stepping; or rolling back
something_to_move()
{
	# shellcheck disable=SC2046 # words
	rc node add web b6 $(words_of 6) --hold
	still='has still to move'
	if [ "$1" != held ]; then
		rc migrate step web --to 0x80000000
	fi
	if [ "$1" = back ]; then
		rc migrate rollback web >"$WORK/undone"
		expect_match 'undoes generation 2: \+b6' cat "$WORK/undone"
		still='has still to go back'
	fi
	all_refused
	one_round
	cut_alone
	via_and_zone
	goes_down
	joined_by_hold
	rc migrate run web --interval 0 --quiet 1ms --no-finish >/dev/null
	expect_equal 4294967296 "$(migration frontier)" "frontier at the end"
}

# The only node that was to join goes again, so nothing has still to move.
nothing_to_move()
{
	# shellcheck disable=SC2046 # words
	rc node add web b6 $(words_of 6) --hold
	expect_match 'in force' rc node del web b6 --now
	applies "$at_once" '{ node set b3 weight 2 }' node set web b3 weight 2
	round_as_expected
}

down_with_others()
{
	drains 1
	# shellcheck disable=SC2046 # words
	applies "$at_once, but not at nodes that go down \([0-9]+ known\)" \
		"{ node set b2 state down ; node add b6 $(words_of 6) }" \
		change web "{ node set b2 state down ; node add b6 $(words_of 6) }"
	round_as_expected b2
}

# --- rollback and steps ---------------------------------------------------------

# No step goes behind a change that was in force at once.
steps_stop()
{
	drains 1
	expect_error "the last change was in force at once$(detail ': no step goes back')" 2 \
		rc migrate step web --share 1% --back
	expect_error "the last change was in force at once$(detail ': no step goes back')" 2 \
		rc migrate step web --to 0x40000000
	expect_error "the last change was in force at once$(detail ': no step goes back')" 2 \
		rc migrate step web --to start
	expect_equal 4294967296 "$(migration frontier)" "frontier"
	round_as_expected
	# Of a change that is held afterwards, steps go back as far as its beginning.
	# shellcheck disable=SC2046 # words
	rc node add web b6 $(words_of 6) --hold
	rc migrate step web --to end
	rc migrate step web --to start
	expect_equal "$(rc digest twin)" "$(rc digest web)" "digest back at the held change"
	round_as_expected
}

rollback_of_one()
{
	drains 1
	rc node set web b2 state down
	rc node set web b1 state draining deadline 20m	# changes nothing else
	rc migrate rollback web >"$WORK/undone"
	expect_equal ' undoes generation 2: b1 draining  b2 stays down' \
		"$(head -n 2 "$WORK/undone" | tr '\n' ' ' | sed 's/ $//')"
	rc migrate step web --to end
	twin '{ node set b1 state active ; node set b2 state down }'
	expect_equal "$(rc digest twin)" "$(rc digest web)" "digest of the origin less b2"
	round_as_expected b2
}

# A node that goes down with another weight stays down, and its weight is undone. What
# changes while a migration goes back is undone by the next rollback.
rollback_of_more()
{
	drains 1
	applies "$at_once, but not at nodes that go down \([0-9]+ known\)" \
		'{ node set b2 state down weight 3 }' node set web b2 state down weight 3
	expect_error "more than one change would be undone$(detail ': 2').*--all" 6 \
		rc migrate rollback web
	rc migrate rollback web --all >"$WORK/undone"
	expect_match 'undoes generation 3: b2 w3' cat "$WORK/undone"
	grep -x ' b2 stays down' "$WORK/undone"
	expect_match 'b2 id 2 weight 1 +down' rc node show web b2
	rc node set web b3 via "$(backend4 4)" via "$(backend6 4)"
	rc node set web b4 weight 2 --hold
	expect_error "more than one change would be undone$(detail ': 2')" 6 \
		rc migrate rollback web
}

# --- deleted nodes --------------------------------------------------------------

# leaving_nodes - b1 drains, b2 to b4 are deleted, and keep their connections
leaving_nodes()
{
	drains 1
	applies "$at_once" '{ node del b2 }' node del web b2
	applies "$at_once" '{ node del b3 }' node del web b3
	applies "$at_once" '{ node del b4 }' node del web b4
	round_as_expected
}

keep_their_names()
{
	expect_match 'leaving' rc node show web b2
	# shellcheck disable=SC2046 # words
	expect_error "a leaving node has the name$(detail ': b2')" 6 \
		rc node add web b2 id 22
	expect_error "node is leaving, and can only go down$(detail ': b2')" 6 \
		rc node set web b2 weight 3
	expect_error "node is leaving, and can only go down$(detail ': b2')" 6 \
		rc node del web b2
	round_as_expected
}

# gone NODE - a leaving node that is down
gone()
{
	expect_error "no such node$(detail ": $1")" 2 rc node set web "$1" state down
	expect_error "no such node$(detail ": $1")" 2 rc node del web "$1" --now
	expect_equal 0 "$(rc node show web | grep -c "^$1 " || :)" "lines of $1"
	# its name is free when the migration ends
	expect_error "a leaving node has the name$(detail ": $1")" 6 rc node add web "$1"
}

cut_one_by_one()
{
	leaving_nodes
	keep_their_names
	expect_match 'in force' rc node set web b2 state down
	round_as_expected b2
	gone b2
	expect_match 'in force' rc node del web b3 --now
	round_as_expected b2 b3
	gone b3
	expect_error 'the flows of one node are cut with --force' 1 rc migrate finish web b4
	rc migrate finish web b4 --force
	round_as_expected b2 b3 b4
	expect_error "no such node$(detail ": nobody")" 2 rc migrate finish web nobody --force
	expect_error "the node is in service$(detail ': b5')" 2 \
		rc migrate finish web b5 --force
	# a member that drains, too; then nothing is left to wait for
	rc migrate finish web b1 --force
	round_as_expected b1 b2 b3 b4
	busywait "$BUSYWAIT_TIMEOUT" is_done
	rc node add web b2 id 22
}

# A member that is deleted with its connections, also without a migration.
deleted_now()
{
	drains 1
	applies 'in force' '{ node del b2 }' node del web b2 --now
	round_as_expected b2
	gone b2
}

# --- sync ------------------------------------------------------------------------

sync_of_a_held_change()
{
	# shellcheck disable=SC2046 # words
	rc node add web b6 $(words_of 6) --hold
	rc save "$WORK/web.yaml" web
	expect_equal 7 "$(status_of rc sync "$WORK/web.yaml")" "exit status"
	expect_match 'web is like the file, but [0-9.]+% has still to move: migrate run or step' \
		cat "$WORK/said"
	expect_equal 7 "$(status_of rc history web revert 2)" "exit status of a revert"
	expect_match 'like generation 2; [0-9.]+% has still to move' cat "$WORK/said"
	expect_equal 7 "$(status_of rc sync "$WORK/web.yaml" --dry-run)" "of a dry run"
	expect_equal 0 "$(status_of rc sync "$WORK/web.yaml" --hold)" "of a hold"
	expect_equal 7 "$(status_of rc sync "$WORK/web.yaml")" "exit status once more"
	round_as_expected
}

status_of() # COMMAND... - prints the status; the output goes to $WORK/said
{
	local status=0

	"$@" >"$WORK/said" || status=$?
	echo "$status"
}

sync_holds()
{
	rc digest web >"$WORK/before"
	the_file '/name: b1,/d'
	expect_match '^web generation [0-9]+ held .*moves by migrate run or step' \
		rc sync --hold "$WORK/web.yaml"
	rc digest web | diff "$WORK/before" -
	round_as_expected
	rc migrate step web --to end
	twin '{ node del b1 }'
	round_as_expected
}

# No other connections: the pacer would wait for their ends.
sync_paces()
{
	rings_begin "${five[@]}"
	the_file '/name: b1,/d'
	rc sync "$WORK/web.yaml" --migrate '--interval 0 --quiet 1ms --batch 5%' >"$WORK/said"
	expect_between 2 1000 "$(grep -c '^web step' "$WORK/said")" "steps"
	expect_match 'settled' cat "$WORK/said"
	twin '{ node del b1 }'
	expect_equal "$(rc digest twin)" "$(rc digest web)" digest
}

# Nothing is done if the options of the pacer are wrong.
sync_paces_wrongly()
{
	rings_begin "${five[@]}"
	the_file '/name: b1,/d'
	rc digest web --config >"$WORK/before"
	expect_error 'unknown word' 1 rc sync "$WORK/web.yaml" --migrate '--nonsense'
	expect_error '--batch "150%": expected' 1 rc sync "$WORK/web.yaml" --migrate '--batch 150%'
	expect_error 'no change and no plan' 1 rc sync "$WORK/web.yaml" --migrate '{ node add b9 }'
	expect_error 'no change and no plan' 1 rc sync "$WORK/web.yaml" --migrate '--plan 1-00000000'
	expect_error 'one line' 1 rc sync "$WORK/web.yaml" --migrate $'--batch 5%\n--rate 5'
	expect_error 'only one of these' 1 rc sync "$WORK/web.yaml" --hold --migrate '--batch 5%'
	rc digest web --config | diff "$WORK/before" -
}

# A ring of the file refuses, so no ring of the file changes.
sync_refused()
{
	# shellcheck disable=SC2046 # words
	rc node add web b6 $(words_of 6) --hold
	rc save "$WORK/both.yaml" twin web
	sed -i -E 's/(name: b3,.*weight:) 1/\1 4/' "$WORK/both.yaml"
	rc digest twin --config >"$WORK/twin"
	still='has still to move'
	refused sync "$WORK/both.yaml"
	rc digest twin --config | diff "$WORK/twin" -
	round_as_expected
}

# --- run ----------------------------------------------------------------------------

rounds_begin 8
rings_begin "${five[@]}"
connections_open 40
rc digest web --config >"$WORK/members"
drains 1 >"$WORK/said" || bail_out "b1 does not drain"
ktap_test "while one node drains, a second drain is in force at once" second_drain
ktap_test "a join likewise" join
ktap_test "a weight likewise" weight
ktap_test "a deletion likewise" deletion
ktap_test "a replacement likewise" replacement
ktap_test "a sync likewise" synced
ktap_test "a rollback names all of these, and undoes them with --all" rollback_names_them
connections_close
rings_end

with_rings "two deadlines: each cuts connections of its node alone, then the migration ends" \
	deadlines_and_end
ring_settings=(fin-timeout 1s)
rings_begin "${five[@]}"
connections_open 40
ktap_test "connections at active nodes whose arcs have moved stay" deadlines_and_a_join
connections_close
ktap_test "the migration ends by itself after these connections" ends_with_its_connections
rings_end
ring_settings=()
rings_begin "${five[@]}"
{ drains 5 && drains 1 1s; } >"$WORK/said" || bail_out "no drains"
passed_at=$((${EPOCHREALTIME/[.,]/} + 1800000))
busywait 60000 past $passed_at
connections_open 40
ktap_test "connections of after a deadline stay, whatever changes later" later_changes
connections_close
rings_end
with_rings "with the frontier at 0: refused, but down, via, zone and --hold" \
	something_to_move held
with_rings "with the frontier in the middle likewise" something_to_move middle
with_rings "while a migration goes back likewise" something_to_move back
with_rings "with nothing to move any more, a change is in force at once" nothing_to_move
with_rings "a node goes down in a change with others, and the receipt says so" \
	down_with_others
with_rings "no step goes behind a change that was in force at once" steps_stop
with_rings "a rollback of one change wants no --all, and leaves down what is down" \
	rollback_of_one
with_rings "a rollback of more than one change" rollback_of_more
with_rings "a deleted node keeps its name; its connections are cut alone" cut_one_by_one
with_rings "a node that is deleted --now" deleted_now
with_rings "sync says what is held: exit status 7" sync_of_a_held_change
with_rings "sync --hold" sync_holds
with_rings "a refused sync changes no ring: exit status 6" sync_refused
ktap_test "sync --migrate paces the change to its end" sync_paces
rings_end
ktap_test "sync --migrate with wrong options does nothing" sync_paces_wrongly
rings_end
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
