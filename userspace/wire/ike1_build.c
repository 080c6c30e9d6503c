// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike1.h"

#include <string.h>

#define MORE_TRANSFORMS		3	/* the next payload's type: RFC 2408 section 3.6 */
#define ATTRIBUTE_TV		0x8000
#define LIFE_SECONDS		1
#define LIFE_KILOBYTES		2
#define ESN_64BIT		1

static void attribute_put(struct wr *w, uint16_t type, uint64_t value)
{
	if (value <= UINT16_MAX) {
		wr_u16(w, ATTRIBUTE_TV | type);
		wr_u16(w, value);
		return;
	}
	wr_u16(w, type);
	wr_u16(w, sizeof(uint32_t));
	wr_u32(w, value > UINT32_MAX ? UINT32_MAX : (uint32_t)value);
}

static void attribute_put_set(struct wr *w, uint16_t type, uint64_t value)
{
	if (value)
		attribute_put(w, type, value);
}

static void life_put(struct wr *w, uint16_t type, uint16_t life, const struct ike1_transform *t)
{
	if (t->life_seconds) {
		attribute_put(w, type, LIFE_SECONDS);
		attribute_put(w, life, t->life_seconds);
	}
	if (t->life_kilobytes) {
		attribute_put(w, type, LIFE_KILOBYTES);
		attribute_put(w, life, t->life_kilobytes);
	}
}

static void phase1_put(struct wr *w, const struct ike1_transform *t)
{
	attribute_put_set(w, IKE1_ATTR_ENCR, t->encr);
	attribute_put_set(w, IKE1_ATTR_KEY_LENGTH, t->key_bits);
	attribute_put_set(w, IKE1_ATTR_HASH, t->hash);
	attribute_put_set(w, IKE1_ATTR_GROUP, t->group);
	attribute_put_set(w, IKE1_ATTR_AUTH, t->auth);
	life_put(w, IKE1_ATTR_LIFE_TYPE, IKE1_ATTR_LIFE, t);
}

static void phase2_put(struct wr *w, const struct ike1_transform *t)
{
	attribute_put_set(w, IKE1_IPSEC_KEY_LENGTH, t->key_bits);
	attribute_put_set(w, IKE1_IPSEC_AUTH, t->hash);
	attribute_put_set(w, IKE1_IPSEC_GROUP, t->group);
	attribute_put_set(w, IKE1_IPSEC_ENCAP, t->encap);
	if (t->esn)
		attribute_put(w, IKE1_IPSEC_ESN, ESN_64BIT);
	life_put(w, IKE1_IPSEC_LIFE_TYPE, IKE1_IPSEC_LIFE, t);
}

static void transform_put(struct wr *w, const struct ike1_transform *t, uint8_t protocol, bool last)
{
	size_t at = w->len;

	/* One that was chosen goes back as it came, attributes that we would not have sent included. */
	if (t->whole.len) {
		wr_bytes(w, t->whole.at, t->whole.len);
		wr_patch_u8(w, at, last ? 0 : MORE_TRANSFORMS);
		return;
	}
	wr_u8(w, last ? 0 : MORE_TRANSFORMS);
	wr_u8(w, 0);
	wr_mark(w, 2);
	wr_u8(w, t->number);
	wr_u8(w, t->id);
	wr_u16(w, 0);
	if (protocol == IKE_PROTO_IKE)
		phase1_put(w, t);
	else
		phase2_put(w, t);
	wr_patch_u16(w, at + 2, w->len - at);
}

static void proposal_put(struct wr *w, const struct ike1_proposals *sa, const struct ike_proposal *p, bool last)
{
	size_t at = ike_proposal_begin(w, p, last);

	for (unsigned int i = 0; i < p->n; i++)
		transform_put(w, &sa->transform[p->first + i], p->protocol, i + 1 == p->n);
	ike_proposal_end(w, at);
}

void ike1_sa_body(struct wr *w, const struct ike1_proposals *sa)
{
	wr_u32(w, IKE1_DOI_IPSEC);
	wr_u32(w, IKE1_SIT_IDENTITY_ONLY);
	for (unsigned int i = 0; i < sa->n_proposals; i++)
		proposal_put(w, sa, &sa->proposal[i], i + 1 == sa->n_proposals);
}

void ike1_put_sa(struct ike_chain *c, const struct ike1_proposals *sa)
{
	ike_payload_begin(c, IKE1_PAYLOAD_SA);
	ike1_sa_body(c->w, sa);
	ike_payload_end(c);
}

void ike1_id_body(struct wr *w, uint8_t id_type, uint8_t protocol, uint16_t port, const void *data, size_t len)
{
	wr_u8(w, id_type);
	wr_u8(w, protocol);
	wr_u16(w, port);
	wr_bytes(w, data, len);
}

void ike1_put_id(struct ike_chain *c, uint8_t id_type, uint8_t protocol, uint16_t port, const void *data, size_t len)
{
	ike_payload_begin(c, IKE1_PAYLOAD_ID);
	ike1_id_body(c->w, id_type, protocol, port, data, len);
	ike_payload_end(c);
}

/* The mask of the subnet from..to, and whether it is one. */
static bool range_is_subnet(const struct ike_selector *s, size_t len, uint8_t mask[16])
{
	bool open = false;

	for (size_t i = 0; i < 8 * len; i++) {
		uint8_t bit = 1u << (7 - i % 8);
		bool from = s->from.bytes[i / 8] & bit, to = s->to.bytes[i / 8] & bit;

		if (open && (from || !to))
			return false;
		if (from && !to)
			return false;
		open = open || from != to;
		mask[i / 8] = (mask[i / 8] & ~bit) | (open ? 0 : bit);
	}
	return true;
}

void ike1_put_id_selector(struct ike_chain *c, const struct ike_selector *s)
{
	bool v4 = s->from.family == AF_INET;
	size_t len = v4 ? 4 : 16;
	uint16_t port = s->port_from == s->port_to ? s->port_from : 0;
	uint8_t data[32], mask[16] = { 0 };

	memcpy(data, s->from.bytes, len);
	if (!memcmp(s->from.bytes, s->to.bytes, len)) {
		ike1_put_id(c, v4 ? IKE_ID_IPV4 : IKE_ID_IPV6, s->protocol, port, data, len);
	} else if (range_is_subnet(s, len, mask)) {
		memcpy(data + len, mask, len);
		ike1_put_id(c, v4 ? IKE1_ID_IPV4_SUBNET : IKE1_ID_IPV6_SUBNET, s->protocol, port, data, 2 * len);
	} else {
		memcpy(data + len, s->to.bytes, len);
		ike1_put_id(c, v4 ? IKE1_ID_IPV4_RANGE : IKE1_ID_IPV6_RANGE, s->protocol, port, data, 2 * len);
	}
}

void ike1_put_cert(struct ike_chain *c, uint8_t payload, uint8_t encoding, const void *data, size_t len)
{
	ike_payload_begin(c, payload);
	wr_u8(c->w, encoding);
	wr_bytes(c->w, data, len);
	ike_payload_end(c);
}

void ike1_put_notify(struct ike_chain *c, uint8_t protocol, uint16_t type, const void *spi, size_t spi_len,
		     const void *data, size_t len)
{
	ike_payload_begin(c, IKE1_PAYLOAD_N);
	wr_u32(c->w, IKE1_DOI_IPSEC);
	wr_u8(c->w, protocol);
	wr_u8(c->w, spi_len);
	wr_u16(c->w, type);
	wr_bytes(c->w, spi, spi_len);
	wr_bytes(c->w, data, len);
	ike_payload_end(c);
}

void ike1_put_delete(struct ike_chain *c, uint8_t protocol, const void *spis, uint8_t spi_size, uint16_t n)
{
	ike_payload_begin(c, IKE1_PAYLOAD_D);
	wr_u32(c->w, IKE1_DOI_IPSEC);
	wr_u8(c->w, protocol);
	wr_u8(c->w, spi_size);
	wr_u16(c->w, n);
	wr_bytes(c->w, spis, (size_t)spi_size * n);
	ike_payload_end(c);
}

void ike1_put_natoa(struct ike_chain *c, uint8_t payload, const struct addr *a)
{
	bool v4 = a->family == AF_INET;

	ike_payload_begin(c, payload);
	wr_u8(c->w, v4 ? IKE_ID_IPV4 : IKE_ID_IPV6);
	wr_zero(c->w, 3);
	wr_bytes(c->w, a->bytes, v4 ? 4 : 16);
	ike_payload_end(c);
}

static bool is_short(uint16_t type)
{
	return type == IKE1_XAUTH_TYPE || type == IKE1_XAUTH_STATUS;
}

void ike1_put_cfg(struct ike_chain *c, const struct ike_cfg *cfg)
{
	ike_payload_begin(c, IKE1_PAYLOAD_ATTR);
	wr_u8(c->w, cfg->type);
	wr_u8(c->w, 0);
	wr_u16(c->w, cfg->id);
	for (unsigned int i = 0; i < cfg->n; i++) {
		const struct ike_cfg_attr *a = &cfg->attr[i];
		bool tv = is_short(a->type) && a->value.len == 2;

		wr_u16(c->w, tv ? ATTRIBUTE_TV | a->type : a->type);
		if (!tv)
			wr_u16(c->w, a->value.len);
		wr_bytes(c->w, a->value.at, a->value.len);
		if (a->value.len > UINT16_MAX)
			c->w->bad = true;
	}
	ike_payload_end(c);
}

/* --- vendor ids --- */

const struct ike1_vendor ike1_vendors[IKE1_VID_COUNT] = {
	/* MD5 of "RFC 3947", and of the drafts' names */
	[IKE1_VID_NATT] = { "NAT-T (RFC 3947)", 16, { 0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57,
			    0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f } },
	[IKE1_VID_NATT_02N] = { "NAT-T (draft 02, with line feed)", 16, { 0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69,
				0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f } },
	[IKE1_VID_NATT_02] = { "NAT-T (draft 02)", 16, { 0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd,
			       0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48 } },
	[IKE1_VID_NATT_03] = { "NAT-T (draft 03)", 16, { 0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17,
			       0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56 } },
	/* RFC 3706 section 5.1; major and minor version follow */
	[IKE1_VID_DPD] = { "DPD", 16, { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77,
			   0x57, 0x01, 0x00 } },
	[IKE1_VID_XAUTH] = { "XAUTH", 8, { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 } },
	[IKE1_VID_UNITY] = { "Cisco Unity", 16, { 0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f,
			     0xe2, 0x74, 0xcc, 0x01, 0x00 } },
	/* MD5 of "FRAGMENTATION"; Cisco adds four octets of flags */
	[IKE1_VID_FRAGMENTATION] = { "fragmentation", 16, { 0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25,
				     0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3 } },
};

void ike1_put_vendor(struct ike_chain *c, enum ike1_vendor_id id)
{
	ike_put_octets(c, IKE1_PAYLOAD_VID, ike1_vendors[id].id, ike1_vendors[id].len);
}

/* --- names --- */

static const struct ike_name notifies[] = {
	{ IKE1_N_INVALID_PAYLOAD_TYPE, "INVALID-PAYLOAD-TYPE" },
	{ IKE1_N_INVALID_COOKIE, "INVALID-COOKIE" },
	{ IKE1_N_INVALID_MAJOR_VERSION, "INVALID-MAJOR-VERSION" },
	{ IKE1_N_INVALID_EXCHANGE_TYPE, "INVALID-EXCHANGE-TYPE" },
	{ IKE1_N_INVALID_FLAGS, "INVALID-FLAGS" },
	{ IKE1_N_INVALID_MESSAGE_ID, "INVALID-MESSAGE-ID" },
	{ IKE1_N_INVALID_PROTOCOL_ID, "INVALID-PROTOCOL-ID" },
	{ IKE1_N_INVALID_SPI, "INVALID-SPI" },
	{ IKE1_N_ATTRIBUTES_NOT_SUPPORTED, "ATTRIBUTES-NOT-SUPPORTED" },
	{ IKE1_N_NO_PROPOSAL_CHOSEN, "NO-PROPOSAL-CHOSEN" },
	{ IKE1_N_BAD_PROPOSAL_SYNTAX, "BAD-PROPOSAL-SYNTAX" },
	{ IKE1_N_PAYLOAD_MALFORMED, "PAYLOAD-MALFORMED" },
	{ IKE1_N_INVALID_KEY_INFORMATION, "INVALID-KEY-INFORMATION" },
	{ IKE1_N_INVALID_ID_INFORMATION, "INVALID-ID-INFORMATION" },
	{ IKE1_N_INVALID_CERT_ENCODING, "INVALID-CERT-ENCODING" },
	{ IKE1_N_INVALID_CERTIFICATE, "INVALID-CERTIFICATE" },
	{ IKE1_N_INVALID_HASH_INFORMATION, "INVALID-HASH-INFORMATION" },
	{ IKE1_N_AUTHENTICATION_FAILED, "AUTHENTICATION-FAILED" },
	{ IKE1_N_INVALID_SIGNATURE, "INVALID-SIGNATURE" },
	{ IKE1_N_NOTIFY_SA_LIFETIME, "NOTIFY-SA-LIFETIME" },
	{ IKE1_N_UNEQUAL_PAYLOAD_LENGTHS, "UNEQUAL-PAYLOAD-LENGTHS" },
	{ IKE1_N_CONNECTED, "CONNECTED" },
	{ IKE1_N_RESPONDER_LIFETIME, "RESPONDER-LIFETIME" },
	{ IKE1_N_REPLAY_STATUS, "REPLAY-STATUS" },
	{ IKE1_N_INITIAL_CONTACT, "INITIAL-CONTACT" },
	{ IKE1_N_R_U_THERE, "R-U-THERE" },
	{ IKE1_N_R_U_THERE_ACK, "R-U-THERE-ACK" },
};

const char *ike1_notify_to_str(uint16_t type)
{
	return ike_name_of(notifies, sizeof(notifies) / sizeof(notifies[0]), type);
}

const char *ike1_auth_to_str(uint16_t method)
{
	switch (method) {
	case IKE1_AUTH_PSK:		return "pre-shared key";
	case IKE1_AUTH_RSA_SIG:		return "RSA signatures";
	case IKE1_AUTH_ECDSA_256:	return "ECDSA signatures with P-256";
	case IKE1_AUTH_ECDSA_384:	return "ECDSA signatures with P-384";
	case IKE1_AUTH_ECDSA_521:	return "ECDSA signatures with P-521";
	case IKE1_AUTH_HYBRID_INIT_RSA:	return "hybrid";
	case IKE1_AUTH_XAUTH_INIT_PSK:
	case IKE1_AUTH_XAUTH_RESP_PSK:	return "pre-shared key with XAUTH";
	case IKE1_AUTH_XAUTH_INIT_RSA:
	case IKE1_AUTH_XAUTH_RESP_RSA:	return "RSA signatures with XAUTH";
	default:			return "unknown";
	}
}
