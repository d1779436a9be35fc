#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tutorial.sh - the outputs in Documentation/tutorial.md are those of the
# programs
#
# In the page a block's line that begins with $ is a command. The lines after a
# command are its output. Times depend on the machine, and are not compared. The
# script needs no module.
# shellcheck disable=SC2317 # ktap_test calls functions by their names

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

page=$ROOT/Documentation/tutorial.md

# Splits the page: $WORK/N.run has the Nth command, $WORK/N.want its output.
split_page()
{
	awk -v "work=$WORK" '
	/^    \$ / {
		n++
		print substr($0, 7) >(work "/" n ".run")
		printf "" >(work "/" n ".want")
		next
	}
	/^    / && n { print substr($0, 5) >(work "/" n ".want"); next }
	END { print n }' "$page"
}

# Column `ns` of a table, and a plan's times, are left out.
without_times()
{
	sed -E -e '/^(method|[a-z0-9-]+ +~?[0-9.]+%? )/s/^(.{69}).{7}/\1       /' \
		-e '/ writer /s/[0-9.]+[num]?s/-/g'
}

ringctl()
{
	"$RINGCTL" "$@"
}

ringlab()
{
	"$RINGLAB" "$@"
}

shows()
{
	cd "$WORK"
	# The command is a shell's, with the programs under test.
	eval "$(cat "$1.run")" | without_times >"$1.said"
	without_times <"$1.want" | diff - "$1.said"
}

commands=$(split_page)
ktap_begin
[ "$commands" -gt 10 ] || bail_out "there are hardly any commands in $page"
# The page shows this file by `cat ring.yaml`.
sed -n '/^    \$ cat ring.yaml/,/^$/{/^    \$/d;s/^    //p}' "$page" >"$WORK/ring.yaml"
for ((i = 1; i <= commands; i++)); do
	ktap_test "$(cat "$WORK/$i.run")" shows "$i"
done
ktap_finish
