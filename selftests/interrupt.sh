#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# interrupt.sh - Ctrl-C, typed at a terminal while a command says how far it has
# come: the ring is as it was, no file is half written, the terminal is sane
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

# Rings that it takes a while to do something with.
rings()
{
	fresh web
	ringctl ring add large points 120 seed "$SEED"
	seq -f 'node add n%.0f' 1 10000 >"$WORK/join"
	seq -f 'node set n%.0f weight 2' 1 5000 >"$WORK/weigh"
	ringctl change large -f "$WORK/join" >/dev/null
}

state()
{
	digests web
	digests large
	find "$WORK/files" | sort
}

# typed REGEX STATUS WORD... - Ctrl-C when a command has said REGEX
typed()
{
	local was status=0

	was=$(state)
	python3 "$ROOT/selftests/typed.py" "$1" "$RINGCTL" -n "$here" "${@:3}" >"$WORK/said" || status=$?
	[ "$status" = "$2" ] || sed 's/\r/\n/g' "$WORK/said" | tail -n 3
	expect_equal "$2" "$status" "exit status"
	expect_equal "$was" "$(state)"
}

cli_begin
mkdir "$WORK/files"
ktap_test "rings" rings
ktap_test "plan, while flows are made up" \
	typed 'reading flows' 130 plan web '{ node add b5 }' --flows synthetic 10000000
ktap_test "plan, while it prints arcs" \
	typed '\) *[0-9]|\] [0-9]+ ' 130 plan large -f "$WORK/weigh" --arcs
ktap_test "plan, while it reads keys" \
	typed '.' 130 plan web '{ node add b5 }' --list-keys
ktap_test "compare, while keys are drawn" \
	typed 'rendezvous: [0-9]+%' 5 compare --scenario scale-10000
ktap_test "compare, while the ring's keys are drawn" \
	typed 'rendezvous: [0-9]+%' 5 compare large '{ node add b5 }'
ktap_test "measure, before or after the change" \
	typed 'mapping keys' 130 measure web --keys 20000000 --change '{ node add b5 }'
ktap_test "report" \
	typed 'large: maps' 130 report "$WORK/files/r.html" large --svg "$WORK/files/r.svg"
ktap_test "arcs" typed '[0-9]' 130 arcs large
ktap_test "map, while it reads keys" typed '.' 130 map web
ktap_test "monitor" typed '.' 130 monitor
ktap_finish
