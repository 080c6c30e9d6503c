#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Devices of kind l2tp against the in-tree driver: pseudowires of "ip l2tp", and l2tp_ppp. Both drivers are loaded at
# once; IP protocol 115 has one owner.
#
#	a (in-tree): 10.N.0.1  ==l2tp==  lN 10.N.0.2 :b (ours)
#	   wan0 192.0.2.1 --------------- wan0 192.0.2.2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
run ip -n a addr add 2001:db8::1/64 dev wan0 nodad
run ip -n b addr add 2001:db8::2/64 dev wan0 nodad
# The in-tree driver never learnt to take tunnel offloads off what it receives.
run ip netns exec b ethtool -K wan0 tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off

unload() { wait_for 10 modprobe -r l2tp_eth l2tp_ppp l2tp_ip6 l2tp_ip l2tp_netlink l2tp_core; }
defer unload
# Where another test has left ours with the protocol of IP, it is given back in a second.
check "the in-tree driver loads" modprobe -a l2tp_core l2tp_netlink l2tp_eth l2tp_ppp

# tree_up N: the in-tree pseudowire lN of a.
tree_up()
{
	ip -n a link set "l$1" up && ip -n a addr add "10.$1.0.1/24" dev "l$1" && ip -n a addr add "fd0$1::1/64" dev "l$1" nodad
}

# pseudowire NAME N "TUNNEL WORDS" "SESSION WORDS" OUR-LOCAL OUR-REMOTE [OUR WORDS...]
pseudowire()
{
	local name=$1 n=$2

	# shellcheck disable=SC2086 # words are meant
	check "$name: in-tree tunnel" ip -n a l2tp add tunnel tunnel_id "$n" peer_tunnel_id "1$n" $3
	# shellcheck disable=SC2086
	check "$name: in-tree session" ip -n a l2tp add session name "l$n" tunnel_id "$n" session_id "100000$n" \
		peer_session_id "200000$n" $4
	check "$name: up" tree_up "$n"
	check "$name: ours" l2tp_end b "l$n" eth "$n" 2 "${@:5}"
	check "$name: IPv4" wait_for 10 pings a "10.$n.0.2"
	check "$name: IPv6" wait_for 10 pings b "fd0$n::1"
	check "$name: a transfer" transfers a b "10.$n.0.2" 5000 500
	check "$name: and back" transfers b a "10.$n.0.1" 5001 500
	check "$name: removed" ip -n b link del "l$n"
	check "$name: the in-tree end too" ip -n a l2tp del tunnel tunnel_id "$n"
	# Its socket goes some time later.
	check "$name: and its port" wait_for 10 closed a 1701
}

closed()
{
	! ip netns exec "$1" ss -Hanu "sport = :$2" | grep -q .
}

udp4="encap udp local 192.0.2.1 remote 192.0.2.2 udp_sport 1701 udp_dport 1702"
udp6="encap udp local 2001:db8::1 remote 2001:db8::2 udp_sport 1701 udp_dport 1702"
ours4=(192.0.2.2 192.0.2.1 local-port 1702)
ours6=(2001:db8::2 2001:db8::1 local-port 1702)
pseudowire "UDP" 1 "$udp4" "" "${ours4[@]}"
pseudowire "UDP with checksums" 1 "$udp4 udp_csum on" "" "${ours4[@]}"
pseudowire "UDP, none of ours" 1 "$udp4" "" "${ours4[@]}" no-udp-csum
pseudowire "UDP, cookies" 2 "$udp4" "cookie 0102030405060708 peer_cookie 0a0b0c0d" "${ours4[@]}" \
	peer-cookie 0a0b0c0d cookie 0102030405060708
pseudowire "UDP, no sublayer" 3 "$udp4" "l2spec_type none" "${ours4[@]}" sublayer none
pseudowire "UDP, numbered" 4 "$udp4" "seq both" "${ours4[@]}" seq send,required
pseudowire "UDP in IPv6" 5 "$udp6" "" "${ours6[@]}"

# l2tp_ppp NAME [TOOL WORDS] -- OUR WORDS...
l2tp_ppp()
{
	local name=$1 tool_words=() unit

	shift
	while [ "$1" != -- ]; do
		tool_words+=("$1")
		shift
	done
	shift
	background tree ip netns exec a "$(dirname "$0")/pppol2tp_tool" 192.0.2.1 1701 192.0.2.2 1702 1 2 3 4 "${tool_words[@]}"
	check "$name: the in-tree end" wait_for 10 log_has tree "unit ppp"
	unit=$(sed -n 's/^unit //p' "$TMP/tree.log")
	run ip -n a addr add 10.6.0.1 peer 10.6.0.2 dev "$unit"
	run ip -n a link set "$unit" up
	run ip -n a addr add fd06::1/64 dev "$unit" nodad
	check "$name: ours" ip -n b link add l6 type l2tp local 192.0.2.2 remote 192.0.2.1 local-port 1702 tunnel-id 2 \
		peer-tunnel-id 1 session-id 4 peer-session-id 3 "$@"
	run ip -n b addr add 10.6.0.2 peer 10.6.0.1 dev l6
	run ip -n b addr add fd06::2/64 dev l6 nodad
	run ip -n b link set l6 up
	check "$name: IPv4" wait_for 10 pings a 10.6.0.2
	check "$name: IPv6" wait_for 10 pings b fd06::1
	check "$name: a transfer" transfers a b 10.6.0.2 5000 1000
	check "$name: and back" transfers b a 10.6.0.1 5001 1000
}

# done_ppp NAME
done_ppp()
{
	check "$1: removed" ip -n b link del l6
	check "$1: the in-tree end too" stop tree
}

l2tp_ppp "l2tp_ppp" --
done_ppp "l2tp_ppp"
l2tp_ppp "l2tp_ppp numbered" seq lns -- seq follow
check "l2tp_ppp numbered: ours follows" bash -c 'ip -n b -d link show l6 | grep -q "seq send,follow"'
done_ppp "l2tp_ppp numbered"

# Over IP the two cannot meet on one machine. What the in-tree driver sends is kept, and sent again once ours is there.
check "IP: the in-tree driver has the protocol" modprobe l2tp_ip
check "IP: ours is refused, naming it" says "rmmod l2tp_ip" l2tp_end b l7 eth 7 2 192.0.2.2 192.0.2.1 encap ip
check "IP: in-tree tunnel" ip -n a l2tp add tunnel tunnel_id 7 peer_tunnel_id 17 encap ip local 192.0.2.1 remote 192.0.2.2
check "IP: in-tree session" ip -n a l2tp add session name l7 tunnel_id 7 session_id 1000007 peer_session_id 2000007 \
	cookie 01020304 peer_cookie 0a0b0c0d0e0f0102
check "IP: up" tree_up 7
run ip -n a neigh add 10.7.0.2 lladdr 02:00:00:00:00:07 dev l7
background keep ip netns exec b tcpdump -n -U -i wan0 -c 1 -w "$TMP/tree.pcap" 'ip proto 115 and greater 100'
check "IP: its packets are kept" wait_for 10 log_has keep listening
pings a 10.7.0.2 -s 64 >/dev/null
check "IP: one is" wait_for 10 bash -c "[ \$(stat -c %s $TMP/tree.pcap) -gt 100 ]"
check "IP: removed" ip -n a l2tp del tunnel tunnel_id 7
check "IP: the protocol is free" wait_for 10 modprobe -r l2tp_ip
check "IP: ours" ip -n b link add l7 address 02:00:00:00:00:07 type l2tp payload ethernet encap ip local 192.0.2.2 \
	remote 192.0.2.1 session-id 2000007 peer-session-id 1000007 cookie 01020304 peer-cookie 0a0b0c0d0e0f0102
run ip -n b addr add 10.7.0.2/24 dev l7
run ip -n b link set l7 up
check "IP: the in-tree driver finds it taken" refused modprobe l2tp_ip

replay()
{
	python3 - "$TMP/tree.pcap" <<'PY'
import socket, struct, sys
data = open(sys.argv[1], "rb").read()
length, = struct.unpack_from("<I", data, 24 + 8)
packet = data[24 + 16 + 14:24 + 16 + length]	# pcap and Ethernet headers off
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
s.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
PY
}
export -f replay
export TMP
check "IP: what the in-tree driver sent is sent again" ip netns exec a bash -c replay
check "IP: and is received" wait_for 5 counts b l7 1 rx-packets -gt 0
check "IP: with the right cookie" counts b l7 1 rx-cookie -eq 0
run ip -n b neigh replace 10.7.0.1 lladdr 02:00:00:00:00:01 dev l7
# What the in-tree driver would receive: session id 1000007, its cookie, four octets of sublayer, the frame.
check "IP: ours sends likewise" on_wire a wan0 'ip proto 115' '0x0010:  .* 000f 4247 0a0b 0c0d 0e0f 0102$' bash -c 'ip netns exec b ping -c 1 -W 1 10.7.0.1; true'
check "IP: the frame behind it" grep -Eq '0x0020:  0000 0000 0200 0000 0001 0200 0000 0007' "$TMP/wire.log"
check "IP: removed" ip -n b link del l7
check "IP: the protocol is given back" wait_for 10 modprobe l2tp_ip
check "IP: and unloads" modprobe -r l2tp_ip
done_testing
