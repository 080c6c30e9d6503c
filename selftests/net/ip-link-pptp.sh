#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ip link ... type pptp: a tunnel made by hand carries traffic, is shown as it was made, and every mistake is named.
#
#	a: p0 10.1.0.1  ==pptp==  p0 10.1.0.2 :b
#	   wan0 192.0.2.1 ------- wan0 192.0.2.2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"
# shellcheck source=selftests/net/lib-link.sh
. "$(dirname "$0")/lib-link.sh"
KIND=pptp

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24

p2p="local 192.0.2.1 remote 192.0.2.2 call-id 11 peer-call-id 22"

check "help without a device" says "peer-call-id" bash -c 'ip link help pptp >&2; false'
# shellcheck disable=SC2086 # words are meant
check "a tunnel is made" run ip -n a link add p0 type pptp $p2p acfc on mru 1300 mss-clamp 1200 rx-window 32 \
	reorder-ms 60 ack-delay-ms 20 fwmark 0x7 outer-dev wan0
check "its other end is made" run ip -n b link add p0 type pptp mode point-to-point local 192.0.2.2 remote 192.0.2.1 \
	call-id 22 peer-call-id 11
check "it is shown as it was made" shown p0 'mode="point-to-point"' 'local="192.0.2.1"' 'remote="192.0.2.2"' call_id=11 \
	peer_call_id=22 acfc=true pfc=false mru=1300 mss_clamp=1200 rx_window=32 reorder_ms=60 ack_delay_ms=20 'fwmark="0x7"' \
	'outer_dev="wan0"'
check "defaults are shown too" shown_in b p0 acfc=false pfc=false 'mss_clamp="auto"' mppe_required=null
check "as text as well" bash -c 'ip -n a -d link show p0 | grep -q "pptp mode point-to-point local 192.0.2.1 remote 192.0.2.2"'

for ns in a b; do
	run ip -n $ns link set p0 up
done
run ip -n a addr add 10.1.0.1 peer 10.1.0.2 dev p0
run ip -n b addr add 10.1.0.2 peer 10.1.0.1 dev p0
check "it carries traffic" wait_for 10 ip netns exec a ping -c 1 -W 2 10.1.0.2

check "mru and framing change" run ip -n a link set p0 type pptp mru 1250 acfc off pfc on mss-clamp auto
check "and are shown" shown p0 mru=1250 acfc=false pfc=true 'mss_clamp="auto"'
check "and it still carries traffic" wait_for 10 ip netns exec a ping -c 1 -W 2 10.1.0.2
check "half of the framing is refused" says "give both" ip -n a link set p0 type pptp acfc on
check "the addresses do not change" refused ip -n a link set p0 type pptp remote 192.0.2.9

check "a concentrator is made" run ip -n a link add gw0 type pptp mode concentrator mss-clamp off
check "and is shown" shown gw0 'mode="concentrator"' 'mss_clamp="off"' local=null call_id=null
check "encryption can be required" run ip -n a link add p1 type pptp local 192.0.2.1 remote 192.0.2.2 call-id 12 \
	peer-call-id 23 mppe-required
check "and is shown" shown p1 mppe_required=true

check "a wrong word" says '"locl" is no option' ip -n a link add p2 type pptp locl 192.0.2.1
check "a wrong address" says 'remote "::1" is wrong' ip -n a link add p2 type pptp remote ::1
check "a call id out of range" says 'from 0 to 65535' ip -n a link add p2 type pptp call-id 65536
check "an interface that is not there" says "no such interface" ip -n a link add p2 type pptp outer-dev nope0
check "no remote" says "remote is missing" ip -n a link add p2 type pptp local 192.0.2.1 call-id 1 peer-call-id 2
check "an address on a concentrator" says "concentrator" ip -n a link add p2 type pptp mode concentrator local 192.0.2.1
# shellcheck disable=SC2086 # words are meant
check "the same call id twice" refused ip -n a link add p2 type pptp $p2p
check "none of these was made" refused ip -n a link show dev p2

for dev in p0 p1 gw0; do
	check "$dev is removed" run ip -n a link del $dev
done
check "the other end too" run ip -n b link del p0
done_testing
