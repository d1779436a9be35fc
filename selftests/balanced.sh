#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# balanced.sh - rings with placement balanced: grids, shares exact to one cell,
# changes without needless moves, and tables saved, restored and replicated
#
# one kernel: the core alone decides the figures
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

readonly GRID=4096
export GRID

# elsewhere WORD... - ringctl in the other namespace
elsewhere()
{
	"$RINGCTL" -n "$other" "$@"
}

# wrong LINE:COLUMN REGEX TEXT - the error for a file with TEXT
wrong()
{
	printf '%s\n' "$3" >"$WORK/wrong.yaml"
	expect_error "wrong\.yaml:$1: $2" 1 "$RINGCTL" restore "$WORK/wrong.yaml"
}

# without_cells <FILE - drops the lists of cells; a list may have several lines
without_cells()
{
	python3 -c 'import re, sys
print(re.sub(r", cells: \[[^]]*\]", "", sys.stdin.read()), end="")'
}

# random_changes NUMBER - one change a line, with 1 to 3 operations on nodes that
# exist at that moment
random_changes()
{
	python3 - "$1" <<'END'
import random
import sys

random.seed(7)
there = {f"n{i}": "active" for i in range(8)}
fresh = 8
for _ in range(int(sys.argv[1])):
    ops, used = [], set()
    for _ in range(random.randint(1, 3)):
        name = random.choice(sorted(there))
        what = random.choice(["add", "add", "del", "replace", "weight", "state"])
        if what != "add" and (name in used or len(there) < 4):
            continue
        if what in ("add", "replace"):
            new, fresh = f"n{fresh}", fresh + 1
            used.add(new)
            there[new] = "active" if what == "add" else there[name]
        if what == "add":
            ops.append(f"node add {new} weight {random.randint(1, 9)}")
            continue
        used.add(name)
        if what == "replace":
            ops.append(f"node replace {name} {new}")
        elif what == "weight":
            ops.append(f"node set {name} weight {random.randint(1, 9)}")
        elif what == "state":
            there[name] = "active" if there[name] != "active" else \
                random.choice(["draining", "down"])
            ops.append(f"node set {name} state {there[name]}")
        if what in ("del", "replace"):
            del there[name]
    if ops:
        print("{ " + " ; ".join(ops) + " }")
END
}

# --- rings ------------------------------------------------------------------------

grids()
{
	local grid

	for grid in 1024 65536 1048576; do
		ringctl ring add "g$grid" placement balanced grid "$grid"
		expect_match "^g$grid placement balanced grid $grid generation 0 " \
			ringctl ring show "g$grid"
		expect_equal "$grid" "$(figure grid ring show "g$grid")"
		ringctl ring del "g$grid"
	done
	ringctl ring add plain placement balanced
	expect_equal 65536 "$(figure grid ring show plain)" "default"
	expect_match '^\[\{"name":"plain","placement":"balanced","seed":' said_json ring show plain
	ringctl ring del plain
	expect_match '^(.*,)?"points":160' said_json ring add hashed
	said_json ring show hashed >"$WORK/said"
	! grep grid "$WORK/said" || return 1
	ringctl ring del hashed
}

bad_grids()
{
	local grid

	for grid in 1 512 1000 65535 2097152 4294967295; do
		refuses "a grid has 1024 to 1048576 cells, a power of two$(detail ": not $grid")" 2 \
			ring add bad placement balanced grid "$grid"
	done
	refuses 'grid "0": expected a number from 1' 1 ring add bad placement balanced grid 0
	refuses 'a grid is not for this placement' 2 ring add bad grid 1024
	refuses 'a grid is not for this placement' 2 \
		ring add bad placement explicit grid 1024
	refuses 'points and per are not for this placement' 2 \
		ring add bad placement balanced points 4
	refuses 'points and per are not for this placement' 2 \
		ring add bad placement balanced points 4/2
	refuses 'no such ring' 2 ring show bad
}

no_points()
{
	local before

	before=$(digests web)
	refuses 'points cannot be given in this placement' 2 \
		node add web p1 point 5
	refuses 'operation 2: points cannot be given in this placement' 2 \
		change web '{ node add p1 ; node set n1 points 5 6 }'
	expect_equal "$before" "$(digests web)" "nothing has changed"
}

too_many()
{
	local before

	ringctl ring add full placement balanced grid 1024
	seq -f 'node add n%g' 1024 | ringctl change full -f - >/dev/null
	before=$(digests full)
	refuses "more nodes than cells in the ring$(detail ': 1025 \(at most 1024\)')" 2 \
		node add full more
	expect_equal "$before" "$(digests full)" "nothing has changed"
	# Each node has one cell, whatever the weight.
	ringctl node set full n7 weight 1000 >/dev/null
	expect_equal 1024 "$(said_json node show full | grep -o '"share":4194304\b' | wc -l)"
	ringctl node replace full n7 n7b >/dev/null
	ringctl ring del full
}

# With equal weights, shares differ by one cell at most, and add up to the ring.
shares_within_a_cell()
{
	local nodes

	for nodes in 3 10 1000; do
		ringctl ring add even placement balanced grid "$GRID"
		seq -f 'node add n%g' "$nodes" | ringctl change even -f - >/dev/null
		said_json node show even | python3 -c '
import json, os, sys
grid = int(os.environ["GRID"])
cells = [n["share"] * grid / 2**32 for n in json.load(sys.stdin)]
assert all(c == int(c) for c in cells), cells
assert sum(cells) == grid, sum(cells)
assert max(cells) - min(cells) <= 1, (min(cells), max(cells))'
		ringctl ring del even
	done
}

# Points of the nodes add up to the points of the table.
arcs_add_up()
{
	expect_equal "$(figure table_points ring show web)" \
		"$(said_json node show web | grep -o '"nr_points":[0-9]*' |
			awk -F : '{ sum += $2 } END { print sum }')" "points of nodes"
	expect_match " arcs $(figure table_points ring show web)  table " ringctl ring show web
	said_json node show web n3 >"$WORK/node"
	expect_match '"nr_points":[1-9]' cat "$WORK/node"
}

# --- changes ----------------------------------------------------------------------

states()
{
	local before state

	before=$(digests web)
	for state in draining down; do
		ringctl node set web n3 state "$state" >/dev/null
		expect_match '"share":0,.*"home":\[[0-9]+,[0-9]+' said_json node show web n3
		ringctl node set web n3 state active >/dev/null
		expect_equal "$before" "$(digests web)" "$state and back"
	done
	ringctl node set web n3 state draining >/dev/null
	ringctl node set web n3 state down >/dev/null
	ringctl node set web n3 state active >/dev/null
	expect_equal "$before" "$(digests web)" "draining, down and back"
	said_json node show web n3 >"$WORK/said"
	! grep home "$WORK/said" || return 1
}

replaced()
{
	local json before

	before=$(figure share node show web n2)
	json=$(said_json node replace web n2 r2)
	expect_match '"collateral":0,' echo "$json"
	expect_equal "$before" "$(json_number moved "$json")" "the old node's share"
	expect_equal "$before" "$(figure share node show web r2)" "the new node's share"
	ringctl node replace web r2 n2 >/dev/null
}

# Plans online and offline, and the receipt, have the same figures and rows. All
# moves are needed moves.
plans_agree()
{
	local change

	ringctl ring add story placement balanced grid "$GRID"
	ringctl change story "{ $(seq -f 'node add n%g weight 3 ;' 0 7) }" >/dev/null
	random_changes 40 >"$WORK/log"
	while read -r change; do
		ringctl save "$WORK/story.yaml" story >/dev/null
		ringctl -j plan story "$change" >"$WORK/plan"
		"$RINGCTL" -j plan story "$change" --offline "$WORK/story.yaml" >"$WORK/offline"
		ringctl -j change story "$change" >"$WORK/change"
		python3 - "$WORK/plan" "$WORK/offline" "$WORK/change" <<'END'
import json
import sys

plan, offline, change = [json.load(open(f)) for f in sys.argv[1:]]
for told in plan, offline, change:
    for key in "time", "build_ns", "impact_ns":
        told["receipt"].pop(key)
assert plan["receipt"] == change["receipt"], (plan, change)
assert change["receipt"]["collateral"] == 0, change
for told in plan, offline:
    told["receipt"].pop("bytes_before")     # memory is known only to the kernel
    told["receipt"].pop("bytes_after")
    for rows in told["receipt"]["move"], told["plan"]["move"]:
        rows.sort(key=lambda row: (row["from"], row["to"]))
assert plan["receipt"] == offline["receipt"], (plan, offline)
assert plan["plan"]["token"] == offline["plan"]["token"], (plan, offline)
assert plan["plan"]["move"] == offline["plan"]["move"], (plan, offline)
END
	done <"$WORK/log"
	expect_between 30 40 "$(figure generation ring show story)" "changes"
}

limited()
{
	local before

	before=$(digests web)
	refuses 'would move more than is allowed' 4 change web '{ node add big weight 500 }' --max-moved 5%
	refuses 'generation does not match' 3 change web '{ node add big }' --generation 0
	expect_equal "$before" "$(digests web)" "nothing has changed"
}

# --- look-ups ---------------------------------------------------------------------

# Owners by the kernel are the owners of the cells in a saved file.
owners()
{
	ringctl save "$WORK/web.yaml" web >/dev/null
	python3 - "$WORK/web.yaml" >"$WORK/owned" <<'END'
import os
import random
import sys

import yaml

ring = yaml.safe_load(open(sys.argv[1]))["rings"][0]
owner = {}
for node in ring["nodes"]:
    for run in node["cells"] if node["state"] == "active" else ():
        first, _, last = str(run).partition("-")
        for cell in range(int(first), int(last or first) + 1):
            assert cell not in owner
            owner[cell] = node["name"]
assert len(owner) == ring["grid"]
size = 2**32 // ring["grid"]
random.seed(3)
positions = [random.randrange(2**32) for _ in range(5000)] + [0, 2**32 - 1]
positions += [cell * size + off for cell in random.sample(range(ring["grid"]), 500)
              for off in (0, size - 1)]
for p in positions:
    print(p, p, owner[p // size], sep="\t")
END
	cut -f 1 "$WORK/owned" | ringctl map web --positions | diff "$WORK/owned" -
}

# --- files ------------------------------------------------------------------------

saved_and_restored()
{
	# Also draining and down nodes, with cells for their return; `late` has no cells.
	ringctl change web '{ node set n5 state draining ; node set n6 state down ;
		node add late state down weight 2 }' >/dev/null
	ringctl save "$WORK/web.yaml" web >/dev/null
	expect_match 'name: late, id: [0-9]+, weight: 2, state: down, cells: \[\] ' \
		cat "$WORK/web.yaml"
	elsewhere restore "$WORK/web.yaml" >/dev/null
	expect_equal "$(digests web)" \
		"$(elsewhere digest web) $(elsewhere digest web --config)" "digests"
	elsewhere save "$WORK/again.yaml" web >/dev/null
	diff <(grep -v generation: "$WORK/web.yaml") <(grep -v generation: "$WORK/again.yaml")
	elsewhere ring del web
	ringctl change web '{ node set n5 state active ; node set n6 state active ;
		node del late }' >/dev/null
}

# Two directors get the same changes; a third director misses one change.
replicated()
{
	local change map config

	ringctl save "$WORK/story.yaml" story >/dev/null
	elsewhere restore "$WORK/story.yaml" >/dev/null
	sed 's/^- name: story/- name: third/' "$WORK/story.yaml" | elsewhere restore - >/dev/null
	# The members do not show the missed change; the table does.
	for change in '{ node add x0 weight 7 }' '{ node add x1 weight 4 ; node add x2 }' \
		'{ node set x2 weight 5 }' '{ node del x1 }' '{ node del x0 }' \
		'{ node add x3 weight 2 ; node replace x2 x4 }'; do
		ringctl change story "$change" >/dev/null
		elsewhere change story "$change" >/dev/null
		[[ $change = *x0* ]] || elsewhere change third "$change" >/dev/null
	done
	map=$(ringctl digest story)
	config=$(ringctl digest story --config)
	expect_equal "$map" "$(elsewhere digest story)" "after the log"
	expect_equal "$config" "$(elsewhere digest story --config)" "after the log"
	expect_equal "$(figure nodes ring show story)" \
		"$(json_number nodes "$(elsewhere -j ring show third)")" "members"

	{
		echo "# gathered"
		echo
		echo "east $(elsewhere digest story)"
		echo "north $(elsewhere digest story | tr a-f A-F) 12   # as of now"
	} >"$WORK/told"
	expect_equal "story: 2 agree" "$(ringctl digest story --against "$WORK/told")"
	echo "west $(elsewhere digest third) 5" >>"$WORK/told"
	expect_error '^$' 3 "$RINGCTL" -n "$here" digest story --against "$WORK/told"
	expect_equal "story: west has $(elsewhere digest third) generation 5, here it is $map generation $(figure generation ring show story)" \
		"$(ringctl digest story --against - <"$WORK/told" || [ $? = 3 ])"
	ringctl -j digest story --against "$WORK/told" >"$WORK/json/against" || [ $? = 3 ]
	echo digest >"$WORK/json/against.words"
	expect_match '"against":\[\{"name":"east","digest":"[0-9a-f]{16}","agrees":true\},' \
		cat "$WORK/json/against"
	expect_match '\{"name":"west",.*"generation":5,"agrees":false\}\]' cat "$WORK/json/against"
	echo "south $(elsewhere digest story --config)" >"$WORK/told"
	expect_equal "story: 1 agree" "$(ringctl digest story --config --against "$WORK/told")"
}

against_saved()
{
	ringctl attach add story hook output fwmark 0x1/0xff set 0xff00 key source
	ringctl save "$WORK/story.yaml" story web >/dev/null
	for ring in story web; do
		expect_equal "$ring: 1 agree" \
			"$(ringctl digest "$ring" --against "$WORK/story.yaml")"
		expect_equal "$ring: 1 agree" \
			"$(ringctl digest "$ring" --config --against "$WORK/story.yaml")"
	done
	ringctl attach del story
	ringctl digest story --against "$WORK/story.yaml"
	expect_error '^$' 3 "$RINGCTL" -n "$here" digest story --config \
		--against "$WORK/story.yaml"
	ringctl node add story x9 >/dev/null
	ringctl digest story --against "$WORK/story.yaml" >"$WORK/said" || [ $? = 3 ]
	expect_match "^story: $WORK/story.yaml has [0-9a-f]{16} generation [0-9]+, here it is " \
		cat "$WORK/said"
	refuses 'story.yaml: there is no ring nosuch' 1 digest nosuch --against "$WORK/story.yaml"
}

bad_against()
{
	local against=(digest web --against "$WORK/told")

	printf '# one\neast 0123456789abcdef\nwest 0123\n' >"$WORK/told"
	refuses 'told:3: digest of west: expected 16 hexadecimal digits' 1 "${against[@]}"
	echo 'east' >"$WORK/told"
	refuses 'told:1: expected NAME DIGEST \[GENERATION\], not 1 words' 1 "${against[@]}"
	echo 'east 0123456789abcdef 5 6' >"$WORK/told"
	refuses 'told:1: expected NAME DIGEST \[GENERATION\], not 4 words' 1 "${against[@]}"
	echo 'east 0123456789abcdef five' >"$WORK/told"
	refuses 'told:1: generation of east: expected a number' 1 "${against[@]}"
	printf 'e\033[31mast 0123456789abcdef\n' >"$WORK/told"
	refuses 'told:1: the name has invalid bytes' 1 "${against[@]}"
	echo '# nobody' >"$WORK/told"
	refuses 'told: the file has no digests' 1 "${against[@]}"
	printf 'east\0' >"$WORK/told"
	refuses 'told: holds a NUL byte' 1 "${against[@]}"
	echo 'rings: [' >"$WORK/told"
	refuses 'told:2:1: ' 1 "${against[@]}"
	refuses 'nosuchfile: No such file' 1 digest web --against "$WORK/nosuchfile"
	echo 'east 0123456789abcdef' >"$WORK/told"
	refuses 'no such ring' 2 digest nosuch --against "$WORK/told"
}

bad_files()
{
	local ring=$'rings:\n- name: bad\n  placement: balanced\n  grid: 1024\n'

	wrong 4:9 'grid: a grid has 1024 to 1048576 cells, a power of two' \
		$'rings:\n- name: bad\n  placement: balanced\n  grid: 1000\n  nodes: []'
	wrong 3:9 'a grid is not for this placement' \
		$'rings:\n- name: bad\n  grid: 1024\n  nodes: []'
	wrong 4:11 'points and per are not for this placement' \
		$'rings:\n- name: bad\n  placement: balanced\n  points: 4\n  nodes: []'
	wrong 6:24 'cells: expected CELL or FIRST-LAST up to 1048575, not "5-3"' \
		"$ring"$'  nodes:\n  - { name: a, cells: [5-3] }'
	wrong 6:29 'cells: expected CELL or FIRST-LAST up to 1048575, not "x"' \
		"$ring"$'  nodes:\n  - { name: a, cells: [0-2, x] }'
	wrong 6:23 'cells: expected a list' "$ring"$'  nodes:\n  - { name: a, cells: 7 }'
	wrong 6:23 'runs of cells are not empty and ascend' \
		"$ring"$'  nodes:\n  - { name: a, cells: [5-9, 0-4] }'
	wrong 6:23 "cell is beyond the ring's grid: 1024 of 1024" \
		"$ring"$'  nodes:\n  - { name: a, cells: [0-1024] }'
	wrong 6:23 'cells given and cells due differ: a, 1000 and 1024' \
		"$ring"$'  nodes:\n  - { name: a, cells: [0-999] }'
	wrong 6:23 'cells given and cells due differ: a, 0 and 1024' \
		"$ring"$'  nodes:\n  - { name: a, cells: [] }'
	wrong 7:23 'cell is given to another node already: 511' \
		"$ring"$'  nodes:\n  - { name: a, cells: [0-511] }\n  - { name: b, cells: [511-1022] }'
	wrong 4:23 'cells cannot be given in this placement' \
		$'rings:\n- name: bad\n  nodes:\n  - { name: a, cells: [0-1023] }'
	refuses 'no such ring' 2 ring show bad
}

sync_by_cells()
{
	local before

	before=$(digests web)
	ringctl save "$WORK/web.yaml" web >/dev/null
	expect_equal "web unchanged" "$(ringctl sync "$WORK/web.yaml" | head -1)"
	ringctl change web '{ node del n1 ; node set n2 state down ; node add w1 weight 9 ;
		node set n4 weight 1 ; node replace n7 w7 }' >/dev/null
	ringctl sync "$WORK/web.yaml" --dry-run >"$WORK/said"
	expect_match 'web generation [0-9]+ planned' cat "$WORK/said"
	ringctl sync "$WORK/web.yaml" >/dev/null
	expect_equal "$before" "$(digests web)" "as the file says"
	expect_equal "web unchanged" "$(ringctl sync "$WORK/web.yaml" | head -1)"
	# The same members with another table: the difference is in the cells alone.
	ringctl node del web n1 >/dev/null
	ringctl node add web n1 id 1 weight "$(sed -n 's/.*name: n1, id: 1, weight: \([0-9]*\),.*/\1/p' \
		"$WORK/web.yaml")" >/dev/null
	ringctl node set web n4 weight 9 >/dev/null
	ringctl node set web n4 weight "$(sed -n 's/.*name: n4, id: 4, weight: \([0-9]*\),.*/\1/p' \
		"$WORK/web.yaml")" >/dev/null
	ringctl sync "$WORK/web.yaml" >/dev/null
	expect_equal "$before" "$(digests web)" "the table of the file"
}

sync_without_cells()
{
	local before config

	without_cells <"$WORK/web.yaml" >"$WORK/members.yaml"
	! grep -q cells "$WORK/members.yaml" || return 1
	before=$(ringctl digest web)
	expect_equal "web unchanged" "$(ringctl sync "$WORK/members.yaml" | head -1)"
	# A node that leaves and joins again gets cells of the present ring.
	ringctl node add web w1 weight 9 >/dev/null
	expect_match 'collateral 0 ' ringctl sync "$WORK/members.yaml"
	config=$(without_cells <"$WORK/web.yaml" | grep -c 'name: n')
	expect_equal "$config" "$(figure nodes ring show web)" "members"
	sed -i 's/name: n4, id: 4, weight: [0-9]*/name: n4, id: 4, weight: 2/' "$WORK/members.yaml"
	expect_match ' set 1' ringctl sync "$WORK/members.yaml"
	expect_equal 2 "$(figure weight node show web n4)"
	ringctl sync "$WORK/web.yaml" >/dev/null
	expect_equal "$before" "$(ringctl digest web)" "and by cells back again"
	# A ring keeps the grid that it was created with.
	sed 's/grid: [0-9]*/grid: 1024/' "$WORK/members.yaml" >"$WORK/other.yaml"
	refuses "other.yaml:4:9: ring web has a grid of $GRID cells, which is for life" 1 \
		sync "$WORK/other.yaml"
	# Cells in a file must fit the weights in the same file.
	sed 's/\(name: n4, id: 4, weight: \)[0-9]*/\17/' "$WORK/web.yaml" >"$WORK/other.yaml"
	refuses 'other.yaml:[0-9]+:[0-9]+: cells given and cells due differ: n[0-9]+, [0-9]+ and [0-9]+' 1 \
		sync "$WORK/other.yaml"
	expect_equal "$before" "$(ringctl digest web)" "nothing has changed"
}

# An interrupted restore of many rings: all rings that were made are removed, or
# all rings are there.
interrupted()
{
	local pid status=0 i left

	ringctl save "$WORK/web.yaml" web >/dev/null
	for ((i = 0; i < 40; i++)); do
		sed "/^rings:/d; s/^- name: web/- name: copy$i/" "$WORK/web.yaml"
	done | cat <(echo rings:) - >"$WORK/many.yaml"
	env --default-signal=INT "$RINGCTL" -n "$other" restore "$WORK/many.yaml" >"$WORK/said" 2>&1 &
	pid=$!
	busywait "$BUSYWAIT_TIMEOUT" elsewhere ring show copy0 >/dev/null
	kill -INT "$pid" 2>/dev/null || :
	wait "$pid" || status=$?
	left=$(elsewhere -j ring show | grep -o '"name":"copy[0-9]*"' | wc -l)
	case $status in
	0 | 130) expect_equal 1 "$((left == 0 || left == 40))" "$left rings after status $status" ;;
	*) cat "$WORK/said"; return 1 ;;
	esac
}

# A ring that cannot be created: no ring of the file stays.
restored_or_not()
{
	ringctl save "$WORK/web.yaml" web >/dev/null
	elsewhere ring add taken
	{
		cat "$WORK/web.yaml"
		sed '/^rings:/d; s/^- name: web/- name: taken/' "$WORK/web.yaml"
	} >"$WORK/two.yaml"
	expect_error 'ring taken exists' 2 "$RINGCTL" -n "$other" restore "$WORK/two.yaml"
	expect_error 'no such ring' 2 "$RINGCTL" -n "$other" ring show web
	elsewhere ring del taken
}

measured()
{
	local before

	before=$(digests web)
	expect_match '"differing_keys":0' said_json measure web --keys 5000 --revert \
		--change '{ node del n1 ; node add m1 weight 5 ; node set n2 state down }'
	expect_equal "$before" "$(digests web)" "after going back"
}

cli_begin
ktap_test "grids" grids
ktap_test "invalid grids, and points" bad_grids
ringctl ring add web placement balanced grid "$GRID" seed "$SEED"
for i in 1 2 3 4 5 6 7; do
	ringctl node add web "n$i" weight "$i" >/dev/null
done
ringctl node del web n6 >/dev/null
ringctl node add web n6 id 6 weight 6 >/dev/null
ktap_test "nodes have no points" no_points
ktap_test "more nodes than cells" too_many
ktap_test "equal weights differ by a cell at most" shares_within_a_cell
ktap_test "points of nodes add up to the ring's points" arcs_add_up
ktap_test "draining or down and back: the same table" states
ktap_test "a replacement moves one share and no more" replaced
ktap_test "limits of a change" limited
ktap_test "plans of the kernel and of files agree with the change" plans_agree
ktap_test "the kernel's owners are those of the cells" owners
ktap_test "saved and restored bit for bit" saved_and_restored
ktap_test "the same log gives the same digest; a digest that differs is named" replicated
ktap_test "digests against saved rings" against_saved
ktap_test "malformed lists of digests" bad_against
ktap_test "malformed files" bad_files
ktap_test "sync by cells" sync_by_cells
ktap_test "sync by members alone" sync_without_cells
ktap_test "a restore that fails leaves nothing" restored_or_not
ktap_test "a restore that is interrupted leaves all or nothing" interrupted
ktap_test "measure reverts to the same table" measured
ktap_test "JSON has the spec's names and raw numbers" json_by_spec ring node digest measure
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
