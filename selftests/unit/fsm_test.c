// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every cell of RFC 1661 section 4.1's table, driven from outside: brought into a state, an
 * automaton is given an event, and what it sends, what it tells and where it ends up is compared.
 * The expectations are written as the RFC writes them, one row an event; this is the second
 * transcription, made without the first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fsm.h"

#define N_STATES 10

struct dummy {
	struct fsm fsm;
	enum fsm_verdict verdict;
	char trace[64];
};

static struct dummy d;
static struct loop *loop;

static void note(const char *what)
{
	size_t len = strlen(d.trace);

	snprintf(d.trace + len, sizeof(d.trace) - len, "%s%s", len ? "," : "", what);
}

static void begin(struct fsm *fsm)
{
	(void)fsm;
}

static void request(struct fsm *fsm, struct wr *w)
{
	(void)fsm;
	ppp_option_u16(w, 1, 0x1234);
}

static enum fsm_verdict judge(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	(void)fsm;
	(void)data;
	if (d.verdict == FSM_NAK)
		ppp_option_u16(nak, 1, 1);
	return d.verdict;
}

static void option(struct fsm *fsm, struct ppp_option *opt)
{
	(void)fsm;
	(void)opt;
}

static void rx_code(struct fsm *fsm, const struct ppp_packet *p)
{
	(void)fsm;
	(void)p;
	note("ser");
}

static const struct fsm_option options[] = { { 1, 2, judge } };

static const struct fsm_proto proto = {
	.protocol = 0x8021,
	.codes = 1 << PPP_ECHO_REQ,
	.options = options,
	.n_options = 1,
	.begin = begin,
	.request = request,
	.judge_begin = begin,
	.nak = option,
	.rej = option,
	.rx_code = rx_code,
};

static void tx(void *ctx, uint16_t protocol, const uint8_t *data, size_t len)
{
	static const char *const names[] = { "?", "scr", "sca", "scn", "scn", "str", "sta", "scj" };

	(void)ctx;
	(void)protocol;
	(void)len;
	note(names[data[0]]);
}

static void up(void *ctx, struct fsm *fsm)
{
	(void)ctx;
	(void)fsm;
	note("tlu");
}

static void down(void *ctx, struct fsm *fsm)
{
	(void)ctx;
	(void)fsm;
	note("tld");
}

static void finished(void *ctx, struct fsm *fsm)
{
	(void)ctx;
	(void)fsm;
	note("tlf");
}

static void refused(void *ctx, struct fsm *fsm)
{
	(void)ctx;
	(void)fsm;
	note("refused");
}

static void debug(void *ctx, const char *what)
{
	(void)ctx;
	(void)what;
}

static struct fsm_link fsm_link = {
	.restart_ms = 3000,
	.max_configure = 10,
	.max_terminate = 2,
	.max_failure = 5,
	.peer_mru = 1500,
	.tx = tx,
	.up = up,
	.down = down,
	.finished = finished,
	.refused = refused,
	.debug = debug,
};

static void rx(uint8_t code, uint8_t id)
{
	uint8_t packet[] = { code, id, 0, 8, 1, 4, 0x12, 0x34 };

	fsm_rx(&d.fsm, packet, sizeof(packet));
}

static void rx_bare(uint8_t code, uint8_t id)
{
	uint8_t packet[] = { code, id, 0, 4 };

	fsm_rx(&d.fsm, packet, sizeof(packet));
}

static void rx_request(enum fsm_verdict verdict)
{
	static uint8_t id = 100;

	d.verdict = verdict;
	rx(PPP_CONF_REQ, id++);
}

static void rx_ack(void)
{
	rx(PPP_CONF_ACK, d.fsm.request[1]);
}

/* Bring a new automaton into a state by events alone. */
static void into(enum fsm_state state)
{
	memset(&d, 0, sizeof(d));
	fsm_link.loop = loop;
	fsm_init(&d.fsm, &proto, &fsm_link);
	if (state == FSM_CLOSED)
		fsm_up(&d.fsm);
	if (state == FSM_INITIAL || state == FSM_CLOSED)
		return;
	fsm_open(&d.fsm);
	if (state == FSM_STARTING)
		return;
	fsm_up(&d.fsm);
	if (state == FSM_ACK_RCVD || state == FSM_OPENED || state == FSM_STOPPING)
		rx_ack();
	if (state == FSM_ACK_SENT || state == FSM_OPENED || state == FSM_STOPPING)
		rx_request(FSM_ACK);
	if (state == FSM_STOPPING)
		rx_bare(PPP_TERM_REQ, 9);
	if (state == FSM_STOPPED)
		fsm_rx_protocol_reject(&d.fsm);
	if (state == FSM_CLOSING)
		fsm_close(&d.fsm, "");
	assert_int_equal(d.fsm.state, state);
	d.trace[0] = 0;
}

static void row(const char *event, void (*fire)(void), const char *const want[N_STATES])
{
	char got[sizeof(d.trace) + 8];
	int state;

	for (state = 0; state < N_STATES; state++) {
		if (!strcmp(want[state], "-"))
			continue;
		into(state);
		fire();
		snprintf(got, sizeof(got), "%s%s%d", d.trace, d.trace[0] ? "/" : "", d.fsm.state);
		if (strcmp(got, want[state]))
			print_error("event %s in state %d\n", event, state);
		assert_string_equal(got, want[state]);
		fsm_stop(&d.fsm);
	}
}

#define ROW(name, fire, ...) \
	static void name(void **state) \
	{ \
		static const char *const want[N_STATES] = { __VA_ARGS__ }; \
		(void)state; \
		row(#name, fire, want); \
	}

static void do_up(void) { fsm_up(&d.fsm); }
static void do_down(void) { fsm_down(&d.fsm); }
static void do_open(void) { fsm_open(&d.fsm); }
static void do_close(void) { fsm_close(&d.fsm, ""); }
static void do_timeout(void) { d.fsm.restarts = 1; loop_virtual_advance(loop, 3000); }
static void do_last_timeout(void) { d.fsm.restarts = 0; loop_virtual_advance(loop, 3000); }
static void do_good_request(void) { rx_request(FSM_ACK); }
static void do_bad_request(void) { rx_request(FSM_NAK); }
static void do_ack(void) { d.fsm.awaiting = true; rx_ack(); }
static void do_nak(void) { d.fsm.awaiting = true; rx(PPP_CONF_NAK, d.fsm.request[1]); }
static void do_terminate(void) { rx_bare(PPP_TERM_REQ, 9); }
static void do_terminate_ack(void) { rx_bare(PPP_TERM_ACK, 9); }
static void do_unknown(void) { rx_bare(77, 9); }
static void do_reject_extended(void) { uint8_t p[] = { 7, 1, 0, 5, 77 }; fsm_rx(&d.fsm, p, 5); }
static void do_reject_basic(void) { uint8_t p[] = { 7, 1, 0, 5, 1 }; fsm_rx(&d.fsm, p, 5); }
static void do_echo(void) { rx_bare(PPP_ECHO_REQ, 9); }

/*
 * tls has no trace of its own: nothing is to be done. Actions of one cell are in this order: tld,
 * scr, str, sca, scn, sta, scj, tlu, tlf.
 */
ROW(ev_up, do_up, "2", "scr/6", "-", "-", "-", "-", "-", "-", "-", "-")
ROW(ev_down, do_down, "-", "-", "0", "1", "0", "1", "1", "1", "1", "tld/1")
ROW(ev_open, do_open, "1", "1", "scr/6", "3", "5", "5", "6", "7", "8", "9")
ROW(ev_close, do_close, "0", "tlf/0", "2", "2", "4", "4", "str/4", "str/4", "str/4", "tld,str/4")
ROW(ev_to_plus, do_timeout, "-", "-", "-", "-", "str/4", "str/5", "scr/6", "scr/6", "scr/8", "-")
ROW(ev_to_minus, do_last_timeout, "-", "-", "-", "-", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3",
    "-")
ROW(ev_rcr_plus, do_good_request, "-", "-", "sta/2", "scr,sca/8", "4", "5", "sca/8", "sca,tlu/9",
    "sca/8", "tld,scr,sca/8")
ROW(ev_rcr_minus, do_bad_request, "-", "-", "sta/2", "scr,scn/6", "4", "5", "scn/6", "scn/7",
    "scn/6", "tld,scr,scn/6")
ROW(ev_rca, do_ack, "-", "-", "sta/2", "sta/3", "4", "5", "7", "scr/6", "tlu/9", "tld,scr/6")
ROW(ev_rcn, do_nak, "-", "-", "sta/2", "sta/3", "4", "5", "scr/6", "scr/6", "scr/8", "tld,scr/6")
ROW(ev_rtr, do_terminate, "-", "-", "sta/2", "sta/3", "sta/4", "sta/5", "sta/6", "sta/6", "sta/6",
    "tld,sta/5")
ROW(ev_rta, do_terminate_ack, "-", "-", "2", "3", "tlf/2", "tlf/3", "6", "6", "8", "tld,scr/6")
ROW(ev_ruc, do_unknown, "-", "-", "scj/2", "scj/3", "scj/4", "scj/5", "scj/6", "scj/7", "scj/8",
    "scj/9")
ROW(ev_rxj_plus, do_reject_extended, "-", "-", "2", "3", "4", "5", "6", "6", "8", "9")
ROW(ev_rxj_minus, do_reject_basic, "-", "-", "tlf/2", "tlf/3", "tlf/2", "tlf/3", "tlf/3", "tlf/3",
    "tlf/3", "tld,str/5")
ROW(ev_rxr, do_echo, "-", "-", "2", "3", "4", "5", "6", "7", "8", "ser/9")

/* The timer runs in the states with TO events and in no other (section 4.1). */
static void timer(void **state)
{
	uint64_t due;
	int s;

	(void)state;
	for (s = 0; s < N_STATES; s++) {
		into(s);
		assert_int_equal(loop_virtual_next(loop, &due),
				 s >= FSM_CLOSING && s <= FSM_ACK_SENT);
		fsm_stop(&d.fsm);
		assert_false(loop_virtual_next(loop, &due));
	}
}

/* Counters of section 4.6: ten requests, two terminations, then the end. */
static void counters(void **state)
{
	(void)state;
	into(FSM_REQ_SENT);
	loop_virtual_advance(loop, 60000);
	assert_string_equal(d.trace, "scr,scr,scr,scr,scr,scr,scr,scr,scr,tlf");
	into(FSM_CLOSING);
	loop_virtual_advance(loop, 60000);
	assert_string_equal(d.trace, "str,tlf");
	/* After its Terminate-Request a peer gets one restart period to hang up in. */
	into(FSM_STOPPING);
	loop_virtual_advance(loop, 2999);
	assert_string_equal(d.trace, "");
	loop_virtual_advance(loop, 1);
	assert_string_equal(d.trace, "tlf");
}

static void stale_answers(void **state)
{
	(void)state;
	into(FSM_REQ_SENT);
	rx(PPP_CONF_ACK, d.fsm.request[1] + 1);
	assert_int_equal(d.fsm.state, FSM_REQ_SENT);
	rx_bare(PPP_CONF_ACK, d.fsm.request[1]);
	assert_int_equal(d.fsm.state, FSM_REQ_SENT);
	rx_ack();
	assert_int_equal(d.fsm.state, FSM_ACK_RCVD);
	rx_ack();
	assert_int_equal(d.fsm.state, FSM_ACK_RCVD);
	fsm_stop(&d.fsm);
}

static int setup(void **state)
{
	(void)state;
	loop = loop_new_virtual(1000);
	return !loop;
}

static int teardown(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ev_up),	 cmocka_unit_test(ev_down),
		cmocka_unit_test(ev_open),	 cmocka_unit_test(ev_close),
		cmocka_unit_test(ev_to_plus),	 cmocka_unit_test(ev_to_minus),
		cmocka_unit_test(ev_rcr_plus),	 cmocka_unit_test(ev_rcr_minus),
		cmocka_unit_test(ev_rca),	 cmocka_unit_test(ev_rcn),
		cmocka_unit_test(ev_rtr),	 cmocka_unit_test(ev_rta),
		cmocka_unit_test(ev_ruc),	 cmocka_unit_test(ev_rxj_plus),
		cmocka_unit_test(ev_rxj_minus),	 cmocka_unit_test(ev_rxr),
		cmocka_unit_test(timer),	 cmocka_unit_test(counters),
		cmocka_unit_test(stale_answers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
