#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hostile datagrams at the L2TP port, see hostile_l2tp.py; afterwards a stock client is served.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp
GW_MORE="l2tp-peer \"keyed\" { secret = 'between-us' authenticate = no }"

l2tp_topology
client_addresses 2
traffic_server_start
gw_conf "max-half-open-per-address = 8" "max-sessions-per-tunnel = 20" "auth = { mschapv2 }"
gw_start
cases l2tp ip netns exec "$C" env ADIT_CONTROL="$TMP/control" \
	python3 "$PEERS_DIR/hostile_l2tp.py" $GW 192.0.2.101 192.0.2.102
check "a stock client logs in after all that" l2tp_client_dials one alice "correct horse"
check "and has traffic" traffic_works one

done_testing
