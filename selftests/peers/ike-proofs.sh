#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ways to prove who one is that ike-psk, ike-cert and ike-warrior leave out, with strongSwan: raw public keys, RSASSA-PSS, and aditd
# as who logs in with a user and a password, by EAP and by XAUTH. Each with what must not be taken for it.

. "$(dirname "$0")/lib-ike.sh"

# site LINE...: the section, with the test's own lines.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "192.0.2.2"
			remote-id = "peer.example"
			redial-min = 1
			redial-max = 2
			remote-subnets = { "10.2.0.0/24" }
			$(printf '%s\n' "$@")
		}
	CONF
	stop gateway
	: >"$TMP/gateway.log"
	gw_start
}

# swan LOCAL REMOTE [MORE]: lines of strongSwan's proof, of ours, and of the connection.
swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				local_addrs = 192.0.2.2
				remote_addrs = 192.0.2.1
				${3:-}
				local {
					id = peer.example
					$1
				}
				remote {
					$2
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						${REMOTE_TS-remote_ts = 10.1.0.0/24}
					}
				}
			}
		}
		pools {
			road { addrs = 10.1.0.64/30 }
		}
		secrets {
			eap-alice {
				id = alice
				secret = "correct horse"
			}
		}
	CONF
}

refused_because()
{
	gw_says "$1" && site_is "s['state'] != 'up'"
}

swan_begins()
{
	swanctl --initiate --child net --timeout 20
}

key_pair()
{
	openssl genpkey -algorithm "$2" "${@:3}" -out "$TMP/$1.key" 2>>"$TMP/pki.log" &&
		openssl pkey -in "$TMP/$1.key" -pubout -out "$TMP/$1.pub"
}

raw_keys()
{
	local ours=("auth = raw-key" 'local-id = "gw.example"' 'local-subnets = { "10.1.0.0/24" }' "start = now")

	key_pair gw RSA -pkeyopt rsa_keygen_bits:2048 && key_pair peer EC -pkeyopt ec_paramgen_curve:P-256 &&
		key_pair stranger EC -pkeyopt ec_paramgen_curve:P-256 || exit 1
	swan "auth = pubkey
		pubkeys = peer.pub" "auth = pubkey
		id = gw.example
		pubkeys = gw.pub"
	cp "$TMP/peer.pub" "$TMP/gw.pub" "$TMP/swan/pubkey/"
	cp "$TMP/peer.key" "$TMP/swan/private/"
	swan_start
	site "${ours[@]}" "key = \"$TMP/gw.key\"" "peer-key = \"$TMP/peer.pub\""
	check "raw keys: up" site_up
	check "raw keys: traffic" traffic_works
	check "raw keys: taken down" adit site down office
	check "raw keys: strongSwan begins" swan_begins
	check "raw keys: and it is up" site_up
	site "${ours[@]}" "key = \"$TMP/gw.key\"" "peer-key = \"$TMP/stranger.pub\""
	check "raw keys: another one of the peer is refused" refused_because "has not proved who it is"
	site "${ours[@]}" "key = \"$TMP/stranger.key\"" "peer-key = \"$TMP/peer.pub\""
	check "raw keys: another one of ours is refused there" refused_because "does not believe our certificate or key"
	stop charon
}

# Who signs so says by it that it wants the answer so.
pss()
{
	pki_ca ca && pki_cert ca gw DNS:gw.example && pki_cert ca peer DNS:peer.example || exit 1
	SWAN_MORE="rsa_pss = yes" swan "auth = pubkey
		certs = peer.pem" "auth = ike:rsa/pss-sha256-sha384-sha512
		id = gw.example" "send_cert = always"
	swan_pki ca peer
	swan_start
	site "auth = certificate" 'local-id = "gw.example"' "certificate = \"$TMP/gw.pem\"" "key = \"$TMP/gw.key\"" \
		"ca = { \"$TMP/ca.pem\" }" 'local-subnets = { "10.1.0.0/24" }' "start = peer"
	check "RSASSA-PSS: strongSwan begins, and takes nothing else" swan_begins
	check "RSASSA-PSS: the site is up" site_up
	check "RSASSA-PSS: traffic" traffic_works
	stop charon
}

eap_answers()
{
	grep -c "parsed IKE_AUTH request.*EAP/RES" "$TMP/charon.log"
}

# An address is asked for as well, as road warriors do.
logs_in()
{
	local ours=("auth = eap-mschapv2" 'local-id = "alice"' 'user = "alice"' "request-address = yes" "start = now")
	local answers

	pki_ca other || exit 1
	REMOTE_TS="" swan "auth = pubkey
		certs = peer.pem" "auth = eap-mschapv2
		id = alice" "send_cert = always
		pools = road"
	swan_pki ca peer
	swan_start
	site "${ours[@]}" "password = 'correct horse'" "ca = { \"$TMP/ca.pem\" }"
	check "EAP: logged in" site_up
	check "EAP: with an address" site_is "s['address'].startswith('10.1.0.6')"
	check "EAP: traffic from that address" ip netns exec "$G" ping -q -n -c 3 -i 0.2 -W 5 "$RIGHT"
	check "EAP: and to it" ip netns exec "$R" ping -q -n -c 3 -i 0.2 -W 5 "$(ask "r[0]['address']" sites)"
	site "${ours[@]}" "password = 'wrong horse'" "ca = { \"$TMP/ca.pem\" }"
	check "EAP: a wrong password" refused_because "@(refuses user or password|does not take this user and password)"
	# It would try again and again.
	stop gateway
	answers=$(eap_answers)
	site "${ours[@]}" "password = 'correct horse'" "ca = { \"$TMP/other.pem\" }"
	check "EAP: a gateway that does not prove itself" refused_because "has not proved who it is"
	check "EAP: and that is told nothing of the password" test "$(eap_answers)" = "$answers"
	stop charon
}

# swan_xauth [LINE]: a gateway of IKEv1 that asks for a user, and gives an address.
swan_xauth()
{
	SWAN_MORE="i_dont_care_about_security_and_use_aggressive_mode_psk = yes" swan_conf <<-CONF
		connections {
			adit {
				version = 1
				local_addrs = $PEER
				remote_addrs = $GW
				proposals = aes128-sha256-ecp256
				pools = road
				${1:-}
				local {
					auth = psk
					id = peer.example
				}
				remote-1 {
					auth = psk
				}
				remote-2 {
					auth = xauth
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						esp_proposals = aes128gcm16
					}
				}
			}
		}
		pools {
			road {
				addrs = 10.1.0.64/30
			}
		}
		secrets {
			ike-all {
				secret = "of the group"
			}
			xauth-alice {
				id = alice
				secret = "correct horse"
			}
		}
	CONF
}

# is_alice: strongSwan knows as whom we have logged in.
is_alice()
{
	swanctl --list-sas | grep -q "XAuth: 'alice'" && return
	swanctl --list-sas
	return 1
}

# xauth_in MODE
xauth_in()
{
	check "XAUTH, $1: logged in" site_up
	check "XAUTH, $1: as that user" is_alice
	check "XAUTH, $1: with an address" site_is "s['address'].startswith('10.1.0.6')"
	check "XAUTH, $1: traffic from that address" ip netns exec "$G" ping -q -n -c 3 -i 0.2 -W 5 "$RIGHT"
	check "XAUTH, $1: and to it" ip netns exec "$R" ping -q -n -c 3 -i 0.2 -W 5 "$(ask "r[0]['address']" sites)"
}

# As a client of IKEv1: XAUTH and mode-config.
xauth()
{
	local ours=("version = ikev1" "secret = 'of the group'" 'local-id = "group.example"' "request-address = yes" "start = now"
		"retransmissions = 2")
	local alice=('user = "alice"' "password = 'correct horse'")

	swan_xauth
	swan_start
	site "${ours[@]}" "${alice[@]}"
	xauth_in "main mode"
	check "XAUTH: new keys" adit site rekey office
	check "XAUTH: traffic with those" ip netns exec "$G" ping -q -n -c 3 -i 0.2 -W 5 "$RIGHT"
	site "${ours[@]}" 'user = "alice"' "password = 'wrong horse'"
	check "XAUTH: a wrong password" refused_because "the gateway refuses user or password (XAUTH)"
	site "${ours[@]}"
	check "XAUTH: without a user" refused_because "the peer answers AUTHENTICATION-FAILED"
	site "${ours[@]}" "${alice[@]}" "aggressive = yes"
	check "XAUTH: aggressive mode, which the gateway has not" refused timeout 60 adit -s "$TMP/control" site up office
	stop gateway
	swan_xauth "aggressive = yes"
	check "XAUTH: and now has" swan_loads
	site "${ours[@]}" "${alice[@]}" "aggressive = yes" 'ike-proposals = { "aes128-sha256-ecp256" }'
	xauth_in "aggressive mode"
	stop gateway
	stop charon
}

ike_topology
traffic_server_start
site "secret = 'none of it'" 'local-subnets = { "10.1.0.0/24" }' "start = peer"
raw_keys
pss
logs_in
xauth

done_testing
