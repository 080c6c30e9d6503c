# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The guest's root disk: the tree as an ext4 image. Guests write to a snapshot of it (see boot.sh), never to itself.

# Room for what a test run writes: captures, logs, transferred files.
DISK_SPARE_MB=2048

disk_make()
{
	local size_mb

	size_mb=$(du -s -x --block-size=1M "$ROOTFS/tree" | cut -f 1)
	say "making the guest's disk from $size_mb MB"
	chroot_run "$ROOTFS/tree:tree" "$ROOTFS:out" -- mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 \
		-d /mnt/tree /mnt/out/disk.img "$((size_mb + DISK_SPARE_MB))M"
}
