#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hostile PPP, see hostile_ppp.py; afterwards a stock client is served.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

topology_direct
traffic_server_start
gw_conf
gw_start
cases ppp ip netns exec "$C" env ADIT_CONTROL="$TMP/control" \
	python3 "$PEERS_DIR/hostile_ppp.py" $GW $SERVER bob "battery staple" alice "correct horse"
check "a stock client logs in after all that" client_dials one alice "correct horse" require-mppe-128
check "and has traffic" traffic_works one

done_testing
