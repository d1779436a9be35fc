#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# flows.sh - where real flows go when backends join and leave
#
# A client sends UDP flows and opens TCP connections to a virtual address, a
# director steers them by a ring, and the backends write down what they get.
# The flows and the ring's seed are fixed, so each figure is the same in every
# run; that of ipvs mh under the same changes is told beside it.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/demo/methods.sh
. "$here/demo/methods.sh"

udp_flows=10000 tcp_flows=1000 udp6_flows=2000
ring_options=(seed 000102030405060708090a0b0c0d0e0f)
round=0
ten=(b1 b2 b3 b4 b5 b6 b7 b8 b9 b10)

# A round: all flows, all of them answered.
send_all()
{
	local said

	((++round))
	said=$(send_udp "$round" "$udp_flows") || bail_out "UDP: $said"
	said=$(send_tcp "$round" "$tcp_flows") || bail_out "TCP: $said"
}

send_udp6() # ROUND
{
	"$TRAFFIC" udp --netns "$client" --vip "$VIP6" --port "$VIP_PORT" \
		--from "${CLIENT_NET6%/*}" --round "$1" --count "$udp6_flows"
}

# change LABEL NODE... - plan, change and a round; what was said is kept
change()
{
	local label=$1
	shift

	"$RINGCTL" -n "$director" -j plan "$ring" \
		"$(hashring_change_text "$method_nodes" "$*")" \
		>"$WORK/$label.plan" || bail_out "no plan of $label"
	method_change hashring "$@" >"$WORK/$label.receipt" ||
		bail_out "no change $label"
	send_all
}

digest()
{
	"$RINGCTL" -n "$director" digest "$ring"
}

# --- the measure itself -----------------------------------------------------

# Logs written by hand: one flow stays, one goes to the node that joins, one to
# another, one has two backends in a round and one is seen only once.
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

# --- what is asserted of a change, between the last two rounds ---------------

declare -A seen=()	# figures by kind of flow and name: ${seen[u moved]}

# see LABEL OPTION NODE - counts once what all of the assertions ask for
see()
{
	local kind name share

	seen=()
	share=$(json_number moved "$(<"$WORK/$1.receipt")") ||
		bail_out "no receipt of $1"
	for kind in t u; do
		compare "$kind" $((round - 1)) "$round" "$2" "$3" \
			--share "$share" || bail_out "$1: no flows of kind $kind"
		for name in "${!compared[@]}"; do
			seen[$kind $name]=${compared[$name]}
		done
	done
}

one_backend_each()
{
	local kind

	expect_equal "$udp_flows" "${seen[u flows]}" "UDP flows in both rounds"
	expect_equal "$tcp_flows" "${seen[t flows]}" "TCP flows in both rounds"
	for kind in u t; do
		expect_equal 0 "${seen[$kind missing]}" "seen in one round only"
		expect_equal 0 "${seen[$kind split]}" "at two backends in a round"
	done
}

only_moves()
{
	local kind

	for kind in u t; do
		expect_equal 0 "${seen[$kind stray]}" "stray flows of kind $kind"
		expect_equal 0 "${seen[$kind collateral]}" "collateral of kind $kind"
		expect_between 1 "${seen[$kind flows]}" "${seen[$kind moved]}" "moved"
	done
}

moves_what_was_said()
{
	local kind

	for kind in u t; do
		echo "kind $kind: moved ${seen[$kind moved]}, expected ${seen[$kind expected]}"
		expect_equal yes "${seen[$kind within]}" "within three standard errors"
	done
}

plan_is_receipt() # LABEL
{
	local name plan receipt

	plan=$(<"$WORK/$1.plan")
	receipt=$(<"$WORK/$1.receipt")
	for name in moved gained lost required collateral ideal peak_before \
		peak_after generation; do
		expect_equal "$(json_number "$name" "$plan")" \
			"$(json_number "$name" "$receipt")" "$name"
	done
	expect_equal 0 "$(json_number collateral "$receipt")" "collateral"
	expect_equal "$(json_number required "$receipt")" \
		"$(json_number moved "$receipt")" "moved and required"
}

# json_nodes - name and share of each
json_nodes()
{
	"$RINGCTL" -n "$director" -j node show "$ring" |
		grep -oE '"(name|share)": *("[^"]*"|[0-9]+)' |
		sed -E 's/.*: *"?([^"]*)"?/\1/' | paste -d ' ' - -
}

# Each backend got as many flows as its arcs are long, within four standard
# errors: there are many backends to be wrong about.
loads_are_shares()
{
	local node

	for node in $method_nodes; do
		echo "$node ${seen[u load $node]#* }"
	done >"$WORK/loads"
	json_nodes >"$WORK/shares"
	awk -v flows="$udp_flows" '
		FNR == NR { load[$1] = $2; next }
		{
			part = $2 / 2 ^ 32
			off = load[$1] - flows * part
			margin = 4 * sqrt(flows * part * (1 - part))
			printf "%s: %d flows, share %f\n", $1, load[$1], part
			if (off > margin || -off > margin)
				wrong = 1
		}
		END { exit wrong || FNR < 2 }' "$WORK/loads" "$WORK/shares"
}

# assert_change LABEL OPTION NODE
assert_change()
{
	local label=$1 way=to

	[ "$2" = --joined ] || way=from
	see "$@"
	ktap_test "$label: each flow has one backend a round" one_backend_each
	ktap_test "$label: flows move $way $3 only" only_moves
	ktap_test "$label: the plan is the receipt, collateral 0" \
		plan_is_receipt "$label"
	ktap_test "$label: as many flows move as the receipt said" \
		moves_what_was_said
	ktap_test "$label: the backends' loads are their shares" loads_are_shares
	report hashring "$label"
}

report() # METHOD LABEL: figures as comments, of the last comparison
{
	note "$1 $2: moved ${compared[moved]} of ${compared[flows]}," \
		"stray ${compared[stray]}, collateral ${compared[collateral]}," \
		"max/mean ${compared[peak]/ / -> }"
}

# --- the ring ---------------------------------------------------------------

same_flows() # ROUND ROUND
{
	local kind

	for kind in u t; do
		compare "$kind" "$1" "$2"
		expect_equal 0 "${compared[moved]}" "flows of kind $kind that differ"
		expect_equal 0 "${compared[missing]}" "flows of kind $kind missing"
	done
}

# The kernel's own lookup says what the backends saw.
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
	ktap_test "4->5: the kernel's lookup is where TCP went" lookup_is_backend
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

# cmp, with what it says where expect_error reads it
cmp_differs()
{
	cmp "$@" >&2
}

# A second director is told of the same nodes, one by one and in another order.
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

# --- ipvs mh, beside it -----------------------------------------------------

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

ktap_test "what is compared is counted right" comparison_counts
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
