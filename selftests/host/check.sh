#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh - builds, then tests: natively, and in guests of both kernels
#
# Each script with a line `# one kernel: WHY` runs in the guest of one kernel only. The
# kernels take such scripts in turn.
#
# Prints a line for each test program, and the failures. The complete output is
# in build/check-*.log. The last line is the summary.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. selftests/host/phases.sh
. selftests/host/results.sh
. selftests/host/guests.sh

usage()
{
	cat <<END
Usage: selftests/host/check.sh [--native | --guest | --long] [--kernel K]...
                               [TEST.sh]...

  --native    only the tests that need no kernel
  --guest     only those in guests
  --long      only those in guests that have a long form, in that form
  --kernel K  a release or a series, such as 6.1 (default: all that
              selftests/vm/kernels knows)
  TEST.sh     only these of the scripts in guests; implies --guest
END
}

native=1 guest=1 long='' kernels=() tests=()
while [ $# -gt 0 ]; do
	case $1 in
	--native) guest='' ;;
	--guest) native='' ;;
	--long) native='' long=1 ;;
	--kernel)
		[ $# -ge 2 ] || { usage >&2; exit 1; }
		kernels+=("$2")
		shift
		;;
	--help | -h) usage; exit 0 ;;
	-*) usage >&2; exit 1 ;;
	*)
		native=''
		tests+=("${1##*/}")
		;;
	esac
	shift
done

# Runs a program or script with TAP output, or one suite of such a program.
run_tap() # PROGRAM [SUITE]
{
	local name=${2:-${1##*/}} log status=0 line

	log=build/check-$name.log
	tap_begin "$name"
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 600 "$@" \
		</dev/null >"$log" 2>&1 || status=$?
	while IFS= read -r line || [ -n "$line" ]; do
		tap_line "$line"
	done <"$log"
	tap_end "$status"
}

run_native()
{
	local folder source suites suite

	echo "native"
	for folder in kunit unit; do
		make --no-print-directory -C "selftests/$folder" -j "$(nproc)" \
			"O=$PWD/build/$folder" all >"build/$folder.log" 2>&1 &&
			continue
		tail -n 40 "build/$folder.log"
		results_failure "the native tests do not build"
		return
	done
	suites=$(build/kunit/core_test --list)
	[ -n "$suites" ] || results_failure "the core has no tests"
	for suite in $suites; do
		run_tap build/kunit/core_test "$suite"
	done
	for source in selftests/unit/*_test.c; do
		run_tap "build/unit/$(basename "$source" .c)"
	done
	for source in selftests/native/*.sh selftests/native/*_test.py; do
		run_tap "$source"
	done
}

# list_tests TARGET - sets tests to the scripts of a target of selftests/Makefile, less
# those with a line `# one kernel: WHY`, which go to once
list_tests()
{
	local name

	for name in $(make -s --no-print-directory -C selftests "$1"); do
		if grep -q '^# one kernel: ' "selftests/$name"; then
			once+=("$name")
		else
			tests+=("$name")
		fi
	done
}

limits=(--timeout 2400)
listed=list
if [ -n "$long" ]; then
	limits=(--timeout 14400 --env SUITE_LIMIT=7200 --env LONG=1)
	listed=long
fi
if [ -n "$guest" ]; then
	targets=()
else
	targets=(tools)
fi
selftests/host/prepare.sh "${targets[@]}" || {
	results_failure "the build"
	results_end
	exit 1
}

[ -z "$native" ] || run_native
# Unpacked here: this takes minutes in a guest, and a guest keeps no files.
[ -z "$guest" ] || selftests/host/linux-tools.sh >build/linux-tools.log 2>&1 ||
	results_failure "no tools of the kernel's tree; see build/linux-tools.log"
if [ -n "$guest" ]; then
	once=()
	[ ${#tests[@]} -gt 0 ] || list_tests "$listed"
	[ ${#kernels[@]} -gt 0 ] || kernels=('')
	begun=()
	for series in "${kernels[@]}"; do
		releases=$(selftests/vm/kernels "$series") || {
			results_failure "no kernel ${series:-at all}"
			continue
		}
		mapfile -t -O ${#begun[@]} begun <<<"$releases"
	done
	for hand in "${!begun[@]}"; do
		deal "$hand" ${#begun[@]} "${once[@]}"
		guest_options=(--kernel "${begun[hand]}" "${limits[@]}")
		begin_guests "${begun[hand]}" "${tests[@]}" "${share[@]}"
	done
	wait
	for release in "${begun[@]}"; do
		count_guests "$release"
	done
fi
results_end
