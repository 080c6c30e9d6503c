// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PPTP control connection. A message is written as
 *
 *   NAME ITEMS...     what RFC 2637 section 2 has behind the header and the reserved word: start
 * 0100 0000 ... raw HEX...        a piece of the stream, octet for octet
 *
 * The header (length, 1, cookie, type, 0) is filled in. pad:N fills with zeros up to N octets
 * behind the header. Call ids are given out from 1001 on. Messages that come out together are told
 * one by one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/pptp.h"
#include "world.h"

#define HEADER_LEN 12

struct world {
	struct outputs *out;
	struct loop *loop;
	struct pptp_config cfg;
	struct pptp *pptp;
	uint16_t next_call;
	int refuse;
	bool over;
	bool up[UINT16_MAX + 1];	/* calls by our id */
};

static const char *const names[] = {
	"",	      "start",	     "start-reply", "stop",	  "stop-reply", "echo",
	"echo-reply", "out-request", "out-reply",   "in-request", "in-reply",	"in-connected",
	"clear",      "disconnect",  "wan-error",   "link-info",
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

static void not_over(const struct world *w, const char *op)
{
	if (!w->over)
		return;
	fprintf(stderr, "%s() called after down()\n", op);
	abort();
}

static bool op_tx(void *ctx, const uint8_t *data, size_t len)
{
	struct world *w = ctx;

	not_over(w, "tx");
	outputs_packet(w->out, data, len);
	return true;
}

static int op_call_new(void *ctx, uint16_t peer_call_id, uint16_t *call_id, uint16_t *error_code)
{
	struct world *w = ctx;

	not_over(w, "call_new");
	*error_code = 0;
	*call_id = w->next_call;
	if (!w->refuse)
		w->next_call++;
	outputs_event(w->out, "call-new peer=%u", peer_call_id);
	return w->refuse;
}

static void op_up(void *ctx)
{
	struct world *w = ctx;

	not_over(w, "up");
	outputs_event(w->out, "up host=\"%s\"", pptp_peer_host(w->pptp));
}

static void op_call_up(void *ctx, const struct pptp_call_info *call)
{
	struct world *w = ctx;

	not_over(w, "call_up");
	if (w->up[call->call_id]) {
		fprintf(stderr, "call_up() twice\n");
		abort();
	}
	w->up[call->call_id] = true;
	outputs_event(w->out, "call-up %u peer=%u", call->call_id, call->peer_call_id);
}

static void op_call_down(void *ctx, uint16_t call_id, const char *why)
{
	struct world *w = ctx;

	not_over(w, "call_down");
	w->up[call_id] = false;
	outputs_event(w->out, "call-down %u %s", call_id, why);
}

static void op_link_info(void *ctx, uint16_t call_id, uint32_t send_accm, uint32_t recv_accm)
{
	struct world *w = ctx;

	not_over(w, "link_info");
	outputs_event(w->out, "link-info %u %08x %08x", call_id, send_accm, recv_accm);
}

static void op_down(void *ctx, const char *why)
{
	struct world *w = ctx;

	not_over(w, "down");
	w->over = true;
	outputs_event(w->out, "down %s", why);
}

static struct log_about op_about(void *ctx)
{
	(void)ctx;
	return (struct log_about){ .peer = "192.0.2.1" };
}

static const struct pptp_ops ops = {
	.tx = op_tx,
	.call_new = op_call_new,
	.up = op_up,
	.call_up = op_call_up,
	.call_down = op_call_down,
	.link_info = op_link_info,
	.down = op_down,
	.about = op_about,
};

static struct world *make(struct outputs *out)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->out = out;
	w->loop = loop_new_virtual(1000000);
	w->next_call = 1001;
	w->cfg = (struct pptp_config){
		.host_name = "gw", .vendor = "adit", .echo_interval_ms = 60000,
		.echo_timeout_ms = 60000, .start_timeout_ms = 60000,
	};
	return w;
}

static void destroy(struct world *w)
{
	uint64_t due;

	pptp_free(w->pptp);
	if (loop_virtual_next(w->loop, &due)) {
		fprintf(stderr, "a timer runs although its owner is gone\n");
		abort();
	}
	loop_free(w->loop);
	free(w);
}

static const char *set(struct world *w, const struct token *t, unsigned int n)
{
	if (n == 1 && !strcmp(t[0].text, "client"))
		return w->cfg.client = true, NULL;
	if (n != 2)
		return "set KEY VALUE";
	if (!strcmp(t[0].text, "refuse"))
		w->refuse = atoi(t[1].text);
	else if (!strcmp(t[0].text, "idle-close"))
		w->cfg.idle_close_ms = atoi(t[1].text) * 1000;
	else
		return "no such setting";
	return NULL;
}

static const char *begin(struct world *w)
{
	w->pptp = pptp_new(w->loop, &w->cfg, &ops, w);
	if (w->pptp && w->cfg.client)
		pptp_open(w->pptp);
	return w->pptp ? NULL : "pptp_new() failed";
}

/* Another process takes over, whatever is half received. */
static const char *freeze(struct world *w)
{
	uint8_t record[PPTP_FROZEN_MAX];
	struct wr wr = wr_to(record, sizeof(record));
	struct rd rd;

	pptp_freeze(w->pptp, &wr);
	pptp_free(w->pptp);
	rd = rd_of(record, wr.len);
	w->pptp = pptp_thaw(w->loop, &w->cfg, &ops, w, &rd);
	return wr.bad || !w->pptp || !rd_done(&rd) ? "the record is not valid" : NULL;
}

static const char *act(struct world *w, const struct token *t, unsigned int n)
{
	const char *verb = n ? t[0].text : "";

	if (!strcmp(verb, "freeze"))
		return w->over ? "the connection is over" : freeze(w);
	if (!strcmp(verb, "clear") && n == 3)
		pptp_call_clear(w->pptp, atoi(t[1].text), t[2].text);
	else if (!strcmp(verb, "stop") && n == 2)
		pptp_stop(w->pptp, t[1].text);
	else if (!strcmp(verb, "eof"))
		pptp_rx_eof(w->pptp, "the peer closed the connection");
	else if (!strcmp(verb, "call") && n == 2)
		return pptp_call_open(w->pptp, atoi(t[1].text)) ? NULL : "pptp_call_open() failed";
	else if (!strcmp(verb, "no-call") && n == 2)
		return pptp_call_open(w->pptp, atoi(t[1].text)) ? "pptp_call_open() worked" : NULL;
	else if (!strcmp(verb, "link-info") && n == 2)
		pptp_set_link_info(w->pptp, atoi(t[1].text), 0xffffffff, 0xffffffff);
	else
		return "no such act";
	return NULL;
}

static void rx(struct world *w, const uint8_t *data, size_t len)
{
	pptp_rx(w->pptp, data, len);
}

static void advance(struct world *w, uint64_t ms)
{
	loop_virtual_advance(w->loop, ms);
}

static bool put_item(const struct token *t, struct pattern *p)
{
	static const uint8_t zeros[PATTERN_MAX];
	size_t end;

	if (t->quoted || strncmp(t->text, "pad:", 4))
		return pattern_token(p, t);
	end = HEADER_LEN + strtoul(t->text + 4, NULL, 10);
	if (end < p->len || end > sizeof(zeros))
		return false;
	pattern_put(p, zeros, end - p->len);
	return true;
}

static void put_header(struct pattern *p, uint8_t type)
{
	pattern_put(p, (uint8_t[]){ 0, 0, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, type, 0, 0 },
		    HEADER_LEN);
}

static const char *encode(struct world *w, const struct token *t, unsigned int n, struct pattern *p)
{
	bool raw = n && !strcmp(t[0].text, "raw");
	unsigned int i, type = 0;

	(void)w;
	while (n && type < N_NAMES && strcmp(names[type], t[0].text))
		type++;
	if (!n || (type == N_NAMES && !raw))
		return "NAME ITEMS...: no such message";
	if (!raw)
		put_header(p, type);
	for (i = 1; i < n; i++)
		if (!put_item(&t[i], p))
			return "a word that cannot be read";
	if (raw)
		return NULL;
	p->value[0] = p->len >> 8;
	p->value[1] = p->len & 0xff;
	if (p->open)
		p->mask[0] = p->mask[1] = 0;
	return NULL;
}

const struct world_kind world_pptp = {
	.name = "pptp",
	.make = make,
	.destroy = destroy,
	.set = set,
	.begin = begin,
	.act = act,
	.encode = encode,
	.rx = rx,
	.advance = advance,
};
