#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kill -9 of the engine, ten times in a row, under traffic: no packet is lost, tunnel and session are the same, the new engine
# goes on with HELLO and echoes, takes new calls in the old tunnel, and disconnect works. Then a client that begins anew
# without a good-bye, and an administrator who shuts the gateway down.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp

KILLS=10

restarts_counted()
{
	[ "$(ask "r['engine_restarts']" status)" -ge $KILLS ]
}

wait_traffic_over()
{
	wait "$(pid_of steady)"
}

# xl2tpd_says NAME COMMAND...: as its administrator tells it.
xl2tpd_says()
{
	echo "${*:2}" >"$TMP/$1.control"
}

l2tp_topology
traffic_server_start
gw_conf "lcp-echo-interval = 2" "lcp-echo-failures = 3" "hello-interval = 3"
gw_start

check "a client logs in" l2tp_client_dials one alice "correct horse" lcp-echo-interval 2 lcp-echo-failure 3
id=$(ask "r[0]['id']" sessions)
tunnel=$(ask "r['tunnel_id']" session "$id")
background steady ip netns exec "$C" python3 "$PEERS_DIR/traffic.py" udp $SERVER --device one --gap-ms 10 --until "$TMP/enough"

check "the engine killed $KILLS times, each time a new one" kill_many $KILLS
check "the parent counted" restarts_counted
check "tunnel and session are the same" session_is "r['id'] == $id and r['user'] == 'alice' and r['state'] == 'up' and
	r['tunnel_id'] == $tunnel and r['peer_host'] != '' and r['address'] is not None and r['up_s'] > 5"
touch "$TMP/enough"
check "not one packet was lost" wait_traffic_over
log_of steady | sed 's/^/# /'
check "ten seconds later the session is still up" wait_for 30 session_is "r['id'] == $id and r['up_s'] >= 16"
check "and works" traffic_works one
check "disconnect works" adit disconnect "$id"
check_log "the client hears of it" one "LCP terminated by peer"
check "gone" no_sessions
l2tp_client_stop one

cases "our client" ip netns exec "$C" env ADIT_CONTROL="$TMP/control" \
	python3 "$PEERS_DIR/l2tp_kill.py" $GW $SERVER alice "correct horse"

check "a stock client logs in after all that" l2tp_client_dials two alice "correct horse"
check "and has traffic" traffic_works two
stop two-xl2tpd KILL
ip netns pids "$C" | xargs -r kill -KILL
check "one that begins anew without a good-bye logs in" l2tp_client_dials two alice "correct horse"
check "its old session is replaced" wait_for 20 sessions_are 1
check "and has traffic again" traffic_works two
check "shutdown says good-bye" adit shutdown
check_log "the client hears of it: PPP" two "LCP terminated by peer"
check_log "the client hears of it: the tunnel" two-xl2tpd "Connection closed to"

done_testing
