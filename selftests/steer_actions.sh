#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steer_actions.sh - all ways of a steered packet, end to end: direct transmission to
# the backend, DNAT by the mark, TPROXY, policy routing

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

nft_director() # rules come from standard input
{
	in_ns "$director" nft -f -
}

# --- via --------------------------------------------------------------------

# Connection tracking sees only one direction, and must not drop packets.
via_with_conntrack() # VIP
{
	nft_director <<-END
	table inet track {
		chain prerouting {
			type filter hook prerouting priority filter
			ct state established counter
		}
		chain forward {
			type filter hook forward priority filter
			ct state invalid counter drop
		}
	}
	END
	attach web key 5tuple
	send tcp "$1" 12 --size 30000 --get 30000
	all_as_looked_up web tcp "$1"
	send udp "$1" 12
	all_as_looked_up web udp "$1"
	expect_match 'invalid counter packets 0 ' \
		in_ns "$director" nft list chain inet track forward
	expect_equal 0 "$(in_ns "$director" \
		cat /proc/sys/net/netfilter/nf_conntrack_count)" "entries"
	expect_ok rc attach del web
	in_ns "$director" nft delete table inet track
}

via_is_filtered() # VIP
{

	nft_director <<-END
	table inet filter {
		chain forward {
			type filter hook forward priority filter
			iifname front oifname back udp dport 7000 counter drop
		}
		chain postrouting {
			type filter hook postrouting priority filter
			iifname front oifname back tcp dport 7000 counter
		}
	}
	END
	attach web key 5tuple
	send udp "$1" 2 --timeout 1
	expect_equal "2 timeout" "$(answers)"
	send tcp "$1" 2
	all_as_looked_up web tcp "$1"
	expect_match 'counter packets 2 .* drop' \
		in_ns "$director" nft list chain inet filter forward
	expect_match 'counter packets [1-9]' \
		in_ns "$director" nft list chain inet filter postrouting
	expect_ok rc attach del web
	in_ns "$director" nft delete table inet filter
}

via_expires() # VIP
{

	attach web key 5tuple
	send udp "$1" 1 --ttl 1
	expect_equal "1 error EHOSTUNREACH" "$(answers)"
	expect_equal 1 "$(attach_count web ttl_expired)"
	# one hop to the director, one to the backend
	send udp "$1" 12 --ttl 2
	all_as_looked_up web udp "$1"
}

# A change of routes replaces the cached route.
via_follows_routes() # VIP
{
	local i ip="ip -n $director" address=backend4

	if [[ $1 == *:* ]]; then
		ip="ip -6 -n $director"
		address=backend6
	fi
	attach web key 5tuple
	send udp "$1" 12
	all_as_looked_up web udp "$1"
	expect_equal 0 "$(attach_count web no_route)"
	for i in 1 2 3 4; do
		$ip route add unreachable "$($address "$i")"
	done
	send udp "$1" 1 --timeout 1
	expect_equal "1 timeout" "$(answers)"
	expect_equal 1 "$(attach_count web no_route)"
	for i in 1 2 3 4; do
		$ip route del unreachable "$($address "$i")"
	done
	send udp "$1" 12
	all_as_looked_up web udp "$1"
}

# The node's address is the director's own: the packet takes the normal path.
via_myself()
{

	attach here key 5tuple
	send udp "$VIP4" 2
	expect_equal "2 error EHOSTUNREACH" "$(answers)"
	expect_equal 2 "$(attach_count here steered)"
	expect_equal 0 "$(attach_count here forwarded)"
}

# --- DNAT -------------------------------------------------------------------

dnat_begin()
{
	local i map4='' map6=''

	for i in 1 2 3 4; do
		map4+="$((i << 16)) : $(backend4 "$i"), "
		map6+="$((i << 16)) : $(backend6 "$i"), "
		# answers must return through the director
		ip -n "${backends[i - 1]}" route replace default \
			via "$(director_back4 1)"
		ip -n "${backends[i - 1]}" route replace default \
			via "$(director_back6 1)"
	done
	nft_director <<-END
	table inet nat {
		chain prerouting {
			type nat hook prerouting priority dstnat
			meta mark & $MARK == $MARK meta nfproto ipv4 dnat ip to meta mark & $NODE_MASK map { ${map4%, } }
			meta mark & $MARK == $MARK meta nfproto ipv6 dnat ip6 to meta mark & $NODE_MASK map { ${map6%, } }
		}
	}
	END
}

dnat_follows() # PROTOCOL VIP
{
	attach marks key 5tuple
	send "$1" "$2" 16
	all_as_looked_up marks "$1" "$2"
}

# Established connections keep their backend after a change of the ring.
dnat_keeps() # VIP
{
	local sender first=198.18.7.1 others=198.18.9.1

	if [[ $1 == *:* ]]; then
		first=2001:db8:c::701
		others=2001:db8:c::901
	fi
	attach marks key 5tuple
	mkfifo "$WORK/go"
	in_ns "$client" "$PACKETS" send tcp "$1" "$first" 16 --hold \
		<"$WORK/go" >"$WORK/held" &
	sender=$!
	exec 9>"$WORK/go"
	busywait "$BUSYWAIT_TIMEOUT" grep -q connected "$WORK/held"
	rc node set marks b1 state down >"$WORK/change"
	echo go >&9
	exec 9>&-
	wait "$sender"
	rm "$WORK/go"
	sed 1d "$WORK/held" >"$WORK/sent"
	expect_between 1 16 "$(grep -c b1 "$WORK/sent" || true)" \
		"connections at b1"
	# new flows avoid b1
	# shellcheck disable=SC2086 # words
	ask "$client" udp "$1" $others 16
	expect_equal 0 "$(grep -c b1 "$WORK/sent" || true)" "new flows at b1"
	rc node set marks b1 state active >"$WORK/change"
	sed 1d "$WORK/held" >"$WORK/sent"
	all_as_looked_up marks tcp "$1"
}

dnat_end()
{
	local i

	for i in 1 2 3 4; do
		ip -n "${backends[i - 1]}" route replace default \
			via "$CLIENT_BACK4"
		ip -n "${backends[i - 1]}" route replace default \
			via "$CLIENT_BACK6"
	done
	in_ns "$director" nft delete table inet nat
}

# --- TPROXY -----------------------------------------------------------------

tproxy_follows() # VIP
{
	local i ip="ip -n $director"

	[[ $1 != *:* ]] || ip="ip -6 -n $director"
	$ip rule add fwmark "$MARK"/"$MARK" table 99
	$ip route add local default dev lo table 99
	{
		echo "table inet proxy {"
		echo "chain prerouting {"
		echo "type filter hook prerouting priority -130"
		for i in 1 2 3 4; do
			echo "meta mark & $NODE_MASK == $((i << 16)) meta l4proto tcp tproxy to :$((8000 + i))"
		done
		echo "}"
		echo "}"
	} | nft_director
	attach marks key 5tuple
	send tcp "$1" 16 --get 20000
	sed -i 's/ p\([0-9]\)$/ b\1/' "$WORK/sent"
	all_as_looked_up marks tcp "$1"
	grep -q '^p[1-4] tcp' "$LOG"
	expect_ok rc attach del marks
	in_ns "$director" nft delete table inet proxy
	$ip rule del table 99
	$ip route flush table 99
}

# --- policy routing ---------------------------------------------------------

rules_follow() # VIP
{
	local i ip="ip -n $director" address=backend4

	if [[ $1 == *:* ]]; then
		ip="ip -6 -n $director"
		address=backend6
	fi
	for i in 1 2 3 4; do
		$ip rule add fwmark $((i << 16))/"$NODE_MASK" table $((100 + i))
		$ip route add default via "$($address "$i")" table $((100 + i))
	done
	attach marks key 5tuple
	send udp "$1" 16
	all_as_looked_up marks udp "$1"
	send tcp "$1" 16 --get 20000
	all_as_looked_up marks tcp "$1"
	expect_ok rc attach del marks
	for i in 1 2 3 4; do
		$ip rule del table $((100 + i))
		$ip route flush table $((100 + i))
	done
}

steer_begin 4
steer_ring web via
steer_ring marks
rc ring add here
rc node add here me via "$(director_back4 1)" >"$WORK/change"
proxies=$("$PACKETS" sink "$LOG" "$VIP4" p1="$director"@8001 \
	p2="$director"@8002 p3="$director"@8003 p4="$director"@8004) ||
	bail_out "no proxies"
ends_with_script "$proxies"

for vip in "$VIP4" "$VIP6"; do
	steer_test "via: connection tracking drops nothing, $vip" \
		via_with_conntrack "$vip"
	steer_test "via: packets pass FORWARD and POSTROUTING, $vip" \
		via_is_filtered "$vip"
	steer_test "via: a hop is counted, $vip" via_expires "$vip"
	steer_test "via: a change of routes takes effect, $vip" \
		via_follows_routes "$vip"
done
steer_test "via: the director itself" via_myself
steer_test "dnat: set up" dnat_begin
for vip in "$VIP4" "$VIP6"; do
	steer_test "dnat: udp to $vip" dnat_follows udp "$vip"
	steer_test "dnat: tcp to $vip" dnat_follows tcp "$vip"
	steer_test "dnat: connections stay, $vip" dnat_keeps "$vip"
done
steer_test "dnat: taken down" dnat_end
for vip in "$VIP4" "$VIP6"; do
	steer_test "tproxy: tcp to $vip" tproxy_follows "$vip"
	steer_test "ip rule: udp and tcp to $vip" rules_follow "$vip"
done
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
