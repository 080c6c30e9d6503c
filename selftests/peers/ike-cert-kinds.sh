#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with strongSwan and certificates of every kind, by each version of IKE, in messages that are too long for one packet
# too; and what is wrong with one that was good once: revoked, with no list to say so, over, still to come.

. "$(dirname "$0")/lib-ike.sh"

# site GW_CERT [LINE]...: by VERSION.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "$PEER"
			version = ikev$VERSION
			auth = certificate
			local-id = "gw.example"
			remote-id = "peer.example"
			certificate = "$TMP/$1.pem"
			key = "$TMP/$1.key"
			ca = { "$TMP/ca.pem" }
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			start = peer
			$(printf '%s\n' "${@:2}")
		}
	CONF
	adit reload
}

# swan PEER_CERT
swan()
{
	rm -rf "$TMP"/swan/{x509,private}
	SWAN_MORE="fragment_size = 700" swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				local_addrs = $PEER
				remote_addrs = $GW
				proposals = aes128-sha256-ecp256
				send_cert = always
				local {
					auth = pubkey
					certs = $1.pem
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
						esp_proposals = aes128gcm16
					}
				}
			}
		}
	CONF
	swan_pki ca "$1"
	[ ! -S "$TMP/vici" ] || { swanctl --flush-certs && swan_loads; }
}

swan_begins()
{
	swanctl --initiate --child net --timeout "${1:-30}"
}

# kind OURS THEIRS: begun by either end.
kind()
{
	check "IKEv$VERSION: $1 and $2: loaded there" swan "$2"
	check "IKEv$VERSION: $1 and $2: and here" site "$1"
	check "IKEv$VERSION: $1 and $2: the gateway begins" adit site up office
	check "IKEv$VERSION: $1 and $2: traffic" ping_right
	check "IKEv$VERSION: $1 and $2: it ends" adit site down office
	check "IKEv$VERSION: $1 and $2: at both ends" wait_for 10 nothing_left
	check "IKEv$VERSION: $1 and $2: strongSwan begins" swan_begins
	check "IKEv$VERSION: $1 and $2: traffic" ping_left
	check "IKEv$VERSION: $1 and $2: it ends" swanctl --terminate --ike adit
	check "IKEv$VERSION: $1 and $2: at both ends" wait_for 10 nothing_left
}

# fragments: RSA of 3072 bits, in both directions.
fragments()
{
	: >"$TMP/charon.log"
	kind gw-long peer-long
	check "IKEv$VERSION: strongSwan has sent parts" log_has charon "splitting IKE message"
	check "IKEv$VERSION: and got some" log_has charon "received fragment #1"
	: >"$TMP/charon.log"
	check "IKEv$VERSION: none are wanted here" site gw-long "fragmentation = no"
	check "IKEv$VERSION: up without" adit site up office
	check "IKEv$VERSION: in whole messages" refused log_has_loudly charon "received fragment"
	check "IKEv$VERSION: it ends" adit site down office
	wait_for 10 nothing_left
}

# refused_because WHAT PATTERN: of the peer.
refused_because()
{
	: >"$TMP/gateway.log"
	check "$1: the peer is refused" refused swan_begins 10
	check "$1: and the log says why" gw_says "$2"
	check "$1: nobody is there" site_is "s['state'] != 'up'"
	swanctl --terminate --ike adit --force --timeout 5 >/dev/null 2>&1
	wait_for 10 nothing_left
}

revoked()
{
	VERSION=2
	pki_office ca -gencrl -out "$TMP/ca.crl" || exit 1
	check "a list of nobody: loaded there" swan peer-p256
	check "a list of nobody: and here" site gw-p256 "crl = { \"$TMP/ca.crl\" }"
	check "a list of nobody: strongSwan begins" swan_begins
	check "a list of nobody: traffic" ping_left
	check "a list of nobody: it ends" swanctl --terminate --ike adit
	pki_office ca -revoke "$TMP/peer-p256.pem" && pki_office ca -gencrl -out "$TMP/ca.crl" || exit 1
	check "revoked: a new list is taken by a reload" adit reload
	refused_because "revoked" "CN=peer-p256* was revoked by"
	check "revoked: another certificate" swan peer-p384
	check "revoked: is not" swan_begins
	check "revoked: it ends" swanctl --terminate --ike adit
	pki_office ca -gencrl -crl_lastupdate 20250101000000Z -crl_nextupdate 20250201000000Z -out "$TMP/ca.crl" || exit 1
	check "an old list is taken" adit reload
	refused_because "an old list" "the revocation list of *CN=ca* cannot be used: CRL has expired"
	check "without a list" site gw-p256
	check "strongSwan begins" swan_begins
	check "it ends" swanctl --terminate --ike adit
}

# Of the peer's certificate, then of ours.
dates()
{
	VERSION=2
	pki_dated ca peer-old 20250101000000Z 20250201000000Z && pki_dated ca gw-old 20250101000000Z 20250201000000Z &&
		pki_dated ca peer-new 20450101000000Z 20460101000000Z || exit 1
	check "over: loaded there" swan peer-old
	check "over: and here" site gw-p256
	refused_because "over" "CN=peer-old* expired on 2025-02-01, and it is 20??-??-?? here"
	check "to come: loaded there" swan peer-new
	refused_because "to come" "CN=peer-new* is valid from 2045-01-01 on, and it is 20??-??-?? here: is the clock right"
	check "ours is over: loaded there" swan peer-p256
	check "ours is over: the check warns" check_warns "warning: certificate: $TMP/gw-old.pem: our own certificate expired"
	check "ours is over: a reload takes it" site gw-old
	check "ours is over: the gateway is refused" refused timeout 60 adit -s "$TMP/control" site up office
	check "ours is over: and says why" gw_says "our own certificate expired on 2025-02-01"
	adit site down office
}

# check_warns PATTERN: of what the configuration says now, with another certificate.
check_warns()
{
	sed "s/gw-p256/gw-old/" "$TMP/adit.conf" >"$TMP/other.conf"
	chmod 600 "$TMP/other.conf"
	command adit check "$TMP/other.conf" 2>&1 | tee "$TMP/warned.log"
	log_has warned "$1" && log_has warned ": 0 errors, 1 warning"
}

ike_topology
pki_ca ca || exit 1
for end in gw peer; do
	for kind in p256=ec p384=ec:P-384 p521=ec:P-521 ed25519=ed25519 rsa=rsa:2048 long=rsa:3072 old=ec new=ec; do
		pki_cert ca "$end-${kind%=*}" "DNS:$end.example" "${kind#*=}" || exit 1
	done
done
gw_conf </dev/null
gw_start
VERSION=2
swan peer-p256
swan_start
kind gw-p256 peer-p384
kind gw-p384 peer-p521
kind gw-p521 peer-p256
kind gw-ed25519 peer-ed25519
fragments
VERSION=1
kind gw-rsa peer-rsa
kind gw-p256 peer-p256
kind gw-p384 peer-p384
kind gw-p521 peer-p521
fragments
revoked
dates

done_testing
