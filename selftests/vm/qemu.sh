# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with run
#
# qemu.sh - boots a guest in QEMU, emulated or with KVM. Sourced by run.

machine_ended=33	# QEMU's status at the regular end of a guest

virtiofsd=
for candidate in /usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd; do
	[ -x $candidate ] && virtiofsd=$candidate
done
[ -n "$virtiofsd" ] || die "no virtiofsd; selftests/host/packages.sh installs it"
# An overlay rejects a lower layer with submounts, which newer ones announce.
share_options=()
if "$virtiofsd" --help 2>&1 | grep -q -e --no-announce-submounts; then
	share_options=(--no-announce-submounts)
fi

share_files()
{
	setpriv --pdeathsig KILL "$virtiofsd" --socket-path="$tmp/fs" -o source=/ \
		-o cache=always -o sandbox=chroot --thread-pool-size=0 \
		"${share_options[@]}" \
		</dev/null >"$tmp/share.log" 2>&1 &
	share=$!
	until [ -S "$tmp/fs" ]; do
		if ! kill -0 "$share" 2>/dev/null; then
			cat "$tmp/share.log" >&2
			die "virtiofsd ended"
		fi
		sleep 0.02
	done
}

# The console, the output and the verdict go to files in $tmp.
start_machine()
{
	local cpu accel

	share_files
	# No AVX: a libc that uses it is slower under emulation.
	cpu=Nehalem,+rdrand
	accel=(-accel 'tcg,thread=multi,tb-size=256')
	cmdline+=" console=ttyS0 panic=-1 nokaslr no_timer_check"
	cmdline+=" mitigations=off random.trust_cpu=on"
	cmdline+=" vm_host=virtiofs vm_output=/dev/vport0p1 vm_verdict=/dev/vport0p2"
	# Self-tests of ciphers would warn when the clock leaps.
	cmdline+=" cryptomgr.notests=1"
	# The emulator keeps translated code by address: with equal addresses in
	# all processes, processes start in half the time.
	cmdline+=" norandmaps"
	if [ -n "$icount" ]; then
		smp=1
		accel=(-accel 'tcg,thread=single,tb-size=256' -icount shift=0)
	elif [ "${HASHRING_KVM:-0}" = 1 ]; then
		cpu=host
		accel=(-accel kvm)
	else
		# KFENCE watches one allocation every 10 ms for use after free.
		# Each time the kernel patches its code, see suite: a shorter
		# interval is not better.
		cmdline+=" kfence.sample_interval=10"
	fi

	setpriv --pdeathsig TERM timeout -k 5 "$timeout" \
	setpriv --pdeathsig KILL qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot \
		-machine q35,memory-backend=mem -cpu "$cpu" -smp "$smp" "${accel[@]}" \
		-object "memory-backend-memfd,id=mem,size=${mem}M,share=on" -m "${mem}M" \
		-kernel "$image/kernel" -initrd "$image/initrd" \
		-append "$cmdline$append" \
		-device isa-debug-exit,iobase=0xf4,iosize=0x04 \
		-chardev "file,id=console,path=$tmp/console" -serial chardev:console \
		-device virtio-serial-pci,ioeventfd=off \
		-chardev "file,id=output,path=$tmp/output" \
		-device virtserialport,nr=1,chardev=output \
		-chardev "file,id=verdict,path=$tmp/verdict" \
		-device virtserialport,nr=2,chardev=verdict \
		-chardev "socket,id=fs,path=$tmp/fs" \
		-device vhost-user-fs-pci,chardev=fs,tag=host,queue-size=1024 \
		"${shared[@]}" \
		</dev/null >"$tmp/machine.log" 2>&1 &
	machine=$!
}
