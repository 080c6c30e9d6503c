#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What adit does, for people to see: a gateway, stock clients of PPTP and L2TP, traffic, a refused login, and a disconnect;
# then IPsec with strongSwan (demo_ipsec.sh).
# "make demo" runs it in a virtual machine. Ends with an error if any of it does not work.

exec 3>&1
# The library's own words are for test reports.
exec >/dev/null
. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
exec >&3
. "$(dirname "$0")/lib-demo.sh"

# Inside the client's namespace, and shown without the words that lead there.
client()
{
	ip netns exec "$C" "$@"
}

transfer()
{
	client_traffic tcp --device alice --bytes 4000000
}

topology()
{
	l2tp_topology
	client_addresses 4
	traffic_server_start
}

title "A gateway (192.0.2.1), a client machine (192.0.2.10), and a server behind the gateway (10.8.0.2)"
quietly "three network namespaces, wired" topology
GW_USERS+='
user "dave" { password = '"'dog tag'"' }'
GW_MORE='pool "phones" { range = "10.9.1.10-10.9.1.250" }
server l2tp { address = "10.9.1.1" pool = "phones" listen = { "192.0.2.1" } }'
gw_conf 'dns = { "10.9.0.1" }' "lcp-echo-interval = 30"
echo "  adit.conf:"
sed 's/^/    /; s/password = .*\x27 /password = \x27...\x27 /' "$TMP/adit.conf"
quietly "aditd starts" gw_start

title "Three clients that Debian ships (pptp-linux and pppd) log in: MS-CHAPv2, MPPE with 128 bits"
number=0
while read -r user password; do
	number=$((number + 1))
	CLIENT_LOCAL=192.0.2.$((100 + number))
	quietly "$user, from $CLIENT_LOCAL" client_dials "$user" "$user" "$password" require-mppe-128
done <<'USERS'
alice correct horse
bob battery staple
carol curry comb
USERS

title "One more that Debian ships (xl2tpd and pppd), over L2TP"
CLIENT_LOCAL=192.0.2.104
quietly "dave, from $CLIENT_LOCAL" l2tp_client_dials dave dave "dog tag"

title "The gateway's view"
shown adit status
shown adit sessions

title "Each client reaches the server behind the gateway"
for user in alice bob carol dave; do
	shown client ping -n -c 3 -i 0.3 -I $user $SERVER
done

title "Four megabytes up and down, every octet compared"
shown transfer

title "One session in detail"
shown adit session "$(ask "min(s['id'] for s in r)" sessions)"

title "A login with the wrong password"
CLIENT_LOCAL=192.0.2.10
client_start mallory alice "wrong horse" require-mppe-128
quietly "is refused" client_refused mallory
echo "  the client says:"
grep -m 1 "authentication failed\|E=691" "$TMP/mallory.log" | sed 's/^/    /' || broken "the client's reason"
echo "  the gateway's log says:"
grep -m 1 "alice.*password" "$TMP/gateway.log" | sed 's/^/    /' || broken "the gateway's reason"

title "Disconnect"
shown adit disconnect --user bob
quietly "bob's client hears of it" log_says bob "LCP terminated by peer"
shown adit sessions
quietly "all are told that the gateway goes" adit shutdown
quietly "alice's client hears of it" log_says alice "LCP terminated by peer"
quietly "dave's client hears of it" log_says dave "LCP terminated by peer"

LIB_DONE=yes
lib_undo >/dev/null 2>&1
bash "$(dirname "$0")/demo_ipsec.sh"
