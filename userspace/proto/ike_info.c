// SPDX-License-Identifier: GPL-2.0-or-later
/* INFORMATIONAL (RFC 7296 section 1.4): deletes, liveness, and addresses that change (RFC 4555). */
#include <stdio.h>
#include <string.h>

#include "proto/ike_sa.h"

/* --- requests of ours --- */

static void put_move(struct ike_sa *sa, struct ike_chain *c)
{
	ike2_put_notify(c, IKE2_N_UPDATE_SA_ADDRESSES, NULL, 0);
	ike_put_natd(sa, c, sa->spi_i, sa->spi_r);
}

void ike_info_send(struct ike_sa *sa, struct ike_task *t)
{
	struct ike_out o;

	if (t->type == TASK_CHILD_DELETE && !t->child) {
		ike_task_done(sa);
		return;
	}
	ike_out_begin(sa, &o);
	switch (t->type) {
	case TASK_CHILD_DELETE:
		ike2_put_delete(&o.c, IKE_PROTO_ESP, &t->child->spi_in, 1);
		break;
	case TASK_IKE_DELETE:
		ike2_put_delete(&o.c, IKE_PROTO_IKE, NULL, 0);
		break;
	case TASK_MOVE:
		put_move(sa, &o.c);
		break;
	default:
		break;
	}
	ike_send_request(sa, IKE2_INFORMATIONAL, &o);
}

static void child_deleted(struct ike_sa *sa, struct ike_child *c)
{
	(void)sa;
	if (!c)
		return;
	if (!c->replaced) {
		ike_child_end(c, "deleted");
		return;
	}
	/* Packets that the peer sent before may still be on their way. */
	loop_timer_start(&c->timer, IKE_CHILD_LINGER_MS);
}

/* RFC 4555 section 3.5: an answer about an address that is ours no more says nothing, for another is asked for. */
static void rx_moved(struct ike_sa *sa, const struct ike2_message *m)
{
	if (ike_task_waiting(sa, TASK_MOVE, NULL))
		return;
	if (ike2_notify_find(m, IKE2_N_UNACCEPTABLE_ADDRESSES)) {
		ike_sa_over(sa, "the peer does not take our new address");
		return;
	}
	ike_see_natd(sa, m, &sa->response_path);
	ike_sa_keep_mapping(sa);
	if (sa->told_up)
		sa->ike->ops->sa_moved(sa->ike->ctx, sa);
}

void ike_info_rx_response(struct ike_sa *sa, struct ike_task *t, struct ike2_message *m)
{
	switch (t->type) {
	case TASK_CHILD_DELETE:
		child_deleted(sa, t->child);
		break;
	case TASK_IKE_DELETE:
		ike_sa_over(sa, ike_sa_why(sa));
		return;
	case TASK_MOVE:
		rx_moved(sa, m);
		break;
	default:
		break;
	}
	ike_task_done(sa);
}

/* --- requests of the peer's --- */

static uint32_t spi_at(const struct ike_delete *d, unsigned int i)
{
	const uint8_t *at = d->spis.at + (size_t)4 * i;

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void note_unknown(struct ike_sa *sa, uint32_t spi)
{
	struct ike_task *t = sa->current;

	if (ike_sa_makes_child(sa))
		t->deleted[t->n_deleted++ % IKE_TASK_DELETED_MAX] = spi;
}

void ike_child_deleted(struct ike_child *c)
{
	if (!c->replaced)
		ike_log(c->sa, LOG_LEVEL_INFO, "child %08x/%08x ends: the peer deletes it", c->spi_in, c->spi_out);
	ike_child_end(c, "the peer deletes it");
}

/* SPIs that the peer receives by: those that we send by. Returns ours, of those that were there. */
static unsigned int delete_children(struct ike_sa *sa, const struct ike_delete *d, uint32_t *own, unsigned int max)
{
	unsigned int i, n = 0;

	for (i = 0; i < d->n && n < max; i++) {
		struct ike_child *c = ike_child_by_spi(sa, spi_at(d, i), false);

		if (!c) {
			note_unknown(sa, spi_at(d, i));
			continue;
		}
		/* Both at once (section 1.4.1): each has said it for its own already. */
		if (!c->deleting)
			own[n++] = c->spi_in;
		ike_child_deleted(c);
	}
	return n;
}

static void answer(struct ike_sa *sa, const uint32_t *own, unsigned int n, const struct ike2_message *m, bool natd)
{
	const struct ike_notify *cookie = ike2_notify_find(m, IKE2_N_COOKIE2);
	struct ike_out o;

	ike_out_begin(sa, &o);
	if (n)
		ike2_put_delete(&o.c, IKE_PROTO_ESP, own, n);
	if (natd)
		ike_put_natd(sa, &o.c, sa->spi_i, sa->spi_r);
	if (cookie)
		ike2_put_notify(&o.c, IKE2_N_COOKIE2, cookie->data.at, cookie->data.len);
	ike_send_response(sa, IKE2_INFORMATIONAL, &o);
}

/* RFC 4555 section 3.5: where the request came from is where the peer is now. */
static bool update_addresses(struct ike_sa *sa, const struct ike_path *path, const struct ike2_message *m)
{
	char text[ADDR_STRLEN];

	if (!sa->mobike || sa->began || !ike2_notify_find(m, IKE2_N_UPDATE_SA_ADDRESSES))
		return false;
	ike_log(sa, LOG_LEVEL_INFO, "the peer goes on from %s (MOBIKE)", addr_to_str(&path->peer, text));
	sa->path = *path;
	ike_see_natd(sa, m, path);
	ike_sa_keep_mapping(sa);
	if (sa->told_up)
		sa->ike->ops->sa_moved(sa->ike->ctx, sa);
	return true;
}

static void peer_closes(struct ike_sa *sa, const struct ike2_message *m)
{
	bool replaced = sa->replaced_by || sa->phase == PHASE_REPLACED;

	answer(sa, NULL, 0, m, false);
	if (sa->phase == PHASE_OVER)
		return;
	ike_sa_over(sa, sa->phase == PHASE_CLOSING ? ike_sa_why(sa) :
			replaced ? "replaced" : "the peer ends it");
}

/* RFC 7296 section 2.21.2: an initiator to whom our proof is none says so when he has seen it, and the SA is over. */
static void peer_refuses(struct ike_sa *sa, const struct ike2_message *m)
{
	char own[IKE_ID_STRLEN / 8], why[IKE_WHY_MAX];

	answer(sa, NULL, 0, m, false);
	if (sa->phase == PHASE_OVER)
		return;
	snprintf(why, sizeof(why), "the peer refuses us as \"%s\": it %s, or wants to see another identity "
		 "(its log says which)", ike_id_to_str(sa->local_id, own, sizeof(own)), ike_auth_doubt(sa->peer));
	sa->ike->stats.auth_failed++;
	ike_sa_over(sa, why);
}

void ike_info_rx_request(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m)
{
	uint32_t own[IKE_CHILDREN_MAX];
	unsigned int i, n = 0;
	bool moved;

	if (ike2_notify_find(m, IKE2_N_AUTHENTICATION_FAILED)) {
		peer_refuses(sa, m);
		return;
	}
	for (i = 0; i < m->n_deletes; i++) {
		if (m->del[i].protocol == IKE_PROTO_IKE) {
			peer_closes(sa, m);
			return;
		}
	}
	moved = update_addresses(sa, path, m);
	for (i = 0; i < m->n_deletes; i++) {
		if (m->del[i].protocol == IKE_PROTO_ESP && m->del[i].spi_size == 4)
			n += delete_children(sa, &m->del[i], own + n, IKE_CHILDREN_MAX - n);
	}
	answer(sa, own, n, m, moved);
}
