# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with run
#
# uml.sh - boots a guest in user mode Linux: the kernel is a program of the
# host, has one CPU and runs at the host's speed. Sourced by run.

machine_ended=0

[ -z "$icount" ] || die "--icount wants a kernel of a machine"
[ ${#shared[@]} = 0 ] || die "--share wants a kernel of a machine"

# The kernel and its processes take turns, and are half as fast on two CPUs. So
# the guest gets the first CPU without another guest, or the last CPU. The lock
# is held until run ends.
choose_cpu()
{
	local candidate

	for ((candidate = 0; candidate < $(nproc --all); candidate++)); do
		taskset -c "$candidate" true 2>/dev/null || continue
		cpu=$candidate
		exec 9>"$here/../../build/vm/cpu-$cpu" || die "no lock for a CPU"
		flock -n 9 && break
	done
}

# The console, the output and the verdict go to files in $tmp.
start_machine()
{
	local cpu

	choose_cpu
	cmdline+=" mem=${mem}M con=null con0=null,fd:1 con1=null,fd:3 con2=null,fd:4"
	cmdline+=" console=tty0 uml_dir=$tmp/uml umid=guest"
	cmdline+=" vm_host=hostfs vm_output=/dev/tty1 vm_verdict=/dev/tty2"

	# The end of the namespace's first process ends all its processes, those
	# of the kernel on the host too.
	# shellcheck disable=SC2086 # words of a command line
	setpriv --pdeathsig TERM timeout -k 5 "$timeout" \
	setpriv --pdeathsig KILL unshare --pid --fork --kill-child \
	taskset -c "$cpu" "$image/kernel" initrd="$image/initrd" \
		$cmdline $append </dev/null >"$tmp/console" \
		3>>"$tmp/output" 4>"$tmp/verdict" 2>"$tmp/machine.log" &
	machine=$!
}
