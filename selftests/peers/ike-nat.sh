#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strongSwan behind a NAT box comes to the gateway from anywhere: UDP encapsulation, and a mapping that changes.

. "$(dirname "$0")/lib-ike.sh"

swan()
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

behind_nat()
{
	[ "$(ask "[s['nat_there'] and s['local_port'] == 4500 and s['children'][0]['udp'] for s in r]" sas)" = "[True]" ]
}

# The box forgets what it knew, and gives another port.
mapping_changes()
{
	ip netns exec "$NAT" conntrack -F
}

ike_topology nat
traffic_server_start
wire_start
swan
swan_start
gw_conf <<-CONF
	site "office" {
		remote = any
		start = peer
		local-id = "gw.example"
		remote-id = "peer.example"
		secret = 'a secret of both'
		local-subnets = { "10.1.0.0/24" }
		remote-subnets = { "10.2.0.0/24" }
	}
CONF
gw_start

check "strongSwan begins" swanctl --initiate --child net --timeout 20
check "the site is up" site_up
check "the NAT is seen, and all is in UDP" behind_nat
check "traffic" traffic_works
check "the NAT forgets" mapping_changes
check "traffic from there finds its way" ping_left
check "and back" traffic_works
check "new keys" adit site rekey office
check "traffic with them" traffic_works
check "nothing ever left in the clear" nothing_in_clear

done_testing
