#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Changed packets beside live sessions of L2TP: version 2 plain and numbered, version 3 with a cookie, on a concentrator;
# devices of version 3 over IP and of Ethernet. See lib-packet-fuzz.sh.
#
#	c: l1 10.9.0.1  ==l2tp==  gw0 10.9.0.254 :g
#	   l2 10.9.0.2  numbered
#	   l3 10.9.0.3  version 3, a cookie of 8 octets
#	   l4 10.4.0.1  ==========  l4 10.4.0.2     version 3 over IP, a cookie, numbered
#	   l5 10.6.0.1  ==========  l5 10.6.0.2     Ethernet over UDP, a cookie

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-packet-fuzz.sh
. "$(dirname "$0")/lib-packet-fuzz.sh"

COOKIE_C=0102030405060708 COOKIE_G=a1a2a3a4a5a6a7a8

fuzz_topology
run ip -n g link add gw0 type l2tp mode concentrator
fuzz_gateway gw0
background server ip netns exec g "$TOOL" socket 192.0.2.1 1701
check "a socket is attached" wait_for 10 log_has server attached

# client N WORD...: device lN of c, whose inner address is 10.9.0.N.
client()
{
	ip -n c link add "l$1" type l2tp local 192.0.2.11 remote 192.0.2.1 local-port "170$1" "${@:2}" && fuzz_client "$1" "l$1"
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

THROUGH+=([4]=10.4.0.2 [5]=10.6.0.2)

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

fuzz_begin
check "changed packets to the gateway" fuzz c
for reason in malformed cookie source "late duplicate"; do
	# shellcheck disable=SC2086 # two words are meant
	check "some are dropped and counted: $reason" test "$(dropped $reason)" -gt 0
done
# More is pulled than there is where a length was believed.
check "none for want of memory" test "$(dropped no-memory)" -eq 0
check "changed packets to the client" fuzz g
fuzz_end gw0 l1 l2 l3 l4 l5
check "and their ends at the gateway" bash -c "ip -n g link del l4 && ip -n g link del l5"
done_testing
