#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# completion.sh - bash completion of ringctl and ringlab
#
# Words come from the command tables of the programs. Names of rings and nodes come
# from the kernel, where a module for the kernel exists.
#
# one kernel: words come from ringctl

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=user/completion/ringctl
. "$ROOT/user/completion/ringctl"

# offered LINE - the candidates with the cursor at the end of LINE
offered()
{
	COMP_LINE=$1
	COMP_POINT=${#1}
	COMP_WORDS=("$RINGCTL")
	[[ $1 != ringlab* ]] || COMP_WORDS=("$RINGLAB")
	COMPREPLY=()
	_ringctl
	echo "${COMPREPLY[*]}"
}

offers() # LINE WORD...
{
	local seen
	seen=$(offered "$1")
	shift
	expect_equal "$*" "$seen"
}

offers_word() # LINE WORD
{
	expect_match "(^| )$2( |\$)" offered "$1"
}

every_object()
{
	local object

	for object in $("$RINGCTL" help | sed -n '/^Objects:/,/^[^ O]/s/^  \([a-z]*\) .*/\1/p'); do
		offers_word "ringctl " "$object"
		offers "ringctl $object" "$object"
	done
	[ -n "$object" ]
}

words()
{
	offers "ringctl re" restore
	offers "ringctl comp" ""
	offers "ringlab " compare scenario report help
	offers "ringlab report page.html web " -f --offline --from --svg
	offers "ringlab scenario scale-" scale-100 scale-1000 scale-10000
	offers "ringlab scenario all --m" --methods
	offers "ringctl node re" replace
	offers "ringctl attach add web hook " prerouting output
	offers "ringctl attach add web hook o" output
	offers "ringctl attach add web hook output m" mode
	offers "ringctl ring add web placement e" explicit
	offers "ringctl ring add web placement b" balanced
	offers "ringctl ring add web placement explicit " points grid seed established \
		tcp-timeout syn-timeout fin-timeout udp-timeout udp-grace max-entries
	offers "ringctl digest web --a" --against
	offers_word "ringctl sync file " --prune
	offers_word "ringctl sync --" --prune
	offers_word "ringctl sync --hold --" --migrate
	offers_word "ringctl node set web b1 " state
	offers "ringctl node set web b1 via fd00::1 sta" state
	offers "ringctl help lim" limits
	offers "ringctl nonsense " ""
}

hidden()
{
	offers "ringctl comple" ""
}

options()
{
	offers "ringctl --js" --json
	offers_word "ringctl -j -p " ring
}

files()
{
	touch "$WORK/saved.yaml"
	offers "ringctl restore $WORK/s" "$WORK/saved.yaml"
	offers "ringctl digest web --against $WORK/s" "$WORK/saved.yaml"
	offers "ringctl -b $WORK/s" "$WORK/saved.yaml"
	offers "ringlab report $WORK/s" "$WORK/saved.yaml"
	offers "ringctl plan web --offline $WORK/s" "$WORK/saved.yaml"
	offers "ringctl plan web --flows " conntrack pcap synthetic
	offers "ringctl measure web --flows pcap $WORK/s" "$WORK/saved.yaml"
	offers "ringctl plan web --flows synthetic 5 zi" zipf
	offers "ringctl plan web --flows conntrack --ke" --keys --key-size --key
}

names()
{
	"$RINGCTL" -n "$here" ring add web
	"$RINGCTL" -n "$here" ring add wide
	"$RINGCTL" -n "$here" ring add a:b
	"$RINGCTL" -n "$here" change web '{ node add b1; node add b2; node add c1 }'
	offers "ringctl -n $here node del " a:b web wide
	offers "ringctl -n $here node del w" web wide
	offers "ringctl -n $here node del web b" b1 b2
	offers "ringctl -n $here migrate finish web b" b1 b2
	offers "ringctl -n $here node replace web b2 " ""
	offers "ringctl -n $here ring del a:" b
	offers "ringctl -n ${here%?}" "$here"
}

other_namespace()
{
	offers "ringctl ring show " ""
}

ktap_begin
need_program "$RINGCTL" "$RINGLAB"
ktap_test "every object of the help" every_object
ktap_test "commands, keywords and their values" words
ktap_test "words for the shell alone are not offered" hidden
ktap_test "options before the object" options
ktap_test "files" files
if [ -d /sys/module/hashring ] || [ -r "$ROOT/build/$(uname -r)/hashring.ko" ]; then
	need_module
	here=''
	setup_ns here
	ktap_test "names of rings and nodes" names
	ktap_test "rings of another namespace are not offered" other_namespace
else
	ktap_skip "names of rings and nodes" "no module for this kernel"
fi
ktap_finish
