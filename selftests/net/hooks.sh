#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# GRE version 1 is one slot for the machine, the module stays while a device does, and namespaces take their devices along.
#
#	c: p0 (moved)
#	   :
#	a: p0 10.1.0.1  ===pptp===  p0 10.1.0.2 :b
#	   wan0 192.0.2.1 --------- wan0 192.0.2.2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24

a_end() { p2p a p0 192.0.2.1 192.0.2.2 11 22 10.1.0.1 10.1.0.2; }
b_end() { p2p b p0 192.0.2.2 192.0.2.1 22 11 10.1.0.2 10.1.0.1; }
gone() { ! ip -n "$1" link show "$2"; }

defer "modprobe -rq pptp || true"

# Beside the in-tree driver.
wait_for 10 modprobe -r adit pptp
check "the in-tree pptp loads" modprobe pptp
check "a device is refused, naming it" says "rmmod pptp" a_end
check "the in-tree pptp unloads" modprobe -r pptp

# A user namespace may not take what is the machine's.
check "root of a user namespace cannot take the slot" says "unprivileged_hooks" \
	unshare -Urn "$TOOL" link p0 local=192.0.2.1 remote=192.0.2.2 call-id=1 peer-call-id=2

check "a device in a" a_end
check "a device in b" b_end
check "traffic" wait_for 10 pings a 10.1.0.2
check "the in-tree pptp finds the slot taken" refused modprobe pptp
check "rmmod is refused while devices exist" refused rmmod adit
check "root of a user namespace may use the slot that is taken" \
	unshare -Urn "$TOOL" link p0 local=192.0.2.1 remote=192.0.2.2 call-id=1 peer-call-id=2

check "a second device with the same call is refused" says "belongs to a session with the same addresses" \
	tool a link p1 local=192.0.2.1 remote=192.0.2.2 call-id=11 peer-call-id=33
check "and has not come to be" gone a p1

# Inner and outer namespace differ.
namespace c
check "a's device moves to c" ip -n a link set p0 netns c
run ip -n c addr add 10.1.0.1 peer 10.1.0.2 dev p0
run ip -n c link set p0 up
check "its packets still leave by a" wait_for 10 pings c 10.1.0.2
check "both ways" wait_for 10 pings b 10.1.0.1
check "a can make no other with the same call" says "belongs to a session" \
	tool a link p1 local=192.0.2.1 remote=192.0.2.2 call-id=11 peer-call-id=33
check "c's requests find it" counts c p0 1 rx-packets -gt 0
check "a's do not" says "no device" tool a show "$(ip netns exec c cat /sys/class/net/p0/ifindex)" 1

# The inner namespace exits: the session is gone from a.
check "c exits" ip netns del c
LIB_DEFERRED=("${LIB_DEFERRED[@]/ip netns del c/true}")
check "its device is gone, the call can be used again" wait_for 10 a_end
check "and works" wait_for 10 pings a 10.1.0.2

# The outer namespace exits: the device is gone wherever it is.
namespace c
check "a's device moves to c" ip -n a link set p0 netns c
check "a exits" ip netns del a
LIB_DEFERRED=("${LIB_DEFERRED[@]/ip netns del a/true}")
check "the device is gone from c" wait_for 10 gone c p0

# The last device gone, everything is given back.
check "the last device is removed" ip -n b link del p0
check "the slot is given back" wait_for 10 modprobe pptp
check "and taken again by the in-tree driver" modprobe -r pptp
check "the module unloads" wait_for 10 rmmod adit
check "a kind of ours loads it" ip netns exec b "$TOOL" link gw0 mode=1
check "the device is there" ip -n b link show gw0
check "removed" ip -n b link del gw0

done_testing
