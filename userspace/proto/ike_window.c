// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of an IKE SA in their order (RFC 7296 sections 2.1 to 2.3): one request of ours at a time,
 * sent again until it is answered, and one of the peer's, whose answer is kept and repeated octet for
 * octet. Encryption, and fragments of RFC 7383.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define RESEND_FIRST_MS		1000
#define RESEND_MAX_MS		8000
#define TASK_TRIES_MAX		8	/* of one that the peer puts off */

/* --- datagrams --- */

void ike_packets_free(struct ike_packets *list)
{
	struct ike_packet *p;

	while ((p = STAILQ_FIRST(list))) {
		STAILQ_REMOVE_HEAD(list, link);
		free(p);
	}
}

static int keep(struct ike_packets *list, const uint8_t *data, size_t len)
{
	struct ike_packet *p = malloc(sizeof(*p) + len);

	if (!p)
		return -ENOMEM;
	p->len = len;
	memcpy(p->data, data, len);
	STAILQ_INSERT_TAIL(list, p, link);
	return 0;
}

static void transmit(struct ike_sa *sa, const struct ike_packets *list, const struct ike_path *path)
{
	const struct ike_packet *p;

	STAILQ_FOREACH(p, list, link)
		sa->ike->ops->tx(sa->ike->ctx, path, p->data, p->len);
}

static void next_iv(struct ike_sa *sa, uint8_t iv[IKE_IV_MAX])
{
	if (ike2_iv_is_counter(&sa->keys.suite))
		ike2_iv_counter(&sa->keys.suite, sa->iv++, iv);
	else
		sa->ike->ops->random(sa->ike->ctx, iv, IKE_IV_MAX);
}

static int seal_whole(struct ike_sa *sa, const struct ike_header *h, struct ike_out *o, struct ike_packets *list)
{
	struct ike2_sk sk = ike2_sk_of(&sa->keys, sa->initiator);
	struct wr w = wr_to(sa->ike->sealed, sizeof(sa->ike->sealed));
	uint8_t iv[IKE_IV_MAX];
	int err;

	next_iv(sa, iv);
	err = ike2_seal(&sk, h, o->c.first, o->w.buf, o->w.len, iv, &w);
	if (err || w.bad)
		return err ? err : -EMSGSIZE;
	return keep(list, w.buf, w.len);
}

static int seal_fragments(struct ike_sa *sa, const struct ike_header *h, struct ike_out *o,
			  struct ike_packets *list)
{
	struct ike2_sk sk = ike2_sk_of(&sa->keys, sa->initiator);
	unsigned int n = ike2_fragments(&sa->keys.suite, o->w.len, IKE_FRAGMENT_LEN), i;
	uint8_t iv[IKE_IV_MAX];
	int err = n ? 0 : -EMSGSIZE;

	for (i = 1; !err && i <= n; i++) {
		struct wr w = wr_to(sa->ike->sealed, sizeof(sa->ike->sealed));

		next_iv(sa, iv);
		err = ike2_seal_fragment(&sk, h, o->c.first, o->w.buf, o->w.len, i, n, IKE_FRAGMENT_LEN,
					 iv, &w);
		if (!err)
			err = w.bad ? -EMSGSIZE : keep(list, w.buf, w.len);
	}
	return err;
}

static int seal(struct ike_sa *sa, uint8_t exchange, uint32_t id, bool response, struct ike_out *o,
		struct ike_packets *list)
{
	const struct ike_header h = {
		.spi_i = sa->spi_i, .spi_r = sa->spi_r, .version = IKE_V2, .exchange = exchange,
		.flags = (uint8_t)((sa->initiator ? IKE2_FLAG_INITIATOR : 0) |
				   (response ? IKE2_FLAG_RESPONSE : 0)),
		.message_id = id,
	};

	ike_packets_free(list);
	if (o->w.bad)
		return -EMSGSIZE;
	if (sa->fragmentation && ike2_sealed_len(&sa->keys.suite, o->w.len) > IKE_FRAGMENT_LEN)
		return seal_fragments(sa, &h, o, list);
	return seal_whole(sa, &h, o, list);
}

void ike_out_begin(struct ike_sa *sa, struct ike_out *o)
{
	o->w = wr_to(sa->ike->build, sizeof(sa->ike->build));
	ike_chain_begin(&o->c, &o->w);
}

/* --- requests of ours --- */

static uint64_t resend_after(const struct ike_sa *sa)
{
	uint64_t delay = RESEND_FIRST_MS;
	unsigned int i;

	for (i = 1; i < sa->sends && delay < RESEND_MAX_MS; i++)
		delay *= 2;
	return delay;
}

static void unanswered(struct ike_sa *sa)
{
	char text[ADDR_STRLEN], why[IKE_WHY_MAX];

	addr_to_str(&sa->path.peer, text);
	if (sa->refused || sa->phase == PHASE_CLOSING)
		snprintf(why, sizeof(why), "%s", ike_sa_why(sa));
	else if (sa->phase == PHASE_AUTH && sa->natt && sa->next_id == 1)
		snprintf(why, sizeof(why),
			 "the peer %s answered on port 500 and does not on port 4500: is UDP port 4500 "
			 "blocked on the way?", text);
	else
		snprintf(why, sizeof(why), "the peer %s does not answer on port %u", text, sa->path.peer_port);
	ike_sa_over(sa, why);
}

static unsigned int sends_max(const struct ike_sa *sa)
{
	unsigned int most = (sa->peer ? sa->peer->retransmissions : 4) + 1;

	/* Whoever was told that it is refused hopes a little for a better answer, as this one may be forged. */
	return sa->refused || sa->phase == PHASE_CLOSING ? (most < 3 ? most : 3) : most;
}

static void on_resend(void *arg)
{
	struct ike_sa *sa = arg;

	if (sa->sends >= sends_max(sa)) {
		unanswered(sa);
		return;
	}
	transmit(sa, &sa->request, &sa->path);
	sa->sends++;
	loop_timer_start(&sa->resend_timer, resend_after(sa));
}

static void send_now(struct ike_sa *sa)
{
	if (!sa->resend_timer.loop)
		loop_timer_init(&sa->resend_timer, sa->ike->loop, on_resend, sa);
	ike_sa_changed(sa);
	sa->sends = 1;
	transmit(sa, &sa->request, &sa->path);
	loop_timer_start(&sa->resend_timer, resend_after(sa));
}

void ike_window_resume(struct ike_sa *sa)
{
	if (sa->current)
		send_now(sa);
}

int ike_send_request(struct ike_sa *sa, uint8_t exchange, struct ike_out *o)
{
	int err = seal(sa, exchange, sa->next_id, false, o, &sa->request);

	secret_wipe(sa->ike->build, o->w.len);
	if (err)
		ike_sa_over(sa, "out of memory, or a message of ours is too long");
	else
		send_now(sa);
	return err;
}

/* IKE_SA_INIT, which is not encrypted. */
void ike_send_init(struct ike_sa *sa, const uint8_t *data, size_t len, bool request)
{
	struct ike_packets *list = request ? &sa->request : &sa->response;

	ike_packets_free(list);
	if (keep(list, data, len)) {
		ike_sa_over(sa, "out of memory");
		return;
	}
	if (request)
		send_now(sa);
	else
		transmit(sa, list, &sa->response_path);
}

int ike_send_response(struct ike_sa *sa, uint8_t exchange, struct ike_out *o)
{
	int err = seal(sa, exchange, sa->expect_id, true, o, &sa->response);

	secret_wipe(sa->ike->build, o->w.len);
	sa->expect_id++;
	sa->answered_in_clear = false;
	ike_sa_changed(sa);
	if (err)
		ike_sa_over(sa, "out of memory, or a message of ours is too long");
	else
		transmit(sa, &sa->response, &sa->response_path);
	return err;
}

/* --- tasks --- */

void ike_task_free(struct ike_sa *sa, struct ike_task *t)
{
	sa->n_tasks--;
	secret_wipe(t, sizeof(*t));
	free(t);
}

struct ike_task *ike_task_add(struct ike_sa *sa, enum ike_task_type type, struct ike_child *child)
{
	struct ike_task *t;

	if (sa->n_tasks >= IKE_TASKS_MAX)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->type = type;
	t->child = child;
	sa->n_tasks++;
	/* Ends go first: a peer may wait for one of them to use what has taken its place. */
	if (type == TASK_IKE_DELETE || type == TASK_CHILD_DELETE || type == TASK_MOVE)
		TAILQ_INSERT_HEAD(&sa->tasks, t, link);
	else
		TAILQ_INSERT_TAIL(&sa->tasks, t, link);
	return t;
}

bool ike_task_waiting(const struct ike_sa *sa, enum ike_task_type type, const struct ike_child *child)
{
	const struct ike_task *t;

	TAILQ_FOREACH(t, &sa->tasks, link) {
		if (t->type == type && t->child == child)
			return true;
	}
	return false;
}

bool ike_task_pending(const struct ike_sa *sa, enum ike_task_type type, const struct ike_child *child)
{
	return (sa->current && sa->current->type == type && sa->current->child == child) ||
	       ike_task_waiting(sa, type, child);
}

static void start(struct ike_sa *sa, struct ike_task *t)
{
	sa->current = t;
	switch (t->type) {
	case TASK_INIT:
		ike_init_send(sa);
		break;
	case TASK_AUTH:
		ike_auth_send(sa);
		break;
	case TASK_CHILD_NEW:
	case TASK_CHILD_REKEY:
		ike_create_send(sa, t);
		break;
	case TASK_IKE_REKEY:
		ike_rekey_send(sa, t);
		break;
	case TASK_CHILD_DELETE:
	case TASK_IKE_DELETE:
	case TASK_PROBE:
	case TASK_MOVE:
		ike_info_send(sa, t);
		break;
	}
}

/* What has to be said while an SA goes; the rest of the queue has become pointless. */
static bool fits_phase(const struct ike_sa *sa, const struct ike_task *t)
{
	if (sa->phase == PHASE_CLOSING || sa->phase == PHASE_REPLACED)
		return t->type == TASK_IKE_DELETE;
	return true;
}

void ike_tasks_run(struct ike_sa *sa)
{
	uint64_t now = loop_now_ms(sa->ike->loop), wait = UINT64_MAX;
	struct ike_task *t, *next;

	if (sa->current || sa->phase == PHASE_OVER)
		return;
	for (t = TAILQ_FIRST(&sa->tasks); t; t = next) {
		next = TAILQ_NEXT(t, link);
		if (!fits_phase(sa, t)) {
			TAILQ_REMOVE(&sa->tasks, t, link);
			ike_task_free(sa, t);
			continue;
		}
		if (t->not_before_ms > now) {
			if (t->not_before_ms - now < wait)
				wait = t->not_before_ms - now;
			continue;
		}
		TAILQ_REMOVE(&sa->tasks, t, link);
		start(sa, t);
		return;
	}
	if (wait != UINT64_MAX)
		loop_timer_start(&sa->task_timer, wait);
}

void ike_task_done(struct ike_sa *sa)
{
	struct ike_task *t = sa->current;

	sa->current = NULL;
	if (t)
		ike_task_free(sa, t);
	ike_tasks_run(sa);
}

void ike_task_again(struct ike_sa *sa, uint64_t after_ms)
{
	struct ike_task *t = sa->current;

	if (++t->tries >= TASK_TRIES_MAX) {
		ike_log(sa, LOG_LEVEL_WARN, "the peer puts off what it is asked for: given up after %u times",
			t->tries);
		ike_task_done(sa);
		return;
	}
	sa->current = NULL;
	t->not_before_ms = loop_now_ms(sa->ike->loop) + after_ms;
	t->their_nonce_len = 0;
	t->their_child = NULL;
	t->their_sa = NULL;
	TAILQ_INSERT_TAIL(&sa->tasks, t, link);
	ike_tasks_run(sa);
}

void ike_tasks_free(struct ike_sa *sa)
{
	struct ike_task *t;

	while ((t = TAILQ_FIRST(&sa->tasks))) {
		TAILQ_REMOVE(&sa->tasks, t, link);
		ike_task_free(sa, t);
	}
	if (sa->current)
		ike_task_free(sa, sa->current);
	sa->current = NULL;
	loop_timer_stop(&sa->task_timer);
	if (sa->resend_timer.loop)
		loop_timer_stop(&sa->resend_timer);
	ike_packets_free(&sa->request);
}

void ike_tasks_forget_child(struct ike_sa *sa, const struct ike_child *c)
{
	struct ike_task *t, *next;

	for (t = TAILQ_FIRST(&sa->tasks); t; t = next) {
		next = TAILQ_NEXT(t, link);
		if (t->child == c) {
			TAILQ_REMOVE(&sa->tasks, t, link);
			ike_task_free(sa, t);
		}
	}
	if (sa->current && sa->current->child == c)
		sa->current->child = NULL;
	if (sa->current && sa->current->their_child == c)
		sa->current->their_child = NULL;
}

/* --- what comes --- */

/*
 * Open it into m. 1: the whole message is there; 0: more of it has to come; -errno: it is not
 * authentic, or makes no sense and f says why.
 */
static int open_message(struct ike_sa *sa, struct ike2_message *m, uint8_t **owned, struct ike_fault *f)
{
	bool response = m->header.flags & IKE2_FLAG_RESPONSE;
	struct ike2_reassembly *parts = response ? &sa->answer_parts : &sa->request_parts;
	struct ike2_sk sk = ike2_sk_of(&sa->keys, !sa->initiator);
	uint8_t *plain = sa->ike->scratch, first = m->encrypted.first;
	size_t len;
	int err;

	err = ike2_open(&sk, m, plain, sizeof(sa->ike->scratch), &len);
	if (err)
		return err;
	if (m->encrypted.total) {
		err = sa->fragmentation ? ike2_reassembly_add(parts, m, plain, len) : -EBADMSG;
		if (err <= 0)
			return err;
		plain = *owned = ike2_reassembly_take(parts, &first, &len);
		if (!plain)
			return -ENOMEM;
	}
	sa->ike->plain = plain;
	sa->ike->plain_len = len;
	sa->ike->plain_first = first;
	f->text[0] = '\0';
	err = ike2_parse_chain(m, first, plain, len, f);
	if (!err)
		return 1;
	return err == -EOPNOTSUPP ? -EOPNOTSUPP : -EPROTO;
}

/* Authentic, and not one of ours that came back. A peer behind a NAT is where it speaks from (section 2.23). */
static void heard(struct ike_sa *sa, const struct ike_path *path, bool request)
{
	sa->heard_ms = loop_now_ms(sa->ike->loop);
	sa->response_path = *path;
	if (request && !sa->initiator && sa->phase < PHASE_UP) {
		sa->path = *path;
		sa->natt = path->local_port == IKE_NATT_PORT;
	} else if (sa->nat_there) {
		ike2_sa_peer_moved(sa, &path->peer, path->peer_port);
	}
}

static void answer_fault(struct ike_sa *sa, const struct ike2_message *m, int err, const struct ike_fault *f)
{
	struct ike_out o;

	ike_log(sa, LOG_LEVEL_WARN, "a message makes no sense: %s", f->text);
	ike_out_begin(sa, &o);
	if (err == -EOPNOTSUPP)
		ike2_put_notify(&o.c, IKE2_N_UNSUPPORTED_CRITICAL_PAYLOAD, &f->payload, 1);
	else
		ike2_put_notify(&o.c, IKE2_N_INVALID_SYNTAX, NULL, 0);
	/* Section 2.21.2: in IKE_AUTH, and of INVALID_SYNTAX in any exchange, the IKE SA ends with it. */
	if (!ike_send_response(sa, m->header.exchange, &o) && (err != -EOPNOTSUPP || sa->phase < PHASE_UP))
		ike_sa_over(sa, "the peer sent a message that makes no sense");
}

static void dispatch_request(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m)
{
	struct ike_out o;

	if (m->header.exchange == IKE2_AUTH && sa->phase < PHASE_UP && !sa->initiator) {
		ike_auth_rx_request(sa, m);
	} else if (sa->phase < PHASE_UP) {
		/* Only a peer that has the keys comes here. Unanswered, as nothing is fit for it. */
		ike_log(sa, LOG_LEVEL_WARN, "a request of %s before IKE_AUTH: ignored",
			ike_exchange_to_str(m->header.exchange));
	} else if (m->header.exchange == IKE2_CREATE_CHILD_SA) {
		ike_create_rx_request(sa, m);
	} else if (m->header.exchange == IKE2_INFORMATIONAL) {
		ike_info_rx_request(sa, path, m);
	} else {
		ike_out_begin(sa, &o);
		ike2_put_notify(&o.c, IKE2_N_INVALID_SYNTAX, NULL, 0);
		ike_send_response(sa, m->header.exchange, &o);
	}
}

/* The parts that came are hashed into one, for a request is repeated as a whole. */
static void rx_request(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m,
		       const uint8_t *data, size_t len)
{
	uint64_t hash = ike_fingerprint(data, len);
	bool first = m->encrypted.fragment <= 1;
	uint8_t *owned = NULL;
	struct ike_fault f;
	int ret;

	if (sa->expect_id && m->header.message_id == sa->expect_id - 1) {
		if (first && hash == sa->request_hash && !sa->answered_in_clear)
			transmit(sa, &sa->response, path);
		return;
	}
	if (m->header.message_id != sa->expect_id || sa->phase == PHASE_OVER)
		return;
	ret = open_message(sa, m, &owned, &f);
	if (ret >= 0) {
		if (first)
			sa->request_hash = hash;
		heard(sa, path, true);
	}
	if (ret == 1)
		dispatch_request(sa, path, m);
	else if (ret == -EPROTO || ret == -EOPNOTSUPP)
		answer_fault(sa, m, ret, &f);
	free(owned);
}

static void dispatch_response(struct ike_sa *sa, struct ike2_message *m)
{
	struct ike_task *t = sa->current;

	switch (t->type) {
	case TASK_AUTH:
		ike_auth_rx_response(sa, m);
		break;
	case TASK_CHILD_NEW:
	case TASK_CHILD_REKEY:
		ike_create_rx_response(sa, t, m);
		break;
	case TASK_IKE_REKEY:
		ike_rekey_rx_response(sa, t, m);
		break;
	case TASK_CHILD_DELETE:
	case TASK_IKE_DELETE:
	case TASK_PROBE:
	case TASK_MOVE:
		ike_info_rx_response(sa, t, m);
		break;
	case TASK_INIT:
		break;
	}
}

static void rx_response(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m)
{
	uint8_t *owned = NULL;
	struct ike_fault f;
	int ret;

	if (!sa->current || sa->current->type == TASK_INIT || m->header.message_id != sa->next_id ||
	    sa->phase == PHASE_OVER)
		return;
	ret = open_message(sa, m, &owned, &f);
	if (ret >= 0)
		heard(sa, path, false);
	if (ret == -EPROTO || ret == -EOPNOTSUPP) {
		ike_log(sa, LOG_LEVEL_WARN, "an answer makes no sense: %s", f.text);
		ike_sa_over(sa, "the peer sent an answer that makes no sense");
	} else if (ret == 1) {
		loop_timer_stop(&sa->resend_timer);
		ike_packets_free(&sa->request);
		sa->next_id++;
		sa->refused = false;
		ike_sa_changed(sa);
		dispatch_response(sa, m);
	}
	free(owned);
}

/*
 * Section 2.21.4: a hint and no more, for anybody could have sent it. What was asked is asked a few times more, and
 * then it is known why there is no answer.
 */
static void rx_in_clear(struct ike_sa *sa, const struct ike2_message *m)
{
	sa->ike->stats.strays++;
	if (sa->phase != PHASE_UP || sa->refused || !sa->current || !(m->header.flags & IKE2_FLAG_RESPONSE) ||
	    m->header.message_id != sa->next_id || !ike2_notify_find(m, IKE2_N_INVALID_IKE_SPI))
		return;
	sa->refused = true;
	ike_sa_set_why(sa, "the peer does not know this IKE SA any more: has it been restarted?");
	ike_log(sa, LOG_LEVEL_WARN, "%s (not authenticated)", ike_sa_why(sa));
}

void ike_window_rx(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m, const uint8_t *data,
		   size_t len)
{
	if (!sa->have_keys || !(ike2_has(m, IKE2_PAYLOAD_SK) || ike2_has(m, IKE2_PAYLOAD_SKF))) {
		rx_in_clear(sa, m);
		return;
	}
	if (m->header.flags & IKE2_FLAG_RESPONSE)
		rx_response(sa, path, m);
	else
		rx_request(sa, path, m, data, len);
}
