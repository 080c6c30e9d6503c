#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ends every run: what the tests created has been destroyed, the module can go, and the kernel had nothing to complain of.

# shellcheck source=selftests/vm/guest/kernel-log
. /usr/lib/adit-vm/guest/kernel-log

# What is deleted asynchronously is given this long.
WAIT_SECONDS=$((15 * ${ADIT_TIME_FACTOR:-1}))

# kmemleak does not speak of what is younger than 5 s, nor of what has changed since its scan before.
KMEMLEAK=/sys/kernel/debug/kmemleak
KMEMLEAK_AGE_SECONDS=6

number=0
failed=0

# gone NAME COMMAND...: passes when the command prints nothing, which it may take a while to do.
gone()
{
	local name=$1 end=$((SECONDS + WAIT_SECONDS)) out

	shift
	number=$((number + 1))
	while out=$("$@" 2>&1) && [ -n "$out" ] && [ $SECONDS -lt $end ]; do
		sleep 0.5
	done
	if [ -z "$out" ]; then
		echo "ok $number $name"
		return
	fi
	sed 's/^/# /' <<<"$out"
	echo "not ok $number $name"
	failed=1
}

# The one namespace that stays is ours.
namespaces()
{
	ls /run/netns
	lsns -n -t net -o NS,PID,COMMAND | tail -n +2
}

devices()
{
	ip -o link show | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | grep -vx lo
}

daemons()
{
	pgrep -l 'aditd|pppd|pptp'
}

# A cache's count includes free objects that a processor keeps; shrinking gives those back.
slab_objects()
{
	local dir

	for dir in /sys/kernel/slab/adit*; do
		[ -e "$dir/objects" ] || continue
		echo 1 >"$dir/shrink"
		grep -q '^0' "$dir/objects" || echo "${dir##*/}: $(cat "$dir/objects")"
	done
}

unload()
{
	[ -d /sys/module/adit ] || return 0
	modprobe -r adit
	[ ! -d /sys/module/adit ] || echo "module adit is still there, used by $(cat /sys/module/adit/refcnt)"
}

family()
{
	genl ctrl list 2>/dev/null | grep 'Name: adit'
}

hooks()
{
	grep -E '\[adit\]' /proc/kallsyms
}

# What only a kernel built for it can tell.

# Where there is no memory for a slab cache's directory, 6.1 itself loses its name.
leaked_memory()
{
	echo scan >$KMEMLEAK
	sleep $KMEMLEAK_AGE_SECONDS
	echo scan >$KMEMLEAK
	awk -v RS='(^|\n)unreferenced object' '/./ && !/kobject_set_name_vargs.*sysfs_slab_add/ {
		print "unreferenced object" $0
	}' $KMEMLEAK
}

# The first splat, and a full table as well, end all checking of locks.
lock_checking_off()
{
	grep -q '^ debug_locks: *1$' /proc/lockdep_stats || cat /proc/lockdep_stats
}

kernel_log()
{
	dmesg | kernel_log_trouble
}

echo "TAP version 13"
gone "every namespace is gone" namespaces
gone "every device is gone" devices
gone "every daemon and client is gone" daemons
# Objects are freed by RCU, hooks a second after the last device.
[ -d /sys/module/adit ] || modprobe -q adit
gone "no object of the module is left" slab_objects
gone "the module unloads" unload
gone "its netlink family is gone" family
gone "its symbols are gone" hooks
[ ! -e $KMEMLEAK ] || gone "no memory is lost" leaked_memory
[ ! -e /proc/lockdep_stats ] || gone "locks were checked to the end" lock_checking_off
gone "the kernel had nothing to complain of" kernel_log
echo "1..$number"
exit $failed
