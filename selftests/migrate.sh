#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate.sh - changes in steps: which flows move, and when
#
# Established flows move with their arcs here, so that every flow shows the
# position of the frontier. migrate_track.sh and migrate_live.sh test flows that
# stay. The backends' logs of two rounds show the flows that moved.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/flows_lib.sh
. "$here/flows_lib.sh"

ring_options=(seed 000102030405060708090a0b0c0d0e0f established move)
udp_flows=4000

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

migration() # NAME: a figure of `migrate show`
{
	json_number "$1" "$(rc -j migrate show "$ring")"
}

# A test runs in a subshell, so the number of the last round is in a file.
udp_round()
{
	round=$(($(<"$WORK/round") + 1))
	echo "$round" >"$WORK/round"
	send_udp "$round" "$udp_flows" >"$WORK/said" || bail_out "$(<"$WORK/said")"
}

# Compares the last two rounds, into ${compared[]}; see compare.
what_moved() # OPTION...
{
	udp_round
	compare u $((round - 1)) "$round" "$@" || bail_out "no flows"
}

nothing_moved()
{
	what_moved
	expect_equal 0 "${compared[moved]}" "flows that moved"
	expect_equal 0 "${compared[missing]}" "flows that were lost"
}

# A step of the migration moves its share of the flows, all to NODE.
step_moves() # NODE WORDS OF STEP...
{
	local node=$1 moved
	shift

	moved=$(json_number moved "$(rc -j migrate step "$ring" "$@")")
	what_moved --joined "$node" --share "$moved"
	echo "moved ${compared[moved]}, expected ${compared[expected]}"
	expect_equal yes "${compared[within]}" "within three standard errors"
	expect_equal 0 "${compared[collateral]}" collateral
	expect_equal 0 "${compared[missing]}" "flows that were lost"
}

# --- one change, forward and back -------------------------------------------

held_moves_nothing()
{
	local before

	before=$(digest)
	rc change "$ring" --hold "$(hashring_change_text "b1 b2 b3 b4" "b1 b2 b3 b4 b5")" >/dev/null
	expect_equal "$before" "$(digest)" "digest of the effective map"
	expect_equal 0 "$(migration released)" "share released"
	nothing_moved
}

steps_move_their_share()
{
	step_moves b5 --share 5%
	expect_between 214748365 214748366 "$(migration released)" "5 % of the ring"
	step_moves b5 --arcs 20
}

a_position_is_a_position()
{
	rc migrate step "$ring" --to 0x80000000 >/dev/null
	expect_equal 2147483648 "$(migration frontier)" frontier
	udp_round
}

back_gives_back()
{
	local before at

	before=$(digest)
	at=$(migration frontier)
	rc migrate step "$ring" --share 3% >/dev/null
	udp_round
	rc migrate step "$ring" --to "$at" >/dev/null
	expect_equal "$before" "$(digest)" "digest back at that frontier"
	what_moved --left b5
	expect_between 1 "$udp_flows" "${compared[moved]}" "flows that came back"
	expect_equal 0 "${compared[collateral]}" collateral
}

the_end_is_the_change()
{
	rc migrate step "$ring" --to end >/dev/null
	rc ring add twin seed 000102030405060708090a0b0c0d0e0f >/dev/null
	rc change twin "$(hashring_change_text "" "b1 b2 b3 b4 b5")" >/dev/null
	expect_equal "$(rc digest twin)" "$(digest)" "digest at the end"
	udp_round
	rc migrate finish "$ring" >"$WORK/finished"
	expect_equal "$(rc digest twin)" "$(digest)" "digest when settled"
	nothing_moved
	rc ring del twin
}

the_whole_has_a_receipt()
{
	local generation last

	generation=$(json_number generation "$(rc -j ring show "$ring")")
	last=$(rc -j history "$ring" generation "$generation")
	expect_match '"kind": *"settled"' echo "$last"
	expect_equal 0 "$(json_number collateral "$last")" collateral
	expect_equal 1 "$(json_number added "$last")" added
}

# --- changes during a migration ----------------------------------------------

changes_join_and_move_nothing()
{
	local before

	rc change "$ring" --hold '{ node add b6 id 6 via 10.1.0.7 via fd00:b::6:1 }' >/dev/null
	rc migrate step "$ring" --share 6% >/dev/null
	udp_round
	before=$(digest)
	expect_error "a migration is under way$(detail ': .*% has still to move')" 6 \
		rc change "$ring" '{ node del b2 }'
	expect_equal "$before" "$(digest)" "digest after a change that was refused"
	rc change "$ring" --hold '{ node del b2 }' >/dev/null
	expect_equal "$before" "$(digest)" "digest after a second change"
	nothing_moved
	# b2 is not a member any more, and still gets its flows.
	expect_match '"state": *"leaving"' rc -j node show "$ring" b2
	expect_match '"leaving": *true' rc -s -j migrate show "$ring"
}

its_id_stays_taken()
{
	expect_error "id is taken$(detail ': 2 by node b2')" 2 rc node add "$ring" b7 id 2 --hold
	expect_error "id cannot change during a migration$(detail ': that of node b1')" 2 \
		rc node set "$ring" b1 id 77 --hold
}

down_is_at_once()
{
	local share

	share=$(json_number share "$(rc -j node show "$ring" b3)")
	rc node set "$ring" b3 state down >/dev/null
	expect_equal 0 "$(json_number share "$(rc -j node show "$ring" b3)")" \
		"share of b3"
	what_moved --left b3 --share "$share"
	expect_equal yes "${compared[within]}" "all that b3 had, within three standard errors"
	expect_equal 0 "${compared[collateral]}" collateral
	rc node set "$ring" b3 state active --hold >/dev/null
	udp_round
}

rollback_is_the_origin()
{
	expect_error "more than one change would be undone$(detail ': 3')" 6 \
		rc migrate rollback "$ring"
	rc migrate rollback "$ring" --all >"$WORK/undone"
	expect_match 'undoes generation [0-9]+: \+b6 .*undoes .*: -b2.*undoes .*: b3 active' \
		cat "$WORK/undone"
	expect_error "a migration is under way$(detail ': .*% has still to go back')" 6 \
		rc node del "$ring" b1
	expect_match '"state": *"rolling-back"' rc -j migrate show "$ring"
	nothing_moved
	rc migrate step "$ring" --to end >/dev/null
	rc migrate finish "$ring" >/dev/null
	expect_equal "$(<"$WORK/origin")" "$(digest)" "digest of the origin"
	expect_equal "$(<"$WORK/origin_config")" "$(rc digest "$ring" --config)" \
		"digest of the membership"
	udp_round
	compare u "$(<"$WORK/origin_round")" "$round" || bail_out "no flows"
	expect_equal 0 "${compared[moved]}" "flows elsewhere than at first"
}

down_stays_down()
{
	rc change "$ring" --hold '{ node del b4 }' >/dev/null
	rc migrate step "$ring" --share 4% >/dev/null
	rc node set "$ring" b1 state down >/dev/null
	rc migrate rollback "$ring" --now >/dev/null
	expect_match '"state": *"down"' rc -j node show "$ring" b1
	rc ring add twin seed 000102030405060708090a0b0c0d0e0f >/dev/null
	rc change twin "$(hashring_change_text "" "b1 b2 b3 b4 b5")" >/dev/null
	rc node set twin b1 state down >/dev/null
	expect_equal "$(rc digest twin)" "$(digest)" "the origin less what is down"
	rc ring del twin
	rc node set "$ring" b1 state active >/dev/null
}

# --- draining ---------------------------------------------------------------

is_settled()
{
	[[ $(rc -j migrate show "$ring") =~ \"state\":\ *\"done\" ]]
}

draining_ends_by_itself()
{
	udp_round
	rc node set "$ring" b5 state draining deadline 1s >/dev/null
	expect_equal 0 "$(json_number share "$(rc -j node show "$ring" b5)")" "share of b5"
	what_moved --left b5
	expect_equal 0 "${compared[collateral]}" collateral
	busywait "$BUSYWAIT_TIMEOUT" is_settled
	expect_match 'draining' rc node show "$ring" b5
	rc node set "$ring" b5 state active >/dev/null
}

# --- balanced ---------------------------------------------------------------

balanced_steps_by_cells()
{
	local before cell=65536

	rc ring add grid placement balanced established move >/dev/null
	rc change grid '{ node add n1; node add n2; node add n3 }' >/dev/null
	before=$(rc digest grid)
	rc change grid --hold '{ node add n4; node del n1 }' >/dev/null
	expect_equal "$before" "$(rc digest grid)" "digest of the effective map"
	expect_error 'no border of a cell' 2 rc migrate step grid --to 12345
	rc migrate step grid --share 0.001% >/dev/null
	expect_equal 0 $(($(json_number frontier "$(rc -j migrate show grid)") % cell)) \
		"the frontier's place in its cell"
	expect_equal $((cell)) "$(json_number released "$(rc -j migrate show grid)")" \
		"the least step"
	rc change grid --hold '{ node add n5 weight 3 }' >/dev/null
	rc migrate step grid --share 7% >/dev/null
	rc migrate rollback grid --all >/dev/null
	rc migrate step grid --to end >/dev/null
	rc migrate finish grid >/dev/null
	expect_equal "$before" "$(rc digest grid)" "digest of the origin"
	rc ring del grid
}

# From an empty ring: arcs not moved yet have no owner, and are printed so.
nobodys_arcs_are_told()
{
	rc ring add nobody >/dev/null
	rc change nobody --hold '{ node add n1 }' >/dev/null
	rc migrate step nobody --to 0x80000000 >/dev/null
	expect_equal $'4294967295\t2147483647\tn1\n2147483647\t4294967295\t-' \
		"$(rc arcs nobody)" arcs
	rc ring del nobody
}

# --- deletion during a migration ---------------------------------------------

ring_goes_in_mid_migration()
{
	rc ring add gone >/dev/null
	rc change gone '{ node add n1; node add n2 }' >/dev/null
	rc change gone --hold '{ node add n3 }' >/dev/null
	rc migrate step gone --share 10% >/dev/null
	rc ring del gone
	expect_error 'no such ring' 2 rc migrate show gone
}

namespace_goes_in_mid_migration()
{
	ip netns add "hr$$-brief"
	"$RINGCTL" -n "hr$$-brief" ring add gone >/dev/null
	"$RINGCTL" -n "hr$$-brief" change gone '{ node add n1; node add n2 }' >/dev/null
	"$RINGCTL" -n "hr$$-brief" change gone --hold '{ node add n3 }' >/dev/null
	"$RINGCTL" -n "hr$$-brief" migrate step gone --share 10% >/dev/null
	ip netns del "hr$$-brief"
}

need_module
need_program nft
ktap_begin
kernel_log_mark
topology 6
sink_start || bail_out "no backends"
method_begin hashring b1 b2 b3 b4 || bail_out "no ring"
echo 0 >"$WORK/round"
udp_round

ktap_test "a held change moves nothing" held_moves_nothing
ktap_test "a step moves its share, all of it to the node that joins" steps_move_their_share
ktap_test "a step goes to a position" a_position_is_a_position
ktap_test "a step back returns the flows of the step" back_gives_back
ktap_test "at the end the map is the change's" the_end_is_the_change
ktap_test "the finished migration has a receipt" the_whole_has_a_receipt
udp_round
digest >"$WORK/origin"
rc digest "$ring" --config >"$WORK/origin_config"
echo "$round" >"$WORK/origin_round"
ktap_test "a change in mid-migration moves nothing" changes_join_and_move_nothing
ktap_test "ids stay with their nodes until the end" its_id_stays_taken
ktap_test "a node that goes down loses its arcs at once" down_is_at_once
ktap_test "a rollback restores the map, the members and the flows" rollback_is_the_origin
ktap_test "a node that went down in mid-migration stays down after a rollback" down_stays_down
ktap_test "draining with a deadline is a migration that ends by itself" draining_ends_by_itself
ktap_test "a balanced ring steps by cells, and a rollback restores its digest" balanced_steps_by_cells
ktap_test "arcs without an owner are printed as such" nobodys_arcs_are_told
ktap_test "a ring is deleted in mid-migration" ring_goes_in_mid_migration
ktap_test "a namespace goes in mid-migration" namespace_goes_in_mid_migration
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
