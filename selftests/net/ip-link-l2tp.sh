#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ip link ... type l2tp: devices made by hand are shown as they were made, and every mistake is named.
#
#	a: wan0 192.0.2.1, 2001:db8::1 ---- wan0 192.0.2.2, 2001:db8::2 :b

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"
# shellcheck source=selftests/net/lib-link.sh
. "$(dirname "$0")/lib-link.sh"
KIND=l2tp

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
run ip -n a addr add 2001:db8::1/64 dev wan0 nodad

v4=(local 192.0.2.1 remote 192.0.2.2)
v6=(local 2001:db8::1 remote 2001:db8::2)
v2=(tunnel-id 1 peer-tunnel-id 2 session-id 3 peer-session-id 4)
v3=(session-id 70000 peer-session-id 80000)

check "help without a device" says "peer-session-id" bash -c 'ip link help l2tp >&2; false'
check "version 2" run add l0 "${v4[@]}" "${v2[@]}" acfc on mru 1300 mss-clamp 1200 rx-window 16 reorder-ms 60 \
	fwmark 0x7 outer-dev wan0 seq send,required
check "is shown as it was made" shown l0 'mode="point-to-point"' 'payload="ppp"' 'local="192.0.2.1"' \
	'remote="192.0.2.2"' local_port=1701 remote_port=1701 'version="2"' 'encap="udp"' tunnel_id=1 peer_tunnel_id=2 \
	session_id=3 peer_session_id=4 'seq="send,required"' acfc=true pfc=false mru=1300 mss_clamp=1200 rx_window=16 \
	reorder_ms=60 'fwmark="0x7"' 'outer_dev="wan0"' sublayer=null
check "as text as well" bash -c 'ip -n a -d link show l0 | grep -q "l2tp mode point-to-point payload ppp local 192.0.2.1"'
check "the MTU leaves room" bash -c 'ip -n a -j link show l0 | grep -q "\"mtu\":1454"'
check "version 3 with Ethernet over IPv6" run ip -n a link add l1 address 02:00:00:00:00:01 type l2tp "${v6[@]}" "${v3[@]}" \
	payload ethernet cookie 0102030405060708 peer-cookie 0a0b0c0d local-port 5000 remote-port 5001 sublayer none df
check "is shown as it was made" shown l1 'payload="ethernet"' 'local="2001:db8::1"' 'remote="2001:db8::2"' \
	'version="3"' local_port=5000 remote_port=5001 session_id=70000 peer_session_id=80000 'sublayer="none"' \
	'seq="off"' df=true tunnel_id=null mru=null mss_clamp=null
check "cookies are not told" bash -c '! ip -n a -d link show l1 | grep -q cookie'
check "it has the Ethernet address" bash -c 'ip -n a link show l1 | grep -q "link/ether 02:00:00:00:00:01"'
check "version 3 over IP, with no checksum to leave out" says "no UDP checksum" \
	add l2 "${v4[@]}" "${v3[@]}" version 3 encap ip no-udp-csum
check "version 3 over IP" run add l2 "${v4[@]}" "${v3[@]}" version 3 encap ip
check "has no ports" shown l2 'encap="ip"' local_port=null 'sublayer="default"'
check "the same session again" says "belongs to a session with the same addresses" \
	add l3 "${v4[@]}" "${v3[@]}" version 3 encap ip
check "the same over UDP is another" run add l3 "${v4[@]}" "${v3[@]}" version 3 no-udp-csum
check "and says so" shown l3 no_udp_csum=true
run ip -n a link add e0 type esp mode concentrator
esp a child-new e0 id=7 local=192.0.2.1 peer=192.0.2.2 mode=transport l2tp-port=1701
check "in a child" run add l4 child-dev e0 child 7 "${v2[@]}"
check "is shown as it was made" shown l4 'child_dev="e0"' child=7 local=null remote=null local_port=null \
	remote_port=1701 'encap="udp"' tunnel_id=1
check "the MTU leaves room" bash -c 'ip -n a -j link show l4 | grep -q "\"mtu\":1373"'
check "the same ids once more" says "belongs to a session with the same addresses" add l5 child-dev e0 child 7 "${v2[@]}"
check "with an address" says "instead of addresses" add l5 child-dev e0 child 7 remote 192.0.2.2 "${v2[@]}"
check "without an id" says "child-ifindex and child" add l5 child-dev e0 "${v2[@]}"
check "over IP" says "L2TP is over UDP" add l5 child-dev e0 child 7 "${v3[@]}" version 3 encap ip
check "a concentrator in one" says "a concentrator has none" add l5 mode concentrator child-dev e0 child 7
check "the child goes" esp a child-del e0 7
check "and the device stays" run ip -n a -d link show l4
ip -n a link del l4
ip -n a link del e0
check "a concentrator" run add gw0 mode concentrator mss-clamp off
check "is shown" shown gw0 'mode="concentrator"' 'mss_clamp="off"' local=null version=null

check "seq, mru and framing change" run ip -n a link set l0 type l2tp seq off mru 1250 acfc off pfc on mss-clamp auto
check "and are shown" shown l0 'seq="off"' mru=1250 acfc=false pfc=true 'mss_clamp="auto"'
check "the ids do not change" says "only seq can be changed" ip -n a link set l0 type l2tp session-id 9
check "nor do addresses" says "only seq, framing, mru, mss-clamp and fwmark" \
	ip -n a link set l0 type l2tp remote 192.0.2.9
check "numbers need the sublayer" says "need the default sublayer" ip -n a link set l1 type l2tp seq send
check "Ethernet has no MRU" says "of a PPP session" ip -n a link set l1 type l2tp mru 1400

check "a wrong word" says '"call-id" is no option' add l9 call-id 1
check "no remote" says "the peer's address is missing" add l9 local 192.0.2.1 "${v2[@]}"
check "no local" says "the local address is missing" add l9 remote 192.0.2.1 "${v2[@]}"
check "no ids" says "l2tp is missing" add l9 "${v4[@]}"
check "nothing at all" says "are missing" add l9
check "version 2 without tunnel ids" says "version 2 needs tunnel-id" add l9 "${v4[@]}" "${v3[@]}"
check "version 3 with one" says "tunnel-id is of version 2" add l9 "${v4[@]}" "${v2[@]}" version 3
check "version 2 over IP" says "encap ip is of version 3" add l9 "${v4[@]}" "${v2[@]}" encap ip
check "version 2 with a cookie" says "cookie is of version 3" add l9 "${v4[@]}" "${v2[@]}" cookie 01020304
check "version 2 with a sublayer" says "sublayer is of version 3" add l9 "${v4[@]}" "${v2[@]}" sublayer none
check "a long session id of version 2" says "has 16 bits" \
	add l9 "${v4[@]}" tunnel-id 1 peer-tunnel-id 2 session-id 65536 peer-session-id 4
check "no session id" says "session-id is missing" add l9 "${v4[@]}" version 3 peer-session-id 4
check "Ethernet in version 2" says "carried by version 3" add l9 "${v4[@]}" "${v2[@]}" version 2 payload ethernet
check "Ethernet with an MRU" says "of PPP, not of Ethernet" add l9 "${v4[@]}" "${v3[@]}" payload ethernet mru 1400
check "a concentrator with Ethernet" says "one session per device" add l9 mode concentrator payload ethernet
check "a concentrator with ids" says "a concentrator has none" add l9 mode concentrator "${v2[@]}"
check "a concentrator with an address" says "a concentrator has none" add l9 mode concentrator local 192.0.2.1
check "both families" says "all IPv4 or all IPv6" add l9 local 192.0.2.1 remote 2001:db8::2 "${v2[@]}"
check "multicast" says "not unicast" add l9 local 192.0.2.1 remote 224.0.0.1 "${v2[@]}"
check "link-local" says "not unicast" add l9 local 2001:db8::1 remote fe80::1 "${v2[@]}"
check "no checksum over IPv6" says "UDP has a checksum" add l9 "${v6[@]}" "${v2[@]}" no-udp-csum
check "ports over IP" says "has no ports" add l9 "${v4[@]}" "${v3[@]}" version 3 encap ip local-port 5
check "an address that is not here" says "is none of the outer namespace" \
	add l9 local 192.0.2.77 remote 192.0.2.2 "${v2[@]}"
check "required and follow" says "exclude each other" add l9 "${v4[@]}" tunnel-id 5 peer-tunnel-id 2 session-id 3 \
	peer-session-id 4 seq required,follow
check "an Ethernet address for PPP" says "no link-layer address" \
	ip -n a link add l9 address 02:00:00:00:00:01 type l2tp "${v4[@]}" "${v2[@]}"
check "an address that is none" says "no unicast Ethernet address" \
	ip -n a link add l9 address 01:00:00:00:00:01 type l2tp "${v4[@]}" "${v3[@]}" payload ethernet
check "an MTU that does not fit" says "mtu is greater" ip -n a link add l9 mtu 65500 type l2tp "${v4[@]}" \
	tunnel-id 5 peer-tunnel-id 2 session-id 3 peer-session-id 4
background holder ip netns exec a nc -u -l -p 1799
check "somebody has a port" wait_for 10 listening a 1799
check "which is not attached" says "used by a socket that is not attached" \
	add l9 "${v4[@]}" "${v2[@]}" local-port 1799
check "none of these was made" refused ip -n a link show dev l9

for dev in l0 l1 l2 l3 gw0; do
	check "$dev is removed" run ip -n a link del $dev
done
check "the kernel's socket is closed" wait_for 10 bash -c '! ip netns exec a ss -Hlun "sport = :1701" | grep -q .'
done_testing
