# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# IPsec scenarios: aditd at one end, strongSwan on the kernel's own IPsec at the other.
#
#	left            gateway (adit)                 peer (strongSwan)          right
#	10.1.0.2 ------ 10.1.0.1   192.0.2.1 --------- 192.0.2.2   10.2.0.1 ----- 10.2.0.2
#
# With a NAT box in front of the peer, which then is 192.168.7.2 and seen as 192.0.2.9:
#
#	gateway 192.0.2.1 ------- 192.0.2.9  nat  192.168.7.1 ------- 192.168.7.2 peer

PEERS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib/lib.sh
. "$PEERS_DIR/../lib/lib.sh"
# shellcheck source=lib-wire.sh
. "$PEERS_DIR/lib-wire.sh"
# shellcheck source=lib-pki.sh
. "$PEERS_DIR/lib-pki.sh"
# shellcheck source=lib-charon.sh
. "$PEERS_DIR/lib-charon.sh"
# shellcheck source=lib-unit.sh
. "$PEERS_DIR/lib-unit.sh"

L=l-$$ G=g-$$ P=p-$$ R=r-$$ NAT=n-$$
GW=192.0.2.1
PEER=192.0.2.2
LEFT=10.1.0.2
RIGHT=10.2.0.2

namespace_clear()
{
	local pids

	pids=$(ip netns pids "$1")
	# shellcheck disable=SC2086 # one word a process
	[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
	return 0
}

# ike_topology [nat]
ike_topology()
{
	local ns

	for ns in "$L" "$G" "$P" "$R"; do
		namespace "$ns"
		defer "namespace_clear $ns"
	done
	join "$L" gw $LEFT/24 "$G" lan 10.1.0.1/24
	join "$R" gw $RIGHT/24 "$P" lan 10.2.0.1/24
	run ip -n "$L" route add default via 10.1.0.1
	run ip -n "$R" route add default via 10.2.0.1
	if [ "${1:-}" = nat ]; then
		PEER=192.168.7.2
		namespace "$NAT"
		join "$G" wire $GW/24 "$NAT" out 192.0.2.9/24
		join "$NAT" in 192.168.7.1/24 "$P" wire $PEER/24
		run ip -n "$P" route add default via 192.168.7.1
		ip netns exec "$NAT" sysctl -qw net.ipv4.ip_forward=1
		rules "$NAT" <<-'RULES'
			table ip nat {
				chain post { type nat hook postrouting priority srcnat; oif "out" masquerade random; }
			}
		RULES
	else
		join "$G" wire $GW/24 "$P" wire $PEER/24
	fi
	ip netns exec "$G" sysctl -qw net.ipv4.ip_forward=1
	ip netns exec "$P" sysctl -qw net.ipv4.ip_forward=1
	for ns in "$L" "$G" "$P" "$R"; do
		in_order "$ns"
	done
}

# --- adit ---

# gw_conf: the configuration from standard input, with what every test has ahead of it.
gw_conf()
{
	{
		echo "log-level = debug"
		cat
	} >"$TMP/adit.conf"
	chmod 600 "$TMP/adit.conf"
}

gw_start()
{
	background gateway ip netns exec "$G" "${GW_LIMITS[@]}" aditd -c "$TMP/adit.conf" -s "$TMP/control" --foreground
	wait_for 20 gw_ready || {
		echo "# the gateway does not come up"
		log_of gateway | sed 's/^/# /'
		exit 1
	}
	in_order "$G"
}

# gw_kill: both processes at once, without a word to anybody.
gw_kill()
{
	local engine

	engine=$(ask "r['engine_pid']" status) && kill -KILL "$(pid_of gateway)" "$engine" && stop gateway
}

gw_ready()
{
	adit status >/dev/null
}

# The gateway's own command. The control socket is a file: no namespace in the way.
adit()
{
	command adit -s "$TMP/control" "$@"
}

# adit_refuses PATTERN WORD...: the command fails, and what it says matches.
adit_refuses()
{
	local pattern=$1 out

	shift
	! out=$(adit "$@" 2>&1) || { echo "adit $* succeeded: $out"; return 1; }
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $out == $pattern ]] || { echo "no \"$pattern\" in what adit $* says: $out"; return 1; }
}

# ask EXPRESSION COMMAND...: a Python expression over what "adit COMMAND --json" says, called r.
ask()
{
	local expression=$1

	shift
	adit "$@" --json >"$TMP/answer" || return 1
	python3 -IS -c "
import json, sys
r = json.load(open('$TMP/answer'))
print($expression)"
}

nobody_there()
{
	[ "$(ask "len(r)" sas)" = 0 ]
}

# lent_are N: addresses of server ikev2.
lent_are()
{
	[ "$(ask "r['ipsec']['pool_used']" status)" = "$1" ]
}

# warrior_is_out WHAT: of a road warrior, which had ADDRESS, nothing is left at either end. ping_inside is the test's.
warrior_is_out()
{
	check "$1: the gateway has nobody" wait_for 10 nobody_there
	check "$1: the address is given back" lent_are 0
	check "$1: the client has nothing left" wait_for 10 swan_has_nothing
	check "$1: no traffic without it" refused ping_inside "$ADDRESS"
}

# site_is EXPRESSION: of the site "office", called s.
site_is()
{
	[ "$(ask "next(($1) for s in r if s['name'] == 'office')" sites)" = True ] && return
	echo "not true: $1"
	adit sites --json
	return 1
}

site_up()
{
	wait_for "${1:-20}" site_is "s['state'] == 'up' and len(s['children']) > 0"
}

# --- strongSwan ---

# swan_conf: swanctl.conf from standard input.
swan_conf()
{
	mkdir -p "$TMP/swan" "$TMP"/swan/{x509,x509ca,x509ocsp,x509aa,x509ac,x509crl,private,rsa,ecdsa,bliss,pkcs8,pkcs12,pubkey}
	cat >"$TMP/swan/swanctl.conf"
	cat >"$TMP/strongswan.conf" <<-CONF
		charon-systemd {
			load = $CHARON_LOAD
			install_virtual_ip_on = lo
			retransmit_timeout = ${SWAN_TIMEOUT:-2.0}
			retransmit_base = ${SWAN_BASE:-1.4}
			retransmit_tries = 5
			make_before_break = yes
			filelog {
				file {
					path = $TMP/charon.log
					default = 1
					ike = 1
					cfg = 1
					flush_line = yes
				}
			}
			syslog { daemon { default = -1 } }
			plugins {
				include /etc/strongswan.d/charon/*.conf
				vici { socket = unix://$TMP/vici }
				dhcp { load = no }
				${SWAN_PLUGINS:-}
			}
			${SWAN_MORE:-}
		}
	CONF
}

# swan_site LINE...: as peer.example a site by a secret with gw.example, these lines in its connection.
swan_site()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				$(printf '%s\n' "$@")
				local {
					auth = psk
					id = peer.example
				}
				remote {
					auth = psk
					id = gw.example
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						remote_ts = 10.1.0.0/24
					}
				}
			}
		}
		secrets {
			ike-adit {
				secret = "a secret of both"
			}
		}
	CONF
}

# swan_start: charon has its files in one place of the file system, so each has a view of its own of that.
swan_start()
{
	background charon ip netns exec "$P" env STRONGSWAN_CONF="$TMP/strongswan.conf" \
		unshare -m sh -c 'mount -t tmpfs none /run && exec charon-systemd'
	# The first one in a guest loads the kernel's algorithms, which test themselves.
	wait_for 90 swan_loads || {
		echo "# strongSwan does not come up"
		tail -n 40 "$TMP/charon.log" | sed 's/^/# /'
		exit 1
	}
}

swanctl()
{
	SWANCTL_DIR="$TMP/swan" STRONGSWAN_CONF="$TMP/strongswan.conf" \
		ip netns exec "$P" swanctl "$@" --uri "unix://$TMP/vici"
}

swan_loads()
{
	[ -S "$TMP/vici" ] && swanctl --load-all --noprompt
}

swan_has_child()
{
	swanctl --list-sas | grep -q "INSTALLED"
}

# swan_ends NAME: every IKE SA of that connection. One that the gateway ends in the same moment is no failure.
swan_ends()
{
	swanctl --terminate --ike "$1" || echo "swanctl gave $?"
	wait_for 10 swan_has_no "$1"
}

swan_has_no()
{
	[ -z "$(swanctl --list-sas --ike "$1")" ]
}

swan_has_nothing()
{
	[ -z "$(swanctl --list-sas)" ]
}

# nothing_left: at either end.
nothing_left()
{
	nobody_there && swan_has_nothing
}

# --- traffic ---

# shellcheck disable=SC2120 # tests do pass it
# ping_right [COUNT [SECONDS]]: from behind the gateway to behind the peer.
ping_right()
{
	ip netns exec "$L" ping -q -n -c "${1:-3}" -i 0.2 -W "${2:-5}" $RIGHT
}

ping_left()
{
	ip netns exec "$R" ping -q -n -c "${1:-3}" -i 0.2 -W 5 $LEFT
}

traffic_server_start()
{
	background traffic ip netns exec "$R" python3 "$PEERS_DIR/traffic.py" serve $RIGHT
	wait_for 20 log_has traffic serving
}

# traffic_works [BYTES]: checksummed TCP in both directions, numbered UDP.
traffic_works()
{
	ping_right && ip netns exec "$L" python3 "$PEERS_DIR/traffic.py" all $RIGHT --device gw --bytes "${1:-300000}" \
		--count 50
}

# nothing_in_clear: no packet of the inner networks left on the wire.
nothing_in_clear()
{
	wire_has_no "net 10.0.0.0/8"
}

gw_says()
{
	wait_for "${PATIENCE:-15}" log_has gateway "$1" && return
	echo "no \"$1\" in the log of the gateway:"
	tail -n 12 "$TMP/gateway.log"
	return 1
}
