#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Stock clients of L2TP/IPsec: xl2tpd and strongSwan, with each version of IKE. Nothing of L2TP is ever outside of IPsec, and
# plain L2TP is refused. The gateway has the rights that systemd leaves it.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-swan.sh"
. "$(dirname "$0")/lib-wire.sh"
. "$(dirname "$0")/lib-l2tp-ipsec.sh"
. "$(dirname "$0")/lib-l2tp-ipsec-swan.sh"
GW_PROTOCOL=l2tp

l2tp_topology
traffic_server_start
gw_conf "ipsec = required" "ipsec-secret = 'a secret of all'"
gw_as_unit
gw_start

check "it is started with the unit's rights" gw_has_limits
check "plain L2TP is refused" refused l2tp_client_dials plain alice "correct horse"
check_log "and the log says why" gateway "plain L2TP, and ipsec is required"
stop plain-xl2tpd
wire_start
for VERSION in 2 1; do
	l2tp_ipsec_through "IKEv$VERSION" $VERSION
done
check "nothing of L2TP is outside of IPsec" no_l2tp_outside

VERSION=2
l2tp_ipsec_refused "IKEv2"

check "a last one: strongSwan starts" ipsec_start "a secret of all"
check "IPsec" ipsec_connects
check "it logs in" l2tp_client_dials last alice "correct horse"
gw_conf
check "a reload takes IPsec away" adit reload
check "and its session with it" no_sessions
l2tp_client_stop last

done_testing
