# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with scripts, and by lib.sh
#
# fault_lib.sh - shared parts of scripts with failing allocations, on top of
# lib.sh

faults=/sys/kernel/debug

# need_faults - skips on a kernel without fault injection
need_faults()
{
	local needed

	for needed in /proc/thread-self/fail-nth "$faults/failslab/require-start" \
		"$faults/fail_page_alloc/require-start" "$faults/kmemleak"; do
		[ -w "$needed" ] || ktap_skip_all "a kernel without $needed"
	done
}

# put VALUE FILE
put()
{
	echo "$1" 2>/dev/null >"$2"
}

# choose_faults - selects failing allocations: slabs and pages of any kind,
# below a range of code, in marked tasks
#
# kmemleak's own objects do not fail, because kmemleak would give up. The
# thousands of failures are not printed. The kernel's traces about a lack of
# memory are no faults, and must not get to the console.
choose_faults()
{
	local of cache

	dmesg -n 1
	for of in "$faults/failslab" "$faults/fail_page_alloc"; do
		put 0 "$of/verbose"
		put Y "$of/task-filter"
		put N "$of/ignore-gfp-wait"
		put -1 "$of/times"
		put 100 "$of/probability"
	done
	put N "$faults/fail_page_alloc/ignore-gfp-highmem"
	put 0 "$faults/fail_page_alloc/min-order"
	for cache in /sys/kernel/slab/*/failslab; do
		[[ $cache == */kmemleak* ]] || put 1 "$cache"
	done
	put Y "$faults/failslab/cache-filter"
}

# no_faults - ends failures
no_faults()
{
	put 0 "$faults/failslab/probability"
	put 0 "$faults/fail_page_alloc/probability"
	put N "$faults/failslab/cache-filter"
	dmesg -n 6
}

# fail_below START END
fail_below()
{
	local of

	for of in "$faults/failslab" "$faults/fail_page_alloc"; do
		put "$1" "$of/require-start"
		put "$2" "$of/require-end"
		put 32 "$of/stacktrace-depth"
	done
}

# fail_below_module - selects allocations of the module, at any address
fail_below_module()
{
	local size start

	read -r _ size _ _ _ start _ < <(grep '^hashring ' /proc/modules)
	fail_below "$start" "$(printf '%#x' $((start + size)))"
}

# fail_below_function NAME DEPTH - of a kernel function; at most DEPTH callers
# up
fail_below_function()
{
	local of

	# shellcheck disable=SC2046 # two words
	fail_below $(awk -v name="$1" '
		found && $1 != start { print "0x" start, "0x" $1; exit }
		$3 == name { found = 1; start = $1 }' /proc/kallsyms)
	for of in "$faults/failslab" "$faults/fail_page_alloc"; do
		put "$2" "$of/stacktrace-depth"
	done
}

# leaks - prints leaks, after a wait: kmemleak ignores memory younger than five
# seconds
leaks()
{
	put scan "$faults/kmemleak" || return
	read -rt 6 -u "$lib_never" || :
	put scan "$faults/kmemleak" || return
	cat "$faults/kmemleak"
}

no_leaks()
{
	leaks >"$WORK/leaks"
	[ ! -s "$WORK/leaks" ] || {
		cat "$WORK/leaks"
		return 1
	}
}
