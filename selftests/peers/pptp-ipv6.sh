#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# IPv6 inside of the tunnel: IPV6CP with a stock client, and a default route and a global address from the session's /64
# by router advertisement, in a session with IPv4 and in one without.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

SERVER6=2001:db8:8::2
GW_POOL_IPV6='ipv6 = "2001:db8:9::/48"'

# gw_link_local NAME: the gateway's address on the link, as the client was told.
gw_link_local()
{
	sed -n 's/^remote LL address //p' "$TMP/$1.log"
}

# has_router NAME: the gateway's link-local address is the way out. It answers no ping: link-local addresses select no
# session of a device that is many links.
has_router()
{
	ip -n "$C" -6 route show default dev "$1" proto ra | grep -q "via $(compressed "$(gw_link_local "$1")") "
}

compressed()
{
	python3 -c "import ipaddress, sys; print(ipaddress.ip_address(sys.argv[1]))" "$1"
}

has_global()
{
	[ -n "$(ip -n "$C" -6 addr show dev "$1" scope global | grep 2001:db8:9:)" ]
}

ping_server6()
{
	ip netns exec "$C" ping -6 -q -n -c 2 -i 0.2 -W 5 -I "$1" $SERVER6
}

traffic6()
{
	ip netns exec "$C" python3 "$PEERS_DIR/traffic.py" all $SERVER6 --device "$1" --bytes 200000 --count 50
}

# accept_ra NAME: pppd makes a point-to-point device without; the kernel asks for a router when this is on.
accept_ra()
{
	ip netns exec "$C" sysctl -qw "net.ipv6.conf.$1.accept_ra=2" "net.ipv6.conf.$1.autoconf=1"
	ip netns exec "$C" sysctl -qw "net.ipv6.conf.$1.router_solicitations=5"
}

up6()
{
	wait_for 30 log_has "$1" "remote LL address"
}

dials_only_ipv6()
{
	client_start "$1" alice "correct horse" require-mppe-128 +ipv6 noip
	up6 "$1"
}

topology_direct
ip -n "$G" addr add 2001:db8:8::1/64 dev srv nodad
ip -n "$S" addr add $SERVER6/64 dev gw nodad
run ip -n "$S" route add 2001:db8:9::/48 via 2001:db8:8::1
ip netns exec "$G" sysctl -qw net.ipv6.conf.all.forwarding=1
ip netns exec "$C" sysctl -qw net.ipv6.conf.default.accept_ra=2
background traffic ip netns exec "$S" python3 "$PEERS_DIR/traffic.py" serve $SERVER6
wait_for 20 log_has traffic serving
gw_conf "ipv6 = yes"
gw_start

check "a client logs in with IPv4 and IPv6" client_dials both alice "correct horse" require-mppe-128 +ipv6
check "IPV6CP is open" up6 both
if adit_only; then
	accept_ra both
	check "the session has a prefix" session_is "any('2001:db8:9:' in p for p in r['prefixes'])"
	check "a default route comes by router advertisement" wait_for 20 has_router both
	check "and a global address" wait_for 20 has_global both
	check "ping to the server behind" ping_server6 both
	check "traffic to the server behind" traffic6 both
fi
client_stop both
! adit_only || check "gone" no_sessions

check "IPv6 alone: the client refuses IPv4" dials_only_ipv6 six
if adit_only; then
	accept_ra six
	check "a default route for it" wait_for 20 has_router six
	check "a global address for it" wait_for 20 has_global six
	check "its ping to the server behind" ping_server6 six
fi
client_stop six
! adit_only || check "gone" no_sessions

gw_stop
gw_conf "ipv6 = no"
gw_start
check "IPv6 off: IPv4 comes up" client_dials no6 alice "correct horse" require-mppe-128 +ipv6
check "and IPv6 does not" refused log_has_loudly no6 "remote LL address"

done_testing
