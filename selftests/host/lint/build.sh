# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are lint.sh's
#
# build.sh - the checks of lint.sh by compilers. Sourced by lint.sh.
#
# These objects are apart from the tested ones, because the flags differ. Checks
# that need the same objects call the same function. The function waits for the
# other check, or finds the objects ready.

# locked NAME COMMAND... - one command at a time for each NAME
locked()
{
	local name=$1
	shift

	(
		flock 9
		"$@" 9>&-
	) 9>"$out/$name.lock"
}

compile() # HEADERS FARM WORD...
{
	local headers=$1 farm=$out/$2
	shift 2

	selftests/host/farm.sh "$farm" || return
	make --no-print-directory -s -j "$(nproc)" -C "$headers" \
		M="$farm" W=1 "$@" modules || return
	selftests/host/farm.sh "$farm.consumer" selftests/consumer || return
	make --no-print-directory -s -C "$headers" M="$farm.consumer" W=1 \
		HASHRING="$PWD/kmod" KBUILD_EXTRA_SYMBOLS="$farm/Module.symvers" \
		"$@" modules || return
	selftests/host/farm.sh "$farm.kunit" selftests/kunit || return
	selftests/host/farm.sh "$farm.kunit/core" kmod/core || return
	selftests/host/farm.sh "$farm.kunit/model" selftests/model || return
	make --no-print-directory -s -j "$(nproc)" -C "$headers" \
		M="$farm.kunit" W=1 HASHRING="$PWD/kmod" "$@" modules
}

# Compiles the module, the consumer of the tests and the core's tests. sparse
# reads each file before the compiler.
compile_gcc() # RELEASE
{
	compile "/lib/modules/$1/build" "$1" C=1 CF=-Wsparse-error \
		KCFLAGS='-Werror -fstack-usage'
}

compile_clang() # RELEASE
{
	local headers=$out/clang-$1.headers

	clang_headers "$1" "$headers" || return
	compile "$headers" "clang-$1" LLVM=1 CC=clang LD=ld.lld KCFLAGS=-Werror
}

# Makes a folder of headers as if RELEASE had been configured for clang: links
# to Debian's headers, except for configuration that depends on the compiler.
# Without debugging information, which takes a fifth of the time.
clang_headers() # RELEASE FOLDER
{
	local headers file version lacks=DEBUG_INFO

	# Options that only gcc, or only later versions of clang, support.
	lacks+='|CC_HAS_RETURN_THUNK|(MITIGATION_)?RETHUNK|CC_HAS_SLS|(MITIGATION_)?SLS'
	lacks+='|INIT_STACK_ALL_ZERO|CC_HAS_NAMED_AS|USE_X86_SEG_SUPPORT'
	lacks+='|FTRACE_MCOUNT_USE_CC'
	[ ! -e "$2/Makefile" ] || return 0
	headers=$(realpath "/lib/modules/$1/build") || return
	rm -rf "$2" "$2.new"
	cp -as "$headers" "$2.new" || return
	version=$(clang -dumpversion | awk -F . '{ print $1 * 10000 + $2 * 100 + $3 }')
	for file in config/auto.conf generated/autoconf.h; do
		rm "$2.new/include/$file"
		sed -E "/^(#define )?CONFIG_($lacks)[A-Z0-9_]*[= ]/d
			s/CONFIG_CC_IS_GCC/CONFIG_CC_IS_CLANG/
			s/-Wimplicit-fallthrough=5/-Wimplicit-fallthrough/
			s/(CONFIG_GCC_VERSION.).*/\10/
			s/(CONFIG_CLANG_VERSION.).*/\1$version/" \
			"$headers/include/$file" >"$2.new/include/$file" || return
	done
	mv "$2.new" "$2"
}

check_gcc() # RELEASE
{
	locked "$1" compile_gcc "$1"
}

check_clang() # RELEASE
{
	locked "clang-$1" compile_clang "$1"
}

# make_user FOLDER WORD... - builds the programs, and the tools of the tests
make_user()
{
	local folder=$out/$1
	shift

	set -- --no-print-directory -s -j "$(nproc)" "$@"
	make -C user O="$folder" "$@" all &&
		make -C selftests/tools O="$folder-tools" USER="$folder" "$@" all &&
		make -C selftests/soak O="$folder-tools" USER="$folder" "$@" all
}

# make_tests FOLDER WORD... - builds the native tests
make_tests()
{
	local folder=$out/$1
	shift

	set -- --no-print-directory -s -j "$(nproc)" sanitize= "$@" objects
	make -C selftests/kunit O="$folder-kunit" "$@" &&
		make -C selftests/unit O="$folder-unit" "$@"
}

# sparse reads each file here too, without checks of byte order and of pointers
# in initializers, for which libc has no types. gcc also looks for paths to
# invalid memory. gcc 12 wrongly reports a leak for a pointer in an array that
# realloc() may move. So clang-tidy and, in the native tests, LeakSanitizer look
# for leaks.
check_gcc_user()
{
	export CHECK='sparse -Wsparse-error -Wno-bitwise -Wno-non-pointer-null'
	export REAL_CC=gcc

	make_user gcc-user CC=cgcc \
		CFLAGS='-O2 -Werror -fanalyzer -Wno-analyzer-malloc-leak' &&
		make_tests gcc-user CC=cgcc CFLAGS='-O1 -Werror'
}

# All warnings of clang, without these:
clang_warnings=(
	-Weverything
	# the layout of structures, the place of variables, GNU C and C11
	-Wno-padded -Wno-declaration-after-statement -Wno-vla
	-Wno-gnu -Wno-pedantic -Wno-c2x-extensions
	# integers of several widths, as kernel code has them; sparse tells endianness
	-Wno-sign-conversion -Wno-shorten-64-to-32 -Wno-implicit-int-conversion
	-Wno-implicit-int-float-conversion -Wno-float-conversion
	-Wno-implicit-const-int-float-conversion -Wno-sign-compare
	# callbacks and tables have parameters and members that not all users
	# need
	-Wno-unused-parameter -Wno-missing-field-initializers
	# a default is a case, and libc's names are macros
	-Wno-switch-enum -Wno-disabled-macro-expansion
	# a variable is set depending on a status: only the analyzers follow
	# this
	-Wno-conditional-uninitialized
	# the kernel's names in the shim, and its comments, which are not doxygen's
	-Wno-reserved-identifier -Wno-reserved-macro-identifier
	-Wno-documentation -Wno-documentation-unknown-command
	# a style sheet is long, and formats may stand in a table
	-Wno-overlength-strings -Wno-format-nonliteral
	# cmocka compares floats; only the native build sees the abort of a
	# KUnit test
	-Wno-double-promotion -Wno-unreachable-code-return
	# netlink aligns attributes, and the core aligns records
	-Wno-cast-align -Wno-cast-qual
)

# Each file's command is kept for clang-tidy.
compile_clang_user()
{
	local flags="-O1 -Werror ${clang_warnings[*]}"

	# shellcheck disable=SC2016 # $@ is make's
	make_user clang-user CC=clang CFLAGS="$flags "'-MJ $@.json' &&
		make_tests clang-user CC=clang CFLAGS="$flags"
}

check_clang_user()
{
	locked clang-user compile_clang_user
}

# Calls and includes run downwards only, by the table of floors.
check_floors() # RELEASE
{
	check_gcc "$1" && check_clang_user || return
	selftests/host/lint/floors.py selftests/host/floors.txt \
		kmod="$out/$1/kmod" user="$out/clang-user"
}

# Prints the deepest functions, and checks a limit for all functions: the counts
# of a digit, 256 numbers, just fit. Functions on the way of packets have a
# smaller limit, because their frames come on top of other stacks.
check_stack() # RELEASE
{
	local path='^kmod/(flow|flow_tcp|ring/view|steer/steer|steer/via|track/track|track/pool)\.c'

	locked "$1" compile_gcc "$1" || return
	find "$out/$1/kmod" -name '*.su' -exec sed "s,^$out/$1/,," {} + |
		sort -t "$(printf '\t')" -k 2,2nr >"$out/$1.stack" || return
	[ -s "$out/$1.stack" ] || return
	echo "the deepest, in bytes:"
	awk -F '\t' -v limit=$stack_limit -v packet_limit=$stack_limit_packet -v path="$path" '
		{ most = $1 ~ path ? packet_limit : limit }
		NR <= 5 { printf "# %s %d\n", $1, $2 }
		$2 > most { printf "%s: %d bytes of stack, more than %d\n", $1, $2, most; bad = 1 }
		$3 == "dynamic" { printf "%s: unbounded\n", $1; bad = 1 }
		END { exit bad }' "$out/$1.stack"
}
stack_limit=1152 stack_limit_packet=320
