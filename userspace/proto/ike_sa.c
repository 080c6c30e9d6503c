// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of an IKE SA: made, established, replaced, over. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define MS	1000u
/* Of a lifetime: when keys are replaced, and the span over which both ends' attempts are spread. */
#define REKEY_PERCENT	90
#define JITTER_PERCENT	8

void ike_log(const struct ike_sa *sa, enum log_level level, const char *fmt, ...)
{
	char text[IKE_WHY_MAX + 256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	sa->ike->ops->log(sa->ike->ctx, sa, level, text);
}

uint64_t ike_jitter(struct ike *ike, uint64_t of_ms)
{
	uint32_t chance;

	ike->ops->random(ike->ctx, &chance, sizeof(chance));
	return of_ms * (chance & 0xffff) / 0xffff;
}

static void on_timer(void *arg);

/* A mapping of a NAT in front of us stays as long as something passes. */
static void on_keepalive(void *arg)
{
	static const uint8_t octet = 0xff;
	struct ike_sa *sa = arg;

	if (sa->phase != PHASE_UP || !sa->nat_here)
		return;
	sa->ike->ops->tx(sa->ike->ctx, &sa->path, &octet, 1);
	loop_timer_start(&sa->keepalive_timer, sa->ike->cfg.keepalive_ms);
}

void ike_sa_keep_mapping(struct ike_sa *sa)
{
	if (sa->nat_here)
		loop_timer_start(&sa->keepalive_timer, sa->ike->cfg.keepalive_ms);
}

static void start_dpd(struct ike_sa *sa)
{
	if (sa->peer && sa->peer->dpd_interval_s && sa->phase == PHASE_UP)
		loop_timer_start(&sa->dpd_timer, (uint64_t)sa->peer->dpd_interval_s * MS);
}

/* RFC 7296 section 2.4: silence is the reason to ask, and any request of ours that is under way asks. */
static void on_dpd(void *arg)
{
	struct ike_sa *sa = arg;
	uint64_t silence = loop_now_ms(sa->ike->loop) - sa->heard_ms;
	uint64_t interval = sa->peer ? (uint64_t)sa->peer->dpd_interval_s * MS : 0;

	if (sa->phase != PHASE_UP || !interval)
		return;
	if (silence + MS / 10 < interval) {
		loop_timer_start(&sa->dpd_timer, interval - silence);
		return;
	}
	if (!sa->current)
		ike2_sa_probe(sa);
	start_dpd(sa);
}

static void on_task(void *arg)
{
	ike_tasks_run(arg);
}

struct ike_sa *ike_sa_new(struct ike *ike, bool initiator, const struct ike_path *path)
{
	struct ike_sa *sa = calloc(1, sizeof(*sa));
	uint64_t spi;

	if (!sa)
		return NULL;
	sa->base.face = &ike2_face;
	sa->ike = ike;
	sa->local_id = sa->peer_id = &ike_id_none;
	sa->initiator = sa->began = initiator;
	sa->path = *path;
	sa->response_path = *path;
	sa->natt = path->local_port == IKE_NATT_PORT;
	sa->made_ms = sa->heard_ms = loop_now_ms(ike->loop);
	TAILQ_INIT(&sa->tasks);
	TAILQ_INIT(&sa->children);
	STAILQ_INIT(&sa->request);
	STAILQ_INIT(&sa->response);
	loop_timer_init(&sa->timer, ike->loop, on_timer, sa);
	loop_timer_init(&sa->dpd_timer, ike->loop, on_dpd, sa);
	loop_timer_init(&sa->keepalive_timer, ike->loop, on_keepalive, sa);
	loop_timer_init(&sa->task_timer, ike->loop, on_task, sa);
	spi = ike_spi_new(ike);
	ike_sa_set_spis(sa, initiator ? spi : 0, initiator ? 0 : spi);
	TAILQ_INSERT_TAIL(&ike->sas, sa, link);
	ike->stats.sas++;
	return sa;
}

struct ike_sa *ike_sa_new_setup(struct ike *ike, bool initiator, const struct ike_path *path)
{
	struct ike_setup *setup = calloc(1, sizeof(*setup));
	struct ike_sa *sa = setup ? ike_sa_new(ike, initiator, path) : NULL;

	if (sa)
		sa->setup = setup;
	else
		free(setup);
	return sa;
}

static void free_id(const struct ike_id **at)
{
	if (*at != &ike_id_none)
		free((void *)*at);
	*at = &ike_id_none;
}

int ike_sa_set_id(const struct ike_id **at, const struct ike_id *id)
{
	const struct ike_id *copy = id->type ? ike_id_dup(id) : &ike_id_none;

	if (!copy)
		return -ENOMEM;
	free_id(at);
	*at = copy;
	return 0;
}

int ike_sa_set_user(struct ike_sa *sa, const char *user)
{
	char *copy = *user ? strndup(user, IKE_USER_MAX) : NULL;

	if (*user && !copy)
		return -ENOMEM;
	free(sa->user);
	sa->user = copy;
	return 0;
}

/* why may be the one that it has. */
void ike_sa_set_why(struct ike_sa *sa, const char *why)
{
	char *copy = strdup(why);

	if (!copy)
		return;
	free(sa->why);
	sa->why = copy;
}

/* --- half open --- */

void ike_sa_half_open(struct ike_sa *sa)
{
	struct ike *ike = sa->ike;

	sa->half_open = true;
	sa->came_from = sa->path.peer;
	hash_add(&ike->by_init, &sa->by_init, hash_bytes(&sa->spi_i, sizeof(sa->spi_i)));
	TAILQ_INSERT_TAIL(&ike->half_open, sa, half_open_link);
	(*ike_neighbours_of(&ike->neighbours, &sa->came_from))++;
	ike->stats.half_open++;
}

void ike_sa_settled(struct ike_sa *sa)
{
	struct ike *ike = sa->ike;

	if (!sa->half_open)
		return;
	sa->half_open = false;
	hash_del(&ike->by_init, &sa->by_init);
	TAILQ_REMOVE(&ike->half_open, sa, half_open_link);
	(*ike_neighbours_of(&ike->neighbours, &sa->came_from))--;
	ike->stats.half_open--;
}

/* The oldest has had the longest time to go on. */
bool ike_sa_make_room(struct ike *ike, const struct addr *peer)
{
	if (ike_neighbours_full(&ike->neighbours, peer, ike->cfg.max_half_open))
		return false;
	if (ike->stats.half_open >= ike->cfg.max_half_open)
		ike_sa_free(TAILQ_FIRST(&ike->half_open));
	return ike->stats.sas < ike->cfg.max_sas;
}

/* --- records --- */

void ike_sa_changed(struct ike_sa *sa)
{
	ike_slot_changed(&sa->ike->changed, &sa->base.slot);
}

struct ike_sa *ike_next_changed(struct ike *ike)
{
	struct ike_slot *slot = ike_slot_next(&ike->changed);

	return slot ? hash_entry(slot, struct ike_sa, base.slot) : NULL;
}

static void free_slot(struct ike_sa *sa)
{
	ike_slot_free(&sa->base.slot, sa->ike->ops->slot_free, sa->ike->ctx);
}

/* Others may know of it: one that it replaces, and an exchange that crossed with the peer's. */
static void forget(struct ike_sa *sa)
{
	struct ike_sa *other;

	if (!sa->known)
		return;
	TAILQ_FOREACH(other, &sa->ike->sas, link) {
		if (other->replaced_by == sa)
			other->replaced_by = NULL;
		if (other->current && other->current->their_sa == sa)
			other->current->their_sa = NULL;
	}
}

static void wipe_and_free(void *at, size_t len)
{
	if (at)
		secret_wipe(at, len);
	free(at);
}

void ike_setup_free(struct ike_sa *sa)
{
	struct ike_setup *s = sa->setup;

	if (!s)
		return;
	while (s->n_candidates)
		ike_peer_put(s->candidates[--s->n_candidates]);
	free(s->init_i);
	free(s->init_r);
	free(s->auth_chain);
	free(s->peer_id_body);
	wipe_and_free(s->eap_server, sizeof(*s->eap_server));
	wipe_and_free(s->eap_peer, sizeof(*s->eap_peer));
	wipe_and_free(s, sizeof(*s));
	sa->setup = NULL;
}

void ike_sa_free(struct ike_sa *sa)
{
	struct ike *ike = sa->ike;

	forget(sa);
	ike_contact_del(sa);
	loop_timer_stop(&sa->timer);
	loop_timer_stop(&sa->dpd_timer);
	loop_timer_stop(&sa->keepalive_timer);
	loop_timer_stop(&sa->task_timer);
	ike_tasks_free(sa);
	while (!TAILQ_EMPTY(&sa->children))
		ike_child_free(TAILQ_FIRST(&sa->children));
	ike_packets_free(&sa->response);
	ike2_reassembly_free(&sa->answer_parts);
	ike2_reassembly_free(&sa->request_parts);
	ike_sa_settled(sa);
	ike_setup_free(sa);
	ike_peer_put(sa->peer);
	free_id(&sa->local_id);
	free_id(&sa->peer_id);
	free(sa->user);
	/* The last thing: what went before may have changed it. */
	ike_slot_unchanged(&ike->changed, &sa->base.slot);
	ike_spis_del(&ike->by_spi, &sa->by_spi);
	TAILQ_REMOVE(&ike->sas, sa, link);
	ike->stats.sas--;
	free(sa->why);
	wipe_and_free(sa, sizeof(*sa));
}

/* --- up --- */

void ike_sa_begin(struct ike_sa *sa)
{
	uint64_t life = (uint64_t)sa->peer->ike_lifetime_s * MS;
	uint64_t now = loop_now_ms(sa->ike->loop);
	char old[128];

	if (ike_suite_legacy(&sa->keys.suite, old, sizeof(old)))
		ike_log(sa, LOG_LEVEL_WARN, "IKE itself uses what is for peers with nothing better: %s", old);
	ike_sa_settled(sa);
	ike_contact_add(sa);
	ike_sa_changed(sa);
	sa->phase = PHASE_UP;
	sa->up_ms = now;
	sa->heard_ms = now;
	sa->rekey_due = false;
	sa->rekey_at_ms = now + life * REKEY_PERCENT / 100 -
			  ike_jitter(sa->ike, life * JITTER_PERCENT / 100);
	loop_timer_start(&sa->timer, sa->rekey_at_ms - now);
	start_dpd(sa);
	ike_sa_keep_mapping(sa);
}

/* Until it ends, if its keys could not be replaced since they were to be. */
static uint64_t grace(const struct ike_sa *sa)
{
	uint64_t life = (uint64_t)sa->peer->ike_lifetime_s * MS;

	return life - life * REKEY_PERCENT / 100 + life * JITTER_PERCENT / 100;
}

void ike_sa_resume(struct ike_sa *sa)
{
	uint64_t now = loop_now_ms(sa->ike->loop), due = sa->rekey_at_ms + (sa->rekey_due ? grace(sa) : 0);

	loop_timer_start(&sa->timer, due > now ? due - now : 0);
}

static void rekey_due(struct ike_sa *sa)
{
	if (sa->rekey_due) {
		ike2_sa_close(sa, "its keys are as old as they may be, and could not be replaced");
		return;
	}
	sa->rekey_due = true;
	loop_timer_start(&sa->timer, grace(sa));
	ike2_sa_rekey(sa);
}

static void on_timer(void *arg)
{
	struct ike_sa *sa = arg;

	switch (sa->phase) {
	case PHASE_UP:
		rekey_due(sa);
		break;
	case PHASE_OVER:
		ike_sa_free(sa);
		break;
	case PHASE_INIT:
	case PHASE_AUTH:
		ike_sa_over(sa, "the peer did not go on with it");
		break;
	case PHASE_REPLACED:
	case PHASE_CLOSING:
		ike_sa_over(sa, ike_sa_why(sa));
		break;
	}
}

void ike2_sa_rekey(struct ike_sa *sa)
{
	if (sa->phase == PHASE_UP && !ike_task_pending(sa, TASK_IKE_REKEY, NULL)) {
		ike_task_add(sa, TASK_IKE_REKEY, NULL);
		ike_tasks_run(sa);
	}
}

void ike2_sa_probe(struct ike_sa *sa)
{
	if (sa->phase != PHASE_UP || ike_task_pending(sa, TASK_PROBE, NULL))
		return;
	ike_task_add(sa, TASK_PROBE, NULL);
	ike_tasks_run(sa);
}

/* --- over --- */

void ike_sa_over(struct ike_sa *sa, const char *why)
{
	struct ike *ike = sa->ike;
	bool tell = (sa->told_up || (sa->initiator && sa->owner)) && !sa->told_down;
	struct ike_child *c;

	if (sa->phase == PHASE_OVER)
		return;
	if (why != sa->why)
		ike_sa_set_why(sa, why);
	if (sa->phase == PHASE_REPLACED)
		tell = false;
	ike_tasks_free(sa);
	while ((c = TAILQ_FIRST(&sa->children)))
		ike_child_end(c, ike_sa_why(sa));
	sa->phase = PHASE_OVER;
	ike_contact_del(sa);
	loop_timer_stop(&sa->dpd_timer);
	loop_timer_stop(&sa->keepalive_timer);
	loop_timer_stop(&sa->task_timer);
	ike_sa_settled(sa);
	/* Not from within what uses it; and what was answered last may be asked for again. */
	loop_timer_start(&sa->timer, STAILQ_EMPTY(&sa->response) ? 0 : IKE_LINGER_MS);
	sa->told_down = true;
	free_slot(sa);
	if (tell)
		ike->ops->sa_down(ike->ctx, sa, ike_sa_why(sa));
	sa->owner = NULL;
}

void ike2_sa_abort(struct ike_sa *sa, const char *why)
{
	ike_sa_over(sa, why);
}

void ike2_sa_close(struct ike_sa *sa, const char *why)
{
	if (sa->phase == PHASE_CLOSING || sa->phase == PHASE_OVER || sa->phase == PHASE_REPLACED)
		return;
	ike_sa_set_why(sa, why);
	if (sa->phase != PHASE_UP) {
		ike_sa_over(sa, ike_sa_why(sa));
		return;
	}
	sa->phase = PHASE_CLOSING;
	free_slot(sa);
	/* What waits is not worth waiting for; what is under way has to end first. */
	if (!ike_task_add(sa, TASK_IKE_DELETE, NULL))
		ike_sa_over(sa, ike_sa_why(sa));
	else
		ike_tasks_run(sa);
}

/* --- questions --- */

static enum ike_sa_state state_of(const struct ike_sa *sa)
{
	if (sa->phase == PHASE_UP)
		return IKE_SA_UP;
	return sa->phase < PHASE_UP ? IKE_SA_CONNECTING : IKE_SA_CLOSING;
}

void ike2_sa_get_info(const struct ike_sa *sa, struct ike_sa_info *info)
{
	*info = (struct ike_sa_info){
		.version = 2,
		.path = sa->path, .spi_i = sa->spi_i, .spi_r = sa->spi_r, .initiator = sa->began,
		.state = state_of(sa), .peer = sa->peer, .suite = sa->have_keys ? &sa->keys.suite : NULL,
		.peer_id = sa->peer_id, .local_id = sa->local_id, .user = ike_sa_user(sa),
		.nat_here = sa->nat_here, .nat_there = sa->nat_there, .mobike = sa->mobike,
		.fragmentation = sa->fragmentation, .up_ms = sa->up_ms, .rekey_ms = sa->rekey_at_ms,
		.children = sa->n_children,
	};
}

void ike2_sa_set_owner(struct ike_sa *sa, void *owner)
{
	sa->owner = owner;
}

void *ike2_sa_owner(const struct ike_sa *sa)
{
	return sa->owner;
}

const struct ike_assigned *ike2_sa_assigned(const struct ike_sa *sa)
{
	return sa->have_assigned ? &sa->assigned : NULL;
}

/* --- another path --- */

static void moved(struct ike_sa *sa)
{
	ike_sa_changed(sa);
	if (sa->told_up)
		sa->ike->ops->sa_moved(sa->ike->ctx, sa);
}

void ike2_sa_peer_moved(struct ike_sa *sa, const struct addr *peer, uint16_t port)
{
	if (addr_equal(&sa->path.peer, peer) && sa->path.peer_port == port)
		return;
	sa->path.peer = *peer;
	sa->path.peer_port = port;
	moved(sa);
}

int ike2_sa_move(struct ike_sa *sa, const struct ike_path *path)
{
	char text[ADDR_STRLEN];

	if (!sa->mobike || !sa->began || sa->phase != PHASE_UP)
		return -EOPNOTSUPP;
	ike_log(sa, LOG_LEVEL_INFO, "our address is %s now: the peer is told (MOBIKE)",
		addr_to_str(&path->local, text));
	sa->path = *path;
	moved(sa);
	/* One that is under way tells of another address (RFC 4555 section 3.5). */
	if (!ike_task_waiting(sa, TASK_MOVE, NULL) && !ike_task_add(sa, TASK_MOVE, NULL))
		return -ENOMEM;
	ike_tasks_run(sa);
	return 0;
}

const struct ike_face ike2_face = {
	.sa_get_info = ike2_sa_get_info, .sa_set_owner = ike2_sa_set_owner, .sa_owner = ike2_sa_owner,
	.sa_close = ike2_sa_close, .sa_abort = ike2_sa_abort, .sa_rekey = ike2_sa_rekey,
	.sa_probe = ike2_sa_probe, .sa_move = ike2_sa_move, .child_initiate = ike2_child_initiate,
	.sa_assigned = ike2_sa_assigned, .child_rekey = ike2_child_rekey, .child_close = ike2_child_close,
	.child_limit = ike2_child_limit, .child_get_info = ike2_child_get_info,
	.child_set_owner = ike2_child_set_owner, .child_owner = ike2_child_owner,
	.sa_peer_moved = ike2_sa_peer_moved, .child_next = ike2_child_next, .child_each = ike2_child_each,
	.sa_can_freeze = ike2_sa_can_freeze, .sa_freeze = ike2_sa_freeze,
};
