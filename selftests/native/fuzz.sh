#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz.sh - runs known inputs through the targets of libFuzzer, under ASan and
# UBSan: the corpora, and all inputs that ever crashed a target

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
out=$PWD/build/fuzz log=$PWD/build/fuzz/replay.log
read -ra targets < <(make -s -C selftests/fuzz list)

echo "TAP version 13"
echo "1..$((2 * ${#targets[@]}))"
mkdir -p "$out"
make --no-print-directory -C selftests/fuzz -j "$(nproc)" "O=$out" \
	>"$out/build.log" 2>&1 || {
	tail -n 40 "$out/build.log" | sed 's/^/# /'
	exit 1
}

number=0 status=0
for target in "${targets[@]}"; do
	for kind in corpus crashes; do
		((++number))
		mapfile -t inputs < <(find "selftests/fuzz/$kind/$target" -type f \
			2>/dev/null | sort)
		name="$target: $kind: ${#inputs[@]} inputs"
		# Without an input a target would fuzz, and an empty corpus
		# would test nothing.
		if [ ${#inputs[@]} = 0 ] && [ $kind = crashes ]; then
			echo "ok $number - $name"
		elif [ ${#inputs[@]} -gt 0 ] &&
		     "$out/$target" -timeout=60 "${inputs[@]}" >"$log" 2>&1 &&
		     [ "$(grep -c '^Executed ' "$log")" = ${#inputs[@]} ]; then
			echo "ok $number - $name"
		else
			echo "not ok $number - $name"
			tail -n 40 "$log" | sed 's/^/# /'
			status=1
		fi
	done
done
exit $status
