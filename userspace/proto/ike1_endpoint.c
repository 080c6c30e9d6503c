// SPDX-License-Identifier: GPL-2.0-or-later
/* The endpoint of IKEv1: whose affair a datagram is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

struct ike1 *ike1_new(struct loop *loop, const struct ike_config *cfg, const struct ike1_ops *ops, void *ctx)
{
	struct ike1 *ike = calloc(1, sizeof(*ike));

	if (!ike)
		return NULL;
	ike->loop = loop;
	ike->cfg = *cfg;
	ike->ops = ops;
	ike->ctx = ctx;
	TAILQ_INIT(&ike->sas);
	TAILQ_INIT(&ike->half_open);
	TAILQ_INIT(&ike->changed);
	if (!hash_init(&ike->by_spi) && !hash_init(&ike->by_init) && !hash_init(&ike->children_by_spi))
		return ike;
	ike1_free(ike);
	return NULL;
}

void ike1_free(struct ike1 *ike)
{
	if (!ike)
		return;
	while (!TAILQ_EMPTY(&ike->sas))
		ike1_sa_free(TAILQ_FIRST(&ike->sas));
	hash_fini(&ike->by_spi);
	hash_fini(&ike->by_init);
	hash_fini(&ike->children_by_spi);
	secret_wipe(ike, sizeof(*ike));
	free(ike);
}

/* --- looking up --- */

static struct ike1_sa *find(const struct ike1 *ike, uint64_t spi)
{
	struct ike_spi *found = ike_spis_find(&ike->by_spi, spi);

	return found ? ike_spi_entry(found, struct ike1_sa, by_spi) : NULL;
}

struct by_init {
	uint64_t spi_i;
	const struct ike_path *path;
};

static bool same_init(const struct hash_node *node, const void *key)
{
	const struct ike1_sa *sa = hash_entry(node, struct ike1_sa, by_init);
	const struct by_init *k = key;

	return sa->spi_i == k->spi_i && addr_equal(&sa->path.peer, &k->path->peer) &&
	       sa->path.peer_port == k->path->peer_port;
}

/* One that we answered once, and whose initiator does not know our cookie yet. */
static struct ike1_sa *find_init(const struct ike1 *ike, uint64_t spi_i, const struct ike_path *path)
{
	const struct by_init key = { spi_i, path };
	struct hash_node *node = hash_find(&ike->by_init, hash_bytes(&spi_i, sizeof(spi_i)), same_init, &key);

	return node ? hash_entry(node, struct ike1_sa, by_init) : NULL;
}

void ike1_sa_set_spis(struct ike1_sa *sa, uint64_t spi_i, uint64_t spi_r)
{
	sa->spi_i = spi_i;
	sa->spi_r = spi_r;
	ike_spis_add(&sa->ike->by_spi, &sa->by_spi, ike1_own_spi(sa));
}

/* A message id that no exchange of this SA has, RFC 2408 section 3.1. */
uint32_t ike1_mid_new(struct ike1_sa *sa)
{
	uint32_t mid;

	do {
		sa->ike->ops->random(sa->ike->ctx, &mid, sizeof(mid));
	} while (!mid || ike1_xchg_find(sa, mid));
	return mid;
}

static struct ike1_sa *addressee(const struct ike1 *ike, const struct ike_header *h)
{
	struct ike1_sa *sa = h->spi_r ? find(ike, h->spi_r) : NULL;

	if (sa && !sa->initiator && sa->spi_i == h->spi_i)
		return sa;
	sa = find(ike, h->spi_i);
	if (sa && sa->initiator && (sa->spi_r == h->spi_r || (!sa->spi_r && h->spi_r)))
		return sa;
	return NULL;
}

struct ike1_sa *ike1_sa_at(const struct ike1 *ike, const uint8_t *data, size_t len)
{
	struct ike_header h;
	const char *why;
	struct rd body;

	return ike_header_parse(&h, data, len, &body, &why) || ike_major(&h) != 1 ? NULL : addressee(ike, &h);
}

/* --- dispatch --- */

static void rx_stranger(struct ike1 *ike, const struct ike_path *path, struct ike1_message *m, uint64_t rx_hash)
{
	struct ike1_sa *sa = find_init(ike, m->header.spi_i, path);

	if (sa && sa->rx_hash == rx_hash) {
		ike1_transmit(sa, &sa->path, &sa->sent);
		return;
	}
	if (sa || m->header.message_id) {
		ike->stats.strays++;
		return;
	}
	if (m->header.exchange == IKE1_MAIN)
		ike1_main_rx_1(ike, path, m, rx_hash);
	else
		ike1_aggressive_rx_1(ike, path, m, rx_hash);
}

static bool is_phase1(uint8_t exchange)
{
	return exchange == IKE1_MAIN || exchange == IKE1_AGGRESSIVE;
}

static void rx_phase1(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m,
		      struct ike_octets encrypted, uint64_t rx_hash)
{
	/*
	 * What was answered is answered the same way again; but not by one that has a timer for that, or two sides
	 * could repeat themselves to one another for ever.
	 */
	if (sa->rx_hash == rx_hash) {
		if (!sa->initiator || sa->aggressive)
			ike1_transmit(sa, &sa->path, &sa->sent);
		return;
	}
	/* Only the first message has no cookie of the responder's, and none of ours comes back as the peer's. */
	if (!m->header.spi_r || m->header.spi_r == m->header.spi_i || m->header.message_id ||
	    (m->header.exchange == IKE1_AGGRESSIVE) != sa->aggressive) {
		sa->ike->stats.strays++;
		return;
	}
	if (sa->aggressive)
		ike1_aggressive_rx(sa, path, m, encrypted, rx_hash);
	else
		ike1_main_rx(sa, path, m, encrypted, rx_hash);
}

static void rx_known(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m,
		     struct ike_octets encrypted, uint64_t rx_hash)
{
	switch (m->header.exchange) {
	case IKE1_MAIN:
	case IKE1_AGGRESSIVE:
		rx_phase1(sa, path, m, encrypted, rx_hash);
		break;
	case IKE1_INFORMATIONAL:
		if (encrypted.at)
			ike1_info_rx(sa, path, m, encrypted);
		else
			ike1_info_rx_plain(sa, m);
		break;
	case IKE1_QUICK:
	case IKE1_TRANSACTION:
		if (encrypted.at)
			ike1_phase2_rx(sa, path, m, encrypted, rx_hash);
		break;
	default:
		sa->ike->stats.strays++;
	}
}

/* whole: put together from fragments, and so no fragment itself. */
void ike1_dispatch(struct ike1 *ike, const struct ike_path *path, const uint8_t *data, size_t len, bool whole)
{
	struct ike1_message *m = &ike->message;
	struct ike_octets encrypted;
	struct ike_fault fault;
	struct ike1_sa *sa;
	uint64_t rx_hash;

	if (ike1_parse(m, data, len, &encrypted, &fault)) {
		ike->stats.junk++;
		return;
	}
	if (m->have & IKE1_HAS_FRAGMENT) {
		if (!whole)
			ike1_fragment_rx(ike, path, m);
		return;
	}
	rx_hash = ike_fingerprint(data, m->header.length);
	sa = addressee(ike, &m->header);
	if (sa)
		rx_known(sa, path, m, encrypted, rx_hash);
	else if (!m->header.spi_r && is_phase1(m->header.exchange) && !encrypted.at)
		rx_stranger(ike, path, m, rx_hash);
	else
		ike->stats.strays++;
}

void ike1_rx(struct ike1 *ike, const struct ike_path *path, const uint8_t *data, size_t len)
{
	/* A keepalive of RFC 3948 section 2.3. */
	if (len > 1)
		ike1_dispatch(ike, path, data, len, false);
}

/* --- fragments come in --- */

void ike1_fragment_rx(struct ike1 *ike, const struct ike_path *path, struct ike1_message *m)
{
	const struct ike1_fragment *f = &m->fragment;
	struct ike1_sa *sa = addressee(ike, &m->header);
	struct ike1_parts *p;
	struct wr w;
	uint8_t *whole;

	if (!sa || f->number > IKE1_FRAGMENTS_MAX) {
		ike->stats.strays++;
		return;
	}
	p = &sa->parts;
	if (p->have && p->id != f->id)
		ike1_parts_free(p);
	if (p->piece[f->number - 1].at || (p->last && f->number > p->last) ||
	    f->data.len > IKE1_FRAGMENTED_MAX - p->octets)
		return;
	p->piece[f->number - 1].at = malloc(f->data.len);
	if (!p->piece[f->number - 1].at)
		return;
	memcpy(p->piece[f->number - 1].at, f->data.at, f->data.len);
	p->piece[f->number - 1].len = f->data.len;
	p->octets += f->data.len;
	p->id = f->id;
	p->have++;
	if (f->last)
		p->last = f->number;
	if (p->have != p->last)
		return;
	whole = malloc(p->octets);
	if (!whole)
		return;
	w = wr_to(whole, p->octets);
	for (unsigned int i = 0; i < p->last; i++)
		wr_bytes(&w, p->piece[i].at, p->piece[i].len);
	ike1_parts_free(p);
	ike1_dispatch(ike, path, whole, w.len, true);
	free(whole);
}

/* --- the owner's --- */

struct ike1_sa *ike1_initiate(struct ike1 *ike, struct ike_peer *peer, const struct ike_path *path, void *owner)
{
	struct ike1_sa *sa = ike1_sa_new(ike, true, path);

	if (!sa)
		return NULL;
	sa->peer = ike_peer_get(peer);
	sa->owner = owner;
	sa->aggressive = peer->aggressive;
	if (sa->aggressive)
		ike1_aggressive_send_1(sa);
	else
		ike1_main_send_1(sa);
	return sa;
}

struct ike1_sa *ike1_sa_next(const struct ike1 *ike, const struct ike1_sa *prev)
{
	struct ike1_sa *sa = prev ? TAILQ_NEXT(prev, link) : TAILQ_FIRST(&ike->sas);

	while (sa && sa->phase == IKE1_REPLACED)
		sa = TAILQ_NEXT(sa, link);
	return sa;
}

void ike1_get_stats(const struct ike1 *ike, struct ike_stats *stats)
{
	*stats = ike->stats;
}
