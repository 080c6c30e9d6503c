#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Outer packets of live sessions, changed at random and sent beside them in both directions: without MPPE, stateless and
# stateful. Nothing passes that must not, and afterwards every session works by itself.
#
#	c: p1 10.9.0.1  ==pptp==  gw0 10.9.0.254 :g  srv0 10.5.0.1 --- 10.5.0.2 srv0 :s
#	   p2 10.9.0.2  MPPE-128 stateless
#	   p3 10.9.0.3  MPPE-128 stateful
#	   wan0 192.0.2.11, .12, .13 --- wan0 192.0.2.1
#
# FUZZ_SEED=N repeats a run as far as timing lets it, FUZZ_SECONDS=N makes it longer (10 for each direction).

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

FUZZ_SECONDS=${FUZZ_SECONDS:-10}
FUZZ_SEED=${FUZZ_SEED:-$RANDOM}
echo "# FUZZ_SEED=$FUZZ_SEED repeats this"

namespace c
namespace g
namespace s
join c wan0 192.0.2.11/24 g wan0 192.0.2.1/24
join g srv0 10.5.0.1/24 s srv0 10.5.0.2/24
run ip -n c addr add 192.0.2.12/24 dev wan0
run ip -n c addr add 192.0.2.13/24 dev wan0
run ip -n s route add default via 10.5.0.1
ip netns exec g sysctl -qw net.ipv4.ip_forward=1
# Replies leave by the session whose address asked.
ip netns exec c sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0

run tool g link gw0 mode=1
run ip -n g addr add 10.9.0.254/32 dev gw0
run ip -n g link set gw0 up
run ip -n g route add 10.9.0.0/24 dev gw0
for n in 1 2 3; do
	run tool g new gw0 id=$n local=192.0.2.1 peer=192.0.2.1$n call-id=10$n peer-call-id=$n net=1 prefix=10.9.0.$n
	run p2p c p$n 192.0.2.1$n 192.0.2.1 $n 10$n 10.9.0.$n 10.9.0.254
	run ip -n c route add 10.5.0.0/24 dev p$n table $n
	run ip -n c route add 10.9.0.254 dev p$n table $n
	run ip -n c rule add from 10.9.0.$n lookup $n
done
# keys N BITS
keys()
{
	run tool g set gw0 id="$1" "tx=$2:$KEY_A" "rx=$2:$KEY_B" mppe-required
	run tool c set "p$1" id=1 "tx=$2:$KEY_B" "rx=$2:$KEY_A" mppe-required
}
keys 2 128
keys 3 128s

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

# works N: session N carries a ping to the server and back.
works()
{
	pings c 10.5.0.2 -I "10.9.0.$1"
}

for n in 1 2 3; do
	check "session $n" wait_for 10 works $n
done

# fuzz NAMESPACE: while all three sessions carry traffic; says what it did, which must be something.
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

# Valid packets to change.
for n in 1 2 3; do
	background "traffic$n" ip netns exec c ping -n -q -i 0.005 -s 200 -p 61646974 -I "10.9.0.$n" 10.5.0.2
done
before=$(dropped)
check "changed packets to the gateway" fuzz c
after=$(dropped)
check "are dropped and counted" test "$((after - before))" -gt 100
check "changed packets to the client" fuzz g
for n in 1 2 3; do
	stop "traffic$n"
done

# With no acknowledgment of loss by a daemon, stateful MPPE finds its step again by the packets that all change their
# key at, one in 256.
catches_up()
{
	ip netns exec c ping -n -q -f -c 300 -w 20 -I "10.9.0.$1" 10.5.0.2 >/dev/null
	works "$1"
}
for n in 1 2 3; do
	check "session $n works again by itself" wait_for 60 catches_up $n
	run ip -n c route replace 10.5.0.0/24 dev p$n src 10.9.0.$n
	check "and carries a transfer" transfers c s 10.5.0.2 500$n 200
done
check "no packet of a stranger came to the server" \
	bash -c "ip netns exec s nft list counter ip watch stranger | grep -q 'packets 0 '"
check "the device is removed with its sessions" ip -n g link del gw0
for n in 1 2 3; do
	check "and that of client $n" ip -n c link del p$n
done

done_testing
