#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every algorithm of ESP, in tunnel mode over IPv4 and IPv6 with both inside, against the kernel's own IPsec; each with
# and without extended sequence numbers. See lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

esp_topology

# Several remainders of the longest block, and a packet that fills the path.
sizes=(0 1 6 7 1350)

# passes_counted: both SAs have carried both families, and what IPv6 says by itself, and nothing was taken for forged.
passes_counted()
{
	sa_counts a e0 1 in 0x1001 packets -ge $((2 * ${#sizes[@]})) &&
		sa_counts a e0 1 out 0x2001 packets -ge $((2 * ${#sizes[@]})) &&
		sa_counts a e0 1 in 0x1001 forged -eq 0
}

for alg in "${algorithms[@]}"; do
	for family in 4 6; do
		check "$alg over IPv$family: a device" e0 $family
		check "$alg over IPv$family: its keys" adit_sas "$alg"
		check "$alg over IPv$family: the peer's" xfrm_sas $family "$alg" replay-window 64
		check "$alg over IPv$family: every size passes" both_ways "${sizes[@]}"
		check "$alg over IPv$family: and is counted" passes_counted
		clear_ends
	done
done

# One of each shape of algorithm.
for alg in gcm128 chacha cbc128+sha256-128 null+sha1-96; do
	e0 4
	check "$alg with ESN: its keys" adit_sas "$alg" esn in:replay-window=128
	check "$alg with ESN: the peer's" xfrm_sas 4 "$alg" replay-window 128 flag esn
	check "$alg with ESN: every size passes" both_ways "${sizes[@]}"
	check "$alg with ESN: and is counted" passes_counted
	clear_ends
done

# With another key nothing passes.
for alg in gcm128 chacha cbc128+sha256-128 null+sha1-96; do
	e0 4
	adit_sas "$alg"
	xfrm_sas 4 "$alg"
	check "$alg: another inbound key" esp a sa-del e0 1 in 0x1001
	# shellcheck disable=SC2046 # words are meant
	check "$alg: is taken" esp a sa-new e0 child=1 dir=in spi=0x1001 $(adit_alg "$alg" 77)
	check "$alg: and nothing passes" refused_quietly pings a 10.1.0.2
	check "$alg: which is counted as forged" sa_counts a e0 1 in 0x1001 forged -ge 1
	clear_ends
done
done_testing
