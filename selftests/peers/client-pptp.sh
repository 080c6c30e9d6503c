#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# aditd as client of Debian's pptpd and pppd: connected and disconnected by hand, with what it leaves behind (nothing); kill
# -9 of its engine; the server restarted, its device removed; a wrong password; a server that cannot prove itself, or that
# will not encrypt.

ADIT_TEST_SERVER=pptpd
. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-dial.sh"

# Of the two addresses of this name nobody has the first.
hosts_file()
{
	mkdir -p "/etc/netns/$C"
	defer "rm -r /etc/netns/$C"
	printf '%s vpn.example\n' 127.0.0.1 192.0.2.99 $GW | sed 1d >"/etc/netns/$C/hosts"
}

connect_says()
{
	dial connect hq | tee "$TMP/connect.log"
	log_has connect "hq is connected: device hq, address 10.9.0.10, encryption mppe-128 stateless"
}

traffic_over_kill()
{
	local session

	session=$(dial_ask "r['session']")
	dial_kill_engine && hq_is "r['state'] == 'up' and r['session'] == $session" && traffic_works hq 100000
}

# logins: how many calls the server has seen so far.
logins()
{
	grep -c "rcvd \[CHAP Response" "$TMP/pppds.log"
}

# gw_clear: pptpd's children outlive it.
gw_clear()
{
	gw_stop
	namespace_clear "$G"
}

server_restart()
{
	gw_clear
	wait_for 20 hq_is "r['state'] != 'up'" && gw_start
}

device_is_new()
{
	local index

	index=$(ip -n "$C" -o link show hq | cut -d: -f1)
	[ -n "$index" ] && [ "$index" != "$1" ]
}

removed_device_comes_back()
{
	local index

	index=$(ip -n "$C" -o link show hq | cut -d: -f1)
	ip -n "$C" link del hq && wait_for 30 device_is_new "$index" && hq_up
}

no_secret_told()
{
	! grep -l "correct horse" "$TMP"/dialler.log "$TMP"/dial.answer
}

# one_attempt SECONDS: a refused login is not repeated at once.
one_attempt()
{
	local before

	before=$(logins)
	sleep "$1"
	[ "$(logins)" = "$before" ]
}

daemon_ended()
{
	! running dialler
}

topology_direct
ip -n "$C" route del default 2>/dev/null
traffic_server_start
hosts_file
gw_conf
printf '%s\n' "ms-dns 10.9.0.53" >>"$TMP/pptpd.options"
gw_start
dial_conf "gateway = vpn.example"
dial_start

check "adit check takes the file" dial check "$TMP/dial.conf"
check "down until told" hq_is "r['state'] == 'down' and r['session'] is None"
check "nothing is there yet" hq_gone
wiretap_start
check "connect, at the second address" connect_says
check_log "the first one was tried" dialler "192.0.2.99 port 1723:*trying the next address"
check "what the client's command says" hq_is "r['state'] == 'up' and r['peer'] == '$GW' and r['address'] == '10.9.0.10' \
	and r['peer_address'] == '$INNER_GW' and r['dns'] == ['10.9.0.53'] and r['auth'] == 'MS-CHAPv2'"
check "connect again is no news" dial connect hq
check "the device has both addresses" device_has "inet 10.9.0.10 peer 10.9.0.1/32"
check "and says whose it is" device_has "mtu 1400"
check "alias" grep -q "adit client hq" <(ip -n "$C" link show hq)
check "traffic" traffic_works hq
check "not one packet in clear" nothing_in_clear
check "kill -9 of the engine: the session is kept" traffic_over_kill
check "and again" traffic_over_kill
check "disconnect" dial disconnect hq
check "nothing is left of it" hq_gone
check "disconnect again is no news" dial disconnect hq
check "it stays down" hq_is "r['state'] == 'down'"
check "no such client" refused dial connect nobody

check "connected once more" dial connect hq
check "the server restarts" server_restart
check "and the client is back" hq_up 60
check "with traffic" traffic_works hq 100000
check "somebody removes the device: it comes back" removed_device_comes_back
check "with traffic, too" traffic_works hq 100000

sed -i '/^client/,$d' "$TMP/dial.conf"
check "reload without the client" dial reload
check "which is disconnected" wait_for 20 hq_gone
dial_conf "connect = start"
check "reload with another" dial reload
check "which connects by itself" hq_up
check "the password is nowhere" no_secret_told
check "shutdown" dial shutdown
check "the daemon ends" wait_for 20 daemon_ended
check "nothing is left" hq_gone

orphan()
{
	local engine

	engine=$(dial_engine)
	stop dialler KILL
	wait_for 10 lib_ended "$engine" && ip -n "$C" link show hq
}

dial_conf "connect = start"
dial_start
check "connected by the next daemon" hq_up
check "both of its processes killed: the device stays" orphan
sed -i '/^client/,$d' "$TMP/dial.conf"
dial_start
check "a daemon that has no such client removes it" wait_for 10 hq_gone
check_log "and says so" dialler "1 devices of clients were left"
dial_stop

dial_conf "connect = start" "password = 'wrong'"
dial_start
check_log "wrong password: the log says so" dialler "wrong user or password; the next attempt is in 60 s"
check "so does the command" hq_is "'wrong user or password' in r['why'] and r['next_s'] > 30"
check "and it does not hammer" one_attempt 6
check "by hand it is tried at once, and refused" connect_fails "*wrong user or password*"
check "nothing is left" hq_gone
dial_stop

gw_clear
echo "plugin $(dirname "$(readlink -f "$0")")/imposter.so" >>"$TMP/pptpd.options"
gw_start
dial_conf
dial_start
check "a server that cannot prove itself" connect_fails "*the peer does not know our password*"
check "nothing is left" hq_gone
dial_stop

gw_clear
gw_conf "encryption = none"
gw_start
dial_conf
dial_start
wiretap_start
check "a server that will not encrypt" connect_fails "*encryption is required*"
stop wiretap
check "not one packet passed in clear" refused log_has_loudly wiretap "clear"
check "nothing is left" hq_gone
dial_stop
dial_conf "encryption = none" "auth = { mschapv2, none }"
dial_start
check "without encryption if that is asked for" dial connect hq
check "with traffic" traffic_works hq 100000
check "disconnected by the daemon's end" dial_stop
check "nothing is left at all" hq_gone

done_testing
