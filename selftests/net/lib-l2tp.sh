# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests of l2tp devices share; sourced after lib.sh.

# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

# udp NAMESPACE SOURCE PORT DESTINATION PORT HEX: one datagram.
udp()
{
	tool "$1" udp "${@:2}"
}

# words KIND N END: the words of one end, 1 or 2, of the N-th pair: v2, v3 (PPP) or eth.
words()
{
	local own=$3 peer=$((3 - $3))

	case $1 in
	v2) echo "tunnel-id $own$2 peer-tunnel-id $peer$2 session-id $((own + 2))$2 peer-session-id $((peer + 2))$2" ;;
	v3) echo "version 3 session-id ${own}00000$2 peer-session-id ${peer}00000$2" ;;
	eth) echo "payload ethernet session-id ${own}00000$2 peer-session-id ${peer}00000$2" ;;
	esac
}

# l2tp_end NAMESPACE DEVICE KIND N END LOCAL REMOTE [WORD...]: one end, up, 10.N.0.END and fdN::END inside.
l2tp_end()
{
	local own=$5 peer=$((3 - $5))

	# shellcheck disable=SC2046 # words are meant
	ip -n "$1" link add "$2" type l2tp $(words "$3" "$4" "$5") local "$6" remote "$7" "${@:8}" || return
	if [ "$3" = eth ]; then
		ip -n "$1" addr add "10.$4.0.$own/24" dev "$2"
	else
		ip -n "$1" addr add "10.$4.0.$own" peer "10.$4.0.$peer" dev "$2"
	fi
	ip -n "$1" addr add "fd0$4::$own/64" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

# l2tp_pair KIND N A B [WORD...]: device lN in a, whose outer address is A, and in b.
l2tp_pair()
{
	l2tp_end a "l$2" "$1" "$2" 1 "$3" "$4" "${@:5}" && l2tp_end b "l$2" "$1" "$2" 2 "$4" "$3" "${@:5}"
}

unpair()
{
	ip -n a link del "l$1" && ip -n b link del "l$1"
}

# on_wire NAMESPACE DEVICE FILTER PATTERN COMMAND...: whether a packet that tcpdump prints with the pattern passes
# meanwhile; its lines stay in wire.log.
on_wire()
{
	local ns=$1 dev=$2 filter=$3 pattern=$4 pid rc=0

	shift 4
	# Otherwise packets wait in a block for up to a second, and are lost when tcpdump is told to end.
	ip netns exec "$ns" timeout $((60 * TIME_FACTOR)) tcpdump -n -vv -x -s 128 -l --immediate-mode -i "$dev" \
		-c 2000 "$filter" >"$TMP/wire.log" 2>"$TMP/dump.log" &
	pid=$!
	wait_for 10 grep -q listening "$TMP/dump.log"
	"$@" || rc=1
	kill -INT "$pid"
	wait "$pid"
	grep -Eq "$pattern" "$TMP/wire.log" || { tail -n 8 "$TMP/wire.log"; rc=1; }
	return $rc
}
