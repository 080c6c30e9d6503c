/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP packets (RFC 3748 section 4), and those of EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2). Lengths are
 * decided here, once.
 */
#ifndef ADIT_WIRE_EAP_H
#define ADIT_WIRE_EAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "wire/mschap.h"

#define EAP_PACKET_MAX	1500	/* what we build, and take */
#define EAP_NAME_MAX	253	/* octets of an identity; RFC 7542's limit */

enum eap_code { EAP_REQUEST = 1, EAP_RESPONSE = 2, EAP_SUCCESS = 3, EAP_FAILURE = 4 };

enum eap_type {
	EAP_IDENTITY = 1,
	EAP_NOTIFICATION = 2,
	EAP_NAK = 3,
	EAP_MD5 = 4,
	EAP_TLS = 13,
	EAP_MSCHAPV2 = 26,
};

struct eap_packet {
	uint8_t code, id;
	uint8_t type;		/* 0 in Success and Failure */
	struct rd data;		/* behind the type */
};

/* -EBADMSG: shorter than its header, a wrong length, an unknown code, or no type where one has to be. */
int eap_parse(struct eap_packet *p, const uint8_t *data, size_t len);

/* Begin a packet at the buffer's start; type 0 in Success and Failure. eap_end() fills in the length. */
void eap_begin(struct wr *w, uint8_t code, uint8_t id, uint8_t type);
void eap_end(struct wr *w);

enum eap_mschapv2_op {
	EAP_MSCHAPV2_CHALLENGE = 1,
	EAP_MSCHAPV2_RESPONSE = 2,
	EAP_MSCHAPV2_SUCCESS = 3,
	EAP_MSCHAPV2_FAILURE = 4,
	EAP_MSCHAPV2_CHANGE_PASSWORD = 7,
};

struct eap_mschapv2 {
	uint8_t op;
	uint8_t id;		/* MS-CHAPv2-ID; not in the responses Success and Failure */
	const uint8_t *value;	/* challenge (16 octets) or response (49); NULL in others */
	const uint8_t *text;	/* the name behind it, or the message */
	size_t text_len;
};

/* -EBADMSG: lengths do not add up, a value of the wrong size. */
int eap_mschapv2_parse(struct eap_mschapv2 *m, struct rd data, bool request);
/* Between eap_begin() and eap_end(). */
void eap_mschapv2_put(struct wr *w, uint8_t op, uint8_t id, const uint8_t *value, size_t value_len, const void *text,
		      size_t text_len);

#endif /* ADIT_WIRE_EAP_H */
