#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_rivals.sh - the effect of a change of backends on connections in use, by a
# migration and by other methods, in one table
#
# 1000 connections exchange data and new connections begin, while a backend joins,
# leaves again, or is removed (and keeps running). Both ends of the connections
# check the data. Migrations are tested; other methods are only measured.
# `make compare-migration` runs this script.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/migrate_lib.sh
. "$here/migrate_lib.sh"

held=1000 rate=500 new_rate=200 new_wanted=1000
late=200	# connections that begin while b11 has arcs
ring_options=(seed 000102030405060708090a0b0c0d0e0f)
sloppy=0	# sysctl of the director that takes over
second=''	# the director's namespace
rows=()

# --- more methods, on top of methods.sh --------------------------------------

# A second director takes over right after the first change: it has the same
# backends, and no connection in its table.
lost_begin()
{
	ipvs_begin "$@"
}

lost_change() # "OLD..." "NEW..."
{
	ipvs_change "$@" || return
	[ "$director" = "$first" ] || return 0
	director=$second
	# shellcheck disable=SC2086 # a list of words
	ipvs_begin $2 || return
	in_ns "$director" sysctl -qw net.ipv4.vs.sloppy_tcp="$sloppy" || return
	use_director 2
}

lost_end()
{
	if [ "$director" = "$second" ]; then
		in_ns "$first" ipvsadm -C || return
		ip -n "$first" addr del "$VIP4/32" dev lo || return
	fi
	ipvs_end || return
	director=$first
	use_director 1
}

# The same, and the second director accepts segments without a known connection.
sloppy_begin() { sloppy=1; lost_begin "$@"; }
sloppy_change() { lost_change "$@"; }
sloppy_end() { sloppy=0; lost_end; }

short_begin() { resilient_idle=0; resilient_begin "$@"; }
short_end() { resilient_idle=120; resilient_end; }
short_change() { resilient_change "$@"; }

# A migration that is rolled back half-way.
halfway_begin() { migration_begin "$@"; }
halfway_change() # "OLD..." "NEW..."
{
	local half

	if [ -z "$(only_in_second "$1" "$2")" ]; then
		"$RINGCTL" -n "$director" migrate rollback "$ring" || return
		migration_run
		return
	fi
	"$RINGCTL" -n "$director" change "$ring" --hold \
		"$(hashring_change_text "$1" "$2")" || return
	half=$(($(migration_figure total) / 2))
	"$RINGCTL" -n "$director" migrate step "$ring" \
		--share "$(percent "$half" $((1 << 32)))"
}
halfway_end() { migration_end; }

migration_figure() # NAME
{
	json_number "$1" "$("$RINGCTL" -n "$director" -j migrate show "$ring")"
}

# state_entries METHOD - the number of entries kept for flows
state_entries()
{
	case $1 in
	hashring) echo 0 ;;
	migration | halfway) migration_figure entries ;;
	resilient | short) ip -n "$director" nexthop bucket show id 1000 | wc -l ;;
	*) in_ns "$director" ipvsadm -Lnc | grep -c '^TCP' ;;
	esac
}

# --- measuring ---------------------------------------------------------------

# percent PART WHOLE
percent()
{
	awk -v part="$1" -v whole="$2" \
		'BEGIN { printf "%.1f%%", whole ? 100 * part / whole : 0 }'
}

# measure_change METHOD CHANGE NODE NODES... - one change during the stream
#
# NODE's part of the later new connections is compared with an equal part among
# NODES. Half-way in a migration, it is compared with NODE's present share. For a
# NODE outside of NODES it is compared with 0.
measure_change()
{
	local method=$1 change=$2 node=$3 fair=0 share=0 broken lost wrong failed
	shift 3

	[[ " $* " != *" $node "* ]] || fair=$(((1 << 32) / $#))
	method_change "$method" "$@" >"$WORK/change" || { cat "$WORK/change"; return 1; }
	if [ $fair != 0 ] && [[ $method == migration || $method == halfway ]]; then
		share=$(node_share "$node") || return
		[ "$method" != halfway ] || fair=$share
	fi
	stream_mark changed || return
	echo "$stream_line" >"$WORK/lines"
	stream_settle && stream_new $new_wanted && stream_mark after || return
	echo "$stream_line" >>"$WORK/lines"
	read -r broken lost wrong failed < <(sum_lines broken lost wrong failed)
	rows+=("$(printf '%-23s %-6s %6d %7d %6d %6d %8s of %-5s %5s %6d' \
		"${labels[$method]}" "$change" "$broken" "$lost" "$wrong" "$failed" \
		"$(percent "$(stream_figure "$node")" "$(stream_figure new)")" \
		"$(percent "$fair" $((1 << 32)))" "$(standard_errors "$node" "$fair")" \
		"$(state_entries "$method")")")
	[[ $method == migration || $method == halfway ]] || return 0
	ktap_test "$change: no connection and no byte is lost" \
		expect_equal "0 0 0 0" "$broken $lost $wrong $failed"
	ktap_test "$change: $node has its fair share of new connections" \
		expect_fair "$node" "$share"
}

# sum_lines NAME... - the sum of each figure in $WORK/lines
sum_lines()
{
	awk -v names="$*" '
		{
			for (i = 1; i < NF; i++)
				sum[$i] += $(i + 1)
		}
		END {
			n = split(names, name, " ")
			for (i = 1; i <= n; i++)
				printf "%d ", sum[name[i]]
			print ""
		}' "$WORK/lines"
}

# begin METHOD NODES... - begins the method and the stream
begin()
{
	method_begin "$@" || return
	stream_start $held $rate $new_rate
}

# end METHOD - also restarts the sink, which ends connections without a client
end()
{
	stream_stop || return
	method_end "$1" || return
	sink_restart
}

late_stay()
{
	local began

	began=$(grep -c '^2 s ' "$logs/b11.log")
	expect_between 1 "$late" "$began" "connections that began at b11"
	stream=late stream_settle
	stream=late stream_mark late
	expect_unbroken
}

run_method() # METHOD
{
	local method=$1

	begin "$method" "${ten[@]:0:4}" || return
	measure_change "$method" "4->5" b5 "${ten[@]:0:5}" || return
	end "$method" || return

	begin "$method" "${ten[@]}" || return
	measure_change "$method" "10->9" b10 "${ten[@]:0:9}" || return
	end "$method" || return

	[ "$method" != migration ] || method=halfway
	begin "$method" "${ten[@]}" || return
	measure_change "$method" "10->11" b11 "${ten[@]}" b11 || return
	if [ "$method" = halfway ]; then
		stream=late stream_start $late $rate 0 --round 2 || return
	fi
	measure_change "$method" "11->10" b11 "${ten[@]}" || return
	if [ "$method" = halfway ]; then
		ktap_test "11->10: connections begun at b11 stay there" late_stay
		stream=late stream_stop || return
	fi
	end "$method"
}

show_table()
{
	local row

	note "$held connections in use, new ones beside them; state: entries kept"
	note "$(printf '%-23s %-6s %6s %7s %6s %6s %17s %5s %6s' '' '' '' bytes \
		bytes new "node's part of" std '')"
	note "$(printf '%-23s %-6s %6s %7s %6s %6s %17s %5s %6s' method change \
		broken lost wrong failed "new ones, fair" err state)"
	for row in "${rows[@]}"; do
		note "$row"
	done
}

declare -A labels=(
	[migration]="hashring, migration"
	[halfway]="the same, turned round"
	[hashring]="hashring, atomic"
	[ipvs]="ipvs mh"
	[lost]="ipvs mh, table lost"
	[sloppy]="the same, sloppy_tcp"
	[resilient]="resilient, idle 120 s"
	[short]="resilient, idle 0 s"
)

ktap_begin
need_module
need_program nft ipvsadm
topology 11
first=$director
topology_director second 2
sink_start || bail_out "no backends"
[ $# -gt 0 ] || set -- migration hashring ipvs lost sloppy resilient short
for method; do
	if run_method "$method"; then
		ktap_pass "${labels[$method]}: measured"
	else
		ktap_fail "${labels[$method]}: measured"
		show_table
		bail_out "$method"
	fi
done
show_table
ktap_finish
