#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Many road warriors at once, by ike_load_tool: TUNNELS of them set up and held by the gateway, then some by strongSwan with
# the same algorithms and the same proof, in one run: time of the processor and memory of each. Then floods of first
# requests, without and with the cookies that are asked for, during which a stock client still comes in.

. "$(dirname "$0")/lib-ike.sh"
TUNNELS=${TUNNELS:-1000}
# Which takes much longer.
SWAN_TUNNELS=$((TUNNELS < 300 ? TUNNELS : 300))
WINDOW=8
FLOOD=${FLOOD:-3000}
RATE=300
# Seconds that the set-up of all may take.
LONG=$((60 + TUNNELS / 2))

load_tool()
{
	local ns=$1 name=$2

	shift 2
	background "$name" ip netns exec "$ns" "$PEERS_DIR/ike_load_tool" "$@"
}

# cpu_of PID...: ticks of the processor, the children that are gone included.
cpu_of()
{
	local pid sum=0

	for pid in "$@"; do
		read -r -a at <<<"$(sed 's/.*) //' "/proc/$pid/stat")"
		sum=$((sum + at[11] + at[12] + at[13] + at[14]))
	done
	echo $sum
}

# memory_of PID...: KiB, what they share counted once.
memory_of()
{
	local pid

	for pid in "$@"; do
		cat "/proc/$pid/smaps_rollup"
	done | awk '/^Pss:/ { sum += $2 } END { print sum }'
}

gw_pids()
{
	ask "r['pid'], r['engine_pid']" status | tr -d '(),'
}

# set_up NAME COUNT NAMESPACE LOCAL GATEWAY PID...: COUNT tunnels; sets TICKS and KIB, what those cost the processes.
set_up()
{
	local name=$1 count=$2 ns=$3 local=$4 gateway=$5 cpu kib

	shift 5
	cpu=$(cpu_of "$@")
	kib=$(memory_of "$@")
	load_tool "$ns" "$name" hold "$local" "$gateway" loadSecret "$count" $WINDOW
	wait_for $LONG log_has "$name" "up [0-9]* failed " || { tail -n 5 "$TMP/$name.log"; return 1; }
	TICKS=$(($(cpu_of "$@") - cpu))
	KIB=$(($(memory_of "$@") - kib))
	log_has "$name" "up $count failed 0 "
}

# each NAME COUNT: what one cost, on the screen.
each()
{
	awk -v name="$1" -v n="$2" -v ticks="$TICKS" -v kib="$KIB" -v hz="$(getconf CLK_TCK)" 'BEGIN {
		printf "# %s: %d tunnels: %.2f ms of the processor and %.1f KiB each\n", name, n, ticks * 1000 / hz / n, kib / n
	}'
}

held()
{
	[ "$(ask "r['ipsec']['ike_sas'] == $1 and r['ipsec']['children'] == $1 and r['ipsec']['pool_used'] == $1" status)" = True ] ||
		{ adit status --json; return 1; }
}

swan_held()
{
	swanctl --stats | grep -q "IKE_SAs: $SWAN_TUNNELS total" || { swanctl --stats; return 1; }
}

# From the LAN to the address that the stock client was lent.
reaches_client()
{
	local address

	address=$(ask "next(s['address'] for s in r if s['peer_id'] == 'stock@load.example')" sas) &&
		ip netns exec "$L" ping -q -n -c 3 -i 0.2 -W 5 "$address"
}

stock_client()
{
	swanctl --initiate --child all --timeout 30
}

# The gateway's secret is for all that come.
swan_client_conf()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				remote_addrs = $GW
				vips = 0.0.0.0
				proposals = aes128gcm16-prfsha256-x25519
				local {
					auth = psk
					id = stock@load.example
				}
				remote {
					auth = psk
					id = $GW
				}
				children {
					all {
						remote_ts = 10.1.0.0/24
						esp_proposals = aes128gcm16
					}
				}
			}
		}
		secrets { ike-adit { secret = "loadSecret" } }
	CONF
}

swan_server_conf()
{
	SWAN_MORE="ikesa_table_size = 4096
		ikesa_table_segments = 16
		cookie_threshold = 0
		block_threshold = 0" swan_conf <<-CONF
		connections {
			load {
				version = 2
				pools = road
				proposals = aes128gcm16-prfsha256-x25519
				local {
					auth = psk
					id = 10.2.0.1
				}
				remote {
					auth = psk
					id = *@load.example
				}
				children {
					all {
						local_ts = 10.1.0.0/24
						esp_proposals = aes128gcm16
					}
				}
			}
		}
		pools { road { addrs = 10.9.128.0/18 } }
		secrets { ike-load { secret = "loadSecret" } }
	CONF
}

# flooded NAME [cookies]: during it the stock client comes in, and the table is bounded.
flooded()
{
	load_tool "$R" "$1" flood 10.66.0.0 "$GW" "$FLOOD" $RATE ${2:+"$2"}
	check "$1: the table has strangers" wait_for 30 half_open_is -gt 90
	check "$1: a stock client comes in" stock_client
	check "$1: and has traffic" reaches_client
	check "$1: it leaves" swanctl --terminate --ike adit
	check "$1: cookies are asked for" wait_for 20 status_has cookies_asked -gt 100
	check "$1: the table is bounded" half_open_is -le 2000
	check "$1: the flood ends" wait_for $((FLOOD / RATE + 60)) log_has "$1" "sent $FLOOD asked"
	log_of "$1" | sed 's/^/# /'
	check "$1: strangers are forgotten" wait_for 60 half_open_is -eq 0
}

# status_has FIELD TEST NUMBER
status_has()
{
	local is

	is=$(ask "r['ipsec']['$1']" status) || return 1
	test "$is" "$2" "$3" && return
	echo "$1 is $is"
	return 1
}

half_open_is()
{
	status_has half_open "$@"
}

ike_topology
run ip -n "$L" route replace 10.9.0.0/16 via 10.1.0.1
# Strangers: everything behind 10.66 is here, and the peer passes it on.
run ip -n "$R" route add local 10.66.0.0/16 dev lo
run ip -n "$P" route add 10.66.0.0/16 via $RIGHT
run ip -n "$G" route add 10.66.0.0/16 via $PEER
gw_conf <<-CONF
	pool "road" { range = "10.9.0.10-10.9.63.250" }
	server ikev2 {
		address = "10.9.0.1"
		pool = "road"
		local-id = "$GW"
		auth = { psk }
		secret = 'loadSecret'
		local-subnets = { "10.1.0.0/24" }
		ike-proposals = { "aes128gcm16-prfsha256-x25519" }
		esp-proposals = { "aes128gcm16" }
	}
CONF
# What this many say in debug nobody reads.
sed -i 's/^log-level = .*/log-level = info/' "$TMP/adit.conf"
gw_start

# shellcheck disable=SC2046 # two numbers
check "$TUNNELS tunnels come up" set_up to_adit "$TUNNELS" "$P" "$PEER" "$GW" $(gw_pids)
each adit "$TUNNELS"
ADIT_TICKS=$TICKS ADIT_KIB=$KIB
check "the gateway has them all, each with an address" held "$TUNNELS"
# It has not gone before all have been answered.
kill "$(pid_of to_adit)"
check "all say good-bye" wait_for $LONG held 0
stop to_adit

swan_server_conf
swan_start
CHARON=$(pidof charon-systemd)
check "strongSwan: $SWAN_TUNNELS tunnels come up" set_up to_swan "$SWAN_TUNNELS" "$R" "$RIGHT" 10.2.0.1 "$CHARON"
each strongSwan "$SWAN_TUNNELS"
check "it has them all" swan_held
check "the gateway took no more of the processor" test $((ADIT_TICKS * SWAN_TUNNELS)) -le $((TICKS * TUNNELS))
# Its records, by which the next engine goes on with them, are in it.
check "and hardly more memory" test $((ADIT_KIB * SWAN_TUNNELS * 2)) -le $((KIB * TUNNELS * 3))
stop to_swan

swan_client_conf
check "another configuration" swan_loads
flooded flood
flooded cookies cookies

done_testing
