# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What this machine itself needs: mmdebstrap, nothing else.

host_require_root()
{
	[ "$(id -u)" -eq 0 ] ||
		die "the test machine's root filesystem is made and entered with chroot: run this as root (sudo make ...)"
}

# host_install: apt-get installs what is missing, and says so.
host_install()
{
	local missing=()

	command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
	[ ${#missing[@]} -gt 0 ] || return 0

	command -v apt-get >/dev/null ||
		die "missing on this machine: ${missing[*]}; install them, there is no apt-get here to do it"
	say "installing on this machine: ${missing[*]}"
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >&2 ||
		die "apt-get could not install ${missing[*]}"
}
