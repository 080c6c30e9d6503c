#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A wire that loses 30 % of everything, and reorders and doubles: control messages arrive once and in order, so clients log
# in and hang up; what arrives inside is right.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-xl2tpd.sh"
GW_PROTOCOL=l2tp

# The gateway's own requests may be lost longer than the client's: it then gives up what the client takes for up, or its
# request that comes again takes the client's address away until IPCP is through once more.
decided()
{
	sessions_are 0 || both_up
}

both_up()
{
	[ "$(ask "[s['state'] for s in r]" sessions)" = "['up']" ] &&
		ip -n "$C" -o -4 addr show dev "$device" | grep -q peer
}

# A login that PPP gave up for its own losses is tried again: the tunnel is what is tested.
logs_in()
{
	local name=$1 try

	for try in 1 2 3; do
		l2tp_client_start "$name$try" alice "correct horse" lcp-max-configure 30 ipcp-max-configure 30 \
			lcp-restart 2 ipcp-restart 2 chap-max-challenge 30
		device=$name$try
		l2tp_client_up "$device" 90 && wait_for 60 decided && both_up && return
		l2tp_client_stop "$device"
	done
	return 1
}

# Logins of our own client, many at once in one tunnel: hundreds of control messages.
load()
{
	touch "$TMP/enough" "$TMP/end"
	ip netns exec "$C" python3 "$PEERS_DIR/l2tp_load.py" $GW $SERVER "$1" "$TMP" | tee "$TMP/load.log"
	[[ $(<"$TMP/load.log") == *"up $1 "*"answered $1"*closed* ]]
}

GW_USERS="user \"alice\" { password = 'correct horse' }"$'\n'
for ((i = 1; i <= 50; i++)); do
	GW_USERS+="user \"user$i\" { password = 'load' }"$'\n'
done

l2tp_topology
traffic_server_start
gw_conf "auth = { mschapv2, pap }" "retransmissions = 12"
gw_start

netem_on loss 30%
check "30 % lost: a stock client logs in" logs_in lossy
netem_on loss 2%
check "2 % lost: its traffic" client_traffic tcp --device "$device" --bytes 200000
netem_on loss 30%
l2tp_client_stop "$device"
check "30 % lost: the gateway hears of its end" wait_for 90 sessions_are 0

netem_on delay 10ms 5ms reorder 25% 50% duplicate 20%
check "reordered and doubled: a stock client logs in" logs_in mixed
check "reordered and doubled: its traffic" client_traffic tcp --device "$device" --bytes 200000
l2tp_client_stop "$device"
check "reordered and doubled: gone" no_sessions

gw_stop
# Of echoes and of the requests of PPP more than a quarter gets no answer: all in a row, they end a session as they should.
gw_conf "auth = { pap }" "retransmissions = 12" "lcp-echo-interval = 0"
gw_start
netem_on delay 5ms 5ms loss 15% reorder 25% 50% duplicate 10%
check "all of it, fifty sessions in one tunnel come, are used, and go" load 50
check "all gone" wait_for 90 sessions_are 0
netem_off

done_testing
