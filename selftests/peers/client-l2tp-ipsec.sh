#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# aditd as client of L2TP/IPsec: strongSwan and xl2tpd as the server, by each version of IKE, then aditd's own. Its
# engine is killed, the server ends IPsec, IPsec fails in every way that it can. Nothing of L2TP is ever outside of IPsec.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-dial.sh"
. "$(dirname "$0")/lib-swan.sh"
. "$(dirname "$0")/lib-wire.sh"
GW_PROTOCOL=l2tp

# server VERSION [MODE]: strongSwan in front of xl2tpd.
server()
{
	swan_client_conf server "$1" "a secret of all"
	cat >"$TMP/server-swan/swanctl.conf" <<-CONF
		connections {
			gw {
				version = $1
				local_addrs = $GW
				proposals = aes256-sha256-modp2048
				local { auth = psk
					id = $GW }
				remote { auth = psk }
				children {
					l2tp {
						mode = ${2:-transport}
						local_ts = dynamic[udp/1701]
						remote_ts = dynamic[udp/1701]
						esp_proposals = aes256-sha256
					}
				}
			}
		}
		secrets { ike-all { secret = "a secret of all" } }
	CONF
	swan_client_start "$G" server
}

# client VERSION [LINE]...: in IPsec.
client()
{
	dial_conf "protocol = l2tp" "ipsec = required" "ike-version = ikev$1" "ipsec-secret = 'a secret of all'" \
		"esp-proposals = { \"aes256-sha256\" }" "retransmissions = 2" "${@:2}"
	dial_start
}

esp_seen()
{
	[ "$(tcpdump -n -r "$TMP/wire.pcap" esp 2>/dev/null | wc -l)" -gt 100 ]
}

# in_ipsec: the session says so.
in_ipsec()
{
	local id

	id=$(dial_ask "r['session']")
	dial session "$id" --json >"$TMP/detail"
	python3 -c "
import json
r = json.load(open('$TMP/detail'))
print(r)
exit(not r['ipsec'])"
}

traffic_over_kill()
{
	local session

	session=$(dial_ask "r['session']")
	dial_kill_engine && hq_is "r['state'] == 'up' and r['session'] == $session" && traffic_works hq 100000
}

# L2TP is not told that its IPsec ends, and xl2tpd would go on with nobody: it ends as well.
server_ends_all()
{
	swan_client "$G" server --terminate --ike gw && lns_restart
}

server_has_nothing()
{
	[ -z "$(swan_client "$G" server --list-sas)" ]
}

# through VERSION
through()
{
	check "IKEv$1: strongSwan starts" server "$1"
	client "$1"
	check "IKEv$1: down until told" hq_is "r['state'] == 'down'"
	check "IKEv$1: connect" dial connect hq
	check "IKEv$1: it is up" hq_is "r['state'] == 'up' and r['peer'] == '$GW' and r['ipsec']"
	check "IKEv$1: its session is in IPsec" in_ipsec
	check "IKEv$1: traffic" traffic_works hq
	check "IKEv$1: the server wants new keys" swan_client "$G" server --rekey --child l2tp
	check "IKEv$1: traffic with them" traffic_works hq 100000
	check "IKEv$1: kill -9 of the engine: all is kept" traffic_over_kill
	check "IKEv$1: new keys for that as well" swan_client "$G" server --rekey --child l2tp
	check "IKEv$1: traffic with those" traffic_works hq 100000
	before=$(dial_ask "r['session']")
	check "IKEv$1: the server ends IPsec" server_ends_all
	check "IKEv$1: and the client is back" wait_for 60 hq_is "r['state'] == 'up' and r['session'] != $before"
	check "IKEv$1: with traffic" traffic_works hq 100000
	check "IKEv$1: disconnect" dial disconnect hq
	check "IKEv$1: nothing is left of it" hq_gone
	check "IKEv$1: nor at the server" wait_for 20 server_has_nothing
	check_log "IKEv$1: where L2TP was told" lns "closed"
	check "IKEv$1: connected once more" dial connect hq
	dial_stop
	check "IKEv$1: an end without a word to it: nothing is left" hq_gone
	check "IKEv$1: nor at the server" wait_for 20 server_has_nothing
	client "$1" "default-route = yes"
	check "IKEv$1: with the default route" dial connect hq
	check "IKEv$1: traffic" traffic_works hq 100000
	dial_stop
	check "IKEv$1: nothing is left" hq_gone

	client "$1" "ipsec-secret = 'another'"
	check "IKEv$1: a wrong secret" connect_fails "*not connected: IPsec with $GW: *$2*"
	dial_stop
	client "$1" "remote-id = another.example"
	check "IKEv$1: another gateway than it has to be" connect_fails "*not connected: IPsec with $GW: *$3*"
	dial_stop
	stop server-daemon
	check "IKEv$1: strongSwan starts with tunnels alone" server "$1" tunnel
	client "$1"
	check "IKEv$1: which are not the same" connect_fails "*not connected: IPsec with $GW: *$4*"
	dial_stop
	stop server-daemon
	client "$1"
	check "IKEv$1: nobody there" connect_fails "*not connected: IPsec with $GW: *does not answer on port 500*"
	check "IKEv$1: nothing is left of it" hq_gone
	dial_stop
}

l2tp_topology
traffic_server_start
lns_start
wire_start "$C"
through 2 secret 'is not "another.example" itself' "takes tunnel mode alone"
through 1 "pre-shared key another" "another.example is expected" "or it takes no transport mode"
check "strongSwan once more" server 2
lns_stop
client 2
check "no L2TP behind IPsec" connect_fails "*not connected: $GW port 1701*"
dial_stop
stop server-daemon
check "nothing of L2TP was outside of IPsec" no_l2tp_outside
check "and there was ESP" esp_seen

gw_conf "ipsec = required" "ipsec-secret = 'a secret of all'"
gw_start
for version in 2 1; do
	client $version
	check "aditd by IKEv$version: connect" dial connect hq
	check "aditd by IKEv$version: traffic" traffic_works hq
	check "aditd by IKEv$version: kill -9 of the client's engine" traffic_over_kill
	check "aditd by IKEv$version: of the server's" kill_engine
	check "aditd by IKEv$version: traffic" traffic_works hq 100000
	check "aditd by IKEv$version: the session is the same" session_is "r['ipsec'] and r['state'] == 'up'"
	check "aditd by IKEv$version: disconnect" dial disconnect hq
	check "aditd by IKEv$version: gone" no_sessions
	dial_stop
done
check "nothing of L2TP was outside of IPsec" no_l2tp_outside

done_testing
