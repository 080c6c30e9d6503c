#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logins that must not succeed, with the reason in the log of both ends.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

# refused NAME USER PASSWORD CLIENT_LOG GATEWAY_LOG OPTION...: patterns that the two logs must hold.
refused()
{
	local name=$1 user=$2 password=$3 client_log=$4 gateway_log=$5

	shift 5
	client_start "$name" "$user" "$password" "$@"
	check "$name: no login" client_refused "$name"
	check_log "$name: why, at the client" "$name" "$client_log"
	! adit_only || check_log "$name: why, at the gateway" gateway "$gateway_log"
}

topology_direct
gw_conf "range = 10.9.0.10-10.9.0.10"
gw_start

refused wrong-password alice "wrong horse" "E=691" "alice*wrong password" require-mppe-128
refused unknown-user mallory "correct horse" "E=691" "mallory*unknown user" require-mppe-128
adit_only && refused disabled-user eve sleeping "E=647" "eve*disabled" require-mppe-128
# shellcheck disable=SC2046
refused no-common-auth alice "correct horse" "no common authentication" "no common authentication" $(only pap)
refused no-encryption alice "correct horse" "encryption is required" "encryption is required" nomppe

check "the only address of the pool is given away" client_dials first alice "correct horse" require-mppe-128
refused pool-empty carol "curry comb" "address" "carol*no free address" require-mppe-128
! adit_only || check "the session that was there stays" session_is "r['user'] == 'alice' and r['state'] == 'up'"
client_stop first
! adit_only || check "all gone" no_sessions
check "and the address is free again" client_dials second carol "curry comb" require-mppe-128

done_testing
