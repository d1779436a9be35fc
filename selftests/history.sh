#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# history.sh - operations of past changes, reverts to past generations, and the
# difference between two generations
#
# one kernel: ringctl and the core alone decide the answers
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

CHANGES=$(fewer 8 3)	# the history also holds this number of reverts

generation() # RING
{
	figure generation ring show "$1"
}

# all_of RING - all that a revert restores
all_of()
{
	digests "$1"
	ringctl save - "$1" | grep -v generation:
}

# --- random changes, and back -------------------------------------------------------

# make_past RING PLACEMENT - $WORK/RING.G is the ring in generation G
make_past()
{
	local ring=$1 change

	ringctl ring add "$ring" placement "$2" seed "$SEED"
	all_of "$ring" >"$WORK/$ring.0"
	"$ROOT/selftests/random_changes.py" "$2" "$CHANGES" 1 >"$WORK/changes"
	while read -r change; do
		ringctl change "$ring" "$change" >/dev/null
		all_of "$ring" >"$WORK/$ring.$(generation "$ring")"
	done <"$WORK/changes"
	expect_equal "$CHANGES" "$(generation "$ring")" generations
}

# The difference of neighbouring generations is in the receipt.
diffs_are_receipts() # RING
{
	local ring=$1 g

	for ((g = 1; g <= CHANGES; g++)); do
		said_json diff "$ring" $((g - 1)) "$g" >"$WORK/diff.$g"
		said_json history "$ring" generation "$g" >"$WORK/receipt.$g"
		said_json history "$ring" moves "$g" >"$WORK/moves.$g"
	done
	python3 - "$WORK" "$CHANGES" <<'END'
import json, sys
order = lambda m: (m["from"], m["to"])
for g in range(1, int(sys.argv[2]) + 1):
    diff, receipt, moves = (json.load(open(f"{sys.argv[1]}/{name}.{g}"))
                            for name in ("diff", "receipt", "moves"))
    figures = receipt["receipt"]
    for key in ("moved", "gained", "lost", "required", "collateral", "ideal", "arcs",
                "peak_before", "peak_after", "nodes_before", "nodes_after"):
        assert diff[key] == figures[key], (g, key, diff[key], figures[key])
    assert sorted(diff["move"], key=order) == sorted(moves, key=order), g
    assert sum(m["share"] for m in moves) == figures["moved"], g
    assert receipt["kept_ops"] == receipt["nr_ops"] == len(receipt["op"]), g
    for op in receipt["op"]:
        assert ("before" in op) == (op["kind"] != "add"), op
        assert ("after" in op) == (op["kind"] != "del"), op
END
}

# Reverts to every generation, in a mixed order.
back_to_each() # RING
{
	local ring=$1 i g before

	rm -f "$WORK"/diff.* "$WORK"/receipt.*
	for ((i = 0; i <= CHANGES; i++)); do
		g=$((i * 7 % (CHANGES + 1)))
		before=$(generation "$ring")
		said_json diff "$ring" "$before" "$g" >"$WORK/diff.$i"
		if [[ $(<"$WORK/diff.$i") == *'"op":[]'*'"moved":0'* ]]; then
			expect_match "as it was in generation $g: nothing to change" \
				ringctl history "$ring" revert "$g"
			expect_equal "$before" "$(generation "$ring")"
		else
			said_json history "$ring" revert "$g" --dry-run >"$WORK/planned.$i"
			expect_equal "$before" "$(generation "$ring")" "a dry run"
			said_json history "$ring" revert "$g" >"$WORK/receipt.$i"
			expect_equal $((before + 1)) "$(generation "$ring")"
		fi
		all_of "$ring" | diff "$WORK/$ring.$g" -
	done
	python3 - "$WORK" <<'END'
import glob, json, sys
for name in glob.glob(sys.argv[1] + "/receipt.*"):
    diff, planned, receipt = (json.load(open(name.replace("/receipt.", f"/{what}.")))
                              for what in ("diff", "planned", "receipt"))
    for key in "moved", "gained", "lost", "required", "collateral", "ideal", "arcs":
        assert diff[key] == planned["receipt"][key] == receipt["receipt"][key], key
    rows = receipt["receipt"]["move"]
    assert sum(m["share"] for m in diff["move"]) == diff["moved"]
    assert len(diff["move"]) == receipt["receipt"]["nr_moves"]
    assert all(row in diff["move"] for row in rows)
END
}

# --- as text ------------------------------------------------------------------------

in_words()
{
	fresh web
	ringctl change web '{ node add b5 weight 2 ; node del b2 ; node set b3 state down ;
		node replace b1 b6 via fd00::6 ; node set b4 via none id 9 }' >/dev/null
	expect_match '  \+b1  \+b2 w2  \+b3  \+b4 w3 via 10.0.0.4 via fd00::4$' \
		grep '^ *1 ' <(ringctl history web)
	expect_match '  \+b5 w2  -b2  b3 down  b1=>b6 via fd00::6  b4 id 9 via none$' \
		grep '^ *2 ' <(ringctl history web)
	expect_match $'\n -b2\n b3 down\n' ringctl history web generation 2
	expect_match '^web generation 1 -> 2'$'\n'' ' ringctl diff web 1 2
	expect_match $'\n b6=>b1 via none\n' ringctl diff web 2 1
	expect_match $'\n b3 down\n' ringctl diff web 1
	expect_match 'nothing differs' ringctl diff web 2
	expect_match '"op":\[\{"kind":"add","name":"b5","after":\{"name":"b5","seat":"b5","id":[0-9]+,"weight":2,"state":"active","zone":0\}\}' \
		said_json history web generation 2
	# The list has rows as well.
	expect_match '"move":\[\{"from".*"nr_ops":5,"kept_ops":5' said_json history web
	# A list of changes shows the first operations only.
	seq 1 30 | awk '{ print "node add n" $1 }' >"$WORK/many"
	ringctl change web -f "$WORK/many" >/dev/null
	expect_match '\+n8  and 22 more$' grep '^ *3 ' <(ringctl history web)
	expect_equal 30 "$(ringctl history web generation 3 | grep -c '^ +n')"
	expect_equal 30 "$(said_json history web generation 3 | grep -o '"kind":"add"' | wc -l)"
}

refused()
{
	all_of web >"$WORK/before"
	refuses 'generation 9 of web does not exist yet: 3 is in force' 2 \
		history web revert 9
	refuses 'generation 9 of web does not exist yet: 3 is in force' 2 diff web 1 9
	refuses 'no such ring' 2 history nosuch revert 1
	refuses 'no such ring' 2 diff nosuch 1
	refuses 'generation, moves and revert exclude each other' 1 history web revert 1 moves 1
	refuses '--max-moved wants revert' 1 history web --max-moved 5%
	refuses '--dry-run wants revert' 1 history web generation 1 --dry-run
	refuses 'expected a number' 1 history web revert -1
	refuses 'expected a number' 1 diff web x
	refuses 'G1' 1 diff web
	refuses "would move more than is allowed$(detail ': [0-9.]+%, not 1\.000%')" 4 \
		history web revert 1 --max-moved 1%
	all_of web | diff "$WORK/before" -
	ringctl history web revert 1 --max-moved 99% >/dev/null
	expect_match 'nothing differs' ringctl diff web 1
	expect_match '"unchanged":true' ringctl -j history web revert 1
}

# A spare node held one seat and then another seat.
another_seat()
{
	fresh spare
	ringctl node replace spare b1 s1 >/dev/null
	ringctl node replace spare s1 b1 >/dev/null
	ringctl node replace spare b2 s1 >/dev/null
	all_of spare >"$WORK/before"
	refuses 'node s1 holds seat b2 in generation 4 and b1 in 2: delete the node first' 2 \
		history spare revert 2
	refuses 'node s1 holds seat b1 in generation 2 and b2 in 4' 2 diff spare 2
	all_of spare | diff "$WORK/before" -
	ringctl node del spare s1 >/dev/null
	ringctl history spare revert 2 >/dev/null
	expect_match '^s1 .* seat b1' grep '^s1' <(ringctl node show spare)
	ringctl ring del spare
}

# A migration that ends with the members of its begin makes a generation without
# operations. Earlier generations stay known.
past_migrations() # WORD...
{
	local digest

	ringctl ring add far "$@"
	ringctl change far '{ node add b1; node add b2; node add b3 }' >/dev/null
	digest=$(ringctl digest far)
	ringctl node add far b4 --hold >/dev/null
	ringctl migrate step far --to end >/dev/null
	ringctl migrate finish far --force >/dev/null
	ringctl node del far b1 --hold >/dev/null
	ringctl migrate rollback far --now >/dev/null
	ringctl node add far b5 >/dev/null
	expect_match 'b4' ringctl diff far 1
	ringctl history far revert 1 >/dev/null
	expect_equal "$digest" "$(ringctl digest far)"
	ringctl ring del far
}

# Changes of one migration that are in force at once, and a node that goes down
# after it was deleted.
past_at_once() # WORD...
{
	local digest=()

	ringctl ring add far "$@"
	ringctl change far '{ node add b1; node add b2; node add b3 }' >/dev/null
	digest[1]=$(ringctl digest far)
	ringctl node set far b3 state draining deadline 10m >/dev/null
	ringctl node del far b1 >/dev/null
	digest[3]=$(ringctl digest far)
	ringctl node del far b1 --now >/dev/null
	ringctl node add far b4 >/dev/null
	ringctl migrate finish far --force >/dev/null
	expect_match $'\n b3 active\n \\+b1\n' ringctl diff far 3 1
	expect_match 'b4' ringctl diff far 3
	expect_nothing grep b1 <<<"$(ringctl diff far 3)"
	expect_match '^ +2 .* released .* b3 draining$' grep '^ *2 ' <(ringctl history far)
	ringctl history far revert 3 >/dev/null
	expect_equal "${digest[3]}" "$(ringctl digest far)"
	ringctl history far revert 1 >/dev/null
	expect_equal "${digest[1]}" "$(ringctl digest far)"
	ringctl ring del far
}

# A user without the right to look positions up sees no points.
unprivileged()
{
	local as_nobody=(capsh --drop=cap_net_admin -- -c)

	ringctl ring add secret placement explicit
	ringctl node add secret b1 point 1234567 >/dev/null
	ringctl node set secret b1 weight 2 >/dev/null
	expect_match '"points":\[1234567\]' ringctl -j history secret
	expect_match '"kind":"set".*"weight":2' \
		"${as_nobody[@]}" "$RINGCTL -n $here -j history secret"
	! "${as_nobody[@]}" "$RINGCTL -n $here -j history secret" | grep 1234567 ||
		return 1
	expect_error 'only administrators may see points' 2 \
		"${as_nobody[@]}" "$RINGCTL -n $here history secret revert 1"
	expect_equal 2 "$(generation secret)"
	ringctl ring del secret
}

# --- generations that are gone ------------------------------------------------------

gone_by_number()
{
	local bound last oldest

	bound=$(ringctl limits | awk '$1 == "receipts" { print $2 }')
	fresh long
	last=$((bound + 6))
	seq 2 "$last" | awk '{ print "node set long b1 weight", $1 }' |
		ringctl -b - >/dev/null
	oldest=$((last - bound))
	refuses "generation $((oldest - 1)) of long is gone: the oldest that is kept is $oldest" 2 \
		history long revert $((oldest - 1))
	refuses "generation 0 of long is gone: the oldest that is kept is $oldest" 2 diff long 0
	expect_equal "$last" "$(generation long)"
	ringctl history long revert "$oldest" >/dev/null
	expect_equal "$oldest" "$(figure weight node show long b1)" weight
	ringctl ring del long
}

# points FROM WORDS... - an operation with the largest number of points
points()
{
	local from=$1
	shift

	echo "$* point $(seq -s ' ' "$from" 250000 $((from + 250000 * 15999)))"
}

gone_by_bytes()
{
	local bound i kept json

	bound=$(ringctl limits | awk '$1 == "history" { print $2 }')
	expect_equal 4194304 "$bound"
	ringctl ring add large placement explicit
	# The history keeps the points before and after each change.
	for ((i = 1; i <= 36; i++)); do
		points "$i" "node $([ "$i" = 1 ] && echo add || echo set) b1 weight $i" >"$WORK/op"
		ringctl change large -f "$WORK/op" >/dev/null
	done
	json=$(ringctl -j history large)
	python3 - "$bound" <<END >"$WORK/kept"
import json, sys
bound = int(sys.argv[1])
kept = [r["kept_ops"] for r in json.loads('''$json''')]
assert len(kept) == 36
# The oldest are gone, all others are kept, and use up the limit.
assert kept == sorted(kept) and 0 < sum(kept) < 36, kept
assert sum(kept) * 2 * 64000 <= bound < (sum(kept) + 1) * 2 * 65000, kept
print(36 - sum(kept))
END
	kept=$(<"$WORK/kept")
	expect_match 'operations 1, not kept$' grep "^ *$kept " <(ringctl history large)
	expect_match ' b1 w[0-9]+ points 16000$' grep "^ *$((kept + 1)) " <(ringctl history large)
	expect_match $'\n operations 1, not kept' ringctl history large generation 1
	refuses "generation $((kept - 1)) of large is gone: the oldest that is kept is $kept" 2 \
		history large revert $((kept - 1))
	ringctl history large revert "$kept" >/dev/null
	expect_equal "$kept" "$(figure weight node show large b1)" weight
	expect_equal "$kept" "$(ringctl -j node show large b1 | grep -o '"points":\[[0-9]*' | tr -dc 0-9)"
	ringctl ring del large
}

# --- at the same time ---------------------------------------------------------------

# A revert stops when another process changes the ring.
raced()
{
	local writer status stale='' i before

	fresh raced
	ringctl change raced '{ node del b2 ; node add b9 }' >/dev/null
	ringctl node set raced b3 weight 7 >/dev/null
	ringctl node set raced b3 weight 8 >/dev/null
	while :; do
		"$RINGCTL" -n "$here" node set raced b4 weight "$((RANDOM % 900 + 1))" >/dev/null
	done &
	writer=$!
	for ((i = 0; i < 200; i++)); do
		status=0
		before=$(generation raced)
		ringctl history raced revert $((before - 2)) >/dev/null 2>"$WORK/said" ||
			status=$?
		if [ "$status" = 3 ]; then
			stale=1
			expect_match "generation does not match$(detail ': [0-9]+, not [0-9]+')" cat "$WORK/said"
			break
		fi
		[ "$status" = 0 ] || { cat "$WORK/said"; return 1; }
	done
	kill "$writer"
	wait "$writer" 2>/dev/null || :
	expect_equal 1 "$stale" "refused"
	expect_equal 'b1 b3 b4 b9' "$(ringctl node show raced | awk '{ print $1 }' | xargs)"
	ringctl ring del raced
}

interrupted()
{
	local pid before after i k cuts

	cuts=$(fewer 10 3)

	fresh cut
	after=$(digests cut)
	ringctl change cut '{ node del b2 ; node add b9 ; node replace b1 b7 }' >/dev/null
	before=$(digests cut)
	for ((i = 0; i < cuts; i++)); do
		"$RINGCTL" -n "$here" history cut revert 1 >/dev/null &
		pid=$!
		for ((k = 0; k < i * 600; k++)); do :; done
		kill -INT "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		case $(digests cut) in
		"$before") ;;
		"$after") ringctl history cut revert 2 >/dev/null ;;
		*) return 1 ;;
		esac
		expect_equal "$before" "$(digests cut)"
	done
	ringctl ring del cut
}

balanced_words()
{
	ringctl ring add even placement balanced
	ringctl change even '{ node add b1 ; node add b2 ; node add b3 }' >/dev/null
	ringctl change even '{ node del b1 ; node del b2 }' >/dev/null
	ringctl node add even b2 id 2 >/dev/null
	ringctl node add even b1 id 1 >/dev/null
	# The members are those of generation 1, and the table is another one.
	expect_match $'generation 1 -> 4\n moved [1-9]' ringctl diff even 1
	ringctl history even revert 1 >/dev/null
	expect_match '  (b[123] unchanged *)+$' grep '^ *5 ' <(ringctl history even)
	expect_match $'generation 1 -> 5\n nothing differs$' ringctl diff even 1
	ringctl ring del even
}

cli_begin
for placement in hash explicit balanced; do
	ktap_test "$placement: random changes" make_past "$placement" "$placement"
	ktap_test "$placement: the difference of neighbours is the receipt" \
		diffs_are_receipts "$placement"
	ktap_test "$placement: reverts to every generation" back_to_each "$placement"
done
ktap_test "operations in words and as JSON" in_words
ktap_test "a past balanced ring, in words" balanced_words
ktap_test "impossible reverts are refused" refused
ktap_test "a node in another seat prevents a revert" another_seat
ktap_test "reverts across migrations" past_migrations
ktap_test "reverts across migrations of a balanced ring" past_migrations placement balanced grid 1024
ktap_test "reverts across changes at once in a migration" past_at_once
ktap_test "the same of a balanced ring" past_at_once placement balanced grid 1024
ktap_test "unprivileged users see no points" unprivileged
ktap_test "generations older than the receipts are gone" gone_by_number
ktap_test "generations beyond the limit in bytes are gone" gone_by_bytes
ktap_test "a ring that changes during a revert" raced
ktap_test "an interrupted revert" interrupted
ktap_test "JSON has the spec's keys" json_by_spec history diff
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
