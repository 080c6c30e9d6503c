// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike2.h"

#define MORE_TRANSFORMS		3	/* section 3.3.2 */
#define TRANSFORM_LEN		8
#define KEY_LENGTH_TV		0x800e	/* section 3.3.5 */
#define SELECTOR_IPV4		7
#define SELECTOR_IPV6		8

static void transform_put(struct wr *w, const struct ike2_transform *t, bool last)
{
	wr_u8(w, last ? 0 : MORE_TRANSFORMS);
	wr_u8(w, 0);
	wr_u16(w, t->key_bits ? TRANSFORM_LEN + 4 : TRANSFORM_LEN);
	wr_u8(w, t->type);
	wr_u8(w, 0);
	wr_u16(w, t->id);
	if (t->key_bits) {
		wr_u16(w, KEY_LENGTH_TV);
		wr_u16(w, t->key_bits);
	}
}

static void proposal_put(struct wr *w, const struct ike2_sa *sa, const struct ike_proposal *p, bool last)
{
	size_t at = ike_proposal_begin(w, p, last);

	for (unsigned int i = 0; i < p->n; i++)
		transform_put(w, &sa->transform[p->first + i], i + 1 == p->n);
	ike_proposal_end(w, at);
}

void ike2_put_sa(struct ike_chain *c, const struct ike2_sa *sa)
{
	ike_payload_begin(c, IKE2_PAYLOAD_SA);
	for (unsigned int i = 0; i < sa->n_proposals; i++)
		proposal_put(c->w, sa, &sa->proposal[i], i + 1 == sa->n_proposals);
	ike_payload_end(c);
}

void ike2_put_ke(struct ike_chain *c, uint16_t group, const void *public, size_t len)
{
	ike_payload_begin(c, IKE2_PAYLOAD_KE);
	wr_u16(c->w, group);
	wr_u16(c->w, 0);
	wr_bytes(c->w, public, len);
	ike_payload_end(c);
}

void ike2_id_body(struct wr *w, uint8_t id_type, const void *data, size_t len)
{
	wr_u8(w, id_type);
	wr_zero(w, 3);
	wr_bytes(w, data, len);
}

void ike2_put_id(struct ike_chain *c, uint8_t payload, uint8_t id_type, const void *data, size_t len)
{
	ike_payload_begin(c, payload);
	ike2_id_body(c->w, id_type, data, len);
	ike_payload_end(c);
}

void ike2_put_cert(struct ike_chain *c, uint8_t payload, uint8_t encoding, const void *data, size_t len)
{
	ike_payload_begin(c, payload);
	wr_u8(c->w, encoding);
	wr_bytes(c->w, data, len);
	ike_payload_end(c);
}

void ike2_put_auth(struct ike_chain *c, uint8_t method, const void *data, size_t len)
{
	ike_payload_begin(c, IKE2_PAYLOAD_AUTH);
	wr_u8(c->w, method);
	wr_zero(c->w, 3);
	wr_bytes(c->w, data, len);
	ike_payload_end(c);
}

void ike2_put_notify(struct ike_chain *c, uint16_t type, const void *data, size_t len)
{
	ike_payload_begin(c, IKE2_PAYLOAD_N);
	wr_u8(c->w, IKE_PROTO_NONE);
	wr_u8(c->w, 0);
	wr_u16(c->w, type);
	wr_bytes(c->w, data, len);
	ike_payload_end(c);
}

void ike2_put_notify_spi(struct ike_chain *c, uint16_t type, uint8_t protocol, uint32_t spi, const void *data,
			 size_t len)
{
	ike_payload_begin(c, IKE2_PAYLOAD_N);
	wr_u8(c->w, protocol);
	wr_u8(c->w, sizeof(spi));
	wr_u16(c->w, type);
	wr_u32(c->w, spi);
	wr_bytes(c->w, data, len);
	ike_payload_end(c);
}

void ike2_put_delete(struct ike_chain *c, uint8_t protocol, const uint32_t *spis, size_t n)
{
	ike_payload_begin(c, IKE2_PAYLOAD_D);
	wr_u8(c->w, protocol);
	wr_u8(c->w, protocol == IKE_PROTO_IKE ? 0 : sizeof(*spis));
	wr_u16(c->w, n);
	for (size_t i = 0; i < n; i++)
		wr_u32(c->w, spis[i]);
	ike_payload_end(c);
}

static void selector_put(struct wr *w, const struct ike_selector *s)
{
	bool v4 = s->from.family == AF_INET;
	size_t len = v4 ? 4 : 16;

	wr_u8(w, v4 ? SELECTOR_IPV4 : SELECTOR_IPV6);
	wr_u8(w, s->protocol);
	wr_u16(w, 8 + 2 * len);
	wr_u16(w, s->port_from);
	wr_u16(w, s->port_to);
	wr_bytes(w, s->from.bytes, len);
	wr_bytes(w, s->to.bytes, len);
}

void ike2_put_selectors(struct ike_chain *c, uint8_t payload, const struct ike_selector *s, size_t n)
{
	ike_payload_begin(c, payload);
	wr_u8(c->w, n);
	wr_zero(c->w, 3);
	for (size_t i = 0; i < n; i++)
		selector_put(c->w, &s[i]);
	if (n > IKE2_SELECTORS_MAX)
		c->w->bad = true;
	ike_payload_end(c);
}

void ike2_put_cfg(struct ike_chain *c, const struct ike_cfg *cfg)
{
	ike_payload_begin(c, IKE2_PAYLOAD_CP);
	wr_u8(c->w, cfg->type);
	wr_zero(c->w, 3);
	for (unsigned int i = 0; i < cfg->n; i++) {
		const struct ike_cfg_attr *a = &cfg->attr[i];

		wr_u16(c->w, a->type);
		wr_u16(c->w, a->value.len);
		wr_bytes(c->w, a->value.at, a->value.len);
		if (a->value.len > UINT16_MAX)
			c->w->bad = true;
	}
	ike_payload_end(c);
}

/* --- names --- */

static const struct ike_name notifies[] = {
	{ IKE2_N_UNSUPPORTED_CRITICAL_PAYLOAD, "UNSUPPORTED_CRITICAL_PAYLOAD" },
	{ IKE2_N_INVALID_IKE_SPI, "INVALID_IKE_SPI" },
	{ IKE2_N_INVALID_MAJOR_VERSION, "INVALID_MAJOR_VERSION" },
	{ IKE2_N_INVALID_SYNTAX, "INVALID_SYNTAX" },
	{ IKE2_N_INVALID_MESSAGE_ID, "INVALID_MESSAGE_ID" },
	{ IKE2_N_INVALID_SPI, "INVALID_SPI" },
	{ IKE2_N_NO_PROPOSAL_CHOSEN, "NO_PROPOSAL_CHOSEN" },
	{ IKE2_N_INVALID_KE_PAYLOAD, "INVALID_KE_PAYLOAD" },
	{ IKE2_N_AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED" },
	{ IKE2_N_SINGLE_PAIR_REQUIRED, "SINGLE_PAIR_REQUIRED" },
	{ IKE2_N_NO_ADDITIONAL_SAS, "NO_ADDITIONAL_SAS" },
	{ IKE2_N_INTERNAL_ADDRESS_FAILURE, "INTERNAL_ADDRESS_FAILURE" },
	{ IKE2_N_FAILED_CP_REQUIRED, "FAILED_CP_REQUIRED" },
	{ IKE2_N_TS_UNACCEPTABLE, "TS_UNACCEPTABLE" },
	{ IKE2_N_INVALID_SELECTORS, "INVALID_SELECTORS" },
	{ IKE2_N_UNACCEPTABLE_ADDRESSES, "UNACCEPTABLE_ADDRESSES" },
	{ IKE2_N_UNEXPECTED_NAT_DETECTED, "UNEXPECTED_NAT_DETECTED" },
	{ IKE2_N_TEMPORARY_FAILURE, "TEMPORARY_FAILURE" },
	{ IKE2_N_CHILD_SA_NOT_FOUND, "CHILD_SA_NOT_FOUND" },
	{ IKE2_N_INITIAL_CONTACT, "INITIAL_CONTACT" },
	{ IKE2_N_SET_WINDOW_SIZE, "SET_WINDOW_SIZE" },
	{ IKE2_N_ADDITIONAL_TS_POSSIBLE, "ADDITIONAL_TS_POSSIBLE" },
	{ IKE2_N_IPCOMP_SUPPORTED, "IPCOMP_SUPPORTED" },
	{ IKE2_N_NAT_DETECTION_SOURCE_IP, "NAT_DETECTION_SOURCE_IP" },
	{ IKE2_N_NAT_DETECTION_DESTINATION_IP, "NAT_DETECTION_DESTINATION_IP" },
	{ IKE2_N_COOKIE, "COOKIE" },
	{ IKE2_N_USE_TRANSPORT_MODE, "USE_TRANSPORT_MODE" },
	{ IKE2_N_HTTP_CERT_LOOKUP_SUPPORTED, "HTTP_CERT_LOOKUP_SUPPORTED" },
	{ IKE2_N_REKEY_SA, "REKEY_SA" },
	{ IKE2_N_ESP_TFC_PADDING_NOT_SUPPORTED, "ESP_TFC_PADDING_NOT_SUPPORTED" },
	{ IKE2_N_NON_FIRST_FRAGMENTS_ALSO, "NON_FIRST_FRAGMENTS_ALSO" },
	{ IKE2_N_MOBIKE_SUPPORTED, "MOBIKE_SUPPORTED" },
	{ IKE2_N_ADDITIONAL_IP4_ADDRESS, "ADDITIONAL_IP4_ADDRESS" },
	{ IKE2_N_ADDITIONAL_IP6_ADDRESS, "ADDITIONAL_IP6_ADDRESS" },
	{ IKE2_N_NO_ADDITIONAL_ADDRESSES, "NO_ADDITIONAL_ADDRESSES" },
	{ IKE2_N_UPDATE_SA_ADDRESSES, "UPDATE_SA_ADDRESSES" },
	{ IKE2_N_COOKIE2, "COOKIE2" },
	{ IKE2_N_NO_NATS_ALLOWED, "NO_NATS_ALLOWED" },
	{ IKE2_N_AUTH_LIFETIME, "AUTH_LIFETIME" },
	{ IKE2_N_MULTIPLE_AUTH_SUPPORTED, "MULTIPLE_AUTH_SUPPORTED" },
	{ IKE2_N_ANOTHER_AUTH_FOLLOWS, "ANOTHER_AUTH_FOLLOWS" },
	{ IKE2_N_REDIRECT_SUPPORTED, "REDIRECT_SUPPORTED" },
	{ IKE2_N_REDIRECT, "REDIRECT" },
	{ IKE2_N_REDIRECTED_FROM, "REDIRECTED_FROM" },
	{ IKE2_N_EAP_ONLY_AUTHENTICATION, "EAP_ONLY_AUTHENTICATION" },
	{ IKE2_N_CHILDLESS_SUPPORTED, "CHILDLESS_IKEV2_SUPPORTED" },
	{ IKE2_N_FRAGMENTATION_SUPPORTED, "IKEV2_FRAGMENTATION_SUPPORTED" },
	{ IKE2_N_SIGNATURE_HASH_ALGORITHMS, "SIGNATURE_HASH_ALGORITHMS" },
};

const char *ike2_notify_to_str(uint16_t type)
{
	return ike_name_of(notifies, sizeof(notifies) / sizeof(notifies[0]), type);
}

const char *ike_transform_type_to_str(uint8_t type)
{
	static const char *const names[] = {
		[IKE_TRANSFORM_ENCR] = "encryption", [IKE_TRANSFORM_PRF] = "PRF",
		[IKE_TRANSFORM_INTEG] = "integrity", [IKE_TRANSFORM_DH] = "DH group",
		[IKE_TRANSFORM_ESN] = "sequence numbers",
	};

	return type < sizeof(names) / sizeof(names[0]) && names[type] ? names[type] : "unknown";
}
