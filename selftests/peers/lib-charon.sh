# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What of strongSwan is loaded where it is a peer: what these tests ask of it. Everything that Debian has of it would, otherwise,
# and try each algorithm on vectors of its own whenever it starts, which is most of its start on an emulated processor.

CHARON_LOAD="random nonce openssl pem pkcs1 pkcs8 x509 revocation constraints pubkey hmac kdf kernel-netlink socket-default \
vici resolve updown eap-identity eap-mschapv2 xauth-generic"
