#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What no stock client asks for, by a client of our own: see l2tp_cases.py.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp
GW_MORE="
l2tp-peer \"hides\" { secret = 'between-us' hide-avps = yes }
l2tp-peer \"asks\" { secret = 'between-us' }
l2tp-peer \"numbers\" { sequencing = always }
l2tp-peer \"anew\" { proxy = renegotiate }
"

l2tp_topology
gw_conf "auth = { mschapv2, pap }" "hello-interval = 2" "retransmissions = 3"
gw_start
cases l2tp ip netns exec "$C" env ADIT_CONTROL="$TMP/control" python3 "$PEERS_DIR/l2tp_cases.py" $GW $SERVER

done_testing
