// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/fsm.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* RFC 1661 section 4.3. */
enum fsm_event {
	EV_UP,
	EV_DOWN,
	EV_OPEN,
	EV_CLOSE,
	EV_TO_PLUS,
	EV_TO_MINUS,
	EV_RCR_PLUS,
	EV_RCR_MINUS,
	EV_RCA,
	EV_RCN,
	EV_RTR,
	EV_RTA,
	EV_RUC,
	EV_RXJ_PLUS,
	EV_RXJ_MINUS,
	EV_RXR,
	N_EVENTS,
};

/* RFC 1661 section 4.4. */
enum {
	TLU = 1 << 0,
	TLD = 1 << 1,
	TLS = 1 << 2,
	TLF = 1 << 3,
	IRC = 1 << 4,
	ZRC = 1 << 5,
	SCR = 1 << 6,
	SCA = 1 << 7,
	SCN = 1 << 8,
	STR = 1 << 9,
	STA = 1 << 10,
	SCJ = 1 << 11,
	SER = 1 << 12,
};

struct cell {
	uint16_t actions;
	uint8_t next;
};

#define NONE	{ 0, FSM_N_STATES }	/* the RFC's dash: cannot happen */

/*
 * The table of RFC 1661 section 4.1, cell for cell. Without the passive [p] and restart [r]
 * options.
 */
static const struct cell table[N_EVENTS][FSM_N_STATES] = {
	/* 0 Initial, 1 Starting, 2 Closed, 3 Stopped, 4 Closing, 5 Stopping */
	/* 6 Req-Sent, 7 Ack-Rcvd, 8 Ack-Sent, 9 Opened */
	[EV_UP] = {
		{ 0, 2 }, { IRC | SCR, 6 }, NONE, NONE, NONE, NONE,
		NONE, NONE, NONE, NONE },
	[EV_DOWN] = {
		NONE, NONE, { 0, 0 }, { TLS, 1 }, { 0, 0 }, { 0, 1 },
		{ 0, 1 }, { 0, 1 }, { 0, 1 }, { TLD, 1 } },
	[EV_OPEN] = {
		{ TLS, 1 }, { 0, 1 }, { IRC | SCR, 6 }, { 0, 3 }, { 0, 5 }, { 0, 5 },
		{ 0, 6 }, { 0, 7 }, { 0, 8 }, { 0, 9 } },
	[EV_CLOSE] = {
		{ 0, 0 }, { TLF, 0 }, { 0, 2 }, { 0, 2 }, { 0, 4 }, { 0, 4 },
		{ IRC | STR, 4 }, { IRC | STR, 4 }, { IRC | STR, 4 }, { TLD | IRC | STR, 4 } },
	[EV_TO_PLUS] = {
		NONE, NONE, NONE, NONE, { STR, 4 }, { STR, 5 },
		{ SCR, 6 }, { SCR, 6 }, { SCR, 8 }, NONE },
	[EV_TO_MINUS] = {
		NONE, NONE, NONE, NONE, { TLF, 2 }, { TLF, 3 },
		{ TLF, 3 }, { TLF, 3 }, { TLF, 3 }, NONE },
	[EV_RCR_PLUS] = {
		NONE, NONE, { STA, 2 }, { IRC | SCR | SCA, 8 }, { 0, 4 }, { 0, 5 },
		{ SCA, 8 }, { SCA | TLU, 9 }, { SCA, 8 }, { TLD | SCR | SCA, 8 } },
	[EV_RCR_MINUS] = {
		NONE, NONE, { STA, 2 }, { IRC | SCR | SCN, 6 }, { 0, 4 }, { 0, 5 },
		{ SCN, 6 }, { SCN, 7 }, { SCN, 6 }, { TLD | SCR | SCN, 6 } },
	[EV_RCA] = {
		NONE, NONE, { STA, 2 }, { STA, 3 }, { 0, 4 }, { 0, 5 },
		{ IRC, 7 }, { SCR, 6 }, { IRC | TLU, 9 }, { TLD | SCR, 6 } },
	[EV_RCN] = {
		NONE, NONE, { STA, 2 }, { STA, 3 }, { 0, 4 }, { 0, 5 },
		{ IRC | SCR, 6 }, { SCR, 6 }, { IRC | SCR, 8 }, { TLD | SCR, 6 } },
	[EV_RTR] = {
		NONE, NONE, { STA, 2 }, { STA, 3 }, { STA, 4 }, { STA, 5 },
		{ STA, 6 }, { STA, 6 }, { STA, 6 }, { TLD | ZRC | STA, 5 } },
	[EV_RTA] = {
		NONE, NONE, { 0, 2 }, { 0, 3 }, { TLF, 2 }, { TLF, 3 },
		{ 0, 6 }, { 0, 6 }, { 0, 8 }, { TLD | SCR, 6 } },
	[EV_RUC] = {
		NONE, NONE, { SCJ, 2 }, { SCJ, 3 }, { SCJ, 4 }, { SCJ, 5 },
		{ SCJ, 6 }, { SCJ, 7 }, { SCJ, 8 }, { SCJ, 9 } },
	[EV_RXJ_PLUS] = {
		NONE, NONE, { 0, 2 }, { 0, 3 }, { 0, 4 }, { 0, 5 },
		{ 0, 6 }, { 0, 6 }, { 0, 8 }, { 0, 9 } },
	[EV_RXJ_MINUS] = {
		NONE, NONE, { TLF, 2 }, { TLF, 3 }, { TLF, 2 }, { TLF, 3 },
		{ TLF, 3 }, { TLF, 3 }, { TLF, 3 }, { TLD | IRC | STR, 5 } },
	[EV_RXR] = {
		NONE, NONE, { 0, 2 }, { 0, 3 }, { 0, 4 }, { 0, 5 },
		{ 0, 6 }, { 0, 7 }, { 0, 8 }, { SER, 9 } },
};

static const char *const state_name[FSM_N_STATES] = {
	"Initial",  "Starting", "Closed",   "Stopped",	"Closing",
	"Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened",
};

/* What an event came with: the packet, and the answer to a Configure-Request. */
struct input {
	const struct ppp_packet *packet;
	struct wr *reply;
};

/*
 * The states that have TO events in the table are the ones with the timer running (RFC 1661
 * section 4.1).
 */
static bool timer_runs(enum fsm_state state)
{
	return state >= FSM_CLOSING && state <= FSM_ACK_SENT;
}

static bool negotiating(enum fsm_state state)
{
	return state >= FSM_REQ_SENT && state <= FSM_ACK_SENT;
}

static void set_state(struct fsm *fsm, enum fsm_state next)
{
	char text[80];

	if (fsm->state != next) {
		snprintf(text, sizeof(text), "%s: %s -> %s",
			 ppp_protocol_to_str(fsm->proto->protocol), state_name[fsm->state],
			 state_name[next]);
		fsm->link->debug(fsm->link->ctx, text);
	}
	fsm->state = next;
	if (!timer_runs(next))
		loop_timer_stop(&fsm->timer);
}

uint8_t fsm_new_id(struct fsm *fsm)
{
	return ++fsm->next_id;
}

void fsm_send(struct fsm *fsm, uint8_t code, uint8_t id, const void *data, size_t len)
{
	uint8_t buf[PPP_PACKET_MAX];
	struct wr w = wr_to(buf, sizeof(buf));

	ppp_packet_begin(&w, code, id);
	wr_bytes(&w, data, len);
	ppp_packet_end(&w);
	if (!w.bad)
		fsm->link->tx(fsm->link->ctx, fsm->proto->protocol, buf, w.len);
}

static void send_counted(struct fsm *fsm)
{
	if (fsm->restarts)
		fsm->restarts--;
	loop_timer_start(&fsm->timer, fsm->link->restart_ms);
}

static void send_configure_request(struct fsm *fsm, bool again)
{
	struct wr w = wr_to(fsm->request, sizeof(fsm->request));

	if (!again) {
		ppp_packet_begin(&w, PPP_CONF_REQ, fsm_new_id(fsm));
		fsm->proto->request(fsm, &w);
		ppp_packet_end(&w);
		fsm->request_len = w.len;
	}
	fsm->awaiting = true;
	send_counted(fsm);
	fsm->link->tx(fsm->link->ctx, fsm->proto->protocol, fsm->request, fsm->request_len);
}

/* The reason is for the peer's log; like everything that we send it fits the peer's MRU. */
static void send_terminate_request(struct fsm *fsm)
{
	size_t room = fsm->link->peer_mru - PPP_HEADER_LEN;
	size_t len = strlen(fsm->why);

	send_counted(fsm);
	fsm_send(fsm, PPP_TERM_REQ, fsm_new_id(fsm), fsm->why, len < room ? len : room);
}

/* RFC 1661 section 5.6: the rejected packet is cut to the peer's MRU. */
static void send_code_reject(struct fsm *fsm, const struct ppp_packet *p)
{
	size_t room = fsm->link->peer_mru - PPP_HEADER_LEN;

	if (room > PPP_PACKET_MAX - PPP_HEADER_LEN)
		room = PPP_PACKET_MAX - PPP_HEADER_LEN;
	fsm_send(fsm, PPP_CODE_REJ, fsm_new_id(fsm), p->whole, p->len < room ? p->len : room);
}

static void keep_acked(struct fsm *fsm, const struct ppp_packet *p)
{
	fsm->acked_len = 0;
	if (p->len > sizeof(fsm->acked))
		return;
	memcpy(fsm->acked, p->whole, p->len);
	fsm->acked_len = p->len;
}

static void send_reply(struct fsm *fsm, const struct input *in, bool ack)
{
	if (ack)
		keep_acked(fsm, in->packet);
	fsm->link->tx(fsm->link->ctx, fsm->proto->protocol, in->reply->buf, in->reply->len);
}

static void set_restarts(struct fsm *fsm, unsigned int actions)
{
	if (actions & IRC)
		fsm->restarts = actions & STR ? fsm->link->max_terminate : fsm->link->max_configure;
	if (actions & ZRC) {
		fsm->restarts = 0;
		loop_timer_start(&fsm->timer, fsm->link->restart_ms);
	}
}

static void send_all(struct fsm *fsm, unsigned int actions, const struct input *in, bool again)
{
	if (actions & SCR)
		send_configure_request(fsm, again);
	if (actions & STR)
		send_terminate_request(fsm);
	if (actions & (SCA | SCN))
		send_reply(fsm, in, actions & SCA);
	if (actions & STA)
		fsm_send(fsm, PPP_TERM_ACK, in->packet ? in->packet->id : fsm_new_id(fsm), NULL, 0);
	if (actions & SCJ && in->packet)
		send_code_reject(fsm, in->packet);
}

/* A new negotiation: what the last one left behind is void. */
static void begin(struct fsm *fsm)
{
	fsm->refused = false;
	fsm->why[0] = 0;
	fsm->naks = 0;
	fsm->rounds = 0;
	fsm->acked_len = 0;
	fsm->proto->begin(fsm);
}

/*
 * Take one cell of the table. This-Layer-Down comes first, so that nothing of the layer above is
 * still open when a packet goes out; if the link does something to this automaton in there, that
 * has the last word. This-Layer-Up and -Finished come last for the same reason. This-Layer-Started
 * needs no action: the link is up before anything else is.
 */
static void event(struct fsm *fsm, enum fsm_event ev, const struct input *in)
{
	static const struct input nothing;
	const struct cell *cell = &table[ev][fsm->state];
	enum fsm_state was = fsm->state;

	if (cell->next == FSM_N_STATES)
		return;
	set_state(fsm, cell->next);
	if (cell->actions & TLD)
		fsm->link->down(fsm->link->ctx, fsm);
	if (fsm->state != cell->next)
		return;
	/* A Configure-Request was judged already, and began anew before it was. */
	if (was == FSM_OPENED && negotiating(cell->next) && ev != EV_RCR_PLUS && ev != EV_RCR_MINUS)
		begin(fsm);
	set_restarts(fsm, cell->actions);
	send_all(fsm, cell->actions, in ? in : &nothing, ev == EV_TO_PLUS);
	if (cell->actions & SER && in)
		fsm->proto->rx_code(fsm, in->packet);
	if (cell->actions & TLU) {
		fsm->why[0] = 0;	/* a Terminate-Request on the way here was not meant */
		fsm->link->up(fsm->link->ctx, fsm);
	}
	if (cell->actions & TLF)
		fsm->link->finished(fsm->link->ctx, fsm);
}

static void set_why(struct fsm *fsm, const char *why)
{
	if (!fsm->why[0])
		snprintf(fsm->why, sizeof(fsm->why), "%s", why);
}

static void timeout(void *arg)
{
	struct fsm *fsm = arg;
	char text[FSM_WHY_MAX];

	if (fsm->restarts) {
		event(fsm, EV_TO_PLUS, NULL);
		return;
	}
	if (negotiating(fsm->state)) {
		snprintf(text, sizeof(text), "the peer did not answer %u %s Configure-Requests",
			 fsm->link->max_configure, ppp_protocol_to_str(fsm->proto->protocol));
		set_why(fsm, text);
	}
	event(fsm, EV_TO_MINUS, NULL);
}

void fsm_init(struct fsm *fsm, const struct fsm_proto *proto, struct fsm_link *link)
{
	fsm->proto = proto;
	fsm->link = link;
	fsm->state = FSM_INITIAL;
	loop_timer_init(&fsm->timer, link->loop, timeout, fsm);
}

void fsm_stop(struct fsm *fsm)
{
	set_state(fsm, FSM_INITIAL);
	fsm->awaiting = false;
	fsm->held_len = 0;
	fsm->acked_len = 0;
}

void fsm_up(struct fsm *fsm)
{
	uint8_t held[FSM_KEEP_MAX];
	uint8_t len = fsm->held_len;

	if (fsm->state > FSM_STARTING)
		return;
	begin(fsm);
	event(fsm, EV_UP, NULL);
	if (!len || !negotiating(fsm->state))
		return;
	memcpy(held, fsm->held, len);
	fsm->held_len = 0;
	fsm_rx(fsm, held, len);
}

void fsm_down(struct fsm *fsm)
{
	fsm->held_len = 0;
	fsm->awaiting = false;
	event(fsm, EV_DOWN, NULL);
}

void fsm_open(struct fsm *fsm)
{
	if (fsm->state == FSM_CLOSED)
		begin(fsm);
	event(fsm, EV_OPEN, NULL);
}

void fsm_close(struct fsm *fsm, const char *why)
{
	set_why(fsm, why);
	event(fsm, EV_CLOSE, NULL);
}

void fsm_refuse(struct fsm *fsm, const char *fmt, ...)
{
	va_list ap;

	if (fsm->refused)
		return;
	fsm->refused = true;
	va_start(ap, fmt);
	vsnprintf(fsm->why, sizeof(fsm->why), fmt, ap);
	va_end(ap);
}

bool fsm_patient(const struct fsm *fsm)
{
	return fsm->naks < fsm->link->max_failure;
}

/*
 * What cannot succeed is closed as an administrator would close it, so that the peer is told why
 * (RFC 1661 section 4.3, Close), and the link knows at once.
 */
static void give_up(struct fsm *fsm)
{
	event(fsm, EV_CLOSE, NULL);
	fsm->link->refused(fsm->link->ctx, fsm);
}

/* Another round of disagreement; true when it was one too many. */
static bool hopeless(struct fsm *fsm)
{
	if (++fsm->rounds > FSM_ROUNDS_MAX)
		fsm_refuse(fsm, "%s does not converge: %u rounds of Configure-Naks and -Rejects",
			   ppp_protocol_to_str(fsm->proto->protocol), FSM_ROUNDS_MAX);
	return fsm->refused;
}

static const struct fsm_option *find_option(const struct fsm_proto *proto, uint8_t type)
{
	size_t i;

	for (i = 0; i < proto->n_options; i++)
		if (proto->options[i].type == type)
			return &proto->options[i];
	return NULL;
}

static enum fsm_verdict judge_option(struct fsm *fsm, struct ppp_option *opt, bool again,
				     struct wr *nak)
{
	const struct fsm_option *known = find_option(fsm->proto, opt->type);
	size_t nak_was = nak->len;
	enum fsm_verdict v;

	if (!known || again)
		return FSM_REJECT;
	v = known->judge(fsm, opt->len == known->len || known->len == FSM_ANY_LEN ? &opt->data :
			 NULL, nak);
	if (v == FSM_NAK && !fsm_patient(fsm)) {
		nak->len = nak_was;
		return FSM_REJECT;
	}
	return v;
}

/*
 * Judge a list of options that ppp_options_valid() passed; the answer's options are left in reply,
 * behind its header. RFC 1661 section 5.4: what is rejected is told before what is only to be
 * changed. An option listed twice is rejected the second time (section 6).
 */
static enum fsm_verdict judge_request(struct fsm *fsm, const struct ppp_packet *p, struct wr *reply)
{
	uint8_t nak_buf[PPP_PACKET_MAX];
	struct wr nak = wr_to(nak_buf, sizeof(nak_buf));
	struct rd options = p->data;
	struct ppp_option opt;
	uint8_t seen[32] = { 0 };
	bool reject = false;

	fsm->proto->judge_begin(fsm);
	while (ppp_option_next(&options, &opt) > 0) {
		bool again = seen[opt.type / 8] & 1 << opt.type % 8;

		seen[opt.type / 8] |= 1 << opt.type % 8;
		if (judge_option(fsm, &opt, again, &nak) == FSM_REJECT) {
			wr_bytes(reply, opt.whole, opt.len + 2);
			reject = true;
		}
	}
	if (reject)
		return FSM_REJECT;
	if (!nak.len && fsm->proto->judge_end && fsm->proto->judge_end(fsm, &nak) == FSM_ACK)
		nak.len = 0;
	wr_bytes(reply, nak.len ? nak.buf : p->data.at, nak.len ? nak.len : p->data.left);
	return nak.len ? FSM_NAK : FSM_ACK;
}

/*
 * A retransmission of what we acknowledged and then opened on means that our Ack was lost; a peer
 * that wants to negotiate anew takes a new identifier (RFC 1661 section 5.1). Saying it again
 * spares both a new start.
 */
static bool answer_again(struct fsm *fsm, const struct ppp_packet *p)
{
	if (fsm->state != FSM_OPENED || !fsm->acked_len || fsm->acked_len != p->len ||
	    memcmp(fsm->acked, p->whole, p->len))
		return false;
	fsm_send(fsm, PPP_CONF_ACK, p->id, p->whole + PPP_HEADER_LEN, p->len - PPP_HEADER_LEN);
	return true;
}

static void rx_configure_request(struct fsm *fsm, const struct ppp_packet *p)
{
	uint8_t buf[PPP_PACKET_MAX];
	struct wr reply = wr_to(buf, sizeof(buf));
	struct input in = { p, &reply };
	enum fsm_verdict v;

	if (fsm->state < FSM_STOPPED || fsm->state == FSM_CLOSING || fsm->state == FSM_STOPPING) {
		event(fsm, EV_RCR_PLUS, &in);
		return;
	}
	if (answer_again(fsm, p))
		return;
	if (!negotiating(fsm->state))
		begin(fsm);
	ppp_packet_begin(&reply, PPP_CONF_ACK, p->id);
	v = judge_request(fsm, p, &reply);
	ppp_packet_end(&reply);
	if (reply.bad) {
		fsm->link->malformed++;
		return;
	}
	if (v != FSM_ACK)
		hopeless(fsm);
	if (fsm->refused) {
		give_up(fsm);
		return;
	}
	wr_patch_u8(&reply, 0,
		    v == FSM_ACK ? PPP_CONF_ACK :
		    v == FSM_NAK ? PPP_CONF_NAK :
				   PPP_CONF_REJ);
	fsm->naks = v == FSM_ACK ? 0 : fsm->naks + (v == FSM_NAK);
	event(fsm, v == FSM_ACK ? EV_RCR_PLUS : EV_RCR_MINUS, &in);
}

static bool is_our_ack(const struct fsm *fsm, const struct ppp_packet *p)
{
	return p->len == fsm->request_len &&
	       !memcmp(p->whole + PPP_HEADER_LEN, fsm->request + PPP_HEADER_LEN,
		       p->len - PPP_HEADER_LEN);
}

/*
 * Whether the request that we sent last has this option, octet for octet: what a Configure-Reject
 * must repeat (RFC 1661 section 5.4).
 */
static bool asked_for(const struct fsm *fsm, const struct ppp_option *opt, bool exactly)
{
	struct rd ours = rd_of(fsm->request + PPP_HEADER_LEN, fsm->request_len - PPP_HEADER_LEN);
	struct ppp_option o;

	while (ppp_option_next(&ours, &o) > 0)
		if (o.type == opt->type)
			return !exactly ||
			       (o.len == opt->len && !memcmp(o.whole, opt->whole, o.len + 2));
	return false;
}

/*
 * Options of a Nak that we did not ask for are hints to ask (RFC 1661 section 5.3); there is none
 * that we would take up.
 */
static void rx_nak_or_reject(struct fsm *fsm, const struct ppp_packet *p)
{
	bool rej = p->code == PPP_CONF_REJ;
	struct rd options = p->data;
	struct ppp_option opt;

	while (ppp_option_next(&options, &opt) > 0) {
		if (!asked_for(fsm, &opt, rej))
			continue;
		if (rej)
			fsm->proto->rej(fsm, &opt);
		else
			fsm->proto->nak(fsm, &opt);
	}
	if (hopeless(fsm))
		give_up(fsm);
	else
		event(fsm, EV_RCN, NULL);
}

/* An Ack, Nak or Reject. A stale or wrong one is dropped in silence (RFC 1661 section 4.3). */
static void rx_answer(struct fsm *fsm, const struct ppp_packet *p)
{
	struct input in = { p, NULL };

	if (fsm->state == FSM_CLOSED || fsm->state == FSM_STOPPED) {
		event(fsm, EV_RCA, &in);
		return;
	}
	if (!fsm->awaiting || p->id != fsm->request[1])
		return;
	if (p->code == PPP_CONF_ACK && !is_our_ack(fsm, p))
		return;
	fsm->awaiting = false;
	if (p->code != PPP_CONF_ACK) {
		rx_nak_or_reject(fsm, p);
		return;
	}
	if (!fsm->proto->acked || fsm->proto->acked(fsm))
		event(fsm, EV_RCA, &in);
	else if (hopeless(fsm))
		give_up(fsm);
	else
		event(fsm, EV_RCN, &in);
}

static void rx_terminate_request(struct fsm *fsm, const struct ppp_packet *p)
{
	struct input in = { p, NULL };
	char text[FSM_WHY_MAX / 2];
	char why[FSM_WHY_MAX];

	log_text(text, sizeof(text), p->data.at, p->data.left);
	snprintf(why, sizeof(why), "the peer closed %s%s%s",
		 ppp_protocol_to_str(fsm->proto->protocol), text[0] ? ": " : "", text);
	if (fsm->state == FSM_OPENED || negotiating(fsm->state))
		set_why(fsm, why);
	event(fsm, EV_RTR, &in);
}

/*
 * RFC 1661 section 5.6: to be without one of the common codes is fatal, without an extended one is
 * not.
 */
static void rx_code_reject(struct fsm *fsm, const struct ppp_packet *p)
{
	struct rd rejected = p->data;
	uint8_t code = rd_u8(&rejected);

	if (rejected.bad) {
		fsm->link->malformed++;
		return;
	}
	if (code < PPP_CONF_REQ || code > PPP_CODE_REJ) {
		event(fsm, EV_RXJ_PLUS, NULL);
		return;
	}
	fsm_refuse(fsm, "the peer rejected %s code %u, without which nothing can be negotiated",
		   ppp_protocol_to_str(fsm->proto->protocol), code);
	event(fsm, EV_RXJ_MINUS, NULL);
}

void fsm_rx_protocol_reject(struct fsm *fsm)
{
	fsm_refuse(fsm, "the peer does not know %s (Protocol-Reject)",
		   ppp_protocol_to_str(fsm->proto->protocol));
	event(fsm, EV_RXJ_MINUS, NULL);
}

static void hold(struct fsm *fsm, const struct ppp_packet *p)
{
	if (p->code != PPP_CONF_REQ || p->len > sizeof(fsm->held))
		return;
	memcpy(fsm->held, p->whole, p->len);
	fsm->held_len = p->len;
}

void fsm_rx(struct fsm *fsm, const uint8_t *data, size_t len)
{
	struct ppp_packet p;
	struct input in = { &p, NULL };

	if (ppp_packet_parse(&p, data, len) ||
	    (p.code >= PPP_CONF_REQ && p.code <= PPP_CONF_REJ && !ppp_options_valid(p.data))) {
		fsm->link->malformed++;
		return;
	}
	if (fsm->state <= FSM_STARTING)
		hold(fsm, &p);
	else if (p.code == PPP_CONF_REQ)
		rx_configure_request(fsm, &p);
	else if (p.code == PPP_CONF_ACK || p.code == PPP_CONF_NAK || p.code == PPP_CONF_REJ)
		rx_answer(fsm, &p);
	else if (p.code == PPP_TERM_REQ)
		rx_terminate_request(fsm, &p);
	else if (p.code == PPP_TERM_ACK)
		event(fsm, EV_RTA, &in);
	else if (p.code == PPP_CODE_REJ)
		rx_code_reject(fsm, &p);
	else if (p.code < 32 && fsm->proto->codes & 1U << p.code)
		event(fsm, EV_RXR, &in);
	else
		event(fsm, EV_RUC, &in);
}

bool fsm_settled(const struct fsm *fsm)
{
	return !timer_runs(fsm->state);
}

void fsm_adopt_begin(struct fsm *fsm)
{
	begin(fsm);
}

bool fsm_would_ack(struct fsm *fsm, struct rd options)
{
	uint8_t nak_buf[PPP_PACKET_MAX];
	struct wr nak = wr_to(nak_buf, sizeof(nak_buf));
	struct ppp_option opt;

	fsm->proto->judge_begin(fsm);
	while (ppp_option_next(&options, &opt) > 0)
		if (judge_option(fsm, &opt, false, &nak) != FSM_ACK)
			return false;
	return !fsm->proto->judge_end || fsm->proto->judge_end(fsm, &nak) == FSM_ACK;
}

void fsm_adopt(struct fsm *fsm)
{
	set_state(fsm, FSM_OPENED);
}

void fsm_freeze(const struct fsm *fsm, struct wr *w)
{
	wr_u8(w, fsm->state);
	wr_u8(w, fsm->next_id);
}

int fsm_thaw(struct fsm *fsm, struct rd *r)
{
	uint8_t state = rd_u8(r);
	uint8_t next_id = rd_u8(r);

	if (r->bad || state >= FSM_N_STATES || timer_runs(state))
		return -EBADMSG;
	fsm->state = state;
	fsm->next_id = next_id;
	return 0;
}
