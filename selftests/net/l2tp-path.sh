#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a session of L2TP over IP learns of its path: there is no socket that the kernel would tell of errors.
#
#	a: l2 10.2.0.1, fd02::1          ==l2tp==              l2 10.2.0.2, fd02::2 :b
#	   wan0 192.0.2.1 ---- wan0 192.0.2.2 :r: wan1 198.51.100.1 ---- wan0 198.51.100.2
#	   wan0 2001:db8:1::1 - ...:1::2           ...:2::1, MTU 1300 ---- 2001:db8:2::2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"

A4=192.0.2.1 B4=198.51.100.2 A6=2001:db8:1::1 B6=2001:db8:2::2
HERE=$(dirname "$0")

namespace a
namespace r
namespace b
join a wan0 $A4/24 r wan0 192.0.2.2/24
join r wan1 198.51.100.1/24 b wan0 $B4/24
run ip -n a addr add $A6/64 dev wan0 nodad
run ip -n r addr add 2001:db8:1::2/64 dev wan0 nodad
run ip -n r addr add 2001:db8:2::1/64 dev wan1 nodad
run ip -n b addr add $B6/64 dev wan0 nodad
run ip -n r link set wan1 mtu 1300
run ip -n b link set wan0 mtu 1300
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
run ip -n a route add 198.51.100.0/24 via 192.0.2.2
run ip -n a route add 2001:db8:2::/64 via 2001:db8:1::2
run ip -n b route add 192.0.2.0/24 via 198.51.100.1
run ip -n b route add 2001:db8:1::/64 via 2001:db8:2::1

forget()
{
	ip -n a route flush cache && ip -n a -6 route flush cache
}

# icmp_says SENDER PEER ID COOKIE MTU: b says it.
icmp_says()
{
	ip netns exec b python3 "$HERE/esp_icmp.py" "$@" l2tp
}

# path NAME A B FITS [WORD...]: a session without df, then one with it, into which FITS octets of IPv4 go.
path()
{
	local name=$1 fits=$4

	check "$name: made" l2tp_pair v3 2 "$2" "$3" encap ip "${@:5}"
	check "$name: a packet that fits" wait_for 10 pings a 10.2.0.2
	check "$name: one longer than the path arrives in fragments" wait_for 20 pings a 10.2.0.2 -s 1380
	check "$name: a transfer" transfers a b 10.2.0.2 5000 300
	check "$name: removed" unpair 2
	forget
	check "$name, df: made" l2tp_pair v3 2 "$2" "$3" encap ip df "${@:5}"
	check "$name, df: the size that fits is learnt" wait_for 20 says "mtu = $fits" \
		pings a 10.2.0.2 -s 1380 -M "do"
	check "$name, df: it passes" pings a 10.2.0.2 -s $((fits - 28)) -M "do"
	check "$name, df: one octet more does not" refused pings a 10.2.0.2 -s $((fits - 27)) -M "do"
	check "$name, df: a transfer" transfers a b 10.2.0.2 5000 300
	check "$name, df: removed" unpair 2
	forget
}

path "IPv4" $A4 $B4 1268
path "IPv6" $A6 $B6 1248

# Not from who has not seen a packet.
# forged NAME A B WHOLE SMALLER: what goes into 1300 octets, and into 1290, with 4 octets of cookie in either.
forged()
{
	local name=$1 a=$2 b=$3 whole=$4 smaller=$5

	check "$name: with a cookie" l2tp_end a l2 v3 2 1 "$a" "$b" encap ip df peer-cookie 0a0b0c0d
	check "$name: and the other end" l2tp_end b l2 v3 2 2 "$b" "$a" encap ip df cookie 0a0b0c0d
	check "$name: the size that fits is learnt" wait_for 20 says "mtu = $whole" pings a 10.2.0.2 -s 1380 -M "do"
	check "$name: an error about another session" icmp_says "$a" "$b" 2000003 0x0a0b0c0d 1290
	check "$name: one with another cookie" icmp_says "$a" "$b" 2000002 0x0a0b0c0e 1290
	check "$name: one about another peer" icmp_says "$a" "${b%2}3" 2000002 0x0a0b0c0d 1290
	check "$name: none changes anything" pings a 10.2.0.2 -s $((whole - 28)) -M "do"
	check "$name: one about ours" icmp_says "$a" "$b" 2000002 0x0a0b0c0d 1290
	check "$name: is heeded" wait_for 10 says "mtu = $smaller" pings a 10.2.0.2 -s $((whole - 28)) -M "do"
	check "$name: removed" unpair 2
	forget
}
forged "IPv4, errors" $A4 $B4 1264 1254
forged "IPv6, errors" $A6 $B6 1244 1234

# Where the device's mark chooses the route, the path is that of the route that it chooses.
run ip -n a -6 route del 2001:db8:2::/64
run ip -n a -6 route add 2001:db8:2::/64 via 2001:db8:1::2 table 100
run ip -n a -6 rule add fwmark 7 table 100
check "marked: made" l2tp_end a l2 v3 2 1 $A6 $B6 encap ip df fwmark 7
check "marked: the other end" l2tp_end b l2 v3 2 2 $B6 $A6 encap ip df
check "marked: the size that fits is learnt" wait_for 20 says "mtu = 1248" pings a 10.2.0.2 -s 1380 -M "do"
check "marked: it passes" pings a 10.2.0.2 -s 1220 -M "do"
check "marked: removed" unpair 2
done_testing
