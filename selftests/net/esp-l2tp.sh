#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# L2TP in children of an esp device: ten peers with the same address, the same port 1701 and the same L2TP ids, behind one
# NAT, each with a child of its own. The peers have the kernel's own IPsec and L2TP. Then two devices of ours, over IPv6.
#
#	a: wan0 198.51.100.1 ---- wan0 198.51.100.3 :n: lanN 10.5.N.1 ---- lan0 10.5.N.2 :pN    n hides every pN
#	   e0 esp, l0 l2tp 10.6.0.254                                      pppM 10.6.N.1

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

HERE=$(dirname "$0")
PEERS=10
SCCRQ=c802000c000000000000aabb

modprobe -a l2tp_core l2tp_netlink l2tp_ppp || exit 1
unload() { wait_for 10 modprobe -r l2tp_ppp l2tp_netlink l2tp_core; }
defer unload

namespace a
namespace n
join a wan0 198.51.100.1/24 n wan0 198.51.100.3/24
run ip netns exec n sysctl -qw net.ipv4.ip_forward=1

# behind_nat N: namespace pN, whose ESP in UDP comes from port 4500 + N.
behind_nat()
{
	namespace "p$1"
	join n "lan$1" "10.5.$1.1/24" "p$1" lan0 "10.5.$1.2/24"
	ip -n "p$1" route add default via "10.5.$1.1"
	ip netns exec n nft add rule ip hide post ip saddr "10.5.$1.2" meta l4proto udp snat to "198.51.100.3:$((4500 + $1))"
}

# its IPsec: everything to and from port 1701 of a.
peer_ipsec()
{
	local from to spi first dir port ends

	background "encap$1" ip netns exec "p$1" python3 "$HERE/esp_encap.py" 0.0.0.0 4500
	for ends in "198.51.100.1 10.5.$1.2 $((0x2000 + $1)) $((100 + $1)) in sport" \
		    "10.5.$1.2 198.51.100.1 $((0x1000 + $1)) $((50 + $1)) out dport"; do
		read -r from to spi first dir port <<<"$ends"
		xfrm_alg gcm128 "$first"
		ip -n "p$1" xfrm state add src "$from" dst "$to" proto esp spi "$spi" reqid 1 mode transport \
			"${XFRM_ALG[@]}" encap espinudp 4500 4500 0.0.0.0 &&
			ip -n "p$1" xfrm policy add src "$from" dst "$to" proto udp "$port" 1701 dir "$dir" \
				tmpl src "$from" dst "$to" proto esp reqid 1 mode transport || return
	done
	wait_for 10 log_has "encap$1" open
}

# Every peer has the same ids.
peer_l2tp()
{
	local unit

	background "tree$1" ip netns exec "p$1" "$HERE/pppol2tp_tool" "10.5.$1.2" 1701 198.51.100.1 1701 1 2 3 4
	wait_for 10 log_has "tree$1" "unit ppp" || return
	unit=$(sed -n 's/^unit //p' "$TMP/tree$1.log")
	ip -n "p$1" addr add "10.6.$1.1" peer 10.6.0.254 dev "$unit" && ip -n "p$1" link set "$unit" up
}

our_child()
{
	# shellcheck disable=SC2046 # words are meant
	esp a child-new e0 id="$1" local=198.51.100.1 peer=198.51.100.3 local-port=4500 peer-port=$((4500 + $1)) \
		mode=transport l2tp-port=1701 &&
		esp a sa-new e0 child="$1" dir=in spi=$((0x1000 + $1)) $(adit_alg gcm128 $((50 + $1))) &&
		esp a sa-new e0 child="$1" dir=out spi=$((0x2000 + $1)) $(adit_alg gcm128 $((100 + $1)))
}

our_session()
{
	tool a new l0 id="$1" child-dev=e0 child="$1" l2tp=2/4/1/3 net=3 prefix="10.6.$1.1" "${@:2}"
}

every()
{
	local i

	for ((i = 1; i <= PEERS; i++)); do
		"$@" $i || { echo "peer $i"; return 1; }
	done
}

answers()
{
	pings "p$1" 10.6.0.254
}

is_asked()
{
	pings a "10.6.$1.1"
}

rules n <<-'RULES'
	table ip hide {
		chain post { type nat hook postrouting priority srcnat; }
	}
RULES
run ip -n a link add e0 type esp mode concentrator
run ip -n a link add l0 type l2tp mode concentrator
ip -n a link set e0 up
ip -n a addr add 10.6.0.254/32 dev l0
ip -n a link set l0 up
ip -n a route add 10.6.0.0/16 dev l0
background sock ip netns exec a "$ESP_TOOL" socket 198.51.100.1 4500
check "a socket for ESP in UDP" wait_for 10 log_has sock attached

# What is refused.
bad_child()
{
	esp a child-new e0 id=99 local=198.51.100.1 peer=198.51.100.3 "$@"
}
check "neither selectors nor l2tp-port" says "selector is missing" bad_child mode=transport
check "both" says "has no selectors" bad_child mode=transport l2tp-port=1701 sel=0.0.0.0/0,0.0.0.0/0
check "in a tunnel" says "needs mode transport" bad_child l2tp-port=1701
check "port 0" says "port 0 is none" bad_child mode=transport l2tp-port=0
check "one without l2tp-port" bad_child mode=transport sel=198.51.100.1,198.51.100.3
check "carries no session" says "has no l2tp-port" tool a new l0 id=1 child-dev=e0 child=99 l2tp=2/4/1/3
check "and no control message" says "has no l2tp-port" esp a control e0 99 1701 $SCCRQ
esp a child-del e0 99
check "no such child" says "no child with this id" tool a new l0 id=1 child-dev=e0 child=98 l2tp=2/4/1/3
check "no esp device" says "no esp device" tool a new l0 id=1 child-dev=l0 child=1 l2tp=2/4/1/3
check "half a name" says "child-ifindex and child" tool a new l0 id=1 child=1 l2tp=2/4/1/3

# Ten peers.
check "ten peers behind one address" every behind_nat
check "their IPsec" every peer_ipsec
check "their L2TP" every peer_l2tp
check "a child for each" every our_child
check "one and an address" says "instead of addresses" our_session 1 peer=198.51.100.3
check "one and a local port" says "instead of addresses" our_session 1 local-port=1701
check "its selectors do not change" says "has no selectors" esp a child-set e0 id=1 sel=10.1.0.1,10.1.0.2
check "a session in each, all with the same ids" every our_session
check "a second with the same ids in one child" says "belongs to a session with the same" \
	tool a new l0 id=20 child-dev=e0 child=1 l2tp=2/4/1/3
check "every peer reaches the gateway" every answers
check "and the gateway every peer" every is_asked
check "a stream" transfers p3 a 10.6.0.254 5001 300
check "and the other way" transfers a p7 10.6.7.1 5001 300
check "what one sends is its own session's" counts a l0 3 rx-packets -gt 100
check "and no other's" counts a l0 4 rx-packets -lt 20
check "nothing but ESP is on the wire" refused on_wire a wan0 'not udp port 4500 and not arp and udp[8:4] != 0' . \
	every answers
forged()
{
	# From the inside of one peer with another's address.
	ip netns exec p2 ping -n -c 1 -W 1 -I 10.6.3.1 10.6.0.254
}
ip -n p2 addr add 10.6.3.1/32 dev lo
check "another peer's inner address" refused_quietly forged
check "is not believed" counts a l0 2 rx-source -ge 1

# Control.
check "without an owner a control message is lost" tool p5 udp 10.5.5.2 1702 198.51.100.1 1701 $SCCRQ
check "and counted" wait_for 10 child_counts a e0 5 controls-lost -eq 1
background owner ip netns exec a "$ESP_TOOL" listen e0 60 never
wait_for 10 log_has owner claimed
check "with one, a control message" tool p5 udp 10.5.5.2 1702 198.51.100.1 1701 $SCCRQ
check "comes with the child's id and the port" wait_for 10 log_has owner "control child=5 port=1702 $SCCRQ"
check "is counted" child_counts a e0 5 controls -eq 1
background hears ip netns exec p6 timeout 60 nc -u -l -s 10.5.6.2 -p 1702
wait_for 10 listening p6 1702
check "one for a peer" esp a control e0 6 1702 "$(printf 'hello six\n' | od -An -tx1 | tr -d ' \n')"
check "reaches it and no other" wait_for 10 log_has hears "hello six"
check "one that is too long" says "longer than frame-data-max" esp a control e0 6 1702 "$(printf 'c8%.0s' {1..2100})"
check "for port 0" says "port 0 is none" esp a control e0 6 0 $SCCRQ
flood()
{
	ip netns exec p5 python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.5.5.2", 1702))
for i in range(300):
    s.sendto(bytes.fromhex("c802000c000000000000aabb"), ("198.51.100.1", 1701))'
}
check "a flood of them" flood
check "is more than goes up" wait_for 10 child_counts a e0 5 controls-lost -ge 100
check "data for no session" tool p5 udp 10.5.5.2 1702 198.51.100.1 1701 000200020004ff030021
check "is counted" wait_for 10 child_counts a e0 5 no-session -eq 1
stop owner
stop hears

# Without keys, and with new ones.
check "the outbound association goes" esp a sa-del e0 8 out $((0x2008))
background asked ip netns exec a "$ESP_TOOL" listen e0 60 acquire
wait_for 10 log_has asked claimed
check "nothing passes" refused_quietly is_asked 8
check "it is counted" counts a l0 8 tx-no-sa -ge 1
check "the owner is asked" wait_for 10 log_has asked "child id=8 acquire"
check "control messages are refused" says "no outbound security association" esp a control e0 8 1701 $SCCRQ
stop asked
# shellcheck disable=SC2046 # words are meant
check "another one" esp a sa-new e0 child=8 dir=out spi=$((0x2008)) $(adit_alg gcm128 108)
check "and it passes" wait_for 10 is_asked 8

# Death.
check "the child of one goes" esp a child-del e0 1
check "its session sends nothing" refused_quietly is_asked 1
check "which is counted" counts a l0 1 tx-no-child -ge 1
check "it can be shown" bash -c "ip netns exec a $TOOL show l0 1 | grep -qx id=1"
check "a frame is refused" says "the child is gone" tool a send l0 1 c021 0101000400
check "a new child with the same name" our_child 1
check "is not the old session's" refused_quietly is_asked 1
check "the session goes" tool a del l0 1
check "a new one" our_session 1
check "has the new child" is_asked 1
check "a session goes" tool a del l0 2
check "its peer's data is of none" refused_quietly answers 2
check "which is counted" child_counts a e0 2 no-session -ge 1
check "the other peers have noticed nothing" answers 3
ip -n a link set e0 down
check "with the esp device down nothing passes" refused_quietly is_asked 3
ip -n a link set e0 up
check "and up it does" is_asked 3

# Under load.
background load ip netns exec p4 ping -n -q -f -s 1000 -w 300 10.6.0.254
background load2 ip netns exec a ping -n -q -f -s 1000 -w 300 10.6.5.1
again()
{
	local i

	for ((i = 0; i < 10; i++)); do
		esp a child-del e0 4 && tool a del l0 4 && our_child 4 && our_session 4 && tool a del l0 5 && our_session 5 &&
			esp a child-del e0 5 && our_child 5 && tool a del l0 5 && our_session 5 || return
	done
}
check "children and sessions come and go under load" again
check "load has gone on meanwhile" running load
check "and it still works" answers 4
check "the esp device goes with all its children" ip -n a link del e0
check "sessions stay, and send nothing" refused_quietly is_asked 6
check "a new device with the same name" ip -n a link add e0 type esp mode concentrator
ip -n a link set e0 up
check "sessions are not its own" test "$(tool a dump l0)" = 9
check "the l2tp device goes" ip -n a link del l0
stop load
stop load2
for ((i = 1; i <= PEERS; i++)); do
	stop "tree$i"
	stop "encap$i"
done
stop sock
ip -n a link del e0

# Two of ours over IPv6.
#
#	x: wan0 2001:db8:1::1, e1, l1 10.7.0.1 ---- wan0 2001:db8:1::2, e1, l1 10.7.0.2 :y
namespace x
namespace y
join x wan0 2001:db8:1::1/64 y wan0 2001:db8:1::2/64
# carrier NAMESPACE OWN PEER: its child 1, whose keys are the same both ways.
carrier()
{
	ip -n "$1" link add e1 type esp mode concentrator && ip -n "$1" link set e1 up &&
		esp "$1" child-new e1 id=1 local="2001:db8:1::$2" peer="2001:db8:1::$3" mode=transport l2tp-port=1701 &&
		esp "$1" sa-new e1 child=1 dir=in spi="0x100$2" cipher=aes-gcm "key=$(key 20 "$2")" &&
		esp "$1" sa-new e1 child=1 dir=out spi="0x100$3" cipher=aes-gcm "key=$(key 20 "$3")"
}
# line NAMESPACE OWN WORD...: its device.
line()
{
	ip -n "$1" link add l1 type l2tp child-dev e1 child 1 "${@:3}" && ip -n "$1" addr add "10.7.0.$2/24" dev l1 &&
		ip -n "$1" addr add "fd07::$2/64" dev l1 nodad && ip -n "$1" link set l1 up
}
check "a child at each end" carrier x 1 2
check "and at the other" carrier y 2 1
# pass NAME "WORDS OF X" "WORDS OF Y"
pass()
{
	# shellcheck disable=SC2086 # words are meant
	check "$1: a device in it" line x 1 $2
	# shellcheck disable=SC2086
	check "$1: and its peer" line y 2 $3
	check "$1: IPv4" wait_for 10 pings x 10.7.0.2
	check "$1: IPv6" pings y fd07::1 -s 1200
	check "$1: a stream" transfers x y 10.7.0.2 5001 300
	check "$1: nothing but ESP is on the wire" refused on_wire x wan0 'udp or tcp or ip' . pings x 10.7.0.2
	ip -n x link del l1
	ip -n y link del l1
}
pass "version 2" "tunnel-id 1 peer-tunnel-id 2 session-id 3 peer-session-id 4" \
	"tunnel-id 2 peer-tunnel-id 1 session-id 4 peer-session-id 3"
pass "numbered" "tunnel-id 1 peer-tunnel-id 2 session-id 3 peer-session-id 4 seq send,required" \
	"tunnel-id 2 peer-tunnel-id 1 session-id 4 peer-session-id 3 seq send,required"
pass "version 3 with a cookie" "version 3 session-id 70000 peer-session-id 80000 cookie 0102030405060708" \
	"version 3 session-id 80000 peer-session-id 70000 peer-cookie 0102030405060708"
pass "Ethernet" "payload ethernet session-id 70000 peer-session-id 80000" \
	"payload ethernet session-id 80000 peer-session-id 70000"
line x 1 tunnel-id 1 peer-tunnel-id 2 session-id 3 peer-session-id 4
ip -n x -6 route add 2001:db8:1::2/128 dev l1
check "a route to the peer that leads into the device" refused_quietly pings x 10.7.0.2
check "is found out" bash -c "ip netns exec x $TOOL show l1 1 | grep -q 'tx-loop=[1-9]'"
done_testing
