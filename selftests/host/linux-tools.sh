#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# linux-tools.sh - the kernel tree's own tools, from Debian's linux-source
#
# Prints the folder of these tools: checkpatch, kernel-doc, the netlink
# generator with its schemas and client, rules for coccinelle. They are unpacked
# once, in build/.

set -eu -o pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$(pwd -P)
archive=/usr/src/linux-source-6.12.tar.xz

if [ ! -r "$archive" ]; then
	echo "linux-tools: no $archive; selftests/host/packages.sh installs it" >&2
	exit 1
fi
# The folder's name depends on the inputs: the source, and the list below.
tools=$top/build/linux-tools-$(cat <(stat -c '%s-%Y' "$archive") "$0" |
	sha256sum | cut -c 1-16)
if [ ! -d "$tools" ]; then
	mkdir -p "$top/build"
	work=$(mktemp -d "$top/build/linux-tools.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	tar -C "$work" --strip-components=1 --wildcards -xJf "$archive" \
		'linux-source-*/MAINTAINERS' \
		'linux-source-*/LICENSES' \
		'linux-source-*/Documentation/netlink' \
		'linux-source-*/scripts/checkpatch.pl' \
		'linux-source-*/scripts/const_structs.checkpatch' \
		'linux-source-*/scripts/spelling.txt' \
		'linux-source-*/scripts/kernel-doc' \
		'linux-source-*/scripts/coccinelle' \
		'linux-source-*/scripts/clang-tools' \
		'linux-source-*/tools/net/ynl' \
		'linux-source-*/tools/testing/selftests/kselftest*' \
		'linux-source-*/tools/testing/selftests/lib.mk' \
		'linux-source-*/tools/testing/selftests/net/lib.sh'
	chmod 755 "$work"
	mv -T "$work" "$tools" 2>/dev/null || [ -d "$tools" ]
fi
echo "$tools"
