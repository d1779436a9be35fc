# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# methods.sh - the same flows and the same changes under several balancers
#
# Sourced after lib.sh, with its topology. A method begins with some of the
# backends, changes to others, and ends:
#
#	method_begin hashring b1 b2 b3 b4
#	method_change hashring b1 b2 b3 b4 b5
#	method_end hashring
#
# All methods send to the backends in direct return, so that only the choice of
# the backend differs:
#	hashring	the ring's key is the 5-tuple; nodes have a via
#	balanced	the same, the ring in placement balanced
#	migration	the same ring, with held changes and steps
#	ipvs		the mh scheduler with mh-port in DR mode; for UDP without
#			connection table, so that each packet shows the choice
#	nft		jhash of source and port, mod N, and an ip rule each
#	resilient	a resilient nexthop group of 128 buckets; a bucket
#			moves after resilient_idle seconds without traffic
#
# Rounds of traffic have numbers. The backends' logs of two rounds are compared.

# shellcheck disable=SC2154 # lib.sh sets director, client and backends
ring=web
ring_options=()		# of `ring add`
logs=$WORK/logs
mkdir -p "$logs"
resilient_idle=120
declare -A compared=()
sources=() sink_nodes=()

# Node b7 has id 7 and is the seventh backend.
via_of() # NODE
{
	backend4 "${1#b}"
}

# The words that are only in the second list.
only_in_second() # "A B" "B C"
{
	local word

	for word in $2; do
		[[ " $1 " == *" $word "* ]] || echo "$word"
	done
}

# --- methods -----------------------------------------------------------------

hashring_ops() # VERB NODE...
{
	local verb=$1 node ops=''
	shift

	for node; do
		ops+="node $verb $node"
		[ "$verb" = del ] || ops+=" id ${node#b} via $(via_of "$node") via $(backend6 "${node#b}")"
		ops+=' ; '
	done
	echo "$ops"
}

# hashring_change_text "OLD..." "NEW..." - prints the operations for `ringctl
# change`
hashring_change_text()
{
	local adds dels

	mapfile -t adds < <(only_in_second "$1" "$2")
	mapfile -t dels < <(only_in_second "$2" "$1")
	echo "{ $(hashring_ops del "${dels[@]}")$(hashring_ops add "${adds[@]}")}"
}

hashring_begin()
{
	"$RINGCTL" -n "$director" ring add "$ring" "${ring_options[@]}" || return
	hashring_change "" "$*" >/dev/null || return
	mark_vip "$director" 0x100 tcp udp || return
	"$RINGCTL" -n "$director" attach add "$ring" hook prerouting \
		fwmark 0x100/0x100 set 0x3ff0000 key 5tuple none drop >/dev/null
}

hashring_change() # "OLD..." "NEW..."
{
	"$RINGCTL" -n "$director" -j change "$ring" \
		"$(hashring_change_text "$1" "$2")"
}

hashring_end()
{
	in_ns "$director" nft delete table inet hashring_mark || return
	"$RINGCTL" -n "$director" attach del "$ring" || return
	"$RINGCTL" -n "$director" ring del "$ring"
}

balanced_begin()
{
	local ring_options=(placement balanced)

	hashring_begin "$@"
}

balanced_change()
{
	hashring_change "$@"
}

balanced_end()
{
	hashring_end
}

migration_begin()
{
	hashring_begin "$@"
}

# Established flows stay until they end: the migration does not wait for their
# end.
migration_change() # "OLD..." "NEW..."
{
	"$RINGCTL" -n "$director" change "$ring" --hold \
		"$(hashring_change_text "$1" "$2")" || return
	migration_run
}

migration_run()
{
	"$RINGCTL" -n "$director" migrate run "$ring" --batch 2% \
		--interval 200ms --quiet 2s --no-finish
}

migration_end()
{
	"$RINGCTL" -n "$director" migrate finish "$ring" --force >/dev/null || return
	hashring_end
}

# The VIP must be local, so that ipvs gets its packets.
ipvs_begin()
{
	modprobe -a ip_vs ip_vs_mh || return
	ip -n "$director" addr add "$VIP4/32" dev lo || return
	in_ns "$director" ipvsadm -R <<END || return
-A -u $VIP4:$VIP_PORT -s mh -b mh-port -o
-A -t $VIP4:$VIP_PORT -s mh -b mh-port
END
	ipvs_change "" "$*"
}

ipvs_change() # "OLD..." "NEW..."
{
	local node proto

	for proto in u t; do
		for node in $(only_in_second "$2" "$1"); do
			echo "-d -$proto $VIP4:$VIP_PORT -r $(via_of "$node")"
		done
		for node in $(only_in_second "$1" "$2"); do
			echo "-a -$proto $VIP4:$VIP_PORT -r $(via_of "$node") -g"
		done
	done | in_ns "$director" ipvsadm -R
}

# Unloading drops connections that outlived their services.
ipvs_end()
{
	in_ns "$director" ipvsadm -C || return
	modprobe -r ip_vs_mh ip_vs || return
	ip -n "$director" addr del "$VIP4/32" dev lo
}

# ipvs_lose_connections - like a director that takes over from another one
ipvs_lose_connections()
{
	ipvs_end || return
	# shellcheck disable=SC2086 # a list of words
	ipvs_begin $method_nodes
}

nft_begin()
{
	in_ns "$director" nft 'add table ip modulo
		add chain ip modulo prerouting { type filter hook prerouting priority mangle; }' ||
		return
	nft_change "" "$*"
}

# The hash has only numbers: node I of the list is number I.
nft_change() # "OLD..." "NEW..."
{
	local old new i=0 node batch=''

	read -ra old <<<"$1"
	read -ra new <<<"$2"
	in_ns "$director" nft -f - <<END || return
flush chain ip modulo prerouting
add rule ip modulo prerouting ip daddr $VIP4 meta l4proto { tcp, udp } meta mark set jhash ip saddr . th sport mod ${#new[@]} seed 0x5eed offset 1
END
	for node in "${new[@]}"; do
		((++i))
		batch+="route replace $VIP4/32 via $(via_of "$node") table $((100 + i))"$'\n'
		[ "$i" -le ${#old[@]} ] ||
			batch+="rule add fwmark $i table $((100 + i)) priority $((1000 + i))"$'\n'
	done
	while ((++i <= ${#old[@]})); do
		batch+="rule del fwmark $i table $((100 + i)) priority $((1000 + i))"$'\n'
		batch+="route flush table $((100 + i))"$'\n'
	done
	ip -n "$director" -batch - <<<"$batch"
}

nft_end()
{
	local i batch=''

	read -ra nodes <<<"$method_nodes"
	for ((i = 1; i <= ${#nodes[@]}; i++)); do
		batch+="rule del fwmark $i table $((100 + i)) priority $((1000 + i))"$'\n'
		batch+="route flush table $((100 + i))"$'\n'
	done
	in_ns "$director" nft delete table ip modulo || return
	ip -n "$director" -batch - <<<"$batch"
}

# Over veth a packet keeps the sender's hash, which policy 1 would use. Policy 3
# hashes the named fields: addresses, protocol and ports.
resilient_begin()
{
	in_ns "$director" sysctl -qw net.ipv4.fib_multipath_hash_policy=3 \
		net.ipv4.fib_multipath_hash_fields=0x37 || return
	resilient_change "" "$*" || return
	ip -n "$director" route replace "$VIP4/32" nhid 1000
}

# Node b7 is nexthop 7, the group is 1000.
resilient_change() # "OLD..." "NEW..."
{
	local node members=''

	for node in $2; do
		members+=/${node#b}
	done
	{
		for node in $(only_in_second "$1" "$2"); do
			echo "nexthop add id ${node#b} via $(via_of "$node") dev back"
		done
		echo "nexthop replace id 1000 group ${members#/} type resilient buckets 128 idle_timer $resilient_idle unbalanced_timer 0"
		for node in $(only_in_second "$2" "$1"); do
			echo "nexthop del id ${node#b}"
		done
	} | ip -n "$director" -batch -
}

resilient_end()
{
	ip -n "$director" -batch - >/dev/null <<END
route replace unreachable $VIP4/32
nexthop flush
END
}

# --- all methods -------------------------------------------------------------

method_nodes=''

method_begin() # METHOD NODE...
{
	local method=$1
	shift

	"${method}_begin" "$@" || return
	method_nodes=$*
}

method_change() # METHOD NODE...
{
	local method=$1
	shift

	"${method}_change" "$method_nodes" "$*" || return
	method_nodes=$*
}

method_end() # METHOD
{
	"${1}_end" || return
	method_nodes=''
}

# --- traffic ----------------------------------------------------------------

# sink_start - lets all backends of the topology listen
sink_start()
{
	local i pid

	sink_nodes=()
	for ((i = 1; i <= ${#backends[@]}; i++)); do
		sink_nodes+=("b$i=${backends[i - 1]}")
	done
	pid=$("$TRAFFIC" sink --vip "$VIP4" --port "$VIP_PORT" --log "$logs" \
		"${sink_nodes[@]}") || return
	ends_with_script "$pid"
	sink_pid=$pid
	sources=(--netns "$client" --vip "$VIP4" --port "$VIP_PORT"
		 --from "${CLIENT_NET4%/*}")
}

# sink_restart - also ends the connections that a method left behind
sink_restart()
{
	stop_process "$sink_pid"
	sink_start
}

# send_udp ROUND COUNT - one datagram a flow, all with an answer
send_udp()
{
	"$TRAFFIC" udp "${sources[@]}" --round "$1" --count "$2" --window 1024
}

# send_tcp ROUND COUNT - one new connection a flow
send_tcp()
{
	"$TRAFFIC" tcp "${sources[@]}" --round "$1" --count "$2"
}

# hold_start ROUND COUNT - begins connections that stay; sets hold_line to the
# result
hold_start()
{
	coproc HOLD { exec "$TRAFFIC" hold "${sources[@]}" --round "$1" --count "$2"; }
	# shellcheck disable=SC2153 # bash sets HOLD and HOLD_PID
	hold_pid=$HOLD_PID
	lib_processes+=("$hold_pid")
	read -r hold_line <&"${HOLD[0]}"
}

# hold_round ROUND - a request on each live connection
hold_round()
{
	echo "$1" >&"${HOLD[1]}"
	read -r hold_line <&"${HOLD[0]}"
}

# hold_figure NAME - prints a figure of the last line
hold_figure()
{
	[[ " $hold_line " =~ \ $1\ ([0-9]+)\  ]] || return
	echo "${BASH_REMATCH[1]}"
}

hold_stop()
{
	stop_process "$hold_pid"
}

# compare KIND ROUND ROUND [OPTION]... - sets ${compared[NAME]} to the figures;
# loads and moves of nodes are `load b1` and `move b1 b2`
compare()
{
	local kind=$1 before=$2 after=$3 name a b c
	shift 3

	compared=()
	while read -r name a b c; do
		case $name in
		move) compared["$name $a $b"]=$c ;;
		load) compared["$name $a"]="$b $c" ;;
		*) compared["$name"]="$a${b:+ $b}" ;;
		esac
	done < <("$TRAFFIC" compare --log "$logs" --kind "$kind" "$@" \
		"$before" "$after")
	[ -n "${compared[flows]:-}" ]
}
