#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ESP in UDP (RFC 3948) on a socket of the owner, against the kernel's own IPsec: data passes, IKE messages stay on the
# socket, and a peer that a NAT moves is followed if it proved that it is the peer. See lib-esp.sh for the topology; b
# has another address, 192.0.2.3.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

HERE=$(dirname "$0")
KEY=$(key 32 9)

esp_topology
ip -n b addr add 192.0.2.3/32 dev wan0

# udp_child ID LOCAL PEER [WORD...]
udp_child()
{
	esp a child-new e0 id="$1" local="$2" peer="$3" local-port=4500 peer-port=4500 sel=10.1.0.1/32,10.1.0.2/32 \
		sel=fd01::1,fd01::2 "${@:4}"
}

run ip -n a link add e0 type esp mode concentrator
e0_up
check "without a socket there is no child" says "no socket is attached" udp_child 1 192.0.2.1 192.0.2.2
background other ip netns exec a "$ESP_TOOL" socket 192.0.2.1 4500 2
wait_for 10 log_has other attached
check "one of l2tp is none" says "no socket is attached" udp_child 1 192.0.2.1 192.0.2.2
stop other
check "pptp has none" says "pptp has no UDP socket" esp a socket 192.0.2.1 4500 1
background sock ip netns exec a "$ESP_TOOL" socket 192.0.2.1 4500
check "a socket is attached" wait_for 10 log_has sock attached
check "one port alone" says "needs local-port and peer-port" \
	esp a child-new e0 id=1 local=192.0.2.1 peer=192.0.2.2 sel=10.1.0.1,10.1.0.2 local-port=4500
check "port 0" says "port 0 is none" \
	esp a child-new e0 id=1 local=192.0.2.1 peer=192.0.2.2 sel=10.1.0.1,10.1.0.2 local-port=4500 peer-port=0
check "a child" udp_child 1 192.0.2.1 192.0.2.2

# The kernel's own IPsec at the other end.
background encap ip netns exec b python3 "$HERE/esp_encap.py" 0.0.0.0 4500
wait_for 10 log_has encap open
check "keys" adit_sas gcm128
check "the peer's" xfrm_sas 4 gcm128 encap espinudp 4500 4500 0.0.0.0
check "both families pass" both_ways 0 1 6 1300
check "as is counted" sa_counts a e0 1 in 0x1001 packets -ge 8
check "in UDP, without a checksum" on_wire a wan0 'udp port 4500' '192.0.2.1.4500 > 192.0.2.2.4500: \[no cksum\]' \
	pings a 10.1.0.2
check "and not bare" refused on_wire a wan0 'ip proto 50' . pings a 10.1.0.2

# What else comes.
check "an IKE message" tool b udp 192.0.2.2 4501 192.0.2.1 4500 00000000aabbccddeeff00112233
check "stays on the socket" wait_for 10 log_has sock "left 00000000aabbccddeeff00112233"
check "a keepalive" tool b udp 192.0.2.2 4501 192.0.2.1 4500 ff
check "an unknown SPI" tool b udp 192.0.2.2 4501 192.0.2.1 4500 000090010000000100112233445566778899
check "another IKE message" tool b udp 192.0.2.2 4501 192.0.2.1 4500 00000000bbbbccddeeff00112233
check "comes after them" wait_for 10 log_has sock "left 00000000bbbb"
check "but they were dropped" bash -c "! grep -Eq 'left (ff|00009001)' $TMP/sock.log"

# The peer moves.
check "an SA that anybody with its key can send on" esp a sa-new e0 child=1 dir=in spi=0x1002 cipher=null \
	auth=hmac-sha256-128 auth-key="$KEY"
# sends ADDRESS PORT SEQ [WORD...]
sends()
{
	ip netns exec b python3 "$HERE/esp_send.py" "$1" 192.0.2.1 0x1002 "$3" "$KEY" udp="$2,4500" "${@:4}"
}
peer_is()
{
	[ "$(esp a child-show e0 1 | sed -n 's/^peer=//p')" = "$1" ] || { esp a child-show e0 1; return 1; }
}
background owner ip netns exec a "$ESP_TOOL" listen e0 60 never
wait_for 10 log_has owner claimed
check "from where it always was" sends 192.0.2.2 4502 10
check "another port: it is followed" wait_for 10 peer_is "192.0.2.2 4502"
check "the owner is told" wait_for 10 log_has owner "child id=1 peer-moved"
check "an older number from elsewhere" sends 192.0.2.3 4600 9
check "is taken" wait_for 10 sa_counts a e0 1 in 0x1002 packets -eq 2
check "and not followed" peer_is "192.0.2.2 4502"
check "the same number from elsewhere" sends 192.0.2.3 4600 10
check "a forged one from elsewhere" sends 192.0.2.3 4600 50 flip=-1
check "were seen" wait_for 10 sa_counts a e0 1 in 0x1002 forged -eq 1
check "and not followed" peer_is "192.0.2.2 4502"
check "a new number from another address" sends 192.0.2.3 4600 11
check "is followed" wait_for 10 peer_is "192.0.2.3 4600"
check "and that is where packets go" on_wire a wan0 'udp port 4600' '192.0.2.1.4500 > 192.0.2.3.4600' \
	pings_quietly a 10.1.0.2

# Bare where UDP is meant, and the reverse.
check "the same SA without UDP" ip netns exec b python3 "$HERE/esp_send.py" 192.0.2.2 192.0.2.1 0x1002 60 "$KEY"
check "is refused" wait_for 10 sa_counts a e0 1 in 0x1002 encap -eq 1
esp a child-new e0 id=2 local=192.0.2.1 peer=192.0.2.2 sel=10.1.0.1,10.1.0.2
esp a sa-new e0 child=2 dir=in spi=0x1003 cipher=null auth=hmac-sha256-128 auth-key="$KEY"
check "a bare one in UDP" ip netns exec b python3 "$HERE/esp_send.py" 192.0.2.2 192.0.2.1 0x1003 1 "$KEY" udp=4502,4500
check "is refused" wait_for 10 sa_counts a e0 2 in 0x1003 encap -eq 1
esp a child-del e0 2

# The socket goes.
stop sock
check "without the socket nothing goes out" refused_quietly pings a 10.1.0.2
check "which is counted" child_counts a e0 1 no-socket -ge 1
background sock2 ip netns exec a "$ESP_TOOL" socket 192.0.2.1 4500
check "another takes its place" wait_for 10 log_has sock2 attached
check "and the peer speaks from where it was at first" pings b 10.1.0.1
check "where it is followed to" peer_is "192.0.2.2 4500"
check "and answers" pings a 10.1.0.2
stop sock2
check "no socket of l2tp takes it" says "another kind" esp a socket 192.0.2.1 4500 2
stop encap
clear_ends

# Over IPv6 there is a checksum.
run ip -n a link add e0 type esp mode concentrator
e0_up
background sock6 ip netns exec a "$ESP_TOOL" socket 2001:db8::1 4500
wait_for 10 log_has sock6 attached
check "a child over IPv6" udp_child 1 2001:db8::1 2001:db8::2
check "an SA" esp a sa-new e0 child=1 dir=out spi=0x2001 cipher=aes-gcm "key=$(key 20 5)"
no_ports()
{
	ip netns exec b sed -n 's/^Udp6NoPorts[[:space:]]*//p' /proc/net/snmp6
}
before=$(no_ports)
pings_quietly a 10.1.0.2
check "its packets have a checksum, and nobody listens" test "$(no_ports)" -ge $((before + 1))
stop sock6
clear_ends
done_testing
