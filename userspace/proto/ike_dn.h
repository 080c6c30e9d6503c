/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distinguished names (X.501, in DER) as identities: from text and to it (RFC 4514, in the order of the
 * DER, "C=DE, O=Example, CN=gw"), and one matched with another that may have "*" as a value. For ike_id.c, which has
 * the lengths; what ike_dn_valid() accepted the others take.
 */
#ifndef ADIT_PROTO_IKE_DN_H
#define ADIT_PROTO_IKE_DN_H

#include "proto/ike_alg.h"

/* -EINVAL with a sentence in error; no room latches w->bad. */
int ike_dn_parse(const char *text, struct wr *w, char error[IKE_ERROR_MAX]);
bool ike_dn_valid(const uint8_t *der, size_t len);
const char *ike_dn_to_str(const uint8_t *der, size_t len, char *buf, size_t cap);
/* The same attributes in the same order; values without regard to case and the kind of string. */
bool ike_dn_matches(const uint8_t *pattern, size_t pattern_len, const uint8_t *der, size_t len);
bool ike_dn_is_pattern(const uint8_t *der, size_t len);

#endif /* ADIT_PROTO_IKE_DN_H */
