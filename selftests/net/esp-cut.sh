#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that are too long for the path of an esp device and that may be cut, and paths that have no room for a piece.
# See lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

# path_takes OCTETS: outside, whole.
path_takes()
{
	ip -n a route replace 192.0.2.2/32 dev wan0 mtu lock "$1"
}

esp_topology

# Of 52 octets around a packet, and padding to 4: 80 have room for 26, and 84 for 30. An IP header has 20, and a piece of
# what is behind it 8 or more.
e0 4
ip -n a link set e0 mtu 1500
adit_sas gcm128
xfrm_sas 4 gcm128
run path_takes 124
check "a packet that may be cut is" pings a 10.1.0.2 -M dont -s 100
run path_takes 84
check "into pieces of 8 octets, where it must be" pings a 10.1.0.2 -M dont -s 100
check "none is too big" child_counts a e0 1 too-big -eq 0
run path_takes 80
check "with room for less nothing goes" refused_quietly pings a 10.1.0.2 -M dont -s 100
check "which is counted" child_counts a e0 1 too-big -eq 1
run path_takes 50
check "with none at all neither" refused_quietly pings a 10.1.0.2 -M dont -s 100
check "which is counted" child_counts a e0 1 too-big -eq 2
run path_takes 124
check "and all is well when there is more" pings a 10.1.0.2 -M dont -s 100

# Super-packets that may be cut.
run ip netns exec a sysctl -q net.ipv4.ip_no_pmtu_disc=1
run path_takes 600
before=$(child_count a e0 1 too-big)
check "a stream that may be cut" transfers a b 10.1.0.2 5001 300
check "is, and told nothing" child_counts a e0 1 too-big -eq "$before"
run ip netns exec a sysctl -q net.ipv4.ip_no_pmtu_disc=0
run path_takes 124

# What tc says to a tunnel has the place of a route, and is none.
run tc -n a qdisc add dev e0 clsact
check "tc takes the place of a route" tc -n a filter add dev e0 egress matchall \
	action tunnel_key set src_ip 192.0.2.1 dst_ip 192.0.2.9 id 7
before=$(child_count a e0 1 too-big)
check "a packet that has lost its route to tc passes" pings a 10.1.0.2 -M dont -s 20
check "one that would have to be cut does not" refused_quietly pings a 10.1.0.2 -M dont -s 100
check "which is counted" child_counts a e0 1 too-big -gt "$before"
run tc -n a qdisc del dev e0 clsact
check "with its route it does" pings a 10.1.0.2 -M dont -s 100
clear_ends

# A child of one port, whose pieces would go by another one, or by none: it is ESP that is cut.
# sends PORT: a datagram of 1000 octets that may be cut.
sends()
{
	# shellcheck disable=SC2016 # for the shell inside
	ip netns exec a bash -c 'head -c 1000 /dev/zero | tr "\0" x >/dev/udp/10.1.0.2/$1' - "$1"
}
# arrives PORT: one that is sent does, whole.
arrives()
{
	background sink ip netns exec b nc -u -l -p "$1"
	wait_for 10 listening b "$1" && sends "$1" && wait_for 10 log_has sink "$(head -c 1000 /dev/zero | tr '\0' x)"
	set -- $?
	stop sink
	return "$1"
}
run ip netns exec a sysctl -q net.ipv4.ip_no_pmtu_disc=1
run ip -n a link add e0 type esp mode concentrator
ip -n a link set e0 mtu 1500
e0_up
esp a child-new e0 id=2 local=192.0.2.1 peer=192.0.2.2 sel=10.1.0.1/32,10.1.0.2/32
esp a sa-new e0 child=2 dir=out spi=0x2002 cipher=aes-gcm "key=$(key 20 7)"
esp a child-new e0 id=1 local=192.0.2.1 peer=192.0.2.2 sel=10.1.0.1/32,10.1.0.2/32,17,0-65535,9-9
adit_sas gcm128
xfrm_sas 4 gcm128
run path_takes 600
check "what goes by a child of one port" arrives 9
check "goes by it" sa_counts a e0 1 out 0x2001 packets -eq 1
check "and no piece by the other" sa_counts a e0 2 out 0x2002 packets -eq 0
check "fragments of ESP are on the wire" on_wire a wan0 'ip proto 50 and ip[6:2] & 0x3fff != 0' . sends 9
check "what goes by a child of all ports" sends 10
check "is cut before" sa_counts a e0 2 out 0x2002 packets -eq 2
check "without the other" esp a child-del e0 2
check "there is none for its pieces" refused esp a child-show e0 2
check "and it arrives all the same" arrives 9
check "nothing was too big" child_counts a e0 1 too-big -eq 0
clear_ends
ip netns exec a sysctl -q net.ipv4.ip_no_pmtu_disc=0
done_testing
