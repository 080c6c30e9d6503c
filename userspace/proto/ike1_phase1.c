// SPDX-License-Identifier: GPL-2.0-or-later
/* What main mode and aggressive mode share: vendor ids, the SA payload, keys, NAT detection. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

int ike1_dup(uint8_t **at, size_t *len, const void *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, data, n);
	free(*at);
	*at = copy;
	*len = n;
	return 0;
}

void ike1_notify_plain(struct ike1 *ike, const struct ike_path *path, uint64_t spi_i, uint64_t spi_r, uint16_t type)
{
	const struct ike_header h = { .spi_i = spi_i, .spi_r = spi_r, .version = IKE_V1,
				      .exchange = IKE1_INFORMATIONAL };
	uint8_t octets[64];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_chain c;

	ike_message_begin(&c, &w, &h);
	ike1_put_notify(&c, IKE_PROTO_IKE, type, NULL, 0, NULL, 0);
	ike_message_end(&c);
	ike->ops->tx(ike->ctx, path, octets, w.len);
}

void ike1_clear_begin(struct ike1_sa *sa, struct ike1_out *o, uint8_t exchange)
{
	struct ike_header h = ike1_header(sa, exchange, 0);

	o->w = wr_to(sa->ike->build, sizeof(sa->ike->build));
	ike_message_begin(&o->c, &o->w, &h);
}

void ike1_clear_send(struct ike1_sa *sa, struct ike1_out *o, bool awaits)
{
	ike_message_end(&o->c);
	if (o->w.bad)
		ike1_log(sa, LOG_LEVEL_ERROR, "a message is too long to be sent");
	else
		ike1_send_phase1(sa, o->w.buf, o->w.len, awaits);
}

/* --- vendor ids --- */

void ike1_put_vendors(struct ike1_sa *sa, struct ike_chain *c)
{
	/* As responder we name the one that the peer's goes with. */
	if (sa->initiator) {
		ike1_put_vendor(c, IKE1_VID_NATT);
		ike1_put_vendor(c, IKE1_VID_NATT_03);
		ike1_put_vendor(c, IKE1_VID_NATT_02N);
		ike1_put_vendor(c, IKE1_VID_NATT_02);
	} else if (sa->natt == IKE1_NATT_RFC) {
		ike1_put_vendor(c, IKE1_VID_NATT);
	} else if (sa->natt == IKE1_NATT_DRAFT) {
		ike1_put_vendor(c, IKE1_VID_NATT_03);
		ike1_put_vendor(c, IKE1_VID_NATT_02N);
	}
	ike1_put_vendor(c, IKE1_VID_DPD);
	ike1_put_vendor(c, IKE1_VID_FRAGMENTATION);
	if (sa->initiator ? sa->peer && sa->peer->xauth : ike1_is_xauth(sa->auth_method)) {
		ike1_put_vendor(c, IKE1_VID_XAUTH);
		ike1_put_vendor(c, IKE1_VID_UNITY);
	}
}

void ike1_see_vendors(struct ike1_sa *sa, const struct ike1_message *m)
{
	if (ike1_has_vendor(m, IKE1_VID_NATT))
		sa->natt = IKE1_NATT_RFC;
	else if (ike1_has_vendor(m, IKE1_VID_NATT_03) || ike1_has_vendor(m, IKE1_VID_NATT_02) ||
		 ike1_has_vendor(m, IKE1_VID_NATT_02N))
		sa->natt = sa->natt ? sa->natt : IKE1_NATT_DRAFT;
	sa->dpd = sa->dpd || ike1_has_vendor(m, IKE1_VID_DPD);
	sa->fragmentation = sa->fragmentation || ike1_has_vendor(m, IKE1_VID_FRAGMENTATION);
	sa->xauth_vendor = sa->xauth_vendor || ike1_has_vendor(m, IKE1_VID_XAUTH);
	sa->unity = sa->unity || ike1_has_vendor(m, IKE1_VID_UNITY);
}

/* --- the SA payload --- */

static uint16_t our_method(const struct ike_peer *p)
{
	uint16_t methods[4];

	return ike1_methods(p, methods) ? methods[0] : IKE1_AUTH_PSK;
}

void ike1_put_offer(struct ike1_sa *sa, struct ike_chain *c)
{
	static struct ike1_proposals offer;	/* large, and filled anew each time */
	size_t at;

	/* RFC 2409 section 5: aggressive mode has its public value beside the offer, which is of that group alone. */
	ike1_sa_offer(&offer, &sa->peer->ike, sa->phase == IKE1_AG_I1 ? sa->suite.dh : NULL, our_method(sa->peer),
		      sa->peer->ike_lifetime_s);
	ike_payload_begin(c, IKE1_PAYLOAD_SA);
	at = c->w->len;
	ike1_sa_body(c->w, &offer);
	ike_payload_end(c);
	if (c->w->bad || ike1_dup(&sa->sa_body, &sa->sa_body_len, c->w->buf + at, c->w->len - at))
		c->w->bad = true;
}

static bool try_candidate(const struct ike_peer *p, const struct ike1_message *m, struct ike_suite *s,
			  const struct ike_proposal **chosen, const struct ike1_transform **t)
{
	uint16_t methods[4];
	size_t n = ike1_methods(p, methods);

	return n && !ike1_select(&p->ike, &m->sa, methods, n, s, chosen, t);
}

static bool goes_with(const struct ike_peer *p, const struct ike1_transform *chosen)
{
	const struct ike_proposal *proposal;
	const struct ike1_transform *t;
	static struct ike1_proposals one;
	struct ike_suite s;
	uint16_t methods[4];
	size_t n = ike1_methods(p, methods);

	ike1_sa_accept(&one, &(struct ike_proposal){ .number = 1, .protocol = IKE_PROTO_IKE }, chosen, NULL, 0);
	return n && !ike1_select(&p->ike, &one, methods, n, &s, &proposal, &t);
}

/* Those who would not have agreed to it are none any more. */
static void keep_matching(struct ike1_sa *sa, const struct ike1_transform *chosen)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < sa->n_candidates; i++) {
		if (goes_with(sa->candidates[i], chosen))
			sa->candidates[kept++] = sa->candidates[i];
		else
			ike_peer_put(sa->candidates[i]);
	}
	sa->n_candidates = kept;
}

static void refuse_offer(struct ike1_sa *sa, const struct ike1_message *m)
{
	char text[IKE_WHY_MAX];

	ike1_log(sa, LOG_LEVEL_WARN, "%s", ike1_explain(&sa->candidates[0]->ike, &m->sa, text, sizeof(text)));
	ike1_notify_plain(sa->ike, &sa->path, sa->spi_i, sa->spi_r, IKE1_N_NO_PROPOSAL_CHOSEN);
	sa->ike->stats.refused++;
}

bool ike1_choose(struct ike1_sa *sa, const struct ike1_message *m, struct ike_chain *c)
{
	static struct ike1_proposals answer;
	const struct ike_proposal *chosen = NULL;
	const struct ike1_transform *t = NULL;
	unsigned int i;

	for (i = 0; i < sa->n_candidates; i++)
		if (try_candidate(sa->candidates[i], m, &sa->suite, &chosen, &t))
			break;
	if (i == sa->n_candidates) {
		refuse_offer(sa, m);
		return false;
	}
	sa->auth_method = t->auth;
	sa->life_seconds = t->life_seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)t->life_seconds;
	keep_matching(sa, t);
	ike1_sa_accept(&answer, chosen, t, chosen->spi.at, chosen->spi.len);
	ike1_put_sa(c, &answer);
	return !ike1_dup(&sa->sa_body, &sa->sa_body_len, m->sa.body.at, m->sa.body.len);
}

/* RFC 2409 section 5: exactly one transform, and one of ours. */
bool ike1_check_choice(struct ike1_sa *sa, const struct ike1_message *m, char why[IKE_WHY_MAX])
{
	const struct ike_proposal *chosen;
	const struct ike1_transform *t;
	uint16_t method = our_method(sa->peer);

	if (m->sa.n_proposals != 1 || m->sa.n_transforms != 1 ||
	    ike1_select(&sa->peer->ike, &m->sa, &method, 1, &sa->suite, &chosen, &t)) {
		snprintf(why, IKE_WHY_MAX, "the peer chose what was not offered to it");
		return false;
	}
	sa->auth_method = t->auth;
	sa->life_seconds = t->life_seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)t->life_seconds;
	return true;
}

/* --- keys --- */

int ike1_put_ke(struct ike1_sa *sa, struct ike_chain *c)
{
	uint8_t public[IKE_DH_PUBLIC_MAX];
	uint8_t *nonce = sa->initiator ? sa->nonce_i : sa->nonce_r;
	int err = ike_dh_public(sa->suite.dh, sa->private, public);

	if (err)
		return err;
	sa->ike->ops->random(sa->ike->ctx, nonce, IKE1_NONCE_LEN);
	*(sa->initiator ? &sa->nonce_i_len : &sa->nonce_r_len) = IKE1_NONCE_LEN;
	ike_put_octets(c, IKE1_PAYLOAD_KE, public, sa->suite.dh->out_len);
	ike_put_octets(c, IKE1_PAYLOAD_NONCE, nonce, IKE1_NONCE_LEN);
	if (sa->initiator)
		return ike1_dup(&sa->ke_i, &sa->ke_i_len, public, sa->suite.dh->out_len);
	return ike1_dup(&sa->ke_r, &sa->ke_r_len, public, sa->suite.dh->out_len);
}

bool ike1_take_ke(struct ike1_sa *sa, const struct ike1_message *m, char why[IKE_WHY_MAX])
{
	bool from_initiator = !sa->initiator;

	if (!ike1_has(m, IKE1_PAYLOAD_KE) || !ike1_has(m, IKE1_PAYLOAD_NONCE)) {
		snprintf(why, IKE_WHY_MAX, "the peer sent no public value or no nonce");
		return false;
	}
	if (m->ke.len != sa->suite.dh->out_len) {
		snprintf(why, IKE_WHY_MAX, "the peer's public value has %zu octets, and those of %s have %u", m->ke.len,
			 sa->suite.dh->name, sa->suite.dh->out_len);
		return false;
	}
	/* Ours was drawn at random: this is what we said ourselves. */
	if (!from_initiator && m->ke.len == sa->ke_i_len && !memcmp(m->ke.at, sa->ke_i, m->ke.len)) {
		snprintf(why, IKE_WHY_MAX, "the peer's public value is our own, sent back");
		return false;
	}
	memcpy(from_initiator ? sa->nonce_i : sa->nonce_r, m->nonce.at, m->nonce.len);
	*(from_initiator ? &sa->nonce_i_len : &sa->nonce_r_len) = m->nonce.len;
	if (from_initiator)
		return !ike1_dup(&sa->ke_i, &sa->ke_i_len, m->ke.at, m->ke.len);
	return !ike1_dup(&sa->ke_r, &sa->ke_r_len, m->ke.at, m->ke.len);
}

struct ike1_exchange ike1_material(const struct ike1_sa *sa)
{
	return (struct ike1_exchange){
		.nonce_i = { sa->nonce_i, sa->nonce_i_len }, .nonce_r = { sa->nonce_r, sa->nonce_r_len },
		.shared = { sa->shared, sa->suite.dh->shared_len }, .ke_i = { sa->ke_i, sa->ke_i_len },
		.ke_r = { sa->ke_r, sa->ke_r_len }, .sa_body = { sa->sa_body, sa->sa_body_len }, .spi_i = sa->spi_i,
		.spi_r = sa->spi_r,
	};
}

int ike1_share(struct ike1_sa *sa)
{
	const uint8_t *peer = sa->initiator ? sa->ke_r : sa->ke_i;
	size_t len = sa->initiator ? sa->ke_r_len : sa->ke_i_len;
	int err;

	if (sa->shared)
		return 0;
	sa->shared = malloc(sa->suite.dh->shared_len);
	if (!sa->shared)
		return -ENOMEM;
	err = ike_dh_shared(sa->suite.dh, sa->private, peer, len, sa->shared);
	if (err) {
		free(sa->shared);
		sa->shared = NULL;
	}
	return err;
}

int ike1_derive(struct ike1_sa *sa, const struct ike_peer *peer, struct ike1_keys *keys)
{
	const struct ike1_exchange x = ike1_material(sa);
	struct ike_octets psk = { NULL, 0 };

	if (ike1_is_psk(sa->auth_method)) {
		if (!peer->secret)
			return -ENOENT;
		psk = ike_octets_of(peer->secret, strlen(peer->secret));
	}
	return ike1_keys_derive(keys, &sa->suite, &x, psk);
}

/* --- NAT detection, RFC 3947 section 3.2 --- */

/* In main mode a responder does not know yet who it is: the most specific of those that it may be. */
static bool encapsulates(const struct ike1_sa *sa)
{
	const struct ike_peer *p = sa->peer ? sa->peer : sa->n_candidates ? sa->candidates[0] : NULL;

	return p && p->encapsulate;
}

void ike1_put_natds(struct ike1_sa *sa, struct ike_chain *c)
{
	uint8_t type = sa->natt == IKE1_NATT_RFC ? IKE1_PAYLOAD_NATD : IKE1_PAYLOAD_NATD_DRAFT;
	uint8_t hash[IKE_HASH_MAX_LEN];
	struct addr none = sa->path.local;

	if (sa->natt == IKE1_NATT_NONE)
		return;
	ike1_natd(sa->suite.prf, sa->spi_i, sa->spi_r, &sa->path.peer, sa->path.peer_port, hash);
	ike_put_octets(c, type, hash, sa->suite.prf->out_len);
	/* An address that cannot be ours makes the other side see a NAT in any case. */
	if (encapsulates(sa))
		memset(none.bytes, 0, sizeof(none.bytes));
	ike1_natd(sa->suite.prf, sa->spi_i, sa->spi_r, &none, sa->path.local_port, hash);
	ike_put_octets(c, type, hash, sa->suite.prf->out_len);
}

static bool natd_is(const struct ike1_sa *sa, struct ike_octets natd, const struct addr *a, uint16_t port)
{
	uint8_t hash[IKE_HASH_MAX_LEN];

	return !ike1_natd(sa->suite.prf, sa->spi_i, sa->spi_r, a, port, hash) && natd.len == sa->suite.prf->out_len &&
	       !memcmp(natd.at, hash, natd.len);
}

/* The first says where we are as the peer sees it, the others where it is itself. */
void ike1_see_natds(struct ike1_sa *sa, const struct ike1_message *m, const struct ike_path *path)
{
	if (sa->natt == IKE1_NATT_NONE || m->n_natds < 2)
		return;
	sa->nat_here = !natd_is(sa, m->natd[0], &path->local, path->local_port);
	sa->nat_there = true;
	for (unsigned int i = 1; i < m->n_natds; i++)
		if (natd_is(sa, m->natd[i], &path->peer, path->peer_port))
			sa->nat_there = false;
	if (encapsulates(sa))
		sa->nat_here = true;
}
