#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ESP packets of another implementation, true ones and false ones: what must pass passes, and what must not is dropped
# for its own reason. See lib-esp.sh for the topology; b sends packets made octet by octet.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

SEND=$(dirname "$0")/esp_send.py
KEY=$(key 32 9)

# sa [WORD...]: e0, a concentrator, with one child and one inbound SA.
sa()
{
	ip -n a link del e0 2>/dev/null
	ip -n a link add e0 type esp mode concentrator && e0_up &&
		esp a child-new e0 id=1 local=192.0.2.1 peer=192.0.2.2 sel=10.1.0.1/32,10.1.0.2/32 \
			sel=fd01::1,fd01::2 &&
		esp a sa-new e0 child=1 dir=in spi=0x1001 cipher=null auth=hmac-sha256-128 auth-key="$KEY" "$@"
}

# sends SEQ [WORD...]
sends()
{
	ip netns exec b python3 "$SEND" 192.0.2.2 192.0.2.1 0x1001 "$1" "$KEY" "${@:2}"
}

# counted NAME SEQ [WORD...]: one packet adds one to this counter.
counted()
{
	local before

	before=$(esp a sa-show e0 1 in 0x1001 | sed -n "s/^$1=//p")
	sends "${@:2}" && wait_for 10 sa_counts a e0 1 in 0x1001 "$1" -eq $((before + 1))
}

# delivered SEQ [WORD...]: it reaches the stack, whose counter is that of the device.
delivered()
{
	local before

	before=$(ip netns exec a cat /sys/class/net/e0/statistics/rx_packets)
	counted packets "$@" && [ "$(ip netns exec a cat /sys/class/net/e0/statistics/rx_packets)" -eq $((before + 1)) ]
}

# octets_of COMMAND...: how many the device has received with it.
octets_of()
{
	local before

	before=$(ip netns exec a cat /sys/class/net/e0/statistics/rx_bytes)
	"$@" >&2 && echo $(($(ip netns exec a cat /sys/class/net/e0/statistics/rx_bytes) - before))
}

esp_topology
check "a child and an SA" sa replay-window=64

check "a true packet" delivered 1
check "the same again" counted replayed 1
check "number 0, which is never sent" counted late 0
check "a later one" delivered 100
check "the last one in the window" delivered 37
check "that again" counted replayed 37
check "one before the window" counted late 36
check "IPv6 inside" delivered 101 from=fd01::2 to=fd01::1
check "a large one, in fragments" delivered 102 size=60000
check "without padding" delivered 103 size=6
check "padding to hide the length behind the packet" delivered 104 tfc=41
check "which is no part of it" test "$(octets_of delivered 105 tfc=41)" = "$(octets_of delivered 106)"

check "a bit of the ICV is wrong" counted forged 110 flip=-1
check "a bit of the SPI's neighbour is wrong" counted forged 110 flip=7
check "a bit inside is wrong" counted forged 110 flip=20
check "its number is still free" delivered 110
check "a forged one does not move the window" counted forged 4000000000 flip=-1
check "as the next shows" delivered 111

check "an empty ESP packet" counted malformed 120 raw=0000100100000078
check "shorter than an ICV" counted malformed 120 raw=000010010000007800000000
check "three octets too many" counted malformed 120 add=3
check "one too few" counted malformed 120 cut=1
check "a block too few" counted forged 120 cut=4

check "padding that does not count" counted padding 130 pad=0202
check "its number is used up" counted replayed 130
check "padding of zeros" counted padding 131 size=7 pad=000000
check "a pad length beyond the packet" counted padding 132 padlen=255
check "a pad length that reaches the header" counted padding 133 padlen=44

check "another protocol inside" counted protocol 140 next=6
check "no packet inside" counted inner 141 inner=0000
check "nothing inside" counted inner 142 inner= pad=0102
check "half a header inside" counted inner 143 inner=4500001400010000 pad=0102
check "IPv6 said to be IPv4" counted inner 144 from=fd01::2 to=fd01::1 next=4
check "IPv4 said to be IPv6" counted inner 145 next=41
check "a packet longer than what came" counted inner 146 inner=4500400000010000400100000a0100020a010001 pad=0102
check "a dummy" counted dummy 147 next=59

check "another's source inside" counted selector 150 from=10.1.0.3
check "another's destination inside" counted selector 151 to=10.1.0.9
check "the addresses the other way round" counted selector 152 from=10.1.0.1 to=10.1.0.2
check "likewise in IPv6" counted selector 153 from=fd01::3 to=fd01::1

check "a congestion mark outside, ECN inside" delivered 160 tos=3 innertos=2
check "a congestion mark outside, no ECN inside" counted ecn 161 tos=3

check "the device is down" ip -n a link set e0 down
check "which is counted" counted down 170
check "and up again" e0_up
check "a true packet" delivered 171

check "extended numbers" sa replay-window=64 esn
check "the first" delivered 1 high=0
check "without the upper half in the ICV" counted forged 2
check "with another upper half" counted forged 2 high=1
check "some later" delivered 1000 high=0
check "far ahead" delivered 4294967290 high=0
check "into the next half" delivered 5 high=1
check "late, from the half before" delivered 4294967291 high=0
check "that again" counted replayed 4294967291 high=0
check "it was of the half before" counted replayed 5 high=1

check "the widest window" sa replay-window=4096
check "its end" delivered 5000
check "its begin" delivered 905
check "before it" counted late 904
check "no window" sa replay-window=0
check "takes a packet" delivered 1
check "and takes it again" delivered 1

check "an SA that has come to 1000 elsewhere" sa replay-window=64 seq=1000
check "does not take that again" counted replayed 1000
check "nor what is in the window" counted replayed 937
check "nor what is before it" counted late 936
check "but the next" delivered 1002
check "and the one between" delivered 1001
check "likewise far on" sa replay-window=64 esn seq=$((7 << 32 | 10))
check "not that" counted replayed 10 high=7
check "nor one of the half before" counted replayed 4294967290 high=6
check "the next" delivered 11 high=7
check "whose upper half counts" counted forged 12 high=6

check "hard limit of two packets" sa hard-packets=2
check "one" delivered 1
check "two" delivered 2
check "no third" counted expired 3

# What is not ours is left to others.
check "an unknown SPI is nobody's" ip netns exec b python3 "$SEND" 192.0.2.2 192.0.2.1 0x1002 1 "$KEY"
check "and reserved ones are" ip netns exec b python3 "$SEND" 192.0.2.2 192.0.2.1 0 1 "$KEY"
check "the SA did not see them" sa_counts a e0 1 in 0x1001 packets -eq 2
check "the device goes" ip -n a link del e0
done_testing
