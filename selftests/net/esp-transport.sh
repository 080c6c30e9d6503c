#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ESP in transport mode between two hosts, against the kernel's own IPsec: every algorithm, over IPv4 and IPv6, without a
# loop, and behind a NAT in UDP. What goes to the peer is routed into the device, but for what the device itself sends,
# which has mark 7. See lib-esp.sh for the topology, of which only the outer addresses are used; and
#
#	a: wan0 192.0.2.1 ---- wan0 192.0.2.3 :n: lan0 10.5.0.1 ---- lan0 10.5.0.2 :c    n hides c

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

HERE=$(dirname "$0")
GCM=(cipher=aes-gcm "key=$(key 20 5)")

esp_topology
# Neighbours that are asked for behind ESP cannot be found.
still()
{
	local mac

	mac=$(ip -n "$2" -j link show wan0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])')
	ip -n "$1" neigh replace "$3" lladdr "$mac" dev wan0 nud permanent
}
still a b 2001:db8::2
still b a 2001:db8::1

# t0 4|6 [WORD...]: the device, up, and the peer routed into it.
t0()
{
	local ends

	read -ra ends <<<"$(outer "$1")"
	ip -n a link add e0 type esp local "${ends[0]}" remote "${ends[1]}" esp-mode transport fwmark 7 "${@:2}" &&
		ip -n a link set e0 up && route_in "$1"
}

route_in()
{
	local ends

	read -ra ends <<<"$(outer "$1")"
	ip -n a "-$1" route add "${ends[1]}" dev e0 src "${ends[0]}" table 100
}
for family in 4 6; do
	run ip -n a -$family rule add not fwmark 7 lookup 100
done

# xfrm_transport 4|6 ALG [WORD...]: the other end.
xfrm_transport()
{
	local ends

	read -ra ends <<<"$(outer "$1")"
	xfrm_alg "$2" 5
	ip -n b xfrm state add src "${ends[0]}" dst "${ends[1]}" proto esp spi 0x2001 reqid 1 mode transport \
		"${XFRM_ALG[@]}" "${@:3}" || return
	xfrm_alg "$2" 3
	ip -n b xfrm state add src "${ends[1]}" dst "${ends[0]}" proto esp spi 0x1001 reqid 1 mode transport \
		"${XFRM_ALG[@]}" "${@:3}" || return
	ip -n b xfrm policy add src "${ends[0]}" dst "${ends[1]}" dir in tmpl proto esp reqid 1 mode transport &&
		ip -n b xfrm policy add src "${ends[1]}" dst "${ends[0]}" dir out tmpl proto esp reqid 1 mode transport
}

# answers 4|6 SIZE...: pings of the peer from a, with so many octets.
answers()
{
	local ends size

	read -ra ends <<<"$(outer "$1")"
	for size in "${@:2}"; do
		pings a "${ends[1]}" -s "$size" || return
	done
}

in_clear()
{
	on_wire a wan0 "icmp or tcp or udp or icmp6 and (ip6[40] == 128 or ip6[40] == 129)" . "$@"
}

sizes=(0 1 6 7 1300)
passes_counted()
{
	sa_counts a e0 1 in 0x1001 packets -ge ${#sizes[@]} && sa_counts a e0 1 out 0x2001 packets -ge ${#sizes[@]} &&
		sa_counts a e0 1 in 0x1001 forged -eq 0
}

for alg in "${algorithms[@]}"; do
	for family in 4 6; do
		check "$alg over IPv$family: a device" t0 $family
		check "$alg over IPv$family: its keys" adit_sas "$alg"
		check "$alg over IPv$family: the peer's" xfrm_transport $family "$alg" replay-window 64
		check "$alg over IPv$family: every size passes" answers $family "${sizes[@]}"
		check "$alg over IPv$family: and is counted" passes_counted
		clear_ends
	done
done
t0 4
check "with ESN: keys" adit_sas gcm128 esn in:replay-window=128
check "the peer's" xfrm_transport 4 gcm128 replay-window 128 flag esn
check "every size passes" answers 4 "${sizes[@]}"
check "and is counted" passes_counted
clear_ends

# Nothing in clear, and no loop.
t0 4
check "without keys nothing passes" refused_quietly pings a 192.0.2.2
check "nor leaves in clear" refused in_clear pings a 192.0.2.2
check "the mode is told" bash -c "ip netns exec a $ESP_TOOL child-show e0 1 | grep -qx mode=transport"
adit_sas gcm128
xfrm_transport 4 gcm128
check "with keys packets pass" pings a 192.0.2.2
check "and none is in clear" refused in_clear pings a 192.0.2.2
check "a stream passes" transfers a b 192.0.2.2 5001 500
check "and one from the peer" transfers b a 192.0.2.1 5001 500
check "a whole datagram of 3000 octets" pings a 192.0.2.2 -s 3000
check "is put together before" child_counts a e0 1 joined -ge 1
check "none of it is lost" child_counts a e0 1 fragments-lost -eq 0
# Of 16 octets from the first on, and of as many from the ninth on.
ip netns exec a python3 -c '
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for offset in (0, 1):
    s.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 36, 7, 0x2000 | offset, 64, 17, 0, socket.inet_aton("192.0.2.1"),
                         socket.inet_aton("192.0.2.2")) + bytes(16), ("192.0.2.2", 0))'
check "a fragment that overlaps another is lost" wait_for 10 child_counts a e0 1 fragments-lost -ge 1
check "and so is its datagram" bash -c "ip netns exec a $ESP_TOOL child-show e0 1 | awk -F= '
	\$1 == \"fragmented\" { begun = \$2 } \$1 == \"joined\" { joined = \$2 } END { exit begun != joined + 1 }'"
check "one that may not be cut is refused" says "essage too long" pings a 192.0.2.2 -M "do" -s 1450
check "TTL, DSCP and DF are the packet's" on_wire a wan0 'ip proto 50' 'tos 0x28, ttl 9, .*flags \[DF\]' \
	pings_quietly a 192.0.2.2 -t 9 -Q 0x28 -M "do"
ip -n a addr add 10.1.0.1/32 dev lo
check "from another address" refused_quietly pings a 192.0.2.2 -I 10.1.0.1
check "does not fit" child_counts a e0 1 unfit -ge 1
# Router alert.
ip netns exec a python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([148, 4, 0, 0]))
s.sendto(b"x", ("192.0.2.2", 9))'
check "nor does one with options" child_counts a e0 1 unfit -ge 2
ip -n a link set e0 type esp fwmark 8
check "with another mark" refused_quietly pings a 192.0.2.2
check "it is found that it would go into itself" child_counts a e0 1 loop -ge 1
ip -n a link set e0 type esp fwmark 7
check "with the right one it passes again" pings a 192.0.2.2
clear_ends

# Large datagrams of IPv6 are not cut before.
t0 6
ip -n a link set e0 mtu 9000
adit_sas gcm128
xfrm_transport 6 gcm128
check "a fragment of IPv6 does not fit" refused_quietly pings a 2001:db8::2 -s 9500
check "which is counted" child_counts a e0 1 unfit -ge 1
clear_ends
t0 6 df clear
ip -n a link set e0 mtu 9000
adit_sas gcm128
xfrm_transport 6 gcm128
check "where that was asked for, ESP is cut" pings a 2001:db8::2 -s 5000
clear_ends

# What comes.
SEND()
{
	ip netns exec b python3 "$HERE/esp_send.py" 192.0.2.2 192.0.2.1 0x1003 "$1" "$(key 32 9)" "${@:2}"
}
ip -n a link add e0 type esp mode concentrator fwmark 7
ip -n a link set e0 up
check "a child for port 7000" esp a child-new e0 id=1 local=192.0.2.1 peer=192.0.2.2 mode=transport \
	sel=192.0.2.1,192.0.2.2,17,7000-7000,0-65535
esp a sa-new e0 child=1 dir=in spi=0x1003 cipher=null auth=hmac-sha256-128 "auth-key=$(key 32 9)"
background port ip netns exec a timeout 100 nc -u -l -s 192.0.2.1 -p 7000
wait_for 10 listening a 7000
# 7001 to 7000, without a checksum, "yes\n".
check "a datagram for it" SEND 1 next=17 inner=1b591b58000c00007965730a
check "arrives" wait_for 10 log_has port yes
check "one for another port" SEND 2 next=17 inner=1b591b57000c00007965730a
check "is refused" wait_for 10 sa_counts a e0 1 in 0x1003 selector -eq 1
check "a packet in a tunnel" SEND 3
check "is refused" wait_for 10 sa_counts a e0 1 in 0x1003 selector -eq 2
check "half a header" SEND 4 next=17 inner=1b59
check "is refused" wait_for 10 sa_counts a e0 1 in 0x1003 selector -eq 3
stop port
clear_ends
t0 6
esp a sa-new e0 child=1 dir=in spi=0x1003 cipher=null auth=hmac-sha256-128 "auth-key=$(key 32 9)"
for next in 0 43 44; do
	ip netns exec b python3 "$HERE/esp_send.py" 2001:db8::2 2001:db8::1 0x1003 $((10 + next)) "$(key 32 9)" \
		next=$next inner=3b00000000000000
done
check "what has its place before ESP is refused" wait_for 10 sa_counts a e0 1 in 0x1003 protocol -eq 3
clear_ends

# Behind a NAT.
namespace n
namespace c
join a nat0 198.51.100.1/24 n wan0 198.51.100.3/24
join n lan0 10.5.0.1/24 c lan0 10.5.0.2/24
run ip -n c route add default via 10.5.0.1
run ip netns exec n sysctl -qw net.ipv4.ip_forward=1
rules n <<-'RULES'
	table ip hide {
		chain post { type nat hook postrouting priority srcnat; oif "wan0" masquerade; }
	}
RULES
ip -n a link add e0 type esp mode concentrator fwmark 7
ip -n a link set e0 up
background sock ip netns exec a "$ESP_TOOL" socket 198.51.100.1 4500
wait_for 10 log_has sock attached
check "a child behind a NAT" esp a child-new e0 id=1 local=198.51.100.1 peer=198.51.100.3 local-port=4500 \
	peer-port=4500 mode=transport sel=198.51.100.1,198.51.100.3
check "its keys" adit_sas gcm128
ip -n a route add 198.51.100.3 dev e0 src 198.51.100.1 table 100
background encap ip netns exec c python3 "$HERE/esp_encap.py" 0.0.0.0 4500
wait_for 10 log_has encap open
for ends in "198.51.100.1 10.5.0.2 0x2001 5 in" "10.5.0.2 198.51.100.1 0x1001 3 out"; do
	read -r from to spi first dir <<<"$ends"
	xfrm_alg gcm128 "$first"
	run ip -n c xfrm state add src "$from" dst "$to" proto esp spi "$spi" reqid 1 mode transport "${XFRM_ALG[@]}" \
		encap espinudp 4500 4500 0.0.0.0
	run ip -n c xfrm policy add src "$from" dst "$to" dir "$dir" priority 10 tmpl proto esp reqid 1 mode transport
	# What carries ESP is not in ESP.
	run ip -n c xfrm policy add src "$from" dst "$to" proto udp sport 4500 dport 4500 dir "$dir" priority 1
done
check "the client reaches the gateway" pings c 198.51.100.1
check "in UDP" on_wire a nat0 'udp port 4500' '198.51.100.3.4500 > 198.51.100.1.4500' pings c 198.51.100.1
check "a stream passes, though its checksums are of another address" transfers c a 198.51.100.1 5001 200
background port ip netns exec a timeout 100 nc -u -l -s 198.51.100.1 -p 7000
wait_for 10 listening a 7000
check "a datagram" ip netns exec c bash -c 'echo yes >/dev/udp/198.51.100.1/7000'
check "as well" wait_for 10 log_has port yes
background back ip netns exec c timeout 100 nc -l -s 10.5.0.2 -p 5002
wait_for 10 listening c 5002
check "a stream from the gateway" ip netns exec a bash -c 'echo back | timeout 30 nc -N 198.51.100.3 5002'
check "reaches the client" wait_for 10 log_has back back
stop encap
stop sock
clear_ends
done_testing
