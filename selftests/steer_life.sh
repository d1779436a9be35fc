#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# steer_life.sh - attachments are added and removed under traffic: no packet is lost
# for this reason, references are balanced, and rings in use stay

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/steer_lib.sh
. "$(dirname "$0")/steer_lib.sh"

times=$(fewer 20 2)

module_is_held()
{
	local users

	users=$(module_users)
	attach web key 5tuple
	expect_equal $((users + 1)) "$(module_users)"
	expect_error 'in use' any rmmod hashring
	expect_ok rc attach del web
	expect_equal "$users" "$(module_users)"
}

steered_more_than() # RING N
{
	[ "$(attach_count "$1" steered)" -gt "$2" ]
}

comes_and_goes()
{
	local i

	for ((i = 0; i < times; i++)); do
		attach web key 5tuple
		busywait "$BUSYWAIT_TIMEOUT" steered_more_than web 20
		expect_ok rc attach del web
	done
}

all_had_owners()
{
	expect_equal 0 "$(attach_count web passed)" passed
	expect_equal 0 "$(attach_count web no_route)" no_route
	expect_equal 0 "$(attach_count web malformed)" malformed
}

is_swapped()
{
	local i before

	attach web key 5tuple
	for ((i = 0; i < times; i++)); do
		rc attach replace web green >"$WORK/attached"
		before=$(attach_count green steered)
		busywait "$BUSYWAIT_TIMEOUT" steered_more_than green "$before"
		rc attach replace green web >"$WORK/attached"
	done
	all_had_owners
}

changes_below()
{
	local i

	attach web key 5tuple
	for ((i = 0; i < times; i++)); do
		rc node set web b1 state down
		rc node set web b1 state active
	done >"$WORK/changes"
	busywait "$BUSYWAIT_TIMEOUT" steered_more_than web 100
	all_had_owners
}

# The namespace goes while its rings, attachments and routes are in use.
namespace_goes()
{
	local users

	users=$(module_users)
	attach web key 5tuple
	rc attach add web hook output fwmark "$MARK/$MARK" \
		set "$NODE_MASK" key 5tuple >"$WORK/attached"
	busywait "$BUSYWAIT_TIMEOUT" steered_more_than web 100
	# a process in the namespace would hold it
	kill "${servers[$director]}"
	busywait "$BUSYWAIT_TIMEOUT" pid_gone "${servers[$director]}"
	ip netns del "$director"
	# a worker of the kernel ends the namespace
	busywait "$BUSYWAIT_TIMEOUT" users_are "$users"
}

users_are()
{
	[ "$(module_users)" = "$1" ]
}

steer_begin 2
steer_ring web via
steer_ring green via
steer_test "an attachment holds the module" module_is_held
flood_begin
steer_test "attachments come and go" comes_and_goes
steer_test "rings are swapped" is_swapped
steer_test "nodes change" changes_below
steer_test "a namespace goes" namespace_goes
flood_end
steer_test "the kernel does not complain" kernel_log_faults
ktap_finish
