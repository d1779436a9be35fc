# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for and from the scripts and the other libraries
#
# track_lib.sh - a ring for each test, and clients that obey commands. Sourced after
# steer_lib.sh.

declare -A vip=([4]=$VIP4 [6]=$VIP6)
declare -A first=([4]=198.18.3.1 [6]=2001:db8:c::301)	# of the clients
family=4 key=5tuple settings=()	# for the tests that follow

# talker PROGRAM WORD... - starts clients that read commands, for both families
talker()
{
	local number

	for number in 4 6; do
		mkfifo "$WORK/talk$number.in" "$WORK/talk$number.out"
		ip netns exec "$client" "$@" "${vip[$number]}" \
			<>"$WORK/talk$number.in" 1<>"$WORK/talk$number.out" &
		ends_with_script $!
	done
}

# talk WORD... - a command for the clients; prints the answer
talk()
{
	local line

	echo "$*" >"$WORK/talk$family.in"
	while read -rt 120 line && [ "$line" != . ]; do
		echo "$line"
	done <>"$WORK/talk$family.out"
	[ "$line" = . ]
}

# stat NAME - of the migration
stat()
{
	json_number "$1" "$(rc -j migrate show web)"
}

window_closed()
{
	rc migrate show web | grep -q ' window closed'
}

# with_ring NODES COMMAND... - with an attached ring
with_ring()
{
	steer_ring web via "$1"
	[ ${#settings[@]} = 0 ] || rc ring set web "${settings[@]}"
	attach web key "$key"
	"${@:2}"
}

# flows_end - before a test's ring goes; scripts have their own
flows_end()
{
	:
}

ring_ends()
{
	flows_end
	rc migrate finish web --force
	detach_all
	rc ring del web
}

# ring_test NAME NODES COMMAND... - a test with a new ring, which is removed afterwards
ring_test()
{
	ktap_test "$1" with_ring "${@:2}"
	ring_ends >"$WORK/ended" 2>&1
}
