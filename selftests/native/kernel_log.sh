#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel_log.sh - the lines of a kernel log that vm/run and scripts take for
# faults: lines that name hashring, with a few exceptions

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# Lines of every guest that loads the module, and lines that may name the
# module's files.
ordinary()
{
	cat <<-'END'
	[    0.000000] Command line: loglevel=5 vm_job=/tmp/hashring-vm.CMzh71/job console=ttyS0
	[    0.978802] mtrr: your CPUs had inconsistent fixed MTRR settings
	[    4.903249] hashring: loading out-of-tree module taints kernel.
	[    4.903688] hashring: module verification failed: signature and/or required key missing - tainting kernel
	[    5.100000] hashring_kunit: loading test module taints kernel.
	[    5.200000] process '/src/hashring/build/tools/traffic' started with executable stack
	[    5.900000] hashring_kunit:     ok 8 placements
	[    6.000000]     # Subtest: hashring_table
	[    6.050000]     # module: hashring_kunit
	[    6.100000] # hashring_table: pass:12 fail:0 skip:0 total:12
	[    6.200000] ok 3 hashring_table
	[    7.000000] Modules linked in: hashring(OE) veth nft_compat
	END
}

# faulty LINE - vm/run and scripts find only this line in a log
faulty()
{
	local text=$1 said

	said=$({ ordinary; echo "$text"; ordinary; } | log_faults)
	expect_equal "13:$text" "$said"
	dmesg() { ordinary; }
	kernel_log_faults
	dmesg() { ordinary; echo "$text"; }
	! kernel_log_faults >"$WORK/said" || return 1
	expect_equal "$text" "$(cut -d : -f 2- "$WORK/said")"
}

nothing()
{
	! ordinary | log_faults >"$WORK/said" || return 1
	expect_equal "" "$(<"$WORK/said")"
	! log_faults </dev/null || return 1
}

in_races()
{
	local line='[   12.345678] =================================='
	local text='[   12.400000] hashring: something is wrong'

	printf '%s\n' "$line" '[   12.345678] BUG: KCSAN: data-race in tcp_a / tcp_b' \
		"$text" "$line" | log_without_races "$WORK/own" >"$WORK/left"
	expect_equal "$text" "$(<"$WORK/left")"
}

ktap_begin
ktap_test "what is said anyway is no fault" nothing
ktap_test "a word of the module is" faulty '[   12.345678] hashring: something is wrong'
ktap_test "without a time before it too" faulty 'hashring: something is wrong'
ktap_test "so is a complaint that names one of its functions" faulty \
	'[   12.345678] workqueue: work func hr_work [hashring] enqueued on deprecated workqueue.'
ktap_test "types that the kernel does not take" faulty \
	'[   12.345678] BPF:      type_id=1 failed to validate module [hashring] BTF: -22'
ktap_test "a symbol that is missing" faulty '[   12.345678] hashring: Unknown symbol hr_lost (err -2)'
ktap_test "a fault that does not name it" faulty '[   12.345678] WARNING: CPU: 0 PID: 1 at net/core/dev.c:1'
ktap_test "a word between the lines of the kernel's own race" in_races
ktap_finish
