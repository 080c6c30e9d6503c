#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Clients behind a NAT box: one, and two that share its address, and so have source ports of the box's choice; and a client
# whose own port floats.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp

both_at_once()
{
	client_traffic all --device one --device two --bytes 300000
}

# two_ports: both sessions come from the box, with ports that differ.
two_ports()
{
	local ids

	ids=$(ask "' '.join(str(s['id']) for s in r if s['peer'] == '192.0.2.9')" sessions)
	[ "$(for id in $ids; do ask "r['peer_port']" session "$id"; done | sort -u | wc -l)" = 2 ]
}

l2tp_topology nat
traffic_server_start
gw_conf
gw_start

CLIENT_LOCAL=192.168.5.10
check "one client behind the NAT box logs in" l2tp_client_dials one alice "correct horse"
check "its traffic" traffic_works one
CLIENT_LOCAL=192.168.5.11
check "a second one behind the same address logs in" l2tp_client_dials two carol "curry comb"
check "its traffic" traffic_works two
check "the gateway sees two sessions of one address at two ports" two_ports
check "both at once" both_at_once
l2tp_client_stop one
check "one goes, the other stays" traffic_works two
l2tp_client_stop two
check "both gone" no_sessions

CLIENT_LOCAL=192.168.5.10 L2TP_GLOBAL="port = 4500"
check "a client at a port of its own choice logs in" l2tp_client_dials three alice "correct horse"
check "the gateway answers there" session_is "r['peer_port'] != 1701"
check "its traffic" traffic_works three
l2tp_client_stop three
check "gone" no_sessions

done_testing
