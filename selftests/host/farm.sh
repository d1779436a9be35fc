#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# farm.sh FOLDER - a folder of links to the module's sources
#
# Kbuild leaves its objects beside the sources. Built in a farm for each
# kernel they stay out of the tree, and out of each other's way.

set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$(pwd -P)
farm=${1:?usage: farm.sh FOLDER}

# A source is gone, or the tree has moved. Kbuild takes a header that is gone
# for one that has not changed: only a fresh start is right.
if [ -d "$farm" ] && [ -n "$(find "$farm" -xtype l -print -quit)" ]; then
	rm -rf "$farm"
fi
mkdir -p "$farm"
find Kbuild kmod -type f \( -name '*.[ch]' -o -name Kbuild \) ! -name '*.mod.c' |
	while read -r file; do
		[ ! "$farm/$file" -ef "$file" ] || continue
		mkdir -p "$(dirname "$farm/$file")"
		ln -sf "$top/$file" "$farm/$file"
	done
