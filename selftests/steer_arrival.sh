#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steer_arrival.sh - only packets for this host are steered. Frames that a bridge or
# a macvlan passes through are not steered, also under br_netfilter; packets to the
# bridge's own address are steered once.

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

# Two hosts on one link; one has the virtual addresses. The director is the bridge
# between both hosts:
#
#	near --- pn [director: br0] pf --- far, with the virtual addresses
hosts_begin()
{
	local host port mac=1

	setup_ns near far
	ip -n "$director" link add br0 address 02:00:00:00:03:ff type bridge \
		mcast_snooping 0
	ip -n "$director" link set br0 addrgenmode none
	ip -n "$director" addr add 203.0.113.254/24 dev br0
	ip -n "$director" addr add 2001:db8:d::fe/64 dev br0 nodad
	ip -n "$director" link set br0 up
	# shellcheck disable=SC2154 # setup_ns sets them
	for host in "$near" "$far"; do
		port=p$mac
		ip link add "$port" netns "$director" type veth peer name eth0 \
			netns "$host" address "02:00:00:00:03:0$mac"
		ip -n "$director" link set "$port" master br0 addrgenmode none up
		ip -n "$host" link set eth0 addrgenmode none up
		ip -n "$host" addr add "203.0.113.$mac/24" dev eth0
		ip -n "$host" addr add "2001:db8:d::$mac/64" dev eth0 nodad
		mac=$((mac + 1))
	done
	ip -n "$far" addr add "$VIP4/32" dev lo
	ip -n "$far" addr add "$VIP6/128" dev lo nodad
	# static neighbours, so that no test waits for discovery
	knows "$near" 2 02:00:00:00:03:02 dev eth0
	knows "$near" 254 02:00:00:00:03:ff dev eth0
	knows "$far" 1 02:00:00:00:03:01 dev eth0
	knows "$director" 1 02:00:00:00:03:01 dev br0
	# backends answer through the director
	for host in "${backends[@]}"; do
		ip -n "$host" route add 203.0.113.0/24 via "$(director_back4 1)"
		ip -n "$host" route add 2001:db8:d::/64 via "$(director_back6 1)"
	done
	serve "$near"
	far_sink=$("$PACKETS" sink "$LOG" "$VIP4,$VIP6" far="$far") ||
		bail_out "no host"
	ends_with_script "$far_sink"
}

knows() # NAMESPACE HOST MAC dev NAME
{
	local host6=$2

	[ "$host6" != 254 ] || host6=fe
	ip -n "$1" neigh replace "203.0.113.$2" lladdr "$3" "${@:4}" nud permanent
	ip -n "$1" neigh replace "2001:db8:d::$host6" lladdr "$3" "${@:4}" nud permanent
}

source_of() # VIP
{
	if [[ $1 == *:* ]]; then
		echo 2001:db8:d::1
	else
		echo 203.0.113.1
	fi
}

# to_far VIP - eight flows from near to the virtual address behind the bridge
to_far()
{
	local hop=203.0.113.2

	[[ $1 != *:* ]] || hop=2001:db8:d::2
	ip -n "$near" route replace "$1" via "$hop"
	ask "$near" udp "$1" "$(source_of "$1")" 1 --ports 8 --timeout 2
}

# to_director VIP - the same, to the bridge's own address
to_director()
{
	local hop=203.0.113.254

	[[ $1 != *:* ]] || hop=2001:db8:d::fe
	ip -n "$near" route replace "$1" via "$hop"
	ask "$near" udp "$1" "$(source_of "$1")" 1 --ports 8 --timeout 2
}

netfilter_of_bridges() # 0|1
{
	in_ns "$director" sysctl -qw net.bridge.bridge-nf-call-iptables="$1" \
		net.bridge.bridge-nf-call-ip6tables="$1"
}

passes_through() # VIP
{
	attach web key 5tuple
	to_far "$1"
	expect_equal "8 far" "$(answers)"
	expect_equal 0 "$(attach_count web packets)" packets
}

is_for_the_bridge() # VIP
{
	attach web key 5tuple
	to_director "$1"
	all_as_looked_up web udp "$1"
	expect_equal 8 "$(attach_count web packets)" packets
	expect_equal 8 "$(attach_count web forwarded)" forwarded
}

# A locked port drops frames of hosts that the bridge does not know. Such frames
# are not steered.
locked_port() # VIP
{
	attach web key 5tuple
	to_director "$1"
	all_as_looked_up web udp "$1"
	ip -n "$director" link set p1 type bridge_slave locked on learning off
	bridge -n "$director" fdb del 02:00:00:00:03:01 dev p1 master 2>/dev/null || :
	forget_arrivals
	to_director "$1"
	ip -n "$director" link set p1 type bridge_slave locked off learning on
	expect_equal "" "$(cat "$LOG")" arrivals
}

# --- a macvlan in passthru mode on a link --------------------------------------

passthru_begin()
{
	ip -n "$director" link set p1 nomaster
	ip -n "$director" link add link p1 name mv type macvlan mode passthru
	ip -n "$director" link set mv addrgenmode none up
	ip -n "$director" addr del 203.0.113.254/24 dev br0
	ip -n "$director" addr del 2001:db8:d::fe/64 dev br0
	ip -n "$director" addr add 203.0.113.254/24 dev mv
	ip -n "$director" addr add 2001:db8:d::fe/64 dev mv nodad
	knows "$director" 1 02:00:00:00:03:01 dev mv
	knows "$near" 254 "$(in_ns "$director" cat /sys/class/net/mv/address)" dev eth0
}

# Frames for another host arrive too, and are not steered.
passthru() # VIP
{
	local hop=203.0.113.77

	attach web key 5tuple
	to_director "$1"
	all_as_looked_up web udp "$1"
	expect_equal 8 "$(attach_count web packets)" packets
	forget_arrivals
	[[ $1 != *:* ]] || hop=2001:db8:d::77
	ip -n "$near" neigh replace "$hop" lladdr 02:00:00:00:03:77 dev eth0
	ip -n "$near" route replace "$1" via "$hop"
	ask "$near" udp "$1" "$(source_of "$1")" 1 --ports 8 --timeout 0.1
	expect_equal "" "$(cat "$LOG")" arrivals
	expect_equal 8 "$(attach_count web packets)" packets
}

modprobe -a br_netfilter macvlan 2>/dev/null
steer_begin 3
steer_ring web via
rc node del web b3 >"$WORK/change"
hosts_begin
for call in 1 0; do
	netfilter_of_bridges $call
	for vip in "$VIP4" "$VIP6"; do
		steer_test "for another host, bridge-nf-call $call: $vip" \
			passes_through "$vip"
		steer_test "for the bridge, bridge-nf-call $call: $vip" \
			is_for_the_bridge "$vip"
	done
done
netfilter_of_bridges 1
rc node add web b3 id 3 via "$(backend4 3)" via "$(backend6 3)" --hold >"$WORK/change"
rc migrate step web --share 10% >"$WORK/change"
for vip in "$VIP4" "$VIP6"; do
	steer_test "for another host, in a migration: $vip" passes_through "$vip"
	steer_test "for the bridge, in a migration: $vip" is_for_the_bridge "$vip"
done
steer_test "a locked port" locked_port "$VIP4"
passthru_begin
for vip in "$VIP4" "$VIP6"; do
	steer_test "a macvlan in passthru mode: $vip" passthru "$vip"
done
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
