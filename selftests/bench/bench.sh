#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of the bench that runs in the guest: makes tunnels of every kind, sends through them, and prints one JSON
# object a line for each figure. What is not JSON is a remark.
#
#	c: wan0 192.0.2.1 ====tunnels==== wan0 192.0.2.2 :g  srv0 198.51.100.1 --- 198.51.100.2 srv0 :s
#	   10.K.0.0/16 all local                                                   10.100+K.0.0/16 all local
#
# Environment: KINDS (patterns), SIZES, SESSIONS, COUNT (packets), KIB (of a stream), ROUNDS, PROFILE (not
# empty: the plugin counts; the symbols are left in $ADIT_LOGS).

HERE=$(cd "$(dirname "$0")" && pwd)
TMP=$(mktemp -d)
# shellcheck source=selftests/bench/kinds.sh
. "$HERE/kinds.sh"

KINDS=${KINDS:-*}
SIZES=${SIZES:-64 512 1340}
SESSIONS=${SESSIONS:-1 1000 10000}
COUNT=${COUNT:-2000}
KIB=${KIB:-8192}
ROUNDS=${ROUNDS:-1}
PROFILE=${PROFILE:-}
MARK=${PROFILE:+1}
MARK=${MARK:-0}

FAILED=0

fail()
{
	echo "# bench: $*"
	FAILED=1
}

wires()
{
	local ns

	for ns in c g s; do
		ip netns add $ns
		ip -n $ns link set lo up
		ip netns exec $ns sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
			net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
	ip link add wan0 netns c type veth peer name wan0 netns g
	ip link add srv0 netns g type veth peer name srv0 netns s
	ip -n c addr add $C_OUT/24 dev wan0
	ip -n g addr add $G_OUT/24 dev wan0
	ip -n g addr add 198.51.100.1/24 dev srv0
	ip -n s addr add 198.51.100.2/24 dev srv0
	for ns in c:wan0 g:wan0 g:srv0 s:srv0; do
		ip -n ${ns%:*} link set ${ns#*:} up
	done
	ip -n s route add default via 198.51.100.1
	ip netns exec g sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.wan0.send_redirects=0
}

# segmentation on|off: whether the wires keep super-packets whole.
segmentation()
{
	local ns

	for ns in c:wan0 g:wan0 g:srv0 s:srv0; do
		ip netns exec ${ns%:*} ethtool -K ${ns#*:} tso "$1" gso "$1" gro "$1" tx-gso-list "$1" \
			tx-udp-segmentation "$1" >/dev/null 2>&1
	done
}

# octets: sent by c's end of the wire.
octets()
{
	ip netns exec c cat /sys/class/net/wan0/statistics/tx_bytes
}

frames()
{
	ip netns exec c cat /sys/class/net/wan0/statistics/tx_packets
}

# settle: waits until nothing crosses the wire: thousands of sessions that owe an acknowledgment send it when it is due.
settle()
{
	local before="" now

	while now=$(frames) && [ "$now" != "$before" ]; do
		before=$now
		sleep 0.3 # longer than an acknowledgment may wait
	done
}

# figure NAME SIZE WORDS...: runs traffic with WORDS and prints what it says, with how it went over the wire.
figure()
{
	local said before packets label=$1 size=$2

	before=$(octets)
	packets=$(frames)
	shift 2
	said=$("$HERE/traffic" "$@" "size=$size" from=c "src=10.$K.0.1" to=s "dst=10.$((100 + K)).0.1" "mark=$MARK" 2>&1) || {
		fail "$KIND, $N sessions: $said"
		return 1
	}
	echo "{\"figure\": \"$label\", \"kind\": \"$KIND\", \"half\": \"$HALF\", \"sessions\": $N, \"round\": $ROUND, \"size\": $size," \
		"\"wire_octets\": $(($(octets) - before)), \"wire_packets\": $(($(frames) - packets)), ${said:1}"
}

# tunnel KIND N: makes it, and lets a packet go through each session, which resolves addresses and fills caches.
tunnel()
{
	KIND=$1 N=$2 SETUP=
	K=$((LAST_K + 1))
	LAST_K=$K
	ip -n c route add local "10.$K.0.0/16" dev lo
	ip -n s route add local "10.$((100 + K)).0.0/16" dev lo
	ip -n g route add "10.$((100 + K)).0.0/16" via 198.51.100.2
	"make_$KIND" || { fail "$KIND, $N sessions: not made"; return 1; }
	"$HERE/traffic" udp from=c "src=10.$K.0.1" to=s "dst=10.$((100 + K)).0.1" warm=1 count="$N" sessions="$N" \
		spread=1 both=1 >/dev/null || { fail "$KIND, $N sessions: nothing passes"; return 1; }
	[ -z "$SETUP" ] ||
		echo "{\"figure\": \"setup\", \"kind\": \"$KIND\", \"half\": \"$HALF\", \"sessions\": $N, ${SETUP:1}"
	[[ $KIND == *-setup ]] || MADE+=("$KIND:$N:$K")
}

wanted()
{
	local pattern patterns

	read -r -a patterns <<<"$KINDS"
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053 # a pattern is meant
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

modules()
{
	local module

	for module in ${1//,/ }; do
		[ "$module" = - ] || modprobe "$module" || return
	done
}

# Sessions from which on a kind is a concentrator's, whose sessions are no devices.
MANY=10000

# staged KIND N: whether it is STAGE's to make. What is measured of one session is not measured among the devices and
# routes of thousands.
staged()
{
	local many

	many=$(kind_field "$1" 3)
	[ "$2" -le "$many" ] || return
	case $STAGE in
	one) [ "$2" -eq 1 ] ;;
	concentrators) [ "$2" -gt 1 ] && [ "$many" -ge $MANY ] ;;
	devices) [ "$2" -gt 1 ] && [ "$many" -lt $MANY ] ;;
	esac
}

tunnels()
{
	local kind n

	for kind in $(kinds "$HALF"); do
		wanted "$kind" || [ "$kind" = floor ] || continue
		modules "$(kind_field "$kind" 4)" || { fail "$kind: no module"; continue; }
		for n in $SESSIONS; do
			! staged "$kind" "$n" || tunnel "$kind" "$n"
		done
	done
}

# measure FUNCTION: for each tunnel.
measure()
{
	local made

	for made in "${MADE[@]}"; do
		IFS=: read -r KIND N K <<<"$made"
		"$1"
	done
}

measure_packets()
{
	local size

	[ "$N" -eq 1 ] || return
	for size in $SIZES; do
		figure udp "$size" udp "count=$COUNT"
	done
}

# Both ways, so that an acknowledgment rides on each answer: bursts that are one session's each, and then every packet
# another session's, which is as bad as it can be.
measure_sessions()
{
	local count=$((N > COUNT ? N : COUNT))

	[ "$(kind_field "$KIND" 3)" -gt 1 ] && [ "$HALF" != policies ] || return
	settle
	figure sessions 64 udp "count=$((4 * COUNT))" "sessions=$N" both=1
	settle
	figure spread 64 udp "count=$count" "warm=$N" "sessions=$N" spread=1 both=1
}

measure_stream()
{
	[ "$N" -eq 1 ] || return
	# What encrypts cuts super-packets before the wire, whatever that can do.
	case $STREAM:$KIND in
	tcp-plain:*-128* | tcp-plain:*esp-* | tcp-plain:*-esp | tcp-plain:xfrmi-* | tcp-plain:wireguard) return ;;
	esac
	figure "$STREAM" 0 tcp "count=$KIB" "warm=$KIB"
}

measure_streams()
{
	[ "$KIB" -gt 0 ] || return
	segmentation on
	STREAM=tcp-gso
	measure measure_stream
	segmentation off
	STREAM=tcp-plain
	measure measure_stream
	segmentation on
}

# stage NAME: its tunnels up together, measured in turns; those of concentrators beside one session.
stage()
{
	local made keep=()

	STAGE=$1
	for made in "${MADE[@]}"; do
		[ "$STAGE" = concentrators ] || break
		[ "$(kind_field "${made%%:*}" 3)" -lt $MANY ] || keep+=("$made")
	done
	MADE=("${keep[@]}")
	tunnels
	[ ${#MADE[@]} -gt ${#keep[@]} ] || return
	for ((ROUND = 1; ROUND <= ROUNDS; ROUND++)); do
		[ "$STAGE" != one ] || measure measure_packets
		measure measure_sessions
		[ "$STAGE" != one ] || measure_streams
	done
}

# half NAME: what is made of it goes with its end.
half()
{
	local kind wanted=

	HALF=$1
	for kind in $(kinds "$HALF"); do
		[ "$kind" = floor ] || ! wanted "$kind" || wanted=yes
	done
	[ -n "$wanted" ] || return
	MADE=() KEPT=() LAST_K=0 LAST_ID=1
	wires
	stage one
	stage concentrators
	stage devices
	[ ${#KEPT[@]} -eq 0 ] || kill "${KEPT[@]}"
	wait
	[ -z "$PROFILE" ] || cat /proc/kallsyms >"$ADIT_LOGS/kallsyms-$HALF"
	ip netns del c
	ip netns del g
	ip netns del s
}

# What udev would load for this processor. Elsewhere there is generic C.
for module in aesni_intel ghash_clmulni_intel sha1_ssse3 sha256_ssse3 chacha_x86_64 poly1305_x86_64; do
	modprobe -q $module || true
done
# A hash that computes nothing would not pass the kernel's tests of hashes.
untested=/sys/module/cryptomgr/parameters/notests
[ ! -w $untested ] || echo 1 >$untested
modprobe -q adit_hollow
[ ! -w $untested ] || echo 0 >$untested
# A thousand tunnels are in one namespace with those of the other kinds.
echo 4096 >/sys/module/adit/parameters/max_devices
mkdir -p /run/netns
half in-tree
# Each alone: one does not pay for the policies of another.
for rival in $(kinds policies); do
	[ "$rival" = floor ] || ! wanted "$rival" || KINDS=$rival SESSIONS=1 half policies
done
modprobe -r pptp
half ours
# Whoever needs that hash for earnest comes after us; associations of ours are freed a moment after their namespaces.
for ((i = 0; i < 100; i++)); do
	modprobe -qr adit_hollow && break
	sleep 0.1
done
[ ! -e /sys/module/adit_hollow ] || fail "adit_hollow is still in use"
rm -rf "$TMP"
exit $FAILED
