#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is protected, with strongSwan: of networks that differ what both have, by either end's wish; several children; an IKE SA that
# begins without one; keys that are replaced by what they have carried; a peer that is given by its name, and one to whose port 4500
# nothing comes.

. "$(dirname "$0")/lib-ike.sh"

# site LINE...: by VERSION.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "${REMOTE:-$PEER}"
			version = ikev$VERSION
			local-id = "gw.example"
			remote-id = "peer.example"
			secret = 'a secret of both'
			esp-proposals = { "aes128gcm16" }
			ike-proposals = { "aes128-sha256-x25519" }
			$(printf '%s\n' "$@")
		}
	CONF
	adit reload
}

# swan NET_LOCAL NET_REMOTE [LINE]
swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				local_addrs = $PEER
				remote_addrs = $GW
				proposals = aes128-sha256-x25519
				${3:-}
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
						local_ts = $1
						remote_ts = $2
						esp_proposals = aes128gcm16
					}
					more {
						local_ts = 10.4.0.0/24
						remote_ts = 10.1.0.0/24
						esp_proposals = aes128gcm16
					}
				}
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

swan_begins()
{
	swanctl --initiate --child "${1:-net}" --timeout "${2:-20}"
}

# children_are EXPRESSION: the two lists of networks of each.
children_are()
{
	[ "$(ask "sorted((c['local'], c['remote']) for s in r for c in s['children'])" sas)" = "$1" ] && return
	adit sas
	return 1
}

ends()
{
	adit site down office && wait_for 10 nothing_left
}

# swan_has PATTERN: among its SAs.
swan_has()
{
	swanctl --list-sas | grep -q "$1" && return
	swanctl --list-sas
	return 1
}

# narrowed: what both have, and nothing else, is there and works.
narrowed()
{
	children_are "[(['10.1.0.0/24'], ['10.2.0.0/24'])]" && swan_has "local  10.2.0.0/24" &&
		swan_has "remote 10.1.0.0/24" && ping_right && ping_left
}

narrowing()
{
	VERSION=2
	check "narrowing: the peer wants more" swan 10.2.0.0/16 10.0.0.0/8
	check "narrowing: than is here" site 'start = peer' 'local-subnets = { "10.1.0.0/24" }' \
		'remote-subnets = { "10.2.0.0/24" }'
	check "narrowing: the peer begins" swan_begins
	check "narrowing: what both have is protected" narrowed
	check "narrowing: it ends" ends
	check "narrowing: more is wanted here" site 'start = peer' 'local-subnets = { "10.1.0.0/16" }' \
		'remote-subnets = { "10.0.0.0/8" }'
	check "narrowing: than the peer has" swan 10.2.0.0/24 10.1.0.0/24
	check "narrowing: the gateway begins" adit site up office
	check "narrowing: what both have is protected" narrowed
	check "narrowing: it ends" ends
}

# nothing_in_common TOLD_THEM TOLD_US
nothing_in_common()
{
	check "IKEv$VERSION: networks that do not meet" swan 10.2.0.0/24 10.1.0.0/24
	check "IKEv$VERSION: with those here" site 'start = peer' 'local-subnets = { "10.1.0.0/24" }' \
		'remote-subnets = { "10.77.0.0/24" }'
	check "IKEv$VERSION: the peer is refused" refused swan_begins net 10
	check "IKEv$VERSION: and both networks are told" gw_says "$1"
	swanctl --terminate --ike adit --timeout 5 >/dev/null 2>&1
	check "IKEv$VERSION: nothing is left" wait_for 10 nothing_left
	check "IKEv$VERSION: the gateway is refused" refused timeout 60 adit -s "$TMP/control" site up office
	check "IKEv$VERSION: and says why" gw_says "$2"
	check "IKEv$VERSION: no child is there" children_are "[]"
	adit site down office
	wait_for 10 nothing_left
}

BOTH="[(['10.1.0.0/24'], ['10.2.0.0/24']), (['10.1.0.0/24'], ['10.4.0.0/24'])]"

several_children()
{
	check "IKEv$VERSION: several: the peer has two" swan 10.2.0.0/24 10.1.0.0/24
	check "IKEv$VERSION: several: and so has the site" site 'start = peer' 'local-subnets = { "10.1.0.0/24" }' \
		'remote-subnets = { "10.2.0.0/24", "10.4.0.0/24" }'
	check "IKEv$VERSION: several: one" swan_begins net
	check "IKEv$VERSION: several: and the other" swan_begins more
	check "IKEv$VERSION: several: they are children of one SA" [ "$(ask "[len(s['children']) for s in r]" sas)" = "[2]" ]
	check "IKEv$VERSION: several: each with its network" children_are "$BOTH"
	check "IKEv$VERSION: several: traffic of one" ping_right
	check "IKEv$VERSION: several: of the other" ping_more
	check "IKEv$VERSION: several: one ends" swanctl --terminate --child net
	check "IKEv$VERSION: several: which is all that ends" wait_for 10 children_are \
		"[(['10.1.0.0/24'], ['10.4.0.0/24'])]"
	check "IKEv$VERSION: several: traffic of the other" ping_more
	check "IKEv$VERSION: several: they end" ends
}

ping_more()
{
	ip netns exec "$L" ping -q -n -c 3 -i 0.2 -W 5 10.4.0.1
}

no_child_yet()
{
	[ "$(ask "[(s['state'], s['children']) for s in r]" sas)" = "[('up', [])]" ]
}

childless()
{
	VERSION=2
	check "childless: the peer begins so" swan 10.2.0.0/24 10.1.0.0/24 "childless = force"
	check "childless: with a site" site 'start = peer' 'local-subnets = { "10.1.0.0/24" }' \
		'remote-subnets = { "10.2.0.0/24" }'
	check "childless: an IKE SA" swanctl --initiate --ike adit --timeout 20
	check "childless: and that alone" no_child_yet
	check "childless: then a child" swan_begins
	check "childless: with traffic" ping_right
	check "childless: it ends" ends
}

spi_in()
{
	ask "r[0]['children'][-1]['spi_in']" sas
}

is_another()
{
	local now

	now=$(spi_in) && [ "$now" != "$1" ]
}

# after_a_megabyte: more than that goes through, and nothing of it is lost.
after_a_megabyte()
{
	local before

	check "IKEv$VERSION: by octets: a megabyte is what keys may carry" site 'start = peer' \
		'local-subnets = { "10.1.0.0/24" }' 'remote-subnets = { "10.2.0.0/24" }' 'child-megabytes = 1'
	check "IKEv$VERSION: by octets: up" adit site up office
	before=$(spi_in)
	check "IKEv$VERSION: by octets: some are no reason" traffic_works 100000
	check "IKEv$VERSION: by octets: the keys are the same" [ "$(spi_in)" = "$before" ]
	check "IKEv$VERSION: by octets: more" traffic_works 1500000
	check "IKEv$VERSION: by octets: others have come" wait_for 10 is_another "$before"
	check "IKEv$VERSION: by octets: traffic with those" traffic_works 100000
	check "IKEv$VERSION: by octets: it ends" ends
}

by_name()
{
	VERSION=2
	swan 10.2.0.0/24 10.1.0.0/24 >/dev/null
	REMOTE=else.example
	check "by name: one that there is not" site 'start = peer' 'local-subnets = { "10.1.0.0/24" }' \
		'remote-subnets = { "10.2.0.0/24" }'
	check "by name: is refused" refused timeout 60 adit -s "$TMP/control" site up office
	check "by name: and named" gw_says "else.example"
	REMOTE=peer.example
	check "by name: the right one" site 'start = peer' 'local-subnets = { "10.1.0.0/24" }' \
		'remote-subnets = { "10.2.0.0/24" }'
	check "by name: up" adit site up office
	check "by name: at its address" site_is "s['remote'] == 'peer.example' and s['peer_address'] == '$PEER'"
	check "by name: traffic" ping_right
	check "by name: it ends" ends
	REMOTE=
}

blocked()
{
	local VERSION

	for VERSION in 2 1; do
		swan 10.2.0.0/24 10.1.0.0/24 >/dev/null
		check "IKEv$VERSION: blocked: everything in UDP" site 'start = peer' 'encapsulate = yes' \
			'retransmissions = 2' 'local-subnets = { "10.1.0.0/24" }' 'remote-subnets = { "10.2.0.0/24" }'
		check "IKEv$VERSION: blocked: it is not" adit site up office
		check "IKEv$VERSION: blocked: traffic" ping_right
		check "IKEv$VERSION: blocked: it ends" ends
		rules "$P" <<-'RULES'
			table ip block {
				chain in { type filter hook input priority 0; udp dport 4500 drop; }
			}
		RULES
		check "IKEv$VERSION: blocked: it is" refused timeout 60 adit -s "$TMP/control" site up office
		check "IKEv$VERSION: blocked: which is what is said" site_is "'is UDP port 4500 blocked' in s['why']"
		ip netns exec "$P" nft delete table ip block
		adit site down office
		swanctl --terminate --ike adit --force --timeout 5 >/dev/null 2>&1
		wait_for 20 nothing_left
	done
}

ike_topology
run ip -n "$P" addr add 10.4.0.1/24 dev lan
mkdir -p "/etc/netns/$G"
defer "rm -r /etc/netns/$G"
echo "$PEER peer.example" >"/etc/netns/$G/hosts"
traffic_server_start
wire_start
gw_conf </dev/null
gw_start
VERSION=2
swan_conf </dev/null
swan_start
narrowing
for VERSION in 2 1; do
	several_children
done
childless
for VERSION in 2 1; do
	swan 10.2.0.0/24 10.1.0.0/24 >/dev/null
	after_a_megabyte
done
by_name
blocked
VERSION=2
nothing_in_common "the networks on its side do not meet: here 10.77.0.0/24, the peer asks for 10.2.0.0/24" \
	"the peer has other networks than ours"
VERSION=1
nothing_in_common "10.77.0.0/24" "INVALID-ID-INFORMATION"
check "nothing ever left in the clear" nothing_in_clear

done_testing
