#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What an esp device does with packets: nothing leaves it in clear, what waits is sent when keys come, children are
# chosen by their selectors, keys change between two packets and wear out, outer headers show what they are told to show,
# and what does not fit the path is cut or refused. See lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

SEND=$(dirname "$0")/esp_send.py
KEY=$(key 32 9)
GCM=(cipher=aes-gcm "key=$(key 20 5)")

# in_clear DEVICE COMMAND...: whether anything but ESP, neighbour discovery and multicast listening leaves a meanwhile.
in_clear()
{
	on_wire a wan0 'ip host 10.1.0.2 or (ip6 host fd01::2 and not ip6 proto 50)' . "$@"
}

# listening NAME DEVICE TEXT: a listener that waits for TEXT.
listening_for()
{
	background "$1" ip netns exec a "$ESP_TOOL" listen "$2" 60 "$3"
	wait_for 10 log_has "$1" claimed
}

told()
{
	wait_for 20 log_has "$1" "$2"
}

esp_topology

# Without keys.
check "a device" e0 4
check "its child has no SA" test "$(esp a sa-dump e0)" = 0
listening_for owner e0 acquire
check "without keys nothing passes" refused_quietly pings a 10.1.0.2
check "and nothing leaves in clear" refused in_clear pings a 10.1.0.2
check "the owner is asked for keys" told owner "child id=1 acquire"
stop owner
check "the state is larval" bash -c "ip netns exec a $ESP_TOOL child-show e0 1 | grep -q state=larval"
check "more than can wait" ip netns exec a bash -c 'for i in {1..40}; do echo x >/dev/udp/10.1.0.2/9; done'
check "is dropped" child_counts a e0 1 wait-dropped -ge 20
check "and asked for once a second at most" child_counts a e0 1 acquires -le $((20 * TIME_FACTOR))

# What waits is sent. Those of before are to be gone, or the queue has no room.
check "what waited for too long is dropped as well" wait_for 20 child_counts a e0 1 wait-dropped -ge 40
xfrm_sas 4 gcm128
# One a second, so that some wait whenever the keys come; what asks for keys now is one of these.
acquires=$(child_count a e0 1 acquires)
background waiter ip netns exec a ping -n -i 1 10.1.0.2
check "a packet waits" wait_for 20 child_counts a e0 1 acquires -gt "$acquires"
check "keys come" adit_sas gcm128
check "and what waited is sent" wait_for 10 child_counts a e0 1 waited -ge 1
check "and answered" told waiter "bytes from"
stop waiter
check "the state is mature" bash -c "ip netns exec a $ESP_TOOL child-show e0 1 | grep -q state=mature"
check "with keys nothing leaves in clear either" refused in_clear pings a 10.1.0.2
clear_ends

# Keys change.
e0 4
adit_sas gcm128
xfrm_sas 4 gcm128
check "both ends agree" pings a 10.1.0.2
check "another inbound SA beside the first" esp a sa-new e0 child=1 dir=in spi=0x1002 cipher=aes-gcm "key=$(key 20 7)"
check "the old one still carries" pings a 10.1.0.2
ip -n b xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x2002 reqid 1 mode tunnel flag af-unspec \
	aead 'rfc4106(gcm(aes))' "0x$(key 20 11)" 128
check "another outbound one" esp a sa-new e0 child=1 dir=out spi=0x2002 cipher=aes-gcm "key=$(key 20 11)"
check "takes the place of the first" says "no security association with this SPI" esp a sa-show e0 1 out 0x2001
check "and carries" pings a 10.1.0.2
check "as is counted" sa_counts a e0 1 out 0x2002 packets -ge 1
check "the same SPI again" says "has this SPI already" \
	esp a sa-new e0 child=1 dir=out spi=0x2002 cipher=aes-gcm "key=$(key 20 11)"
esp a sa-new e0 child=1 dir=in spi=0x1003 "${GCM[@]}"
esp a sa-new e0 child=1 dir=in spi=0x1004 "${GCM[@]}"
check "a fifth inbound one" says "sa-in-max" esp a sa-new e0 child=1 dir=in spi=0x1005 "${GCM[@]}"
check "four and one are told" test "$(esp a sa-dump e0)" = 5
check "the outbound one goes" esp a sa-del e0 1 out 0x2002
check "and nothing passes" refused_quietly pings a 10.1.0.2
check "or leaves in clear" refused in_clear pings a 10.1.0.2
clear_ends

# Keys wear out.
e0 4
xfrm_sas 4 gcm128
listening_for wear e0 hard
check "a soft limit and a hard one" adit_sas gcm128 out:soft-packets=3 out:hard-packets=6
check "until then packets pass" pings a 10.1.0.2 -c 6 -i 0.1
check "the owner is told of the soft limit" told wear "sa child=1 out 0x2001 soft"
check "and of the hard one" told wear "sa child=1 out 0x2001 hard"
check "nothing passes then" refused_quietly pings a 10.1.0.2
check "or leaves in clear" refused in_clear pings a 10.1.0.2
stop wear
listening_for bytes e0 hard
check "limits of octets" esp a sa-new e0 child=1 dir=out spi=0x2009 "${GCM[@]}" soft-bytes=50 hard-bytes=150
pings a 10.1.0.2 -c 3
check "are told, the soft one" told bytes "out 0x2009 soft"
check "and the hard one" told bytes "out 0x2009 hard"
stop bytes
listening_for age e0 hard
check "limits of time" esp a sa-new e0 child=1 dir=out spi=0x200a "${GCM[@]}" soft-seconds=1 hard-seconds=2
check "are told, the soft one" told age "out 0x200a soft"
check "and the hard one" told age "out 0x200a hard"
stop age
clear_ends

# Which child.
ip -n a link add e0 type esp mode concentrator
e0_up
child()
{
	esp a child-new e0 id="$1" local=192.0.2.1 peer=192.0.2.2 "${@:2}" &&
		esp a sa-new e0 child="$1" dir=out spi="0x200$1" "${GCM[@]}"
}
takes()
{
	local before

	before=$(esp a sa-show e0 "$1" out "0x200$1" | sed -n 's/^packets=//p')
	"${@:2}" >/dev/null 2>&1
	sa_counts a e0 "$1" out "0x200$1" packets -gt "$before"
}
udp_to()
{
	ip netns exec a bash -c "echo x >/dev/udp/$1/$2"
}
check "a child for everything" child 1 sel=0.0.0.0/0,0.0.0.0/0
check "takes it" takes 1 pings a 10.1.0.2
check "one for a network" child 2 sel=0.0.0.0/0,10.1.0.0/24
check "takes what is there" takes 2 pings a 10.1.0.2
check "one for a port there" child 3 sel=0.0.0.0/0,10.1.0.0/24,17,0-65535,53-60
check "takes that" takes 3 udp_to 10.1.0.2 53
check "and the end of the range" takes 3 udp_to 10.1.0.2 60
check "another port stays" takes 2 udp_to 10.1.0.2 61
check "another protocol as well" takes 2 pings a 10.1.0.2
check "one for the host" child 4 sel=10.1.0.1,10.1.0.2
check "takes everything" takes 4 udp_to 10.1.0.2 53
check "the same once more" child 5 sel=10.1.0.1,10.1.0.2
check "takes it: the newest" takes 5 pings a 10.1.0.2
check "it goes" esp a child-del e0 5
check "and the older has it again" takes 4 pings a 10.1.0.2
check "its selectors change" esp a child-set e0 id=4 sel=10.1.0.1,10.9.9.9
check "and it has it no more" takes 2 pings a 10.1.0.2
for n in 1 2; do esp a child-del e0 $n; done
check "for what fits none" says "Host Unreachable" pings a 10.1.0.2
check "five children less three" test "$(esp a child-dump e0)" = 2
clear_ends

# The outer header.
e0 4
esp a sa-new e0 child=1 dir=out spi=0x2001 "${GCM[@]}"
check "DSCP and ECN are shown outside" on_wire a wan0 'ip proto 50' 'tos 0x2a' pings_quietly a 10.1.0.2 -Q 0x2a
check "don't-fragment as well" on_wire a wan0 'ip proto 50' 'flags \[DF\]' pings_quietly a 10.1.0.2 -M "do"
check "or not" on_wire a wan0 'ip proto 50' 'flags \[none\]' pings_quietly a 10.1.0.2 -M "do"nt
clear_ends
e0 4 no-dscp no-ecn df set
esp a sa-new e0 child=1 dir=out spi=0x2001 "${GCM[@]}"
check "neither where it is not wanted" on_wire a wan0 'ip proto 50' 'tos 0x0,' pings_quietly a 10.1.0.2 -Q 0x2a
check "don't-fragment always" on_wire a wan0 'ip proto 50' 'flags \[DF\]' pings_quietly a 10.1.0.2 -M "do"nt
clear_ends
e0 4 df clear
esp a sa-new e0 child=1 dir=out spi=0x2001 "${GCM[@]}"
check "don't-fragment never" on_wire a wan0 'ip proto 50' 'flags \[none\]' pings_quietly a 10.1.0.2 -M "do"
clear_ends

# What does not fit the path.
e0 4
ip -n a link set e0 mtu 1500
adit_sas gcm128
xfrm_sas 4 gcm128
check "too large and not to be cut" says "mtu = 1446" pings a 10.1.0.2 -M "do" -s 1450
check "is counted" child_counts a e0 1 too-big -ge 1
check "what fits exactly passes" pings a 10.1.0.2 -M "do" -s 1418
check "one octet more does not" refused pings a 10.1.0.2 -M "do" -s 1419
check "what may be cut is, before it is sealed" pings a 10.1.0.2 -M "do"nt -s 3000
check "so no fragment of ESP is on the wire" refused on_wire a wan0 'src host 192.0.2.1 and ip[6:2] & 0x3fff != 0' . \
	pings a 10.1.0.2 -M "do"nt -s 3000
check "in IPv6 it is refused" says "mtu" pings a fd01::2 -M "do" -s 1450
ip -n a route add 192.0.2.2/32 dev wan0 mtu lock 1300
check "IPv6 gets its 1280 whole all the same" pings a fd01::2 -M "do" -s 1232
check "in fragments" on_wire a wan0 'src host 192.0.2.1 and ip[6:2] & 0x3fff != 0' . pings a fd01::2 -M "do" -s 1232
ip -n a route del 192.0.2.2/32 dev wan0

# What ICMP tells of the path.
icmp_says()
{
	ip netns exec b python3 "$(dirname "$0")/esp_icmp.py" 192.0.2.1 192.0.2.2 "$@"
}
pings a 10.1.0.2
last=$(esp a sa-show e0 1 out 0x2001 | sed -n 's/^seq=//p')
check "an error about another SPI" icmp_says 0x2002 "$last" 1200
check "one about a packet that was not sent" icmp_says 0x2001 $((last + 1000)) 1200
check "both change nothing" pings a 10.1.0.2 -M "do" -s 1418
check "one about a packet of ours" icmp_says 0x2001 "$last" 1200
check "is heeded" wait_for 10 says "mtu = 1146" pings a 10.1.0.2 -M "do" -s 1418
check "what fits the smaller path passes" pings a 10.1.0.2 -M "do" -s 1118
clear_ends
e0 4 df clear
ip -n a link set e0 mtu 1500
adit_sas gcm128
xfrm_sas 4 gcm128
check "where that was asked for, ESP is fragmented" on_wire a wan0 'ip[6:2] & 0x3fff != 0' . \
	pings a 10.1.0.2 -M "do" -s 1472
clear_ends

# Into itself.
e0 4
esp a sa-new e0 child=1 dir=out spi=0x2001 "${GCM[@]}"
ip -n a route add 192.0.2.2/32 dev e0
check "a way to the peer that leads into the device" refused_quietly pings a 10.1.0.2
check "is found out" child_counts a e0 1 loop -ge 1
ip -n a route del 192.0.2.2/32 dev e0
clear_ends

# Beside the kernel's own IPsec.
e0 4
adit_sas gcm128
xfrm_sas 4 gcm128
ip -n a addr add 10.2.0.1/32 dev lo
ip -n b addr add 10.2.0.2/32 dev lo
ip -n a route add 10.2.0.2 dev wan0 src 10.2.0.1
ip -n b route add 10.2.0.1 dev wan0 src 10.2.0.2
for ns in a b; do
	for ends in "192.0.2.1 192.0.2.2 0x3001 10.2.0.1 10.2.0.2" "192.0.2.2 192.0.2.1 0x3002 10.2.0.2 10.2.0.1"; do
		read -r from to spi inner other <<<"$ends"
		ip -n $ns xfrm state add src "$from" dst "$to" proto esp spi "$spi" reqid 2 mode tunnel \
			aead 'rfc4106(gcm(aes))' "0x$(key 20 20)" 128
		dir=out
		[ $ns$from = a192.0.2.1 ] || [ $ns$from = b192.0.2.2 ] || dir=in
		ip -n $ns xfrm policy add src "$inner" dst "$other" dir $dir \
			tmpl src "$from" dst "$to" proto esp reqid 2 mode tunnel
	done
done
check "xfrm in the same namespace carries its own" pings a 10.2.0.2
check "and the device carries ours" pings a 10.1.0.2
check "xfrm saw no packet of ours" \
	bash -c '! grep -E "XfrmIn[A-Z].*[1-9]$" <(ip netns exec a cat /proc/net/xfrm_stat) >&2'
check "an SPI of xfrm's" says "xfrm has a state with this SPI" esp a sa-new e0 child=1 dir=in spi=0x3002 "${GCM[@]}"
check "an SPI of ours" says "belongs to a security association" esp a sa-new e0 child=1 dir=in spi=0x1001 "${GCM[@]}"
ip -n a xfrm state flush
ip -n a xfrm policy flush
clear_ends

# Under load.
e0 4
adit_sas gcm128
xfrm_sas 4 gcm128
background load ip netns exec a ping -n -q -f -s 1000 -w 300 10.1.0.2
again()
{
	local i

	for i in {1..12}; do
		esp a sa-new e0 child=1 dir=out spi=$((0x4000 + i)) "${GCM[@]}" &&
			esp a sa-del e0 1 in 0x1001 && adit_again && ip -n a link del e0 && e0 4 &&
			adit_sas gcm128 || return
	done
}
adit_again()
{
	# shellcheck disable=SC2046 # words are meant
	esp a sa-new e0 child=1 dir=in spi=0x1001 $(adit_alg gcm128 3)
}
check "SAs and the device come and go under load" again
check "load has gone on meanwhile" running load
stop load
check "and it still works" pings a 10.1.0.2
clear_ends
done_testing
