# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The kernel that the guest boots and the module is built for: the release's own, or with CONFIG=NAME one that is built
# here, inside the root filesystem's tree, from the release's source, kernel/NAME.config and kernel/MACHINE.config.
# Built once and kept in the cache, for as long as what it is made from stays the same.
#
# MACHINE is what it runs on: qemu, or uml, User Mode Linux, which has one processor and generic ciphers, but runs at
# this machine's own speed. A release's own kernel runs in qemu.
#
# kernel_open sets MACHINE, VMLINUZ, KERNEL_CMDLINE, TIME_FACTOR, KERNEL_DIR, and anew KVER, INITRAMFS, and
# GUEST_MEMORY_MB. KERNEL_DIR is empty for the release's own kernel; else tree/ in it is what modules are built against,
# and modules/ belongs into /lib/modules/KVER.

# How many times slower tests are on a kernel that looks at everything; every limit of time is multiplied by it.
declare -A DEBUG_TIME_FACTOR=([qemu]=4 [uml]=2)

# Its shadows, records and held-back objects take memory, beside what the guest has for itself.
DEBUG_MEMORY_MB=1024

# What is on time here would be a lockup elsewhere; the release's own limits are in boot.sh. By default KASAN speaks once.
DEBUG_CMDLINE="kasan_multi_shot workqueue.watchdog_thresh=240 sysctl.kernel.hung_task_timeout_secs=480"

# Kernels of one release and configuration that are kept: checkouts may differ in theirs.
KERNELS_KEPT=2

kernel_open()
{
	KERNEL_DIR='' TIME_FACTOR=1 KERNEL_CMDLINE=''
	VMLINUZ=$ROOTFS/vmlinuz
	if [ -z "$CONFIG" ]; then
		MACHINE=qemu
		return
	fi
	MACHINE=${MACHINE:-uml}
	[[ $MACHINE == @(qemu|uml) ]] || die "MACHINE=$MACHINE: uml or qemu"
	TIME_FACTOR=${DEBUG_TIME_FACTOR[$MACHINE]}
	KERNEL_CMDLINE=" $DEBUG_CMDLINE"
	GUEST_MEMORY_MB=$((GUEST_MEMORY_MB + DEBUG_MEMORY_MB))
	kernel_open_built
	initramfs_open
}

kernel_open_built()
{
	local prefix=$CACHE/kernel-$KERNEL-$CONFIG-$MACHINE dir=$VM_DIR/kernel version gcc

	[ -e "$dir/$CONFIG.config" ] || die "CONFIG=$CONFIG: there is no selftests/vm/kernel/$CONFIG.config"
	version=$(chroot_run -- dpkg-query -W -f '${source:Version}' "linux-headers-$KVER")
	gcc=$(chroot_run -- gcc --version | head -n 1)
	KERNEL_DIR=$prefix-$({ echo "$version $gcc"; cat "$dir/"{"$CONFIG.config","$MACHINE.config",build-inside}; } |
		sha256sum | cut -c 1-12)
	exec {kernel_lock}>"$prefix.lock"
	flock "$kernel_lock"
	[ -e "$KERNEL_DIR/complete" ] || kernel_make "$version"
	touch "$KERNEL_DIR/complete"
	exec {kernel_use}<"$KERNEL_DIR"
	flock -s "$kernel_use"
	kernel_prune "$prefix"
	flock -u "$kernel_lock"
	exec {kernel_lock}>&-
	VMLINUZ=$KERNEL_DIR/vmlinuz
	KVER=$(cat "$KERNEL_DIR/kver")
}

# kernel_make VERSION: what an interrupted build has compiled is used again.
kernel_make()
{
	local start=$SECONDS

	say "building the $CONFIG kernel for $MACHINE ($SOURCE_PKG $1) in $KERNEL_DIR; this happens once and takes 15 minutes"
	mkdir -p "$KERNEL_DIR"
	chroot_run "$KERNEL_DIR:out" "$VM_DIR:vm" -- \
		/mnt/vm/kernel/build-inside "$SOURCE_PKG" "$1" "$MACHINE" "/mnt/vm/kernel/"{"$CONFIG","$MACHINE"}.config \
		>"$KERNEL_DIR/log" 2>&1 || {
		tail -n 40 "$KERNEL_DIR/log" >&2
		die "the $CONFIG kernel could not be built; the end of its log is above"
	}
	say "kernel built in $((SECONDS - start)) s"
}

# kernel_prune PREFIX: clears away the least recently used ones that nobody uses.
kernel_prune()
{
	local old

	find "$1"-*/complete -printf '%T@ %h\n' | sort -rn | tail -n "+$((KERNELS_KEPT + 1))" |
		while read -r _ old; do
			flock -n "$old" rm -rf --one-file-system "$old" || true
		done
}
