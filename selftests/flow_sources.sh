#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# flow_sources.sh - plans for real flows: flows tracked by the kernel, and the same
# flows in a capture
#
# A client holds TCP connections to two virtual addresses of a front, over IPv4
# and IPv6, and sends datagrams. No attachment steers these flows. The plan's
# figures are compared with look-ups of the kernel before and after the change.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"

tcp_flows=150 udp_flows=100 tcp6_flows=50
flows=$((tcp_flows + udp_flows))
change='{ node add b5 ; node del b2 }'
logs=$WORK/logs
mkdir "$logs"
client='' front=''

rc()
{
	"$RINGCTL" -n "$front" "$@"
}

# said FILE CODE - runs Python with `said`, the parsed JSON of ringctl -j
said()
{
	python3 - "$1" "$2" <<-'END'
	import json, sys, textwrap
	with open(sys.argv[1]) as f:
	    said = json.load(f)
	exec(textwrap.dedent(sys.argv[2]))
	END
}

# --- the flows ----------------------------------------------------------------

place()
{
	local end other

	setup_ns client front
	ip link add wire netns "$client" type veth peer name wire netns "$front"
	ip -n "$client" -batch - <<-END
	link set wire addrgenmode none up
	addr add 10.0.1.1/24 dev wire
	addr add fd00:f:1::1/64 dev wire nodad
	addr add fe80::1/64 dev wire nodad
	route add local $CLIENT_NET4 dev lo
	route add local $CLIENT_NET6 dev lo
	route add $VIP4/32 via 10.0.1.2
	route add $VIP6/128 via fd00:f:1::2
	END
	ip -n "$front" -batch - <<-END
	link set wire addrgenmode none up
	addr add 10.0.1.2/24 dev wire
	addr add fd00:f:1::2/64 dev wire nodad
	addr add fe80::2/64 dev wire nodad
	addr add $VIP4/32 dev lo
	addr add $VIP6/128 dev lo nodad
	route add $CLIENT_NET4 via 10.0.1.1
	route add $CLIENT_NET6 via fd00:f:1::1
	END
	in_ns "$front" sysctl -qw net.ipv4.conf.all.rp_filter=0
	in_ns "$front" nft -f - <<-END
	table inet tracked {
		chain input {
			type filter hook input priority filter
			ct state new,established accept
		}
	}
	END
	# Guests are slow: conntrack keeps UDP flows until the end of the script.
	in_ns "$front" sysctl -qw net.netfilter.nf_conntrack_acct=1 \
		net.netfilter.nf_conntrack_udp_timeout=600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=600
	for other in 4 6; do
		end=VIP$other
		end=$("$TRAFFIC" sink --vip "${!end}" --port "$VIP_PORT" \
			--log "$logs" "v$other=$front") || return
		ends_with_script "$end"
	done
}

# started NAME COMMAND... - runs until finish NAME; waits for a first line
started()
{
	local name=$1 input
	shift

	mkfifo "$WORK/$name.in" || return
	"$@" <"$WORK/$name.in" >"$WORK/$name.out" &
	started_pid=$!
	lib_processes+=("$started_pid")
	exec {input}>"$WORK/$name.in"
	inputs[$name]=$input
	busywait "$BUSYWAIT_TIMEOUT" test -s "$WORK/$name.out"
}

declare -A inputs=()

hold() # NAME VIP FROM COUNT - connections that stay open
{
	started "$1" "$TRAFFIC" hold --netns "$client" --vip "$2" \
		--port "$VIP_PORT" --from "$3" --round 1 --count "$4" || return
	echo "$1: $(<"$WORK/$1.out")"
}

traffic()
{
	local tap

	started tap ip netns exec "$front" "$here/capture.py" \
		"$WORK/flows.pcap" wire || return
	tap=$started_pid
	"$TRAFFIC" udp --netns "$client" --vip "$VIP4" --port "$VIP_PORT" \
		--from "${CLIENT_NET4%/*}" --round 1 --count "$udp_flows" || return
	hold tcp4 "$VIP4" "${CLIENT_NET4%/*}" "$tcp_flows" || return
	hold tcp6 "$VIP6" "${CLIENT_NET6%/*}" "$tcp6_flows" || return
	# Time for the acknowledgements of the last answers.
	sleep 1
	echo >&"${inputs[tap]}"
	wait "$tap"
}

# The flows that were sent, in the format for look-ups.
list_flows()
{
	local common=(--vip "$VIP4" --port "$VIP_PORT" --from "${CLIENT_NET4%/*}")

	"$TRAFFIC" list "${common[@]}" --kind u --count "$udp_flows"
	"$TRAFFIC" list "${common[@]}" --kind t --count "$tcp_flows"
}

# owners FILE - by the kernel, one line a flow
owners()
{
	list_flows | sed 's/^/lookup web flow /' | rc -j -b - |
		grep -oE '"node": *"[^"]*"' | cut -d '"' -f 4 |
		paste <(list_flows) - | sort >"$1"
	expect_equal "$flows" "$(wc -l <"$1")" "look-ups"
}

# --- conntrack ----------------------------------------------------------------

tracked_exactly()
{
	rc -j plan web "$change" --flows conntrack --to "$VIP4" >"$WORK/plan"
	said "$WORK/plan" "
	f = said['plan']['flows']
	print(f['all'], f['elsewhere'], open('$WORK/tcp6.out').read())
	assert f['all']['flows'] == $flows
	assert f['all']['bytes'] > f['all']['packets'] > $flows
	assert f['elsewhere'] >= $tcp6_flows
	assert sum(n['before']['flows'] for n in f['nodes']) == $flows
	assert sum(n['after']['flows'] for n in f['nodes']) == $flows
	assert f['moved']['flows'] == sum(m['flows'] for m in f['move'])"
	rc -j plan web "$change" --flows conntrack --to "[$VIP6]:$VIP_PORT" >"$WORK/plan6"
	said "$WORK/plan6" "assert said['plan']['flows']['all']['flows'] == $tcp6_flows"
	expect_match "$flows flows, [0-9]+ packets, .*moved [0-9]+ flows" \
		rc plan web "$change" --flows conntrack --to "$VIP4"
}

capture_is_conntrack()
{
	local key

	for key in 5tuple source 5tuple-sym; do
		rc -j plan web "$change" --flows conntrack --to "$VIP4" --key "$key" \
			>"$WORK/live"
		rc -j plan web "$change" --flows pcap "$WORK/flows.pcap" \
			--to "$VIP4" --key "$key" >"$WORK/captured"
		said "$WORK/live" "
		with open('$WORK/captured') as f:
		    captured = json.load(f)['plan']['flows']
		live = said['plan']['flows']
		for name in 'all', 'moved', 'required', 'nodes', 'move':
		    assert live[name] == captured[name], ('$key', name, live[name], captured[name])
		assert captured['broken'] == 0
		assert captured['portless'] == 0"
	done
}

# The plan lists exactly the flows that move by the kernel's look-ups.
listed_flows_move()
{
	local flow to

	owners "$WORK/before"
	rc plan web "$change" --flows conntrack --to "$VIP4" --list-keys >"$WORK/listed"
	rc change web "$change" >"$WORK/receipt"
	owners "$WORK/after"
	join -t $'\t' "$WORK/before" "$WORK/after" |
		awk -F '\t' '$2 != $3' >"$WORK/moved"
	sort "$WORK/listed" >"$WORK/listed.sorted"
	diff "$WORK/listed.sorted" "$WORK/moved"
	expect_between 20 $((flows - 1)) "$(wc -l <"$WORK/moved")" "moved"
	# One flow, by single look-ups as an operator would make.
	IFS=$'\t' read -r flow _ to <"$WORK/listed"
	# shellcheck disable=SC2086 # words
	expect_match " node $to " rc lookup web flow $flow
	expect_equal "$(wc -l <"$WORK/moved")" "$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["plan"]["flows"]["moved"]["flows"])' "$WORK/plan")"
}

# measure counts look-ups of the kernel, and gets the plan's figures.
measured()
{
	local back='{ node del b5 ; node add b2 }'

	rc -j plan web "$back" --flows conntrack --to "$VIP4" >"$WORK/planned"
	rc -j measure web --flows conntrack --to "$VIP4" --change "$back" \
		--revert >"$WORK/measured"
	said "$WORK/measured" "
	with open('$WORK/planned') as f:
	    planned = json.load(f)['plan']['flows']
	for name in 'all', 'moved', 'required', 'collateral', 'nodes', 'move':
	    assert said['flows'][name] == planned[name], (name, said['flows'][name], planned[name])
	assert said['revert']['differing_flows'] == 0"
	expect_match "web: $flows flows mapped in generation .* 0 of $flows flows differ" \
		rc measure web --flows pcap "$WORK/flows.pcap" --to "$VIP4" \
		--change "$back" --revert
	printf 'key_%s\n' {0..2999} >"$WORK/keys"
	rc -j measure web --keys "$WORK/keys" --change "$back" --revert >"$WORK/by_file"
	rc -j measure web --keys 3000 --change "$back" --revert >"$WORK/by_number"
	said "$WORK/by_file" "
	with open('$WORK/by_number') as f:
	    number = json.load(f)
	assert said['flows']['all'] == { 'keys': 3000 }
	assert said['flows']['moved']['keys'] == number['moved_keys']
	rows = lambda l: sorted((m['from'], m['to'], m['keys']) for m in l)
	assert rows(said['flows']['move']) == rows(number['move'])"
}

# The default key is the key of the attachments; different keys are an error.
key_of_attachments()
{
	rc attach add web hook prerouting fwmark 1/0xff set 0xff0000 key source \
		mode observe
	rc -j plan web "$change2" --flows conntrack --to "$VIP4" >"$WORK/attached"
	rc -j plan web "$change2" --flows conntrack --to "$VIP4" --key source >"$WORK/given"
	said "$WORK/attached" "
	with open('$WORK/given') as f:
	    assert said['plan']['flows'] == json.load(f)['plan']['flows']"
	rc attach add web hook prerouting fwmark 2/0xff set 0xff0000 key 5tuple \
		mode observe
	expect_error 'attachments of web differ in their keys.*--key' 1 \
		"$RINGCTL" -n "$front" plan web "$change2" --flows conntrack
	expect_error 'attachments of web differ in their keys.*--key' 1 \
		"$RINGCTL" -n "$front" measure web --flows conntrack --change "$change2"
	rc attach del web id 1
	rc attach del web id 2
}
change2='{ node add b9 }'

# Without accounting, the bytes of a flow are unknown.
without_accounting()
{
	in_ns "$front" sysctl -qw net.netfilter.nf_conntrack_acct=0
	"$TRAFFIC" udp --netns "$client" --vip "$VIP4" --port "$VIP_PORT" \
		--from "${CLIENT_NET4%/*}" --first 5000 --round 2 --count 5
	rc -j plan web "$change2" --flows conntrack --to "$VIP4" >"$WORK/unknown"
	said "$WORK/unknown" "
	print(said['plan']['flows']['all'])
	assert said['plan']['flows']['all'] == { 'flows': $flows + 5 }"
}

refused()
{
	local generation

	generation=$(json_number generation "$(rc -j ring show web)")
	expect_error 'no flows to count' 1 "$RINGCTL" -n "$front" plan web \
		"$change2" --flows conntrack --to 192.0.2.99
	expect_error 'Operation not permitted' 2 capsh --drop=cap_net_admin -- \
		-c "exec '$RINGCTL' plan apart '$change2' --offline '$WORK/saved' --flows conntrack"
	expect_error 'network namespace "gone": No such file' 2 "$RINGCTL" -n gone plan apart \
		"$change2" --offline "$WORK/saved" --flows conntrack
	head -c 5000 "$WORK/flows.pcap" >"$WORK/cut.pcap"
	expect_error 'cut.pcap: packet [0-9]+: truncated' 1 "$RINGCTL" -n "$front" \
		measure web --flows pcap "$WORK/cut.pcap" --change "$change2"
	expect_error 'what is to be counted' 1 "$RINGCTL" -n "$front" \
		measure web --change "$change2"
	expect_equal "$generation" "$(json_number generation "$(rc -j ring show web)")" \
		"generation"
}

ktap_begin
need_module
need_program nft python3 capsh
kernel_log_mark
place || bail_out "no client and front"
traffic >"$WORK/traffic" 2>&1 || bail_out "no flows: $(<"$WORK/traffic")"
rc ring add web seed 000102030405060708090a0b0c0d0e0f
rc change web '{ node add b1; node add b2; node add b3 weight 2; node add b4 }' \
	>"$WORK/made" || bail_out "no ring"
rc save "$WORK/saved" >"$WORK/said"
sed -i 's/name: web/name: apart/' "$WORK/saved"

ktap_test "conntrack: exactly the flows that were sent" tracked_exactly
ktap_test "a capture of the same flows has the same figures" capture_is_conntrack
ktap_test "the flows that plan lists are those that the kernel moves" listed_flows_move
ktap_test "measure has the figures of the plan" measured
ktap_test "the attachments' key is the flows'" key_of_attachments
ktap_test "without accounting bytes are unknown" without_accounting
ktap_test "flows that cannot be read change nothing" refused
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
