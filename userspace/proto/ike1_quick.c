// SPDX-License-Identifier: GPL-2.0-or-later
/* Quick mode (RFC 2409 section 5.5, RFC 3947 section 5): a pair of IPsec SAs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"
#include "proto/ike_sa.h"	/* ike_ts_covers() */

/* Encapsulation modes that go with where we are; how many. */
static size_t encaps(const struct ike1_sa *sa, bool transport, uint16_t out[2])
{
	if (!sa->nat_here && !sa->nat_there) {
		out[0] = transport ? IKE1_ENCAP_TRANSPORT : IKE1_ENCAP_TUNNEL;
		return 1;
	}
	out[0] = transport ? IKE1_ENCAP_UDP_TRANSPORT : IKE1_ENCAP_UDP_TUNNEL;
	out[1] = transport ? IKE1_ENCAP_UDP_TRANSPORT_DRAFT : IKE1_ENCAP_UDP_TUNNEL_DRAFT;
	if (sa->natt == IKE1_NATT_DRAFT) {
		out[1] = out[0];
		out[0] = transport ? IKE1_ENCAP_UDP_TRANSPORT_DRAFT : IKE1_ENCAP_UDP_TUNNEL_DRAFT;
	}
	return 2;
}

/* What is random of ours. */
static void prepare(struct ike1_xchg *x)
{
	struct ike1 *ike = x->sa->ike;

	ike->ops->random(ike->ctx, x->by_us ? x->nonce_i : x->nonce_r, IKE1_NONCE_LEN);
	*(x->by_us ? &x->nonce_i_len : &x->nonce_r_len) = IKE1_NONCE_LEN;
	ike->ops->random(ike->ctx, x->private, sizeof(x->private));
}

static void put_nonce(const struct ike1_xchg *x, struct ike1_out *o)
{
	ike_put_octets(&o->c, IKE1_PAYLOAD_NONCE, x->by_us ? x->nonce_i : x->nonce_r, IKE1_NONCE_LEN);
}

static void take_nonce(struct ike1_xchg *x, const struct ike1_message *m)
{
	memcpy(x->by_us ? x->nonce_r : x->nonce_i, m->nonce.at, m->nonce.len);
	*(x->by_us ? &x->nonce_r_len : &x->nonce_i_len) = m->nonce.len;
}

/* PFS: a public value of its own. */
static int put_ke(const struct ike1_xchg *x, struct ike1_out *o)
{
	uint8_t public[IKE_DH_PUBLIC_MAX];
	int err;

	if (!x->group)
		return 0;
	err = ike_dh_public(x->group, x->private, public);
	if (!err)
		ike_put_octets(&o->c, IKE1_PAYLOAD_KE, public, x->group->out_len);
	return err;
}

/* What the peer receives by: those up to 255 are reserved (RFC 4303 section 2.1). */
static bool spi_fits(struct ike1_child *c, const struct ike_proposal *p, char why[IKE_WHY_MAX])
{
	struct rd r = rd_of(p->spi.at, p->spi.len);
	uint32_t spi = rd_u32(&r);

	if (spi > IKE1_SPI_RESERVED) {
		c->spi_out = spi;
		return true;
	}
	snprintf(why, IKE_WHY_MAX, "the peer's SPI is reserved");
	return false;
}

/* Keys of both SAs, once both sides' SPIs and nonces are there. */
static int derive(struct ike1_xchg *x, struct ike1_child *c, const struct ike1_message *m, char why[IKE_WHY_MAX])
{
	uint8_t shared[IKE_DH_SHARED_MAX];
	struct ike_octets secret = { shared, 0 };
	int err = 0;

	snprintf(why, IKE_WHY_MAX, "the keys cannot be derived");
	if (x->group) {
		snprintf(why, IKE_WHY_MAX, "the peer's public value is not there, or none of %s", x->group->name);
		if (!ike1_has(m, IKE1_PAYLOAD_KE))
			return -EBADMSG;
		err = ike_dh_shared(x->group, x->private, m->ke.at, m->ke.len, shared);
		secret.len = x->group->shared_len;
	}
	if (!err)
		err = ike1_child_derive(c, x, secret);
	secret_wipe(shared, sizeof(shared));
	return err;
}

/* RFC 3947 section 5.2: of transport mode in UDP, the initiator's address and the responder's, as we know them. */
static void put_natoas(const struct ike1_sa *sa, const struct ike1_child *c, bool by_us, struct ike_chain *chain)
{
	uint8_t type = sa->natt == IKE1_NATT_RFC ? IKE1_PAYLOAD_NATOA : IKE1_PAYLOAD_NATOA_DRAFT;

	if (c->encap != IKE1_ENCAP_UDP_TRANSPORT && c->encap != IKE1_ENCAP_UDP_TRANSPORT_DRAFT)
		return;
	ike1_put_natoa(chain, type, by_us ? &sa->path.local : &sa->path.peer);
	ike1_put_natoa(chain, type, by_us ? &sa->path.peer : &sa->path.local);
}

/* The peer's own address is the first when it is the initiator, else the second; the drafts have one alone. */
static void take_natoas(struct ike1_child *c, const struct ike1_message *m)
{
	unsigned int at = c->by_us ? m->n_natoas - 1 : 0;

	if (m->n_natoas)
		c->peer_original = m->natoa[at];
}

/* The exchange comes to nothing, and its child with it. */
void ike1_quick_failed(struct ike1_xchg *x, const char *why)
{
	struct ike1_child *c = x->child;
	struct ike1_sa *sa = x->sa;
	bool asked = x->by_us && c && !c->replaces;

	ike1_log(x->sa, LOG_LEVEL_WARN, "quick mode failed: %s", why);
	x->child = NULL;
	if (c && c->replaces)
		c->replaces->rekeying = false;
	if (c)
		ike1_child_end(c, why);
	ike1_sent_free(&x->sent);
	ike1_xchg_done(x);
	if (asked && sa->phase == IKE1_UP)
		sa->ike->ops->child_failed(sa->ike->ctx, sa, why);
}

/* --- initiator --- */

static const struct ike_alg *pfs_group(const struct ike_offers *o)
{
	return o->n && o->offer[0].n[IKE_TRANSFORM_DH] ? o->offer[0].alg[IKE_TRANSFORM_DH][0] : NULL;
}

static uint32_t kilobytes(uint64_t bytes)
{
	return bytes / 1024 > UINT32_MAX ? UINT32_MAX : (uint32_t)(bytes / 1024);
}

static int send_1(struct ike1_xchg *x)
{
	static struct ike1_proposals offer;
	struct ike1_sa *sa = x->sa;
	struct ike1_child *c = x->child;
	const struct ike1_life life = { sa->peer->child_lifetime_s, kilobytes(sa->peer->child_lifetime_bytes) };
	uint8_t spi[4];
	struct wr w = wr_to(spi, sizeof(spi));
	struct ike1_out o;
	uint16_t modes[2];
	int err;

	wr_u32(&w, c->spi_in);
	encaps(sa, c->transport, modes);
	c->encap = modes[0];
	ike1_sa_offer_ipsec(&offer, &sa->peer->esp, x->group, c->encap, &life, spi);
	ike1_xchg_begin(x, &o);
	ike1_put_sa(&o.c, &offer);
	put_nonce(x, &o);
	err = put_ke(x, &o);
	if (err)
		return err;
	ike1_put_id_selector(&o.c, &c->local_ts);
	ike1_put_id_selector(&o.c, &c->remote_ts);
	put_natoas(sa, c, true, &o.c);
	return ike1_xchg_send(x, &o, (struct ike_octets){ 0 }, true);
}

int ike1_quick_initiate(struct ike1_sa *sa, const struct ike_selector *local, const struct ike_selector *remote,
			struct ike1_child *replaces)
{
	struct ike1_child *c = ike1_child_new(sa, true);
	struct ike1_xchg *x = c ? ike1_xchg_new(sa, IKE1_X_QUICK, ike1_mid_new(sa), true) : NULL;
	int err;

	if (!x) {
		if (c)
			ike1_child_free(c);
		return -ENOMEM;
	}
	c->local_ts = *local;
	c->remote_ts = *remote;
	c->transport = sa->peer->transport;
	c->replaces = replaces;
	ike1_child_set_spi(c, ike1_child_spi(sa->ike));
	x->child = c;
	x->group = pfs_group(&sa->peer->esp);
	prepare(x);
	err = send_1(x);
	if (err)
		ike1_quick_failed(x, "its first message cannot be made");
	else if (replaces)
		replaces->rekeying = true;
	return err;
}

/* RFC 2407 section 4.5.4: what is shorter holds. */
static void shorten(uint32_t *life, uint64_t other)
{
	if (other && (!*life || other < *life))
		*life = (uint32_t)other;
}

static void take_life(struct ike1_child *c, uint64_t seconds, uint64_t kilo)
{
	shorten(&c->life_seconds, seconds);
	shorten(&c->life_kilobytes, kilo);
}

/* RESPONDER-LIFETIME (RFC 2407 section 4.6.3.1) has the same attributes as a transform. */
static void take_responder_lifetime(struct ike1_child *c, const struct ike1_message *m)
{
	const struct ike_notify *n = ike1_notify_find(m, IKE1_N_RESPONDER_LIFETIME);
	struct rd r = n ? rd_of(n->data.at, n->data.len) : rd_of(NULL, 0);
	uint64_t type = 0;

	while (!r.bad && r.left) {
		uint16_t attribute = rd_u16(&r), len = rd_u16(&r);
		uint64_t value = 0;

		if (attribute & 0x8000)
			value = len;
		else
			for (unsigned int i = 0; i < len && !r.bad; i++)
				value = value << 8 | rd_u8(&r);
		if ((attribute & 0x7fff) == IKE1_IPSEC_LIFE_TYPE)
			type = value;
		else if ((attribute & 0x7fff) == IKE1_IPSEC_LIFE && !r.bad)
			take_life(c, type == 1 ? value : 0, type == 2 ? value : 0);
	}
}

static bool choice_fits(struct ike1_xchg *x, const struct ike1_message *m, char why[IKE_WHY_MAX])
{
	struct ike1_child *c = x->child;
	const struct ike_proposal *p;
	const struct ike1_transform *t;

	if (!ike1_has(m, IKE1_PAYLOAD_SA) || !ike1_has(m, IKE1_PAYLOAD_NONCE) || m->sa.n_proposals != 1 ||
	    m->sa.n_transforms != 1 ||
	    ike1_select_ipsec(&x->sa->peer->esp, &m->sa, &c->encap, 1, IKE_NEG_DH_OPTIONAL, &c->suite, &p, &t) ||
	    c->suite.dh != x->group) {
		snprintf(why, IKE_WHY_MAX, "the peer chose what was not offered to it");
		return false;
	}
	if (!spi_fits(c, p, why))
		return false;
	take_life(c, t->life_seconds, t->life_kilobytes);
	take_responder_lifetime(c, m);
	return true;
}

/* The answer names what we asked for: RFC 2409 section 5.5. Behind a NAT the addresses of transport mode differ. */
static bool ids_fit(const struct ike1_child *c, const struct ike1_message *m, char why[IKE_WHY_MAX])
{
	struct ike_selector local, remote;

	if (!m->n_ids || c->transport)
		return true;
	if (m->n_ids == 2 && !ike1_id_selector(&m->id[0], &local) && !ike1_id_selector(&m->id[1], &remote) &&
	    ike1_ts_same(&local, &c->local_ts) && ike1_ts_same(&remote, &c->remote_ts))
		return true;
	snprintf(why, IKE_WHY_MAX, "the peer answers for other networks than it was asked for");
	return false;
}

static void rx_2(struct ike1_xchg *x, struct ike1_message *m)
{
	struct ike1_sa *sa = x->sa;
	struct ike1_child *c = x->child;
	char why[IKE_WHY_MAX];
	struct ike1_out o;

	if (!choice_fits(x, m, why) || !ids_fit(c, m, why)) {
		ike1_quick_failed(x, why);
		return;
	}
	take_nonce(x, m);
	take_natoas(c, m);
	if (derive(x, c, m, why) || ike1_child_install(c, false, why)) {
		ike1_quick_failed(x, why);
		return;
	}
	/* HASH(3) stands alone: there is nothing behind it to be covered. */
	ike1_xchg_begin(x, &o);
	ike1_hash_3(&sa->keys, x->mid, ike_octets_of(x->nonce_i, x->nonce_i_len),
		    ike_octets_of(x->nonce_r, x->nonce_r_len), o.w.buf + IKE_PAYLOAD_HEADER_LEN);
	ike1_xchg_send(x, &o, (struct ike_octets){ 0 }, false);
	ike1_xchg_done(x);
	ike1_child_switch_soon(c);
}

/* --- responder --- */

static struct ike_selector of_addr(const struct addr *a)
{
	return (struct ike_selector){ .port_to = UINT16_MAX, .from = *a, .to = *a };
}

/* Transport mode: the outer addresses as we see them, whatever the peer calls itself; its protocol and ports. */
static void transport_ts(const struct ike1_id *id, const struct addr *a, struct ike_selector *ts)
{
	*ts = of_addr(a);
	ts->protocol = id->protocol;
	if (id->port)
		ts->port_from = ts->port_to = id->port;
}

static bool read_ids(struct ike1_xchg *x, const struct ike1_message *m, char why[IKE_WHY_MAX])
{
	struct ike1_child *c = x->child;

	c->remote_ts = of_addr(&x->sa->path.peer);
	c->local_ts = of_addr(&x->sa->path.local);
	if (!m->n_ids)
		return true;
	if (m->n_ids == 2 && c->transport) {
		transport_ts(&m->id[0], &x->sa->path.peer, &c->remote_ts);
		transport_ts(&m->id[1], &x->sa->path.local, &c->local_ts);
		return true;
	}
	if (m->n_ids == 2 && !ike1_id_selector(&m->id[0], &c->remote_ts) && !ike1_id_selector(&m->id[1], &c->local_ts))
		return true;
	snprintf(why, IKE_WHY_MAX, "the peer's identities in quick mode are no addresses");
	return false;
}

static bool remote_allowed(const struct ike1_sa *sa, const struct ike_selector *ts)
{
	const struct ike_peer *p = sa->peer;
	struct ike_selector outer = of_addr(&sa->path.peer);

	if (p->assign_addresses) {
		if (!sa->have_assigned)
			return false;
		outer = of_addr(ts->from.family == AF_INET ? &sa->assigned.ip4 : &sa->assigned.ip6.addr);
		return ike_ts_covers(&outer, 1, ts);
	}
	return p->n_remote_ts ? ike_ts_covers(p->remote_ts, p->n_remote_ts, ts) : ike_ts_covers(&outer, 1, ts);
}

/* There is no narrowing in IKEv1: what is asked for is allowed as it is, or not at all. */
static bool allowed(const struct ike1_sa *sa, const struct ike1_child *c, char why[IKE_WHY_MAX])
{
	const struct ike_peer *p = sa->peer;
	struct ike_selector outer = of_addr(&sa->path.local);
	char a[128], b[128], own_a[128], own_b[128];
	bool local = p->n_local_ts ? ike_ts_covers(p->local_ts, p->n_local_ts, &c->local_ts) :
				     ike_ts_covers(&outer, 1, &c->local_ts);

	if (local && remote_allowed(sa, &c->remote_ts))
		return true;
	snprintf(why, IKE_WHY_MAX,
		 "selectors do not meet: the peer asks for %s here and %s there; configured are %s here and %s there",
		 ike_ts_to_str(&c->local_ts, 1, a, sizeof(a)), ike_ts_to_str(&c->remote_ts, 1, b, sizeof(b)),
		 p->n_local_ts ? ike_ts_to_str(p->local_ts, p->n_local_ts, own_a, sizeof(own_a)) : "our address",
		 p->assign_addresses ? "the address that it got" :
		 p->n_remote_ts ? ike_ts_to_str(p->remote_ts, p->n_remote_ts, own_b, sizeof(own_b)) : "its address");
	return false;
}

static bool choose(struct ike1_xchg *x, const struct ike1_message *m, const struct ike_proposal **p,
		   const struct ike1_transform **t, char why[IKE_WHY_MAX])
{
	struct ike1_child *c = x->child;
	uint16_t modes[2];
	size_t n = encaps(x->sa, c->transport, modes);

	if (!ike1_has(m, IKE1_PAYLOAD_SA) || !ike1_has(m, IKE1_PAYLOAD_NONCE)) {
		snprintf(why, IKE_WHY_MAX, "the peer's first message of quick mode has no SA or no nonce");
		return false;
	}
	if (ike1_select_ipsec(&x->sa->peer->esp, &m->sa, modes, n, IKE_NEG_DH_OPTIONAL, &c->suite, p, t)) {
		ike1_explain(&x->sa->peer->esp, &m->sa, why, IKE_WHY_MAX);
		return false;
	}
	if (!spi_fits(c, *p, why))
		return false;
	c->encap = (*t)->encap;
	x->group = c->suite.dh;
	return true;
}

/* RFC 2407 section 4.6.3.1: ours is shorter than what was asked for. */
static void put_lifetime(const struct ike1_child *c, const struct ike1_transform *t, struct ike_chain *chain)
{
	uint8_t attributes[24], spi[4];
	struct wr w = wr_to(attributes, sizeof(attributes)), s = wr_to(spi, sizeof(spi));

	if (t->life_seconds && c->life_seconds < t->life_seconds) {
		wr_u32(&w, 0x80010001);
		wr_u32(&w, 0x00020004);
		wr_u32(&w, c->life_seconds);
	}
	if (t->life_kilobytes && c->life_kilobytes && c->life_kilobytes < t->life_kilobytes) {
		wr_u32(&w, 0x80010002);
		wr_u32(&w, 0x00020004);
		wr_u32(&w, c->life_kilobytes);
	}
	wr_u32(&s, c->spi_in);
	if (w.len)
		ike1_put_notify(chain, IKE_PROTO_ESP, IKE1_N_RESPONDER_LIFETIME, spi, sizeof(spi), attributes, w.len);
}

static int send_2(struct ike1_xchg *x, const struct ike1_message *m, const struct ike_proposal *p,
		  const struct ike1_transform *t, struct ike1_out *o)
{
	static struct ike1_proposals answer;
	struct ike1_child *c = x->child;
	uint8_t spi[4];
	struct wr w = wr_to(spi, sizeof(spi));
	int err;

	wr_u32(&w, c->spi_in);
	ike1_xchg_begin(x, o);
	ike1_sa_accept(&answer, p, t, spi, sizeof(spi));
	ike1_put_sa(&o->c, &answer);
	put_nonce(x, o);
	err = put_ke(x, o);
	for (unsigned int i = 0; i < m->n_ids; i++)
		ike_put_octets(&o->c, IKE1_PAYLOAD_ID, m->id[i].body.at, m->id[i].body.len);
	put_lifetime(c, t, &o->c);
	put_natoas(x->sa, c, false, &o->c);
	return err;
}

/* RFC 2408 section 3.14: by the SPI the peer knows which exchange it is. None was chosen: the first one has it too. */
static void refuse(struct ike1_xchg *x, const struct ike1_message *m, uint16_t notify, const char *why)
{
	static const uint8_t none[4];
	struct ike_octets spi = m->sa.n_proposals ? m->sa.proposal[0].spi : ike_octets_of(none, sizeof(none));

	ike1_send_notify(x->sa, IKE_PROTO_ESP, notify, spi.at, spi.len, NULL, 0);
	ike1_quick_failed(x, why);
}

void ike1_quick_rx_new(struct ike1_xchg *x, struct ike1_message *m)
{
	struct ike1_sa *sa = x->sa;
	const struct ike1_transform *t;
	const struct ike_proposal *p;
	char why[IKE_WHY_MAX];
	struct ike1_child *c, *old;
	struct ike1_out o;

	c = x->child = ike1_child_new(sa, false);
	if (!c) {
		refuse(x, m, IKE1_N_NO_PROPOSAL_CHOSEN, "there are too many children");
		return;
	}
	c->transport = sa->peer->transport;
	ike1_child_set_spi(c, ike1_child_spi(sa->ike));
	if (!choose(x, m, &p, &t, why)) {
		refuse(x, m, IKE1_N_NO_PROPOSAL_CHOSEN, why);
		return;
	}
	if (!read_ids(x, m, why) || !allowed(sa, c, why)) {
		refuse(x, m, IKE1_N_INVALID_ID_INFORMATION, why);
		return;
	}
	take_life(c, t->life_seconds, t->life_kilobytes);
	take_nonce(x, m);
	take_natoas(c, m);
	old = ike1_child_like(sa, c);
	c->replaces = old;
	prepare(x);
	if (derive(x, c, m, why) || ike1_child_install(c, false, why)) {
		refuse(x, m, IKE1_N_NO_PROPOSAL_CHOSEN, why);
		return;
	}
	if (send_2(x, m, p, t, &o) || ike1_xchg_send(x, &o, ike_octets_of(x->nonce_i, x->nonce_i_len), true))
		ike1_quick_failed(x, "its second message cannot be made");
}

void ike1_quick_rx(struct ike1_xchg *x, struct ike1_message *m)
{
	struct ike1_child *c = x->child;
	char why[IKE_WHY_MAX];

	if (x->by_us) {
		rx_2(x, m);
		return;
	}
	snprintf(why, sizeof(why), "what it was to replace is gone");
	if (!c->in_done || ike1_child_use(c, why)) {
		ike1_quick_failed(x, why);
		return;
	}
	ike1_sent_free(&x->sent);
	ike1_xchg_done(x);
	if (x->sa->successor)
		ike1_children_move(x->sa, x->sa->successor);
}
