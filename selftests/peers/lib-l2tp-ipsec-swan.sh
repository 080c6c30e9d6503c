# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# strongSwan as the IPsec of lib-l2tp-ipsec.sh's client, by the version of IKE that is VERSION.

ipsec_start()
{
	swan_client_conf one "$VERSION" "$1"
	swan_client_start "$C" one
}

ipsec_stop()
{
	stop one-daemon
}

ipsec_connects()
{
	swan_client_connects "$C" one "$@"
}

ipsec_rekeys()
{
	swan_client "$C" one --rekey --child l2tp
}

ipsec_ends()
{
	swan_client "$C" one --terminate --ike gw
}
