#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hostile control connections, see hostile_control.py; afterwards a stock client is served.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

topology_direct
client_addresses 1
traffic_server_start
gw_conf "max-logins-per-address = 150"
gw_start
cases control ip netns exec "$C" env ADIT_CONTROL="$TMP/control" \
	python3 "$PEERS_DIR/hostile_control.py" $GW 192.0.2.101
check "a stock client logs in after all that" client_dials one alice "correct horse" require-mppe-128
check "and has traffic" traffic_works one

done_testing
