#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# xl2tpd and pppd log in, have traffic both ways, over IPv4 and IPv6, and are refused what they should be: users, tunnels.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp
GW_POOL_IPV6='ipv6 = "2001:db8:9::/48"'
SERVER6=2001:db8:8::2

# from_behind ADDRESS: who is behind the gateway reaches the client.
from_behind()
{
	ip netns exec "$S" ping -q -n -c 3 -i 0.2 -W 5 "$1"
}

inner_address()
{
	ask "r['address']" session "$(ask "max(s['id'] for s in r)" sessions)"
}

has_global()
{
	[ -n "$(ip -n "$C" -6 addr show dev "$1" scope global | grep 2001:db8:9:)" ]
}

# refused_login NAME USER PASSWORD CLIENT_LOG GATEWAY_LOG OPTION...: patterns that the two logs must hold.
refused_login()
{
	local name=$1 user=$2 password=$3 client_log=$4 gateway_log=$5

	shift 5
	l2tp_client_start "$name" "$user" "$password" "$@"
	check "$name: no login" l2tp_client_refused "$name"
	check_log "$name: why, at the client" "$name" "$client_log"
	check_log "$name: why, at the gateway" gateway "$gateway_log"
	l2tp_client_stop "$name"
}

# no_tunnel NAME GATEWAY_LOG: a client that does not get as far as PPP.
no_tunnel()
{
	l2tp_client_start "$1" alice "correct horse"
	check "$1: no login" l2tp_client_refused "$1"
	check_log "$1: why, at the gateway" gateway "$2"
	check "$1: there was no PPP" refused log_has_loudly "$1" "rcvd"
	l2tp_client_stop "$1"
}

l2tp_topology
traffic_server_start
run ip -n "$G" addr add 2001:db8:8::1/64 dev srv nodad
run ip -n "$S" addr add $SERVER6/64 dev gw nodad
run ip -n "$S" route add 2001:db8:9::/48 via 2001:db8:8::1
ip netns exec "$G" sysctl -qw net.ipv6.conf.all.forwarding=1
background traffic6 ip netns exec "$S" python3 "$PEERS_DIR/traffic.py" serve $SERVER6
wait_for 20 log_has traffic6 serving
GW_MORE="
l2tp-peer \"knows\" { secret = 'between-us' }
l2tp-peer \"asks only\" { secret = 'between-us' authenticate = no }
"
gw_conf "ipv6 = yes"
gw_start

check "a stock client logs in" l2tp_client_dials one alice "correct horse" +ipv6
check "the gateway knows what it should" session_is "r['user'] == 'alice' and r['state'] == 'up' and
	r['protocol'] == 'l2tp' and r['auth'] == 'MS-CHAPv2' and r['encryption'] == 'none' and r['peer_vendor'] != '' and
	r['peer_port'] == 1701 and r['tunnel_id'] > 0 and r['peer_session_id'] > 0"
check "traffic" traffic_works one
run ip -n "$C" route replace 10.8.0.0/24 dev one
check "the client is reached from behind" from_behind "$(inner_address)"
check "IPv6: it is agreed on" wait_for 30 log_has one "remote LL address"
ip netns exec "$C" sysctl -qw net.ipv6.conf.one.accept_ra=2 net.ipv6.conf.one.autoconf=1
check "IPv6: an address by router advertisement" wait_for 30 has_global one
check "IPv6: traffic" ip netns exec "$C" python3 "$PEERS_DIR/traffic.py" all $SERVER6 --device one --bytes 200000 --count 50
check "a reload leaves it alone" adit reload
check "traffic after it" traffic_works one
l2tp_client_stop one
check "gone" no_sessions

# What reads the inner packet from a socket has no use for checksums that a wire between namespaces left to hardware. This
# one forgets, when it is told to end, to tell its peer.
run ip netns exec "$G" ethtool -K wire tx off
L2TP_LAC="length bit = yes"
L2TP_GLOBAL="force userspace = yes"
check "with packets by pppd itself and the length bit: logs in" l2tp_client_dials userspace alice "correct horse"
check "with packets by pppd itself and the length bit: answers" client_ping userspace
check "with packets by pppd itself and the length bit: disconnect" adit disconnect --user alice
check "with packets by pppd itself and the length bit: gone" no_sessions
l2tp_client_stop userspace
run ip netns exec "$G" ethtool -K wire tx on
L2TP_LAC='' L2TP_GLOBAL=''

refused_login wrong alice "wrong horse" "E=691" "alice*wrong password"
refused_login unknown mallory "correct horse" "E=691" "mallory*unknown user"
refused_login nochap alice "correct horse" "no common authentication" "no common authentication" refuse-chap refuse-mschap \
	refuse-mschap-v2 refuse-eap

# The tunnel's secret, asked for by the gateway, by both, and by the client alone.
L2TP_SECRET="between-us" L2TP_LAC="hostname = knows"
check "the gateway asks for the secret: logs in" l2tp_client_dials knows alice "correct horse"
check_log "the tunnel is authenticated" gateway "is up, authenticated"
l2tp_client_stop knows
L2TP_LAC="hostname = knows
challenge = yes"
check "both ask for the secret: logs in" l2tp_client_dials both alice "correct horse"
l2tp_client_stop both
L2TP_LAC="hostname = asks only
challenge = yes"
check "the client asks for the secret: logs in" l2tp_client_dials asks alice "correct horse"
l2tp_client_stop asks
L2TP_SECRET="between-others" L2TP_LAC="hostname = knows"
no_tunnel stranger "the peer does not know the tunnel's secret"
L2TP_SECRET='' L2TP_LAC="challenge = yes"
no_tunnel asking "the peer wants the tunnel authenticated, and there is no secret for it"
L2TP_LAC=''
check "nothing is left of them" no_sessions
gw_stop

gw_conf "encryption = required" "peers = known"
gw_start
no_tunnel nobody "no l2tp-peer section knows this peer"
gw_stop
gw_conf "encryption = required"
gw_start
check "with MPPE required: logs in" l2tp_client_dials mppe alice "correct horse" require-mppe-128
check "with MPPE required: it is there" session_is "r['encryption'] == 'mppe-128 stateless'"
check "with MPPE required: traffic" traffic_works mppe
l2tp_client_stop mppe
refused_login plain alice "correct horse" "encryption is required" "encryption is required" nomppe
check "gone" no_sessions

done_testing
