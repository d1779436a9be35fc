#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# plan.sh - plans change nothing, predict the change exactly, and have tokens that
# hold a change to the planned state
#
# one kernel: ringctl and the core alone decide the answers
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export LC_ALL=C
readonly SEED=000102030405060708090a0b0c0d0e0f
here=''	# a namespace with rings

ringctl()
{
	"$RINGCTL" -n "$here" "$@"
}

refuses() # REGEX STATUS WORD...
{
	expect_error "$1" "$2" "$RINGCTL" -n "$here" "${@:3}"
}

# state RING - all that a change would alter
state()
{
	ringctl digest "$1"
	ringctl digest "$1" --config
	ringctl -j history "$1" | md5sum
	ringctl -j ring show "$1"
}

token() # RING CHANGE
{
	ringctl plan "$1" "$2" | sed -n 's/^ token //p'
}

# figures - of a receipt in JSON, without those that differ from run to run
figures()
{
	python3 -c '
import json, sys
r = json.load(sys.stdin)["receipt"]
for key in "time", "build_ns", "impact_ns":
	r.pop(key)
print(json.dumps(r, sort_keys=True))'
}

setup_web()
{
	ringctl ring add web seed "$SEED"
	ringctl change web '{ node add b1 ; node add b2 weight 2 ; node add b3 ;
		node add b4 weight 3 }' >/dev/null
}

# --- plans change nothing -------------------------------------------------------

nothing_comes()
{
	state web >"$WORK/before"
	ringctl plan web '{ node add b5 }' --arcs >/dev/null
	ringctl -j plan web '{ node del b1 ; node add b5 weight 9 }' --arcs >/dev/null
	ringctl plan web '{ node del b1 ; node del b2 ; node del b3 ; node del b4 }' >/dev/null
	ringctl plan web '{ node replace b2 b6 }' --keys 1000 --key-size 1K \
		--bandwidth 1Gbit --batch 10 --rate 10 >/dev/null
	seq 100 | ringctl plan web '{ node set b4 state down }' --list-keys >/dev/null
	state web | diff "$WORK/before" -
}

# --- tokens -----------------------------------------------------------------------

token_of_the_state()
{
	local digest generation token

	digest=$(ringctl digest web)
	generation=$(json_number generation "$(ringctl -j ring show web)")
	token=$(token web '{ node add b5 }')
	expect_equal "$generation-${digest:0:8}" "$token"
	expect_match "\"token\":\"$token\",\"digest\":\"$digest\"" \
		ringctl -j plan web '{ node del b1 }'
}

token_holds()
{
	local token

	token=$(token web '{ node add b5 }')
	ringctl -j plan web '{ node add b5 }' | figures >"$WORK/plan"
	ringctl -j change web '{ node add b5 }' --plan "$token" | figures >"$WORK/change"
	diff "$WORK/plan" "$WORK/change"
	# Another generation is another state, also after a revert.
	ringctl node del web b5 >/dev/null
	state web >"$WORK/before"
	refuses "plan $token is stale: generation of web is [0-9]+, not ${token%-*}" 3 \
		change web '{ node add b5 }' --plan "$token"
	state web | diff "$WORK/before" -
}

token_of_another_ring()
{
	local token

	ringctl ring add other seed ff0102030405060708090a0b0c0d0e0f
	ringctl change other '{ node add b1 }' >/dev/null
	ringctl ring add same seed "$SEED"
	ringctl change same '{ node add b1 ; node add b2 }' >/dev/null
	token=$(token same '{ node add b3 }')
	refuses "plan $token is of another ring: digest of other in generation 1 is $(ringctl digest other)" 3 \
		change other '{ node add b3 }' --plan "$token"
	expect_equal 1 "$(json_number generation "$(ringctl -j ring show other)")"
	# Also as a dry run, which would plan another change.
	refuses 'is of another ring' 3 change other '{ node add b3 }' --plan "$token" --dry-run
	refuses 'no such ring' 2 change nosuch '{ node add b3 }' --plan "$token"
	ringctl ring del other
	ringctl ring del same
}

token_malformed()
{
	local word

	for word in '' x 5 5- -8f2c31d0 5-8f2c31d 5-8f2c31d00 5-8F2C31D0 \
		05-8f2c31d0 5-8f2c31dg 18446744073709551616-8f2c31d0; do
		refuses "--plan \"$word\": expected a token of plan, such as 5-8f2c31d0" 1 \
			change web '{ node add b5 }' --plan "$word"
	done
	refuses '"--plan" wants TOKEN' 1 change web '{ node add b5 }' --plan
	refuses '--plan names a generation already' 1 \
		change web '{ node add b5 }' --plan 1-00000000 --generation 1
}

token_from_a_file()
{
	local kernel file

	kernel=$(token web '{ node add b5 }')
	ringctl save "$WORK/saved.yaml" web
	file=$("$RINGCTL" plan web '{ node add b5 }' --offline "$WORK/saved.yaml" |
		sed -n 's/^ token //p')
	expect_equal "$kernel" "$file"
	# A state without a generation has no token.
	sed -i '/generation/d' "$WORK/saved.yaml"
	"$RINGCTL" plan web '{ node add b5 }' --offline "$WORK/saved.yaml" >"$WORK/said"
	! grep token "$WORK/said" || return 1
}

# --- over the limits ----------------------------------------------------------------

over_limits()
{
	state web >"$WORK/before"
	refuses "would move more than is allowed$(detail ': [0-9.]+%, not 5\.000%')" 4 \
		plan web '{ node add b5 }' --max-moved 5%
	expect_match 'planned' ringctl plan web '{ node add b5 }' --max-moved 50%
	refuses "weight is out of range$(detail ': 1001, not 1 to 1000')" 2 plan web '{ node add b5 weight 1001 }'
	refuses "generation does not match$(detail ': [0-9]+, not 99')" 3 plan web '{ node add b5 }' --generation 99
	ringctl ring add wide points 16000000
	refuses 'points' 2 plan wide '{ node add b1 weight 2 }'
	ringctl ring del wide
	state web | diff "$WORK/before" -
}

# --- plans and changes agree ------------------------------------------------------

measure_agrees()
{
	local change

	for change in '{ node add b5 }' '{ node del b2 ; node add b5 weight 2 }' \
		'{ node set b4 weight 1 ; node replace b1 b6 ; node set b3 state draining }'; do
		ringctl -j plan web "$change" >"$WORK/plan"
		ringctl -j measure web --keys 20000 --change "$change" --revert >"$WORK/measure"
		python3 - "$WORK/plan" "$WORK/measure" <<'END'
import json, sys
plan, measure = (json.load(open(name)) for name in sys.argv[1:])
left, right = plan["receipt"], measure["receipt"]
for key in left:
	if key not in ("time", "build_ns", "impact_ns"):
		assert left[key] == right[key], key
assert plan["plan"]["move"] == right["move"]
# Each row that measure counted is a row of the plan.
rows = {(m["from"], m["to"]): m["share"] for m in plan["plan"]["move"]}
for row in measure["move"]:
	p = rows[row["from"], row["to"]] / 2**32
	assert abs(row["keys"] - 20000 * p) <= 5 * (20000 * p) ** .5 + 5, row
END
	done
}

zones_add_up()
{
	ringctl -j plan web '{ node add b5 ; node del b1 ; node set b2 state down }' \
		--arcs >"$WORK/plan"
	ringctl arcs web >"$WORK/arcs"
	python3 - "$WORK/plan" "$WORK/arcs" <<'END'
import json, sys
plan = json.load(open(sys.argv[1]))
zones, receipt = plan["moved_arcs"], plan["receipt"]
owner = [line.split("\t") for line in open(sys.argv[2]).read().splitlines()]
assert sum(z["share"] for z in zones) == receipt["moved"]
assert len(zones) == receipt["arcs"]
rows = {}
for z in zones:
	row = rows.setdefault((z["from"], z["to"]), [0, 0])
	row[0] += z["share"]
	row[1] += 1
	assert (z["arc_end"] - z["arc_start"]) % 2**32 == z["share"]
	# The last position is in an arc of the former owner.
	assert any((z["arc_end"] - int(s) - 1) % 2**32 <= (int(e) - int(s) - 1) % 2**32
		   and name == z["from"] for s, e, name in owner), z
assert rows == {(m["from"], m["to"]): [m["share"], m["arcs"]]
		for m in plan["plan"]["move"]}
END
	# As text: all arcs with --arcs, else the three largest, in descending order.
	expect_equal "$(json_number arcs "$(<"$WORK/plan")")" "$(ringctl plan web \
		'{ node add b5 ; node del b1 ; node set b2 state down }' --arcs |
		grep -c '^ (')" "arcs in words"
	ringctl plan web '{ node add b5 }' | sed -n 's/^ (.*\] \([0-9]*\) .*/\1/p' >"$WORK/sizes"
	expect_equal 3 "$(wc -l <"$WORK/sizes")" "arcs shown"
	sort -rnc "$WORK/sizes"
	expect_equal "$(ringctl plan web '{ node add b5 }' --arcs |
		sed -n 's/^ (.*\] \([0-9]*\) .*/\1/p' | sort -rn | head -n 3)" \
		"$(<"$WORK/sizes")" "the largest"
}

# The ring of A, B and C in the seed document, joined by D; MD5 positions.
zone_of_one_point()
{
	ringctl ring add abc placement explicit
	ringctl change abc '{ node add A point 783072809 ; node add B point 2063250801 ;
		node add C point 339612247 }' >/dev/null
	expect_match ' \(2063250801, 3037444021\] 974193220 22\.682% C -> D  behind B 2063250801  before C 339612247' \
		ringctl plan abc '{ node add D point 3037444021 }'
	expect_match 'localization 0\.907 Good' ringctl plan abc '{ node add D point 3037444021 }'
	# When D leaves, its arc goes to the successor.
	ringctl node add abc D point 3037444021 >/dev/null
	expect_match ' \(2063250801, 3037444021\] 974193220 22\.682% D -> C  behind B 2063250801  before C 339612247' \
		ringctl plan abc '{ node del D }'
	# A node that gets all has the whole ring; start and end are the same.
	expect_match ' \(4294967295, 4294967295\] 4294967296 100\.000% - -> A  behind A 5  before A 5' \
		ringctl plan "$(ringctl ring add lone placement explicit && echo lone)" \
		'{ node add A point 5 }' --arcs
	ringctl ring del abc
	ringctl ring del lone
}

balance_is_the_rings()
{
	local json ring

	json=$(ringctl -j plan web '{ node add b5 weight 2 }')
	ringctl node add web b5 weight 2 >/dev/null
	ring=$(ringctl -j ring show web)
	expect_equal "$(json_number peak "$ring")" "$(json_number peak_after "$json")"
	expect_equal "$(json_number trough "$ring")" "$(json_number trough_after "$json")"
	expect_equal "$(json_number table_bytes "$ring")" "$(json_number bytes_after "$json")"
	expect_equal "$(($(json_number bytes_before "$json") + $(json_number bytes_after "$json")))" \
		"$(json_number bytes_both "$json")"
	ringctl node show web b5 >/dev/null
	python3 - "$json" "$(ringctl -j node show web)" <<'END'
import json, sys
plan, nodes = map(json.loads, sys.argv[1:])
total = sum(n["weight"] for n in nodes)
square = sum(n["weight"] * (n["share"] * total / n["weight"] / 2**32 - 1) ** 2 for n in nodes)
assert abs((square / total) ** .5 - plan["plan"]["deviation_after"] / 2**32) < 1e-8
END
	ringctl node del web b5 >/dev/null
}

# --- lists of keys ----------------------------------------------------------------

# keys_listed CHANGE WORD... - the keys that moved by the maps before and after
keys_listed()
{
	local change=$1
	shift

	seq -f 'key_%.0f' 0 9999 >"$WORK/keys"
	ringctl map web "$@" <"$WORK/keys" >"$WORK/map.before"
	ringctl plan web "$change" --list-keys "$@" <"$WORK/keys" >"$WORK/listed"
	ringctl save "$WORK/saved.yaml" web
	"$RINGCTL" plan web "$change" --list-keys "$@" --offline "$WORK/saved.yaml" \
		<"$WORK/keys" | diff "$WORK/listed" -
	ringctl change web "$change" >/dev/null
	ringctl map web "$@" <"$WORK/keys" >"$WORK/map.after"
	ringctl sync "$WORK/saved.yaml" >/dev/null
	paste "$WORK/map.before" "$WORK/map.after" |
		awk -F '\t' '$3 != $6 { print $1 "\t" $3 "\t" $6 }' | diff "$WORK/listed" -
	[ "$(wc -l <"$WORK/listed")" -gt 500 ]
}

list_of_keys()
{
	keys_listed '{ node add b5 }'
	keys_listed '{ node add b5 ; node del b2 ; node set b1 weight 4 }' --hash md5
	keys_listed '{ node set b1 state down ; node set b2 state down ;
		node set b3 state draining ; node del b4 }'
	grep -q $'\t-$' "$WORK/listed"
	seq 0 429496 4294967295 >"$WORK/keys"
	ringctl plan web '{ node del b4 }' --list-keys --positions <"$WORK/keys" >"$WORK/listed"
	ringctl map web --positions <"$WORK/keys" | awk -F '\t' '$3 == "b4" { print $1 }' |
		diff <(cut -f 1 "$WORK/listed") -
	expect_match '^\[\{"key":"4294960","position":4294960,"from":"b[1-4]","to":"b5"\}' \
		ringctl -j plan web '{ node add b5 weight 1000 }' --list-keys --positions \
		< <(seq 4294960 4294961)
}

bad_keys()
{
	local plan=(plan web '{ node add b5 }' --list-keys)

	refuses 'line 2: no key' 1 "${plan[@]}" <<<$'a\n\nb'
	refuses 'line 2: longer than 4096 bytes' 1 "${plan[@]}" < <(echo a; printf '%5000d\n' 1)
	refuses 'line 1: longer than 4096 bytes' 1 "${plan[@]}" < <(head -c 10000000 /dev/zero)
	refuses 'line 1: holds a NUL byte' 1 "${plan[@]}" < <(printf 'a\0b\n')
	refuses 'line 1: not a position' 1 "${plan[@]}" --positions <<<-1
	refuses '--positions are not hashed' 1 "${plan[@]}" --positions --hash md5 </dev/null
	refuses '--positions wants --list-keys' 1 plan web '{ node add b5 }' --positions
	refuses 'prints only keys' 1 "${plan[@]}" --arcs </dev/null
	expect_ok ringctl "${plan[@]}" </dev/null
}

# --- volumes and times --------------------------------------------------------------

transfers()
{
	local plan=(plan web '{ node add b5 weight 7 }') share json

	share=$(json_number moved "$(ringctl -j "${plan[@]}")")
	json=$(ringctl -j "${plan[@]}" --keys 10000000 --key-size 2KiB --bandwidth 10Gbit \
		--efficiency 70% --batch 1000 --rate 5000)
	python3 - "$json" "$share" <<'END'
import json, sys
t, share = json.loads(sys.argv[1])["plan"]["transfer"], int(sys.argv[2])
ring, modulo, split, recut = t["methods"]
keys = round(10000000 * share / 2**32)
assert (ring["share"], ring["keys"], ring["bytes"]) == (share, keys, keys * 2048)
assert abs(ring["transfer_ns"] - keys * 2048 * 8 / 7e9 * 1e9) < 100
assert ring["impact"] == "Minimal"
assert t["steps"] == -(-keys // 1000)
assert abs(t["steps_ns"] - keys / 5000 * 1e9) < 2
# Weights 7 -> 14: a key keeps its node for 7 of 14 hashes.
assert (modulo["method"], modulo["share"]) == ("modulo", 2**31)
# Four ranges get a fifth: the largest is split, or all are cut anew.
assert (split["method"], split["share"]) == ("range-split", 2**29)
assert recut["method"] == "range-recut"
assert abs(modulo["less"] - 2**31 / share) < 1e-9
END
	expect_match 'this change +[0-9]+ +[0-9.]+MiB +[0-9.]+s +Minimal' ringctl "${plan[@]}" \
		--keys 1000000 --key-size 2K --bandwidth 1Gbit
	expect_match 'modulo 7 -> 8 +875000 .* [0-9.]+x less' \
		ringctl plan web '{ node add b5 }' --keys 1000000
	expect_match 'range 4 -> 5, largest split +125000 ' \
		ringctl plan web '{ node add b5 }' --keys 1000000
	# At 1Gbit the transfer takes hours, at 100GB/s seconds; the class follows.
	expect_match 'this change .* High' ringctl plan web '{ node add b5 weight 1000 }' \
		--keys 1000000000 --key-size 1KiB --bandwidth 1Gbit
	expect_match 'this change .* Minimal' ringctl plan web '{ node add b5 weight 1000 }' \
		--keys 1000000000 --key-size 1KiB --bandwidth 100GB/s
}

bad_transfers()
{
	local plan=(plan web '{ node add b5 }')

	refuses '--key-size wants --keys' 1 "${plan[@]}" --key-size 2K
	refuses '--bandwidth wants --key-size' 1 "${plan[@]}" --keys 5 --bandwidth 1Gbit
	refuses '--efficiency wants --bandwidth' 1 "${plan[@]}" --keys 5 --key-size 1 --efficiency 1
	refuses '--batch wants --keys' 1 "${plan[@]}" --batch 5
	refuses '--rate wants --keys' 1 "${plan[@]}" --rate 5
	refuses '--bandwidth "10": expected a rate, such as 10Gbit' 1 \
		"${plan[@]}" --keys 5 --key-size 1 --bandwidth 10
	refuses '--bandwidth "10Gbps": expected a rate' 1 \
		"${plan[@]}" --keys 5 --key-size 1 --bandwidth 10Gbps
	refuses '--key-size "2Ki": expected bytes, such as 2KiB' 1 \
		"${plan[@]}" --keys 5 --key-size 2Ki
	refuses 'efficiency must not be 0' 1 \
		"${plan[@]}" --keys 5 --key-size 1 --bandwidth 1bit --efficiency 0
	refuses 'too many bytes to count' 1 \
		"${plan[@]}" --keys 1000000000000000 --key-size 1T
	refuses '--keys "0": expected a number from 1' 1 "${plan[@]}" --keys 0
}

# --- hints ------------------------------------------------------------------------

# hinted CHANGE REPLACEMENT INSTEAD - the hint has the figures of the other plan
hinted()
{
	local moved

	moved=$(ringctl plan web "$2" | sed -n 's/^ moved \([0-9.]*%\)  .*collateral 0  .*/\1/p')
	[ -n "$moved" ]
	expect_match " hint: $3 moves $moved, collateral 0"$'\n' ringctl plan web "$1"
}

hints()
{
	hinted '{ node del b1 ; node add b5 }' '{ node replace b1 b5 }' 'node replace b1 b5'
	hinted '{ node add b5 weight 3 id 77 ; node del b4 }' '{ node replace b4 b5 }' \
		'node replace b4 b5'
	hinted '{ node add b5 ; node set b3 state draining }' '{ node replace b3 b5 }' \
		'node replace b3 b5'
	hinted '{ node add b5 ; node set b3 state down }' '{ node replace b3 b5 }' \
		'node replace b3 b5'
	hinted '{ node del b2 ; node add b5 ; node del b3 ; node add b6 weight 2 }' \
		'{ node replace b2 b6 ; node replace b3 b5 }' 'node replace b3 b5 ; node replace b2 b6'
	expect_match '"hint":\[\{"name":"b1","new_name":"b5"\}\],"hint_moved":[1-9]' \
		ringctl -j plan web '{ node del b1 ; node add b5 }'
	# No hint: nothing moves without need; the new node has another weight or state;
	# or other operations move keys without need anyway.
	{
		ringctl plan web '{ node add b5 }'
		ringctl plan web '{ node replace b1 b5 }'
		ringctl plan web '{ node del b1 ; node add b5 weight 2 }'
		ringctl plan web '{ node del b1 ; node add b5 state down }'
		ringctl plan web '{ node del b1 ; node add b5 ; node add b6 ; node set b4 weight 1 }'
	} >"$WORK/said"
	! grep hint "$WORK/said" || return 1
}

# --- changes during a plan ------------------------------------------------------------

# A change every few milliseconds, about the time of one plan.
changes()
{
	exec "$RINGCTL" -n "$here" -b - >/dev/null < <(
		while echo $'node add web x\nnode del web x'; do
			read -rt 0.005 -u "$lib_never" || :
		done)
}

plan_while_changing()
{
	local i status answered=0

	background changes
	for ((i = 0; i < 20; i++)); do
		status=0
		ringctl plan web '{ node add b5 ; node del b1 }' >"$WORK/said" 2>&1 || status=$?
		case $status in
		0) ((++answered)) ;;
		3) grep -q 'changes all the time' "$WORK/said" ;;
		*) cat "$WORK/said"; return 1 ;;
		esac
	done
	stop_process $! || :
	echo "$answered of 20 plans came in between" >"$WORK/answered"
	ringctl node del web x >/dev/null 2>&1 || :
}

interrupted()
{
	local pid status=0

	state web >"$WORK/before"
	mkfifo "$WORK/pipe"
	# Background processes of a script ignore SIGINT by default.
	env --default-signal=INT "$RINGCTL" -n "$here" plan web '{ node add b5 }' --list-keys \
		<"$WORK/pipe" >"$WORK/listed" &
	pid=$!
	exec {held}>"$WORK/pipe"
	seq 1000 >&"$held"
	busywait "$BUSYWAIT_TIMEOUT" test -s "$WORK/listed"
	kill -INT "$pid"
	wait "$pid" || status=$?
	exec {held}>&-
	expect_equal 130 "$status" "exit status"
	state web | diff "$WORK/before" -
}

ktap_begin
need_program python3 awk
need_module
setup_ns here
setup_web

ktap_test "a plan changes nothing" nothing_comes
ktap_test "the token names generation and digest" token_of_the_state
ktap_test "a token allows the planned change, once" token_holds
ktap_test "a token of another ring is refused" token_of_another_ring
ktap_test "malformed tokens" token_malformed
ktap_test "a plan from a file has the same token" token_from_a_file
ktap_test "plans over the limits are refused" over_limits
ktap_test "plan and measure have the same figures and rows" measure_agrees
ktap_test "the arcs add up to the rows" zones_add_up
ktap_test "the arc of one point, and its neighbours" zone_of_one_point
ktap_test "balance and memory are those of the ring afterwards" balance_is_the_rings
ktap_test "the listed keys are the keys that move" list_of_keys
ktap_test "malformed keys" bad_keys
ktap_test "volumes, times and other methods" transfers
ktap_test "missing words, and wrong units" bad_transfers
ktap_test "hints have the figures of the replacement" hints
ktap_test "plans of a ring that changes all the time" plan_while_changing
note "$(<"$WORK/answered")"
ktap_test "an interrupted plan changes nothing" interrupted
ktap_finish
