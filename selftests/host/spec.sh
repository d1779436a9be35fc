#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# spec.sh generate|check - files that are generated from the netlink family's
# spec
#
# generate writes the uapi header and the policies with the kernel's own
# generator and spec_dumps.py, and the library's tables of names. check fails if
# a committed file differs from the generator's output, or if the spec does not
# match its schema.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
tools=$(selftests/host/linux-tools.sh) || exit 1

# The generator looks for schemas beside the spec's folder, and needs an
# absolute path of the spec. Its output has this path relative to the folder of
# a MAINTAINERS file.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -r "$tools/MAINTAINERS" "$work/" && mkdir "$work/Documentation" &&
	cp -r "$tools/Documentation/netlink" "$work/Documentation/" || exit 1
spec=Documentation/netlink/specs/hashring.yaml
cp "$spec" "$work/$spec" || exit 1

generate() # MODE KIND FILE
{
	if [ "$1" = names ]; then
		selftests/host/spec_names.py "$spec" "$2" >"$3"
		return
	fi
	timeout 60 python3 "$tools/tools/net/ynl/ynl-gen-c.py" \
		--mode "$1" "--$2" --spec "$work/$spec" -o "$3" </dev/null || return
	if [ "$1 $2" = "kernel source" ]; then
		selftests/host/spec_dumps.py "$spec" <"$3" >"$work/completed" &&
			cp "$work/completed" "$3"
	fi
}

# MODE KIND FILE of each output
outputs="uapi header kmod/uapi/linux/hashring.h
kernel header kmod/netlink/gen.h
kernel source kmod/netlink/gen.c
names header user/include/hashring/names.h
names source user/lib/names_gen.c"

case ${1:-} in
generate)
	while read -r mode kind file; do
		generate "$mode" "$kind" "$file" || exit 1
	done <<<"$outputs"
	;;
check)
	stale=0
	while read -r mode kind file; do
		# The file keeps its name, which include guards are made of.
		generate "$mode" "$kind" "$work/${file##*/}" || exit 1
		if ! diff -u "$file" "$work/${file##*/}"; then
			echo "$file is stale: make spec" >&2
			stale=1
		fi
	done <<<"$outputs"
	exit $stale
	;;
*)
	echo "Usage: selftests/host/spec.sh generate|check" >&2
	exit 1
	;;
esac
