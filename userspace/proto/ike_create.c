// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CREATE_CHILD_SA (RFC 7296 section 1.3) for children: a new one, or one in the place of another. Both
 * ends may replace the same child at once: then the exchange with the lowest of the four nonces is
 * the one that came to nothing (section 2.8.1).
 */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define AGAIN_MS	1000	/* after a TEMPORARY_FAILURE, and as much again by chance */

int ike_nonce_cmp(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int cmp = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (cmp)
		return cmp < 0 ? -1 : 1;
	return a_len < b_len ? -1 : a_len > b_len;
}

/* --- requests of ours --- */

/*
 * That of IKE itself where we offer it, for the peer is known to have it. libreswan takes no other for a child, and to
 * another it answers INVALID_SYNTAX instead of which one it wants.
 */
static const struct ike_alg *first_group(const struct ike_sa *sa)
{
	const struct ike_offers *esp = &sa->peer->esp;
	const struct ike_offer *o = &esp->offer[0];
	unsigned int i;

	if (!esp->n || !o->n[IKE_TRANSFORM_DH])
		return NULL;
	for (i = 0; i < o->n[IKE_TRANSFORM_DH]; i++)
		if (o->alg[IKE_TRANSFORM_DH][i] == sa->keys.suite.dh)
			return o->alg[IKE_TRANSFORM_DH][i];
	return o->alg[IKE_TRANSFORM_DH][0];
}

static int put_ke(struct ike_task *t, struct ike_chain *c)
{
	uint8_t public[IKE_DH_PUBLIC_MAX];
	int err;

	if (!t->group)
		return 0;
	err = ike_dh_public(t->group, t->private, public);
	if (!err)
		ike2_put_ke(c, t->group->id, public, t->group->out_len);
	return err;
}

static unsigned int flags_of(const struct ike_task *t)
{
	return t->group ? 0 : IKE_NEG_NO_DH;
}

/* What the task has to hold until the answer comes. */
static void prepare(struct ike_sa *sa, struct ike_task *t)
{
	struct ike *ike = sa->ike;

	if (!t->spi_in) {
		/* A child is replaced with the group that it was made with, or the first that is to be tried. */
		t->group = t->child && t->child->suite.dh ? t->child->suite.dh : first_group(sa);
	}
	if (sa->no_pfs)
		t->group = NULL;
	t->spi_in = ike_child_spi(ike);
	ike->ops->random(ike->ctx, t->nonce, sizeof(t->nonce));
	ike->ops->random(ike->ctx, t->private, sizeof(t->private));
}

void ike_create_send(struct ike_sa *sa, struct ike_task *t)
{
	uint8_t none[1] = { 0 };
	struct ike_out o;

	if (t->type == TASK_CHILD_REKEY && (!t->child || t->child->deleting || t->child->replaced)) {
		ike_task_done(sa);
		return;
	}
	prepare(sa, t);
	ike_out_begin(sa, &o);
	if (t->type == TASK_CHILD_REKEY)
		ike2_put_notify_spi(&o.c, IKE2_N_REKEY_SA, IKE_PROTO_ESP, t->child->spi_in, none, 0);
	ike_child_put_offer(sa, &o.c, flags_of(t), t->spi_in, t->child);
	ike_put_octets(&o.c, IKE2_PAYLOAD_NONCE, t->nonce, sizeof(t->nonce));
	if (put_ke(t, &o.c)) {
		ike_log(sa, LOG_LEVEL_ERROR, "the group %s cannot be computed with", t->group->name);
		ike_task_done(sa);
		return;
	}
	ike_send_request(sa, IKE2_CREATE_CHILD_SA, &o);
}

/* Ours, theirs: whichever pair has the lowest nonce is the redundant one. */
static bool ours_is_redundant(const struct ike_task *t, const struct ike2_message *m)
{
	const uint8_t *low = t->nonce;
	size_t low_len = sizeof(t->nonce);

	if (!t->their_nonce_len)
		return false;
	if (ike_nonce_cmp(m->nonce.at, m->nonce.len, low, low_len) < 0) {
		low = m->nonce.at;
		low_len = m->nonce.len;
	}
	return ike_nonce_cmp(low, low_len, t->their_nonce, t->their_nonce_len) < 0;
}

static int derive(struct ike_task *t, struct ike_child *c, const struct ike2_message *m)
{
	uint8_t shared[IKE_DH_SHARED_MAX];
	size_t len = 0;
	int err = 0;

	if (c->suite.dh) {
		if (c->suite.dh != t->group || !ike2_has(m, IKE2_PAYLOAD_KE) || m->ke.group != t->group->id)
			return -1;
		err = ike_dh_shared(t->group, t->private, m->ke.data.at, m->ke.data.len, shared);
		len = t->group->shared_len;
	}
	if (!err)
		err = ike_child_derive(c, ike_octets_of(t->nonce, sizeof(t->nonce)), m->nonce,
				       ike_octets_of(shared, len));
	secret_wipe(shared, sizeof(shared));
	return err;
}

/* Into the place of the old one; the end of the old one is ours to say. */
static void take_over(struct ike_sa *sa, struct ike_task *t, struct ike_child *c, const struct ike2_message *m)
{
	struct ike_child *old = t->child, *theirs = t->their_child;
	char why[IKE_WHY_MAX];

	if (ours_is_redundant(t, m)) {
		ike_log(sa, LOG_LEVEL_DEBUG, "both ends replaced the child at once: the peer's stays");
		ike2_child_close(c, "the peer's is used");
		return;
	}
	if (theirs)
		ike_child_replace(theirs, c);
	else if (old && !old->replaced)
		ike_child_replace(old, c);
	if (ike_child_install(c, true, why)) {
		ike_log(sa, LOG_LEVEL_ERROR, "the new keys cannot be used: %s", why);
		ike2_child_close(c, why);
		return;
	}
	ike_child_started(c);
	if (old)
		ike2_child_close(old, "replaced");
}

/* rekey: what that means where it was to take another's place, which stays. */
static void no_child(struct ike_sa *sa, const struct ike_task *t, const char *rekey, const char *why)
{
	ike_log(sa, LOG_LEVEL_WARN, "%s: %s", t->type == TASK_CHILD_REKEY ? rekey : "no child", why);
	if (t->type == TASK_CHILD_NEW)
		sa->ike->ops->child_failed(sa->ike->ctx, sa, why);
}

static void made(struct ike_sa *sa, struct ike_task *t, struct ike_child *c, const struct ike2_message *m)
{
	char why[IKE_WHY_MAX];

	if (m->nonce.len < IKE_NONCE_MIN || derive(t, c, m)) {
		no_child(sa, t, "new keys are not used", "no keys can be made of the peer's answer");
		ike2_child_close(c, "no keys");
	} else if (t->type == TASK_CHILD_REKEY) {
		take_over(sa, t, c, m);
	} else if (ike_child_install(c, true, why)) {
		no_child(sa, t, NULL, why);
		ike2_child_close(c, why);
	} else {
		ike_child_started(c);
	}
}

static bool other_group(struct ike_sa *sa, struct ike_task *t, const struct ike2_message *m)
{
	const struct ike_notify *n = ike2_notify_find(m, IKE2_N_INVALID_KE_PAYLOAD);
	const struct ike_offers *o = &sa->peer->esp;
	unsigned int i, k;

	if (!n || n->data.len != 2)
		return false;
	for (i = 0; i < o->n; i++) {
		for (k = 0; k < o->offer[i].n[IKE_TRANSFORM_DH]; k++) {
			const struct ike_alg *group = o->offer[i].alg[IKE_TRANSFORM_DH][k];

			if (group->id != (n->data.at[0] << 8 | n->data.at[1]) || group == t->group)
				continue;
			t->group = group;
			return true;
		}
	}
	return false;
}

static void refused(struct ike_sa *sa, struct ike_task *t, enum ike_verdict verdict, const struct ike2_message *m,
		    const char *why)
{
	struct ike_child *c = t->child;

	if (verdict == VERDICT_TEMPORARY) {
		ike_task_again(sa, AGAIN_MS + ike_jitter(sa->ike, AGAIN_MS));
		return;
	}
	if (verdict == VERDICT_KE && other_group(sa, t, m)) {
		ike_task_again(sa, 0);
		return;
	}
	if (verdict == VERDICT_PROPOSAL && t->group && sa->peer->pfs_optional && !sa->no_pfs) {
		ike_log(sa, LOG_LEVEL_DEBUG, "the peer takes no child with a group of its own: offered without");
		sa->no_pfs = true;
		ike_task_again(sa, 0);
		return;
	}
	if (verdict == VERDICT_NOT_FOUND && c && c->replaced) {
		/* Its own new keys have taken the place; that it deleted the old ones is on its way, or got lost. */
		ike_child_end(c, "the peer has replaced it");
	} else if (verdict == VERDICT_NOT_FOUND && c) {
		/* The peer knows nothing of it any more (section 2.25): begin with another. */
		ike_log(sa, LOG_LEVEL_WARN, "the peer knows nothing of child %08x/%08x: made anew", c->spi_in,
			c->spi_out);
		ike_child_end(c, "the peer knows nothing of it");
		ike_task_add(sa, TASK_CHILD_NEW, NULL);
	} else if (verdict != VERDICT_NOT_FOUND) {
		no_child(sa, t, "new keys were refused", why);
	}
	ike_task_done(sa);
}

/* The peer had made it and ended it before its answer, which was sent again, arrived. */
static bool is_deleted(const struct ike_task *t, uint32_t spi)
{
	for (unsigned int i = 0; i < IKE_TASK_DELETED_MAX; i++)
		if (t->deleted[i] == spi)
			return true;
	return false;
}

void ike_create_rx_response(struct ike_sa *sa, struct ike_task *t, struct ike2_message *m)
{
	char why[IKE_WHY_MAX] = "the peer has another group";
	enum ike_verdict verdict;
	struct ike_child *c;
	uint32_t spi;

	verdict = ike_child_take(sa, m, flags_of(t), t->spi_in, t->child, &c, why);
	if (verdict == VERDICT_UNWANTED) {
		no_child(sa, t, "new keys are not used", why);
		ike2_child_close(c, why);
		ike_task_done(sa);
		return;
	}
	if (verdict != VERDICT_OK) {
		refused(sa, t, verdict, m, why);
		return;
	}
	spi = c->spi_out;
	made(sa, t, c, m);
	c = is_deleted(t, spi) ? ike_child_by_spi(sa, spi, false) : NULL;
	if (c)
		ike_child_deleted(c);
	ike_task_done(sa);
}

/* --- requests of the peer's --- */

static void refuse(struct ike_sa *sa, uint16_t type, const void *data, size_t len)
{
	struct ike_out o;

	ike_out_begin(sa, &o);
	ike2_put_notify(&o.c, type, data, len);
	ike_send_response(sa, IKE2_CREATE_CHILD_SA, &o);
}

static void refuse_child(struct ike_sa *sa, const struct ike_notify *rekey)
{
	struct ike_out o;

	ike_out_begin(sa, &o);
	ike2_put_notify_spi(&o.c, IKE2_N_CHILD_SA_NOT_FOUND, rekey->protocol, 0, rekey->data.at, 0);
	ike_send_response(sa, IKE2_CREATE_CHILD_SA, &o);
}

static uint32_t spi_of(struct ike_octets o)
{
	return o.len == 4 ? (uint32_t)o.at[0] << 24 | (uint32_t)o.at[1] << 16 | (uint32_t)o.at[2] << 8 | o.at[3] : 0;
}

/* The group's exchange, if there is one: our public value into the answer, and the secret. */
static int exchange(struct ike_sa *sa, const struct ike_child *c, const struct ike2_message *m, struct ike_chain *out,
		    uint8_t *shared)
{
	uint8_t private[IKE_DH_PRIVATE_MAX], public[IKE_DH_PUBLIC_MAX];
	const struct ike_alg *group = c->suite.dh;
	int err;

	sa->ike->ops->random(sa->ike->ctx, private, sizeof(private));
	err = ike_dh_public(group, private, public);
	if (!err)
		err = ike_dh_shared(group, private, m->ke.data.at, m->ke.data.len, shared);
	if (!err)
		ike2_put_ke(out, group->id, public, group->out_len);
	secret_wipe(private, sizeof(private));
	return err;
}

/* Ours for the same child is under way: remember what decides. */
static void note_collision(struct ike_sa *sa, struct ike_child *old, struct ike_child *c,
			   const struct ike2_message *m, const uint8_t *nonce)
{
	struct ike_task *t = sa->current;
	bool ours_lower = ike_nonce_cmp(nonce, IKE_NONCE_LEN, m->nonce.at, m->nonce.len) < 0;

	if (!t || t->type != TASK_CHILD_REKEY || t->child != old)
		return;
	t->their_nonce_len = ours_lower ? IKE_NONCE_LEN : m->nonce.len;
	memcpy(t->their_nonce, ours_lower ? nonce : m->nonce.at, t->their_nonce_len);
	t->their_child = c;
}

static void answer(struct ike_sa *sa, const struct ike2_message *m, struct ike_child *c, struct ike_child *old,
		   const struct ike2_sa *accepted)
{
	uint8_t nonce[IKE_NONCE_LEN], shared[IKE_DH_SHARED_MAX];
	char why[IKE_WHY_MAX] = "no keys can be made of the peer's request";
	size_t len = c->suite.dh ? c->suite.dh->shared_len : 0;
	struct ike_out o;
	int err = 0;

	sa->ike->ops->random(sa->ike->ctx, nonce, sizeof(nonce));
	ike_out_begin(sa, &o);
	ike2_put_sa(&o.c, accepted);
	ike_put_octets(&o.c, IKE2_PAYLOAD_NONCE, nonce, sizeof(nonce));
	if (len)
		err = exchange(sa, c, m, &o.c, shared);
	ike_child_put_answer(c, &o.c);
	if (!err)
		err = ike_child_derive(c, m->nonce, ike_octets_of(nonce, sizeof(nonce)), ike_octets_of(shared, len));
	secret_wipe(shared, sizeof(shared));
	if (!err && old) {
		ike_child_replace(old, c);
		c->replaces = old;
	}
	if (!err)
		err = ike_child_install(c, !old, why);
	if (err) {
		ike_log(sa, LOG_LEVEL_ERROR, "a child cannot be made: %s", why);
		ike_child_end(c, why);
		refuse(sa, IKE2_N_NO_ADDITIONAL_SAS, NULL, 0);
		return;
	}
	if (old)
		note_collision(sa, old, c, m, nonce);
	ike_child_started(c);
	ike_send_response(sa, IKE2_CREATE_CHILD_SA, &o);
}

static void rx_child(struct ike_sa *sa, struct ike2_message *m, struct ike_child *old)
{
	char why[IKE_WHY_MAX];
	enum ike_verdict verdict;
	struct ike2_sa accepted;
	struct ike_child *c;
	uint8_t group[2];

	if (!ike2_has(m, IKE2_PAYLOAD_SA) || !ike2_has(m, IKE2_PAYLOAD_NONCE) ||
	    m->nonce.len < IKE_NONCE_MIN || m->nonce.len > IKE_NONCE_MAX ||
	    !ike2_has(m, IKE2_PAYLOAD_TSI) || !ike2_has(m, IKE2_PAYLOAD_TSR)) {
		refuse(sa, IKE2_N_INVALID_SYNTAX, NULL, 0);
		return;
	}
	verdict = ike_child_choose(sa, m, 0, old, &c, &accepted, why);
	if (verdict != VERDICT_OK) {
		ike_log(sa, LOG_LEVEL_WARN, "the peer asks for a child, which is refused: %s", why);
		refuse(sa, ike_verdict_notify(verdict), NULL, 0);
		return;
	}
	if (c->suite.dh && (!ike2_has(m, IKE2_PAYLOAD_KE) || m->ke.group != c->suite.dh->id)) {
		group[0] = (uint8_t)(c->suite.dh->id >> 8);
		group[1] = (uint8_t)c->suite.dh->id;
		ike_child_free(c);
		refuse(sa, IKE2_N_INVALID_KE_PAYLOAD, group, sizeof(group));
		return;
	}
	answer(sa, m, c, old, &accepted);
}

void ike_create_rx_request(struct ike_sa *sa, struct ike2_message *m)
{
	const struct ike_notify *rekey = ike2_notify_find(m, IKE2_N_REKEY_SA);
	struct ike_child *old = NULL;

	if (sa->phase != PHASE_UP) {
		refuse(sa, IKE2_N_TEMPORARY_FAILURE, NULL, 0);
		return;
	}
	if (!ike2_has(m, IKE2_PAYLOAD_TSI)) {
		ike_rekey_rx_request(sa, m);
		return;
	}
	/* Section 2.25.2: nothing new while the IKE SA itself is being replaced. */
	if (sa->current && sa->current->type == TASK_IKE_REKEY) {
		refuse(sa, IKE2_N_TEMPORARY_FAILURE, NULL, 0);
		return;
	}
	if (rekey) {
		old = ike_child_by_spi(sa, spi_of(rekey->spi), false);
		/* It may be the one that we have asked for, and whose answer is still on its way. */
		if (!old && ike_sa_makes_child(sa)) {
			refuse(sa, IKE2_N_TEMPORARY_FAILURE, NULL, 0);
			return;
		}
		if (!old || !old->told) {
			refuse_child(sa, rekey);
			return;
		}
		if (old->deleting || old->replaced) {
			refuse(sa, IKE2_N_TEMPORARY_FAILURE, NULL, 0);
			return;
		}
	}
	rx_child(sa, m, old);
}
