#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets whose checksum their sender left to be made further on: devices that encrypt make it. Where it is said to begin
# before the packet, in a header that is gone, there is none to be made, and they are dropped.
#
#	:a t0 10.8.0.1, TAP, 10.8.0.2 behind it
#	   wan0 192.0.2.1 ---------- wan0 192.0.2.2 :b
#	   p0   10.1.0.1  ==pptp==   p0   10.1.0.2
#	   e0   10.1.0.1  ==esp===   e0   10.1.0.3
#	   q0   10.2.0.1  ==pptp==   q0   10.2.0.2, in clear
#	   l3   10.3.0.1  ==l2tp==   l3   10.3.0.2, in clear: made by who has the packet last

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
run ip -n a tuntap add t0 mode tap vnet_hdr
run ip -n a addr add 10.8.0.1/24 dev t0
run ip -n a link set t0 up
ip netns exec a sysctl -qw net.ipv4.ip_forward=1

run p2p a p0 192.0.2.1 192.0.2.2 11 22 10.1.0.1 10.1.0.2
run p2p b p0 192.0.2.2 192.0.2.1 22 11 10.1.0.2 10.1.0.1
run tool a set p0 id=1 "tx=128:$KEY_A" "rx=128:$KEY_B"
run tool b set p0 id=1 "tx=128:$KEY_B" "rx=128:$KEY_A"

# esp_end NAMESPACE OUTER PEER IN OUT
esp_end()
{
	ip -n "$1" link add e0 type esp local "$2" remote "$3" && ip -n "$1" link set e0 up || return
	# shellcheck disable=SC2046 # words are meant
	esp "$1" sa-new e0 child=1 dir=in spi="$4" $(adit_alg gcm128 3) &&
		esp "$1" sa-new e0 child=1 dir=out spi="$5" $(adit_alg gcm128 3)
}
run esp_end a 192.0.2.1 192.0.2.2 0x1001 0x2001
run esp_end b 192.0.2.2 192.0.2.1 0x2001 0x1001
run ip -n a route add 10.1.0.3 dev e0
run ip -n b addr add 10.1.0.3/32 dev e0
run ip -n b route add 10.8.0.0/24 dev p0

run l2tp_pair v2 3 192.0.2.1 192.0.2.2

# sends DESTINATION PORT START OFFSET TEXT
sends()
{
	ip netns exec a python3 "$(dirname "$0")/tap_send.py" t0 10.8.0.2 "$@"
}

dropped_by()
{
	ip netns exec a cat "/sys/class/net/$1/statistics/tx_dropped"
}

drops_more()
{
	[ "$(dropped_by "$1")" -gt "$2" ] || { echo "no more than $2 were dropped"; return 1; }
}

# drops DEVICE DESTINATION START OFFSET: the device, or a newer kernel than 6.1 before it has one.
drops()
{
	local before status=0

	before=$(dropped_by "$1")
	sends "$2" 5000 "$3" "$4" nonsense || status=$?
	[ $status != 22 ] || [[ $(uname -r) == 6.1.* ]] || return 0
	[ $status = 0 ] && wait_for 10 drops_more "$1" "$before"
}

# The frame's first 14 octets are gone when the device has it; its IP packet has 20 + 8 + 8.
for way in "p0 10.1.0.2" "e0 10.1.0.3" "l3 10.3.0.2"; do
	read -r dev to <<<"$way"
	background "$dev" ip netns exec b nc -u -l "$to" 5000
	check "$dev: somebody listens" wait_for 10 listening b 5000
	check "$dev: a datagram without its checksum" sends "$to" 5000 34 6 whole
	check "$dev: gets one" wait_for 10 log_has "$dev" whole
	stop "$dev"
	check "$dev: one from the frame's begin on" drops "$dev" "$to" 0 30
	check "$dev: one before the packet" drops "$dev" "$to" 6 6
	check "$dev: one that belongs to the packet's begin" drops "$dev" "$to" 12 2
done

# In clear it is made as well, and told as verified: b does not look at it, so what is on the wire must be looked at.
run p2p a q0 192.0.2.1 192.0.2.2 33 44 10.2.0.1 10.2.0.2
run p2p b q0 192.0.2.2 192.0.2.1 44 33 10.2.0.2 10.2.0.1

# wire_has PATTERN
wire_has()
{
	grep -qE "$1" "$TMP/wire.log" || { echo "nothing on the wire is '$1'"; return 1; }
}

none_is_wrong()
{
	! grep -E 'incorrect|bad udp' "$TMP/wire.log"
}

background wire ip netns exec b tcpdump -n -vv -l --immediate-mode -i wan0 -Q in 'ip proto 47'
check "in clear: the wire is watched" wait_for 10 log_has wire "listening on"
check "in clear: a datagram without its checksum" sends 10.2.0.2 5000 34 6 whole
check "in clear: it has one on the wire" wait_for 10 wire_has 'udp sum ok'
check "in clear: a stream" transfers a b 10.2.0.2 5001 200
check "in clear: its segments have theirs" wait_for 10 wire_has '\(correct\).* length [0-9]{4}'
check "in clear: none is wrong" none_is_wrong
stop wire
done_testing
