// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An L2TP endpoint. A datagram is written as
 *
 *   NAME KEY=VALUE... (AVP ITEMS...)...    sccrq ns=0 (version 0100) (host "lac") (tunnel 0007)
 *   zlb KEY=VALUE...
 *   raw HEX...                             the datagram octet for octet
 *
 * Keys are tid, sid, ns, nr, and of what the peer sends also from, port, to and sa (address and port
 * of the peer, our address, number of the socket). What is left out: the session id is 0; the others
 * are any in what comes out, and in what goes in the tunnel id that we gave last and the peer's next
 * ns and nr. A packet that does not go to 192.0.2.9:1701 from 192.0.2.1 is told before:
 * = to ADDRESS:PORT from ADDRESS.
 *
 * An AVP is a name or VENDOR/NUMBER, with :m, :-m (M bit as said), :h (hidden with the secret set,
 * behind the last vector), :x (a reserved bit) behind it. @proof SECRET is the answer to the
 * challenge that came out last, @answer SECRET to the one that went in last.
 *
 * Ids that we give count up from 1001, other random octets are 5a and up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp.h"
#include "wire/l2tp.h"
#include "wire/l2tp_hide.h"
#include "wire/mschap.h"
#include "world.h"

#define OBJECTS_MAX	64

struct world {
	struct outputs *out;
	struct loop *loop;
	struct l2tp_config cfg;
	struct l2tp_config begun_with;
	struct l2tp *l2tp;
	struct l2tp_peer peer;
	struct l2tp_tunnel *tunnels[OBJECTS_MAX];
	struct l2tp_peer told[OBJECTS_MAX];	/* what holds for that tunnel */
	struct l2tp_call *calls[OBJECTS_MAX];
	unsigned int n_tunnels, n_calls;
	struct l2tp_tunnel *asking;
	struct l2tp_refusal refuse_call, refuse_peer;
	struct l2tp_path usual, from;
	bool manual, no_admit, close_accepted;
	unsigned int lose;
	uint64_t data_ms;
	uint16_t next_id, last_tunnel, peer_ns, peer_nr;
	bool ns_used;
	uint8_t next_random;
	uint8_t challenge_out[256], challenge_in[256];
	size_t challenge_out_len, challenge_in_len;
	uint8_t vector[256];
	size_t vector_len;
	struct l2tp_connected connected;
	bool message_proves[OBJECTS_MAX];	/* the one that is received, for that tunnel */
	uint8_t left_open;		/* FROM_* and NEXT_*: of the datagram that was encoded last */
};

/* What a tape says before the octets of a datagram. */
enum {
	NEXT_NS = 1,		/* the peer's next */
	NEXT_NR = 2,
	LAST_TUNNEL = 4,	/* the tunnel id that we gave last */
	FROM_PORT = 8,		/* from another port, address, transport, or to another address */
	FROM_PEER = 16,
	FROM_TRANSPORT = 32,
	FROM_LOCAL = 64,
	FULL_LENGTH = 128,	/* Length is that of the datagram */
};

static const char *const types[] = {
	"", "sccrq", "sccrp", "scccn", "stopccn", "", "hello", "ocrq", "ocrp", "occn", "icrq", "icrp",
	"iccn", "", "cdn", "wen", "sli",
};

static const struct { const char *name; uint16_t number; bool m; } avp_names[] = {
	{ "type", 0, true },	      { "result", 1, true },	 { "version", 2, true },
	{ "framing", 3, true },	      { "bearer", 4, true },	 { "tie", 5, false },
	{ "firmware", 6, false },     { "host", 7, true },	 { "vendor", 8, false },
	{ "tunnel", 9, true },	      { "window", 10, true },	 { "challenge", 11, true },
	{ "cause", 12, true },	      { "response", 13, true },	 { "session", 14, true },
	{ "serial", 15, true },	      { "min-bps", 16, true },	 { "max-bps", 17, true },
	{ "bearer-type", 18, true },  { "framing-type", 19, true }, { "called", 21, true },
	{ "calling", 22, true },      { "sub", 23, true },	 { "speed", 24, true },
	{ "channel", 25, false },     { "lcp-first", 26, false }, { "lcp-sent", 27, false },
	{ "lcp-recv", 28, false },    { "p-type", 29, false },	 { "p-name", 30, false },
	{ "p-challenge", 31, false }, { "p-id", 32, false },	 { "p-response", 33, false },
	{ "errors", 34, true },	      { "accm", 35, true },	 { "vector", 36, true },
	{ "group", 37, false },	      { "rx-speed", 38, false }, { "sequencing", 39, true },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- ops --- */

static void note_output(struct world *w, const uint8_t *data, size_t len)
{
	struct l2tp_header h;
	struct l2tp_message msg;
	uint8_t hidden[L2TP_CONTROL_MAX];
	struct wr scratch = wr_to(hidden, sizeof(hidden));
	const char *why;

	if (l2tp_header_parse(&h, data, len, &why) || !h.body.left)
		return;
	if ((int16_t)(h.ns + 1 - w->peer_nr) > 0)
		w->peer_nr = h.ns + 1;
	l2tp_decode(h.body, &(struct l2tp_secret){ w->peer.secret, strlen(w->peer.secret) },
		    &scratch, &msg);
	if (l2tp_has(&msg, L2TP_TUNNEL_ID))
		w->last_tunnel = msg.tunnel_id;
	if (!l2tp_has(&msg, L2TP_CHALLENGE))
		return;
	w->challenge_out_len = msg.challenge.len;
	memcpy(w->challenge_out, msg.challenge.at, msg.challenge.len);
}

static void op_tx(void *ctx, struct l2tp_tunnel *t, const struct l2tp_path *path, const uint8_t *data,
		  size_t len)
{
	struct world *w = ctx;
	char peer[ADDR_STRLEN], local[ADDR_STRLEN];

	(void)t;
	if (w->lose) {
		w->lose--;
		return;
	}
	note_output(w, data, len);
	if (!addr_equal(&path->peer, &w->usual.peer) || path->peer_port != L2TP_PORT ||
	    !addr_equal(&path->local, &w->usual.local))
		outputs_event(w->out, "to %s:%u from %s", addr_to_str(&path->peer, peer),
			      path->peer_port, addr_to_str(&path->local, local));
	outputs_packet(w->out, data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	struct world *w = ctx;
	uint16_t id;

	if (len == sizeof(id)) {
		id = w->next_id++;
		memcpy(buf, &id, len);
	} else if (len == sizeof(uint32_t)) {
		memset(buf, 0, len);
	} else {
		for (size_t i = 0; i < len; i++)
			((uint8_t *)buf)[i] = (uint8_t)(w->next_random + i);
	}
}

static bool op_admit(void *ctx, const struct l2tp_path *path, struct l2tp_refusal *refusal)
{
	struct world *w = ctx;

	(void)path;
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_SHUTDOWN, .why = "shutting down" };
	return !w->no_admit && w->n_tunnels < OBJECTS_MAX;
}

static void add_tunnel(struct world *w, struct l2tp_tunnel *t)
{
	if (w->n_tunnels == OBJECTS_MAX)
		abort();
	w->tunnels[w->n_tunnels++] = t;
}

/* Where it is; ops are about objects that are there. */
static unsigned int tunnel_at(const struct world *w, const struct l2tp_tunnel *t, const char *op)
{
	unsigned int i;

	for (i = 0; i < w->n_tunnels && w->tunnels[i] != t; i++)
		;
	if (i < w->n_tunnels)
		return i;
	fprintf(stderr, "%s() about a tunnel that is not there\n", op);
	abort();
}

static unsigned int call_at(const struct world *w, const struct l2tp_call *c, const char *op)
{
	unsigned int i;

	for (i = 0; i < w->n_calls && w->calls[i] != c; i++)
		;
	if (i < w->n_calls)
		return i;
	fprintf(stderr, "%s() about a call that is not there\n", op);
	abort();
}

static unsigned int id_of(const struct l2tp_tunnel *t)
{
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	return info.id;
}

static void reply(struct world *w)
{
	w->told[tunnel_at(w, w->asking, "reply")] = w->peer;
	l2tp_peer_reply(w->asking, w->refuse_peer.why ? NULL : &w->peer, &w->refuse_peer);
}

static void op_peer_ask(void *ctx, struct l2tp_tunnel *t, const char *host_name)
{
	struct world *w = ctx;

	outputs_event(w->out, "ask %u \"%s\"", id_of(t), host_name);
	if (!l2tp_tunnel_owner(t)) {
		add_tunnel(w, t);
		l2tp_tunnel_set_owner(t, w);
	}
	tunnel_at(w, t, "peer_ask");
	w->asking = t;
	if (!w->manual)
		reply(w);
}

static void op_tunnel_up(void *ctx, struct l2tp_tunnel *t)
{
	struct world *w = ctx;
	struct l2tp_tunnel_info info;
	unsigned int i;

	l2tp_tunnel_get_info(t, &info);
	i = tunnel_at(w, t, "tunnel_up");
	if (w->told[i].authenticate && w->told[i].secret[0] &&
	    (!info.authenticated || !w->message_proves[i])) {
		fprintf(stderr, "a tunnel is up whose peer has not proved that it knows the secret\n");
		abort();
	}
	outputs_event(w->out, "up %u host=\"%s\"%s", info.id, info.host_name,
		      info.authenticated ? " authenticated" : "");
}

static void op_tunnel_down(void *ctx, struct l2tp_tunnel *t, const char *why)
{
	struct world *w = ctx;
	unsigned int i;

	outputs_event(w->out, "down %u %s", id_of(t), why);
	if (w->asking == t)
		w->asking = NULL;
	/* One that the owner was never asked about, or has not got in its hands yet. */
	if (!l2tp_tunnel_owner(t))
		return;
	i = tunnel_at(w, t, "tunnel_down");
	w->tunnels[i] = w->tunnels[--w->n_tunnels];
	w->told[i] = w->told[w->n_tunnels];
	w->message_proves[i] = w->message_proves[w->n_tunnels];
}

static unsigned int call_id(const struct l2tp_call *c)
{
	struct l2tp_call_info info;

	l2tp_call_get_info(c, &info);
	return info.id;
}

static bool op_call_new(void *ctx, struct l2tp_call *c, const struct l2tp_call_request *req,
			struct l2tp_refusal *refusal)
{
	struct world *w = ctx;
	struct l2tp_call_info info;

	l2tp_call_get_info(c, &info);
	outputs_event(w->out, "call-new %u peer=%u serial=%u called=\"%.*s\"%s", info.id,
		      info.peer_id, req->serial, req->called.len, (const char *)req->called.at,
		      req->outgoing ? " outgoing" : "");
	if (w->refuse_call.why)
		*refusal = w->refuse_call;
	if (w->refuse_call.why || w->n_calls == OBJECTS_MAX)
		return false;
	w->calls[w->n_calls++] = c;
	return true;
}

static void op_call_accepted(void *ctx, struct l2tp_call *c, struct l2tp_connected *info)
{
	struct world *w = ctx;

	call_at(w, c, "call_accepted");
	outputs_event(w->out, "accepted %u", call_id(c));
	if (w->connected.tx_speed)
		*info = w->connected;
	if (w->close_accepted)
		l2tp_call_close(c, L2TP_CDN_ADMIN, "changed my mind");
}

static void op_call_up(void *ctx, struct l2tp_call *c, const struct l2tp_connected *info)
{
	struct world *w = ctx;
	char proxy[256] = "";

	call_at(w, c, "call_up");
	if (info->proxy_type)
		snprintf(proxy, sizeof(proxy), " proxy=%u id=%u name=\"%.*s\" response=\"%.*s\"",
			 info->proxy_type, info->proxy_id, info->proxy_name.len,
			 (const char *)info->proxy_name.at, info->proxy_response.len,
			 (const char *)info->proxy_response.at);
	outputs_event(w->out, "call-up %u speed=%u/%u%s%s%s", call_id(c), info->tx_speed,
		      info->rx_speed, info->sequencing ? " sequencing" : "",
		      info->has_proxy_lcp ? " lcp" : "", proxy);
}

static void op_call_down(void *ctx, struct l2tp_call *c, const char *why)
{
	struct world *w = ctx;

	outputs_event(w->out, "call-down %u %s", call_id(c), why);
	w->calls[call_at(w, c, "call_down")] = w->calls[w->n_calls - 1];
	w->n_calls--;
}

static void op_link_info(void *ctx, struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm)
{
	struct world *w = ctx;

	call_at(w, c, "link_info");
	outputs_event(w->out, "link-info %u %08x %08x", call_id(c), send_accm, recv_accm);
}

static void op_wan_errors(void *ctx, struct l2tp_call *c, const struct l2tp_call_errors *errors)
{
	struct world *w = ctx;

	call_at(w, c, "wan_errors");
	outputs_event(w->out, "wan-errors %u crc=%u alignment=%u", call_id(c), errors->crc,
		      errors->alignment);
}

static uint64_t op_data_seen_ms(void *ctx, const struct l2tp_tunnel *t)
{
	struct world *w = ctx;

	(void)t;
	return w->data_ms;
}

static const struct l2tp_ops ops = {
	.tx = op_tx, .random = op_random, .admit = op_admit, .peer_ask = op_peer_ask,
	.tunnel_up = op_tunnel_up, .tunnel_down = op_tunnel_down, .call_new = op_call_new,
	.call_accepted = op_call_accepted, .call_up = op_call_up, .call_down = op_call_down,
	.link_info = op_link_info, .wan_errors = op_wan_errors, .data_seen_ms = op_data_seen_ms,
};

/* --- the world --- */

static struct world *make(struct outputs *out)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w || mschap_init())
		abort();
	w->out = out;
	w->loop = loop_new_virtual(1000000);
	w->next_id = 1001;
	w->next_random = 0x5a;
	w->usual = (struct l2tp_path){ .transport = 1, .local = addr_v4(0xc0000201),
				       .peer = addr_v4(0xc0000209), .local_port = L2TP_PORT,
				       .peer_port = L2TP_PORT };
	w->peer.hello_ms = 60000;
	w->cfg = (struct l2tp_config){
		.host_name = "gw", .vendor = "adit",
		.channel = { .window = 8, .retransmit_ms = 1000, .retransmit_cap_ms = 8000,
			     .retransmit_max = 5, .ack_delay_ms = 50 },
		.half_open_retransmit_max = 2, .setup_timeout_ms = 30000, .call_timeout_ms = 30000,
		.linger_ms = 31000, .max_tunnels = 100, .max_tunnels_per_address = 50,
		.max_half_open = 20, .max_half_open_per_address = 10, .max_calls_per_tunnel = 40,
		.max_calls_per_address = 40,
	};
	return w;
}

static void destroy(struct world *w)
{
	uint64_t due;

	l2tp_free(w->l2tp);
	if (loop_virtual_next(w->loop, &due)) {
		fprintf(stderr, "a timer runs although its owner is gone\n");
		abort();
	}
	loop_free(w->loop);
	free(w);
}

static const struct { const char *name; size_t at; unsigned int scale; } numbers[] = {
	{ "window", offsetof(struct world, cfg.channel.window), 0 },
	{ "hello", offsetof(struct world, peer.hello_ms), 1000 },
	{ "idle-close", offsetof(struct world, cfg.idle_close_ms), 1000 },
	{ "retries", offsetof(struct world, cfg.channel.retransmit_max), 1 },
	{ "setup", offsetof(struct world, cfg.setup_timeout_ms), 1000 },
	{ "max-tunnels", offsetof(struct world, cfg.max_tunnels), 1 },
	{ "max-per-address", offsetof(struct world, cfg.max_tunnels_per_address), 1 },
	{ "max-half-open", offsetof(struct world, cfg.max_half_open), 1 },
	{ "max-half-open-per-address", offsetof(struct world, cfg.max_half_open_per_address), 1 },
	{ "max-calls-per-address", offsetof(struct world, cfg.max_calls_per_address), 1 },
	{ "max-calls", offsetof(struct world, cfg.max_calls_per_tunnel), 1 },
};

static const struct { const char *name; size_t at; } switches[] = {
	{ "authenticate", offsetof(struct world, peer.authenticate) },
	{ "hide", offsetof(struct world, peer.hide) },
	{ "tie", offsetof(struct world, peer.tie_breaker) },
	{ "places-calls", offsetof(struct world, cfg.places_calls) },
	{ "manual", offsetof(struct world, manual) },
	{ "close-accepted", offsetof(struct world, close_accepted) },
	{ "no-admit", offsetof(struct world, no_admit) },
};

static const char *change(struct world *w, const struct token *t, unsigned int n)
{
	void *base = w;

	if (n == 2 && !strcmp(t[0].text, "secret")) {
		snprintf(w->peer.secret, sizeof(w->peer.secret), "%.255s", t[1].text);
		return NULL;
	}
	if (n == 2 && !strcmp(t[0].text, "expect")) {
		snprintf(w->peer.expect, sizeof(w->peer.expect), "%.255s", t[1].text);
		return NULL;
	}
	if (n == 3 && !strcmp(t[0].text, "refuse-call")) {
		w->refuse_call = (struct l2tp_refusal){ .result = atoi(t[1].text),
							.error = atoi(t[2].text), .why = "no" };
		return NULL;
	}
	if (n == 2 && !strcmp(t[0].text, "refuse-peer")) {
		w->refuse_peer = (struct l2tp_refusal){ .result = atoi(t[1].text), .why = "no" };
		return NULL;
	}
	for (size_t i = 0; i < COUNT(switches); i++)
		if (n == 1 && !strcmp(t[0].text, switches[i].name))
			return *(bool *)((char *)base + switches[i].at) = true, NULL;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		unsigned long v = n == 2 ? strtoul(t[1].text, NULL, 10) : 0;
		char *at = (char *)base + numbers[i].at;

		if (n != 2 || strcmp(t[0].text, numbers[i].name))
			continue;
		if (numbers[i].scale)
			*(uint32_t *)at = v * numbers[i].scale;
		else
			*(uint16_t *)at = v;
		return NULL;
	}
	return "no such setting";
}

/* What struct l2tp_config promises. */
static bool config_valid(const struct l2tp_config *c)
{
	return c->channel.window && c->channel.window <= L2TP_CHANNEL_WINDOW_MAX &&
	       c->max_calls_per_tunnel <= UINT16_MAX;
}

static const char *begin(struct world *w)
{
	if (!config_valid(&w->cfg))
		return "no such configuration can be";
	w->begun_with = w->cfg;
	w->l2tp = l2tp_new(w->loop, &w->cfg, &ops, w);
	return w->l2tp ? NULL : "l2tp_new() failed";
}

static struct l2tp_call *call_of(const struct world *w, const char *id)
{
	for (unsigned int i = 0; i < w->n_calls; i++)
		if (call_id(w->calls[i]) == strtoul(id, NULL, 10))
			return w->calls[i];
	return NULL;
}

/* Another process takes over: the one tunnel and its calls. */
static const char *freeze(struct world *w)
{
	static uint8_t record[L2TP_TUNNEL_FROZEN_MAX], calls[OBJECTS_MAX][L2TP_CALL_FROZEN_MAX];
	struct wr wr = wr_to(record, sizeof(record)), cw[OBJECTS_MAX];
	unsigned int n_calls = 0;
	struct rd rd;

	if (w->n_tunnels != 1 || !l2tp_tunnel_can_freeze(w->tunnels[0]))
		return "there is not one tunnel that can be frozen";
	l2tp_tunnel_freeze(w->tunnels[0], &wr);
	if (wr.bad)
		return "too much waits for an acknowledgment";
	/* A call that is still being made is lost. */
	for (unsigned int i = 0; i < w->n_calls; i++) {
		if (!l2tp_call_can_freeze(w->calls[i]))
			continue;
		cw[n_calls] = wr_to(calls[n_calls], sizeof(calls[n_calls]));
		l2tp_call_freeze(w->calls[i], &cw[n_calls++]);
	}
	w->asking = NULL;
	w->cfg = w->begun_with;
	l2tp_free(w->l2tp);
	begin(w);
	rd = rd_of(record, wr.len);
	w->tunnels[0] = l2tp_tunnel_thaw(w->l2tp, w, &rd);
	if (!w->tunnels[0] || !rd_done(&rd))
		return "the record is not valid";
	w->n_calls = n_calls;
	for (unsigned int i = 0; i < n_calls; i++) {
		rd = rd_of(calls[i], cw[i].len);
		w->calls[i] = l2tp_call_thaw(w->tunnels[0], w, &rd);
		if (!w->calls[i] || !rd_done(&rd))
			return "a call's record is not valid";
	}
	l2tp_tunnel_resume(w->tunnels[0]);
	return NULL;
}

static const char *dial(struct world *w)
{
	struct l2tp_tunnel *t;

	if (w->n_tunnels == OBJECTS_MAX)
		return "there are as many tunnels as this world can hold";
	t = l2tp_dial(w->l2tp, &w->usual, &w->peer, w);
	if (!t)
		return "l2tp_dial() failed";
	w->told[w->n_tunnels] = w->peer;
	add_tunnel(w, t);
	return NULL;
}

static const char *open_call(struct world *w, const struct token *t, unsigned int n)
{
	struct l2tp_call_request req = { .outgoing = !strcmp(t[0].text, "call-out"),
					 .bearer_type = L2TP_BEARER_DIGITAL,
					 .framing_type = L2TP_FRAMING_SYNC, .max_bps = 64000 };
	struct l2tp_call *c;

	if (n > 1)
		req.called = (struct l2tp_octets){ (const uint8_t *)t[1].text,
						   strlen(t[1].text) };
	if (!w->n_tunnels || w->n_calls == OBJECTS_MAX)
		return "no tunnel, or as many calls as this world can hold";
	c = l2tp_call_open(w->tunnels[w->n_tunnels - 1], &req, w);
	if (!c)
		return "l2tp_call_open() failed";
	w->calls[w->n_calls++] = c;
	outputs_event(w->out, "call %u", call_id(c));
	return NULL;
}

static const char *act_on_call(struct world *w, const struct token *t, unsigned int n)
{
	static const struct l2tp_call_errors errors = { .crc = 1, .alignment = 6 };
	static const struct l2tp_connected connected = { .tx_speed = 64000, .rx_speed = 64000,
							 .framing_type = L2TP_FRAMING_SYNC };
	struct l2tp_call *c = n > 1 ? call_of(w, t[1].text) : NULL;

	if (!c)
		return "no such act, or no such call";
	if (!strcmp(t[0].text, "close") && n == 3)
		l2tp_call_close(c, L2TP_CDN_ADMIN, t[2].text);
	else if (!strcmp(t[0].text, "answered"))
		l2tp_call_answered(c, &connected);
	else if (!strcmp(t[0].text, "sli"))
		l2tp_call_link_info(c, 0xffffffff, 0xa0000);
	else if (!strcmp(t[0].text, "wen"))
		l2tp_call_wan_errors(c, &errors);
	else
		return "no such act";
	return NULL;
}

static struct l2tp_octets octets(const char *text)
{
	return (struct l2tp_octets){ (const uint8_t *)text, strlen(text) };
}

/* What a LAC tells that has spoken with the client already. */
static void be_proxy(struct world *w)
{
	w->connected = (struct l2tp_connected){
		.tx_speed = 64000, .rx_speed = 56000, .framing_type = L2TP_FRAMING_SYNC,
		.sequencing = true, .has_proxy_lcp = true, .last_tx_confreq = octets("sent"),
		.last_rx_confreq = octets("received"), .proxy_type = L2TP_PROXY_PAP, .proxy_id = 9,
		.proxy_name = octets("alice"), .proxy_response = octets("password"),
	};
}

static const char *act(struct world *w, const struct token *t, unsigned int n)
{
	const char *verb = n ? t[0].text : "";
	struct l2tp_stats stats;

	if (!strcmp(verb, "freeze"))
		return freeze(w);
	if (!strcmp(verb, "dial"))
		return dial(w);
	if (!strcmp(verb, "call") || !strcmp(verb, "call-out"))
		return open_call(w, t, n);
	if (!strcmp(verb, "set"))
		return change(w, t + 1, n - 1);
	if (!strcmp(verb, "lose") && n == 2) {
		w->lose = atoi(t[1].text);
	} else if (!strcmp(verb, "data")) {
		w->data_ms = loop_now_ms(w->loop);
	} else if (!strcmp(verb, "proxy")) {
		be_proxy(w);
	} else if (!strcmp(verb, "reply") && w->asking) {
		reply(w);
	} else if (!strcmp(verb, "stop") && n == 2 && w->n_tunnels) {
		l2tp_tunnel_stop(w->tunnels[0], L2TP_STOP_SHUTDOWN, t[1].text);
	} else if (!strcmp(verb, "stats")) {
		l2tp_get_stats(w->l2tp, &stats);
		outputs_event(w->out, "tunnels=%u half-open=%u calls=%u junk=%u strays=%u refused=%u"
			      " evicted=%u", stats.tunnels, stats.half_open, stats.calls,
			      (unsigned int)stats.junk, (unsigned int)stats.strays,
			      (unsigned int)stats.refused, (unsigned int)stats.evicted);
	} else {
		return act_on_call(w, t, n);
	}
	return NULL;
}

/* The right answer to our challenge, which is the same for all. */
static bool proves(const struct world *w, const struct l2tp_header *h, const struct l2tp_peer *peer)
{
	struct l2tp_secret secret = { peer->secret, strlen(peer->secret) };
	uint8_t hidden[L2TP_CONTROL_MAX], right[L2TP_RESPONSE_LEN];
	struct wr scratch = wr_to(hidden, sizeof(hidden));
	struct l2tp_message msg;

	l2tp_decode(h->body, &secret, &scratch, &msg);
	return l2tp_has(&msg, L2TP_RESPONSE) &&
	       !l2tp_response(msg.type, &secret, w->challenge_out, w->challenge_out_len, right) &&
	       !memcmp(right, msg.response, sizeof(right));
}

static void rx(struct world *w, const uint8_t *data, size_t len)
{
	struct l2tp_header h;
	struct l2tp_message msg;
	struct wr nothing = wr_to(NULL, 0);
	const char *why;

	if (!l2tp_header_parse(&h, data, len, &why) && h.body.left &&
	    l2tp_decode(h.body, NULL, &nothing, &msg) != -ENOMSG && l2tp_has(&msg, L2TP_CHALLENGE) &&
	    msg.challenge.len <= sizeof(w->challenge_in)) {
		memcpy(w->challenge_in, msg.challenge.at, msg.challenge.len);
		w->challenge_in_len = msg.challenge.len;
	}
	for (unsigned int i = 0; i < w->n_tunnels; i++)
		w->message_proves[i] = !l2tp_header_parse(&h, data, len, &why) && h.body.left &&
				       h.body.left <= L2TP_CONTROL_MAX && proves(w, &h, &w->told[i]);
	w->peer_ns += w->ns_used;
	l2tp_rx(w->l2tp, &w->from, data, len);
}

static void advance(struct world *w, uint64_t ms)
{
	loop_virtual_advance(w->loop, ms);
}

/* --- datagrams --- */

static void put_u16(struct pattern *p, uint16_t v)
{
	pattern_put(p, (uint8_t[]){ v >> 8, v & 0xff }, 2);
}

static const char *put_response(struct world *w, const struct token *t, uint8_t type,
				struct pattern *p)
{
	bool proof = !strcmp(t[0].text, "@proof");
	struct l2tp_secret secret = { t[1].text, strlen(t[1].text) };
	uint8_t response[L2TP_RESPONSE_LEN];

	if (!proof && strcmp(t[0].text, "@answer"))
		return "a word that cannot be read";
	l2tp_response(type, &secret, proof ? w->challenge_out : w->challenge_in,
		      proof ? w->challenge_out_len : w->challenge_in_len, response);
	pattern_put(p, response, sizeof(response));
	return NULL;
}

/* The octets behind begin hidden, or noted for later. */
static void finish_value(struct world *w, uint16_t number, bool hidden, size_t from,
			 struct pattern *p)
{
	struct l2tp_hiding hiding = { .secret = { w->peer.secret, strlen(w->peer.secret) } };
	uint8_t value[PATTERN_MAX];
	size_t len = p->len - from;
	struct wr wr = wr_to(value, sizeof(value));

	if (number == L2TP_RANDOM_VECTOR && len <= sizeof(w->vector)) {
		memcpy(w->vector, p->value + from, len);
		w->vector_len = len;
	}
	if (!hidden)
		return;
	memcpy(hiding.vector, w->vector, sizeof(hiding.vector));
	for (size_t i = 0; i < sizeof(hiding.padding); i++)
		hiding.padding[i] = w->next_random + i;
	l2tp_hide(&wr, number, &hiding, p->value + from, len);
	p->len = from;
	pattern_put(p, value, wr.len);
}

static bool avp_head(const char *text, uint16_t *vendor, uint16_t *number, unsigned int *bits)
{
	char name[64];
	bool found = sscanf(text, "%hu/%hu", vendor, number) == 2;
	size_t len = strcspn(text, ":");

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	*bits = 0;
	for (size_t i = 0; i < COUNT(avp_names) && !found; i++) {
		found = !strcmp(name, avp_names[i].name);
		*vendor = 0;
		*number = avp_names[i].number;
		*bits = found && avp_names[i].m ? 0x8000 : 0;
	}
	for (const char *at = strchr(text, ':'); at; at = strchr(at + 1, ':')) {
		*bits |= at[1] == 'm' ? 0x8000 : at[1] == 'h' ? 0x4000 : at[1] == 'x' ? 0x400 : 0;
		if (at[1] == '-')
			*bits &= ~0x8000u;
	}
	return found;
}

/* t is behind "("; returns the tokens taken, ")" included. 0: an error. */
static unsigned int put_avp(struct world *w, const struct token *t, unsigned int n, uint8_t type,
			    struct pattern *p)
{
	uint16_t vendor, number;
	unsigned int i = 1, bits;
	size_t at = p->len;

	if (n < 2 || !avp_head(t[0].text, &vendor, &number, &bits))
		return 0;
	put_u16(p, 0);
	put_u16(p, vendor);
	put_u16(p, number);
	while (i < n && (t[i].quoted || strcmp(t[i].text, ")"))) {
		if (t[i].text[0] == '@' && i + 1 < n) {
			if (put_response(w, &t[i], type, p))
				return 0;
			i++;
		} else if (!pattern_token(p, &t[i])) {
			return 0;
		}
		i++;
	}
	finish_value(w, number, bits & 0x4000, at + 6, p);
	p->value[at] = (bits | (p->len - at)) >> 8;
	p->value[at + 1] = (p->len - at) & 0xff;
	return i < n ? i + 1 : 0;
}

struct fields {
	long tid, sid, ns, nr;		/* -1: not said */
};

static bool key(struct world *w, const char *text, struct fields *f)
{
	const char *value = strchr(text, '=');
	struct { const char *name; long *at; } keys[] = {
		{ "tid=", &f->tid }, { "sid=", &f->sid }, { "ns=", &f->ns }, { "nr=", &f->nr },
	};

	if (!value)
		return false;
	value++;
	for (size_t i = 0; i < COUNT(keys); i++)
		if (!strncmp(text, keys[i].name, strlen(keys[i].name)))
			return *keys[i].at = strtol(value, NULL, 10), true;
	if (!strncmp(text, "from=", 5))
		return !addr_parse(value, &w->from.peer);
	if (!strncmp(text, "to=", 3))
		return !addr_parse(value, &w->from.local);
	if (!strncmp(text, "port=", 5))
		w->from.peer_port = strtoul(value, NULL, 10);
	else if (!strncmp(text, "sa=", 3))
		w->from.transport = strtoul(value, NULL, 10);
	else
		return false;
	return true;
}

/* Octets 8 to 11: what was not said is any where it is compared, and the next where it is sent. */
static void put_sequence(struct world *w, const struct fields *f, bool zlb, struct pattern *p)
{
	w->ns_used = f->ns < 0 && !zlb;
	put_u16(p, f->ns < 0 ? w->peer_ns : f->ns);
	put_u16(p, f->nr < 0 ? w->peer_nr : f->nr);
	if (f->ns < 0)
		p->mask[8] = p->mask[9] = 0;
	if (f->nr < 0)
		p->mask[10] = p->mask[11] = 0;
}

static uint8_t left_open(const struct world *w, const struct fields *f)
{
	return FULL_LENGTH | (f->ns < 0 ? NEXT_NS : 0) | (f->nr < 0 ? NEXT_NR : 0) |
	       (f->tid < 0 ? LAST_TUNNEL : 0) |
	       (w->from.peer_port != w->usual.peer_port ? FROM_PORT : 0) |
	       (addr_equal(&w->from.peer, &w->usual.peer) ? 0 : FROM_PEER) |
	       (w->from.transport != w->usual.transport ? FROM_TRANSPORT : 0) |
	       (addr_equal(&w->from.local, &w->usual.local) ? 0 : FROM_LOCAL);
}

static const char *encode(struct world *w, const struct token *t, unsigned int n, struct pattern *p)
{
	bool raw = n && !strcmp(t[0].text, "raw"), zlb = n && !strcmp(t[0].text, "zlb");
	struct fields f = { -1, -1, -1, -1 };
	unsigned int i = 1, type = 1, taken;

	w->from = w->usual;
	w->ns_used = false;
	while (n && type < COUNT(types) && strcmp(types[type], t[0].text))
		type++;
	if (!n || (type == COUNT(types) && !raw && !zlb))
		return "no such message";
	while (i < n && key(w, t[i].text, &f))
		i++;
	w->left_open = raw ? 0 : left_open(w, &f);
	if (!raw) {
		put_u16(p, 0xc802);
		put_u16(p, 0);
		put_u16(p, f.tid < 0 ? w->last_tunnel : f.tid);
		put_u16(p, f.sid < 0 ? 0 : f.sid);
		put_sequence(w, &f, zlb, p);
	}
	if (!raw && !zlb)
		pattern_put(p, (uint8_t[]){ 0x80, 8, 0, 0, 0, 0, 0, type }, 8);
	while (i < n) {
		if (!t[i].quoted && !strcmp(t[i].text, "(")) {
			taken = put_avp(w, &t[i + 1], n - i - 1, type, p);
			if (!taken)
				return "an AVP that cannot be read";
			i += taken + 1;
		} else if (!pattern_token(p, &t[i++])) {
			return "a word that cannot be read";
		}
	}
	if (raw)
		return NULL;
	p->value[2] = p->len >> 8;
	p->value[3] = p->len & 0xff;
	if (p->open)
		p->mask[2] = p->mask[3] = 0;
	if (f.tid < 0)
		p->mask[4] = p->mask[5] = 0;
	return NULL;
}

/* --- tapes --- */

static size_t tape_head(struct world *w, uint8_t *head)
{
	*head = w->left_open;
	return 1;
}

static void patch_u16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v & 0xff;
}

/* The sequence goes on whatever was left out of the tape before. */
static void tape_rx(struct world *w, const uint8_t *data, size_t len)
{
	uint8_t head = len ? *data++ : 0, *exact;

	len -= len > 0;
	exact = malloc(len ? len : 1);
	if (!exact)
		abort();
	memcpy(exact, data, len);
	w->ns_used = false;
	if (len >= L2TP_CONTROL_HEADER_LEN) {
		w->ns_used = head & NEXT_NS && len > L2TP_CONTROL_HEADER_LEN;
		if (head & FULL_LENGTH)
			patch_u16(exact + 2, len);
		if (head & LAST_TUNNEL)
			patch_u16(exact + 4, w->last_tunnel);
		if (head & NEXT_NS)
			patch_u16(exact + 8, w->peer_ns);
		if (head & NEXT_NR)
			patch_u16(exact + 10, w->peer_nr);
	}
	w->from = w->usual;
	w->from.peer_port += head & FROM_PORT ? 1 : 0;
	w->from.peer.bytes[3] += head & FROM_PEER ? 1 : 0;
	w->from.transport += head & FROM_TRANSPORT ? 1 : 0;
	w->from.local.bytes[3] += head & FROM_LOCAL ? 1 : 0;
	rx(w, exact, len);
	free(exact);
}

const struct world_kind world_l2tp = {
	.name = "l2tp",
	.make = make,
	.destroy = destroy,
	.set = change,
	.begin = begin,
	.act = act,
	.encode = encode,
	.rx = rx,
	.advance = advance,
	.tape_head = tape_head,
	.tape_rx = tape_rx,
};
