# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# faults.sh - finds the lines of a kernel log that are faults. Sourced by run,
# for the console, and by lib.sh, for dmesg.
#
# The console has messages of level notice or worse. dmesg has all messages.

# Messages of the kernel about a fault of the kernel.
LOG_FAULTS='BUG: |WARNING: |Oops|KASAN: |KFENCE: |KCSAN: |UBSAN: |BUG kmalloc|INFO: '
LOG_FAULTS+='|rcu: .*(stall|kthread starved)|general protection fault|Kernel panic'
LOG_FAULTS+='|possible (circular|recursive|irq)|inconsistent lock state|DEADLOCK'
LOG_FAULTS+='|refcount_t: |list_(add|del) corruption|unregister_netdevice: waiting'
LOG_FAULTS+='|unreferenced object 0x|suspected memory leak'
LOG_FAULTS+='|truncated extack: |scheduling while atomic|sleeping function|cut here|Call Trace:'

# The module itself logs nothing: a line with the module's name is a complaint
# about the module. After a slash the name is that of a folder.
LOG_NAMES='(^|[^/])hashring'

# Lines with the module's name that are no faults: messages about loading a
# module from outside the kernel's tree, the results of the module's tests, and
# lists of all modules.
LOG_EXPECTED='hashring[a-z_]*: (loading (out-of-tree|test) module taints kernel'
LOG_EXPECTED+='|module verification failed: signature and/or required key missing)'
LOG_EXPECTED+='|hashring_kunit: |(# Subtest:|# module:|#|ok [0-9]+) hashring_[a-z]+'
LOG_EXPECTED+='|Modules linked in:'

# log_without_races FILE - prints the log on standard input without reports of
# data races outside hashring, and writes the titles of these reports to FILE
log_without_races()
{
	awk -v faults="$LOG_FAULTS|$LOG_NAMES" -v own="$1" \
		-f "$(dirname "${BASH_SOURCE[0]}")/races.awk"
}

# log_faults - prints the lines of standard input that are faults, each after
# its number and a colon; false if there are none
log_faults()
{
	awk -v faults="$LOG_FAULTS" -v names="$LOG_NAMES" -v expected="$LOG_EXPECTED" '
		$0 ~ faults || ($0 ~ names && $0 !~ expected) {
			print NR ":" $0
			found = 1
		}
		END { exit !found }'
}
