#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs inside the new root filesystem. Peers whose packages refuse to be installed beside others are unpacked, with all
# that they need, into a directory of their own: /opt/libreswan. Laid over the root ("unshare --mount", overlayfs) it
# makes a root in which that peer is installed.

set -euo pipefail
peer=libreswan

work=$(mktemp -d)
mkdir -p "$work/partial" "/opt/$peer"
apt-get install -qq -y --no-install-recommends --download-only -o Dir::Cache::archives="$work" "$peer"
for package in "$work"/*.deb; do
	dpkg-deb -x "$package" "/opt/$peer"
done
rm -rf "$work"
