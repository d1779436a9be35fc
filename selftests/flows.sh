#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# flows.sh - the path of real flows when backends join and leave
#
# A client sends UDP flows and opens TCP connections to a virtual address. A
# director steers these by a ring, and the backends log each flow that arrives.
# Flows and the ring's seed are fixed, so all runs have the same figures. The
# figures of ipvs mh under the same changes are printed too.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/flows_lib.sh
. "$here/flows_lib.sh"

udp6_flows=$(fewer 2000)
ring_options=(seed 000102030405060708090a0b0c0d0e0f)

send_udp6() # ROUND
{
	"$TRAFFIC" udp --netns "$client" --vip "$VIP6" --port "$VIP_PORT" \
		--from "${CLIENT_NET6%/*}" --round "$1" --count "$udp6_flows"
}

# --- the comparison itself ---------------------------------------------------

# Logs written by hand: one flow stays, one moves to the joining node, one moves
# to a third node, one has two backends in a round, and one is in one round only.
comparison_counts()
{
	local logs=$WORK/logs.by_hand said
	mkdir "$logs" "$WORK/logs.bad"
	echo nonsense >"$WORK/logs.bad/b1.log"

	printf '%s\n' "1 u 0" "1 u 1" "1 u 2" "1 u 3" "1 u 4" "2 u 0" "2 u 3" \
		"1 u 0" "1 t 9" >"$logs/b1.log"
	printf '%s\n' "2 u 1" "2 u 3" "2 t 9" >"$logs/b2.log"
	printf '%s\n' "2 u 2" >"$logs/b3.log"
	said=$("$TRAFFIC" compare --log "$logs" --kind u --joined b2 1 2)
	expect_equal "flows 3
missing 1
split 1
moved 2
stray 1
required 2
collateral 0
peak 1.000 1.000
load b1 3 1
load b2 0 1
load b3 0 1
move b1 b2 1
move b1 b3 1" "$said"
	said=$("$TRAFFIC" compare --log "$logs" --kind t --left b2 1 2)
	expect_match 'stray 1' echo "$said"
	expect_error 'not a line of a log' 1 "$TRAFFIC" compare \
		--log "$WORK/logs.bad" --kind u 1 2
}

# --- the ring ---------------------------------------------------------------

# The kernel's look-ups name the backends that got the flows.
lookup_is_backend()
{
	"$TRAFFIC" list "${sources[@]}" --count "$tcp_flows" --kind t |
		sed "s/^/lookup $ring flow /" |
		"$RINGCTL" -j -n "$director" -b - |
		grep -oE '"node": *"[^"]*"' | cut -d '"' -f 4 |
		awk '{ print NR - 1, $1 }' | sort >"$WORK/lookups"
	awk -v round="$round" '$1 == round && $2 == "t" {
		name = FILENAME
		sub(/.*\//, "", name)
		sub(/\.log$/, "", name)
		print $3, name
	}' "$logs"/*.log | sort >"$WORK/arrivals"
	expect_equal "$tcp_flows" "$(wc -l <"$WORK/lookups")" "lookups"
	diff "$WORK/lookups" "$WORK/arrivals"
}

udp6_moves() # ROUND
{
	local share

	share=$(json_number moved "$(<"$WORK/4->5.receipt")")
	compare u "$1" $(($1 + 1)) --joined b5 --share "$share"
	expect_equal "$udp6_flows" "${compared[flows]}" "flows"
	expect_equal 0 "${compared[stray]}" "stray"
	expect_equal yes "${compared[within]}" \
		"moved ${compared[moved]}, expected ${compared[expected]}"
}

hashring_flows()
{
	local nodes said

	method_begin hashring "${ten[@]:0:4}" || bail_out "hashring does not begin"
	send_all
	said=$(send_udp6 1001) || bail_out "UDP over IPv6: $said"
	change "4->5" "${ten[@]:0:5}"
	said=$(send_udp6 1002) || bail_out "UDP over IPv6: $said"
	assert_change "4->5" --joined b5
	ktap_test "4->5: TCP flows are at the node of the kernel's lookup" lookup_is_backend
	ktap_test "4->5: flows over IPv6 move to b5 only" udp6_moves 1001

	method_change hashring "${ten[@]}" >/dev/null || bail_out "no ten nodes"
	send_all
	digest >"$WORK/digest.ten"
	change "10->11" "${ten[@]}" b11
	assert_change "10->11" --joined b11
	digest >"$WORK/digest.eleven"
	change "11->10" "${ten[@]}"
	digest >"$WORK/digest.back"
	ktap_test "11->10: b11 gone, no flow differs from before it came" \
		same_flows $((round - 2)) "$round"
	ktap_test "11->10: the digest is the one from before" \
		cmp "$WORK/digest.ten" "$WORK/digest.back"
	ktap_test "11->10: the digest with b11 is another" \
		expect_error differ 1 cmp_differs "$WORK/digest.ten" "$WORK/digest.eleven"

	read -ra nodes <<<"${ten[*]/b4/}"
	change "10->9" "${nodes[@]}"
	assert_change "10->9" --left b4
	change "9->10" "${ten[@]}"
	digest >"$WORK/digest.again"
	ktap_test "9->10: b4 back, no flow differs from before it left" \
		same_flows $((round - 2)) "$round"
	ktap_test "9->10: the digest is the one from before" \
		cmp "$WORK/digest.ten" "$WORK/digest.again"
}

# cmp, with its output on standard error for expect_error
cmp_differs()
{
	cmp "$@" >&2
}

# A second director gets the same nodes, one by one and in another order.
hashring_second_director()
{
	local first=$director second i before=$round

	topology_director second 2
	director=$second
	use_director 2
	method_begin hashring b10 || bail_out "the second director does not begin"
	for ((i = 8; i >= 0; i--)); do
		# shellcheck disable=SC2086 # a list of words
		method_change hashring $method_nodes "${ten[i]}" >/dev/null ||
			bail_out "the second director does not take ${ten[i]}"
	done
	send_all
	digest >"$WORK/digest.second"
	ktap_test "another director, another order: no flow differs" \
		same_flows "$before" "$round"
	ktap_test "another director, another order: the digests are equal" \
		cmp "$WORK/digest.ten" "$WORK/digest.second"
	method_end hashring || bail_out "the second director does not end"
	director=$first
	use_director 1
}

# --- ipvs mh, for comparison ------------------------------------------------

ipvs_change_and_report() # LABEL OPTION NODE NODES...
{
	local label=$1 option=$2 node=$3
	shift 3

	method_change ipvs "$@" || return
	((++round))
	send_udp "$round" "$udp_flows" >/dev/null || return
	[ -n "$option" ] || return 0
	compare u $((round - 1)) "$round" "$option" "$node" || return
	report "ipvs mh" "$label"
}

ipvs_flows()
{
	local nodes

	method_begin ipvs "${ten[@]:0:4}" || return
	((++round))
	send_udp "$round" "$udp_flows" >/dev/null || return
	ipvs_change_and_report "4->5" --joined b5 "${ten[@]:0:5}" || return
	ipvs_change_and_report "5->10" '' '' "${ten[@]}" || return
	ipvs_change_and_report "10->11" --joined b11 "${ten[@]}" b11 || return
	ipvs_change_and_report "11->10" '' '' "${ten[@]}" || return
	read -ra nodes <<<"${ten[*]/b4/}"
	ipvs_change_and_report "10->9" --left b4 "${nodes[@]}" || return
	ipvs_change_and_report "9->10" '' '' "${ten[@]}" || return
	compare u $((round - 2)) "$round" || return
	note "ipvs mh 9->10: b4 back, ${compared[moved]} of ${compared[flows]} flows differ from before it left"
	method_end ipvs
}

ktap_begin
need_module
need_program nft
topology 11
sink_start || bail_out "no backends"
pid=$("$TRAFFIC" sink --vip "$VIP6" --port "$VIP_PORT" --log "$logs" \
	"${sink_nodes[@]}") || bail_out "no backends for IPv6"
ends_with_script "$pid"

ktap_test "compare counts hand-written logs right" comparison_counts
hashring_flows
hashring_second_director
method_nodes=${ten[*]}
method_end hashring || bail_out "hashring does not end"
if command -v ipvsadm >/dev/null && modprobe -q ip_vs_mh; then
	ipvs_flows || note "ipvs mh could not be measured"
else
	note "no ipvs here to compare with"
fi
ktap_finish
