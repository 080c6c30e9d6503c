#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bulk TCP through l2tp: super-packets cross the wire whole where it takes them, are segmented behind the device where it
# does not; the data is right each time, and so are all checksums.
#
#	a: l1 10.1.0.1  ==l2tp==  l1 10.1.0.2 :b
#	   wan0 192.0.2.1 --------- wan0 192.0.2.2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
run ip -n a addr add 2001:db8::1/64 dev wan0 nodad
run ip -n b addr add 2001:db8::2/64 dev wan0 nodad

wire()
{
	ip netns exec a ethtool -K wan0 "$@" >/dev/null && ip netns exec b ethtool -K wan0 "$@" >/dev/null
}

# bulk NAME ADDRESS: a transfer, both ways.
bulk()
{
	check "$1: a transfer" transfers a b "$2" 5000 3000
	check "$1: and back" transfers b a "${2%2}1" 5001 1000
}

# all_sums_right COMMAND...: with checksums made by us and not by hardware, every one on the wire is right.
all_sums_right()
{
	on_wire b wan0 udp 'udp sum ok' "$@" || return
	! grep -E 'bad udp cksum|incorrect' "$TMP/wire.log"
}

# modes NAME ADDRESS: each kind of wire.
modes()
{
	check "$1: a wire that takes super-packets" wire gso on tso on tx-udp_tnl-segmentation on \
		tx-udp_tnl-csum-segmentation on
	check "$1: they cross it whole" on_wire b wan0 'udp and greater 3000' 'UDP' transfers a b "$2" 5002 1000
	bulk "$1, whole" "$2"
	check "$1: a wire that does not" wire tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off
	check "$1: none crosses it" refused_quietly on_wire b wan0 'udp and greater 1600' 'UDP' transfers a b "$2" 5003 1000
	bulk "$1, segmented behind the device" "$2"
	check "$1: a wire without checksums" wire tx off
	check "$1: all are right" all_sums_right transfers a b "$2" 5004 200
	bulk "$1, summed by software" "$2"
	check "$1: the wire as it was" wire tx on
}

check "v2 in IPv4" l2tp_pair v2 1 192.0.2.1 192.0.2.2
modes "v2 in IPv4" 10.1.0.2
modes "v2 in IPv4, IPv6 inside" fd01::2
check "removed" unpair 1

check "numbered" l2tp_pair v2 1 192.0.2.1 192.0.2.2 seq send
check "a wire that takes super-packets" wire tx-udp_tnl-segmentation on tx-udp_tnl-csum-segmentation on
check "numbered: each segment has its number" refused_quietly on_wire b wan0 'udp and greater 1600' UDP \
	transfers a b 10.1.0.2 5006 500
bulk "numbered" 10.1.0.2
check "removed" unpair 1

check "v2 in IPv6" l2tp_pair v2 1 2001:db8::1 2001:db8::2
modes "v2 in IPv6" 10.1.0.2
check "removed" unpair 1
check "v2 without checksum" l2tp_pair v2 1 192.0.2.1 192.0.2.2 no-udp-csum
whole()
{
	check "$1: they cross it whole" on_wire b wan0 'udp and greater 3000' 'UDP' transfers a b "$2" 5002 1000
	bulk "$1" "$2"
}
check "a wire that takes super-packets" wire tx-udp_tnl-segmentation on tx-udp_tnl-csum-segmentation on
whole "v2 without checksum" 10.1.0.2
check "removed" unpair 1
check "v3 PPP" l2tp_pair v3 1 192.0.2.1 192.0.2.2
whole "v3 PPP" 10.1.0.2
check "removed" unpair 1
check "v3 Ethernet" l2tp_pair eth 1 192.0.2.1 192.0.2.2
check "v3 Ethernet: segmented by the device" refused_quietly on_wire b wan0 'udp and greater 1600' UDP \
	transfers a b 10.1.0.2 5006 500
bulk "v3 Ethernet" 10.1.0.2
check "removed" unpair 1
check "v3 Ethernet over IP" l2tp_pair eth 1 192.0.2.1 192.0.2.2 encap ip
bulk "v3 Ethernet over IP" 10.1.0.2
check "removed" unpair 1
done_testing
