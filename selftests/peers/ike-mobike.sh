#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A strongSwan that began gets another address while the tunnel is up: the gateway follows (MOBIKE, RFC 4555).

. "$(dirname "$0")/lib-ike.sh"

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

peer_is_at()
{
	[ "$(ask "[s['peer_address'] for s in r]" sas)" = "['$1']" ]
}

ike_topology
run ip netns exec "$P" sysctl -qw net.ipv4.conf.all.promote_secondaries=1 net.ipv4.conf.wire.promote_secondaries=1
swan_site "remote_addrs = 192.0.2.1"
swan_start
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

done_testing
