# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The machine that is a process: User Mode Linux, started inside the root filesystem's tree, whose libc it was linked
# with. Only kernels built here run so (kernel.sh).

# uml_boot RUN_DIR TAR [stdio|batch]: see boot_guest.
uml_boot()
{
	local dir=$1 tar=$2 lines=$3 args console=$1/console.log

	rm -f "$dir/root.cow"
	# Its consoles: the first writes on descriptor 2, serial lines 0 and 1 on 1 and 3.
	# shellcheck disable=SC2054 # its commas
	args=(/mnt/kernel/vmlinuz "mem=${GUEST_MEMORY_MB}M" ubd0=/mnt/run/root.cow,/mnt/rootfs/disk.img
		"ubd1r=/mnt/run/$(basename "$tar")" "initrd=/mnt/initramfs/$(basename "$INITRAMFS")"
		con=null con0=null,fd:2 ssl=null ssl1=null,fd:3 adit_disks=ubd)
	# shellcheck disable=SC2207 # words are meant
	args+=($(boot_cmdline))
	[ "${ADIT_QEMU_DEBUG:-}" != 1 ] || console=/dev/stderr
	if [ "$lines" = stdio ]; then
		uml_run "$dir" "${args[@]}" ssl0=fd:0,fd:1 2>"$console" 3>"$dir/logs.tar"
	else
		# It makes what it writes to non-blocking, for everybody who has it open: cat is there to be alone with it.
		uml_run "$dir" timeout -k 5 "$((GUEST_SECONDS * TIME_FACTOR))" "${args[@]}" ssl0=null,fd:1 \
			</dev/null 2>"$console" 3>"$dir/logs.tar" | cat
	fi
	rm -f "$dir/root.cow"
}

# uml_run RUN_DIR COMMAND...: inside the tree. Its guest's processes are processes here; they end with it.
uml_run()
{
	local dir=$1

	shift
	chroot_run "$dir:run" "$ROOTFS:rootfs" "$(dirname "$INITRAMFS"):initramfs" "$KERNEL_DIR:kernel" -- \
		unshare --pid --fork --kill-child "$@"
}
