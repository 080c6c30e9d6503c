# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# User Mode Linux: the kernel as a process of this machine, so that its code runs at the machine's own speed. Built once
# from the release's kernel source, inside the root filesystem's tree, and kept in the cache for as long as what it is
# made from stays the same. Sourced by host.sh.

# uml_open: sets UML, where vmlinuz, kver, tree/ and modules/ are, see vm/kernel/build-inside.
uml_open()
{
	local version

	version=$(chroot_run -- dpkg-query -W -f '${source:Version}' "linux-headers-$KVER")
	UML=$CACHE/uml-$KERNEL-$({ echo "$version $ROOTFS"; cat "$BENCH_DIR"/uml.config "$VM_DIR"/kernel/build-inside; } |
		sha256sum | cut -c 1-12)
	exec {uml_lock}>"$CACHE/uml-$KERNEL.lock"
	flock "$uml_lock"
	[ -e "$UML/complete" ] || uml_make "$version"
	exec {uml_use}<"$UML"
	flock -s "$uml_use"
	uml_prune
	exec {uml_lock}>&-
}

# uml_make VERSION: what an interrupted build has compiled is used again.
uml_make()
{
	local start=$SECONDS

	say "building User Mode Linux ($SOURCE_PKG $1) in $UML; this happens once"
	mkdir -p "$UML"
	chroot_run "$UML:out" "$BENCH_DIR:bench" "$VM_DIR:vm" -- \
		/mnt/vm/kernel/build-inside "$SOURCE_PKG" "$1" uml /mnt/bench/uml.config >"$UML/log" 2>&1 || {
		tail -n 40 "$UML/log" >&2
		die "User Mode Linux could not be built; the end of its log is above"
	}
	touch "$UML/complete"
	say "User Mode Linux built in $((SECONDS - start)) s"
}

# uml_prune: clears away older ones that nobody uses.
uml_prune()
{
	local old

	for old in "$CACHE/uml-$KERNEL"-*/; do
		[ "${old%/}" != "$UML" ] || continue
		flock -n "$old" rm -rf --one-file-system "$old" || true
	done
}
