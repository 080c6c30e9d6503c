# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# strongSwan as the IPsec of a stock L2TP client: what it sends to UDP port 1701 of the gateway is protected in transport
# mode. One daemon a namespace; what it says is in the log NAME-charon.

# shellcheck source=lib-charon.sh
. "$PEERS_DIR/lib-charon.sh"

# swan_client_conf NAME VERSION SECRET: VERSION is that of IKE. SWAN_PROPOSALS and SWAN_ESP are algorithms of its own.
swan_client_conf()
{
	local dir=$TMP/$1-swan

	mkdir -p "$dir" "$dir"/{x509,x509ca,x509ocsp,x509aa,x509ac,x509crl,private,rsa,ecdsa,bliss,pkcs8,pkcs12,pubkey}
	cat >"$dir/swanctl.conf" <<-CONF
		connections {
			gw {
				version = $2
				remote_addrs = $GW
				proposals = ${SWAN_PROPOSALS:-aes256-sha256-modp2048}
				local { auth = psk }
				remote { auth = psk
					id = $GW }
				children {
					l2tp {
						mode = transport
						local_ts = dynamic[udp/1701]
						remote_ts = dynamic[udp/1701]
						esp_proposals = ${SWAN_ESP:-aes256-sha256}
						start_action = none
					}
				}
			}
		}
		secrets { ike-gw { secret = "$3" } }
	CONF
	cat >"$TMP/$1-strongswan.conf" <<-CONF
		charon-systemd {
			load = $CHARON_LOAD
			retransmit_timeout = 2.0
			retransmit_base = 1.4
			filelog { file { path = $TMP/$1-charon.log
				default = 1
				flush_line = yes } }
			syslog { daemon { default = -1 } }
			plugins {
				include /etc/strongswan.d/charon/*.conf
				vici { socket = unix://$TMP/$1-vici }
				dhcp { load = no }
			}
		}
	CONF
}

# swan_client_start NAMESPACE NAME: a view of its own of /run, where charon's files have one place.
swan_client_start()
{
	background "$2-daemon" ip netns exec "$1" env STRONGSWAN_CONF="$TMP/$2-strongswan.conf" \
		unshare -m sh -c 'mount -t tmpfs none /run && exec charon-systemd'
	# The first one in a guest loads the kernel's algorithms, which test themselves.
	wait_for 90 swan_client_loads "$1" "$2"
}

# swan_client NAMESPACE NAME WORD...: what swanctl is told.
swan_client()
{
	local ns=$1 name=$2

	shift 2
	SWANCTL_DIR="$TMP/$name-swan" STRONGSWAN_CONF="$TMP/$name-strongswan.conf" \
		ip netns exec "$ns" swanctl "$@" --uri "unix://$TMP/$name-vici"
}

swan_client_loads()
{
	[ -S "$TMP/$2-vici" ] && swan_client "$1" "$2" --load-all --noprompt
}

swan_client_connects()
{
	swan_client "$1" "$2" --initiate --child l2tp --timeout "${3:-30}"
}
