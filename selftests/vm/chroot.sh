# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Commands inside the root filesystem's tree, in a mount namespace of their own: whatever happens, no mount stays.

# chroot_run FROM:TO... -- COMMAND...: binds directories of this machine at /mnt/TO inside, and runs the command there.
chroot_run()
{
	local binds=()

	while [ "$1" != -- ]; do
		binds+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2016 # expanded by the inner shell
	TREE="$ROOTFS/tree" unshare --mount --propagation private bash -euc '
		mount -t tmpfs tmpfs "$TREE/mnt"
		mount -t proc proc "$TREE/proc"
		mount --rbind /dev "$TREE/dev"
		mount -t tmpfs tmpfs "$TREE/tmp"
		for bind in $1; do
			mkdir -p "$TREE/mnt/${bind##*:}"
			mount --bind "${bind%:*}" "$TREE/mnt/${bind##*:}"
		done
		shift
		exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
			chroot "$TREE" "$@"' bash "${binds[*]}" "$@"
}
