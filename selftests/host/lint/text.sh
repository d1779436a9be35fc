# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are lint.sh's
#
# text.sh - the checks of lint.sh by reading, without a compiler. Sourced by
# lint.sh.

checkpatch() # TYPES-TO-IGNORE FILE...
{
	local ignored=$1
	shift

	[ $# -gt 0 ] || return 0
	# Ignored: this tree has no MAINTAINERS line for each file, functions
	# may have English words as names, and some users of a table made of
	# macros need only one of its columns.
	perl "$tools/scripts/checkpatch.pl" --no-tree --strict --quiet \
		--show-types --terse --no-summary --color=never \
		--ignore "FILE_PATH_CHANGES,EMBEDDED_FUNCTION_NAME,MACRO_ARG_UNUSED$ignored" --file "$@"
}

# Only a few rules of checkpatch are wrong outside of the kernel: programs have
# no __packed, u8 or strscpy, the shim has to define the kernel's types, tables
# made of macros are no expressions, TRACE_EVENT() has the layout of a
# structure, and compat.h compares versions.
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
	checkpatch ,PREFER_DEFINED_ATTRIBUTE_MACRO,COMPLEX_MACRO,NEW_TYPEDEFS,MACRO_ARG_PRECEDENCE \
		"${files[@]}" || status=1
	rm -f .checkpatch-camelcase.*
	return $status
}

# A source outside of Kbuild would stay untested without notice.
check_kbuild()
{
	diff -u <(sed -n 's/^hashring-y [:+]= \(.*\)\.o$/\1.c/p' Kbuild | sort) \
		<(matching '^kmod/.*\.c$' | sort)
}

# architecture.md has all files, and no lock that was removed.
check_map()
{
	selftests/host/lint/map.py Documentation/architecture.md
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
	# A trough is a word, Nd a macro, iif the kernel's, whos a plural; the
	# letter after a backslash is no word.
	codespell --ignore-words-list=trough,nd,whos,iif --ignore-regex='\\[nt]' "${words[@]}"
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

# The SPDX line is the first line, or the second after an interpreter.
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

	mapfile -t text < <(matching . "$generated|^selftests/host/lint/text\.sh$")
	! grep -nIwE 'TODO|FIXME|XXX' "${text[@]}"
}

