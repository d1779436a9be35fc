#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# track_reuse.sh - while a node drains, a connection from the port of one that has ended
# is a new flow, at the present owner; and a connection of which only one half has ended
# stays. Backends answer by their names.
#
# one kernel: the track reads the segments itself; track_chains.sh has the hooks of each kernel
# long: each key policy with IPv4 and IPv6

# shellcheck disable=SC2317 # ktap_test calls the functions
# shellcheck disable=SC2154 # lib.sh sets them

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"
# shellcheck source=selftests/track_lib.sh
. "$(dirname "$0")/track_lib.sh"

readonly FLOWS=16
port=20000	# each test uses another

all_same() # COMMAND NAME... - of the clients: each connection is where it began
{
	expect_equal "same $FLOWS other 0 broken 0" "$(talk "$@")" "$*"
}

opens() # NAME
{
	all_same open "$1" "${first[$family]}" "$FLOWS" "$port"
	talk nodes "$1" >"$WORK/sent"
}

# at_node NODE - the number of connections there, when they were opened last
at_node()
{
	cut -d ' ' -f 3 "$WORK/sent" | grep -cx "$1" || :
}

# at_owners - each connection is at the owner of its position
at_owners()
{
	all_as_looked_up web tcp "${vip[$family]}" key "$key"
}

flows_end()
{
	talk reset old
}

reuse_test() # NAME COMMAND... - a test with a new ring
{
	((++port))
	ring_test "IPv$family, key $key: $1" 4 "${@:2}"
}

# --- the tests --------------------------------------------------------------

# ends_again COMMAND NODE... - the connections end by COMMAND and begin again from their
# ports: none is at the nodes that drain
ends_again()
{
	local node

	talk "$1" old
	opens old
	at_owners
	for node in "${@:2}"; do
		expect_equal 0 "$(at_node "$node")" "at $node after $1"
	done
	all_same talk old
}

opened_again()
{
	local pinned

	opens old
	pinned=$(at_node b1)
	expect_between 1 $((FLOWS - 1)) "$pinned" "at b1"
	rc node set web b1 state draining deadline 10m
	all_same talk old
	expect_equal "$pinned" "$(stat pinned)" "pinned"
	ends_again reset b1
	ends_again finish b1
	ends_again reset b1
	ends_again finish b1
	expect_equal 0 "$(stat pinned)" "pinned"
	# Now the connections in these arcs have entries, at their owners.
	rc node set web b2 state draining deadline 10m
	all_same talk old
	expect_between 1 "$FLOWS" "$(stat pinned)" "pinned"
	ends_again finish b1 b2
	ends_again reset b1 b2
	expect_equal 0 "$(stat pinned)" "pinned"
}

# run_ended - the migration that runs in the background has ended
run_ended()
{
	pid_gone "$run" && rc migrate show web | grep -q '^web \(none\|done\)'
}

# Clients with one port end their connections when they are told, and connect again.
drain_ends()
{
	local run i

	opens old
	expect_between 1 $((FLOWS - 1)) "$(at_node b1)" "at b1"
	rc node set web b1 state draining --hold
	all_same talk old
	rc migrate run web --batch 100% --quiet 1s >"$WORK/run" 2>&1 &
	run=$!
	busywait "$BUSYWAIT_TIMEOUT" window_closed
	all_same talk old
	for i in reset finish; do
		ends_again "$i" b1
	done
	busywait "$BUSYWAIT_TIMEOUT" run_ended
	wait "$run"
	all_same talk old
}

# A client that has sent its FIN gets more for longer than fin-timeout. Without its entry
# an ACK of the client goes to another backend, which resets the connection.
half_ends()
{
	local pinned

	opens old
	pinned=$(at_node b1)
	expect_between 1 $((FLOWS - 1)) "$pinned" "at b1"
	rc node set web b1 state draining deadline 10m
	all_same talk old
	rc migrate resume web --quiet 1s
	busywait "$BUSYWAIT_TIMEOUT" window_closed
	all_same half old 1 5 5
	all_same rest old
	expect_equal "$pinned" "$(stat pinned)" "pinned"
	expect_equal 0 "$(stat ended)" "ended"
	expect_error '' 1 grep '  closing  ' <(rc migrate flows web)
}

# --- run --------------------------------------------------------------------

ktap_begin
need_module
need_program nft python3 "$RINGCTL"
kernel_log_mark
topology 4
mark_vip "$director" $MARK
keep_hooks
# A port is free again at once after its connection has ended.
in_ns "$client" sysctl -qw net.ipv4.tcp_max_tw_buckets=0
for ((i = 1; i <= 4; i++)); do
	sinks+=("b$i=${backends[i - 1]}")
done
pid=$("$ROOT/selftests/reuse.py" serve "$VIP4,$VIP6" "${sinks[@]}") ||
	bail_out "no backends"
ends_with_script "$pid"
talker "$ROOT/selftests/reuse.py" client
cases=(4:5tuple 6:5tuple-sym 4:source)
[ -z "${LONG:-}" ] || cases+=(6:5tuple 4:5tuple-sym 6:source)
for case in "${cases[@]}"; do
	family=${case%:*} key=${case#*:}
	settings=()
	reuse_test "a port after RST and FIN begins at the new owner" opened_again
	reuse_test "a drain ends, with clients of one port" drain_ends
	settings=(fin-timeout 3s)
	reuse_test "a half-closed connection stays" half_ends
done
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
