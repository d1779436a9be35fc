#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# failnth.sh - each allocation of each command fails once: first alone, then
# with all after it, as when memory is out. The commands are those of the spec,
# see failnth.py; what has to hold after a failure stands in tools/failnth.c.
#
# CASES, a regular expression, chooses some cases for who works on one of them.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/debug/fault_lib.sh
. "$(dirname "$0")/fault_lib.sh"

: "${FAILNTH:=$ROOT/build/tools/failnth}"
: "${CASES:=.}"
total=0 one='' other=''

# A machine of one's own with a backend beside it, for packets that are sent on.
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

# take_in HOW - the verdicts of failnth on its standard output
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

# fail WHERE FILE WORD... - failnth in a namespace, its verdicts to FILE
fail()
{
	{
		in_ns "$1" "$FAILNTH" "${@:3}" <"$WORK/cases" 2>&1
		[[ $? == [01] ]] || echo "bad failnth ended early"
	} >"$2"
}

# both WHAT... - one fails, and at the same time, elsewhere, all from one on
both()
{
	fail "$other" "$WORK/second" "$@" all &
	take_in "one fails" < <(fail "$one" /dev/stdout "$@")
	wait $!
	take_in "all from one on fail" <"$WORK/second"
}

# --- what workers do ---------------------------------------------------------

rc()
{
	"$RINGCTL" -n "$one" "$@"
}

# workers_fail TIMES INTERVAL - so often, every so many allocations
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

# held_ring WORD... - a ring with a migration that ends by itself
held_ring()
{
	rc ring add web points 30 seed 000102030405060708090a0b0c0d0e0f "$@"
	rc change web '{ node add b1; node add b2; node add b3 }' >"$WORK/said"
	rc node add web n1 --hold >"$WORK/said"
	rc migrate resume web --deadline 1h >"$WORK/said"
}

# settles TIMES INTERVAL - and the map is the one without failures
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
	# A worker that was not there yet when they were marked does not fail.
	[ "$(awk '{ n += $1 } END { print n }' "$WORK/injected")" -ge 10 ]
}

# The deadline cuts off what is left, and says that it was the deadline.
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

# Of loading a module only what its own code asks for, which lies above the kernel's.
fail_below "0x$(awk '$3 == "_etext" { print $1 }' /proc/kallsyms)" 0xffffffffff000000
module=${HASHRING_KO:-$ROOT/build/$(uname -r)/hashring.ko}
take_in "one fails" < <(fail "$one" /dev/stdout module "$module")
take_in "all from one on fail" < <(fail "$one" /dev/stdout module "$module" all)
ktap_test "loading it wanted memory and did not get it" [ $total -gt 0 ]

need_module
# Of a namespace what each subsystem has there: the module's ends before, with or
# after it. All that they ask for in turn would take ten times as long.
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
ktap_test "the kernel has nothing to complain of" kernel_log_faults
ktap_finish
