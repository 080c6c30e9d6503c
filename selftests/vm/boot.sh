# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# One boot of the guest; its machine is in qemu.sh or uml.sh. Its disks: a snapshot of the root disk, and the built tree
# as a tar. Its lines: the kernel's console into a file, what the job prints to our stdout, and at the end a tar of logs
# into a file.

GUEST_MEMORY_MB=${ADIT_VM_MEMORY:-2560}
# Whole runs end well below; a guest that hangs in the kernel must not hang its caller.
GUEST_SECONDS=${ADIT_VM_SECONDS:-4500}

# oops=panic: nothing after an oops can be trusted. slab_nomerge: our caches are visible under their own names.
# The stall and lockup detectors wait longer than by default, since an emulated CPU may be without a real one for long.
GUEST_CMDLINE="quiet loglevel=4 panic=-1 oops=panic slab_nomerge mitigations=off random.trust_cpu=on
 net.ifnames=0 watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120"

# What a mode of running adds to the machine's arguments and to the kernel's.
GUEST_ARGS=()
GUEST_CMDLINE_MORE=

# boot_guest RUN_DIR TAR [stdio|batch]: boots, and returns when the guest has powered off. 124 means the time limit.
boot_guest()
{
	"${MACHINE}_boot" "$@"
}

# boot_cmdline: the kernel's own arguments, on any machine.
boot_cmdline()
{
	echo "${GUEST_CMDLINE//$'\n'/}$KERNEL_CMDLINE$GUEST_CMDLINE_MORE"
}
