#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who began gets another address while the tunnel is up, and the other end follows (MOBIKE, RFC 4555): strongSwan first, then the
# gateway.

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

# swan_sees ADDRESS: it has the gateway there, and nothing else.
swan_sees()
{
	[ "$(swanctl --list-sas | sed -nE "s/^ *remote +'gw.example' @ ([0-9.]+)\\[.*/\\1/p")" = "$1" ] && return
	swanctl --list-sas
	return 1
}

own_is()
{
	[ "$(ask "[s['local_address'] for s in r]" sas)" = "['$1']" ]
}

stop gateway
check "over" wait_for 20 swan_has_nothing
run ip netns exec "$G" sysctl -qw net.ipv4.conf.all.promote_secondaries=1 net.ipv4.conf.wire.promote_secondaries=1
swan_site "remote_addrs = %any" "local_addrs = 192.0.2.72"
check "strongSwan takes whoever comes" swan_loads
site 'remote = "192.0.2.72"' 'start = now' 'dpd-interval = 0'
: >"$TMP/gateway.log"
gw_start
check "the gateway begins" site_up
check "traffic" ping_right
before=$(spis)
check "the gateway moves" moves "$G" 192.0.2.1 192.0.2.51
check "its tunnel does" wait_for 20 own_is 192.0.2.51
check "which it says" gw_says "our address is 192.0.2.51 now: the peer is told (MOBIKE)"
check "strongSwan follows" wait_for 20 swan_sees 192.0.2.51
check "with the same IKE SA" test "$(spis)" = "$before"
check "traffic" wait_for 15 ping_right
check "and the other way" ping_left

done_testing
