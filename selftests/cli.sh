#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cli.sh - ringctl for users and scripts: options, words, files, events, and
# output

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

# --- without the module, without words -----------------------------------------

no_module()
{
	rmmod hashring
	expect_error 'no hashring family: is the module loaded\?' 2 \
		"$RINGCTL" ring show
	expect_error 'is the module loaded\?' 2 "$RINGCTL" monitor
	# Help needs no module.
	expect_match '^Usage: ringctl' "$RINGCTL" help
	"$ROOT/selftests/vm/load"
	expect_equal '' "$("$RINGCTL" ring show)"
}

objects()
{
	"$RINGCTL" help | sed -n '/^Objects:/,/^Exit/s/^  \([a-z]*\) .*/\1/p'
}

help_texts()
{
	local object text

	[ "$(objects | wc -l)" -gt 10 ]
	for object in $(objects); do
		text=$("$RINGCTL" help "$object")
		expect_match "^$object: .*ringctl $object" echo "$text"
		expect_equal "$text" "$("$RINGCTL" "$object" help)"
		expect_equal "$text" "$("$RINGCTL" "$object" show --help)"
	done
	expect_error '^Usage: ringctl' 1 "$RINGCTL"
	expect_error 'unknown object "nonsense": expected one of ring, node' 1 \
		"$RINGCTL" help nonsense
	expect_error 'NODE is missing.*Usage: ringctl node add RING NODE \[id N\]' 1 \
		"$RINGCTL" node add web
	expect_match '^ringctl [0-9]' "$RINGCTL" -V
	# A word for the shell's completion is in no list.
	expect_error 'expected one of' 1 "$RINGCTL" help comple
}

# --- options ---------------------------------------------------------------------

json_pretty()
{
	local words

	for words in "ring show web" "node show web" "node show web b4" "stats web" \
		"history web" limits "digest web" "attach show" "lookup web k"; do
		# shellcheck disable=SC2086 # words
		said_json $words | tr -d ' \n' >"$WORK/compact"
		# shellcheck disable=SC2086
		said_json -p $words >"$WORK/pretty"
		[ "$(wc -l <"$WORK/pretty")" -gt 1 ] ||
			expect_equal '[]' "$(<"$WORK/pretty")" "$words"
		tr -d ' \n' <"$WORK/pretty" | cmp - "$WORK/compact"
	done
}

more_figures()
{
	expect_match " points 1120 .*algorithm [0-9]+  seed $SEED" \
		ringctl -s ring show web
	expect_match ' b4 -> b9 [0-9.]+% in [0-9]+ arcs?' \
		ringctl -s plan web '{ node add b9 }'
	expect_match ' arcs [0-9]+  built in .*worked out in' \
		ringctl -s change web '{ node add b9 }' --dry-run
	expect_match 'b4 .* points 480 packets 0 bytes 0' ringctl -s node show web
}

namespaces()
{
	expect_error 'network namespace "nowhere": No such file' 2 \
		"$RINGCTL" -n nowhere ring show
	expect_error 'no such ring' 2 "$RINGCTL" -n "$other" ring show web
	expect_match '^web ' "$RINGCTL" -n "/run/netns/$here" ring show web
	expect_equal "$(ringctl digest web)" \
		"$(in_ns "$here" "$RINGCTL" digest web)"
	expect_error "requires an argument" 1 "$RINGCTL" -n
}

abbreviated()
{
	local shown

	shown=$(ringctl ring show)
	expect_match '^web ' echo "$shown"
	expect_equal "$shown" "$(ringctl ring list)"
	expect_equal "$shown" "$(ringctl ring)"
	expect_equal "$shown" "$(ringctl ri sh)"
	expect_equal "$(ringctl node show web)" "$(ringctl n l web)"
	expect_equal "$(ringctl digest web)" "$(ringctl dig web)"
	expect_equal "$shown" "$("$RINGCTL" -netns "$here" ring)"
	refuses 'object "r" is ambiguous: ring, restore' 1 r
	refuses 'object "m" is ambiguous: map, migrate, measure, monitor' 1 m
	refuses 'command "s" of node is ambiguous: show, set' 1 node s web
	refuses 'unknown word "wei"' 1 node add web b9 wei 2
	refuses '"weight" is given twice' 1 node add web b9 weight 2 weight 2
	refuses '"id" wants N' 1 node add web b9 id
}

nothing_is_lost()
{
	local status=0

	ringctl ring show >/dev/full 2>"$WORK/said" || status=$?
	expect_equal 2 "$status" "status of a write to a full disk"
	expect_match 'standard output: No space left' cat "$WORK/said"
}

batches()
{
	cat >"$WORK/batch" <<'END'
# a comment, and an empty line

ring add batch1
node add batch1 "n1" weight 0x2	# another
node del batch1 n9
ring add batch2
END
	refuses "$WORK/batch:5: no such node: n9" 2 -b "$WORK/batch"
	expect_match 'n1 .* weight 2 ' ringctl node show batch1
	refuses 'no such ring' 2 ring show batch2
	# Now the first two lines fail too; the exit status is that of the first error.
	sed -i 's/node del.*/node del batch1 n1 now/' "$WORK/batch"
	refuses "$WORK/batch:3: ring exists already: batch1.*:4: node exists already: n1.*:5: unknown word \"now\"" \
		2 --force -b "$WORK/batch"
	expect_match '^batch2 ' ringctl ring show batch2
	sed -i 's/ring add/ring del/; /node/d' "$WORK/batch"
	expect_match '^$' ringctl -b - <"$WORK/batch"
	refuses 'no such ring' 2 ring show batch1
	refuses 'stdin:2: unknown object "rong"' 1 -b - <<<$'\nrong show'
	refuses 'stdin:1: a quote is not closed' 1 -b - <<<'ring add "web'
	refuses 'with -b commands come from the file' 1 -b "$WORK/batch" ring show
	refuses 'nowhere: No such file' 1 -b "$WORK/nowhere"
	refuses 'Is a directory' 1 -b "$WORK"
	refuses 'stdin:1: holds a NUL byte' 1 \
		-b - < <(printf 'ring add batch3\0x\n')
	refuses 'no such ring' 2 ring show batch3
}

# --- figures and files -----------------------------------------------------------

statistics()
{
	said_json attach add web hook prerouting fwmark 0x100/0x100 \
		set 0xff0000 key 5tuple mode observe >/dev/null
	said_json attach show >/dev/null
	ringctl stats web >"$WORK/stats"
	expect_match '^web generation [0-9]+  nodes 4  max/mean [0-9.]+' cat "$WORK/stats"
	# Weights 1, 2, 1, 3 of 7.
	expect_equal 'b1 14.286% b2 28.571% b3 14.286% b4 42.857%' \
		"$(awk '$3 == "active" { print $1, $5 }' "$WORK/stats" | xargs)"
	expect_match 'attach id [0-9]+ packets 0 bytes 0 steered 0' cat "$WORK/stats"
	said_json stats web >"$WORK/json_stats"
	expect_match '"attach":\[\{.*"hook":"prerouting"' cat "$WORK/json_stats"
	expect_match "\"node\":$(said_json node show web | sed 's/[][{}.]/\\&/g')" \
		cat "$WORK/json_stats"
	expect_match 'attach id [0-9]+ hook prerouting priority -140 fwmark 0x100/0x100 set 0xff0000' \
		ringctl ring show web
	ringctl attach del web
}

saved()
{
	ringctl save "$WORK/saved.yaml"
	ringctl ring del web
	expect_match '"ring":"web".*"made":true' said_json restore "$WORK/saved.yaml"
	expect_match '"ring":"web","unchanged":true' said_json sync "$WORK/saved.yaml"
	ringctl node set web b1 weight 9 >/dev/null
	ringctl attach add web hook output fwmark 1/1 key source >/dev/null
	expect_match '"set":1.*"attach":"del"' said_json sync "$WORK/saved.yaml"
}

limits_of_source()
{
	tr -d '\\\n\t' <"$ROOT/kmod/core/limits.h" |
		grep -oE 'X\(HR_[A-Z_]+, *[0-9]+, *"[^"]*", *"[^"]*"\)' |
		sed -E 's/X\([A-Z_]+, *([0-9]+), *"([^"]*)", *"([^"]*)"\)/\2 \1 \3/' \
			>"$WORK/source"
	[ "$(wc -l <"$WORK/source")" -gt 5 ]
	ringctl limits | awk '{ $1 = $1; print }' | diff "$WORK/source" -
	said_json limits >/dev/null
}

candidates()
{
	expect_equal 'b1 b2 b3 b4' "$(ringctl complete -- node del web b | xargs)"
	expect_match '^web$' ringctl complete -- ring del w
	# No error message where no candidates exist.
	expect_equal '' "$(ringctl complete -- node del nosuch '' 2>&1)"
}

# --- events ------------------------------------------------------------------------

heard() # REGEX: in the output of both monitors
{
	grep -q "$1" "$WORK/events.text" && grep -q "$1" "$WORK/events.json"
}

# A monitor does not report its start: events are repeated until one arrives.
something_heard()
{
	ringctl ring add hum && ringctl ring del hum && heard 'ring del'
}

# The events of ring mon, one a line.
events()
{
	local pids=()

	trap 'kill "${pids[@]}"' EXIT	# also on failure
	: >"$WORK/events.text"
	: >"$WORK/events.json"
	: >"$WORK/events.all"
	"$RINGCTL" -n "$here" monitor >"$WORK/events.text" &
	pids+=($!)
	"$RINGCTL" -n "$here" -j monitor >"$WORK/events.json" &
	pids+=($!)
	busywait "$BUSYWAIT_TIMEOUT" something_heard
	"$RINGCTL" -n "$here" monitor hum >"$WORK/events.hum" &
	pids+=($!)
	busywait "$BUSYWAIT_TIMEOUT" hum_heard

	ringctl ring add mon seed "$SEED"
	said_json change mon '{ node add m1 ; node add m2 }' >/dev/null
	said_json node add mon m3 >"$WORK/receipt"
	ringctl attach add mon hook output fwmark 1/1 key source >/dev/null
	ringctl plan mon '{ node del m1 }' >/dev/null	# sends no event
	ringctl ring add mon2
	ringctl attach replace mon mon2 >/dev/null
	ringctl attach del mon2
	ringctl node set mon m3 state down >/dev/null
	ringctl ring del mon
	busywait "$BUSYWAIT_TIMEOUT" heard 'ring del.*mon\b'
	trap - EXIT
	kill "${pids[@]}"
	wait "${pids[@]}" || :
	ringctl ring del mon2

	sed -n '/ring add mon\b/,$p' "$WORK/events.text" | grep -v hum >"$WORK/text"
	expect_match "^ring add mon placement hash
change mon generation 1 nodes 0 -> 2 moved 0 collateral 0 max/mean [0-9.]+ gained 100.000%
change mon generation 2 nodes 2 -> 3 moved [0-9.]+% collateral 0 max/mean [0-9.]+
attach add mon id [0-9]+ hook output priority -140 fwmark 0x1/0x1 key source none pass mode steer
ring add mon2 placement hash
attach add mon2 id [0-9]+ hook output .*
attach del mon2 id [0-9]+ hook output .*
change mon generation 3 nodes 3 -> 3 moved [0-9.]+% collateral 0 max/mean [0-9.]+
ring del mon\$" cat "$WORK/text"
	expect_equal 9 "$(wc -l <"$WORK/text")" "lines of text"

	sed -n '/ring add.*"mon"/,$p' "$WORK/events.json" | grep -v '"hum"' >"$WORK/events"
	sed 's/ mon.*//' "$WORK/text" | diff - \
		<(sed 's/.*"event":"\([^"]*\)".*/\1/' "$WORK/events")
	# The event has the receipt that the change returned.
	figures <"$WORK/receipt" >"$WORK/figures"
	sed -n 3p "$WORK/events" | figures | diff "$WORK/figures" -
	split -l 1 "$WORK/events" "$WORK/json/event."
	# A monitor of one ring gets no events of other rings.
	expect_equal '' "$(sed '/ hum\b/d' "$WORK/events.hum")"
}

hum_heard()
{
	something_heard && [ -s "$WORK/events.hum" ]
}

cli_begin
ktap_test "without the module, the error says so" no_module
ktap_test "every object has a help text" help_texts
ktap_test "a ring" fresh web points 160
ktap_test "-p prints the same JSON, indented" json_pretty
ktap_test "-s prints more" more_figures
ktap_test "-n is another namespace" namespaces
ktap_test "abbreviations; list, and no word, mean show" abbreviated
ktap_test "output that cannot be written is an error" nothing_is_lost
ktap_test "-b: lines of a file, and the line of an error" batches
ktap_test "stats" statistics
ktap_test "save, restore and sync" saved
ktap_test "limits are the limits in the source" limits_of_source
ktap_test "names for completion by the shell" candidates
ktap_test "monitor prints each event once" events
ktap_test "JSON has the spec's names and raw numbers" json_by_spec ring node change \
	lookup stats history digest attach limits restore sync events
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
