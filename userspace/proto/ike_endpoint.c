// SPDX-License-Identifier: GPL-2.0-or-later
/* The endpoint: whose affair a datagram is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

/* What is in no IKE SA is answered this seldom, whoever sends it (RFC 7296 section 2.21.4). */
#define STRAY_ANSWER_MS	50

struct ike *ike_new(struct loop *loop, const struct ike_config *cfg, const struct ike_ops *ops, void *ctx)
{
	struct ike *ike = calloc(1, sizeof(*ike));

	if (!ike)
		return NULL;
	ike->loop = loop;
	ike->cfg = *cfg;
	ike->ops = ops;
	ike->ctx = ctx;
	TAILQ_INIT(&ike->sas);
	TAILQ_INIT(&ike->changed);
	TAILQ_INIT(&ike->half_open);
	if (hash_init(&ike->by_spi) || hash_init(&ike->by_init) || hash_init(&ike->by_identity) ||
	    hash_init(&ike->children_by_spi)) {
		ike_free(ike);
		return NULL;
	}
	ops->random(ctx, ike->cookie_secret, sizeof(ike->cookie_secret));
	ike->cookie_turn_ms = loop_now_ms(loop);
	return ike;
}

void ike_free(struct ike *ike)
{
	if (!ike)
		return;
	while (!TAILQ_EMPTY(&ike->sas))
		ike_sa_free(TAILQ_FIRST(&ike->sas));
	hash_fini(&ike->by_spi);
	hash_fini(&ike->by_init);
	hash_fini(&ike->by_identity);
	hash_fini(&ike->children_by_spi);
	secret_wipe(ike, sizeof(*ike));
	free(ike);
}

static struct ike_sa *find(const struct ike *ike, uint64_t spi)
{
	struct ike_spi *found = ike_spis_find(&ike->by_spi, spi);

	return found ? ike_spi_entry(found, struct ike_sa, by_spi) : NULL;
}

void ike_sa_set_spis(struct ike_sa *sa, uint64_t spi_i, uint64_t spi_r)
{
	sa->spi_i = spi_i;
	sa->spi_r = spi_r;
	ike_spis_add(&sa->ike->by_spi, &sa->by_spi, ike_own_spi(sa));
}

uint64_t ike_spi_new(struct ike *ike)
{
	return ike_spis_choose(&ike->by_spi, ike->ops->random, ike->ctx);
}

void ike_answer_clear(struct ike *ike, const struct ike_path *path, const struct ike2_message *m, uint16_t type,
		      const void *data, size_t len)
{
	const struct ike_header h = {
		.spi_i = m->header.spi_i, .spi_r = m->header.spi_r, .version = IKE_V2,
		.exchange = m->header.exchange, .message_id = m->header.message_id,
		.flags = (uint8_t)(IKE2_FLAG_RESPONSE | (~m->header.flags & IKE2_FLAG_INITIATOR)),
	};
	uint8_t buf[256];
	struct wr w = wr_to(buf, sizeof(buf));
	struct ike_chain c;

	ike_message_begin(&c, &w, &h);
	ike2_put_notify(&c, type, data, len);
	ike_message_end(&c);
	if (!w.bad)
		ike->ops->tx(ike->ctx, path, buf, w.len);
}

static bool may_answer_stray(struct ike *ike)
{
	uint64_t now = loop_now_ms(ike->loop);

	if (now < ike->stray_answer_ms)
		return false;
	ike->stray_answer_ms = now + STRAY_ANSWER_MS;
	return true;
}

/*
 * A message that cannot be read. Of a later version, its header is as it is here (section 2.5); and the first message
 * has no other answer to tell of a critical payload than one in the clear.
 */
static void rx_unreadable(struct ike *ike, const struct ike_path *path, const struct ike2_message *m, int err,
			  const struct ike_fault *fault)
{
	const struct ike_header *h = &m->header;

	ike->stats.junk++;
	if (err == -EBADMSG || (h->flags & IKE2_FLAG_RESPONSE))
		return;
	if (err == -EPROTONOSUPPORT && ike_major(h) > 2 && may_answer_stray(ike))
		ike_answer_clear(ike, path, m, IKE2_N_INVALID_MAJOR_VERSION, NULL, 0);
	if (err == -EOPNOTSUPP && h->exchange == IKE2_SA_INIT && may_answer_stray(ike))
		ike_answer_clear(ike, path, m, IKE2_N_UNSUPPORTED_CRITICAL_PAYLOAD, &fault->payload, 1);
}

/*
 * A request in an IKE SA that is not known here any more, or never was: the peer is told, so that its administrator is
 * (section 1.5). Never an answer to an answer.
 */
static void rx_stray(struct ike *ike, const struct ike_path *path, const struct ike2_message *m)
{
	const struct ike_header *h = &m->header;

	ike->stats.strays++;
	if ((h->flags & IKE2_FLAG_RESPONSE) || !(ike2_has(m, IKE2_PAYLOAD_SK) || ike2_has(m, IKE2_PAYLOAD_SKF)) ||
	    find(ike, h->flags & IKE2_FLAG_INITIATOR ? h->spi_r : h->spi_i) || !may_answer_stray(ike))
		return;
	ike_answer_clear(ike, path, m, IKE2_N_INVALID_IKE_SPI, NULL, 0);
}

/* Whose it is by its header alone. */
static struct ike_sa *addressee(struct ike *ike, const struct ike_path *path, const struct ike_header *h)
{
	struct ike_sa *sa;

	if (ike_major(h) != 2)
		return NULL;
	if (h->exchange == IKE2_SA_INIT && !(h->flags & IKE2_FLAG_RESPONSE))
		return ike_init_find(ike, path, h->spi_i);
	sa = find(ike, h->flags & IKE2_FLAG_INITIATOR ? h->spi_r : h->spi_i);
	if (!sa || sa->initiator == !!(h->flags & IKE2_FLAG_INITIATOR))
		return NULL;
	/* The other SPI has to be right as well, once it is known. */
	if (sa->initiator ? sa->spi_r && sa->spi_r != h->spi_r : sa->spi_i != h->spi_i)
		return NULL;
	return sa;
}

struct ike_sa *ike_sa_at(struct ike *ike, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct ike_header h;
	const char *why;
	struct rd body;

	return ike_header_parse(&h, data, len, &body, &why) ? NULL : addressee(ike, path, &h);
}

void ike_rx(struct ike *ike, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct ike2_message m;
	struct ike_fault fault;
	struct ike_sa *sa;
	int err;

	/* A keepalive of RFC 3948 section 2.3. */
	if (len == 1)
		return;
	err = ike2_parse(&m, data, len, &fault);
	if (err) {
		rx_unreadable(ike, path, &m, err, &fault);
		return;
	}
	if (m.header.exchange == IKE2_SA_INIT && !(m.header.flags & IKE2_FLAG_RESPONSE)) {
		ike_init_rx_request(ike, path, &m, data, len);
		return;
	}
	sa = addressee(ike, path, &m.header);
	if (!sa) {
		rx_stray(ike, path, &m);
		return;
	}
	if (m.header.exchange == IKE2_SA_INIT)
		ike_init_rx_response(sa, path, &m, data, len);
	else
		ike_window_rx(sa, path, &m, data, len);
}

struct ike_sa *ike_initiate(struct ike *ike, struct ike_peer *peer, const struct ike_path *path, void *owner)
{
	struct ike_sa *sa = ike_sa_new_setup(ike, true, path);

	if (!sa)
		return NULL;
	sa->peer = ike_peer_get(peer);
	if (!ike_task_add(sa, TASK_INIT, NULL)) {
		ike_sa_free(sa);
		return NULL;
	}
	ike_tasks_run(sa);
	/* It may have come to nothing at once; then it goes by itself. */
	if (sa->phase == PHASE_OVER)
		return NULL;
	sa->owner = owner;
	return sa;
}

struct ike_sa *ike_sa_next(const struct ike *ike, const struct ike_sa *prev)
{
	struct ike_sa *sa = prev ? TAILQ_NEXT(prev, link) : TAILQ_FIRST(&ike->sas);

	while (sa && (sa->phase == PHASE_OVER || sa->phase == PHASE_REPLACED))
		sa = TAILQ_NEXT(sa, link);
	return sa;
}

void ike_get_stats(const struct ike *ike, struct ike_stats *stats)
{
	*stats = ike->stats;
}

/* --- peers --- */

struct ike_peer *ike_peer_new(void)
{
	struct ike_peer *p = calloc(1, sizeof(*p));

	if (p)
		p->refs = 1;
	return p;
}

struct ike_peer *ike_peer_get(struct ike_peer *p)
{
	p->refs++;
	return p;
}

void ike_peer_renew(struct ike_peer *p, struct ike_peer *newer)
{
	struct ike_peer before = *p;

	p->own = newer->own;
	p->key = newer->key;
	p->trust = newer->trust;
	p->peer_key = newer->peer_key;
	newer->own = before.own;
	newer->key = before.key;
	newer->trust = before.trust;
	newer->peer_key = before.peer_key;
	secret_wipe(&before, sizeof(before));
	ike_peer_put(newer);
}

void ike_peer_put(struct ike_peer *p)
{
	if (!p || --p->refs)
		return;
	secret_strfree(p->secret);
	secret_strfree(p->user);
	secret_strfree(p->password);
	ike_own_free(p->own);
	ike_key_free(p->key);
	ike_trust_free(p->trust);
	ike_pubkey_free(p->peer_key);
	secret_wipe(p, sizeof(*p));
	free(p);
}
