#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# measure.sh - changes measured by keys: counts, the revert, and the ring after a
# measurement that is refused, interrupted or disturbed
#
# one kernel: ringctl and the core alone decide the answers
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

generation()
{
	figure generation ring show "$1"
}

keys()
{
	seq -f 'key_%.0f' 0 $(($1 - 1))
}

rings()
{
	fresh web
	ringctl ring add tokens placement explicit
	ringctl change tokens '{ node add a point 6 8 ; node add b point 1000 2000 state down }' >/dev/null
}

# The counts agree with the map of every key before and after.
counts()
{
	local json moved before
	before=$(generation web)
	keys 20000 | ringctl map web >"$WORK/map1"
	json=$(ringctl -j measure web --keys 20000 --change '{ node add m1 weight 4 }')
	keys 20000 | ringctl map web >"$WORK/map2"
	moved=$(paste "$WORK/map1" "$WORK/map2" | awk -F '\t' '$3 != $6' | wc -l)
	[ "$moved" -gt 0 ]
	expect_equal "$moved" "$(json_number moved_keys "$json")"
	expect_equal $((before + 1)) "$(generation web)"
	expect_equal "$(awk -F '\t' '$3 == "m1"' "$WORK/map2" | wc -l)" \
		"$(sed -E 's/.*"name": ?"m1","keys_before": ?0,"keys_after": ?([0-9]+).*/\1/' <<<"$json")"
	# Twice the printed margin, which is three standard errors.
	expect_equal yes "$(awk -v moved="$moved" -v expected="$(json_number expected_keys "$json")" \
		-v margin="$(json_number margin_keys "$json")" \
		'BEGIN { d = moved - expected; print d * d <= 4 * margin * margin ? "yes" : "no" }')"
}

text()
{
	expect_match 'moved [0-9]+ keys, .*; expected [0-9.]+ \+- [0-9.]+' \
		ringctl measure web --keys 3000 --change '{ node replace m1 m2 }'
	expect_match 'm2 -> m1 [0-9]+, expected .*receipt.*replaced 1.* collateral 0 ' \
		ringctl measure web --keys 3000 --change '{ node replace m2 m1 }'
	ringctl node replace web m1 m2 >/dev/null
}

reverts()
{
	local map config
	map=$(ringctl digest web)
	config=$(ringctl digest web --config)
	expect_match ' 0 of 20000 keys differ from the start' \
		ringctl measure web --keys 20000 --revert --change '{ node del m2 ; node replace b4 m5 ; node set b2 weight 30 }'
	expect_equal "$map" "$(ringctl digest web)"
	expect_equal "$config" "$(ringctl digest web --config)"
	map=$(ringctl digest tokens)
	ringctl measure tokens --keys 1000 --hash md5 --revert --change '{ node add x point 9 99 ; node del a }'
	expect_equal "$map" "$(ringctl digest tokens)"
}

refused()
{
	local before
	before=$(generation web)
	refuses "no such node: nobody" 2 measure web --keys 10 --change '{ node del nobody }'
	refuses "would move" 4 measure web --keys 10 --max-moved 0.1% --change '{ node del b2 }'
	refuses "keys" 1 measure web --change '{ node del b2 }'
	refuses "keys .0." 1 measure web --keys 0 --change '{ node del b2 }'
	refuses "no such ring" 2 measure nobody --keys 10 --change '{ node del b2 }'
	expect_equal "$before" "$(generation web)"
}

changed_since() # GENERATION
{
	[ "$(generation web)" -gt "$1" ]
}

# interrupted [WORD] - a signal comes while the keys are mapped after the change;
# the change is reverted before the end
interrupted()
{
	local map before pid status=0
	map=$(digests web)
	before=$(generation web)
	"$RINGCTL" -n "$here" measure web --keys 3000000 "$@" \
		--change '{ node set b2 weight 40 }' >"$WORK/said" 2>&1 &
	pid=$!
	# The keys are mapped before the change too, which takes long on some kernels.
	busywait 120000 changed_since "$before" || return 1
	kill "$pid"
	wait "$pid" || status=$?
	expect_equal 'ringctl: interrupted' "$(<"$WORK/said")"
	expect_equal 143 "$status"
	expect_equal "$map" "$(digests web)"
	expect_equal $((before + 2)) "$(generation web)"
}

# Another process changes the ring during the measurement.
disturbed()
{
	local pid status=0
	(
		while [ ! -e "$WORK/stop" ]; do
			ringctl node set web b2 weight 2
			ringctl node set web b2 weight 3
		done
	) >/dev/null 2>&1 &
	pid=$!
	refuses "generation (is|does not match)" 3 \
		measure web --keys 3000000 --change '{ node add late }' || status=1
	: >"$WORK/stop"
	wait "$pid"
	refuses "no such node" 2 node show web late
	return "$status"
}

cli_begin
ktap_test "rings" rings
ktap_test "the counts agree with the map" counts
ktap_test "the output as text" text
ktap_test "with --revert, every key has its first owner again" reverts
ktap_test "a refused measurement changes nothing" refused
ktap_test "interrupted, the change is taken back" interrupted
ktap_test "interrupted with --revert, the change is taken back" interrupted --revert
ktap_test "a change by another process is noticed" disturbed
ktap_finish
