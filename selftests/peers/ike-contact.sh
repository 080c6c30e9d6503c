#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who has lost all that he had says so when he begins anew (INITIAL_CONTACT), and what he had is ended at once: two road warriors
# of strongSwan by one secret, one of which loses its power, by each version of IKE; then the gateway does, at a site's end.
#
#	left            gateway (adit)                 one                        two
#	10.1.0.2 ------ 10.1.0.1   192.0.2.1 --------- 192.0.2.2   10.2.0.1 ----- 10.2.0.2

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-swan.sh"

# road NAME IDENTITY: a road warrior's configuration, by VERSION.
road()
{
	swan_client_conf "$1" "$VERSION" ""
	cat >"$TMP/$1-swan/swanctl.conf" <<-CONF
		connections {
			gw {
				version = $VERSION
				remote_addrs = $GW
				vips = 0.0.0.0
				proposals = aes256-sha256-ecp256
				local-1 {
					auth = psk
					id = $2
				}
				$([ "$VERSION" = 2 ] || printf 'local-2 {\nauth = xauth\nxauth_id = %s\n}\n' "$1")
				remote {
					auth = psk
					id = gw.example
				}
				children {
					l2tp {
						remote_ts = 10.1.0.0/24
						esp_proposals = aes128-sha256
					}
				}
			}
		}
		secrets {
			ike-gw {
				secret = "of everybody"
			}
			xauth-$1 {
				id = $1
				secret = "correct horse"
			}
		}
	CONF
}

server()
{
	gw_conf <<-CONF
		pool "road" { range = "10.9.0.10-10.9.0.20" }
		server ikev2 {
			address = "10.9.0.1"
			pool = "road"
			local-subnets = { "10.1.0.0/24" }
			local-id = "gw.example"
			xauth = yes
			auth = { psk }
			secret = 'of everybody'
		}
		user "one" { password = 'correct horse' }
		user "two" { password = 'correct horse' }
	CONF
	gw_start
}

# spis_of ADDRESS: the IKE SAs with that peer.
spis_of()
{
	ask "sorted(s['spis'] for s in r if s['peer_address'] == '$1')" sas
}

sas_are()
{
	[ "$(ask "len(r)" sas)" = "$1" ] && return
	adit sas
	return 1
}

# other_now ADDRESS BEFORE: it has one, another.
other_now()
{
	local now

	now=$(spis_of "$1")
	[ "$now" != "$2" ] && [[ $now == "['"*"']" && $now != *,* ]] && return
	echo "was $2, is $now"
	return 1
}

# ping_from NAMESPACE: from the address that it was lent.
ping_from()
{
	local address

	address=$(ip -n "$1" -o -4 addr show | sed -nE 's|.* (10\.9\.0\.[0-9]+)/.*|\1|p')
	ip netns exec "$1" ping -q -n -c 3 -i 0.2 -W 5 -I "$address" $LEFT
}

# power_lost NAMESPACE NAME: nothing is left of it, and nobody was told.
power_lost()
{
	stop "$2-daemon" KILL
	rm -f "$TMP/$2-vici"
	ip -n "$1" xfrm state flush
	ip -n "$1" xfrm policy flush
	ip -n "$1" -o -4 addr show | sed -nE 's|^[0-9]+: ([^ ]+) .* (10\.9\.0\.[0-9]+/32) .*|addr del \2 dev \1|p' |
		ip -n "$1" -b -
}

# warriors VERSION NOTIFY
warriors()
{
	VERSION=$1
	server
	road one one.example
	road two two.example
	check "IKEv$1: one starts" swan_client_start "$P" one
	check "IKEv$1: two starts" swan_client_start "$R" two
	check "IKEv$1: one connects" swan_client_connects "$P" one
	check "IKEv$1: two connects, by the same secret" swan_client_connects "$R" two
	check "IKEv$1: both are there" sas_are 2
	one=$(spis_of $PEER)
	two=$(spis_of $RIGHT)
	power_lost "$P" one
	check "IKEv$1: one has lost all, and starts" swan_client_start "$P" one
	check "IKEv$1: what it had is there still" [ "$(spis_of $PEER)" = "$one" ]
	check "IKEv$1: it connects" swan_client_connects "$P" one
	check "IKEv$1: and says that it begins anew" gw_says "is gone: the peer has begun anew ($2)"
	check "IKEv$1: what it had is over" other_now $PEER "$one"
	check "IKEv$1: traffic with what it has" ping_from "$P"
	check "IKEv$1: two has what it had" [ "$(spis_of $RIGHT)" = "$two" ]
	check "IKEv$1: with traffic" ping_from "$R"

	# Whoever knows the secret can say that he is one.
	: >"$TMP/gateway.log"
	one=$(spis_of $PEER)
	power_lost "$R" two
	road two one.example
	check "IKEv$1: another that calls itself one starts" swan_client_start "$R" two
	check "IKEv$1: and connects" swan_client_connects "$R" two
	check "IKEv$1: which ends nothing of one's" [ "$(spis_of $PEER)" = "$one" ]
	check "IKEv$1: that has traffic" ping_from "$P"
	check "IKEv$1: nor is it said" refused log_has_loudly gateway "begun anew"
	check "IKEv$1: one ends" swan_client "$P" one --terminate --ike gw
	check "IKEv$1: the other ends" swan_client "$R" two --terminate --ike gw
	stop one-daemon
	stop two-daemon
	power_lost "$R" two
	stop gateway
}

# sites LINE...: one with strongSwan, and what else there is.
sites()
{
	gw_conf <<-CONF
		site "office" {
			remote = "$PEER"
			version = ikev$VERSION
			secret = 'a secret of both'
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			esp-proposals = { "aes128gcm16" }
			start = now
		}
		$(printf '%s\n' "$@")
	CONF
}

swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				remote_addrs = $GW
				proposals = aes256-sha256-modp2048
				local {
					auth = psk
				}
				remote {
					auth = psk
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						remote_ts = 10.1.0.0/24
						esp_proposals = aes128gcm16
					}
					more {
						local_ts = 10.3.0.0/24
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
}

swan_has()
{
	[ "$(swanctl --list-sas | grep -c '^adit: #')" -eq "$1" ] && return
	swanctl --list-sas
	return 1
}

# the_gateway_loses_all VERSION
the_gateway_loses_all()
{
	VERSION=$1
	swan
	swan_start
	sites
	gw_start
	check "site, IKEv$1: up" site_up
	check "site, IKEv$1: killed" gw_kill
	gw_start
	check "site, IKEv$1: up again" site_up
	check "site, IKEv$1: strongSwan has heard that it is all there is" wait_for 10 log_has charon \
		"received INITIAL_CONTACT"
	check "site, IKEv$1: and has nothing of what was before" wait_for 10 swan_has 1
	check "site, IKEv$1: traffic" ping_right
	stop gateway
	check "site, IKEv$1: told of an end, it has nothing" wait_for 10 swan_has 0
	stop charon
}

both_sites_up()
{
	[ "$(ask "[(s['state'], len(s['children'])) for s in r]" sites)" = "[('up', 1), ('up', 1)]" ]
}

# Of two that lead to the same peer none says that it is all there is, whichever of them it hears first.
two_sites()
{
	VERSION=2
	: >"$TMP/charon.log"
	swan
	swan_start
	sites "site \"more\" { remote = \"$PEER\" secret = 'a secret of both' local-subnets = { \"10.1.0.0/24\" }" \
		"remote-subnets = { \"10.3.0.0/24\" } esp-proposals = { \"aes128gcm16\" } start = now }"
	gw_start
	check "two sites with one peer: both are up" wait_for 20 both_sites_up
	check "two sites with one peer: strongSwan has both" swan_has 2
	check "two sites with one peer: one is begun anew" adit site down more
	check "two sites with one peer: up" adit site up more
	check "two sites with one peer: strongSwan has both" swan_has 2
	check "two sites with one peer: traffic of the other" ping_right
	stop gateway
	stop charon
}

ike_topology
run ip -n "$G" route add 10.2.0.0/24 via $PEER
warriors 2 INITIAL_CONTACT
warriors 1 INITIAL-CONTACT
run ip -n "$G" route del 10.2.0.0/24
the_gateway_loses_all 2
the_gateway_loses_all 1
two_sites

done_testing
