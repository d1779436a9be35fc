#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# style.sh [CHECK]... - what can be said of the sources without running them
#
# Each check is one test; named ones only, if any are named. What is generated
# is held to its generator, not to style.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. selftests/host/results.sh

# Every file of the tree, be it committed yet or not.
files()
{
	if [ -d .git ] || [ -f .git ]; then
		git ls-files --cached --others --exclude-standard
	else
		find . -path ./build -prune -o -type f -printf '%P\n'
	fi | while IFS= read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done | sort -u
}

mapfile -t all < <(files)
if [ ${#all[@]} = 0 ]; then
	results_failure "no files"
	results_end
	exit 1
fi

matching() # REGEX [REGEX of those left out]
{
	printf '%s\n' "${all[@]}" | grep -E "$1" | grep -vE "${2:-^$}"
}

generated='^(kmod/netlink_gen\.[ch]|kmod/uapi/|Documentation/netlink/genetlink-legacy\.yaml|LICENSES/)'
mapfile -t module < <(matching '^kmod/.*\.[ch]$' "$generated")
mapfile -t scripts < <(
	for file in "${all[@]}"; do
		case $file in
		*.sh | user/completion/*) echo "$file" ;;
		*.[ch] | *.md | *.yaml) ;;
		*)
			head -n 1 "$file" | tr -d '\0' |
				grep -qE '^#!.*[/ ](ba)?sh' && echo "$file"
			;;
		esac
	done
)

checkpatch() # TYPES-TO-IGNORE FILE...
{
	local ignored=$1
	shift

	[ $# -gt 0 ] || return 0
	# A tree of its own has no MAINTAINERS to update for each file, English
	# words are names of functions too, and a table made of macros is read
	# by some that want but one of its columns.
	perl "$tools/scripts/checkpatch.pl" --no-tree --strict --quiet \
		--show-types --terse --no-summary --color=never \
		--ignore "FILE_PATH_CHANGES,EMBEDDED_FUNCTION_NAME,MACRO_ARG_UNUSED$ignored" --file "$@"
}

# What checkpatch asks of the kernel's sources is wrong elsewhere for a few
# things only: programs have no __packed, u8 or strscpy, the shim has to define the
# kernel's types, tables made of macros are no expressions, TRACE_EVENT() is laid
# out like a structure, and compat.h is where versions are compared.
check_checkpatch()
{
	local status=0 tables='^kmod/core/limits\.h$' compat='^kmod/compat\.h$' files
	local trace='^kmod/trace\.h$'

	mapfile -t files < <(matching '^kmod/.*\.[ch]$' "$generated|$tables|$compat|$trace")
	checkpatch '' "${files[@]}" || status=1
	mapfile -t files < <(matching "$tables")
	checkpatch ,COMPLEX_MACRO,MACRO_ARG_REUSE "${files[@]}" || status=1
	mapfile -t files < <(matching "$trace")
	checkpatch ,PARENTHESIS_ALIGNMENT,OPEN_ENDED_LINE "${files[@]}" || status=1
	mapfile -t files < <(matching "$compat")
	checkpatch ,LINUX_VERSION_CODE,CONSTANT_COMPARISON "${files[@]}" || status=1
	mapfile -t files < <(matching '\.[ch]$' "$generated|^kmod/|^user/shim/")
	checkpatch ,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,CAMELCASE,STRCPY \
		"${files[@]}" || status=1
	mapfile -t files < <(matching '^user/shim/.*\.[ch]$')
	checkpatch ,PREFER_DEFINED_ATTRIBUTE_MACRO,COMPLEX_MACRO,NEW_TYPEDEFS \
		"${files[@]}" || status=1
	rm -f .checkpatch-camelcase.*
	return $status
}

# The module, and those of the tests. Compiled apart from those that are tested:
# the flags differ.
compile() # RELEASE WORD...
{
	local farm=$PWD/build/style/$1 kernel=/lib/modules/$1/build
	shift

	selftests/host/farm.sh "$farm" || return
	make --no-print-directory -s -j "$(nproc)" -C "$kernel" \
		M="$farm" W=1 KCFLAGS=-Werror "$@" modules || return
	selftests/host/farm.sh "$farm.consumer" selftests/consumer || return
	make --no-print-directory -s -C "$kernel" M="$farm.consumer" W=1 \
		KCFLAGS=-Werror HASHRING="$PWD/kmod" \
		KBUILD_EXTRA_SYMBOLS="$farm/Module.symvers" "$@" modules || return
	selftests/host/farm.sh "$farm.kunit" selftests/kunit || return
	selftests/host/farm.sh "$farm.kunit/core" kmod/core || return
	make --no-print-directory -s -j "$(nproc)" -C "$kernel" \
		M="$farm.kunit" W=1 KCFLAGS=-Werror HASHRING="$PWD/kmod" "$@" modules
}

check_warnings() # RELEASE
{
	compile "$1"
}

check_sparse() # RELEASE
{
	compile "$1" C=2 CF=-Wsparse-error
}

check_tools()
{
	make --no-print-directory -s -j "$(nproc)" -C user \
		O="$PWD/build/style/user" CFLAGS='-O2 -g -Werror' all
}

# A source that Kbuild does not list is not tested, and nobody would know.
check_kbuild()
{
	diff -u <(sed -n 's/^hashring-y [:+]= \(.*\)\.o$/\1.c/p' Kbuild | sort) \
		<(matching '^kmod/.*\.c$' | sort)
}

check_kernel_doc()
{
	perl "$tools/scripts/kernel-doc" -none -Wall -Werror "${module[@]}"
}

check_shellcheck()
{
	shellcheck -x "${scripts[@]}"
}

check_codespell()
{
	local words

	mapfile -t words < <(matching . "$generated|^\.clang-format")
	# A trough is a word, Nd a macro; a backslash's letter is none.
	codespell --ignore-words-list=trough,nd --ignore-regex='\\[nt]' "${words[@]}"
}

check_man_pages()
{
	local pages

	mapfile -t pages < <(matching '\.[1-9]$')
	[ ${#pages[@]} -gt 0 ] || { echo "no man pages"; return 1; }
	mandoc -T lint -W warning "${pages[@]}"
}

check_yaml()
{
	local documents

	mapfile -t documents < <(matching '\.ya?ml$')
	python3 - "${documents[@]}" <<'END'
import sys
import yaml

for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as stream:
        list(yaml.safe_load_all(stream))
END
}

check_spec()
{
	selftests/host/spec.sh check
}

# The first line, or the second after an interpreter's name.
check_licenses()
{
	local file bad=0

	while IFS= read -r file; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: ' && continue
		echo "$file: no SPDX-License-Identifier"
		bad=1
	done < <(matching '(\.([chsS]|sh|py|ya?ml)|Makefile|Kbuild)$'
		printf '%s\n' "${scripts[@]}")
	return $bad
}

check_blanks()
{
	local text

	mapfile -t text < <(matching . "$generated")
	! grep -nIE '[[:blank:]]+$' "${text[@]}"
}

check_unfinished()
{
	local text

	mapfile -t text < <(matching . "$generated|^selftests/host/style\.sh$")
	! grep -nIwE 'TODO|FIXME|XXX' "${text[@]}"
}

wanted() # CHECK
{
	local name

	[ ${#only[@]} -gt 0 ] || return 0
	for name in "${only[@]}"; do
		[ "$1" != "$name" ] || return 0
	done
	return 1
}

check() # NAME COMMAND...
{
	! wanted "$1" || result_of "$@"
}

only=("$@")
selftests/host/packages.sh || exit 1
tools=$(selftests/host/linux-tools.sh) || exit 1
releases=$(selftests/vm/kernels) || exit 1

echo "style"
check checkpatch check_checkpatch
for release in $releases; do
	series=$(cut -d . -f 1,2 <<<"$release")
	check "warnings-$series" check_warnings "$release"
	check "sparse-$series" check_sparse "$release"
done
check tools check_tools
check kbuild check_kbuild
check kernel-doc check_kernel_doc
check shellcheck check_shellcheck
check codespell check_codespell
check man-pages check_man_pages
check yaml check_yaml
check spec check_spec
check licenses check_licenses
check blanks check_blanks
check unfinished check_unfinished
results_end
