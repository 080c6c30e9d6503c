#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with libreswan and a secret, by version 2 of IKE: as initiator and as responder, new keys of both kinds by
# either end, the end by either end, and what goes wrong told in words. Version 1 is in ike-libreswan-ike1.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"
. "$(dirname "$0")/lib-pluto.sh"
. "$(dirname "$0")/lib-pluto-site.sh"

ike_topology
# What libreswan shall protect needs a route already, as a default route is one.
run ip -n "$P" route add default via $GW
traffic_server_start
wire_start
site_through 2 "3des-sha1;modp2048"

done_testing
