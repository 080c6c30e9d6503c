#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with strongSwan and certificates: RSA here and ECDSA there, what is wrong with one told in words, and new ones
# taken by a reload under a site that is up. The gateway has the rights that systemd leaves it, and its key is another
# account's.

. "$(dirname "$0")/lib-ike.sh"

# site LINE...: what the test adds to the section.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "192.0.2.2"
			auth = certificate
			local-id = "gw.example"
			remote-id = "peer.example"
			certificate = "$TMP/${CERT:-gw}.pem"
			key = "$TMP/${CERT:-gw}.key"
			ca = { "$TMP/${CA:-trusted}.pem" }
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			redial-min = 1
			redial-max = 2
			$(printf '%s\n' "$@")
		}
	CONF
}

swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				local_addrs = 192.0.2.2
				remote_addrs = 192.0.2.1
				send_cert = always
				local {
					auth = pubkey
					certs = peer.pem
					id = peer.example
				}
				remote {
					auth = pubkey
					id = gw.example
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						remote_ts = 10.1.0.0/24
					}
				}
			}
		}
	CONF
}

restart()
{
	stop gateway
	: >"$TMP/gateway.log"
	gw_start
}

site_down_and_says()
{
	gw_says "$1" && site_is "s['state'] != 'up'"
}

spis()
{
	ask "sorted(s['spis'] for s in r if s['children'])" sas
}

# sas_are_as_before COMMAND...: what is up stays.
sas_are_as_before()
{
	local before

	before=$(spis)
	"$@" && [ "$before" != "[]" ] && [ "$(spis)" = "$before" ] && return
	echo "was $before, is $(spis)"
	return 1
}

# begins_anew CERTIFICATE: by hand, and strongSwan is shown that certificate.
begins_anew()
{
	: >"$TMP/charon.log"
	adit site down office && wait_for 10 swan_has_nothing && adit site up office && site_up &&
		log_has charon "received end entity cert \"O=Example, CN=$1\""
}

reload_by_signal()
{
	: >"$TMP/gateway.log"
	kill -HUP "$(pid_of gateway)" && gw_says "configuration reloaded"
}

# broken_reload PATTERN: refused, with the file and the reason, by the command and in the log.
broken_reload()
{
	: >"$TMP/gateway.log"
	refused adit reload && gw_says "$1" && gw_says "reload refused" || return 1
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $(<"$TMP/refused.out") == *$1* ]]
}

ike_topology
pki_ca ca && pki_ca other && pki_cert ca gw DNS:gw.example && pki_cert ca new DNS:gw.example &&
	pki_cert ca peer DNS:peer.example ec && pki_cert other stranger DNS:gw.example || exit 1
cp "$TMP/gw.key" "$TMP/old.key"
cp "$TMP/ca.pem" "$TMP/trusted.pem"
swan
swan_pki ca peer
traffic_server_start
swan_start

site 'start = now'
chown adit "$TMP/gw.key"
gw_as_unit
gw_start
check "started with the unit's rights" gw_has_limits
check "up with certificates" site_up
check "traffic" traffic_works
check "strongSwan begins" adit site down office
check "and finds the gateway" swanctl --initiate --child net --timeout 20
check "up again" site_up
check "traffic" traffic_works

cp "$TMP/gw.pem" "$TMP/old.pem"
cp "$TMP/new.pem" "$TMP/gw.pem"
check "another key's certificate is not taken: up as before" sas_are_as_before broken_reload \
	"$TMP/adit.conf:*: error: key: $TMP/gw.key: it is not the one of the certificate"
cp "$TMP/new.key" "$TMP/gw.key"
check "a new certificate with its key is, and what is up stays" sas_are_as_before adit reload
check "traffic" traffic_works
check "whoever begins uses it" begins_anew new
check "traffic with that" traffic_works
printf '%s\n' "-----BEGIN CERTIFICATE-----" "MIIB" "-----END CERTIFICATE-----" >"$TMP/gw.pem"
check "a broken file is not taken: up as before" sas_are_as_before broken_reload "certificate: $TMP/gw.pem: it holds no X.509"
check "the ones before are in use still" begins_anew new
cp "$TMP/old.pem" "$TMP/gw.pem"
cp "$TMP/old.key" "$TMP/gw.key"
check "taken at a signal, too, and what is up stays" sas_are_as_before reload_by_signal
check "whoever begins uses it" begins_anew gw
cp "$TMP/other.pem" "$TMP/trusted.pem"
check "an authority that is no longer believed: what is up stays" sas_are_as_before adit reload
adit site down office
check "and whoever begins is refused" refused timeout 60 adit -s "$TMP/control" site up office
check "which is said" gw_says "has not proved who it is"
cp "$TMP/ca.pem" "$TMP/trusted.pem"
check "believed again" adit reload
check "up" site_up

check "taken down" adit site down office
CERT=stranger site
restart
check "a certificate of another authority is refused there" site_down_and_says "does not believe our certificate"
CA=other site
restart
check "a peer's certificate of another authority is refused here" site_down_and_says "has not proved who it is"
sed -i 's/remote-id = "peer.example"/remote-id = "else.example"/; s/other.pem/trusted.pem/' "$TMP/adit.conf"
restart
check "a peer that is somebody else is refused" site_down_and_says 'is not "else.example" itself'

done_testing
