#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# library.sh - programs in C and C++ are built against the installed libhashring,
# in an empty folder with pkg-config alone, and run
#
# one kernel: the programs ask only for messages that wire.sh sends on each kernel

# shellcheck disable=SC2317 # ktap_test calls the functions

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

prefix=$WORK/usr there=''

expect_nothing_in() # TEXT
{
	expect_equal '' "$1" "what is there"
}

installed()
{
	local name

	make -C "$ROOT" --no-print-directory tools_install O="$ROOT/build" \
		PREFIX="$prefix" >"$WORK/install.log"
	expect_equal 0.1.0 "$(pkg-config --modversion libhashring)" "version"
	expect_nothing_in "$(readelf -d "$prefix/sbin/ringctl" "$prefix/sbin/ringlab" |
		awk '/RPATH|RUNPATH/')"
	expect_match 'SONAME.*libhashring\.so\.[0-9]+' \
		readelf -d "$prefix/lib/libhashring.so"
	expect_nothing_in "$(nm -D --defined-only "$prefix/lib/libhashring.so" |
		awk '$2 != "A" && $3 !~ /^hashring_/')"
	for name in ringctl ringlab; do
		expect_match "^$name 0.1.0\$" env LD_LIBRARY_PATH="$prefix/lib" \
			"$prefix/sbin/$name" --version
		expect_match "complete -F .* $name" \
			cat "$prefix/share/bash-completion/completions/$name"
		[ -e "$prefix/share/man/man8/$name.8" ]
	done
}

# The program in the man page, as the reader sees the page.
example()
{
	mkdir "$WORK/empty"
	mandoc -Tascii "$prefix/share/man/man3/libhashring.3" | col -bx |
		sed -n '/#include <stdio.h>/,/^SEE ALSO/p' | sed '$d' >"$WORK/empty/moved.c"
	grep -q hashring_receipt_release "$WORK/empty/moved.c"
}

# built COMPILER OPTION...
built()
{
	local compiler=$1 flags
	shift

	read -ra flags <<<"$(pkg-config --cflags --libs libhashring)"
	(cd "$WORK/empty" && "$compiler" "$@" -Wall -Wextra -Werror -o "moved-$compiler" \
		"${source[@]}" "${flags[@]}")
	expect_equal '25.000% would move' "$(round "$(in_ns "$there" \
		env LD_LIBRARY_PATH="$prefix/lib" "$WORK/empty/moved-$compiler" web b4)")" \
		"what it says"
	expect_error 'web2' 1 ip netns exec "$there" \
		env LD_LIBRARY_PATH="$prefix/lib" "$WORK/empty/moved-$compiler" web2 b4
}

# With four equal nodes on a grid, the share is a quarter, except for one cell.
round()
{
	awk '{ printf "%.0f.000%% %s %s\n", $1, $2, $3 }' <<<"$1"
}

in_c()
{
	local source=(moved.c)

	built gcc -std=c99 -D_GNU_SOURCE -pedantic
}

in_cxx()
{
	local source=(-x c++ moved.c)

	built g++ -std=c++17 -pedantic
}

# Each header alone, with all warnings.
headers()
{
	local header

	for header in "$prefix"/include/hashring/*.h; do
		for language in c c++; do
			echo "#include <hashring/${header##*/}>" |
				gcc -x "$language" -fsyntax-only -Wall -Wextra -Werror -pedantic \
					-I"$prefix/include" -
		done
	done
}

removed()
{
	make -C "$ROOT" --no-print-directory uninstall O="$ROOT/build" \
		PREFIX="$prefix" DESTDIR=/ KREL=none >"$WORK/uninstall.log"
	expect_nothing_in "$(find "$prefix" ! -type d)"
}

need_module
need_program "$RINGCTL" gcc g++ make pkg-config mandoc readelf col
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
ktap_begin
kernel_log_mark
setup_ns there
"$RINGCTL" -n "$there" ring add web placement balanced
"$RINGCTL" -n "$there" change web '{ node add b1 ; node add b2 ; node add b3 }' \
	>/dev/null
ktap_test "tools and library are installed" installed
ktap_test "the man page has a program" example
ktap_test "the program builds and runs in C" in_c
ktap_test "the program builds and runs in C++" in_cxx
ktap_test "each header compiles alone, in C and C++" headers
ktap_test "uninstall removes all files" removed
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
