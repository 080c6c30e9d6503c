# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The emulator: this machine's qemu if it is new enough, else that of a newer Debian, unpacked once in the cache and
# started with its own libraries. Nothing of it is installed.
#
# What qemu 7.2 of bookworm emulates takes the processor twice as long as with 10.0, and a run is nothing but that.

EMULATOR_VERSION_MIN=10
EMULATOR_RELEASE=trixie

# emulator_open: sets EMULATOR, the words of its command.
emulator_open()
{
	local tree

	if emulator_is_new; then
		EMULATOR=(qemu-system-x86_64)
		return
	fi
	EMULATOR_DIR=$CACHE/qemu-$(KERNEL='' RELEASE=$EMULATOR_RELEASE EXTRA_SUITE='' key_of "$VM_DIR/emulator.sh")
	exec {emulator_lock}>"$CACHE/qemu.lock"
	flock "$emulator_lock"
	[ -e "$EMULATOR_DIR/complete" ] || emulator_make
	exec {emulator_use}<"$EMULATOR_DIR"
	flock -s "$emulator_use"
	emulator_prune
	flock -u "$emulator_lock"
	exec {emulator_lock}>&-
	tree=$EMULATOR_DIR/tree
	EMULATOR=("$tree/usr/lib64/ld-linux-x86-64.so.2" --inhibit-cache --library-path "$tree/usr/lib/x86_64-linux-gnu"
		"$tree/usr/bin/qemu-system-x86_64" -L "$tree/usr/share/qemu" -L "$tree/usr/share/seabios")
}

emulator_is_new()
{
	local version

	version=$(qemu-system-x86_64 --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\)\..*/\1/p')
	[ "${version:-0}" -ge $EMULATOR_VERSION_MIN ]
}

emulator_make()
{
	local start=$SECONDS

	say "unpacking $EMULATOR_RELEASE's qemu in $EMULATOR_DIR; this happens once"
	rm -rf "$EMULATOR_DIR"
	mkdir -p "$EMULATOR_DIR"
	mmdebstrap --variant=extract --mode=root --quiet --include=qemu-system-x86 "$EMULATOR_RELEASE" "$EMULATOR_DIR/tree" \
		${ADIT_MIRROR:+"$ADIT_MIRROR"} >"$EMULATOR_DIR/log" 2>&1 || {
		tail -n 40 "$EMULATOR_DIR/log" >&2
		die "mmdebstrap could not unpack qemu of $EMULATOR_RELEASE; the end of its log is above"
	}
	touch "$EMULATOR_DIR/complete"
	say "qemu unpacked in $((SECONDS - start)) s"
}

# emulator_prune: clears away older ones that nobody uses.
emulator_prune()
{
	local old

	for old in "$CACHE"/qemu-*/; do
		[ "${old%/}" != "$EMULATOR_DIR" ] || continue
		flock -n "$old" rm -rf --one-file-system "$old" || true
	done
}
