// SPDX-License-Identifier: GPL-2.0-or-later
/* Informational exchanges (RFC 2408 section 4.8, RFC 2409 section 5.7): notifications, Deletes, DPD (RFC 3706). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

#define DPD_FIRST_MASK		0x7ffe0000u
#define DPD_OF_RESPONDER	0x00010000u
#define DPD_COUNT_MASK		0x0000ffffu

/* --- sending --- */

static void begin(struct ike1_sa *sa, struct ike1_out *o)
{
	static const uint8_t zeros[IKE_HASH_MAX_LEN];

	ike1_out_begin(sa, o);
	ike_put_octets(&o->c, IKE1_PAYLOAD_HASH, zeros, sa->suite.prf->out_len);
}

static void finish(struct ike1_sa *sa, struct ike1_out *o)
{
	const size_t behind = IKE_PAYLOAD_HEADER_LEN + sa->suite.prf->out_len;
	uint32_t mid = ike1_mid_new(sa);
	struct ike_header h = ike1_header(sa, IKE1_INFORMATIONAL, mid);
	struct wr w = wr_to(sa->ike->sealed, sizeof(sa->ike->sealed));
	const struct ike_part part = { o->w.buf + behind, o->w.len - behind };
	uint8_t iv[IKE_IV_MAX];

	if (o->w.bad || ike1_hash_mid(&sa->keys, mid, &part, 1, o->w.buf + IKE_PAYLOAD_HEADER_LEN) ||
	    ike1_iv_of(&sa->suite, sa->iv, mid, iv) ||
	    ike1_seal(&sa->keys, &h, o->c.first, o->w.buf, o->w.len, iv, &w))
		return;
	sa->ike->ops->tx(sa->ike->ctx, &sa->path, w.buf, w.len);
}

static void cookies(const struct ike1_sa *sa, uint8_t out[2 * IKE_SPI_LEN])
{
	struct wr w = wr_to(out, (size_t)2 * IKE_SPI_LEN);

	wr_u64(&w, sa->spi_i);
	wr_u64(&w, sa->spi_r);
}

void ike1_send_notify(struct ike1_sa *sa, uint8_t protocol, uint16_t type, const void *spi, size_t spi_len,
		      const void *data, size_t len)
{
	struct ike1_out o;

	begin(sa, &o);
	ike1_put_notify(&o.c, protocol, type, spi, spi_len, data, len);
	finish(sa, &o);
}

void ike1_send_delete_sa(struct ike1_sa *sa)
{
	uint8_t spi[2 * IKE_SPI_LEN];
	struct ike1_out o;

	cookies(sa, spi);
	begin(sa, &o);
	ike1_put_delete(&o.c, IKE_PROTO_IKE, spi, sizeof(spi), 1);
	finish(sa, &o);
}

void ike1_send_delete_child(struct ike1_sa *sa, uint32_t spi_in)
{
	uint8_t spi[4];
	struct wr w = wr_to(spi, sizeof(spi));
	struct ike1_out o;

	wr_u32(&w, spi_in);
	begin(sa, &o);
	ike1_put_delete(&o.c, IKE_PROTO_ESP, spi, sizeof(spi), 1);
	finish(sa, &o);
}

void ike1_put_initial_contact(const struct ike1_sa *sa, struct ike_chain *c)
{
	uint8_t spi[2 * IKE_SPI_LEN];

	cookies(sa, spi);
	ike1_put_notify(c, IKE_PROTO_IKE, IKE1_N_INITIAL_CONTACT, spi, sizeof(spi), NULL, 0);
}

static void send_dpd(struct ike1_sa *sa, uint16_t type, uint32_t seq)
{
	uint8_t spi[2 * IKE_SPI_LEN], data[4];
	struct wr w = wr_to(data, sizeof(data));

	wr_u32(&w, seq);
	cookies(sa, spi);
	ike1_send_notify(sa, IKE_PROTO_IKE, type, spi, sizeof(spi), data, sizeof(data));
}

/*
 * A number below 2^31 to begin with, section 5.4, which the numbers of our questions can be told by: they count on
 * within its last 16 bits. Two of us do not begin with the same one.
 */
static uint32_t dpd_first(struct ike1_sa *sa)
{
	uint32_t seq;

	sa->ike->ops->random(sa->ike->ctx, &seq, sizeof(seq));
	return (seq & DPD_FIRST_MASK) | (sa->initiator ? 0 : DPD_OF_RESPONDER);
}

static bool dpd_asked(const struct ike1_sa *sa, uint32_t seq)
{
	return sa->dpd_seq && seq <= sa->dpd_seq && seq >= (sa->dpd_seq & ~DPD_COUNT_MASK);
}

/* RFC 3706 section 5.4: the same question again until it is answered. */
void ike1_dpd_ask(struct ike1_sa *sa)
{
	if (!sa->dpd_seq)
		sa->dpd_seq = dpd_first(sa);
	if (!sa->dpd_tries)
		sa->dpd_seq++;
	sa->dpd_tries++;
	ike1_sa_changed(sa);
	send_dpd(sa, IKE1_N_R_U_THERE, sa->dpd_seq);
}

/* --- receiving --- */

static bool is_ours(const struct ike1_sa *sa, struct ike_octets spi)
{
	uint8_t own[2 * IKE_SPI_LEN];

	cookies(sa, own);
	return spi.len == sizeof(own) && !memcmp(spi.at, own, sizeof(own));
}

static uint32_t sequence(const struct ike_notify *n)
{
	struct rd r = rd_of(n->data.at, n->data.len);

	return rd_u32(&r);
}

/*
 * Section 5.5: one with a number that was there before is an old one, sent again by anybody. One that we asked
 * ourselves, and that anybody sends back, bears the same proof as the peer's: it says nothing of where the peer is, and
 * our answer to it would be one to ourselves.
 */
static void rx_are_you_there(struct ike1_sa *sa, const struct ike_path *path, const struct ike_notify *n)
{
	uint32_t seq = sequence(n);

	if (!is_ours(sa, n->spi) || n->data.len != 4 || (sa->dpd_any && (int32_t)(seq - sa->dpd_heard) < 0) ||
	    dpd_asked(sa, seq))
		return;
	if (!sa->dpd_any || seq != sa->dpd_heard)
		ike1_sa_heard(sa, path);
	sa->dpd_any = true;
	sa->dpd_heard = seq;
	ike1_sa_changed(sa);
	send_dpd(sa, IKE1_N_R_U_THERE_ACK, seq);
}

static void rx_i_am_here(struct ike1_sa *sa, const struct ike_path *path, const struct ike_notify *n)
{
	if (!is_ours(sa, n->spi) || n->data.len != 4 || !sa->dpd_tries || sequence(n) != sa->dpd_seq)
		return;
	sa->dpd_tries = 0;
	ike1_sa_heard(sa, path);
	loop_timer_start(&sa->dpd_timer, sa->peer->dpd_interval_s ? (uint64_t)sa->peer->dpd_interval_s * 1000 : 1000);
}

static uint32_t spi_of(const struct ike_notify *n)
{
	struct rd r = rd_of(n->spi.at, n->spi.len);

	return n->spi.len == sizeof(uint32_t) ? rd_u32(&r) : 0;
}

/*
 * The exchange of ours that an error is about: RFC 2408 section 3.14 has the SPI say so, but not everybody does.
 * Without one it can be none but the only one that waits; NULL: nobody knows.
 */
static struct ike1_xchg *blamed(struct ike1_sa *sa, const struct ike_notify *n)
{
	struct ike1_xchg *x, *found = NULL;
	uint32_t spi = spi_of(n);

	TAILQ_FOREACH(x, &sa->xchgs, link) {
		if (x->done || !x->by_us || x->kind != IKE1_X_QUICK || (spi && x->child->spi_in != spi))
			continue;
		if (found)
			return NULL;
		found = x;
	}
	return found;
}

static void rx_error(struct ike1_sa *sa, const struct ike_notify *n)
{
	struct ike1_xchg *x = blamed(sa, n);
	char why[IKE_WHY_MAX];

	snprintf(why, sizeof(why), "the peer answers %s (%u)%s", ike1_notify_to_str(n->type), n->type,
		 n->type == IKE1_N_NO_PROPOSAL_CHOSEN ? ": it has no proposal, mode or PFS in common with us" :
		 n->type != IKE1_N_INVALID_ID_INFORMATION ? "" :
		 sa->peer->transport ? ": its networks or identities are others than ours, or it takes no transport "
				       "mode" :
				       ": its networks or identities are others than ours");
	if (x)
		ike1_quick_failed(x, why);
	else
		ike1_log(sa, LOG_LEVEL_WARN, "%s", why);
}

/* An initiator that has seen our proof, which is the last message, and does not believe it. */
static void rx_refusal(struct ike1_sa *sa)
{
	sa->ike->stats.auth_failed++;
	ike1_sa_over(sa, ike1_is_psk(sa->auth_method) ?
		     "the peer refuses us: its pre-shared key, or the identity that it wants to see, is another one" :
		     "the peer refuses us: it does not believe our certificate or key, or wants to see another identity");
}

static void rx_notify(struct ike1_sa *sa, const struct ike_path *path, const struct ike_notify *n)
{
	if (sa->phase == IKE1_REPLACED && n->type != IKE1_N_R_U_THERE)
		return;
	switch (n->type) {
	case IKE1_N_R_U_THERE:
		rx_are_you_there(sa, path, n);
		break;
	case IKE1_N_R_U_THERE_ACK:
		rx_i_am_here(sa, path, n);
		break;
	case IKE1_N_INITIAL_CONTACT:
		if (is_ours(sa, n->spi) && sa->phase == IKE1_UP && !sa->n_children)
			ike1_initial_contact(sa);
		break;
	default:
		if (n->type <= IKE1_N_ERROR_MAX)
			rx_error(sa, n);
	}
}

/* The peer names what it receives by, which is what we send by. */
static void rx_delete_children(struct ike1_sa *sa, const struct ike_delete *d)
{
	struct rd r = rd_of(d->spis.at, d->spis.len);

	if (sa->successor)
		sa = sa->successor;
	for (unsigned int i = 0; i < d->n; i++) {
		struct ike1_child *c = ike1_child_by_spi(sa, rd_u32(&r), false);

		/* One that is still being made is ended by its exchange. */
		if (c && (c->out_done || c->waits))
			ike1_child_end(c, "the peer has deleted it");
	}
}

/* True: sa is gone, and its children with it. */
static bool rx_delete_sa(struct ike1_sa *sa, const struct ike_delete *d)
{
	for (unsigned int i = 0; i < d->n; i++) {
		if (!is_ours(sa, ike_octets_of(d->spis.at + (size_t)i * d->spi_size, d->spi_size)))
			continue;
		ike1_sa_over(sa, "the peer has ended it");
		return true;
	}
	return false;
}

static void handle(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_message *m)
{
	unsigned int i;

	if (sa->phase != IKE1_REPLACED && ike1_notify_find(m, IKE1_N_AUTHENTICATION_FAILED)) {
		rx_refusal(sa);
		return;
	}
	for (i = 0; i < m->n_notifies; i++)
		rx_notify(sa, path, &m->notify[i]);
	for (i = 0; i < m->n_deletes; i++)
		if (m->del[i].protocol == IKE_PROTO_ESP)
			rx_delete_children(sa, &m->del[i]);
	for (i = 0; i < m->n_deletes; i++)
		if (m->del[i].protocol == IKE_PROTO_IKE && rx_delete_sa(sa, &m->del[i]))
			return;
}

void ike1_info_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted)
{
	struct ike1 *ike = sa->ike;
	uint8_t iv[IKE_IV_MAX], hash[IKE_HASH_MAX_LEN], first = m->header.next;
	struct ike_fault fault;
	struct ike_part part;

	if (!sa->have_keys || !m->header.message_id || encrypted.len > sizeof(ike->plain) ||
	    ike1_iv_of(&sa->suite, sa->iv, m->header.message_id, iv) || ike1_open(&sa->keys, encrypted, iv,
										  ike->plain) ||
	    ike1_parse_chain(m, first, ike->plain, encrypted.len, &fault)) {
		ike->stats.junk++;
		return;
	}
	part = IKE_PART(m->after_hash);
	if (ike1_hash_mid(&sa->keys, m->header.message_id, &part, 1, hash) || !ike1_hash_is(sa, m, hash)) {
		ike->stats.junk++;
		return;
	}
	if (sa->phase == IKE1_UP || sa->phase == IKE1_XAUTH || sa->phase == IKE1_REPLACED) {
		handle(sa, path, m);
		return;
	}
	/* Before the end of phase 1 it says why there will be none. */
	if (m->n_notifies && m->notify[0].type <= IKE1_N_ERROR_MAX) {
		sa->refused = true;
		snprintf(sa->why, sizeof(sa->why), "the peer answers %s (%u)", ike1_notify_to_str(m->notify[0].type),
			 m->notify[0].type);
	}
}

/* What is usually behind it: it has seen our proof. */
static const char *suspicion(const struct ike1_sa *sa)
{
	if (sa->phase != IKE1_MM_I5)
		return "";
	return ike1_is_psk(sa->auth_method) ? ": is the pre-shared key, or our identity, another one there?" :
	       ": it does not believe our certificate, or our identity is another one there";
}

/* In the clear: anybody could have sent it. It is not final, but the administrator is told, once. */
void ike1_info_rx_plain(struct ike1_sa *sa, const struct ike1_message *m)
{
	const struct ike_notify *n = &m->notify[0];
	char text[IKE_TEXT_MAX];

	if (!m->n_notifies || n->type > IKE1_N_ERROR_MAX || sa->phase >= IKE1_XAUTH || sa->refused)
		return;
	sa->refused = true;
	if (n->type == IKE1_N_NO_PROPOSAL_CHOSEN && sa->peer)
		snprintf(sa->why, sizeof(sa->why), "the peer has no proposal in common with us; here: %s",
			 ike_offers_to_str(&sa->peer->ike, text, sizeof(text)));
	else
		snprintf(sa->why, sizeof(sa->why), "the peer answers %s (%u)%s", ike1_notify_to_str(n->type), n->type,
			 suspicion(sa));
	ike1_log(sa, LOG_LEVEL_WARN, "%s (not authenticated)", sa->why);
}
