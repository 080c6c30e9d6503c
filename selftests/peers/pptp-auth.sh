#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A stock client logs in with each authentication method, and has traffic. The gateway offers the strongest first; the
# client refuses all but one, so that stepping down is tested with it.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

declare -A name_of=([mschap-v2]=MS-CHAPv2 [mschap]=MS-CHAP [chap]=CHAP-MD5 [pap]=PAP)

topology_direct
traffic_server_start
gw_conf "auth = { pap, chap, mschap, mschapv2 }" "encryption = none"
gw_start

for method in mschap-v2 mschap chap pap; do
	# shellcheck disable=SC2046
	check "$method: logs in" client_dials "$method" alice "correct horse" $(only $method) nomppe
	check "$method: traffic" traffic_works "$method"
	! adit_only || check "$method: what the gateway says of it" \
		session_is "r['auth'] == '${name_of[$method]}' and r['user'] == 'alice' and r['state'] == 'up'"
	client_stop "$method"
	! adit_only || check "$method: gone" no_sessions
done

done_testing
