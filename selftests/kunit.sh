#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kunit.sh [SUITE] - the tests of the core in this kernel. A module runs the tests
# at load, by KUnit in kernels with KUnit. SUITE alone can run in kernels without
# KUnit.

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/debug/fault_lib.sh
. "$(dirname "$0")/debug/fault_lib.sh"

module=$ROOT/build/kunit/$(uname -r)/hashring_kunit.ko
debug=/sys/kernel/debug
only=${1:-}
mapfile -t suites < <(
	sed -n 's/.*&\([a-z_]*\)_suite.*/hashring_\1/p' "$ROOT/selftests/kunit/suites.c"
)

# With fault injection, the cases choose the allocations that fail.
run_them()
{
	[ ! -w /proc/thread-self/fail-nth ] || choose_faults
	insmod "$module" ${only:+only="$only"}
	[ ! -w /proc/thread-self/fail-nth ] || no_faults
}

# report_suite SUITE - the cases of SUITE as tests of this script
report_suite()
{
	local file=$debug/kunit/$1/results line reported=0 planned=0

	if [ ! -r "$file" ]; then
		ktap_fail "$1 runs"
		return
	fi
	: >"$WORK/said"
	while IFS= read -r line; do
		case $line in
		1..*)
			planned=${line#1..}
			;;
		'ok '*'# SKIP'*)
			line=${line#ok * }
			ktap_skip "$1: ${line%% #*}" "${line#*# SKIP }"
			;;
		'ok '*)
			ktap_pass "$1: ${line#ok * }"
			;;
		'not ok '*)
			ktap_fail "$1: ${line#not ok * }" "$WORK/said"
			;;
		*)
			echo "$line" >>"$WORK/said"
			continue
			;;
		esac
		[[ $line == 1..* ]] || ((++reported))
		: >"$WORK/said"
	done < <(sed -n 's/^    //p' "$file")
	[ "$reported" = "$planned" ] ||
		ktap_fail "$1 runs all of its $planned cases, not $reported"
}

[ -r "$module" ] || ktap_skip_all "no hashring_kunit.ko; make test-modules builds it"
mountpoint -q "$debug" || ktap_skip_all "no debugfs"
ktap_begin
kernel_log_mark
ktap_test "the module loads and runs the suites" run_them
for suite in "${suites[@]}"; do
	[[ -n $only && $suite != "$only" ]] || report_suite "$suite"
done
ktap_test "the module unloads" rmmod hashring_kunit
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
