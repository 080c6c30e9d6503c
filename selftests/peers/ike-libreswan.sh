#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with libreswan and a secret, by each version of IKE: as initiator and as responder, new keys of both kinds by
# either end, the end by either end, and what goes wrong told in words.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"
. "$(dirname "$0")/lib-pluto.sh"

peer_conf()
{
	pluto_conf pluto$VERSION "$PEER $GW : PSK \"$SECRET\"" <<-CONF
		conn net
			auto=add
			authby=secret
			ikev2=$([ "$VERSION" = 2 ] && echo insist || echo no)
			left=$PEER
			leftsubnet=10.2.0.0/24
			right=$GW
			rightsubnet=10.1.0.0/24
			keyingtries=1
			retransmit-timeout=15s
			${PROPOSALS:+ike=$PROPOSALS}
			${ESP:+esp=$ESP}
	CONF
}

peer_start()
{
	pluto_start "$P" pluto$VERSION
}

peer_stop()
{
	stop pluto$VERSION
}

peer_reads()
{
	pluto_loads pluto$VERSION
}

peer_begins()
{
	whack pluto$VERSION --initiate --name net
}

peer_rekeys_child()
{
	whack pluto$VERSION --rekey-ipsec --name net
}

peer_rekeys_ike()
{
	whack pluto$VERSION --rekey-ike --name net
}

peer_ends()
{
	whack pluto$VERSION --terminate --name net
}

peer_has_child()
{
	whack pluto$VERSION --trafficstatus | grep -q "type=ESP"
}

peer_has_nothing()
{
	! whack pluto$VERSION --showstates | grep -q '#[0-9]'
}

ike_topology
# What libreswan shall protect needs a route already, as a default route is one.
run ip -n "$P" route add default via $GW
traffic_server_start
wire_start
site_through 2 "3des-sha1;modp2048"
# Ours of version 1 is without keys of its own for children, as clients have it; libreswan's is with them.
# And whack's words for new keys do nothing there.
REKEYS_BY_TIME=yes ESP=aes256-sha2_256 SITE_ESP='esp-proposals = { "aes256-sha256-modp2048" }'
site_through 1 "3des-sha1;modp2048"

done_testing
