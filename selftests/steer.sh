#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steer.sh - steered packets go where the ring says: protocols, key policies, modes,
# no owner, the output hook, counters, and refusals of attach

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

# --- refusals ---------------------------------------------------------------

refuses() # REGEX WORD... - for an attachment to web
{
	local regex=$1
	shift

	expect_error "$regex" 2 "$RINGCTL" -n "$director" attach add "$@"
}

bad_masks()
{
	refuses 'not contiguous' web hook prerouting fwmark 1/1 \
		set 0xf0f000 key 5tuple
	refuses "overlaps the mark's mask" web hook prerouting \
		fwmark 0x100/0x100 set 0x300 key 5tuple
	refuses 'outside its mask' web hook prerouting fwmark 0x300/0x100 \
		set 0xff0000 key 5tuple
}

bad_priority()
{
	refuses "priority after defragmentation$(detail ': above -400')" web hook prerouting priority -400 \
		fwmark 1/1 set 0xff0000 key 5tuple
	expect_ok rc attach add web hook prerouting priority -400 \
		fwmark 1/1 set 0xff0000 key source
}

unknown_ring()
{
	refuses 'no such ring' nosuch hook prerouting fwmark 1/1 \
		set 0xff0000 key 5tuple
}

ids_that_do_not_fit()
{
	refuses "id does not fit the node mask$(detail ': 4 of node b4')" web hook prerouting \
		fwmark 0x100/0x100 set 0x30000 key 5tuple
	attach web key 5tuple
	expect_error 'does not fit' 2 "$RINGCTL" -n "$director" \
		node add web big id 256
	expect_ok rc node add web big id 255
	expect_ok rc node del web big
	expect_ok rc attach del web
	expect_ok rc node add web big id 256
	expect_ok rc node del web big
}

overlaps()
{
	attach web key 5tuple
	refuses 'another attachment takes the same mark' web hook prerouting \
		fwmark 0x200/0x200 set 0xff0000 key 5tuple
	refuses 'another attachment takes the same mark' web hook prerouting \
		priority -50 fwmark 0/0 key source mode observe
	# no mark matches both; the other hook is independent
	expect_ok rc attach add web hook prerouting fwmark 0x200/0x300 \
		set 0xff0000 key 5tuple
	expect_ok rc attach add web hook output fwmark "$MARK"/"$MARK" \
		set 0xff0000 key 5tuple
}

too_many()
{
	local i

	for ((i = 0; i < 64; i++)); do
		echo "attach add web hook prerouting fwmark $i/0xff set 0xff0000 key source"
	done >"$WORK/batch"
	expect_ok rc -b "$WORK/batch" >/dev/null
	refuses "too many attachments in the network namespace$(detail ': at most 64')" web hook prerouting \
		fwmark 0x40/0xff set 0xff0000 key source
	detach_all
	expect_equal 0 "$(module_users)" "references to the module"
}

attached_ring_stays()
{
	attach web key 5tuple
	expect_error 'attachment' 2 "$RINGCTL" -n "$director" ring del web
}

# --- steering ---------------------------------------------------------------

follows() # PROTOCOL VIP [POLICY]
{

	attach web key "${3:-5tuple}"
	send "$1" "$2" 24
	all_as_looked_up web "$1" "$2" key "${3:-5tuple}"
	expect_between 24 9999 "$(attach_count web steered)" steered
	expect_equal "$(attach_count web packets)" \
		"$(attach_count web forwarded)" forwarded
}

follows_raw() # PROTOCOL VIP
{
	attach web key 5tuple
	forget_arrivals
	send "$1" "$2" 24
	raw_as_looked_up web "$1" "$2"
}

by_source()
{
	attach web key source
	send udp "$1" 12 --ports 4
	# one node for all ports of a source, several nodes in all
	expect_equal 12 "$(cut -d ' ' -f 1,3 "$WORK/sent" | sort -u | wc -l)"
	expect_between 2 4 "$(answers | wc -l)" "nodes"
}

position() # WORD... - for a flow
{
	json_number position "$(rc -j lookup web flow "$@")"
}

symmetric()
{
	follows udp "$1" 5tuple-sym
	expect_equal \
		"$(position tcp "$2" 4000 "$1" 7000 key 5tuple-sym)" \
		"$(position tcp "$1" 7000 "$2" 4000 key 5tuple-sym)"
	expect_equal 2 "$({
		position tcp "$2" 4000 "$1" 7000
		position tcp "$1" 7000 "$2" 4000
	} | sort -u | wc -l)" "positions with key 5tuple"
}

# The mark holds the node's id, above the bits that nft has set.
marks()
{
	local i

	in_ns "$director" nft -f - <<-END
	table inet seen {
		chain forward {
			type filter hook forward priority 0
			meta mark & 0xff0000 == 0 meta mark & $MARK == $MARK drop
			meta mark 0x10100 counter
			meta mark 0x20100 counter
			meta mark 0x30100 counter
			meta mark 0x40100 counter
		}
	}
	END
	attach web key 5tuple
	send udp "$VIP4" 24
	all_as_looked_up web udp "$VIP4"
	for i in 1 2 3 4; do
		expect_match "mark 0x000${i}0100 counter packets $(grep -c "b$i" \
			"$WORK/answers" || true) " \
			in_ns "$director" nft list table inet seen
	done
	in_ns "$director" nft delete table inet seen
}

already_set()
{

	attach web key 5tuple
	in_ns "$director" nft add rule inet hashring_mark prerouting \
		ip daddr "$VIP4" meta mark set meta mark or 0x20000
	# not steered, the packets end at the unreachable route
	send udp "$VIP4" 5
	expect_equal "5 error EHOSTUNREACH" "$(answers)"
	expect_equal 5 "$(attach_count web already_set)"
	expect_equal 0 "$(attach_count web steered)"
	expect_ok rc attach del web
	in_ns "$director" nft flush chain inet hashring_mark prerouting
	in_ns "$director" nft delete table inet hashring_mark
	mark_vip "$director" "$MARK"
}

observes()
{
	local before after

	before=$(json_number packets "$(rc -j -s node show web b1)")
	attach web key 5tuple mode observe none drop
	forget_arrivals
	send udp "$VIP4" 40
	expect_equal "40 error EHOSTUNREACH" "$(answers)"
	expect_equal 40 "$(attach_count web steered)"
	expect_equal 0 "$(attach_count web forwarded)"
	expect_equal 0 "$(wc -l <"$LOG")" "arrivals"
	# the counter of b1 agrees with look-ups
	lookups web udp "$VIP4" >"$WORK/wanted"
	after=$(json_number packets "$(rc -j -s node show web b1)")
	expect_equal "$(grep -c b1 "$WORK/wanted")" $((after - before))
}

without_owner() # pass|drop COUNTER ANSWER
{

	attach empty key 5tuple none "$1"
	send udp "$VIP4" 3 --timeout 2
	expect_equal "3 $3" "$(answers)"
	expect_equal 3 "$(attach_count empty "$2")"
}

replaces()
{

	attach web key 5tuple
	send udp "$VIP4" 12
	all_as_looked_up web udp "$VIP4"
	expect_ok rc attach replace web green
	expect_match green rc attach show
	send udp "$VIP4" 12
	expect_equal "12 b3" "$(answers)"
	# the new ring is held, the old ring is not
	expect_error 'attachment' 2 "$RINGCTL" -n "$director" ring del green
	expect_equal 24 "$(attach_count green steered)"
	expect_ok rc attach replace green web
}

segments_count()
{
	local bytes=400000 packets

	attach web key 5tuple
	send tcp "$VIP4" 1 --size "$bytes"
	packets=$(attach_count web packets)
	expect_between $((bytes / 1500)) 99999 "$packets" "packets of $bytes bytes"
	expect_between "$bytes" 9999999 "$(attach_count web bytes)" bytes
}

# --- output -----------------------------------------------------------------

# Packets of the director to the VIP take the node's route.
output_via() # VIP
{
	local first

	first=$(director_back4 1)
	[[ $1 != *:* ]] || first=$(director_back6 1)
	ip -n "$director" route replace "$1" dev back
	expect_ok rc attach add web hook output fwmark "$MARK"/"$MARK" \
		set "$NODE_MASK" key 5tuple
	ask "$director" udp "$1" "$first" 1 --ports 16 --mark "$MARK"
	all_as_looked_up web udp "$1"
	ask "$director" tcp "$1" "$first" 1 --ports 8 --mark "$MARK" --get 20000
	all_as_looked_up web tcp "$1"
	expect_ok rc attach del web
	ip -n "$director" route replace unreachable "$1"
}

# Nodes without addresses: only the mark is set, and rules of policy routing apply.
output_reroutes() # VIP
{
	local i ip="ip -n $director" via=backend4 first

	first=$(director_back4 1)
	if [[ $1 == *:* ]]; then
		first=$(director_back6 1)
		ip="ip -6 -n $director"
		via=backend6
	fi
	$ip route replace "$1" dev front
	for i in 1 2 3 4; do
		$ip rule add fwmark $((i << 16))/"$NODE_MASK" table $((100 + i))
		$ip route add default via "$($via "$i")" table $((100 + i))
	done
	expect_ok rc attach add marks hook output fwmark "$MARK"/"$MARK" \
		set "$NODE_MASK" key 5tuple
	ask "$director" udp "$1" "$first" 1 --ports 16 --mark "$MARK"
	all_as_looked_up marks udp "$1"
	expect_ok rc attach del marks
	for i in 1 2 3 4; do
		$ip rule del table $((100 + i))
		$ip route flush table $((100 + i))
	done
	$ip route replace unreachable "$1"
}

steer_begin 4
steer_ring web via
steer_ring marks
rc ring add empty
rc ring add green
rc change green "{ node add b3 id 3 via $(backend4 3) via $(backend6 3) }" \
	>"$WORK/change"

steer_test "bad masks are refused" bad_masks
steer_test "a priority ahead of defragmentation is refused" bad_priority
steer_test "an unknown ring is refused" unknown_ring
steer_test "ids that do not fit the mask are refused" ids_that_do_not_fit
steer_test "overlapping attachments are refused" overlaps
steer_test "too many attachments are refused" too_many
steer_test "an attached ring cannot be removed" attached_ring_stays
for vip in "$VIP4" "$VIP6"; do
	for protocol in udp tcp; do
		steer_test "$protocol follows the ring to $vip" \
			follows "$protocol" "$vip"
	done
	for protocol in sctp plain; do
		steer_test "$protocol follows the ring to $vip" \
			follows_raw "$protocol" "$vip"
	done
	steer_test "key source at $vip" by_source "$vip"
	steer_test "output to nodes with addresses, $vip" output_via "$vip"
	steer_test "output re-routed by its mark, $vip" output_reroutes "$vip"
done
steer_test "key 5tuple-sym, IPv4" symmetric "$VIP4" 198.18.7.1
steer_test "key 5tuple-sym, IPv6" symmetric "$VIP6" 2001:db8:c::701
steer_test "marks hold the node's id" marks
steer_test "node bits that are set are left alone" already_set
steer_test "an observer touches nothing" observes
steer_test "no owner: dropped" without_owner drop dropped timeout
steer_test "no owner: passed" without_owner pass passed "error EHOSTUNREACH"
steer_test "a ring is replaced by another" replaces
steer_test "segments are counted, not frames" segments_count
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
