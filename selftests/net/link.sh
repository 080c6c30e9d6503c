#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A point-to-point device of kind pptp against another: data in clear and encrypted, over good and bad wires.
#
#	a: p0 10.1.0.1  ===pptp===  p0 10.1.0.2 :b
#	      fd01::1                  fd01::2
#	   wan0 192.0.2.1 --------- wan0 192.0.2.2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24

# keys BITS: both ends get matching keys; BITS is what adit_tool takes, for example 128s.
keys()
{
	tool a set p0 id=1 "tx=$1:$KEY_A" "rx=$1:$KEY_B" &&
		tool b set p0 id=1 "tx=$1:$KEY_B" "rx=$1:$KEY_A"
}

no_keys()
{
	tool a set p0 id=1 tx= rx= && tool b set p0 id=1 tx= rx=
}

# bad_wire NAME: over a wire that reorders and doubles but loses nothing, everything arrives and in order.
bad_wire()
{
	netem a wan0 delay 20ms 5ms reorder 20% duplicate 5%
	check "$1: a transfer over a wire that reorders and doubles" transfers a b 10.1.0.2 5001 200
	check "$1: packets were put back in order" counts b p0 1 rx-reordered -gt 0
	check "$1: doubles were dropped" bash -c "[ $(($(counter b p0 1 rx-duplicate) + $(counter b p0 1 rx-late))) -gt 0 ]"
	check "$1: nothing was taken for forged" counts b p0 1 rx-mppe-forged -eq 0
	calm a wan0
}

lossy_wire()
{
	netem a wan0 loss 2%
	check "$1: a transfer over a wire that loses" transfers a b 10.1.0.2 5002 300
	check "$1: the losses were counted" counts b p0 1 rx-lost -gt 0
	calm a wan0
}

# seen_in_clear: whether what a sends to b can be read on the wire.
seen_in_clear()
{
	local pid rc=0

	ip netns exec a timeout $((20 * TIME_FACTOR)) tcpdump -i wan0 -Q out -U -w "$TMP/wire.pcap" -c 3 ip proto 47 2>"$TMP/tcpdump.log" &
	pid=$!
	wait_for 10 grep -q listening "$TMP/tcpdump.log"
	pings a 10.1.0.2 -c 4 -i 0.2 -p 6164697461646974
	wait "$pid"
	grep -aq aditadit "$TMP/wire.pcap" || rc=1
	return "$rc"
}

# A window in which everything that the bad wire overtakes has room, and as much time: stateful MPPE stands no gap.
patient="rx-window=256 reorder-ms=400"
# shellcheck disable=SC2086 # words are meant
run p2p a p0 192.0.2.1 192.0.2.2 11 22 10.1.0.1 10.1.0.2 $patient
# shellcheck disable=SC2086
run p2p b p0 192.0.2.2 192.0.2.1 22 11 10.1.0.2 10.1.0.1 $patient
run ip -n a addr add fd01::1/64 dev p0 nodad
run ip -n b addr add fd01::2/64 dev p0 nodad

check "IPv4 inside" wait_for 10 pings a 10.1.0.2
check "IPv6 inside" wait_for 10 pings a fd01::2
check "multicast inside, to all nodes" wait_for 10 pings a ff02::1%p0
check "in clear without keys" seen_in_clear
check "a transfer" transfers a b 10.1.0.2 5000 4000
check "a transfer over IPv6" transfers b a fd01::1 5000 1000
check "what was received was counted" counts b p0 1 rx-packets -gt 100
check "and is the device's too" bash -c 'ip -n b -s -j link show p0 | grep -Eq "\"rx\":\{\"bytes\":[0-9]{5,}"'
bad_wire "in clear"
lossy_wire "in clear"

for bits in 40 56 128 40s 56s 128s; do
	check "keys of $bits are set" keys $bits
	check "$bits: a packet goes there and back" wait_for 10 pings a 10.1.0.2
	check "$bits: not in clear any more" refused_quietly seen_in_clear
	check "$bits: a transfer" transfers a b 10.1.0.2 5003 1000
	bad_wire $bits
done
check "keys of 128 are set" keys 128
lossy_wire 128

# Stateful MPPE cannot go on after a loss by itself.
check "keys of 128s are set" keys 128s
background owner ip netns exec b "$TOOL" listen p0 60 mppe-desync
check "the device is claimed" wait_for 10 log_has owner claimed
netem a wan0 loss 100%
pings a 10.1.0.2 >/dev/null
calm a wan0
check "128s: after a loss nothing passes" refused_quietly pings a 10.1.0.2
check "128s: the owner is asked for a Reset-Request" wait_for 10 log_has owner "event id=1 mppe-desync"
check "128s: it was counted" counts b p0 1 rx-mppe-desync -gt 0
check "128s: a flushed packet is sent" tool a set p0 id=1 mppe-flush
check "128s: and everything goes on" wait_for 5 pings a 10.1.0.2

# Never in clear.
check "keys can be taken away" no_keys
check "and data goes in clear again" wait_for 10 pings a 10.1.0.2
check "encryption is required from now on" tool b set p0 id=1 mppe-required
check "b takes nothing in clear" refused_quietly pings a 10.1.0.2
check "which was counted" counts b p0 1 rx-plaintext -gt 0
check "b sends nothing in clear" refused_quietly pings b 10.1.0.1
check "which was counted too" counts b p0 1 tx-no-key -gt 0
check "a frame with data is refused for want of a key" says "no transmit key is set" \
	tool b send p0 1 0021 "45000014000000004001$(printf 0%.0s {1..20})"
check "keys end that" keys 128
check "b takes what is encrypted" wait_for 10 pings a 10.1.0.2
check "the key cannot be taken away" says "encryption is required" tool b set p0 id=1 tx=
check "a key of one direction only: no transmit" tool a set p0 id=1 tx=
check "is not received" refused_quietly pings a 10.1.0.2
check "keys again" keys 128

# Encrypted with another key, b must not believe it, and still knows the right one afterwards.
check "a has a wrong key" tool a set p0 id=1 "tx=128:$KEY_B"
check "b does not believe it" refused_quietly pings a 10.1.0.2
check "which was counted" counts b p0 1 rx-mppe-forged -gt 0
check "keys again" keys 128
check "it was the key" wait_for 10 pings a 10.1.0.2

# What PPP has not opened.
check "IPv4 is closed at a" tool a set p0 id=1 net=2
check "and not sent" refused_quietly pings a 10.1.0.2
check "which was counted" counts a p0 1 tx-closed -gt 0
check "IPv6 still is" wait_for 10 pings a fd01::2
check "IPv4 is opened at a" tool a set p0 id=1 net=3
check "and closed at b" tool b set p0 id=1 net=2
check "and not received" refused_quietly pings a 10.1.0.2
check "which was counted" counts b p0 1 rx-closed -gt 0
check "IPv4 is opened" tool b set p0 id=1 net=3
check "and works" wait_for 10 pings a 10.1.0.2

# Sizes.
check "the MTU leaves room on Ethernet" bash -c 'ip -n a -j link show p0 | grep -q "\"mtu\":1456"'
check "a packet of that size passes" pings a 10.1.0.2 -s 1428 -M "do"
check "one over it does not" refused_quietly pings a 10.1.0.2 -s 1429 -M "do"
check "b takes 1000 octets at most" tool a change p0 mru=1000
check "a packet that fits" pings a 10.1.0.2 -s 968 -M "do"
check "one that does not is refused with the size that fits" says "mtu" pings a 10.1.0.2 -s 969 -M "do" -c 2 -i 0.3
check "it was counted" counts a p0 1 tx-too-big -gt 0
ip -n a route flush cache
check "one that may be fragmented is" pings a 10.1.0.2 -s 1200 -M dont
check "b takes 1500 again" tool a change p0 mru=1500
ip -n a route flush cache

# The MSS that TCP announces is bounded by the tunnel: read what came out of it.
mss_is()
{
	local pid

	ip netns exec b timeout $((20 * TIME_FACTOR)) tcpdump -l -n -i p0 -c 1 'tcp[tcpflags] == tcp-syn' >"$TMP/mss.log" 2>&1 &
	pid=$!
	wait_for 10 grep -q listening "$TMP/mss.log"
	ip netns exec a nc -z -w 2 10.1.0.2 5009
	wait "$pid"
	cat "$TMP/mss.log"
	grep -q "mss $1\\b" "$TMP/mss.log"
}

run ip -n a link set p0 mtu 9000
run ip -n b link set p0 mtu 1400
check "mss-clamp from the MTU where nothing is said, on receive" mss_is 1360
check "mss-clamp 1200" tool a change p0 mss-clamp=1200
check "is obeyed" mss_is 1200
check "mss-clamp off" tool a change p0 mss-clamp=0
check "mss-clamp off" tool b change p0 mss-clamp=0
check "leaves the announcement alone" mss_is 8960
run ip -n a link set p0 mtu 1456
run ip -n b link set p0 mtu 1456

# An acknowledgment without data to carry it.
background sink ip netns exec b nc -u -l -p 5010
check "something listens" wait_for 10 listening b 5010
before=$(counter b p0 1 tx-acks)
check "one packet one way" ip netns exec a bash -c 'echo one >/dev/udp/10.1.0.2/5010'
check "is acknowledged by a packet of its own" wait_for 5 counts b p0 1 tx-acks -gt "$before"
check "which arrives" counts a p0 1 rx-acks -gt 0

# Not into itself.
check "with a route to the peer through the tunnel" ip -n a route add 192.0.2.2/32 dev p0
check "nothing is sent" refused_quietly pings a 10.1.0.2
check "which was counted as a loop" counts a p0 1 tx-loop -gt 0
check "a frame is refused, saying so" says "leads back into the device" tool a send p0 1 c021 01010004
check "without that route" ip -n a route del 192.0.2.2/32 dev p0
check "it works again" wait_for 10 pings a 10.1.0.2

# Frames of the owner.
background reader ip netns exec b "$TOOL" listen p0 60 protocol=c021
check "the device is claimed" wait_for 10 log_has reader claimed
check "a sends an LCP packet" tool a send p0 1 c021 0909000812345678
check "b's owner gets it" wait_for 10 log_has reader "frame id=1 protocol=c021 data=0909000812345678"
check "which was counted" counts b p0 1 rx-frames -gt 0
check "by a too" counts a p0 1 tx-frames -gt 0
check "no frame has an even protocol number" says "no number that a frame can have" tool a send p0 1 c020 00
check "nor is one encrypted by its owner" says "no number that a frame can have" tool a send p0 1 00fd 00

done_testing
