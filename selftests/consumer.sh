#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# consumer.sh - a module that looks positions up by the exported symbols: it is
# told what ringctl is told, and what it holds stays

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

# 4000 positions around the ring, and those on both sides of every border
positions()
{
	seq 0 1073741 4294967295
	ringctl arcs web | awk -F '\t' '{
		printf "%.0f\n%.0f\n", $2, ($2 + 1) % 4294967296
	}'
}

# agrees - what the consumer says is what ringctl says
agrees()
{
	positions >"$WORK/positions"
	[ "$(wc -l <"$WORK/positions")" -gt 4000 ]
	ringctl map web --positions <"$WORK/positions" | cut -f 1,3 >"$WORK/map"
	"$ask" <"$WORK/positions" | diff "$WORK/map" -
	expect_between 2 99 "$(cut -f 2 "$WORK/map" | sort -u | wc -l)" "nodes"
}

asked()
{
	"$ask" <"$WORK/positions"
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
	printf '0\n5\n4294967295\n' | "$ask" >"$WORK/said"
	expect_equal $'0\t-\n5\t-\n4294967295\t-' "$(<"$WORK/said")"
	rmmod hashring_consumer
	"$RINGCTL" -n "$other" ring del empty
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
	expect_error 'no ring' 2 ringctl ring show web
	asked | diff "$WORK/before" -
	# One of the same name is another one.
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

# With the last reference gone, so is everything: nothing of the ring is still
# on its way when the module's code goes.
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
ktap_test "a ring that is not there is not had" there_must_be_one
ktap_test "a ring without nodes has no owners" nobody
ktap_test "it loads and holds a ring" load "$here" web
ktap_test "owners are those that ringctl tells" agrees
ktap_test "also after changes" follows_changes
ktap_test "also during changes, those before or after" while_it_changes
ktap_test "hashring stays while it is used" holds_the_module
ktap_test "a ring that is removed stays for who holds it" holds_the_ring
ktap_test "also when its namespace goes" outlives_the_namespace
ktap_test "both modules go" all_goes
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
