#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with libreswan and certificates: RSA at both ends and ECDSA at both ends, and what is wrong with one told in words.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-pluto.sh"

# site KIND: "rsa" or "ec" is part of the certificates' names.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "192.0.2.2"
			auth = certificate
			local-id = "gw.example"
			remote-id = "peer.example"
			certificate = "$TMP/${CERT:-gw-$1}.pem"
			key = "$TMP/${CERT:-gw-$1}.key"
			ca = { "$TMP/${CA:-ca}.pem" }
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			start = now
			redial-min = 1
			redial-max = 2
		}
	CONF
}

# libreswan KIND AUTHBY
libreswan()
{
	pluto_conf "pluto-$1" "" <<-CONF
		conn net
			auto=add
			ikev2=insist
			authby=$2
			left=192.0.2.2
			leftid=@peer.example
			leftcert=peer-$1
			leftsendcert=always
			leftsubnet=10.2.0.0/24
			right=192.0.2.1
			rightid=@gw.example
			rightca=%same
			rightsubnet=10.1.0.0/24
			keyingtries=1
			retransmit-timeout=15s
	CONF
	pluto_pki "pluto-$1" ca "peer-$1"
	pluto_start "$P" "pluto-$1"
}

# through KIND AUTHBY
through()
{
	check "$1: libreswan has its certificate" libreswan "$1" "$2"
	site "$1"
	gw_start
	check "$1: up with certificates" site_up
	check "$1: traffic" traffic_works
	check "$1: taken down" adit site down office
	check "$1: libreswan begins" whack "pluto-$1" --initiate --name net
	check "$1: up again" site_up
	check "$1: traffic" traffic_works
	stop gateway
}

# refused_with NAME PATTERN: what the gateway says
refused_with()
{
	: >"$TMP/gateway.log"
	gw_start
	check "$1" gw_says "$2"
	check "and the site is not up" site_is "s['state'] != 'up'"
	stop gateway
}

# not_believed: libreswan does not know the authority of our certificate. As who is asked it says so; as who begins it forgets us
# without a word, and tries again. It is started anew, for it tries the one before again and again as well.
not_believed()
{
	stop pluto-rsa
	pluto_start "$P" pluto-rsa
	: >"$TMP/gateway.log"
	gw_start
	check "our certificate is of an authority that libreswan does not know: that is said" gw_says \
		"the peer refuses us as*does not believe our certificate or key"
	check "and the site is not up" site_is "s['state'] != 'up'"
	check "no more attempts" adit site down office
	: >"$TMP/pluto-rsa.log"
	whack pluto-rsa --initiate --name net
	check "libreswan begins, and does not believe us" wait_for 20 log_has pluto-rsa "certificate payload rejected"
	check "nothing passes" refused ping_right 1 2
	stop gateway
}

ike_topology
# What libreswan shall protect needs a route already, as a default route is one.
run ip -n "$P" route add default via $GW
pki_ca ca && pki_ca other && pki_cert ca gw-rsa DNS:gw.example && pki_cert ca peer-rsa DNS:peer.example &&
	pki_cert ca gw-ec DNS:gw.example ec && pki_cert ca peer-ec DNS:peer.example ec &&
	pki_cert other stranger DNS:gw.example || exit 1
traffic_server_start
through rsa rsasig
CA=other site rsa
refused_with "a peer's certificate of another authority is refused here" "has not proved who it is"
CERT=stranger site rsa
not_believed
stop pluto-rsa
through ec ecdsa

done_testing
