# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2317 # shared with scripts and lib.sh
#
# migrate_lib.sh - shared by the scripts of migrations, on top of lib.sh:
# connections that exchange data while backends come and go, and tests of these
# connections
#
# A script builds its topology, starts the sink, begins a method and then:
#
#	stream_start 1000 500 200	connections, exchanges and new ones a second
#	method_change ...
#	stream_settle			each connection was used since
#	stream_new 1000			so many new ones since the last mark
#	stream_mark changed
#	ktap_test "..." expect_unbroken
#	ktap_test "..." expect_fair b5 "$share"
#	stream_stop
#
# More streams have names: `stream=late stream_start ...`, `stream=late stream_stop`.

# shellcheck source=selftests/demo/methods.sh
. "$(dirname "${BASH_SOURCE[0]}")/demo/methods.sh"

ten=(b1 b2 b3 b4 b5 b6 b7 b8 b9 b10)
stream=main		# the stream that commands go to, where several run
stream_line='' stream_first=0
declare -A stream_in=() stream_out=() stream_pid=()

# stream_say COMMAND - waits for the answer, and stores it in stream_line
stream_say()
{
	echo "$1" >&"${stream_in[$stream]}" || return
	read -r stream_line <&"${stream_out[$stream]}"
}

# stream_start COUNT RATE FRESH [OPTION]... - returns when COUNT connections had an
# exchange each; no two streams share a flow
stream_start()
{
	local count=$1 rate=$2 fresh=$3 in out
	shift 3

	mkfifo "$WORK/stream.in" "$WORK/stream.out" || return
	"$TRAFFIC" stream "${sources[@]}" --round 1 --first "$stream_first" \
		--count "$count" --rate "$rate" --new "$fresh" "$@" \
		<"$WORK/stream.in" >"$WORK/stream.out" &
	stream_pid[$stream]=$!
	lib_processes+=($!)
	exec {in}>"$WORK/stream.in" {out}<"$WORK/stream.out"
	rm "$WORK/stream.in" "$WORK/stream.out"
	stream_in[$stream]=$in
	stream_out[$stream]=$out
	((stream_first += 100000))
	read -r stream_line <&"$out" || return
	expect_equal "$count" "$(stream_figure held)" "connections: $stream_line"
}

# stream_mark LABEL - figures since the last mark, into stream_line
stream_mark()
{
	stream_say "mark $1"
}

# stream_settle - returns when each connection was used, or has ended
stream_settle()
{
	stream_say settle
}

# stream_new N - returns when N new connections have begun since the last mark
stream_new()
{
	stream_say "new $1"
}

# stream_stop - figures of the whole stream, into stream_line
stream_stop()
{
	local in=${stream_in[$stream]} out=${stream_out[$stream]}

	stream_say stop || return
	exec {in}>&- {out}<&-
	wait "${stream_pid[$stream]}"
}

# stream_figure NAME - in the last line; for a backend: its new connections
stream_figure()
{
	if [[ " $stream_line " =~ \ $1\ ([0-9]+)\  ]]; then
		echo "${BASH_REMATCH[1]}"
	elif [[ $1 == b[0-9]* ]]; then
		echo 0		# not in the line before its first connection
	else
		echo "no figure '$1' in '$stream_line'" >&2
		return 1
	fi
}

# --- tests of the last line ----------------------------------------------------

expect_unbroken()
{
	expect_equal 0 "$(stream_figure broken)" "connections broken: $stream_line"
	expect_equal 0 "$(stream_figure lost)" "bytes lost"
	expect_equal 0 "$(stream_figure wrong)" "bytes misdelivered"
	expect_equal 0 "$(stream_figure failed)" "new connections that failed"
	[ "$(stream_figure exchanges)" -gt 0 ]
}

# node_share NODE - the share in the ring, in 2^-32
node_share()
{
	json_number share "$("$RINGCTL" -n "$director" -j node show "$ring" "$1")"
}

# standard_errors NODE SHARE - the distance between NODE's part of the new
# connections and SHARE (in 2^-32). With SHARE 0, any connection is too many.
standard_errors()
{
	awk -v took="$(stream_figure "$1")" -v all="$(stream_figure new)" \
		-v share="$2" 'BEGIN {
		part = share / 2 ^ 32
		error = sqrt(all * part * (1 - part))
		off = took - all * part
		printf "%.1f\n", error ? off / error : off ? 99 : 0
	}'
}

# expect_fair NODE SHARE - the distance is at most three standard errors
expect_fair()
{
	local errors

	errors=$(standard_errors "$@")
	awk -v errors="$errors" 'BEGIN { exit errors > 3 || errors < -3 }' ||
		expect_equal "at most 3 standard errors" "$errors" "$1: $stream_line"
}
