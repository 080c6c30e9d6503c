# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Where things are and how they are called; sourced first by every script here.

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE_DIR=$(cd "$VM_DIR/../.." && pwd)
CACHE=${ADIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adit}
KERNEL=${KERNEL:-6.1}
CONFIG=${CONFIG:-}
MACHINE=${MACHINE:-}
ARCH=$(dpkg --print-architecture)

say()
{
	echo "adit-vm: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# release_load: the line of the table for $KERNEL, as RELEASE, EXTRA_SUITE, HEADERS_PKG and SOURCE_PKG.
release_load()
{
	local line

	line=$(grep -E "^${KERNEL//./\\.}[[:space:]]" "$VM_DIR/releases") ||
		die "KERNEL=$KERNEL is not in selftests/vm/releases; known: $(
			sed -n 's/^\([0-9][^ ]*\).*/\1/p' "$VM_DIR/releases" | tr '\n' ' ')"
	read -r _ RELEASE EXTRA_SUITE HEADERS_PKG SOURCE_PKG <<<"$line"
}

# key_of FILE...: a short name for what is made from these files and the release.
key_of()
{
	{ echo "$KERNEL $RELEASE $EXTRA_SUITE $ARCH ${ADIT_MIRROR:-}"; cat "$@"; } | sha256sum | cut -c 1-12
}
