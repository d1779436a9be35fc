#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# longest.sh LOG... - prints the ten longest parts of a run: scripts by kernel,
# native tests and checks, from the lines of results.sh

set -u
echo "longest"
# A guest's line begins with the kernel's release.
sed -nE 's/^(([0-9]+\.[0-9]+)\.[^ ]+ )?  ([^ ]+) .* ([0-9]+)s$/\4 \3 \2/p' "$@" |
	sort -rn -k 1,1 | head -n 10 |
	while read -r seconds name series; do
		printf '  %-24s %-36s %2dm %02ds\n' "$name" "${series:+on $series}" \
			$((seconds / 60)) $((seconds % 60))
	done
