#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# device_goes.sh - a device, or a namespace, goes at once, even if a CPU that went
# offline has cached routes over the device. A device without routes over it costs
# nothing.

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

readonly CPU=1 FLOWS=40
readonly ONLINE=/sys/devices/system/cpu/cpu$CPU/online
tracing=/sys/kernel/tracing/instances/hashring$$

cpu_on()
{
	[ "$(<"$ONLINE")" = 1 ] || echo 1 >"$ONLINE"
}

# cpu_off - for the rest of the test
cpu_off()
{
	trap cpu_on EXIT
	echo 0 >"$ONLINE"
}

# --- a director with four nodes behind one device ------------------------------
#
# b1 and b2 are on the link. b3 is there too, behind a nexthop object. b4 is an
# address of the director: its route leads to lo, and yet holds the device.

front_up()
{
	veth front "$client" 00:00:01 front "$director" | ip -batch - &&
		ip -n "$client" -batch - <<-END &&
		link set front up
		addr add 10.0.0.1/24 dev front
		addr add fd00:a::1/64 dev front nodad
		route add $VIP4 via 10.0.0.2
		route add $VIP6 via fd00:a::2
	END
		ip -n "$director" -batch - <<-END &&
		link set front up
		addr add 10.0.0.2/24 dev front
		addr add fd00:a::2/64 dev front nodad
		route add $VIP4 via 10.0.0.1
		route add $VIP6 via fd00:a::1
	END
		in_ns "$director" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0
}

back_up()
{
	ip -n "$director" -batch - <<-END && ip -6 -n "$director" -batch - <<-END
		link add back type dummy
		link set back up
		addr add 10.1.0.9/24 dev back
		nexthop add id 4 dev back
		route add 10.1.3.0/24 nhid 4
		neigh add 10.1.0.1 lladdr 02:00:00:00:01:01 dev back
		neigh add 10.1.0.2 lladdr 02:00:00:00:01:02 dev back
		neigh add 10.1.3.3 lladdr 02:00:00:00:01:03 dev back
	END
		addr add fd00:b::9/64 dev back nodad
		nexthop add id 6 dev back
		route add fd00:b:3::/64 nhid 6
		neigh add fd00:b::1 lladdr 02:00:00:00:01:01 dev back
		neigh add fd00:b::2 lladdr 02:00:00:00:01:02 dev back
		neigh add fd00:b:3::3 lladdr 02:00:00:00:01:03 dev back
	END
}

mark_output()
{
	in_ns "$director" nft -f - <<-END
		table inet hashring_output {
			chain output {
				type route hook output priority mangle
				ip daddr $VIP4 meta mark set $MARK
				ip6 daddr $VIP6 meta mark set $MARK
			}
		}
	END
}

nodes()
{
	rc ring add web seed 000102030405060708090a0b0c0d0e0f
	rc change web '{
		node add b1 id 1 via 10.1.0.1 via fd00:b::1
		node add b2 id 2 via 10.1.0.2 via fd00:b::2
		node add b3 id 3 via 10.1.3.3 via fd00:b:3::3
		node add b4 id 4 via 10.1.0.9 via fd00:b::9
	}' >"$WORK/change"
}

attach_hook() # HOOK
{
	rc attach add web hook "$1" fwmark "$MARK/$MARK" set "$NODE_MASK" \
		key 5tuple >"$WORK/attached"
}

# --- packets -------------------------------------------------------------------

# Counts the sent packets by the node that steering chose.
count_nodes()
{
	local i

	{
		echo "table inet nodes {"
		printf 'counter b%d { }\n' 1 2 3 4
		echo "chain count { type filter hook postrouting priority filter"
		for i in 1 2 3 4; do
			echo "meta mark & $NODE_MASK == $((i << 16)) counter name b$i"
		done
		printf '}\n}\n'
	} | in_ns "$director" nft -f -
}

# each_got_some SUM - every node got packets, SUM in all
each_got_some()
{
	in_ns "$director" nft list counters table inet nodes |
		awk -v wanted="$1" '
			$1 == "packets" { n++; sum += $2; some += $2 > 0
					  line = line " " $2 }
			END { print "packets by node:" line
			      exit !(n == 4 && some == 4 && sum == wanted) }'
}

# sends NAMESPACE VIP... - $FLOWS flows to each VIP, on the CPU that goes offline
sends()
{
	local ns=$1
	shift

	in_ns "$director" nft reset counters >"$WORK/counters"
	in_ns "$ns" taskset -c "$CPU" bash -c "
		for vip in $*; do
			for ((i = 0; i < $FLOWS; i++)); do
				echo x >/dev/udp/\$vip/$VIP_PORT
			done
		done"
	busywait "$BUSYWAIT_TIMEOUT" each_got_some $((FLOWS * $#))
}

# in_time COMMAND... - ends without a wait for the offline CPU
in_time()
{
	"$@" &
	busywait 10000 pid_gone $!
	wait $!
}

# --- tests ---------------------------------------------------------------------

# goes_test NAME COMMAND... - a test; then restores all for the next test
goes_test()
{
	steer_test "$@"
	[ -e "/run/netns/$director" ] || return
	rc migrate rollback web --now >"$WORK/rollback" 2>&1
	rc ring show web >"$WORK/ring" 2>&1 || nodes
	in_ns "$director" [ -e /sys/class/net/back ] || back_up
}

# A CPU caches routes over the device and goes offline; then the device goes.
cached_then_off() # NAMESPACE VIP...
{
	sends "$@"
	cpu_off
	in_time ip -n "$director" link del back
	cpu_on
	back_up
	sends "$@"
}

goes_prerouting()
{
	attach_hook prerouting
	cached_then_off "$client" "$@"
}

goes_output()
{
	attach_hook output
	cached_then_off "$director" "$@"
}

# b1 leaves, and gets its packets until the end of the migration.
leaving()
{
	attach_hook prerouting
	attach_hook output
	rc node del web b1 --hold >"$WORK/change"
	rc migrate step web --share 5% >"$WORK/step"
	sends "$director" "$VIP4" "$VIP6"
}

goes_migrating()
{
	leaving
	cached_then_off "$client" "$VIP4" "$VIP6"
}

goes_migrating_all_on()
{
	leaving
	in_time ip -n "$director" link del back
	back_up
	sends "$director" "$VIP4" "$VIP6"
}

# The device moves to another namespace, and goes there.
moves_then_goes()
{
	attach_hook prerouting
	sends "$client" "$VIP4" "$VIP6"
	cpu_off
	in_time ip -n "$director" link set back netns "$client"
	in_time ip -n "$client" link del back
	cpu_on
	back_up
	sends "$client" "$VIP4" "$VIP6"
}

# The ring goes first, with its cached routes.
goes_after_ring()
{
	attach_hook prerouting
	sends "$client" "$VIP4" "$VIP6"
	cpu_off
	detach_all
	rc ring del web
	in_time ip -n "$director" link del back
	cpu_on
	back_up
	nodes
}

# b3 is behind a group of nexthops, over devices that no other node uses.
group_begin()
{
	ip -n "$director" -batch - <<-END
	link add back2 type dummy
	link add back3 type dummy
	link set back2 up
	link set back3 up
	END
	ip -6 -n "$director" nexthop add id 62 dev back2
	ip -6 -n "$director" nexthop add id 63 dev back3
	ip -n "$director" nexthop add id 60 group 62/63
	ip -6 -n "$director" route replace fd00:b:3::/64 nhid 60
}

# A route from the group holds both devices, whichever a packet takes, also after
# the removal of the group.
group_goes()
{
	group_begin
	attach_hook prerouting
	sends "$client" "$VIP6"
	ip -n "$director" nexthop del id 60
	in_time ip -n "$director" link del back2
	in_time ip -n "$director" link del back3
	ip -6 -n "$director" route add fd00:b:3::/64 nhid 6
}

queue_holds() # NUMBER
{
	in_ns "$director" grep -qE "^ *7 +[0-9]+ +$1 " \
		/proc/net/netfilter/nfnetlink_queue
}

# Packets steered at output wait in a queue, with their routes.
packets_wait() # VIP
{
	attach_hook output
	in_ns "$director" nft -f - <<-END
		table inet held {
			chain output {
				type filter hook output priority 0
				udp dport $VIP_PORT queue num 7
			}
		}
	END
	ip netns exec "$director" "$ROOT/selftests/nfqueue.py" --hold 7 \
		>"$WORK/ready" &
	holder=$!
	trap 'kill "$holder"' EXIT
	busywait "$BUSYWAIT_TIMEOUT" grep -q ready "$WORK/ready"
	in_ns "$director" bash -c "
		for ((i = 0; i < $FLOWS; i++)); do
			echo x >/dev/udp/$1/$VIP_PORT
		done"
	busywait "$BUSYWAIT_TIMEOUT" queue_holds "$FLOWS"
	in_time ip -n "$director" link del back
	kill "$holder"
	busywait "$BUSYWAIT_TIMEOUT" pid_gone "$holder"
	trap - EXIT
	in_ns "$director" nft delete table inet held
}

packets_of_group_wait()
{
	group_begin
	packets_wait "$VIP6"
	in_time ip -n "$director" link del back2
	in_time ip -n "$director" link del back3
}

count_works()
{
	grep -c hr_netdev_work "$tracing/trace" || :
}

unrelated_costs_nothing()
{
	local i

	# a nexthop object may use any device
	ip -6 -n "$director" route replace fd00:b:3::/64 dev back
	attach_hook prerouting
	attach_hook output
	sends "$client" "$VIP4" "$VIP6"
	sends "$director" "$VIP4" "$VIP6"
	mkdir "$tracing"
	trap 'rmdir "$tracing"' EXIT
	echo 1 >"$tracing/events/workqueue/workqueue_queue_work/enable"
	for i in 1 2 3 4 5 6 7 8 9 10; do
		ip -n "$director" link add other type dummy
		ip -n "$director" addr add "fd00:c::$i/64" dev other nodad
		ip -n "$director" link set other up
		ip -n "$director" link del other
	done
	expect_equal 0 "$(count_works)" "work items for devices that no route leads over"
	ip -n "$director" link del back
	# the work repeats each second while another user holds the device
	expect_between 1 99 "$(count_works)" "work items for the one that has routes"
	back_up
}

users_are()
{
	[ "$(module_users)" = "$1" ]
}

namespace_goes()
{
	local users

	users=$(module_users)
	attach_hook prerouting
	attach_hook output
	sends "$client" "$VIP4" "$VIP6"
	sends "$director" "$VIP4" "$VIP6"
	cpu_off
	ip netns del "$director"
	# a worker of the kernel ends the namespace
	busywait 10000 users_are "$users"
}

ktap_begin
need_program nft taskset "$RINGCTL"
[ -w "$ONLINE" ] || ktap_skip_all "CPU $CPU cannot go offline"
[ "$(<"$ONLINE")" = 1 ] || ktap_skip_all "CPU $CPU is offline"
trap 'cpu_on; lib_exit' EXIT
need_module
kernel_log_mark
setup_ns client director
if ! front_up || ! back_up || ! nodes; then
	bail_out "no director"
fi
if ! mark_vip "$director" $MARK || ! mark_output || ! count_nodes; then
	bail_out "no rules"
fi

goes_test "the CPU is off, the device goes: prerouting" \
	goes_prerouting "$VIP4" "$VIP6"
goes_test "the CPU is off, the device goes: prerouting, IPv4 alone" goes_prerouting "$VIP4"
goes_test "the CPU is off, the device goes: prerouting, IPv6 alone" goes_prerouting "$VIP6"
goes_test "the CPU is off, the device goes: output" goes_output "$VIP4" "$VIP6"
goes_test "the CPU is online, a device goes in a migration" goes_migrating_all_on
goes_test "the CPU is off, a device goes in a migration" goes_migrating
goes_test "the CPU is off, the device goes to another namespace" moves_then_goes
goes_test "the CPU is off, the device goes after its ring" goes_after_ring
if [ -d /sys/kernel/tracing/events/workqueue ]; then
	goes_test "a device without routes costs nothing" unrelated_costs_nothing
else
	ktap_skip "a device without routes costs nothing" "no trace events"
fi
goes_test "a group of nexthops was removed, its devices go" group_goes
for vip in "$VIP4" "$VIP6"; do
	goes_test "a device goes while packets wait: $vip" packets_wait "$vip"
done
goes_test "devices of a nexthop group go while packets wait" packets_of_group_wait
goes_test "the CPU is off, the namespace goes" namespace_goes
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
