#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# compare.sh - ringlab compare and scenario: figures that add up, known figures,
# and refusals. The script needs no module.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# Fewer random keys than by default: guests are slow.
few=(--samples 5000)

compare()
{
	"$RINGLAB" compare "${few[@]}" "$@"
}

compare_json()
{
	"$RINGLAB" -j compare "${few[@]}" "$@"
}

scenario()
{
	"$RINGLAB" scenario "${@:1:1}" "${few[@]}" "${@:2}"
}

# check FILE CODE - runs Python with `cases`, a list of the outputs of compare,
# and `find(case, method)`
check()
{
	python3 - "$1" "$2" <<-'END'
	import json, sys, textwrap

	WHOLE = 1 << 32

	def find(case, method):
	    return next(m for m in case["methods"] if m["method"] == method)

	def near(a, b, by):
	    assert abs(a - b) <= by, (a, b, by)

	with open(sys.argv[1]) as f:
	    cases = json.load(f)
	if not isinstance(cases, list):
	    cases = [cases]
	by_name = {case.get("scenario"): case for case in cases}
	exec(textwrap.dedent(sys.argv[2]))
	END
}

# --- scenarios ------------------------------------------------------------------

names='optimal small medium large zone-3 zone-5 zone-10 zone-100 ecommerce
social gaming incremental live scale-100 scale-1000 scale-10000'

all_scenarios()
{
	local name said

	"$RINGLAB" -j scenario all "${few[@]}" >"$WORK/all.json"
	check "$WORK/all.json" "assert ' '.join(by_name) == '''${names//$'\n'/ }'''"
	scenario all --methods hash,explicit,modulo,range-recut >"$WORK/all"
	for name in $names; do
		said=$(sed -n "/^$name: /,/^\$/p" "$WORK/all")
		expect_match "claimed .*, measured [a-z-]+ [0-9]" echo "$said"
	done
	for name in optimal live; do
		scenario "$name" --methods hash >"$WORK/one"
		expect_match "^$name: " head -n 1 "$WORK/one"
	done
}

# Every claim of every scenario has a figure by every method.
claims()
{
	check "$WORK/all.json" "
	for case in cases:
	    assert case['claims'], case
	    for claim in case['claims']:
	        assert claim['claimed'] > 0, claim
	        assert claim['measured'], claim
	        for value in claim['measured'].values():
	            assert value > 0, claim
	modulo = {
	    case['scenario']: claim['measured']['modulo'] for case in cases
	    for claim in case['claims'] if 'modulo' in claim['measured']
	    and claim['figure'] == 'share'
	}
	for name, n in (('small', 5), ('medium', 50), ('large', 500),
	                ('scale-100', 100), ('scale-1000', 1000),
	                ('scale-10000', 10000)):
	    near(modulo[name], n / (n + 1), 1e-4)
	    claimed = [c for c in by_name[name]['claims']
	               if 'modulo' in c['measured']][0]
	    assert claimed['claimed'] == 0.8
	"
}

adds_up()
{
	check "$1" "
	for case in cases:
	    for m in case['methods']:
	        assert m['moved'] == m['required'] + m['collateral'], m
	        assert 0 <= m['required'] <= m['moved'] <= WHOLE, m
	        assert m['ideal'] == case['ideal'], m
	        assert m['bytes_after'] > 0 and m['lookup_ns'] > 0, m
	        assert m['peak_after'] > WHOLE - 3, m
	        if m['how'] == 'sampled':
	            assert m['samples'] == 5000, m
	            assert m['moved_low'] <= m['moved'] <= m['moved_high'], m
	        if m['how'] != 'counted' and 'keys' in case:
	            near(m['moved_keys'], m['moved'] / WHOLE * case['keys'],
	                 case['keys'] / WHOLE)
	        if 'key_size' in case:
	            near(m['moved_bytes'], m['moved_keys'] * case['key_size'], 1)
	        if m['moved']:
	            times = find(case, 'modulo')['moved'] / m['moved']
	            near(m['less_than_modulo'], times, times / 1000)
	"
}

# Figures of these rings by other programs.
known_rings()
{
	check "$WORK/all.json" "
	def moved(name):
	    return find(by_name[name], 'explicit')['moved']

	optimal = find(by_name['optimal'], 'explicit')
	assert optimal['how'] == 'counted' and optimal['moved_keys'] == 1853
	assert find(by_name['incremental'], 'explicit')['moved_keys'] == 18691
	assert moved('zone-3') == 3037444021 - 2063250801
	assert moved('zone-5') == 1413175389
	assert moved('zone-10') == 4276849854 - 4229005694
	assert moved('zone-100') == 4243478801 - 4229005694
	for name in by_name:
	    assert find(by_name[name], 'explicit')['collateral'] == 0
	    assert find(by_name[name], 'hash')['collateral'] == 0
	    assert find(by_name[name], 'balanced')['collateral'] == 0
	"
}

# Bits and bytes: 10 Gbit/s at 70 percent.
seconds()
{
	check "$WORK/all.json" "
	case = by_name['ecommerce']
	transfer = next(c for c in case['claims'] if c['claim'] == 'transfer')
	near(transfer['measured']['hash'],
	     find(case, 'hash')['moved_bytes'] * 8 / 7e9, 1e-9)
	assert transfer['claimed_impact'] == 'Minimal', transfer
	assert transfer['measured_impact'] == {
	    'hash': 'Minimal', 'balanced': 'Minimal'}, transfer
	"
}

# --- nodes that join or leave -----------------------------------------------------

joins()
{
	compare_json --nodes 20 --join 5 --keys 1000000 --key-size 100 >"$WORK/join.json"
	adds_up "$WORK/join.json"
	check "$WORK/join.json" "
	case = cases[0]
	assert case['nodes_before'] == 20 and case['nodes_after'] == 25
	assert case['joined'] == 5
	near(case['ideal'], WHOLE / 5, 1)
	# Of lcm(20, 25) = 100 positions 20 stay.
	near(find(case, 'modulo')['moved'], WHOLE * 4 / 5, 100)
	near(find(case, 'range-split')['moved'], WHOLE / 8, 100)
	for name in 'rendezvous', 'jump', 'anchor', 'hash', 'balanced':
	    assert find(case, name)['collateral'] == 0
	assert find(case, 'maglev-65537')['collateral'] > 0
	assert find(case, 'maglev-65537')['moved'] < find(case, 'maglev-4093')['moved']
	"
}

leaves()
{
	compare_json --nodes 20 --leave >"$WORK/leave.json"
	adds_up "$WORK/leave.json"
	check "$WORK/leave.json" "
	case = cases[0]
	assert case['removed'] == 1 and case['nodes_after'] == 19
	assert 'keys' not in case
	near(case['ideal'], WHOLE / 20, 1)
	near(find(case, 'range-split')['moved'], WHOLE / 20, 1)
	near(find(case, 'modulo')['moved'], WHOLE * 19 / 20, WHOLE / 100)
	# The last node takes the place of the leaving node.
	near(find(case, 'jump')['moved'], WHOLE / 10, WHOLE / 50)
	assert find(case, 'jump')['collateral'] > 0
	for name in 'rendezvous', 'anchor', 'hash', 'explicit', 'balanced':
	    assert find(case, name)['collateral'] == 0
	"
}

# --- balanced rings -----------------------------------------------------------

# moves_are_optimal FILE NODES GRID - to the cell: a new node gets its due, and
# no node has more than its due and a cell
moves_are_optimal()
{
	check "$1" "
	case, n, grid = cases[0], $2, $3
	ring, cell = find(case, 'balanced'), WHOLE // grid
	assert case['nodes_before'] == n and ring['grid'] == grid, ring
	assert ring['how'] == 'exact' and ring['starved'] == 0, ring
	assert ring['collateral'] == 0, ring
	assert ring['moved'] % cell == 0 and ring['moved'] > 0, ring
	assert abs(ring['moved'] - case['ideal']) < cell, ring
	for peak, there in (('peak_before', n), ('peak_after', case['nodes_after'])):
	    assert ring[peak] <= WHOLE * (1 + there / grid) + 1, (peak, ring)
	if 'keys' in case:
	    assert abs(ring['moved_keys'] - case['keys'] * case['ideal'] / WHOLE) \
	        <= case['keys'] / grid, ring
	"
}

optimal_to_the_cell()
{
	local n

	for n in 4 10 100 1000; do
		compare_json --nodes "$n" --methods balanced >"$WORK/joins.json"
		moves_are_optimal "$WORK/joins.json" "$n" 65536
		compare_json --nodes "$n" --leave --methods balanced >"$WORK/leaves.json"
		moves_are_optimal "$WORK/leaves.json" "$n" 65536
	done
	"$RINGLAB" -j scenario scale-10000 "${few[@]}" --methods balanced >"$WORK/joins.json"
	moves_are_optimal "$WORK/joins.json" 10000 1048576
	compare_json --nodes 10000 --leave --methods balanced >"$WORK/leaves.json"
	moves_are_optimal "$WORK/leaves.json" 10000 1048576
}

# balanced_ring NAME GRID NODES [WEIGHTED] - prints a ring as in a saved file
balanced_ring()
{
	local i

	echo "- name: $1"
	echo "  placement: balanced"
	echo "  grid: $2"
	echo "  nodes:"
	for ((i = 1; i <= $3; i++)); do
		echo "  - { name: n$i${4:+, weight: $i} }"
	done
}

# A plan has the same figures, for a joining and for a leaving node.
planned_to_the_cell()
{
	local sizes='4 65536  10 65536  100 65536  1000 65536  10000 1048576'
	local n grid ops

	while read -r n grid; do
		{
			echo 'rings:'
			balanced_ring web "$grid" "$n"
		} >"$WORK/sized.yaml"
		for ops in '{ node add more }' '{ node del n2 }'; do
			"$RINGCTL" -j plan web "$ops" --offline "$WORK/sized.yaml" >"$WORK/planned"
			check "$WORK/planned" "
			r, grid = cases[0]['receipt'], $grid
			assert r['collateral'] == 0 and r['moved'] == r['required'], r
			assert abs(r['moved'] - r['ideal']) < WHOLE // grid, r
			for peak, there in (('peak_before', r['nodes_before']),
			                    ('peak_after', r['nodes_after'])):
			    assert r[peak] <= WHOLE * (1 + there / grid) + 1, (peak, r)
			"
		done
	done < <(xargs -n 2 <<<"$sizes")
}

# If many nodes join at once, each node gets its cells.
many_join()
{
	compare_json --nodes 30 --join 12 --methods balanced,modulo >"$WORK/many.json"
	check "$WORK/many.json" "
	ring, cell = find(cases[0], 'balanced'), WHOLE >> 16
	assert ring['collateral'] == 0
	assert abs(ring['moved'] - cases[0]['ideal']) < 12 * cell, ring
	"
}

# The default is the smallest grid with 64 cells for each node.
grids()
{
	local wanted n grid

	for wanted in '1023 65536' '1024 131072' '9000 1048576' '60000 1048576'; do
		read -r n grid <<<"$wanted"
		compare_json --nodes "$n" --methods balanced >"$WORK/grid.json"
		check "$WORK/grid.json" "assert find(cases[0], 'balanced')['grid'] == $grid"
	done
	compare_json --nodes 10 --grid 1024 --methods balanced >"$WORK/grid.json"
	moves_are_optimal "$WORK/grid.json" 10 1024
	expect_match 'balanced +more nodes than cells in the ring: 2000 \(at most 1024\)' \
		compare --nodes 2000 --grid 1024 --methods balanced,modulo
	compare_json --nodes 1024 --grid 1024 --methods balanced >"$WORK/grid.json"
	check "$WORK/grid.json" "assert 'in the ring: 1025 (at most 1024)' in find(cases[0], 'balanced')['refused']"
}

# Weights from 1 to 1000, also with cells that are larger than the lightest
# dues.
each_node_has_a_cell()
{
	local grid

	{
		echo 'rings:'
		for grid in 1024 65536; do
			balanced_ring "grid-$grid" "$grid" 1000 weighted
		done
	} >"$WORK/weights.yaml"
	for grid in 1024 65536; do
		compare_json "grid-$grid" '{ node add more weight 1 }' \
			--offline "$WORK/weights.yaml" --methods modulo >"$WORK/weights.json"
		check "$WORK/weights.json" "
		ring = find(cases[0], 'ring')
		assert ring['starved'] == 0 and ring['collateral'] == 0, ring
		assert ring['moved'] == WHOLE // $grid, ring
		"
	done
}

# Figures are the same in every run, except for times, and differ for another
# seed.
repeatable()
{
	local run=(--nodes 7 --methods 'hash,rendezvous,modulo')

	compare_json "${run[@]}" | sed -E 's/"lookup_ns":[^,]*,//g' >"$WORK/one"
	compare_json "${run[@]}" | sed -E 's/"lookup_ns":[^,]*,//g' >"$WORK/two"
	diff "$WORK/one" "$WORK/two"
	compare_json "${run[@]}" --seed 000102030405060708090a0b0c0d0e0f >"$WORK/three"
	check "$WORK/three" "
	with open('$WORK/one') as f:
	    one = json.load(f)
	for method in 'hash', 'rendezvous':
	    assert find(one, method)['moved'] != find(cases[0], method)['moved']
	assert find(one, 'modulo')['moved'] == find(cases[0], 'modulo')['moved']
	"
}

methods_asked_for()
{
	compare_json --methods jump,modulo,jump >"$WORK/two.json"
	check "$WORK/two.json" "
	assert [m['method'] for m in cases[0]['methods']] == ['jump', 'modulo']
	assert 'less_than_range' not in cases[0]['methods'][0]
	"
}

table()
{
	compare --nodes 60000 --points 20 --keys 1000000000000 --key-size 100 \
		--methods hash,modulo,range-recut,maglev-4093 >"$WORK/table" 2>"$WORK/stderr"
	[ ! -s "$WORK/stderr" ]
	expect_equal "60000 -> 60001 nodes, node_60000 joins, 1000000000000 keys of 100 bytes" \
		"$(head -n 1 "$WORK/table")"
	expect_match "^method +moved +required +collateral +ideal +max/mean +bytes +ns +volume" \
		sed -n 2p "$WORK/table"
	expect_match "! maglev-4093: 55908 nodes have nothing" cat "$WORK/table"
	[ "$(wc -L <"$WORK/table")" -le 100 ]
	compare --nodes 3 --methods jump | grep -q "~ jump: 5000 keys drawn; with 95% confidence"
}

# --- a ring ------------------------------------------------------------------------

saved()
{
	cat >"$WORK/saved.yaml" <<-END
	rings:
	- name: web
	  seed: 000102030405060708090a0b0c0d0e0f
	  nodes: [ { name: b1 }, { name: b2, weight: 3 }, { name: b3 },
	           { name: b4, state: draining }, { name: b5 } ]
	- name: tokens
	  placement: explicit
	  nodes: [ { name: a, points: [7] }, { name: b, points: [2147483655] } ]
	- name: cells
	  placement: balanced
	  grid: 4096
	  nodes: [ { name: b1 }, { name: b2, weight: 3 }, { name: b3 } ]
	END
}

# like_plan RING CHANGE - the ring's own row has the figures of plan
like_plan()
{
	compare_json "$1" "$2" --offline "$WORK/saved.yaml" >"$WORK/compared"
	"$RINGCTL" -j plan "$1" "$2" --offline "$WORK/saved.yaml" >"$WORK/planned"
	adds_up "$WORK/compared"
	check "$WORK/compared" "
	with open('$WORK/planned') as f:
	    plan = json.load(f)['receipt']
	ring = find(cases[0], 'ring')
	assert cases[0]['ring'] == '$1' and ring['how'] == 'exact'
	for key in 'moved', 'required', 'collateral':
	    assert ring[key] == plan[key], key
	near(ring['ideal'], plan['ideal'], 1)
	near(ring['peak_before'], plan['peak_before'], 2)
	near(ring['peak_after'], plan['peak_after'], 2)
	assert ring['bytes_after'] == plan['bytes_after']
	"
}

ring_like_plan()
{
	saved
	like_plan web '{ node add b6 }'
	like_plan web '{ node add b6 weight 2 ; node del b1 ; node replace b5 b7 ; node set b4 state active ; node set b2 weight 2 }'
	check "$WORK/compared" "
	assert cases[0]['joined'] == 2 and cases[0]['removed'] == 1
	assert cases[0]['replaced'] == 1
	assert 'hash' not in [m['method'] for m in cases[0]['methods']]
	"
	like_plan web '{ node set b2 state down }'
	like_plan tokens '{ node add c point 1 }'
	check "$WORK/compared" "assert find(cases[0], 'ring')['moved'] == 2147483642"
	like_plan cells '{ node add b4 ; node set b2 weight 1 ; node replace b1 b5 }'
	check "$WORK/compared" "
	methods = [m['method'] for m in cases[0]['methods']]
	assert 'balanced' not in methods and 'hash' in methods
	assert find(cases[0], 'ring')['collateral'] == 0
	"
	like_plan web '{ node del b4 }'
	check "$WORK/compared" "
	for m in cases[0]['methods']:
	    assert m['moved'] == 0 and 'refused' not in m, m
	"
}

# A replacement moves the share of the replaced node, by every method.
ring_replaces()
{
	compare_json web '{ node replace b5 b7 }' --offline "$WORK/saved.yaml" >"$WORK/replaced"
	check "$WORK/replaced" "
	for m in cases[0]['methods']:
	    assert m['collateral'] == 0 and m['moved'] > 0, m
	near(find(cases[0], 'modulo')['moved'], WHOLE / 4, 1)
	"
	compare web '{ node replace b5 b7 }' --offline "$WORK/saved.yaml" |
		grep -q "only rings know weights"
}

# --- refusals -----------------------------------------------------------------

# refuses STATUS REGEX WORDS...
refuses()
{
	local status=$1 regex=$2
	shift 2
	expect_error "$regex" "$status" "$RINGLAB" "$@"
}

bad_words()
{
	refuses 1 'unknown method "foo": expected some of hash, explicit, ' compare --methods hash,foo
	refuses 1 'unknown method ""' compare --methods hash,
	refuses 1 'NAME "tiny": expected one of all, optimal, ' scenario tiny
	refuses 1 'NAME is missing' scenario
	refuses 1 'unknown word "--keys": expected ' scenario all --keys 5
	refuses 1 '"--leave" does not go with a ring' compare web '{ node del b1 }' --leave
	refuses 1 'operations are missing' compare web
	refuses 1 '"--offline" goes with a ring' compare --offline "$WORK/saved.yaml"
	refuses 1 'nodes join or one leaves' compare --join 2 --leave
	refuses 1 '--key-size is of keys' compare --key-size 5
	refuses 1 '--key-size "2Kb": expected bytes' compare --keys 5 --key-size 2Kb
	refuses 1 '--nodes "0": expected a number from 1 to 65535' compare --nodes 0
	refuses 1 '--grid "1025": a grid has 1024 to 1048576 cells, a power of two' compare --grid 1025
	refuses 1 '--grid "512": expected a number from 1024 to 1048576' compare --grid 512
	refuses 1 '--samples "9": expected a number from 1000' compare --samples 9
	refuses 1 '--seed "12": expected 32 hexadecimal digits' compare --seed 12
}

too_much()
{
	refuses 1 'the only node cannot leave' compare --nodes 1 --leave
	refuses 1 '65536 nodes are more than a ring may have, 65535' compare --nodes 65535
	refuses 1 '11 nodes of 16000000 points are more than' compare --points 16000000
	refuses 1 'are too many bytes to count' compare --keys 1000000000000000 --key-size 1T
}

bad_rings()
{
	local offline=(--offline "$WORK/saved.yaml")

	refuses 2 'no such node: nobody' compare web '{ node del nobody }' "${offline[@]}"
	refuses 2 'operation 2: no such node: nobody' compare web '{ node add b9 ; node del nobody }' "${offline[@]}"
	refuses 1 'there is no ring wib' compare wib '{ node del b1 }' "${offline[@]}"
	refuses 1 'nowhere.yaml: No such file' compare web '{ node del b1 }' --offline "$WORK/nowhere.yaml"
	refuses 1 'tokens has no owner of anything after the change' compare tokens '{ node del a ; node del b }' "${offline[@]}"
	printf 'rings:\n- name: web\n  nodes: [ { name: b1 } ]' >"$WORK/seedless.yaml"
	refuses 2 'the seed of web is not known' compare web '{ node add b2 }' --offline "$WORK/seedless.yaml"
}

# ringctl names the command that has the words, and no other command.
asked_of_ringctl()
{
	local word

	for word in compare scenario report; do
		expect_error "^ringctl: $word is a command of ringlab: ringlab $word\$" 1 \
			"$RINGCTL" "$word" --nodes 5
		expect_error "ringlab $word\$" 1 "$RINGCTL" help "$word"
		expect_match "ringlab $word " "$RINGLAB" help "$word"
	done
	expect_error '^ringctl: unknown object "comp": expected one of ring, ' 1 "$RINGCTL" comp
	expect_error '^ringlab: unknown command "plan": expected one of compare, ' 1 "$RINGLAB" plan
}

interrupted()
{
	local status=0 pid

	# A background job of a script ignores SIGINT; TERM has the same effect.
	"$RINGLAB" compare --nodes 1000 --samples 1000000000 >"$WORK/out" 2>"$WORK/err" &
	pid=$!
	sleep 0.5
	kill -TERM "$pid"
	wait "$pid" || status=$?
	expect_equal 5 "$status"
	expect_equal "ringlab: interrupted" "$(cat "$WORK/err")"
	[ ! -s "$WORK/out" ]
}

ktap_begin
ktap_test "all scenarios print" all_scenarios
ktap_test "every claim has a measured figure beside it" claims
ktap_test "figures of scenarios add up" adds_up "$WORK/all.json"
ktap_test "known rings come out to the position" known_rings
ktap_test "bytes are 8 bits" seconds
ktap_test "nodes join" joins
ktap_test "a node leaves" leaves
ktap_test "balanced: optimal to the cell, 4 to 10,000 nodes" optimal_to_the_cell
ktap_test "balanced: plans say the same" planned_to_the_cell
ktap_test "balanced: many join at once" many_join
ktap_test "balanced: grids" grids
ktap_test "balanced: each node has a cell" each_node_has_a_cell
ktap_test "the same figures at every run" repeatable
ktap_test "some methods" methods_asked_for
ktap_test "the table fits" table
ktap_test "a ring's own change, as planned" ring_like_plan
ktap_test "a node takes another's place" ring_replaces
ktap_test "words that do not go together" bad_words
ktap_test "more than there may be" too_much
ktap_test "rings that cannot be compared" bad_rings
ktap_test "what is asked of ringctl" asked_of_ringctl
ktap_test "interrupted" interrupted
ktap_finish
