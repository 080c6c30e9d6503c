# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What all peer scenarios share: the wires, and the traffic that proves a session.
#
#	client                          gateway                        server
#	192.0.2.10-250 ----- wire ----- 192.0.2.1   10.8.0.1 ----- 10.8.0.2      outside of the tunnel
#	10.9.0.10-250 ~~~~~ tunnel ~~~~ 10.9.0.1                                 inside
#
# With a NAT box between client and gateway:
#
#	client                    nat                              gateway
#	192.168.5.10, .11 ------- 192.168.5.1   192.0.2.9 -------- 192.0.2.1

PEERS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib/lib.sh
. "${ADIT_LIB:-$PEERS_DIR/../lib/lib.sh}"

GW=192.0.2.1
SERVER=10.8.0.2
INNER_GW=10.9.0.1
C=c-$$ G=g-$$ S=s-$$ NAT=n-$$

run()
{
	echo "# $*"
	"$@"
}

# join NS_A IF_A ADDR_A NS_B IF_B ADDR_B: two namespaces with a wire between them.
join()
{
	run ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$4" addr add "$6" dev "$5"
	ip -n "$1" link set "$2" up
	ip -n "$4" link set "$5" up
}

topology_start()
{
	local ns

	for ns in "$@"; do
		run ip netns add "$ns"
		defer "ip netns del $ns"
		ip -n "$ns" link set lo up
	done
	join "$G" srv 10.8.0.1/24 "$S" gw "$SERVER/24"
	run ip -n "$S" route add 10.9.0.0/16 via 10.8.0.1
	ip netns exec "$G" sysctl -qw net.ipv4.ip_forward=1
}

topology_direct()
{
	topology_start "$C" "$G" "$S"
	join "$C" wire 192.0.2.10/24 "$G" wire $GW/24
}

# topology_nat: the helper for PPTP has to be asked for by a rule, conntrack does not guess any more.
topology_nat()
{
	topology_start "$C" "$NAT" "$G" "$S"
	join "$C" wire 192.168.5.10/24 "$NAT" in 192.168.5.1/24
	join "$NAT" out 192.0.2.9/24 "$G" wire $GW/24
	run ip -n "$C" addr add 192.168.5.11/24 dev wire
	run ip -n "$C" route add 192.0.2.0/24 via 192.168.5.1
	modprobe -a nf_nat_pptp nf_conntrack_pptp
	ip netns exec "$NAT" sysctl -qw net.ipv4.ip_forward=1
	ip netns exec "$NAT" nft -f - <<-'RULES'
		table ip nat {
			ct helper pptp { type "pptp" protocol tcp; }
			chain pre { type filter hook prerouting priority 0; tcp dport 1723 ct helper set "pptp"; }
			chain post { type nat hook postrouting priority srcnat; oif "out" masquerade; }
		}
	RULES
}

# client_addresses N: N more addresses for clients, 192.0.2.101 and on. One PPTP client owns one local address.
client_addresses()
{
	local i

	for ((i = 1; i <= $1; i++)); do
		echo "addr add 192.0.2.$((100 + i))/24 dev wire"
	done | ip -n "$C" -b -
}

# background NAME COMMAND...: runs until the test ends; output in $TMP/NAME.log, its process in PID_NAME.
background()
{
	local name=$1

	shift
	"$@" >"$TMP/$name.log" 2>&1 </dev/null &
	declare -g "PID_${name//-/_}=$!"
	defer "stop $name"
}

# stop NAME [SIGNAL]: ends what background started, and waits for it. No such process is as good.
stop()
{
	local pid=PID_${1//-/_}

	[ -n "${!pid:-}" ] || return 0
	kill "-${2:-TERM}" "${!pid}" 2>/dev/null
	wait "${!pid}" 2>/dev/null
	unset "$pid"
	return 0
}

running()
{
	local pid=PID_${1//-/_}

	[ -n "${!pid:-}" ] && kill -0 "${!pid}" 2>/dev/null
}

log_of()
{
	cat "$TMP/$1.log"
}

# log_has NAME PATTERN: whether the log holds text that the shell pattern matches.
log_has()
{
	# shellcheck disable=SC2053
	[[ $(<"$TMP/$1.log") == *$2* ]]
}

# check_log TEXT NAME PATTERN: a result line, with the end of the log when it fails.
check_log()
{
	check "$1" log_says "$2" "$3"
}

log_says()
{
	wait_for "${PATIENCE:-10}" log_has "$1" "$2" && return
	echo "no \"$2\" in the log of $1:"
	tail -n 30 "$TMP/$1.log"
	return 1
}

# Traffic.

traffic_server_start()
{
	background traffic ip netns exec "$S" python3 "$PEERS_DIR/traffic.py" serve $SERVER
	wait_for 20 log_has traffic serving
}

# client_traffic WHAT ARGUMENT...: traffic.py from the client to the server behind the gateway.
client_traffic()
{
	local what=$1

	shift
	ip netns exec "$C" python3 "$PEERS_DIR/traffic.py" "$what" $SERVER "$@"
}

client_ping()
{
	ip netns exec "$C" ping -q -n -c "${3:-2}" -i 0.2 -W 5 -I "$1" "${2:-$SERVER}"
}

# traffic_works DEVICE [BYTES]: ping, checksummed TCP in both directions, numbered UDP.
traffic_works()
{
	client_ping "$1" && client_traffic all --device "$1" --bytes "${2:-300000}" --count 50
}
