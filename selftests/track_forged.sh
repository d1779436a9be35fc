#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# track_forged.sh - 1000 connections of each family stay at a node that drains, whatever
# segments somebody else sends in their names: only both right numbers close an entry
#
# Clients and backends check the data. The clients stand still while segments are forged
# and for longer than fin-timeout, so that a closed entry would be forgotten, and its
# connection cut off.
#
# one kernel: the track reads the segments itself; track_chains.sh has the hooks of each kernel
# shellcheck disable=SC2317 # ktap_test calls functions by their names
# shellcheck disable=SC2154 # lib.sh and migrate_lib.sh set them

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/migrate_lib.sh
. "$(dirname "$0")/migrate_lib.sh"

ring_options=(seed 000102030405060708090a0b0c0d0e0f)
connections=$(fewer 1000 100)
# Distances from the right numbers: within reach, and beyond the window of the backend,
# which would believe a RST inside; elsewhere; and behind all that is within reach.
readonly NEAR=600000 FAR=0x80000000 OLD=$((0x100000000 - 3000000))
all=$((2 * connections))
declare -A vip=([4]=$VIP4 [6]=$VIP6) from=([4]=${CLIENT_NET4%/*} [6]=${CLIENT_NET6%/*})
declare -A first=()	# flow of each stream

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

number() # NAME - of the migration
{
	json_number "$1" "$(rc -j migrate show "$ring")"
}

# closing - the number of flows that are known to have ended
closing()
{
	rc migrate flows "$ring" | grep -c '  closing  ' || :
}

window_closed()
{
	rc migrate show "$ring" | grep -q ' window closed'
}

sinks()
{
	local i nodes=() pid

	for ((i = 1; i <= ${#backends[@]}; i++)); do
		nodes+=("b$i=${backends[i - 1]}")
	done
	pid=$("$TRAFFIC" sink --vip "${vip[$stream]}" --port "$VIP_PORT" \
		--log "$logs" "${nodes[@]}") || bail_out "no backends"
	ends_with_script "$pid"
}

# each COMMAND... - for the connections of each family
each()
{
	for stream in 4 6; do
		sources=(--netns "$client" --vip "${vip[$stream]}" --port "$VIP_PORT"
			 --from "${from[$stream]}")
		"$@"
	done
}

starts()
{
	first[$stream]=$stream_first
	stream_start "$connections" 300 0 || bail_out "no connections: $stream_line"
}

# numbers - sequence and ACK of each connection, into a file
numbers()
{
	stream_say "numbers $WORK/numbers$stream"
	expect_equal "$connections" "$(wc -l <"$WORK/numbers$stream")" "numbers"
}

# forge FLAGS... [OPTION]... - a segment of each of these flags, on each connection
forge()
{
	local flags

	for flags in $1; do
		"$TRAFFIC" forge "${sources[@]}" --flags "$flags" "${@:2}"
	done
}

# made_up FLAGS - all numbers are made up
made_up()
{
	forge "$1" --first "${first[$stream]}" --count "$connections"
}

# numbered FLAGS SEQ ACK - so far from the right numbers
numbered()
{
	forge "$1" --numbers "$WORK/numbers$stream" --seq "$2" --ack "$3"
}

tell()
{
	kill "-$1" "${stream_pid[$stream]}"
}

fin_timeout() # TIME
{
	rc ring set "$ring" fin-timeout "$1" >"$WORK/set"
}

# still TIME COMMAND FLAGS... - forges while the clients stand still, and for some time
# after that, with a fin-timeout of TIME; what was under way when they stop arrives before
still()
{
	fin_timeout 1m
	each stream_mark since
	each numbers
	each tell STOP
	sleep 1
	each "${@:2}" >"$WORK/forged" || :	# a failure must not leave them so
	closing >"$WORK/closing"
	fin_timeout "$1" || :
	sleep 5
	each tell CONT
	expect_equal $((2 * $(wc -w <<<"$3"))) \
		"$(grep -cx "flows $connections segments $connections" "$WORK/forged")" forged
	each stream_settle
}

unbroken()
{
	stream_mark after
	expect_unbroken
}

# ends_none COMMAND FLAGS... - forged segments change nothing
ends_none()
{
	still 3s "$@"
	each unbroken
	expect_equal 0 "$(<"$WORK/closing")" "closing"
	expect_equal "$all" "$(number pinned)" "pinned"
}

# Data open the entry again, as long as it is there.
closes_and_reopens()
{
	still 1m numbered FA "$NEAR" "$NEAR"
	expect_equal "$all" "$(<"$WORK/closing")" "closing"
	expect_equal 0 "$(closing)" "closing after data"
	each unbroken
	expect_equal "$all" "$(number pinned)" "pinned"
}

all_cut_off()
{
	stream_mark after
	expect_equal "$connections" "$(stream_figure broken)" "cut off: $stream_line"
}

# What other forged segments must not do.
closes()
{
	still 3s numbered FA "$NEAR" "$NEAR"
	expect_equal "$all" "$(<"$WORK/closing")" "closing"
	each all_cut_off
}

ktap_begin
need_module
need_program nft
kernel_log_mark
topology 2
each sinks
method_begin hashring b1 || bail_out "no ring"
each starts
rc change "$ring" "{ $(hashring_ops add b2) node set b1 state draining deadline 30m }" \
	>"$WORK/receipt" || bail_out "nothing drains"
each stream_settle
rc migrate resume "$ring" --quiet 1s >"$WORK/resumed" || bail_out "no quiet time"
busywait "$BUSYWAIT_TIMEOUT" window_closed || bail_out "the window stays open"
readonly every="F FA R RA S SA"
ktap_test "made up numbers" ends_none made_up "$every"
ktap_test "the sequence is right" ends_none numbered "$every" "$NEAR" "$FAR"
ktap_test "the ACK is right" ends_none numbered "$every" "$FAR" 0
ktap_test "a replay from far behind" ends_none numbered "$every" "$OLD" "$OLD"
ktap_test "both are right: closed, and open after data" closes_and_reopens
ktap_test "both are right, and silence: cut off" closes
each stream_stop
rc migrate finish "$ring" --force >"$WORK/ended" 2>&1
method_end hashring
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
