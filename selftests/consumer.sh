#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# consumer.sh - a module that uses the exported symbols: the module and ringctl
# get the same answers, operators see the module's changes, and references hold
#
# one kernel: packets use the same functions; steer.sh has the packets of each kernel

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

consumer=$ROOT/build/consumer/$(uname -r)/hashring_consumer.ko
ask=$ROOT/selftests/consumer/ask.py
here='' other=''	# namespaces with rings

ringctl()
{
	"$RINGCTL" -n "$here" "$@"
}

# 4000 positions around the ring, and the positions on both sides of every border
positions()
{
	seq 0 1073741 4294967295
	ringctl arcs web | awk -F '\t' '{
		printf "%.0f\n%.0f\n", $2, ($2 + 1) % 4294967296
	}'
}

# agrees - the module and ringctl name the same owners
agrees()
{
	positions >"$WORK/positions"
	[ "$(wc -l <"$WORK/positions")" -gt 4000 ]
	ringctl map web --positions <"$WORK/positions" | cut -f 1,3 >"$WORK/map"
	asked | diff "$WORK/map" -
	expect_between 2 99 "$(cut -f 2 "$WORK/map" | sort -u | wc -l)" "nodes"
}

asked()
{
	"$ask" owners <"$WORK/positions"
}

load() # NAMESPACE RING
{
	in_ns "$1" insmod "$consumer" ring="$2"
}

there_must_be_one()
{
	expect_error 'No such device' any load "$here" nosuch
	expect_error 'No such device' any load "$other" web
	[ ! -d /sys/module/hashring_consumer ]
}

nobody()
{
	"$RINGCTL" -n "$other" ring add empty
	load "$other" empty
	printf '0\n5\n4294967295\n' | "$ask" owners >"$WORK/said"
	expect_equal $'0\t-\n5\t-\n4294967295\t-' "$(<"$WORK/said")"
	rmmod hashring_consumer
	"$RINGCTL" -n "$other" ring del empty
}

# For each flow ringctl prints one line, and the module two: by addresses and ports,
# and by a packet.
agree_on_flows() # POLICY
{
	"$ask" make 10000 >"$WORK/flows"
	sed "s/^.*/lookup web flow & key $1/" "$WORK/flows" |
		ringctl -b - >"$WORK/looked-up"
	awk '/^position/ { print $2 "\t" $4; print $2 "\t" $4 }' \
		"$WORK/looked-up" >"$WORK/expected"
	expect_equal 20000 "$(wc -l <"$WORK/expected")" "lines"
	"$ask" flows "$1" <"$WORK/flows" >"$WORK/said"
	cmp "$WORK/expected" "$WORK/said"
	expect_between 9900 10000 "$(cut -f 1 "$WORK/said" | sort -u | wc -l)" \
		"positions"
}

# ordered WORDS - the module's answer to a command: an error number and a text
ordered()
{
	nsenter --net="/run/netns/$here" bash -c 'printf %s "$*" >&3; cat <&3' - "$@" \
		3<>/sys/kernel/debug/hashring_consumer/command
}

# Changes by the module move what ringctl has planned, and the ring is the same.
makes_and_changes()
{
	local seed=05050505050505050505050505050505 share

	expect_equal '0 ' "$(ordered create made 2 2048 5)"
	expect_match 'placement balanced .*grid 2048' ringctl ring show made
	expect_equal '0 moved 0 gained 4294967296' "$(ordered change made n1 1 3 0)"
	share=$(json_number moved "$(ringctl -j plan made '{ node add n2 id 2 weight 1 }')")
	expect_equal "0 moved $share gained 0" "$(ordered change made n2 2 1 1)"
	expect_match 'nodes 1 ' ringctl ring show made
	expect_equal "0 moved $share gained 0" "$(ordered change made n2 2 1 0)"

	ringctl ring add like placement balanced grid 2048 seed "$seed"
	ringctl node add like n1 id 1 weight 3 >/dev/null
	ringctl node add like n2 id 2 weight 1 >/dev/null
	expect_equal "$(ringctl digest like | sed 's/like/made/')" \
		"$(ringctl digest made)"
	ringctl history made >"$WORK/history"
	expect_equal 2 "$(grep -c 'nodes' "$WORK/history")" "receipts"
	ringctl ring del like
	expect_equal '0 ' "$(ordered create random 0 0 -1)"
	expect_match 'placement hash .*points 160' ringctl ring show random
}

is_refused()
{
	expect_equal "-17 ring exists already$(detail ': web')" \
		"$(ordered create web 0 0 1)"
	expect_match '^-22 .*name' ordered create '{' 0 0 1
	expect_match "^-22 no such placement$(detail ': 9')" \
		ordered create x 9 0 1
	expect_match '^-22 points and per are not for this placement' \
		ordered create x 1 5 1
	expect_match "^-34 .*grid.*$(detail ': not 1000')" \
		ordered create x 2 1000 1
	expect_match "^-34 points is out of range$(detail ': 99999999')" \
		ordered create x 0 99999999 1
	expect_error 'no such ring: x' 2 ringctl ring show x
	expect_match '^-17 .*n1' ordered change web n1 99 1 0
	expect_match '^-34 weight is out of range: 70000' \
		ordered change web n99 99 70000 0
	ringctl attach add made hook output fwmark 1/1 key source >/dev/null
	expect_match '^-16 ring has attachments' ordered remove made
	ringctl attach del made
}

listens() # a monitor does not report its start
{
	ringctl ring add hum && ringctl ring del hum && grep -q hum "$1"
}

# Monitors get the module's changes, and the module gets all changes.
all_are_told()
{
	local monitor

	ringctl monitor >"$WORK/monitor" &
	monitor=$!
	busywait "$BUSYWAIT_TIMEOUT" listens "$WORK/monitor"
	ordered create told 2 1024 5 >/dev/null
	ordered change told n1 1 1 0 >/dev/null
	ringctl ring set told udp-timeout 1m >/dev/null
	ringctl node add told n2 id 2 --hold >/dev/null
	ringctl migrate step told --share 100% >/dev/null
	ringctl migrate finish told --force >/dev/null
	ordered change told n1 0 0 0 >/dev/null
	ordered remove told >/dev/null
	busywait "$BUSYWAIT_TIMEOUT" grep -q 'ring del told' "$WORK/monitor"
	kill "$monitor"
	wait "$monitor" || :
	grep told "$WORK/monitor" | grep -o '^[a-z]* [a-z]*' >"$WORK/told"
	diff - "$WORK/told" <<-EOF
		ring add
		change told
		ring set
		change told
		migrate told
		migrate told
		migrate told
		change told
		ring del
	EOF
	grep ' told ' /sys/kernel/debug/hashring_consumer/events >"$WORK/events"
	diff - "$WORK/events" <<-EOF
		added told generation 0 epoch 0 ops 0 owner 0
		changed told generation 1 epoch 1 ops 1 owner 1
		set told generation 1 epoch 1 ops 0 owner 1
		changed told generation 2 epoch 2 ops 1 owner 1
		migrated told generation 2 epoch 3 ops 0 owner 1
		migrated told generation 2 epoch 4 ops 0 owner 1
		migrated told generation 3 epoch 6 ops 0 owner 1
		changed told generation 4 epoch 7 ops 1 owner 2
		removed told generation 4 epoch 7 ops 0 owner 2
	EOF
}

follows_changes()
{
	local change

	for change in '{ node add n9 id 9 weight 5 }' \
		'{ node del n1 ; node set n2 state down }' \
		'{ node replace n9 n10 id 10 }' \
		'{ node add n1 id 1 ; node set n2 state active ; node del n10 }'; do
		ringctl change web "$change"
		agrees
	done
}

while_it_changes()
{
	local changer i

	for i in {1..150}; do
		echo "node add web n9 id 9"
		echo "node del web n9"
	done >"$WORK/batch"
	positions >"$WORK/positions"
	asked >"$WORK/before"
	ringctl node add web n9 id 9
	asked >"$WORK/after"
	ringctl node del web n9
	expect_match '[1-9]' grep -c n9 "$WORK/after"
	paste "$WORK/before" "$WORK/after" >"$WORK/either"
	ringctl -b "$WORK/batch" >/dev/null &
	changer=$!
	i=0
	while kill -0 "$changer" 2>/dev/null; do
		asked | paste - "$WORK/either" |
			awk -F '\t' '$2 != $4 && $2 != $6' >"$WORK/wrong"
		expect_equal '' "$(head -n 3 "$WORK/wrong")" "neither before nor after"
		i=$((i + 1))
	done
	wait "$changer"
	[ "$i" -gt 0 ]
	agrees
}

holds_the_module()
{
	expect_error 'in use by: hashring_consumer' any rmmod hashring
	[ -d /sys/module/hashring ]
}

holds_the_ring()
{
	positions >"$WORK/positions"
	asked >"$WORK/before"
	ringctl ring del web
	expect_error 'no such ring' 2 ringctl ring show web
	asked | diff "$WORK/before" -
	# A new ring with the same name is another ring.
	ringctl ring add web
	ringctl node add web n77 id 77
	asked | diff "$WORK/before" -
	ringctl ring del web
}

namespace_gone()
{
	! grep -q "$1" <<<"$(ip netns list)"
}

outlives_the_namespace()
{
	ip netns del "$here"
	busywait "$BUSYWAIT_TIMEOUT" namespace_gone "$here"
	asked | diff "$WORK/before" -
}

# The last reference frees everything: no work on the ring is pending when the
# module's code is unloaded.
all_goes()
{
	rmmod hashring_consumer
	rmmod hashring
	[ ! -d /sys/module/hashring ]
	"$ROOT/selftests/vm/load"
}

need_module
need_program "$RINGCTL" python3 insmod rmmod
[ -r "$consumer" ] ||
	ktap_skip_all "no hashring_consumer.ko; make test-modules builds it"
mountpoint -q /sys/kernel/debug || ktap_skip_all "no debugfs"
ktap_begin
kernel_log_mark
setup_ns here other
ringctl ring add web points 40
{
	for i in {1..8}; do
		echo "node add n$i id $i weight $i"
	done
} | ringctl change web -f - >"$WORK/change" || bail_out "no ring"
ktap_test "a ring that does not exist gives no reference" there_must_be_one
ktap_test "a ring without nodes has no owners" nobody
ktap_test "the module loads and holds a ring" load "$here" web
ktap_test "the module and ringctl name the same owners" agrees
for policy in source 5tuple 5tuple-sym; do
	ktap_test "flows by $policy are where ringctl says" agree_on_flows "$policy"
done
ktap_test "the module makes and changes a ring" makes_and_changes
ktap_test "the module gets the refusals that ringctl gets" is_refused
ktap_test "all listeners get all events" all_are_told
ktap_test "owners after changes" follows_changes
ktap_test "owners during changes are those before or after" while_it_changes
ktap_test "hashring stays while it is used" holds_the_module
ktap_test "a removed ring stays while a reference is held" holds_the_ring
ktap_test "the ring stays also when its namespace goes" outlives_the_namespace
ktap_test "both modules unload" all_goes
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
