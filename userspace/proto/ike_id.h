/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who somebody is to IKE (RFC 7296 section 3.5, RFC 2407 section 4.6.2): an identity as it is written in
 * the configuration, as it goes over the wire, and whether one is meant by another that may have wildcards.
 * Plain structures; nothing is allocated but by ike_id_dup().
 */
#ifndef ADIT_PROTO_IKE_ID_H
#define ADIT_PROTO_IKE_ID_H

#include "base/addr.h"
#include "proto/ike_alg.h"

#define IKE_ID_DATA_MAX	512	/* a DN has some 100 */
#define IKE_ID_STRLEN	1024	/* of one as text */

struct ike_id {
	uint8_t type;		/* enum ike_id_type; IKE_ID_NONE: anybody */
	uint16_t len;
	uint8_t data[IKE_ID_DATA_MAX];
};

extern const struct ike_id ike_id_none;	/* of type IKE_ID_NONE */
/*
 * One that is kept for long, with as much memory as it needs: to be read by pointer, never assigned as a structure, and
 * freed with free(). NULL: ENOMEM.
 */
const struct ike_id *ike_id_dup(const struct ike_id *id);

/*
 * "any" and "*" (anybody), 192.0.2.1, 2001:db8::1, gw.example.org, *.example.org, user@example.org,
 * *@example.org, "CN=gw, O=Example", "C=DE, CN=*", @#0a0b0c (KEY_ID in hexadecimal), key-id:text, fqdn:10.1.1.1 and
 * email:name where the form would say something else. -EINVAL with a sentence in error.
 */
int ike_id_parse(const char *text, struct ike_id *id, char error[IKE_ERROR_MAX]);
/* -EINVAL: its octets do not fit its type (text with NUL inside, an address of the wrong length, no DN). */
int ike_id_from_wire(struct ike_id *id, uint8_t type, struct ike_octets data);
void ike_id_from_addr(struct ike_id *id, const struct addr *a);
/* The subject of a certificate in DER, or the like. -E2BIG. */
int ike_id_from_dn(struct ike_id *id, const uint8_t *der, size_t len);
/* As ike_id_parse() takes it; always printable. Returns buf. */
const char *ike_id_to_str(const struct ike_id *id, char *buf, size_t cap);
const char *ike_id_type_to_str(uint8_t type);	/* "FQDN" */

/*
 * Whether a pattern means an identity: names without regard to case, "*" in front of a name for any part of it,
 * attribute by attribute in a DN, where "*" is any value. Another type never matches, but anybody does.
 */
bool ike_id_matches(const struct ike_id *pattern, const struct ike_id *id);
/* How exactly it names somebody: 0 for anybody; to choose among several that match. */
unsigned int ike_id_exactness(const struct ike_id *pattern);
bool ike_id_equal(const struct ike_id *a, const struct ike_id *b);
/* Whether it has a wildcard in it: nothing to send as ours. */
bool ike_id_is_pattern(const struct ike_id *id);

/* For records. */
#define IKE_ID_FROZEN_MAX (3 + IKE_ID_DATA_MAX)
void ike_id_freeze(const struct ike_id *id, struct wr *w);
bool ike_id_thaw(struct ike_id *id, struct rd *r);

#endif /* ADIT_PROTO_IKE_ID_H */
