/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libcrypto's objects, fetched once by ike_crypto_init() and only read afterwards. For ike_*.c alone. */
#ifndef ADIT_PROTO_IKE_IMPL_H
#define ADIT_PROTO_IKE_IMPL_H

#include <openssl/evp.h>

#include "proto/ike_crypto.h"

const struct evp_md_st *ike_md(enum ike_hash hash);
/* Diffie-Hellman's own preparations; -ENOENT or -ENOMEM, and what is missing in the log. */
int ike_dh_init(void);
void ike_dh_fini(void);

#endif /* ADIT_PROTO_IKE_IMPL_H */
