/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv1 messages (RFC 2408 section 3, RFC 2407 section 4, RFC 2409, and the drafts that clients
 * speak): one structure with a place for every payload, read from a chain and written to one. An
 * encrypted message is decrypted first (proto/ike_keys.h) and its chain read then.
 */
#ifndef ADIT_WIRE_IKE1_H
#define ADIT_WIRE_IKE1_H

#include "base/addr.h"
#include "wire/ike.h"
#include "wire/ike2.h"	/* struct ike_cfg, struct ike_selector */

#define IKE1_PROPOSALS_MAX	16	/* AH and ESP together count twice */
#define IKE1_TRANSFORMS_MAX	256	/* of all proposals together */
#define IKE1_CERTS_MAX		8	/* more are left out */
#define IKE1_CRS_MAX		16	/* more are left out: one per authority */
#define IKE1_NOTIFIES_MAX	16
#define IKE1_DELETES_MAX	8
#define IKE1_VENDORS_MAX	32	/* more are left out; Windows sends ten */
#define IKE1_NATDS_MAX		8	/* ours, and one for each address of the peer */
#define IKE1_IDS_MAX		2	/* quick mode: IDci and IDcr */
#define IKE1_NATOAS_MAX		2

#define IKE1_DOI_ISAKMP		0
#define IKE1_DOI_IPSEC		1
#define IKE1_SIT_IDENTITY_ONLY	1
#define IKE1_TRANSFORM_KEY_IKE	1	/* the one transform of phase 1, RFC 2407 section 4.4.2 */
#define IKE1_NONCE_MIN		8	/* RFC 2409 section 5 */

enum ike1_attribute {		/* of phase 1, RFC 2409 appendix A */
	IKE1_ATTR_ENCR = 1,
	IKE1_ATTR_HASH = 2,
	IKE1_ATTR_AUTH = 3,
	IKE1_ATTR_GROUP = 4,
	IKE1_ATTR_LIFE_TYPE = 11,
	IKE1_ATTR_LIFE = 12,
	IKE1_ATTR_KEY_LENGTH = 14,
};

enum ike1_ipsec_attribute {	/* of phase 2, RFC 2407 section 4.5 */
	IKE1_IPSEC_LIFE_TYPE = 1,
	IKE1_IPSEC_LIFE = 2,
	IKE1_IPSEC_GROUP = 3,
	IKE1_IPSEC_ENCAP = 4,
	IKE1_IPSEC_AUTH = 5,
	IKE1_IPSEC_KEY_LENGTH = 6,
	IKE1_IPSEC_KEY_ROUNDS = 7,
	IKE1_IPSEC_ESN = 11,		/* RFC 4304 */
};

enum ike1_encap {		/* RFC 2407 section 4.5, RFC 3947 section 5.1, and its drafts */
	IKE1_ENCAP_TUNNEL = 1,
	IKE1_ENCAP_TRANSPORT = 2,
	IKE1_ENCAP_UDP_TUNNEL = 3,
	IKE1_ENCAP_UDP_TRANSPORT = 4,
	IKE1_ENCAP_UDP_TUNNEL_DRAFT = 61443,
	IKE1_ENCAP_UDP_TRANSPORT_DRAFT = 61444,
};

enum ike1_auth_method {		/* RFC 2409 appendix A, XAUTH draft section 7.2, hybrid draft */
	IKE1_AUTH_PSK = 1,
	IKE1_AUTH_RSA_SIG = 3,
	IKE1_AUTH_ECDSA_256 = 9,
	IKE1_AUTH_ECDSA_384 = 10,
	IKE1_AUTH_ECDSA_521 = 11,
	IKE1_AUTH_HYBRID_INIT_RSA = 64221,
	IKE1_AUTH_XAUTH_INIT_PSK = 65001,
	IKE1_AUTH_XAUTH_RESP_PSK = 65002,
	IKE1_AUTH_XAUTH_INIT_RSA = 65005,
	IKE1_AUTH_XAUTH_RESP_RSA = 65006,
};

struct ike1_transform {
	uint8_t number;
	uint8_t id;		/* KEY_IKE, or of ESP: RFC 2407 section 4.4.4 */
	bool foreign;		/* has an attribute that we do not know: not to be chosen */
	uint16_t encr, hash, auth, group, key_bits;	/* hash: the auth algorithm of phase 2; 0: none */
	uint16_t encap;
	bool esn;
	uint64_t life_seconds, life_kilobytes;		/* 0: not said */
	struct ike_octets whole;	/* the transform payload, to be answered with the same octets */
};

struct ike1_proposals {
	uint32_t doi, situation;
	struct ike_octets body;	/* of the payload, which HASH_I and HASH_R cover: SAi_b */
	unsigned int n_proposals, n_transforms;
	struct ike_proposal proposal[IKE1_PROPOSALS_MAX];
	struct ike1_transform transform[IKE1_TRANSFORMS_MAX];
};

struct ike1_id {
	uint8_t type;		/* enum ike_id_type */
	uint8_t protocol;
	uint16_t port;
	struct ike_octets data;
	struct ike_octets body;	/* of the payload: IDii_b and the like */
};

enum ike1_notify_type {		/* RFC 2408 section 3.14.1, RFC 2407 section 4.6.3, RFC 3706 */
	IKE1_N_INVALID_PAYLOAD_TYPE = 1,
	IKE1_N_INVALID_COOKIE = 4,
	IKE1_N_INVALID_MAJOR_VERSION = 5,
	IKE1_N_INVALID_EXCHANGE_TYPE = 7,
	IKE1_N_INVALID_FLAGS = 8,
	IKE1_N_INVALID_MESSAGE_ID = 9,
	IKE1_N_INVALID_PROTOCOL_ID = 10,
	IKE1_N_INVALID_SPI = 11,
	IKE1_N_ATTRIBUTES_NOT_SUPPORTED = 13,
	IKE1_N_NO_PROPOSAL_CHOSEN = 14,
	IKE1_N_BAD_PROPOSAL_SYNTAX = 15,
	IKE1_N_PAYLOAD_MALFORMED = 16,
	IKE1_N_INVALID_KEY_INFORMATION = 17,
	IKE1_N_INVALID_ID_INFORMATION = 18,
	IKE1_N_INVALID_CERT_ENCODING = 19,
	IKE1_N_INVALID_CERTIFICATE = 20,
	IKE1_N_INVALID_HASH_INFORMATION = 23,
	IKE1_N_AUTHENTICATION_FAILED = 24,
	IKE1_N_INVALID_SIGNATURE = 25,
	IKE1_N_NOTIFY_SA_LIFETIME = 27,
	IKE1_N_UNEQUAL_PAYLOAD_LENGTHS = 30,
	IKE1_N_ERROR_MAX = 16383,
	IKE1_N_CONNECTED = 16384,
	IKE1_N_RESPONDER_LIFETIME = 24576,
	IKE1_N_REPLAY_STATUS = 24577,
	IKE1_N_INITIAL_CONTACT = 24578,
	IKE1_N_R_U_THERE = 36136,
	IKE1_N_R_U_THERE_ACK = 36137,
};

struct ike1_fragment {
	uint16_t id;
	uint8_t number;		/* from 1 on */
	bool last;
	struct ike_octets data;	/* of the whole message, its header included */
};

struct ike1_message {
	struct ike_header header;
	uint32_t have;		/* IKE1_BIT() */
	struct ike1_proposals sa;
	struct ike_octets ke, nonce, hash, sig;
	struct ike_octets after_hash;	/* what HASH covers in phase 2: the payloads behind it, no padding */
	unsigned int n_ids, n_certs, n_crs, n_notifies, n_deletes, n_vendors, n_natds, n_natoas;
	struct ike1_id id[IKE1_IDS_MAX];
	struct ike_cert cert[IKE1_CERTS_MAX], cr[IKE1_CRS_MAX];
	struct ike_notify notify[IKE1_NOTIFIES_MAX];
	struct ike_delete del[IKE1_DELETES_MAX];
	struct ike_octets vendor[IKE1_VENDORS_MAX];
	struct ike_octets natd[IKE1_NATDS_MAX];
	struct addr natoa[IKE1_NATOAS_MAX];
	struct ike_cfg cfg;
	struct ike1_fragment fragment;
};

/* Of a type below 32; the drafts' numbers of NAT-D and NAT-OA are filed under the RFC's. */
#define IKE1_BIT(type)	(UINT32_C(1) << (type))

static inline bool ike1_has(const struct ike1_message *m, enum ike_payload_type type)
{
	return m->have & IKE1_BIT(type);
}
#define IKE1_HAS_FRAGMENT	(UINT32_C(1) << 31)

/*
 * Parse a datagram: the header, and the payloads when they are not encrypted. -EBADMSG: f says why;
 * -EPROTONOSUPPORT: another major version. An encrypted message has its header alone in m, and
 * *encrypted is what is to be decrypted.
 */
int ike1_parse(struct ike1_message *m, const uint8_t *data, size_t len, struct ike_octets *encrypted,
	       struct ike_fault *f);
/* The chain of a decrypted message; padding behind it is left alone. m->header is kept. */
int ike1_parse_chain(struct ike1_message *m, uint8_t first, const uint8_t *data, size_t len, struct ike_fault *f);

const struct ike_notify *ike1_notify_find(const struct ike1_message *m, uint16_t type);
bool ike1_vendor_find(const struct ike1_message *m, const void *id, size_t len);	/* whole, or its beginning */
/*
 * What an ID payload of quick mode means: a host, a subnet or a range, with protocol and port.
 * -EINVAL: its octets do not fit its type, or it names nobody by address.
 */
int ike1_id_selector(const struct ike1_id *id, struct ike_selector *s);

/* --- building --- */

/* How transforms are written: attributes of phase 1 or of the IPsec DOI. */
void ike1_put_sa(struct ike_chain *c, const struct ike1_proposals *sa);
void ike1_put_id(struct ike_chain *c, uint8_t id_type, uint8_t protocol, uint16_t port, const void *data, size_t len);
/* as an address, a subnet or a range, whatever is the smallest that says it */
void ike1_put_id_selector(struct ike_chain *c, const struct ike_selector *s);
void ike1_put_cert(struct ike_chain *c, uint8_t payload, uint8_t encoding, const void *data, size_t len);
/* spi as octets: 16 of an ISAKMP SA, 4 of a child, none */
void ike1_put_notify(struct ike_chain *c, uint8_t protocol, uint16_t type, const void *spi, size_t spi_len,
		     const void *data, size_t len);
void ike1_put_delete(struct ike_chain *c, uint8_t protocol, const void *spis, uint8_t spi_size, uint16_t n);
void ike1_put_natoa(struct ike_chain *c, uint8_t payload, const struct addr *a);
void ike1_put_cfg(struct ike_chain *c, const struct ike_cfg *cfg);
/* The value of an attribute that has two octets and is sent short, such as XAUTH-STATUS. */
uint16_t ike1_cfg_u16(const struct ike_cfg_attr *a);	/* 0 for another length */

/* The body of an ID payload, which HASH_I or HASH_R covers. */
void ike1_id_body(struct wr *w, uint8_t id_type, uint8_t protocol, uint16_t port, const void *data, size_t len);
/* The body of an SA payload. */
void ike1_sa_body(struct wr *w, const struct ike1_proposals *sa);

const char *ike1_notify_to_str(uint16_t type);		/* "INVALID-ID-INFORMATION" */
const char *ike1_auth_to_str(uint16_t method);		/* "pre-shared key" */

/* Vendor ids that mean something. */
struct ike1_vendor {
	const char *name;
	uint8_t len;
	uint8_t id[20];
};
enum ike1_vendor_id {
	IKE1_VID_NATT,		/* RFC 3947 */
	IKE1_VID_NATT_02N,	/* draft 02 as most compute it, with a line feed */
	IKE1_VID_NATT_02,
	IKE1_VID_NATT_03,
	IKE1_VID_DPD,		/* RFC 3706, its major version alone */
	IKE1_VID_XAUTH,
	IKE1_VID_UNITY,
	IKE1_VID_FRAGMENTATION,	/* Cisco's and Microsoft's */
	IKE1_VID_COUNT,
};
extern const struct ike1_vendor ike1_vendors[IKE1_VID_COUNT];
void ike1_put_vendor(struct ike_chain *c, enum ike1_vendor_id id);
bool ike1_has_vendor(const struct ike1_message *m, enum ike1_vendor_id id);

#endif /* ADIT_WIRE_IKE1_H */
