#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz_netlink.sh - random messages of all kinds, in many namespaces at a time:
# answers follow the spec, and every ring is whole at the end
#
# fuzz/netlink/fuzz.h describes the method. FUZZ_NETLINK holds options of
# build/fuzz-netlink/fuzz-netlink, such as `--seed 7 --messages 1000000`.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fuzz=$ROOT/build/fuzz-netlink/fuzz-netlink
figures=$WORK/figures

figure() # NAME
{
	awk -v name="$1" '$1 == name { print $2 }' "$figures"
}

# The memory that selftests/vm/run --share gives to a guest, if any.
shared_memory()
{
	local device

	for device in /sys/bus/pci/devices/*; do
		[ -e "$device" ] || continue
		[ "$(<"$device/vendor") $(<"$device/device")" != "0x1af4 0x1110" ] ||
			echo "$device/resource2"
	done
}

all_is_answered()
{
	local options record

	read -ra options <<<"${FUZZ_NETLINK:---messages 20000}"
	record=$(shared_memory)
	"$fuzz" "${options[@]}" ${record:+--record "$record"} >"$figures"
}

rings_are_well()
{
	expect_between 10 1000000000 "$(figure rings_settled)" "rings at ends of sessions"
	expect_equal "$(figure rings_settled)" "$(figure rings_rebuilt)" \
		"of these, made anew with the same digest"
}

need_module
[ -x "$fuzz" ] || ktap_skip_all "no $fuzz; make test-tools builds it"
ktap_begin
kernel_log_mark
ktap_test "all answers are answers that the spec allows" all_is_answered
[ ! -s "$figures" ] || sed 's/^/# /' "$figures"
ktap_test "every command succeeded at least once" \
	expect_equal 0 "$(figure never_done)" "commands that were never done"
ktap_test "rings are whole, and have the same digest when built anew" rings_are_well
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
