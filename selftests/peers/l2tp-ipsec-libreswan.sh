#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Stock clients of L2TP/IPsec: xl2tpd and libreswan with IKEv1, first beside the gateway and then behind a NAT box. Either end
# finds out that the other is dead.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
. "$(dirname "$0")/lib-pluto.sh"
. "$(dirname "$0")/lib-wire.sh"
. "$(dirname "$0")/lib-l2tp-ipsec.sh"
GW_PROTOCOL=l2tp
# shellcheck disable=SC2034 # lib-l2tp-ipsec.sh reads it
REKEYS_BY_TIME=yes
CLIENT_LOCAL=192.0.2.10

ipsec_start()
{
	pluto_conf pluto "$CLIENT_LOCAL $GW : PSK \"$1\"" <<-CONF
		conn l2tp
			auto=add
			authby=secret
			ikev2=no
			type=transport
			pfs=no
			left=$CLIENT_LOCAL
			leftprotoport=17/1701
			right=$GW
			rightprotoport=17/1701
			keyingtries=1
			retransmit-timeout=15s
			dpddelay=2
			dpdtimeout=10
			dpdaction=clear
	CONF
	pluto_start "$C" pluto
}

ipsec_stop()
{
	stop pluto
}

ipsec_connects()
{
	whack pluto --initiate --name l2tp
}

ipsec_ends()
{
	whack pluto --terminate --name l2tp
}

ipsec_is_gone()
{
	! whack pluto --showstates | grep '#[0-9]'
}

# wire_cut, wire_mended: nobody hears anybody any more.
wire_cut()
{
	ip -n "$G" link set wire down
}

wire_mended()
{
	ip -n "$G" link set wire up
}

# dead: each has to find out by itself.
the_other_is_dead()
{
	check "a last one: IPsec starts" ipsec_start "a secret of all"
	check "IPsec" ipsec_connects
	check "a client logs in" l2tp_client_dials last alice "correct horse"
	check "the wire is cut" wire_cut
	check "libreswan finds the gateway dead" wait_for 40 ipsec_is_gone
	check "the gateway finds the client dead" no_sessions
	check_log "and says it" gateway "dead peer detection"
	check "the wire is mended" wire_mended
	l2tp_client_stop last
	ipsec_stop
}

# elsewhere SUFFIX: names that nobody has yet.
elsewhere()
{
	C=c$1-$$ G=g$1-$$ S=s$1-$$ NAT=n$1-$$
}

l2tp_topology
traffic_server_start
gw_conf "ipsec = required" "ipsec-secret = 'a secret of all'" "dpd-interval = 2"
gw_start
wire_start
l2tp_ipsec_through "direct" d
check "nothing of L2TP is outside of IPsec" no_l2tp_outside
l2tp_ipsec_refused "direct"
the_other_is_dead
gw_stop
stop traffic
stop wire

elsewhere 2
CLIENT_LOCAL=192.168.5.10
l2tp_topology nat
traffic_server_start
gw_start
wire_start
l2tp_ipsec_through "behind NAT" n 192.0.2.9
check "nothing of L2TP is outside of IPsec" no_l2tp_outside
l2tp_ipsec_refused "behind NAT"

done_testing
