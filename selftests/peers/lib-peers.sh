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
. "$PEERS_DIR/../lib/lib.sh"

GW=192.0.2.1
SERVER=10.8.0.2
# shellcheck disable=SC2034 # for those who source this
INNER_GW=10.9.0.1
C=c-$$ G=g-$$ S=s-$$ NAT=n-$$

# namespace_clear NAMESPACE: pptp forks, and now and then a part of it stays, or even spins.
namespace_clear()
{
	local pids

	pids=$(ip netns pids "$1")
	# shellcheck disable=SC2086 # one word a process
	[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
	return 0
}

# socket_room: pptp-linux reads GRE from a raw socket, and on an emulated processor not always in time.
socket_room()
{
	defer "sysctl -q -w net.core.rmem_default=$(sysctl -n net.core.rmem_default)"
	run sysctl -q -w net.core.rmem_default=8388608
}

topology_start()
{
	local ns

	socket_room
	for ns in "$@"; do
		namespace "$ns"
		defer "namespace_clear $ns"
	done
	join "$G" srv 10.8.0.1/24 "$S" gw "$SERVER/24"
	run ip -n "$S" route add 10.9.0.0/16 via 10.8.0.1
	ip netns exec "$G" sysctl -qw net.ipv4.ip_forward=1
}

topology_direct()
{
	topology_start "$C" "$G" "$S"
	join "$C" wire 192.0.2.10/24 "$G" wire $GW/24
	in_order "$S"
	in_order "$G"
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
	rules "$NAT" <<-'RULES'
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

# check_log TEXT NAME PATTERN: a result line, with the end of the log when it fails.
check_log()
{
	check "$1" log_says "$2" "$3"
}

log_says()
{
	wait_for "${PATIENCE:-10}" log_has "$1" "$2" && return
	echo "no \"$2\" in the log of $1:"
	tail -n 12 "$TMP/$1.log"
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

# wiretap_start: notes the PPP protocols on the wire between client and gateway, in both directions.
wiretap_start()
{
	background wiretap ip netns exec "$G" python3 "$PEERS_DIR/wiretap.py" wire
	wait_for 20 log_has wiretap watching
}

# nothing_in_clear: ends the tap; true if encrypted data went both ways and none in clear.
nothing_in_clear()
{
	stop wiretap
	log_of wiretap
	log_has wiretap "00fd in" && log_has wiretap "00fd out" && log_has wiretap "missed 0" && ! log_has wiretap clear
}

# netem_to_gateway, netem_to_client ARGUMENT...: trouble for one direction of the wire between them.
netem_to_gateway()
{
	run ip netns exec "$C" tc qdisc replace dev wire root netem "$@"
}

netem_to_client()
{
	run ip netns exec "$G" tc qdisc replace dev wire root netem "$@"
}

# netem_on ARGUMENT...: the same trouble in both directions.
netem_on()
{
	netem_to_gateway "$@"
	netem_to_client "$@"
}

netem_off()
{
	ip netns exec "$C" tc qdisc del dev wire root
	ip netns exec "$G" tc qdisc del dev wire root
}

# cases NAME COMMAND...: a program of several cases (ktap.py); each becomes a result of this test.
cases()
{
	local name=$1 word text ended=1

	shift
	while read -r word text; do
		case $word in
		pass) case_result 0 "$name: $text" ;;
		fail) case_result 1 "$name: $text" ;;
		end) ended=0 ;;
		*) echo "# ${word#\#} $text" ;;
		esac
	done < <("$@" 2>&1)
	case_result $ended "$name: came to its end"
}
