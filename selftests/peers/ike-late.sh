#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A site whose way to the peer, whose peer's name or whose child is not there yet or not any more, with strongSwan: nothing
# that is to be protected takes another way meanwhile, and each comes up by itself once it can.

. "$(dirname "$0")/lib-ike.sh"

# site LINE...: looked after every two seconds.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "${REMOTE:-$PEER}"
			local-id = "gw.example"
			remote-id = "peer.example"
			secret = 'a secret of both'
			redial-min = 2
			redial-max = 2
			$(printf '%s\n' "$@")
		}
	CONF
	adit reload
}

NETWORKS=('local-subnets = { "10.1.0.0/24" }' 'remote-subnets = { "10.2.0.0/24" }')

ends()
{
	adit site down office && wait_for 10 nothing_left
}

one_ping()
{
	ip netns exec "$L" ping -q -n -c 1 -W 5 $RIGHT
}

goes_to_the_device()
{
	local route

	route=$(ip -n "$G" route get $RIGHT from $LEFT iif lan) && [[ $route = *" dev esp0 "* ]] && return
	echo "it takes $route"
	return 1
}

up_by_traffic()
{
	one_ping && site_is "s['state'] == 'up'"
}

nothing_by_the_uplink()
{
	ip netns exec "$G" nft list table ip watch | grep -q "counter packets 0 "
}

# no_way START: the uplink would take everything, and does not lead to the peer.
no_way()
{
	run ip -n "$G" route add unreachable $PEER
	check "start = $1, no way to the peer" site "start = $1" "${NETWORKS[@]}"
	check "start = $1: it is said that nothing can pass" gw_says "site office: @(nothing can pass yet|not connected): "
	check "start = $1: what is protected has no other way" goes_to_the_device
	check "start = $1: and is not answered" refused one_ping
	run ip -n "$G" route del unreachable $PEER
}

without_a_way()
{
	no_way now
	check "start = now: with a way it comes up by itself" site_up
	check "start = now: with traffic" ping_right
	check "start = now: it ends" ends
	no_way traffic
	check "start = traffic: with a way, traffic brings it up" wait_for 30 up_by_traffic
	check "start = traffic: it ends" ends
	no_way peer
	check "start = peer: with a way, it waits for the peer" refused one_ping
	check "start = peer: who comes" swanctl --initiate --child net --timeout 20
	check "start = peer: with traffic" ping_right
	check "start = peer: it ends" ends
}

# by_name: known to nobody at first.
by_name()
{
	REMOTE=late.example
	check "by name, traffic: nobody knows it" site 'start = traffic' "${NETWORKS[@]}"
	PATIENCE=60 check "by name, traffic: and that is said" gw_says 'no address for "late.example"'
	check "by name, traffic: what is protected has no other way" goes_to_the_device
	check "by name, traffic: and is not answered" refused one_ping
	echo "$PEER late.example" >"/etc/netns/$G/hosts"
	check "by name, traffic: once it is known, traffic brings it up" wait_for 60 up_by_traffic
	check "by name, traffic: it ends" ends
}

# moves: with another address than it had when it was up.
moves()
{
	check "by name, peer: it waits" site 'start = peer' "${NETWORKS[@]}"
	check "by name, peer: the peer comes" swanctl --initiate --child net --timeout 20
	check "by name, peer: it ends" ends
	run ip -n "$P" addr add 192.0.2.22/24 dev wire
	swan_site "remote_addrs = $GW" "local_addrs = 192.0.2.22"
	check "by name, peer: from another address" swan_loads
	check "by name, peer: it comes as well" swanctl --initiate --child net --timeout 20
	check "by name, peer: with traffic" ping_right
	check "by name, peer: it ends" ends
	REMOTE=$PEER
	check "by address: it waits" site 'start = peer' "${NETWORKS[@]}"
	check "by address: from another one it is refused" refused swanctl --initiate --child net --timeout 8
	check "by address: and that is said" gw_says "nobody is expected from there"
	swanctl --terminate --ike adit --force --timeout 5
	REMOTE=
}

children_of_swan()
{
	[ "$(swanctl --list-sas | grep -c INSTALLED)" = 1 ]
}

# swan_lends: an address to who asks for one.
swan_lends()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				remote_addrs = $GW
				pools = road
				local {
					auth = psk
					id = peer.example
				}
				remote {
					auth = psk
					id = gw.example
				}
				children {
					net {
						local_ts = 10.2.0.0/24
					}
				}
			}
		}
		pools {
			road {
				addrs = 10.3.0.0/24
			}
		}
		secrets {
			ike-adit {
				secret = "a secret of both"
			}
		}
	CONF
	swan_loads
}

# An address is asked for, so that nothing traps traffic: the child has to come back by itself.
loses_its_child()
{
	check "request-address: the peer lends addresses" swan_lends
	check "request-address: asked for" site 'start = now' 'request-address = yes' 'remote-subnets = { "10.2.0.0/24" }'
	check "request-address: up" site_up
	check "request-address: the peer ends the child alone" swanctl --terminate --child net
	check "request-address: another one comes" wait_for 20 children_of_swan
	check "request-address: here too" site_up
	check "request-address: it ends" ends
}

second()
{
	command adit -s "$TMP/second" "$@"
}

# second_start: the same site from its other end, by another aditd.
second_start()
{
	cat >"$TMP/second.conf" <<-CONF
		site "office" {
			remote = "$GW"
			local-id = "peer.example"
			remote-id = "gw.example"
			secret = 'a secret of both'
			start = peer
			local-subnets = { "10.2.0.0/24" }
			remote-subnets = { "10.1.0.0/24" }
		}
	CONF
	chmod 600 "$TMP/second.conf"
	background second ip netns exec "$P" aditd -c "$TMP/second.conf" -s "$TMP/second" --foreground
	wait_for 20 second status
}

second_has_nothing()
{
	[ "$(second sas --json)" = "[]" ]
}

# same_sa: both ends have one, and it is the same.
same_sa()
{
	local here there

	here=$(ask "[s['spis'] for s in r if s['state'] == 'up']" sas)
	there=$(second sas --json | python3 -IS -c \
		'import json, sys; print([s["spis"] for s in json.load(sys.stdin) if s["state"] == "up"])')
	[ "$here" = "$there" ] && [[ $here = "["*"]" && $here != *,* && $here != "[]" ]] && return
	echo "here $here, there $there"
	return 1
}

# Each has sent all of its proof before it hears of the other's. Five times, as chance decides whose stays.
both_at_once()
{
	local ns i

	stop charon
	REMOTE=$PEER
	check "both at once: another aditd" second_start
	check "both at once: one site" site 'start = peer' "${NETWORKS[@]}"
	for ns in "$G" "$P"; do
		run ip netns exec "$ns" tc qdisc add dev wire root netem delay 300ms
	done
	for i in 1 2 3 4 5; do
		background "here$i" command adit -s "$TMP/control" site up office
		second site up office
		check "both at once: one IKE SA is left, $i" wait_for 10 same_sa
		check "both at once: with traffic, $i" ping_right
		adit site down office
		wait_for 10 second_has_nothing
		stop "here$i"
	done
}

ike_topology
run ip -n "$G" link add uplink type dummy
run ip -n "$G" link set uplink up
run ip -n "$G" route add default dev uplink
rules "$G" <<-'RULES'
	table ip watch {
		chain out { type filter hook postrouting priority 0; oif "uplink" ip daddr 10.2.0.0/16 counter; }
	}
RULES
mkdir -p "/etc/netns/$G"
defer "rm -r /etc/netns/$G"
echo "$PEER peer.example" >"/etc/netns/$G/hosts"
wire_start
gw_conf </dev/null
gw_start
swan_site "remote_addrs = $GW" "local_addrs = $PEER"
swan_start
without_a_way
by_name
moves
loses_its_child
both_at_once
check "nothing left by the uplink" nothing_by_the_uplink
check "nothing ever left in the clear" nothing_in_clear

done_testing
