// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * INITIAL_CONTACT (RFC 7296 section 2.4): a peer that has lost its IKE SAs says that the one it makes is the only one
 * between the two identities. What is here of the others is over then, without a word to the peer, who would not know
 * what it is about.
 */
#include <string.h>

#include "proto/ike_sa.h"

/* --- who is there --- */

static uint64_t hash_of(const struct ike_sa *sa)
{
	return hash_bytes(sa->peer_id->data, sa->peer_id->len) ^ hash_bytes(ike_sa_user(sa), strlen(ike_sa_user(sa)));
}

void ike_contact_add(struct ike_sa *sa)
{
	if (sa->identified)
		return;
	sa->identified = !hash_add(&sa->ike->by_identity, &sa->by_identity, hash_of(sa));
}

void ike_contact_del(struct ike_sa *sa)
{
	if (sa->identified)
		hash_del(&sa->ike->by_identity, &sa->by_identity);
	sa->identified = false;
}

/*
 * What proves an identity may be known to many: a secret that is taken from whoever comes. Then a name alone is no
 * reason to end what another has, but the same address is, where no NAT makes it that of many.
 */
static bool proves_a_group(const struct ike_sa *sa)
{
	return sa->peer_by == IKE_BY_PSK && ike_id_is_pattern(&sa->peer->remote_id);
}

static bool same_host(const struct ike_sa *a, const struct ike_sa *b)
{
	return addr_equal(&a->path.peer, &b->path.peer) && !a->nat_there && !b->nat_there;
}

/*
 * Whether the peer of sa, which has just begun, had old before. With EAP the user is who has proved something, and the
 * identity tells the devices of one user apart. Of a section that is read again only the name stays. One that came up
 * when sa was on its way already is no remainder: both ends may have begun at once.
 */
static bool had(const struct ike_sa *sa, const struct ike_sa *old)
{
	return old != sa && old->up_ms < sa->made_ms && !strcmp(old->peer->name, sa->peer->name) &&
	       old->peer_by == sa->peer_by && !strcmp(ike_sa_user(old), ike_sa_user(sa)) &&
	       ike_id_equal(old->peer_id, sa->peer_id) && ike_id_equal(old->local_id, sa->local_id) &&
	       (!proves_a_group(sa) || same_host(sa, old));
}

static bool is_remainder(const struct hash_node *node, const void *key)
{
	return had(key, hash_entry(node, struct ike_sa, by_identity));
}

void ike_contact_rx(struct ike_sa *sa, const struct ike2_message *m)
{
	struct hash_node *node;

	if (!ike2_notify_find(m, IKE2_N_INITIAL_CONTACT))
		return;
	/* Each that is over is no longer found. */
	while ((node = hash_find(&sa->ike->by_identity, hash_of(sa), is_remainder, sa)))
		ike_sa_over(hash_entry(node, struct ike_sa, by_identity), "the peer has begun anew (INITIAL_CONTACT)");
}

/* --- what we say --- */

/*
 * Whether another of ours leads to the same gateway, or is about to, under whatever name: what we say for sa would end
 * it there. Of one that has just begun nobody knows yet what it will call us, nor which of both is heard of first.
 */
static bool leads_there_too(const struct ike_sa *other, const struct ike_sa *sa)
{
	if (other == sa || other->phase == PHASE_OVER || !addr_equal(&other->path.peer, &sa->path.peer))
		return false;
	return other->phase == PHASE_INIT ? other->initiator : ike_id_equal(other->local_id, sa->local_id);
}

bool ike_contact_is_first(const struct ike_sa *sa)
{
	const struct ike_sa *other;

	TAILQ_FOREACH(other, &sa->ike->sas, link)
		if (leads_there_too(other, sa))
			return false;
	return true;
}
