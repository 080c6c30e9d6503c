#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# aditd as client of xl2tpd and pppd: connected and disconnected by hand, kill -9 of its engine, the tunnel authenticated
# both ways and refused, the server restarted, encrypted. What xl2tpd cannot do, it does with aditd's own server: values
# hidden, packets numbered, IPv6 outside.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-dial.sh"
GW_PROTOCOL=l2tp

connect_says()
{
	dial connect hq | tee "$TMP/connect.log"
	log_has connect "hq is connected: device hq, address 10.9.0.10, encryption $1"
}

traffic_over_kill()
{
	local session

	session=$(dial_ask "r['session']")
	dial_kill_engine && hq_is "r['state'] == 'up' and r['session'] == $session" && traffic_works hq 100000
}

no_secret_told()
{
	! grep -h hush "$TMP/dialler.log"
}

# hq_counts PYTHON: of the session in detail, called r.
hq_counts()
{
	local id

	id=$(dial_ask "r['session']")
	dial session "$id" --json >"$TMP/detail"
	python3 -c "
import json
r = json.load(open('$TMP/detail'))
print(r)
exit(not ($1))"
}

# tap_start, hidden_on_the_wire: in what the client sends to set up a call, everything that may be hidden is: the H bit is
# set in these AVPs of ICRQ and ICCN. The tap has what came in at the gateway.
tap_start()
{
	background tap ip netns exec "$G" tcpdump --immediate-mode -Q in -n -i wire -U -w "$TMP/control.pcap" "udp port 1701"
	wait_for 10 log_has tap "listening on"
}

hidden_on_the_wire()
{
	wait_for 60 python3 "$PEERS_DIR/l2tp_hidden.py" "$TMP/control.pcap" || return
	stop tap
}

l2tp_topology
traffic_server_start
lns_start
dial_conf "protocol = l2tp" "hello-interval = 3" "retransmissions = 3"
dial_start

check "down until told" hq_is "r['state'] == 'down'"
check "connect" connect_says none
check "what the client's command says" hq_is "r['state'] == 'up' and r['peer'] == '$GW' and r['address'] == '10.9.0.10' \
	and r['peer_address'] == '$INNER_GW' and r['dns'] == ['10.9.0.53'] and r['auth'] == 'MS-CHAPv2'"
check "the device has both addresses" device_has "inet 10.9.0.10 peer 10.9.0.1/32"
check "traffic" traffic_works hq
check "kill -9 of the engine: the session is kept" traffic_over_kill
check "and again" traffic_over_kill
check "disconnect" dial disconnect hq
check "nothing is left of it" hq_gone
check_log "the server was told" lns "closed"
check "connected once more" dial connect hq
before=$(dial_ask "r['session']")
check "the server restarts" lns_restart
check "and the client is back" wait_for 60 hq_is "r['state'] == 'up' and r['session'] != $before"
check "with traffic" traffic_works hq 100000
check "disconnected" dial disconnect hq
dial_stop
lns_stop

LNS_SECRET=hush lns_start
dial_conf "protocol = l2tp" "secret = 'hush'"
dial_start
check "the tunnel authenticated both ways" dial connect hq
check "traffic" traffic_works hq 100000
check "the secret is nowhere" no_secret_told
dial_stop
check "nothing is left" hq_gone
dial_conf "protocol = l2tp" "secret = 'loud'"
dial_start
check "a wrong secret" connect_fails "*not connected*"
check "nothing is left" hq_gone
dial_stop
lns_stop
lns_start
dial_conf "protocol = l2tp" "secret = 'hush'"
dial_start
check "a server that does not know the secret" connect_fails "*not connected*"
dial_stop
dial_conf "protocol = l2tp" "password = 'wrong'"
dial_start
check "a wrong password" connect_fails "*wrong user or password*"
check "nothing is left" hq_gone
dial_stop
dial_conf "protocol = l2tp" "encryption = required"
dial_start
check "a server that will not encrypt" connect_fails "*encryption is required*"
dial_stop
lns_stop
lns_start require-mppe-128
dial_conf "protocol = l2tp" "encryption = required"
dial_start
check "encrypted" connect_says "mppe-128 stateless"
check "traffic" traffic_works hq 100000
dial_stop
lns_stop
dial_conf "protocol = l2tp"
dial_start
check "nobody there" connect_fails "*192.0.2.1 port 1701*"
dial_stop

run ip -n "$C" addr add fd00:1::10/64 dev wire nodad
run ip -n "$G" addr add fd00:1::1/64 dev wire nodad
GW_MORE='' gw_conf "listen = { \"$GW\", \"fd00:1::1\" }" "secret = 'hush'" "hide-avps = yes"
gw_start
dial_conf "protocol = l2tp" "secret = 'hush'" "hide-avps = yes" "sequencing = always"
dial_start
tap_start
check "values hidden, packets numbered" dial connect hq
check "hidden they were" hidden_on_the_wire
check "traffic" traffic_works hq 100000
check "not one packet came without a number" hq_counts "r['rx']['unsequenced'] == 0 and r['rx']['packets'] > 0"
check "kill -9 of the engine" traffic_over_kill
check "the gateway ends the session" adit disconnect --user alice
check "it is made again" wait_for 40 hq_is "r['state'] == 'up' and r['up_s'] < 30"
check "traffic" traffic_works hq 100000
dial_stop
check "nothing is left" hq_gone
dial_conf "protocol = l2tp" "secret = 'hush'" "gateway = \"fd00:1::1\"" "peer-name = gateway"
dial_start
check "over IPv6" dial connect hq
check "traffic" traffic_works hq 100000
dial_stop
dial_conf "protocol = l2tp" "secret = 'hush'" "peer-name = another"
dial_start
check "a server of another name" connect_fails "*not connected*"
dial_stop
check "nothing is left at all" hq_gone

done_testing
