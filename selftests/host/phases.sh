# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# phases.sh - runs phases, and prints the name and the seconds of each. Sourced.
#
#	phase packages selftests/host/packages.sh
#	phase build make tools modules
#	phases_end
#
# prints `packages 21s build 19s` on one line, live. The output of a phase goes
# to build/NAME.log, and to the terminal if the phase fails.

phases_open=''

# phases_end - ends the line
phases_end()
{
	[ -z "$phases_open" ] || echo
	phases_open=''
}

# phase NAME COMMAND... - false if COMMAND failed; prints the end of its output
phase()
{
	local name=$1 start=$SECONDS status=0 log
	shift

	log=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)/build/$name.log
	mkdir -p "${log%/*}"
	printf '%s%s ' "${phases_open:+  }" "$name"
	phases_open=1
	"$@" </dev/null >"$log" 2>&1 || status=$?
	if [ $status = 0 ]; then
		printf '%ds' $((SECONDS - start))
		return 0
	fi
	echo "failed"
	phases_open=''
	tail -n 60 "$log"
	echo "($name: exit status $status; all of it is in $log)"
	return $status
}
