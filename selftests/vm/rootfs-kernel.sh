#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs inside the new root filesystem: rootfs-kernel.sh EXTRA_SUITE HEADERS_PKG SOURCE_PKG
# Installs the kernel's headers, unpacks exactly their kernel image, and takes the kselftest runner, checkpatch and the
# netlink code generator out of the kernel's source packages.

set -euo pipefail
extra=$1 headers=$2 source=$3
target=()
[ "$extra" = - ] || target=(-t "$extra")

export DEBIAN_FRONTEND=noninteractive
apt-get install -qq -y --no-install-recommends "${target[@]}" "$headers"
kver=$(dpkg-query -W -f '${Depends}' "$headers" | sed -n 's/^linux-headers-\([^ ,]*\).*/\1/p')

work=$(mktemp -d)
cd "$work"
apt-get download -qq "${target[@]}" "linux-image-$kver"
dpkg-deb -x linux-image-*.deb image
# Drivers of hardware that no test machine has make up most of a kernel package.
mv image/lib/modules/"$kver"/kernel modules
(cd modules && rm -rf sound drivers/{gpu,media,infiniband,iio,hwmon,input,mtd,scsi,staging,usb,video,ata,isdn} \
	drivers/net/{ethernet,wireless,can,usb,wwan,fddi,arcnet,hamradio})
mv modules image/lib/modules/"$kver"/kernel
mkdir -p /boot /lib/modules/"$kver"
cp image/boot/vmlinuz-"$kver" /boot/
cp -a image/lib/modules/"$kver"/. /lib/modules/"$kver"/
# A depmod that finds a driver's dependency removed says so; those are what was dropped above.
depmod "$kver"

# take PACKAGE FILE...: unpacks these parts of a kernel source package below /usr/lib/adit-vm/PACKAGE.
take()
{
	local package=$1 dir=/usr/lib/adit-vm/$1
	shift

	apt-get download -qq "${target[@]}" "$package"
	mkdir -p "$dir"
	dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ --strip-components=1 -C "$dir" --wildcards "${@/#/$package/}"
}

take "$source" tools/testing/selftests/kselftest 'tools/testing/selftests/kselftest*.h' \
	tools/testing/selftests/lib.mk tools/testing/selftests/run_kselftest.sh \
	scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch
ln -s "$source" /usr/lib/adit-vm/kernel
# ynl-gen-c first came with 6.3; 6.12 is the oldest whose output is what the tree holds.
ynl=$source
[ "$source" != linux-source-6.1 ] || ynl=linux-source-6.12
take "$ynl" tools/net/ynl Documentation/netlink
ln -s "$ynl" /usr/lib/adit-vm/ynl

cd /
rm -rf "$work"
