#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with strongSwan and a secret, by each version of IKE: as initiator and as responder, new keys of both kinds by either end, the
# end by either end, and what goes wrong told in words.

. "$(dirname "$0")/lib-ike.sh"

# site LINE...: the section, with lines of the test's own.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "192.0.2.2"
			version = ikev$VERSION
			secret = 'a secret of both'
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			redial-min = 2
			redial-max = 4
			$(printf '%s\n' "$@")
		}
	CONF
}

swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				local_addrs = 192.0.2.2
				remote_addrs = 192.0.2.1
				proposals = ${PROPOSALS:-aes256-sha256-x25519}
				local {
					auth = psk
					id = ${SWAN_ID:-192.0.2.2}
				}
				remote {
					auth = psk
					id = 192.0.2.1
				}
				children {
					net {
						local_ts = ${SWAN_TS:-10.2.0.0/24}
						remote_ts = 10.1.0.0/24
						esp_proposals = ${ESP:-aes128gcm16-x25519}
						start_action = none
					}
				}
			}
		}
		secrets {
			ike-adit {
				id = 192.0.2.1
				secret = "${SECRET:-a secret of both}"
			}
		}
	CONF
}

swan_initiates()
{
	swanctl --initiate --child net --timeout 20
}

# through VERSION
through()
{
	VERSION=$1
	swan
	swan_start
	site 'start = now' "${SITE_ESP:-}"
	gw_start
	check "IKEv$VERSION: the gateway begins, and the site is up" site_up
	check "IKEv$VERSION: strongSwan has it too" wait_for 5 swan_has_child
	check "IKEv$VERSION: traffic, from behind one to behind the other" traffic_works
	check "IKEv$VERSION: and the other way" ping_left
	check "IKEv$VERSION: it is shown" site_is "s['peer_id'] == '192.0.2.2' and s['children'][0]['rx_packets'] > 0"

	before=$(ask "r[0]['children'][0]['spi_in']" sites)
	keys_are_new() { site_is "s['children'][0]['spi_in'] != '$before' and len(s['children']) == 1"; }
	check "IKEv$VERSION: new keys are asked for" adit site rekey office
	check "IKEv$VERSION: and are there" wait_for 10 keys_are_new
	check "IKEv$VERSION: traffic with them" traffic_works
	before=$(ask "r[0]['children'][0]['spi_in']" sites)
	check "IKEv$VERSION: strongSwan replaces the child" swanctl --rekey --child net
	check "IKEv$VERSION: which the gateway follows" wait_for 10 keys_are_new
	check "IKEv$VERSION: traffic with those" traffic_works
	check "IKEv$VERSION: strongSwan replaces IKE's keys" swanctl --rekey --ike adit
	check "IKEv$VERSION: traffic after that" traffic_works

	check "IKEv$VERSION: taken down" adit site down office
	check "IKEv$VERSION: strongSwan has nothing left" wait_for 10 swan_has_nothing
	check "IKEv$VERSION: no traffic without it" refused ping_right 1
	check "IKEv$VERSION: strongSwan begins" swan_initiates
	check "IKEv$VERSION: the site is up" site_up
	check "IKEv$VERSION: traffic" traffic_works
	check "IKEv$VERSION: strongSwan ends it" swanctl --terminate --ike adit
	check "IKEv$VERSION: which is told" gw_says "ended: the peer"
	check "IKEv$VERSION: nothing ever left in the clear" nothing_in_clear
	stop gateway
	stop charon
}

ike_topology
traffic_server_start
wire_start
through 2
# The default of version 1 is without keys of its own for children, as clients have it.
PROPOSALS=aes256-sha256-modp2048 ESP=aes128gcm16-modp2048 SITE_ESP='esp-proposals = { "aes128gcm16-modp2048" }'
through 1

done_testing
