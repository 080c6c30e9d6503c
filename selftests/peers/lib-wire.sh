# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What leaves on a wire, and that nothing of it is in clear.

# wire_start [NAMESPACE]: what leaves there, else at the gateway.
wire_start()
{
	background wire ip netns exec "${1:-$G}" tcpdump --immediate-mode -U -n -i wire -Q out -w "$TMP/wire.pcap"
	wait_for 10 log_has wire "listening on"
}

# wire_has_no FILTER: packets, and none that the filter is about.
wire_has_no()
{
	local seen

	[ -n "$(tcpdump -n -c 1 -r "$TMP/wire.pcap" 2>/dev/null)" ] || { echo "no packet was seen at all"; return 1; }
	seen=$(tcpdump -n -r "$TMP/wire.pcap" "$1" 2>/dev/null)
	[ -z "$seen" ] && return
	echo "on the wire:"
	head -n 5 <<<"$seen"
	return 1
}

# no_l2tp_outside: to or from L2TP's port, or with an inner address.
no_l2tp_outside()
{
	wire_has_no "udp port 1701 or net 10.0.0.0/8"
}
