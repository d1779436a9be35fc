#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# migrate_witness.sh - the tools that check connections report every fault
#
# Between a client and a backend, witness_faults.py changes, repeats or drops bytes.
# The script needs no module.
#
# one kernel: the tools alone decide
# shellcheck disable=SC2034,SC2317 # for the library; ktap_test calls by name

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=selftests/lib.sh
. "$here/lib.sh"
# shellcheck source=selftests/migrate_lib.sh
. "$here/migrate_lib.sh"

exchange=256	# bytes
# The faults of witness_faults.py in order, and the figures that report each.
faults=(
	"nothing: broken 0 lost 0 wrong 0"
	"a byte of a request changed: strange 1 lost $exchange wrong 1"
	"a byte of an answer changed: strange 1 lost $exchange wrong 1"
	"an answer repeated: strange 1"
	"answers swallowed: silent 1 lost $exchange wrong 0"
	"another backend's name: strange 1 lost $exchange wrong 1"
	"a reset: reset 1 lost $exchange wrong 0"
	"a close: reset 1 lost $exchange wrong 0"
)

sees() # FLOW "NAME NUMBER ..."
{
	local name number

	stream_first=$1
	stream_start 1 200 0 --tries 10
	# The fault comes after a few exchanges.
	for number in 1 2 3 4 5 6 7 8; do
		stream_settle
	done
	stream_stop
	echo "$stream_line"
	# shellcheck disable=SC2086 # a list of words
	set -- $2
	while [ $# -gt 0 ]; do
		expect_equal "$2" "$(stream_figure "$1")" "$1"
		shift 2
	done
}

forged_segments_arrive()
{
	local flags arrived

	in_ns "$client" nft -f - <<-'END'
	table ip forged {
		counter bare { }
		chain input {
			type filter hook input priority 0;
			tcp dport 7000 tcp flags & (fin|syn|rst|ack) == { fin, syn, rst } counter name bare
		}
	}
	END
	stream_start 20 200 0
	for flags in S R F; do
		"$TRAFFIC" forge "${sources[@]}" --first 0 --count 20 \
			--flags "$flags" --times 3
	done
	stream_settle
	stream_stop
	expect_unbroken
	# The forged segments, and the SYN of each connection, which may be sent again.
	arrived=$(in_ns "$client" nft list counter ip forged bare | awk '/packets/ { print $2 }')
	expect_between $((20 * 3 * 3 + 20)) 1000 "$arrived" "segments that arrived"
}

lost_datagrams_are_counted()
{
	local said

	in_ns "$client" nft 'add table ip lossy
		add chain ip lossy input { type filter hook input priority 0; }
		add rule ip lossy input udp dport 7000 udp sport 10000 drop'
	said=$("$TRAFFIC" oneway "${sources[@]}" --count 6400 --rate 20000 --round 9)
	expect_match 'sent 6400 ' echo "$said"
	expect_error '' 1 "$TRAFFIC" count --log "$logs" --kind w --count 6400 \
		--tries 5 9
	said=$("$TRAFFIC" count --log "$logs" --kind w --count 6400 --tries 5 9 || :)
	expect_equal "$(sent_from_port 10000)" "$(sed -n 's/^missing //p' <<<"$said")"
	expect_match "load b1 " echo "$said"
}

sent_from_port() # PORT
{
	"$TRAFFIC" list "${sources[@]}" --count 6400 --kind u | awk -v port="$1" '$3 == port' |
		wc -l
}

bad_words_refused()
{
	expect_error 'no flags of TCP' 1 "$TRAFFIC" forge "${sources[@]}" \
		--count 1 --flags X
	expect_error 'is no command' 1 "$TRAFFIC" stream "${sources[@]}" \
		--count 1 <<<"dance"
}

need_root
need_program nft python3
ktap_begin
setup_ns client
pid=$("$TRAFFIC" sink --vip 127.0.0.1 --port 7000 --log "$logs" "b1=$client") ||
	bail_out "no backend"
ends_with_script "$pid"
pid=$(in_ns "$client" python3 "$here/witness_faults.py" 7001 7000) || bail_out "no witness_faults.py"
ends_with_script "$pid"
sources=(--netns "$client" --vip 127.0.0.1 --from 127.0.0.0 --port 7001)
for flow in "${!faults[@]}"; do
	ktap_test "reported: ${faults[flow]}" sees "$flow" "${faults[flow]#*: }"
done
sources=(--netns "$client" --vip 127.0.0.1 --from 127.0.0.0 --port 7000)
ktap_test "forged segments arrive and break nothing" forged_segments_arrive
ktap_test "lost datagrams are counted" lost_datagrams_are_counted
ktap_test "unknown words are refused" bad_words_refused
ktap_finish
