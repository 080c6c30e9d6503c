#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# libreswan behind a NAT box comes to the gateway from anywhere, by each version of IKE: UDP encapsulation, and a mapping that
# changes.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"
. "$(dirname "$0")/lib-pluto.sh"

peer_conf()
{
	pluto_conf pluto "@peer.example @gw.example : PSK \"$SECRET\"" <<-CONF
		conn net
			auto=add
			authby=secret
			ikev2=$([ "$VERSION" = 2 ] && echo insist || echo no)
			left=$PEER
			leftid=@peer.example
			leftsubnet=10.2.0.0/24
			right=$GW
			rightid=@gw.example
			rightsubnet=10.1.0.0/24
			keyingtries=1
			retransmit-timeout=15s
	CONF
}

peer_start()
{
	pluto_start "$P" pluto
}

peer_stop()
{
	stop pluto
}

peer_begins()
{
	whack pluto --initiate --name net
}

ike_topology nat
traffic_server_start
wire_start
site_through_nat 2
site_through_nat 1

done_testing
