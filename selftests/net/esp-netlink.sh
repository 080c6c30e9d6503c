#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Netlink requests about children and security associations: those that are whole are carried out and told, every other
# is refused with the attribute and the reason. See lib-esp.sh for the tool.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

namespace a
run ip -n a link add e0 type esp mode concentrator
run ip -n a link add e1 type esp local 192.0.2.1 remote 192.0.2.2
run ip -n a link add l0 type l2tp mode concentrator

ends=(local=192.0.2.1 peer=192.0.2.2)
sel=sel=10.0.0.0/8,10.1.0.0/16
gcm=(cipher=aes-gcm "key=$(key 20)")
cbc=(cipher=aes-cbc "key=$(key 16)")

new()
{
	esp a child-new e0 "$@"
}

sa()
{
	esp a sa-new e0 child=1 dir=in spi=0x1001 "$@"
}

# shows LINE COMMAND...: whether the command prints this line.
shows()
{
	"${@:2}" | grep -qx -- "$1"
}

check "a child" new id=1 "${ends[@]}" $sel
check "another, over IPv6, with both families inside" new id=2 local=2001:db8::1 peer=2001:db8::2 $sel \
	sel=fd00::/8,fd01::/16,6,1-2,80-80 df=clear no-dscp no-ecn
check "is told" shows selectors=2 esp a child-show e0 2
check "with its options" shows df=clear esp a child-show e0 2
check "both are counted" test "$(esp a child-dump e0)" = 2
check "and with the other device's child" test "$(esp a child-dump)" = 3
check "its selectors change" esp a child-set e0 id=2 $sel
check "and are told" shows selectors=1 esp a child-show e0 2
check "its peer's address changes" esp a child-set e0 id=2 local=2001:db8::1 peer=2001:db8::9
check "and is told" shows peer=2001:db8::9 esp a child-show e0 2
check "and the selectors stay" shows selectors=1 esp a child-show e0 2
check "without an SA its family and local address do" esp a child-set e0 id=2 local=192.0.2.7 peer=192.0.2.8
check "nothing to change" says "there is nothing to change" esp a child-set e0 id=2
check "half an address to change" says "the peer's address is missing" esp a child-set e0 id=2 local=192.0.2.1
check "ports without a socket" says "no socket is attached" esp a child-set e0 id=2 local=192.0.2.1 peer=192.0.2.9 \
	local-port=4500 peer-port=4500
check "which changes nothing" shows peer=192.0.2.8 esp a child-show e0 2

check "the same id" says "id belongs to a child" new id=1 "${ends[@]}" $sel
check "no id" says "id is missing" new "${ends[@]}" $sel
check "id 0" says "out of range" new id=0 "${ends[@]}" $sel
check "the largest number as id" says "out of range" new id=4294967295 "${ends[@]}" $sel
check "no selector" says "selector is missing" new id=9 "${ends[@]}"
check "no addresses" says "the local address is missing" new id=9 $sel
check "no peer" says "the peer's address is missing" new id=9 local=192.0.2.1 $sel
check "both families outside" says "all IPv4 or all IPv6" new id=9 local=192.0.2.1 peer=2001:db8::1 $sel
check "multicast outside" says "not unicast" new id=9 local=192.0.2.1 peer=224.0.0.1 $sel
check "both families in a selector" says "all IPv4 or all IPv6" new id=9 "${ends[@]}" sel=10.0.0.1,fd00::1
check "half a selector" says "needs local and remote" new id=9 "${ends[@]}" sel=10.0.0.1
check "bits below the prefix" says "bits set below its length" new id=9 "${ends[@]}" sel=10.0.0.1/8,10.0.0.0/8
check "ports the wrong way round" says "ends before it begins" new id=9 "${ends[@]}" sel=10.0.0.1,10.0.0.2,6,9-8
many=()
for n in {1..33}; do many+=("sel=10.0.0.1,10.0.0.$n"); done
check "33 selectors" says "selectors-max" new id=9 "${ends[@]}" "${many[@]}"
check "32 selectors" new id=32 "${ends[@]}" "${many[@]:1}"
check "are told" shows selectors=32 esp a child-show e0 32
check "an id given twice" says "given twice" new id=9 id=10 "${ends[@]}" $sel
check "a df that is none" refused new id=9 "${ends[@]}" $sel df=3
check "a session on an esp device" says "children, not sessions" tool a new e0 id=1 local=192.0.2.1 peer=192.0.2.2 \
	call-id=1 peer-call-id=2
check "a child on another device" says "no esp device" esp a child-new l0 id=1 "${ends[@]}" $sel
check "a second child of a point-to-point device" says "one child already" \
	esp a child-new e1 id=2 "${ends[@]}" $sel
check "the child of a point-to-point device" says "goes with the device" esp a child-del e1 1
check "no such child" says "no child with this id" esp a child-show e0 77
check "no such device" says "no device with this ifindex" esp a child-show 77 1
check "none of these was made" test "$(esp a child-dump e0)" = 3

check "an SA" sa "${gcm[@]}" replay-window=256 hard-packets=1000
check "is told" shows replay-window=256 esp a sa-show e0 1 in 0x1001
check "with its cipher" shows cipher=aes-gcm esp a sa-show e0 1 in 0x1001
check "without its keys" shows keys=0 esp a sa-show e0 1 in 0x1001
check "its SPI at the same address" says "belongs to a security association" \
	esp a sa-new e0 child=32 dir=in spi=0x1001 "${gcm[@]}"
check "its SPI the other way" esp a sa-new e0 child=1 dir=out spi=0x1001 "${gcm[@]}"
check "its SPI at another address" esp a sa-new e0 child=2 dir=in spi=0x1001 "${gcm[@]}" esn
check "the local address stays with it" says "stays as long as" esp a child-set e0 id=2 local=192.0.2.99 peer=192.0.2.8
check "the peer's may change" esp a child-set e0 id=2 local=192.0.2.7 peer=192.0.2.11
check "three are told" test "$(esp a sa-dump)" = 3

check "reserved SPIs" says "out of range" esp a sa-new e0 child=1 dir=in spi=255 "${gcm[@]}"
check "the first that is not" esp a sa-new e0 child=1 dir=in spi=256 "${gcm[@]}"
check "SPI 0" says "out of range" esp a sa-new e0 child=1 dir=in spi=0 "${gcm[@]}"
check "no SPI" says "spi is missing" esp a sa-new e0 child=1 dir=in "${gcm[@]}"
check "no direction" says "direction is missing" esp a sa-new e0 child=1 spi=0x300 "${gcm[@]}"
check "no child" says "child is missing" esp a sa-new e0 dir=in spi=0x300 "${gcm[@]}"
check "no cipher" says "cipher is missing" esp a sa-new e0 child=1 dir=in spi=0x300
check "a cipher that is none" says "out of range" esp a sa-new e0 child=1 dir=in spi=0x300 cipher=9
other()
{
	esp a sa-new e0 child=1 dir=in spi=0x300 "$@"
}
check "no key" says "20, 28 or 36 octets" other cipher=aes-gcm
check "a key that is too short" says "20, 28 or 36 octets" other cipher=aes-gcm "key=$(key 16)"
check "a key between two" says "20, 28 or 36 octets" other cipher=aes-gcm "key=$(key 22)"
check "a key that is too long" says "longer than any" other cipher=aes-gcm "key=$(key 40)"
check "a short key of chacha20-poly1305" says "36 octets" other cipher=chacha20-poly1305 "key=$(key 20)"
check "a short key of aes-cbc" says "16, 24 or 32" other cipher=aes-cbc "key=$(key 15)" auth=hmac-sha1-96 \
	"auth-key=$(key 20)"
check "a key of null" says "null has no key" other cipher=null "key=$(key 16)" auth=hmac-sha1-96 "auth-key=$(key 20)"
check "aes-gcm with auth" says "of its own" other "${gcm[@]}" auth=hmac-sha1-96 "auth-key=$(key 20)"
check "aes-cbc without" says "needs auth" other "${cbc[@]}"
check "null without" says "needs auth" other cipher=null
check "no key for auth" says "has 20 octets" other "${cbc[@]}" auth=hmac-sha1-96
check "a wrong one" says "has 64 octets" other "${cbc[@]}" auth=hmac-sha512-256 "auth-key=$(key 32)"
check "3DES" says "needs legacy" other cipher=des3-cbc "key=$(key 24)" auth=hmac-sha1-96 "auth-key=$(key 20)"
check "3DES with one key thrice" says "weak" other cipher=des3-cbc legacy "key=$(printf '0123456789abcdef%.0s' 1 2 3)" \
	auth=hmac-sha1-96 "auth-key=$(key 20)"
check "a window that is too wide" says "out of range" other "${gcm[@]}" replay-window=4097
check "a window of an outbound one" says "of an inbound one" \
	esp a sa-new e0 child=1 dir=out spi=0x300 "${gcm[@]}" replay-window=64
check "ESN without a window" says "need a replay window" other "${gcm[@]}" esn replay-window=0
check "a key given twice" says "given twice" other "${gcm[@]}" "key=$(key 20)"
check "a number that is too high" says "needs extended sequence numbers" other "${gcm[@]}" seq=4294967296
check "no such SA" says "no security association with this SPI" esp a sa-show e0 1 in 0x300
check "or to be removed" says "no security association with this SPI" esp a sa-del e0 1 in 0x300
check "none of these was made" test "$(esp a sa-dump e0)" = 4
check "one is removed" esp a sa-del e0 1 in 0x1001
check "a child takes its own along" esp a child-del e0 1
check "and one is left" test "$(esp a sa-dump e0)" = 1
check "without privilege" says "not permitted" \
	ip netns exec a setpriv --reuid 65534 --clear-groups "$ESP_TOOL" child-dump e0
for dev in e0 e1 l0; do
	check "$dev goes" ip -n a link del $dev
done
done_testing
