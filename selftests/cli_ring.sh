#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cli_ring.sh - all commands of ringctl agree about changes and owners: plans,
# receipts, history, look-ups, maps, arcs, shares
#
# one kernel: ringctl and the core alone decide the answers

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/cli_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/cli_lib.sh"

# --- changes and their receipts --------------------------------------------------

figures_agree()
{
	local change

	for change in '{ node add n1 }' '{ node add n2 weight 4 ; node del b1 }' \
		'{ node set b4 weight 1 ; node replace n1 n3 ; node set b2 state down }' \
		'{ node del n3 ; node del n2 ; node add b1 id 1 ; node set b4 weight 3 ;
			node set b2 state active }'; do
		said_json plan web "$change" >"$WORK/plan"
		said_json change web "$change" >"$WORK/change"
		said_json history web generation "$(figure generation ring show web)" \
			>"$WORK/history"
		figures <"$WORK/plan" >"$WORK/plan.figures"
		expect_match '"moved":[1-9]' cat "$WORK/plan.figures"
		figures <"$WORK/change" | diff "$WORK/plan.figures" -
		figures <"$WORK/history" | diff "$WORK/plan.figures" -
		# The text has the same rounded figures.
		sed 's/"receipt".*//' "$WORK/plan" >"$WORK/plan.ids"
		sed 's/"receipt".*//' "$WORK/change" | diff "$WORK/plan.ids" -
	done
}

words_agree()
{
	ringctl -s plan web '{ node add n1 }' >"$WORK/plan"
	ringctl -s change web '{ node add n1 }' >"$WORK/change"
	# Except lines that only a plan has, and the times of a change.
	sed -E '/^ (min|localization|both|and|token|\()/d; s/ planned//' \
		"$WORK/plan" >"$WORK/plan.words"
	sed '/^ arcs/d' "$WORK/change" | diff "$WORK/plan.words" -
	expect_match 'moved [0-9.]+%  required [0-9.]+%  collateral 0  ideal [0-9.]+%' \
		cat "$WORK/change"
	expect_match ' n1 id [0-9]+' cat "$WORK/change"
	ringctl node del web n1 >/dev/null
}

rows_add_up()
{
	local json moved

	json=$(said_json change web '{ node add n1 weight 2 }')
	moved=$(json_number moved "$json")
	json=$(said_json history web moves "$(json_number generation "$json")")
	expect_equal "$moved" "$(grep -o '"share":[0-9]*' <<<"$json" |
		awk -F : '{ sum += $2 } END { printf "%.0f", sum }')" "sum of rows"
	expect_equal '"to":"n1"' "$(grep -o '"to":"[^"]*"' <<<"$json" | sort -u)"
	expect_equal "$moved" "$(figure share node show web n1)" "its share"
	ringctl node del web n1 >/dev/null
}

from_files()
{
	local generation

	generation=$(figure generation ring show web)
	printf '{ # two\n node add n1\n\nnode add n2; }\n' >"$WORK/ops"
	expect_match 'planned  added 2' ringctl change web -f "$WORK/ops" --dry-run
	expect_equal "$generation" "$(figure generation ring show web)"
	expect_match 'added 2' ringctl change web -f - --generation "$generation" \
		--max-moved 100% <"$WORK/ops"
	refuses "stdin:2: unknown word \"heft\"" 1 change web -f - \
		<<<$'node add n3\nnode add n4 heft 2'
	refuses 'operation 2: .*no such node: n9' 2 \
		change web '{ node del n1 ; node del n9 }'
	refuses 'the closing }' 1 change web '{ node del n1'
	refuses 'unknown command "show" of node: expected one of add, set, del, replace' 1 change web '{ node show n1 }'
	expect_match 'removed 2' ringctl change web '{ node del n1 ; node del n2 }'
}

replaced()
{
	local share json

	fresh rep
	share=$(figure share node show rep b4)
	[ "$share" -gt 0 ]
	json=$(said_json node replace rep b4 c4 id 44)
	expect_equal "$share" "$(json_number moved "$json")" moved
	expect_equal "$share" "$(json_number required "$json")" required
	expect_equal 0 "$(json_number collateral "$json")" collateral
	expect_equal "$share" "$(figure share node show rep c4)" "the new share"
	expect_match 'c4 id 44 weight 3 .*seat b4' ringctl node show rep c4
	refuses 'no such node' 2 node show rep b4
	# A removal and an addition move more, and a hint names the replacement.
	json=$(said_json plan rep '{ node del c4 ; node add d4 }')
	[ "$(json_number collateral "$json")" -gt 0 ]
	expect_match 'hint: node replace b1 d1 moves .*collateral 0' \
		ringctl plan rep '{ node del b1 ; node add d1 }'
	ringctl node replace rep c4 b4 id 4 via 10.0.0.4 via fd00::4 >/dev/null
	expect_equal "$(digests web)" "$(digests rep)" "digests after going back"
	ringctl ring del rep
}

owns_nothing() # RING NODE
{
	expect_equal 0 "$(figure share node show "$1" "$2")" share
	expect_equal 0 "$(figure nr_points node show "$1" "$2")" points
	expect_equal '' "$(ringctl arcs "$1" | awk -v n="$2" '$3 == n')" arcs
}

states()
{
	local before state json

	before=$(digests web)
	for state in draining down; do
		json=$(said_json node set web b4 state "$state")
		expect_equal 0 "$(json_number collateral "$json")" collateral
		owns_nothing web b4
		expect_match "b4 id 4 weight 3 +$state +0 via 10.0.0.4 via fd00::4" \
			ringctl node show web b4
		expect_equal 3 "$(figure active_nodes ring show web)" "active nodes"
		[ "$before" != "$(digests web)" ]
	done
	ringctl node set web b4 state active >/dev/null
	expect_equal "$before" "$(digests web)" digests
	# The last active node: all positions lose their owner, and get the owner back.
	fresh sole
	ringctl change sole '{ node del b1 ; node del b2 ; node del b3 }' >/dev/null
	expect_match '"lost":4294967296' said_json node set sole b4 state draining
	expect_match '^position 5 none' ringctl lookup sole position 5
	expect_match '"gained":4294967296' said_json node set sole b4 state active
	ringctl ring del sole
}

weights()
{
	local before json

	before=$(digests web)
	expect_equal 160 "$(figure nr_points node show web b1)" points
	json=$(said_json node set web b1 weight 3)
	expect_equal 0 "$(json_number collateral "$json")" collateral
	expect_equal 480 "$(figure nr_points node show web b1)" points
	expect_equal '"to":"b1"' "$(grep -o '"to":"[^"]*"' <<<"$json" | sort -u)"
	ringctl node set web b1 weight 1 >/dev/null
	expect_equal "$before" "$(digests web)" digests
}

back_again()
{
	local before

	before=$(digests web)
	ringctl node del web b4 >/dev/null
	[ "$before" != "$(digests web)" ]
	ringctl node add web b4 weight 3 via 10.0.0.4 via fd00::4 >/dev/null
	expect_equal "$before" "$(digests web)" digests
}

any_order()
{
	ringctl ring add order seed "$SEED"
	ringctl node add order b4 id 4 weight 3 via fd00::4 via 10.0.0.4 >/dev/null
	ringctl node add order extra id 9 >/dev/null
	ringctl change order '{ node add b2 id 2 weight 2 ; node del extra ;
		node add b1 id 1 }' >/dev/null
	ringctl node add order b3 id 3 >/dev/null
	expect_equal "$(digests web)" "$(digests order)" digests
	expect_equal "$(ringctl arcs web)" "$(ringctl arcs order)" arcs
	# Ids are in the digest of the configuration, and not in the digest of the map.
	ringctl node set order b1 id 11 >/dev/null
	expect_equal "$(ringctl digest web)" "$(ringctl digest order)" maps
	[ "$(ringctl digest web --config)" != "$(ringctl digest order --config)" ]
	ringctl node set order b1 id 1 weight 2 >/dev/null
	[ "$(ringctl digest web)" != "$(ringctl digest order)" ]
	[ "$(ringctl digest web --config)" != "$(ringctl digest order --config)" ]
	ringctl node set order b1 weight 1 >/dev/null
	expect_equal "$(digests web)" "$(digests order)" digests
	ringctl ring del order
	# Another seed gives another ring.
	ringctl ring add order
	ringctl change order '{ node add b1 ; node add b2 weight 2 ; node add b3 ;
		node add b4 weight 3 via 10.0.0.4 via fd00::4 }' >/dev/null
	[ "$(ringctl digest web)" != "$(ringctl digest order)" ]
	ringctl ring del order
}

bounded_history()
{
	local bound last first

	bound=$(ringctl limits | awk '$1 == "receipts" { print $2 }')
	fresh long
	last=$((bound + 6))	# generation 1 added the nodes
	seq 2 "$last" | awk '{ print "node set long b1 weight", $1 % 9 + 2 }' |
		ringctl -b - >/dev/null
	first=$((last - bound + 1))
	expect_equal "$last" "$(figure generation ring show long)" generation
	expect_equal "$bound" "$(figure receipts ring show long)" receipts
	expect_equal "$(seq "$first" "$last")" \
		"$(ringctl history long | awk '{ print $1 }')" generations
	said_json history long >/dev/null
	refuses "no receipt is kept of that generation$(detail ": $((first - 1))")" 2 \
		history long generation $((first - 1))
	expect_match "^long generation $first  set 1" \
		ringctl history long generation "$first"
	ringctl ring del long
}

# --- look-ups ----------------------------------------------------------------------

# explains POSITION NODE WORD... - lookup prints NODE, and an arc (START, END]
# around the position; both ends of this arc belong to NODE
explains()
{
	local position=$1 node=$2 start end
	shift 2

	ringctl lookup web "$@" >"$WORK/said"
	expect_match "^position $position node $node id [0-9]+ generation" \
		cat "$WORK/said"
	[[ $(<"$WORK/said") =~ arc\ \(([0-9]+),\ ([0-9]+)\] ]]
	start=${BASH_REMATCH[1]}
	end=${BASH_REMATCH[2]}
	[ $(((position - start - 1) & (WHOLE - 1))) -le \
		$(((end - start - 1) & (WHOLE - 1))) ]
	expect_equal "$node $node" "$(printf '%s\n' \
		$(((start + 1) & (WHOLE - 1))) "$end" |
		ringctl map web --positions | cut -f 3 | xargs)" "arc ($start, $end]"
}

keys()
{
	local key position node

	printf '%s\n' key_0 'a key with blanks' 10.0.0.1 position flow -dash key_{1..8} |
		ringctl map web >"$WORK/map"
	expect_equal 14 "$(wc -l <"$WORK/map")" lines
	while IFS=$'\t' read -r key position node; do
		explains "$position" "$node" -- "$key"
		explains "$position" "$node" position "$position"
	done <"$WORK/map"
	IFS=$'\t' read -r key position node < <(tail -n 1 "$WORK/map")
	expect_match "\"position\":$position,.*\"node\":\"$node\"" \
		said_json lookup web "$key"
	expect_equal "[{\"key\":\"$key\",\"position\":$position,\"node\":\"$node\"}]" \
		"$(said_json map web <<<"$key")"
	# A last line without a newline counts too.
	expect_equal "$key"$'\t'"$position"$'\t'"$node" "$(printf %s "$key" | ringctl map web)"
	refuses 'one of KEY, position and flow is missing' 1 lookup web
	refuses 'position "4294967296"' 1 lookup web position 4294967296
}

flow_position() # WORD...
{
	figure position lookup web flow "$@"
}

flows()
{
	local flow='tcp 198.51.100.7 4242 192.0.2.1 80' back='tcp 192.0.2.1 80 198.51.100.7 4242'
	local six='udp 2001:db8::1 53 2001:db8::2 5353' words position

	for words in "$flow" "$six" "$flow key source" "$six key 5tuple-sym"; do
		# shellcheck disable=SC2086 # words
		position=$(flow_position $words)
		# shellcheck disable=SC2086
		explains "$position" "$(ringctl map web --positions <<<"$position" |
			cut -f 3)" flow $words
	done
	# shellcheck disable=SC2086 # words, all of the rest
	{
		expect_equal "$(flow_position $flow)" "$(flow_position $flow key 5tuple)"
		expect_equal "$(flow_position $flow key 5tuple-sym)" \
			"$(flow_position $back key 5tuple-sym)" "both directions"
		[ "$(flow_position $flow)" != "$(flow_position $back)" ]
		[ "$(flow_position $flow)" != "$(flow_position ${flow/4242/4243})" ]
		[ "$(flow_position $flow)" != "$(flow_position ${flow/tcp/udp})" ]
		expect_equal "$(flow_position $flow)" "$(flow_position ${flow/tcp/6})"
		expect_equal "$(flow_position $flow key source)" \
			"$(flow_position ${flow/4242/4243} key source)" "one source"
		[ "$(flow_position $flow key source)" != \
			"$(flow_position ${flow/.7/.8} key source)" ]
		refuses 'of two families' 1 lookup web flow ${flow/192.0.2.1/::1}
		refuses 'unknown protocol "tpc"' 1 lookup web flow ${flow/tcp/tpc}
		refuses 'port "65536"' 1 lookup web flow ${flow/80/65536}
		refuses 'flow: expected PROTOCOL SRC SPORT DST DPORT' 1 \
			lookup web flow tcp 1.2.3.4
	}
}

# The end of each arc, and the next position, which is in the next arc.
boundaries()
{
	ringctl arcs web >"$WORK/arcs"
	awk -F '\t' '
		{ end[NR] = $2; node[NR] = $3 }
		END {
			for (i = 1; i <= NR; i++) {
				printf "%.0f\t%s\n", end[i], node[i]
				printf "%.0f\t%s\n", (end[i] + 1) % 4294967296,
					node[i % NR + 1]
			}
			printf "0x0\t%s\n0xffffffff\t%s\n", node[1], node[1]
		}' "$WORK/arcs" >"$WORK/wanted"
	cut -f 1 "$WORK/wanted" | ringctl map web --positions | cut -f 1,3 |
		diff "$WORK/wanted" -
	# A position may be hexadecimal.
	expect_equal "0x10"$'\t'"16" "$(ringctl map web --positions <<<0x10 | cut -f 1,2)"
}

# Arcs follow each other without gaps, and neighbours have different owners. The
# arcs of a node add up to its share, and all arcs to the ring.
whole_ring()
{
	ringctl arcs web >"$WORK/arcs"
	said_json arcs web >/dev/null
	expect_equal "$WHOLE" "$(awk -F '\t' '
		NR > 1 && ($2 + 0 <= last + 0 || $1 != last || $3 == owner) {
			print "line", NR ":", $0
		}
		NR == 1 { first = $0; start = $1 }
		{
			sum += $2 - $1 + ($2 + 0 > $1 + 0 ? 0 : 4294967296)
			last = $2
			owner = $3
		}
		END {
			if (last != start)
				print "the first begins at", start, "and the last ends at", last
			printf "%.0f", sum
		}' "$WORK/arcs")"
	awk -F '\t' '
		{ share[$3] += $2 - $1 + ($2 + 0 > $1 + 0 ? 0 : 4294967296) }
		END { for (node in share) printf "%s %.0f\n", node, share[node] }' \
		"$WORK/arcs" | sort >"$WORK/shares"
	said_json node show web | tr '{' '\n' |
		sed -n 's/.*"name":"\([^"]*\)".*"share":\([0-9]*\).*/\1 \2/p' |
		sort | diff "$WORK/shares" -
	# Each point is in an arc of the same node.
	ringctl arcs web --points >"$WORK/points"
	said_json arcs web --points >/dev/null
	expect_equal "$(figure table_points ring show web)" "$(wc -l <"$WORK/points")"
	cut -f 1 "$WORK/points" | ringctl map web --positions | cut -f 1,3 |
		diff "$WORK/points" -
}

lone_point()
{
	ringctl ring add lone placement explicit
	expect_equal '' "$(ringctl arcs lone)"
	ringctl node add lone one point 7 >/dev/null
	expect_equal $'7\t7\tone' "$(ringctl arcs lone)"
	expect_match 'arc \(7, 7\] 100.000%' ringctl lookup lone position 8
	expect_equal "$WHOLE" "$(figure share node show lone one)"
	expect_match '"points":\[7\]' said_json node show lone one
	ringctl ring del lone
}

nobody()
{
	expect_match '"name":"empty",.*"generation":0' \
		said_json ring add empty seed "$SEED"
	printf 'k\n5\n' | ringctl map empty >"$WORK/map"
	expect_equal 2 "$(wc -l <"$WORK/map")" lines
	expect_match $'^k\t[0-9]+\t-\n5\t[0-9]+\t-$' cat "$WORK/map"
	expect_equal $'9\t9\t-' "$(ringctl map empty --positions <<<9)"
	expect_match '"node":null' said_json map empty <<<k
	expect_match ' none generation 0' ringctl lookup empty k
	expect_match '"id":0' said_json lookup empty k
	expect_equal '[]' "$(said_json arcs empty)"
	expect_equal '[]' "$(said_json history empty)"
	expect_equal '' "$(ringctl map empty </dev/null)"
	refuses 'no such ring' 2 map nosuch </dev/null
	ringctl ring del empty
}

measured()
{
	local json moved

	json=$(said_json measure web --keys 5000 --revert --change '{ node add m1 }')
	expect_equal '5000 5000' "$(for when in before after; do
		grep -o "\"keys_$when\":[0-9]*" <<<"$json" |
			awk -F : '{ sum += $2 } END { print sum }'
	done | xargs)" "keys before and after"
	moved=$(json_number moved_keys "$json")
	expect_between $((moved > 0)) "$(awk -v n="$(json_number expected_keys "$json")" \
		-v margin="$(json_number margin_keys "$json")" \
		'BEGIN { print int(n + margin) }')" "$moved" "moved keys"
	expect_match "\"to\":\"m1\",\"keys\":[0-9]+" echo "$json"
	expect_equal "$moved" "$(grep -o '"to":"m1","keys":[0-9]*' <<<"$json" |
		awk -F : '{ sum += $3 } END { print sum }')" "rows of keys"
	expect_equal 0 "$(json_number differing_keys "$json")" "after going back"
}

cli_begin
ktap_test "a ring" fresh web points 160
ktap_test "plan, change and history have the same figures" figures_agree
ktap_test "plan and change print the same words" words_agree
ktap_test "the rows of a receipt add up" rows_add_up
ktap_test "operations from files" from_files
ktap_test "replace moves the old node's share and no more" replaced
ktap_test "draining and down nodes own nothing, and return" states
ktap_test "another weight, and the old one again" weights
ktap_test "a node is removed and added again" back_again
ktap_test "members in any order give one map" any_order
ktap_test "history is bounded" bounded_history
ktap_test "a key: lookup and map agree, and the arc holds it" keys
ktap_test "a flow: each policy has its position" flows
ktap_test "the end of an arc belongs to the arc" boundaries
ktap_test "arcs add up to the ring, and to the nodes' shares" whole_ring
ktap_test "a lone point owns the ring" lone_point
ktap_test "keys without an owner" nobody
ktap_test "measure counts every key" measured
ktap_test "JSON has the spec's names and raw numbers" json_by_spec ring node change \
	plan lookup map arcs history measure
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
