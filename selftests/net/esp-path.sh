#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The path of an esp device and what its owner can see of it: what ICMP says of a path over IPv6 and of one in UDP, what
# is shown outside over IPv6, the MSS of streams that pass, how long nothing has passed, how much waits for keys, and for
# how long. See lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

HERE=$(dirname "$0")

# icmp_says SENDER PEER SPI SEQ MTU [PORT PORT]
icmp_says()
{
	ip netns exec b python3 "$HERE/esp_icmp.py" "$@"
}

# last_sent: number of the last packet of the outbound SA.
last_sent()
{
	esp a sa-show e0 1 out 0x2001 | sed -n 's/^seq=//p'
}

esp_topology

# Over IPv6.
e0 6
ip -n a link set e0 mtu 1500
adit_sas gcm128
xfrm_sas 6 gcm128
check "over IPv6, what fits exactly passes" pings a 10.1.0.2 -M "do" -s 1398
check "one octet more does not" refused pings a 10.1.0.2 -M "do" -s 1399
last=$(last_sent)
check "an error about another SPI" icmp_says 2001:db8::1 2001:db8::2 0x2002 "$last" 1300
check "one about a packet that was not sent" icmp_says 2001:db8::1 2001:db8::2 0x2001 $((last + 1000)) 1300
check "one about a packet to another peer" icmp_says 2001:db8::1 2001:db8::3 0x2001 "$last" 1300
check "none changes anything" pings a 10.1.0.2 -M "do" -s 1398
check "one about a packet of ours" icmp_says 2001:db8::1 2001:db8::2 0x2001 "$last" 1300
check "is heeded" wait_for 10 says "mtu = 1226" pings a 10.1.0.2 -M "do" -s 1398
check "what fits the smaller path passes" pings a 10.1.0.2 -M "do" -s 1198
check "IPv6 inside gets its 1280 whole all the same" pings a fd01::2 -M "do" -s 1232
ours='ip6 proto 50 and src 2001:db8::1'
check "DSCP and ECN are shown outside" on_wire a wan0 "$ours" 'class 0x2a' pings a 10.1.0.2 -Q 0x2a
check "those of IPv6 inside as well" on_wire a wan0 "$ours" 'class 0x2a' pings a fd01::2 -Q 0x2a
clear_ends
e0 6 no-dscp no-ecn
adit_sas gcm128
check "neither where it is not wanted" refused on_wire a wan0 "$ours" 'class' pings_quietly a 10.1.0.2 -Q 0x2a
check "though packets were seen" grep -q 'ESP' "$TMP/wire.log"
clear_ends

# A peer that moves takes what is said of its path along.
e0_moves()
{
	esp a child-set e0 id=1 local=192.0.2.1 peer="$1"
}
ip -n b addr add 192.0.2.3/24 dev wan0
ip -n a link add e0 type esp mode concentrator
ip -n a link set e0 mtu 1500
e0_up
check "a child whose peer moves" esp a child-new e0 id=1 local=192.0.2.1 peer=192.0.2.2 sel=10.1.0.1/32,10.1.0.2/32
adit_sas gcm128
check "sends there" on_wire a wan0 'ip proto 50' '192.0.2.1 > 192.0.2.2' pings_quietly a 10.1.0.2
check "is told of another address" e0_moves 192.0.2.3
check "and sends there" on_wire a wan0 'ip proto 50' '192.0.2.1 > 192.0.2.3' pings_quietly a 10.1.0.2
check "an error about a packet to the old one" icmp_says 192.0.2.1 192.0.2.2 0x2001 "$(last_sent)" 1300
check "changes nothing" on_wire a wan0 'ip proto 50' 'length 1452' pings_quietly a 10.1.0.2 -M "do" -s 1370
check "one about a packet to the new one" icmp_says 192.0.2.1 192.0.2.3 0x2001 "$(last_sent)" 1300
check "is heeded" wait_for 10 says "mtu = 1246" pings a 10.1.0.2 -M "do" -s 1370
ip -n a route flush cache
check "back again" e0_moves 192.0.2.2
check "an error about a packet to it" icmp_says 192.0.2.1 192.0.2.2 0x2001 "$(last_sent)" 1200
check "is heeded as well" wait_for 10 says "mtu = 1146" pings a 10.1.0.2 -M "do" -s 1370
check "without the SA" esp a sa-del e0 1 out 0x2001
check "the child moves as well" e0_moves 192.0.2.3
clear_ends
ip -n b addr del 192.0.2.3/24 dev wan0
ip -n a route flush cache

# In UDP, over both, where the kernel looks at errors before us, and over IPv4 believes those about any port.
# udp_ends 4|6: both ends.
udp_ends()
{
	local ends any=0.0.0.0

	read -ra ends <<<"$(outer "$1")"
	[ "$1" = 4 ] || any=::
	background sock ip netns exec a "$ESP_TOOL" socket "${ends[0]}" 4500
	background encap ip netns exec b python3 "$HERE/esp_encap.py" "$any" 4500
	wait_for 10 log_has sock attached && wait_for 10 log_has encap open &&
		ip -n a link add e0 type esp mode concentrator && ip -n a link set e0 mtu 1500 && e0_up &&
		esp a child-new e0 id=1 local="${ends[0]}" peer="${ends[1]}" local-port=4500 peer-port=4500 \
			sel=10.1.0.1/32,10.1.0.2/32 sel=fd01::1,fd01::2 &&
		adit_sas gcm128 && xfrm_sas "$1" gcm128 encap espinudp 4500 4500 "$any"
}

# path_in_udp 4|6 FITS SMALLER: what fits 1500 octets outside, and 1300.
path_in_udp()
{
	local ends

	read -ra ends <<<"$(outer "$1")"
	check "in UDP over IPv$1" udp_ends "$1"
	check "in UDP over IPv$1: both families pass" both_ways 0 1 6 1200
	check "in UDP over IPv$1: as is counted" sa_counts a e0 1 in 0x1001 packets -ge 8
	check "in UDP over IPv$1: and not bare" refused on_wire a wan0 'proto 50' . pings a 10.1.0.2
	check "in UDP over IPv$1: what fits exactly passes" pings a 10.1.0.2 -M "do" -s "$2"
	check "in UDP over IPv$1: one octet more does not" refused pings a 10.1.0.2 -M "do" -s $(($2 + 1))
	check "in UDP over IPv$1: an error about another peer" icmp_says "${ends[0]}" "${ends[1]%2}3" 0x2001 \
		"$(last_sent)" 1300 4500 4500
	check "in UDP over IPv$1: changes nothing" pings a 10.1.0.2 -M "do" -s "$2"
	check "in UDP over IPv$1: one about ours" icmp_says "${ends[@]}" 0x2001 "$(last_sent)" 1300 4500 4500
	check "in UDP over IPv$1: is heeded" wait_for 10 says "mtu = $(($3 + 28))" pings a 10.1.0.2 -M "do" -s "$2"
	check "in UDP over IPv$1: what fits the smaller path passes" pings a 10.1.0.2 -M "do" -s "$3"
	stop sock
	stop encap
	clear_ends
}
ip -n a route flush cache
path_in_udp 4 1410 1210
ip -n a -6 route flush cache
path_in_udp 6 1390 1190

# The MSS of streams. What b has decrypted passes its wan0 once more.
# opens NAMESPACE DEVICE MSS COMMAND...: whether what opens a stream there has this MSS.
opens()
{
	on_wire "$1" "$2" 'tcp[tcpflags] & tcp-syn != 0 or ip6[53] & 2 != 0' "mss $3[^0-9]" "${@:4}"
}
e0 4 mss-clamp 1200
adit_sas gcm128
xfrm_sas 4 gcm128
check "a stream's MSS is lowered on its way out" opens b wan0 1200 transfers a b 10.1.0.2 5001 20
check "and that of the answer on its way in" opens a e0 1200 transfers a b 10.1.0.2 5002 20
check "likewise in IPv6" opens b wan0 1180 transfers a b fd01::2 5003 20
check "it can be left alone" ip -n a link set e0 type esp mss-clamp off
check "and is" opens a e0 1460 transfers a b 10.1.0.2 5004 20
clear_ends

# How long nothing has passed.
now_ms()
{
	date +%s%3N
}
# The kernel's ticks are coarser than this clock.
TICK_MS=10
# has_passed rx|tx SINCE: whether something has, since then.
has_passed()
{
	local idle

	idle=$(child_count a e0 1 "$1-idle-ms")
	test "${idle:-none}" -le $(($(now_ms) - $2 + TICK_MS)) || { echo "nothing for $idle ms"; return 1; }
}
# nothing_passed rx|tx SINCE
nothing_passed()
{
	child_counts a e0 1 "$1-idle-ms" -ge $(($(now_ms) - $2 - TICK_MS))
}
e0 4
adit_sas gcm128
xfrm_sas 4 gcm128
check "nothing has come for a while" wait_for 20 child_counts a e0 1 rx-idle-ms -ge 1500
begun=$(now_ms)
check "a packet each way" pings a 10.1.0.2
check "ends it" has_passed rx "$begun"
check "both ways" has_passed tx "$begun"
ip -n b xfrm state flush
check "again" wait_for 20 child_counts a e0 1 rx-idle-ms -ge 1500
begun=$(now_ms)
check "what nobody answers" refused_quietly pings a 10.1.0.2
check "ends one" has_passed tx "$begun"
check "and not the other" nothing_passed rx "$begun"
clear_ends

# What waits: not more than a few, and not for long; one of many is asked for.
e0 4
began=$SECONDS
waits()
{
	ip netns exec a bash -c 'for i in {1..40}; do echo x >/dev/udp/10.1.0.2/9; done'
}
check "40 packets without keys" waits
check "ask for keys once a second" child_counts a e0 1 acquires -le $((SECONDS - began + 2))
check "most are dropped" child_counts a e0 1 wait-dropped -ge 24
check "and the others as well when none come" wait_for 20 child_counts a e0 1 wait-dropped -ge 40
check "40 more" waits
check "and keys" adit_sas gcm128
check "are not all sent" child_counts a e0 1 waited -le 16
check "each is counted" bash -c "ip netns exec a $ESP_TOOL child-show e0 1 | awk -F= '
	/^wait(ed|-dropped)=/ { n += \$2 } END { exit n < 80 }'"
clear_ends
done_testing
