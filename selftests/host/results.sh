# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# results.sh - counts test results, from TAP or one by one. Sourced.

results_passed=0 results_failed=0 results_skipped=0

# Counts of the running program.
tap_passed=0 tap_failed=0 tap_skipped=0 tap_planned='' tap_name='' tap_start=0
tap_log=''

# tap_begin NAME - the next lines are the output of that program
tap_begin()
{
	tap_name=$1
	tap_passed=0 tap_failed=0 tap_skipped=0 tap_planned='' tap_log=''
	tap_start=$SECONDS
}

# tap_line LINE - counts results of the top level only
tap_line()
{
	case $1 in
	'ok '* | ok)
		if [[ $1 =~ \#\ ?[Ss][Kk][Ii][Pp] ]]; then
			((++tap_skipped))
			tap_log+=$1$'\n'
		else
			((++tap_passed))
		fi
		return
		;;
	'not ok'*)
		((++tap_failed))
		;;
	1..[0-9]*)
		# A program with several groups has several plans.
		[[ $1 =~ ^1\.\.([0-9]+) ]]
		tap_planned=$((${tap_planned:-0} + BASH_REMATCH[1]))
		[ "${BASH_REMATCH[1]}" != 0 ] || tap_log+=$1$'\n'
		return
		;;
	'TAP version'* | '# Totals:'*)
		return
		;;
	esac
	tap_log+=$1$'\n'
}

# tap_end STATUS - judges the program: failures are a broken plan, an end
# without results and a status that the results do not explain
tap_end()
{
	local status=$1 ran=$((tap_passed + tap_failed + tap_skipped)) why='' line

	if [ "$status" = 4 ] && [ $ran = 0 ]; then
		tap_skipped=1
	elif [ -z "$tap_planned" ]; then
		why="ended without a plan, with status $status"
	elif [ "$tap_planned" != $ran ]; then
		why="planned $tap_planned results, gave $ran"
	elif [ "$status" = 4 ] && [ $tap_skipped = $ran ]; then
		:
	elif [ $ran = 0 ]; then
		why="tested nothing"
	elif [ "$status" != 0 ] && [ $tap_failed = 0 ]; then
		why="exit status $status"
	fi
	[ -z "$why" ] || ((++tap_failed))

	line="$tap_passed passed"
	[ $tap_failed = 0 ] || line+=", $tap_failed failed"
	[ $tap_skipped = 0 ] || line+=", $tap_skipped SKIPPED"
	printf '  %-24s %-36s %4ds\n' "$tap_name" "$line" $((SECONDS - tap_start))
	if [ $tap_failed != 0 ]; then
		# A failure comes with the program's messages about it.
		printf '%s' "$tap_log" | tail -n 100 | sed 's/^/    /'
		[ -z "$why" ] || echo "    $tap_name: $why"
	elif [ $tap_skipped != 0 ]; then
		printf '%s' "$tap_log" | grep -iE '# ?skip' | sed 's/^/    /'
	fi
	((results_passed += tap_passed, results_failed += tap_failed))
	((results_skipped += tap_skipped))
}

# result_is NAME STATUS SECONDS LOG - counts one finished test; prints the log
# of a failed test, and otherwise only the lines of the log that begin with #
result_is()
{
	local verdict=ok

	[ "$2" = 0 ] || verdict=FAILED
	printf '  %-24s %-36s %4ds\n' "$1" $verdict "$3"
	if [ "$2" = 0 ]; then
		((++results_passed))
		sed -n 's/^# /    /p' "$4"
		return 0
	fi
	((++results_failed))
	tail -n 80 "$4" | sed 's/^/    /'
	return 1
}

# results_failure TEXT... - counts a failure outside of any program's results
results_failure()
{
	((++results_failed))
	echo "  FAILED: $*"
}

# results_end - prints the summary; false after a failure, or without results
results_end()
{
	local line="$results_passed passed, $results_failed failed"

	[ $results_skipped = 0 ] || line+=", $results_skipped skipped"
	echo "$line"
	[ $results_failed = 0 ] && [ $results_passed -gt 0 ]
}
