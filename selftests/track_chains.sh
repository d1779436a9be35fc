#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# track_chains.sh - senders cannot choose flows that fill one chain of the hash
# table: packets that differ only in the destination, or only in the ports, get as
# many entries as the pool holds
#
# long: a million flows of each policy and protocol; measures the time of the flood
# and of the kernel's workers, beside as many random flows

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

readonly MARK=0x100
if [ -n "${LONG:-}" ]; then
	readonly form=long FLOWS=1000000 POOL=1048576
else
	FLOWS=$(fewer 4096 1024)
	readonly form=short FLOWS POOL=$FLOWS
fi
declare -A vip=([4]=192.0.2.10 [6]=2001:db8:a::10)
declare -A from=([4]=198.18.0.9 [6]=2001:db8:c::9)
declare -A number=([tcp]=6 [udp]=17 [sctp]=132 [plain]=253 [icmp4]=1 [icmp6]=58)
director=''

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

# counted COUNTER - of the migration
counted()
{
	json_number "$1" "$(rc -j migrate show web)"
}

# kworkers - the CPU time of all kworkers so far, in ms
kworkers()
{
	cat /proc/[0-9]*/stat 2>"$WORK/gone" |
		awk '/\(kworker/ { ticks += $15 } END { print ticks * 10 }'
}

# flood FAMILY PROTOCOL KIND FIRST COUNT - prints the time
flood()
{
	in_ns "$director" "$TRAFFIC" flood --vip "${vip[$1]}" --from "${from[$1]}" \
		--protocol "${number[$2]:-${number[$2$1]:-}}" --kind "$3" \
		--first "$4" --count "$5" --mark "$MARK"
}

# A migration that moves every position to another node; nothing has moved yet.
begin() # POLICY
{
	cat >"$WORK/begin" <<-END
	ring add web entries $POOL udp-timeout 1h syn-timeout 1h
	node add web b1 id 1
	attach add web hook output mode observe fwmark $MARK/$MARK key $1
	change web --hold { node del b1; node add b2 id 2 }
	END
	rc -b "$WORK/begin" >"$WORK/said"
}

ends()
{
	cat >"$WORK/end" <<-END
	migrate finish web --force
	attach del web
	ring del web
	END
	rc -b "$WORK/end"
}

all_noted() # NUMBER
{
	local shown

	shown=$(rc -j migrate show web)
	expect_equal "$1" "$(json_number entries "$shown")" "entries"
	expect_equal 0 "$(json_number not_noted "$shown")" "not noted"
	expect_equal 0 "$(json_number no_entry "$shown")" "without an entry"
}

# Half of the flows differ in the ports, in protocols with ports.
crafted() # FAMILY PROTOCOL COUNT
{
	local half=0

	case $2 in
	tcp | udp | sctp)
		half=$(($3 / 2))
		# other ports than those of the second half
		flood "$1" "$2" p 1 "$half"
		;;
	esac
	flood "$1" "$2" d 1 $(($3 - half))
}

short() # FAMILY PROTOCOL POLICY
{
	begin "$3"
	crafted "$1" "$2" "$FLOWS"
	all_noted "$FLOWS"
	flood "$1" "$2" d $((FLOWS + 1)) 100
	expect_equal "$POOL" "$(counted entries)" "entries of a full pool"
	expect_equal 100 "$(counted not_noted)" "more than it holds"
}

# sum - of the times that flood printed
sum()
{
	awk '{ ms += $4 } END { print ms }'
}

long() # FAMILY PROTOCOL POLICY
{
	local before random_ms random_work crafted_ms

	begin "$3"
	before=$(kworkers)
	random_ms=$(flood "$1" "$2" r 1 "$FLOWS" | sum)
	random_work=$(($(kworkers) - before))
	all_noted "$FLOWS"
	ends
	begin "$3"
	before=$(kworkers)
	crafted_ms=$(crafted "$1" "$2" "$FLOWS" | sum)
	echo "$FLOWS crafted: $crafted_ms ms, workers $(($(kworkers) - before)) ms," \
		"entries $(counted entries);" \
		"random: $random_ms ms, workers $random_work ms" >"$WORK/figures"
	all_noted "$FLOWS"
}

chain_test() # FAMILY PROTOCOL POLICY
{
	rm -f "$WORK/figures"
	ktap_test "IPv$1, $2, key $3: all flows get entries" "$form" "$@"
	[ ! -e "$WORK/figures" ] || note "$(<"$WORK/figures")"
	ends >"$WORK/ended" 2>&1
}

ktap_begin
need_module
need_program "$RINGCTL" "$TRAFFIC"
kernel_log_mark
setup_ns director
# The one neighbour is behind a dummy device, which drops all packets.
ip -n "$director" -batch - <<END || bail_out "no dummy device"
link add away type dummy
link set away up
addr add 198.51.100.1/24 dev away
addr add fd00:b::1/64 dev away nodad
route add default via 198.51.100.2
route add default via fd00:b::2
END
for family in 4 6; do
	for policy in source 5tuple 5tuple-sym; do
		for protocol in tcp udp sctp plain icmp; do
			chain_test $family $protocol $policy
		done
	done
done
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
