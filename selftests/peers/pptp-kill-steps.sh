#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kill -9 of the engine at every message of a login, one after another, see kill_steps.py. The parent waits longer after
# each death, so it is started anew after a few.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

STEPS_AT_ONCE=5
# A login has about thirty messages.
STEPS_LEAST=20
STEPS_MOST=60

# steps FIRST: true if the engine was killed at each, or the login was through before.
steps()
{
	ip netns exec "$C" env ADIT_CONTROL="$TMP/control" python3 "$PEERS_DIR/kill_steps.py" $GW $SERVER \
		192.0.2.101 192.0.2.102 "$1" "$(($1 + STEPS_AT_ONCE - 1))" >"$TMP/steps.log" 2>&1 &&
		grep -qE '^(through|more)$' "$TMP/steps.log" && return
	cat "$TMP/steps.log"
	return 1
}

# Sessions that the kernel knows, all devices.
kernel_sessions()
{
	ip netns exec "$G" "$PEERS_DIR/../net/adit_tool" dump
}

no_kernel_sessions()
{
	[ "$(kernel_sessions)" = 0 ] || { kernel_sessions; return 1; }
}

topology_direct
client_addresses 2
gw_conf
for ((step = 1; step <= STEPS_MOST; step += STEPS_AT_ONCE)); do
	gw_start
	check "killed at messages $step to $((step + STEPS_AT_ONCE - 1)) of a login" steps $step
	sed -n 's/^# /# /p' "$TMP/steps.log"
	check "no session is left" no_sessions
	check "nor in the kernel" wait_for 10 no_kernel_sessions
	gw_stop
	! grep -q '^through$' "$TMP/steps.log" || break
done
check "the login came to its end" grep -q '^through$' "$TMP/steps.log"
check "after a login's messages" test $step -gt $STEPS_LEAST
gw_start
check "a stock client logs in after all that" client_dials one alice "correct horse" require-mppe-128

done_testing
