#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# node_zone.sh - a node's zone is set, shown, saved and kept, and has no effect on
# the map
#
# one kernel: ringctl and the core alone decide the answers

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

# The digests of a ring without zones, in a file, because tests run in subshells.
begin()
{
	fresh web points 160
	digests web >"$WORK/before"
}

given()
{
	ringctl node add web b5 id 9 zone 4294967295
	ringctl change web '{ node set b1 zone 3 ; node set b2 zone 4 }' >/dev/null
	expect_match '^b1 .* zone 3$' ringctl node show web b1
	expect_match '^b5 .* zone 4294967295$' ringctl node show web b5
	expect_nothing grep zone <<<"$(ringctl node show web b3)"
	expect_match '"zone":3[,}]' said_json node show web b1
	expect_match '"zone":0[,}]' said_json node show web b3
	refuses 'zone "4294967296": expected a number' 1 \
		node set web b1 zone 4294967296
}

moves_nothing()
{
	expect_equal '"moved":0,' "$(said_json plan web '{ node set b3 zone 7 }' |
		grep -o '"moved":0,' | head -n 1)" "moved"
	ringctl node del web b5
	expect_equal "$(cut -d " " -f 1 "$WORK/before")" "$(ringctl digest web | awk '{ print $NF }')" "the map"
}

in_digest()
{
	local with

	with=$(ringctl digest web --config)
	expect_nothing grep -x -- "$(cut -d " " -f 2 "$WORK/before")" <<<"$with"
	ringctl change web '{ node set b1 zone 0 ; node set b2 zone 0 }' >/dev/null
	expect_equal "$(cat "$WORK/before")" "$(digests web)" "without zones again"
	ringctl change web '{ node set b1 zone 3 ; node set b2 zone 4 }' >/dev/null
	expect_equal "$with" "$(ringctl digest web --config)" "and with them"
}

in_history()
{
	local generation

	generation=$(figure generation ring show web)
	expect_match 'b1 zone 3.*b2 zone 4' ringctl history web
	expect_match '"zone":4' said_json diff web $((generation - 1)) "$generation"
	ringctl node set web b1 zone 8
	ringctl history web revert "$generation" >/dev/null
	expect_match ' zone 3$' ringctl node show web b1
}

replaced()
{
	ringctl node replace web b1 c1 >/dev/null
	expect_match ' zone 3 seat b1$' ringctl node show web c1
	ringctl node replace web c1 b1 zone 5 >/dev/null
	expect_match ' zone 5' ringctl node show web b1
}

saved()
{
	ringctl save >"$WORK/rings.yaml"
	expect_match 'name: b1, .*zone: 5' cat "$WORK/rings.yaml"
	expect_nothing grep 'name: b3,.*zone' "$WORK/rings.yaml"
	"$RINGCTL" -n "$other" restore "$WORK/rings.yaml" >/dev/null
	expect_match ' zone 5' "$RINGCTL" -n "$other" node show web b1
	expect_equal "$(ringctl digest web --config)" \
		"$("$RINGCTL" -n "$other" digest web --config)" "restored"
	sed 's/zone: 5/zone: 6/' "$WORK/rings.yaml" >"$WORK/other.yaml"
	expect_match 'planned  set 1' ringctl sync "$WORK/other.yaml" --dry-run
	ringctl sync "$WORK/other.yaml" >/dev/null
	expect_match ' zone 6' ringctl node show web b1
	sed 's/zone: 5/zone: five/' "$WORK/rings.yaml" >"$WORK/bad.yaml"
	refuses 'bad.yaml:[0-9]+:[0-9]+: zone' 1 sync "$WORK/bad.yaml"
}

cli_begin
ktap_test "a ring" begin
ktap_test "zones are set and shown" given
ktap_test "zones move nothing" moves_nothing
ktap_test "zones are in the digest of the configuration" in_digest
ktap_test "history shows zones, and a revert restores these" in_history
ktap_test "a replacement has the zone of its seat, or its own" replaced
ktap_test "files have zones" saved
ktap_test "JSON has the spec's names and raw numbers" json_by_spec node plan diff
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
