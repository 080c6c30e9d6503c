#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strongSwan behind a NAT box comes to the gateway from anywhere: UDP encapsulation, and a mapping that changes.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"

peer_conf()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				remote_addrs = 192.0.2.1
				mobike = no
				keyingtries = 0
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
		}
		secrets {
			ike-adit {
				id = gw.example
				secret = "a secret of both"
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

peer_begins()
{
	swanctl --initiate --child net --timeout 20
}

ike_topology nat
traffic_server_start
wire_start
site_through_nat 2

done_testing
