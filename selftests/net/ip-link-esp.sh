#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ip link ... type esp: devices made by hand are shown as they were made, and every mistake is named.
#
#	a: wan0 192.0.2.1, 2001:db8::1 ---- wan0 192.0.2.2, 2001:db8::2 :b

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"
# shellcheck source=selftests/net/lib-link.sh
. "$(dirname "$0")/lib-link.sh"
KIND=esp

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
run ip -n a addr add 2001:db8::1/64 dev wan0 nodad

v4=(local 192.0.2.1 remote 192.0.2.2)

check "help without a device" says "no-dscp" bash -c 'ip link help esp >&2; false'
check "over IPv4" run add e0 "${v4[@]}" df set no-dscp no-ecn fwmark 0x7 outer-dev wan0 mss-clamp 1200
check "is shown as it was made" shown e0 'mode="point-to-point"' 'local="192.0.2.1"' 'remote="192.0.2.2"' 'df="set"' \
	no_dscp=true no_ecn=true 'fwmark="0x7"' 'outer_dev="wan0"' mss_clamp=1200
check "as text as well" bash -c 'ip -n a -d link show e0 | grep -q "esp mode point-to-point local 192.0.2.1 remote"'
check "the MTU leaves room for every algorithm" bash -c 'ip -n a -j link show e0 | grep -q "\"mtu\":1407"'
check "over IPv6" run add e1 local 2001:db8::1 remote 2001:db8::2
check "is shown as it was made" shown e1 'local="2001:db8::1"' 'remote="2001:db8::2"' 'df="copy"' no_dscp=null \
	'mss_clamp="auto"' 'esp_mode="tunnel"'
check "in transport mode" run add e3 "${v4[@]}" esp-mode transport
check "is shown as it was made" shown e3 'esp_mode="transport"' 'df="copy"'
check "the MTU is greater by an IP header" bash -c 'ip -n a -j link show e3 | grep -q "\"mtu\":1427"'
check "a concentrator" run add e2 mode concentrator
check "is shown" shown e2 'mode="concentrator"' local=null df=null

check "mss-clamp and fwmark change" run ip -n a link set e0 type esp mss-clamp off fwmark 0x9
check "and are shown" shown e0 'mss_clamp="off"' 'fwmark="0x9"'
check "nothing else changes" says "only mss-clamp and fwmark" ip -n a link set e0 type esp df copy
check "addresses do not either" says "only mss-clamp and fwmark" ip -n a link set e0 type esp remote 192.0.2.9

check "a wrong word" says '"call-id" is no option' add e9 call-id 1
check "a wrong df" says "it is copy, set or clear" add e9 "${v4[@]}" df maybe
check "a wrong esp-mode" says "it is tunnel or transport" add e9 "${v4[@]}" esp-mode both
check "a concentrator with esp-mode" says "a concentrator has none" add e9 mode concentrator esp-mode tunnel
check "no remote" says "the peer's address is missing" add e9 local 192.0.2.1
check "no local" says "the local address is missing" add e9 remote 192.0.2.1
check "nothing at all" says "are missing" add e9
check "both families" says "all IPv4 or all IPv6" add e9 local 192.0.2.1 remote 2001:db8::2
check "multicast" says "not unicast" add e9 local 192.0.2.1 remote 224.0.0.1
check "link-local" says "not unicast" add e9 local 2001:db8::1 remote fe80::1
check "a concentrator with an address" says "a concentrator has none" add e9 mode concentrator local 192.0.2.1
check "a concentrator with df" says "a concentrator has none" add e9 mode concentrator df set
check "an Ethernet address" says "no link-layer address" \
	ip -n a link add e9 address 02:00:00:00:00:01 type esp "${v4[@]}"
check "an MTU that does not fit" says "mtu is greater" ip -n a link add e9 mtu 65500 type esp "${v4[@]}"
check "a small mss-clamp" says "536" add e9 "${v4[@]}" mss-clamp 100
check "none of these was made" refused ip -n a link show dev e9

# Not root of the machine: its hooks are free only while others use them.
user_ns()
{
	ip netns exec a unshare --user --map-root-user --net ip link add e0 type esp "${v4[@]}"
}
check "root of a user namespace, beside others" run user_ns
for dev in e0 e1 e2 e3; do
	check "$dev is removed" run ip -n a link del $dev
done
check "and alone" says "needs CAP_NET_ADMIN outside user namespaces" user_ns
done_testing
