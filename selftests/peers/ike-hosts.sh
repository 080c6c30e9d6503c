#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Host to host, over IPv6, on traffic: the first packet brings the tunnel up and is not lost, nothing goes in clear
# while the peer is away, and the peer's own address is reached through the tunnel that leads to it.

. "$(dirname "$0")/lib-ike.sh"

GW6=2001:db8::1 PEER6=2001:db8::2

swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				local_addrs = $PEER6
				remote_addrs = $GW6
				local {
					auth = psk
					id = $PEER6
				}
				remote {
					auth = psk
					id = $GW6
				}
				children {
					host {
						esp_proposals = aes256-sha256
					}
				}
			}
		}
		secrets {
			ike-adit {
				id = $GW6
				secret = "a secret of both"
			}
		}
	CONF
}

one_ping()
{
	ip netns exec "$G" ping -q -n -c 1 -W "${1:-10}" $PEER6
}

# ESP and IKE alone, and what neighbours say, and hosts to routers about multicast.
only_esp()
{
	local seen

	seen=$(tcpdump -n -r "$TMP/wire.pcap" ip6 and not esp and not udp port 500 and not udp port 4500 \
		and not dst net ff00::/8 and not "(icmp6 and (ip6[40] >= 130 and ip6[40] <= 143))" 2>/dev/null)
	[ -z "$seen" ] && return
	echo "in clear on the wire:"
	head -n 5 <<<"$seen"
	return 1
}

ike_topology
run ip -n "$G" addr add $GW6/64 dev wire nodad
run ip -n "$P" addr add $PEER6/64 dev wire nodad
wire_start
gw_conf <<-CONF
	site "office" {
		remote = "$PEER6"
		secret = 'a secret of both'
		start = traffic
		esp-proposals = { "aes256-sha256" }
		retransmissions = 1
	}
CONF
gw_start
check "nothing happens before there is traffic" site_is "s['state'] == 'down'"
check "with the peer away there is no answer" refused one_ping 3
check "and that is said" gw_says "does not answer"
swan
swan_start
check "the peer is there, and the first packet is answered" wait_for 30 one_ping
check "the site is up" site_up
check "the peer reaches us" ip netns exec "$P" ping -q -n -c 3 -i 0.2 -W 5 $GW6
check "taken down" adit site down office
check "the next packet brings it up, and is not lost" one_ping
check "the site is up again" site_up
check "nothing of it was in clear" only_esp

done_testing
