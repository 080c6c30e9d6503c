#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Forged packets against a session, see hostile_gre.py; afterwards a stock client is served.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

topology_direct
client_addresses 1
traffic_server_start
gw_conf
gw_start
cases forged ip netns exec "$C" env ADIT_CONTROL="$TMP/control" \
	python3 "$PEERS_DIR/hostile_gre.py" $GW 192.0.2.10 192.0.2.101 $SERVER bob "battery staple"
check "a stock client logs in after all that" client_dials one alice "correct horse" require-mppe-128
check "and has traffic" traffic_works one

done_testing
