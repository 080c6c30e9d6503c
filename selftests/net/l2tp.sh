#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Devices of kind l2tp against one another: version 2 and 3, PPP and Ethernet, over UDP and IP, IPv4 and IPv6.
#
#	a: lN 10.N.0.1, fdN::1  ==l2tp==  lN 10.N.0.2, fdN::2 :b
#	   wan0 192.0.2.1, 2001:db8::1 ---- wan0 192.0.2.2, 2001:db8::2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
run ip -n a addr add 2001:db8::1/64 dev wan0 nodad
run ip -n b addr add 2001:db8::2/64 dev wan0 nodad

A4=192.0.2.1 B4=192.0.2.2 A6=2001:db8::1 B6=2001:db8::2

# works NAME KIND N A B [WORD...]
works()
{
	local name=$1 n=$3

	check "$name: made" l2tp_pair "${@:2}"
	check "$name: IPv4" wait_for 10 pings a "10.$n.0.2"
	check "$name: IPv6" wait_for 10 pings b "fd0$n::1"
	check "$name: multicast" pings a "ff02::1%l$n"
	check "$name: a transfer" transfers a b "10.$n.0.2" 5000 1500
	check "$name: and back" transfers b a "fd0$n::1" 5001 300
	check "$name: what came was counted" counts b "l$n" 1 rx-packets -gt 10
	check "$name: none was wrong" counts b "l$n" 1 rx-malformed -eq 0
}

# arrives_in_order NAME N: over a wire that reorders and doubles, everything arrives in order.
arrives_in_order()
{
	netem a wan0 delay 20ms 5ms reorder 20% duplicate 15%
	check "$1: a transfer over a wire that reorders and doubles" transfers a b "10.$2.0.2" 5002 150
	check "$1: packets were put back in order" counts b "l$2" 1 rx-reordered -gt 0
	check "$1: doubles were dropped" \
		bash -c "[ $(($(counter b "l$2" 1 rx-duplicate) + $(counter b "l$2" 1 rx-late))) -gt 0 ]"
	calm a wan0
}

# distinct COUNT: whether that many packets are in wire.log, and no two of one sender have the same identification.
distinct()
{
	local ids

	ids=$(sed -n 's/^.* IP (tos [^,]*, ttl [0-9]*, id \([0-9]*\), .*/\1/p' "$TMP/wire.log")
	echo "$ids"
	[ "$(wc -l <<<"$ids")" -ge "$1" ] && [ -z "$(sort <<<"$ids" | uniq -d)" ]
}

# address_of NAMESPACE DEVICE: its link-layer address.
address_of()
{
	ip netns exec "$1" cat "/sys/class/net/$2/address"
}

# forwards N [refused_quietly]: whether b passes on what a sends through lN to somebody behind b, back to a's wan0.
forwards()
{
	local n=$1 rc=0

	ip netns exec b sysctl -qw net.ipv4.ip_forward=1 || return
	ip -n a route add 198.51.100.1 via "10.$n.0.2" dev "l$n" && ip -n b route add 198.51.100.1 via "$A4" &&
		"${@:2}" on_wire b wan0 "icmp and dst 198.51.100.1" 'echo request' pings_unanswered 198.51.100.1 || rc=1
	ip -n a route del 198.51.100.1
	ip -n b route del 198.51.100.1
	ip netns exec b sysctl -qw net.ipv4.ip_forward=0
	return $rc
}

pings_unanswered()
{
	refused_quietly pings a "$@"
}

works "v2" v2 1 $A4 $B4
check "v2: the wire has ids and nothing else" on_wire b wan0 udp '0x0010:  c000 0202 06a5 06a5 .... .... 0002 0015$' \
	pings a 10.1.0.2
check "v2: and the PPP header of an IP packet behind them" grep -Eq '0x0020:  0029 ff03 0021 4500' "$TMP/wire.log"
# They are taken sixteen at a time.
check "v2: forty packets" on_wire b wan0 "udp and src host $A4" 'id [1-9]' pings a 10.1.0.2 -c 40 -i 0.02
check "v2: no two of which a receiver could take for fragments of one" distinct 40
check "v2: removed" unpair 1
works "v2 over IPv6" v2 1 $A6 $B6
check "v2 over IPv6: removed" unpair 1
works "v2 numbered" v2 1 $A4 $B4 seq send,required rx-window 256 reorder-ms 400
arrives_in_order "v2 numbered" 1
check "v2: one end ceases to send numbers" ip -n a link set l1 type l2tp seq off
check "v2: the other drops what has none" refused_quietly pings a 10.1.0.2
check "v2: which is counted" counts b l1 1 rx-unsequenced -gt 0
check "v2: b requires none any more" ip -n b link set l1 type l2tp seq follow
check "v2: and takes them" wait_for 10 pings a 10.1.0.2
check "v2: a sends numbers again" ip -n a link set l1 type l2tp seq send
check "v2: b follows" wait_for 10 pings a 10.1.0.2
check "v2: as can be seen" bash -c 'ip -n b -d link show l1 | grep -q "seq send,follow"'
check "v2: removed" unpair 1
works "v2 without checksum, framing compressed" v2 1 $A4 $B4 no-udp-csum acfc on pfc on
check "the wire has no checksum" on_wire b wan0 udp 'no cksum' pings a 10.1.0.2
check "v2: removed" unpair 1

works "v3 PPP" v3 2 $A4 $B4
check "v3 PPP: removed" unpair 2
works "v3 PPP over IP" v3 2 $A6 $B6 encap ip sublayer none
check "v3 PPP over IP: removed" unpair 2
works "v3 Ethernet" eth 3 $A4 $B4
check "v3 Ethernet: a frame to another's address" ip -n a neigh replace 10.3.0.2 lladdr 02:00:00:00:00:99 dev l3
check "v3 Ethernet: is for nobody here" refused_quietly pings a 10.3.0.2
check "v3 Ethernet: nor is it forwarded" forwards 3 refused_quietly
check "v3 Ethernet: one to ours" ip -n a neigh replace 10.3.0.2 lladdr "$(address_of b l3)" dev l3
check "v3 Ethernet: is taken" pings a 10.3.0.2
check "v3 Ethernet: and forwarded" forwards 3
check "v3 Ethernet: removed" unpair 3
works "v3 Ethernet over IP, numbered" eth 3 $A4 $B4 encap ip seq send,required rx-window 256 reorder-ms 400
arrives_in_order "v3 Ethernet over IP" 3
check "v3 Ethernet over IP: removed" unpair 3
works "v3 Ethernet over UDP in IPv6, numbered" eth 3 $A6 $B6 seq send rx-window 256 reorder-ms 400
arrives_in_order "v3 Ethernet over UDP in IPv6" 3
check "removed" unpair 3

# Cookies, which differ each way.
check "cookies: made" l2tp_end a l4 eth 4 1 $A4 $B4 cookie 0102030405060708 peer-cookie 0a0b0c0d sublayer none
check "cookies: the other end" l2tp_end b l4 eth 4 2 $B4 $A4 peer-cookie 0102030405060708 cookie 0a0b0c0d sublayer none
check "cookies: IPv4" wait_for 10 pings a 10.4.0.2
check "cookies: a transfer" transfers a b 10.4.0.2 5000 500
check "cookies: the other end gets another" ip -n b link del l4
check "cookies: made anew" l2tp_end b l4 eth 4 2 $B4 $A4 peer-cookie 0102030405060708 cookie 0a0b0c0e sublayer none
check "cookies: nothing passes" refused_quietly pings a 10.4.0.2
check "cookies: which is counted" counts b l4 1 rx-cookie -gt 0
check "cookies: removed" unpair 4

# Sizes: outer packets are fragmented, or with df their sender is told.
run ip -n a link set wan0 mtu 1300
run ip -n b link set wan0 mtu 1300
check "fragments: made" l2tp_pair v2 1 $A4 $B4
check "fragments: a packet longer than the path passes" wait_for 10 pings a 10.1.0.2 -s 1380
check "fragments: removed" unpair 1
check "fragments over IPv6: made" l2tp_pair v2 1 $A6 $B6
check "fragments over IPv6: a packet longer than the path passes" wait_for 10 pings a 10.1.0.2 -s 1380
check "fragments over IPv6: removed" unpair 1
check "df: made" l2tp_pair v2 1 $A4 $B4 df
check "df: a packet that fits" wait_for 10 pings a 10.1.0.2 -s 1234 -M "do"
check "df: one that does not is refused with the size that fits" says "mtu = 1262" pings a 10.1.0.2 -s 1235 -M "do" \
	-c 2 -i 0.3
check "df: it was counted" counts a l1 1 tx-too-big -gt 0
check "df: a transfer" transfers a b 10.1.0.2 5000 300
ip -n a route flush cache
before=$(counter a l1 1 tx-too-big)
run ip netns exec a sysctl -q net.ipv4.ip_no_pmtu_disc=1
check "df: one that may be cut" transfers a b 10.1.0.2 5001 300
check "df: is, and told nothing" counts a l1 1 tx-too-big -eq "$before"
run ip netns exec a sysctl -q net.ipv4.ip_no_pmtu_disc=0
# path_takes OCTETS: whole. Around a packet are 38, and a piece of one has 28 or more.
path_takes()
{
	ip -n a route replace "$B4/32" dev wan0 mtu lock "$1"
}
run path_takes 66
check "df: one that may be cut is, into pieces of 8 octets" pings a 10.1.0.2 -s 100 -M dont
run path_takes 65
before=$(counter a l1 1 tx-too-big)
check "df: with room for less nothing goes" refused_quietly pings a 10.1.0.2 -s 100 -M dont
check "df: which is counted" counts a l1 1 tx-too-big -eq $((before + 1))
ip -n a route del $B4/32
check "df: removed" unpair 1
run ip -n a link set wan0 mtu 1500
run ip -n b link set wan0 mtu 1500

# Encryption goes through like with PPTP, and never in clear.
check "MPPE: made" l2tp_pair v2 1 $A4 $B4 mppe-required
check "MPPE: nothing without keys" refused_quietly pings a 10.1.0.2
check "MPPE: keys" tool a set l1 id=1 "tx=128:$KEY_A" "rx=128:$KEY_B"
check "MPPE: at the other end" tool b set l1 id=1 "tx=128:$KEY_B" "rx=128:$KEY_A"
check "MPPE: IPv4" wait_for 10 pings a 10.1.0.2
check "MPPE: a transfer" transfers a b 10.1.0.2 5000 500
check "MPPE: a wire that reorders" netem a wan0 delay 20ms 5ms reorder 20%
check "MPPE: without numbers, late packets find their key" transfers a b 10.1.0.2 5000 100
calm a wan0
check "MPPE: removed" unpair 1

# Not into itself.
check "loop: made" l2tp_pair v2 1 $A4 $B4
check "loop: works" wait_for 10 pings a 10.1.0.2
check "loop: a route to the peer through the tunnel" ip -n a route add $B4/32 dev l1
check "loop: nothing is sent" refused_quietly pings a 10.1.0.2
check "loop: which was counted" counts a l1 1 tx-loop -gt 0
check "loop: removed" unpair 1

# Congestion marks of the outer path: what cannot bear one is dropped (RFC 6040 section 4.2).
check "marks: made" l2tp_pair v2 1 $A4 $B4
rules b <<'NFT'
table ip mangle {
	chain in {
		type filter hook prerouting priority mangle;
		udp dport 1701 ip ecn set ce
	}
}
NFT
check "marks: CE on a packet that can bear it" wait_for 10 pings a 10.1.0.2 -Q 2
check "marks: a packet that cannot is dropped" refused_quietly pings a 10.1.0.2 -Q 0
check "marks: removed" unpair 1
done_testing
