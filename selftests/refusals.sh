#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# refusals.sh - refusals, their texts, and the unchanged ring after each

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

rc=$RINGCTL
anyone=$WORK/bin/ringctl	# readable for users without privileges

# digests - of the map and of the configuration, with the generation
digests()
{
	"$rc" -j -b - <<<$'digest web\ndigest web --config'
}

# unchanged COMMAND... - the ring is the same before and after
unchanged()
{
	local before after

	before=$(digests)
	"$@"
	after=$(digests)
	expect_equal "$before" "$after" "digests"
	expect_match '"generation": ?2\b' echo "$after"
}

refuses() # REGEX STATUS WORD...
{
	unchanged expect_error "$1" "$2" "$rc" "${@:3}"
}

setup_web()
{
	"$rc" ring add web points 40 seed 000102030405060708090a0b0c0d0e0f
	"$rc" change web '{ node add b1 id 1; node add b2 id 2; node add b3 id 3 }'
	"$rc" node replace web b3 b4 id 4
	"$rc" ring add toks placement explicit
	"$rc" node add toks t1 id 1 point 100 200
}

duplicates()
{
	refuses 'node exists already: b1' 2 node add web b1
	refuses "id is taken$(detail ': 2 by node b2')" 2 node add web b9 id 2
	refuses "operation 2: node is named already: b9$(detail ' by operation 1')" 2 \
		change web '{ node add b9 ; node add b9 }'
	refuses "operation 2: id is given twice$(detail ': 7, to node b8 already')" 2 \
		change web '{ node add b8 id 7 ; node add b9 id 7 }'
	refuses "seat is held: b3$(detail ' by node b4')" 2 node add web b3
}

unknown()
{
	refuses 'no such ring' 2 node add nosuch b1
	refuses 'no such ring' 2 ring show nosuch
	refuses 'no such ring' 2 ring del nosuch
	refuses 'no such ring' 2 digest nosuch
	refuses 'no such node: b9' 2 node del web b9
	refuses 'no such node: b9' 2 node set web b9 weight 2
	refuses 'no such node: b9' 2 node replace web b9 b10
	refuses 'no such node: b9' 2 node show web b9
	refuses "no receipt is kept of that generation$(detail ': 77')" 2 history web generation 77
}

ring_taken()
{
	refuses 'ring exists already: web' 2 ring add web
}

names()
{
	local long

	long=$(printf 'n%.0s' {1..64})
	refuses 'must not be empty' any node add web ''
	refuses 'at most 63 bytes' any node add web "$long"
	refuses 'printable ASCII' any node add web $'b\t9'
	refuses 'printable ASCII' any node add web $'b\xc3\xa9'
	refuses 'must not contain' any node add web 'b"9'
	refuses 'must not begin with -' any ring add -x
	refuses 'must not be empty' any ring add ''
	refuses 'at most 63 bytes' any ring add "$long"
	refuses 'printable ASCII' any ring add 'a b'
	# A name of the largest length is accepted.
	expect_ok "$rc" ring add "${long:1}"
	expect_ok "$rc" ring del "${long:1}"
}

weights()
{
	refuses "weight is out of range$(detail ': 0, not 1 to 1000')" 2 node add web b9 weight 0
	refuses "weight is out of range$(detail ': 1001, not 1 to 1000')" 2 \
		node set web b1 weight 1001
	refuses 'weight' 1 node set web b1 weight heavy
	refuses 'id 0 means no node' 2 node add web b9 id 0
}

too_many()
{
	"$rc" ring add wide points 16777216
	expect_error "too many points in the ring$(detail ': 33554432 \(at most 16777216\)')" 2 \
		"$rc" node add wide w1 weight 2
	expect_match '"nodes": ?0\b' "$rc" -j ring show wide
	"$rc" ring del wide

	"$rc" ring add many points 1
	{
		for i in {1..65536}; do echo "node add n$i"; done
	} >"$WORK/many"
	expect_error "too many nodes in the ring$(detail ': 65536 \(at most 65535\)')" 2 \
		"$rc" change many -f "$WORK/many"
	expect_match '"nodes": ?0\b' "$rc" -j ring show many
	sed -i '$d' "$WORK/many"
	expect_ok "$rc" change many -f "$WORK/many"
	expect_match '"nodes": ?65535\b' "$rc" -j ring show many
	"$rc" ring del many
}

too_many_rings()
{
	local rings limit

	limit=$(json_number value "$("$rc" -j limits | tr '{' '\n' |
		grep '"rings"')")
	rings=$("$rc" -j ring show | grep -o '"name"' | wc -l)
	for ((i = rings; i < limit; i++)); do echo "ring add r$i"; done >"$WORK/rings"
	expect_ok "$rc" -b "$WORK/rings"
	refuses "too many rings$(detail ": $limit already")" 2 ring add onemore
	sed -i 's/ add / del /' "$WORK/rings"
	expect_ok "$rc" -b "$WORK/rings"
}

explicit_points()
{
	expect_error "position is held$(detail ': 200 by node t1')" 2 \
		"$rc" node add toks t2 point 200
	expect_error "position is given twice$(detail ': 300')" 2 \
		"$rc" node add toks t2 point 300 300
	expect_error "node needs points in this placement$(detail ': t2')" 2 "$rc" node add toks t2
	refuses 'points cannot be given' 2 node add web b9 point 5
	expect_match '"nodes": ?1\b' "$rc" -j ring show toks
}

stale_generation()
{
	refuses "generation does not match$(detail ': 2, not 1')" 3 \
		change web '{ node add b9 }' --generation 1
}

third_operation()
{
	refuses 'operation 3: no such node: b9' 2 \
		change web '{ node add b7 ; node set b1 weight 5 ; node del b9 }'
}

too_much_moved()
{
	refuses "would move more than is allowed$(detail ': [0-9.]+%, not 5\.000%')" 4 \
		change web '{ node add b9 }' --max-moved 5%
	# Positions that lose their owner count as moved.
	refuses "would move more than is allowed$(detail ': 100\.000%, not 99\.900%')" 4 \
		change web '{ node del b1 ; node del b2 ; node del b4 }' \
		--max-moved 99.9%
}

nothing_changes_hands()
{
	# A plan succeeds, and changes nothing.
	unchanged expect_ok "$rc" plan web '{ node add b9 }' >/dev/null
}

unprivileged()
{
	local command

	for command in "ring add mine" "ring del web" "node add web b9" \
		"lookup web somekey" "lookup web position 5" "arcs web"; do
		# shellcheck disable=SC2086 # words
		unchanged expect_error 'ermi|CAP_NET_ADMIN' 2 setpriv \
			--reuid 65534 --regid 65534 --clear-groups \
			"$anyone" $command
	done
	# An unprivileged user sees figures, and not the seed.
	expect_match '"generation"' setpriv --reuid 65534 --regid 65534 \
		--clear-groups "$anyone" -j ring show web >"$WORK/said"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$anyone" -j ring show web >"$WORK/said"
	if grep seed "$WORK/said"; then return 1; fi
	"$rc" -j ring show web >"$WORK/said"
	grep -q '"seed": *"000102030405060708090a0b0c0d0e0f"' "$WORK/said"
}

other_namespace()
{
	in_ns "$elsewhere" "$rc" ring add web
	in_ns "$elsewhere" "$rc" node add web x1
	expect_error 'no such ring' 2 "$rc" -n "$elsewhere" node add toks t9
	refuses 'no such node: x1' 2 node del web x1
	expect_match '"nodes": ?1\b' "$rc" -n "$elsewhere" -j ring show web
}

own_namespace()
{
	# Root of a user namespace may use all commands, and sees only rings there.
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare -Urn "$anyone" ring add mine >"$WORK/said" 2>&1 ||
		{ cat "$WORK/said"; return 1; }
	expect_error 'no such ring' 2 setpriv --reuid 65534 --regid 65534 \
		--clear-groups unshare -Urn "$anyone" ring show web
}

bad_keys()
{
	expect_error 'line 2: no key' 1 "$rc" map web <<<$'a\n\nb'
	expect_error 'line 3: holds a NUL byte' 1 "$rc" map web \
		< <(printf 'a\nb\nc\0d\n')
	expect_error 'line 1: longer than 4096 bytes' 1 "$rc" map web \
		< <(printf 'x%.0s' {1..4097})
	expect_error 'line 2: not a position' 1 "$rc" map web --positions \
		<<<$'0x10\n4294967296'
}

usage()
{
	refuses 'bogus' 1 bogus
	refuses 'bogus' 1 node bogus web b1
	refuses 'bogus' 1 node add web b9 bogus 1
	refuses 'asleep' 1 node set web b1 state asleep
	refuses '1\.2\.3' 1 node set web b1 via 1.2.3
}

need_module
need_program "$rc" setpriv unshare
ktap_begin
kernel_log_mark
elsewhere=''
setup_ns elsewhere
chmod 711 "$WORK"
install -D -m 755 "$rc" "$anyone"
install -m 644 "${rc%/*}"/../libhashring.so.0 "$WORK"
ktap_test "a ring" setup_web
ktap_test "names and ids already in use" duplicates
ktap_test "unknown rings and nodes" unknown
ktap_test "a ring's name already in use" ring_taken
ktap_test "invalid names" names
ktap_test "weights and ids out of range" weights
ktap_test "explicit points" explicit_points
ktap_test "a stale generation" stale_generation
ktap_test "a change whose third operation fails" third_operation
ktap_test "a change that would move too much" too_much_moved
ktap_test "a plan changes nothing" nothing_changes_hands
ktap_test "a user without the capability" unprivileged
ktap_test "rings of another namespace" other_namespace
ktap_test "a user in a namespace of his own" own_namespace
ktap_test "malformed keys, by line" bad_keys
ktap_test "unknown words" usage
ktap_test "too many points and nodes" too_many
ktap_test "too many rings" too_many_rings
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
