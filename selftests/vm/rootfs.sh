# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The root filesystem: one tree of a Debian release in the cache, in which everything is built (kbuild's own tools
# need that release's libc) and from which the guest's disk is made, so that kernel, headers, and libraries agree.
# Made anew when what it is made from changes; never changed afterwards.
#
# rootfs_open sets ROOTFS (the directory with tree/, disk.img, vmlinuz), INITRAMFS and KVER, and holds a shared lock
# on it, so that a run of another checkout does not clear it away.

rootfs_open()
{
	local key

	key=$(key_of "$VM_DIR"/{packages,rootfs.sh,rootfs-kernel.sh,rootfs-peers.sh,disk.sh})
	ROOTFS=$CACHE/rootfs-$KERNEL-$key
	mkdir -p "$CACHE"
	exec {rootfs_lock}>"$CACHE/rootfs-$KERNEL.lock"
	flock "$rootfs_lock"
	[ -e "$ROOTFS/complete" ] || rootfs_make
	exec {rootfs_use}<"$ROOTFS"
	flock -s "$rootfs_use"
	rootfs_prune
	KVER=$(cat "$ROOTFS/kver")
	initramfs_open
	flock -u "$rootfs_lock"
	exec {rootfs_lock}>&-
}

rootfs_make()
{
	local start=$SECONDS

	say "making the root filesystem ($RELEASE, kernel $KERNEL) in $ROOTFS; this happens once"
	rm -rf "$ROOTFS"
	mkdir -p "$ROOTFS"
	rootfs_bootstrap
	ls "$ROOTFS/tree/lib/modules" >"$ROOTFS/kver"
	# A suite of backports moves on to the next kernel.
	[[ $(cat "$ROOTFS/kver") == "$KERNEL".* ]] ||
		die "the kernel of $RELEASE $EXTRA_SUITE is $(cat "$ROOTFS/kver") now: selftests/vm/releases says $KERNEL"
	cp "$ROOTFS/tree/boot/vmlinuz-$(cat "$ROOTFS/kver")" "$ROOTFS/vmlinuz"
	disk_make
	touch "$ROOTFS/complete"
	say "root filesystem made in $((SECONDS - start)) s"
}

rootfs_bootstrap()
{
	local packages args=()

	packages=$(sed 's/#.*//' "$VM_DIR/packages" | xargs | tr ' ' ,)
	for dir in doc man locale info; do
		args+=("--dpkgopt=path-exclude=/usr/share/$dir/*")
	done
	[ -z "${ADIT_MIRROR:-}" ] || args+=("$ADIT_MIRROR")
	[ "$EXTRA_SUITE" = - ] ||
		args+=("--setup-hook=sed -n '/ $RELEASE /s/ $RELEASE / $EXTRA_SUITE /p' \"\$1\"/etc/apt/sources.list \
			>\"\$1\"/etc/apt/sources.list.d/extra.list")
	# The kernel is unpacked, not installed: its package would bring initramfs-tools and minutes of work.
	mmdebstrap --variant=apt --mode=root --quiet --include="$packages" \
		--customize-hook="copy-in '$VM_DIR/rootfs-kernel.sh' /root" \
		--customize-hook="chroot \"\$1\" bash /root/rootfs-kernel.sh $EXTRA_SUITE $HEADERS_PKG $SOURCE_PKG" \
		--customize-hook="copy-in '$VM_DIR/rootfs-peers.sh' /root" \
		--customize-hook="chroot \"\$1\" bash /root/rootfs-peers.sh" \
		--customize-hook="chroot \"\$1\" useradd --system --no-create-home --shell /usr/sbin/nologin adit" \
		"$RELEASE" "$ROOTFS/tree" "${args[@]}" >"$ROOTFS/log" 2>&1 || {
		tail -n 40 "$ROOTFS/log" >&2
		die "mmdebstrap could not make a $RELEASE root filesystem; the end of its log is above"
	}
}

# rootfs_prune: clears away older root filesystems of this kernel that nobody uses.
rootfs_prune()
{
	local old

	for old in "$CACHE/rootfs-$KERNEL"-*/; do
		[ "${old%/}" != "$ROOTFS" ] || continue
		flock -n "$old" rm -rf --one-file-system "$old" || true
	done
}
