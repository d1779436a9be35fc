#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# readme.sh - the quick start in README.md: its commands run as written, and have
# the described effect

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/doc_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/doc_lib.sh"

readonly README=$ROOT/README.md SECTION="Two minutes" VIP=192.0.2.10 FLOWS=40

rc()
{
	"$RINGCTL" -n "$director" "$@"
}

# A director with the VIP of README's packets, and a device to the nodes' addresses.
build_director()
{
	setup_ns client director
	ip -batch - <<<"$(veth out "$client" 01:00:01 front "$director")" &&
		ip -n "$client" -batch - <<-END && ip -n "$director" -batch - <<-END || return 1
	link set out up
	addr add 198.18.0.2/24 dev out
	route add $VIP/32 via 198.18.0.1
	END
	link add back type dummy
	link set front up
	link set back up
	addr add 198.18.0.1/24 dev front
	addr add 10.0.0.254/24 dev back
	addr add $VIP/32 dev lo
	END
	# Counts packets with README's mark.
	in_ns "$director" nft -f - <<-END
	table inet arrivals {
		counter here { }
		chain input {
			type filter hook input priority filter
			ip daddr $VIP udp dport 7000 meta mark 0x100 counter name here
		}
	}
	END
}

# The page is written into $WORK.
quick_start()
{
	doc_commands "$README" "$SECTION" 'to see what it would do' >"$WORK/first"
	cd "$WORK"
	run_commands "$director" "$WORK/first" >"$WORK/said"
}

# Each datagram is a flow, from a new port.
send_flows()
{
	local i

	for ((i = 0; i < FLOWS; i++)); do
		echo hello >"/dev/udp/$VIP/7000"
	done
}

observed()
{
	expect_equal "$FLOWS" "$(json_number packets "$(rc -j -s attach show web)")" observed &&
		expect_match "packets $FLOWS " in_ns "$director" nft list counter inet arrivals here
}

only_observed()
{
	in_ns "$client" bash -c "VIP=$VIP FLOWS=$FLOWS; $(declare -f send_flows); send_flows"
	busywait "$BUSYWAIT_TIMEOUT" observed
	expect_match " steered $FLOWS forwarded 0 passed 0 dropped 0" rc -s attach show web
}

# moved REGEX - in the plan or receipt whose first line matches
moved()
{
	sed -nE "/$1/,/^ moved/s/^ moved ([0-9.]+%) .*/\\1/p" "$WORK/said"
}

plan_and_receipt()
{
	expect_match '^[1-9][0-9.]*%$' moved '^web generation 2 planned'
	expect_equal "$(moved '^web generation 2 planned')" "$(moved '^web generation 2  added 1')"
	expect_match '^[1-9][0-9.]*%$' moved '^web generation 3  removed 1'
	expect_match ' 2 .*nodes 2 -> 3 .*\+b3 via 10\.0\.0\.3' grep -F '  2 20' "$WORK/said"
}

back_again()
{
	expect_equal "b1 b2" "$(rc node show web | awk '$1 ~ /^b/ { print $1 }' | xargs)"
	rc ring add twin seed "$(rc -j ring show web | sed -n 's/.*"seed":"\([^"]*\)".*/\1/p')"
	rc change twin '{ node add b1 via 10.0.0.1 ; node add b2 via 10.0.0.2 }'
	expect_equal "$(rc digest twin)" "$(rc digest web)"
}

page_written()
{
	expect_match '</html>' tail -n 5 "$WORK/web.html"
}

# Ctrl-C is typed at a terminal after the first batch; the later commands still run.
migration()
{
	local status=0

	doc_commands "$README" "$SECTION" 'breaks no connection' >"$WORK/second"
	{
		# shellcheck disable=SC2016 # for the shell that runs it
		echo "trap 'echo \"\$?: \$BASH_COMMAND\" >>$WORK/failed' ERR"
		cat "$WORK/second"
	} >"$WORK/typed"
	: >"$WORK/failed"
	PATH=${RINGCTL%/*}:$PATH in_ns "$director" \
		python3 "$ROOT/selftests/typed.py" 'running .*moved [1-9]' bash "$WORK/typed" \
		>"$WORK/migrated" || status=$?
	sed -i 's/\r/\n/g' "$WORK/migrated"
	expect_equal 0 "$status" "$(tail -n 3 "$WORK/migrated")"
	expect_match '^5: ringctl migrate run [^
]*$' cat "$WORK/failed"
	expect_match 'generation 4 held  added 1' cat "$WORK/migrated"
	expect_match '"paused"' rc -j migrate show web
	expect_match 'web paused' cat "$WORK/migrated"
}

to_its_end()
{
	rc migrate run web --interval 0 --quiet 1ms
	expect_match '^web done' rc migrate show web
}

ktap_begin
need_program nft ip python3 "$RINGCTL" "$RINGLAB"
need_module
kernel_log_mark
build_director >"$WORK/built" 2>&1 || bail_out "no director: $(<"$WORK/built")"
ktap_test "the quick start's commands run" quick_start
ktap_test "packets are counted, and not steered" only_observed
ktap_test "the change moved as planned, and the history has the change" plan_and_receipt
ktap_test "reverted, the ring is as before" back_again
ktap_test "the report's page is written" page_written
ktap_test "a migration is held, paced, and paused by Ctrl-C" migration
ktap_test "the migration is resumed, to its end" to_its_end
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
