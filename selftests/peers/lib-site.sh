# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# One site with a secret, at whose other end is whatever the test has. It says what that is by functions, which go by VERSION,
# SECRET and PROPOSALS:
#
#	peer_conf	writes what it is told
#	peer_start, peer_stop
#	peer_reads	takes what was written since
#	peer_begins, peer_rekeys_child, peer_rekeys_ike, peer_ends; PEER_PATIENCE are the seconds that it may try, where it can be told
#	peer_has_child, peer_has_nothing

SECRET="a secret of both"

# site_conf LINE...: the section, with lines of the test's own.
site_conf()
{
	gw_conf <<-CONF
		site "office" {
			remote = "$PEER"
			version = ikev$VERSION
			secret = 'a secret of both'
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			redial-min = 2
			redial-max = 4
			$(printf '%s\n' "$@")
		}
	CONF
}

# keys_before, keys_are_new: of the one child that there is.
keys_before()
{
	KEYS_BEFORE=$(ask "r[0]['children'][0]['spi_in']" sites)
}

keys_are_new()
{
	site_is "s['children'][-1]['spi_in'] != '$KEYS_BEFORE' and len(s['children']) == 1"
}

# ike_is_new, after ike_before: IKE's own keys have been replaced. In version 1 the old ones may stay for a while.
ike_before()
{
	IKE_BEFORE=$(ask "sorted(s['spis'] for s in r)" sas)
}

ike_is_new()
{
	[ "$(ask "any(s['spis'] not in $IKE_BEFORE for s in r)" sas)" = True ]
}

# site_begins_here: the gateway has it up, with traffic both ways.
site_begins_here()
{
	site_conf 'start = now' 'retransmissions = 4' "${SITE_ESP:-}"
	gw_start
	check "IKEv$VERSION: the gateway begins, and the site is up" site_up 40
	check "IKEv$VERSION: the peer has it too" wait_for 5 peer_has_child
	check "IKEv$VERSION: traffic, from behind one to behind the other" traffic_works
	check "IKEv$VERSION: and the other way" ping_left
	check "IKEv$VERSION: it is shown" site_is "s['peer_id'] == '$PEER' and s['children'][0]['rx_packets'] > 0"
}

site_rekeys_here()
{
	keys_before
	check "IKEv$VERSION: new keys are asked for" adit site rekey office
	check "IKEv$VERSION: and are there" wait_for "${REKEY_PATIENCE:-10}" keys_are_new
	check "IKEv$VERSION: traffic with them" traffic_works
}

# with_patience COMMAND...: a peer that makes new keys by time alone may do so meanwhile, and drops what is on its way.
with_patience()
{
	if [ -n "${REKEY_PATIENCE:-}" ]; then
		wait_for "$REKEY_PATIENCE" "$@"
	else
		"$@"
	fi
}

site_rekeys_there()
{
	keys_before
	check "IKEv$VERSION: the peer replaces the child" peer_rekeys_child
	check "IKEv$VERSION: which the gateway follows" wait_for "${REKEY_PATIENCE:-10}" keys_are_new
	check "IKEv$VERSION: traffic with those" with_patience traffic_works
	ike_before
	check "IKEv$VERSION: the peer replaces IKE's keys" peer_rekeys_ike
	check "IKEv$VERSION: and those are there" wait_for "${REKEY_PATIENCE:-10}" ike_is_new
	check "IKEv$VERSION: traffic after that" with_patience traffic_works
}

site_ends_here()
{
	check "IKEv$VERSION: taken down" adit site down office
	check "IKEv$VERSION: the peer has nothing left" wait_for 10 peer_has_nothing
	check "IKEv$VERSION: no traffic without it" refused ping_right 1 2
}

site_begins_there()
{
	check "IKEv$VERSION: the peer begins" peer_begins
	check "IKEv$VERSION: the site is up" site_up
	check "IKEv$VERSION: traffic" traffic_works
}

site_ends_there()
{
	check "IKEv$VERSION: the peer ends it" peer_ends
	check "IKEv$VERSION: which is told" gw_says "ended: the peer"
}

# site_disagrees WHAT TOLD_THEM TOLD_US: what the peer has now is another one. Patterns of what is in the gateway's log when the
# peer begins, and when the gateway does.
site_disagrees()
{
	check "IKEv$VERSION: $1: the peer reads it" peer_reads
	check "IKEv$VERSION: $1: the peer is refused" refused peer_begins
	check "IKEv$VERSION: $1: and that is said" gw_says "$2"
	check "IKEv$VERSION: $1: the site is not up" site_is "s['state'] != 'up'"
	check "IKEv$VERSION: $1: the gateway is refused" refused adit site up office
	check "IKEv$VERSION: $1: and that is said" gw_says "$3"
	check "IKEv$VERSION: $1: the site is not up" site_is "s['state'] != 'up'"
	check "IKEv$VERSION: $1: given up" adit site down office
}

# site_goes_wrong OTHER_PROPOSALS: another secret, and no proposal in common. In the peer's words: the gateway takes none of
# what is legacy.
site_goes_wrong()
{
	local PEER_PATIENCE=8

	adit site down office
	SECRET="another secret" peer_conf
	PATIENCE=30 site_disagrees "another secret" "@(the secrets differ|cannot be decrypted)" \
		"@(or has another secret|another one there)"
	PROPOSALS=$1 peer_conf
	PATIENCE=30 site_disagrees "no proposal in common" "no proposal in common:" \
		"@(takes none of our IKE|peer has no) proposal"
}

# site_through VERSION OTHER_PROPOSALS: the life of a site, begun and ended by either end, and what goes wrong.
site_through()
{
	VERSION=$1
	peer_conf
	peer_start
	site_begins_here
	site_rekeys_here
	[ -n "${REKEYS_BY_TIME:-}" ] || site_rekeys_there
	site_ends_here
	site_begins_there
	site_ends_there
	check "IKEv$VERSION: nothing ever left in the clear" nothing_in_clear
	site_goes_wrong "$2"
	stop gateway
	peer_stop
}

# --- the peer is behind a NAT box, and comes from anywhere ---

behind_nat()
{
	[ "$(ask "[s['nat_there'] and s['local_port'] == 4500 and s['children'][0]['udp'] for s in r]" sas)" = "[True]" ]
}

# The box forgets what it knew, and gives another port.
mapping_changes()
{
	ip netns exec "$NAT" conntrack -F
}

# site_through_nat VERSION: of a peer that is peer.example, and looks for gw.example.
site_through_nat()
{
	VERSION=$1
	gw_conf <<-CONF
		site "office" {
			remote = any
			start = peer
			version = ikev$VERSION
			local-id = "gw.example"
			remote-id = "peer.example"
			secret = 'a secret of both'
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			${SITE_ESP:-}
		}
	CONF
	peer_conf
	peer_start
	gw_start
	check "IKEv$VERSION: the peer begins" peer_begins
	check "IKEv$VERSION: the site is up" site_up
	check "IKEv$VERSION: the NAT is seen, and all is in UDP" behind_nat
	check "IKEv$VERSION: traffic" traffic_works
	check "IKEv$VERSION: the NAT forgets" mapping_changes
	check "IKEv$VERSION: traffic from there finds its way" ping_left
	check "IKEv$VERSION: and back" traffic_works
	check "IKEv$VERSION: new keys" adit site rekey office
	check "IKEv$VERSION: traffic with them" traffic_works
	check "IKEv$VERSION: nothing ever left in the clear" nothing_in_clear
	stop gateway
	peer_stop
}
