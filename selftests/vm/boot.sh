# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# One boot of the guest. Its disks: a snapshot of the root disk, and the built tree as a tar. Its lines: the kernel's
# console into a file, what the job prints to our stdout, and at the end a tar of logs into a file.

GUEST_MEMORY_MB=${ADIT_VM_MEMORY:-2560}
# Whole runs end well below; a guest that hangs in the kernel must not hang its caller.
GUEST_SECONDS=${ADIT_VM_SECONDS:-4500}

# oops=panic: nothing after an oops can be trusted. slab_nomerge: our caches are visible under their own names.
# The stall and lockup detectors wait longer than by default, since an emulated CPU may be without a real one for long.
GUEST_CMDLINE="console=ttyS0 quiet loglevel=4 panic=-1 oops=panic slab_nomerge mitigations=off random.trust_cpu=on
 net.ifnames=0 watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120"

# What a mode of running adds to qemu's arguments and to the kernel's.
GUEST_ARGS=()
GUEST_CMDLINE_MORE=

# boot_guest RUN_DIR TAR [stdio|batch]: boots, and returns when the guest has powered off. 124 means the time limit.
boot_guest()
{
	local dir=$1 tar=$2 lines=$3 args

	accel_choose
	# shellcheck disable=SC2054 # qemu's commas
	args=("${ACCEL_ARGS[@]}" "${GUEST_ARGS[@]}" -m "$GUEST_MEMORY_MB"
		-nodefaults -no-user-config -no-reboot -display none
		-kernel "$VMLINUZ" -initrd "$INITRAMFS"
		-append "${GUEST_CMDLINE//$'\n'/}$KERNEL_CMDLINE$GUEST_CMDLINE_MORE"
		-drive "file=$ROOTFS/disk.img,format=raw,if=none,id=root,snapshot=on,cache=unsafe"
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
	if [ "$lines" = stdio ]; then
		qemu-system-x86_64 "${args[@]}" -chardev stdio,id=out,signal=off -device virtconsole,chardev=out
		return
	fi
	# A stdio chardev is disconnected at the end of its input, and the guest's writes then block: a file has no
	# input. The pipe to cat is there because qemu would truncate a regular file.
	timeout -k 5 "$((GUEST_SECONDS * TIME_FACTOR))" qemu-system-x86_64 "${args[@]}" -chardev file,id=out,path=/dev/stdout \
		-device virtserialport,chardev=out,name=adit.out </dev/null | cat
}
