# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2317 # shared with scripts and lib.sh
#
# flows_lib.sh - shared by the scripts with real flows, on top of lib.sh: rounds of
# flows, changes between rounds, and tests of these changes
#
# A script sets ring_options, builds its topology and starts the sink.

# shellcheck source=selftests/demo/methods.sh
. "$(dirname "${BASH_SOURCE[0]}")/demo/methods.sh"

udp_flows=$(fewer 10000) tcp_flows=$(fewer 1000)
round=0
ten=(b1 b2 b3 b4 b5 b6 b7 b8 b9 b10)

# A round: sends all flows; every flow is answered.
send_all()
{
	local said

	((++round))
	said=$(send_udp "$round" "$udp_flows") || bail_out "UDP: $said"
	said=$(send_tcp "$round" "$tcp_flows") || bail_out "TCP: $said"
}

# carry_out LABEL CHANGE - plan, change and a round; plan and receipt are kept
carry_out()
{
	"$RINGCTL" -n "$director" -j plan "$ring" "$2" >"$WORK/$1.plan" ||
		bail_out "no plan of $1"
	"$RINGCTL" -n "$director" -j change "$ring" "$2" >"$WORK/$1.receipt" ||
		bail_out "no change $1"
	send_all
}

# change LABEL NODE... - the same, to a ring of these nodes
change()
{
	local label=$1
	shift

	carry_out "$label" "$(hashring_change_text "$method_nodes" "$*")"
	method_nodes=$*
}

digest()
{
	"$RINGCTL" -n "$director" digest "$ring"
}

# --- tests of a change, between the last two rounds ---------------------------

declare -A seen=()	# figures by kind of flow and name: ${seen[u moved]}

# count_change LABEL [OPTION NODE] - counts once all figures for the tests
count_change()
{
	local label=$1 kind name share
	shift

	seen=()
	share=$(json_number moved "$(<"$WORK/$label.receipt")") ||
		bail_out "no receipt of $label"
	for kind in t u; do
		compare "$kind" $((round - 1)) "$round" "$@" \
			--share "$share" || bail_out "$label: no flows of kind $kind"
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

# json_nodes - name and share of each node
json_nodes()
{
	"$RINGCTL" -n "$director" -j node show "$ring" |
		grep -oE '"(name|share)": *("[^"]*"|[0-9]+)' |
		sed -E 's/.*: *"?([^"]*)"?/\1/' | paste -d ' ' - -
}

# Each backend got flows by its share, within four standard errors: among many
# backends, chance alone would exceed three.
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
	count_change "$@"
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

same_flows() # ROUND ROUND
{
	local kind

	for kind in u t; do
		compare "$kind" "$1" "$2"
		expect_equal 0 "${compared[moved]}" "flows of kind $kind that differ"
		expect_equal 0 "${compared[missing]}" "flows of kind $kind missing"
	done
}
