#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ten clients of L2TP/IPsec behind one NAT box that all have the same address and port, connected at the same time, without a
# mark or a rule at the gateway.
#
#	client 1   192.168.5.10 ---- in1 192.168.5.1
#	...                              nat          192.0.2.9 ------- 192.0.2.1 gateway
#	client 10  192.168.5.10 ---- in10 192.168.5.1

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-swan.sh"
GW_PROTOCOL=l2tp
CLIENTS=10

client_ns()
{
	echo "c$1-$$"
}

# The box tells its clients apart by the wire that each is on.
nat_rules()
{
	local i

	echo "table ip nat {"
	echo "chain apart { type filter hook prerouting priority raw;"
	for ((i = 1; i <= CLIENTS; i++)); do
		echo "iifname in$i ct original zone set $i"
	done
	echo "}"
	echo "chain tell { type filter hook prerouting priority mangle;"
	for ((i = 1; i <= CLIENTS; i++)); do
		echo "iifname in$i ct mark set $i"
	done
	printf '%s\n' "iifname out meta mark set ct mark" "}" \
		"chain post { type nat hook postrouting priority srcnat; oifname out masquerade random; }" "}"
}

client_wire()
{
	local ns

	ns=$(client_ns "$1")
	namespace "$ns"
	defer "namespace_clear $ns"
	join "$ns" wire 192.168.5.10/24 "$NAT" "in$1" 192.168.5.1/24
	ip -n "$ns" route add default via 192.168.5.1
	ip -n "$NAT" route del 192.168.5.0/24 dev "in$1"
	ip -n "$NAT" route add 192.168.5.10/32 dev "in$1" table "$1"
	ip -n "$NAT" rule add fwmark "$1" lookup "$1"
	# The in-tree l2tp never takes super-packets of a UDP tunnel apart.
	ip netns exec "$ns" ethtool -K wire tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off
	ip netns exec "$NAT" ethtool -K "in$1" tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off
}

nat_topology()
{
	local i

	topology_start "$NAT" "$G" "$S"
	join "$NAT" out 192.0.2.9/24 "$G" wire $GW/24
	ip netns exec "$NAT" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
	for ((i = 1; i <= CLIENTS; i++)); do
		client_wire "$i"
	done
	rules "$NAT" < <(nat_rules)
	in_order "$G"
	in_order "$S"
}

# client_connects N: IKE's version is 1 for the odd ones and 2 for the others.
client_connects()
{
	local ns

	ns=$(client_ns "$1")
	swan_client_conf "c$1" "$((2 - $1 % 2))" "a secret of all"
	swan_client_start "$ns" "c$1" && swan_client_connects "$ns" "c$1" && C=$ns l2tp_client_dials "l$1" "user$1" "password $1"
}

all_have_traffic()
{
	local i

	for ((i = 1; i <= CLIENTS; i++)); do
		C=$(client_ns "$i") traffic_works "l$i" 100000 || { echo "client $i"; return 1; }
	done
}

# all_apart: each session has the box's address and L2TP's port inside, and an address of its own.
all_apart()
{
	[ "$(ask "len(set(s['address'] for s in r)) == $CLIENTS and set(s['peer'] for s in r) == {'192.0.2.9'}" sessions)" = True ]
}

others_still_work()
{
	local i

	for i in 1 4 10; do
		C=$(client_ns "$i") traffic_works "l$i" 100000 || return 1
	done
}

nat_topology
traffic_server_start
GW_USERS=$(for ((i = 1; i <= CLIENTS; i++)); do echo "user \"user$i\" { password = 'password $i' }"; done)
gw_conf "ipsec = required" "ipsec-secret = 'a secret of all'"
gw_start

CLIENT_LOCAL=192.168.5.10
for ((i = 1; i <= CLIENTS; i++)); do
	check "client $i logs in" client_connects "$i"
done
check "all are there" sessions_are $CLIENTS
check "each is a session of its own" all_apart
check "each has traffic" all_have_traffic
C=$(client_ns 2) l2tp_client_stop l2
stop c2-daemon
check "one goes" wait_for 30 sessions_are $((CLIENTS - 1))
check "the others stay" others_still_work

done_testing
