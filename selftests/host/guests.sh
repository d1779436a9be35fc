# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# guests.sh - runs kselftest scripts in guests, beside each other, and counts what
# they say. Sourced, after results.sh, in the tree's root.

guest_options=()	# of selftests/vm/run, for run_guest

# deal HAND HANDS SCRIPT... - the scripts of one of several guests, into share:
# every HANDS-th, so that each has some of those that stand first and take longest
deal()
{
	local i first=$(($1 + 1)) hands=$2
	shift 2

	share=()
	for ((i = first; i <= $#; i += hands)); do
		share+=("${!i}")
	done
}

# Of a guest's output: the lines that selftests/vm/suite puts between. What has
# not run stays in left.
follow_guest() # NAME
{
	local line name='' outside=''

	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'@@ begin '*)
			name=${line#@@ begin }
			left=("${left[@]:1}")
			tap_begin "$name"
			;;
		'@@ end '*)
			tap_end "${line#@@ end }"
			name=''
			;;
		'@@ status '*)
			guest_status=${line#@@ status }
			;;
		'') ;;
		*)
			if [ -n "$name" ]; then
				tap_line "$line"
			else
				outside+="    $line"$'\n'
			fi
			;;
		esac
	done
	if [ "$guest_status" = 123 ] && [ "$emulator_faults" -lt 2 ]; then
		[ -z "$name" ] || left=("$name" "${left[@]}")
		return
	fi
	if [ -n "$name" ]; then
		tap_end "none: the guest ended"
	fi
	for name in "${left[@]}"; do
		results_failure "$name did not run on $1"
	done
	case $guest_status in
	0) ;;
	1) ;;	# a script failed, and has been counted
	*)
		results_failure "the guest's status is $guest_status; see build/check-$1.log"
		printf '%s' "$outside"
		;;
	esac
}

# run_guest NAME SCRIPT... - in one guest; all that is said is added to
# build/check-NAME.log
#
# A guest that the emulator has broken is given up, and what has not ended in it
# runs in another one, from its beginning: nothing of it counts before.
run_guest()
{
	local guest=$1 guest_status left emulator_faults=0
	shift

	left=("$@")
	while :; do
		guest_status=125
		follow_guest "$guest" < <(
			selftests/vm/run --quiet "${guest_options[@]}" -- \
				selftests/vm/suite "${left[@]}" </dev/null 2>&1 |
				tee -a "build/check-$guest.log"
			echo "@@ status ${PIPESTATUS[0]}"
		)
		[ "$guest_status" = 123 ] || break
		((emulator_faults++ < 2)) || break
		echo "  (the emulator broke the guest: again from ${left[0]:-its end} on)"
	done
}

# run_guests NAME SCRIPT... - in one guest all that can share it, and those after
# it that want a kernel booted otherwise and say so in a line `# boot: ARGUMENTS`
run_guests()
{
	local guest=$1 script boot ordinary=() common=("${guest_options[@]}")
	shift

	: >"build/check-$guest.log"
	for script; do
		grep -q '^# boot: ' "selftests/$script" || ordinary+=("$script")
	done
	[ ${#ordinary[@]} = 0 ] || run_guest "$guest" "${ordinary[@]}"
	for script; do
		boot=$(sed -n 's/^# boot: //p' "selftests/$script")
		[ -n "$boot" ] || continue
		guest_options=("${common[@]}" --append "$boot")
		run_guest "$guest" "$script"
	done
	guest_options=("${common[@]}")
}

# begin_guests NAME SCRIPT... - run_guests in the background; its lines come as
# they are said, after NAME
begin_guests()
{
	local guest=$1

	rm -f "build/guests-$guest"
	{
		# shellcheck disable=SC2030 # count_guests reads the file
		results_passed=0 results_failed=0 results_skipped=0
		run_guests "$@"
		echo "$results_passed $results_failed $results_skipped" >"build/guests-$guest"
	} 2>&1 | sed -u "s/^/$guest /" &
}

# count_guests NAME - adds up what begin_guests has counted, after a wait
count_guests()
{
	local passed failed skipped

	if read -r passed failed skipped 2>/dev/null <"build/guests-$1"; then
		# shellcheck disable=SC2031 # as above
		((results_passed += passed, results_failed += failed))
		# shellcheck disable=SC2031
		((results_skipped += skipped))
	else
		results_failure "the guests of $1 were not counted"
	fi
}
