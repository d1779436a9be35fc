#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# proof.sh - plan, change, and measurement by the kernel have the same from-to
# matrix, over random changes of all placements
#
# tools/proof.c compares the owners of keys before and after each change with a
# table built without the kernel. ringctl measure makes every other change; its
# counts are compared with these tables too.
#
# one kernel: the core alone decides the figures

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

proof=$ROOT/build/tools/proof
here=''	# a namespace with rings

proven() # PLACEMENT CHANGES KEYS
{
	# An earlier run that failed may have left the ring.
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
