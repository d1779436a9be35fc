#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# races.sh - which data races vm/run takes for the kernel's own

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

readonly LINE='[   12.345678] =================================================================='

# report TITLE FRAME... - prints a report in KCSAN's format
report()
{
	echo "$LINE"
	echo "[   12.345678] BUG: KCSAN: $1"
	echo "[   12.345678] "
	echo "[   12.345678] write to 0xffff888003333078 of 4 bytes by interrupt on cpu 1:"
	shift
	printf '[   12.345678]  %s\n' "$@"
	echo "[   12.345678] "
	echo "[   12.345678] Reported by Kernel Concurrency Sanitizer on:"
	echo "$LINE"
}

theirs()
{
	report 'data-race in tcp_a / tcp_b' 'tcp_a+0x1/0x2' 'nf_hook_slow+0x3/0x4'
}

ours()
{
	report 'data-race in hr_a / tcp_b' 'tcp_b+0x1/0x2' 'hr_a+0x3/0x4 [hashring]'
}

# judge - from standard input: the remaining log, and the races outside hashring
judge()
{
	: >"$WORK/own"
	awk -v faults='BUG: |WARNING: ' -v own="$WORK/own" \
		-f "$ROOT/selftests/vm/races.awk" >"$WORK/left"
}

the_kernels_own()
{
	{ echo before; theirs; echo between; theirs; echo after; } | judge
	expect_equal $'before\nbetween\nafter' "$(<"$WORK/left")"
	expect_equal "$(yes 'KCSAN: data-race in tcp_a / tcp_b' | head -n 2)" "$(<"$WORK/own")"
}

hashrings()
{
	{ theirs; ours; } | judge
	expect_equal "$(ours)" "$(<"$WORK/left")"
	expect_equal 1 "$(wc -l <"$WORK/own")"
}

of_others()
{
	theirs | sed '5s/.*/&\n[   12.4] WARNING: something else/' | judge
	expect_equal '[   12.4] WARNING: something else' "$(<"$WORK/left")"
}

other_reports()
{
	theirs | sed 's/KCSAN: data-race/KASAN: use-after-free/' | judge
	expect_match 'KASAN: use-after-free' cat "$WORK/left"
	expect_equal 9 "$(wc -l <"$WORK/left")"
}

cut_short()
{
	theirs | head -n 5 | judge
	expect_match 'BUG: KCSAN' cat "$WORK/left"
}

# The check of scripts in a guest.
in_scripts()
{
	dmesg() { theirs; }
	kernel_log_faults
	dmesg() { theirs; ours; }
	! kernel_log_faults >"$WORK/said" || return 1
	expect_match 'KCSAN: data-race in hr_a' cat "$WORK/said"
}

ktap_begin
ktap_test "the kernel's own are told, and left out of the log" the_kernels_own
ktap_test "those of hashring stay" hashrings
ktap_test "what others say in the middle of one stays" of_others
ktap_test "so do reports of another kind" other_reports
ktap_test "and one without an end" cut_short
ktap_test "scripts judge the kernel's log alike" in_scripts
ktap_finish
