#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Stock clients of L2TP/IPsec: xl2tpd and strongSwan, with each version of IKE. Nothing of L2TP is ever outside of IPsec, and
# plain L2TP is refused.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-swan.sh"
GW_PROTOCOL=l2tp

wire_start()
{
	background wire ip netns exec "$G" tcpdump --immediate-mode -n -l -i wire -Q out -w "$TMP/wire.pcap"
	wait_for 10 log_has wire "listening on"
}

# no_l2tp_outside: no packet to or from L2TP's port, and none with an inner address.
no_l2tp_outside()
{
	local seen

	seen=$(tcpdump -n -r "$TMP/wire.pcap" "udp port 1701 or net 10.0.0.0/8" 2>/dev/null)
	[ -z "$seen" ] && return
	head -n 5 <<<"$seen"
	return 1
}

# through VERSION
through()
{
	swan_client_conf one "$1" "a secret of all"
	check "IKEv$1: strongSwan starts" swan_client_start "$C" one
	check "IKEv$1: IPsec" swan_client_connects "$C" one
	check "IKEv$1: a client logs in" l2tp_client_dials "one$1" alice "correct horse"
	check "IKEv$1: its session is in IPsec" session_is "r['ipsec'] and r['peer'] == '192.0.2.10'"
	check "IKEv$1: traffic" traffic_works "one$1"
	check "IKEv$1: new keys" swan_client "$C" one --rekey --child l2tp
	check "IKEv$1: traffic with them" traffic_works "one$1"
	l2tp_client_stop "one$1"
	check "IKEv$1: gone" no_sessions
	check "IKEv$1: another logs in" l2tp_client_dials "two$1" alice "correct horse"
	check "IKEv$1: IPsec is ended" swan_client "$C" one --terminate --ike gw
	check "IKEv$1: and the session with it" no_sessions
	l2tp_client_stop "two$1"
	stop one-daemon
}

l2tp_topology
traffic_server_start
gw_conf "ipsec = required" "ipsec-secret = 'a secret of all'"
gw_start

check "plain L2TP is refused" refused l2tp_client_dials plain alice "correct horse"
check_log "and the log says why" gateway "plain L2TP, and ipsec is required"
stop plain-xl2tpd
wire_start
through 2
through 1
check "nothing of L2TP is outside of IPsec" no_l2tp_outside

swan_client_conf wrong 2 "another secret"
check "a wrong secret: strongSwan starts" swan_client_start "$C" wrong
check "a wrong secret is refused" refused swan_client_connects "$C" wrong 10
check_log "and the log says it" gateway "secret"

stop wrong-daemon

swan_client_conf last 2 "a secret of all"
check "a last one: strongSwan starts" swan_client_start "$C" last
check "IPsec" swan_client_connects "$C" last
check "it logs in" l2tp_client_dials last alice "correct horse"
gw_conf
check "a reload takes IPsec away" adit reload
check "and its session with it" no_sessions
l2tp_client_stop last

done_testing
