// SPDX-License-Identifier: GPL-2.0-or-later
/* Children: their keys, their way into the kernel, their replacement, their end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

#define MS			1000u
#define REKEY_PERCENT		90	/* of the one who was the initiator */
#define LATE_PERCENT		97	/* of the other one, when nobody did */
#define JITTER_PERCENT		8
#define SPARE_PERCENT		10
/*
 * A responder that goes by the letter of RFC 2409 section 5.5 receives when our last message has come: what is sent
 * sooner is lost.
 */
#define SWITCH_MS		300
#define LINGER_MS		10000	/* a replaced inbound SA, for packets on their way */
/* Without extended numbers an SA ends with its numbers (RFC 4303 section 3.3.3): time to replace it. */
#define SOFT_PACKETS		0xe0000000u
#define REPLAY_WINDOW		256

void ike1_child_set_spi(struct ike1_child *c, uint32_t spi)
{
	c->spi_in = spi;
	ike_spis_add(&c->sa->ike->children_by_spi, &c->by_spi, spi);
}

uint32_t ike1_child_spi(struct ike1 *ike)
{
	return ike_spis_choose_child(&ike->children_by_spi, ike->ops->random, ike->ctx);
}

static void on_timer(void *arg);

struct ike1_child *ike1_child_new(struct ike1_sa *sa, bool by_us)
{
	struct ike1_child *c;

	if (sa->n_children >= IKE1_CHILDREN_MAX)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->face = &ike1_face;
	c->sa = sa;
	c->by_us = by_us;
	c->life_seconds = sa->peer->child_lifetime_s;
	c->life_kilobytes = sa->peer->child_lifetime_bytes / 1024 > UINT32_MAX ?
			    UINT32_MAX : (uint32_t)(sa->peer->child_lifetime_bytes / 1024);
	loop_timer_init(&c->timer, sa->ike->loop, on_timer, c);
	TAILQ_INSERT_TAIL(&sa->children, c, link);
	sa->n_children++;
	sa->ike->stats.children++;
	return c;
}

/* Those that were to take its place, whose inbound SAs went with it. */
static void disinherit(const struct ike1_sa *sa, const struct ike1_child *c)
{
	struct ike1_child *other;

	TAILQ_FOREACH(other, &sa->children, link) {
		if (other->replaces != c)
			continue;
		other->replaces = NULL;
		other->owner = NULL;
		other->in_done = false;
	}
}

static void forget(const struct ike1_child *c)
{
	struct ike1_xchg *x;

	disinherit(c->sa, c);
	if (c->sa->lingers)
		disinherit(c->sa->lingers, c);
	TAILQ_FOREACH(x, &c->sa->xchgs, link)
		if (x->child == c)
			ike1_xchg_done(x);
}

void ike1_child_free(struct ike1_child *c)
{
	struct ike1_sa *sa = c->sa;

	ike1_sa_changed(sa);
	forget(c);
	loop_timer_stop(&c->timer);
	ike_spis_del(&sa->ike->children_by_spi, &c->by_spi);
	TAILQ_REMOVE(&sa->children, c, link);
	sa->n_children--;
	sa->ike->stats.children--;
	secret_wipe(c, sizeof(*c));
	free(c);
}

static int use(struct ike1_child *c, char why[IKE_WHY_MAX]);

static void switch_now(struct ike1_child *c)
{
	char why[IKE_WHY_MAX];

	if (use(c, why)) {
		ike1_log(c->sa, LOG_LEVEL_ERROR, "the new keys cannot be used: %s", why);
		ike1_child_close(c, why);
	}
}

void ike1_child_switch_soon(struct ike1_child *c)
{
	c->waits = true;
	loop_timer_start(&c->timer, SWITCH_MS);
	ike1_sa_changed(c->sa);
}

/* One that gave way to another has a time to end, and waits for nothing but the other's end. */
static bool is_spare(const struct ike1_child *c)
{
	return c->waits && c->rekey_at_ms;
}

static struct ike1_child *waiting(const struct ike1_child *c, bool spare)
{
	struct ike1_child *other;

	TAILQ_FOREACH(other, &c->sa->children, link)
		if (other->replaces == c && other->waits && is_spare(other) == spare)
			return other;
	return NULL;
}

struct ike1_child *ike1_child_heir(const struct ike1_child *c)
{
	return waiting(c, false);
}

/* The peer's new one that is received by already: only the last message of its exchange is on the way still. */
static struct ike1_child *nearly_made(const struct ike1_sa *sa, const struct ike1_child *c)
{
	struct ike1_child *other;

	TAILQ_FOREACH(other, &sa->children, link)
		if (other->replaces == c && other->in_done && !other->waits && !other->by_us)
			return other;
	return NULL;
}

static void hand_over(struct ike1_child *old, struct ike1_child *c);

/*
 * The old one may end before its successor is complete: a peer sends its last message and the Delete back to back, and
 * UDP keeps no order. What goes is the old inbound SA alone.
 */
static void hand_over_early(struct ike1_child *c)
{
	struct ike1_child *heir = nearly_made(c->sa, c);

	if (!heir && c->sa->lingers)
		heir = nearly_made(c->sa->lingers, c);
	if (heir)
		hand_over(c, heir);
}

/* One that was told goes with what it has; one that never took a place gives back the SA that it lent there. */
void ike1_child_end(struct ike1_child *c, const char *why)
{
	struct ike1 *ike = c->sa->ike;

	if (c->sa->phase == IKE1_UP && ike1_child_heir(c))
		switch_now(ike1_child_heir(c));
	if (c->sa->phase == IKE1_UP && c->told && !c->replaced)
		hand_over_early(c);
	if (c->sa->phase == IKE1_UP && c->told && !c->replaced && waiting(c, true))
		switch_now(waiting(c, true));
	if (c->told && !c->replaced)
		ike->ops->child_down(ike->ctx, c, why);
	else if (c->in_done)
		ike->ops->sa_del(ike->ctx, c, false, c->spi_in);
	ike1_child_free(c);
}

struct ike1_child *ike1_child_by_spi(struct ike1_sa *sa, uint32_t spi, bool inbound)
{
	struct ike1_child *c;

	TAILQ_FOREACH(c, &sa->children, link)
		if ((inbound ? c->spi_in : c->spi_out) == spi)
			return c;
	return NULL;
}

bool ike1_ts_same(const struct ike_selector *a, const struct ike_selector *b)
{
	return a->protocol == b->protocol && a->port_from == b->port_from && a->port_to == b->port_to &&
	       addr_equal(&a->from, &b->from) && addr_equal(&a->to, &b->to);
}

static bool ports_same(const struct ike_selector *a, const struct ike_selector *b)
{
	return a->protocol == b->protocol && a->port_from == b->port_from && a->port_to == b->port_to;
}

/*
 * In transport mode the addresses are those of the path, which a NAT may change at any time (RFC 3947 sections 4 and
 * 5.2): protocol and ports are what was asked for.
 */
static bool protects(const struct ike1_child *c, const struct ike_selector *local, const struct ike_selector *remote)
{
	if (c->transport)
		return ports_same(&c->local_ts, local) && ports_same(&c->remote_ts, remote);
	return ike1_ts_same(&c->local_ts, local) && ike1_ts_same(&c->remote_ts, remote);
}

/* The one that protects the same, and whose place a new one takes. */
struct ike1_child *ike1_child_like(const struct ike1_sa *sa, const struct ike1_child *c)
{
	struct ike1_child *other;

	TAILQ_FOREACH(other, &sa->children, link)
		if (other != c && other->told && !other->replaced && other->transport == c->transport &&
		    protects(other, &c->local_ts, &c->remote_ts))
			return other;
	return NULL;
}

static void ts_follow(struct ike_selector *ts, const struct addr *from, const struct addr *to)
{
	if (addr_equal(&ts->from, from))
		ts->from = ts->to = *to;
}

void ike1_children_follow(struct ike1_sa *sa, const struct ike_path *old)
{
	struct ike1_child *c;

	TAILQ_FOREACH(c, &sa->children, link) {
		if (!c->transport)
			continue;
		ts_follow(&c->local_ts, &old->local, &sa->path.local);
		ts_follow(&c->remote_ts, &old->peer, &sa->path.peer);
	}
}

/* Exchanges stay with the SA that they belong to, and their unfinished children with them. */
void ike1_children_move(struct ike1_sa *from, struct ike1_sa *to)
{
	struct ike1_child *c, *next;

	for (c = TAILQ_FIRST(&from->children); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (!c->out_done && !c->waits)
			continue;
		TAILQ_REMOVE(&from->children, c, link);
		from->n_children--;
		c->sa = to;
		TAILQ_INSERT_TAIL(&to->children, c, link);
		to->n_children++;
	}
}

/* --- keys and the kernel --- */

int ike1_child_derive(struct ike1_child *c, const struct ike1_xchg *x, struct ike_octets shared)
{
	struct ike_octets ni = { x->nonce_i, x->nonce_i_len }, nr = { x->nonce_r, x->nonce_r_len };
	int err = ike1_keymat(&c->sa->keys, &c->suite, shared, IKE_PROTO_ESP, c->spi_in, ni, nr, c->in.encr,
			      c->in.integ);

	if (err)
		return err;
	return ike1_keymat(&c->sa->keys, &c->suite, shared, IKE_PROTO_ESP, c->spi_out, ni, nr, c->out.encr,
			   c->out.integ);
}

static void limits(const struct ike1_child *c, struct dp_sa *s)
{
	uint64_t bytes = (uint64_t)c->life_kilobytes * 1024;

	/* Time is kept here; what passes is counted there. Hard limits leave time for an exchange. */
	s->soft_bytes = bytes / 100 * (c->by_us ? REKEY_PERCENT : LATE_PERCENT);
	s->hard_bytes = bytes ? bytes + bytes / 10 : 0;
	s->soft_packets = c->suite.esn ? 0 : SOFT_PACKETS;
}

static int add_sa(struct ike1_child *c, bool outbound, char why[IKE_WHY_MAX])
{
	struct dp_sa s = {
		.outbound = outbound, .spi = outbound ? c->spi_out : c->spi_in,
		.cipher = (enum dp_cipher)c->suite.encr->kernel,
		.auth = c->suite.integ ? (enum dp_auth)c->suite.integ->kernel : DP_AUTH_NONE,
		.key_len = c->suite.encr->key_len + c->suite.encr->salt_len,
		.auth_key_len = c->suite.integ ? c->suite.integ->key_len : 0,
		.esn = c->suite.esn, .legacy = c->sa->peer->legacy, .replay_window = REPLAY_WINDOW,
	};
	int err;

	memcpy(s.key, outbound ? c->out.encr : c->in.encr, s.key_len);
	memcpy(s.auth_key, outbound ? c->out.integ : c->in.integ, s.auth_key_len);
	limits(c, &s);
	err = c->sa->ike->ops->sa_add(c->sa->ike->ctx, c, &s, why);
	secret_wipe(&s, sizeof(s));
	return err;
}

/* Its place: that of the one that it replaces, or a new one. */
static int take_place(struct ike1_child *c, char why[IKE_WHY_MAX])
{
	int err;

	if (c->replaces) {
		c->owner = c->replaces->owner;
		return 0;
	}
	err = c->sa->ike->ops->child_new(c->sa->ike->ctx, c, why);
	c->told = !err;
	return err;
}

int ike1_child_install(struct ike1_child *c, bool outbound, char why[IKE_WHY_MAX])
{
	int err = 0;

	if (!outbound && !c->told)
		err = take_place(c, why);
	if (!err)
		err = add_sa(c, outbound, why);
	if (!err && outbound)
		c->out_done = true;
	else if (!err)
		c->in_done = true;
	secret_wipe(outbound ? &c->out : &c->in, sizeof(c->in));
	return err;
}

/* Another one was to replace it too. When the other side makes it, both sides made new keys at a time. */
static void redirect(const struct ike1_sa *sa, const struct ike1_child *old, struct ike1_child *c)
{
	struct ike1_child *other;

	TAILQ_FOREACH(other, &sa->children, link) {
		if (other->replaces != old)
			continue;
		other->replaces = c;
		other->rival = other->by_us != c->by_us;
	}
}

static void hand_over(struct ike1_child *old, struct ike1_child *c)
{
	struct ike1 *ike = c->sa->ike;

	c->owner = old->owner;
	c->told = true;
	c->replaces = NULL;
	redirect(c->sa, old, c);
	if (c->sa->lingers)
		redirect(c->sa->lingers, old, c);
	ike->ops->child_replaced(ike->ctx, old, c);
	old->owner = NULL;
	old->replaced = true;
}

static uint64_t life_ms(const struct ike1_child *c)
{
	return (uint64_t)c->life_seconds * MS;
}

/* --- both sides make new keys at once --- */

/*
 * RFC 2409 says nothing of it, and the order in which the two are there is not the same at both ends. Of the two the
 * one whose initiator receives by the lower SPI is sent by, and its initiator alone deletes the other one: each end
 * deleting what it has no more use for would leave neither. A peer that has no such rule may send by either, as long as
 * it has them.
 */
static uint32_t initiator_spi(const struct ike1_child *c)
{
	return c->by_us ? c->spi_in : c->spi_out;
}

static bool gives_way(const struct ike1_child *c)
{
	return c->replaces && c->rival && c->replaces->told && initiator_spi(c->replaces) < initiator_spi(c);
}

/* When c, which is sent by no more, is deleted by us: soon, or as late as its keys allow. */
static void leave(struct ike1_child *c, bool soon)
{
	uint64_t now = loop_now_ms(c->sa->ike->loop), life = life_ms(c);

	c->rekey_at_ms = now + (soon || !life ? LINGER_MS : life);
	loop_timer_start(&c->timer, c->rekey_at_ms - now);
}

/* Its keys for sending are kept unused: the peer may delete the other one. */
static void stand_by(struct ike1_child *c)
{
	c->waits = true;
	leave(c, c->replaces->by_us);
	ike1_sa_changed(c->sa);
}

static void replace(struct ike1_child *old, struct ike1_child *c)
{
	hand_over(old, c);
	leave(old, !c->rival || c->by_us);
}

/* --- time --- */

static void started(struct ike1_child *c)
{
	uint64_t now = loop_now_ms(c->sa->ike->loop), life = life_ms(c);
	char local[128], remote[128], suite[128], old[128];
	const char *legacy = ike_suite_legacy(&c->suite, old, sizeof(old));

	ike1_sa_changed(c->sa);
	if (c->replaces)
		replace(c->replaces, c);
	c->up_ms = now;
	c->rekey_at_ms = now + life * LATE_PERCENT / 100;
	if (c->by_us)
		c->rekey_at_ms = now + life * REKEY_PERCENT / 100 -
				 ike1_jitter(c->sa->ike, life * JITTER_PERCENT / 100);
	if (life)
		loop_timer_start(&c->timer, c->rekey_at_ms - now);
	ike1_log(c->sa, LOG_LEVEL_INFO, "%s is protected towards %s by %s (%s mode%s)%s%s",
		 ike_ts_to_str(&c->local_ts, 1, local, sizeof(local)), ike_ts_to_str(&c->remote_ts, 1, remote,
										     sizeof(remote)),
		 ike_suite_to_str(&c->suite, suite, sizeof(suite)), c->transport ? "transport" : "tunnel",
		 c->encap > IKE1_ENCAP_TRANSPORT ? " in UDP" : "", legacy ? "; for peers with nothing better: " : "",
		 legacy ? legacy : "");
}

static int use(struct ike1_child *c, char why[IKE_WHY_MAX])
{
	int err = ike1_child_install(c, true, why);

	c->waits = false;
	if (!err)
		started(c);
	return err;
}

int ike1_child_use(struct ike1_child *c, char why[IKE_WHY_MAX])
{
	if (!gives_way(c))
		return use(c, why);
	stand_by(c);
	return 0;
}

/* One that is still being made has no time of its own. */
void ike1_child_resume(struct ike1_child *c)
{
	uint64_t due = c->rekey_at_ms, now = loop_now_ms(c->sa->ike->loop);

	/* The record's readers take one of ours that waits for one that is being made. */
	if (is_spare(c) && c->replaces)
		c->replaces->rekeying = false;
	if (c->rekey_due)
		due += life_ms(c) * (JITTER_PERCENT + SPARE_PERCENT) / 100;
	if (c->replaced || is_spare(c))
		loop_timer_start(&c->timer, c->rekey_at_ms > now ? c->rekey_at_ms - now : 0);
	else if (c->waits)
		loop_timer_start(&c->timer, SWITCH_MS);
	else if (c->out_done && life_ms(c))
		loop_timer_start(&c->timer, due > now ? due - now : 0);
}

static void on_timer(void *arg)
{
	struct ike1_child *c = arg;
	uint64_t life = life_ms(c);

	if (c->replaced || is_spare(c)) {
		ike1_send_delete_child(c->sa, c->spi_in);
		ike1_child_end(c, "replaced");
	} else if (c->waits && gives_way(c)) {
		stand_by(c);
	} else if (c->waits) {
		switch_now(c);
	} else if (c->rekey_due) {
		ike1_child_close(c, "its keys are as old as they may be, and could not be replaced");
	} else {
		c->rekey_due = true;
		ike1_sa_changed(c->sa);
		loop_timer_start(&c->timer, life * (JITTER_PERCENT + SPARE_PERCENT) / 100);
		ike1_child_rekey(c);
	}
}

void ike1_child_rekey(struct ike1_child *c)
{
	if (c->rekeying || c->replaced || !c->out_done || c->sa->phase != IKE1_UP)
		return;
	ike1_quick_initiate(c->sa, &c->local_ts, &c->remote_ts, c);
}

void ike1_child_close(struct ike1_child *c, const char *why)
{
	if (c->in_done)
		ike1_send_delete_child(c->sa, c->spi_in);
	ike1_child_end(c, why);
}

void ike1_child_limit(struct ike1_child *c, bool hard)
{
	if (hard)
		ike1_child_close(c, "it has carried as much as its keys may, and could not be replaced");
	else
		ike1_child_rekey(c);
}

/* --- those of the configuration --- */

static struct ike_selector transport_ts(const struct ike_selector *like, const struct addr *a)
{
	struct ike_selector ts = { .port_to = UINT16_MAX, .from = *a, .to = *a };

	if (!like)
		return ts;
	ts.protocol = like->protocol;
	ts.port_from = like->port_from;
	ts.port_to = like->port_to;
	return ts;
}

static struct ike_selector wanted(const struct ike1_sa *sa, unsigned int i, bool local)
{
	const struct ike_peer *p = sa->peer;
	const struct ike_selector *ts = local ? p->local_ts : p->remote_ts;
	unsigned int n = local ? p->n_local_ts : p->n_remote_ts;
	const struct addr *outer = local ? &sa->path.local : &sa->path.peer;

	if (local && p->request_address && sa->have_assigned)
		return transport_ts(NULL, &sa->assigned.ip4);
	if (p->transport || !n)
		return transport_ts(n ? &ts[i] : NULL, outer);
	return ts[i];
}

static bool is_there(const struct ike1_sa *sa, const struct ike_selector *local, const struct ike_selector *remote)
{
	const struct ike1_child *c;

	TAILQ_FOREACH(c, &sa->children, link)
		if (!c->replaced && protects(c, local, remote))
			return true;
	return false;
}

int ike1_child_initiate(struct ike1_sa *sa)
{
	unsigned int n_local, n_remote;

	if (sa->phase != IKE1_UP)
		return -ENOTCONN;
	n_local = sa->peer->n_local_ts && !sa->peer->request_address ? sa->peer->n_local_ts : 1;
	n_remote = sa->peer->n_remote_ts ? sa->peer->n_remote_ts : 1;
	for (unsigned int i = 0; i < n_local; i++) {
		for (unsigned int j = 0; j < n_remote; j++) {
			struct ike_selector local = wanted(sa, i, true), remote = wanted(sa, j, false);

			if (!is_there(sa, &local, &remote))
				ike1_quick_initiate(sa, &local, &remote, NULL);
		}
	}
	return 0;
}

/* --- information --- */

void ike1_child_get_info(const struct ike1_child *c, struct ike1_child_info *info)
{
	*info = (struct ike1_child_info){
		.sa = c->sa, .spi_in = c->spi_in, .spi_out = c->spi_out, .suite = &c->suite, .transport = c->transport,
		.encapsulated = c->encap > IKE1_ENCAP_TRANSPORT, .local_ts = &c->local_ts, .remote_ts = &c->remote_ts,
		.peer_original = c->peer_original, .up_ms = c->up_ms, .rekey_ms = c->rekey_at_ms,
	};
}

void ike1_child_set_owner(struct ike1_child *c, void *owner)
{
	struct ike1_child *other;

	c->owner = owner;
	/* Whoever is to take its place has its owner already. */
	TAILQ_FOREACH(other, &c->sa->children, link)
		if (other->replaces == c)
			other->owner = owner;
	if (!c->sa->lingers)
		return;
	TAILQ_FOREACH(other, &c->sa->lingers->children, link)
		if (other->replaces == c)
			other->owner = owner;
}

void *ike1_child_owner(const struct ike1_child *c)
{
	return c->owner;
}

struct ike1_child *ike1_child_each(const struct ike1_sa *sa, const struct ike1_child *prev)
{
	return prev ? TAILQ_NEXT(prev, link) : TAILQ_FIRST(&sa->children);
}

struct ike1_child *ike1_child_next(const struct ike1_sa *sa, const struct ike1_child *prev)
{
	struct ike1_child *c = prev ? TAILQ_NEXT(prev, link) : TAILQ_FIRST(&sa->children);

	while (c && (c->replaced || !c->told))
		c = TAILQ_NEXT(c, link);
	return c;
}
