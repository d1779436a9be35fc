# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2317 # shared with scripts and lib.sh
#
# rounds_lib.sh - shared by scripts of overlapping changes, on top of lib.sh: rings,
# connections that stay, and new connections, in rounds over IPv4 and IPv6
#
# In each round every live connection sends a request, and new connections begin. The
# backends' logs show the node of each. Ring `twin` has no traffic and gets every
# change at once, so its look-ups tell the node of each new connection.
#
#	rounds_begin 6
#	rings_begin b1 b2 b3 b4
#	connections_open 40
#	rc node set web b1 state draining deadline 10m
#	twin '{ node set b1 state draining }'
#	ktap_test "..." round_as_expected
#	connections_close
#	rings_end

# shellcheck source=selftests/demo/methods.sh
. "$(dirname "${BASH_SOURCE[0]}")/demo/methods.sh"

readonly SEED=000102030405060708090a0b0c0d0e0f
fresh=30		# new connections of a round and family
first_flow=0		# of the connections that stay; new ones have higher numbers
declare -A hold_in=() hold_out=() hold_process=()	# by family

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

# traffic_of FAMILY COMMAND OPTION...
traffic_of()
{
	local vip=$VIP4 from=${CLIENT_NET4%/*}

	[ "$1" = 4 ] || vip=$VIP6 from=${CLIENT_NET6%/*}
	"$TRAFFIC" "$2" --netns "$client" --vip "$vip" --port "$VIP_PORT" \
		--from "$from" "${@:3}"
}

# rounds_begin N - module, topology and N backends for both families
rounds_begin()
{
	local i pid vip=$VIP4 nodes=()

	need_module
	need_program nft
	ktap_begin
	kernel_log_mark
	topology "$1"
	for ((i = 1; i <= $1; i++)); do
		nodes+=("b$i=${backends[i - 1]}")
	done
	for i in 4 6; do
		mkdir "$WORK/logs$i"
		pid=$("$TRAFFIC" sink --vip "$vip" --port "$VIP_PORT" \
			--log "$WORK/logs$i" "${nodes[@]}") ||
			bail_out "no backends"
		ends_with_script "$pid"
		vip=$VIP6
	done
	echo 0 >"$WORK/round"
}

# words_of N - the words of node bN
words_of()
{
	echo "id $1 via $(backend4 "$1") via $(backend6 "$1")"
}

# twin CHANGE - the change of the ring without traffic
twin()
{
	rc change twin "$1" >/dev/null
}

# rings_begin NODE... - web, attached, and twin
rings_begin()
{
	ring_options=(seed "$SEED" "${ring_settings[@]}")
	hashring_begin "$@" || bail_out "no ring"
	rc ring add twin seed "$SEED" || bail_out "no twin"
	twin "$(hashring_change_text "" "$*")" || bail_out "no twin"
}
ring_settings=()

rings_end()
{
	rc ring del twin
	hashring_end || bail_out "the ring does not go"
}

# connections_open COUNT - of each family; $WORK/first tells the node of each
connections_open()
{
	local family in out line

	round_number
	for family in 4 6; do
		mkfifo "$WORK/hold.in" "$WORK/hold.out"
		traffic_of $family hold --round "$round" --first $first_flow \
			--count "$1" <"$WORK/hold.in" >"$WORK/hold.out" &
		hold_process[$family]=$!
		lib_processes+=($!)
		exec {in}>"$WORK/hold.in" {out}<"$WORK/hold.out"
		rm "$WORK/hold.in" "$WORK/hold.out"
		hold_in[$family]=$in
		hold_out[$family]=$out
		read -r line <&"$out"
		[[ $line == *" answered $1 "* ]] || bail_out "connections: $line"
	done
	at_nodes h >"$WORK/first"
}

# The second process has inherited the input of the first.
connections_close()
{
	local family in out

	for family in 4 6; do
		in=${hold_in[$family]} out=${hold_out[$family]}
		exec {in}>&- {out}<&-
	done
	wait "${hold_process[@]}"
	((first_flow += 50000))
}

# A test runs in a subshell, so the number of the last round is in a file.
round_number()
{
	round=$(($(<"$WORK/round") + 1))
	echo $round >"$WORK/round"
}

# at_nodes KIND - of the last round: FAMILY FLOW NODE
at_nodes()
{
	local family

	for family in 4 6; do
		awk -v family=$family -v round="$(<"$WORK/round")" -v kind="$1" '
			$1 == round && $2 == kind {
				node = FILENAME
				gsub(/.*\/|\.log$/, "", node)
				print family, $3, node
			}' "$WORK/logs$family"/*.log
	done | sort -u
}

# The first flow of the round's new connections.
fresh_flow()
{
	echo $((first_flow + 10000 + 100 * $(<"$WORK/round")))
}

# one_round - a request on each live connection, and new connections
one_round()
{
	local family line

	round_number
	for family in 4 6; do
		echo $round >&"${hold_in[$family]}"
	done
	for family in 4 6; do
		read -r line <&"${hold_out[$family]}"
		traffic_of $family tcp --round $round --count "$fresh" \
			--first "$(fresh_flow)"
	done
	at_nodes h >"$WORK/now"
	at_nodes t >"$WORK/new"
}

# Of the last round: connections of these nodes are cut, all others are where they
# began.
cut_alone() # [NODE]...
{
	awk -v cut=" $* " '
		{ connection = $1 " " $2 }
		NR == FNR { first[connection] = $3; next }
		{ now[connection] = $3 }
		END {
			for (connection in first) {
				node = first[connection]
				wanted = index(cut, " " node " ") ? "" : node
				if (now[connection] == wanted)
					continue
				print connection, "began at", node, "is at", now[connection]
				bad = 1
			}
			exit bad
		}' "$WORK/first" "$WORK/now"
}

# Each new connection of the last round is at the node of twin's map.
new_as_twin()
{
	local family

	for family in 4 6; do
		traffic_of $family list --kind t --count "$fresh" \
			--first "$(fresh_flow)" | sed 's/^/lookup twin flow /'
	done >"$WORK/batch"
	rc -j -b "$WORK/batch" | sed -n 's/.*"node": *"\([^"]*\)".*/\1/p' >"$WORK/wanted"
	expect_equal $((2 * fresh)) "$(wc -l <"$WORK/wanted")" "look-ups"
	cut -d ' ' -f 3 "$WORK/new" | diff "$WORK/wanted" -
}

# round_as_expected [NODE]... - one round: only connections of these nodes are cut, and
# each new connection is where twin's map says
round_as_expected()
{
	one_round
	cut_alone "$@"
	new_as_twin
}

# began_at NODE - the number of connections that began there
began_at()
{
	awk -v node="$1" '$3 == node { n++ } END { print +n }' "$WORK/first"
}

# state - of web's migration
state()
{
	rc -j migrate show web | sed -n 's/.*"state": *"\([^"]*\)".*/\1/p'
}

is_done()
{
	expect_equal "done" "$(state)"
}

migration() # NAME: a figure of `migrate show`
{
	json_number "$1" "$(rc -j migrate show web)"
}

# standing - all that a refused command must not change
standing()
{
	rc digest web
	rc digest web --config
	json_number generation "$(rc -j ring show web)"
	migration frontier
	migration changes
}
