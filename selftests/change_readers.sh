#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# change_readers.sh - during 10,000 changes, readers see one table or the next,
# never a mix
#
# An answer names its generation. tools/change_readers.c builds the table of that
# generation anew from the members, and compares every owner.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

change_readers=$ROOT/build/tools/change_readers
figures=$WORK/figures
changes=$(fewer 10000)

figure() # NAME
{
	awk -v name="$1" '$1 == name { print $2 }' "$figures"
}

changes_run()
{
	"$change_readers" -c "$changes" -r 4 -t 2 >"$figures"
	expect_equal "$changes" "$(figure changes)" changes
}

every_owner_right()
{
	expect_equal 0 "$(figure wrong)" "wrong answers"
	# With fewer generations, readers would hardly meet a change.
	expect_between $((changes / 10)) 1000000000 "$(figure tables)" "generations met"
}

memory_bounded()
{
	# At most two retired tables a ring may use memory. The published tables together
	# are many times larger.
	expect_between 0 $(($(figure published_kb) / 4 + $(kept_kb))) \
		"$(($(figure dipped_kb) > 0 ? $(figure dipped_kb) : 0))" \
		"kB less available than before"
}

need_module
[ -x "$change_readers" ] || ktap_skip_all "no $change_readers; make test-tools builds it"
ktap_begin
kernel_log_mark
ktap_test "$changes changes of 4 rings under 2 readers" changes_run
[ ! -s "$figures" ] || note "$(tr '\n' ' ' <"$figures")"
ktap_test "every owner is right for the answer's generation" every_owner_right
ktap_test "memory stays bounded" memory_bounded
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
