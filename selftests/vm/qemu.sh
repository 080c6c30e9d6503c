# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The machine that is qemu's, emulated or with KVM: accel.sh.

# One whose table of PCI interrupts is a table. That of the other is a program, which an emulated kernel that looks at
# everything interprets for half a minute for each device, until ACPI's own limit ends it.
QEMU_DEBUG_ARGS=(-machine q35)

# qemu_boot RUN_DIR TAR [stdio|batch]: see boot_guest.
qemu_boot()
{
	local dir=$1 tar=$2 lines=$3 args

	accel_choose
	# User Mode Linux holds a lock on the whole of the image that it only reads, and qemu takes this for one of its own that
	# nobody may share. Nobody writes to the image, and so it is shared without locks.
	# shellcheck disable=SC2054 # qemu's commas
	args=("${ACCEL_ARGS[@]}" "${GUEST_ARGS[@]}" -m "$GUEST_MEMORY_MB"
		-nodefaults -no-user-config -no-reboot -display none
		-kernel "$VMLINUZ" -initrd "$INITRAMFS"
		-append "console=ttyS0 $(boot_cmdline)"
		-drive "file=$ROOTFS/disk.img,file.locking=off,format=raw,if=none,id=root,snapshot=on,cache=unsafe"
		-device virtio-blk-pci,drive=root
		-drive "file=$tar,format=raw,if=none,id=built,readonly=on" -device virtio-blk-pci,drive=built
		-device virtio-rng-pci -device virtio-serial-pci
		-chardev "file,id=logs,path=$dir/logs.tar" -device virtserialport,chardev=logs,name=adit.logs)
	if [ "${ADIT_QEMU_DEBUG:-}" = 1 ]; then
		args+=(-chardev "file,id=con,path=/dev/stderr,logfile=$dir/console.log")
	else
		args+=(-chardev "file,id=con,path=$dir/console.log")
	fi
	args+=(-serial chardev:con)
	[ -z "$CONFIG" ] || args+=("${QEMU_DEBUG_ARGS[@]}")
	if [ "$lines" = stdio ]; then
		"${EMULATOR[@]}" "${args[@]}" -chardev stdio,id=out,signal=off -device virtconsole,chardev=out
		return
	fi
	# A stdio chardev is disconnected at the end of its input, and the guest's writes then block: a file has no
	# input. The pipe to cat is there because qemu would truncate a regular file.
	timeout -k 5 "$((GUEST_SECONDS * TIME_FACTOR))" "${EMULATOR[@]}" "${args[@]}" -chardev file,id=out,path=/dev/stdout \
		-device virtserialport,chardev=out,name=adit.out </dev/null | cat
}
