// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike2.h"

#include <errno.h>
#include <string.h>

#include "wire/ike_read.h"

#define ATTRIBUTE_TV		0x8000
#define ATTRIBUTE_KEY_LENGTH	14	/* RFC 7296 section 3.3.5 */
#define SELECTOR_HEADER_LEN	8
#define SELECTOR_IPV4		7	/* RFC 7296 section 3.13.1 */
#define SELECTOR_IPV6		8
#define CFG_RESERVED_BIT	0x8000

struct reader {
	struct ike2_message *m;
	struct ike_at at;
};

#define FAULT(rd, ...)	IKE_FAULT(&(rd)->at, __VA_ARGS__)

/* --- SA, section 3.3 --- */

static int attribute_parse(const struct reader *rd, struct rd *r, struct ike2_transform *t)
{
	uint16_t type = rd_u16(r);
	uint16_t value = rd_u16(r);	/* or length */

	if (type == (ATTRIBUTE_TV | ATTRIBUTE_KEY_LENGTH))
		t->key_bits = value;
	else
		t->foreign = true;
	if (!(type & ATTRIBUTE_TV))
		rd_skip(r, value);
	if (r->bad)
		return FAULT(rd, ", transform %u of type %u: attribute %u is longer than the transform", t->id,
			     t->type, type & ~ATTRIBUTE_TV);
	return 0;
}

static int transform_parse(const struct reader *rd, struct rd *r, struct ike2_transform *t, unsigned int proposal)
{
	struct rd body;
	int err = ike_read_transform(&rd->at, r, proposal, &body);

	if (err)
		return err;
	*t = (struct ike2_transform){ .type = rd_u8(&body) };
	rd_skip(&body, 1);
	t->id = rd_u16(&body);
	while (!err && body.left)
		err = attribute_parse(rd, &body, t);
	return err;
}

static int proposal_parse(const struct reader *rd, struct rd *r, struct ike2_sa *sa)
{
	struct ike_proposal *p = &sa->proposal[sa->n_proposals];
	unsigned int i, index = sa->n_proposals + 1;
	struct rd body;
	int err;

	err = ike_read_proposal(&rd->at, r, index, sa->n_transforms, IKE2_TRANSFORMS_MAX, p, &body);
	p->first = sa->n_transforms;
	for (i = 0; !err && i < p->n; i++) {
		err = transform_parse(rd, &body, &sa->transform[sa->n_transforms], index);
		sa->n_transforms += !err;
	}
	if (!err)
		err = ike_read_proposal_end(&rd->at, &body, index, p->n);
	sa->n_proposals += !err;
	return err;
}

static int sa_parse(const struct reader *rd, struct rd r)
{
	struct ike2_sa *sa = &rd->m->sa;
	int err = 0;

	sa->n_proposals = 0;
	sa->n_transforms = 0;
	while (!err && r.left) {
		if (sa->n_proposals == IKE2_PROPOSALS_MAX)
			return FAULT(rd, ": more than %u proposals", IKE2_PROPOSALS_MAX);
		err = proposal_parse(rd, &r, sa);
	}
	if (!err && !sa->n_proposals)
		return FAULT(rd, ": no proposal in it");
	return err;
}

/* --- the small ones, sections 3.4 to 3.12 --- */

static int ke_parse(const struct reader *rd, struct rd r)
{
	struct ike2_ke *ke = &rd->m->ke;

	ke->group = rd_u16(&r);
	rd_skip(&r, 2);
	ke->data = ike_rest(&r);
	if (r.bad || !ke->data.len)
		return FAULT(rd, ": no public value in it");
	return 0;
}

static int id_parse(const struct reader *rd, struct rd r)
{
	struct ike2_id *id = rd->at.type == IKE2_PAYLOAD_IDI ? &rd->m->id_i : &rd->m->id_r;

	id->body = ike_octets_of(r.at, r.left);
	id->type = rd_u8(&r);
	rd_skip(&r, 3);
	id->data = ike_rest(&r);
	if (r.bad)
		return FAULT(rd, ": it has %zu octets, less than four", id->body.len);
	return 0;
}

static int cert_parse(const struct reader *rd, struct rd r)
{
	struct ike2_message *m = rd->m;
	struct ike_cert cert;
	int err = ike_read_cert(&rd->at, r, &cert);

	if (err)
		return err;
	if (rd->at.type == IKE2_PAYLOAD_CERT && m->n_certs < IKE2_CERTS_MAX)
		m->cert[m->n_certs++] = cert;
	if (rd->at.type == IKE2_PAYLOAD_CERTREQ && m->n_certreqs < IKE2_CERTREQS_MAX)
		m->certreq[m->n_certreqs++] = cert;
	return 0;
}

static int auth_parse(const struct reader *rd, struct rd r)
{
	struct ike2_auth *auth = &rd->m->auth;

	auth->method = rd_u8(&r);
	rd_skip(&r, 3);
	auth->data = ike_rest(&r);
	if (r.bad || !auth->data.len)
		return FAULT(rd, ": no authentication data in it");
	return 0;
}

static int nonce_parse(const struct reader *rd, struct rd r)
{
	return ike_read_nonce(&rd->at, r, IKE_NONCE_MIN, &rd->m->nonce);
}

static int notify_parse(const struct reader *rd, struct rd r)
{
	struct ike2_message *m = rd->m;
	int err;

	if (m->n_notifies == IKE2_NOTIFIES_MAX)
		return FAULT(rd, ": more than %u of them", IKE2_NOTIFIES_MAX);
	err = ike_read_notify(&rd->at, r, &m->notify[m->n_notifies]);
	m->n_notifies += !err;
	return err;
}

static int delete_parse(const struct reader *rd, struct rd r)
{
	struct ike2_message *m = rd->m;
	int err;

	if (m->n_deletes == IKE2_DELETES_MAX)
		return FAULT(rd, ": more than %u of them", IKE2_DELETES_MAX);
	err = ike_read_delete(&rd->at, r, 0, &m->del[m->n_deletes]);
	m->n_deletes += !err;
	return err;
}

static int vendor_parse(const struct reader *rd, struct rd r)
{
	if (rd->m->n_vendors < IKE2_VENDORS_MAX)
		rd->m->vendor[rd->m->n_vendors++] = ike_rest(&r);
	return 0;
}

static int eap_parse(const struct reader *rd, struct rd r)
{
	rd->m->eap = ike_rest(&r);
	return 0;
}

/* --- traffic selectors, section 3.13 --- */

static void addr_read(struct rd *r, struct addr *a, uint8_t type)
{
	*a = (struct addr){ .family = type == SELECTOR_IPV4 ? AF_INET : AF_INET6 };
	rd_copy(r, a->bytes, type == SELECTOR_IPV4 ? 4 : 16);
}

static int selector_parse(const struct reader *rd, struct rd *r, struct ike2_selectors *out)
{
	struct ike_selector *s = &out->s[out->n];
	uint8_t type = rd_u8(r), protocol = rd_u8(r);
	uint16_t len = rd_u16(r);
	struct rd body;

	if (r->bad || len < SELECTOR_HEADER_LEN || len - 4u > r->left)
		return FAULT(rd, ": selector %u has a length of %u, and %zu octets are left", out->n + out->foreign + 1,
			     len, r->left);
	body = rd_sub(r, len - 4);
	if (type != SELECTOR_IPV4 && type != SELECTOR_IPV6) {
		out->foreign++;
		return 0;
	}
	s->protocol = protocol;
	s->port_from = rd_u16(&body);
	s->port_to = rd_u16(&body);
	addr_read(&body, &s->from, type);
	addr_read(&body, &s->to, type);
	if (!rd_done(&body))
		return FAULT(rd, ": selector %u of type %u has a length of %u", out->n + out->foreign + 1, type, len);
	out->n++;
	return 0;
}

static int selectors_parse(const struct reader *rd, struct rd r)
{
	struct ike2_selectors *out = rd->at.type == IKE2_PAYLOAD_TSI ? &rd->m->ts_i : &rd->m->ts_r;
	uint8_t n = rd_u8(&r);
	int err = 0;

	rd_skip(&r, 3);
	if (r.bad)
		return FAULT(rd, ": it is shorter than its own header");
	if (n > IKE2_SELECTORS_MAX)
		return FAULT(rd, ": %u selectors, more than %u", n, IKE2_SELECTORS_MAX);
	out->n = 0;
	out->foreign = 0;
	while (!err && out->n + out->foreign < n)
		err = selector_parse(rd, &r, out);
	if (!err && r.left)
		return FAULT(rd, ": %zu octets behind its %u selectors", r.left, n);
	return err;
}

/* --- configuration, section 3.15 --- */

static int cfg_parse(const struct reader *rd, struct rd r)
{
	struct ike_cfg *cfg = &rd->m->cfg;

	*cfg = (struct ike_cfg){ .type = rd_u8(&r) };
	rd_skip(&r, 3);
	while (!r.bad && r.left) {
		struct ike_cfg_attr *a = &cfg->attr[cfg->n];
		uint16_t len;

		if (cfg->n == IKE2_ATTRIBUTES_MAX)
			return FAULT(rd, ": more than %u attributes", IKE2_ATTRIBUTES_MAX);
		a->type = rd_u16(&r) & ~CFG_RESERVED_BIT;
		len = rd_u16(&r);
		a->value = ike_octets_of(rd_bytes(&r, len), len);
		cfg->n++;
	}
	if (r.bad)
		return FAULT(rd, ": attribute %u is longer than the payload", cfg->n);
	return 0;
}

/* --- SK and SKF, section 3.14 and RFC 7383 section 2.5 --- */

static int encrypted_parse(const struct reader *rd, struct rd r, uint8_t next)
{
	struct ike2_encrypted *e = &rd->m->encrypted;

	*e = (struct ike2_encrypted){ .first = next };
	if (rd->at.type == IKE2_PAYLOAD_SKF) {
		e->fragment = rd_u16(&r);
		e->total = rd_u16(&r);
		if (r.bad || !e->fragment || e->fragment > e->total)
			return FAULT(rd, ": it is fragment %u of %u", e->fragment, e->total);
	}
	e->body = ike_rest(&r);
	return 0;
}

/* --- chains --- */

static const struct {
	int (*parse)(const struct reader *rd, struct rd r);
	bool many;
} payloads[] = {
	[IKE2_PAYLOAD_SA] = { sa_parse, false },
	[IKE2_PAYLOAD_KE] = { ke_parse, false },
	[IKE2_PAYLOAD_IDI] = { id_parse, false },
	[IKE2_PAYLOAD_IDR] = { id_parse, false },
	[IKE2_PAYLOAD_CERT] = { cert_parse, true },
	[IKE2_PAYLOAD_CERTREQ] = { cert_parse, true },
	[IKE2_PAYLOAD_AUTH] = { auth_parse, false },
	[IKE2_PAYLOAD_NONCE] = { nonce_parse, false },
	[IKE2_PAYLOAD_N] = { notify_parse, true },
	[IKE2_PAYLOAD_D] = { delete_parse, true },
	[IKE2_PAYLOAD_V] = { vendor_parse, true },
	[IKE2_PAYLOAD_TSI] = { selectors_parse, false },
	[IKE2_PAYLOAD_TSR] = { selectors_parse, false },
	[IKE2_PAYLOAD_CP] = { cfg_parse, false },
	[IKE2_PAYLOAD_EAP] = { eap_parse, false },
};

static bool is_encrypted(uint8_t type)
{
	return type == IKE2_PAYLOAD_SK || type == IKE2_PAYLOAD_SKF;
}

static bool is_known(uint8_t type)
{
	return is_encrypted(type) || (type < sizeof(payloads) / sizeof(payloads[0]) && payloads[type].parse);
}

/* Section 2.5: what we do not know is skipped unless it is critical. */
static int unknown(const struct reader *rd, const struct ike_payload *p)
{
	if (!p->critical)
		return 0;
	ike_fault_set(rd->at.f, p->type, " is critical, and not known here");
	return -EOPNOTSUPP;
}

static int payload_parse(const struct reader *rd, const struct ike_payload *p)
{
	struct rd r = rd_of(p->body.at, p->body.len);
	uint64_t bit = UINT64_C(1) << (p->type - IKE2_PAYLOAD_SA);
	bool again = rd->m->have & bit;

	rd->m->have |= bit;
	if (is_encrypted(p->type))
		return encrypted_parse(rd, r, p->next);
	if (again && !payloads[p->type].many)
		return FAULT(rd, ": a second one");
	return payloads[p->type].parse(rd, r);
}

/* inside: of an SK payload, where no other SK may be. Otherwise it ends the chain. */
static int chain_parse(struct ike2_message *m, uint8_t type, struct rd r, bool inside, struct ike_fault *f)
{
	struct ike_payload p;
	unsigned int n = 0;
	int ret;

	while ((ret = ike_payload_next(&r, &type, &p, f)) > 0) {
		struct reader rd = { m, { p.type, f } };

		if (++n > IKE_PAYLOADS_MAX)
			return FAULT(&rd, ": more than %u payloads", IKE_PAYLOADS_MAX);
		if (inside && is_encrypted(p.type))
			return FAULT(&rd, ": inside of another");
		ret = is_known(p.type) ? payload_parse(&rd, &p) : unknown(&rd, &p);
		if (ret)
			return ret;
		if (is_encrypted(p.type) && r.left)
			return FAULT(&rd, ": %zu octets behind it", r.left);
		if (is_encrypted(p.type))
			return 0;
	}
	if (!ret && r.left) {
		ike_fault_set(f, 0, "%zu octets behind the last payload", r.left);
		return -EBADMSG;
	}
	return ret;
}

static void message_reset(struct ike2_message *m)
{
	m->have = 0;
	m->sa.n_proposals = 0;
	m->sa.n_transforms = 0;
	m->n_certs = m->n_certreqs = m->n_notifies = m->n_deletes = m->n_vendors = 0;
	m->ts_i.n = m->ts_i.foreign = m->ts_r.n = m->ts_r.foreign = 0;
	m->cfg = (struct ike_cfg){ 0 };
	m->ke = (struct ike2_ke){ 0 };
	m->id_i = m->id_r = (struct ike2_id){ 0 };
	m->auth = (struct ike2_auth){ 0 };
	m->nonce = m->eap = (struct ike_octets){ 0 };
	m->encrypted = (struct ike2_encrypted){ 0 };
}

int ike2_parse(struct ike2_message *m, const uint8_t *data, size_t len, struct ike_fault *f)
{
	struct rd body;
	int err;

	message_reset(m);
	*f = (struct ike_fault){ 0 };
	err = ike_open(&m->header, data, len, IKE_V2, &body, f);
	if (err)
		return err;
	err = chain_parse(m, m->header.next, body, false, f);
	if (!err && m->encrypted.body.at)
		m->encrypted.aad = ike_octets_of(data, m->encrypted.body.at - data);
	return err;
}

int ike2_parse_chain(struct ike2_message *m, uint8_t first, const uint8_t *data, size_t len, struct ike_fault *f)
{
	return chain_parse(m, first, rd_of(data, len), true, f);
}

/* --- looking --- */

const struct ike_notify *ike2_notify_find(const struct ike2_message *m, uint16_t type)
{
	for (unsigned int i = 0; i < m->n_notifies; i++)
		if (m->notify[i].type == type)
			return &m->notify[i];
	return NULL;
}

const struct ike_notify *ike2_error_find(const struct ike2_message *m)
{
	for (unsigned int i = 0; i < m->n_notifies; i++)
		if (m->notify[i].type <= IKE2_N_ERROR_MAX)
			return &m->notify[i];
	return NULL;
}

const struct ike_cfg_attr *ike_cfg_find(const struct ike_cfg *cfg, uint16_t type)
{
	for (unsigned int i = 0; i < cfg->n; i++)
		if (cfg->attr[i].type == type)
			return &cfg->attr[i];
	return NULL;
}
