#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A road warrior as built-in clients are: the gateway proves itself by a certificate, the client by EAP-MSCHAPv2, and it
# is given an address.

. "$(dirname "$0")/lib-ike.sh"

# swan USER PASSWORD
swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				remote_addrs = 192.0.2.1
				vips = 0.0.0.0
				local {
					auth = eap-mschapv2
					eap_id = $1
					id = $1
				}
				remote {
					auth = pubkey
					id = gw.example
				}
				children {
					all {
						remote_ts = 10.1.0.0/24
					}
				}
			}
		}
		secrets {
			eap-$1 {
				id = $1
				secret = "$2"
			}
		}
	CONF
}

swan_initiates()
{
	swanctl --initiate --child all --timeout 20
}

# From the client itself, by the address that it was given.
ping_inside()
{
	ip netns exec "$P" ping -q -n -c 3 -i 0.2 -W 5 -I "${1:-10.9.0.10}" $LEFT
}

lent()
{
	[ "$(ask "[(s['user'], s['address']) for s in r]" sas)" = "[('alice', '$1')]" ]
}

nobody_there()
{
	[ "$(ask "len(r)" sas)" = 0 ]
}

ike_topology
pki_ca ca && pki_cert ca gw DNS:gw.example || exit 1
swan alice "correct horse"
mkdir -p "$TMP/swan/x509ca"
cp "$TMP/ca.pem" "$TMP/swan/x509ca/"
swan_start
gw_conf <<-CONF
	pool "road" { range = "10.9.0.10-10.9.0.12" }
	server ikev2 {
		address = "10.9.0.1"
		pool = "road"
		dns = { "10.1.0.2" }
		local-id = "gw.example"
		certificate = "$TMP/gw.pem"
		key = "$TMP/gw.key"
		local-subnets = { "10.1.0.0/24" }
	}
	user "alice" { password = 'correct horse' }
CONF
gw_start
run ip -n "$L" route replace 10.9.0.0/16 via 10.1.0.1

check "the client is in" swan_initiates
check "an address was lent" lent 10.9.0.10
check "its traffic" ping_inside
check "and to it" ip netns exec "$L" ping -q -n -c 3 -i 0.2 -W 5 10.9.0.10
check "the client leaves" swanctl --terminate --ike adit
check "nobody is there" wait_for 10 nobody_there

swan alice "wrong"
check "another password is loaded" swan_loads
check "a wrong password is refused" refused swan_initiates
check "and said" gw_says 'login as "alice" failed: wrong password'
swan mallory "correct horse"
check "another user is loaded" swan_loads
check "a user that does not exist is refused" refused swan_initiates
check "and said" gw_says 'login as "mallory" failed: there is no such user'

done_testing
