#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs inside the new root filesystem: rootfs-kernel.sh EXTRA_SUITE HEADERS_PKG SOURCE_PKG
# Installs the kernel's headers and exactly their kernel image, and takes the kselftest runner, checkpatch and the
# netlink code generator out of the kernel's source packages.

set -euo pipefail
extra=$1 headers=$2 source=$3
target=()
[ "$extra" = - ] || target=(-t "$extra")

export DEBIAN_FRONTEND=noninteractive
# The guest has an initramfs of its own: none is made of a kernel that is installed here.
dpkg-divert --quiet --local --no-rename --add /usr/sbin/update-initramfs
ln -s /bin/true /usr/sbin/update-initramfs
apt-get install -qq -y --no-install-recommends "${target[@]}" "$headers"
kver=$(ls /lib/modules)

work=$(mktemp -d)
cd "$work"
# In trixie the headers bring the image with them. Elsewhere it is unpacked, not installed, because its package wants a
# maker of initramfses; in 7.3 it is in two packages, and the kernel lies beside its modules.
if [ ! -d /lib/modules/"$kver"/kernel ]; then
	for package in linux-{image,binary,modules}-"$kver"; do
		apt-cache show "$package" >/dev/null 2>&1 || continue
		apt-get download -qq "${target[@]}" "$package"
		dpkg-deb -x "$package"_*.deb image
	done
	for dir in image/{,usr/}lib/modules/"$kver"; do
		[ ! -d "$dir" ] || cp -a "$dir"/. /lib/modules/"$kver"/
	done
	mkdir -p /boot
	for file in image/boot/vmlinuz-"$kver" /lib/modules/"$kver"/vmlinuz; do
		[ ! -e "$file" ] || cp "$file" /boot/vmlinuz-"$kver"
	done
fi
# Drivers of hardware that no test machine has make up most of a kernel package.
(cd /lib/modules/"$kver"/kernel && rm -rf sound drivers/{gpu,media,infiniband,iio,hwmon,input,mtd,scsi,staging,usb} \
	drivers/{video,ata,isdn} drivers/net/{ethernet,wireless,can,usb,wwan,fddi,arcnet,hamradio})
# A depmod that finds a driver's dependency removed says so; those are what was dropped above.
depmod "$kver"

# take PACKAGE FILE...: unpacks these parts of a kernel source package below /usr/lib/adit-vm/PACKAGE.
take()
{
	local package=$1 dir=/usr/lib/adit-vm/$1
	shift

	apt-get download -qq "${target[@]}" "$package"
	mkdir "$dir"
	dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ --strip-components=1 -C "$dir" --wildcards "${@/#/$package/}"
}

mkdir -p /usr/lib/adit-vm
parts=(tools/testing/selftests/kselftest 'tools/testing/selftests/kselftest*.h' tools/testing/selftests/lib.mk
	tools/testing/selftests/run_kselftest.sh scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch)
# What the tree holds is the output of 6.12's ynl-gen-c: 6.1 had none yet, 7.3's spells some policies differently.
generator=linux-source-6.12 ynl=(tools/net/ynl Documentation/netlink)
if [ "$source" = $generator ]; then
	parts+=("${ynl[@]}")
else
	take $generator "${ynl[@]}"
fi
ln -s $generator /usr/lib/adit-vm/ynl
# Since Linux 7 the kernel's makefile asks a script whether sparse will do, and the headers come without it.
checker=scripts/checker-valid.sh common=$(echo /usr/src/linux-headers-*-common)
! grep -q "$checker" "$common"/Makefile || parts+=("$checker")
# Since then the headers come without kernel-doc too.
[ -e "$common"/scripts/kernel-doc ] || parts+=(tools/docs/kernel-doc tools/lib/python)
take "$source" "${parts[@]}"
ln -s "$source" /usr/lib/adit-vm/kernel
[ ! -e /usr/lib/adit-vm/kernel/"$checker" ] || cp /usr/lib/adit-vm/kernel/"$checker" "$common"/"$checker"

cd /
rm -rf "$work"
