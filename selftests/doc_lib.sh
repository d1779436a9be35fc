# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# doc_lib.sh - commands from documents, for scripts that run these; on top of
# lib.sh

# doc_commands FILE HEADING REGEX - prints the indented lines after the paragraphs
# of a section whose text, joined to one line, matches the extended REGEX. Fails
# without such lines.
doc_commands()
{
	awk -v heading="$2" -v wanted="$3" '
		/^##+ / { inside = substr($0, index($0, " ") + 1) == heading; text = "" }
		!inside { next }
		/^    / {
			ended = 1
			if (text ~ wanted) {
				print substr($0, 5)
				printed = 1
			}
			next
		}
		/^$/ { ended = 1; next }
		{
			text = ended ? $0 : text " " $0
			ended = 0
		}
		END { exit !printed }' "$1"
}

# run_commands NAMESPACE FILE - stops at the first failure; uses the ringctl and
# ringlab under test
run_commands()
{
	PATH=${RINGCTL%/*}:${RINGLAB%/*}:$PATH in_ns "$1" bash -ex "$2"
}
