#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# flows_balanced.sh - the path of real flows under a ring with placement balanced
#
# The topology and the flows are those of flows.sh. Here the part of the flows for
# a joining node is known without the ring. A node that drained and returned gets
# its former flows.
#
# one kernel: flows.sh has the packets of each kernel
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/flows_lib.sh
. "$here/flows_lib.sh"

# shellcheck disable=SC2034 # for methods.sh
ring_options=(placement balanced grid 65536
	      seed 000102030405060708090a0b0c0d0e0f)
readonly WHOLE=$((1 << 32))

# moves_the_ideal NODE N - NODE, the last of N, got 1/N of the flows
moves_the_ideal()
{
	local kind

	for kind in u t; do
		compare "$kind" $((round - 1)) "$round" --joined "$1" \
			--share $((WHOLE / $2))
		echo "kind $kind: moved ${compared[moved]}, expected ${compared[expected]}"
		expect_equal yes "${compared[within]}" "within three standard errors"
		expect_equal 0 "${compared[stray]}" "collateral flows"
	done
}

joins_and_drains()
{
	method_begin hashring "${ten[@]:0:4}" || bail_out "hashring does not begin"
	send_all
	change "4->5" "${ten[@]:0:5}"
	assert_change "4->5" --joined b5
	ktap_test "4->5: a fifth of the flows moves" moves_the_ideal b5 5
	digest >"$WORK/digest.five"

	carry_out "5->4" '{ node set b5 state draining }'
	assert_change "5->4" --left b5
	carry_out "back" '{ node set b5 state active }'
	assert_change "back" --joined b5
	digest >"$WORK/digest.back"
	ktap_test "b5 drained and back: no flow differs from before" \
		same_flows $((round - 2)) "$round"
	ktap_test "b5 drained and back: the digest is the one from before" \
		cmp "$WORK/digest.five" "$WORK/digest.back"

	method_change hashring "${ten[@]}" >/dev/null || bail_out "no ten nodes"
	send_all
	change "10->11" "${ten[@]}" b11
	assert_change "10->11" --joined b11
	ktap_test "10->11: an eleventh of the flows moves" moves_the_ideal b11 11
}

# loads_are_weights NODE WEIGHT... - in the last round, within three standard
# errors
loads_are_weights()
{
	local all=0 i node weight words=("$@")

	compare u $((round - 1)) "$round"
	for ((i = 1; i < $#; i += 2)); do
		((all += words[i]))
	done
	for ((i = 0; i < $#; i += 2)); do
		node=${words[i]} weight=${words[i + 1]}
		echo "$node: ${compared[load $node]#* } flows of weight $weight in $all"
		awk -v load="${compared[load $node]#* }" -v n="$udp_flows" \
			-v p="$weight/$all" '
			BEGIN {
				split(p, part, "/")
				p = part[1] / part[2]
				off = load - n * p
				exit off * off > 9 * n * p * (1 - p)
			}'
	done
}

# No node both gives and gets flows.
only_as_weights_want()
{
	local kind

	for kind in u t; do
		expect_equal 0 "${seen[$kind collateral]}" "collateral of kind $kind"
	done
}

weights()
{
	method_change hashring b1 b2 b3 >/dev/null || bail_out "no three nodes"
	send_all
	carry_out "1:2:4" '{ node set b2 weight 2 ; node set b3 weight 4 }'
	count_change "1:2:4"
	ktap_test "1:2:4: each flow has one backend a round" one_backend_each
	ktap_test "1:2:4: no flow moves without need" only_as_weights_want
	ktap_test "1:2:4: the plan is the receipt, collateral 0" \
		plan_is_receipt "1:2:4"
	ktap_test "1:2:4: as many flows move as the receipt said" \
		moves_what_was_said
	ktap_test "1:2:4: the backends' loads are the weights" \
		loads_are_weights b1 1 b2 2 b3 4
	report hashring "1:2:4"
}

ktap_begin
need_module
need_program nft
topology 11
sink_start || bail_out "no backends"
joins_and_drains
weights
method_end hashring || bail_out "hashring does not end"
ktap_finish
