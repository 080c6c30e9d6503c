/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ike_sign.c and ike_cert.c share of libcrypto's keys. */
#ifndef ADIT_PROTO_IKE_PKEY_H
#define ADIT_PROTO_IKE_PKEY_H

#include <openssl/evp.h>

#include "proto/ike_sign.h"

struct ike_signed_parts {
	size_t n;
	struct ike_part part[3];
};

/* Holds a reference of its own. NULL with a sentence in error: of a kind that IKE does not take. */
struct ike_pubkey *ike_pubkey_wrap(EVP_PKEY *pkey, char error[IKE_ERROR_MAX]);

#endif /* ADIT_PROTO_IKE_PKEY_H */
