#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A road warrior of IKEv1, as old clients are: it proves itself by a secret of all or by a certificate, logs in with a
# user and a password (XAUTH), and is given an address (mode-config); in aggressive mode only where that was asked for. It
# is thrown out by the administrator, and by a reload with its user disabled.

. "$(dirname "$0")/lib-ike.sh"

# swan USER PASSWORD [LINE]...: more of the connection. SWAN_PROOF is how the machine proves itself.
swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 1
				remote_addrs = 192.0.2.1
				vips = 0.0.0.0
				proposals = aes256-sha256-ecp256
				$(printf '%s\n' "${@:3}")
				local-1 {
					${SWAN_PROOF:-auth = psk}
				}
				$([ -z "$1" ] || printf 'local-2 {\nauth = xauth\nxauth_id = %s\n}\n' "$1")
				remote {
					${SWAN_REMOTE:-auth = psk}
				}
				children {
					all {
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
				secret = "$2"
			}
		}
	CONF
}

# gw LINE...: of the server. ALICE is what the section of that user says more.
gw()
{
	gw_conf <<-CONF
		pool "road" { range = "10.9.0.10-10.9.0.12" }
		server ikev2 {
			address = "10.9.0.1"
			pool = "road"
			dns = { "10.1.0.2" }
			local-subnets = { "10.1.0.0/24" }
			xauth = yes
			$(printf '%s\n' "$@")
		}
		user "alice" { password = 'correct horse' ${ALICE:-} }
		user "bob" { password = 'battery staple' auth = { eap-mschapv2 } }
	CONF
}

swan_initiates()
{
	swanctl --initiate --child all --timeout "${1:-25}"
}

ping_inside()
{
	ip netns exec "$P" ping -q -n -c 3 -i 0.2 -W 5 -I "$ADDRESS" $LEFT
}

# The client's inner address, any of the pool's.
learn_address()
{
	ADDRESS=$(ask "next(s['address'] for s in r if s['address'])" sas)
}

lent()
{
	[[ $ADDRESS == 10.9.0.1[0-2] ]] &&
		[ "$(ask "[(s['version'], s['user'], s['address'], len(s['children'])) for s in r]" sas)" = \
			"[(1, 'alice', '$ADDRESS', 1)]" ]
}

engine_pid()
{
	ask "r['engine_pid']" status
}

engine_is_new()
{
	local now

	now=$(engine_pid) && [ -n "$now" ] && [ "$now" != "$1" ]
}

kill_engine()
{
	local before

	before=$(engine_pid) && kill -KILL "$before" && wait_for 20 engine_is_new "$before"
}

# comes_in WHAT: and what goes with it, then leaves.
comes_in()
{
	check "$1: the client is in" swan_initiates
	learn_address
	check "$1: an address was lent" wait_for 5 lent
	check "$1: its traffic" ping_inside
	check "$1: and to it" ip netns exec "$L" ping -q -n -c 3 -i 0.2 -W 5 "$ADDRESS"
	check "$1: new keys" swanctl --rekey --child all
	check "$1: traffic with them" ping_inside
	check "$1: the engine is killed" kill_engine
	check "$1: the next one has the client" lent
	check "$1: its traffic" ping_inside
	check "$1: the client leaves" swanctl --terminate --ike adit
	check "$1: nobody is there" wait_for 10 nobody_there
}

ike_topology
pki_ca ca && pki_cert ca gw DNS:gw.example && pki_cert ca client DNS:client.example || exit 1
swan alice "correct horse"
swan_pki ca client
swan_start
gw "auth = { psk }" "secret = 'of everybody'"
gw_start
run ip -n "$L" route replace 10.9.0.0/16 via 10.1.0.1
comes_in "by a secret"

swan alice "wrong"
check "another password is loaded" swan_loads
check "a wrong password is refused" refused swan_initiates
check "and said" gw_says 'wrong password, or no such user: alice'
swan mallory "correct horse"
check "another user is loaded" swan_loads
check "a user that does not exist is refused" refused swan_initiates
check "and said" gw_says 'wrong password, or no such user: mallory'
swan bob "battery staple"
check "a user of something else is loaded" swan_loads
check "who is refused" refused swan_initiates
swan "" ""
check "a client without a user is loaded" swan_loads
check "which is refused" refused swan_initiates 10
check "nobody is there" wait_for 20 nobody_there

swan alice "correct horse"
check "a client is loaded" swan_loads
check "thrown out: the client is in" swan_initiates
learn_address
check "thrown out: another user is not there, and told so" adit_refuses "*no IKE SA of user \"bob\"*" disconnect --user bob
check "thrown out: which ends nothing" ping_inside
check "thrown out by name" adit disconnect --user alice
warrior_is_out "thrown out"
check "thrown out: and said" gw_says "$ADDRESS is gone: disconnected by the administrator"
check "disabled: the client is in again" swan_initiates
learn_address
check "disabled: its traffic" ping_inside
ALICE="enabled = no" gw "auth = { psk }" "secret = 'of everybody'"
check "disabled: a reload" adit reload
warrior_is_out "disabled"
check "disabled: and said" gw_says "$ADDRESS is gone: user \"alice\" is disabled"
check "disabled: the next login is refused" refused swan_initiates
check "disabled: nobody is there" wait_for 20 nobody_there

swan alice "correct horse" "aggressive = yes"
check "aggressive mode is loaded" swan_loads
check "and refused where nobody asked for it" refused swan_initiates 10
check "which is said" gw_says "aggressive mode, which nobody of that identity is allowed"
gw "auth = { psk }" "secret = 'of everybody'" "aggressive = yes"
check "where somebody did" adit reload
comes_in "in aggressive mode"

gw "auth = { certificate }" "certificate = \"$TMP/gw.pem\"" "key = \"$TMP/gw.key\"" "ca = { \"$TMP/ca.pem\" }" \
	'local-id = "gw.example"'
check "certificates" adit reload
SWAN_PROOF=$'auth = pubkey\ncerts = client.pem\nid = client.example' SWAN_REMOTE=$'auth = pubkey\nid = gw.example'
swan alice "correct horse"
check "of both are loaded" swan_loads
comes_in "by a certificate"

done_testing
