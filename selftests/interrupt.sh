#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# interrupt.sh - Ctrl-C, typed at a terminal during the progress output of a
# command: the ring has not changed, no file is half written, the terminal is sane
#
# one kernel: ringctl alone handles the signal
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

# Rings that are large enough for long commands.
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

# ctrl_c_after REGEX STATUS PROGRAM WORD... - Ctrl-C after output that matches REGEX
ctrl_c_after()
{
	local was status=0

	was=$(state)
	python3 "$ROOT/selftests/typed.py" "$1" "$3" -n "$here" "${@:4}" >"$WORK/said" || status=$?
	[ "$status" = "$2" ] || sed 's/\r/\n/g' "$WORK/said" | tail -n 3
	expect_equal "$2" "$status" "exit status"
	expect_equal "$was" "$(state)"
}

cli_begin
mkdir "$WORK/files"
ktap_test "rings" rings
ktap_test "plan, while it generates flows" \
	ctrl_c_after 'reading flows' 130 "$RINGCTL" plan web '{ node add b5 }' --flows synthetic 10000000
ktap_test "plan, while it prints arcs" \
	ctrl_c_after '\) *[0-9]|\] [0-9]+ ' 130 "$RINGCTL" plan large -f "$WORK/weigh" --arcs
ktap_test "plan, while it reads keys" \
	ctrl_c_after '.' 130 "$RINGCTL" plan web '{ node add b5 }' --list-keys
ktap_test "scenario, while it generates keys" \
	ctrl_c_after 'rendezvous: [0-9]+%' 5 "$RINGLAB" scenario scale-10000
ktap_test "compare, while it generates the ring's keys" \
	ctrl_c_after 'rendezvous: [0-9]+%' 5 "$RINGLAB" compare large '{ node add b5 }'
ktap_test "measure, before or after the change" \
	ctrl_c_after 'mapping keys' 130 "$RINGCTL" measure web --keys 20000000 --change '{ node add b5 }'
ktap_test "report" \
	ctrl_c_after 'large: maps' 130 "$RINGLAB" report "$WORK/files/r.html" large --svg "$WORK/files/r.svg"
ktap_test "arcs" ctrl_c_after '[0-9]' 130 "$RINGCTL" arcs large
ktap_test "map, while it reads keys" ctrl_c_after '.' 130 "$RINGCTL" map web
ktap_test "monitor" ctrl_c_after '.' 130 "$RINGCTL" monitor
ktap_finish
