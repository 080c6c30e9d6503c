// SPDX-License-Identifier: GPL-2.0-or-later
/* New keys for the IKE SA itself (RFC 7296 sections 1.3.2, 2.8 and 2.18): another IKE SA inherits its children. */
#include <errno.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define AGAIN_MS	1000
#define FAREWELL_MS	10000	/* until whoever replaced an IKE SA has deleted it */

static void put_spi(uint64_t spi, uint8_t out[IKE_SPI_LEN])
{
	unsigned int i;

	for (i = 0; i < IKE_SPI_LEN; i++)
		out[i] = (uint8_t)(spi >> (56 - 8 * i));
}

static uint64_t get_spi(struct ike_octets o)
{
	uint64_t spi = 0;
	size_t i;

	for (i = 0; o.len == IKE_SPI_LEN && i < o.len; i++)
		spi = spi << 8 | o.at[i];
	return spi;
}

/* --- the one that follows --- */

/* Of what old is, and knows of its peer. */
static struct ike_sa *successor(struct ike_sa *old, bool initiator)
{
	struct ike_sa *sa = ike_sa_new(old->ike, initiator, &old->path);

	if (!sa)
		return NULL;
	sa->peer = ike_peer_get(old->peer);
	sa->began = old->began;
	sa->natt = old->natt;
	sa->nat_here = old->nat_here;
	sa->nat_there = old->nat_there;
	sa->fragmentation = old->fragmentation;
	sa->mobike = old->mobike;
	sa->hashes = old->hashes;
	sa->peer_by = old->peer_by;
	sa->assigned = old->assigned;
	sa->have_assigned = old->have_assigned;
	if (!ike_sa_set_id(&sa->local_id, old->local_id) && !ike_sa_set_id(&sa->peer_id, old->peer_id) &&
	    !ike_sa_set_user(sa, ike_sa_user(old)))
		return sa;
	ike_sa_free(sa);
	return NULL;
}

static void adopt_tasks(struct ike_sa *old, struct ike_sa *sa)
{
	struct ike_task *t, *next;

	for (t = TAILQ_FIRST(&old->tasks); t; t = next) {
		next = TAILQ_NEXT(t, link);
		TAILQ_REMOVE(&old->tasks, t, link);
		old->n_tasks--;
		TAILQ_INSERT_TAIL(&sa->tasks, t, link);
		sa->n_tasks++;
	}
}

static void adopt_children(struct ike_sa *old, struct ike_sa *sa)
{
	struct ike_child *c;

	while ((c = TAILQ_FIRST(&old->children))) {
		TAILQ_REMOVE(&old->children, c, link);
		old->n_children--;
		c->sa = sa;
		TAILQ_INSERT_TAIL(&sa->children, c, link);
		sa->n_children++;
	}
}

/* sa is the one from now on. */
static void inherit(struct ike_sa *old, struct ike_sa *sa)
{
	adopt_children(old, sa);
	adopt_tasks(old, sa);
	sa->owner = old->owner;
	sa->told_up = old->told_up;
	old->owner = NULL;
	old->told_down = true;
	old->replaced_by = sa;
	sa->known = true;
	/* One record for both: that of the one that goes on. */
	ike_slot_move(&old->base.slot, &sa->base.slot);
	sa->ike->ops->sa_replaced(sa->ike->ctx, old, sa);
	ike_sa_begin(sa);
	ike_log(sa, LOG_LEVEL_INFO, "new keys for IKE");
}

static int derive(struct ike_sa *old, struct ike_sa *sa, const struct ike_suite *suite, const uint8_t *private,
		  struct ike_octets peer_public, struct ike_octets nonce_i, struct ike_octets nonce_r)
{
	uint8_t shared[IKE_DH_SHARED_MAX];
	const struct ike2_exchange x = {
		.nonce_i = nonce_i, .nonce_r = nonce_r, .shared = { shared, suite->dh->shared_len },
		.spi_i = sa->spi_i, .spi_r = sa->spi_r,
	};
	int err = ike_dh_shared(suite->dh, private, peer_public.at, peer_public.len, shared);

	if (!err)
		err = ike2_keys_rekey(&sa->keys, suite, &x, &old->keys);
	secret_wipe(shared, sizeof(shared));
	sa->have_keys = !err;
	return err;
}

/* --- a request of ours --- */

void ike_rekey_send(struct ike_sa *sa, struct ike_task *t)
{
	uint8_t spi[IKE_SPI_LEN], public[IKE_DH_PUBLIC_MAX];
	struct ike2_sa offer;
	struct ike_out o;

	/* What is in use goes again; the peer may ask for another. */
	if (!t->group)
		t->group = sa->keys.suite.dh;
	t->spi_ike = ike_spi_new(sa->ike);
	sa->ike->ops->random(sa->ike->ctx, t->nonce, sizeof(t->nonce));
	sa->ike->ops->random(sa->ike->ctx, t->private, sizeof(t->private));
	if (ike_dh_public(t->group, t->private, public)) {
		ike_sa_over(sa, "no group can be computed with");
		return;
	}
	put_spi(t->spi_ike, spi);
	ike2_sa_offer(&offer, &sa->peer->ike, 0, spi, sizeof(spi));
	ike_out_begin(sa, &o);
	ike2_put_sa(&o.c, &offer);
	ike_put_octets(&o.c, IKE2_PAYLOAD_NONCE, t->nonce, sizeof(t->nonce));
	ike2_put_ke(&o.c, t->group->id, public, t->group->out_len);
	ike_send_request(sa, IKE2_CREATE_CHILD_SA, &o);
}

static bool other_group(struct ike_task *t, const struct ike2_message *m)
{
	const struct ike_notify *n = ike2_notify_find(m, IKE2_N_INVALID_KE_PAYLOAD);
	const struct ike_alg *group;

	if (!n || n->data.len != 2)
		return false;
	group = ike_alg_find(IKE_TRANSFORM_DH, (uint16_t)(n->data.at[0] << 8 | n->data.at[1]), 0);
	if (!group || group == t->group)
		return false;
	t->group = group;
	return true;
}

/* The peer's own took the children while ours was under way: it waits for its end. */
static void wait_for_end(struct ike_sa *old)
{
	old->phase = PHASE_REPLACED;
	loop_timer_start(&old->timer, FAREWELL_MS);
}

static void refused(struct ike_sa *sa, struct ike_task *t, const struct ike_notify *error,
		    const struct ike2_message *m)
{
	if (sa->replaced_by) {
		ike_task_done(sa);
		wait_for_end(sa);
		return;
	}
	if (error->type == IKE2_N_TEMPORARY_FAILURE ||
	    (error->type == IKE2_N_INVALID_KE_PAYLOAD && other_group(t, m))) {
		ike_task_again(sa, error->type == IKE2_N_TEMPORARY_FAILURE ?
			       AGAIN_MS + ike_jitter(sa->ike, AGAIN_MS) : 0);
		return;
	}
	ike_log(sa, LOG_LEVEL_WARN, "the peer refuses new keys for IKE: %s", ike2_notify_to_str(error->type));
	ike_task_done(sa);
}

/* Whether the peer's own, which came meanwhile, is the one that stays (section 2.8.1). */
static bool theirs_stays(const struct ike_task *t, const struct ike2_message *m)
{
	const uint8_t *low = t->nonce;
	size_t len = sizeof(t->nonce);

	if (!t->their_nonce_len)
		return false;
	if (ike_nonce_cmp(m->nonce.at, m->nonce.len, low, len) < 0) {
		low = m->nonce.at;
		len = m->nonce.len;
	}
	return ike_nonce_cmp(low, len, t->their_nonce, t->their_nonce_len) < 0;
}

static struct ike_sa *take_answer(struct ike_sa *old, struct ike_task *t, const struct ike2_message *m)
{
	const struct ike_proposal *chosen;
	struct ike_suite suite;
	struct ike_sa *sa;

	if (!ike2_has(m, IKE2_PAYLOAD_SA) || !ike2_has(m, IKE2_PAYLOAD_KE) || m->nonce.len < IKE_NONCE_MIN ||
	    ike2_check_answer(&old->peer->ike, &m->sa, 0, &suite, &chosen) || suite.dh != t->group ||
	    m->ke.group != t->group->id || !get_spi(chosen->spi))
		return NULL;
	sa = successor(old, true);
	if (!sa)
		return NULL;
	ike_sa_set_spis(sa, t->spi_ike, get_spi(chosen->spi));
	if (!derive(old, sa, &suite, t->private, m->ke.data, ike_octets_of(t->nonce, sizeof(t->nonce)), m->nonce))
		return sa;
	ike_sa_free(sa);
	return NULL;
}

/* An IKE SA that lost against the peer's own: it has nothing, and is deleted by us who made it. */
static void drop_redundant(struct ike_sa *sa)
{
	sa->phase = PHASE_UP;
	sa->told_down = true;
	ike2_sa_close(sa, "the peer's is used");
}

void ike_rekey_rx_response(struct ike_sa *old, struct ike_task *t, struct ike2_message *m)
{
	const struct ike_notify *error = ike2_error_find(m);
	struct ike_sa *sa, *theirs = t->their_sa;
	bool redundant;

	if (error) {
		refused(old, t, error, m);
		return;
	}
	sa = take_answer(old, t, m);
	if (!sa) {
		ike_log(old, LOG_LEVEL_WARN, "the peer's answer about new keys for IKE makes no sense");
		ike_task_done(old);
		return;
	}
	redundant = theirs_stays(t, m);
	/* What waits is said by the one that has the children from now on. */
	old->current = NULL;
	ike_task_free(old, t);
	if (redundant) {
		wait_for_end(old);
		drop_redundant(sa);
		return;
	}
	/* Where the peer's came first and lost, it has the children already. */
	if (theirs) {
		inherit(theirs, sa);
		theirs->phase = PHASE_REPLACED;
		loop_timer_start(&theirs->timer, FAREWELL_MS);
	} else {
		inherit(old, sa);
	}
	old->phase = PHASE_REPLACED;
	ike_task_add(old, TASK_IKE_DELETE, NULL);
	loop_timer_start(&old->timer, FAREWELL_MS);
	ike_tasks_run(old);
	ike_tasks_run(sa);
}

/* --- a request of the peer's --- */

static void refuse(struct ike_sa *sa, uint16_t type, const void *data, size_t len)
{
	struct ike_out o;

	ike_out_begin(sa, &o);
	ike2_put_notify(&o.c, type, data, len);
	ike_send_response(sa, IKE2_CREATE_CHILD_SA, &o);
}

/* Section 2.25.2: not while a child of ours is on its way in or out. */
static bool busy(const struct ike_sa *sa)
{
	return ike_sa_makes_child(sa) || (sa->current && (sa->current->type == TASK_CHILD_DELETE ||
							  sa->current->type == TASK_IKE_DELETE));
}

static void note_collision(struct ike_sa *old, struct ike_sa *sa, const struct ike2_message *m, const uint8_t *nonce)
{
	struct ike_task *t = old->current;
	bool ours_lower = ike_nonce_cmp(nonce, IKE_NONCE_LEN, m->nonce.at, m->nonce.len) < 0;

	if (!t || t->type != TASK_IKE_REKEY)
		return;
	t->their_nonce_len = ours_lower ? IKE_NONCE_LEN : m->nonce.len;
	memcpy(t->their_nonce, ours_lower ? nonce : m->nonce.at, t->their_nonce_len);
	t->their_sa = sa;
	sa->known = true;
}

static void answer(struct ike_sa *old, struct ike_sa *sa, const struct ike2_message *m, const struct ike_suite *suite,
		   uint8_t number)
{
	uint8_t spi[IKE_SPI_LEN], public[IKE_DH_PUBLIC_MAX], nonce[IKE_NONCE_LEN], private[IKE_DH_PRIVATE_MAX];
	struct ike2_sa accepted;
	struct ike_out o;
	int err;

	old->ike->ops->random(old->ike->ctx, nonce, sizeof(nonce));
	old->ike->ops->random(old->ike->ctx, private, sizeof(private));
	err = ike_dh_public(suite->dh, private, public);
	if (!err)
		err = derive(old, sa, suite, private, m->ke.data, m->nonce, ike_octets_of(nonce, sizeof(nonce)));
	secret_wipe(private, sizeof(private));
	if (err) {
		ike_sa_free(sa);
		refuse(old, IKE2_N_INVALID_SYNTAX, NULL, 0);
		return;
	}
	put_spi(sa->spi_r, spi);
	ike2_sa_accept(&accepted, suite, IKE_USE_IKE, number, spi, sizeof(spi));
	ike_out_begin(old, &o);
	ike2_put_sa(&o.c, &accepted);
	ike_put_octets(&o.c, IKE2_PAYLOAD_NONCE, nonce, sizeof(nonce));
	ike2_put_ke(&o.c, suite->dh->id, public, suite->dh->out_len);
	if (ike_send_response(old, IKE2_CREATE_CHILD_SA, &o)) {
		ike_sa_free(sa);
		return;
	}
	note_collision(old, sa, m, nonce);
	inherit(old, sa);
	/* Its own exchange under way ends in peace: what it decides may be that ours is the one. */
	if (!old->current || old->current->type != TASK_IKE_REKEY)
		wait_for_end(old);
	ike_tasks_run(sa);
}

void ike_rekey_rx_request(struct ike_sa *old, struct ike2_message *m)
{
	const struct ike_proposal *chosen;
	struct ike_suite suite;
	struct ike_sa *sa;
	uint8_t group[2];
	char text[IKE_TEXT_MAX];

	if (!ike2_has(m, IKE2_PAYLOAD_SA) || !ike2_has(m, IKE2_PAYLOAD_NONCE) || !ike2_has(m, IKE2_PAYLOAD_KE) ||
	    m->nonce.len < IKE_NONCE_MIN || m->nonce.len > IKE_NONCE_MAX) {
		refuse(old, IKE2_N_INVALID_SYNTAX, NULL, 0);
		return;
	}
	if (busy(old) || old->replaced_by) {
		refuse(old, IKE2_N_TEMPORARY_FAILURE, NULL, 0);
		return;
	}
	if (ike2_select(&old->peer->ike, &m->sa, 0, m->ke.group, &suite, &chosen) || !get_spi(chosen->spi)) {
		ike_log(old, LOG_LEVEL_WARN, "the peer asks for new keys for IKE: %s",
			ike2_explain(&old->peer->ike, &m->sa, 0, text, sizeof(text)));
		refuse(old, IKE2_N_NO_PROPOSAL_CHOSEN, NULL, 0);
		return;
	}
	if (suite.dh->id != m->ke.group) {
		group[0] = (uint8_t)(suite.dh->id >> 8);
		group[1] = (uint8_t)suite.dh->id;
		refuse(old, IKE2_N_INVALID_KE_PAYLOAD, group, sizeof(group));
		return;
	}
	sa = successor(old, false);
	if (!sa) {
		refuse(old, IKE2_N_TEMPORARY_FAILURE, NULL, 0);
		return;
	}
	sa->spi_i = get_spi(chosen->spi);
	answer(old, sa, m, &suite, chosen->number);
}
