#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A thousand sessions in one tunnel, by a client of our own (l2tp_load.py): each with an address of its own and an answered
# ping; then half of them hang up, then the tunnel is closed, and nothing is left.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp
SESSIONS=${SESSIONS:-1000}

all_up()
{
	[ "$(ask "len(r) == $SESSIONS and all(s['state'] == 'up' for s in r) and
		len({s['address'] for s in r}) == $SESSIONS" sessions)" = True ]
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

GW_USERS="user \"alice\" { password = 'correct horse' }"$'\n'
for ((i = 1; i <= SESSIONS; i++)); do
	GW_USERS+="user \"user$i\" { password = 'load' }"$'\n'
done

l2tp_topology
traffic_server_start
# What this many logins say in debug nobody reads.
gw_conf "range = 10.9.0.10-10.9.7.250" "auth = { pap }" "lcp-echo-interval = 0"
sed -i 's/^log-level = .*/log-level = info/' "$TMP/adit.conf"
gw_start

background load ip netns exec "$C" python3 "$PEERS_DIR/l2tp_load.py" $GW $SERVER "$SESSIONS" "$TMP"
PATIENCE=800 check_log "$SESSIONS sessions in one tunnel come up" load "up $SESSIONS "
PATIENCE=200 check_log "a ping through each is answered" load "answered $SESSIONS"
check "the gateway sees them all, each with an address of its own" all_up
log_of load | sed 's/^/# /'
touch "$TMP/enough"
PATIENCE=100 check_log "every second one hangs up" load half
check "half are left" wait_for 60 sessions_are $((SESSIONS / 2))
touch "$TMP/end"
PATIENCE=60 check_log "the tunnel is closed" load closed
check "all gone" wait_for 60 sessions_are 0
stop load
check "nothing left of them in the gateway or the kernel" wait_for 60 nothing_in_kernel
gw_stop

done_testing
