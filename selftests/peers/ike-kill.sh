#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The engine is killed while tunnels carry traffic, to a site by each version of IKE and to a road warrior: the next one
# goes on with them, new keys included, and the peers notice nothing.

. "$(dirname "$0")/lib-ike.sh"

swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				remote_addrs = 192.0.2.1
				proposals = $PROPOSALS
				local {
					auth = psk
					id = peer.example
				}
				remote {
					auth = psk
					id = gw.example
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						remote_ts = 10.1.0.0/24
					}
				}
			}
			road {
				version = 2
				remote_addrs = 192.0.2.1
				vips = 0.0.0.0
				local {
					auth = psk
					id = alice
				}
				remote {
					auth = psk
					id = road.example
				}
				children {
					all {
						remote_ts = 10.1.0.0/24
					}
				}
			}
		}
		secrets {
			ike-adit {
				id = gw.example
				secret = "a secret of both"
			}
			ike-road {
				id = road.example
				secret = "of everybody"
			}
		}
	CONF
}

engine_pid()
{
	ask "r['engine_pid']" status
}

# kill_engine: and wait for the next one.
kill_engine()
{
	local before

	before=$(engine_pid) && kill -KILL "$before" && wait_for 20 engine_is_new "$before"
}

engine_is_new()
{
	local now

	now=$(engine_pid) && [ -n "$now" ] && [ "$now" != "$1" ]
}

# The pings that were lost while all of it went on.
lost_at_most()
{
	local sent received

	stop pings INT
	read -r sent received < <(sed -nE 's/^([0-9]+) packets transmitted, ([0-9]+) received.*/\1 \2/p' "$TMP/pings.log")
	echo "sent $sent, received $received"
	[ "$sent" -gt 20 ] && [ $((sent - received)) -le "$1" ]
}

both_there()
{
	[ "$(ask "sorted((s['of'], s['version'], len(s['children'])) for s in r)" sas)" = \
		"[('server ikev2', 2, 1), ('site office', $VERSION, 1)]" ]
}

ping_road()
{
	ip netns exec "$P" ping -q -n -c 3 -i 0.2 -W 5 -I 10.9.0.10 $LEFT
}

spi()
{
	ask "r[0]['children'][0]['spi_in']" sites
}

keys_are_new()
{
	[ "$(spi)" != "$1" ] && site_is "len(s['children']) == 1"
}

gw()
{
	gw_conf <<-CONF
		site "office" {
			remote = any
			version = ikev$VERSION
			start = peer
			local-id = "gw.example"
			remote-id = "peer.example"
			secret = 'a secret of both'
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
		}
		pool "road" { range = "10.9.0.10-10.9.0.12" }
		server ikev2 {
			address = "10.9.0.1"
			pool = "road"
			auth = { psk }
			secret = 'of everybody'
			local-id = "road.example"
			local-subnets = { "10.1.0.0/24" }
		}
	CONF
	gw_start
}

# through VERSION PROPOSALS: of the site.
through()
{
	VERSION=$1 PROPOSALS=$2
	swan
	swan_start
	gw
	check "IKEv$1: the site's peer begins" swanctl --initiate --child net --timeout 20
	check "IKEv$1: a road warrior too" swanctl --initiate --child all --timeout 20
	check "IKEv$1: traffic of the site" ping_left
	check "IKEv$1: of the road warrior" ping_road
	background pings ip netns exec "$R" ping -n -i 0.1 $LEFT
	check "IKEv$1: the engine is killed" kill_engine
	check "IKEv$1: the next one has both" both_there
	check "IKEv$1: strongSwan replaces the child" swanctl --rekey --child net
	check "IKEv$1: and IKE's keys" swanctl --rekey --ike adit
	check "IKEv$1: the engine is killed again" kill_engine
	check "IKEv$1: and the next one has both" both_there
	before=$(spi)
	check "IKEv$1: the gateway replaces all keys" adit site rekey office
	check "IKEv$1: they are new" wait_for 10 keys_are_new "$before"
	check "IKEv$1: next to no packet was lost meanwhile" lost_at_most 2
	check "IKEv$1: traffic of the road warrior" ping_road
	check "IKEv$1: and new keys for it" swanctl --rekey --child all
	check "IKEv$1: traffic with them" ping_road
	check "IKEv$1: strongSwan ends the site" swan_ends adit
	check "IKEv$1: which is told" gw_says "ended: the peer"
	check "IKEv$1: strongSwan ends the other" swan_ends road
	check "IKEv$1: nothing is left there" wait_for 10 swan_has_nothing
	stop gateway
	stop charon
}

ike_topology
through 2 aes128gcm16-prfsha256-x25519
through 1 aes256-sha256-modp2048

done_testing
