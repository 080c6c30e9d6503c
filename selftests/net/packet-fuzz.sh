#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Changed packets beside live sessions of PPTP: without MPPE, stateless and stateful. See lib-packet-fuzz.sh.
#
#	c: p1 10.9.0.1  ==pptp==  gw0 10.9.0.254 :g
#	   p2 10.9.0.2  MPPE-128 stateless
#	   p3 10.9.0.3  MPPE-128 stateful
#	   wan0 192.0.2.11, .12, .13 --- wan0 192.0.2.1

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"
# shellcheck source=selftests/net/lib-packet-fuzz.sh
. "$(dirname "$0")/lib-packet-fuzz.sh"

fuzz_topology
run ip -n c addr add 192.0.2.12/24 dev wan0
run ip -n c addr add 192.0.2.13/24 dev wan0
run tool g link gw0 mode=1
fuzz_gateway gw0
for n in 1 2 3; do
	run tool g new gw0 id=$n local=192.0.2.1 peer=192.0.2.1$n call-id=10$n peer-call-id=$n net=1 prefix=10.9.0.$n
	run p2p c p$n 192.0.2.1$n 192.0.2.1 $n 10$n 10.9.0.$n 10.9.0.254
	run fuzz_client $n p$n
done
# keys N BITS
keys()
{
	run tool g set gw0 id="$1" "tx=$2:$KEY_A" "rx=$2:$KEY_B" mppe-required
	run tool c set "p$1" id=1 "tx=$2:$KEY_B" "rx=$2:$KEY_A" mppe-required
}
keys 2 128
keys 3 128s

dropped()
{
	local name sum=0 id

	for id in 1 2 3; do
		for name in late duplicate malformed closed plaintext no-key mppe-desync mppe-jump mppe-forged source; do
			sum=$((sum + $(counter g gw0 $id rx-$name)))
		done
	done
	echo $sum
}

# counters_of N: those of both ends that are not nothing, for who has to find out why it does not work.
counters_of()
{
	tool g show gw0 "$1" | sed -n '/=0$/d; s/^rx-/# g: rx-/p'
	tool c show "p$1" 1 | sed -n '/=0$/d; s/^rx-/# c: rx-/p'
}

fuzz_begin
before=$(dropped)
check "changed packets to the gateway" fuzz c
after=$(dropped)
check "are dropped and counted" test "$((after - before))" -gt 100
check "changed packets to the client" fuzz g
# With no acknowledgment of loss by a daemon, stateful MPPE finds its step again by the packets that all change their
# key at, one in 256.
for n in 1 2 3; do
	stop "traffic$n"
	check "session $n works again" wait_for 60 catches_up $n
	[ "$LIB_FAILED" -eq 0 ] || counters_of $n
	run ip -n c route replace 10.5.0.0/24 dev p$n src 10.9.0.$n
	check "and carries a transfer" transfers c s 10.5.0.2 500$n 200
done
ip -n c route del 10.5.0.0/24
fuzz_end gw0 p1 p2 p3
done_testing
