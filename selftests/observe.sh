#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# observe.sh - trace events have the figures of the receipts and the words of the
# refusals, and stats --prometheus has the values of stats -j

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

readonly SEED=000102030405060708090a0b0c0d0e0f
tracing=/sys/kernel/tracing/instances/hashring$$

# traced [EVENT] - the trace without process and time: all events, or the fields of
# one kind
traced()
{
	sed -n "s/.*: hashring_\(${1:-[a-z_]*}\): /\1 /p" "$tracing/trace" |
		if [ $# = 0 ]; then cat; else sed 's/^[^ ]* //'; fi
}

trace_on()
{
	echo >"$tracing/trace"
	echo 1 >"$tracing/events/hashring/enable"
}

trace_off()
{
	echo 0 >"$tracing/events/hashring/enable"
}

inum() # NAMESPACE
{
	stat -Lc %i "/run/netns/$1"
}

# --- trace events ------------------------------------------------------------

has_events()
{
	local event

	for event in change refused no_owner; do
		expect_match "^hashring_$event\$" grep -o "hashring_$event\$" \
			"$tracing/events/hashring/hashring_$event/format"
		# the documentation names the same fields as the event.
		sed -n "s/.*field:.*[ ]\([a-z_]*\)\(\[\]\)\?;.*/\1/p" \
			"$tracing/events/hashring/hashring_$event/format" |
			grep -v '^common_' | sort >"$WORK/fields"
		[ "$(wc -l <"$WORK/fields")" -gt 4 ]
		sed -n "/^| \`hashring_$event\`/p" "$ROOT/Documentation/observe.md" |
			cut -d '|' -f 4 | grep -o '[a-z_]*' | sort |
			diff "$WORK/fields" -
	done
}

# receipt_fields RING GENERATION - from the history, in the format of the event
receipt_fields()
{
	local key json

	json=$(rc -j history "$1" generation "$2")
	echo -n "netns=$(inum "$director") ring=$1"
	for key in generation added removed set replaced moved gained lost \
		required collateral nodes_after bytes_after build_ns; do
		echo -n " ${key%_after}=$(json_number "$key" "$json")"
	done
	echo
}

changes()
{
	local generation

	trace_on
	rc ring add told seed "$SEED"
	rc change told '{ node add t1 ; node add t2 weight 3 ; node add t3 }'
	rc node add told t4
	rc plan told '{ node del t1 }'	# not a change
	rc node replace told t2 t5
	rc change told '{ node del t1 ; node set t3 weight 2 ; node add t6 }'
	rc node set told t4 state down
	rc change told '{ node del t3 ; node del t4 ; node del t5 ; node del t6 }'
	trace_off
	for generation in {1..6}; do
		receipt_fields told "$generation"
	done >"$WORK/wanted"
	traced change | diff "$WORK/wanted" -
	expect_equal 6 "$(traced | wc -l)" "events"
	# figures that an event of zeros does not have
	expect_match ' added=3 .* gained=4294967296 ' sed -n 1p "$WORK/wanted"
	expect_match ' replaced=1 moved=[1-9].* collateral=0 ' sed -n 3p "$WORK/wanted"
	expect_match ' added=1 removed=1 set=1 .* collateral=[1-9]' \
		sed -n 4p "$WORK/wanted"
	expect_match ' lost=4294967296 .* nodes=0 ' sed -n 6p "$WORK/wanted"
	rc ring del told
}

# Each kind of change is refused; the event has the text that ringctl printed.
refusals()
{
	local here

	here=$(inum "$director")
	{
		echo "node add b1 id 99"
		seq -f 'node add many%.0f' 5000
	} >"$WORK/many"
	trace_on
	# one operation, one of several, a plan, a change in many messages
	expect_error 'no such node: b9' 2 rc node del web b9
	expect_error 'operation 2: no such node: b9' 2 \
		rc change web '{ node add b8 ; node del b9 }'
	expect_error 'no such node: b9' 2 rc plan web '{ node del b9 }'
	expect_error "operation 1: node exists already$(detail ': b1')" 2 \
		rc change web -f "$WORK/many"
	# the whole change
	expect_error "generation does not match$(detail ': 1, not 7')" 3 \
		rc change web '{ node del b1 }' --generation 7
	expect_error 'would move more than is allowed' 4 \
		rc change web '{ node add b9 }' --max-moved 1%
	expect_error 'no such ring' 2 rc node add nosuch b1
	trace_off
	traced >"$WORK/said"
	expect_equal 7 "$(wc -l <"$WORK/said")" "events"
	sed 's/allowed: [0-9.]*%/allowed: N%/' "$WORK/said" >"$WORK/shape"
	diff - "$WORK/shape" <<END
refused netns=$here ring=web dry_run=0 error=-2 text="no such node$(detail ': b9')"
refused netns=$here ring=web dry_run=0 error=-2 text="no such node$(detail ': b9')"
refused netns=$here ring=web dry_run=1 error=-2 text="no such node$(detail ': b9')"
refused netns=$here ring=web dry_run=0 error=-17 text="node exists already$(detail ': b1')"
refused netns=$here ring=web dry_run=0 error=-116 text="generation does not match$(detail ': 1, not 7')"
refused netns=$here ring=web dry_run=0 error=-122 text="would move more than is allowed$(detail ': N%, not 1.000%')"
refused netns=$here ring=nosuch dry_run=0 error=-2 text="no such ring$(detail ': nosuch')"
END
}

# --- packets -----------------------------------------------------------------

# without_owner PROTOCOL NUMBER VIP COUNT DROPPED WORD... - each packet sent is
# traced, with its own position
without_owner()
{
	local protocol=$1 number=$2 vip=$3 count=$4 dropped=$5 family=4
	local source port dport=7000 id said

	[[ $vip != *:* ]] || family=6
	attach nobody key 5tuple "${@:6}"
	id=$(json_number id "$(rc -j attach show nobody)")
	trace_on
	send "$protocol" "$vip" "$count" --timeout 1
	said="$(attach_count nobody passed) $(attach_count nobody dropped)"
	trace_off
	[ "$protocol" != plain ] || dport=0
	while read -r source port _; do
		[ "$protocol" != plain ] || port=0
		echo "lookup nobody flow ${protocol/plain/253} $source $port $vip $dport"
	done <"$WORK/sent" >"$WORK/batch"
	rc -j -b "$WORK/batch" | sed "s/.*\"position\":\([0-9]*\).*/netns=$(inum \
		"$director") ring=nobody attach=$id family=$family protocol=$number position=\1 dropped=$dropped/" |
		sort >"$WORK/wanted"
	expect_equal "$count" "$(sort -u "$WORK/wanted" | wc -l)" "positions"
	traced no_owner | sort >"$WORK/said"
	# TCP may have sent a SYN again
	sort -u "$WORK/said" | diff "$WORK/wanted" -
	if [ "$dropped" = 1 ]; then
		expect_equal "0 $(wc -l <"$WORK/said")" "$said" "passed and dropped"
	else
		expect_equal "$(wc -l <"$WORK/said") 0" "$said" "passed and dropped"
	fi
	expect_equal '' "$(traced | sed '/^no_owner/d')" "other events"
}

owned()
{
	attach web key 5tuple
	trace_on
	send udp "$VIP4" 8
	trace_off
	all_as_looked_up web udp "$VIP4"
	expect_equal '' "$(traced)" "events"
}

silent()
{
	trace_on
	trace_off
	attach nobody key 5tuple
	send plain "$VIP4" 3
	expect_equal 3 "$(attach_count nobody passed)" passed
	rc node add nobody n1 state down
	rc node del nobody n1
	expect_error 'no such node: b9' 2 rc node del web b9
	expect_equal '' "$(traced)" "events"
}

filtered()
{
	trace_on
	echo 'ring == "nobody" && added > 0' \
		>"$tracing/events/hashring/hashring_change/filter"
	rc node set web b1 weight 2
	rc node add nobody n1 state down
	rc node set web b1 weight 1
	rc node del nobody n1
	trace_off
	echo 0 >"$tracing/events/hashring/hashring_change/filter"
	expect_match '^change .* ring=nobody .*added=1 [^'$'\n'']*$' traced
}

# --- Prometheus --------------------------------------------------------------

agrees() # LABEL WORD... - with the values of stats -j
{
	local netns=$1
	shift

	"$RINGCTL" "${@:1:2}" stats "${@:3}" --prometheus >"$WORK/prom"
	"$RINGCTL" "${@:1:2}" -j stats "${@:3}" >"$WORK/json"
	"$ROOT/selftests/prometheus_by_json.py" "$netns" "$WORK/prom" "$WORK/json"
}

figures()
{
	attach web key 5tuple
	rc attach add nobody hook output fwmark 7/7 key source mode observe
	send udp "$VIP4" 20
	send udp "$VIP6" 20
	rc node set web b3 state draining
	agrees "$director" -n "$director"
	# the values are not all zero
	expect_match "^hashring_attachment_steered_total\{netns=\"$director\",ring=\"web\",id=\"[0-9]+\",hook=\"prerouting\"\} 40\$" \
		grep '^hashring_attachment_steered_total.*"web"' "$WORK/prom"
	expect_match 'node="b3",state="draining"} 1' cat "$WORK/prom"
	expect_equal 2 "$(nr_rings)" "rings"
	rc node set web b3 state active
}

nr_rings()
{
	grep -c '^hashring_ring_generation{' "$WORK/prom"
}

one_ring()
{
	agrees "$director" -n "$director" web
	expect_equal 1 "$(nr_rings)" "rings"
	expect_equal '' "$(sed -n /nobody/p "$WORK/prom")"
	expect_error 'no such ring' 2 rc stats nosuch --prometheus
	expect_error 'exclude each other' 1 rc -j stats web --prometheus
}

all_rings()
{
	rc -j stats >"$WORK/all"
	expect_equal "[$(rc -j stats nobody),$(rc -j stats web)]" "$(<"$WORK/all")"
	rc stats >"$WORK/all"
	{
		rc stats nobody
		rc stats web
	} | diff - "$WORK/all"
	expect_equal '' "$("$RINGCTL" -n "$lan" stats)"
	expect_equal '[]' "$("$RINGCTL" -n "$lan" -j stats)"
	agrees "$lan" -n "$lan" >"$WORK/said"
	expect_equal '0 samples' "$(<"$WORK/said")"
}

# A path may have any of these characters.
odd_label()
{
	local name=$'a"b\\c\nd{} e'

	ln -s "/run/netns/$director" "$WORK/$name"
	agrees "$name" -n "$WORK/$name"
	expect_match 'netns="a\\"b\\\\c\\nd\{\} e",ring="web"' cat "$WORK/prom"
	# without -n, the label is empty
	in_ns "$director" "$RINGCTL" stats web --prometheus |
		sed 's/netns=""/netns="'"$director"'"/' >"$WORK/here"
	rc stats web --prometheus | diff - "$WORK/here"
}

# The documentation has this command for every minute.
collected()
{
	local folder=$WORK/collector line

	mkdir "$folder"
	line=$(sed -n 's/^ *ExecStart=\(.*\)$/\1/p' "$ROOT/Documentation/observe.md")
	expect_match '^/bin/sh -c .*ringctl stats --prometheus' echo "$line"
	line=${line//\/var\/lib\/prometheus\/node-exporter/$folder}
	PATH=${RINGCTL%/*}:$PATH in_ns "$director" sh -c "$line"
	expect_equal hashring.prom "$(ls "$folder")"
	"$RINGCTL" -n "$director" -j stats >"$WORK/json"
	"$ROOT/selftests/prometheus_by_json.py" '' "$folder/hashring.prom" "$WORK/json"
	expect_equal 644 "$(stat -c %a "$folder/hashring.prom")" "mode"
	# A failed run leaves the old file.
	cp "$folder/hashring.prom" "$WORK/kept"
	expect_error 'no hashring family|network namespace' any env \
		PATH="${RINGCTL%/*}:$PATH" sh -c "${line/ringctl/ringctl -n nowhere}"
	cmp "$WORK/kept" "$folder/hashring.prom"
}

[ -d /sys/kernel/tracing/instances ] || ktap_skip_all "no tracefs"
/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null ||
	ktap_skip_all "no python3-prometheus-client"
steer_begin 3
mkdir "$tracing" || bail_out "no instance of tracing"
# The tracer records process names by probes in the scheduler, and patches the
# scheduler's code for these probes: see vm/suite.
echo 0 >"$tracing/options/record-cmd"
steer_ring web via
rc ring add nobody seed "$SEED"
ktap_test "the events have the fields that are documented" has_events
ktap_test "a change is traced with its receipt's figures" changes
ktap_test "a refusal is traced with its words" refusals
steer_test "UDP over IPv4 without an owner" without_owner udp 17 "$VIP4" 5 0
steer_test "UDP over IPv6 without an owner" without_owner udp 17 "$VIP6" 5 0
steer_test "TCP without an owner" without_owner tcp 6 "$VIP4" 3 0
steer_test "a protocol without ports, dropped" \
	without_owner plain 253 "$VIP4" 4 1 none drop
steer_test "an observer drops nothing" \
	without_owner plain 253 "$VIP6" 4 0 none drop mode observe
steer_test "packets with an owner leave no trace" owned
steer_test "events that are not enabled leave no trace" silent
ktap_test "events can be filtered" filtered
steer_test "stats --prometheus has every value of stats -j" figures
ktap_test "stats --prometheus of one ring" one_ring
ktap_test "stats of all rings" all_rings
ktap_test "labels are escaped" odd_label
ktap_test "the collector's file is whole" collected
rmdir "$tracing"
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
