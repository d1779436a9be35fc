#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steer_icmp.sh - packets that are too big: an ICMP error from beyond the backends
# reaches the flow's own backend, so that path-MTU discovery works. The director
# sends the client such an error when its own link is the narrow one.
#
#	          front                    back
#	client ---------- director ------- lan --- backend 1..4
#	   \                                |
#	    `------- narrow, 1400 --------- hop
#
# Backends answer through the hop. ICMP errors of the hop go to the VIP, and so to
# the director.

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

hop=''

hop_begin()
{
	local i

	setns_hop || bail_out "no hop"
	for ((i = 0; i < 4; i++)); do
		ip -n "${backends[i]}" route replace default via 10.1.255.252
		ip -n "${backends[i]}" route replace default via fd00:b::ff:fc
	done
}

setns_hop()
{
	setup_ns hop
	ip -batch - <<-END &&
	link add back netns $hop type veth peer name hop netns $lan
	link add narrow netns $hop type veth peer name narrow netns $client
	END
	ip -n "$lan" link set hop master lan addrgenmode none up &&
	ip -n "$client" -batch - <<-END &&
	link set narrow mtu 1400 addrgenmode none up
	addr add 10.2.0.1/24 dev narrow
	addr add fd00:2::1/64 dev narrow nodad
	addr add fe80::2:1/64 dev narrow nodad
	END
	ip -n "$hop" -batch - <<-END &&
	link set back addrgenmode none up
	link set narrow mtu 1400 addrgenmode none up
	addr add 10.1.255.252/16 dev back
	addr add fd00:b::ff:fc/64 dev back nodad
	addr add 10.2.0.2/24 dev narrow
	addr add fd00:2::2/64 dev narrow nodad
	addr add fe80::2:2/64 dev narrow nodad
	addr add fe80::ff:fc/64 dev back nodad
	route add $CLIENT_NET4 via 10.2.0.1
	route add $CLIENT_NET6 via fd00:2::1
	route add $VIP4/32 via $(director_back4 1)
	route add $VIP6/128 via $(director_back6 1)
	END
	in_ns "$hop" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
}

# knows_mtu NAMESPACE ADDRESS FROM - the path has the MTU of 1400
knows_mtu()
{
	ip -n "$1" route get "$2" from "$3" | grep -q 'mtu 1400'
}

# Only the backend of a flow learns the MTU.
own_backend_learns() # POLICY VIP
{
	local source node i narrow=0

	for ((i = 0; i < 4; i++)); do
		ip -n "${backends[i]}" route flush cache
		ip -n "${backends[i]}" -6 route flush cache
	done
	attach web key "$1"
	send tcp "$2" 16 --get 60000
	all_as_looked_up web tcp "$2" key "$1"
	expect_between 16 9999 "$(attach_count web icmp_errors)" icmp_errors
	while read -r source _ node; do
		for i in 1 2 3 4; do
			if [ "$node" = b"$i" ]; then
				expect_ok knows_mtu "${backends[i - 1]}" \
					"$source" "$2"
				narrow=$((narrow + 1))
			elif knows_mtu "${backends[i - 1]}" "$source" "$2"; then
				echo "b$i knows of $source, the flow of $node"
				return 1
			fi
		done
	done <"$WORK/sent"
	expect_equal 16 "$narrow" "backends that learnt"
}

# An error is steered by its own addresses if its addressee did not send the quoted
# packet.
forged_quotes() # PROTOCOL VIP QUOTED-SOURCE
{

	attach web key 5tuple
	send "$1" "$2" 5 --quote "$3"
	expect_equal 5 "$(attach_count web steered)"
	expect_equal 0 "$(attach_count web icmp_errors)"
	send "$1" "$2" 5 --quote "$2"
	expect_equal 5 "$(attach_count web icmp_errors)"
	expect_equal 0 "$(attach_count web malformed)"
	send "$1" "$2" 5
	expect_equal 5 "$(attach_count web malformed)"
}

# --- the director's own link is narrow --------------------------------------

narrow_director()
{
	ip -n "$director" link set back mtu 1400
	in_ns "$director" sysctl -qw net.ipv4.icmp_ratelimit=0 \
		net.ipv6.icmp.ratelimit=0
}

tells_the_client() # VIP
{

	attach web key 5tuple
	# one datagram that must not be fragmented, one connection in large frames
	send udp "$1" 1 --size 1420 --df
	expect_equal "1 error EMSGSIZE" "$(answers)"
	expect_equal 1 "$(attach_count web too_big)"
	ip -n "$client" route flush cache
	ip -6 -n "$client" route flush cache
	send tcp "$1" 8 --size 60000
	all_as_looked_up web tcp "$1"
	expect_between 2 999 "$(attach_count web too_big)" too_big
	expect_ok knows_mtu "$client" "$1" "$(head -n 1 "$WORK/sent" |
		cut -d ' ' -f 1)"
}

# Other datagrams are fragmented, and arrive.
fragments_for_the_link()
{

	attach web key 5tuple
	send udp "$VIP4" 8 --size 1420
	all_as_looked_up web udp "$VIP4"
	expect_equal 0 "$(attach_count web too_big)"
}

steer_begin 4
steer_ring web via
hop_begin

for policy in 5tuple 5tuple-sym source; do
	steer_test "frag-needed reaches the flow's backend, key $policy" \
		own_backend_learns "$policy" "$VIP4"
	steer_test "packet-too-big reaches the flow's backend, key $policy" \
		own_backend_learns "$policy" "$VIP6"
done
steer_test "ICMP: forged quotes are not followed" \
	forged_quotes icmp "$VIP4" 198.51.100.1
steer_test "ICMPv6: forged quotes are not followed" \
	forged_quotes icmp6 "$VIP6" 2001:db8:bad::1
narrow_director
steer_test "the client gets frag-needed" tells_the_client "$VIP4"
steer_test "the client gets packet-too-big" tells_the_client "$VIP6"
steer_test "other datagrams are fragmented" fragments_for_the_link
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
