#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Clients behind a NAT box with the PPTP helper: one, and two that share its address.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

# both_at_once: TCP and UDP over both sessions at the same time.
both_at_once()
{
	client_traffic all --device one --device two --bytes 300000
}

all_from_the_nat_box()
{
	[ "$(ask "len(r) == 2 and {s['peer'] for s in r} == {'192.0.2.9'}" sessions)" = True ]
}

topology_nat
traffic_server_start
gw_conf
gw_start

CLIENT_LOCAL=192.168.5.10
check "one client behind the NAT box logs in" client_dials one alice "correct horse" require-mppe-128
check "its traffic" traffic_works one
CLIENT_LOCAL=192.168.5.11
check "a second one behind the same address logs in" client_dials two carol "curry comb" require-mppe-128
check "its traffic" traffic_works two
! adit_only || check "the gateway sees two sessions of one address" all_from_the_nat_box
check "both at once" both_at_once
client_stop one
check "one goes, the other stays" traffic_works two
client_stop two
! adit_only || check "both gone" no_sessions

done_testing
