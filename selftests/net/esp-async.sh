#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An algorithm that goes on by itself, and answers late, in another order, or only after it had a request queue
# (adit_unruly.ko): packets are handed on in the order in which they came, both ways, and what dies meanwhile dies well.
# See lib-esp.sh for the topology; b's IPsec has another implementation, which answers at once.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

PACKETS=400

esp_topology
in_order a
in_order b
check "the peer's keys, before the module" xfrm_sas 4 gcm128
check "the module" modprobe adit_unruly
unload() { wait_for 20 modprobe -r adit_unruly; }
defer unload
check "a device" e0 4
check "its keys" adit_sas gcm128
check "have the algorithm" bash -c \
	"awk '/^driver/ { d = \$3 } /^refcnt/ && d == \"gcm-aes-unruly\" { exit !(\$3 > 1) }' /proc/crypto"
check "packets pass" both_ways 0 1 6 7 1300

# numbered NAMESPACE FROM TO: datagrams with numbers, some at a time.
numbered()
{
	ip netns exec "$1" python3 - "$2" "$3" $PACKETS <<-'PROGRAM'
		import socket, sys, time
		sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		sock.bind((sys.argv[1], 0))
		for number in range(int(sys.argv[3])):
		    sock.sendto(number.to_bytes(4, "big") * 8, (sys.argv[2], 7000))
		    if number % 23 == 22:
		        time.sleep(0.01)
	PROGRAM
}

# arrivals NAMESPACE WHERE: what comes there until nothing more does: "esp" has the numbers of ESP, "udp" those inside.
arrivals()
{
	ip netns exec "$1" python3 - "$2" $PACKETS <<-'PROGRAM'
		import socket, sys
		if sys.argv[1] == "esp":
		    sock, at = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ESP), 24
		else:
		    sock, at = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0
		    sock.bind(("10.1.0.1", 7000))
		sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)
		sock.settimeout(20)
		print("ready", flush=True)
		numbers = []
		try:
		    while len(numbers) < int(sys.argv[2]):
		        numbers.append(int.from_bytes(sock.recv(2048)[at:at + 4], "big"))
		except TimeoutError:
		    pass
		wrong = sum(b <= a for a, b in zip(numbers, numbers[1:]))
		print(f"{len(numbers)} came, {wrong} in wrong order", flush=True)
	PROGRAM
}

background out arrivals b esp
wait_for 10 log_has out ready
check "packets go out" numbered a 10.1.0.1 10.1.0.2
check "all, and in order" wait_for 30 log_has out "$PACKETS came, 0 in wrong order"
stop out
background in arrivals a udp
wait_for 10 log_has in ready
check "packets come in" numbered b 10.1.0.2 10.1.0.1
check "all, and in order" wait_for 30 log_has in "$PACKETS came, 0 in wrong order"
stop in
check "forged ones are still told" esp a sa-del e0 1 in 0x1001
# shellcheck disable=SC2046 # words are meant
esp a sa-new e0 child=1 dir=in spi=0x1001 $(adit_alg gcm128 77)
pings_quietly a 10.1.0.2
check "as such" wait_for 10 sa_counts a e0 1 in 0x1001 forged -ge 1
esp a sa-del e0 1 in 0x1001
# shellcheck disable=SC2046
esp a sa-new e0 child=1 dir=in spi=0x1001 $(adit_alg gcm128 3)

# Death with requests under way.
background load ip netns exec a ping -n -q -f -s 1000 -w 300 10.1.0.2
again()
{
	local i

	for i in {1..10}; do
		# shellcheck disable=SC2046
		esp a sa-new e0 child=1 dir=out spi=$((0x4000 + i)) $(adit_alg gcm128 5) && esp a sa-del e0 1 in 0x1001 &&
			ip -n a link del e0 && e0 4 && adit_sas gcm128 || return
	done
}
check "SAs and the device come and go under load" again
check "load has gone on meanwhile" running load
stop load
check "and it still works" pings a 10.1.0.2
clear_ends
check "nothing holds the module any more" unload
done_testing
