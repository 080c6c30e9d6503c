// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of a tunnel (RFC 2661 sections 7.4 and 7.5): incoming ones as LAC and as LNS, outgoing
 * ones as LNS and as LAC.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/l2tp_impl.h"

#define ID_TRIES	64		/* random ids before free ones are looked for in a row */
#define CLIENT_SPEED	100000000	/* told where no line has one, in bits per second */

#define SET(msg, attribute, field, value)			\
	do {							\
		(msg)->have |= L2TP_BIT(L2TP_##attribute);	\
		(field) = (value);				\
	} while (0)

static const char *role_to_str(enum l2tp_role role)
{
	return role == L2TP_LAC_IN || role == L2TP_LNS_IN ? "incoming" : "outgoing";
}

/* --- tables --- */

struct call_key {
	const struct l2tp_tunnel *tunnel;
	uint16_t id;
};

static uint64_t call_hash(const struct l2tp_tunnel *t, uint16_t id)
{
	struct { const void *tunnel; uint64_t id; } key = { t, id };

	return hash_bytes(&key, sizeof(key));
}

static bool same_id(const struct hash_node *node, const void *key)
{
	const struct l2tp_call *c = hash_entry(node, struct l2tp_call, by_id);
	const struct call_key *k = key;

	return c->tunnel == k->tunnel && c->id == k->id;
}

static bool same_peer_id(const struct hash_node *node, const void *key)
{
	const struct l2tp_call *c = hash_entry(node, struct l2tp_call, by_peer);
	const struct call_key *k = key;

	return c->tunnel == k->tunnel && c->peer_id == k->id;
}

static struct l2tp_call *find(const struct l2tp_tunnel *t, uint16_t id)
{
	struct call_key key = { t, id };
	struct hash_node *node = hash_find(&t->l2tp->calls, call_hash(t, id), same_id, &key);

	return node ? hash_entry(node, struct l2tp_call, by_id) : NULL;
}

static struct l2tp_call *find_by_peer(const struct l2tp_tunnel *t, uint16_t peer_id)
{
	struct call_key key = { t, peer_id };
	struct hash_node *node = hash_find(&t->l2tp->calls_by_peer, call_hash(t, peer_id),
					   same_peer_id, &key);

	return node ? hash_entry(node, struct l2tp_call, by_peer) : NULL;
}

/* Unpredictable, RFC 2661 section 9.1. 0: none is left. */
static uint16_t free_id(struct l2tp_tunnel *t)
{
	struct l2tp *l2tp = t->l2tp;
	uint16_t id;

	l2tp->ops->random(l2tp->ctx, &id, sizeof(id));
	for (unsigned int n = 0; n < UINT16_MAX; n++) {
		if (id && !find(t, id))
			return id;
		id++;
		if (n < ID_TRIES)
			l2tp->ops->random(l2tp->ctx, &id, sizeof(id));
	}
	return 0;
}

bool l2tp_call_set_peer_id(struct l2tp_call *c, uint16_t peer_id)
{
	struct l2tp_tunnel *t = c->tunnel;

	if (find_by_peer(t, peer_id))
		return false;
	c->peer_id = peer_id;
	c->in_by_peer = !hash_add(&t->l2tp->calls_by_peer, &c->by_peer, call_hash(t, peer_id));
	return c->in_by_peer;
}

/* --- life --- */

static void on_tunnel_open(struct l2tp_call *c);

static void on_timer(void *arg)
{
	struct l2tp_call *c = arg;

	if (c->state == L2TP_CALL_WAIT_TUNNEL)
		on_tunnel_open(c);
	else
		l2tp_call_close(c, L2TP_CDN_TIMEOUT, "the call was not established in time");
}

void l2tp_call_set_state(struct l2tp_call *c, enum l2tp_call_state state)
{
	static const char *const names[] = { "wait-tunnel", "wait-reply", "wait-connect",
					     "wait-cs-answer", "established", "dead" };
	struct log_about a = l2tp_tunnel_about(c->tunnel);

	log_debug(&a, "L2TP tunnel %u, %s call %u: %s -> %s", c->tunnel->id, role_to_str(c->role),
		  c->id, names[c->state], names[state]);
	c->state = state;
	if (state == L2TP_CALL_ESTABLISHED || state == L2TP_CALL_DEAD)
		loop_timer_stop(&c->timer);
	else if (state != L2TP_CALL_WAIT_TUNNEL)
		loop_timer_start(&c->timer, c->tunnel->l2tp->cfg.call_timeout_ms);
}

struct l2tp_call *l2tp_call_new(struct l2tp_tunnel *t, enum l2tp_role role, uint16_t id)
{
	struct l2tp *l2tp = t->l2tp;
	struct l2tp_call *c;

	if (!id || find(t, id) || t->n_calls >= l2tp->cfg.max_calls_per_tunnel)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->tunnel = t;
	c->role = role;
	c->id = id;
	loop_timer_init(&c->timer, l2tp->loop, on_timer, c);
	if (hash_add(&l2tp->calls, &c->by_id, call_hash(t, id))) {
		free(c);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&t->calls, c, link);
	t->n_calls++;
	t->host->calls++;
	l2tp->stats.calls++;
	l2tp_tunnel_arm_idle(t);
	return c;
}

/* Out of every table before the owner hears of it, so it may do what it likes. */
static void end(struct l2tp_call *c, const char *why)
{
	struct l2tp_tunnel *t = c->tunnel;

	if (c->state == L2TP_CALL_DEAD)
		return;
	l2tp_call_set_state(c, L2TP_CALL_DEAD);
	l2tp_call_bury(c);
	l2tp_tunnel_arm_idle(t);
	t->l2tp->ops->call_down(t->l2tp->ctx, c, why);
}

void l2tp_calls_end(struct l2tp_tunnel *t, const char *why)
{
	while (!TAILQ_EMPTY(&t->calls))
		end(TAILQ_FIRST(&t->calls), why);
}

/* --- CDN --- */

static void send_cdn(struct l2tp_tunnel *t, uint16_t peer_id, uint16_t id,
		     const struct l2tp_refusal *why, const char *told)
{
	struct l2tp_message msg = { .type = L2TP_CDN };

	msg.have = L2TP_BIT(L2TP_RESULT_CODE);
	msg.result.code = why->result;
	msg.result.has_error = why->error || told;
	msg.result.error = why->error;
	if (told)
		msg.result.text = (struct l2tp_octets){ (const uint8_t *)told, strlen(told) };
	SET(&msg, SESSION_ID, msg.session_id, id);
	l2tp_tunnel_send(t, peer_id, &msg);
}

/* There is no call for it here: say so to the one who thinks that there is. */
static void refuse(struct l2tp_tunnel *t, uint16_t peer_id, const struct l2tp_refusal *why,
		   const char *told)
{
	struct log_about a = l2tp_tunnel_about(t);

	if (l2tp_stranger_line_ok(t->l2tp))
		log_info(&a, "L2TP tunnel %u: call refused: %s", t->id, why->why);
	if (peer_id)
		send_cdn(t, peer_id, free_id(t), why, told);
}

static void disconnect(struct l2tp_call *c, const struct l2tp_refusal *why, const char *told)
{
	struct l2tp_tunnel *t = c->tunnel;
	bool unknown = c->state == L2TP_CALL_WAIT_TUNNEL;	/* to the peer */
	uint16_t id = c->id, peer_id = c->peer_id;

	if (c->state == L2TP_CALL_DEAD)
		return;
	end(c, why->why);
	if (!unknown && t->state == L2TP_ESTABLISHED)
		send_cdn(t, peer_id, id, why, told);
}

void l2tp_call_close(struct l2tp_call *c, uint16_t result, const char *why)
{
	struct l2tp_refusal reason = { .result = result, .why = why };

	disconnect(c, &reason, NULL);
}

/* RFC 2661 sections 7.4 and 7.5: a message that has no place in this state. */
static void misplaced(struct l2tp_call *c, const struct l2tp_message *msg)
{
	char why[L2TP_WHY_MAX];
	struct l2tp_refusal reason = { .result = L2TP_CDN_ERROR, .error = L2TP_ERROR_VENDOR,
				       .why = why };

	snprintf(why, sizeof(why), "the peer sent %s when it should not",
		 l2tp_type_to_str(msg->type));
	disconnect(c, &reason, NULL);
}

/* --- requests --- */

static struct l2tp_octets keep_octets(struct wr *w, struct l2tp_octets o)
{
	struct l2tp_octets kept = { w->buf + w->len, o.len };

	wr_bytes(w, o.at, o.len);
	return kept;
}

static struct l2tp_call_request *request_copy(const struct l2tp_call_request *request)
{
	size_t len = request->called.len + request->calling.len + request->sub_address.len;
	struct l2tp_call_request *copy = malloc(sizeof(*copy) + len);
	struct wr w;

	if (!copy)
		return NULL;
	w = wr_to(copy + 1, len);
	*copy = *request;
	copy->called = keep_octets(&w, request->called);
	copy->calling = keep_octets(&w, request->calling);
	copy->sub_address = keep_octets(&w, request->sub_address);
	return copy;
}

static void send_request(struct l2tp_call *c, const struct l2tp_call_request *req)
{
	struct l2tp_message msg = { .type = req->outgoing ? L2TP_OCRQ : L2TP_ICRQ };

	SET(&msg, SESSION_ID, msg.session_id, c->id);
	SET(&msg, CALL_SERIAL, msg.serial, c->serial);
	SET(&msg, BEARER_TYPE, msg.bearer_type, req->bearer_type);
	if (req->outgoing) {
		SET(&msg, MIN_BPS, msg.min_bps, req->min_bps);
		SET(&msg, MAX_BPS, msg.max_bps, req->max_bps);
		SET(&msg, FRAMING_TYPE, msg.framing_type, req->framing_type);
	}
	if (req->called.len || req->outgoing)
		SET(&msg, CALLED_NUMBER, msg.called, req->called);
	if (req->calling.len && !req->outgoing)
		SET(&msg, CALLING_NUMBER, msg.calling, req->calling);
	if (req->sub_address.len)
		SET(&msg, SUB_ADDRESS, msg.sub_address, req->sub_address);
	l2tp_call_set_state(c, L2TP_CALL_WAIT_REPLY);
	l2tp_tunnel_send(c->tunnel, 0, &msg);
}

/*
 * RFC 2661 section 6.9 and 4.4.3: what the peer cannot do is not asked for. NULL: it can.
 */
static const char *beyond_peer(const struct l2tp_tunnel *t, const struct l2tp_call_request *req)
{
	if (!req->outgoing)
		return NULL;
	if (!t->has_bearer_cap)
		return "the peer does not place calls";
	if (req->bearer_type & ~t->bearer_cap)
		return "the peer has no such bearer";
	if (req->framing_type & ~t->framing_cap)
		return "the peer has no such framing";
	return NULL;
}

/* The tunnel is there for a call that waited for it. */
static void on_tunnel_open(struct l2tp_call *c)
{
	struct l2tp_call_request *req = c->request;
	const char *why = beyond_peer(c->tunnel, req);

	c->request = NULL;
	if (why)
		end(c, why);
	else
		send_request(c, req);
	free(req);
}

static struct l2tp_call *waiting(struct l2tp_tunnel *t)
{
	struct l2tp_call *c;

	TAILQ_FOREACH(c, &t->calls, link)
		if (c->state == L2TP_CALL_WAIT_TUNNEL)
			return c;
	return NULL;
}

void l2tp_calls_tunnel_open(struct l2tp_tunnel *t)
{
	struct l2tp_call *c;

	while (t->state == L2TP_ESTABLISHED && (c = waiting(t)))
		on_tunnel_open(c);
}

/* Nothing was sent of them: only the tables know where they are. Ids are given anew if need be. */
void l2tp_calls_move(struct l2tp_tunnel *from, struct l2tp_tunnel *to)
{
	struct l2tp_call *c;
	uint16_t id;

	while ((c = waiting(from))) {
		id = find(to, c->id) ? free_id(to) : c->id;
		if (!id || to->n_calls >= to->l2tp->cfg.max_calls_per_tunnel)
			return;
		hash_del(&from->l2tp->calls, &c->by_id);
		TAILQ_REMOVE(&from->calls, c, link);
		from->n_calls--;
		c->tunnel = to;
		c->id = id;
		TAILQ_INSERT_TAIL(&to->calls, c, link);
		to->n_calls++;
		hash_add(&to->l2tp->calls, &c->by_id, call_hash(to, id));
	}
	l2tp_tunnel_arm_idle(to);
}

struct l2tp_call *l2tp_call_open(struct l2tp_tunnel *t, const struct l2tp_call_request *request,
				 void *owner)
{
	enum l2tp_role role = request->outgoing ? L2TP_LNS_OUT : L2TP_LAC_IN;
	struct l2tp_call_request *copy;
	struct l2tp_call *c;

	if (!l2tp_tunnel_open(t))
		return NULL;
	copy = request_copy(request);
	c = copy ? l2tp_call_new(t, role, free_id(t)) : NULL;
	if (!c) {
		free(copy);
		return NULL;
	}
	c->owner = owner;
	c->serial = t->l2tp->serial++;
	c->request = copy;
	/* Not from within: the owner has not got it in its hands yet, and it may fail. */
	if (t->state == L2TP_ESTABLISHED)
		loop_timer_start(&c->timer, 0);
	return c;
}

/* --- what the peer asks for --- */

static struct l2tp_call_request request_of(const struct l2tp_message *msg)
{
	return (struct l2tp_call_request){
		.outgoing = msg->type == L2TP_OCRQ, .serial = msg->serial,
		.bearer_type = msg->bearer_type, .framing_type = msg->framing_type,
		.min_bps = msg->min_bps, .max_bps = msg->max_bps, .called = msg->called,
		.calling = msg->calling, .sub_address = msg->sub_address,
	};
}

/* Whether there can be a call like this at all. */
static struct l2tp_call *make_room(struct l2tp_tunnel *t, const struct l2tp_message *msg,
				   struct l2tp_refusal *why)
{
	bool outgoing = msg->type == L2TP_OCRQ;
	struct l2tp_call *c;

	*why = (struct l2tp_refusal){ .result = L2TP_CDN_NO_FACILITIES,
				      .why = "outgoing calls are not placed here" };
	if (outgoing && !t->l2tp->cfg.places_calls)
		return NULL;
	*why = (struct l2tp_refusal){ .result = L2TP_CDN_BUSY_NOW,
				      .why = "this address has as many calls as it may have" };
	if (t->host->calls >= t->l2tp->cfg.max_calls_per_address)
		return NULL;
	why->why = "the tunnel has as many calls as it may have";
	c = l2tp_call_new(t, outgoing ? L2TP_LAC_OUT : L2TP_LNS_IN, free_id(t));
	if (c && !l2tp_call_set_peer_id(c, msg->session_id)) {
		why->why = "out of memory";
		l2tp_call_bury(c);
		return NULL;
	}
	return c;
}

static void send_reply(struct l2tp_call *c)
{
	struct l2tp_message msg = { .type = c->role == L2TP_LNS_IN ? L2TP_ICRP : L2TP_OCRP };

	SET(&msg, SESSION_ID, msg.session_id, c->id);
	l2tp_call_set_state(c, c->role == L2TP_LNS_IN ? L2TP_CALL_WAIT_CONNECT :
							L2TP_CALL_WAIT_CS_ANSWER);
	l2tp_tunnel_send(c->tunnel, c->peer_id, &msg);
}

/* RFC 2661 sections 7.4.2 and 7.5.1: idle, Receive ICRQ or OCRQ. */
static void rx_request(struct l2tp_tunnel *t, const struct l2tp_message *msg)
{
	struct l2tp_call_request req = request_of(msg);
	struct l2tp_refusal why;
	struct l2tp_call *c = find_by_peer(t, msg->session_id);

	if (c) {	/* section 7.4.2: wait-connect or established, Receive ICRQ */
		misplaced(c, msg);
		return;
	}
	c = make_room(t, msg, &why);
	if (!c) {
		refuse(t, msg->session_id, &why, NULL);
		return;
	}
	c->serial = msg->serial;
	c->state = L2TP_CALL_WAIT_REPLY;	/* ours, for as long as the owner thinks */
	why = (struct l2tp_refusal){ .result = L2TP_CDN_ADMIN, .why = "not wanted" };
	if (t->l2tp->ops->call_new(t->l2tp->ctx, c, &req, &why)) {
		if (c->state == L2TP_CALL_WAIT_REPLY && t->state == L2TP_ESTABLISHED)
			send_reply(c);
		return;
	}
	if (c->state == L2TP_CALL_DEAD)
		return;
	l2tp_call_set_state(c, L2TP_CALL_DEAD);
	l2tp_call_bury(c);
	l2tp_tunnel_arm_idle(t);
	refuse(t, msg->session_id, &why, NULL);
}

/* --- connected --- */

static struct l2tp_connected connected_of(const struct l2tp_message *msg)
{
	return (struct l2tp_connected){
		.tx_speed = msg->tx_speed,
		.rx_speed = l2tp_has(msg, L2TP_RX_SPEED) ? msg->rx_speed : msg->tx_speed,
		.framing_type = msg->framing_type,
		.sequencing = l2tp_has(msg, L2TP_SEQUENCING),
		.private_group = msg->private_group,
		.has_proxy_lcp = l2tp_has(msg, L2TP_LAST_TX_CONFREQ) &&
				 l2tp_has(msg, L2TP_LAST_RX_CONFREQ),
		.initial_rx_confreq = msg->initial_rx_confreq,
		.last_tx_confreq = msg->last_tx_confreq, .last_rx_confreq = msg->last_rx_confreq,
		.proxy_type = msg->proxy_type, .proxy_id = msg->proxy_id & 0xff,
		.proxy_name = msg->proxy_name, .proxy_challenge = msg->proxy_challenge,
		.proxy_response = msg->proxy_response,
	};
}

/*
 * RFC 2661 section 4.4.5: which AVPs belong to which type. An authentication that lacks one of them
 * is none: PPP asks again.
 */
static bool proxy_complete(const struct l2tp_message *msg)
{
	static const uint64_t name_response = L2TP_BIT(L2TP_PROXY_NAME) |
					      L2TP_BIT(L2TP_PROXY_RESPONSE);
	static const uint64_t challenge_id = L2TP_BIT(L2TP_PROXY_CHALLENGE) |
					     L2TP_BIT(L2TP_PROXY_ID);
	uint64_t need;

	switch (msg->proxy_type) {
	case L2TP_PROXY_TEXT:
		need = name_response;
		break;
	case L2TP_PROXY_PAP:
		need = name_response | L2TP_BIT(L2TP_PROXY_ID);
		break;
	case L2TP_PROXY_CHAP:
	case L2TP_PROXY_MSCHAP:
		need = name_response | challenge_id;
		break;
	case L2TP_PROXY_NONE:
		return true;
	default:
		return false;
	}
	return !(need & ~msg->have);
}

static void up(struct l2tp_call *c, const struct l2tp_connected *info)
{
	l2tp_call_set_state(c, L2TP_CALL_ESTABLISHED);
	c->tunnel->l2tp->ops->call_up(c->tunnel->l2tp->ctx, c, info);
}

/* ICCN as LNS, OCCN as LNS. */
static void rx_connected(struct l2tp_call *c, const struct l2tp_message *msg)
{
	struct l2tp_connected info = connected_of(msg);

	if (!proxy_complete(msg))
		info.proxy_type = 0;
	up(c, &info);
}

static void put_proxy(struct l2tp_message *msg, const struct l2tp_connected *info)
{
	if (info->initial_rx_confreq.len)
		SET(msg, INITIAL_RX_CONFREQ, msg->initial_rx_confreq, info->initial_rx_confreq);
	if (info->has_proxy_lcp) {
		SET(msg, LAST_TX_CONFREQ, msg->last_tx_confreq, info->last_tx_confreq);
		SET(msg, LAST_RX_CONFREQ, msg->last_rx_confreq, info->last_rx_confreq);
	}
	if (!info->proxy_type)
		return;
	SET(msg, PROXY_TYPE, msg->proxy_type, info->proxy_type);
	if (info->proxy_type == L2TP_PROXY_NONE)
		return;
	SET(msg, PROXY_NAME, msg->proxy_name, info->proxy_name);
	SET(msg, PROXY_RESPONSE, msg->proxy_response, info->proxy_response);
	if (info->proxy_type != L2TP_PROXY_TEXT)
		SET(msg, PROXY_ID, msg->proxy_id, info->proxy_id);
	if (info->proxy_challenge.len)
		SET(msg, PROXY_CHALLENGE, msg->proxy_challenge, info->proxy_challenge);
}

static void send_connected(struct l2tp_call *c, const struct l2tp_connected *info)
{
	bool incoming = c->role == L2TP_LAC_IN;
	struct l2tp_message msg = { .type = incoming ? L2TP_ICCN : L2TP_OCCN };

	SET(&msg, TX_SPEED, msg.tx_speed, info->tx_speed);
	SET(&msg, FRAMING_TYPE, msg.framing_type, info->framing_type);
	if (info->rx_speed && info->rx_speed != info->tx_speed)
		SET(&msg, RX_SPEED, msg.rx_speed, info->rx_speed);
	if (info->sequencing)
		msg.have |= L2TP_BIT(L2TP_SEQUENCING);
	if (incoming && info->private_group.len)
		SET(&msg, PRIVATE_GROUP, msg.private_group, info->private_group);
	if (incoming)
		put_proxy(&msg, info);
	l2tp_tunnel_send(c->tunnel, c->peer_id, &msg);
}

/* A client has no line: what is told of it says that there is nothing to take care of. */
static struct l2tp_connected client_info(const struct l2tp_call *c)
{
	uint32_t framing = c->tunnel->framing_cap & L2TP_FRAMING_SYNC ? L2TP_FRAMING_SYNC :
								       L2TP_FRAMING_ASYNC;

	return (struct l2tp_connected){ .tx_speed = CLIENT_SPEED, .rx_speed = CLIENT_SPEED,
					.framing_type = framing };
}

/* RFC 2661 section 7.4.1: wait-reply, Receive ICRP. */
static void rx_icrp(struct l2tp_call *c, const struct l2tp_message *msg)
{
	struct l2tp *l2tp = c->tunnel->l2tp;
	struct l2tp_connected info = client_info(c);
	struct l2tp_refusal why = { .result = L2TP_CDN_ERROR, .error = L2TP_ERROR_SESSION_ID,
				    .why = "the peer gave its session id to another call already" };

	if (!l2tp_call_set_peer_id(c, msg->session_id)) {
		disconnect(c, &why, NULL);
		return;
	}
	l2tp->ops->call_accepted(l2tp->ctx, c, &info);
	if (c->state != L2TP_CALL_WAIT_REPLY)
		return;
	send_connected(c, &info);
	if (c->state == L2TP_CALL_WAIT_REPLY)
		up(c, &info);
}

/* RFC 2661 section 7.5.2: wait-reply, Receive OCRP. */
static void rx_ocrp(struct l2tp_call *c, const struct l2tp_message *msg)
{
	struct l2tp_refusal why = { .result = L2TP_CDN_ERROR, .error = L2TP_ERROR_SESSION_ID,
				    .why = "the peer gave its session id to another call already" };

	if (l2tp_call_set_peer_id(c, msg->session_id))
		l2tp_call_set_state(c, L2TP_CALL_WAIT_CONNECT);
	else
		disconnect(c, &why, NULL);
}

void l2tp_call_answered(struct l2tp_call *c, const struct l2tp_connected *info)
{
	if (c->state != L2TP_CALL_WAIT_CS_ANSWER)
		return;
	l2tp_call_set_state(c, L2TP_CALL_ESTABLISHED);
	send_connected(c, info);
}

/* --- in a call --- */

static void clean_up(struct l2tp_call *c, const struct l2tp_message *msg)
{
	char why[L2TP_WHY_MAX];

	snprintf(why, sizeof(why), "the peer sent %s when it should not",
		 l2tp_type_to_str(msg->type));
	end(c, why);
}

static void rx_wan_errors(struct l2tp_call *c, const struct l2tp_message *msg)
{
	c->tunnel->l2tp->ops->wan_errors(c->tunnel->l2tp->ctx, c, &msg->errors);
}

static void rx_link_info(struct l2tp_call *c, const struct l2tp_message *msg)
{
	c->tunnel->l2tp->ops->link_info(c->tunnel->l2tp->ctx, c, msg->accm.send, msg->accm.recv);
}

#define ROLE(role)	(1 << (role))
#define ANY_ROLE	(ROLE(L2TP_LAC_IN) | ROLE(L2TP_LNS_IN) | ROLE(L2TP_LAC_OUT) | \
			 ROLE(L2TP_LNS_OUT))

/*
 * RFC 2661 sections 7.4.1, 7.4.2, 7.5.1, 7.5.2, in that order. CDN ends a call in every state. What
 * has no row is misplaced: CDN, clean up. WEN and SLI are not in the RFC's tables; SLI comes from
 * whoever negotiates PPP.
 */
static const struct row {
	unsigned int roles;
	enum l2tp_call_state state;
	uint16_t type;
	void (*take)(struct l2tp_call *c, const struct l2tp_message *msg);
} rows[] = {
	{ ROLE(L2TP_LAC_IN), L2TP_CALL_WAIT_REPLY, L2TP_ICRP, rx_icrp },
	{ ROLE(L2TP_LAC_IN), L2TP_CALL_WAIT_REPLY, L2TP_ICCN, clean_up },
	{ ROLE(L2TP_LNS_IN), L2TP_CALL_WAIT_CONNECT, L2TP_ICCN, rx_connected },
	{ ROLE(L2TP_LNS_OUT), L2TP_CALL_WAIT_REPLY, L2TP_OCRP, rx_ocrp },
	{ ROLE(L2TP_LNS_OUT), L2TP_CALL_WAIT_CONNECT, L2TP_OCCN, rx_connected },
	{ ANY_ROLE, L2TP_CALL_ESTABLISHED, L2TP_WEN, rx_wan_errors },
	{ ANY_ROLE, L2TP_CALL_ESTABLISHED, L2TP_SLI, rx_link_info },
};

static const struct row *row_of(const struct l2tp_call *c, uint16_t type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].roles & ROLE(c->role) && rows[i].state == c->state &&
		    rows[i].type == type)
			return &rows[i];
	return NULL;
}

static void rx_cdn(struct l2tp_call *c, const struct l2tp_message *msg)
{
	char text[80], why[L2TP_WHY_MAX];
	const struct l2tp_result *r = &msg->result;

	log_text(text, sizeof(text), r->text.at, r->text.len);
	snprintf(why, sizeof(why), "the peer disconnected the call: %s%s%s%s%s",
		 l2tp_has(msg, L2TP_RESULT_CODE) ? l2tp_result_to_str(L2TP_CDN, r->code) :
						   "no reason given",
		 r->has_error && r->error ? ", " : "",
		 r->has_error && r->error ? l2tp_error_to_str(r->error) : "", text[0] ? ": " : "",
		 text);
	end(c, why);
}

/* An AVP that is mandatory and wrong or unknown ends the call: RFC 2661 sections 4.1 and 7.1. */
static void malformed(struct l2tp_tunnel *t, struct l2tp_call *c, const struct l2tp_message *msg)
{
	char why[L2TP_WHY_MAX];
	struct l2tp_refusal reason = { .result = L2TP_CDN_ERROR, .error = msg->fault.error };

	reason.why = l2tp_fault_to_str(msg, why, sizeof(why));
	if (c)
		disconnect(c, &reason, why);
	else
		refuse(t, msg->session_id, &reason, why);
}

/*
 * A message about a call that is not there: RFC 2661 sections 7.4 and 7.5, idle. Who connects one that another process
 * of ours had accepted would believe for ever that it is up: it is told by the only id of it that we know, the one it
 * has from us (section 4.4.3, Assigned Session ID).
 */
static void rx_idle(struct l2tp_tunnel *t, uint16_t session_id, const struct l2tp_message *msg)
{
	struct l2tp_refusal why = { .result = L2TP_CDN_ERROR, .error = L2TP_ERROR_SESSION_ID,
				    .why = "the peer answered a call that is over" };

	if (msg->type == L2TP_ICRP || msg->type == L2TP_OCRP)
		refuse(t, msg->session_id, &why, NULL);
	else if (session_id && (msg->type == L2TP_ICCN || msg->type == L2TP_OCCN))
		send_cdn(t, 0, session_id, &why, NULL);
}

static void rx_in_call(struct l2tp_call *c, const struct l2tp_message *msg)
{
	const struct row *row = row_of(c, msg->type);

	if (row)
		row->take(c, msg);
	else if (msg->type != L2TP_WEN && msg->type != L2TP_SLI)
		misplaced(c, msg);	/* those are too early to mean anything, and no harm */
}

void l2tp_call_rx(struct l2tp_tunnel *t, uint16_t session_id, const struct l2tp_message *msg)
{
	bool request = msg->type == L2TP_ICRQ || msg->type == L2TP_OCRQ;
	struct l2tp_call *c = session_id ? find(t, session_id) : NULL;

	/* A caller that has not heard our id: only its own tells which call it gives up. */
	if (!session_id && msg->type == L2TP_CDN && l2tp_has(msg, L2TP_SESSION_ID))
		c = find_by_peer(t, msg->session_id);
	if (msg->type == L2TP_CDN && c)
		rx_cdn(c, msg);
	if (msg->type == L2TP_CDN)
		return;		/* of one that is over already, it says nothing new */
	if (msg->fault.what)
		malformed(t, c, msg);
	else if (!c && request)
		rx_request(t, msg);
	else if (!c)
		rx_idle(t, session_id, msg);
	else
		rx_in_call(c, msg);
}

/* --- for the owner --- */

void l2tp_call_link_info(struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm)
{
	struct l2tp_message msg = { .type = L2TP_SLI, .have = L2TP_BIT(L2TP_ACCM),
				    .accm = { send_accm, recv_accm } };

	if (c->state == L2TP_CALL_ESTABLISHED)
		l2tp_tunnel_send(c->tunnel, c->peer_id, &msg);
}

void l2tp_call_wan_errors(struct l2tp_call *c, const struct l2tp_call_errors *errors)
{
	struct l2tp_message msg = { .type = L2TP_WEN, .have = L2TP_BIT(L2TP_CALL_ERRORS),
				    .errors = *errors };

	if (c->state == L2TP_CALL_ESTABLISHED)
		l2tp_tunnel_send(c->tunnel, c->peer_id, &msg);
}

void l2tp_call_get_info(const struct l2tp_call *c, struct l2tp_call_info *info)
{
	*info = (struct l2tp_call_info){
		.tunnel = c->tunnel, .id = c->id, .peer_id = c->peer_id, .serial = c->serial,
		.lns = c->role == L2TP_LNS_IN || c->role == L2TP_LNS_OUT,
		.outgoing = c->role == L2TP_LAC_OUT || c->role == L2TP_LNS_OUT,
		.established = c->state == L2TP_CALL_ESTABLISHED,
	};
}

void l2tp_call_set_owner(struct l2tp_call *c, void *owner)
{
	c->owner = owner;
}

void *l2tp_call_owner(const struct l2tp_call *c)
{
	return c->owner;
}
