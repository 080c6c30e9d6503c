/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 messages (RFC 7296 section 3): one structure with a place for every payload, read from a
 * chain and written to one. What is behind an SK payload is read by ike2_parse_chain() again, from
 * what proto/ike_sk.h decrypted, into the same structure.
 */
#ifndef ADIT_WIRE_IKE2_H
#define ADIT_WIRE_IKE2_H

#include "base/addr.h"
#include "wire/ike.h"

/* Counts beyond which a message is refused, or the rest left out; practice stays far below. */
#define IKE2_PROPOSALS_MAX	48
#define IKE2_TRANSFORMS_MAX	512	/* of all proposals together */
#define IKE2_CERTS_MAX		8	/* more are left out: a chain has two or three */
#define IKE2_CERTREQS_MAX	8	/* more are left out; one holds any number of hashes */
#define IKE2_NOTIFIES_MAX	48
#define IKE2_DELETES_MAX	8
#define IKE2_VENDORS_MAX	16	/* more are left out */
#define IKE2_SELECTORS_MAX	64	/* on one side; the count is an octet */
#define IKE2_ATTRIBUTES_MAX	64	/* of a configuration payload */

enum ike_transform_type {	/* RFC 7296 section 3.3.2 */
	IKE_TRANSFORM_ENCR = 1,
	IKE_TRANSFORM_PRF = 2,
	IKE_TRANSFORM_INTEG = 3,
	IKE_TRANSFORM_DH = 4,
	IKE_TRANSFORM_ESN = 5,
};

#define IKE_TRANSFORM_TYPE_MAX IKE_TRANSFORM_ESN

struct ike2_transform {
	uint8_t type;
	uint16_t id;
	uint16_t key_bits;	/* 0: no Key Length attribute */
	bool foreign;		/* has an attribute that we do not know: not to be chosen */
};

struct ike2_sa {
	unsigned int n_proposals, n_transforms;
	struct ike_proposal proposal[IKE2_PROPOSALS_MAX];
	struct ike2_transform transform[IKE2_TRANSFORMS_MAX];
};

struct ike2_ke {
	uint16_t group;
	struct ike_octets data;
};

struct ike2_id {
	uint8_t type;		/* enum ike_id_type */
	struct ike_octets data;
	struct ike_octets body;	/* of the payload, which AUTH covers: RestOfIDPayload of section 2.15 */
};

enum ike2_auth_method {		/* RFC 7296 section 3.8 */
	IKE2_AUTH_RSA = 1,
	IKE2_AUTH_PSK = 2,
	IKE2_AUTH_DSS = 3,
	IKE2_AUTH_ECDSA_256 = 9,	/* RFC 4754 */
	IKE2_AUTH_ECDSA_384 = 10,
	IKE2_AUTH_ECDSA_521 = 11,
	IKE2_AUTH_NULL = 13,		/* RFC 7619 */
	IKE2_AUTH_SIGNATURE = 14,	/* RFC 7427 */
};

struct ike2_auth {
	uint8_t method;
	struct ike_octets data;
};

enum ike2_notify_type {		/* RFC 7296 section 3.10.1 and those named */
	IKE2_N_UNSUPPORTED_CRITICAL_PAYLOAD = 1,
	IKE2_N_INVALID_IKE_SPI = 4,
	IKE2_N_INVALID_MAJOR_VERSION = 5,
	IKE2_N_INVALID_SYNTAX = 7,
	IKE2_N_INVALID_MESSAGE_ID = 9,
	IKE2_N_INVALID_SPI = 11,
	IKE2_N_NO_PROPOSAL_CHOSEN = 14,
	IKE2_N_INVALID_KE_PAYLOAD = 17,
	IKE2_N_AUTHENTICATION_FAILED = 24,
	IKE2_N_SINGLE_PAIR_REQUIRED = 34,
	IKE2_N_NO_ADDITIONAL_SAS = 35,
	IKE2_N_INTERNAL_ADDRESS_FAILURE = 36,
	IKE2_N_FAILED_CP_REQUIRED = 37,
	IKE2_N_TS_UNACCEPTABLE = 38,
	IKE2_N_INVALID_SELECTORS = 39,
	IKE2_N_UNACCEPTABLE_ADDRESSES = 40,	/* RFC 4555 */
	IKE2_N_UNEXPECTED_NAT_DETECTED = 41,
	IKE2_N_TEMPORARY_FAILURE = 43,
	IKE2_N_CHILD_SA_NOT_FOUND = 44,
	IKE2_N_ERROR_MAX = 16383,
	IKE2_N_INITIAL_CONTACT = 16384,
	IKE2_N_SET_WINDOW_SIZE = 16385,
	IKE2_N_ADDITIONAL_TS_POSSIBLE = 16386,
	IKE2_N_IPCOMP_SUPPORTED = 16387,
	IKE2_N_NAT_DETECTION_SOURCE_IP = 16388,
	IKE2_N_NAT_DETECTION_DESTINATION_IP = 16389,
	IKE2_N_COOKIE = 16390,
	IKE2_N_USE_TRANSPORT_MODE = 16391,
	IKE2_N_HTTP_CERT_LOOKUP_SUPPORTED = 16392,
	IKE2_N_REKEY_SA = 16393,
	IKE2_N_ESP_TFC_PADDING_NOT_SUPPORTED = 16394,
	IKE2_N_NON_FIRST_FRAGMENTS_ALSO = 16395,
	IKE2_N_MOBIKE_SUPPORTED = 16396,	/* RFC 4555 */
	IKE2_N_ADDITIONAL_IP4_ADDRESS = 16397,
	IKE2_N_ADDITIONAL_IP6_ADDRESS = 16398,
	IKE2_N_NO_ADDITIONAL_ADDRESSES = 16399,
	IKE2_N_UPDATE_SA_ADDRESSES = 16400,
	IKE2_N_COOKIE2 = 16401,
	IKE2_N_NO_NATS_ALLOWED = 16402,
	IKE2_N_AUTH_LIFETIME = 16403,		/* RFC 4478 */
	IKE2_N_MULTIPLE_AUTH_SUPPORTED = 16404,	/* RFC 4739 */
	IKE2_N_ANOTHER_AUTH_FOLLOWS = 16405,
	IKE2_N_REDIRECT_SUPPORTED = 16406,	/* RFC 5685 */
	IKE2_N_REDIRECT = 16407,
	IKE2_N_REDIRECTED_FROM = 16408,
	IKE2_N_EAP_ONLY_AUTHENTICATION = 16417,	/* RFC 5998 */
	IKE2_N_CHILDLESS_SUPPORTED = 16418,	/* RFC 6023 */
	IKE2_N_FRAGMENTATION_SUPPORTED = 16430,	/* RFC 7383 */
	IKE2_N_SIGNATURE_HASH_ALGORITHMS = 16431,	/* RFC 7427 */
};

/* A traffic selector. From above to: nothing (a port range of 65535 to 0 is OPAQUE). */
struct ike_selector {
	uint8_t protocol;	/* 0: any */
	uint16_t port_from, port_to;
	struct addr from, to;
};

struct ike2_selectors {
	unsigned int n;
	unsigned int foreign;	/* of types that we do not know, left out */
	struct ike_selector s[IKE2_SELECTORS_MAX];
};

enum ike_cfg_type {		/* RFC 7296 section 3.15; the same numbers in IKEv1's mode-config */
	IKE_CFG_REQUEST = 1,
	IKE_CFG_REPLY = 2,
	IKE_CFG_SET = 3,
	IKE_CFG_ACK = 4,
};

enum ike_cfg_attribute {
	IKE_CFG_IP4_ADDRESS = 1,
	IKE_CFG_IP4_NETMASK = 2,
	IKE_CFG_IP4_DNS = 3,
	IKE_CFG_IP4_NBNS = 4,
	IKE1_CFG_ADDRESS_EXPIRY = 5,
	IKE_CFG_IP4_DHCP = 6,
	IKE_CFG_APPLICATION_VERSION = 7,
	IKE_CFG_IP6_ADDRESS = 8,	/* 16 octets and, in IKEv2, a prefix length */
	IKE_CFG_IP6_DNS = 10,
	IKE_CFG_IP6_DHCP = 12,
	IKE_CFG_IP4_SUBNET = 13,
	IKE_CFG_SUPPORTED_ATTRIBUTES = 14,
	IKE_CFG_IP6_SUBNET = 15,
	IKE_CFG_DNS_DOMAIN = 25,	/* RFC 8598 */
	IKE1_XAUTH_TYPE = 16520,	/* XAUTH draft section 6 */
	IKE1_XAUTH_USER_NAME = 16521,
	IKE1_XAUTH_USER_PASSWORD = 16522,
	IKE1_XAUTH_PASSCODE = 16523,
	IKE1_XAUTH_MESSAGE = 16524,
	IKE1_XAUTH_CHALLENGE = 16525,
	IKE1_XAUTH_DOMAIN = 16526,
	IKE1_XAUTH_STATUS = 16527,
	IKE1_XAUTH_NEXT_PIN = 16528,
	IKE1_XAUTH_ANSWER = 16529,
	IKE1_UNITY_BANNER = 28672,	/* as Cisco's clients ask */
	IKE1_UNITY_SAVE_PASSWORD = 28673,
	IKE1_UNITY_DEF_DOMAIN = 28674,
	IKE1_UNITY_SPLIT_INCLUDE = 28676,
};

struct ike_cfg_attr {
	uint16_t type;
	struct ike_octets value;	/* none: it is asked for */
};

struct ike_cfg {
	uint8_t type;			/* enum ike_cfg_type */
	uint16_t id;			/* IKEv1 alone */
	unsigned int n;
	struct ike_cfg_attr attr[IKE2_ATTRIBUTES_MAX];
};

/* An SK or SKF payload, always the last one of what is in the clear. */
struct ike2_encrypted {
	uint8_t first;		/* type of the first payload inside */
	uint16_t fragment, total;	/* of SKF, from 1 on; 0 and 0 in SK */
	struct ike_octets aad;	/* from the message's first octet up to the IV */
	struct ike_octets body;	/* IV, ciphertext, integrity value */
};

struct ike2_message {
	struct ike_header header;
	uint64_t have;		/* bit n: payload 33 + n is there, of those below */
	struct ike2_sa sa;
	struct ike2_ke ke;
	struct ike2_id id_i, id_r;
	unsigned int n_certs, n_certreqs, n_notifies, n_deletes, n_vendors;
	struct ike_cert cert[IKE2_CERTS_MAX], certreq[IKE2_CERTREQS_MAX];
	struct ike2_auth auth;
	struct ike_octets nonce;
	struct ike_notify notify[IKE2_NOTIFIES_MAX];
	struct ike_delete del[IKE2_DELETES_MAX];
	struct ike_octets vendor[IKE2_VENDORS_MAX];
	struct ike2_selectors ts_i, ts_r;
	struct ike_cfg cfg;
	struct ike_octets eap;
	struct ike2_encrypted encrypted;
};

static inline bool ike2_has(const struct ike2_message *m, enum ike_payload_type type)
{
	return m->have >> (type - IKE2_PAYLOAD_SA) & 1;
}

/*
 * Parse what is in the clear: header and payloads, up to and with SK or SKF. Everything that
 * msg points to is in data.
 *
 * Return: 0; -EBADMSG: INVALID_SYNTAX, f says why; -EOPNOTSUPP: a critical payload f->payload that
 * we do not know (UNSUPPORTED_CRITICAL_PAYLOAD); -EPROTONOSUPPORT: another major version.
 */
int ike2_parse(struct ike2_message *m, const uint8_t *data, size_t len, struct ike_fault *f);
/*
 * Add the payloads of a decrypted chain, whose first is of type first, to a message. The same errors;
 * SK inside of SK is one.
 */
int ike2_parse_chain(struct ike2_message *m, uint8_t first, const uint8_t *data, size_t len, struct ike_fault *f);

/* The first notify payload of that type, or NULL. */
const struct ike_notify *ike2_notify_find(const struct ike2_message *m, uint16_t type);
/* The first error among the notify payloads, or NULL. */
const struct ike_notify *ike2_error_find(const struct ike2_message *m);
const struct ike_cfg_attr *ike_cfg_find(const struct ike_cfg *cfg, uint16_t type);

/* --- building: payloads appended to a chain --- */

void ike2_put_sa(struct ike_chain *c, const struct ike2_sa *sa);
void ike2_put_ke(struct ike_chain *c, uint16_t group, const void *public, size_t len);
/* type is IKE2_PAYLOAD_IDI or IKE2_PAYLOAD_IDR */
void ike2_put_id(struct ike_chain *c, uint8_t payload, uint8_t id_type, const void *data, size_t len);
/* type is IKE2_PAYLOAD_CERT or IKE2_PAYLOAD_CERTREQ */
void ike2_put_cert(struct ike_chain *c, uint8_t payload, uint8_t encoding, const void *data, size_t len);
void ike2_put_auth(struct ike_chain *c, uint8_t method, const void *data, size_t len);
/* about the IKE SA or nothing: protocol IKE_PROTO_NONE, and no SPI */
void ike2_put_notify(struct ike_chain *c, uint16_t type, const void *data, size_t len);
/* about a child, by the SPI that its sender receives on */
void ike2_put_notify_spi(struct ike_chain *c, uint16_t type, uint8_t protocol, uint32_t spi, const void *data,
			 size_t len);
/* n 0 and protocol IKE_PROTO_IKE: the IKE SA itself */
void ike2_put_delete(struct ike_chain *c, uint8_t protocol, const uint32_t *spis, size_t n);
/* type is IKE2_PAYLOAD_TSI or IKE2_PAYLOAD_TSR */
void ike2_put_selectors(struct ike_chain *c, uint8_t payload, const struct ike_selector *s, size_t n);
void ike2_put_cfg(struct ike_chain *c, const struct ike_cfg *cfg);

/* The body of an ID payload alone, which the sender's AUTH covers. */
void ike2_id_body(struct wr *w, uint8_t id_type, const void *data, size_t len);

/* Names for logs; never NULL: "unknown". */
const char *ike2_notify_to_str(uint16_t type);		/* "NO_PROPOSAL_CHOSEN" */
const char *ike_transform_type_to_str(uint8_t type);	/* "encryption" */

#endif /* ADIT_WIRE_IKE2_H */
