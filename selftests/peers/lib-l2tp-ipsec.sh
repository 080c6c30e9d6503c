# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The life of a stock client of L2TP/IPsec. Its IPsec, in the namespace $C, is by functions of the test:
#
#	ipsec_start SECRET, ipsec_stop
#	ipsec_connects [SECONDS], ipsec_ends
#	ipsec_rekeys: the child's and IKE's; none with REKEYS_BY_TIME, where it is not to be told to

child_spis()
{
	ask "sorted(c['spi_in'] for s in r for c in s['children'])" sas
}

# other_child BEFORE: the gateway has one child, and it is another.
other_child()
{
	local now

	now=$(child_spis) && [ "$now" != "$1" ] && [ "$(ask "sum(len(s['children']) for s in r)" sas)" = 1 ] && return
	echo "was $1, is $now"
	return 1
}

# new_keys SAID SUFFIX
new_keys()
{
	local before

	before=$(child_spis)
	check "$1: new keys" ipsec_rekeys
	check "$1: in a child that takes the place of the first" wait_for 20 other_child "$before"
	check "$1: traffic with them" traffic_works "one$2"
}

# l2tp_ipsec_through SAID SUFFIX [PEER]: what the results begin with, what devices' names end in, who it is from here.
l2tp_ipsec_through()
{
	check "$1: IPsec starts" ipsec_start "a secret of all"
	check "$1: IPsec" ipsec_connects
	check "$1: a client logs in" l2tp_client_dials "one$2" alice "correct horse"
	check "$1: its session is in IPsec" session_is "r['ipsec'] and r['peer'] == '${3:-192.0.2.10}'"
	check "$1: traffic" traffic_works "one$2"
	[ -n "${REKEYS_BY_TIME:-}" ] || new_keys "$1" "$2"
	l2tp_client_stop "one$2"
	check "$1: gone" no_sessions
	check "$1: another logs in" l2tp_client_dials "two$2" alice "correct horse"
	check "$1: IPsec is ended" ipsec_ends
	check "$1: and the session with it" no_sessions
	l2tp_client_stop "two$2"
	ipsec_stop
}

# l2tp_ipsec_refused SAID: with another secret.
l2tp_ipsec_refused()
{
	check "$1: a wrong secret: IPsec starts" ipsec_start "another secret"
	check "$1: a wrong secret is refused" refused ipsec_connects 10
	check_log "$1: and the log says it" gateway "@(secret|pre-shared key)"
	ipsec_stop
}
