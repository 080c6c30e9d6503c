// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/pptp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/pptp.h"

#define STOP_TIMEOUT_MS		3000	/* for the answer to our Stop; TCP closes either way */
#define IGNORED_MAX		64	/* messages out of place that are borne ... */
#define IGNORED_WINDOW_MS	60000	/* ... in this time: a stray one a minute harms nobody */
#define RECV_WINDOW		64	/* announced; the kernel's reorder queue is as long */
#define CAPABILITIES		3	/* both framings, both bearers: no telephone here */
#define FROZEN_VERSION		2
#define CALL_MAX_BPS		100000000	/* of a client's call, where there is no line */

/* RFC 2637 sections 3.1.1 and 3.1.2: the originator and the receiver of a control connection. */
enum state {
	STATE_IDLE,		/* no Start-Control-Connection-Request yet */
	STATE_WAIT_REPLY,	/* ours was sent */
	STATE_ESTABLISHED,
	STATE_STOPPING,		/* we sent Stop, the reply is awaited */
	STATE_DEAD,
	STATE_COUNT,
};

struct call {
	uint16_t id;
	uint16_t peer_id;
	bool waiting;		/* for Outgoing-Call-Reply: RFC 2637 section 3.2.4.2 */
};

struct pptp {
	struct pptp_config cfg;
	const struct pptp_ops *ops;
	void *ctx;
	enum state state;
	struct call *calls;	/* in order of birth */
	unsigned int n_calls, cap_calls;
	struct loop *loop;
	unsigned int ignored;
	uint64_t ignored_since_ms;
	uint8_t rx[PPTP_MESSAGE_MAX];	/* a message that is not complete */
	size_t rx_len;
	uint32_t echo_id;
	bool echo_pending;
	struct loop_timer echo;	/* ESTABLISHED: until the next Echo-Request, or for its reply */
	struct loop_timer reply;	/* for Outgoing-Call-Replies */
	struct loop_timer life;	/* until Start, for the reply to Stop, and while there is no call */
	char host[PPTP_NAME_LEN * 4 + 1], vendor[PPTP_NAME_LEN * 4 + 1];
	char stop_why[128];
};

static struct log_about about(const struct pptp *p)
{
	return p->ops->about(p->ctx);
}

static void arm_life(struct pptp *p)
{
	uint32_t ms = p->state < STATE_ESTABLISHED ? p->cfg.start_timeout_ms :
		      p->state == STATE_STOPPING ? STOP_TIMEOUT_MS : p->cfg.idle_close_ms;

	if (p->state == STATE_DEAD || (p->state == STATE_ESTABLISHED && (p->n_calls || !ms)))
		loop_timer_stop(&p->life);
	else
		loop_timer_start(&p->life, ms);
}

static void set_state(struct pptp *p, enum state state)
{
	static const char *const names[] = { "idle", "wait-reply", "established", "stopping",
					     "dead" };
	struct log_about a = about(p);

	if (state == p->state)
		return;
	log_debug(&a, "PPTP control connection: %s -> %s", names[p->state], names[state]);
	p->state = state;
	arm_life(p);
	if (state == STATE_ESTABLISHED)
		loop_timer_start(&p->echo, p->cfg.echo_interval_ms);
	else
		loop_timer_stop(&p->echo);
}

/*
 * The call's place is free before the owner hears of it, so the owner may do what it likes in
 * call_down().
 */
static void call_end(struct pptp *p, unsigned int i, const char *why)
{
	uint16_t id = p->calls[i].id;

	memmove(&p->calls[i], &p->calls[i + 1], (p->n_calls - i - 1) * sizeof(*p->calls));
	p->n_calls--;
	arm_life(p);
	p->ops->call_down(p->ctx, id, why);
}

static void die(struct pptp *p, const char *why)
{
	if (p->state == STATE_DEAD)
		return;
	set_state(p, STATE_DEAD);
	while (p->n_calls)
		call_end(p, p->n_calls - 1, why);
	p->ops->down(p->ctx, why);
}

static void send(struct pptp *p, const struct pptp_message *msg)
{
	uint8_t buf[PPTP_MESSAGE_MAX];
	struct wr w = wr_to(buf, sizeof(buf));

	pptp_encode(&w, msg);
	if (p->state != STATE_DEAD && !p->ops->tx(p->ctx, buf, w.len))
		die(p, "the peer does not read what is sent to it");
}

static struct call *call_find(struct pptp *p, uint16_t id, bool peers)
{
	for (unsigned int i = 0; i < p->n_calls; i++)
		if (peers ? p->calls[i].peer_id == id && !p->calls[i].waiting :
			    p->calls[i].id == id)
			return &p->calls[i];
	return NULL;
}

static struct call *call_add(struct pptp *p, uint16_t id, uint16_t peer_id)
{
	if (p->n_calls == p->cap_calls) {
		unsigned int cap = p->cap_calls ? p->cap_calls * 2 : 1;
		struct call *calls = realloc(p->calls, cap * sizeof(*calls));

		if (!calls)
			return NULL;
		p->calls = calls;
		p->cap_calls = cap;
	}
	p->calls[p->n_calls] = (struct call){ .id = id, .peer_id = peer_id };
	return &p->calls[p->n_calls++];
}

/*
 * A message that has no business here, or a call that is not taken. A few are a confused peer; many
 * are an attack on the log and the processor.
 */
static void count_misplaced(struct pptp *p)
{
	if (loop_now_ms(p->loop) - p->ignored_since_ms >= IGNORED_WINDOW_MS) {
		p->ignored_since_ms = loop_now_ms(p->loop);
		p->ignored = 0;
	}
	if (++p->ignored > IGNORED_MAX)
		die(p, "the peer sent too many messages out of place");
}

static void ignore(struct pptp *p, const struct pptp_message *msg, const char *why)
{
	struct log_about a = about(p);

	log_debug(&a, "PPTP: ignored %s: %s", pptp_type_to_str(msg->type), why);
	count_misplaced(p);
}

static void names_taken(struct pptp *p, const struct pptp_start *start)
{
	log_text(p->host, sizeof(p->host), start->host, strlen(start->host));
	log_text(p->vendor, sizeof(p->vendor), start->vendor, strlen(start->vendor));
}

static void introduce(const struct pptp *p, struct pptp_start *start)
{
	start->version = PPTP_VERSION;
	start->framing = CAPABILITIES;
	start->bearer = CAPABILITIES;
	start->firmware = 1;
	memcpy(start->host, p->cfg.host_name, sizeof(p->cfg.host_name) - 1);
	memcpy(start->vendor, p->cfg.vendor, sizeof(p->cfg.vendor) - 1);
}

static void rx_start_request(struct pptp *p, const struct pptp_message *msg)
{
	struct pptp_message reply = { .type = PPTP_START_REPLY,
				      .start.result = PPTP_RESULT_OK };
	/* RFC 2637 section 3.1.2: a newer peer steps down. */
	bool version_ok = msg->start.version >= PPTP_VERSION;

	introduce(p, &reply.start);
	if (p->state == STATE_ESTABLISHED)
		reply.start.result = PPTP_START_EXISTS;
	else if (!version_ok)
		reply.start.result = PPTP_START_VERSION;
	send(p, &reply);
	if (p->state != STATE_IDLE)
		return;
	if (!version_ok) {
		die(p, "the peer speaks a PPTP older than version 1.0");
		return;
	}
	names_taken(p, &msg->start);
	set_state(p, STATE_ESTABLISHED);
}

/* RFC 2637 section 2.2 */
static void rx_start_reply(struct pptp *p, const struct pptp_message *msg)
{
	static const char *const results[] = {
		[PPTP_RESULT_GENERAL_ERROR] = "general error",
		[PPTP_START_EXISTS] = "there is one already",
		[PPTP_START_NOT_AUTHORIZED] = "not authorized",
		[PPTP_START_VERSION] = "our version is not supported",
	};
	uint8_t result = msg->start.result;
	char why[128];

	if (result == PPTP_RESULT_OK && msg->start.version >= PPTP_VERSION) {
		names_taken(p, &msg->start);
		set_state(p, STATE_ESTABLISHED);
		p->ops->up(p->ctx);
		return;
	}
	if (result == PPTP_RESULT_OK)
		result = PPTP_START_VERSION;
	snprintf(why, sizeof(why), "the peer refused the control connection: %s%s%s",
		 result < sizeof(results) / sizeof(*results) && results[result] ? results[result] :
										  "unknown result",
		 msg->start.error ? ", " : "",
		 msg->start.error ? pptp_error_to_str(msg->start.error) : "");
	die(p, why);
}

static void rx_stop_request(struct pptp *p, const struct pptp_message *msg)
{
	struct pptp_message reply = { .type = PPTP_STOP_REPLY, .stop.result = PPTP_RESULT_OK };

	(void)msg;
	send(p, &reply);
	die(p, "the peer stopped the control connection");
}

static void rx_stop_reply(struct pptp *p, const struct pptp_message *msg)
{
	if (p->state == STATE_STOPPING)
		die(p, p->stop_why);
	else
		ignore(p, msg, "nothing was stopped");
}

static void rx_echo_request(struct pptp *p, const struct pptp_message *msg)
{
	struct pptp_message reply = { .type = PPTP_ECHO_REPLY,
				      .echo = { .id = msg->echo.id, .result = PPTP_RESULT_OK } };

	if (p->state == STATE_IDLE) {
		reply.echo.result = PPTP_RESULT_GENERAL_ERROR;
		reply.echo.error = PPTP_ERROR_NOT_CONNECTED;
	}
	send(p, &reply);
}

static void rx_echo_reply(struct pptp *p, const struct pptp_message *msg)
{
	if (!p->echo_pending || msg->echo.id != p->echo_id)
		ignore(p, msg, "no such Echo-Request is open");
	else
		p->echo_pending = false;	/* rx_message() arms the next one */
}

/* What stands in the way of a call, as the result code of Outgoing-Call-Reply; 0: nothing. */
static int call_refusal(struct pptp *p, const struct pptp_out_request *req, uint16_t *error)
{
	*error = PPTP_ERROR_NONE;
	if (p->state != STATE_ESTABLISHED)
		*error = PPTP_ERROR_NOT_CONNECTED;
	else if (p->cfg.client)
		return PPTP_OUT_CALL_REFUSED;
	else if (call_find(p, req->call_id, true))
		*error = PPTP_ERROR_BAD_CALL_ID;
	else if (p->n_calls >= PPTP_CALLS_MAX)
		*error = PPTP_ERROR_NO_RESOURCE;
	return *error ? PPTP_RESULT_GENERAL_ERROR : 0;
}

static void rx_out_call_request(struct pptp *p, const struct pptp_message *msg)
{
	const struct pptp_out_request *req = &msg->out_request;
	struct pptp_call_info info = {
		.peer_call_id = req->call_id,
		.peer_window = req->window,
		.connect_speed = req->max_bps,
	};
	struct log_about a = about(p);
	uint16_t error;
	int result = call_refusal(p, req, &error);

	if (!result)
		result = p->ops->call_new(p->ctx, req->call_id, &info.call_id, &error);
	if (!result && !call_add(p, info.call_id, req->call_id)) {
		p->ops->call_down(p->ctx, info.call_id, "out of memory");
		result = PPTP_RESULT_GENERAL_ERROR;
		error = PPTP_ERROR_NO_RESOURCE;
	}
	if (result)
		log_debug(&a, "PPTP call refused: result %d, %s", result, pptp_error_to_str(error));
	else
		arm_life(p);
	send(p, &(struct pptp_message){ .type = PPTP_OUT_CALL_REPLY, .out_reply = {
		.call_id = result ? 0 : info.call_id, .peer_call_id = req->call_id,
		.result = result ? result : PPTP_RESULT_OK, .error = error,
		.speed = req->max_bps, .window = RECV_WINDOW,
	} });
	/* When sending failed the call is gone already, and call_down() was its last word. */
	if (result)
		count_misplaced(p);
	else if (call_find(p, info.call_id, false))
		p->ops->call_up(p->ctx, &info);
}

static const char *call_result_to_str(const struct pptp_out_reply *reply)
{
	static const char *const results[] = {
		"unknown result", "connected", "general error", "no carrier", "busy",
		"no dial tone", "it took too long", "not wanted",
	};

	if (reply->result == PPTP_RESULT_GENERAL_ERROR && reply->error)
		return pptp_error_to_str(reply->error);
	return results[reply->result < sizeof(results) / sizeof(*results) ? reply->result : 0];
}

/* RFC 2637 section 3.2.4.2: wait-reply. Its "Peer's Call ID" is the one that we gave. */
static void rx_out_call_reply(struct pptp *p, const struct pptp_message *msg)
{
	const struct pptp_out_reply *reply = &msg->out_reply;
	struct call *call = call_find(p, reply->peer_call_id, false);
	struct pptp_call_info info = {
		.call_id = reply->peer_call_id, .peer_call_id = reply->call_id,
		.peer_window = reply->window, .connect_speed = reply->speed,
	};
	char why[128];

	if (!call || !call->waiting) {
		ignore(p, msg, "no call waits for it");
	} else if (reply->result != PPTP_RESULT_OK) {
		snprintf(why, sizeof(why), "the peer refused the call: %s",
			 call_result_to_str(reply));
		call_end(p, call - p->calls, why);
	} else if (call_find(p, reply->call_id, true)) {
		pptp_call_clear(p, call->id, "the peer gave its call id to another call already");
	} else {
		call->peer_id = reply->call_id;
		call->waiting = false;
		p->ops->call_up(p->ctx, &info);
	}
}

/*
 * Incoming calls come from a PAC with telephone lines; to us nobody has one to offer (RFC 2637
 * section 2.9).
 */
static void rx_in_call_request(struct pptp *p, const struct pptp_message *msg)
{
	struct pptp_message reply = { .type = PPTP_IN_CALL_REPLY, .in_reply = {
		.peer_call_id = msg->in_request.call_id, .result = PPTP_IN_CALL_REFUSED,
	} };

	if (p->state != STATE_ESTABLISHED) {
		reply.in_reply.result = PPTP_RESULT_GENERAL_ERROR;
		reply.in_reply.error = PPTP_ERROR_NOT_CONNECTED;
	}
	send(p, &reply);
}

/* A PAC's report about a line; over the Internet there is none. */
static void rx_wan_error(struct pptp *p, const struct pptp_message *msg)
{
	struct log_about a = about(p);

	log_debug(&a, "PPTP: call %u has %u CRC and %u framing errors", msg->wan_error.peer_call_id,
		  msg->wan_error.crc, msg->wan_error.framing);
}

static void send_disconnect(struct pptp *p, uint16_t call_id, uint8_t result)
{
	send(p, &(struct pptp_message){ .type = PPTP_CALL_DISCONNECT_NOTIFY,
					.disconnect = { .call_id = call_id, .result = result } });
}

/* RFC 2637 section 2.12: the call id is the one that the sender assigned. */
static void rx_call_clear_request(struct pptp *p, const struct pptp_message *msg)
{
	struct call *call = call_find(p, msg->clear_call_id, true);
	uint16_t id;

	if (!call) {
		ignore(p, msg, "no call has this id");
		return;
	}
	id = call->id;
	send_disconnect(p, id, PPTP_DISCONNECT_REQUEST);
	call = call_find(p, id, false);
	if (call)
		call_end(p, call - p->calls, "the peer cleared the call");
}

/* Only a PAC should send it; some clients do all the same, and mean the end of the call. */
static void rx_disconnect_notify(struct pptp *p, const struct pptp_message *msg)
{
	struct call *call = call_find(p, msg->disconnect.call_id, true);

	if (call)
		call_end(p, call - p->calls, "the peer disconnected the call");
	else
		ignore(p, msg, "no call has this id");
}

static void rx_set_link_info(struct pptp *p, const struct pptp_message *msg)
{
	struct call *call = call_find(p, msg->link_info.peer_call_id, false);

	if (call)
		p->ops->link_info(p->ctx, call->id, msg->link_info.send_accm,
				  msg->link_info.recv_accm);
	else
		ignore(p, msg, "no call has this id");
}

/* Replies to what we never ask, and a PAC's reports about lines that it does not have here. */
static void rx_misplaced(struct pptp *p, const struct pptp_message *msg)
{
	ignore(p, msg, "it is for the other side to receive");
}

/* Which message is taken in which state; the others are ignored and counted. */
#define IN(state) (1 << (state))
#define IN_LIFE (IN(STATE_ESTABLISHED) | IN(STATE_STOPPING))

struct handler {
	void (*rx)(struct pptp *p, const struct pptp_message *msg);
	unsigned int states;
};

static const struct handler server_handlers[PPTP_TYPE_MAX + 1] = {
	[PPTP_START_REQUEST] = { rx_start_request, IN(STATE_IDLE) | IN(STATE_ESTABLISHED) },
	[PPTP_START_REPLY] = { rx_misplaced, IN(STATE_IDLE) | IN_LIFE },
	[PPTP_STOP_REQUEST] = { rx_stop_request, IN(STATE_IDLE) | IN_LIFE },
	[PPTP_STOP_REPLY] = { rx_stop_reply, IN_LIFE },
	[PPTP_ECHO_REQUEST] = { rx_echo_request, IN(STATE_IDLE) | IN_LIFE },
	[PPTP_ECHO_REPLY] = { rx_echo_reply, IN_LIFE },
	[PPTP_OUT_CALL_REQUEST] = { rx_out_call_request, IN(STATE_IDLE) | IN_LIFE },
	[PPTP_OUT_CALL_REPLY] = { rx_misplaced, IN_LIFE },
	[PPTP_IN_CALL_REQUEST] = { rx_in_call_request, IN(STATE_IDLE) | IN_LIFE },
	[PPTP_IN_CALL_REPLY] = { rx_misplaced, IN_LIFE },
	[PPTP_IN_CALL_CONNECTED] = { rx_misplaced, IN_LIFE },
	[PPTP_CALL_CLEAR_REQUEST] = { rx_call_clear_request, IN_LIFE },
	[PPTP_CALL_DISCONNECT_NOTIFY] = { rx_disconnect_notify, IN_LIFE },
	[PPTP_WAN_ERROR_NOTIFY] = { rx_misplaced, IN_LIFE },
	[PPTP_SET_LINK_INFO] = { rx_set_link_info, IN_LIFE },
};

static const struct handler client_handlers[PPTP_TYPE_MAX + 1] = {
	[PPTP_START_REQUEST] = { rx_misplaced, IN(STATE_WAIT_REPLY) | IN_LIFE },
	[PPTP_START_REPLY] = { rx_start_reply, IN(STATE_WAIT_REPLY) },
	[PPTP_STOP_REQUEST] = { rx_stop_request, IN(STATE_WAIT_REPLY) | IN_LIFE },
	[PPTP_STOP_REPLY] = { rx_stop_reply, IN_LIFE },
	[PPTP_ECHO_REQUEST] = { rx_echo_request, IN(STATE_WAIT_REPLY) | IN_LIFE },
	[PPTP_ECHO_REPLY] = { rx_echo_reply, IN_LIFE },
	[PPTP_OUT_CALL_REQUEST] = { rx_out_call_request, IN_LIFE },
	[PPTP_OUT_CALL_REPLY] = { rx_out_call_reply, IN(STATE_ESTABLISHED) },
	[PPTP_IN_CALL_REQUEST] = { rx_in_call_request, IN_LIFE },
	[PPTP_IN_CALL_REPLY] = { rx_misplaced, IN_LIFE },
	[PPTP_IN_CALL_CONNECTED] = { rx_misplaced, IN_LIFE },
	[PPTP_CALL_CLEAR_REQUEST] = { rx_call_clear_request, IN_LIFE },
	[PPTP_CALL_DISCONNECT_NOTIFY] = { rx_disconnect_notify, IN_LIFE },
	[PPTP_WAN_ERROR_NOTIFY] = { rx_wan_error, IN_LIFE },
	[PPTP_SET_LINK_INFO] = { rx_misplaced, IN_LIFE },
};

static void rx_message(struct pptp *p)
{
	const struct handler *handlers = p->cfg.client ? client_handlers : server_handlers;
	struct pptp_message msg;
	struct log_about a = about(p);

	if (pptp_decode(p->rx, p->rx_len, &msg)) {
		die(p, "a control message could not be decoded");
		return;
	}
	p->rx_len = 0;
	log_debug(&a, "PPTP received %s", pptp_type_to_str(msg.type));
	if (handlers[msg.type].states & IN(p->state))
		handlers[msg.type].rx(p, &msg);
	else
		ignore(p, &msg, "not in this state");
	/* RFC 2637 section 3.1.4: only silence asks for an Echo-Request. */
	if (p->state == STATE_ESTABLISHED && !p->echo_pending)
		loop_timer_start(&p->echo, p->cfg.echo_interval_ms);
}

void pptp_rx(struct pptp *p, const uint8_t *data, size_t len)
{
	while (len && p->state != STATE_DEAD) {
		size_t want = PPTP_HEADER_LEN, take;
		const char *why;
		int whole = pptp_message_len(p->rx, p->rx_len, &why);

		if (whole > 0)
			want = whole;
		take = want - p->rx_len < len ? want - p->rx_len : len;
		memcpy(p->rx + p->rx_len, data, take);
		p->rx_len += take;
		data += take;
		len -= take;
		whole = pptp_message_len(p->rx, p->rx_len, &why);
		if (whole < 0) {
			struct log_about a = about(p);

			log_debug(&a, "PPTP control stream is out of step: %s", why);
			die(p, why);	/* RFC 2637 section 1.4 */
		} else if (whole > 0 && p->rx_len == (size_t)whole) {
			rx_message(p);
		}
	}
}

void pptp_rx_eof(struct pptp *p, const char *why)
{
	die(p, p->state == STATE_STOPPING ? p->stop_why : why);
}

static void on_echo(void *arg)
{
	struct pptp *p = arg;

	if (p->echo_pending) {
		die(p, "the peer did not answer an Echo-Request");
		return;
	}
	p->echo_pending = true;
	loop_timer_start(&p->echo, p->cfg.echo_timeout_ms);
	send(p, &(struct pptp_message){ .type = PPTP_ECHO_REQUEST, .echo.id = ++p->echo_id });
}

static void on_life(void *arg)
{
	struct pptp *p = arg;

	if (p->state == STATE_IDLE)
		die(p, "no Start-Control-Connection-Request came in time");
	else if (p->state == STATE_WAIT_REPLY)
		die(p, "the peer did not answer Start-Control-Connection-Request");
	else if (p->state == STATE_STOPPING)
		die(p, p->stop_why);
	else
		pptp_stop(p, "the control connection had no call");
}

static struct call *waiting(struct pptp *p)
{
	for (unsigned int i = 0; i < p->n_calls; i++)
		if (p->calls[i].waiting)
			return &p->calls[i];
	return NULL;
}

static void on_reply(void *arg)
{
	struct pptp *p = arg;
	struct call *call;

	while ((call = waiting(p)))
		pptp_call_clear(p, call->id, "the peer did not answer Outgoing-Call-Request");
}

void pptp_open(struct pptp *p)
{
	struct pptp_message msg = { .type = PPTP_START_REQUEST };

	if (!p->cfg.client || p->state != STATE_IDLE)
		return;
	introduce(p, &msg.start);
	set_state(p, STATE_WAIT_REPLY);
	send(p, &msg);
}

bool pptp_call_open(struct pptp *p, uint16_t call_id)
{
	if (!p->cfg.client || p->state != STATE_ESTABLISHED || p->n_calls >= PPTP_CALLS_MAX ||
	    call_find(p, call_id, false) || !call_add(p, call_id, 0))
		return false;
	p->calls[p->n_calls - 1].waiting = true;
	arm_life(p);
	loop_timer_start(&p->reply, p->cfg.start_timeout_ms);
	send(p, &(struct pptp_message){ .type = PPTP_OUT_CALL_REQUEST, .out_request = {
		.call_id = call_id, .serial = call_id, .min_bps = 1, .max_bps = CALL_MAX_BPS,
		.bearer = CAPABILITIES, .framing = CAPABILITIES, .window = RECV_WINDOW,
	} });
	return true;
}

void pptp_set_link_info(struct pptp *p, uint16_t call_id, uint32_t send_accm, uint32_t recv_accm)
{
	struct call *call = call_find(p, call_id, false);

	if (call && !call->waiting && p->cfg.client)
		send(p, &(struct pptp_message){ .type = PPTP_SET_LINK_INFO, .link_info = {
			.peer_call_id = call->peer_id, .send_accm = send_accm,
			.recv_accm = recv_accm } });
}

void pptp_call_clear(struct pptp *p, uint16_t call_id, const char *why)
{
	struct call *call = call_find(p, call_id, false);

	if (!call)
		return;
	if (p->cfg.client)
		send(p, &(struct pptp_message){ .type = PPTP_CALL_CLEAR_REQUEST,
						.clear_call_id = call_id });
	else
		send_disconnect(p, call_id, PPTP_DISCONNECT_ADMIN);
	call = call_find(p, call_id, false);
	if (call)
		call_end(p, call - p->calls, why);
}

void pptp_stop(struct pptp *p, const char *why)
{
	if (p->state == STATE_STOPPING || p->state == STATE_DEAD)
		return;
	if (p->state < STATE_ESTABLISHED) {
		die(p, why);
		return;
	}
	snprintf(p->stop_why, sizeof(p->stop_why), "%s", why);
	set_state(p, STATE_STOPPING);
	while (p->n_calls)
		pptp_call_clear(p, p->calls[p->n_calls - 1].id, why);
	send(p, &(struct pptp_message){ .type = PPTP_STOP_REQUEST,
					.stop.result = PPTP_STOP_LOCAL_SHUTDOWN });
}

unsigned int pptp_calls(const struct pptp *p)
{
	return p->n_calls;
}

const char *pptp_peer_host(const struct pptp *p)
{
	return p->host;
}

const char *pptp_peer_vendor(const struct pptp *p)
{
	return p->vendor;
}

static struct pptp *pptp_alloc(struct loop *loop, const struct pptp_config *cfg,
			       const struct pptp_ops *ops, void *ctx)
{
	struct pptp *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->cfg = *cfg;
	p->loop = loop;
	p->ignored_since_ms = loop_now_ms(loop);
	p->ops = ops;
	p->ctx = ctx;
	loop_timer_init(&p->echo, loop, on_echo, p);
	loop_timer_init(&p->reply, loop, on_reply, p);
	loop_timer_init(&p->life, loop, on_life, p);
	return p;
}

struct pptp *pptp_new(struct loop *loop, const struct pptp_config *cfg, const struct pptp_ops *ops,
		      void *ctx)
{
	struct pptp *p = pptp_alloc(loop, cfg, ops, ctx);

	if (p)
		arm_life(p);
	return p;
}

void pptp_free(struct pptp *p)
{
	if (!p)
		return;
	loop_timer_stop(&p->echo);
	loop_timer_stop(&p->reply);
	loop_timer_stop(&p->life);
	free(p->calls);
	free(p);
}

void pptp_freeze(const struct pptp *p, struct wr *w)
{
	wr_u8(w, FROZEN_VERSION);
	wr_u8(w, p->state);
	wr_u8(w, p->cfg.client);
	wr_u8(w, p->echo_pending);
	wr_u32(w, p->echo_id);
	wr_u16(w, p->ignored);
	wr_u16(w, p->rx_len);
	wr_bytes(w, p->rx, p->rx_len);
	wr_u16(w, strlen(p->host));
	wr_bytes(w, p->host, strlen(p->host));
	wr_u16(w, strlen(p->vendor));
	wr_bytes(w, p->vendor, strlen(p->vendor));
	wr_u16(w, p->n_calls);
	for (unsigned int i = 0; i < p->n_calls; i++) {
		wr_u16(w, p->calls[i].id);
		wr_u16(w, p->calls[i].peer_id);
		wr_u8(w, p->calls[i].waiting);
	}
}

static void thaw_text(struct rd *r, char *dst, size_t cap)
{
	uint16_t len = rd_u16(r);

	if (len >= cap)
		r->bad = true;
	else
		rd_copy(r, dst, len);
}

static bool thaw_fields(struct pptp *p, struct rd *r)
{
	unsigned int n_calls;
	uint8_t state;

	if (rd_u8(r) != FROZEN_VERSION)
		return false;
	state = rd_u8(r);
	if (rd_u8(r) != p->cfg.client || (state == STATE_WAIT_REPLY && !p->cfg.client))
		return false;
	p->echo_pending = rd_u8(r);
	p->echo_id = rd_u32(r);
	p->ignored = rd_u16(r);
	p->rx_len = rd_u16(r);
	if (state >= STATE_DEAD || p->rx_len >= sizeof(p->rx))
		return false;
	p->state = state;
	rd_copy(r, p->rx, p->rx_len);
	thaw_text(r, p->host, sizeof(p->host));
	thaw_text(r, p->vendor, sizeof(p->vendor));
	n_calls = rd_u16(r);
	if (r->bad || n_calls > PPTP_CALLS_MAX)
		return false;
	while (n_calls--) {
		uint16_t id = rd_u16(r), peer_id = rd_u16(r);
		uint8_t is_waiting = rd_u8(r);

		if (is_waiting > 1 || (is_waiting && !p->cfg.client) || call_find(p, id, false) ||
		    (!is_waiting && call_find(p, peer_id, true)) || !call_add(p, id, peer_id))
			return false;
		p->calls[p->n_calls - 1].waiting = is_waiting;
	}
	return !r->bad;
}

/*
 * Timers begin anew: a restart may delay an Echo-Request or a time-out once, and never shortens
 * one.
 */
struct pptp *pptp_thaw(struct loop *loop, const struct pptp_config *cfg, const struct pptp_ops *ops,
		       void *ctx, struct rd *r)
{
	struct pptp *p = pptp_alloc(loop, cfg, ops, ctx);

	if (!p)
		return NULL;
	if (!thaw_fields(p, r)) {
		pptp_free(p);
		return NULL;
	}
	snprintf(p->stop_why, sizeof(p->stop_why), "the control connection was stopped");
	arm_life(p);
	if (waiting(p))
		loop_timer_start(&p->reply, cfg->start_timeout_ms);
	if (p->state == STATE_ESTABLISHED)
		loop_timer_start(&p->echo,
				 p->echo_pending ? cfg->echo_timeout_ms : cfg->echo_interval_ms);
	return p;
}
