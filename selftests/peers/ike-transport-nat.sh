#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Host to host in transport mode with strongSwan behind a NAT box, by each version of IKE: the peer comes from anywhere, and what
# is protected is between the gateway's address and the one that the peer is seen by. New keys by either end, a box that
# forgets, a peer that insists on tunnel mode, and one that is somebody else. Nothing of it is ever in clear.

. "$(dirname "$0")/lib-ike.sh"

SEEN=192.0.2.9

site()
{
	gw_conf <<-CONF
		site "office" {
			remote = any
			start = peer
			version = ikev$VERSION
			local-id = "gw.example"
			remote-id = "peer.example"
			secret = 'a secret of both'
			mode = transport
		}
	CONF
}

# swan [MODE [IDENTITY]]
swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				remote_addrs = $GW
				mobike = no
				proposals = aes256-sha256-modp2048
				local {
					auth = psk
					id = ${2:-peer.example}
				}
				remote {
					auth = psk
					id = gw.example
				}
				children {
					host {
						mode = ${1:-transport}
						esp_proposals = aes128gcm16
						start_action = none
					}
				}
			}
		}
		secrets {
			ike-adit {
				secret = "a secret of both"
			}
		}
	CONF
}

swan_initiates()
{
	swanctl --initiate --child host --timeout "${1:-20}"
}

in_transport()
{
	site_is "s['state'] == 'up' and [c['mode'] for c in s['children']] == ['transport']" &&
		ip netns exec "$P" ip xfrm state | grep -q "mode transport" &&
		[ "$(ask "[s['nat_there'] and s['children'][0]['udp'] for s in r]" sas)" = "[True]" ]
}

# The gateway's own packets, to where it sees the peer.
ping_peer()
{
	ip netns exec "$G" ping -q -n -c 3 -i 0.2 -W 5 $SEEN
}

ping_own()
{
	ip netns exec "$P" ping -q -n -c 3 -i 0.2 -W 5 $GW
}

# Streams of either end, whose checksums are of other addresses than arrive.
traffic_works()
{
	ping_own && ping_peer && ip netns exec "$G" ping -q -n -c 2 -i 0.2 -W 5 -s 3000 $SEEN &&
		ip netns exec "$G" python3 "$PEERS_DIR/traffic.py" all $SEEN --device esp0 --bytes 200000 --count 30 &&
		ip netns exec "$P" python3 "$PEERS_DIR/traffic.py" all $GW --device wire --bytes 200000 --count 30
}

# serve NAME NAMESPACE ADDRESS
serve()
{
	background "$1" ip netns exec "$2" python3 "$PEERS_DIR/traffic.py" serve "$3"
	wait_for 20 log_has "$1" serving
}

only_esp()
{
	local seen

	seen=$(tcpdump -n -r "$TMP/wire.pcap" "icmp or port 5001" 2>/dev/null)
	[ -z "$seen" ] && [ "$(tcpdump -n -r "$TMP/wire.pcap" "udp port 4500" 2>/dev/null | wc -l)" -gt 50 ] && return
	echo "in clear on the wire, or nothing in UDP:"
	head -n 5 <<<"$seen"
	return 1
}

spi()
{
	ask "r[0]['children'][0]['spi_in']" sites
}

keys_are_new()
{
	site_is "s['children'][0]['spi_in'] != '$1' and len(s['children']) == 1"
}

mapping_changes()
{
	ip netns exec "$NAT" conntrack -F
}

# through VERSION
through()
{
	VERSION=$1
	site
	gw_start
	swan
	swan_start
	check "IKEv$1: strongSwan begins" swan_initiates
	check "IKEv$1: in transport mode, in UDP" wait_for 10 in_transport
	check "IKEv$1: traffic both ways" traffic_works
	before=$(spi)
	check "IKEv$1: new keys are asked for" adit site rekey office
	check "IKEv$1: and are there" wait_for 10 keys_are_new "$before"
	check "IKEv$1: traffic with them" traffic_works
	before=$(spi)
	check "IKEv$1: strongSwan replaces the child" swanctl --rekey --child host
	check "IKEv$1: which the gateway follows" wait_for 10 keys_are_new "$before"
	check "IKEv$1: the NAT forgets" mapping_changes
	check "IKEv$1: traffic from there finds its way" ping_own
	check "IKEv$1: and so does other traffic" traffic_works
	check "IKEv$1: in transport mode as well" in_transport
	check "IKEv$1: strongSwan ends it" swanctl --terminate --ike adit
	check "IKEv$1: which is told" gw_says "ended: the peer"
	swan tunnel
	check "IKEv$1: strongSwan takes tunnels alone" swan_loads
	check "IKEv$1: and is refused" refused swan_initiates 10
	check "IKEv$1: which is told of" gw_says "$2"
	swan transport else.example
	swanctl --terminate --ike adit --timeout 5 >/dev/null 2>&1
	check "IKEv$1: strongSwan is somebody else" swan_loads
	check "IKEv$1: and is refused" refused swan_initiates 10
	check "IKEv$1: which is told of" gw_says "$3"
	check "IKEv$1: nothing is up" wait_for 10 site_is "s['state'] != 'up' or not s['children']"
	stop gateway
	stop charon
}

ike_topology nat
serve peer_serves "$P" 192.168.7.2
serve gateway_serves "$G" $GW
wire_start
through 2 "asks for tunnel mode, and here is mode = transport" '"else.example" is refused: nobody with this identity'
through 1 "authentication or mode differs" 'else.example'
check "nothing of it was ever in clear" only_esp

done_testing
