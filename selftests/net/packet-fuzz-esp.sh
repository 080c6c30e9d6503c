#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Changed packets beside live children of ESP: in a tunnel, in UDP, and with L2TP inside. Integrity without a cipher, so
# that the tool, which has the key, can change what is inside and sign it anew. See lib-packet-fuzz.sh.
#
#	c: e1 10.9.0.1  ==esp==  e0 10.9.0.254 :g      child 1, a tunnel
#	   e2 10.9.0.2                                 child 2, a tunnel in UDP
#	   l3 10.9.0.3  ==l2tp== l0                    child 3, which carries L2TP

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"
# shellcheck source=selftests/net/lib-packet-fuzz.sh
. "$(dirname "$0")/lib-packet-fuzz.sh"

KEY=$(key 32 9)

fuzz_topology
for ns in c g; do
	run ip -n $ns link add e0 type esp mode concentrator
	ip -n $ns link set e0 up
done
run ip -n g link add l0 type l2tp mode concentrator
fuzz_gateway e0
run ip -n g addr add 10.9.0.253/32 dev l0
run ip -n g link set l0 up
run ip -n g route add 10.9.0.3 dev l0
background sock-c ip netns exec c "$ESP_TOOL" socket 192.0.2.11 4500
background sock-g ip netns exec g "$ESP_TOOL" socket 192.0.2.1 4500
check "sockets are attached" wait_for 10 bash -c "grep -q attached $TMP/sock-c.log && grep -q attached $TMP/sock-g.log"

# child N WORD...: at both ends.
child()
{
	local ns own peer

	for ns in c g; do
		read -r own peer <<<"$([ $ns = c ] && echo 192.0.2.11 192.0.2.1 || echo 192.0.2.1 192.0.2.11)"
		esp $ns child-new e0 id="$1" local="$own" peer="$peer" "${@:2}" || return
		esp $ns sa-new e0 child="$1" dir=in spi="0x100$1" cipher=null auth=hmac-sha256-128 auth-key="$KEY" \
			replay-window=4096 &&
			esp $ns sa-new e0 child="$1" dir=out spi="0x100$1" cipher=null auth=hmac-sha256-128 \
				auth-key="$KEY" || return
	done
}
# Selectors of both ends differ; a tunnel's are set afterwards.
# tunnel N
tunnel()
{
	esp g child-set e0 id="$1" sel="0.0.0.0/0,10.9.0.$1" && esp c child-set e0 id="$1" sel="10.9.0.$1,0.0.0.0/0"
}
run child 1 sel=0.0.0.0/0,0.0.0.0/0
run tunnel 1
run child 2 sel=0.0.0.0/0,0.0.0.0/0 local-port=4500 peer-port=4500
run tunnel 2
run child 3 mode=transport l2tp-port=1701
run tool g new l0 id=3 child-dev=e0 child=3 l2tp=2/4/1/3 net=3 prefix=10.9.0.3
run ip -n c link add l3 type l2tp child-dev e0 child 3 tunnel-id 1 peer-tunnel-id 2 session-id 3 peer-session-id 4
for n in 1 2; do
	run fuzz_client $n e0
done
run fuzz_client 3 l3
# What comes as control is for somebody.
background owner ip netns exec g "$ESP_TOOL" listen e0 600 never
wait_for 10 log_has owner claimed

# dropped REASON...: by all children of g.
dropped()
{
	local name id value sum=0

	for name; do
		for id in 1 2 3; do
			value=$(esp g sa-show e0 $id in 0x100$id | sed -n "s/^$name=//p")
			sum=$((sum + value))
		done
	done
	echo $sum
}

fuzz_begin
check "changed packets to the gateway, signed and not" fuzz c "$KEY"
for reason in malformed forged replayed padding protocol inner selector; do
	check "some are dropped and counted: $reason" test "$(dropped $reason)" -gt 0
done
check "and by L2TP, for no session" child_counts g e0 3 no-session -gt 0
check "and as a control message" child_counts g e0 3 controls -gt 0
check "and by the session" bash -c "ip netns exec g $TOOL show l0 3 | grep -Eq 'rx-(source|malformed|closed)=[1-9]'"
check "none for want of memory" test "$(dropped no-memory)" -eq 0
check "changed packets to the client" fuzz g "$KEY"
fuzz_end e0 l3 e0
check "and the gateway's l2tp device" ip -n g link del l0
done_testing
