# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lib.sh - shared by all kselftest scripts: KTAP, expectations, waiting,
# namespaces and a topology. Scripts source this file:
#
#	# shellcheck source=selftests/lib.sh
#	. "$(dirname "$0")/lib.sh"
#	ktap_begin
#	need_module
#	topology 4
#	joins() { "$RINGCTL" -n "$director" node add web b5; }
#	ktap_test "a node joins" joins
#	ktap_finish
#
# A script exits with 0 when every test passed. The status is 1 when a test failed
# or the script ended before ktap_finish, and 4 when the script cannot run here.
# At its end a script removes all that it made; a leftover is a failure.

set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
: "${RINGCTL:=$ROOT/build/user/ringctl/ringctl}" "${RINGLAB:=$ROOT/build/user/ringlab/ringlab}"
: "${TRAFFIC:=$ROOT/build/tools/traffic}"
WORK=$(mktemp -d /tmp/hashring-test.XXXXXX) || exit 1
export ROOT RINGCTL RINGLAB TRAFFIC WORK
# shellcheck source=selftests/vm/faults.sh
. "$ROOT/selftests/vm/faults.sh"

readonly KSFT_FAIL=1 KSFT_SKIP=4
BUSYWAIT_TIMEOUT=${BUSYWAIT_TIMEOUT:-20000}	# ms

# A pipe without a writer: `read -t` on this pipe sleeps without a process.
exec {lib_never}<> <(:)

# --- KTAP -------------------------------------------------------------------

ktap_number=0 ktap_passed=0 ktap_failed=0 ktap_skipped=0 ktap_planned=''
ktap_open=''	# set from ktap_begin to ktap_finish; empty in a script without KTAP

ktap_begin()
{
	ktap_open=1
	echo "TAP version 13"
}

# ktap_plan NUMBER - for a number that is known beforehand; default: a count at the end
ktap_plan()
{
	ktap_planned=$1
	echo "1..$ktap_planned"
}

# note TEXT... - a comment, for figures that are reported and not asserted
note()
{
	printf '# %s\n' "$*"
}

ktap_pass() # NAME
{
	((++ktap_number, ++ktap_passed))
	echo "ok $ktap_number - $1"
}

ktap_fail() # NAME [FILE with what was seen]
{
	((++ktap_number, ++ktap_failed))
	echo "not ok $ktap_number - $1"
	[ -z "${2:-}" ] || sed 's/^/# /' "$2"
}

ktap_skip() # NAME WHY
{
	((++ktap_number, ++ktap_skipped))
	echo "ok $ktap_number - $1 # SKIP $2"
}

# ktap_skip_all WHY - the script cannot run here
ktap_skip_all()
{
	echo "1..0 # SKIP $*"
	ktap_open=''
	exit $KSFT_SKIP
}

# bail_out WHY - no later test would make sense
bail_out()
{
	echo "Bail out! $*"
	ktap_open=''
	exit $KSFT_FAIL
}

# ktap_test NAME COMMAND... - one test
#
# COMMAND, usually a function, runs in a subshell, and the first command that fails
# ends the subshell. Variables set there are lost (a file in $WORK keeps a value).
# Bash ignores failures after if, &&, || and !, so ktap_test must not stand there.
# On failure the test prints the output, and the command that failed.
ktap_test()
{
	# A local variable here hides a variable of the script with the same name.
	local ktap_name=$1 ktap_status
	shift

	(
		set -eE
		trap 'echo "line $LINENO: exit status $?: $BASH_COMMAND"' ERR
		"$@"
	) >"$WORK/ktap_said" 2>&1
	ktap_status=$?
	if [ $ktap_status = 0 ]; then
		ktap_pass "$ktap_name"
	else
		ktap_fail "$ktap_name" "$WORK/ktap_said"
	fi
	return 0
}

# ktap_finish - the plan and the totals; ends the script
ktap_finish()
{
	ktap_open=''
	tear_down >"$WORK/leftovers" 2>&1
	if [ -s "$WORK/leftovers" ]; then
		ktap_fail "nothing is left behind" "$WORK/leftovers"
	elif [ -n "$ktap_planned" ]; then
		note "nothing is left behind"
	else
		ktap_pass "nothing is left behind"
	fi
	[ -n "$ktap_planned" ] || echo "1..$ktap_number"
	echo "# Totals: pass:$ktap_passed fail:$ktap_failed xfail:0 xpass:0 skip:$ktap_skipped error:0"
	if [ -n "$ktap_planned" ] && [ "$ktap_planned" != "$ktap_number" ]; then
		note "planned $ktap_planned tests, ran $ktap_number"
		exit $KSFT_FAIL
	fi
	[ $ktap_failed = 0 ] || exit $KSFT_FAIL
	[ $ktap_passed -gt 0 ] || exit $KSFT_SKIP
	exit 0
}

# --- expectations -----------------------------------------------------------
#
# Each prints the expected and the seen value on failure, and returns 1. For
# commands, not for functions: bash would ignore failures inside a function.

# expect_ok COMMAND... - exits with 0; the output is not redirected
expect_ok()
{
	local status=0

	"$@" || status=$?
	[ $status = 0 ] && return 0
	echo "exit status $status instead of 0: $*" >&2
	return 1
}

# expect_error REGEX STATUS COMMAND... - exits with STATUS (`any`: not 0), and
# standard error matches the extended REGEX
expect_error()
{
	local regex=$1 wanted=$2 said status=0
	shift 2

	said=$("$@" 2>&1 >/dev/null) || status=$?
	if [ "$wanted" = any ]; then
		[ $status != 0 ]
	else
		[ "$status" = "$wanted" ]
	fi && [[ $said =~ $regex ]] && return 0
	echo "expected status $wanted and '$regex': $*" >&2
	echo "saw status $status and '$said'" >&2
	return 1
}

# detail REGEX - the end of a refusal by the kernel; empty before Linux 6.3
detail()
{
	[[ $(uname -r) =~ ^6\.[0-2]\. ]] || printf '%s' "$1"
}

# expect_match REGEX COMMAND... - exits with 0, and the output matches
expect_match()
{
	local regex=$1 said status=0
	shift

	said=$("$@") || status=$?
	[ $status = 0 ] && [[ $said =~ $regex ]] && return 0
	echo "expected status 0 and '$regex': $*" >&2
	echo "saw status $status and '$said'" >&2
	return 1
}

# expect_equal WANTED SEEN [WHAT]
expect_equal()
{
	[ "$1" = "$2" ] && return 0
	echo "expected '$1', saw '$2'${3:+: $3}" >&2
	return 1
}

# expect_between LOW HIGH SEEN [WHAT] - integers
expect_between()
{
	[ "$1" -le "$3" ] && [ "$3" -le "$2" ] && return 0
	echo "expected $1 to $2, saw '$3'${4:+: $4}" >&2
	return 1
}

# json_number KEY JSON - the first number (or bare word) with that name
json_number()
{
	[[ $2 =~ \"$1\"[[:space:]]*:[[:space:]]*(-?[0-9.]+) ]] || {
		echo "no number '$1' in '$2'" >&2
		return 1
	}
	echo "${BASH_REMATCH[1]}"
}

# fewer N [LEAST] - the number of repetitions: N divided by SELFTEST_FEWER (for
# kernels that check every access), at least LEAST
fewer()
{
	local n=$(($1 / ${SELFTEST_FEWER:-1})) least=${2:-1}

	echo $((n < least ? least : n))
}

# --- waiting ----------------------------------------------------------------

# busywait MILLISECONDS COMMAND... - until COMMAND succeeds; prints its last output.
# A guest's clock may jump, so the wait ends after the deadline and a minimum
# number of tries.
busywait()
{
	local timeout=$1 start tries=0 said
	shift

	start=${EPOCHREALTIME/[.,]/}
	while ! said=$("$@" 2>&1); do
		if ((++tries >= 50 && ${EPOCHREALTIME/[.,]/} - start > timeout * 1000)); then
			echo "$said"
			echo "waited for $timeout ms and $tries tries: $*" >&2
			return 1
		fi
		read -rt 0.02 -u "$lib_never" || :
	done
	[ -z "$said" ] || echo "$said"
	return 0
}

# --- privileges, module, kernel log -----------------------------------------

module_loaded_here=''

need_root()
{
	[ "$EUID" = 0 ] || ktap_skip_all "wants root"
}

need_program() # NAME...
{
	local name

	for name; do
		command -v "$name" >/dev/null || ktap_skip_all "no $name"
	done
}

# need_module - loads hashring, unless loaded already. A module loaded here is
# unloaded at the end, which shows that no reference is left.
need_module()
{
	need_root
	[ -d /sys/module/hashring ] && return 0
	[ -r "${HASHRING_KO:-$ROOT/build/$(uname -r)/hashring.ko}" ] ||
		ktap_skip_all "no hashring.ko for $(uname -r); make modules builds it"
	"$ROOT/selftests/vm/load" >"$WORK/load" 2>&1 ||
		bail_out "hashring.ko does not load: $(<"$WORK/load")"
	module_loaded_here=1
}

module_users()
{
	cat /sys/module/hashring/refcnt
}

log_mark=0

# kernel_log_mark - kernel_log_faults reads only lines after this mark
kernel_log_mark()
{
	log_mark=$(dmesg | wc -l)
}

# kernel_log_faults - fails, and prints, if the log has a fault, or a line about
# hashring, other than $log_ignored. Lines of stack traces do not count, and vm/run
# reports the kernel's own data races.
kernel_log_faults()
{
	! dmesg | tail -n "+$((log_mark + 1))" | log_without_races /dev/null |
		grep -vE "\]  ${log_ignored:+|$log_ignored}" | log_faults
}

# kept_kb - memory in KASAN's quarantine: freed, and not yet available. The
# quarantine keeps at most a 32nd of all memory.
kept_kb()
{
	if grep -q ' kasan_quarantine_put$' /proc/kallsyms; then
		awk '$1 == "MemTotal:" { print int($2 / 32) }' /proc/meminfo
	else
		echo 0
	fi
}

# --- namespaces and processes -----------------------------------------------

lib_namespaces=() lib_processes=()

# setup_ns VARIABLE... - a namespace for each; VARIABLE gets its unique name
setup_ns()
{
	local variable name batch=''

	for variable; do
		name=hr$$-$variable
		printf -v "$variable" %s "$name"
		lib_namespaces+=("$name")
		batch+="netns add $name"$'\n'
	done
	ip -batch - <<<"$batch" || bail_out "no network namespaces"
	for variable; do
		ip -n "${!variable}" link set lo up
	done
}

# in_ns NAMESPACE COMMAND...
in_ns()
{
	ip netns exec "$@"
}

# background COMMAND... - runs until the script ends; $! is the pid
background()
{
	"$@" &
	lib_processes+=($!)
}

# ends_with_script PID - the same for a process that is not a child of the script
ends_with_script()
{
	lib_processes+=("$1")
}

pid_gone()
{
	! kill -0 "$1" 2>/dev/null
}

# stop_process PID - and waits for its end
stop_process()
{
	kill "$1" 2>/dev/null
	# wait works for children only.
	wait "$1" 2>/dev/null
	busywait "$BUSYWAIT_TIMEOUT" pid_gone "$1" || echo "process $1 does not end"
}

# tear_down - removes all that was made, and prints what remains
# shellcheck disable=SC2317 # called by the trap
tear_down()
{
	local pid name batch=''

	for pid in "${lib_processes[@]}"; do
		stop_process "$pid"
	done
	lib_processes=()
	for name in "${lib_namespaces[@]}"; do
		[ ! -e "/run/netns/$name" ] || batch+="netns del $name"$'\n'
	done
	[ -z "$batch" ] || ip -force -batch - <<<"$batch"
	for name in "${lib_namespaces[@]}"; do
		[ ! -e "/run/netns/$name" ] || echo "namespace $name is still there"
	done
	lib_namespaces=()
	if [ -n "$module_loaded_here" ]; then
		# A worker of the kernel frees a namespace later than its name.
		busywait "$BUSYWAIT_TIMEOUT" unload_module ||
			echo "hashring does not unload"
		module_loaded_here=''
	fi
}

# shellcheck disable=SC2317 # called by tear_down
unload_module()
{
	[ ! -d /sys/module/hashring ] || rmmod hashring
}

# shellcheck disable=SC2317 # called by the trap
lib_exit()
{
	local status=$?

	if [ -n "$ktap_open" ]; then
		echo "Bail out! the script ended early, with status $status"
		status=$KSFT_FAIL
	fi
	tear_down
	rm -rf "$WORK"
	exit $status
}
trap lib_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- a topology -------------------------------------------------------------
#
#	           front                     back
#	 client ----------- director ------- lan (bridge) --- backend 1..N
#	    \                                /
#	     `------------ return ----------'
#
# Packets from the client to a VIP go through the director. Backends hold the
# VIPs on lo and answer directly to the client. The client may send from any
# address of CLIENT_NET4 and CLIENT_NET6. Addresses are set without duplicate
# detection, which takes seconds. Link-local addresses are set too: a router
# without such an address sends no neighbour solicitations.

readonly VIP4=192.0.2.10 VIP6=2001:db8:a::10 VIP_PORT=7000
readonly CLIENT_NET4=198.18.0.0/16 CLIENT_NET6=2001:db8:c::/64
readonly CLIENT_BACK4=10.1.255.253 CLIENT_BACK6=fd00:b::ff:fd

# shellcheck disable=SC2034 # for the scripts
client='' director='' lan=''	# namespaces
backends=()	# namespaces of the backends; backends[0] is the namespace of node b1
export VIP4 VIP6 VIP_PORT CLIENT_NET4 CLIENT_NET6

# backend4 I, backend6 I - the address of backend I, from 1
backend4()
{
	echo "10.1.$(($1 / 250)).$(($1 % 250 + 1))"
}

backend6()
{
	printf 'fd00:b::%x:1\n' "$1"
}

# director_front4 I and so on - addresses of director I, from 1
director_front4() { echo "10.0.$1.2"; }
director_front6() { echo "fd00:f:$1::2"; }
director_back4() { echo "10.1.254.$1"; }
director_back6() { echo "fd00:b::fe:$1"; }

# A veth pair, for ip -batch; both ends are created in their namespaces.
veth() # NAME NAMESPACE MAC NAME NAMESPACE
{
	echo "link add $1 netns $2 address 02:00:00:$3 type veth peer name $4 netns $5"
}

# topology N - builds the topology: $client, $director, $lan and ${backends[@]}
topology()
{
	local n=$1 i ns pids=()

	setup_ns client lan
	for ((i = 1; i <= n; i++)); do
		ns=hr$$-b$i
		backends+=("$ns")
		lib_namespaces+=("$ns")
	done
	{
		printf 'netns add %s\n' "${backends[@]}"
		veth back "$client" 02:00:01 client "$lan"
		for ((i = 1; i <= n; i++)); do
			veth back "${backends[i - 1]}" \
				"$(printf '03:%02x:%02x' $((i >> 8)) $((i & 255)))" \
				"b$i" "$lan"
		done
	} | ip -batch - || bail_out "no topology"
	{
		echo "link add lan type bridge mcast_snooping 0"
		echo "link set lan addrgenmode none"
		echo "link set lan up"
		for i in client $(seq -f 'b%.0f' "$n"); do
			echo "link set $i master lan addrgenmode none up"
		done
	} | ip -n "$lan" -batch - || bail_out "no bridge"
	ip -n "$client" -batch - <<END || bail_out "no client"
link set back addrgenmode none up
addr add $CLIENT_BACK4/16 dev back
addr add $CLIENT_BACK6/64 dev back nodad
addr add fe80::ff:fd/64 dev back nodad
route add local $CLIENT_NET4 dev lo
route add local $CLIENT_NET6 dev lo
END
	for ((i = 1; i <= n; i++)); do
		topology_backend "$i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || bail_out "no backends"
	done
	topology_director director 1
	use_director 1
}

topology_backend() # I
{
	local hex

	printf -v hex '%x:1' "$1"
	ip -n "${backends[$1 - 1]}" -batch - <<END
link set lo up
link set back addrgenmode none up
addr add $VIP4/32 dev lo
addr add $VIP6/128 dev lo nodad
addr add 10.1.$(($1 / 250)).$(($1 % 250 + 1))/16 dev back
addr add fd00:b::$hex/64 dev back nodad
addr add fe80::$hex/64 dev back nodad
route add default via $CLIENT_BACK4
route add default via $CLIENT_BACK6
END
}

# topology_director VARIABLE I - a director; all but the first are spares
#
# Packets that are not steered end there, and the client gets an ICMP error.
topology_director()
{
	local i=$2 ns port=front

	[ "$i" = 1 ] || port=front$i
	setup_ns "$1"
	ns=${!1}
	{
		veth "$port" "$client" "$(printf '01:00:%02x' "$i")" front "$ns"
		veth back "$ns" "$(printf '01:01:%02x' "$i")" "director$i" "$lan"
	} | ip -batch - || bail_out "no links of $1"
	ip -n "$lan" link set "director$i" master lan addrgenmode none up ||
		bail_out "no bridge for $1"
	ip -n "$client" -batch - <<END || bail_out "no client of $1"
link set $port addrgenmode none up
addr add 10.0.$i.1/24 dev $port
addr add fd00:f:$i::1/64 dev $port nodad
addr add fe80::1/64 dev $port nodad
END
	ip -n "$ns" -batch - <<END || bail_out "no $1"
link set front addrgenmode none up
link set back addrgenmode none up
addr add $(director_front4 "$i")/24 dev front
addr add $(director_front6 "$i")/64 dev front nodad
addr add fe80::2/64 dev front nodad
addr add $(director_back4 "$i")/16 dev back
addr add $(director_back6 "$i")/64 dev back nodad
addr add fe80::fe:$i/64 dev back nodad
route add $CLIENT_NET4 via 10.0.$i.1
route add $CLIENT_NET6 via fd00:f:$i::1
route add unreachable $VIP4/32
route add unreachable $VIP6/128
END
	in_ns "$ns" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.all.send_redirects=0 || bail_out "$1 forwards not"
}

# use_director I - the client sends to the VIPs through director I
use_director()
{
	ip -n "$client" -batch - <<END || bail_out "no route to director $1"
route replace $VIP4/32 via $(director_front4 "$1")
route replace $VIP6/128 via $(director_front6 "$1")
END
}

# mark_vip NAMESPACE MARK [tcp|udp|...] - nft sets MARK on packets to the VIPs,
# also on ICMP errors; default: all protocols
mark_vip()
{
	local ns=$1 mark=$2 only='' IFS=,
	shift 2

	[ $# = 0 ] || only="meta l4proto { $*, icmp, ipv6-icmp } "
	in_ns "$ns" nft -f - <<END
table inet hashring_mark {
	chain prerouting {
		type filter hook prerouting priority mangle; policy accept;
		${only}ip daddr $VIP4 meta mark set meta mark or $mark
		${only}ip6 daddr $VIP6 meta mark set meta mark or $mark
	}
}
END
}
