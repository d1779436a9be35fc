#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lint.sh [CHECK]... - checks the sources without running them
#
# Each check is one test. Arguments select checks by name. As many checks run at
# a time as there are CPUs. The output of each check is in build/lint/log.
# Generated files are compared with the generator's output, and have no checks
# of style.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. selftests/host/results.sh
. selftests/host/lint/text.sh
. selftests/host/lint/build.sh
. selftests/host/lint/analyse.sh
out=$PWD/build/lint

# Every file of the tree, committed or not.
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

generated='^(kmod/netlink/gen\.[ch]|user/(include/hashring/names\.h|lib/names_gen\.c)|kmod/uapi/|Documentation/netlink/genetlink-legacy\.yaml|LICENSES/|selftests/fuzz/(corpus|crashes)/)'
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

# The running checks: name and start of each, by process.
declare -A running=() since=()

# Waits until a check has ended.
end_check()
{
	local pid='' name status=0

	wait -n -p pid "${!running[@]}" || status=$?
	name=${running[$pid]}
	result_is "$name" $status $((SECONDS - since[$pid])) "$out/log/$name"
	unset "running[$pid]" "since[$pid]"
}

check() # NAME COMMAND...
{
	local name=$1
	shift

	[ ${#only[@]} = 0 ] || [[ " ${only[*]} " = *" $name "* ]] || return 0
	while [ ${#running[@]} -ge "$(nproc)" ]; do
		end_check
	done
	"$@" </dev/null >"$out/log/$name" 2>&1 &
	running[$!]=$name since[$!]=$SECONDS
}

# Each check has a process group, which ends with an interrupted lint.sh.
set -m
give_up()
{
	local groups=("${!running[@]}")

	kill -- "${groups[@]/#/-}" 2>/dev/null
	exit 130
}
trap give_up INT TERM

only=("$@")
selftests/host/packages.sh || exit 1
tools=$(selftests/host/linux-tools.sh) || exit 1
releases=$(selftests/vm/kernels) || exit 1
newest=$(tail -n 1 <<<"$releases")
mkdir -p "$out/log" || exit 1

# Long checks come first, so that no long check runs alone at the end.
echo "lint"
check clang-tidy-module check_tidy_module "$newest"
check clang-tidy-user check_tidy_user
for release in $releases; do
	series=$(cut -d . -f 1,2 <<<"$release")
	check "gcc-$series" check_gcc "$release"
	check "clang-$series" check_clang "$release"
done
check checkpatch check_checkpatch
check coccinelle check_coccinelle
check shellcheck check_shellcheck
check gcc-user check_gcc_user
check clang-user check_clang_user
for release in $releases; do
	series=$(cut -d . -f 1,2 <<<"$release")
	check "stack-$series" check_stack "$release"
done
check floors check_floors "$newest"
check kbuild check_kbuild
check map check_map
check kernel-doc check_kernel_doc
check codespell check_codespell
check man-pages check_man_pages
check yaml check_yaml
check spec check_spec
check licenses check_licenses
check blanks check_blanks
check unfinished check_unfinished
while [ ${#running[@]} -gt 0 ]; do
	end_check
done
results_end
