#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# As packet-fuzz.sh, for L2TP: outer packets of live sessions, changed at random and sent beside them in both
# directions. Version 2 plain and numbered, version 3 with a cookie, on a concentrator; devices of version 3 over IP and
# of Ethernet. Nothing passes that must not, and afterwards every session works by itself.
#
#	c: l1 10.9.0.1  ==l2tp==  gw0 10.9.0.254 :g  srv0 10.5.0.1 --- 10.5.0.2 srv0 :s
#	   l2 10.9.0.2  numbered
#	   l3 10.9.0.3  version 3, a cookie of 8 octets
#	   l4 10.4.0.1  ==========  l4 10.4.0.2     version 3 over IP, a cookie, numbered
#	   l5 10.6.0.1  ==========  l5 10.6.0.2     Ethernet over UDP, a cookie
#	   wan0 192.0.2.11 --- wan0 192.0.2.1
#
# FUZZ_SEED=N repeats a run as far as timing lets it, FUZZ_SECONDS=N makes it longer (10 for each direction).

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"

FUZZ_SECONDS=${FUZZ_SECONDS:-10}
FUZZ_SEED=${FUZZ_SEED:-$RANDOM}
COOKIE_C=0102030405060708 COOKIE_G=a1a2a3a4a5a6a7a8
echo "# FUZZ_SEED=$FUZZ_SEED repeats this"

namespace c
namespace g
namespace s
join c wan0 192.0.2.11/24 g wan0 192.0.2.1/24
join g srv0 10.5.0.1/24 s srv0 10.5.0.2/24
run ip -n s route add default via 10.5.0.1
ip netns exec g sysctl -qw net.ipv4.ip_forward=1
# Replies leave by the session whose address asked.
ip netns exec c sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0

run ip -n g link add gw0 type l2tp mode concentrator
run ip -n g addr add 10.9.0.254/32 dev gw0
run ip -n g link set gw0 up
run ip -n g route add 10.9.0.0/24 dev gw0
background server ip netns exec g "$TOOL" socket 192.0.2.1 1701
check "a socket is attached" wait_for 10 log_has server attached

# client N WORD...: device lN of c, whose inner address is 10.9.0.N.
client()
{
	ip -n c link add "l$1" type l2tp local 192.0.2.11 remote 192.0.2.1 local-port "170$1" "${@:2}" || return
	ip -n c addr add "10.9.0.$1/32" dev "l$1" && ip -n c link set "l$1" up &&
		ip -n c route add 10.9.0.254 dev "l$1" table "$1" && ip -n c route add 10.5.0.0/24 dev "l$1" table "$1" &&
		ip -n c rule add from "10.9.0.$1" lookup "$1"
}

# session N WORD...: its session at g.
session()
{
	tool g new gw0 id="$1" local=192.0.2.1 peer=192.0.2.11 peer-port="170$1" net=3 prefix="10.9.0.$1" "${@:2}"
}

# What comes, and whether in order, is not said beforehand: numbers of a run of changed packets are behind or ahead.
run session 1 l2tp=101/201/1/1
run client 1 tunnel-id 1 peer-tunnel-id 101 session-id 1 peer-session-id 201
run session 2 l2tp=102/202/2/2/1
run client 2 tunnel-id 2 peer-tunnel-id 102 session-id 2 peer-session-id 202 seq send
run session 3 l2tp3=203/3/$COOKIE_G/$COOKIE_C
run client 3 version 3 session-id 3 peer-session-id 203 cookie $COOKIE_C peer-cookie $COOKIE_G

# end NAMESPACE DEVICE ADDRESS LOCAL REMOTE WORD...
end()
{
	ip -n "$1" link add "$2" type l2tp local "$4" remote "$5" version 3 "${@:6}" &&
		ip -n "$1" addr add "$3/24" dev "$2" && ip -n "$1" link set "$2" up
}
run end c l4 10.4.0.1 192.0.2.11 192.0.2.1 encap ip session-id 4 peer-session-id 204 cookie $COOKIE_C \
	peer-cookie $COOKIE_G seq send
run end g l4 10.4.0.2 192.0.2.1 192.0.2.11 encap ip session-id 204 peer-session-id 4 cookie $COOKIE_G \
	peer-cookie $COOKIE_C seq send
run end c l5 10.6.0.1 192.0.2.11 192.0.2.1 payload ethernet local-port 1705 remote-port 1701 session-id 5 \
	peer-session-id 205 cookie $COOKIE_C peer-cookie $COOKIE_G
run end g l5 10.6.0.2 192.0.2.1 192.0.2.11 payload ethernet local-port 1701 remote-port 1705 session-id 205 \
	peer-session-id 5 cookie $COOKIE_G peer-cookie $COOKIE_C

# What arrives at the server from anybody but the three has got past the check of the source.
run ip netns exec s nft -f - <<-END
	table ip watch {
		counter stranger { }
		chain input {
			type filter hook input priority 0
			ip saddr != { 10.9.0.1, 10.9.0.2, 10.9.0.3, 10.5.0.1 } counter name stranger
		}
	}
END

# What is behind session N, and the words of ping that lead through it.
THROUGH=([1]="-I 10.9.0.1 10.5.0.2" [2]="-I 10.9.0.2 10.5.0.2" [3]="-I 10.9.0.3 10.5.0.2" [4]=10.4.0.2 [5]=10.6.0.2)

# works N: session N carries a ping.
works()
{
	# shellcheck disable=SC2086 # words are meant
	ip netns exec c ping -n -c 1 -W $((2 * TIME_FACTOR)) ${THROUGH[$1]}
}

for n in 1 2 3 4 5; do
	check "session $n" wait_for 10 works $n
done

# fuzz NAMESPACE: while all sessions carry traffic; says what it did, which must be something.
fuzz()
{
	local out seen sent

	out=$(ip netns exec "$1" "$(dirname "$0")/packet_fuzz_tool" wan0 "$FUZZ_SECONDS" "$FUZZ_SEED" \
		"$((2000 * FUZZ_SECONDS))") || return
	echo "# $1: $out" >&3
	read -r _ seen _ sent <<<"$out"
	[ "$seen" -gt 20 ] && [ "$sent" -gt 200 ]
}
exec 3>&1

# dropped REASON...: by all sessions of g.
dropped()
{
	local name sum=0 id

	for name; do
		for id in 1 2 3; do
			sum=$((sum + $(counter g gw0 $id "rx-$name")))
		done
		sum=$((sum + $(counter g l4 1 "rx-$name") + $(counter g l5 1 "rx-$name")))
	done
	echo $sum
}

# Valid packets to change.
for n in 1 2 3 4 5; do
	# shellcheck disable=SC2086 # words are meant
	background "traffic$n" ip netns exec c ping -n -q -i 0.01 -s 200 -p 61646974 ${THROUGH[$n]}
done
check "changed packets to the gateway" fuzz c
for reason in malformed cookie source "late duplicate"; do
	# shellcheck disable=SC2086 # two words are meant
	check "some are dropped and counted: $reason" test "$(dropped $reason)" -gt 0
done
# More is pulled than there is where a length was believed.
check "none for want of memory" test "$(dropped no-memory)" -eq 0
check "changed packets to the client" fuzz g
for n in 1 2 3 4 5; do
	stop "traffic$n"
done

# Where a changed packet has moved the sequence, those that come are behind it until they are seen to go on.
catches_up()
{
	# shellcheck disable=SC2086 # words are meant
	ip netns exec c ping -n -q -c 20 -i 0.01 -W 1 ${THROUGH[$1]} >/dev/null
	works "$1"
}
for n in 1 2 3 4 5; do
	check "session $n works again by itself" wait_for 60 catches_up $n
done
check "no packet of a stranger came to the server" \
	bash -c "ip netns exec s nft list counter ip watch stranger | grep -q 'packets 0 '"
check "the concentrator is removed with its sessions" ip -n g link del gw0
for n in 1 2 3 4 5; do
	check "device $n is removed" ip -n c link del l$n
done
check "and its ends at the gateway" bash -c "ip -n g link del l4 && ip -n g link del l5"

done_testing
