#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steer_frag.sh - fragments go to the node of their flow: a backend answers only if
# all fragments of a datagram have arrived

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

# The same flows, whole and in three fragments, go to the same nodes.
pieces_follow() # POLICY VIP
{

	attach web key "$1"
	send udp "$2" 24 --size 100
	mv "$WORK/sent" "$WORK/whole"
	send udp "$2" 24 --size 4000
	diff "$WORK/whole" "$WORK/sent"
	expect_between 2 4 "$(answers | wc -l)" nodes
	[ "$1" = source ] || all_as_looked_up web udp "$2" key "$1"
	expect_equal 0 "$(attach_count web portless)"
}

# Fragmented again when forwarded; no fragment is larger than on arrival.
pieces_stay_small() # VIP
{
	in_ns "$director" nft -f - <<-END
	table inet sizes {
		chain postrouting {
			type filter hook postrouting priority filter
			oifname back meta length > 1500 counter
		}
	}
	END
	in_ns "${backends[0]}" nft -f - <<-END
	table inet sizes {
		chain prerouting {
			type filter hook prerouting priority -500
			udp dport 7000 counter
			ip frag-off & 0x3fff != 0 counter
			exthdr frag exists counter
		}
	}
	END
	attach one key 5tuple
	send udp "$1" 4 --size 4000
	expect_equal "4 b1" "$(answers)"
	expect_match 'packets 12 ' \
		in_ns "${backends[0]}" nft list table inet sizes
	in_ns "$director" nft delete table inet sizes
	in_ns "${backends[0]}" nft delete table inet sizes
}

# An observer does not reassemble fragments, and counts packets without ports.
observer_counts() # VIP
{

	attach web key 5tuple mode observe
	send udp "$1" 4 --size 4000
	expect_equal 12 "$(attach_count web portless)"
	expect_equal 12 "$(attach_count web steered)"
}

# Defragmentation ends with the last attachment that needs ports.
defrag_ends()
{

	attach web key 5tuple
	expect_ok rc attach add one hook output fwmark 1/1 set "$NODE_MASK" \
		key 5tuple-sym
	expect_ok rc attach del web
	expect_ok rc attach del one
	attach web key source mode observe
	send udp "$VIP4" 1 --size 4000
	expect_equal 3 "$(attach_count web packets)" "fragments seen"
}

steer_begin 4
steer_ring web via
rc ring add one
rc node add one b1 via "$(backend4 1)" via "$(backend6 1)" >"$WORK/change"
for vip in "$VIP4" "$VIP6"; do
	for policy in 5tuple 5tuple-sym source; do
		steer_test "fragments follow, key $policy, $vip" \
			pieces_follow "$policy" "$vip"
	done
	steer_test "fragments are forwarded as they came, $vip" \
		pieces_stay_small "$vip"
	steer_test "an observer counts fragments, $vip" observer_counts "$vip"
done
steer_test "defragmentation ends with its last user" defrag_ends
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
