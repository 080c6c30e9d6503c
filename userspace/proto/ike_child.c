// SPDX-License-Identifier: GPL-2.0-or-later
/* Children: what is offered and chosen, their keys, their way into the kernel, their end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define MS			1000u
#define REKEY_PERCENT		90
#define JITTER_PERCENT		8
/* Without extended numbers an SA ends with its numbers (RFC 4303 section 3.3.3): time to replace it. */
#define SOFT_PACKETS		0xe0000000u
#define REPLAY_WINDOW		256
/* Until a replaced SA's initiator has deleted it, we send by it: it may not expect the new one before. */
#define SWITCH_MS		3000

/* --- tables --- */

void ike_child_set_spi(struct ike_child *c, uint32_t spi)
{
	c->spi_in = spi;
	ike_spis_add(&c->sa->ike->children_by_spi, &c->by_spi, spi);
}

uint32_t ike_child_spi(struct ike *ike)
{
	return ike_spis_choose_child(&ike->children_by_spi, ike->ops->random, ike->ctx);
}

struct ike_child *ike_child_by_spi(struct ike_sa *sa, uint32_t spi, bool inbound)
{
	struct ike_child *c;

	TAILQ_FOREACH(c, &sa->children, link)
		if ((inbound ? c->spi_in : c->spi_out) == spi)
			return c;
	return NULL;
}

static void on_timer(void *arg);

struct ike_child *ike_child_new(struct ike_sa *sa, bool by_us)
{
	struct ike_child *c;

	if (sa->n_children >= IKE_CHILDREN_MAX)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->face = &ike2_face;
	c->sa = sa;
	c->by_us = by_us;
	loop_timer_init(&c->timer, sa->ike->loop, on_timer, c);
	TAILQ_INSERT_TAIL(&sa->children, c, link);
	sa->n_children++;
	sa->ike->stats.children++;
	return c;
}

int ike_child_set_ts(struct ike_child *c, const struct ike_selector *local, unsigned int n_local,
		     const struct ike_selector *remote, unsigned int n_remote)
{
	c->local_ts = calloc(n_local + n_remote, sizeof(*c->local_ts));
	if (!c->local_ts)
		return -ENOMEM;
	c->remote_ts = c->local_ts + n_local;
	c->n_local_ts = n_local;
	c->n_remote_ts = n_remote;
	memcpy(c->local_ts, local, n_local * sizeof(*local));
	memcpy(c->remote_ts, remote, n_remote * sizeof(*remote));
	return 0;
}

static void free_keys(struct ike_child *c)
{
	if (c->keys)
		secret_wipe(c->keys, sizeof(*c->keys));
	free(c->keys);
	c->keys = NULL;
}

void ike_child_free(struct ike_child *c)
{
	struct ike_sa *sa = c->sa;
	struct ike_child *other;

	ike_sa_changed(sa);

	TAILQ_FOREACH(other, &sa->children, link)
		if (other->replaces == c)
			other->replaces = NULL;
	ike_tasks_forget_child(sa, c);
	loop_timer_stop(&c->timer);
	ike_spis_del(&sa->ike->children_by_spi, &c->by_spi);
	TAILQ_REMOVE(&sa->children, c, link);
	sa->n_children--;
	sa->ike->stats.children--;
	free_keys(c);
	free(c->local_ts);
	free(c);
}

/* Until its keys are to be replaced. */
static void start_timer(struct ike_child *c)
{
	uint64_t now = loop_now_ms(c->sa->ike->loop);

	loop_timer_start(&c->timer, c->rekey_at_ms > now ? c->rekey_at_ms - now : 0);
}

void ike_child_end(struct ike_child *c, const char *why)
{
	struct ike *ike = c->sa->ike;
	bool told = c->told;
	struct ike_child *other;

	/* Who waited for its delete sends by its own SA from now on. */
	TAILQ_FOREACH(other, &c->sa->children, link) {
		char ignored[IKE_WHY_MAX];

		if (other->replaces != c)
			continue;
		other->replaces = NULL;
		ike_child_switch(other, ignored);
		start_timer(other);
	}
	if (told && c->replaced && c->in_done)
		ike->ops->sa_del(ike->ctx, c, false, c->spi_in);
	else if (told && !c->replaced)
		ike->ops->child_down(ike->ctx, c, why);
	ike_child_free(c);
}

/* --- what is offered --- */

static const struct ike_selector *own_ts(const struct ike_sa *sa, struct ike_selector any[2], unsigned int *n)
{
	static const struct prefix all4 = { .addr = { .family = AF_INET } }, all6 = { .addr = { .family = AF_INET6 } };

	*n = sa->peer->n_local_ts;
	if (*n && !sa->peer->request_address)
		return sa->peer->local_ts;
	if (!sa->peer->request_address) {
		ike_ts_of_addr(&sa->path.local, &any[0]);
		*n = 1;
		return any;
	}
	/* Whatever we are given (RFC 7296 section 2.19). */
	ike_ts_of_prefix(&all4, &any[0]);
	ike_ts_of_prefix(&all6, &any[1]);
	*n = 2;
	if (sa->have_assigned) {
		*n = 0;
		if (sa->assigned.ip4.family)
			ike_ts_of_addr(&sa->assigned.ip4, &any[(*n)++]);
		if (sa->assigned.ip6.addr.family)
			ike_ts_of_addr(&sa->assigned.ip6.addr, &any[(*n)++]);
	}
	return any;
}

static const struct ike_selector *their_ts(const struct ike_sa *sa, struct ike_selector any[2], unsigned int *n)
{
	*n = sa->peer->n_remote_ts;
	if (sa->peer->assign_addresses) {
		*n = 0;
		if (sa->assigned.ip4.family)
			ike_ts_of_addr(&sa->assigned.ip4, &any[(*n)++]);
		if (sa->assigned.ip6.addr.family)
			ike_ts_of_prefix(&sa->assigned.ip6, &any[(*n)++]);
		return any;
	}
	if (*n)
		return sa->peer->remote_ts;
	ike_ts_of_addr(&sa->path.peer, &any[0]);
	*n = 1;
	return any;
}

static void put_spi(uint32_t spi, uint8_t out[4])
{
	out[0] = (uint8_t)(spi >> 24);
	out[1] = (uint8_t)(spi >> 16);
	out[2] = (uint8_t)(spi >> 8);
	out[3] = (uint8_t)spi;
}

void ike_child_put_offer(struct ike_sa *sa, struct ike_chain *c, unsigned int flags, uint32_t spi,
			 const struct ike_child *like)
{
	const struct ike_selector *local, *remote;
	struct ike_selector any[2], other[2];
	uint8_t spi_octets[4];
	unsigned int n_local, n_remote;
	struct ike2_sa offer;

	local = like ? like->local_ts : own_ts(sa, any, &n_local);
	remote = like ? like->remote_ts : their_ts(sa, other, &n_remote);
	if (like) {
		n_local = like->n_local_ts;
		n_remote = like->n_remote_ts;
	}
	put_spi(spi, spi_octets);
	ike2_sa_offer(&offer, &sa->peer->esp, flags, spi_octets, sizeof(spi_octets));
	ike2_put_sa(c, &offer);
	ike2_put_selectors(c, IKE2_PAYLOAD_TSI, local, n_local);
	ike2_put_selectors(c, IKE2_PAYLOAD_TSR, remote, n_remote);
	if (like ? like->transport : sa->peer->transport)
		ike2_put_notify(c, IKE2_N_USE_TRANSPORT_MODE, NULL, 0);
}

/* --- what is agreed on --- */

static uint32_t spi_of(struct ike_octets o)
{
	return o.len == 4 ? (uint32_t)o.at[0] << 24 | (uint32_t)o.at[1] << 16 | (uint32_t)o.at[2] << 8 | o.at[3] : 0;
}

static enum ike_verdict no_selectors(const struct ike_selector *own, unsigned int n_own,
				     const struct ike_selector *asked, unsigned int n_asked, const char *side,
				     char why[IKE_WHY_MAX])
{
	char ours[160], theirs[160];

	snprintf(why, IKE_WHY_MAX, "the networks on %s side do not meet: here %s, the peer asks for %s", side,
		 ike_ts_to_str(own, n_own, ours, sizeof(ours)), ike_ts_to_str(asked, n_asked, theirs, sizeof(theirs)));
	return VERDICT_TS;
}

/* remote and local: what the peer asks for on its own side and on ours. */
static enum ike_verdict narrow(struct ike_child *c, const struct ike2_selectors *remote,
			       const struct ike2_selectors *local, const struct ike_child *like,
			       char why[IKE_WHY_MAX])
{
	struct ike_selector any[2], other[2], local_ts[IKE_TS_MAX], remote_ts[IKE_TS_MAX];
	unsigned int n_own, n_theirs, n_local, n_remote;
	const struct ike_selector *own, *theirs;

	own = like ? like->local_ts : own_ts(c->sa, any, &n_own);
	theirs = like ? like->remote_ts : their_ts(c->sa, other, &n_theirs);
	if (like) {
		n_own = like->n_local_ts;
		n_theirs = like->n_remote_ts;
	}
	n_local = ike_ts_intersect(local->s, local->n, own, n_own, local_ts, IKE_TS_MAX);
	if (!n_local)
		return no_selectors(own, n_own, local->s, local->n, "our", why);
	n_remote = ike_ts_intersect(remote->s, remote->n, theirs, n_theirs, remote_ts, IKE_TS_MAX);
	if (!n_remote)
		return no_selectors(theirs, n_theirs, remote->s, remote->n, "its", why);
	if (!ike_child_set_ts(c, local_ts, n_local, remote_ts, n_remote))
		return VERDICT_OK;
	snprintf(why, IKE_WHY_MAX, "out of memory");
	return VERDICT_FAILED;
}

/*
 * In transport mode a peer means the two ends, by the addresses that it knows: where NAT stands between, the ones that
 * we see are put in their place (RFC 7296 section 2.23.1). Several hosts, or a network, cannot be meant.
 */
static void see_through_nat(struct ike2_selectors *ts, const struct addr *seen, struct addr *alias)
{
	unsigned int i;

	for (i = 0; i < ts->n; i++) {
		struct ike_selector *s = &ts->s[i];

		if (!addr_equal(&s->from, &s->to) || s->from.family != seen->family ||
		    (alias->family && !addr_equal(alias, &s->from)))
			continue;
		*alias = s->from;
		s->from = s->to = *seen;
	}
}

/*
 * remote and local: what the peer asks for, or answers, changed to what it means. Some answer with the address that
 * they know, and not with the one that they were asked for.
 */
static void see_through_nats(struct ike_child *c, struct ike2_selectors *remote, struct ike2_selectors *local)
{
	if (c->sa->nat_there)
		see_through_nat(remote, &c->sa->path.peer, &c->remote_alias);
	if (c->sa->nat_here)
		see_through_nat(local, &c->sa->path.local, &c->local_alias);
}

static void put_selectors(struct ike_chain *chain, uint8_t type, const struct ike_selector *ts, unsigned int n,
			  const struct addr *alias)
{
	struct ike_selector told[IKE_TS_MAX];
	unsigned int i;

	memcpy(told, ts, n * sizeof(*ts));
	for (i = 0; alias->family && i < n; i++)
		told[i].from = told[i].to = *alias;
	ike2_put_selectors(chain, type, told, n);
}

void ike_child_put_answer(const struct ike_child *c, struct ike_chain *chain)
{
	put_selectors(chain, IKE2_PAYLOAD_TSI, c->remote_ts, c->n_remote_ts, &c->remote_alias);
	put_selectors(chain, IKE2_PAYLOAD_TSR, c->local_ts, c->n_local_ts, &c->local_alias);
	if (c->transport)
		ike2_put_notify(chain, IKE2_N_USE_TRANSPORT_MODE, NULL, 0);
}

enum ike_verdict ike_child_choose(struct ike_sa *sa, const struct ike2_message *m, unsigned int flags,
				  const struct ike_child *like, struct ike_child **out, struct ike2_sa *answer,
				  char why[IKE_WHY_MAX])
{
	bool transport = ike2_notify_find(m, IKE2_N_USE_TRANSPORT_MODE);
	bool wanted = like ? like->transport : sa->peer->transport;
	struct ike2_selectors remote = m->ts_i, local = m->ts_r;
	const struct ike_proposal *chosen;
	enum ike_verdict verdict;
	struct ike_child *c;

	c = ike_child_new(sa, false);
	if (!c) {
		snprintf(why, IKE_WHY_MAX, "there are %u children already, or no memory", sa->n_children);
		return VERDICT_NO_MORE;
	}
	if (ike2_select(&sa->peer->esp, &m->sa, flags | IKE_NEG_DH_OPTIONAL, ike2_has(m, IKE2_PAYLOAD_KE) ?
			m->ke.group : 0, &c->suite, &chosen)) {
		ike2_explain(&sa->peer->esp, &m->sa, flags | IKE_NEG_DH_OPTIONAL, why, IKE_WHY_MAX);
		ike_child_free(c);
		return VERDICT_PROPOSAL;
	}
	c->spi_out = spi_of(chosen->spi);
	c->transport = transport && wanted;
	if (c->transport)
		see_through_nats(c, &remote, &local);
	verdict = VERDICT_PROPOSAL;
	if (c->spi_out < 256)
		snprintf(why, IKE_WHY_MAX, "the peer's SPI is reserved");
	else if (wanted && !c->transport)
		snprintf(why, IKE_WHY_MAX, "the peer asks for tunnel mode, and here is mode = transport");
	else
		verdict = narrow(c, &remote, &local, like, why);
	if (verdict != VERDICT_OK) {
		ike_child_free(c);
		return verdict;
	}
	ike_child_set_spi(c, ike_child_spi(sa->ike));
	put_spi(c->spi_in, c->spi_octets);
	ike2_sa_accept(answer, &c->suite, IKE_USE_ESP, chosen->number, c->spi_octets, sizeof(c->spi_octets));
	*out = c;
	return VERDICT_OK;
}

static enum ike_verdict refusal_of(const struct ike_sa *sa, const struct ike_notify *n, char why[IKE_WHY_MAX])
{
	char text[IKE_TEXT_MAX / 4], own[160], theirs[160];
	struct ike_selector any[2], other[2];
	const struct ike_selector *local, *remote;
	unsigned int n_local, n_remote;

	switch (n->type) {
	case IKE2_N_TS_UNACCEPTABLE:
		local = own_ts(sa, any, &n_local);
		remote = their_ts(sa, other, &n_remote);
		snprintf(why, IKE_WHY_MAX,
			 "the peer has other networks than ours (%s) and its (%s): its log says which",
			 ike_ts_to_str(local, n_local, own, sizeof(own)),
			 ike_ts_to_str(remote, n_remote, theirs, sizeof(theirs)));
		return VERDICT_TS;
	case IKE2_N_NO_PROPOSAL_CHOSEN:
		snprintf(why, IKE_WHY_MAX,
			 "the peer takes none of our ESP proposals (%s), or not %s mode: its log says which it has",
			 ike_offers_to_str(&sa->peer->esp, text, sizeof(text)),
			 sa->peer->transport ? "transport" : "tunnel");
		return VERDICT_PROPOSAL;
	case IKE2_N_INVALID_KE_PAYLOAD:
		return VERDICT_KE;
	case IKE2_N_TEMPORARY_FAILURE:
		return VERDICT_TEMPORARY;
	case IKE2_N_CHILD_SA_NOT_FOUND:
		return VERDICT_NOT_FOUND;
	case IKE2_N_NO_ADDITIONAL_SAS:
		snprintf(why, IKE_WHY_MAX, "the peer takes no more children");
		return VERDICT_NO_MORE;
	case IKE2_N_INTERNAL_ADDRESS_FAILURE:
		snprintf(why, IKE_WHY_MAX, "the peer has no address for us");
		return VERDICT_ADDRESS;
	case IKE2_N_FAILED_CP_REQUIRED:
		snprintf(why, IKE_WHY_MAX, "the peer wants to be asked for an address: say request-address = yes");
		return VERDICT_ADDRESS;
	}
	snprintf(why, IKE_WHY_MAX, "the peer refuses the child: %s", ike2_notify_to_str(n->type));
	return VERDICT_FAILED;
}

enum ike_verdict ike_child_take(struct ike_sa *sa, const struct ike2_message *m, unsigned int flags, uint32_t spi,
				const struct ike_child *like, struct ike_child **out, char why[IKE_WHY_MAX])
{
	const struct ike_notify *error = ike2_error_find(m);
	struct ike2_selectors remote = m->ts_r, local = m->ts_i;
	const struct ike_proposal *chosen;
	struct ike_child *c;

	if (error)
		return refusal_of(sa, error, why);
	if (!ike2_has(m, IKE2_PAYLOAD_SA) || !ike2_has(m, IKE2_PAYLOAD_TSI) || !ike2_has(m, IKE2_PAYLOAD_TSR)) {
		snprintf(why, IKE_WHY_MAX, "the peer's answer has no proposal or no networks in it");
		return VERDICT_FAILED;
	}
	c = ike_child_new(sa, true);
	if (!c)
		return VERDICT_NO_MORE;
	if (ike2_check_answer(&sa->peer->esp, &m->sa, flags | IKE_NEG_DH_OPTIONAL, &c->suite, &chosen)) {
		snprintf(why, IKE_WHY_MAX, "the peer chose an ESP proposal that was not offered");
		ike_child_free(c);
		return VERDICT_FAILED;
	}
	ike_child_set_spi(c, spi);
	c->spi_out = spi_of(chosen->spi);
	c->transport = ike2_notify_find(m, IKE2_N_USE_TRANSPORT_MODE);
	if (c->spi_out < 256) {
		snprintf(why, IKE_WHY_MAX, "the peer's SPI is reserved");
		ike_child_free(c);
		return VERDICT_FAILED;
	}
	*out = c;
	if (c->transport)
		see_through_nats(c, &remote, &local);
	if (narrow(c, &remote, &local, like, why) != VERDICT_OK)
		return VERDICT_UNWANTED;
	/* A peer may decline transport mode by silence about it; then we have to delete (RFC 7296 section 1.3.1). */
	if (c->transport == (like ? like->transport : sa->peer->transport))
		return VERDICT_OK;
	snprintf(why, IKE_WHY_MAX, "the peer takes %s mode alone, and here is mode = %s",
		 c->transport ? "transport" : "tunnel", c->transport ? "tunnel" : "transport");
	return VERDICT_UNWANTED;
}

uint16_t ike_verdict_notify(enum ike_verdict v)
{
	static const uint16_t types[] = {
		[VERDICT_TS] = IKE2_N_TS_UNACCEPTABLE, [VERDICT_PROPOSAL] = IKE2_N_NO_PROPOSAL_CHOSEN,
		[VERDICT_KE] = IKE2_N_INVALID_KE_PAYLOAD, [VERDICT_ADDRESS] = IKE2_N_INTERNAL_ADDRESS_FAILURE,
		[VERDICT_NO_MORE] = IKE2_N_NO_ADDITIONAL_SAS, [VERDICT_TEMPORARY] = IKE2_N_TEMPORARY_FAILURE,
		[VERDICT_NOT_FOUND] = IKE2_N_CHILD_SA_NOT_FOUND, [VERDICT_FAILED] = IKE2_N_NO_ADDITIONAL_SAS,
	};

	return types[v];
}

int ike_child_derive(struct ike_child *c, struct ike_octets nonce_i, struct ike_octets nonce_r,
		     struct ike_octets shared)
{
	const struct ike2_exchange x = { .nonce_i = nonce_i, .nonce_r = nonce_r, .shared = shared };

	if (!c->keys)
		c->keys = calloc(1, sizeof(*c->keys));
	return c->keys ? ike2_child_keys(c->keys, &c->suite, &c->sa->keys, &x) : -ENOMEM;
}

/* --- into the kernel --- */

static void limits(const struct ike_child *c, struct dp_sa *s)
{
	uint64_t bytes = c->sa->peer->child_lifetime_bytes;

	/* Time is kept here; what passes is counted there. Hard limits leave time for an exchange. */
	s->soft_bytes = bytes / 100 * REKEY_PERCENT;
	s->hard_bytes = bytes ? bytes + bytes / 10 : 0;
	s->soft_packets = c->suite.esn ? 0 : SOFT_PACKETS;
}

static int add_sa(struct ike_child *c, bool outbound, char why[IKE_WHY_MAX])
{
	bool first = c->by_us == outbound;	/* sent by the exchange's initiator */
	const struct ike_child_keys *k = c->keys;
	struct dp_sa s = {
		.outbound = outbound, .spi = outbound ? c->spi_out : c->spi_in,
		.cipher = (enum dp_cipher)c->suite.encr->kernel,
		.auth = c->suite.integ ? (enum dp_auth)c->suite.integ->kernel : DP_AUTH_NONE,
		.key_len = (unsigned int)k->encr_len, .auth_key_len = (unsigned int)k->integ_len,
		.esn = c->suite.esn, .legacy = c->sa->peer->legacy, .replay_window = REPLAY_WINDOW,
	};
	int err;

	memcpy(s.key, first ? k->encr_i : k->encr_r, s.key_len);
	memcpy(s.auth_key, first ? k->integ_i : k->integ_r, s.auth_key_len);
	limits(c, &s);
	err = c->sa->ike->ops->sa_add(c->sa->ike->ctx, c, &s, why);
	secret_wipe(&s, sizeof(s));
	if (!err && outbound)
		c->out_done = true;
	else if (!err)
		c->in_done = true;
	if (c->in_done && c->out_done)
		free_keys(c);
	return err;
}

int ike_child_install(struct ike_child *c, bool outbound_too, char why[IKE_WHY_MAX])
{
	int err = 0;

	if (!c->owner && !c->told) {
		err = c->sa->ike->ops->child_new(c->sa->ike->ctx, c, why);
		c->told = !err;
	}
	if (!err)
		err = add_sa(c, false, why);
	if (!err && outbound_too)
		err = add_sa(c, true, why);
	return err;
}

int ike_child_switch(struct ike_child *c, char why[IKE_WHY_MAX])
{
	int err = c->out_done ? 0 : add_sa(c, true, why);

	if (err)
		ike_log(c->sa, LOG_LEVEL_ERROR, "the new keys cannot be used: %s", why);
	return err;
}

/* c goes into old's place; what old still receives, it keeps for a moment. */
void ike_child_replace(struct ike_child *old, struct ike_child *c)
{
	struct ike *ike = c->sa->ike;

	c->owner = old->owner;
	c->told = old->told;
	ike->ops->child_replaced(ike->ctx, old, c);
	old->owner = NULL;
	old->replaced = true;
	old->replaces = NULL;
	loop_timer_stop(&old->timer);
}

/* --- time --- */

void ike_child_started(struct ike_child *c)
{
	struct ike_sa *sa = c->sa;
	uint64_t life = (uint64_t)sa->peer->child_lifetime_s * MS, now = loop_now_ms(sa->ike->loop);
	char local[160], remote[160], suite[128], old[128];
	const char *legacy = ike_suite_legacy(&c->suite, old, sizeof(old));

	c->up_ms = now;
	c->rekey_due = false;
	c->rekey_at_ms = now + life * REKEY_PERCENT / 100 - ike_jitter(sa->ike, life * JITTER_PERCENT / 100);
	loop_timer_start(&c->timer, c->replaces ? SWITCH_MS : c->rekey_at_ms - now);
	ike_log(sa, LOG_LEVEL_INFO, "child %08x/%08x: %s with %s, %s%s%s%s", c->spi_in, c->spi_out,
		ike_ts_to_str(c->local_ts, c->n_local_ts, local, sizeof(local)),
		ike_ts_to_str(c->remote_ts, c->n_remote_ts, remote, sizeof(remote)),
		ike_suite_to_str(&c->suite, suite, sizeof(suite)),
		c->transport ? ", transport mode" : "", legacy ? "; for peers with nothing better: " : "",
		legacy ? legacy : "");
}

/* As it was when another process stopped. */
void ike_child_resume(struct ike_child *c)
{
	uint64_t life = (uint64_t)c->sa->peer->child_lifetime_s * MS, now = loop_now_ms(c->sa->ike->loop);
	uint64_t due = c->rekey_due ? c->up_ms + life : c->rekey_at_ms;

	if (c->replaced)
		loop_timer_start(&c->timer, IKE_CHILD_LINGER_MS);
	else if (c->replaces)
		loop_timer_start(&c->timer, SWITCH_MS);
	else
		loop_timer_start(&c->timer, due > now ? due - now : 0);
}

static void on_timer(void *arg)
{
	struct ike_child *c = arg;
	uint64_t life = (uint64_t)c->sa->peer->child_lifetime_s * MS, now = loop_now_ms(c->sa->ike->loop);
	char why[IKE_WHY_MAX];

	if (c->replaced) {
		ike_child_end(c, "replaced");
		return;
	}
	if (c->replaces) {
		c->replaces = NULL;
		ike_child_switch(c, why);
		ike_sa_changed(c->sa);
		start_timer(c);
		return;
	}
	if (c->rekey_due) {
		ike2_child_close(c, "its keys are as old as they may be, and could not be replaced");
		return;
	}
	c->rekey_due = true;
	loop_timer_start(&c->timer, c->up_ms + life > now ? c->up_ms + life - now : 0);
	ike2_child_rekey(c);
}

/* --- by request --- */

int ike2_child_initiate(struct ike_sa *sa)
{
	if (sa->phase != PHASE_UP)
		return -EAGAIN;
	if (ike_task_pending(sa, TASK_CHILD_NEW, NULL))
		return 0;
	if (!ike_task_add(sa, TASK_CHILD_NEW, NULL))
		return -ENOMEM;
	ike_tasks_run(sa);
	return 0;
}

void ike2_child_rekey(struct ike_child *c)
{
	if (c->replaced || c->deleting || c->sa->phase != PHASE_UP ||
	    ike_task_pending(c->sa, TASK_CHILD_REKEY, c))
		return;
	ike_task_add(c->sa, TASK_CHILD_REKEY, c);
	ike_tasks_run(c->sa);
}

void ike2_child_close(struct ike_child *c, const char *why)
{
	if (c->deleting)
		return;
	c->deleting = true;
	if (!c->replaced)
		ike_log(c->sa, LOG_LEVEL_INFO, "child %08x/%08x ends: %s", c->spi_in, c->spi_out, why);
	if (c->sa->phase != PHASE_UP || !ike_task_add(c->sa, TASK_CHILD_DELETE, c)) {
		ike_child_end(c, why);
		return;
	}
	ike_tasks_run(c->sa);
}

void ike2_child_limit(struct ike_child *c, bool hard)
{
	if (c->replaced)
		return;
	if (hard)
		ike2_child_close(c, "its keys have carried as much as they may");
	else
		ike2_child_rekey(c);
}

/* --- questions --- */

void ike2_child_get_info(const struct ike_child *c, struct ike_child_info *info)
{
	*info = (struct ike_child_info){
		.sa = c->sa, .spi_in = c->spi_in, .spi_out = c->spi_out, .suite = &c->suite,
		.transport = c->transport, .encapsulated = c->sa->nat_here || c->sa->nat_there,
		.local_ts = c->local_ts, .remote_ts = c->remote_ts,
		.n_local_ts = c->n_local_ts, .n_remote_ts = c->n_remote_ts,
		.up_ms = c->up_ms, .rekey_ms = c->rekey_at_ms,
	};
}

void ike2_child_set_owner(struct ike_child *c, void *owner)
{
	c->owner = owner;
}

void *ike2_child_owner(const struct ike_child *c)
{
	return c->owner;
}

struct ike_child *ike2_child_each(const struct ike_sa *sa, const struct ike_child *prev)
{
	return prev ? TAILQ_NEXT(prev, link) : TAILQ_FIRST(&sa->children);
}

struct ike_child *ike2_child_next(const struct ike_sa *sa, const struct ike_child *prev)
{
	struct ike_child *c = prev ? TAILQ_NEXT(prev, link) : TAILQ_FIRST(&sa->children);

	while (c && (c->replaced || !c->told))
		c = TAILQ_NEXT(c, link);
	return c;
}
