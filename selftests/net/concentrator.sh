#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One device, many sessions: the inner address chooses on transmit and is checked on receive; forged packets.
#
#	c: p1 10.9.0.1, 10.20.0.1, fd09::1  ==pptp==  gw0 10.9.0.254, fd09::fe :g  srv0 10.5.0.1 --- 10.5.0.2 srv0 :s
#	   p2 10.9.0.2
#	   wan0 192.0.2.10, 192.0.2.11 -------------- wan0 192.0.2.1

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

namespace c
namespace g
namespace s
join c wan0 192.0.2.10/24 g wan0 192.0.2.1/24
join g srv0 10.5.0.1/24 s srv0 10.5.0.2/24
run ip -n c addr add 192.0.2.11/24 dev wan0
run ip -n s route add default via 10.5.0.1
ip netns exec g sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

run tool g link gw0 mode=1
run ip -n g addr add 10.9.0.254/32 dev gw0
run ip -n g addr add fd09::fe/64 dev gw0 nodad
run ip -n g link set gw0 up
run ip -n g route add 10.9.0.0/24 dev gw0
run ip -n g route add 10.20.0.0/16 dev gw0

IFID=0000000000000001
run tool g new gw0 id=1 local=192.0.2.1 peer=192.0.2.10 call-id=101 peer-call-id=1 net=3 ifid=$IFID \
	prefix=10.9.0.1 prefix=fd09::1 prefix=10.20.0.0/24
run tool g new gw0 id=2 local=192.0.2.1 peer=192.0.2.11 call-id=102 peer-call-id=2 net=3 prefix=10.9.0.2
run p2p c p1 192.0.2.10 192.0.2.1 1 101 10.9.0.1 10.9.0.254
run p2p c p2 192.0.2.11 192.0.2.1 2 102 10.9.0.2 10.9.0.254
run ip -n c addr add fd09::1/64 dev p1 nodad
run ip -n c addr add 10.20.0.1/32 dev lo
run ip -n c addr add 10.77.0.1/32 dev lo
run ip -n c route add 10.5.0.0/24 dev p1
# What has the second session's address leaves by it.
run ip -n c route add 10.9.0.254 dev p2 table 2
run ip -n c rule add from 10.9.0.2 lookup 2

# Each session has its own inner addresses.
check "the first session" wait_for 10 pings c 10.9.0.254 -I p1
check "the second session" wait_for 10 pings c 10.9.0.254 -I p2
check "chosen by the inner address, first" wait_for 10 pings g 10.9.0.1
check "and second" wait_for 10 pings g 10.9.0.2
check "IPv6" wait_for 10 pings c fd09::fe -I fd09::1
check "IPv6 from the gateway" wait_for 10 pings g fd09::1
check "an address inside a prefix" wait_for 10 pings g 10.20.0.1
check "from it too" pings c 10.5.0.2 -I 10.20.0.1
check "to a server behind the gateway" wait_for 10 pings c 10.5.0.2 -I 10.9.0.1
check "a transfer to that server" transfers c s 10.5.0.2 5000 2000
check "and from it" transfers s c 10.9.0.1 5001 2000

# What is nobody's.
check "an address of nobody: host unreachable" says "Host Unreachable" pings g 10.9.0.99

# The source is checked.
source_count=$(counter g gw0 1 rx-source)
check "a source that is nobody's" refused_quietly pings c 10.5.0.2 -I 10.77.0.1
check "is counted" counts g gw0 1 rx-source -gt "$source_count"
source_count=$(counter g gw0 2 rx-source)
run ip -n c route add 10.5.0.2/32 dev p2
check "a source of the other session" refused_quietly pings c 10.5.0.2 -I 10.9.0.1
check "is counted as the sender's" counts g gw0 2 rx-source -gt "$source_count"
run ip -n c route del 10.5.0.2/32 dev p2

# Link-local: the identifier negotiated is the session's, another is not. Packets written by hand: echo requests.
echo6()
{
	tool c send p1 1 0057 "6000000000083a40fe80000000000000${1}fe8000000000000000000000000000fe8000000000000001"
}
run ip -n g addr add fe80::fe/64 dev gw0 nodad
before=$(counter g gw0 1 rx-packets)
check "link-local with the session's identifier" echo6 0000000000000001
check "is received" wait_for 5 counts g gw0 1 rx-packets -gt "$before"
source_count=$(counter g gw0 1 rx-source)
check "with another" echo6 0000000000000002
check "it is not" wait_for 5 counts g gw0 1 rx-source -gt "$source_count"
check "link-local chooses no session" refused_quietly pings g fe80::1%gw0

# Set-up of clients is the owner's.
background owner ip netns exec g "$TOOL" listen gw0 120
check "the device is claimed" wait_for 10 log_has owner claimed
# An IPv6 packet with a router solicitation, written by hand; its checksum does not matter here.
rs="6000000000083aff$(printf 0%.0s {1..32})ff020000000000000000000000000002""8500000000000000"
check "a router solicitation from ::" tool c send p1 1 0057 "$rs"
check "goes up" wait_for 10 log_has owner "frame id=1 protocol=0057 data=6000000000083aff"
dhcp6="6000000000081140fe80$(printf 0%.0s {1..27})1ff020000000000000000000000010002""0222022300080000"
check "DHCPv6" tool c send p1 1 0057 "$dhcp6"
check "goes up" wait_for 10 log_has owner "frame id=1 protocol=0057 data=60000000000811"
inform="4500001c00000000401100000a090001ffffffff0044004300080000"
check "DHCPINFORM" tool c send p1 1 0021 "$inform"
check "goes up" wait_for 10 log_has owner "frame id=1 protocol=0021 data=4500001c"
frames=$(counter g gw0 1 rx-frames)
lost=$(counter g gw0 1 rx-frames-lost)
check "a flood of frames" tool c send p1 1 c021 0900000400 400
check "is bounded" counts g gw0 1 rx-frames -lt $((frames + 400))
check "and what is lost counted" counts g gw0 1 rx-frames-lost -gt "$lost"
check "and told" wait_for 5 log_has owner "event id=1 frames-lost"

# Forged packets, with a peer's address or another's. The call id of session 1 is 101 = 0065.
forge()
{
	ip netns exec c "$(dirname "$0")/gre_tool" "$@"
}

# stays COUNTER... : none of these counters of session 1 moves while the packet arrives; it is behind one that does.
malformed_at_most()
{
	local before after

	before=$(tool g show gw0 1 | grep -E '^rx-(packets|malformed|late|lost|acks|frames)=')
	"$@" || return
	pings c 10.9.0.254 -I p2 >/dev/null
	after=$(tool g show gw0 1 | grep -E '^rx-(packets|malformed|late|lost|acks|frames)=')
	[ "$before" = "$after" ] || { diff <(echo "$before") <(echo "$after"); return 1; }
}

wrong="ff03c02109000004"
check "another peer's address finds no session" malformed_at_most forge 192.0.2.11 192.0.2.1 "3001880b0008006500001000$wrong"
check "nor does another call id" malformed_at_most forge 192.0.2.10 192.0.2.1 "3001880b0008006600001000$wrong"
check "nor an unknown source" malformed_at_most forge 192.0.2.99 192.0.2.1 "3001880b0008006500001000$wrong"
check "version 0 is another protocol" malformed_at_most forge 192.0.2.10 192.0.2.1 "3000880b0008006500001000$wrong"
check "no key bit" malformed_at_most forge 192.0.2.10 192.0.2.1 "1001880b0008006500001000$wrong"
check "a checksum bit" malformed_at_most forge 192.0.2.10 192.0.2.1 "b001880b0008006500001000$wrong"
check "a routing bit" malformed_at_most forge 192.0.2.10 192.0.2.1 "7001880b0008006500001000$wrong"
check "another protocol inside" malformed_at_most forge 192.0.2.10 192.0.2.1 "300108000008006500001000$wrong"
check "a payload shorter than promised" malformed_at_most forge 192.0.2.10 192.0.2.1 "3001880b0009006500001000$wrong"
check "a length of 65535" malformed_at_most forge 192.0.2.10 192.0.2.1 "3001880bffff006500001000$wrong"
check "a payload without a sequence number" malformed_at_most forge 192.0.2.10 192.0.2.1 "2081880b0008006500001000$wrong"
check "a header cut short" malformed_at_most forge 192.0.2.10 192.0.2.1 "3081880b0000006500001000"

# A peer that sends what is no PPP packet or no IP packet. Session 9 has no device at the other end: its sequence numbers
# are this test's, beginning with 0.
run ip -n c addr add 192.0.2.19/24 dev wan0
run tool g new gw0 id=9 local=192.0.2.1 peer=192.0.2.19 call-id=9 peer-call-id=9 net=1 prefix=10.9.0.9
sequence=0

# forge9 PAYLOAD: in order.
forge9()
{
	local head

	printf -v head '3001880b%04x0009%08x' $((${#1} / 2)) "$sequence"
	sequence=$((sequence + 1))
	forge 192.0.2.19 192.0.2.1 "$head$1"
}

# drops COUNTER PAYLOAD: the packet moves this counter and delivers nothing.
drops()
{
	local before packets

	before=$(counter g gw0 9 "$1")
	packets=$(counter g gw0 9 rx-packets)
	forge9 "$2" && wait_for 5 counts g gw0 9 "$1" -gt "$before" && counts g gw0 9 rx-packets -eq "$packets"
}

ip4="45000014000000004001""0000""0a0900090a0900fe"
check "a good packet" forge9 "ff030021$ip4"
check "is delivered" wait_for 5 counts g gw0 9 rx-packets -eq 1
check "so is one with trailing padding" forge9 "0021${ip4}ffffff"
check "cut to its length" wait_for 5 counts g gw0 9 rx-bytes -eq 40
check "compressed as far as it goes" forge9 "21$ip4"
check "likewise" wait_for 5 counts g gw0 9 rx-packets -eq 3
check "no octet at all" drops rx-malformed ""
check "one octet of a protocol" drops rx-malformed "00"
check "an even protocol" drops rx-malformed "ff030020$ip4"
check "IPv4 with version 6" drops rx-malformed "ff0300216${ip4:1}"
check "a header length of 4 words" drops rx-malformed "ff03002144${ip4:2}"
check "a header length past the packet" drops rx-malformed "ff0300214f${ip4:2}"
check "a total length past the packet" drops rx-malformed "ff0300214500ffff${ip4:8}"
check "a total length below the header" drops rx-malformed "ff03002145000013${ip4:8}"
check "half a header" drops rx-malformed "ff030021${ip4:0:20}"
check "IPv6, which is closed" drops rx-closed "ff030057600000000000"
check "IPX" drops rx-closed "ff03002b$ip4"
check "encrypted, without a key" drops rx-no-key "ff0300fd90001234567890"
check "another's source" drops rx-source "ff030021${ip4:0:24}0a0900010a0900fe"
check "the same number again" forge 192.0.2.19 192.0.2.1 "3001880b0018000900000001ff030021$ip4"
check "is late" wait_for 5 counts g gw0 9 rx-late -gt 0
packets=$(counter g gw0 9 rx-packets)
check "a number far ahead" forge 192.0.2.19 192.0.2.1 "3001880b001800097fffffffff030021$ip4"
check "a bare acknowledgment" forge 192.0.2.19 192.0.2.1 "2081880b0000000900000005"
check "is counted" wait_for 5 counts g gw0 9 rx-acks -gt 0
check "after all that a good packet" forge9 "ff030021$ip4"
check "is delivered, once" wait_for 5 counts g gw0 9 rx-packets -eq $((packets + 1))

# Forged MPPE: 128 bit stateless, coherency counts that jump. Nothing passes and nothing sticks.
check "session 9 gets keys" tool g set gw0 id=9 "rx=128:$KEY_A" "tx=128:$KEY_B"
check "clear data is dropped" drops rx-plaintext "ff030021$ip4"
check "a count of 0 with noise inside" drops rx-mppe-forged "ff0300fd9000$ip4$ip4$ip4"
check "a count far ahead" drops rx-mppe-jump "ff0300fd97ff$ip4$ip4$ip4"
check "no encrypted bit" drops rx-malformed "ff0300fd8000$ip4$ip4"
check "only a header" drops rx-malformed "ff0300fd9000"

# Many: every one is told, and all go with the device.
many()
{
	local i

	for i in {1000..1200}; do
		tool g new gw0 id="$i" local=192.0.2.1 peer=192.0.2.10 call-id="$i" peer-call-id="$i" net=1 \
			prefix="10.30.$((i / 256)).$((i % 256))" || return
	done
}
check "two hundred more sessions" many
check "are told" bash -c "[ \$(ip netns exec g $TOOL dump gw0) -eq 204 ]"
check "the first still works" wait_for 10 pings c 10.9.0.254 -I p1
check "one is removed" tool g del gw0 1
check "and does not work any more" refused_quietly pings c 10.9.0.254 -I p1
check "the device is removed with the others" ip -n g link del gw0

done_testing
