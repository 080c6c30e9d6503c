#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A gateway with several addresses that listens at all of them answers from the one that was asked, whatever its routes say;
# over IPv4 and IPv6.
#
#	client 192.0.2.10 ------ wire ------ 192.0.2.1, .2, 203.0.113.1 gateway
#	   2001:db8:1::10                    2001:db8:1::1, ::2

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp

tap_has_seen()
{
	[ "$(grep -c ' > .*: ' "$TMP/tap.log")" -gt 5 ]
}

# from_there ADDRESS: everything that the gateway sends to the client's L2TP port comes from there.
from_there()
{
	wait_for 10 tap_has_seen || { log_of tap; return 1; }
	stop tap
	! grep -F ' > ' "$TMP/tap.log" | grep -vF "$1.1701 > "
}

tap_start()
{
	background tap ip netns exec "$G" tcpdump --immediate-mode -l -n -t -Q out -i wire "udp src port 1701"
	wait_for 20 log_has tap "listening on"
}

# asked_at ADDRESS NAME
asked_at()
{
	tap_start
	L2TP_LNS=$1
	check "asked at $1: a client logs in" l2tp_client_dials "$2" alice "correct horse"
	check "asked at $1: traffic" traffic_works "$2"
	check "asked at $1: every answer comes from there" from_there "$1"
	l2tp_client_stop "$2"
	check "asked at $1: gone" no_sessions
}

l2tp_topology
traffic_server_start
run ip -n "$G" addr add 192.0.2.2/24 dev wire
run ip -n "$G" addr add 203.0.113.1/32 dev wire
run ip -n "$C" route add 203.0.113.1 via 192.0.2.1
run ip -n "$G" addr add 2001:db8:1::1/64 dev wire nodad
run ip -n "$G" addr add 2001:db8:1::2/64 dev wire nodad
run ip -n "$C" addr add 2001:db8:1::10/64 dev wire nodad
gw_conf
sed -i '/listen = /d; s/{ mschapv2 }/{ mschapv2, pap }/' "$TMP/adit.conf"
gw_start

asked_at 192.0.2.1 one
asked_at 192.0.2.2 two
asked_at 203.0.113.1 three
# xl2tpd speaks no IPv6.
for address in 2001:db8:1::1 2001:db8:1::2; do
	tap_start
	check "asked at $address: a client logs in and has traffic" ip netns exec "$C" \
		python3 "$PEERS_DIR/l2tp_once.py" $address $SERVER alice "correct horse"
	check "asked at $address: every answer comes from there" from_there "$address"
	check "asked at $address: gone" no_sessions
done

done_testing
