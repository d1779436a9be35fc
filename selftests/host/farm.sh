#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# farm.sh FOLDER [MODULE] - makes a folder of links to the sources of hashring,
# or of the module in the folder MODULE
#
# Kbuild writes objects beside the sources. With a folder for each kernel the
# tree stays clean, and kernels do not share objects.

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

# A source was removed, or the tree was moved. Kbuild takes a removed header for
# an unchanged one: only a new folder is right.
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
