#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Encryption in place is for octets that are ours alone: what a tap holds of a packet is not encrypted or decrypted under
# its eyes, and a file's pages in memory, which sendfile() makes packets of, stay what they were, even where whoever
# sends them to us may not write to that file. See lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

OCTETS=$(dirname "$0")/others_octets.py
PATTERN=a5

octets()
{
	ip netns exec "$1" python3 "$OCTETS" "${@:2}"
}

# A command of others_octets.py's: ten from a, whose replies have the pattern as well.
PINGS=(ip netns exec a ping -q -n -c 10 -i 0.02 -s 200 -p "$PATTERN" -W $((5 * TIME_FACTOR)) 10.1.0.2)

# sent_from_file udp|tcp PORT OCTETS: from a through the tunnel; b has what the file has, which is what it was.
sent_from_file()
{
	local rc=0

	rm -f "$TMP/listens"
	ip netns exec b timeout $((20 * TIME_FACTOR)) python3 "$OCTETS" receive "$1" 10.1.0.2 "$2" "$3" \
		>"$TMP/got" 2>"$TMP/listens" &
	wait_for 10 grep -q listens "$TMP/listens" && octets a file "$TMP/file" "$1" 10.1.0.2 "$2" || rc=1
	wait $! || rc=1
	cmp "$TMP/file" "$TMP/got" && unchanged || rc=1
	[ $rc = 0 ] || cat "$TMP/listens"
	return $rc
}

# file OCTETS: "$TMP/file", and what it was.
file()
{
	head -c "$1" /dev/urandom >"$TMP/file"
	cp "$TMP/file" "$TMP/file.was"
}

unchanged()
{
	cmp "$TMP/file" "$TMP/file.was"
}

# through NAME DEVICE PROTOCOL: a's device, and the protocol that goes outside of it.
through()
{
	check "$1: packets pass" wait_for 10 pings a 10.1.0.2
	check "$1: a tap outside holds nothing in clear" octets a tap wan0 "$3" 0 $PATTERN "${PINGS[@]}"
	check "$1: at the other end likewise" octets b tap wan0 "$3" 0 $PATTERN "${PINGS[@]}"
	check "$1: a tap inside holds nothing encrypted" octets a tap "$2" 1 20 $PATTERN "${PINGS[@]}"
	file 1000
	check "$1: a datagram made of a file" sent_from_file udp 5000 1000
	file 200000
	check "$1: a stream made of a file" sent_from_file tcp 5001 200000
}

esp_topology
for alg in gcm128 chacha cbc128+sha256-128; do
	e0 4
	adit_sas $alg
	xfrm_sas 4 $alg
	through $alg e0 50
	clear_ends
done

# From a place that anybody can send to: what is there of an SPI that is known is decrypted before it is known to be forged.
ip -n a link add e0 type esp mode concentrator
e0_up
background sock ip netns exec a "$ESP_TOOL" socket 192.0.2.1 4500
check "UDP: a socket" wait_for 10 log_has sock attached
check "UDP: a child" esp a child-new e0 id=1 local=192.0.2.1 peer=192.0.2.2 local-port=4500 peer-port=4500 \
	sel=10.1.0.1,10.1.0.2
check "UDP: keys" adit_sas gcm128
file 1000
printf '\x00\x00\x10\x01\x00\x00\x00\x01' | dd of="$TMP/file" conv=notrunc status=none
cp "$TMP/file" "$TMP/file.was"
check "UDP: a forged packet made of a file" octets b file "$TMP/file" udp 192.0.2.1 4500 192.0.2.2
check "UDP: is known as that" wait_for 10 sa_counts a e0 1 in 0x1001 forged -eq 1
check "UDP: and the file is what it was" unchanged
stop sock
clear_ends
ip -n b route del 10.1.0.1

run p2p a p0 192.0.2.1 192.0.2.2 11 22 10.1.0.1 10.1.0.2
run ip -n b addr del 10.1.0.2/32 dev lo
run p2p b p0 192.0.2.2 192.0.2.1 22 11 10.1.0.2 10.1.0.1
run tool a set p0 id=1 "tx=128:$KEY_A" "rx=128:$KEY_B" mppe-required
run tool b set p0 id=1 "tx=128:$KEY_B" "rx=128:$KEY_A" mppe-required
through MPPE p0 47

done_testing
