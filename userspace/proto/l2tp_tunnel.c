// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control connection's states (RFC 2661 section 7.2), tunnel authentication (section 5.1.1),
 * HELLO (section 5.5) and its end (sections 5.7 and 7.6).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/l2tp_impl.h"

#define FIRMWARE	1
/* Both framings: what is carried is PPP without either. */
#define FRAMINGS	(L2TP_FRAMING_SYNC | L2TP_FRAMING_ASYNC)
#define BEARERS		(L2TP_BEARER_DIGITAL | L2TP_BEARER_ANALOG)

static void on_timer(void *arg);
static void on_hello(void *arg);

struct log_about l2tp_tunnel_about(const struct l2tp_tunnel *t)
{
	return (struct log_about){ .peer = t->peer_text };
}

void l2tp_tunnel_init_timers(struct l2tp_tunnel *t)
{
	loop_timer_init(&t->timer, t->l2tp->loop, on_timer, t);
	loop_timer_init(&t->hello, t->l2tp->loop, on_hello, t);
}

void l2tp_tunnel_set_state(struct l2tp_tunnel *t, enum l2tp_tunnel_state state)
{
	static const char *const names[] = { "idle", "wait-peer", "wait-ctl-reply",
					     "wait-ctl-conn", "established", "stopping",
					     "lingering", "dead" };
	struct log_about a = l2tp_tunnel_about(t);

	log_debug(&a, "L2TP tunnel %u: %s -> %s", t->id, names[t->state], names[state]);
	t->state = state;
	l2tp_tunnel_set_dialing(t, state == L2TP_WAIT_CTL_REPLY);
	if (state == L2TP_IDLE || state == L2TP_WAIT_CTL_REPLY)
		loop_timer_start(&t->timer, t->l2tp->cfg.setup_timeout_ms);
	if (state == L2TP_ESTABLISHED) {
		l2tp_tunnel_set_half_open(t, false);
		l2tp_tunnel_arm_idle(t);
		if (t->peer.hello_ms)
			loop_timer_start(&t->hello, t->peer.hello_ms);
	} else {
		loop_timer_stop(&t->hello);
	}
}

void l2tp_tunnel_arm_idle(struct l2tp_tunnel *t)
{
	if (t->state != L2TP_ESTABLISHED)
		return;
	if (t->n_calls || !t->l2tp->cfg.idle_close_ms)
		loop_timer_stop(&t->timer);
	else
		loop_timer_start(&t->timer, t->l2tp->cfg.idle_close_ms);
}

/* --- the end --- */

static void told_down(struct l2tp_tunnel *t, const char *why)
{
	struct log_about a = l2tp_tunnel_about(t);

	if (t->told_down)
		return;
	t->told_down = true;
	if (!t->half_open || l2tp_stranger_line_ok(t->l2tp))
		log_info(&a, "L2TP tunnel %u is down: %s", t->id, why);
	t->l2tp->ops->tunnel_down(t->l2tp->ctx, t, why);
}

static void end_calls(struct l2tp_tunnel *t, const char *why)
{
	if (t->why != why)
		snprintf(t->why, sizeof(t->why), "%s", why);
	l2tp_calls_end(t, t->why);
}

void l2tp_tunnel_vanish(struct l2tp_tunnel *t, const char *why)
{
	if (t->state >= L2TP_LINGERING)
		return;
	l2tp_tunnel_set_state(t, L2TP_STOPPING);	/* what the owner does now is too late */
	end_calls(t, why);
	told_down(t, t->why);
	l2tp_tunnel_bury(t);
}

/* The peer knows that it is over. Those who proved nothing get no time to linger. */
static void finish(struct l2tp_tunnel *t)
{
	bool half_open = t->half_open;

	told_down(t, t->why);
	if (half_open) {
		l2tp_tunnel_bury(t);
		return;
	}
	l2tp_channel_close(&t->channel);
	l2tp_tunnel_linger(t);
}

static void stop(struct l2tp_tunnel *t, const struct l2tp_refusal *reason, const char *told)
{
	struct l2tp_message msg = {
		.type = L2TP_STOPCCN,
		.have = L2TP_BIT(L2TP_TUNNEL_ID) | L2TP_BIT(L2TP_RESULT_CODE),
		.tunnel_id = t->id,
		.result = { .code = reason->result, .has_error = reason->error || told,
			    .error = reason->error },
	};

	if (!l2tp_tunnel_open(t))
		return;
	if (told)
		msg.result.text = (struct l2tp_octets){ (const uint8_t *)told, strlen(told) };
	loop_timer_stop(&t->timer);
	l2tp_tunnel_set_state(t, L2TP_STOPPING);
	end_calls(t, reason->why);
	l2tp_channel_cut(&t->channel);	/* about calls that are over with the tunnel */
	if (t->state == L2TP_STOPPING)
		l2tp_tunnel_send(t, 0, &msg);
}

void l2tp_tunnel_stop(struct l2tp_tunnel *t, uint16_t result, const char *why)
{
	struct l2tp_refusal reason = { .result = result, .why = why };
	bool unheard = t->state == L2TP_WAIT_CTL_REPLY && !l2tp_channel_empty(&t->channel);

	if (!l2tp_tunnel_open(t))
		return;
	if (t->half_open || unheard)
		l2tp_tunnel_vanish(t, why);
	else
		stop(t, &reason, NULL);
}

/* RFC 2661 section 7.2.1: a message that has no place in this state. */
static void misplaced(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	char why[L2TP_WHY_MAX];
	struct l2tp_refusal reason = { .result = L2TP_STOP_FSM, .why = why };

	snprintf(why, sizeof(why), "the peer sent %s when it should not",
		 l2tp_type_to_str(msg->type));
	stop(t, &reason, NULL);
}

const char *l2tp_fault_to_str(const struct l2tp_message *msg, char *buf, size_t cap)
{
	const struct l2tp_fault *f = &msg->fault;

	if (f->vendor)
		snprintf(buf, cap, "AVP %u of vendor %u in %s: %s", f->attribute, f->vendor,
			 l2tp_type_to_str(msg->type), f->what);
	else
		snprintf(buf, cap, "AVP %u (%s) in %s: %s", f->attribute,
			 l2tp_attribute_to_str(f->attribute), l2tp_type_to_str(msg->type), f->what);
	return buf;
}

/* RFC 2661 section 4.4.2: the error message says which AVP it was. */
static void malformed(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	char why[L2TP_WHY_MAX];
	struct l2tp_refusal reason = { .result = L2TP_STOP_ERROR, .error = msg->fault.error };

	reason.why = l2tp_fault_to_str(msg, why, sizeof(why));
	stop(t, &reason, why);
}

/* --- what we send --- */

static struct l2tp_secret secret_of(const struct l2tp_tunnel *t)
{
	return (struct l2tp_secret){ t->peer.secret, strlen(t->peer.secret) };
}

/*
 * SCCRQ is not hidden: the peer does not know yet whose secret to take. HELLO, StopCCN and CDN hold
 * nothing to hide.
 */
static bool hides(const struct l2tp_tunnel *t, unsigned int type)
{
	return t->peer.hide && t->peer.secret[0] && type != L2TP_SCCRQ && type != L2TP_HELLO &&
	       type != L2TP_STOPCCN && type != L2TP_CDN;
}

void l2tp_tunnel_send(struct l2tp_tunnel *t, uint16_t session_id, const struct l2tp_message *msg)
{
	struct log_about a = l2tp_tunnel_about(t);
	struct l2tp_hiding hiding = { .secret = secret_of(t) };
	uint8_t body[L2TP_CONTROL_MAX - L2TP_CONTROL_HEADER_LEN];
	struct wr w = wr_to(body, sizeof(body));
	bool hide = hides(t, msg->type);
	int err;

	if (hide) {
		t->l2tp->ops->random(t->l2tp->ctx, hiding.vector, sizeof(hiding.vector));
		t->l2tp->ops->random(t->l2tp->ctx, hiding.padding, sizeof(hiding.padding));
	}
	l2tp_encode(&w, msg, hide ? &hiding : NULL);
	log_debug(&a, "L2TP tunnel %u: send %s", t->id, l2tp_type_to_str(msg->type));
	err = w.bad ? -EMSGSIZE :
		      l2tp_channel_send(&t->channel, session_id, msg->type, body, w.len);
	secret_wipe(body, sizeof(body));
	if (err)
		l2tp_tunnel_vanish(t, err == -ENOBUFS ? "the peer acknowledges nothing" :
				      err == -ENOMEM ? "out of memory" :
				      "a message of ours is too long");
}

static struct l2tp_octets text_of(const char *text)
{
	return (struct l2tp_octets){ (const uint8_t *)text, strlen(text) };
}

/* What SCCRQ and SCCRP have in common. */
static void introduce(struct l2tp_tunnel *t, struct l2tp_message *msg)
{
	const struct l2tp_config *cfg = &t->l2tp->cfg;

	msg->have |= L2TP_BIT(L2TP_PROTOCOL_VERSION) | L2TP_BIT(L2TP_FRAMING_CAP) |
		     L2TP_BIT(L2TP_HOST_NAME) | L2TP_BIT(L2TP_FIRMWARE) |
		     L2TP_BIT(L2TP_VENDOR_NAME) | L2TP_BIT(L2TP_TUNNEL_ID) |
		     L2TP_BIT(L2TP_WINDOW_SIZE);
	msg->version = L2TP_VERSION;
	msg->framing_cap = FRAMINGS;
	msg->host_name = text_of(t->peer.host_name[0] ? t->peer.host_name : cfg->host_name);
	msg->firmware = FIRMWARE;
	msg->vendor_name = text_of(cfg->vendor);
	msg->tunnel_id = t->id;
	msg->window = t->channel.cfg.window;
	/* RFC 2661 section 4.4.3: by whom can place calls; an LNS alone says nothing. */
	if (cfg->places_calls) {
		msg->have |= L2TP_BIT(L2TP_BEARER_CAP);
		msg->bearer_cap = BEARERS;
	}
	t->challenged = t->peer.authenticate && t->peer.secret[0];
	if (t->challenged) {
		t->l2tp->ops->random(t->l2tp->ctx, t->challenge, sizeof(t->challenge));
		msg->have |= L2TP_BIT(L2TP_CHALLENGE);
		msg->challenge = (struct l2tp_octets){ t->challenge, sizeof(t->challenge) };
	}
}

/* Our answer to a challenge in what the peer sent. False: it cannot be made. */
static bool respond(struct l2tp_tunnel *t, const struct l2tp_message *theirs,
		    struct l2tp_message *ours)
{
	struct l2tp_secret secret = secret_of(t);

	if (!l2tp_has(theirs, L2TP_CHALLENGE))
		return true;
	ours->have |= L2TP_BIT(L2TP_RESPONSE);
	return secret.len && !l2tp_response(ours->type, &secret, theirs->challenge.at,
					    theirs->challenge.len, ours->response);
}

/* Whether the peer knows the secret too, if it was asked. */
static bool proven(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	struct l2tp_secret secret = secret_of(t);
	uint8_t expected[L2TP_RESPONSE_LEN];
	bool ok;

	if (!t->challenged)
		return true;
	ok = l2tp_has(msg, L2TP_RESPONSE) &&
	     !l2tp_response(msg->type, &secret, t->challenge, sizeof(t->challenge), expected) &&
	     secret_equal(expected, msg->response, sizeof(expected));
	secret_wipe(expected, sizeof(expected));
	t->authenticated = ok;
	return ok;
}

/* --- what the peer says of itself --- */

static bool names_taken(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	const struct l2tp_octets *host = &msg->host_name;

	if (host->len > L2TP_NAME_MAX || memchr(host->at, 0, host->len))
		return false;
	memcpy(t->host_name, host->at, host->len);
	t->host_name[host->len] = 0;
	if (l2tp_has(msg, L2TP_VENDOR_NAME))
		log_text(t->vendor, sizeof(t->vendor), msg->vendor_name.at, msg->vendor_name.len);
	return true;
}

/*
 * What SCCRQ and SCCRP have in common. Return: what is wrong, NULL: nothing. answer is ours, to
 * which the response is added.
 */
static const char *peer_taken(struct l2tp_tunnel *t, const struct l2tp_message *msg,
			      struct l2tp_message *answer, struct l2tp_refusal *refusal)
{
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_VERSION, .error = L2TP_VERSION };
	if (msg->version >> 8 != L2TP_VERSION >> 8)
		return "the peer speaks another version of L2TP";
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_ERROR, .error = L2TP_ERROR_VALUE };
	if (!names_taken(t, msg))
		return "the peer's host name is too long, or has a NUL in it";
	if (!l2tp_tunnel_set_peer_id(t, msg->tunnel_id))
		return "out of memory";
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_NOT_AUTHORIZED };
	if (t->initiator && t->peer.expect[0] && strcmp(t->peer.expect, t->host_name))
		return "the peer calls itself by another name";
	if (t->initiator && !proven(t, msg))
		return "the peer does not know the tunnel's secret";
	if (!respond(t, msg, answer))
		return "the peer wants the tunnel authenticated, and there is no secret for it";
	if (l2tp_has(msg, L2TP_WINDOW_SIZE))
		l2tp_channel_set_window(&t->channel, msg->window);
	t->framing_cap = msg->framing_cap;
	t->has_bearer_cap = l2tp_has(msg, L2TP_BEARER_CAP) && msg->bearer_cap;
	t->bearer_cap = msg->bearer_cap;
	return NULL;
}

static struct l2tp_tunnel *tie_loser(struct l2tp_tunnel *t)
{
	struct l2tp_tunnel *old;

	TAILQ_FOREACH(old, &t->host->dialing, host_link)
		if (old->tie_lost)
			return old;
	return NULL;
}

/* The peer's tunnel won the tie: what waits for ours goes on in it. */
static void take_over(struct l2tp_tunnel *t)
{
	struct l2tp_tunnel *old;

	TAILQ_FOREACH(old, &t->host->dialing, host_link)
		old->tie_lost = true;	/* and not what the owner dials when it hears of it */
	while (t->state == L2TP_ESTABLISHED && (old = tie_loser(t))) {
		l2tp_calls_move(old, t);
		l2tp_tunnel_vanish(old, "the tunnel that the peer opened is used");
	}
}

static void established(struct l2tp_tunnel *t)
{
	struct log_about a = l2tp_tunnel_about(t);
	struct l2tp_tunnel *old;
	char name[2 * L2TP_NAME_MAX];

	t->channel.cfg.retransmit_max = t->l2tp->cfg.channel.retransmit_max;
	l2tp_tunnel_set_state(t, L2TP_ESTABLISHED);
	log_info(&a, "L2TP tunnel %u to \"%s\" is up%s", t->id,
		 log_text(name, sizeof(name), t->host_name, strlen(t->host_name)),
		 t->authenticated ? ", authenticated" : "");
	/* Nobody gives one id to two tunnels: the peer has begun anew and forgot the old one. */
	while ((old = l2tp_tunnel_by_peer_id(t->l2tp, &t->path, t->peer_id, t)))
		l2tp_tunnel_vanish(old, "the peer has begun anew");
	if (t->tie_won)
		take_over(t);
	if (t->state == L2TP_ESTABLISHED)
		t->l2tp->ops->tunnel_up(t->l2tp->ctx, t);
	if (t->state == L2TP_ESTABLISHED)
		l2tp_calls_tunnel_open(t);
}

/* --- messages --- */

/* RFC 2661 section 7.2.1: idle. It is looked at in earnest when it is known who asks. */
static void rx_sccrq(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	struct l2tp_refusal refusal = { .result = L2TP_STOP_ERROR, .error = L2TP_ERROR_VALUE };

	if (l2tp_has(msg, L2TP_TUNNEL_ID))
		l2tp_tunnel_set_peer_id(t, msg->tunnel_id);
	if (!l2tp_has(msg, L2TP_HOST_NAME) || !names_taken(t, msg)) {
		refusal.why = "the peer's host name is missing, too long, or has a NUL in it";
		stop(t, &refusal, NULL);
		return;
	}
	l2tp_tunnel_set_state(t, L2TP_WAIT_PEER);
	t->l2tp->ops->peer_ask(t->l2tp->ctx, t, t->host_name);
}

static void accept_sccrq(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	struct l2tp_message reply = { .type = L2TP_SCCRP };
	struct l2tp_refusal refusal;

	introduce(t, &reply);
	refusal.why = peer_taken(t, msg, &reply, &refusal);
	if (refusal.why) {
		stop(t, &refusal, NULL);
		return;
	}
	l2tp_tunnel_set_state(t, L2TP_WAIT_CTL_CONN);
	l2tp_tunnel_send(t, 0, &reply);
}

static void rx_sccrp(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	struct l2tp_message reply = { .type = L2TP_SCCCN };
	struct l2tp_refusal refusal;

	refusal.why = peer_taken(t, msg, &reply, &refusal);
	if (refusal.why) {
		stop(t, &refusal, NULL);
		return;
	}
	l2tp_tunnel_send(t, 0, &reply);
	if (t->state == L2TP_WAIT_CTL_REPLY)
		established(t);
}

static void rx_scccn(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	struct l2tp_refusal refusal = { .result = L2TP_STOP_NOT_AUTHORIZED,
					.why = "the peer does not know the tunnel's secret" };

	if (proven(t, msg))
		established(t);
	else
		stop(t, &refusal, NULL);
}

static void rx_stopccn(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	char text[80], why[L2TP_WHY_MAX];
	const struct l2tp_result *r = &msg->result;

	log_text(text, sizeof(text), r->text.at, r->text.len);
	snprintf(why, sizeof(why), "the peer closed it: %s%s%s%s%s",
		 l2tp_has(msg, L2TP_RESULT_CODE) ? l2tp_result_to_str(L2TP_STOPCCN, r->code) :
						   "no reason given",
		 r->has_error && r->error ? ", " : "",
		 r->has_error && r->error ? l2tp_error_to_str(r->error) : "", text[0] ? ": " : "",
		 text);
	loop_timer_stop(&t->timer);
	l2tp_tunnel_set_state(t, L2TP_STOPPING);
	end_calls(t, why);
	/* The acknowledgment leaves now: who proved nothing has no time after this. */
	l2tp_channel_close(&t->channel);
	l2tp_channel_repeat(&t->channel);
	finish(t);
}

static void rx_hello(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	(void)t;
	(void)msg;
}

/*
 * RFC 2661 section 7.2.1. What has no entry is misplaced: StopCCN, clean up. wait-peer is a
 * responder's idle state after SCCRQ. HELLO may come at any time.
 */
static void (*const table[L2TP_TUNNEL_STATES][L2TP_HELLO + 1])(struct l2tp_tunnel *t,
							       const struct l2tp_message *msg) = {
	[L2TP_IDLE] = { [L2TP_SCCRQ] = rx_sccrq, [L2TP_STOPCCN] = rx_stopccn,
			[L2TP_HELLO] = rx_hello },
	[L2TP_WAIT_PEER] = { [L2TP_STOPCCN] = rx_stopccn, [L2TP_HELLO] = rx_hello },
	[L2TP_WAIT_CTL_REPLY] = { [L2TP_SCCRP] = rx_sccrp, [L2TP_STOPCCN] = rx_stopccn,
				  [L2TP_HELLO] = rx_hello },
	[L2TP_WAIT_CTL_CONN] = { [L2TP_SCCCN] = rx_scccn, [L2TP_STOPCCN] = rx_stopccn,
				 [L2TP_HELLO] = rx_hello },
	[L2TP_ESTABLISHED] = { [L2TP_STOPCCN] = rx_stopccn, [L2TP_HELLO] = rx_hello },
};

static void rx_tunnel_message(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	if (!table[t->state][msg->type])
		misplaced(t, msg);
	else if (msg->fault.what && msg->type != L2TP_STOPCCN)
		malformed(t, msg);
	else
		table[t->state][msg->type](t, msg);
}

/* RFC 2661 section 4.4.1: the M bit of the type says whether it may be passed over. */
static void rx_unknown(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	struct log_about a = l2tp_tunnel_about(t);
	char why[L2TP_WHY_MAX];
	struct l2tp_refusal reason = { .result = L2TP_STOP_ERROR,
				       .error = L2TP_ERROR_UNKNOWN_AVP, .why = why };

	if (!msg->type_mandatory) {
		log_debug(&a, "L2TP: passed over a message of unknown type %u", msg->type);
		return;
	}
	snprintf(why, sizeof(why), "the peer sent a message of unknown type %u", msg->type);
	stop(t, &reason, why);
}

/* StopCCN has to be heard in any state. */
static void rx_while_stopping(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	if (msg->type == L2TP_STOPCCN && t->state == L2TP_STOPPING) {
		l2tp_channel_close(&t->channel);
		l2tp_channel_repeat(&t->channel);
		finish(t);
	}
}

static void rx_message(struct l2tp_tunnel *t, uint16_t session_id, const struct l2tp_message *msg,
		       int err)
{
	struct log_about a = l2tp_tunnel_about(t);

	log_debug(&a, "L2TP tunnel %u: received %s", t->id, l2tp_type_to_str(msg->type));
	if (!l2tp_tunnel_open(t))
		rx_while_stopping(t, msg);
	else if (err == -ENOMSG)
		rx_unknown(t, msg);
	else if (!msg->type)
		malformed(t, msg);
	else if (msg->type <= L2TP_HELLO)
		rx_tunnel_message(t, msg);
	else if (t->state != L2TP_ESTABLISHED)
		misplaced(t, msg);
	else
		l2tp_call_rx(t, session_id, msg);
}

static int decode(struct l2tp_tunnel *t, struct rd body, struct wr *scratch,
		  struct l2tp_message *msg)
{
	struct l2tp_secret secret = secret_of(t);

	return l2tp_decode(body, t->peer_known ? &secret : NULL, scratch, msg);
}

static void op_deliver(void *ctx, const struct l2tp_header *h)
{
	struct l2tp_tunnel *t = ctx;
	uint8_t hidden[L2TP_CONTROL_MAX];
	struct wr scratch = wr_to(hidden, sizeof(hidden));
	struct l2tp_message msg;
	int err = decode(t, h->body, &scratch, &msg);

	rx_message(t, h->session_id, &msg, err);
	secret_wipe(hidden, scratch.len);
}

/* It is decoded again when it is known who sent it: with the secret, if there is one. */
static bool keep_sccrq(struct l2tp_tunnel *t, const struct l2tp_header *h)
{
	t->sccrq = malloc(h->body.left);
	if (!t->sccrq)
		return false;
	memcpy(t->sccrq, h->body.at, h->body.left);
	t->sccrq_len = h->body.left;
	return true;
}

void l2tp_tunnel_rx(struct l2tp_tunnel *t, const struct l2tp_path *from,
		    const struct l2tp_header *h)
{
	bool ahead = (int16_t)(h->ns - t->channel.nr) >= 0;

	/* After a thaw, until it is known what holds: the peer will say it again. */
	if (t->state == L2TP_ESTABLISHED && !t->peer_known && h->body.left)
		return;
	/* RFC 2661 section 8.1: the answer to SCCRQ may come from a port of the peer's choice. */
	if (t->floating && h->body.left && !h->ns)
		l2tp_tunnel_settle_path(t, from);
	else if (t->floating && from->peer_port != t->path.peer_port)
		return;
	t->heard_ms = loop_now_ms(t->l2tp->loop);
	if (t->state == L2TP_IDLE && !keep_sccrq(t, h))
		l2tp_tunnel_vanish(t, "out of memory");
	else if (t->half_open && h->body.left && !ahead)
		l2tp_channel_repeat(&t->channel);
	else
		l2tp_channel_rx(&t->channel, h, !t->half_open);
}

void l2tp_peer_reply(struct l2tp_tunnel *t, const struct l2tp_peer *peer,
		     const struct l2tp_refusal *refusal)
{
	uint8_t hidden[L2TP_CONTROL_MAX];
	struct wr scratch = wr_to(hidden, sizeof(hidden));
	struct l2tp_message msg;

	if (t->peer_known || !l2tp_tunnel_open(t))
		return;
	if (!peer) {
		stop(t, refusal, NULL);
		return;
	}
	t->peer = *peer;
	t->peer_known = true;
	if (t->state == L2TP_ESTABLISHED && t->peer.hello_ms)
		loop_timer_start(&t->hello, t->peer.hello_ms);
	if (t->state != L2TP_WAIT_PEER)
		return;
	decode(t, rd_of(t->sccrq, t->sccrq_len), &scratch, &msg);
	if (msg.fault.what)
		malformed(t, &msg);
	else
		accept_sccrq(t, &msg);
	secret_wipe(hidden, scratch.len);
	free(t->sccrq);
	t->sccrq = NULL;
}

/* --- the channel, and silence --- */

static void op_tx(void *ctx, const uint8_t *data, size_t len)
{
	struct l2tp_tunnel *t = ctx;

	t->l2tp->ops->tx(t->l2tp->ctx, t, &t->path, data, len);
}

static void op_drained(void *ctx)
{
	struct l2tp_tunnel *t = ctx;

	if (t->state == L2TP_STOPPING)
		finish(t);
}

static uint64_t data_seen(const struct l2tp_tunnel *t)
{
	return t->l2tp->ops->data_seen_ms(t->l2tp->ctx, t);
}

/*
 * Some phones never answer HELLO: while their data comes they live. Who proved nothing has the
 * answer sent again when he asks again, and until then is not a target for more than a few.
 */
static enum l2tp_verdict op_unanswered(void *ctx, uint16_t type)
{
	struct l2tp_tunnel *t = ctx;

	if (t->state == L2TP_WAIT_CTL_CONN)
		return L2TP_BE_SILENT;
	if (type == L2TP_HELLO && data_seen(t) > t->asked_ms) {
		t->asked_ms = loop_now_ms(t->l2tp->loop);
		return L2TP_GO_ON;
	}
	if (t->state == L2TP_STOPPING)
		l2tp_tunnel_vanish(t, t->why);
	else
		l2tp_tunnel_vanish(t, "the peer does not answer");
	return L2TP_GIVE_UP;
}

const struct l2tp_channel_ops l2tp_tunnel_channel_ops = {
	.tx = op_tx, .deliver = op_deliver, .drained = op_drained, .unanswered = op_unanswered,
};

/* RFC 2661 section 6.5: when nothing at all was heard for a while. */
static void on_hello(void *arg)
{
	struct l2tp_tunnel *t = arg;
	uint64_t now = loop_now_ms(t->l2tp->loop), data = data_seen(t);
	uint64_t silence = now - (data > t->heard_ms ? data : t->heard_ms);

	if (silence < t->peer.hello_ms) {
		loop_timer_start(&t->hello, t->peer.hello_ms - silence);
		return;
	}
	loop_timer_start(&t->hello, t->peer.hello_ms);
	if (!l2tp_channel_empty(&t->channel))
		return;		/* a message is under way that asks the same */
	t->asked_ms = now;
	l2tp_tunnel_send(t, 0, &(struct l2tp_message){ .type = L2TP_HELLO });
}

static void on_timer(void *arg)
{
	struct l2tp_tunnel *t = arg;

	if (t->state == L2TP_LINGERING)
		l2tp_tunnel_bury(t);
	else if (t->state == L2TP_ESTABLISHED)
		l2tp_tunnel_stop(t, L2TP_STOP_CLEAR, "the tunnel had no call");
	else	/* in silence: this may be the ghost of a tunnel that lives */
		l2tp_tunnel_vanish(t, "the tunnel was not established in time");
}

/* --- for the owner --- */

struct l2tp_tunnel *l2tp_dial(struct l2tp *l2tp, const struct l2tp_path *path,
			      const struct l2tp_peer *peer, void *owner)
{
	struct l2tp_tunnel *t = l2tp_tunnel_new(l2tp, path);
	struct l2tp_message msg = { .type = L2TP_SCCRQ };

	if (!t)
		return NULL;
	t->owner = owner;
	t->initiator = true;
	t->floating = true;
	t->peer = *peer;
	t->peer_known = true;
	if (!l2tp_tunnel_publish(t, l2tp_tunnel_free_id(l2tp, path)))
		return NULL;
	l2tp_tunnel_set_state(t, L2TP_WAIT_CTL_REPLY);
	introduce(t, &msg);
	t->has_tie_breaker = peer->tie_breaker;
	if (t->has_tie_breaker) {
		l2tp->ops->random(l2tp->ctx, &t->tie_breaker, sizeof(t->tie_breaker));
		msg.have |= L2TP_BIT(L2TP_TIE_BREAKER);
		msg.tie_breaker = t->tie_breaker;
	}
	t->told_down = true;	/* not before this function has returned */
	l2tp_tunnel_send(t, 0, &msg);
	t->told_down = false;
	return t->state == L2TP_DEAD ? NULL : t;
}

void l2tp_tunnel_get_info(const struct l2tp_tunnel *t, struct l2tp_tunnel_info *info)
{
	*info = (struct l2tp_tunnel_info){
		.path = t->path, .id = t->id, .peer_id = t->peer_id, .initiator = t->initiator,
		.established = t->state == L2TP_ESTABLISHED, .authenticated = t->authenticated,
		.host_name = t->host_name, .vendor = t->vendor, .calls = t->n_calls,
	};
}

void l2tp_tunnel_set_owner(struct l2tp_tunnel *t, void *owner)
{
	t->owner = owner;
}

void *l2tp_tunnel_owner(const struct l2tp_tunnel *t)
{
	return t->owner;
}
