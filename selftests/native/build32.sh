#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build32.sh - the build for a 32-bit kernel is refused by name

# shellcheck disable=SC2317 # ktap_test calls the function

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

build32()
{
	local release

	release=$("$ROOT/selftests/vm/kernels" | tail -n 1)
	"$ROOT/selftests/host/farm.sh" "$WORK/farm"
	expect_error 'hashring needs a 64-bit kernel' 2 make -C \
		"/lib/modules/$release/build" M="$WORK/farm" CONFIG_64BIT= modules
}

need_program make
ktap_begin
ktap_test "a 32-bit build" build32
ktap_finish
