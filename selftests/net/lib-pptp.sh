# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests of pptp devices share; sourced after lib.sh.

TOOL=$(dirname "$0")/adit_tool
KEY_A=000102030405060708090a0b0c0d0e0f
KEY_B=f0e0d0c0b0a090807060504030201000

# tool NAMESPACE VERB...: adit_tool there.
tool()
{
	ip netns exec "$1" "$TOOL" "${@:2}"
}

# counter NAMESPACE DEVICE ID NAME: of a session.
counter()
{
	tool "$1" show "$2" "$3" | sed -n "s/^$4=//p"
}

# counts NAMESPACE DEVICE ID NAME TEST VALUE: counts a p0 1 rx-late -gt 0
counts()
{
	local value

	value=$(counter "$1" "$2" "$3" "$4")
	test "${value:-none}" "$5" "$6" || { echo "$4 is ${value:-none}, not $5 $6"; return 1; }
}

# says TEXT COMMAND...: whether the command is refused with these words.
says()
{
	local text=$1 out

	shift
	if out=$("$@" 2>&1); then
		echo "not refused: $*"
		return 1
	fi
	[[ $out == *"$text"* ]] || { echo "said: $out"; return 1; }
}

# refused_quietly COMMAND...: fails, and need not say why: what the network does not answer.
refused_quietly()
{
	if "$@"; then
		echo "not refused: $*"
		return 1
	fi
}

# pings NAMESPACE ADDRESS [OPTION...]
pings()
{
	ip netns exec "$1" ping -n -c 1 -W $((2 * TIME_FACTOR)) "${@:3}" "$2"
}

# p2p NAMESPACE DEVICE LOCAL REMOTE CALL PEER-CALL INNER INNER-PEER [ATTR...]: one end, up.
p2p()
{
	tool "$1" link "$2" local="$3" remote="$4" call-id="$5" peer-call-id="$6" "${@:9}" || return
	ip -n "$1" addr add "$7" peer "$8" dev "$2" &&
		ip -n "$1" link set "$2" up
}

# transfers FROM TO ADDRESS PORT KILOBYTES: a stream of random octets arrives as it was sent.
transfers()
{
	local file=$TMP/sent got=$TMP/got pid rc=0

	head -c "$5K" /dev/urandom >"$file"
	ip netns exec "$2" timeout $((60 * TIME_FACTOR)) nc -l -p "$4" -s "$3" >"$got" &
	pid=$!
	wait_for 10 listening "$2" "$4" || rc=1
	ip netns exec "$1" timeout $((60 * TIME_FACTOR)) nc -N "$3" "$4" <"$file" || rc=1
	wait $pid || rc=1
	cmp "$file" "$got" || rc=1
	return $rc
}

listening()
{
	{ ip netns exec "$1" ss -Hltn "sport = :$2"; ip netns exec "$1" ss -Haun "sport = :$2"; } | grep -q .
}

# netem NAMESPACE DEVICE WHAT...
netem()
{
	run ip netns exec "$1" tc qdisc replace dev "$2" root netem "${@:3}"
}

calm()
{
	run ip netns exec "$1" tc qdisc del dev "$2" root
}
