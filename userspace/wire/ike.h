/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What IKEv1 and IKEv2 share on the wire: the header, which is one (RFC 7296 section 3.1, RFC 2408
 * section 3.1), the chain of payloads behind it, and how a message that cannot be taken is told of.
 * The messages themselves are in ike1.h and ike2.h.
 *
 * Lengths are decided in the parse functions, once. What they accepted refers into the message that
 * was parsed and lives as long as that does; nothing is copied.
 */
#ifndef ADIT_WIRE_IKE_H
#define ADIT_WIRE_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define IKE_PORT		500
#define IKE_NATT_PORT		4500
#define IKE_HEADER_LEN		28
#define IKE_PAYLOAD_HEADER_LEN	4
#define IKE_NATT_MARKER_LEN	4	/* zeros ahead of a message on port 4500, RFC 3948 section 2.2 */
#define IKE_SPI_LEN		8
#define IKE_MESSAGE_MAX		65535	/* a datagram, and the fragments of one message together */
#define IKE_PAYLOADS_MAX	128	/* in one chain; a request with everything has some 30 */
#define IKE_NONCE_MIN		16	/* RFC 7296 section 3.9 */
#define IKE_NONCE_MAX		256
#define IKE_SPIS_MAX		256	/* in one delete payload */

enum ike_version { IKE_V1 = 0x10, IKE_V2 = 0x20 };

enum ike_exchange {
	IKE1_BASE		= 1,	/* RFC 2408 section 3.1 */
	IKE1_MAIN		= 2,
	IKE1_AGGRESSIVE		= 4,
	IKE1_INFORMATIONAL	= 5,
	IKE1_TRANSACTION	= 6,	/* mode-config and XAUTH */
	IKE1_QUICK		= 32,
	IKE1_NEW_GROUP		= 33,
	IKE2_SA_INIT		= 34,	/* RFC 7296 section 3.1 */
	IKE2_AUTH		= 35,
	IKE2_CREATE_CHILD_SA	= 36,
	IKE2_INFORMATIONAL	= 37,
	IKE2_SESSION_RESUME	= 38,
	IKE2_INTERMEDIATE	= 43,
};

enum {	/* flags of the header */
	IKE1_FLAG_ENCRYPTED	= 0x01,
	IKE1_FLAG_COMMIT	= 0x02,
	IKE1_FLAG_AUTH_ONLY	= 0x04,
	IKE2_FLAG_INITIATOR	= 0x08,	/* sent by the one who began the IKE SA */
	IKE2_FLAG_VERSION	= 0x10,
	IKE2_FLAG_RESPONSE	= 0x20,
};

enum ike_payload_type {
	IKE_PAYLOAD_NONE	= 0,
	IKE1_PAYLOAD_SA		= 1,	/* RFC 2408 section 3.1 */
	IKE1_PAYLOAD_PROPOSAL	= 2,
	IKE1_PAYLOAD_TRANSFORM	= 3,
	IKE1_PAYLOAD_KE		= 4,
	IKE1_PAYLOAD_ID		= 5,
	IKE1_PAYLOAD_CERT	= 6,
	IKE1_PAYLOAD_CR		= 7,
	IKE1_PAYLOAD_HASH	= 8,
	IKE1_PAYLOAD_SIG	= 9,
	IKE1_PAYLOAD_NONCE	= 10,
	IKE1_PAYLOAD_N		= 11,
	IKE1_PAYLOAD_D		= 12,
	IKE1_PAYLOAD_VID	= 13,
	IKE1_PAYLOAD_ATTR	= 14,	/* mode-config draft section 3.2 */
	IKE1_PAYLOAD_NATD_DRAFT3 = 15,	/* NAT-T drafts 01 to 03 */
	IKE1_PAYLOAD_NATOA_DRAFT3 = 16,
	IKE1_PAYLOAD_NATD	= 20,	/* RFC 3947 section 7 */
	IKE1_PAYLOAD_NATOA	= 21,
	IKE2_PAYLOAD_SA		= 33,	/* RFC 7296 section 3.2 */
	IKE2_PAYLOAD_KE		= 34,
	IKE2_PAYLOAD_IDI	= 35,
	IKE2_PAYLOAD_IDR	= 36,
	IKE2_PAYLOAD_CERT	= 37,
	IKE2_PAYLOAD_CERTREQ	= 38,
	IKE2_PAYLOAD_AUTH	= 39,
	IKE2_PAYLOAD_NONCE	= 40,
	IKE2_PAYLOAD_N		= 41,
	IKE2_PAYLOAD_D		= 42,
	IKE2_PAYLOAD_V		= 43,
	IKE2_PAYLOAD_TSI	= 44,
	IKE2_PAYLOAD_TSR	= 45,
	IKE2_PAYLOAD_SK		= 46,
	IKE2_PAYLOAD_CP		= 47,
	IKE2_PAYLOAD_EAP	= 48,
	IKE2_PAYLOAD_SKF	= 53,	/* RFC 7383 section 2.5 */
	IKE1_PAYLOAD_NATD_DRAFT	= 130,	/* NAT-T draft 00, and 02 as some send it */
	IKE1_PAYLOAD_NATOA_DRAFT = 131,
	IKE1_PAYLOAD_FRAGMENT	= 132,	/* as Cisco and Microsoft do it */
};

enum ike_protocol { IKE_PROTO_NONE = 0, IKE_PROTO_IKE = 1, IKE_PROTO_AH = 2, IKE_PROTO_ESP = 3 };

enum ike_id_type {		/* RFC 7296 section 3.5, RFC 2407 section 4.6.2.1 */
	IKE_ID_NONE = 0,	/* on the wire reserved */
	IKE_ID_IPV4 = 1,
	IKE_ID_FQDN = 2,
	IKE_ID_RFC822 = 3,	/* USER_FQDN of IKEv1 */
	IKE1_ID_IPV4_SUBNET = 4,
	IKE_ID_IPV6 = 5,
	IKE1_ID_IPV6_SUBNET = 6,
	IKE1_ID_IPV4_RANGE = 7,
	IKE1_ID_IPV6_RANGE = 8,
	IKE_ID_DER_ASN1_DN = 9,
	IKE_ID_DER_ASN1_GN = 10,
	IKE_ID_KEY_ID = 11,
};

enum ike_cert_encoding {	/* RFC 7296 section 3.6 */
	IKE_CERT_PKCS7 = 1,
	IKE_CERT_X509_SIGNATURE = 4,
	IKE_CERT_CRL = 7,
	IKE_CERT_RAW_RSA = 11,	/* deprecated by RFC 7670 */
	IKE_CERT_HASH_AND_URL = 12,
	IKE_CERT_RAW_KEY = 15,	/* a SubjectPublicKeyInfo, RFC 7670 */
};

struct ike_octets {	/* borrowed from the message */
	const uint8_t *at;
	size_t len;
};

static inline struct ike_octets ike_octets_of(const void *at, size_t len)
{
	return (struct ike_octets){ at, len };
}

/* Payloads, and parts of them, that both versions have. */

struct ike_proposal {
	uint8_t number;
	uint8_t protocol;	/* enum ike_protocol */
	struct ike_octets spi;
	uint16_t first, n;	/* its transforms, in the table of all proposals */
};

struct ike_cert {
	uint8_t encoding;	/* enum ike_cert_encoding */
	struct ike_octets data;
};

struct ike_notify {
	uint8_t protocol;	/* enum ike_protocol */
	uint16_t type;		/* enum ike1_notify_type or ike2_notify_type */
	struct ike_octets spi;
	struct ike_octets data;
};

struct ike_delete {
	uint8_t protocol;	/* enum ike_protocol */
	uint8_t spi_size;	/* 4; of an IKE SA 16 in IKEv1, and 0 in IKEv2, which deletes the one it comes in */
	uint16_t n;
	struct ike_octets spis;	/* n × spi_size */
};

struct ike_header {
	uint64_t spi_i, spi_r;	/* first octet on the wire highest; IKEv1 says cookie */
	uint8_t next;		/* type of the first payload */
	uint8_t version;	/* major in the upper four bits */
	uint8_t exchange;
	uint8_t flags;
	uint32_t message_id;
	uint32_t length;	/* of the whole message; the builders fill it in */
};

static inline unsigned int ike_major(const struct ike_header *h) { return h->version >> 4; }

/*
 * Why a message cannot be taken: a whole sentence without its full stop, such as "payload 33 (SA),
 * proposal 2: its length is 3, less than its own header". text is printable, whatever the peer sent.
 */
struct ike_fault {
	uint8_t payload;	/* the type in question, also of an unsupported critical one; 0: none */
	char text[192];
};

__attribute__((format(printf, 3, 4)))
void ike_fault_set(struct ike_fault *f, uint8_t payload, const char *fmt, ...);

/*
 * A datagram's header, the four zeros of port 4500 taken off. -EBADMSG with *why set (the end of a
 * sentence): too short, a length below the header's or beyond the datagram, or no initiator SPI.
 * body is what the length field covers behind the header. The version is the caller's to look at.
 */
int ike_header_parse(struct ike_header *h, const uint8_t *data, size_t len, struct rd *body, const char **why);

struct ike_payload {
	uint8_t type;
	uint8_t next;
	bool critical;			/* means something in IKEv2 alone */
	struct ike_octets body;		/* without the generic header */
	struct ike_octets whole;	/* with it */
};

/*
 * Next payload of a chain: 1, 0 at its end (*type is 0), or -EBADMSG with the fault set. *type is the
 * type of the payload that begins at r, and is set to that of the one behind it.
 */
int ike_payload_next(struct rd *r, uint8_t *type, struct ike_payload *p, struct ike_fault *f);

/* --- building --- */

/*
 * A chain of payloads being written. It remembers where the type of the next one goes. With a
 * header in front the first type goes there; without (what will be encrypted) it is in `first`.
 */
struct ike_chain {
	struct wr *w;
	uint8_t first;
	bool began;		/* a payload was written */
	size_t next_at;		/* where the type of the next one goes, if has_next */
	bool has_next;
	size_t payload_at;	/* of the payload being written */
};

/* A whole message in the clear: w is at its buffer's start. */
void ike_message_begin(struct ike_chain *c, struct wr *w, const struct ike_header *h);
void ike_message_end(struct ike_chain *c);	/* fills in the length */
/* Payloads alone. */
void ike_chain_begin(struct ike_chain *c, struct wr *w);
void ike_payload_begin(struct ike_chain *c, uint8_t type);
void ike_payload_end(struct ike_chain *c);	/* latches w->bad when it is too long */
/* a payload that is octets and nothing else */
void ike_put_octets(struct ike_chain *c, uint8_t type, const void *at, size_t len);

/* A proposal up to its transforms, and its length when they are written; returns where it begins. */
size_t ike_proposal_begin(struct wr *w, const struct ike_proposal *p, bool last);
void ike_proposal_end(struct wr *w, size_t at);

void ike_header_write(struct wr *w, const struct ike_header *h);
void wr_patch_u32(struct wr *w, size_t at, uint32_t v);

/* Names as the RFCs have them, for logs; never NULL: "unknown". */
const char *ike_payload_to_str(uint8_t type);		/* "SA", "KE", "NAT-D" */
const char *ike_exchange_to_str(uint8_t exchange);	/* "IKE_SA_INIT", "main mode" */
const char *ike_protocol_to_str(uint8_t protocol);	/* "ESP" */

struct ike_name {
	uint16_t type;
	const char *name;
};

const char *ike_name_of(const struct ike_name *names, size_t n, uint16_t type);

#endif /* ADIT_WIRE_IKE_H */
