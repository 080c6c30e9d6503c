// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of an ISAKMP SA, its timers, and what it sends. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

#define MS		1000u
#define REKEY_PERCENT	90
#define JITTER_PERCENT	8
#define SPARE_PERCENT	10	/* what the other side has longer, to replace it itself */
#define FRAGMENT_HEADER	8	/* of the payload and of the fragment */

void ike1_log(const struct ike1_sa *sa, enum log_level level, const char *fmt, ...)
{
	char text[IKE_WHY_MAX + 256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	sa->ike->ops->log(sa->ike->ctx, sa, level, text);
}

uint64_t ike1_jitter(struct ike1 *ike, uint64_t of_ms)
{
	uint32_t chance;

	ike->ops->random(ike->ctx, &chance, sizeof(chance));
	return of_ms * (chance & 0xffff) / 0xffff;
}

/* --- sending --- */

struct ike_header ike1_header(const struct ike1_sa *sa, uint8_t exchange, uint32_t mid)
{
	return (struct ike_header){ .spi_i = sa->spi_i, .spi_r = sa->spi_r, .version = IKE_V1, .exchange = exchange,
				    .message_id = mid };
}

void ike1_out_begin(struct ike1_sa *sa, struct ike1_out *o)
{
	o->w = wr_to(sa->ike->build, sizeof(sa->ike->build));
	ike_chain_begin(&o->c, &o->w);
}

void ike1_sent_free(struct ike1_sent *sent)
{
	free(sent->at);
	*sent = (struct ike1_sent){ 0 };
}

int ike1_keep(struct ike1_sa *sa, struct ike1_sent *sent, const uint8_t *data, size_t len)
{
	uint8_t *at = malloc(len);

	if (!at)
		return -ENOMEM;
	memcpy(at, data, len);
	ike1_sent_free(sent);
	ike1_sa_changed(sa);
	*sent = (struct ike1_sent){ .at = at, .len = len, .fragment_id = ++sa->fragment_id };
	return 0;
}

/* One fragment as Cisco and Microsoft have them: the message's own header, and the payload. */
static void transmit_piece(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_sent *sent,
			   unsigned int number, const uint8_t *at, size_t len, bool last)
{
	uint8_t octets[IKE1_FRAGMENT_LEN];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_header h = ike1_header(sa, 0, 0);
	struct ike_chain c;

	h.exchange = sent->at[18];
	ike_message_begin(&c, &w, &h);
	ike_payload_begin(&c, IKE1_PAYLOAD_FRAGMENT);
	wr_u16(&w, sent->fragment_id);
	wr_u8(&w, number);
	wr_u8(&w, last);
	wr_bytes(&w, at, len);
	ike_payload_end(&c);
	ike_message_end(&c);
	if (!w.bad)
		sa->ike->ops->tx(sa->ike->ctx, path, octets, w.len);
}

static bool in_parts(const struct ike1_sa *sa)
{
	return sa->fragmentation && (!sa->peer || sa->peer->fragmentation);
}

void ike1_transmit(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_sent *sent)
{
	const size_t room = IKE1_FRAGMENT_LEN - IKE_HEADER_LEN - FRAGMENT_HEADER;
	unsigned int number = 1;

	if (!sent->at)
		return;
	if (!in_parts(sa) || sent->len <= IKE1_FRAGMENT_LEN || sent->len > room * IKE1_FRAGMENTS_MAX) {
		sa->ike->ops->tx(sa->ike->ctx, path, sent->at, sent->len);
		return;
	}
	for (size_t at = 0; at < sent->len; at += room, number++) {
		size_t len = sent->len - at < room ? sent->len - at : room;

		transmit_piece(sa, path, sent, number, sent->at + at, len, at + len == sent->len);
	}
}

uint64_t ike1_resend_after(unsigned int sends)
{
	uint64_t delay = IKE1_RESEND_FIRST_MS;

	while (sends-- > 1 && delay < IKE1_RESEND_MAX_MS)
		delay *= 2;
	return delay;
}

unsigned int ike1_sends_max(const struct ike1_sa *sa)
{
	return (sa->peer ? sa->peer->retransmissions : 4) + 1;
}

static void unanswered(struct ike1_sa *sa)
{
	char peer[ADDR_STRLEN], why[IKE_WHY_MAX];

	addr_to_str(&sa->path.peer, peer);
	if (sa->refused)
		snprintf(why, sizeof(why), "%s", sa->why);
	else if (sa->phase == IKE1_MM_I5 && sa->path.peer_port == IKE_NATT_PORT)
		snprintf(why, sizeof(why),
			 "the peer %s answered on port 500 and does not on port 4500: is UDP port 4500 blocked on "
			 "the way, or the pre-shared key another one there?", peer);
	else if (sa->phase == IKE1_MM_I5)
		snprintf(why, sizeof(why),
			 "the peer %s does not answer our proof: is the pre-shared key another one there?", peer);
	else
		snprintf(why, sizeof(why), "the peer %s does not answer on port %u", peer, sa->path.peer_port);
	ike1_sa_over(sa, why);
}

static void on_resend(void *arg)
{
	struct ike1_sa *sa = arg;

	if (sa->sends >= ike1_sends_max(sa)) {
		unanswered(sa);
		return;
	}
	sa->sends++;
	ike1_transmit(sa, &sa->path, &sa->sent);
	loop_timer_start(&sa->resend_timer, ike1_resend_after(sa->sends));
}

void ike1_send_phase1(struct ike1_sa *sa, const uint8_t *data, size_t len, bool awaits)
{
	if (ike1_keep(sa, &sa->sent, data, len))
		return;
	sa->sends = 1;
	loop_timer_stop(&sa->resend_timer);
	ike1_transmit(sa, &sa->path, &sa->sent);
	if (awaits)
		loop_timer_start(&sa->resend_timer, ike1_resend_after(1));
}

void ike1_parts_free(struct ike1_parts *p)
{
	for (unsigned int i = 0; i < IKE1_FRAGMENTS_MAX; i++)
		free(p->piece[i].at);
	memset(p, 0, sizeof(*p));
}

/* --- records --- */

void ike1_sa_changed(struct ike1_sa *sa)
{
	if (sa->phase != IKE1_REPLACED)
		ike_slot_changed(&sa->ike->changed, &sa->base.slot);
}

void ike1_sa_unchanged(struct ike1_sa *sa)
{
	ike_slot_unchanged(&sa->ike->changed, &sa->base.slot);
}

struct ike1_sa *ike1_next_changed(struct ike1 *ike)
{
	struct ike_slot *slot = ike_slot_next(&ike->changed);

	return slot ? hash_entry(slot, struct ike1_sa, base.slot) : NULL;
}

void ike1_sa_set_slot(struct ike1_sa *sa, uint32_t slot)
{
	ike_slot_give(&sa->base.slot, slot);
}

/* --- made and freed --- */

static void on_timer(void *arg);
static void on_dpd(void *arg);

static void on_keepalive(void *arg)
{
	static const uint8_t octet = 0xff;
	struct ike1_sa *sa = arg;

	if (!sa->nat_here)
		return;
	sa->ike->ops->tx(sa->ike->ctx, &sa->path, &octet, 1);
	loop_timer_start(&sa->keepalive_timer, sa->ike->cfg.keepalive_ms);
}

struct ike1_sa *ike1_sa_new(struct ike1 *ike, bool initiator, const struct ike_path *path)
{
	struct ike1_sa *sa = calloc(1, sizeof(*sa));
	uint64_t spi;

	if (!sa)
		return NULL;
	sa->base.face = &ike1_face;
	sa->ike = ike;
	sa->initiator = initiator;
	sa->path = *path;
	TAILQ_INIT(&sa->xchgs);
	TAILQ_INIT(&sa->children);
	loop_timer_init(&sa->resend_timer, ike->loop, on_resend, sa);
	loop_timer_init(&sa->timer, ike->loop, on_timer, sa);
	loop_timer_init(&sa->dpd_timer, ike->loop, on_dpd, sa);
	loop_timer_init(&sa->keepalive_timer, ike->loop, on_keepalive, sa);
	spi = ike_spis_choose(&ike->by_spi, ike->ops->random, ike->ctx);
	ike1_sa_set_spis(sa, initiator ? spi : 0, initiator ? 0 : spi);
	ike->ops->random(ike->ctx, sa->private, sizeof(sa->private));
	ike->ops->random(ike->ctx, &sa->fragment_id, sizeof(sa->fragment_id));
	TAILQ_INSERT_TAIL(&ike->sas, sa, link);
	ike->stats.sas++;
	loop_timer_start(&sa->timer, ike->cfg.half_open_ms);
	return sa;
}

void ike1_sa_hash_init(struct ike1_sa *sa)
{
	hash_add(&sa->ike->by_init, &sa->by_init, hash_bytes(&sa->spi_i, sizeof(sa->spi_i)));
	sa->half_open = true;
	sa->came_from = sa->path.peer;
	(*ike_neighbours_of(&sa->ike->neighbours, &sa->came_from))++;
	TAILQ_INSERT_TAIL(&sa->ike->half_open, sa, half_open_link);
	sa->ike->stats.half_open++;
}

void ike1_sa_settled(struct ike1_sa *sa)
{
	if (!sa->half_open)
		return;
	sa->half_open = false;
	(*ike_neighbours_of(&sa->ike->neighbours, &sa->came_from))--;
	hash_del(&sa->ike->by_init, &sa->by_init);
	TAILQ_REMOVE(&sa->ike->half_open, sa, half_open_link);
	sa->ike->stats.half_open--;
}

static void octets_free(uint8_t **at, size_t len)
{
	if (*at)
		secret_wipe(*at, len);
	free(*at);
	*at = NULL;
}

void ike1_phase1_forget(struct ike1_sa *sa)
{
	octets_free(&sa->sa_body, sa->sa_body_len);
	octets_free(&sa->ke_i, sa->ke_i_len);
	octets_free(&sa->ke_r, sa->ke_r_len);
	octets_free(&sa->shared, sa->suite.dh ? sa->suite.dh->shared_len : 0);
	octets_free(&sa->id_body, sa->id_body_len);
	secret_wipe(sa->private, sizeof(sa->private));
	while (sa->n_candidates)
		ike_peer_put(sa->candidates[--sa->n_candidates]);
}

void ike1_sa_free(struct ike1_sa *sa)
{
	struct ike1 *ike = sa->ike;

	ike1_replaced_by(sa, NULL);
	if (sa->successor)
		sa->successor->lingers = NULL;
	if (sa->lingers)
		sa->lingers->successor = NULL;
	loop_timer_stop(&sa->resend_timer);
	loop_timer_stop(&sa->timer);
	loop_timer_stop(&sa->dpd_timer);
	loop_timer_stop(&sa->keepalive_timer);
	while (!TAILQ_EMPTY(&sa->xchgs))
		ike1_xchg_free(TAILQ_FIRST(&sa->xchgs));
	while (!TAILQ_EMPTY(&sa->children))
		ike1_child_free(TAILQ_FIRST(&sa->children));
	ike1_sa_settled(sa);
	ike1_phase1_forget(sa);
	ike1_sent_free(&sa->sent);
	ike1_parts_free(&sa->parts);
	ike_peer_put(sa->peer);
	ike_spis_del(&ike->by_spi, &sa->by_spi);
	TAILQ_REMOVE(&ike->sas, sa, link);
	ike1_sa_unchanged(sa);
	ike->stats.sas--;
	secret_wipe(sa, sizeof(*sa));
	free(sa);
}

/* The owner of an SA of ours knows of it from the beginning, of a peer's from sa_up() on. */
void ike1_sa_over(struct ike1_sa *sa, const char *why)
{
	struct ike1 *ike = sa->ike;
	bool told = sa->told_up || (sa->initiator && !sa->replaces && sa->phase != IKE1_OVER);
	char copy[IKE_WHY_MAX];

	if (sa->phase == IKE1_OVER)
		return;
	if (sa->phase == IKE1_REPLACED) {
		ike1_linger_end(sa, false);
		return;
	}
	if (sa->lingers)
		ike1_linger_end(sa->lingers, true);
	snprintf(copy, sizeof(copy), "%s", why);
	if (!sa->told_up)
		ike1_log(sa, LOG_LEVEL_WARN, "%s", copy);
	sa->phase = IKE1_OVER;
	while (!TAILQ_EMPTY(&sa->children))
		ike1_child_end(TAILQ_FIRST(&sa->children), copy);
	ike_slot_free(&sa->base.slot, ike->ops->slot_free, ike->ctx);
	if (told)
		ike->ops->sa_down(ike->ctx, sa, copy);
	ike1_sa_free(sa);
}

void ike1_sa_abort(struct ike1_sa *sa, const char *why)
{
	ike1_sa_over(sa, why);
}

void ike1_sa_close(struct ike1_sa *sa, const char *why)
{
	struct ike1_child *c;

	if (sa->have_keys && (sa->phase == IKE1_UP || sa->phase == IKE1_XAUTH)) {
		TAILQ_FOREACH(c, &sa->children, link)
			if (c->in_done)
				ike1_send_delete_child(sa, c->spi_in);
		ike1_send_delete_sa(sa);
	}
	ike1_sa_over(sa, why);
}

/* --- up --- */

static void start_dpd(struct ike1_sa *sa)
{
	if (sa->dpd && sa->peer->dpd_interval_s)
		loop_timer_start(&sa->dpd_timer, (uint64_t)sa->peer->dpd_interval_s * MS);
}

/* RFC 3706 section 5: silence is the reason to ask. */
static void on_dpd(void *arg)
{
	struct ike1_sa *sa = arg;
	uint64_t interval = (uint64_t)sa->peer->dpd_interval_s * MS;
	uint64_t silence = loop_now_ms(sa->ike->loop) - sa->heard_ms;

	if (sa->phase != IKE1_UP)
		return;
	if (!sa->dpd_tries && silence + MS / 10 < interval) {
		loop_timer_start(&sa->dpd_timer, interval - silence);
		return;
	}
	if (sa->dpd_tries >= IKE1_DPD_TRIES) {
		ike1_sa_over(sa, "the peer does not answer any more (dead peer detection)");
		return;
	}
	ike1_dpd_ask(sa);
	loop_timer_start(&sa->dpd_timer, ike1_resend_after(sa->dpd_tries));
}

void ike1_sa_probe(struct ike1_sa *sa)
{
	if (sa->phase != IKE1_UP || !sa->dpd || sa->dpd_tries)
		return;
	ike1_dpd_ask(sa);
	loop_timer_start(&sa->dpd_timer, ike1_resend_after(1));
}

void ike1_sa_heard(struct ike1_sa *sa, const struct ike_path *path)
{
	bool moved = !addr_equal(&path->peer, &sa->path.peer) || path->peer_port != sa->path.peer_port ||
		     path->local_port != sa->path.local_port;
	const struct ike_path old = sa->path;

	sa->heard_ms = loop_now_ms(sa->ike->loop);
	/* RFC 3947 section 4: once on port 4500, what comes to port 500 is old. */
	if (!moved || (sa->path.local_port == IKE_NATT_PORT && path->local_port != IKE_NATT_PORT))
		return;
	sa->path = *path;
	ike1_children_follow(sa, &old);
	ike1_sa_changed(sa);
	if (sa->told_up)
		sa->ike->ops->sa_moved(sa->ike->ctx, sa);
}

void ike1_sa_peer_moved(struct ike1_sa *sa, const struct addr *peer, uint16_t port)
{
	const struct ike_path old = sa->path;

	if (!sa->nat_there || (addr_equal(peer, &sa->path.peer) && port == sa->path.peer_port))
		return;
	sa->path.peer = *peer;
	sa->path.peer_port = port;
	ike1_children_follow(sa, &old);
	ike1_sa_changed(sa);
	sa->ike->ops->sa_moved(sa->ike->ctx, sa);
}

/* The shorter one of what the two sides said. */
static uint64_t lifetime_ms(const struct ike1_sa *sa)
{
	uint64_t own = sa->peer->ike_lifetime_s;

	return (sa->life_seconds && sa->life_seconds < own ? sa->life_seconds : own) * MS;
}

/* An initiator that asked for less than we have replaces it in time. */
static bool is_peers_to_replace(const struct ike1_sa *sa)
{
	return !sa->initiator && sa->life_seconds && sa->life_seconds <= sa->peer->ike_lifetime_s;
}

/*
 * One that asked for more thinks that it may, and may know no other way to be asked for new keys than by its own clock:
 * as long as it makes new ones for its children, which says that it is there, it has what it asked for.
 */
static bool goes_on(const struct ike1_sa *sa)
{
	uint64_t asked = (uint64_t)sa->life_seconds * MS;

	return !sa->initiator && sa->n_children &&
	       loop_now_ms(sa->ike->loop) < sa->up_ms + asked + asked * SPARE_PERCENT / 100;
}

static void start_lifetime(struct ike1_sa *sa)
{
	uint64_t life = lifetime_ms(sa), now = loop_now_ms(sa->ike->loop);

	sa->up_ms = now;
	sa->rekey_at_ms = 0;
	sa->rekey_due = is_peers_to_replace(sa);
	if (sa->rekey_due) {
		loop_timer_start(&sa->timer, life + life * SPARE_PERCENT / 100);
		return;
	}
	sa->rekey_at_ms = now + life * REKEY_PERCENT / 100 - ike1_jitter(sa->ike, life * JITTER_PERCENT / 100);
	loop_timer_start(&sa->timer, sa->rekey_at_ms - now);
}

/* The user of XAUTH is the peer's to tell, in an SA that the peer begins. */
static void replace_in_time(struct ike1_sa *sa)
{
	if (sa->initiator || !ike1_is_xauth(sa->auth_method))
		ike1_sa_rekey(sa);
}

/* Whether the peer lives, and a NAT in front of us still knows us. */
static void start_watching(struct ike1_sa *sa)
{
	sa->heard_ms = loop_now_ms(sa->ike->loop);
	start_dpd(sa);
	if (sa->nat_here)
		loop_timer_start(&sa->keepalive_timer, sa->ike->cfg.keepalive_ms);
}

void ike1_sa_begin(struct ike1_sa *sa)
{
	struct ike1_sa *old = ike1_predecessor(sa);
	bool again = old && old->initiator == sa->initiator && sa->initiator;
	char weak[128];

	if (ike_suite_legacy(&sa->suite, weak, sizeof(weak)))
		ike1_log(sa, LOG_LEVEL_WARN, "IKE itself uses what is for peers with nothing better: %s", weak);
	sa->phase = IKE1_UP;
	ike1_sa_changed(sa);
	start_lifetime(sa);
	start_watching(sa);
	if (old) {
		ike1_take_over(sa, old);
	} else {
		sa->told_up = true;
		sa->ike->ops->sa_up(sa->ike->ctx, sa);
	}
	if (sa->phase != IKE1_UP || !sa->initiator || again)
		return;
	if (sa->peer->request_address && !sa->have_assigned)
		ike1_config_request(sa);
	else
		ike1_child_initiate(sa);
}

void ike1_sa_authenticated(struct ike1_sa *sa)
{
	ike1_sa_settled(sa);
	ike1_phase1_forget(sa);
	loop_timer_stop(&sa->resend_timer);
	if (!ike1_is_xauth(sa->auth_method)) {
		ike1_sa_begin(sa);
		return;
	}
	sa->phase = IKE1_XAUTH;
	sa->heard_ms = loop_now_ms(sa->ike->loop);
	if (!sa->initiator)
		ike1_xauth_begin(sa);
}

/* What replaces it ends with the process that was at it; so that begins anew. */
void ike1_sa_resume(struct ike1_sa *sa)
{
	uint64_t life = lifetime_ms(sa), now = loop_now_ms(sa->ike->loop), end;
	bool again = sa->rekey_due && sa->rekey_at_ms;

	end = sa->rekey_at_ms ? sa->rekey_at_ms + life * (JITTER_PERCENT + SPARE_PERCENT) / 100 :
				sa->up_ms + life * (100 + SPARE_PERCENT) / 100;
	if (!sa->rekey_due)
		end = sa->rekey_at_ms;
	loop_timer_start(&sa->timer, end > now ? end - now : 0);
	start_watching(sa);
	if (again)
		replace_in_time(sa);
}

static void on_timer(void *arg)
{
	struct ike1_sa *sa = arg;
	uint64_t life;

	if (sa->phase == IKE1_REPLACED) {
		ike1_linger_end(sa, true);
	} else if (sa->phase == IKE1_XAUTH) {
		ike1_sa_close(sa, "the peer does not say who its user is (XAUTH)");
	} else if (sa->phase != IKE1_UP && sa->initiator) {
		unanswered(sa);
	} else if (sa->phase != IKE1_UP) {
		ike1_sa_over(sa, "phase 1 was not finished in time");
	} else if (sa->rekey_due && goes_on(sa)) {
		loop_timer_start(&sa->timer, lifetime_ms(sa) * SPARE_PERCENT / 100);
	} else if (sa->rekey_due) {
		ike1_sa_close(sa, "its keys are as old as they may be, and were not replaced");
	} else {
		life = lifetime_ms(sa);
		sa->rekey_due = true;
		ike1_sa_changed(sa);
		loop_timer_start(&sa->timer, life - life * REKEY_PERCENT / 100 + life * JITTER_PERCENT / 100);
		replace_in_time(sa);
	}
}

/* --- information --- */

void ike1_sa_get_info(const struct ike1_sa *sa, struct ike1_sa_info *info)
{
	*info = (struct ike1_sa_info){
		.path = sa->path, .spi_i = sa->spi_i, .spi_r = sa->spi_r, .initiator = sa->initiator,
		.state = sa->phase == IKE1_UP ? IKE_SA_UP :
			 sa->phase > IKE1_UP ? IKE_SA_CLOSING : IKE_SA_CONNECTING,
		.peer = sa->peer, .suite = sa->suite.encr ? &sa->suite : NULL, .peer_id = &sa->peer_id,
		.local_id = &sa->local_id, .user = sa->user, .auth_method = sa->auth_method,
		.aggressive = sa->aggressive, .nat_here = sa->nat_here, .nat_there = sa->nat_there, .dpd = sa->dpd,
		.fragmentation = sa->fragmentation, .up_ms = sa->up_ms, .rekey_ms = sa->rekey_at_ms,
		.children = sa->n_children,
	};
}

void ike1_sa_set_owner(struct ike1_sa *sa, void *owner)
{
	sa->owner = owner;
}

void *ike1_sa_owner(const struct ike1_sa *sa)
{
	return sa->owner;
}

const struct ike_assigned *ike1_sa_assigned(const struct ike1_sa *sa)
{
	return sa->have_assigned ? &sa->assigned : NULL;
}
