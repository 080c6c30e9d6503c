#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strongSwan behind a NAT box comes to the gateway from anywhere: UDP encapsulation, and a mapping that changes.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"

peer_conf()
{
	swan_site "remote_addrs = 192.0.2.1" "mobike = no" "keyingtries = 0"
}

peer_start()
{
	swan_start
}

peer_stop()
{
	stop charon
}

peer_begins()
{
	swanctl --initiate --child net --timeout 20
}

ike_topology nat
traffic_server_start
wire_start
site_through_nat 2

done_testing
