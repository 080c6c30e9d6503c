# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What packet-fuzz*.sh share: outer packets of live sessions, changed at random and sent beside them in both directions.
# Nothing passes that must not, and afterwards every session works by itself. Sourced after lib.sh and the kind's; the
# test makes sessions and sets THROUGH.
#
#	c: wan0 192.0.2.11 --- wan0 192.0.2.1 :g  srv0 10.5.0.1 --- 10.5.0.2 srv0 :s
#	   10.9.0.N inside     10.9.0.254 inside
#
# FUZZ_SEED=N repeats a run as far as timing lets it, FUZZ_SECONDS=N makes it longer (10 for each direction).

FUZZ_SECONDS=${FUZZ_SECONDS:-10}
FUZZ_SEED=${FUZZ_SEED:-$RANDOM}
echo "# FUZZ_SEED=$FUZZ_SEED repeats this"
exec 3>&1

# THROUGH[N]: the words of ping that lead through session N; those of 1 to 3 are behind the concentrator.
THROUGH=([1]="-I 10.9.0.1 10.5.0.2" [2]="-I 10.9.0.2 10.5.0.2" [3]="-I 10.9.0.3 10.5.0.2")

fuzz_topology()
{
	namespace c
	namespace g
	namespace s
	join c wan0 192.0.2.11/24 g wan0 192.0.2.1/24
	join g srv0 10.5.0.1/24 s srv0 10.5.0.2/24
	run ip -n s route add default via 10.5.0.1
	ip netns exec g sysctl -qw net.ipv4.ip_forward=1
	# Replies leave by the session whose address asked.
	ip netns exec c sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	# What arrives at the server from anybody but the three has got past the check of the source.
	rules s <<-END
		table ip watch {
			chain input {
				type filter hook input priority 0
				ip saddr 10.9.0.1-10.9.0.3 accept
				ip saddr 10.5.0.1 accept
				counter
			}
		}
	END
}

# fuzz_gateway DEVICE: up, with the clients behind it.
fuzz_gateway()
{
	run ip -n g addr add 10.9.0.254/32 dev "$1"
	run ip -n g link set "$1" up
	run ip -n g route add 10.9.0.0/24 dev "$1"
}

# fuzz_client N DEVICE: of c, with the address 10.9.0.N.
fuzz_client()
{
	ip -n c addr replace "10.9.0.$1/32" dev "$2" && ip -n c link set "$2" up &&
		ip -n c route add 10.9.0.254 dev "$2" table "$1" && ip -n c route add 10.5.0.0/24 dev "$2" table "$1" &&
		ip -n c rule add from "10.9.0.$1" lookup "$1"
}

# works N: session N carries a ping.
works()
{
	# shellcheck disable=SC2086 # words are meant
	ip netns exec c ping -n -c 1 -W $((2 * TIME_FACTOR)) ${THROUGH[$1]}
}

fuzz_begin()
{
	local n

	for n in "${!THROUGH[@]}"; do
		check "session $n" wait_for 10 works "$n"
	done
	# Valid packets to change.
	for n in "${!THROUGH[@]}"; do
		# shellcheck disable=SC2086 # words are meant
		background "traffic$n" ip netns exec c ping -n -q -i 0.01 -s 200 -p 61646974 ${THROUGH[$n]}
	done
}

# fuzz NAMESPACE [KEY]: while all sessions carry traffic; says what it did, which must be something.
fuzz()
{
	local out seen sent

	out=$(ip netns exec "$1" "$(dirname "$0")/packet_fuzz_tool" wan0 "$FUZZ_SECONDS" "$FUZZ_SEED" \
		"$((2000 * FUZZ_SECONDS))" "${@:2}") || return
	echo "# $1: $out" >&3
	read -r _ seen _ sent <<<"$out"
	[ "$seen" -gt 20 ] && [ "$sent" -gt 200 ]
}

# Where a changed packet has moved a sequence, those that come are behind it until they are seen to go on.
catches_up()
{
	# shellcheck disable=SC2086 # words are meant
	ip netns exec c ping -n -q -c 300 -i 0.002 -w 20 ${THROUGH[$1]} >/dev/null
	works "$1"
}

# fuzz_end DEVICE CLIENT-DEVICE...: every session works, and everything is removed.
fuzz_end()
{
	local n dev

	for n in "${!THROUGH[@]}"; do
		stop "traffic$n"
	done
	for n in "${!THROUGH[@]}"; do
		check "session $n works again by itself" wait_for 60 catches_up "$n"
	done
	check "no packet of a stranger came to the server" \
		bash -c "ip netns exec s nft list chain ip watch input | grep -q 'counter packets 0 '"
	check "the concentrator is removed with its sessions" ip -n g link del "$1"
	for dev in "${@:2}"; do
		check "device $dev is removed" ip -n c link del "$dev"
	done
}
