// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike1.h"

#include <errno.h>
#include <string.h>

#include "wire/ike_read.h"

#define ATTRIBUTE_TV		0x8000
#define DOI_LEN			4	/* of a notify or delete payload: says nothing that the protocol does not */
#define LIFE_SECONDS		1	/* both life types: RFC 2409 appendix A, RFC 2407 section 4.5 */
#define LIFE_KILOBYTES		2
#define LIFE_LEN_MAX		8
#define ESN_64BIT		1	/* RFC 4304 */
#define PRIVATE_USE		128	/* payload types from here on are skipped: RFC 2408 section 3.1 */

struct reader {
	struct ike1_message *m;
	struct ike_at at;
};

#define FAULT(rd, ...)	IKE_FAULT(&(rd)->at, __VA_ARGS__)

/* --- SA, RFC 2408 sections 3.4 to 3.6 --- */

/* An attribute: a value of two octets, or of any number; 0: does not fit. */
struct attribute {
	uint16_t type;
	uint64_t value;
	bool fits;		/* in value */
};

static void attribute_next(struct rd *r, struct attribute *a)
{
	uint16_t type = rd_u16(r), v = rd_u16(r);
	struct rd value;

	*a = (struct attribute){ .type = type & ~ATTRIBUTE_TV, .value = v, .fits = true };
	if (type & ATTRIBUTE_TV)
		return;
	value = rd_sub(r, v);
	a->fits = v <= LIFE_LEN_MAX;
	a->value = 0;
	while (a->fits && value.left)
		a->value = a->value << 8 | rd_u8(&value);
}

static void life_set(struct ike1_transform *t, uint64_t type, uint64_t value)
{
	if (type == LIFE_SECONDS)
		t->life_seconds = value;
	else if (type == LIFE_KILOBYTES)
		t->life_kilobytes = value;
	else
		t->foreign = true;
}

static void phase1_set(struct ike1_transform *t, const struct attribute *a, uint64_t *life_type)
{
	switch (a->type) {
	case IKE1_ATTR_ENCR:
		t->encr = a->value;
		break;
	case IKE1_ATTR_HASH:
		t->hash = a->value;
		break;
	case IKE1_ATTR_AUTH:
		t->auth = a->value;
		break;
	case IKE1_ATTR_GROUP:
		t->group = a->value;
		break;
	case IKE1_ATTR_KEY_LENGTH:
		t->key_bits = a->value;
		break;
	case IKE1_ATTR_LIFE_TYPE:
		*life_type = a->value;
		break;
	case IKE1_ATTR_LIFE:
		life_set(t, *life_type, a->value);
		break;
	case 5:				/* group type: says what the group says already */
		break;
	default:
		t->foreign = true;
	}
}

static void phase2_set(struct ike1_transform *t, const struct attribute *a, uint64_t *life_type)
{
	switch (a->type) {
	case IKE1_IPSEC_LIFE_TYPE:
		*life_type = a->value;
		break;
	case IKE1_IPSEC_LIFE:
		life_set(t, *life_type, a->value);
		break;
	case IKE1_IPSEC_GROUP:
		t->group = a->value;
		break;
	case IKE1_IPSEC_ENCAP:
		t->encap = a->value;
		break;
	case IKE1_IPSEC_AUTH:
		t->hash = a->value;
		break;
	case IKE1_IPSEC_KEY_LENGTH:
		t->key_bits = a->value;
		break;
	case IKE1_IPSEC_ESN:
		t->esn = a->value == ESN_64BIT;
		break;
	default:
		t->foreign = true;
	}
}

static int transform_parse(const struct reader *rd, struct rd *r, uint8_t protocol, struct ike1_transform *t,
			   unsigned int proposal)
{
	const uint16_t life = protocol == IKE_PROTO_IKE ? IKE1_ATTR_LIFE : IKE1_IPSEC_LIFE;
	const uint8_t *at = r->at;
	uint64_t life_type = 0;
	struct rd body;
	int err = ike_read_transform(&rd->at, r, proposal, &body);

	if (err)
		return err;
	*t = (struct ike1_transform){ .whole = ike_octets_of(at, r->at - at), .number = rd_u8(&body) };
	t->id = rd_u8(&body);
	rd_skip(&body, 2);
	while (!body.bad && body.left) {
		struct attribute a;

		attribute_next(&body, &a);
		if (!a.fits || (a.value > UINT16_MAX && a.type != life))
			t->foreign = true;
		else if (protocol == IKE_PROTO_IKE)
			phase1_set(t, &a, &life_type);
		else
			phase2_set(t, &a, &life_type);
	}
	if (body.bad)
		return FAULT(rd, ", proposal %u: an attribute of transform %u is longer than the transform", proposal,
			     t->number);
	return 0;
}

static int proposal_parse(const struct reader *rd, struct rd *r, struct ike1_proposals *sa)
{
	struct ike_proposal *p = &sa->proposal[sa->n_proposals];
	unsigned int i, index = sa->n_proposals + 1;
	struct rd body;
	int err;

	err = ike_read_proposal(&rd->at, r, index, sa->n_transforms, IKE1_TRANSFORMS_MAX, p, &body);
	p->first = sa->n_transforms;
	for (i = 0; !err && i < p->n; i++) {
		err = transform_parse(rd, &body, p->protocol, &sa->transform[sa->n_transforms], index);
		sa->n_transforms += !err;
	}
	if (!err)
		err = ike_read_proposal_end(&rd->at, &body, index, p->n);
	sa->n_proposals += !err;
	return err;
}

static int sa_parse(const struct reader *rd, struct rd r)
{
	struct ike1_proposals *sa = &rd->m->sa;
	int err = 0;

	sa->body = ike_octets_of(r.at, r.left);
	sa->n_proposals = 0;
	sa->n_transforms = 0;
	sa->doi = rd_u32(&r);
	sa->situation = rd_u32(&r);
	if (r.bad)
		return FAULT(rd, ": it is shorter than DOI and situation");
	/* Another DOI, or labels in the situation: what follows is of another form. */
	if (sa->doi != IKE1_DOI_IPSEC || sa->situation != IKE1_SIT_IDENTITY_ONLY)
		return FAULT(rd, ": DOI %u and situation %u, where IPsec and identity only are known", sa->doi,
			     sa->situation);
	while (!err && r.left) {
		if (sa->n_proposals == IKE1_PROPOSALS_MAX)
			return FAULT(rd, ": more than %u proposals", IKE1_PROPOSALS_MAX);
		err = proposal_parse(rd, &r, sa);
	}
	if (!err && !sa->n_proposals)
		return FAULT(rd, ": no proposal in it");
	return err;
}

/* --- the small ones --- */

static int ke_parse(const struct reader *rd, struct rd r)
{
	if (!r.left)
		return FAULT(rd, ": no public value in it");
	rd->m->ke = ike_rest(&r);
	return 0;
}

static int nonce_parse(const struct reader *rd, struct rd r)
{
	return ike_read_nonce(&rd->at, r, IKE1_NONCE_MIN, &rd->m->nonce);
}

static int hash_parse(const struct reader *rd, struct rd r)
{
	if (!r.left)
		return FAULT(rd, ": no hash in it");
	rd->m->hash = ike_rest(&r);
	return 0;
}

static int sig_parse(const struct reader *rd, struct rd r)
{
	if (!r.left)
		return FAULT(rd, ": no signature in it");
	rd->m->sig = ike_rest(&r);
	return 0;
}

static int id_parse(const struct reader *rd, struct rd r)
{
	struct ike1_message *m = rd->m;
	struct ike1_id *id = &m->id[m->n_ids];

	if (m->n_ids == IKE1_IDS_MAX)
		return FAULT(rd, ": more than %u of them", IKE1_IDS_MAX);
	id->body = ike_octets_of(r.at, r.left);
	id->type = rd_u8(&r);
	id->protocol = rd_u8(&r);
	id->port = rd_u16(&r);
	id->data = ike_rest(&r);
	if (r.bad)
		return FAULT(rd, ": it has %zu octets, less than four", id->body.len);
	m->n_ids++;
	return 0;
}

static int cert_parse(const struct reader *rd, struct rd r)
{
	struct ike1_message *m = rd->m;
	struct ike_cert cert;
	int err = ike_read_cert(&rd->at, r, &cert);

	if (err)
		return err;
	if (rd->at.type == IKE1_PAYLOAD_CERT && m->n_certs < IKE1_CERTS_MAX)
		m->cert[m->n_certs++] = cert;
	if (rd->at.type == IKE1_PAYLOAD_CR && m->n_crs < IKE1_CRS_MAX)
		m->cr[m->n_crs++] = cert;
	return 0;
}

static int notify_parse(const struct reader *rd, struct rd r)
{
	struct ike1_message *m = rd->m;
	int err;

	if (m->n_notifies == IKE1_NOTIFIES_MAX)
		return FAULT(rd, ": more than %u of them", IKE1_NOTIFIES_MAX);
	rd_skip(&r, DOI_LEN);
	err = ike_read_notify(&rd->at, r, &m->notify[m->n_notifies]);
	m->n_notifies += !err;
	return err;
}

static int delete_parse(const struct reader *rd, struct rd r)
{
	struct ike1_message *m = rd->m;
	int err;

	if (m->n_deletes == IKE1_DELETES_MAX)
		return FAULT(rd, ": more than %u of them", IKE1_DELETES_MAX);
	rd_skip(&r, DOI_LEN);
	err = ike_read_delete(&rd->at, r, 2 * IKE_SPI_LEN, &m->del[m->n_deletes]);
	m->n_deletes += !err;
	return err;
}

static int vendor_parse(const struct reader *rd, struct rd r)
{
	if (rd->m->n_vendors < IKE1_VENDORS_MAX)
		rd->m->vendor[rd->m->n_vendors++] = ike_rest(&r);
	return 0;
}

static int natd_parse(const struct reader *rd, struct rd r)
{
	if (rd->m->n_natds == IKE1_NATDS_MAX)
		return FAULT(rd, ": more than %u of them", IKE1_NATDS_MAX);
	rd->m->natd[rd->m->n_natds++] = ike_rest(&r);
	return 0;
}

/* RFC 3947 section 5.2: an id type, three reserved octets that some fill, the address. */
static int natoa_parse(const struct reader *rd, struct rd r)
{
	struct ike1_message *m = rd->m;
	struct addr *a = &m->natoa[m->n_natoas];
	uint8_t type = rd_u8(&r);

	if (m->n_natoas == IKE1_NATOAS_MAX)
		return FAULT(rd, ": more than %u of them", IKE1_NATOAS_MAX);
	rd_skip(&r, 3);
	if (type != IKE_ID_IPV4 && type != IKE_ID_IPV6)
		return FAULT(rd, ": an id of type %u, which is no address", type);
	*a = (struct addr){ .family = type == IKE_ID_IPV4 ? AF_INET : AF_INET6 };
	rd_copy(&r, a->bytes, type == IKE_ID_IPV4 ? 4 : 16);
	if (!rd_done(&r))
		return FAULT(rd, ": the address has the wrong length");
	m->n_natoas++;
	return 0;
}

/* Mode-config draft section 3.2: attributes as in transforms, short ones too. */
static int cfg_parse(const struct reader *rd, struct rd r)
{
	struct ike_cfg *cfg = &rd->m->cfg;

	*cfg = (struct ike_cfg){ .type = rd_u8(&r) };
	rd_skip(&r, 1);
	cfg->id = rd_u16(&r);
	while (!r.bad && r.left) {
		struct ike_cfg_attr *a = &cfg->attr[cfg->n];
		uint16_t type, len = 2;

		if (cfg->n == IKE2_ATTRIBUTES_MAX)
			return FAULT(rd, ": more than %u attributes", IKE2_ATTRIBUTES_MAX);
		type = rd_u16(&r);
		a->type = type & ~ATTRIBUTE_TV;
		if (!(type & ATTRIBUTE_TV))
			len = rd_u16(&r);
		a->value = ike_octets_of(rd_bytes(&r, len), len);
		cfg->n++;
	}
	if (r.bad)
		return FAULT(rd, ": attribute %u is longer than the payload", cfg->n);
	return 0;
}

static int fragment_parse(const struct reader *rd, struct rd r)
{
	struct ike1_fragment *f = &rd->m->fragment;

	f->id = rd_u16(&r);
	f->number = rd_u8(&r);
	f->last = rd_u8(&r) & 1;
	f->data = ike_rest(&r);
	if (r.bad || !f->number || !f->data.len)
		return FAULT(rd, ": fragment %u with %zu octets", f->number, f->data.len);
	return 0;
}

/* --- chains --- */

static const struct {
	int (*parse)(const struct reader *rd, struct rd r);
	bool many;
} payloads[] = {
	[IKE1_PAYLOAD_SA] = { sa_parse, false },
	[IKE1_PAYLOAD_KE] = { ke_parse, false },
	[IKE1_PAYLOAD_ID] = { id_parse, true },
	[IKE1_PAYLOAD_CERT] = { cert_parse, true },
	[IKE1_PAYLOAD_CR] = { cert_parse, true },
	[IKE1_PAYLOAD_HASH] = { hash_parse, false },
	[IKE1_PAYLOAD_SIG] = { sig_parse, false },
	[IKE1_PAYLOAD_NONCE] = { nonce_parse, false },
	[IKE1_PAYLOAD_N] = { notify_parse, true },
	[IKE1_PAYLOAD_D] = { delete_parse, true },
	[IKE1_PAYLOAD_VID] = { vendor_parse, true },
	[IKE1_PAYLOAD_ATTR] = { cfg_parse, false },
	[IKE1_PAYLOAD_NATD] = { natd_parse, true },
	[IKE1_PAYLOAD_NATOA] = { natoa_parse, true },
};

/* The RFC's number of a payload that has others in the drafts. */
static uint8_t canonical(uint8_t type)
{
	switch (type) {
	case IKE1_PAYLOAD_NATD_DRAFT:
	case IKE1_PAYLOAD_NATD_DRAFT3:
		return IKE1_PAYLOAD_NATD;
	case IKE1_PAYLOAD_NATOA_DRAFT:
	case IKE1_PAYLOAD_NATOA_DRAFT3:
		return IKE1_PAYLOAD_NATOA;
	default:
		return type;
	}
}

static int payload_parse(const struct reader *rd, const struct ike_payload *p)
{
	struct rd r = rd_of(p->body.at, p->body.len);
	uint8_t type = canonical(p->type);
	bool again;

	if (type == IKE1_PAYLOAD_FRAGMENT) {
		rd->m->have |= IKE1_HAS_FRAGMENT;
		return fragment_parse(rd, r);
	}
	if (type >= PRIVATE_USE)
		return 0;
	if (type >= sizeof(payloads) / sizeof(payloads[0]) || !payloads[type].parse)
		return FAULT(rd, " is not known here");
	again = rd->m->have & IKE1_BIT(type);
	if (again && !payloads[type].many)
		return FAULT(rd, ": a second one");
	rd->m->have |= IKE1_BIT(type);
	return payloads[type].parse(rd, r);
}

/* What stands behind the hash is what it covers, RFC 2409 section 5.5. */
static void after_hash(struct ike1_message *m, const struct ike_payload *p)
{
	const uint8_t *end = p->whole.at + p->whole.len;

	if (p->type == IKE1_PAYLOAD_HASH)
		m->after_hash = ike_octets_of(end, 0);
	else if (m->after_hash.at)
		m->after_hash.len = end - m->after_hash.at;
}

static int chain_parse(struct ike1_message *m, uint8_t type, struct rd r, struct ike_fault *f)
{
	struct ike_payload p;
	unsigned int n = 0;
	int ret;

	while ((ret = ike_payload_next(&r, &type, &p, f)) > 0) {
		struct reader rd = { m, { p.type, f } };

		if (++n > IKE_PAYLOADS_MAX)
			return FAULT(&rd, ": more than %u payloads", IKE_PAYLOADS_MAX);
		ret = payload_parse(&rd, &p);
		if (ret)
			return ret;
		after_hash(m, &p);
	}
	return ret;
}

static void message_reset(struct ike1_message *m)
{
	m->have = 0;
	m->sa.n_proposals = 0;
	m->sa.n_transforms = 0;
	m->sa.body = (struct ike_octets){ 0 };
	m->ke = m->nonce = m->hash = m->sig = m->after_hash = (struct ike_octets){ 0 };
	m->n_ids = m->n_certs = m->n_crs = m->n_notifies = m->n_deletes = m->n_vendors = 0;
	m->n_natds = m->n_natoas = 0;
	m->cfg = (struct ike_cfg){ 0 };
	m->fragment = (struct ike1_fragment){ 0 };
}

int ike1_parse(struct ike1_message *m, const uint8_t *data, size_t len, struct ike_octets *encrypted,
	       struct ike_fault *f)
{
	struct rd body;
	int err;

	message_reset(m);
	*encrypted = (struct ike_octets){ 0 };
	*f = (struct ike_fault){ 0 };
	err = ike_open(&m->header, data, len, IKE_V1, &body, f);
	if (err)
		return err;
	if (m->header.flags & IKE1_FLAG_ENCRYPTED) {
		*encrypted = ike_octets_of(body.at, body.left);
		return 0;
	}
	return chain_parse(m, m->header.next, body, f);
}

int ike1_parse_chain(struct ike1_message *m, uint8_t first, const uint8_t *data, size_t len, struct ike_fault *f)
{
	struct ike_header header = m->header;

	message_reset(m);
	m->header = header;
	*f = (struct ike_fault){ 0 };
	return chain_parse(m, first, rd_of(data, len), f);
}

/* --- looking --- */

const struct ike_notify *ike1_notify_find(const struct ike1_message *m, uint16_t type)
{
	for (unsigned int i = 0; i < m->n_notifies; i++)
		if (m->notify[i].type == type)
			return &m->notify[i];
	return NULL;
}

bool ike1_vendor_find(const struct ike1_message *m, const void *id, size_t len)
{
	for (unsigned int i = 0; i < m->n_vendors; i++)
		if (m->vendor[i].len >= len && !memcmp(m->vendor[i].at, id, len))
			return true;
	return false;
}

bool ike1_has_vendor(const struct ike1_message *m, enum ike1_vendor_id id)
{
	return ike1_vendor_find(m, ike1_vendors[id].id, ike1_vendors[id].len);
}

/* The last address that a mask leaves open; false: the mask has holes. */
static bool subnet_end(struct addr *to, const uint8_t *mask, size_t len)
{
	bool zeros = false;

	for (size_t i = 0; i < 8 * len; i++) {
		bool bit = mask[i / 8] >> (7 - i % 8) & 1;

		if (bit && zeros)
			return false;
		zeros = zeros || !bit;
	}
	for (size_t i = 0; i < len; i++)
		to->bytes[i] |= (uint8_t)~mask[i];
	return true;
}

int ike1_id_selector(const struct ike1_id *id, struct ike_selector *s)
{
	bool v4 = id->type == IKE_ID_IPV4 || id->type == IKE1_ID_IPV4_SUBNET || id->type == IKE1_ID_IPV4_RANGE;
	bool host = id->type == IKE_ID_IPV4 || id->type == IKE_ID_IPV6;
	bool subnet = id->type == IKE1_ID_IPV4_SUBNET || id->type == IKE1_ID_IPV6_SUBNET;
	bool range = id->type == IKE1_ID_IPV4_RANGE || id->type == IKE1_ID_IPV6_RANGE;
	size_t len = v4 ? 4 : 16;

	if ((!host && !subnet && !range) || id->data.len != (host ? len : 2 * len))
		return -EINVAL;
	*s = (struct ike_selector){ .protocol = id->protocol, .port_from = id->port, .port_to = id->port };
	if (!id->port)
		s->port_to = UINT16_MAX;
	s->from.family = v4 ? AF_INET : AF_INET6;
	memcpy(s->from.bytes, id->data.at, len);
	s->to = s->from;
	if (subnet && !subnet_end(&s->to, id->data.at + len, len))
		return -EINVAL;
	for (size_t i = 0; subnet && i < len; i++)
		s->from.bytes[i] &= id->data.at[len + i];
	if (range)
		memcpy(s->to.bytes, id->data.at + len, len);
	return memcmp(s->from.bytes, s->to.bytes, len) > 0 ? -EINVAL : 0;
}

uint16_t ike1_cfg_u16(const struct ike_cfg_attr *a)
{
	struct rd r = rd_of(a->value.at, a->value.len);
	uint16_t v = rd_u16(&r);

	return rd_done(&r) ? v : 0;
}
