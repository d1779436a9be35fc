# SPDX-License-Identifier: GPL-2.0-only
#
# races.awk - tells KCSAN's reports apart: awk -v faults=REGEX -v own=FILE
#
# A data race with nothing of hashring on its stacks is the kernel's own, which
# has many that it can live with: its title goes to FILE, and its lines are left
# out of what is printed, the log. Another CPU may have put lines between them:
# what FAULTS matches stays.

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

# One that was not finished is nobody's, so it counts.
END {
	ours = 1
	end_of_report()
}
