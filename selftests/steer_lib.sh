# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with scripts, and by lib.sh
#
# steer_lib.sh - shared by the steer_*.sh scripts, on top of lib.sh: backends that log
# packets, flows, and a comparison of arrivals with the ring

PACKETS=$ROOT/selftests/packets.py
LOG=$WORK/arrivals
readonly MARK=0x100 NODE_MASK=0xff0000	# of packets to steer; of node ids

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

# steer_begin N [SINK]... - module, topology, N backends, marked packets; no ring
steer_begin()
{
	local i sinks=()

	ktap_begin
	need_module
	need_program nft python3 "$RINGCTL"
	kernel_log_mark
	topology "$1"
	mark_vip "$director" $MARK
	keep_hooks
	: >"$LOG"
	for ((i = 1; i <= $1; i++)); do
		sinks+=("b$i=${backends[i - 1]},$(backend4 $i),$(backend6 $i)")
	done
	serve "$client"
	serve "$director"
	i=$("$PACKETS" sink "$LOG" "$VIP4,$VIP6" "${sinks[@]}" "${@:2}") ||
		bail_out "no backends"
	ends_with_script "$i"
}

# keep_hooks - holds a hook at output until the end of the script
#
# The first and the last hook patch the kernel's text. An emulated CPU may run a
# removed breakpoint a moment longer than a real CPU, and a kernel that sends at
# that moment panics.
keep_hooks()
{
	in_ns "$lan" nft -f - <<-END
	table inet keep {
		chain output {
			type filter hook output priority filter
		}
	}
	END
}

# steer_ring RING [via [NUMBER]] - the backends, or the first of them, as nodes: id 1 for
# b1, and so on
steer_ring()
{
	local i change=''

	for ((i = 1; i <= ${3:-${#backends[@]}}; i++)); do
		change+="node add b$i id $i"
		[ -z "${2:-}" ] ||
			change+=" via $(backend4 $i) via $(backend6 $i)"
		change+='; '
	done
	rc ring add "$1" seed 000102030405060708090a0b0c0d0e0f
	rc change "$1" "{ $change }" >"$WORK/change"
}

# attach RING WORD... - with the mark and the mask of most tests
attach()
{
	local ring=$1
	shift

	rc attach add "$ring" hook prerouting fwmark "$MARK/$MARK" \
		set "$NODE_MASK" "$@" >"$WORK/attached"
}

# attach_count RING COUNTER - of the ring's attachment
attach_count()
{
	json_number "$2" "$(rc -j -s attach show "$1")"
}

detach_all()
{
	local id ring

	[ -e "/run/netns/$director" ] || return 0
	rc attach show | grep -E '^[0-9]' >"$WORK/attached"
	while read -r id ring _; do
		echo "attach del $ring id $id"
	done <"$WORK/attached" >"$WORK/batch"
	rc -b "$WORK/batch"
}

# steer_test NAME COMMAND... - a test; then removes all attachments
steer_test()
{
	ktap_test "$@"
	detach_all
}

declare -A servers=()	# by namespace: the pid of the process there

# serve NAMESPACE - starts a process there that sends flows for `ask`
serve()
{
	mkfifo "$WORK/$1.in" "$WORK/$1.out"
	# Opened for reading and writing, so that no end waits for the other. Not in a
	# function: $! would be the pid of a subshell.
	ip netns exec "$1" "$PACKETS" serve <>"$WORK/$1.in" 1<>"$WORK/$1.out" &
	ends_with_script $!
	servers[$1]=$!
}

# ask NAMESPACE WORD... - sends flows; the results go into $WORK/sent
ask()
{
	local line

	echo "${@:2}" >"$WORK/$1.in"
	# a dead process prints nothing
	while read -r -t 120 line && [ "$line" != . ]; do
		echo "$line"
	done <>"$WORK/$1.out" >"$WORK/sent"
	expect_equal . "$line"
}

# send PROTOCOL VIP COUNT [OPTION]... - flows from the client's network
send()
{
	local first=198.18.7.1

	[[ $2 != *:* ]] || first=2001:db8:c::701
	ask "$client" "$1" "$2" "$first" "${@:3}"
}

# lookups RING PROTOCOL VIP [key POLICY] - the node for each line of $WORK/sent,
# by the kernel's look-ups
lookups()
{
	local source port dport=7000

	[ "$2" != plain ] || dport=0
	while read -r source port _; do
		[ "$2" != plain ] || port=0
		echo "lookup $1 flow ${2/plain/253} $source $port $3 $dport ${*:4}"
	done <"$WORK/sent" >"$WORK/batch"
	rc -j -b "$WORK/batch" | grep -oE '"node": ?"[^"]*"' |
		sed 's/.*"\(.*\)"/\1/'
}

# all_as_looked_up RING PROTOCOL VIP [key POLICY] - each flow got its answer from its node
all_as_looked_up()
{
	lookups "$@" >"$WORK/wanted"
	expect_equal "$(wc -l <"$WORK/sent")" "$(wc -l <"$WORK/wanted")" "lookups"
	cut -d ' ' -f 3- "$WORK/sent" >"$WORK/answers"
	diff "$WORK/wanted" "$WORK/answers"
	# a map with a single node would pass the test above
	expect_between 2 99 "$(sort -u "$WORK/answers" | wc -l)" "nodes"
}

# answers - the count of each answer: "N ANSWER" lines
answers()
{
	cut -d ' ' -f 3- "$WORK/sent" | sort | uniq -c | sed 's/^ *//'
}

forget_arrivals()
{
	: >"$LOG"
}

arrived() # NUMBER [PROTOCOL]
{
	[ "$(grep -c " ${2:-}" "$LOG")" -ge "$1" ]
}

# raw_as_looked_up RING PROTOCOL VIP - the same for protocols without answers: each
# flow of $WORK/sent is once in the log, at its node
raw_as_looked_up()
{
	local sent

	sent=$(wc -l <"$WORK/sent")
	busywait "$BUSYWAIT_TIMEOUT" arrived "$sent" "$2"
	lookups "$@" >"$WORK/wanted"
	if [ "$2" = plain ]; then
		cut -d ' ' -f 1 "$WORK/sent" | sed 's/$/ 0/'
	else
		cut -d ' ' -f 1,2 "$WORK/sent"
	fi | paste -d ' ' "$WORK/wanted" - | sort >"$WORK/wanted.rows"
	grep " $2 " "$LOG" | cut -d ' ' -f 1,3,4 | sort >"$WORK/seen.rows"
	diff "$WORK/wanted.rows" "$WORK/seen.rows"
	expect_between 2 99 "$(sort -u "$WORK/wanted" | wc -l)" "nodes"
}

flood=()	# the processes of flood_begin

# flood_begin - sends datagrams to both VIPs until flood_end, and waits for no
# answers
flood_begin()
{
	local vip

	for vip in "$VIP4" "$VIP6"; do
		ip netns exec "$client" "$PACKETS" flood "$vip" &
		flood+=($!)
		ends_with_script $!
	done
}

flood_end()
{
	local pid

	for pid in "${flood[@]}"; do
		stop_process "$pid" || :
	done
	flood=()
}
