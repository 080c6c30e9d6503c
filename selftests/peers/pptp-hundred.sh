#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A hundred stock clients up together, each from an address of its own, with traffic on all at once; then all gone, and
# nothing left of them; on a kernel that looks at everything, as many fewer as it is slower. They start eight at a time:
# a hundred pppds at once on emulated processors time out by themselves.
# Client and device are called like the user: pppd renames its device from the ppp%d that the kernel chose, and fails if
# another client's device has, for a moment, the very name that it wants.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

CLIENTS=${CLIENTS:-$((100 / TIME_FACTOR))}
AT_ONCE=8

# waiting: how many of the clients begun so far are not up.
waiting()
{
	local i count=0

	for ((i = 1; i <= begun; i++)); do
		log_has "user$i" "remote IP address" || count=$((count + 1))
	done
	echo "$count"
}

fewer_waiting_than()
{
	[ "$(waiting)" -lt "$1" ]
}

start_all()
{
	local CLIENT_LOCAL

	for ((begun = 0; begun < CLIENTS; begun++)); do
		wait_for 60 fewer_waiting_than $AT_ONCE || return 1
		CLIENT_LOCAL=192.0.2.$((101 + begun))
		client_start "user$((begun + 1))" "user$((begun + 1))" "password $((begun + 1))" require-mppe-128
	done
	wait_for 120 fewer_waiting_than 1 && in_order "$C"
}

devices()
{
	local i

	for ((i = 1; i <= CLIENTS; i++)); do
		echo --device
		echo "user$i"
	done
}

# Every second client is told to go, every other one vanishes, and the gateway has to find out.
stop_all()
{
	local i signal

	for ((i = 1; i <= CLIENTS; i++)); do
		signal=$([ $((i % 2)) -eq 0 ] && echo TERM || echo KILL)
		kill "-$signal" "$(pid_of "user$i")"
	done
	for ((i = 1; i <= CLIENTS; i++)); do
		stop "user$i"
	done
}

all_up()
{
	[ "$(ask "len(r) == $CLIENTS and all(s['state'] == 'up' for s in r) and
		len({s['address'] for s in r}) == len({s['peer'] for s in r}) == $CLIENTS" sessions)" = True ]
}

# A cache's count includes free objects that a processor keeps; shrinking gives those back.
nothing_in_kernel()
{
	local cache

	[ "$(ask "sum(s['sessions'] + s['connections'] + s['pool_used'] for s in r['servers'])" status)" = 0 ] || return 1
	for cache in /sys/kernel/slab/adit_*; do
		[ -e "$cache" ] || continue
		echo 1 >"$cache/shrink"
		grep -q '^0\b' "$cache/objects" || { echo "$cache: $(<"$cache/objects")"; return 1; }
	done
}

GW_USERS=
for ((i = 1; i <= CLIENTS; i++)); do
	GW_USERS+="user \"user$i\" { password = 'password $i' }"$'\n'
done

topology_direct
client_addresses "$CLIENTS"
traffic_server_start
gw_conf
gw_start

check "$CLIENTS clients come up" start_all
! adit_only || check "the gateway sees them all, each with an address of its own" all_up
# shellcheck disable=SC2046
check "traffic on all at once" client_traffic all $(devices) --bytes 20000 --count 20 --gap-ms 50 --max-lost 2
stop_all
if adit_only; then
	check "all gone" wait_for 60 sessions_are 0
	check "nothing left of them in the gateway or the kernel" wait_for 20 nothing_in_kernel
	check "the next one is served" client_dials again user1 "password 1" require-mppe-128
fi

done_testing
