#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# MPPE with a stock client: 128 and 40 bit, stateless and stateful, and none. pppd asks for stateless whatever happens,
# but takes stateful from a server that insists (mppe-mode = stateful, and mppe-stateful at its side).

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

# mppe NAME WORDS OPTION...: one client with these options; enough traffic to pass a change of key in stateful mode.
mppe()
{
	local name=$1 words=$2

	shift 2
	check "$words: logs in" client_dials "$name" alice "correct horse" "$@"
	check "$words: traffic" traffic_works "$name" 600000
	! adit_only || check "$words: what the gateway says" session_is "r['encryption'] == '$words'"
	client_stop "$name"
	! adit_only || check "$words: gone" no_sessions
}

topology_direct
traffic_server_start

gw_conf "encryption = optional" "mppe = { 40, 128 }"
gw_start
mppe m128 "mppe-128 stateless" require-mppe-128
mppe m40 "mppe-40 stateless" require-mppe-40 nomppe-128
! adit_only || mppe none none nomppe
gw_stop

if adit_only; then
	gw_conf "mppe = { 40, 128 }" "mppe-mode = stateful"
	gw_start
	mppe s128 "mppe-128 stateful" require-mppe-128 mppe-stateful
	mppe s40 "mppe-40 stateful" require-mppe-40 nomppe-128 mppe-stateful
	client_start refuses alice "correct horse" require-mppe-128 nomppe-stateful
	check "stateful insisted on, client refuses: not logged in" client_refused refuses
	check_log "stateful insisted on, client refuses: its reason" refuses "stateful"
	gw_stop
fi

done_testing
