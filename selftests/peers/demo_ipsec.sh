#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demo's part about IPsec: a site with strongSwan at the other end, new keys under traffic, the engine killed, and a
# secret that is wrong. demo.sh runs it.

exec 3>&1
exec >/dev/null
. "$(dirname "$0")/lib-ike.sh"
exec >&3
. "$(dirname "$0")/lib-demo.sh"

swan()
{
	swan_conf <<-CONF
		connections {
			adit {
				version = 2
				remote_addrs = 192.0.2.1
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
					}
				}
			}
		}
		secrets {
			ike-adit {
				secret = "$1"
			}
		}
	CONF
}

site()
{
	gw_conf <<-CONF
		site "office" {
			remote = "192.0.2.2"
			secret = 'known to both'
			local-subnets = { "10.1.0.0/24" }
			remote-subnets = { "10.2.0.0/24" }
		}
	CONF
}

topology()
{
	ike_topology
	traffic_server_start
	swan "known to both"
	swan_start
}

engine_dies()
{
	local before

	before=$(ask "r['engine_pid']" status) && kill -KILL "$before" && wait_for 20 another_engine "$before"
}

another_engine()
{
	[ "$(ask "r['engine_pid']" status)" != "$1" ]
}

other_secret()
{
	swan "another" && swan_loads
}

title "IPsec: two sites, adit (192.0.2.1) with 10.1.0.0/24 and strongSwan (192.0.2.2) with 10.2.0.0/24"
quietly "four network namespaces, wired, and strongSwan in one" topology
site
echo "  adit.conf:"
sed "s/^/    /; s/secret = .*/secret = '...'/" "$TMP/adit.conf"
quietly "aditd starts" gw_start
quietly "the site is up" site_up
shown adit sites
quietly "from behind one to behind the other, every octet compared" traffic_works 2000000
shown adit sas
quietly "new keys for everything" adit site rekey office
quietly "and traffic with them" traffic_works
quietly "the engine is killed" engine_dies
quietly "the next one goes on with the tunnel" traffic_works
shown adit site down office
quietly "strongSwan is given another secret" other_secret
adit site up office >"$TMP/refused.log" 2>&1 && broken "a wrong secret"
echo "\$ adit site up office"
sed 's/^/    /' "$TMP/refused.log"

title "It works."
LIB_DONE=yes
lib_undo >/dev/null 2>&1
exit 0
