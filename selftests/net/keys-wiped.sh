#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Keys of ESP and MPPE are in the machine's memory while they are used, once an SA or a session is gone in no place of it:
# neither in what held them, nor in what they came by. See kcore_tool.c, and lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

KCORE=$(dirname "$0")/kcore_tool

# random OCTETS: in hexadecimal, which never were octets here.
random()
{
	local i

	for ((i = 0; i < $1; i++)); do
		printf %02x $((RANDOM & 255))
	done
}

# sa SPI DIRECTION WORD...
sa()
{
	esp a sa-new e0 child=1 spi="$1" dir="$2" "${@:3}"
}

# All keys of this run begin alike.
begin=$(random 4)
declare -A keys
# HMAC does not keep its key, but what it has made of it.
for name in gcm256 cbc128 chacha mppe hmac other-hmac; do
	keys[$name]=$begin$(random 12)
done
held=("${keys[gcm256]}" "${keys[cbc128]}" "${keys[chacha]}" "${keys[mppe]}")

esp_topology
# The modules of the algorithms test themselves at their first use, and are there from then on.
e0 4
for alg in gcm256 chacha cbc128+sha256-128 null+sha256-128; do
	check "$alg is there" adit_sas $alg
	ip -n a link del e0
	e0 4
done

check "AES-GCM" sa 0x1001 in cipher=aes-gcm key="${keys[gcm256]}$(random 20)"
check "AES-CBC, HMAC" sa 0x1002 in cipher=aes-cbc key="${keys[cbc128]}" auth=hmac-sha256-128 \
	auth-key="${keys[hmac]}$(random 16)"
check "ChaCha20-Poly1305" sa 0x1003 in cipher=chacha20-poly1305 key="${keys[chacha]}$(random 20)"
check "no cipher, HMAC" sa 0x2001 out cipher=null auth=hmac-sha256-128 auth-key="${keys[other-hmac]}$(random 16)"
run p2p a p0 192.0.2.1 192.0.2.2 11 22 10.2.0.1 10.2.0.2
check "MPPE" tool a set p0 id=1 "tx=128:${keys[mppe]}" "rx=128:${keys[mppe]}" mppe-required
check "they are in memory, but HMAC's" "$KCORE" has "${held[@]}"
check "which are not" "$KCORE" lacks "${keys[hmac]}" "${keys[other-hmac]}"
check "what is refused is no less wiped" says "belongs to a security association" \
	sa 0x1001 in cipher=aes-gcm key="${keys[gcm256]}$(random 20)"
for spi in 0x1001 0x1002 0x1003; do
	check "an SA is gone" esp a sa-del e0 1 in $spi
done
check "the other as well" esp a sa-del e0 1 out 0x2001
check "and the session" ip -n a link del p0
check "no key is left in memory" wait_for 60 "$KCORE" lacks "${keys[@]}"

done_testing
