#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every cipher, hash and group that IKE itself may use, with strongSwan, by each version of IKE that has them, begun by either end.
# What only old peers need is taken where legacy = yes stands, and the log says so; without it, it is refused.

. "$(dirname "$0")/lib-ike.sh"

# site [LINE]...: by VERSION.
site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "$PEER"
			version = ikev$VERSION
			secret = 'a secret of both'
			start = peer
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
			esp-proposals = { "aes128gcm16" }
			retransmissions = 8
			$(printf '%s\n' "$@")
		}
	CONF
}

# swan PROPOSAL
swan()
{
	SWAN_MORE="dh_exponent_ansi_x9_42 = no" swan_conf <<-CONF
		connections {
			adit {
				version = $VERSION
				local_addrs = $PEER
				remote_addrs = $GW
				proposals = $1
				local {
					auth = psk
				}
				remote {
					auth = psk
				}
				children {
					net {
						local_ts = 10.2.0.0/24
						remote_ts = 10.1.0.0/24
						esp_proposals = aes128gcm16
					}
				}
			}
		}
		secrets {
			ike-adit {
				secret = "a secret of both"
			}
		}
	CONF
}

# shellcheck disable=SC2120 # tests do pass it
swan_begins()
{
	swanctl --initiate --child net --timeout "${1:-60}"
}

# uses SUITE: the one IKE SA there is, and its child carries something. IKEv1 has one hash, which stands there as its PRF.
uses()
{
	local suite=$1

	[ "$VERSION" = 2 ] || suite=${1%%-*}-${1#*-*-}
	[ "$(ask "[(s['algorithms'], len(s['children'])) for s in r if s['state'] == 'up']" sas)" = "[('$suite', 1)]" ] &&
		ping_right 1 && ping_left 1 && return
	adit sas
	return 1
}

# either_end SUITE
either_end()
{
	# shellcheck disable=SC2119 # it is for this function
	adit site up office && uses "$1" && adit site down office && wait_for 10 nothing_left && swan_begins && uses "$1" &&
		swanctl --terminate --ike adit && wait_for 10 nothing_left
}

# with_suite SUITE
with_suite()
{
	site "ike-proposals = { \"$1\" }" "legacy = yes"
	swan "$1"
	swan_loads && adit reload && either_end "$1"
}

# each_of SUITE...
each_of()
{
	local suite

	for suite; do
		check "IKEv$VERSION: $suite" with_suite "$suite"
	done
}

# legacy SUITE: it is none of the default ones.
legacy()
{
	: >"$TMP/gateway.log"
	site
	swan "$1"
	check "IKEv$VERSION: old algorithms are loaded" swan_loads
	check "IKEv$VERSION: nobody has asked for them here" adit reload
	check "IKEv$VERSION: a peer that has no others is refused" refused swan_begins 20
	check "IKEv$VERSION: the log has both sides" gw_says "no proposal in common:*here: aes*peer: 3des*modp1024*"
	site "legacy = yes"
	check "IKEv$VERSION: with legacy = yes" adit reload
	check "IKEv$VERSION: it is not" swan_begins
	check "IKEv$VERSION: by those" uses "$1"
	check "IKEv$VERSION: which the log says" gw_says "IKE itself uses what is for peers with nothing better: 3des, modp1024"
	check "IKEv$VERSION: it ends" swanctl --terminate --ike adit
}

ike_topology
VERSION=2
site
swan aes128-sha256-x25519
gw_start
swan_start
each_of aes128-sha256-prfsha256-modp1024 aes192-sha384-prfsha384-modp1536 aes256-sha512-prfsha512-modp2048 \
	3des-sha1-prfsha1-modp3072 aes128gcm16-prfsha256-modp4096 aes192gcm16-prfsha384-modp6144 \
	aes256gcm16-prfsha512-modp8192 aes128gcm12-prfsha1-ecp256 aes192gcm12-prfsha256-ecp384 \
	aes256gcm12-prfsha384-ecp521 aes128gcm8-prfsha256-x25519 aes192gcm8-prfsha256-ecp256 \
	aes256gcm8-prfsha512-ecp384 chacha20poly1305-prfsha256-ecp521 aes128-md5-prfmd5-x25519
legacy 3des-sha1-prfsha1-modp1024
VERSION=1
each_of aes128-sha256-prfsha256-modp1024 aes192-sha384-prfsha384-modp1536 aes256-sha512-prfsha512-modp2048 \
	3des-sha1-prfsha1-modp3072 aes128-md5-prfmd5-modp4096 aes256-sha256-prfsha256-modp6144 \
	aes128-sha1-prfsha1-modp8192 aes256-sha256-prfsha256-ecp256 aes256-sha384-prfsha384-ecp384 \
	aes256-sha512-prfsha512-ecp521 aes128-sha256-prfsha256-x25519
legacy 3des-sha1-prfsha1-modp1024

done_testing
