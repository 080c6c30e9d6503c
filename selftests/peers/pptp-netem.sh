#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A wire that reorders, duplicates, and loses: what arrives inside is right, in order, and never twice.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

# Inner TCP repairs what is lost, so the transfer only has to end; numbered UDP must not be inverted or doubled.
bulk()
{
	client_traffic tcp --device "$1" --bytes "${2:-200000}"
}

# numbered NAME LOST [GAP-MS]: when more are lost, the gateway's counters and the client's raw socket tell who lost them.
numbered()
{
	client_traffic udp --device "$1" --count 300 --gap-ms "${3:-4}" --max-lost "$2" && return
	! adit_only || adit session "$(ask "max(s['id'] for s in r)" sessions)"
	ip netns exec "$C" cat /proc/net/raw
	ip netns exec "$C" ss -tn
	return 1
}

# through NAME OPTION...: one client, through each kind of trouble and all of them together.
through()
{
	local name=$1

	shift
	# The queue of pptp-linux 1.10 loses its way when packets are missing, and then hands on old ones in reverse, without
	# end. Without that queue the client takes what comes and drops what is late, so nothing is reordered towards it.
	CLIENT_PPTP=--nobuffer
	check "$name: logs in" client_dials "$name" alice "correct horse" "$@"
	# A packet in four overtakes those that wait for 8 ms: well inside the time that a packet is waited for.
	netem_to_gateway delay 8ms reorder 25% 50%
	netem_to_client delay 8ms
	check "$name: reordered: TCP" bulk "$name"
	# A packet that a busy machine brings after its time is lost, and with stateful MPPE what follows it until a reset. Resets
	# are lost too; what is not then mended by one is by the change of keys, after 256 packets.
	check "$name: reordered: UDP in order, not all lost" numbered "$name" 150
	netem_on delay 2ms duplicate 20%
	check "$name: duplicated: TCP" bulk "$name"
	check "$name: duplicated: UDP once each" numbered "$name" 100
	netem_on delay 2ms loss 2%
	check "$name: lost: TCP" bulk "$name"
	# Where pppd's Reset-Request is lost it sends another after a second, and nothing passes until then: a third of these.
	check "$name: lost: UDP in order" numbered "$name" 270 10
	netem_to_gateway delay 8ms 2ms reorder 10% duplicate 5% loss 2%
	netem_to_client delay 2ms duplicate 5% loss 2%
	check "$name: all three: TCP" bulk "$name" 100000
	check "$name: all three: UDP in order and once each" numbered "$name" 270 10
	netem_off
	! adit_only || check "$name: counted" session_is "min(r['rx'][k] for k in ('lost', 'reordered')) > 0 and
		r['rx']['duplicate'] + r['rx']['late'] > 0"
	check "$name: works on a good wire again" traffic_works "$name"
	client_stop "$name"
	! adit_only || check "$name: gone" no_sessions
}

topology_direct
traffic_server_start
gw_conf "encryption = none"
gw_start
through plain nomppe
gw_stop

gw_conf "encryption = required"
gw_start
through stateless require-mppe-128
gw_stop

if adit_only; then
	gw_conf "mppe-mode = stateful"
	gw_start
	through stateful require-mppe-128 mppe-stateful
fi

done_testing
