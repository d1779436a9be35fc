#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# report.sh - ringlab report on rings of the kernel: the page has the figures of
# ringctl -j, and a report changes nothing
#
# one kernel: ringlab reads what ringctl prints

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export LC_ALL=C
here=''

ringctl()
{
	"$RINGCTL" -n "$here" "$@"
}

ringlab()
{
	"$RINGLAB" -n "$here" "$@"
}

refuses() # REGEX STATUS WORD... - for report
{
	expect_error "$1" "$2" "$RINGLAB" -n "$here" report "${@:3}"
}

page() # RING WORD...
{
	"$ROOT/selftests/report_page.py" "$WORK/page.html" "$@"
}

# sorted PATH... - normal form of JSON: sorted keys, no seed (pages have none), and
# without each PATH
sorted()
{
	python3 -c '
import json, sys
value = json.load(sys.stdin)
if isinstance(value, list) and len(value) == 1 and "seed" in value[0]:
    value = value[0]
    del value["seed"]
for path in sys.argv[1:]:
    *outer, last = path.split(".")
    inside = value
    for key in outer:
        inside = inside[key]
    inside.pop(last, None)
print(json.dumps(value, sort_keys=True))' "$@"
}

# receipts - the receipts of a history
receipts()
{
	python3 -c '
import json, sys
print(json.dumps([{"ring": r["ring"], "receipt": dict(r["receipt"], move=[])}
                  for r in json.load(sys.stdin)], sort_keys=True))'
}

shares() # RING
{
	ringctl -j node show "$1" | python3 -c '
import json, sys
for node in json.load(sys.stdin):
    print(node["name"], node["id"], node["weight"], node["share"])'
}

moves() # RING GENERATION
{
	ringctl -j history "$1" moves "$2" | python3 -c '
import json, sys
for row in sorted(json.load(sys.stdin), key=lambda r: (-r["share"], r["from"], r["to"])):
    print(row["from"], row["to"], row["share"], row["arcs"])'
}

make_rings()
{
	ringctl ring add web
	ringctl change web '{ node add b1; node add b2 weight 2; node add b3;
		node add b4 state draining }' >/dev/null
	shares web >"$WORK/shares.2"
	ringctl change web '{ node add b5 weight 3; node del b1 }' >/dev/null
	ringctl ring add tokens placement explicit
	ringctl node add tokens t1 point 1000000000 4000000000 >/dev/null
	ringctl ring add empty
}

# --- the last change ---------------------------------------------------------------

last_change()
{
	ringlab report "$WORK/page.html" 2>/dev/null
	expect_equal "$(ringctl -j ring show web | sorted)" "$(page web block 'ring show')"
	expect_equal "$(ringctl -j history web generation 2 |
		sorted nr_moves kept_moves nr_ops kept_ops op)" \
		"$(page web block 'history generation')"
	expect_equal "$(ringctl -j history web | receipts)" "$(page web block history)"
	expect_equal $'2\n1' "$(page web history)"
	expect_equal "$(moves web 2)" "$(page web moves)"
	# b1 has left, and is still in the page.
	expect_equal "b1 1 1 0"$'\n'"$(shares web)" \
		"$(page web nodes id weight after)"
	expect_equal "$(awk '{ print $1, $4 } END { print "b5 0" }' "$WORK/shares.2")" \
		"$(page web nodes before)"
}

other_rings()
{
	expect_equal "$(ringctl -j ring show tokens | sorted)" \
		"$(page tokens block 'ring show')"
	expect_equal "$(shares tokens)" "$(page tokens nodes id weight after)"
	expect_equal "$(ringctl -j ring show empty | sorted)" \
		"$(page empty block 'ring show')"
	expect_equal '' "$(page empty nodes)"
	# Only the named ring is in the page.
	ringlab report - tokens >"$WORK/page.html"
	expect_equal "$(shares tokens)" "$(page tokens nodes id weight after)"
	expect_equal 1 "$(grep -c '<section' "$WORK/page.html")"
}

# The kept operations give the map before the change.
map_before()
{
	shares tokens | awk '{ print $1, $4 }' >"$WORK/before"
	ringctl node add tokens t2 point 2000000000 3000000000 >/dev/null
	ringlab report - tokens >"$WORK/page.html"
	[ "$(page tokens marks)" -gt 0 ]
	expect_equal "$(<"$WORK/before")"$'\nt2 0' "$(page tokens nodes before)"
	expect_match 'add <strong>t2</strong>' cat "$WORK/page.html"
	# The first row is this ring's, with the figure of the receipt.
	expect_match "\"method\": \"ring\", \"moved\": $(ringctl -j history tokens \
		generation 2 | grep -o '"moved":[0-9]*' | cut -d : -f 2)," \
		page tokens block compare
	shares tokens | awk '$1 == "t2" { print $4 }' >"$WORK/of.t2"
	ringctl node replace tokens t2 t3 >/dev/null
	ringlab report - tokens >"$WORK/page.html"
	[ "$(page tokens marks)" -gt 0 ]
	expect_match "t2 2 $(<"$WORK/of.t2") 0.*t3 3 0 $(<"$WORK/of.t2")" \
		page tokens nodes id before after
	ringctl node set tokens t1 state draining >/dev/null
	ringlab report - tokens >"$WORK/page.html"
	[ "$(page tokens marks)" -gt 0 ]
	expect_match "t1 [0-9]+ 0" page tokens nodes before after
	expect_match 'set <strong>t1</strong>' cat "$WORK/page.html"
}

# Only the user's operations are printed, not the assignments of cells.
balanced()
{
	ringctl ring add even placement balanced grid 1024
	ringctl change even '{ node add e1; node add e2; node add e3 }' >/dev/null
	shares even | awk '{ print $1, $4 } END { print "e4 0" }' >"$WORK/before"
	ringctl node add even e4 >/dev/null
	ringlab report - even >"$WORK/page.html"
	[ "$(page even marks)" -gt 0 ]
	expect_equal "$(<"$WORK/before")" "$(page even nodes before)"
	expect_match ': add <strong>e4</strong>\. No method' cat "$WORK/page.html"
	expect_match "\"method\": \"ring\", \"moved\": $((1 << 30))," \
		page even block compare
	ringctl history even revert 1 >/dev/null
	ringlab report - even >"$WORK/page.html"
	expect_match ': del <strong>e4</strong>\. No method' cat "$WORK/page.html"
	ringctl ring del even
}

# --- migrations --------------------------------------------------------------------

# The migrations in the output of -j, in the format of the page, latest first.
expected_migrations() # RING
{
	ringctl -j migrate steps "$1" | python3 -c '
import json, sys
ends = {"finish": "finished", "undone": "rolled back"}
migrations, begun = [], False
for step in json.load(sys.stdin):
    if not begun:
        migrations.append([])
    migrations[-1].append(step)
    begun = step["kind"] not in ends
for steps in reversed(migrations):
    print(steps[0]["epoch"], steps[-1]["epoch"],
          ends.get(steps[-1]["kind"], "under way"),
          sum(step["kind"] == "step" for step in steps),
          sum(step["moved"] for step in steps),
          sum(step["flows"] for step in steps))'
}

expected_steps() # RING
{
	ringctl -j migrate steps "$1" | python3 -c '
import json, sys
for step in json.load(sys.stdin):
    print(step["epoch"], step["kind"], step["frontier"])'
}

# In a balanced ring, the next map is unknown before the end.
page_tells_steps() # RING
{
	if ringctl -j ring show "$1" | grep -q '"placement":"balanced"' &&
		! ringctl -j migrate show "$1" | grep -q '"state":"done"'; then
		refuses 'the cells of ring .* are in a migration' 2 - "$1"
		return
	fi
	ringlab report - "$1" >"$WORK/page.html"
	expect_equal "$(ringctl -j migrate steps "$1" | sorted)" \
		"$(page "$1" block 'migrate steps')"
	expect_equal "$(expected_migrations "$1")" "$(page "$1" migrations)"
	expect_equal "$(expected_steps "$1")" "$(page "$1" steps)"
}

migrations() # RING WORD...
{
	local ring=$1

	ringctl ring add "$@"
	ringctl change "$ring" '{ node add m1; node add m2; node add m3 }' >/dev/null
	shares "$ring" | awk '{ print $1, $4 } END { print "m4 0" }' >"$WORK/before"
	ringctl node add "$ring" m4 --hold >/dev/null
	page_tells_steps "$ring"
	ringctl migrate step "$ring" --share 10% >/dev/null
	ringctl migrate pause "$ring" '<b>lunch</b>' >/dev/null
	page_tells_steps "$ring"
	ringctl migrate resume "$ring" >/dev/null
	ringctl migrate step "$ring" --share 2% --back >/dev/null
	ringctl migrate step "$ring" --to end >/dev/null
	page_tells_steps "$ring"
	ringctl migrate finish "$ring" --force >/dev/null
	page_tells_steps "$ring"
	expect_match ' finished 3 [0-9]+ 0$' page "$ring" migrations
	expect_match 'paused \(&lt;b&gt;lunch&lt;/b&gt;\)' cat "$WORK/page.html"
	# The last receipt is of the whole migration, and the page draws the map before.
	[ "$(page "$ring" marks)" -gt 0 ]
	expect_equal "$(<"$WORK/before")" "$(page "$ring" nodes before)"
	# A second migration, with a node that goes down, and a rollback.
	ringctl node del "$ring" m2 --hold >/dev/null
	ringctl migrate step "$ring" --share 5% >/dev/null
	ringctl node set "$ring" m1 state down >/dev/null
	page_tells_steps "$ring"
	ringctl migrate rollback "$ring" --now >/dev/null
	page_tells_steps "$ring"
	expect_match $'^[0-9 ]+ rolled back [0-9 ]+\n[0-9 ]+ finished 3 ' \
		page "$ring" migrations
	# A third migration, whose changes are in force at once.
	shares "$ring" | awk '{ print $1, $4 }' >"$WORK/before"
	ringctl node set "$ring" m2 state draining deadline 10m >/dev/null
	ringctl node del "$ring" m3 >/dev/null
	ringctl migrate finish "$ring" m3 --force >/dev/null
	page_tells_steps "$ring"
	ringctl migrate finish "$ring" --force >/dev/null
	page_tells_steps "$ring"
	expect_match '^[0-9]+ released [0-9]+ [0-9]+ released [0-9]+ [0-9]+ cut [0-9]+ [0-9]+ finish ' \
		echo "$(page "$ring" steps | tail -n 4 | tr '\n' ' ')"
	expect_equal "$(<"$WORK/before")" "$(page "$ring" nodes before)"
	ringctl ring del "$ring"
}

under_way()
{
	ringctl ring add later points 16
	ringctl change later '{ node add m1; node add m2 }' >/dev/null
	ringctl node del later m1 --hold >/dev/null
	page_tells_steps later
	expect_match ' under way 0 0 0$' page later migrations
	expect_match 'A migration is under way \(holding\)' cat "$WORK/page.html"
	expect_equal "$(ringctl -j ring show later | sorted)" \
		"$(page later block 'ring show')"
	ringctl migrate step later --to end >/dev/null
	page_tells_steps later
	expect_match ', last heard of after ' cat "$WORK/page.html"
	ringctl ring del later
}

many_migrations()
{
	local i

	ringctl ring add often points 16
	ringctl change often '{ node add m1; node add m2 }' >/dev/null
	for i in 1 2 3 4 5 6 7 8 9 10; do
		ringctl node set often m1 weight $((i + 1)) --hold >/dev/null
		ringctl migrate finish often --force >/dev/null
	done
	ringlab report - often >"$WORK/page.html"
	expect_equal "$(expected_migrations often | head -n 8)" "$(page often migrations)"
	expect_match '2 earlier ones are not drawn' cat "$WORK/page.html"
	ringctl ring del often
}

# --- planned changes ---------------------------------------------------------------

planned()
{
	local change='{ node add b6; node del b3 }' before
	before=$(ringctl digest web; ringctl -j history web)

	ringlab report "$WORK/page.html" web "$change" --svg "$WORK/ring.svg" 2>/dev/null
	expect_equal "$(ringctl -j plan web "$change" |
		sorted plan receipt.time receipt.build_ns receipt.impact_ns)" \
		"$(page web block plan)"
	expect_equal "$(shares web | awk '{ print $1, $4 }'; echo b6 0)" \
		"$(page web nodes before)"
	[ "$(page web marks)" -gt 0 ]
	expect_equal "$before" "$(ringctl digest web; ringctl -j history web)"
	# The change has the figures of the page.
	page web nodes after | grep -v '^b3 ' >"$WORK/foretold"
	page web moves >"$WORK/moves"
	ringctl change web "$change" >/dev/null
	shares web | awk '{ print $1, $4 }' | diff "$WORK/foretold" -
	moves web 3 | diff "$WORK/moves" -
	grep -q '<svg ' "$WORK/ring.svg"
}

without_the_kernel()
{
	local change='{ node add b7 weight 2; node set b4 state active }'

	ringctl save "$WORK/saved.yaml" >/dev/null
	ringlab report "$WORK/page.html" web "$change" 2>/dev/null
	sed -E '/class="made"|data-of="(plan|history)"|>History</d' "$WORK/page.html" >"$WORK/live"
	ringlab report "$WORK/page.html" web "$change" \
		--offline "$WORK/saved.yaml" 2>/dev/null
	expect_equal 5 "$(page web nodes before after | wc -l)"
	# Except the kernel's counts, which a file does not have.
	diff <(grep -E '<path|<tr data-node|<dt>moved' "$WORK/live") \
		<(grep -E '<path|<tr data-node|<dt>moved' "$WORK/page.html")
}

# --- pages at a desk, from files ---------------------------------------------------

# printed_files RING [GENERATION] - a director's output for a ring, with its moves
printed_files()
{
	ringctl save "$WORK/saved.yaml" "$1" >/dev/null
	printf '%s\n' "ring show $1" "history $1" ${2:+"history $1 moves $2"} \
		"migrate steps $1" | ringctl -j -b - >"$WORK/printed.json"
}

generation() # RING
{
	json_number generation "$(ringctl -j ring show "$1")"
}

desk() # RING WORD...
{
	"$RINGLAB" report - "$1" "${@:2}" --offline "$WORK/saved.yaml" --from "$WORK/printed.json"
}

# Drops the memory in a plan, which is that of a table built for the page.
without_made()
{
	sed -E -e '/class="made"|<dt>table/d' \
		-e '/data-of="plan"/s/"bytes_(before|after)":[0-9]+,//g'
}

# same_from_files RING WORD... - the page from files equals the page from the kernel
same_from_files()
{
	local generation

	# A ring without a change has no moves.
	generation=$(generation "$1")
	printed_files "$1" "${generation#0}"
	ringlab report - "$@" | without_made >"$WORK/live"
	desk "$@" | without_made | diff "$WORK/live" -
}

of_files()
{
	same_from_files web
	expect_equal "$(moves web "$(generation web)")" "$(cp "$WORK/live" "$WORK/page.html"
		page web moves)"
	same_from_files tokens
	[ "$(cp "$WORK/live" "$WORK/page.html"; page tokens marks)" -gt 0 ]
	same_from_files empty
	ringctl ring add shelf points 16
	ringctl change shelf '{ node add m1; node add m2 via 10.0.0.1; node add m3 seat s3 }' \
		>/dev/null
	ringctl node replace shelf m2 m4 via fd00::4 zone 7 >/dev/null
	same_from_files shelf
	ringctl node del shelf m1 --hold >/dev/null
	ringctl migrate step shelf --share 10% >/dev/null
	same_from_files shelf
	ringctl migrate finish shelf --force >/dev/null
	same_from_files shelf
	[ "$(cp "$WORK/live" "$WORK/page.html"; page shelf marks)" -gt 0 ]
	same_from_files shelf '{ node add m5 }'
}

# The output of ringctl -j does not name the cells that moved: the page of a
# balanced ring lacks the map before.
balanced_of_files()
{
	ringctl ring add even placement balanced grid 1024
	ringctl change even '{ node add e1; node add e2; node add e3 }' >/dev/null
	ringctl node add even e4 >/dev/null
	printed_files even
	desk even >"$WORK/page.html"
	expect_match 'The one before is not kept' cat "$WORK/page.html"
	expect_equal "$(moves even 2)" "$(page even moves)"
	expect_equal "$(ringctl -j history even | receipts)" "$(page even block history)"
	ringctl ring del even
}

# desk_refuses REGEX STATUS JSON - for ring shelf
desk_refuses()
{
	printf '%s' "$3" >"$WORK/printed.json"
	expect_error "$1" "$2" "$RINGLAB" report "$WORK/none.html" shelf \
		--offline "$WORK/saved.yaml" --from "$WORK/printed.json"
}

refused_of_files()
{
	local ring

	printed_files shelf
	ring=$(ringctl -j ring show shelf)
	desk_refuses 'printed.json: .*expected' 1 '[{'
	desk_refuses 'printed.json: duplicate object key' 1 '[{"name": 1, "name": 2}]'
	desk_refuses 'expected ring show, history, .* of ringctl -j' 1 '[{"name":"shelf"}]'
	desk_refuses 'the same output twice' 1 "$ring$ring"
	desk_refuses 'not about ring shelf' 1 "${ring/shelf/web}"
	desk_refuses 'not about ring shelf' 1 "$(ringctl -j history web)"
	desk_refuses 'not what ringctl -j ring show prints' 1 "${ring/:\"hash\"/:\"hush\"}"
	desk_refuses 'not what ringctl -j history prints' 1 \
		"$(ringctl -j history shelf | sed 's/"name":"m1"/"name":""/g')"
	desk_refuses 'its moves are not those' 1 \
		"$(ringctl -j history shelf)[{\"from\":\"a\",\"to\":\"b\",\"share\":1,\"arcs\":1}]"
	desk_refuses 'is of generation 99 of ring shelf' 3 \
		"$(ringctl -j ring show shelf | sed 's/"generation":[0-9]*/"generation":99/')"
	desk_refuses 'is not the one made here' 2 \
		"$(ringctl -j ring show shelf | sed 's/"digest":"[^"]*"/"digest":"0"/')"
	printed_files web
	refuses '--from is of a ring that was saved' 1 - web --from "$WORK/printed.json"
	ringctl save "$WORK/saved.yaml" >/dev/null
	refuses '--from is of one ring' 1 - --offline "$WORK/saved.yaml" --from "$WORK/printed.json"
	[ ! -e "$WORK/none.html" ]
}

refused()
{
	refuses 'no such ring' 2 "$WORK/none.html" nobody
	refuses 'no such node: b9' 2 "$WORK/none.html" web '{ node del b9 }'
	refuses 'a change is of one ring' 1 "$WORK/none.html" '{ node add b9 }'
	refuses 'FILE.html is missing' 1
	if command -v capsh >/dev/null; then
		expect_error "seed of ring .* CAP_NET_ADMIN" 2 ip netns exec "$here" \
			capsh --drop=cap_net_admin -- -c \
			"'$RINGLAB' report '$WORK/none.html' web"
	fi
	[ ! -e "$WORK/none.html" ]
}

ktap_begin
need_program "$RINGCTL" "$RINGLAB" python3
need_module
kernel_log_mark
setup_ns here
ktap_test "rings" make_rings
ktap_test "the last change, its matrix and the ring's past" last_change
ktap_test "rings of other kinds" other_rings
ktap_test "the map before a change" map_before
ktap_test "a balanced ring" balanced
ktap_test "migrations, at every moment" migrations steps
ktap_test "migrations of a balanced ring" migrations cells placement balanced grid 1024
ktap_test "a migration under way" under_way
ktap_test "many migrations" many_migrations
ktap_test "a plan, and the same change" planned
ktap_test "a plan from a file" without_the_kernel
ktap_test "pages from files" of_files
ktap_test "a page of a balanced ring from files" balanced_of_files
ktap_test "files that do not fit the ring" refused_of_files
ktap_test "refusals" refused
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
