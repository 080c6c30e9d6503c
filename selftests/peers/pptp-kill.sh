#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kill -9 of the engine, ten times in a row, under traffic: no packet is lost, the control connection stays, the new
# engine finds the session and goes on with its echoes, and disconnect works. A login that was half way starts over.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

KILLS=10

control_connections()
{
	ip netns exec "$G" ss -Htn state established "sport = :1723"
}

same_connection()
{
	[ -n "$connection" ] && [ "$(control_connections | awk '{ print $3, $4 }')" = "$connection" ]
}

wait_traffic_over()
{
	wait "$(pid_of steady)"
}

restarts_counted()
{
	[ "$(ask "r['engine_restarts']" status)" -ge $KILLS ]
}

topology_direct
traffic_server_start
gw_conf "lcp-echo-interval = 2" "lcp-echo-failures = 3"
gw_start

# Both ends ask for LCP echoes every two seconds, and the client for PPTP echoes every five: whoever is not answered hangs up.
CLIENT_PPTP="--idle-wait 5 --max-echo-wait 5"
check "a client logs in" client_dials one alice "correct horse" require-mppe-128 lcp-echo-interval 2 lcp-echo-failure 3
connection=$(control_connections | awk '{ print $3, $4 }')
id=$(ask "r[0]['id']" sessions)
background steady ip netns exec "$C" python3 "$PEERS_DIR/traffic.py" udp $SERVER --device one --gap-ms 10 --until "$TMP/enough"

check "the engine killed $KILLS times, each time a new one" kill_many $KILLS
check "the parent counted" restarts_counted
check "the control connection is the same" same_connection
check "the session is the same" session_is "r['id'] == $id and r['user'] == 'alice' and r['state'] == 'up' and
	r['address'] is not None and r['encryption'] == 'mppe-128 stateless' and r['up_s'] > 5"
touch "$TMP/enough"
check "not one packet was lost" wait_traffic_over
log_of steady | sed 's/^/# /'

# Two rounds of every kind of echo with the new engine.
check "twelve seconds later the session is still up" wait_for 30 session_is "r['id'] == $id and r['up_s'] >= 20"
check "and works" traffic_works one
check "disconnect works" adit disconnect "$id"
check_log "the client hears of it" one "LCP terminated by peer"
check "gone" no_sessions

cases "half way" ip netns exec "$C" env ADIT_CONTROL="$TMP/control" \
	python3 "$PEERS_DIR/hostile_kill.py" $GW $SERVER bob "battery staple"
client_stop one
check "a stock client logs in after all that" client_dials two alice "correct horse" require-mppe-128
check "and has traffic" traffic_works two

done_testing
