#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ESP by another implementation (esp_model.py), which agrees with what RFC 3602, RFC 7634 and the draft of RFC 4106's
# vectors print: the packets of RFCs as they stand there are taken and opened, and what we send is what the model opens.
# See lib-esp.sh for the topology; b has no IPsec.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

MODEL=$(dirname "$0")/esp_model.py
AUTH=000102030405060708090a0b0c0d0e0f10111213
CHACHA=808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3
CASE5=90d382b410eeba7ad938c46cec1a82bf

esp_topology
ip -n b route del 10.1.0.1
model()
{
	ip netns exec b python3 "$MODEL" "$@"
}

check "the model agrees with the RFCs" model check

# octets DEVICE HEX COMMAND...: whether a packet with these octets, as tcpdump shows them, comes out of the device.
octets()
{
	local dev=$1 hex=$2

	ip netns exec a python3 - "$dev" "$hex" "${@:3}" <<-'PROGRAM'
		import socket, subprocess, sys
		sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
		sock.bind((sys.argv[1], 3))
		sock.settimeout(20)
		subprocess.run(["nsenter", "--net=/run/netns/b", *sys.argv[3:]], check=True)
		want = bytes.fromhex(sys.argv[2])
		while True:
		    got = sock.recv(4096)
		    print(got.hex())
		    if got == want:
		        break
	PROGRAM
}

ECHO=08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637
e0 4
check "RFC 7634 appendix A: its key" esp a sa-new e0 child=1 dir=in spi=0x01020304 cipher=chacha20-poly1305 key=$CHACHA
check "its packet is what the appendix says" \
	octets e0 45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec1000073627$ECHO \
	python3 "$MODEL" send rfc7634 192.0.2.2 192.0.2.1
check "and is counted" sa_counts a e0 1 in 0x01020304 packets -eq 1
check "once more" model send rfc7634 192.0.2.2 192.0.2.1
check "it is a replay" wait_for 10 sa_counts a e0 1 in 0x01020304 replayed -eq 1
check "with another key" esp a sa-del e0 1 in 0x01020304
esp a sa-new e0 child=1 dir=in spi=0x01020304 cipher=chacha20-poly1305 key="${CHACHA%?}4"
model send rfc7634 192.0.2.2 192.0.2.1
check "it is a forgery" wait_for 10 sa_counts a e0 1 in 0x01020304 forged -eq 1
clear_ends

ip -n a link add e0 type esp local 192.0.2.1 remote 192.0.2.2 esp-mode transport
ip -n a link set e0 up
check "RFC 3602 case 5: its key" esp a sa-new e0 child=1 dir=in spi=0x4321 cipher=aes-cbc key=$CASE5 \
	auth=hmac-sha1-96 auth-key=$AUTH
check "its packet is taken" model send rfc3602 192.0.2.2 192.0.2.1
check "and opened" wait_for 10 sa_counts a e0 1 in 0x4321 packets -eq 1
# An echo reply of nobody's: what counts is that its checksum is right, which the stack looks at.
check "to a message that the stack takes" \
	test "$(ip netns exec a awk '/^Icmp: [0-9]/ { print $4 }' /proc/net/snmp)" = 0
clear_ends

# Of the model's own, and back.
inner=$(python3 -c '
import socket, struct
def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)
icmp = struct.pack("!BBHHH", 0, 0, 0, 7, 1) + b"vector"
icmp = icmp[:2] + checksum(icmp) + icmp[4:]
head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 1, 0, 64, 1, 0) + bytes([10, 1, 0, 2, 10, 1, 0, 1])
print((head[:10] + checksum(head) + head[12:] + icmp).hex())')

# trial ALGORITHM KEY AUTH-KEY WORD...
trial()
{
	local alg=$1 key=$2 auth=$3

	shift 3
	e0 4
	check "$alg: keys" esp a sa-new e0 child=1 dir=in spi=0x1001 "$@"
	check "$alg: and out" esp a sa-new e0 child=1 dir=out spi=0x2001 "$@"
	check "$alg: what the model seals is opened" octets e0 "$inner" \
		python3 "$MODEL" made "$alg" 0x1001 7 "$key" "$auth" 192.0.2.2 192.0.2.1 "$inner" 4
	background hear ip netns exec b python3 "$MODEL" hear "$alg" "$key" "$auth" 192.0.2.2
	wait_for 10 log_has hear hears
	pings_quietly a 10.1.0.2 -p 766563746f72 -s 40
	check "$alg: what we seal the model opens" wait_for 10 log_has hear "opened 45*766563746f72"
	check "$alg: and it finds nothing wrong" bash -c "! grep -Eq 'forged|wrong' $TMP/hear.log"
	stop hear
	clear_ends
}

trial gcm "$(key 20)" "" cipher=aes-gcm "key=$(key 20)"
trial gcm "$(key 36)" "" cipher=aes-gcm "key=$(key 36)"
trial chacha "$(key 36)" "" cipher=chacha20-poly1305 "key=$(key 36)"
trial cbc+sha1-96 "$(key 16)" "$AUTH" cipher=aes-cbc "key=$(key 16)" auth=hmac-sha1-96 auth-key="$AUTH"
trial null+sha256-128 "" "$(key 32)" cipher=null auth=hmac-sha256-128 "auth-key=$(key 32)"
done_testing
