# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# KVM or emulation. /dev/kvm being there says little (nested virtualisation that hangs is common), so a kernel is
# booted with it once per boot of this machine, and has to say so within the limit.

ACCEL_PROBE_SECONDS=8

# AES, carry-less multiplication and AVX2; without what the emulator would say that it lacks.
ICOUNT_CPU=Haswell-noTSX,erms=off,pcid=off,tsc-deadline=off,invpcid=off

# accel_choose: sets ACCEL_ARGS and ACCEL (kvm, tcg or icount). ADIT_ACCEL overrules the probe.
accel_choose()
{
	local verdict

	verdict=$CACHE/accel-$(uname -r)-$(cat /proc/sys/kernel/random/boot_id)
	ACCEL=${ADIT_ACCEL:-}
	if [ -z "$ACCEL" ] && [ -e "$verdict" ]; then
		ACCEL=$(cat "$verdict")
	elif [ -z "$ACCEL" ]; then
		ACCEL=tcg
		! accel_probe || ACCEL=kvm
		rm -f "$CACHE"/accel-*
		echo "$ACCEL" >"$verdict"
	fi
	case $ACCEL in
	kvm) ACCEL_ARGS=(-accel kvm -cpu host -smp 2) ;;
	# 5-level page tables would only make every emulated page walk longer.
	tcg) ACCEL_ARGS=(-accel "tcg,thread=multi" -cpu "max,la57=off" -smp 2) ;;
	# One nanosecond of the guest is one instruction that it executed. Without sleep, time would leap while it waits
	# for a disk. "rep movsb" counts each octet as an instruction: without erms the kernel copies by words. A processor
	# that stays as it is, whatever qemu learns; and with "max" qemu 10 hangs at the boot.
	icount) ACCEL_ARGS=(-accel "tcg,thread=single" -icount "shift=0,sleep=on" -cpu "$ICOUNT_CPU" -smp 1) ;;
	*) die "ADIT_ACCEL=$ACCEL: kvm, tcg or icount" ;;
	esac
}

accel_probe()
{
	[ -w /dev/kvm ] || return 1
	say "trying whether KVM boots here (at most $ACCEL_PROBE_SECONDS s)"
	timeout -k 1 "$ACCEL_PROBE_SECONDS" "${EMULATOR[@]}" -accel kvm -cpu host -smp 2 -m 512 \
		-nodefaults -no-user-config -no-reboot -display none -serial stdio \
		-kernel "$VMLINUZ" -initrd "$INITRAMFS" -append "console=ttyS0 quiet panic=-1 adit.probe" \
		</dev/null 2>/dev/null | grep -q "adit-vm: probe: booted"
}
