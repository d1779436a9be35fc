# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# guests.sh - runs kselftest scripts in parallel guests, and counts their
# results. Sourced, after results.sh, in the tree's root.

guest_options=()	# of selftests/vm/run, for run_guest

# deal HAND HANDS SCRIPT... - sets share to the scripts of one of several
# guests: every HANDS-th script, so that each guest has some of the first and
# longest scripts
deal()
{
	local i first=$(($1 + 1)) hands=$2
	shift 2

	share=()
	for ((i = first; i <= $#; i += hands)); do
		share+=("${!i}")
	done
}

# Reads the lines of selftests/vm/suite in a guest's output. Scripts that have
# not run stay in left.
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
	1) ;;	# a failure of a script, already counted
	*)
		results_failure "the guest's status is $guest_status; see build/check-$1.log"
		printf '%s' "$outside"
		;;
	esac
}

# run_guest NAME SCRIPT... - runs scripts in one guest, and adds the output to
# build/check-NAME.log
#
# If the emulator breaks a guest, its unfinished scripts run again in another
# guest, from the beginning. Earlier results of these scripts do not count.
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

# run_guests NAME SCRIPT... - runs in one guest all scripts that can share the
# guest, and then each script with a line `# boot: ARGUMENTS` in a guest of its
# own
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

# begin_guests NAME SCRIPT... - run_guests in the background; each line of
# output comes live, after NAME
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

# count_guests NAME - waits for begin_guests, and adds up its results
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
