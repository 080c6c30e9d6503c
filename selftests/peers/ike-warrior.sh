#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A road warrior as built-in clients are: the gateway proves itself by a certificate, the client by EAP-MSCHAPv2, and it
# is given an address. It is thrown out by the administrator, and by a reload without its user.

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

# swan_by_secret IDENTITY: without a user.
swan_by_secret()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				remote_addrs = 192.0.2.1
				vips = 0.0.0.0
				local {
					auth = psk
					id = $1
				}
				remote {
					auth = psk
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
			ike-gw {
				secret = "of everybody"
			}
		}
	CONF
}

# gw [SECTION]: alice's; bob is there in any case.
gw()
{
	gw_conf <<-CONF
		pool "road" { range = "10.9.0.10-10.9.0.12" }
		server ikev2 {
			address = "10.9.0.1"
			pool = "road"
			dns = { "10.1.0.2" }
			local-id = "gw.example"
			certificate = "$TMP/gw.pem"
			key = "$TMP/gw.key"
			auth = { eap-mschapv2, psk }
			secret = 'of everybody'
			local-subnets = { "10.1.0.0/24" }
		}
		user "bob" { password = 'battery staple' }
		${1:-}
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

# comes_in WHAT: with ADDRESS, any of the pool's.
comes_in()
{
	check "$1: the client is in" swan_initiates
	ADDRESS=$(ask "next(s['address'] for s in r if s['address'])" sas)
	check "$1: its traffic" ping_inside "$ADDRESS"
}

ike_topology
pki_ca ca && pki_cert ca gw DNS:gw.example || exit 1
swan alice "correct horse"
mkdir -p "$TMP/swan/x509ca"
cp "$TMP/ca.pem" "$TMP/swan/x509ca/"
swan_start
ALICE="user \"alice\" { password = 'correct horse' }"
gw "$ALICE"
gw_start
run ip -n "$L" route replace 10.9.0.0/16 via 10.1.0.1

check "the client is in" swan_initiates
check "an address was lent" lent 10.9.0.10
check "its traffic" ping_inside
check "and to it" ip netns exec "$L" ping -q -n -c 3 -i 0.2 -W 5 10.9.0.10
check "the client leaves" swanctl --terminate --ike adit
check "nobody is there" wait_for 10 nobody_there

comes_in "by name"
check "a user who is not there is told so" adit_refuses "*no IKE SA of user \"mallory\"*adit sas*" disconnect --user mallory
check "and an address that nobody has" adit_refuses "*10.9.0.250 is lent to nobody*adit sas*" disconnect 10.9.0.250
check "which ends nothing" ping_inside "$ADDRESS"
check "by name: thrown out" adit disconnect --user alice
warrior_is_out "by name"
check "by name: and said" gw_says "$ADDRESS is gone: disconnected by the administrator"
check "by name: once" adit_refuses "*no IKE SA of user \"alice\"*" disconnect --user alice
comes_in "by address"
check "by address: thrown out" adit disconnect "$ADDRESS"
warrior_is_out "by address"

comes_in "another password"
gw "user \"alice\" { password = 'another' }"
check "another password: is taken" adit reload
check "another password: ends nothing" ping_inside "$ADDRESS"
gw "user \"alice\" { password = 'correct horse' enabled = no }"
check "disabled: a reload" adit reload
warrior_is_out "disabled"
check "disabled: and said" gw_says "$ADDRESS is gone: user \"alice\" is disabled"
check "disabled: the next login is refused" refused swan_initiates
check "disabled: and said" gw_says 'login as "alice" failed: there is no such user'
gw "$ALICE"
check "enabled again: a reload" adit reload
comes_in "enabled again"
gw
check "removed: a reload" adit reload
warrior_is_out "removed"
check "removed: and said" gw_says "$ADDRESS is gone: user \"alice\" is not configured any more"
check "removed: the next login is refused" refused swan_initiates

swan_by_secret phone.example
check "a client without a user is loaded" swan_loads
comes_in "without a user"
check "without a user: a reload leaves it alone" adit reload
check "without a user: its traffic goes on" ping_inside "$ADDRESS"
check "without a user: another identity is told so" adit_refuses "*\"tablet.example\"*" disconnect --user tablet.example
check "without a user: thrown out by its identity" adit disconnect --user phone.example
warrior_is_out "without a user"

gw "$ALICE"
check "as at first" adit reload

swan alice "wrong"
check "another password is loaded" swan_loads
check "a wrong password is refused" refused swan_initiates
check "and said" gw_says 'login as "alice" failed: wrong password'
swan mallory "correct horse"
check "another user is loaded" swan_loads
check "a user that does not exist is refused" refused swan_initiates
check "and said" gw_says 'login as "mallory" failed: there is no such user'

done_testing
