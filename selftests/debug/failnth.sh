#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# failnth.sh - each allocation of each command fails once: first alone, then
# with all later ones, as when memory is used up. The commands are those of the
# spec, see failnth.py. tools/failnth.c has the conditions after a failure.
#
# CASES, a regular expression, selects some cases for work on one of them.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/debug/fault_lib.sh
. "$(dirname "$0")/fault_lib.sh"

: "${FAILNTH:=$ROOT/build/tools/failnth}"
: "${CASES:=.}"
total=0 one='' other=''

# A separate machine with a backend, for forwarded packets.
setup_machine() # VARIABLE
{
	setup_ns "$1"
	ip -n "${!1}" -batch - <<-END
		link add front type veth peer name back
		link set front addrgenmode none up
		link set back addrgenmode none up
		addr add 10.9.0.1/24 dev front
		addr add fd00:9::1/64 dev front nodad
		neigh add 10.9.0.2 lladdr 02:00:00:00:09:02 dev front
		neigh add fd00:9::2 lladdr 02:00:00:00:09:02 dev front
		route add 198.18.0.0/16 via 10.9.0.2
	END
}

# take_in HOW - reads the verdicts of failnth from standard input
take_in()
{
	local verdict name figures

	: >"$WORK/why"
	while read -r verdict name figures; do
		case $verdict in
		good)
			ktap_pass "$name, $1: $figures"
			[[ $figures =~ injected\ ([0-9]+) ]] &&
				((total += BASH_REMATCH[1]))
			;;
		bad)
			ktap_fail "$name, $1: $figures" "$WORK/why"
			: >"$WORK/why"
			;;
		*)
			echo "$verdict $name $figures" >>"$WORK/why"
			;;
		esac
	done
}

# fail WHERE FILE WORD... - runs failnth in a namespace, with verdicts to FILE
fail()
{
	{
		in_ns "$1" "$FAILNTH" "${@:3}" <"$WORK/cases" 2>&1
		[[ $? == [01] ]] || echo "bad failnth ended early"
	} >"$2"
}

# both WHAT... - fails one allocation, and in parallel, in the other namespace,
# one and all later ones
both()
{
	fail "$other" "$WORK/second" "$@" all &
	take_in "one fails" < <(fail "$one" /dev/stdout "$@")
	wait $!
	take_in "all from one on fail" <"$WORK/second"
}

# --- failures in kernel workers ---------------------------------------------

rc()
{
	"$RINGCTL" -n "$one" "$@"
}

# workers_fail TIMES INTERVAL - TIMES failures in workers, one every INTERVAL
# allocations
workers_fail()
{
	local task

	put "$2" "$faults/failslab/interval"
	put "$1" "$faults/failslab/times"
	put 0 "$faults/fail_page_alloc/times"
	for task in /proc/[0-9]*; do
		[[ $(<"$task/comm") != kworker* ]] || put 1 "$task/make-it-fail"
	done 2>/dev/null
}

# held_ring WORD... - makes a ring with a migration that ends by itself
held_ring()
{
	rc ring add web points 30 seed 000102030405060708090a0b0c0d0e0f "$@"
	rc change web '{ node add b1; node add b2; node add b3 }' >"$WORK/said"
	rc node add web n1 --hold >"$WORK/said"
	rc migrate resume web --deadline 1h >"$WORK/said"
}

# settles TIMES INTERVAL - the map at the end is the one without failures
settles()
{
	held_ring established move
	workers_fail "$@"
	rc migrate step web --to end >"$WORK/said"
	rc migrate wait web --timeout 2m >"$WORK/said"
	echo $(($1 - $(<"$faults/failslab/times"))) >>"$WORK/injected"
	workers_fail 0 1
	rc digest web >"$WORK/digest"
	rc digest web --config >>"$WORK/digest"
	[ -e "$WORK/wanted" ] || cp "$WORK/digest" "$WORK/wanted"
	cmp "$WORK/wanted" "$WORK/digest"
	rc ring del web
}

settle_later()
{
	local interval

	settles 0 1
	for interval in 1 2 3 4 5 7 9 11 13 16; do
		settles 1 "$interval"
	done
	settles 5 1
	# A worker that starts after the marks does not fail.
	[ "$(awk '{ n += $1 } END { print n }' "$WORK/injected")" -ge 10 ]
}

# The deadline cuts the remaining flows off, and is the recorded reason.
deadline_stays()
{
	held_ring
	rc migrate step web --to end >"$WORK/said"
	workers_fail 2 1
	rc migrate resume web --deadline 1s >"$WORK/said"
	rc migrate wait web --timeout 2m >"$WORK/said"
	expect_equal 0 "$(<"$faults/failslab/times")" "failures that are left"
	rc -j migrate steps web >"$WORK/said"
	grep -q '"the deadline has passed"' "$WORK/said"
	rc ring del web
}

write_cases()
{
	/usr/bin/python3 "$ROOT/selftests/debug/failnth.py" >"$WORK/all"
}

ktap_begin
need_root
need_program python3
need_faults
[ ! -d /sys/module/hashring ] || ktap_skip_all "hashring is loaded already"
setup_machine one
setup_machine other
kernel_log_mark
choose_faults
: >"$WORK/cases"

# For module loading, only allocations of the module's own code, above the
# kernel's.
fail_below "0x$(awk '$3 == "_etext" { print $1 }' /proc/kallsyms)" 0xffffffffff000000
module=${HASHRING_KO:-$ROOT/build/$(uname -r)/hashring.ko}
take_in "one fails" < <(fail "$one" /dev/stdout module "$module")
take_in "all from one on fail" < <(fail "$one" /dev/stdout module "$module" all)
ktap_test "loading it wanted memory and did not get it" [ $total -gt 0 ]

need_module
# For a namespace, the allocations of each subsystem's own init: the module's
# init ends before, with or after it. Nested allocations would take ten times as
# long.
fail_below_function ops_init 7
take_in "one fails" < <(fail "$one" /dev/stdout namespaces)

fail_below_module
ktap_test "each command of the spec has a case" write_cases
awk -v cases="$CASES" '
	$1 == "setup" || $1 == "packets" { setup = setup $0 "\n"; next }
	$1 == "case" { if ($2 ~ cases) printf "%s%s\n", setup, $0
		       setup = ""; next }
	{ print }' "$WORK/all" >"$WORK/cases"
both commands
ktap_test "a migration that cannot end ends later" settle_later
ktap_test "and says why it does" deadline_stays
no_faults
note "$total failures injected"
ktap_test "no leaks" no_leaks
# A folder in debugfs that got no memory is reported, and only tests miss it.
log_ignored='debugfs: out of free dentries'
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
