#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One socket, many sessions: a UDP socket attached by its owner serves a concentrator; what comes from elsewhere, by
# another socket or malformed finds nothing; the socket goes and another takes its place.
#
#	c: l1 10.1.0.1  ==l2tp==  gw0 10.9.0.254 :g
#	   wan0 192.0.2.10, .11 ---- wan0 192.0.2.1

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"

namespace c
namespace g
join c wan0 192.0.2.10/24 g wan0 192.0.2.1/24
run ip -n c addr add 192.0.2.11/24 dev wan0
run ip -n c addr add 2001:db8::10/64 dev wan0 nodad
run ip -n g addr add 2001:db8::1/64 dev wan0 nodad
run ip -n g addr add 192.0.2.2/24 dev wan0
run ip -n g link add gw0 type l2tp mode concentrator
run ip -n g addr add 10.9.0.254/32 dev gw0
run ip -n g link set gw0 up
run ip -n g route add 10.9.0.0/16 dev gw0

# client N ADDRESS PORT: a device lN of c with inner address 10.9.0.N; its session at g has id N.
client()
{
	ip -n c link add "l$1" type l2tp local "$2" remote 192.0.2.1 local-port "$3" tunnel-id "$1" peer-tunnel-id "10$1" \
		session-id "$1" peer-session-id "20$1" || return
	client_up "$1"
}

# client_up N: what has its inner address leaves by its device.
client_up()
{
	ip -n c addr add "10.9.0.$1/32" dev "l$1" && ip -n c link set "l$1" up &&
		ip -n c route add 10.9.0.254 dev "l$1" table "$1" && ip -n c rule add from "10.9.0.$1" lookup "$1"
}

# session N ADDRESS PORT [WORD...]
session()
{
	tool g new gw0 id="$1" local=192.0.2.1 peer="$2" peer-port="$3" "l2tp=10$1/20$1/$1/$1" net=3 prefix="10.9.0.$1" "${@:4}"
}

# Sockets that cannot be attached.
check "a session without a socket" says "no socket is attached" session 1 192.0.2.10 1701
check "a TCP socket" says "no UDP socket" tool g socket 192.0.2.1 1701 tcp
check "one that is not bound" says "not bound" tool g socket 192.0.2.1 1701 unbound
check "one that takes IPv4 as well" says "IPV6_V6ONLY" tool g socket :: 1701 dual
check "one of another namespace" says "another network namespace" \
	ip netns exec c bash -c "exec 5<>/dev/udp/192.0.2.1/9; exec nsenter --net=/run/netns/g $TOOL fd 5"
check "what is no socket" says "fd is no socket" ip netns exec g "$TOOL" fd 0
check "a descriptor that is not there" says "fd is no socket" ip netns exec g "$TOOL" fd 77
check "one attached twice" says "attached already" tool g socket 192.0.2.1 1701 twice

# One that can.
background server ip netns exec g "$TOOL" socket 0.0.0.0 1701
check "a socket is attached" wait_for 10 log_has server attached
check "another with its address and port is not" says "another socket with this address and port" \
	tool g socket 0.0.0.0 1701
check "an IPv6 socket beside it is" bash -c "timeout 2 ip netns exec g $TOOL socket :: 1701 | grep attached"
check "a session" session 1 192.0.2.10 1701
check "its peer" client 1 192.0.2.10 1701
check "works" wait_for 10 pings c 10.9.0.254 -I 10.9.0.1
check "both ways" wait_for 10 pings g 10.9.0.1
check "a second, with another port" session 2 192.0.2.10 4000
check "its peer" client 2 192.0.2.10 4000
check "works" wait_for 10 pings g 10.9.0.2
check "a third, with another address" session 3 192.0.2.11 1701
check "its peer" client 3 192.0.2.11 1701
check "works" wait_for 10 pings g 10.9.0.3
check "the same ids and addresses again" says "belongs to a session with the same addresses" \
	tool g new gw0 id=99 local=192.0.2.1 peer=192.0.2.10 peer-port=1701 l2tp=101/201/9/9
check "an id of the device again" says "id belongs to a session" session 1 192.0.2.10 5000
check "the address of nobody: host unreachable" says "Host Unreachable" pings g 10.9.0.99

# What is written by hand: session 5 has no device at the other end. 105 = 0069, 205 = 00cd.
check "a session for packets written by hand" session 5 192.0.2.10 5000
ip4="45000014000000004001""0000""0a0900050a0900fe"

# send5 HEX: a datagram of its peer.
send5()
{
	udp c 192.0.2.10 5000 192.0.2.1 1701 "$1"
}

# delivers HEX: session 5 delivers one packet, of 20 octets, more.
delivers()
{
	local packets bytes

	packets=$(counter g gw0 5 rx-packets)
	bytes=$(counter g gw0 5 rx-bytes)
	send5 "$1" && wait_for 5 counts g gw0 5 rx-packets -eq $((packets + 1)) && counts g gw0 5 rx-bytes -eq $((bytes + 20))
}

# drops COUNTER HEX
drops()
{
	local before packets

	before=$(counter g gw0 5 "$1")
	packets=$(counter g gw0 5 rx-packets)
	send5 "$2" && wait_for 5 counts g gw0 5 "$1" -gt "$before" && counts g gw0 5 rx-packets -eq "$packets"
}

# unseen COMMAND...: it moves no counter of session 5, while one behind it, of session 1, arrives.
unseen()
{
	local before

	before=$(tool g show gw0 5 | grep ^rx- | grep -v idle)
	"$@" || return
	pings c 10.9.0.254 -I 10.9.0.1 >/dev/null
	diff <(echo "$before") <(tool g show gw0 5 | grep ^rx- | grep -v idle)
}

check "a packet" delivers "0002006900cdff030021$ip4"
check "with its length" delivers "400200""20""006900cdff030021$ip4"
check "with its length and padding behind" delivers "40020020006900cdff030021${ip4}ffffffff"
check "with an offset" delivers "0202006900cd0000ff030021$ip4"
check "with offset padding" delivers "0202006900cd0005aaaaaaaaaaff030021$ip4"
check "with the priority bit" delivers "0102006900cdff030021$ip4"
check "with reserved bits" delivers "34f2006900cdff030021$ip4"
check "with a number" delivers "0802006900cd00000000ff030021$ip4"
check "with everything" delivers "4b02""002b""006900cd""00010000""0005aaaaaaaaaa""ff030021$ip4"
check "compressed" delivers "0002006900cd21$ip4"
check "a number again" drops rx-late "0802006900cd00010000ff030021$ip4"
check "no octet of PPP" drops rx-malformed "0002006900cd"
check "half a protocol" drops rx-malformed "0002006900cd00"
check "a length beyond the datagram" unseen send5 "40020021006900cdff030021$ip4"
check "a length below the header" unseen send5 "40020007006900cdff030021$ip4"
check "a length of 0" unseen send5 "40020000006900cdff030021$ip4"
check "an offset beyond it" unseen send5 "0202006900cd00ffff030021$ip4"
check "an offset of 65535" unseen send5 "0202006900cdffffff030021$ip4"
check "a header cut short" unseen send5 "0002006900"
check "one octet" unseen send5 "00"
check "nothing" unseen send5 ""
check "version 1" unseen send5 "0001006900cdff030021$ip4"
check "version 3" unseen send5 "000300000069""00cdff030021$ip4"
check "another port" unseen udp c 192.0.2.10 5001 192.0.2.1 1701 "0002006900cdff030021$ip4"
check "another address" unseen udp c 192.0.2.11 5000 192.0.2.1 1701 "0002006900cdff030021$ip4"
check "another local address" unseen udp c 192.0.2.10 5000 192.0.2.2 1701 "0002006900cdff030021$ip4"
check "another tunnel id" unseen send5 "0002006a00cdff030021$ip4"
check "another session id" unseen send5 "0002006900ceff030021$ip4"
check "ids in the wrong order" unseen send5 "000200cd0069ff030021$ip4"
check "another's inner address" drops rx-source "0002006900cdff030021${ip4:0:24}0a0900010a0900fe"
check "none of all that reached the socket" refused_quietly log_has server received
check "a control message does" send5 "c802000c0000000000000000"
check "as it was sent" wait_for 5 log_has server "received c802000c0000000000000000"
check "one of version 3 as well" send5 "c8030014000000000000000080080000000000"
check "as it was sent" wait_for 5 log_has server "received c8030014"

# Numbers that one side requires.
check "session 5 requires numbers" tool g set gw0 id=5 seq=2
check "a packet without one" drops rx-unsequenced "0002006900cdff030021$ip4"
check "only seq can be changed" says "only seq can be changed" tool g set gw0 id=5 l2tp=1/2/3/4
check "PPTP's attributes are refused" says "call-id is of pptp" tool g new gw0 id=90 local=192.0.2.1 peer=192.0.2.10 \
	call-id=1 l2tp=1/2/3/4
check "no ids" says "l2tp is missing" tool g new gw0 id=90 local=192.0.2.1 peer=192.0.2.10

# A socket of another's with a more specific address takes the packets, not the session.
background thief ip netns exec g "$TOOL" socket 192.0.2.1 1701
check "a second socket, on one address" wait_for 10 log_has thief attached
before=$(counter g gw0 1 rx-wrong-socket)
check "session 1 is not found through it" refused_quietly pings c 10.9.0.254 -I 10.9.0.1
check "which is counted" counts g gw0 1 rx-wrong-socket -gt "$before"
check "it goes" stop thief
check "session 1 works again" wait_for 10 pings c 10.9.0.254 -I 10.9.0.1

# The socket goes, under traffic.
background flood ip netns exec c ping -q -i 0.002 10.9.0.254 -I 10.9.0.2
check "the socket is closed under traffic" stop server KILL
check "nothing is sent without it" wait_for 5 refused_quietly pings g 10.9.0.1
check "which is counted" counts g gw0 1 tx-no-socket -gt 0
check "nothing is received" refused_quietly pings c 10.9.0.254 -I 10.9.0.1
check "no new session" says "no socket is attached" session 6 192.0.2.10 6000
check "the sessions are still there" counts g gw0 3 rx-packets -gt 0
background server2 ip netns exec g "$TOOL" socket 0.0.0.0 1701
check "another is attached" wait_for 10 log_has server2 attached
check "and the sessions go on" wait_for 10 pings c 10.9.0.254 -I 10.9.0.1
check "all of them" wait_for 10 pings g 10.9.0.3
check "it is closed" stop server2
background server3 ip netns exec g "$TOOL" socket 0.0.0.0 1701 detach
check "a socket that is taken back" wait_for 10 log_has server3 attached
check "does not serve" refused_quietly pings c 10.9.0.254 -I 10.9.0.1
check "gets the data itself" wait_for 5 log_has server3 "received 0002"
check "it is closed" stop server3
stop flood

# IPv6 outside, and a device made by hand on the socket that is attached.
background server6 ip netns exec g "$TOOL" socket 2001:db8::1 1701
check "an IPv6 socket" wait_for 10 log_has server6 attached
check "a session" tool g new gw0 id=7 local=2001:db8::1 peer=2001:db8::10 l2tp=107/207/7/7 net=3 prefix=10.9.0.7
check "its peer" ip -n c link add l7 type l2tp local 2001:db8::10 remote 2001:db8::1 tunnel-id 7 peer-tunnel-id 107 \
	session-id 7 peer-session-id 207
run client_up 7
check "works" wait_for 10 pings g 10.9.0.7
check "a device made by hand uses that socket" l2tp_end g l8 v2 8 1 2001:db8::1 2001:db8::10
check "its peer" l2tp_end c l8 v2 8 2 2001:db8::10 2001:db8::1
check "works" wait_for 10 pings c 10.8.0.1
check "removed" ip -n c link del l8
check "removed" ip -n g link del l8
check "the socket goes" stop server6

# Many sessions on one socket; they go with the device, the device with the namespace.
background server7 ip netns exec g "$TOOL" socket 192.0.2.1 1701
check "a socket" wait_for 10 log_has server7 attached
many()
{
	local i

	for i in {1000..1200}; do
		tool g new gw0 id="$i" local=192.0.2.1 peer=192.0.2.10 peer-port="$i" "l2tp=$i/$i/$i/$i" net=1 \
			prefix="10.9.$((i / 256)).$((i % 256))" || return
	done
}
check "two hundred more sessions" many
check "are told" bash -c "[ \$(ip netns exec g $TOOL dump gw0) -eq 206 ]"
check "the module stays while a socket is attached" refused rmmod adit
check "the device is removed with all of them" ip -n g link del gw0
check "the socket is not" running server7
check "it goes" stop server7

# A socket of the kernel's own is connected while all that use it have one peer, and everybody's from a second on.
# connected PEER: "*:*" where it is to nobody.
connected()
{
	ip netns exec g ss -Hanu "sport = :1710" | awk '{ print $5 }' | grep -Fxq "$1"
}

check "a device made by hand" l2tp_end g l10 v2 10 1 192.0.2.1 192.0.2.10 local-port 1710 remote-port 1710
check "its peer" l2tp_end c l10 v2 10 2 192.0.2.10 192.0.2.1 local-port 1710 remote-port 1710
check "works" wait_for 10 pings c 10.10.0.1
check "its socket is connected" connected 192.0.2.10:1710
check "one with the same peer" l2tp_end g l11 v2 11 1 192.0.2.1 192.0.2.10 local-port 1710 remote-port 1710
check "leaves it so" connected 192.0.2.10:1710
check "one with another" l2tp_end g l12 v2 12 1 192.0.2.1 192.0.2.11 local-port 1710 remote-port 1712
check "is everybody's" connected 0.0.0.0:*
check "its peer" l2tp_end c l12 v2 12 2 192.0.2.11 192.0.2.1 local-port 1712 remote-port 1710
check "works" wait_for 10 pings c 10.12.0.1
check "and the first still does" wait_for 10 pings g 10.10.0.2
check "the first goes" ip -n g link del l10
check "the other works" wait_for 10 pings g 10.12.0.2
for name in l10 l12; do
	run ip -n c link del $name
done
for name in l11 l12; do
	run ip -n g link del $name
done
check "the socket goes with the last" wait_for 10 bash -c '! ip netns exec g ss -Hanu "sport = :1710" | grep -q .'

# A socket whose owner turns its encapsulation off goes like any other.
# module_users N: those that nothing but sockets has.
module_users()
{
	[ "$(cat /sys/module/adit/refcnt)" -eq "$1" ] || { echo "not $1 but $(cat /sys/module/adit/refcnt)"; return 1; }
}
users=$(cat /sys/module/adit/refcnt)
for n in 1 2 3; do
	background odd$n ip netns exec g "$TOOL" socket 192.0.2.1 1701 unhook
	check "a socket, and no encapsulation any more ($n)" wait_for 10 log_has odd$n attached
	check "it has the module" module_users $((users + 1))
	check "it is closed" stop odd$n
	check "and has it no more" wait_for 10 module_users "$users"
done
background odd4 ip netns exec g "$TOOL" socket 192.0.2.1 1701 unhook detach
check "one can be taken back" wait_for 10 log_has odd4 attached
background even ip netns exec g "$TOOL" socket 192.0.2.2 1701
check "another is attached" wait_for 10 log_has even attached
parameter=/sys/module/adit/parameters/max_sockets
most=$(cat $parameter)
echo 2 >$parameter
check "a third is one too many" says "max_sockets" \
	timeout $((5 * TIME_FACTOR)) ip netns exec g "$TOOL" socket 192.0.2.1 1702
stop odd4
check "until the first is closed" wait_for 10 \
	bash -c "timeout $((2 * TIME_FACTOR)) ip netns exec g $TOOL socket 192.0.2.1 1702 | grep attached"
echo "$most" >$parameter
stop even
check "nothing has the module" wait_for 10 module_users "$users"

# A device whose outer namespace exits, with a socket of the kernel's own.
namespace x
check "a device in x, its outside in c" ip -n c link add l9 netns x type l2tp local 192.0.2.10 remote 192.0.2.1 \
	tunnel-id 9 peer-tunnel-id 9 session-id 9 peer-session-id 9 local-port 1709
check "the kernel has a socket in c" listening c 1709
check "c exits" ip netns del c
LIB_DEFERRED=("${LIB_DEFERRED[@]/ip netns del c/true}")
check "the device is gone" wait_for 10 bash -c '! ip -n x link show l9'
done_testing
