#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with OpenIKED and a secret: as initiator and as responder, new keys of both kinds by either end, the end by
# either end, and what goes wrong told in words. OpenIKED sets up its kernel through PF_KEY, and of what that has for ESP it
# can use HMAC with SHA-1 alone. It makes new keys when old ones have had their time, and never because it is told to.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"
VERSION=2
SITE_ESP='esp-proposals = { "aes256-sha1" }'
LONG="ikelifetime 3h lifetime 3h"

# Algorithms and times are in its own words.
peer_conf()
{
	cat >"$TMP/iked.conf" <<-CONF
		set passive
		ikev2 "net" active esp from 10.2.0.0/24 to 10.1.0.0/24 local 192.0.2.2 peer 192.0.2.1 \\
			ikesa ${PROPOSALS:-enc aes-256 auth hmac-sha2-256 group curve25519} \\
			childsa ${ESP:-enc aes-256 auth hmac-sha1} \\
			srcid 192.0.2.2 dstid 192.0.2.1 $LIFETIMES psk "$SECRET"
	CONF
	chmod 600 "$TMP/iked.conf"
}

peer_start()
{
	background iked ip netns exec "$P" iked -d -v -f "$TMP/iked.conf" -s "$TMP/iked.control"
	wait_for 30 iked_listens || {
		echo "# OpenIKED does not come up"
		log_of iked | tail -n 40 | sed 's/^/# /'
		exit 1
	}
}

iked_listens()
{
	ikectl show sa && [ -n "$(ip netns exec "$P" ss -Hlun "sport = :500")" ]
}

peer_stop()
{
	stop iked
}

peer_reads()
{
	stop iked
	peer_start
}

ikectl()
{
	command ikectl -s "$TMP/iked.control" "$@"
}

# It begins with what it has not got, a moment after it was told that it may, and says nothing of the end.
peer_begins()
{
	ikectl active && wait_for 20 peer_has_child && ikectl passive
}

# By itself.
peer_rekeys_child()
{
	ikectl show sa
}

peer_rekeys_ike()
{
	ikectl show sa
}

peer_ends()
{
	ikectl reset id IPV4/192.0.2.1
}

peer_has_child()
{
	ikectl show sa | grep -q "ESP.* in " && return
	echo "no child: $(ikectl show sa)"
	return 1
}

peer_has_nothing()
{
	[ -z "$(ikectl show sa)" ]
}

modprobe af_key
ike_topology
run ip -n "$P" route add default via $GW
traffic_server_start
wire_start
LIFETIMES=$LONG
peer_conf
peer_start
site_begins_here
site_rekeys_here
site_ends_here
site_begins_there
site_ends_there

LIFETIMES="ikelifetime 60 lifetime 20"
peer_conf
peer_reads
site_begins_there
REKEY_PATIENCE=80
site_rekeys_there
check "nothing ever left in the clear" nothing_in_clear

LIFETIMES=$LONG
site_goes_wrong "enc 3des auth hmac-sha1 group modp2048"

done_testing
