#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Host to host in transport mode with strongSwan, by each version of IKE: as initiator and as responder, on traffic with
# the first packet kept, new keys by either end, a peer that insists on tunnel mode, and over IPv6. Nothing of it is ever
# in clear on the wire.

. "$(dirname "$0")/lib-ike.sh"

GW6=2001:db8::1 PEER6=2001:db8::2
OWN=192.0.2.1 HOST=192.0.2.2

# site LINE...: the section, with lines of the test's own.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "${REMOTE:-$HOST}"
			version = ikev$VERSION
			secret = 'a secret of both'
			mode = ${GW_MODE:-transport}
			retransmissions = 2
			redial-min = 2
			redial-max = 4
			$(printf '%s\n' "$@")
		}
	CONF
}

# swan [MODE]
swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				remote_addrs = $OWN
				proposals = ${PROPOSALS:-aes256-sha256-x25519}
				local {
					auth = psk
					id = ${SWAN_ID:-$HOST}
				}
				remote {
					auth = psk
					id = $OWN
				}
				children {
					host {
						mode = ${1:-transport}
						esp_proposals = ${ESP:-aes128gcm16-x25519}
						start_action = none
					}
				}
			}
		}
		secrets {
			ike-adit {
				id = $OWN
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
		ip netns exec "$P" ip xfrm state | grep -q "mode transport"
}

# shellcheck disable=SC2120 # checks do pass it
# ping_host [COUNT [SECONDS]]
ping_host()
{
	ip netns exec "$G" ping -q -n -c "${1:-3}" -i 0.2 -W "${2:-5}" "$HOST"
}

ping_own()
{
	ip netns exec "$P" ping -q -n -c "${1:-3}" -i 0.2 -W 5 "$OWN"
}

# large datagrams are put together before they are protected, and streams of both directions pass.
traffic_works()
{
	ping_host && ip netns exec "$G" ping -q -n -c 2 -i 0.2 -W 5 -s 3000 "$HOST" &&
		ip netns exec "$G" python3 "$PEERS_DIR/traffic.py" all "$HOST" --device esp0 --bytes 200000 --count 30
}

host_serves()
{
	background traffic ip netns exec "$P" python3 "$PEERS_DIR/traffic.py" serve "$HOST"
	wait_for 20 log_has traffic serving
}

# Pings and our streams, outside of ESP, from either end.
only_esp()
{
	local seen

	seen=$(tcpdump -n -r "$TMP/wire.pcap" "icmp or port 5001 or (icmp6 and (ip6[40] == 128 or ip6[40] == 129))" \
		2>/dev/null)
	[ -z "$seen" ] && return
	echo "in clear on the wire:"
	head -n 5 <<<"$seen"
	return 1
}

wire_seen()
{
	[ "$(tcpdump -n -r "$TMP/wire.pcap" esp 2>/dev/null | wc -l)" -gt 20 ]
}

keys_are_new()
{
	site_is "s['children'][0]['spi_in'] != '$1' and len(s['children']) == 1"
}

spi()
{
	ask "r[0]['children'][0]['spi_in']" sites
}

# through VERSION
through()
{
	VERSION=$1
	site "start = traffic" "${SITE_ESP:-}"
	gw_start
	check "IKEv$1: with the peer away there is no answer" refused ping_host 1 3
	check "IKEv$1: and that is said" gw_says "does not answer"
	swan
	swan_start
	check "IKEv$1: the peer is there, and the first packet is answered" wait_for 30 ping_host 1 10
	check "IKEv$1: in transport mode" in_transport
	check "IKEv$1: traffic" traffic_works
	check "IKEv$1: and the other way" ping_own
	before=$(spi)
	check "IKEv$1: new keys are asked for" adit site rekey office
	check "IKEv$1: and are there" wait_for 10 keys_are_new "$before"
	check "IKEv$1: in transport mode as well" in_transport
	check "IKEv$1: traffic with them" traffic_works
	before=$(spi)
	check "IKEv$1: strongSwan replaces the child" swanctl --rekey --child host
	check "IKEv$1: which the gateway follows" wait_for 10 keys_are_new "$before"
	check "IKEv$1: traffic with those" traffic_works
	check "IKEv$1: taken down" adit site down office
	check "IKEv$1: strongSwan has nothing left" wait_for 10 swan_has_nothing
	check "IKEv$1: the next packet brings it up, and is not lost" ping_host 1 10
	check "IKEv$1: taken down again" adit site down office
	check "IKEv$1: strongSwan begins" swan_initiates
	check "IKEv$1: in transport mode" in_transport
	check "IKEv$1: traffic" traffic_works
	check "IKEv$1: strongSwan ends it" swanctl --terminate --ike adit
	check "IKEv$1: which is told" gw_says "ended: the peer"
	stop gateway
	stop charon
}

# refuses VERSION: what the two sides say of one another's mode, whoever begins.
refuses()
{
	VERSION=$1
	swan tunnel
	swan_start
	site "start = peer" "${SITE_ESP:-}"
	gw_start
	check "IKEv$1: a peer that begins with a tunnel is refused" refused swan_initiates 10
	check "IKEv$1: and is told of" gw_says "$2"
	check "IKEv$1: a peer that has tunnels alone" refused timeout 60 adit -s "$TMP/control" site up office
	check "IKEv$1: is not the one" gw_says "$3"
	check "IKEv$1: and nothing stays" wait_for 10 swan_has_no_child
	check "IKEv$1: nor is anything answered" refused ping_host 1 3
	stop gateway
	stop charon
}

swan_has_no_child()
{
	! swan_has_child
}

ike_topology
run ip -n "$G" addr add $GW6/64 dev wire nodad
run ip -n "$P" addr add $PEER6/64 dev wire nodad
# A second address, which is not to be the packets' own.
run ip -n "$G" addr add 198.51.100.1/32 dev lo
host_serves
wire_start
through 2
refuses 2 "asks for tunnel mode, and here is mode = transport" "takes tunnel mode alone, and here is mode = transport"
PROPOSALS=aes256-sha256-ecp256 ESP=aes128gcm16-ecp256 SITE_ESP='esp-proposals = { "aes128gcm16-ecp256" }'
through 1
refuses 1 "authentication or mode differs" "or it takes no transport mode"
unset PROPOSALS ESP SITE_ESP

stop traffic
OWN=$GW6 HOST=$PEER6 VERSION=2
host_serves
swan
swan_start
site "start = traffic"
gw_start
check "IPv6: the first packet is answered" ping_host 1 15
check "IPv6: in transport mode" in_transport
check "IPv6: streams" ip netns exec "$G" python3 "$PEERS_DIR/traffic.py" all "$HOST" --device esp0 --bytes 200000 \
	--count 30
check "IPv6: and the other way" ping_own
check "there was ESP on the wire" wire_seen
check "and nothing of it was in clear" only_esp

done_testing
