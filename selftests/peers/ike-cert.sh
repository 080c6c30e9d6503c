#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with strongSwan and certificates: RSA here and ECDSA there, and what is wrong with one told in words.

. "$(dirname "$0")/lib-ike.sh"

# site LINE...: what the test adds to the section.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "192.0.2.2"
			auth = certificate
			local-id = "gw.example"
			remote-id = "peer.example"
			certificate = "$TMP/${CERT:-gw}.pem"
			key = "$TMP/${CERT:-gw}.key"
			ca = { "$TMP/${CA:-ca}.pem" }
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			redial-min = 1
			redial-max = 2
			$(printf '%s\n' "$@")
		}
	CONF
}

swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				local_addrs = 192.0.2.2
				remote_addrs = 192.0.2.1
				send_cert = always
				local {
					auth = pubkey
					certs = peer.pem
					id = peer.example
				}
				remote {
					auth = pubkey
					id = gw.example
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						remote_ts = 10.1.0.0/24
					}
				}
			}
		}
	CONF
}

restart()
{
	stop gateway
	: >"$TMP/gateway.log"
	gw_start
}

site_down_and_says()
{
	gw_says "$1" && site_is "s['state'] != 'up'"
}

ike_topology
pki_ca ca && pki_ca other && pki_cert ca gw DNS:gw.example && pki_cert ca peer DNS:peer.example ec &&
	pki_cert other stranger DNS:gw.example || exit 1
swan
swan_pki ca peer
traffic_server_start
swan_start

site 'start = now'
gw_start
check "up with certificates" site_up
check "traffic" traffic_works
check "strongSwan begins" adit site down office
check "and finds the gateway" swanctl --initiate --child net --timeout 20
check "up again" site_up
check "traffic" traffic_works

check "taken down" adit site down office
CERT=stranger site
restart
check "a certificate of another authority is refused there" site_down_and_says "does not believe our certificate"
CA=other site
restart
check "a peer's certificate of another authority is refused here" site_down_and_says "has not proved who it is"
sed -i 's/remote-id = "peer.example"/remote-id = "else.example"/; s/other.pem/ca.pem/' "$TMP/adit.conf"
restart
check "a peer that is somebody else is refused" site_down_and_says 'is not "else.example" itself'

done_testing
