#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test machine is what the other tests take for granted: the kernel that was asked for, namespaces, the in-tree drivers that adit
# lives beside, and a kernel that finds modules by itself.

# case_run NAME COMMAND...: one result.
number=0
failed=0
case_run()
{
	local name=$1 out

	shift
	number=$((number + 1))
	if out=$("$@" 2>&1); then
		echo "ok $number $name"
	else
		echo "$out" | sed 's/^/# /'
		echo "not ok $number $name"
		failed=1
	fi
}

# ADIT_KERNEL_CONFIG is the name of its configuration if it was built here.
kernel_is_right()
{
	[ -d "/lib/modules/$(uname -r)/kernel" ] || return 1
	if [ -n "${ADIT_KERNEL_CONFIG:-}" ]; then
		[[ $(uname -r) == *-adit-$ADIT_KERNEL_CONFIG ]]
	else
		uname -v | grep Debian
	fi
}

modules_load()
{
	modprobe -a ppp_generic ppp_mppe ppp_deflate pptp l2tp_ppp l2tp_ip gre ip_gre sch_netem nf_nat_pptp nf_conntrack_pptp \
		veth dummy xfrm_user esp4 &&
		# Later tests want GRE version 1 for themselves.
		modprobe -r pptp l2tp_ppp l2tp_ip
}

namespace_works()
{
	ip netns add vm-boot-a && ip netns add vm-boot-b &&
		ip link add veth0 netns vm-boot-a type veth peer name veth0 netns vm-boot-b &&
		ip -n vm-boot-a addr add 192.0.2.1/24 dev veth0 && ip -n vm-boot-b addr add 192.0.2.2/24 dev veth0 &&
		ip -n vm-boot-a link set veth0 up && ip -n vm-boot-b link set veth0 up &&
		ip netns exec vm-boot-a ping -c 1 -W 5 192.0.2.2
}

kernel_finds_modules()
{
	modprobe -r dummy
	ip link add vm-boot0 type dummy && ip link del vm-boot0
}

machine_is_complete()
{
	[ "$(hostname)" = adit-guest ] && [ -e /dev/fd/0 ] && [ -c /dev/ppp ] && [ -c /dev/net/tun ] &&
		mountpoint /dev/shm && [ -e /sys/fs/cgroup/cgroup.controllers ] && id adit &&
		ip link show lo | grep -q UP
}

# User Mode Linux has but one.
processors_are_all()
{
	nproc
	[ "$(nproc)" -eq "$([ "$ADIT_MACHINE" = uml ] && echo 1 || echo 2)" ]
}

trap 'ip netns del vm-boot-a; ip netns del vm-boot-b' EXIT
echo "TAP version 13"
echo "1..6"
case_run "the kernel is the one asked for" kernel_is_right
case_run "the in-tree drivers load" modules_load
case_run "namespaces and veth carry traffic" namespace_works
case_run "the kernel loads modules by itself" kernel_finds_modules
case_run "devices, host name, cgroups, and users are there" machine_is_complete
case_run "its processors are all there" processors_are_all
exit $failed
