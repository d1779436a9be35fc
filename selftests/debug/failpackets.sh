#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# failpackets.sh - packets without memory on their way, before, during and after
# a migration: each packet is counted, and none goes to a wrong node. For
# packets from a device no number of an allocation can be chosen, as in
# failnth.sh. So allocations below the module's code fail by chance.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/../lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$here/../steer_lib.sh"
# shellcheck source=selftests/debug/fault_lib.sh
. "$here/fault_lib.sh"

readonly MOST=1000000
flows=100

# packets_fail PERCENT - fails allocations, also in softirqs
packets_fail()
{
	local of

	for of in "$faults/failslab" "$faults/fail_page_alloc"; do
		put 0 "$of/probability"
		put N "$of/task-filter"
		put $MOST "$of/times"
		put "$1" "$of/probability"
	done
}

# Every matched packet is in exactly one counter.
all_counted()
{
	local counted key sum=0 steered nodes

	counted=$(rc -j -s attach show web)
	for key in forwarded no_route too_big ttl_expired dropped; do
		((sum += $(json_number "$key" "$counted")))
	done
	steered=$(json_number steered "$counted")
	expect_equal "$steered" "$sum" "what became of packets: $counted"
	expect_equal "$(json_number packets "$counted")" "$steered" "packets"
	nodes=$(rc -j -s node show web | grep -oE '"packets": ?[0-9]+' |
		awk -F ': ?' '{ n += $2 } END { print n }')
	expect_equal "$steered" "$nodes" "packets of nodes"
}

# An answer comes from the owner of the flow; there may be no answer.
answered_rightly() # VIP
{
	lookups web udp "$1" >"$WORK/wanted"
	cut -d ' ' -f 3- "$WORK/sent" | paste -d ' ' - "$WORK/wanted" |
		awk '$1 != "timeout" && $1 != $2 { print; bad = 1 }
		     END { exit bad }'
}

# New flows each time, which must arrive at the owners of their positions.
without_memory()
{
	local vip left round

	round=$(wc -l <"$WORK/injected")
	for vip in "$VIP4" "$VIP6"; do
		packets_fail 50
		if [ "$vip" = "$VIP4" ]; then
			ask "$client" udp "$vip" "198.18.$((20 + round)).1" \
				"$flows" --timeout 0.2
		else
			ask "$client" udp "$vip" "2001:db8:c::$((20 + round)):1" \
				"$flows" --timeout 0.2
		fi
		left=$(<"$faults/failslab/times")
		packets_fail 0
		echo $((MOST - left)) >>"$WORK/injected"
		answered_rightly "$vip"
	done
	all_counted
}

with_memory()
{
	send udp "$VIP4" "$flows"
	all_as_looked_up web udp "$VIP4"
	send udp "$VIP6" "$flows"
	all_as_looked_up web udp "$VIP6"
	all_counted
}

begins()
{
	rc change web '{ node set b1 weight 3; node del b4 }' --hold
	without_memory
}

steps()
{
	rc migrate step web --share 10%
	without_memory
	rc migrate step web --to end
	without_memory
}

comes_back()
{
	rc migrate rollback web --now
	without_memory
	rc digest web >"$WORK/now"
	cmp "$WORK/digest" "$WORK/now"
}

steer_begin 4
need_faults
choose_faults
fail_below_module
packets_fail 0
steer_ring web via
attach web key 5tuple
: >"$WORK/injected"
rc digest web >"$WORK/digest"

ktap_test "settled" without_memory
ktap_test "a migration begins" begins
ktap_test "and takes steps" steps
ktap_test "and goes back" comes_back
ktap_test "with memory all is as ever" with_memory
note "$(awk '{ n += $1 } END { print n }' "$WORK/injected") failures injected"
no_faults
ktap_test "something has failed" grep -q '[1-9]' "$WORK/injected"
detach_all
ktap_test "no leaks" no_leaks
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
