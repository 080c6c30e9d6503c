#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The bench without its figures: every kind of tunnel is made, carries what it is measured with, and does so as what it
# claims to be, which shows in what an octet's packet weighs on the wire.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/bench/kinds.sh
. "$HERE/kinds.sh"

FIGURES=$TMP/figures.log

bench()
{
	COUNT=64 KIB=64 SIZES=64 SESSIONS="1 3" "$HERE/bench.sh" >"$FIGURES" 2>&1
}

# wire KIND: octets of a packet of 64 on the wire.
wire()
{
	sed -n "s/.*\"figure\": \"udp\", \"kind\": \"$1\".*\"wire_octets\": \([0-9]*\), \"wire_packets\": \([0-9]*\).*/\1 \2/p" \
		"$FIGURES" | awk '{ print int($1 / $2) }' | tail -n 1
}

# heavier KIND THAN OCTETS: by at least so many.
heavier()
{
	local kind than

	kind=$(wire "$1")
	than=$(wire "$2")
	[ -n "$kind" ] && [ -n "$than" ] && [ "$kind" -ge $((than + $3)) ] ||
		{ echo "$1: ${kind:-nothing}, $2: ${than:-nothing}"; return 1; }
}

# measured FIGURE KIND
measured()
{
	grep -q "\"figure\": \"$1\", \"kind\": \"$2\"" "$FIGURES" || { grep -v '^{' "$FIGURES"; return 1; }
}

check "the bench runs through" bench
for kind in $(kinds in-tree) $(kinds policies) $(kinds ours); do
	[[ $kind != floor && $kind != *-setup ]] || continue
	check "$kind carries packets" measured udp "$kind"
	check "$kind carries a stream" measured tcp-gso "$kind"
	check "$kind wraps them" heavier "$kind" floor 24
done
for kind in pptp adit-pptp adit-pptp-many adit-l2tp-many adit-esp-many; do
	check "$kind carries those of many sessions" measured spread "$kind"
done
check "MPPE of the kernel is on" heavier pptp-128 pptp 4
check "so is ours" heavier adit-pptp-128 adit-pptp 4
check "stateful too" heavier adit-pptp-128s adit-pptp 4

check "what is in UDP is" heavier adit-esp-udp-gcm adit-esp-gcm 8
check "L2TP in a child is in ESP" heavier adit-l2tp-esp adit-l2tp 20

# What is lost is an error and no figure.
namespace c
check "an address of nobody" refused "$HERE/traffic" udp from=c src=127.0.0.1 to=c dst=192.0.2.9
check "a namespace of nobody" refused "$HERE/traffic" udp from=nowhere src=127.0.0.1 to=c dst=127.0.0.1

done_testing
