# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# libreswan at the other end of a site (lib-site.sh). PLUTO_MORE are lines of its connection.

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
			retransmit-timeout=${PEER_PATIENCE:-15}s
			${PROPOSALS:+ike=$PROPOSALS}
			${ESP:+esp=$ESP}
			${PLUTO_MORE:-}
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
	# Libreswan 5 has another word for it.
	whack pluto$VERSION --rekey-ipsec --name net || whack pluto$VERSION --rekey-child --name net
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
