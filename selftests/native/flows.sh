#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# flows.sh - plans and comparisons with flows and keys of the user, and refusals
# of bad files. The script needs no module.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

change='{ node add b6 weight 2 ; node del b3 }'

plan()
{
	"$RINGCTL" plan web "$change" --offline "$WORK/saved.yaml" "$@"
}

plan_json()
{
	"$RINGCTL" -j plan web "$change" --offline "$WORK/saved.yaml" "$@"
}

compare()
{
	"$RINGLAB" -j compare web "$change" --offline "$WORK/saved.yaml" "$@"
}

# said FILE CODE - runs Python with `said`, the output of -j
said()
{
	python3 - "$1" "$2" <<-'END'
	import json, sys, textwrap
	with open(sys.argv[1]) as f:
	    said = json.load(f)
	exec(textwrap.dedent(sys.argv[2]))
	END
}

refuses() # STATUS TEXT WORDS...
{
	local status=$1 text=$2
	shift 2

	expect_error "$text" "$status" "$RINGCTL" plan web "$change" \
		--offline "$WORK/saved.yaml" "$@"
}

cat >"$WORK/saved.yaml" <<-END
rings:
- name: web
  seed: 000102030405060708090a0b0c0d0e0f
  nodes: [ { name: b1 }, { name: b2, weight: 3 }, { name: b3 },
           { name: b4, state: draining }, { name: b5 } ]
END

# The counts match the shares within four standard errors.
made_up_like_shares()
{
	plan_json --flows synthetic 100000 seed 4 >"$WORK/plan"
	said "$WORK/plan" "
	f, r = said['plan']['flows'], said['receipt']
	assert f['all'] == { 'flows': 100000 }
	for name in 'moved', 'required':
	    p = r[name] / 2 ** 32
	    off = f[name]['flows'] - 100000 * p
	    assert abs(off) < 4 * (100000 * p * (1 - p)) ** .5, (name, off)
	assert f['collateral']['flows'] == f['moved']['flows'] - f['required']['flows']
	assert sum(m['flows'] for m in f['move']) == f['moved']['flows']
	for when in 'before', 'after':
	    assert sum(n[when]['flows'] for n in f['nodes']) == 100000
	rows = { (m['from'], m['to']): m['flows'] for m in f['move'] }
	assert set(rows) <= { (m['from'], m['to']) for m in said['plan']['move'] }"
	plan_json --flows synthetic 100000 seed 4 >"$WORK/again"
	plan_json --flows synthetic 100000 seed 5 >"$WORK/other"
	said "$WORK/again" "
	with open('$WORK/plan') as f:
	    assert said['plan']['flows'] == json.load(f)['plan']['flows']
	with open('$WORK/other') as f:
	    assert said['plan']['flows'] != json.load(f)['plan']['flows']"
}

weighted()
{
	plan_json --flows synthetic 10000 zipf 1 >"$WORK/zipf"
	said "$WORK/zipf" "
	f = said['plan']['flows']
	assert f['all']['packets'] == sum((20000 + r) // (2 * r) for r in range(1, 10001))
	assert sum(m['packets'] for m in f['move']) == f['moved']['packets']
	assert 'bytes' not in f['all']"
	expect_match '10000 flows, [0-9]+ packets' plan --flows synthetic 10000 zipf 1
}

# The moved keys are those of --list-keys, for a file and for a pipe.
keys_of_a_file()
{
	printf 'key %s\n' {1..3000} {1..100} >"$WORK/keys"
	plan_json --keys "$WORK/keys" >"$WORK/plan"
	plan --keys "$WORK/keys" --list-keys | sort >"$WORK/listed"
	sort -u "$WORK/keys" | plan --list-keys | sort >"$WORK/piped"
	diff "$WORK/listed" "$WORK/piped"
	said "$WORK/plan" "
	f = said['plan']['flows']
	assert f['all'] == { 'keys': 3000 }
	assert f['moved']['keys'] == $(wc -l <"$WORK/listed")"
	plan_json --keys - <"$WORK/keys" >"$WORK/from_pipe"
	said "$WORK/from_pipe" "
	with open('$WORK/plan') as f:
	    assert said['plan']['flows'] == json.load(f)['plan']['flows']"
	plan_json --keys "$WORK/keys" --hash md5 >"$WORK/md5"
	said "$WORK/md5" "
	with open('$WORK/plan') as f:
	    assert said['plan']['flows'] != json.load(f)['plan']['flows']"
}

# The ring's own row has the moves of plan, and all methods get the same keys.
compared()
{
	plan_json --flows synthetic 20000 >"$WORK/plan"
	compare --flows synthetic 20000 >"$WORK/compared"
	said "$WORK/compared" "
	with open('$WORK/plan') as f:
	    plan = json.load(f)['plan']['flows']
	assert said['keys'] == 20000
	ring = next(m for m in said['methods'] if m['method'] == 'ring')
	assert ring['moved_keys'] == plan['moved']['flows']
	assert all(m['how'] == 'counted' for m in said['methods'] if 'how' in m)"
	"$RINGLAB" -j compare --nodes 5 --keys "$WORK/keys" >"$WORK/nodes"
	said "$WORK/nodes" "assert said['keys'] == 3000"
}

bad_captures()
{
	local file=$WORK/bad

	echo "no capture at all, but long enough for a header" >"$file.text"
	: >"$file.empty"
	# An Ethernet header, and a packet of 60 bytes with only 3 present.
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0' >"$file.cut"
	printf '\0\0\0\0\0\0\0\0\x3c\0\0\0\x3c\0\0\0abc' >>"$file.cut"
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x69\0\0\0' >"$file.wifi"
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\xee\x0e\0\0' >"$file.odd"
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0' >"$file.none"
	refuses 1 'bad.text: not a capture.*unknown file format' --flows pcap "$file.text"
	refuses 1 'bad.empty: not a capture' --flows pcap "$file.empty"
	refuses 1 'bad.cut: packet 1: truncated' --flows pcap "$file.cut"
	refuses 1 'bad.wifi: link type IEEE802_11 .* is not read' --flows pcap "$file.wifi"
	refuses 1 'bad.odd: unknown link type 3822' --flows pcap "$file.odd"
	refuses 1 'there are no flows to count' --flows pcap "$file.none"
	refuses 1 'bad.gone: .*No such file' --flows pcap "$file.gone"
	refuses 1 '-: not a capture' --flows pcap - <"$file.text"
}

# libpcap is loaded only for a capture.
without_libpcap()
{
	mkdir -p "$WORK/lib"
	echo 'not a library' >"$WORK/lib/libpcap.so.0.8"
	cp "$WORK/lib/libpcap.so.0.8" "$WORK/lib/libpcap.so.1"
	LD_LIBRARY_PATH=$WORK/lib refuses 1 'captures are read by libpcap: .*libpcap' \
		--flows pcap "$WORK/bad.none"
	LD_LIBRARY_PATH=$WORK/lib plan_json --flows synthetic 5 >"$WORK/without"
}

bad_keys()
{
	printf 'a\nb\0b\n' >"$WORK/nul"
	{ echo a; echo b; head -c 10000000 /dev/zero | tr '\0' x; echo; } >"$WORK/long"
	printf 'a\n\nb\n' >"$WORK/blank"
	: >"$WORK/nothing"
	refuses 1 'nul: line 2: holds a NUL byte' --keys "$WORK/nul"
	refuses 1 'long: line 3: longer than 4096 bytes' --keys "$WORK/long"
	refuses 1 'blank: line 2: no key' --keys "$WORK/blank"
	refuses 1 'there are no keys to count' --keys "$WORK/nothing"
	refuses 1 'gone: No such file' --keys "$WORK/gone"
	refuses 1 'directory' --keys "$WORK"
	expect_error 'long: line 3: longer' 1 "$RINGLAB" compare --nodes 5 --keys "$WORK/long"
}

bad_words()
{
	refuses 1 '--flows "nowhere": expected one of conntrack, pcap, synthetic' --flows nowhere
	refuses 1 '"pcap" wants FILE' --flows pcap
	refuses 1 'synthetic "": expected a number' --flows synthetic
	refuses 1 'synthetic "0": expected a number from 1' --flows synthetic 0
	refuses 1 'zipf "-1": expected a number from 0 to 10' --flows synthetic 5 zipf -1
	refuses 1 'zipf "11": expected' --flows synthetic 5 zipf 11
	refuses 1 'seed "": expected' --flows synthetic 5 seed
	refuses 1 'exclude each other' --flows synthetic 5 --keys 7
	refuses 1 '--to wants --flows' --to 192.0.2.1
	refuses 1 '--to wants --flows' --keys "$WORK/saved.yaml" --to 192.0.2.1
	refuses 1 '--key wants --flows' --key source
	refuses 1 '--to "home": expected ADDRESS' --flows synthetic 5 --to home
	refuses 1 '--key-size wants --keys with a number' --keys "$WORK/saved.yaml" --key-size 5
	refuses 1 '--hash wants' --flows synthetic 5 --hash md5
	refuses 1 '--positions applies to standard input only' --list-keys --flows synthetic 5 --positions
	expect_error '--samples are drawn' 1 "$RINGLAB" compare --nodes 5 --flows synthetic 5 --samples 5000
	printf 'rings:\n- name: web\n  nodes: [ { name: b1 }, { name: b3 } ]' >"$WORK/seedless.yaml"
	expect_error 'has no seed' 1 "$RINGCTL" plan web '{ node del b3 }' \
		--offline "$WORK/seedless.yaml" --flows synthetic 5
}

ktap_begin
ktap_test "made up flows move as the shares say" made_up_like_shares
ktap_test "packets by rank" weighted
ktap_test "keys of a file, listed and counted" keys_of_a_file
printf 'key %s\n' {1..3000} >"$WORK/keys"
ktap_test "a comparison counts the same flows" compared
ktap_test "captures that are none" bad_captures
ktap_test "no library that reads captures" without_libpcap
ktap_test "files that hold no keys" bad_keys
ktap_test "words that do not go together" bad_words
ktap_finish
