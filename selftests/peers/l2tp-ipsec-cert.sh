#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Stock clients of L2TP/IPsec that prove themselves by RSA certificates: xl2tpd and strongSwan, with each version of IKE, what is
# wrong with a certificate told in words, and a new one of the gateway's taken under a client that stays.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-pki.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-swan.sh"
. "$(dirname "$0")/lib-wire.sh"
. "$(dirname "$0")/lib-l2tp-ipsec.sh"
. "$(dirname "$0")/lib-l2tp-ipsec-swan.sh"
GW_PROTOCOL=l2tp

# The version of IKE is VERSION; CLIENT is the client's certificate, and CA what it believes in.
ipsec_start()
{
	swan_client_conf one "$VERSION" ""
	rm -rf "$TMP"/one-swan/{x509,x509ca,private}
	swan_pki "${CA:-ca}" "${CLIENT:-client}" one-swan
	cat >"$TMP/one-swan/swanctl.conf" <<-CONF
		connections {
			gw {
				version = $VERSION
				remote_addrs = $GW
				proposals = aes256-sha256-modp2048
				send_cert = always
				local {
					auth = pubkey
					certs = ${CLIENT:-client}.pem
					id = client.example
				}
				remote {
					auth = pubkey
					id = gw.example
				}
				children {
					l2tp {
						mode = transport
						local_ts = dynamic[udp/1701]
						remote_ts = dynamic[udp/1701]
						esp_proposals = aes256-sha256
					}
				}
			}
		}
	CONF
	swan_client_start "$C" one
}

# is_refused WHAT PATTERN: and the gateway says why.
is_refused()
{
	: >"$TMP/gateway.log"
	check "IKEv$VERSION: $1: IPsec starts" ipsec_start
	check "IKEv$VERSION: $1: is refused" refused ipsec_connects 10
	check_log "IKEv$VERSION: $1: and the log says it" gateway "$2"
	check "IKEv$VERSION: $1: nobody is there" no_sas
	ipsec_stop
}

no_sas()
{
	wait_for 10 [ "$(ask "[s for s in r if s['state'] == 'up']" sas)" = "[]" ]
}

ike_spis()
{
	ask "sorted(s['spis'] for s in r)" sas
}

# IKE's keys are made anew by proofs, in version 1: strongSwan sees the certificate that there is now.
shown_the_new_one()
{
	local before

	before=$(ike_spis)
	: >"$TMP/one-charon.log"
	swan_client "$C" one --rekey --ike gw && wait_for 20 ike_is_another "$before" &&
		log_says one-charon 'received end entity cert "O=Example, CN=new"'
}

ike_is_another()
{
	[ "$(ike_spis)" != "$1" ]
}

# the_certificate_changes: version 1.
the_certificate_changes()
{
	VERSION=1
	check "a new certificate: IPsec starts" ipsec_start
	check "a new certificate: IPsec" ipsec_connects
	check "a new certificate: a client logs in" l2tp_client_dials stays alice "correct horse"
	cp "$TMP/new.pem" "$TMP/gw.pem"
	check "a new certificate: without its key it is refused" refused adit reload
	check_log "a new certificate: and the log says why" gateway "key: $TMP/gw.key: it is not the one of the certificate"
	cp "$TMP/new.key" "$TMP/gw.key"
	check "a new certificate: a reload takes it" adit reload
	check "a new certificate: traffic of the client that stays" traffic_works stays
	check "a new certificate: IKE's keys made anew are proved by it" shown_the_new_one
	check "a new certificate: traffic after that" traffic_works stays
	# The IKE SA that was replaced is deleted after a while, with what it still had.
	check "a new certificate: strongSwan has no other" wait_for 30 one_ike_there
	check "a new certificate: and still traffic" traffic_works stays
	l2tp_client_stop stays
	ipsec_stop
}

one_ike_there()
{
	[ "$(swan_client "$C" one --list-sas | grep -c '^gw: #')" -eq 1 ]
}

l2tp_topology
pki_ca ca && pki_ca other && pki_cert ca gw DNS:gw.example && pki_cert ca new DNS:gw.example &&
	pki_cert ca client DNS:client.example && pki_cert other stranger DNS:client.example || exit 1
traffic_server_start
gw_conf "ipsec = required" "certificate = \"$TMP/gw.pem\"" "key = \"$TMP/gw.key\"" "ca = { \"$TMP/ca.pem\" }" \
	"local-id = \"gw.example\""
gw_start
wire_start
# Of version 1 strongSwan ends what it does not believe as it ends anything.
for VERSION in 1 2; do
	l2tp_ipsec_through "IKEv$VERSION" $VERSION
	CLIENT=stranger is_refused "another authority" "is by *CN=other*which is no authority that is trusted here"
	CA=other is_refused "not believed" "@(does not believe our certificate|the peer has ended it)"
done
the_certificate_changes
check "nothing of L2TP is outside of IPsec" no_l2tp_outside

done_testing
