# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The initramfs: busybox, the modules that lead to the root disk (a kernel built here has them in itself), and
# initramfs-init.

INITRAMFS_MODULES="virtio_pci virtio_blk virtio_console virtio_rng ext4"

# initramfs_open: sets INITRAMFS, made anew when its parts here changed.
initramfs_open()
{
	local home=${KERNEL_DIR:-$ROOTFS} lock

	INITRAMFS=$home/initramfs-$(key_of "$VM_DIR"/{initramfs.sh,initramfs-init})
	exec {lock}>"$home/initramfs.lock"
	flock "$lock"
	[ -e "$INITRAMFS" ] || initramfs_make "$home"
	exec {lock}>&-
}

# initramfs_make DIR
initramfs_make()
{
	local dir=$1/initramfs.d module modules=$INITRAMFS_MODULES

	rm -rf "$dir"
	mkdir -p "$dir"/{bin,dev,proc,sys,root,modules}
	cp "$ROOTFS/tree/bin/busybox" "$dir/bin/"
	install -m 755 "$VM_DIR/initramfs-init" "$dir/init"
	[ -z "${KERNEL_DIR:-}" ] || modules=
	for module in $modules; do
		chroot_run -- modprobe -S "$KVER" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$1/initramfs.modules"
	: >"$dir/modules/list"
	while read -r module; do
		initramfs_add_module "$dir/modules" "$module"
	done <"$1/initramfs.modules"
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
