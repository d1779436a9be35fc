#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# actions_doc.sh - nft, ip, sysctl and ringctl accept the recipes in
# Documentation/actions.md, section by section. steer_actions.sh tests the effect
# of these recipes on packets.

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/doc_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/doc_lib.sh"

DOC=$ROOT/Documentation/actions.md

# A director with the neighbours that the recipes name; no packets are sent.
fresh() # NAMESPACE
{
	director=$1
	ip -n "$director" -batch - <<-END
	link add back type dummy
	link set back up
	addr add 10.0.0.254/24 dev back
	addr add fd00:b::fe/64 dev back nodad
	END
}

run_recipes() # HEADING
{
	doc_commands "$DOC" "$1" '[Oo]n the director:$' >"$WORK/recipe"
	run_commands "$director" "$WORK/recipe"
}

section() # NAMESPACE HEADING
{
	fresh "$1"
	run_recipes "First, for all of them"
	"$RINGCTL" -n "$director" attach show web | grep -q 'mode steer'
	run_recipes "$2"
}

marks_fit()
{
	section "$1" "nft dnat"
	in_ns "$director" nft list table inet nat | grep -qE '0x00010000|65536'
	expect_equal 0x10000 "$(printf '0x%x' $(($(json_number id "$("$RINGCTL" \
		-n "$director" -j node show web b1)") << 16)))"
}

ktap_begin
need_program nft ip sysctl awk
need_module
one='' two='' three='' four='' five='' six=''
setup_ns one two three four five six
ktap_test "via" section "$one" "via: straight to the backend"
ktap_test "nft dnat" section "$two" "nft dnat"
ktap_test "TPROXY" section "$three" "TPROXY"
ktap_test "ip rule" section "$four" "ip rule"
ktap_test "packets of the director's own" section "$five" "Packets of the director's own"
ktap_test "ids and marks of the map fit" marks_fit "$six"
ktap_finish
