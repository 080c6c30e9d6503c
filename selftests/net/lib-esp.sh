# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests of esp devices share; sourced after lib.sh.
#
#	a: wan0 192.0.2.1, 2001:db8::1; e0, an esp device ---- wan0 192.0.2.2, 2001:db8::2, xfrm :b
#	   10.1.0.1, fd01::1 inside                            10.1.0.2, fd01::2 inside

# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

ESP_TOOL=$(dirname "$0")/esp_tool

# esp NAMESPACE VERB...: esp_tool there.
esp()
{
	ip netns exec "$1" "$ESP_TOOL" "${@:2}"
}

# sa_counts NAMESPACE DEVICE CHILD in|out SPI NAME TEST VALUE
sa_counts()
{
	local value

	value=$(esp "$1" sa-show "$2" "$3" "$4" "$5" | sed -n "s/^$6=//p")
	test "${value:-none}" "$7" "$8" || { echo "$6 is ${value:-none}, not $7 $8"; return 1; }
}

# child_count NAMESPACE DEV CHILD COUNTER
child_count()
{
	esp "$1" child-show "$2" "$3" | sed -n "s/^$4=//p"
}

# child_counts NAMESPACE DEVICE CHILD NAME TEST VALUE
child_counts()
{
	local value

	value=$(child_count "$1" "$2" "$3" "$4")
	test "${value:-none}" "$5" "$6" || { echo "$4 is ${value:-none}, not $5 $6"; return 1; }
}

# key OCTETS [FIRST]: in hexadecimal.
key()
{
	local i

	for ((i = 0; i < $1; i++)); do
		printf %02x $(((i * 7 + ${2:-1}) & 255))
	done
}

# Every algorithm.
# shellcheck disable=SC2034 # for tests
algorithms=(gcm128 gcm192 gcm256 chacha cbc128+sha1-96 cbc128+sha256-128 cbc192+sha256-96 cbc256+sha384-192
	cbc256+sha512-256 3des+sha1-96 null+sha1-96 null+sha256-128)

# What the algorithms are called here and there. adit_alg NAME FIRST: words of esp_tool.
adit_alg()
{
	local cipher=${1%%+*} auth=${1#*+}

	case $cipher in
	gcm*) echo "cipher=aes-gcm key=$(key $((${cipher#gcm} / 8 + 4)) "$2")"; return ;;
	chacha) echo "cipher=chacha20-poly1305 key=$(key 36 "$2")"; return ;;
	cbc*) echo "cipher=aes-cbc key=$(key $((${cipher#cbc} / 8)) "$2")" ;;
	3des) echo "cipher=des3-cbc legacy key=$(key 24 "$2")" ;;
	null) echo "cipher=null" ;;
	esac
	case $auth in
	sha1-96) echo "auth=hmac-sha1-96 auth-key=$(key 20 "$2")" ;;
	sha256-*) echo "auth=hmac-$auth auth-key=$(key 32 "$2")" ;;
	sha384-192) echo "auth=hmac-$auth auth-key=$(key 48 "$2")" ;;
	sha512-256) echo "auth=hmac-$auth auth-key=$(key 64 "$2")" ;;
	esac
}

# xfrm_alg NAME FIRST: sets XFRM_ALG, words of ip xfrm state. NULL has a key, an empty one.
xfrm_alg()
{
	local cipher=${1%%+*} auth=${1#*+} octets

	case $cipher in
	gcm*) XFRM_ALG=(aead "rfc4106(gcm(aes))" "0x$(key $((${cipher#gcm} / 8 + 4)) "$2")" 128); return ;;
	chacha) XFRM_ALG=(aead "rfc7539esp(chacha20,poly1305)" "0x$(key 36 "$2")" 128); return ;;
	cbc*) XFRM_ALG=(enc "cbc(aes)" "0x$(key $((${cipher#cbc} / 8)) "$2")") ;;
	3des) XFRM_ALG=(enc "cbc(des3_ede)" "0x$(key 24 "$2")") ;;
	null) XFRM_ALG=(enc "ecb(cipher_null)" "") ;;
	esac
	case $auth in
	sha1-96) octets=20 ;;
	sha256-*) octets=32 ;;
	sha384-192) octets=48 ;;
	sha512-256) octets=64 ;;
	esac
	XFRM_ALG+=(auth-trunc "hmac(${auth%-*})" "0x$(key $octets "$2")" "${auth#*-}")
}

esp_topology()
{
	namespace a
	namespace b
	join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
	ip -n a addr add 2001:db8::1/64 dev wan0 nodad
	ip -n b addr add 2001:db8::2/64 dev wan0 nodad
	ip -n b addr add 10.1.0.2/32 dev lo
	ip -n b addr add fd01::2/128 dev lo nodad
	ip -n b route add 10.1.0.1 dev wan0 src 10.1.0.2
	ip -n b route add fd01::1 via 2001:db8::1 dev wan0 src fd01::2
}

# e0_up: inner addresses of e0 in a.
e0_up()
{
	ip -n a addr add 10.1.0.1/32 dev e0
	ip -n a addr add fd01::1/128 dev e0 nodad
	ip -n a link set e0 up
	ip -n a route add 10.1.0.2 dev e0 src 10.1.0.1
	ip -n a route add fd01::2 dev e0 src fd01::1
}

# outer 4|6: the outer addresses of a and b.
outer()
{
	if [ "$1" = 4 ]; then
		echo "192.0.2.1 192.0.2.2"
	else
		echo "2001:db8::1 2001:db8::2"
	fi
}

# e0 4|6 [WORD...]: the device, up.
e0()
{
	local ends

	read -ra ends <<<"$(outer "$1")"
	ip -n a link add e0 type esp local "${ends[0]}" remote "${ends[1]}" "${@:2}" && e0_up
}

# adit_sas ALG [WORD...]: both SAs of e0, 0x1001 from b and 0x2001 to b. A word that begins with in: is for the inbound
# one alone, with out: likewise.
adit_sas()
{
	local word in=() out=()

	for word in "${@:2}"; do
		case $word in
		in:*) in+=("${word#in:}") ;;
		out:*) out+=("${word#out:}") ;;
		*) in+=("$word"); out+=("$word") ;;
		esac
	done
	# shellcheck disable=SC2046 # words are meant
	esp a sa-new e0 child=1 dir=in spi=0x1001 $(adit_alg "$1" 3) "${in[@]}" &&
		esp a sa-new e0 child=1 dir=out spi=0x2001 $(adit_alg "$1" 5) "${out[@]}"
}

# xfrm_sas 4|6 ALG [WORD...]: the other end, with policies for both inner families.
xfrm_sas()
{
	local ends inner

	read -ra ends <<<"$(outer "$1")"
	xfrm_alg "$2" 5
	ip -n b xfrm state add src "${ends[0]}" dst "${ends[1]}" proto esp spi 0x2001 reqid 1 mode tunnel \
		flag af-unspec "${XFRM_ALG[@]}" "${@:3}" || return
	xfrm_alg "$2" 3
	ip -n b xfrm state add src "${ends[1]}" dst "${ends[0]}" proto esp spi 0x1001 reqid 1 mode tunnel \
		flag af-unspec "${XFRM_ALG[@]}" "${@:3}" || return
	for inner in "10.1.0.1/32 10.1.0.2/32" "fd01::1/128 fd01::2/128"; do
		ip -n b xfrm policy add src "${inner% *}" dst "${inner#* }" dir in \
			tmpl src "${ends[0]}" dst "${ends[1]}" proto esp reqid 1 mode tunnel &&
			ip -n b xfrm policy add src "${inner#* }" dst "${inner% *}" dir out \
				tmpl src "${ends[1]}" dst "${ends[0]}" proto esp reqid 1 mode tunnel || return
	done
}

# clear_ends: neither has keys any more.
clear_ends()
{
	ip -n b xfrm state flush
	ip -n b xfrm policy flush
	ip -n a link del e0 2>/dev/null
	return 0
}

# both_ways SIZE...: pings of both inner families from a, with so many octets.
both_ways()
{
	local size

	for size; do
		pings a 10.1.0.2 -s "$size" && pings a fd01::2 -s "$size" || return
	done
}

# pings_quietly NAMESPACE ADDRESS [OPTION...]: one that nobody answers.
pings_quietly()
{
	ip netns exec "$1" ping -n -c 3 -i 0.3 -W 2 "${@:3}" "$2"
	true
}
