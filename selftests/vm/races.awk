# SPDX-License-Identifier: GPL-2.0-only
#
# races.awk - filters KCSAN's reports: awk -v faults=REGEX -v own=FILE
#
# A data race without hashring on its stacks is the kernel's own: the kernel has
# many harmless ones. The title of such a race goes to FILE, and the lines of
# its report are left out of the printed log. Another CPU may have put lines
# into the report: a line that matches FAULTS stays.

function end_of_report(	i, title)
{
	title = ""
	for (i = 1; i <= n; i++)
		if (match(line[i], /BUG: KCSAN: .*/))
			title = substr(line[i], RSTART + 5)
	for (i = 1; i <= n; i++)
		if (title == "" || ours || (line[i] ~ faults && line[i] !~ /KCSAN: /))
			print line[i]
	if (title != "" && !ours)
		print title >own
	n = ours = 0
}

/^(\[[^]]*\] )?=====+$/ {
	line[++n] = $0
	if (n > 1)
		end_of_report()
	next
}

n {
	line[++n] = $0
	ours = ours || /\[hashring/
	next
}

{ print }

# The stacks of an unfinished report are unknown, so the report counts.
END {
	ours = 1
	end_of_report()
}
