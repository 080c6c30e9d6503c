#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Either end gets another address while the tunnel is up: MOBIKE (RFC 4555) with strongSwan, the gateway's own address
# first, then that of the peer, who begins then. Without MOBIKE the tunnel begins anew.

. "$(dirname "$0")/lib-ike.sh"

# swan LINE...
swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				$(printf '%s\n' "$@")
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
				secret = "a secret of both"
			}
		}
	CONF
}

# site LINE...
site()
{
	gw_conf <<-CONF
		site "office" {
			local-id = "gw.example"
			remote-id = "peer.example"
			secret = 'a secret of both'
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			redial-min = 1
			$(printf '%s\n' "$@")
		}
	CONF
}

# moves NAMESPACE FROM TO
moves()
{
	ip -n "$1" addr add "$3/24" dev wire && ip -n "$1" addr del "$2/24" dev wire
}

spis()
{
	ask "[s['spis'] for s in r]" sas
}

gw_is_at()
{
	site_is "s['state'] == 'up' and s['local_address'] == '$1' and len(s['children']) == 1"
}

peer_is_at()
{
	[ "$(ask "[s['peer_address'] for s in r]" sas)" = "['$1']" ]
}

ike_topology
for ns in "$G" "$P"; do
	run ip netns exec "$ns" sysctl -qw net.ipv4.conf.all.promote_secondaries=1 net.ipv4.conf.wire.promote_secondaries=1
done
swan
swan_start
site 'remote = "192.0.2.2"'
gw_start
check "up" site_up
check "traffic" ping_right
before=$(spis)
check "the gateway moves" moves "$G" 192.0.2.1 192.0.2.71
check "the site is up from there" wait_for 20 gw_is_at 192.0.2.71
check "with the same IKE SA" test "$(spis)" = "$before"
check "traffic" wait_for 15 ping_right
check "and the other way" ping_left
check "new keys" adit site rekey office
check "traffic with them" ping_right
check "back" moves "$G" 192.0.2.71 192.0.2.1
check "up from the first address" wait_for 20 gw_is_at 192.0.2.1
check "traffic" wait_for 15 ping_right
stop gateway

swan "remote_addrs = 192.0.2.1"
check "strongSwan's other configuration" swan_loads
site 'remote = any' 'start = peer'
gw_start
check "strongSwan begins" swanctl --initiate --child net --timeout 20
check "traffic" ping_left
before=$(spis)
check "strongSwan moves" moves "$P" 192.0.2.2 192.0.2.72
check "the gateway follows" wait_for 20 peer_is_at 192.0.2.72
check "with the same IKE SA" test "$(spis)" = "$before"
check "traffic" wait_for 15 ping_left
check "and the other way" ping_right
stop gateway

check "strongSwan has its first address again" moves "$P" 192.0.2.72 192.0.2.2
swan "mobike = no"
check "and no MOBIKE" swan_loads
site 'remote = "192.0.2.2"' 'mobike = no'
gw_start
check "up" site_up
check "the gateway moves" moves "$G" 192.0.2.1 192.0.2.71
check "the site begins anew from there" wait_for 30 gw_is_at 192.0.2.71
check "traffic" wait_for 15 ping_right

done_testing
