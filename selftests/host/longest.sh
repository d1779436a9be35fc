#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# longest.sh LOG... - the ten parts of a run that took longest: scripts by kernel,
# native tests, checks; by the lines that results.sh printed

set -u
echo "longest"
# A guest's line has the kernel's release in front.
sed -nE 's/^(([0-9]+\.[0-9]+)\.[^ ]+ )?  ([^ ]+) .* ([0-9]+)s$/\4 \3 \2/p' "$@" |
	sort -rn -k 1,1 | head -n 10 |
	while read -r seconds name series; do
		printf '  %-24s %-36s %2dm %02ds\n' "$name" "${series:+on $series}" \
			$((seconds / 60)) $((seconds % 60))
	done
