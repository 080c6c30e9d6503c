# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The build: the checkout's files are copied to a build directory in the cache (objects owned by root do not belong in
# a checkout) and built there, inside the root filesystem's tree, with what was built last time still there.

# build_open: sets BUILD, this checkout's build directory for this kernel, and locks it.
build_open()
{
	BUILD=$CACHE/build-$KERNEL${CONFIG:+-$CONFIG}-$(printf %s "$TREE_DIR" | sha256sum | cut -c 1-12)
	mkdir -p "$BUILD/src"
	exec {build_lock}>"$BUILD/lock"
	flock -n "$build_lock" || {
		say "waiting for another build of this checkout"
		flock "$build_lock"
	}
	build_copy
}

build_close()
{
	exec {build_lock}>&-
}

# build_list: what belongs to the source, tracked or not yet; a tree without git is taken as it is.
build_list()
{
	if git -c safe.directory='*' -C "$TREE_DIR" rev-parse --git-dir >/dev/null 2>&1; then
		git -c safe.directory='*' -C "$TREE_DIR" ls-files --cached --others --exclude-standard
	else
		(cd "$TREE_DIR" && find . -type f -printf '%P\n')
	fi | while read -r file; do
		[ ! -f "$TREE_DIR/$file" ] || echo "$file"
	done | sort -u
}

# build_copy: times are kept, so that make sees what changed; what is gone from the checkout goes here too.
build_copy()
{
	build_list >"$BUILD/files.new"
	if [ -e "$BUILD/files" ]; then
		comm -23 "$BUILD/files" "$BUILD/files.new" | while read -r file; do
			rm -f "$BUILD/src/$file"
		done
	fi
	tar -C "$TREE_DIR" -c -T "$BUILD/files.new" | tar -C "$BUILD/src" -x --no-same-owner
	mv "$BUILD/files.new" "$BUILD/files"
	# A new root filesystem has other headers and libraries, a new kernel other structures.
	if [ "$(cat "$BUILD/rootfs" 2>/dev/null)" != "$ROOTFS $KERNEL_DIR" ]; then
		(cd "$BUILD/src" && find . -type f -printf '%P\n' | sort | comm -23 - "$BUILD/files" | tr '\n' '\0' |
			xargs -0 -r rm -f --)
		echo "$ROOTFS $KERNEL_DIR" >"$BUILD/rootfs"
	fi
}

# build_inside COMMAND...: runs in the source's copy, inside the tree; STAGE is /mnt/stage there.
build_inside()
{
	chroot_run "$BUILD/src:src" "$STAGE:stage" ${KERNEL_DIR:+"$KERNEL_DIR:kernel"} -- env TIME_FACTOR="$TIME_FACTOR" \
		MACHINE="$MACHINE" /mnt/src/selftests/vm/build-inside "$KVER" "$@"
}
