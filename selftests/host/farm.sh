#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# farm.sh FOLDER [MODULE] - a folder of links to the sources of hashring, or of
# the module whose folder is MODULE
#
# Kbuild leaves its objects beside the sources. Built in a farm for each
# kernel they stay out of the tree, and out of each other's way.

set -eu
farm=$(realpath -m "${1:?usage: farm.sh FOLDER [MODULE]}")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [ $# -gt 1 ]; then
	cd "$2"
	sources=(*)
else
	sources=(Kbuild kmod)
fi
top=$(pwd -P)

# A source is gone, or the tree has moved. Kbuild takes a header that is gone
# for one that has not changed: only a fresh start is right.
if [ -d "$farm" ] && [ -n "$(find "$farm" -xtype l -print -quit)" ]; then
	rm -rf "$farm"
fi
mkdir -p "$farm"
find "${sources[@]}" -type f \( -name '*.[ch]' -o -name Kbuild \) ! -name '*.mod.c' |
	while read -r file; do
		[ ! "$farm/$file" -ef "$file" ] || continue
		mkdir -p "$(dirname "$farm/$file")"
		ln -sf "$top/$file" "$farm/$file"
	done
