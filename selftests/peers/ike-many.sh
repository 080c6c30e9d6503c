#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Many road warriors at once, each a connection of a real client: one strongSwan holds MANY of IKEv2, each with an identity of
# its own behind one secret, and OLD of IKEv1, each with a user that logs in. Each is lent an address, by which the server behind
# the gateway sees it. What many made in load, with a tool, is in ike-load.

. "$(dirname "$0")/lib-ike.sh"
MANY=${MANY:-120}
OLD=${OLD:-40}
ALL=$((MANY + OLD))

# connection NAME VERSION LOCAL
connection()
{
	cat <<-CONF
		$1 {
			version = $2
			remote_addrs = $GW
			vips = 0.0.0.0
			proposals = aes128-sha256-x25519
			$3
			remote {
				auth = psk
				id = gw.example
			}
			children {
				$1 {
					remote_ts = 10.1.0.0/24
					esp_proposals = aes128gcm16
					start_action = ${START:-none}
				}
			}
		}
	CONF
}

# swan COUNT_OF_IKEV2 COUNT_OF_IKEV1
swan()
{
	local i

	{
		echo "connections {"
		for ((i = 1; i <= $1; i++)); do
			connection "new$i" 2 "local { auth = psk
				id = new$i@many.example }"
		done
		for ((i = 1; i <= $2; i++)); do
			connection "old$i" 1 "local-1 { auth = psk
				id = old$i@many.example }
				local-2 { auth = xauth
				xauth_id = old$i }"
		done
		# The one that is to be refused.
		START=none connection nobody 1 "local-1 { auth = psk
			id = nobody@many.example }
			local-2 { auth = xauth
			xauth_id = nobody }"
		echo "}"
		echo "secrets {"
		echo "ike-all { secret = \"of everybody\" }"
		echo "xauth-nobody { id = nobody
			secret = \"password of nobody\" }"
		for ((i = 1; i <= $2; i++)); do
			echo "xauth-old$i { id = old$i
				secret = \"password of old$i\" }"
		done
		echo "}"
	} >"$TMP/swanctl.conf"
	SWAN_MORE="ikesa_table_size = 256" swan_conf <"$TMP/swanctl.conf"
}

users()
{
	local i

	for ((i = 1; i <= OLD; i++)); do
		echo "user \"old$i\" { password = 'password of old$i' }"
	done
}

# all_there COUNT: each with its own identity, its own address and one child, and the users are those of their identities.
all_there()
{
	[ "$(ask "(len(r), len({s['peer_id'] for s in r}), len({s['address'] for s in r}),
		sum(s['state'] == 'up' and len(s['children']) == 1 for s in r),
		all(s['version'] == 2 or s['user'] + '@many.example' == s['peer_id'] for s in r))" sas)" = \
		"($1, $1, $1, $1, True)" ] && return
	ask "(len(r), len({s['peer_id'] for s in r}), len({s['address'] for s in r}),
		sum(s['state'] == 'up' and len(s['children']) == 1 for s in r))" sas
	return 1
}

lent()
{
	ask "'\\n'.join(s['address'] for s in r)" sas
}

# each_reaches [ADDRESS]...: the server, from those or from all.
each_reaches()
{
	{ [ $# -eq 0 ] && lent || printf '%s\n' "$@"; } |
		ip netns exec "$P" python3 "$PEERS_DIR/from_each.py" ask $LEFT
}

spis_of()
{
	ask "next(s['spis'] for s in r if s['peer_id'] == '$1@many.example')" sas
}

spis_are_others()
{
	[ "$(spis_of "$1")" != "$2" ]
}

new_keys_for()
{
	local before

	before=$(spis_of "$1")
	swanctl --rekey --ike "$1" && wait_for 20 spis_are_others "$1" "$before"
}

counts()
{
	[ "$(ask "r['ipsec']['ike_sas'] == $1 and r['ipsec']['pool_used'] == $1" status)" = True ] && return
	adit status
	return 1
}

ike_topology
run ip -n "$L" route replace 10.9.0.0/16 via 10.1.0.1
background server ip netns exec "$L" python3 "$PEERS_DIR/from_each.py" serve $LEFT
wait_for 20 log_has server serving
gw_conf <<-CONF
	pool "road" { range = "10.9.0.10-10.9.3.250" }
	server ikev2 {
		address = "10.9.0.1"
		pool = "road"
		local-id = "gw.example"
		auth = { psk }
		xauth = yes
		secret = 'of everybody'
		local-subnets = { "10.1.0.0/24" }
		ike-proposals = { "aes128-sha256-x25519" }
		esp-proposals = { "aes128gcm16" }
	}
	$(users)
CONF
gw_start
swan 0 0
swan_start
START=start swan "$MANY" "$OLD"
check "$ALL connections of a real client begin at once" swan_loads
check "all are there, each with its own identity and address" wait_for 150 all_there $ALL
check "and strongSwan has as many" [ "$(swanctl --list-sas | grep -c INSTALLED)" = $ALL ]
check "each reaches the server, and is seen by its own address" each_reaches
check "one gets new keys" new_keys_for new7
check "one of version 1, too" new_keys_for old7
check "all are there" wait_for 20 all_there $ALL
check "one ends" swanctl --terminate --ike new9
check "which is all that ends" wait_for 10 all_there $((ALL - 1))
check "the others reach the server" each_reaches
check "one that nobody knows is refused" refused swanctl --initiate --child nobody --timeout 10
check "and that is said" gw_says "wrong password, or no such user: nobody"
check "all others are there" all_there $((ALL - 1))
check "all end" stop charon
check "nobody is left, and no address is lent" wait_for 60 counts 0

done_testing
