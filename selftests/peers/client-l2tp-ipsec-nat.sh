#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# aditd as client of L2TP/IPsec from behind a NAT box, at a gateway that is aditd too, by each version of IKE: all is in UDP
# port 4500, a server that ends is noticed, and another one is found.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-dial.sh"
GW_PROTOCOL=l2tp

client()
{
	dial_conf "protocol = l2tp" "ipsec = required" "ike-version = ikev$1" "ipsec-secret = 'a secret of all'" \
		"dpd-interval = 5" "retransmissions = 3"
	dial_start
}

through_nat()
{
	[ "$(ask "[(s['version'], s['nat_there'], s['peer_address'], s['children'][0]['udp']) for s in r]" sas)" = \
		"[($1, True, '192.0.2.9', True)]" ] && return
	adit sas --json
	return 1
}

traffic_over_kill()
{
	local session

	session=$(dial_ask "r['session']")
	dial_kill_engine && hq_is "r['state'] == 'up' and r['session'] == $session" && traffic_works hq 100000
}

l2tp_topology nat
traffic_server_start
gw_conf "ipsec = required" "ipsec-secret = 'a secret of all'"
for version in 2 1; do
	gw_start
	client $version
	check "IKEv$version: connect" dial connect hq
	check "IKEv$version: through the NAT" through_nat $version
	check "IKEv$version: traffic" traffic_works hq
	check "IKEv$version: kill -9 of the engine" traffic_over_kill
	before=$(dial_ask "r['session']")
	check "IKEv$version: the server is told to end" gw_stop
	gw_start
	check "IKEv$version: another one is found" wait_for 60 hq_is "r['state'] == 'up' and r['session'] != $before"
	check "IKEv$version: traffic" traffic_works hq 100000
	check "IKEv$version: disconnect" dial disconnect hq
	check "IKEv$version: nothing is left" hq_gone
	check "IKEv$version: nor at the server" no_sessions
	dial_stop
	gw_stop
done

done_testing
