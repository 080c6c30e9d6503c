#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that are too long for the path of an esp device and that may be cut, and paths that have no room for a piece.
# See lib-esp.sh for the topology.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-l2tp.sh
. "$(dirname "$0")/lib-l2tp.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

# path_takes OCTETS: outside, whole.
path_takes()
{
	ip -n a route replace 192.0.2.2/32 dev wan0 mtu lock "$1"
}

esp_topology

# Of 52 octets around a packet, and padding to 4: 80 have room for 26, and 84 for 30. An IP header has 20, and a piece of
# what is behind it 8 or more.
e0 4
ip -n a link set e0 mtu 1500
adit_sas gcm128
xfrm_sas 4 gcm128
run path_takes 124
check "a packet that may be cut is" pings a 10.1.0.2 -M dont -s 100
run path_takes 84
check "into pieces of 8 octets, where it must be" pings a 10.1.0.2 -M dont -s 100
check "none is too big" child_counts a e0 1 too-big -eq 0
run path_takes 80
check "with room for less nothing goes" refused_quietly pings a 10.1.0.2 -M dont -s 100
check "which is counted" child_counts a e0 1 too-big -eq 1
run path_takes 50
check "with none at all neither" refused_quietly pings a 10.1.0.2 -M dont -s 100
check "which is counted" child_counts a e0 1 too-big -eq 2
run path_takes 124
check "and all is well when there is more" pings a 10.1.0.2 -M dont -s 100
clear_ends
done_testing
