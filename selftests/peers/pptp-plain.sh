#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# With encryption required not one data packet passes unencrypted, in either direction, at any moment. The server behind
# the gateway pings the client's address without a pause, so that there is something to leak from before the login until
# after the end; a tap on the wire notes what goes by. A client of our own then sends in clear what it should not.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

BOB=10.9.0.5

topology_direct
traffic_server_start
gw_conf "encryption = required"
gw_start
wiretap_start
background pings ip netns exec "$S" ping -n -i 0.05 $BOB

check "a stock client logs in" client_dials bob bob "battery staple" require-mppe-128
client_route bob
check "and has traffic" traffic_works bob
check "the pings from behind arrive" log_says pings "bytes from $BOB"
client_stop bob
! adit_only || check "gone" no_sessions
check "a second login, killed without a goodbye" client_dials again bob "battery staple" require-mppe-128
stop again KILL
check "nothing went by in clear, encrypted data did" nothing_in_clear

# What a client that does not keep to the agreement sends must not come out, whenever it sends it. 0x6c65 is its mark,
# 0x4141 that of its encrypted pings, which show that the tap sees something.
if adit_only; then
	background tap ip netns exec "$S" tcpdump --immediate-mode -l -n -i gw "icmp[icmptype] == 8 and src net 10.9.0.0/16"
	wait_for 20 log_has tap "listening on"
	cases "a client of our own" ip netns exec "$C" env ADIT_CONTROL="$TMP/control" \
		python3 "$PEERS_DIR/hostile_plain.py" $GW $SERVER bob "battery staple" $BOB
	check "its encrypted pings came out at the server" log_says tap "id 16705"
	check "none in clear did" refused log_has_loudly tap "id 27749"
fi

done_testing
