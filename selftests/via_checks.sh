#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# via_checks.sh - a packet that the hook sends directly to its node passes the checks
# of the kernel's own forwarding and output. Documentation/via.md has the table; each
# row names a test here.

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

# director_address VIP - the director's address in the family of VIP
director_address()
{
	if [[ $1 == *:* ]]; then
		director_back6 1
	else
		director_back4 1
	fi
}

# ipsec WORD... - on the director
ipsec()
{
	ip -n "$director" xfrm "$@"
}

attach_output()
{
	rc attach add web hook output fwmark "$MARK/$MARK" \
		set "$NODE_MASK" key 5tuple >"$WORK/attached"
}

# send_locally VIP [OPTION]... - flows of the director itself
send_locally()
{
	local vip=$1
	shift

	ip -n "$director" route replace "$vip" dev back
	ask "$director" udp "$vip" "$(director_address "$vip")" 1 --ports 4 --mark "$MARK" \
		--timeout "${patience:-2}" "$@"
	ip -n "$director" route replace unreachable "$vip"
}

nothing_came()
{
	expect_equal "" "$(cat "$LOG")" "arrivals"
}

# nothing_arrives COUNTER VIP [OPTION]... - four flows of the client reach no
# backend, and the attachment has counted all four
nothing_arrives()
{
	forget_arrivals
	send udp "$2" 4 --timeout 0.1 "${@:3}"
	nothing_came
	expect_equal 4 "$(attach_count web "$1")" "$1; $(answers)"
}

# nothing_leaves VIP [OPTION]... - the same for flows of the director; the kernel may
# refuse these before the hook
nothing_leaves()
{
	forget_arrivals
	patience=0.1 send_locally "$@"
	nothing_came
}

all_arrive() # FROM VIP
{
	if [ "$1" = client ]; then
		send udp "$2" 6 --timeout 2
	else
		send_locally "$2"
	fi
	all_as_looked_up web udp "$2"
}

# attach_for client|director
attach_for()
{
	if [ "$1" = client ]; then
		attach web key 5tuple
	else
		attach_output
	fi
}

nothing_passes() # FROM VIP
{
	if [ "$1" = client ]; then
		nothing_arrives dropped "$2"
	else
		nothing_leaves "$2"
	fi
}

# check NAME COMMAND... - a test; then restores the director
check()
{
	steer_test "$@"
	{
		ipsec policy flush
		ipsec policy setdefault out accept
		ipsec state flush
		ip -n "${backends[0]}" xfrm policy flush
		ip -n "${backends[0]}" xfrm state flush
		ip -n "$director" route replace unreachable "$VIP4"
		ip -n "$director" route replace unreachable "$VIP6"
		in_ns "$director" sysctl -qw net.ipv4.conf.front.rp_filter=0 \
			net.ipv4.conf.front.disable_policy=0 \
			net.ipv6.conf.front.disable_policy=0
	} >"$WORK/undone" 2>&1
}

# --- IPsec ------------------------------------------------------------------

policy_blocks() # FROM VIP
{
	attach_for "$1"
	ipsec policy add dir out dst "$2" action block
	nothing_passes "$1" "$2"
	ipsec policy flush
	all_arrive "$1" "$2"
}

default_blocks() # FROM VIP
{
	attach_for "$1"
	ipsec policy setdefault out block
	nothing_passes "$1" "$2"
	ipsec policy setdefault out accept
	all_arrive "$1" "$2"
}

# ESP to the first backend for all packets to the VIP: b1 answers every flow, also
# flows whose node is b2, and no packet arrives in clear.
policy_transforms() # FROM VIP
{
	local from node ns

	if [[ $2 == *:* ]]; then
		from=$(director_back6 1) node=$(backend6 1)
	else
		from=$(director_back4 1) node=$(backend4 1)
	fi
	attach_for "$1"
	for ns in "$director" "${backends[0]}"; do
		ip -n "$ns" xfrm state add src "$from" dst "$node" proto esp \
			spi 0x1 mode tunnel auth digest_null '' enc cipher_null ''
	done
	ipsec policy add dir out dst "$2" tmpl src "$from" dst "$node" \
		proto esp mode tunnel
	ip -n "${backends[0]}" xfrm policy add dir in dst "$2" \
		tmpl src "$from" dst "$node" proto esp mode tunnel
	if [ "$1" = client ]; then
		send udp "$2" 6 --timeout 2
	else
		send_locally "$2"
	fi
	expect_match '^[46] b1$' answers
	# the hook must not count the ESP packets, which have the mark too
	expect_equal "$(wc -l <"$WORK/sent")" "$(attach_count web packets)" packets
	lookups web udp "$2" >"$WORK/wanted"
	grep -q b2 "$WORK/wanted"
}

socket_policy_blocks() # VIP
{
	attach_output
	nothing_leaves "$1" --policy block
	all_arrive director "$1"
}

forward_policy_is_asked() # VIP
{
	local family=ipv4

	[[ $1 != *:* ]] || family=ipv6
	attach web key 5tuple
	ipsec policy add dir fwd dst "$1" action block
	nothing_arrives dropped "$1"
	in_ns "$director" sysctl -qw "net.$family.conf.front.disable_policy=1"
	all_arrive client "$1"
}

# --- a router, or none ------------------------------------------------------

no_router() # VIP SETTING
{
	attach web key 5tuple
	in_ns "$director" sysctl -qw "$2=0"
	nothing_arrives forwarding_off "$1"
	in_ns "$director" sysctl -qw "$2=1"
	expect_equal 0 "$(attach_count web forwarded)" forwarded
	all_arrive client "$1"
}

# Forwarding is off for all devices, and forced on for one.
device_forwards_alone()
{
	attach web key 5tuple
	in_ns "$director" sysctl -qw net.ipv6.conf.all.forwarding=0
	nothing_arrives forwarding_off "$VIP6"
	in_ns "$director" sysctl -qw net.ipv6.conf.front.force_forwarding=1
	all_arrive client "$VIP6"
	in_ns "$director" sysctl -qw net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.front.force_forwarding=0
}

# These source addresses are never valid.
source_is_nobodys() # VIP SOURCE...
{
	local source vip=$1 sent=0

	attach web key 5tuple
	forget_arrivals
	for source in "${@:2}"; do
		in_ns "$client" "$TRAFFIC" flood --vip "$vip" --from "$source" \
			--protocol 17 --kind p --first 1 --count 4
		((sent += 4))
		busywait "$BUSYWAIT_TIMEOUT" counted bad_source "$sent"
	done
	nothing_came
	expect_equal "$sent" "$(attach_count web packets)" packets
}

counted() # COUNTER NUMBER
{
	expect_equal "$2" "$(attach_count web "$1")" "$1"
}

# The route back to some clients leads to another device.
source_is_filtered() # SELECTOR - of the rule with this route
{
	local strict

	attach web key 5tuple
	ip -n "$director" route add 198.18.7.0/24 dev back table 98
	# shellcheck disable=SC2086 # words
	ip -n "$director" rule add $1 table 98
	for strict in 2 0; do
		in_ns "$director" sysctl -qw "net.ipv4.conf.front.rp_filter=$strict"
		all_arrive client "$VIP4"
	done
	in_ns "$director" sysctl -qw net.ipv4.conf.front.rp_filter=1
	nothing_arrives bad_source "$VIP4"
	# shellcheck disable=SC2086 # words
	ip -n "$director" rule del $1 table 98
	ip -n "$director" route flush table 98
	all_arrive client "$VIP4"
}

# A rule for the director's own packets does not count.
another_rule()
{
	attach web key 5tuple
	in_ns "$director" sysctl -qw net.ipv4.conf.front.rp_filter=1
	ip -n "$director" route add 198.18.7.0/24 dev back table 98
	ip -n "$director" rule add iif lo table 98
	all_arrive client "$VIP4"
	ip -n "$director" rule del iif lo table 98
	ip -n "$director" route flush table 98
}

# No route back to the client, or the source is an address of this host.
source_is_unknown()
{
	local forged

	attach web key 5tuple
	in_ns "$director" sysctl -qw net.ipv4.conf.front.rp_filter=2
	for forged in 203.0.113.9 "$(director_back4 1)"; do
		forget_arrivals
		in_ns "$client" "$TRAFFIC" flood --vip "$VIP4" \
			--from "$forged" --protocol 17 --kind p --count 4
	done
	busywait "$BUSYWAIT_TIMEOUT" counted bad_source 8
	nothing_came
}

# Record route, time stamps, a router alert.
options_are_left()
{
	local options

	attach web key 5tuple
	for options in 07070400000000 440c05000000000000000000 94040000; do
		nothing_arrives kernel_path "$VIP4" --options "$options"
		detach_all
		attach web key 5tuple
	done
	expect_equal 0 "$(attach_count web forwarded)" forwarded
}

socket_is_first() # VIP
{
	local ip="ip -n $director"

	[[ $1 != *:* ]] || ip="ip -6 -n $director"
	$ip rule add fwmark "$MARK"/"$MARK" table 99
	$ip route add local default dev lo table 99
	in_ns "$director" nft -f - <<-END
	table inet proxy {
		chain prerouting {
			type filter hook prerouting priority -145
			meta mark & $MARK == $MARK meta l4proto tcp tproxy to :8001
		}
	}
	END
	attach web key 5tuple
	send tcp "$1" 8 --timeout 3
	expect_equal "8 p1" "$(answers)"
	expect_equal 0 "$(attach_count web forwarded)" forwarded
	in_ns "$director" nft delete table inet proxy
	$ip rule del table 99
	$ip route flush table 99
}

# --- routes -----------------------------------------------------------------

device_is_obeyed() # VIP
{
	attach_output
	nothing_leaves "$1" --device front
	expect_equal "$(attach_count web packets)" \
		"$(attach_count web no_route)" no_route
	expect_equal 0 "$(attach_count web forwarded)" forwarded
	send_locally "$1" --device back
	all_as_looked_up web udp "$1"
}

# The node is behind a tunnel, whose packets keep the mark; the kernel sends these
# packets. Without node bits in the mark, only the tunnel tells these packets apart.
tunnel_begin()
{
	ip -n "$director" -batch - <<-END
	link add tunnel type ip6tnl mode any local $(director_back6 1) remote $(backend6 1)
	link set tunnel up
	route add 10.2.0.1/32 dev tunnel
	route add fd00:d::1/128 dev tunnel
	END
	ip -n "${backends[0]}" -batch - <<-END
	link add tunnel type ip6tnl mode any local $(backend6 1) remote $(director_back6 1)
	link set tunnel up
	END
	rc ring add inside
	rc node add inside b1 via 10.2.0.1 via fd00:d::1 >"$WORK/change"
}

tunnel_carries() # VIP
{
	rc attach add inside hook output fwmark "$MARK/$MARK" key 5tuple \
		>"$WORK/attached"
	send_locally "$1"
	expect_equal "4 b1" "$(answers)"
	expect_equal 4 "$(attach_count inside packets)" packets
	expect_equal 4 "$(attach_count inside forwarded)" forwarded
}

# The node's route is in the VRF of the packet; the main table has no route. The hook
# runs twice for such a packet, and counts it once.
in_a_vrf() # VIP
{
	attach vrf key 5tuple
	send udp "$1" 8
	all_as_looked_up vrf udp "$1"
	expect_equal 8 "$(attach_count vrf packets)" packets
	expect_equal 8 "$(attach_count vrf forwarded)" forwarded
	expect_match "daddr $1 counter packets 8 " \
		in_ns "$director" nft list chain inet seen forward
}

# The node's address is the director's own: the packet takes the normal path.
myself_in_a_vrf() # VIP
{
	attach here key 5tuple
	send udp "$1" 4 --timeout 0.1
	expect_equal 4 "$(attach_count here kernel_path)" kernel_path
	expect_equal 0 "$(attach_count here forwarded)" forwarded
}

vrf_begin()
{
	local plain=$director

	topology_director second 2
	# shellcheck disable=SC2154 # topology_director sets it
	director=$second
	ip -n "$second" -batch - <<-END
	link add red type vrf table 10
	link set red up
	link set front master red
	link set back master red
	addr replace $(director_front6 2)/64 dev front nodad
	addr replace $(director_back6 2)/64 dev back nodad
	addr replace fe80::2/64 dev front nodad
	addr replace fe80::fe:2/64 dev back nodad
	route replace unreachable 10.1.0.0/16
	route replace unreachable fd00:b::/64
	route add $CLIENT_NET4 via 10.0.2.1 table 10
	route add $CLIENT_NET6 via fd00:f:2::1 table 10
	END
	mark_vip "$second" $MARK
	in_ns "$second" nft -f - <<-END
	table inet seen {
		chain forward {
			type filter hook forward priority filter
			iifname red ip daddr $VIP4 counter
			iifname red ip6 daddr $VIP6 counter
		}
	}
	END
	steer_ring vrf via
	rc ring add here
	rc node add here me via "$(director_back4 2)" \
		via "$(director_back6 2)" >"$WORK/change"
	use_director 2
	echo "$plain" >"$WORK/plain"
}

reroute_fails() # VIP
{
	local ip="ip -n $director"

	[[ $1 != *:* ]] || ip="ip -6 -n $director"
	$ip rule add fwmark "$MARK/$MARK" pref 1 unreachable
	$ip rule add fwmark 0/"$NODE_MASK" pref 0 table main 2>/dev/null ||
		$ip rule add fwmark 0/"$NODE_MASK" pref 0 lookup main
	rc attach add marks hook output fwmark "$MARK/$MARK" \
		set "$NODE_MASK" key 5tuple >"$WORK/attached"
	forget_arrivals
	send_locally "$1"
	nothing_came
	$ip rule del pref 1
	$ip rule del pref 0 fwmark 0/"$NODE_MASK"
	expect_equal 4 "$(attach_count marks no_route)" no_route
}

some_link()
{
	expect_error "link-local, give a global address$(detail ': fe80::1')" 2 \
		rc node set web b1 via fe80::1
	expect_match "via $(backend6 1)" rc node show web b1
}

moving_begin()
{
	rc node add web b3 id 3 via "$(backend4 3)" via "$(backend6 3)" --hold \
		>"$WORK/change"
	rc migrate step web --share 10% >"$WORK/change"
}

modprobe -a xfrm_user esp4 esp6 crypto_null vrf ip6_tunnel 2>/dev/null
steer_begin 3
steer_ring web via
steer_ring marks
rc node del web b3 >"$WORK/change"
proxy=$("$PACKETS" sink "$LOG" "$VIP4" p1="$director"@8001) || bail_out "no proxy"
ends_with_script "$proxy"
for vip in "$VIP4" "$VIP6"; do
	for from in client director; do
		check "IPsec blocks: $from's, $vip" policy_blocks $from "$vip"
		check "IPsec blocks by default: $from's, $vip" \
			default_blocks $from "$vip"
		check "IPsec wants ESP: $from's, $vip" \
			policy_transforms $from "$vip"
	done
	check "IPsec of a socket: $vip" socket_policy_blocks "$vip"
	check "IPsec of forwarding, disable_policy: $vip" \
		forward_policy_is_asked "$vip"
	check "a socket's device: $vip" device_is_obeyed "$vip"
done
check "ip_forward is off" no_router "$VIP4" net.ipv4.ip_forward
check "forwarding of the device is off" \
	no_router "$VIP4" net.ipv4.conf.front.forwarding
check "forwarding is off, IPv6" no_router "$VIP6" net.ipv6.conf.all.forwarding
if [ -e /proc/sys/net/ipv6/conf/all/force_forwarding ]; then
	check "force_forwarding" device_forwards_alone
fi
check "a source that nobody may have: $VIP4" source_is_nobodys "$VIP4" \
	224.0.0.9 255.255.255.255 127.0.0.9
check "a source that nobody may have: $VIP6" source_is_nobodys "$VIP6" \
	fe80::9 ::
check "rp_filter" source_is_filtered "from all"
for rule in "ipproto udp sport $VIP_PORT" "iif back" "not iif lo"; do
	check "rp_filter, by a rule: $rule" source_is_filtered "$rule"
done
check "rp_filter, a rule that is not for it" another_rule
check "rp_filter, no way back" source_is_unknown
check "IP options" options_are_left
for vip in "$VIP4" "$VIP6"; do
	check "a socket that TPROXY has found: $vip" socket_is_first "$vip"
	check "a reroute that fails: $vip" reroute_fails "$vip"
done
tunnel_begin
for vip in "$VIP4" "$VIP6"; do
	check "the node is behind a tunnel of the director: $vip" \
		tunnel_carries "$vip"
done
steer_test "a link-local address is no node's" some_link
moving_begin
for vip in "$VIP4" "$VIP6"; do
	check "IPsec blocks, in a migration: $vip" policy_blocks client "$vip"
	for from in client director; do
		check "IPsec wants ESP, in a migration: $from's, $vip" \
			policy_transforms $from "$vip"
	done
done
vrf_begin
for vip in "$VIP4" "$VIP6"; do
	steer_test "a VRF: $vip" in_a_vrf "$vip"
	steer_test "the director itself, in a VRF: $vip" myself_in_a_vrf "$vip"
done
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
