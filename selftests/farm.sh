#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# farm.sh FOLDER - a folder of links to the module's sources
#
# Kbuild leaves its objects beside the sources. Built in a farm for each
# kernel they stay out of the tree, and out of each other's way.

set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
top=$(pwd -P)
farm=${1:?usage: farm.sh FOLDER}

mkdir -p "$farm"
# Sources that are gone, or that were elsewhere when the tree was.
find "$farm" -xtype l -delete
find Kbuild kmod -type f \( -name '*.[ch]' -o -name Kbuild \) ! -name '*.mod.c' |
	while read -r file; do
		[ ! "$farm/$file" -ef "$file" ] || continue
		mkdir -p "$farm/${file%/*}" 2>/dev/null || true
		ln -sf "$top/$file" "$farm/$file"
	done
