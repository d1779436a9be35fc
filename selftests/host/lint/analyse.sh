# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are lint.sh's
#
# analyse.sh - the checks of lint.sh by tools that look for faults rather than
# for style. Sourced by lint.sh.

# Runs the kernel's own rules. The kernel's make coccicheck does not work
# outside of the kernel's tree. Rules in OCaml need a spatch that Debian does
# not have. Each wrong report is in coccinelle.txt, in coccinelle's words
# without the position, with the reason.
check_coccinelle()
{
	local rule options status=0 said=$out/coccinelle

	: >"$said"
	for rule in "$tools"/scripts/coccinelle/*/*.cocci; do
		! grep -q 'script:ocaml' "$rule" || continue
		options=$(sed -n 's,^// Options: ,,p' "$rule")
		# shellcheck disable=SC2086 # several words
		if ! spatch -D report --very-quiet --no-show-diff --cocci-file "$rule" \
			$options -I kmod --patch . --dir kmod >>"$said"; then
			echo "${rule#"$tools/"}: failed"
			status=1
		fi
	done
	sed -nE 's/^([^ :]*):[0-9]+:[0-9-]+: /\1: /p' "$said" | sort -u |
		comm -3 - <(grep -vE '^(#|$)' selftests/host/lint/coccinelle.txt | sort) |
		sed 's/^\t/no longer said: /' >"$said.new"
	cat "$said.new"
	[ $status = 0 ] && [ ! -s "$said.new" ]
}

# .clang-tidy has the list of checks.
tidy() # DATABASE REGEX
{
	local status=0 said=$1/clang-tidy.said

	run-clang-tidy -quiet -p "$1" -j "$(nproc)" "$2" >"$said" 2>&1 || status=$?
	# clang-tidy always prints colours, and many lines for each report.
	sed -i 's/\x1b\[[0-9;]*m//g' "$said"
	grep -E '(error|warning): ' "$said" | sort -u
	[ $status = 0 ] || echo "($said has the ways that lead there)"
	return $status
}

check_tidy_module() # RELEASE
{
	local farm=$out/clang-$1

	locked "clang-$1" compile_clang "$1" || return
	python3 "$tools/scripts/clang-tools/gen_compile_commands.py" \
		-d "$farm.headers" -o "$farm/compile_commands.json" "$farm" || return
	# The core is read natively, with fewer headers before it.
	tidy "$farm" 'kmod/[a-z_]*\.c$'
}

check_tidy_user()
{
	locked clang-user compile_clang_user || return
	{
		echo '['
		find "$out/clang-user" -name '*.o.json' -exec cat {} + | sed '$ s/,$//'
		echo ']'
	} >"$out/clang-user/compile_commands.json"
	tidy "$out/clang-user" .
}
