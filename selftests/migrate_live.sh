#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_live.sh - 1000 connections exchange data, and new connections begin,
# while backends join and leave: no connection breaks, no byte is lost, and the
# joining node gets its fair share of new connections at once
#
# Clients and backends check the data. `make compare-migration` runs other methods
# under the same changes.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/migrate_lib.sh
. "$here/migrate_lib.sh"

ring_options=(seed 000102030405060708090a0b0c0d0e0f)
connections=1000 exchanges=600 fresh=150

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

migration() # NAME
{
	json_number "$1" "$(rc -j migrate show "$ring")"
}

# begin NODE... - makes a ring, and opens connections through it
begin()
{
	method_begin hashring "$@" || bail_out "no ring"
	stream_start "$connections" "$exchanges" "$fresh" ||
		bail_out "no connections: $stream_line"
	flows=$connections
}

end()
{
	stream_stop
	note "$stream_line"
	method_end hashring || bail_out "the ring does not go"
}

# used_since N LABEL - returns when each connection was used, and N new ones began
used_since()
{
	stream_mark before
	count_flows
	stream_settle
	stream_new "$1"
	stream_mark "$2"
	count_flows
}

flows=0		# flows through the ring, up to the last mark
count_flows()
{
	flows=$((flows + $(stream_figure new)))
}

# At most as many entries as connections (old and new) in arcs that move, within
# three standard errors.
few_entries() # FLOWS SHARE ENTRIES
{
	awk -v n="$1" -v share="$2" -v entries="$3" 'BEGIN {
		part = share / 2 ^ 32
		most = n * part + 3 * sqrt(n * part * (1 - part))
		printf "%d entries, at most %d flows in arcs that move\n", entries, most
		exit entries > most
	}'
}

need_module
need_program nft
ktap_begin
kernel_log_mark
topology 11
sink_start || bail_out "no backends"

# --- 4 -> 5 -------------------------------------------------------------------

begin b1 b2 b3 b4
rc change "$ring" --hold "$(hashring_change_text "b1 b2 b3 b4" "b1 b2 b3 b4 b5")" \
	>"$WORK/receipt" || bail_out "nothing held"
used_since 100 held
ktap_test "4 -> 5: nothing is broken while the change is held" expect_unbroken
ktap_test "4 -> 5: the new node gets no connection while the change is held" expect_fair b5 0
for _ in 1 2 3 4; do
	rc migrate step "$ring" --share 5.3% >/dev/null || bail_out "no step"
	stream_settle
done
rc migrate step "$ring" --to end >/dev/null
used_since 1000 moved
ktap_test "4 -> 5: nothing is broken" expect_unbroken
ktap_test "4 -> 5: the new node gets its fair share of new connections at once" \
	expect_fair b5 "$(node_share b5)"
note "$stream_line"
entries=$(migration entries)
stream_mark all
count_flows
ktap_test "4 -> 5: state only for flows in arcs that move" few_entries \
	"$flows" "$(migration total)" "$entries"
note "$(rc migrate show "$ring" | tr '\n' ' ')"

# --- lost state ------------------------------------------------------------------

# All entries are removed in mid-migration. Only connections in released arcs can
# break, and of these only connections that began during the migration.
pinned=$(migration pinned)
echo 1 >/sys/kernel/debug/hashring/forget_flows
stream_settle
stream_mark forgotten
broken=$(stream_figure broken)
few_are_cut()
{
	expect_between 0 "$pinned" "$broken" "connections broken by the loss"
	expect_equal 0 "$(stream_figure wrong)" "bytes misdelivered"
}
ktap_test "4 -> 5: state lost in mid-migration: at most the pinned flows break" few_are_cut
note "state lost in mid-migration: $pinned pinned; of $connections connections $broken broken, of new ones $(stream_figure failed)"
rc migrate finish "$ring" --force >/dev/null
end

# --- 10 -> 9, draining ------------------------------------------------------------

begin "${ten[@]}"
rc node set "$ring" b10 state draining deadline 10m >/dev/null ||
	bail_out "nothing drains"
used_since 1000 drained
ktap_test "10 -> 9: nothing is broken while b10 drains" expect_unbroken
ktap_test "10 -> 9: b10 gets no new connection" expect_fair b10 0
note "$stream_line"
left_at_b10()
{
	local said

	said=$(rc -j migrate show "$ring")
	expect_between 1 "$connections" "$(json_number pinned "$said")" \
		"flows that stay: $said"
}
ktap_test "10 -> 9: b10 keeps its connections" left_at_b10
rc migrate finish "$ring" --force >/dev/null
end

# --- 10 -> 11 -> 10, rolled back half-way --------------------------------------------

begin "${ten[@]}"
rc digest "$ring" >"$WORK/origin"
rc change "$ring" --hold "$(hashring_change_text "${ten[*]}" "${ten[*]} b11")" >/dev/null ||
	bail_out "nothing held"
rc migrate step "$ring" --to 0x80000000 >/dev/null
used_since 500 half
ktap_test "10 -> 11 half-way: nothing is broken" expect_unbroken
ktap_test "10 -> 11 half-way: b11 has its fair share" expect_fair b11 "$(node_share b11)"
rc migrate rollback "$ring" >/dev/null
stream_settle
rc migrate step "$ring" --share 2% >/dev/null
stream_settle
rc migrate step "$ring" --to end >/dev/null
used_since 500 back
ktap_test "10 -> 11 -> 10: nothing is broken" expect_unbroken
ktap_test "10 -> 11 -> 10: b11 gets no new connection" expect_fair b11 0
the_map_is_back()
{
	expect_equal "$(<"$WORK/origin")" "$(rc digest "$ring")" digest
}
ktap_test "10 -> 11 -> 10: the map is that of the beginning" the_map_is_back
rc migrate finish "$ring" --force >/dev/null
end

ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
