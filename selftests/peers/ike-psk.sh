#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with strongSwan and a secret, by each version of IKE: as initiator and as responder, new keys of both kinds by either end, the
# end by either end, and what goes wrong told in words.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"

peer_conf()
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
					id = 192.0.2.2
				}
				remote {
					auth = psk
					id = 192.0.2.1
				}
				children {
					net {
						local_ts = 10.2.0.0/24
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
				secret = "$SECRET"
			}
		}
	CONF
}

peer_start()
{
	swan_start
}

peer_stop()
{
	stop charon
}

peer_reads()
{
	swan_loads
}

peer_begins()
{
	swanctl --initiate --child net --timeout 20
}

peer_rekeys_child()
{
	swanctl --rekey --child net
}

swan_has_one_ike()
{
	[ "$(swanctl --list-sas | grep -c '^adit: #')" -eq 1 ]
}

# Of IKEv1 one that was replaced stays for a while, and would be replaced once more by this.
peer_rekeys_ike()
{
	wait_for 30 swan_has_one_ike && swanctl --rekey --ike adit
}

peer_ends()
{
	swanctl --terminate --ike adit
}

peer_has_child()
{
	swan_has_child
}

peer_has_nothing()
{
	swan_has_nothing
}

ike_topology
traffic_server_start
wire_start
site_through 2 3des-sha1-modp2048
# The default of version 1 is without keys of its own for children, as clients have it.
PROPOSALS=aes256-sha256-modp2048 ESP=aes128gcm16-modp2048 SITE_ESP='esp-proposals = { "aes128gcm16-modp2048" }'
site_through 1 3des-sha1-modp2048

done_testing
