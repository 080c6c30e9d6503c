// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One ISAKMP SA takes another's place: when its keys are old, or the peer begins again. The children go over to the new
 * one. IKEv1 has no message that says so: peers notice it when they have the new SA, and what children the old one
 * still has then go with it when it is deleted. So the old one lingers, to be deleted when that is surely done.
 */
#include <string.h>

#include "proto/ike1_impl.h"

#define LINGER_MS	10000

/* A section that is read again gives another peer: what stays is its name, and how we prove ourselves by it. */
static bool same_section(const struct ike_peer *a, const struct ike_peer *b)
{
	return a == b || (!strcmp(a->name, b->name) && a->local_auth == b->local_auth);
}

/* What is said of the peer by now: its certificate, or ours, may be another one since the SA was made. */
static struct ike_peer *peer_now(const struct ike1_sa *sa)
{
	struct ike_peer *all[IKE_CANDIDATES_MAX];
	unsigned int i, n = sa->ike->ops->candidates(sa->ike->ctx, &sa->path, all, IKE_CANDIDATES_MAX);

	for (i = 0; i < n; i++)
		if (same_section(all[i], sa->peer))
			return all[i];
	return sa->peer;
}

/*
 * The one that a peer with this identity had from the same place before. Clients behind one NAT may have the same
 * private address as their identity: the port tells them apart.
 */
static struct ike1_sa *earlier(const struct ike1_sa *sa)
{
	struct ike1_sa *other;

	TAILQ_FOREACH(other, &sa->ike->sas, link)
		if (other != sa && other->phase == IKE1_UP && same_section(other->peer, sa->peer) &&
		    ike_id_equal(&other->peer_id, &sa->peer_id) && addr_equal(&other->path.peer, &sa->path.peer) &&
		    other->path.peer_port == sa->path.peer_port)
			return other;
	return NULL;
}

void ike1_initial_contact(struct ike1_sa *sa)
{
	struct ike1_sa *other;

	while ((other = earlier(sa)))
		ike1_sa_over(other, "the peer has begun anew (INITIAL-CONTACT)");
}

/*
 * Whether another of ours leads to the same gateway, or is about to: what we say for sa would end it there. Of one that
 * has just begun nobody knows yet what it will call us.
 */
static bool leads_there_too(const struct ike1_sa *other, const struct ike1_sa *sa)
{
	if (other == sa || other->phase == IKE1_OVER || !addr_equal(&other->path.peer, &sa->path.peer))
		return false;
	return other->have_keys ? ike_id_equal(&other->local_id, &sa->local_id) : other->initiator;
}

/* RFC 2407 section 4.6.3.3. */
bool ike1_contact_is_first(const struct ike1_sa *sa)
{
	const struct ike1_sa *other;

	TAILQ_FOREACH(other, &sa->ike->sas, link)
		if (leads_there_too(other, sa))
			return false;
	return true;
}

/* Whose children go on. */
struct ike1_sa *ike1_predecessor(const struct ike1_sa *sa)
{
	struct ike1_sa *other = sa->replaces ? sa->replaces : earlier(sa);

	return other && !strcmp(other->user, sa->user) ? other : NULL;
}

void ike1_replaced_by(struct ike1_sa *old, struct ike1_sa *sa)
{
	struct ike1_sa *other;

	if (!old->replaced)
		return;
	TAILQ_FOREACH(other, &old->ike->sas, link) {
		if (other->replaces != old || other == sa)
			continue;
		other->replaces = sa;
		if (sa)
			sa->replaced = true;
	}
	old->replaced = false;
}

/*
 * What we began under the old keys begins again under the new ones. What the peer began may be done with for it: only
 * its last message is on the way still.
 */
static void end_exchanges(struct ike1_sa *old)
{
	struct ike1_xchg *x, *next;

	for (x = TAILQ_FIRST(&old->xchgs); x; x = next) {
		struct ike1_child *c = x->child;

		next = TAILQ_NEXT(x, link);
		if (x->done || !x->by_us)
			continue;
		ike1_xchg_free(x);
		if (c)
			ike1_child_end(c, "the SA that it was made under is replaced");
	}
}

static void linger(struct ike1_sa *old, struct ike1_sa *sa)
{
	/* Nothing is left that the owner would have to be told of. */
	old->owner = NULL;
	old->told_up = false;
	ike1_sa_unchanged(old);
	old->phase = IKE1_REPLACED;
	old->successor = sa;
	/* One at a time: who does it again and again has no more of them. */
	if (old->lingers)
		ike1_linger_end(old->lingers, true);
	sa->lingers = old;
	loop_timer_stop(&old->dpd_timer);
	loop_timer_stop(&old->keepalive_timer);
	loop_timer_start(&old->timer, LINGER_MS);
}

void ike1_linger_end(struct ike1_sa *old, bool tell)
{
	if (tell)
		ike1_send_delete_sa(old);
	/* Whoever is told of a child's end may end the successor: what lingers is none of its any more. */
	if (old->successor)
		old->successor->lingers = NULL;
	old->successor = NULL;
	old->phase = IKE1_OVER;
	while (!TAILQ_EMPTY(&old->children))
		ike1_child_end(TAILQ_FIRST(&old->children), "it was not finished before its SA was replaced");
	ike1_sa_free(old);
}

/* Their new keys were being made under the old SA. */
static void rekey_again(struct ike1_sa *sa)
{
	struct ike1_child *c;

	TAILQ_FOREACH(c, &sa->children, link) {
		if (!c->rekeying)
			continue;
		c->rekeying = false;
		if (!ike1_child_heir(c))
			ike1_child_rekey(c);
	}
}

void ike1_take_over(struct ike1_sa *sa, struct ike1_sa *old)
{
	sa->replaces = NULL;
	sa->owner = old->owner;
	sa->told_up = true;
	if (!sa->have_assigned) {
		sa->assigned = old->assigned;
		sa->have_assigned = old->have_assigned;
	}
	ike1_children_move(old, sa);
	/* One record for both: that of the one that goes on. */
	ike_slot_move(&old->base.slot, &sa->base.slot);
	sa->ike->ops->sa_replaced(sa->ike->ctx, old, sa);
	ike1_replaced_by(old, sa);
	end_exchanges(old);
	linger(old, sa);
	rekey_again(sa);
}

void ike1_sa_rekey(struct ike1_sa *sa)
{
	struct ike1_sa *sa_new;

	if (sa->phase != IKE1_UP)
		return;
	sa_new = ike1_sa_new(sa->ike, true, &sa->path);
	if (!sa_new)
		return;
	sa_new->peer = ike_peer_get(peer_now(sa));
	sa_new->replaces = sa;
	sa->replaced = true;
	sa_new->aggressive = sa->aggressive;
	if (sa_new->aggressive)
		ike1_aggressive_send_1(sa_new);
	else
		ike1_main_send_1(sa_new);
}
