#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh - builds, then tests: natively, and in guests of both kernels
#
# Prints a line for each test program, and what failed; all that they said is
# in build/check-*.log. The last line is the summary.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. selftests/host/phases.sh
. selftests/host/results.sh

usage()
{
	cat <<END
Usage: selftests/host/check.sh [--native | --guest] [--kernel K]... [TEST.sh]...

  --native    only the tests that need no kernel
  --guest     only those in guests
  --kernel K  a release or a series, such as 6.1 (default: all that
              selftests/vm/kernels knows)
  TEST.sh     only these of the scripts in guests; implies --guest
END
}

native=1 guest=1 kernels=() tests=()
while [ $# -gt 0 ]; do
	case $1 in
	--native) guest='' ;;
	--guest) native='' ;;
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

# A program or script that speaks TAP.
run_tap() # PROGRAM
{
	local name=${1##*/} log status=0 line

	log=build/check-$name.log
	tap_begin "$name"
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 600 "$1" \
		</dev/null >"$log" 2>&1 || status=$?
	while IFS= read -r line || [ -n "$line" ]; do
		tap_line "$line"
	done <"$log"
	tap_end "$status"
}

run_native()
{
	local source

	echo "native"
	if ! make --no-print-directory -C selftests/unit -j "$(nproc)" \
		"O=$PWD/build/unit" all >build/unit.log 2>&1; then
		tail -n 40 build/unit.log
		results_failure "the native tests do not build"
		return
	fi
	for source in selftests/unit/*_test.c; do
		run_tap "build/unit/$(basename "$source" .c)"
	done
	for source in selftests/native/*.sh selftests/native/*_test.py; do
		run_tap "$source"
	done
}

# Of a guest's output: the lines that selftests/vm/suite puts between. What has
# not run stays in left.
follow_guest() # RELEASE
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

# A guest that the emulator has broken is given up, and what has not ended in it
# runs in another one, from its beginning: nothing of it counts before.
#
# RELEASE TEST... -- [OPTION]...: options are vm/run's
run_guest()
{
	local guest_status left=() emulator_faults=0 release=$1
	shift

	while [ "$1" != -- ]; do
		left+=("$1")
		shift
	done
	shift
	echo "$release${2:+ ($2)}"
	while :; do
		guest_status=125
		follow_guest "$release" < <(
			selftests/vm/run --kernel "$release" --quiet \
				--timeout 2400 "$@" -- \
				selftests/vm/suite "${left[@]}" </dev/null 2>&1 |
				tee -a "build/check-$release.log"
			echo "@@ status ${PIPESTATUS[0]}"
		)
		[ "$guest_status" = 123 ] || break
		((emulator_faults++ < 2)) || break
		echo "  (the emulator broke the guest: again from ${left[0]:-its end} on)"
	done
}

# Scripts that want a guest of their own say so in a line `# boot: ARGUMENTS`.
run_guests() # RELEASE
{
	local name boot ordinary=()

	: >"build/check-$1.log"
	for name in "${tests[@]}"; do
		grep -q '^# boot: ' "selftests/$name" || ordinary+=("$name")
	done
	[ ${#ordinary[@]} = 0 ] || run_guest "$1" "${ordinary[@]}" --
	for name in "${tests[@]}"; do
		boot=$(sed -n 's/^# boot: //p' "selftests/$name")
		[ -z "$boot" ] || run_guest "$1" "$name" -- --append "$boot"
	done
}

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
# Unpacked here: a guest takes minutes for it, and keeps it for itself.
[ -z "$guest" ] || selftests/host/linux-tools.sh >build/linux-tools.log 2>&1 ||
	results_failure "no tools of the kernel's tree; see build/linux-tools.log"
if [ -n "$guest" ]; then
	[ ${#tests[@]} -gt 0 ] ||
		mapfile -t tests < <(make -s --no-print-directory -C selftests list)
	[ ${#kernels[@]} -gt 0 ] || kernels=('')
	for series in "${kernels[@]}"; do
		releases=$(selftests/vm/kernels "$series") || {
			results_failure "no kernel ${series:-at all}"
			continue
		}
		for release in $releases; do
			run_guests "$release"
		done
	done
fi
results_end
