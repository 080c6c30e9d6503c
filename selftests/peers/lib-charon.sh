# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What of strongSwan is loaded where it is a peer: as Debian has it, but without what has nothing to do here, and without
# test-vectors and af-alg. Those try every algorithm of its libraries and of the kernel at each start, which is most of its start
# on an emulated processor, and half a minute of the first one.

CHARON_LOAD="aesni aes sha2 sha1 md5 mgf1 random nonce x509 revocation constraints pubkey pkcs1 pkcs8 pkcs12 pem openssl gmp \
curve25519 chapoly xcbc cmac hmac kdf ctr ccm gcm drbg attr kernel-netlink resolve socket-default vici updown eap-identity \
eap-mschapv2 xauth-generic"
