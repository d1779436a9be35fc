#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# soak.sh - everything at once: traffic, changes, migrations, namespaces, rings,
# insmod and rmmod, lack of memory, and CPUs that go offline; no check may fail
#
# The programs are the workers. SOAK_TIME is the number of seconds, SOAK_SEED is
# for random numbers. `make soak` runs the script.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

soak=$ROOT/build/tools/soak
module=${HASHRING_KO:-$ROOT/build/$(uname -r)/hashring.ko}
duration=${SOAK_TIME:-60}
seed=${SOAK_SEED:-$(($(date +%s) % 1000000))}
said=$WORK/said.soak
stages=4 members=6	# as in soak; the plain route has one backend more

# Each stage has addresses, a mark and, until it is attached, a plain route.
prepare_stages()
{
	local i ns vip4 vip6 mark director

	for ((i = 0; i < stages; i++)); do
		vip4=192.0.2.$((20 + i)) vip6=2001:db8:a::$((20 + i))
		mark=$(printf '%#x' $(((i + 1) << 8)))
		director=$((i % 2 + 1))
		ns=${directors[i % 2]}
		for ns in "${backends[@]}"; do
			echo "addr add $vip4/32 dev lo" >>"$WORK/$ns"
			echo "addr add $vip6/128 dev lo nodad" >>"$WORK/$ns"
		done
		ip -n "$client" -batch - <<-END
		route add $vip4 via $(director_front4 $director)
		route add $vip6 via $(director_front6 $director)
		END
		ns=${directors[i % 2]}
		ip -n "$ns" -batch - <<-END
		route add $vip4 via $(backend4 $((members + 1)))
		route add $vip6 via $(backend6 $((members + 1)))
		END
		cat >>"$WORK/$ns.nft" <<-END
		add table inet soak
		add chain inet soak prerouting { type filter hook prerouting priority mangle; }
		add rule inet soak prerouting ip daddr $vip4 meta mark set meta mark or $mark
		add rule inet soak prerouting ip6 daddr $vip6 meta mark set meta mark or $mark
		END
	done
	for ns in "${backends[@]}"; do
		ip -n "$ns" -batch - <"$WORK/$ns"
	done
	# TCP's data about earlier peers would look like a leak.
	for ns in "$client" "${backends[@]}"; do
		in_ns "$ns" sysctl -qw net.ipv4.tcp_no_metrics_save=1
	done
	for ns in "${directors[@]}"; do
		in_ns "$ns" nft -f - <"$WORK/$ns.nft"
	done
}

soak_arguments()
{
	local i

	echo "-t $duration -s $seed -c $client -r $RINGCTL -k $module -w $WORK"
	printf -- '-d %s\n' "${directors[@]}"
	for ((i = 1; i <= members; i++)); do
		echo "-b ${backends[i - 1]}=$(backend4 $i)=$(backend6 $i)"
	done
	echo "-b ${backends[members]}"
}

none() # KIND...: no violation of that kind
{
	! grep -E "^! ($1):" "$said"
}

ended_well()
{
	expect_equal 0 "$status" "exit status"
	! grep '^! died' "$said"
}

need_root
need_program nft pgrep renice "$RINGCTL"
[ -x "$soak" ] || ktap_skip_all "no $soak; make test-tools builds it"
[ -r "$module" ] || ktap_skip_all "no $module; make modules builds it"
ktap_begin
"$ROOT/selftests/vm/load" >"$WORK/load" 2>&1 ||
	bail_out "hashring.ko does not load: $(<"$WORK/load")"
module_loaded_here=1
# The kernel warns at length about refused allocations and killed processes. So
# only errors go to the console meanwhile. Worse faults leave a taint, and soak
# reads the log.
level=$(cut -f 1 /proc/sys/kernel/printk)
dmesg -n 4
# On a busy machine ksoftirqd shares its CPU with two dozen workers, and the
# queue for packets holds only a thousand by default.
pgrep ksoftirqd | xargs renice -n -20 -p >"$WORK/renice" ||
	bail_out "ksoftirqd is as nice as before"
sysctl -qw net.core.netdev_max_backlog=100000
topology $((members + 1))
topology_director second 2
directors=("$director" "$second")
prepare_stages || bail_out "no stages"
# shellcheck disable=SC2046 # many words
"$soak" $(soak_arguments) 2>&1 | tee "$said"
status=${PIPESTATUS[0]}
dmesg -n "$level"
ktap_test "it runs for $duration s, or some more, and ends" ended_well
ktap_test "each packet is at the owner by one map or the next" none owner
ktap_test "no connection breaks but on purpose" none connection
ktap_test "maps, members and digests are those expected" none 'lookup|digest|state'
ktap_test "what is counted is what was sent" none counters
ktap_test "memory is back where it was" none memory
ktap_test "every worker gets on" none stuck
ktap_test "the kernel does not complain" none kernel
ktap_test "all of it has happened" none little
ktap_finish
