#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steer_context.sh - packets that reach the hook in process context: a program
# behind an nft queue accepts these packets, while other packets of the same flows
# arrive in softirq
#
# QUEUE_SECONDS is the time of the mixed test (LONG=1: ten minutes).
#
# long: ten minutes of packets in softirq and in a process

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

: "${QUEUE_SECONDS:=${LONG:+600}}" "${QUEUE_SECONDS:=10}"
tracing=/sys/kernel/tracing

# Every second datagram of the client, and all of the director, pass the queues,
# after the chain that marks packets and before the hook.
queues_begin()
{
	in_ns "$director" nft -f - <<-END
	table inet queues {
		chain prerouting {
			type filter hook prerouting priority -145
			udp dport 7000 numgen inc mod 2 0 queue num 1
		}
		chain output {
			type filter hook output priority -145
			udp dport 7000 queue num 2
		}
	}
	END
	mkfifo "$WORK/ready"
	ip netns exec "$director" "$ROOT/selftests/nfqueue.py" 1 2 >"$WORK/ready" &
	ends_with_script $!
	read -r _ <"$WORK/ready"
}

queued() # QUEUE - the number of packets so far
{
	local queue number

	while read -r queue _ _ _ _ _ _ number _; do
		[ "$queue" != "$1" ] || echo "$number"
	done < <(in_ns "$director" cat /proc/net/netfilter/nfnetlink_queue)
}

# Linux 6.1 warns if packets wait in a queue when any hook is removed.
nothing_waits()
{
	! in_ns "$director" cat /proc/net/netfilter/nfnetlink_queue |
		grep -qvE '^ *[0-9]+ +[0-9]+ +0 '
}

attach_both()
{
	attach web key 5tuple
	rc attach add web hook output fwmark "$MARK/$MARK" \
		set "$NODE_MASK" key 5tuple >"$WORK/attached"
}

reaches_its_node() # VIP
{
	local before own

	own=$(director_back4 1)
	[[ $1 != *:* ]] || own=$(director_back6 1)
	attach_both
	before=$(queued 1)
	send udp "$1" 40
	all_as_looked_up web udp "$1"
	expect_between 10 40 $(($(queued 1) - before)) "packets through the queue"
	before=$(queued 2)
	ip -n "$director" route replace "$1" dev back
	ask "$director" udp "$1" "$own" 1 --ports 16 --mark "$MARK"
	ip -n "$director" route replace unreachable "$1"
	all_as_looked_up web udp "$1"
	expect_between 16 32 $(($(queued 2) - before)) "packets through the queue"
}

# The trace has a line for each new entry, with the context: s, a softirq; b, bottom
# halves off.
flows_in_context() # VIP
{
	attach_both
	mountpoint -q "$tracing" || mount -t tracefs tracefs "$tracing"
	echo 0 >"$tracing/tracing_on"
	echo >"$tracing/trace"
	echo 1 >"$tracing/events/hashring/hashring_flow/enable"
	echo 1 >"$tracing/tracing_on"
	send udp "$1" 60
	echo 0 >"$tracing/events/hashring/hashring_flow/enable"
	grep hashring_flow: "$tracing/trace" >"$WORK/trace"
	expect_match nfqueue grep -m 1 nfqueue "$WORK/trace"
	! grep -vE '\] +[^ ]*[sSbB][^ ]* +[0-9.]+: ' "$WORK/trace"
}

mixed()
{
	local before

	attach_both
	before=$(queued 1)
	SECONDS=0
	while [ "$SECONDS" -lt "$QUEUE_SECONDS" ]; do
		hold
		rc migrate step web --share 40% >"$WORK/change"
		rc migrate rollback web --now >"$WORK/change"
	done
	expect_between 100 1000000000 $(($(queued 1) - before)) "packets through the queue"
	flood_end
	busywait "$BUSYWAIT_TIMEOUT" nothing_waits
	expect_equal 0 "$(attach_count web passed)" passed
	expect_equal 0 "$(attach_count web malformed)" malformed
}

hold()
{
	rc node add web b3 id 3 via "$(backend4 3)" via "$(backend6 3)" --hold \
		>"$WORK/change"
}

steer_begin 3
steer_ring web via
rc node del web b3 >"$WORK/change"
queues_begin
for vip in "$VIP4" "$VIP6"; do
	steer_test "through a queue: each flow is at its node, $vip" reaches_its_node "$vip"
done
hold
for vip in "$VIP4" "$VIP6"; do
	steer_test "through a queue, in a migration: bottom halves are off, $vip" \
		flows_in_context "$vip"
done
rc migrate rollback web --now >"$WORK/change"
flood_begin
steer_test "packets in softirq and in process context, during migrations" mixed
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
