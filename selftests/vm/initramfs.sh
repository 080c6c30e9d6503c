# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The initramfs: busybox, the modules that lead to the root disk, and initramfs-init.

INITRAMFS_MODULES="virtio_pci virtio_blk virtio_console virtio_rng ext4"

# initramfs_open: sets INITRAMFS, made anew when its parts here changed.
initramfs_open()
{
	INITRAMFS=$ROOTFS/initramfs-$(key_of "$VM_DIR"/{initramfs.sh,initramfs-init})
	[ -e "$INITRAMFS" ] || initramfs_make
}

initramfs_make()
{
	local dir=$ROOTFS/initramfs.d module

	rm -rf "$dir"
	mkdir -p "$dir"/{bin,dev,proc,sys,root,modules}
	cp "$ROOTFS/tree/bin/busybox" "$dir/bin/"
	install -m 755 "$VM_DIR/initramfs-init" "$dir/init"
	for module in $INITRAMFS_MODULES; do
		chroot_run -- modprobe -S "$KVER" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$ROOTFS/initramfs.modules"
	while read -r module; do
		initramfs_add_module "$dir/modules" "$module"
	done <"$ROOTFS/initramfs.modules"
	chroot_run "$dir:dir" -- sh -c 'cd /mnt/dir && find . | cpio --quiet -H newc -o' >"$INITRAMFS.new"
	mv "$INITRAMFS.new" "$INITRAMFS"
	rm -rf "$dir"
}

# initramfs_add_module DIR MODULE: modules are loaded in the order of "list"; busybox loads them uncompressed only.
initramfs_add_module()
{
	local name

	name=$(basename "$2")
	case $name in
	*.xz)
		name=${name%.xz}
		chroot_run -- xz -dc "$2" >"$1/$name"
		;;
	*)
		cp "$ROOTFS/tree/$2" "$1/$name"
		;;
	esac
	echo "$name" >>"$1/list"
}
