#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# proof.sh - plan, then change, then measure through the kernel: the same
# from-to matrix three times, over random changes of all placements
#
# tools/proof.c says how. A key has, before and after each change, the owner of
# a table that was made without the kernel; every other change is carried out by
# ringctl measure, whose counts are those of these tables.

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

proof=$ROOT/build/tools/proof
here=''	# a namespace with rings

proven() # PLACEMENT CHANGES KEYS
{
	# What a run that failed may have left.
	"$RINGCTL" -n "$here" ring del proof 2>"$WORK/said" || :
	in_ns "$here" "$proof" "$RINGCTL" "$@" >"$WORK/figures"
}

need_program "$RINGCTL"
need_module
[ -x "$proof" ] || ktap_skip_all "no $proof; make test-tools builds it"
ktap_begin
setup_ns here
for placement in hash explicit balanced; do
	for run in "$(fewer 200) $(fewer 20000)" "3 $(fewer 1000000)"; do
		read -r changes keys <<<"$run"
		ktap_test "$placement: $changes changes, $keys keys" \
			proven "$placement" "$changes" "$keys"
		[ ! -s "$WORK/figures" ] || sed 's/^/# /' "$WORK/figures"
	done
done
ktap_finish
