#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sequence numbers (RFC 4303 sections 2.2 and 3.3.3) of associations that have come far: extended ones into their next
# half, with every algorithm, against the kernel's own IPsec; and those that must not begin anew, short and extended.
# See lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

HALF=$((1 << 32))

# both_at ALG HIGH LOW: both ends have both associations come to that number.
both_at()
{
	adit_sas "$1" esn in:replay-window=128 seq=$(($2 * HALF + $3)) &&
		xfrm_sas 4 "$1" replay-window 128 flag esn replay-seq "$3" replay-oseq "$3" replay-seq-hi "$2" \
			replay-oseq-hi "$2"
}

# number_is in|out SPI TEST VALUE
number_is()
{
	sa_counts a e0 1 "$1" "$2" seq "$3" "$4"
}

esp_topology
for alg in "${algorithms[@]}"; do
	e0 4
	check "$alg: just before the next half" both_at "$alg" 4 $((HALF - 3))
	check "$alg: packets pass" pings a 10.1.0.2 -c 6 -i 0.1
	check "$alg: into it" number_is out 0x2001 -gt $((5 * HALF))
	check "$alg: both ways" number_is in 0x1001 -gt $((5 * HALF))
	check "$alg: and none is taken for forged" sa_counts a e0 1 in 0x1001 forged -eq 0
	clear_ends
done

# The halves differ.
e0 4
check "this end is a half further" adit_sas gcm128 esn in:replay-window=128 seq=$((5 * HALF + 100))
check "than the other" xfrm_sas 4 gcm128 replay-window 128 flag esn replay-seq 100 replay-oseq 100 replay-seq-hi 4 \
	replay-oseq-hi 4
check "and what goes out is not believed" refused_quietly pings a 10.1.0.2
check "nor what comes in" refused_quietly pings b 10.1.0.1
check "which is forged" sa_counts a e0 1 in 0x1001 forged -ge 1
clear_ends

# The last number. Nobody answers, and what the device says by itself counts as well, so it says nothing.
# pings_once ADDRESS: one packet.
pings_once()
{
	ip netns exec a ping -n -c 1 -W 1 "$1"
	true
}
run ip netns exec a sysctl -qw net.ipv6.conf.default.disable_ipv6=1
# last_sent: number of the last packet of the outbound SA; too large for sa_counts.
last_sent()
{
	esp a sa-show e0 1 out 0x2001 | sed -n 's/^seq=//p'
}
# e0_quiet: the device, without IPv6.
e0_quiet()
{
	ip -n a link add e0 type esp local 192.0.2.1 remote 192.0.2.2 && ip -n a addr add 10.1.0.1/32 dev e0 &&
		ip -n a link set e0 up && ip -n a route add 10.1.0.2 dev e0 src 10.1.0.1
}
for last in "$((HALF - 1)) $((HALF - 3))" "18446744073709551615 18446744073709551613 esn"; do
	read -r -a words <<<"$last"
	e0_quiet
	background end ip netns exec a "$ESP_TOOL" listen e0 60 hard
	check "up to ${words[0]}: listens" wait_for 10 log_has end claimed
	check "up to ${words[0]}: keys" adit_sas gcm128 "${words[@]:2}" "out:seq=${words[1]}"
	for turn in 1 2; do
		check "up to ${words[0]}: packet $turn goes out" on_wire a wan0 'ip proto 50' . pings_once 10.1.0.2
	done
	check "up to ${words[0]}: no third" refused on_wire a wan0 'ip proto 50' . pings_once 10.1.0.2
	check "up to ${words[0]}: nor in clear" refused on_wire a wan0 'ip host 10.1.0.2' . pings_once 10.1.0.2
	check "up to ${words[0]}: the owner is told" wait_for 20 log_has end "sa child=1 out 0x2001 hard"
	check "up to ${words[0]}: it was the last" test "$(last_sent)" = "${words[0]}"
	stop end
	clear_ends
done
done_testing
