// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's side of a PPTP control connection (RFC 2637 sections 2 and 3) with a clock of ours:
 * what is answered to what in which state, how the stream may be cut, when silence ends it, and
 * that a frozen one goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "proto/pptp.h"
#include "wire/pptp.h"

static const struct pptp_config cfg = {
	.host_name = "gateway",
	.vendor = "adit",
	.echo_interval_ms = 60000,
	.echo_timeout_ms = 60000,
	.start_timeout_ms = 60000,
	.idle_close_ms = 0,
};

static struct peer {
	struct loop *loop;
	struct pptp *pptp;
	uint8_t out[65536];	/* what the server sent and was not looked at yet */
	size_t out_len;
	char events[4096];	/* ops in words */
	bool full;		/* the peer reads nothing any more */
	int refuse;		/* result of the next call_new() */
	uint16_t refuse_error;
	uint16_t next_id;
	bool clear_in_up;	/* the owner ends the call from within call_up() */
} peer;

static void event(const char *fmt, ...)
{
	size_t len = strlen(peer.events);
	va_list args;

	va_start(args, fmt);
	vsnprintf(peer.events + len, sizeof(peer.events) - len, fmt, args);
	va_end(args);
}

static bool op_tx(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	if (peer.full || len > sizeof(peer.out) - peer.out_len)
		return false;
	memcpy(peer.out + peer.out_len, data, len);
	peer.out_len += len;
	return true;
}

static int op_call_new(void *ctx, uint16_t peer_call_id, uint16_t *call_id, uint16_t *error_code)
{
	(void)ctx;
	if (peer.refuse) {
		*error_code = peer.refuse_error;
		return peer.refuse;
	}
	*call_id = peer.next_id++;
	event("new %u for %u;", *call_id, peer_call_id);
	return 0;
}

static void op_up(void *ctx)
{
	(void)ctx;
	event("open;");
}

static void op_call_up(void *ctx, const struct pptp_call_info *call)
{
	(void)ctx;
	event("up %u/%u window %u;", call->call_id, call->peer_call_id, call->peer_window);
	if (peer.clear_in_up)
		pptp_call_clear(peer.pptp, call->call_id, "at once");
}

static void op_call_down(void *ctx, uint16_t call_id, const char *why)
{
	(void)ctx;
	event("down %u (%s);", call_id, why);
	/* An owner that ends what is over already must do no harm. */
	pptp_call_clear(peer.pptp, call_id, "again");
}

static void op_link_info(void *ctx, uint16_t call_id, uint32_t send_accm, uint32_t recv_accm)
{
	(void)ctx;
	event("link %u %x %x;", call_id, send_accm, recv_accm);
}

static void op_down(void *ctx, const char *why)
{
	(void)ctx;
	event("closed (%s);", why);
}

static struct log_about op_about(void *ctx)
{
	(void)ctx;
	return (struct log_about){ .peer = "192.0.2.1" };
}

static const struct pptp_ops ops = {
	.tx = op_tx, .call_new = op_call_new, .call_up = op_call_up, .call_down = op_call_down,
	.link_info = op_link_info, .down = op_down, .about = op_about, .up = op_up,
};

/* --- the peer's hands --- */

static int begin(void **state)
{
	(void)state;
	memset(&peer, 0, sizeof(peer));
	peer.next_id = 100;
	peer.loop = loop_new_virtual(1000);
	peer.pptp = pptp_new(peer.loop, &cfg, &ops, NULL);
	log_set_level(LOG_LEVEL_ERROR);
	return !peer.pptp;
}

static int end(void **state)
{
	(void)state;
	pptp_free(peer.pptp);
	loop_free(peer.loop);
	return 0;
}

static size_t encode(uint8_t *buf, const struct pptp_message *msg)
{
	struct wr w = wr_to(buf, PPTP_MESSAGE_MAX);

	pptp_encode(&w, msg);
	assert_false(w.bad);
	return w.len;
}

static void say(const struct pptp_message *msg)
{
	uint8_t buf[PPTP_MESSAGE_MAX];

	pptp_rx(peer.pptp, buf, encode(buf, msg));
}

#define SAY(...) say(&(struct pptp_message){ __VA_ARGS__ })
#define SAY_START()                     \
	SAY(.type = PPTP_START_REQUEST, \
	    .start = { .version = PPTP_VERSION, .host = "client", .vendor = "test" })
#define SAY_CALL(id)                       \
	SAY(.type = PPTP_OUT_CALL_REQUEST, \
	    .out_request = { .call_id = (id), .max_bps = 1000000, .window = 16 })
#define SAY_CLEAR(id) SAY(.type = PPTP_CALL_CLEAR_REQUEST, .clear_call_id = (id))

/* The next message that the server sent; fails when there is none or it is another. */
static struct pptp_message hear(enum pptp_type type)
{
	struct pptp_message msg;
	const char *why;
	int len = pptp_message_len(peer.out, peer.out_len, &why);

	assert_true(len > 0);
	assert_int_equal(pptp_decode(peer.out, (size_t)len, &msg), 0);
	assert_string_equal(pptp_type_to_str(msg.type), pptp_type_to_str(type));
	peer.out_len -= (size_t)len;
	memmove(peer.out, peer.out + len, peer.out_len);
	return msg;
}

static void hear_nothing(void)
{
	assert_int_equal(peer.out_len, 0);
}

static void saw(const char *events)
{
	assert_string_equal(peer.events, events);
	peer.events[0] = '\0';
}

static void establish(void)
{
	SAY_START();
	hear(PPTP_START_REPLY);
	hear_nothing();
	saw("");
}

static void call(uint16_t peer_id)
{
	SAY_CALL(peer_id);
	assert_int_equal(hear(PPTP_OUT_CALL_REPLY).out_reply.result, PPTP_RESULT_OK);
	peer.events[0] = '\0';
}

/* --- start and stop --- */

static void start_is_answered(void **state)
{
	struct pptp_message msg;

	(void)state;
	SAY_START();
	msg = hear(PPTP_START_REPLY);
	assert_int_equal(msg.start.result, PPTP_RESULT_OK);
	assert_int_equal(msg.start.error, 0);
	assert_int_equal(msg.start.version, PPTP_VERSION);
	assert_string_equal(msg.start.host, "gateway");
	assert_string_equal(msg.start.vendor, "adit");
	assert_string_equal(pptp_peer_host(peer.pptp), "client");
	assert_string_equal(pptp_peer_vendor(peer.pptp), "test");
	saw("");
}

static void versions(void **state)
{
	static const struct { uint16_t version; bool ok;
	} cases[] = {
		{ 0x0000, false }, { 0x0001, false }, { 0x00ff, false },
		{ 0x0100, true },  { 0x0101, true },  { 0x0200, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const bool ok = cases[i].ok;
		struct pptp_message msg;

		SAY(.type = PPTP_START_REQUEST, .start.version = cases[i].version);
		msg = hear(PPTP_START_REPLY);
		assert_int_equal(msg.start.version, PPTP_VERSION);
		assert_int_equal(msg.start.result, ok ? PPTP_RESULT_OK : PPTP_START_VERSION);
		saw(ok ? "" : "closed (the peer speaks a PPTP older than version 1.0);");
		end(state);
		begin(state);
	}
}

static void a_second_start_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	establish();
	call(7);
	SAY(.type = PPTP_START_REQUEST, .start = { .version = PPTP_VERSION, .host = "other" });
	assert_int_equal(hear(PPTP_START_REPLY).start.result, PPTP_START_EXISTS);
	assert_string_equal(pptp_peer_host(peer.pptp), "client");
	assert_int_equal(pptp_calls(peer.pptp), 1);
	saw("");
}

static void names_are_made_printable(void **state)
{
	(void)state;
	SAY(.type = PPTP_START_REQUEST,
	    .start = { .version = PPTP_VERSION, .host = "a\nb\x1b[31m", .vendor = "\"q\"" });
	assert_string_equal(pptp_peer_host(peer.pptp), "a\\x0ab\\x1b[31m");
	assert_null(strchr(pptp_peer_vendor(peer.pptp), '"'));
}

static void the_peer_stops(void **state)
{
	(void)state;
	establish();
	call(7);
	call(8);
	SAY(.type = PPTP_STOP_REQUEST, .stop.result = PPTP_STOP_NONE);
	assert_int_equal(hear(PPTP_STOP_REPLY).stop.result, PPTP_RESULT_OK);
	hear_nothing();
	saw("down 101 (the peer stopped the control connection);down 100 (the peer stopped the control connection);"
	    "closed (the peer stopped the control connection);");
	assert_int_equal(pptp_calls(peer.pptp), 0);
	SAY_START();
	hear_nothing();
	saw("");
}

static void we_stop(void **state)
{
	(void)state;
	establish();
	call(7);
	pptp_stop(peer.pptp, "shutdown");
	assert_int_equal(hear(PPTP_CALL_DISCONNECT_NOTIFY).disconnect.call_id, 100);
	assert_int_equal(hear(PPTP_STOP_REQUEST).stop.result, PPTP_STOP_LOCAL_SHUTDOWN);
	saw("down 100 (shutdown);");
	SAY_CALL(9);
	assert_int_equal(hear(PPTP_OUT_CALL_REPLY).out_reply.error, PPTP_ERROR_NOT_CONNECTED);
	SAY(.type = PPTP_STOP_REPLY, .stop.result = PPTP_RESULT_OK);
	saw("closed (shutdown);");
	hear_nothing();
}

static void an_unanswered_stop_ends_all_the_same(void **state)
{
	(void)state;
	establish();
	pptp_stop(peer.pptp, "shutdown");
	saw("");
	loop_virtual_advance(peer.loop, 60000);
	saw("closed (shutdown);");
}

static void end_of_stream_ends_every_call(void **state)
{
	(void)state;
	establish();
	call(7);
	pptp_rx_eof(peer.pptp, "connection reset");
	saw("down 100 (connection reset);closed (connection reset);");
	pptp_rx_eof(peer.pptp, "again");
	saw("");
}

/* --- calls --- */

static void a_call_is_answered(void **state)
{
	struct pptp_message msg;

	(void)state;
	establish();
	SAY_CALL(0x1234);
	msg = hear(PPTP_OUT_CALL_REPLY);
	assert_int_equal(msg.out_reply.call_id, 100);
	assert_int_equal(msg.out_reply.peer_call_id, 0x1234);
	assert_int_equal(msg.out_reply.result, PPTP_RESULT_OK);
	assert_int_equal(msg.out_reply.error, 0);
	assert_int_equal(msg.out_reply.speed, 1000000);
	assert_true(msg.out_reply.window > 0);
	saw("new 100 for 4660;up 100/4660 window 16;");
}

static void the_owner_refuses_a_call(void **state)
{
	struct pptp_message msg;

	(void)state;
	establish();
	peer.refuse = PPTP_RESULT_GENERAL_ERROR;
	peer.refuse_error = PPTP_ERROR_NO_RESOURCE;
	SAY_CALL(5);
	msg = hear(PPTP_OUT_CALL_REPLY);
	assert_int_equal(msg.out_reply.result, PPTP_RESULT_GENERAL_ERROR);
	assert_int_equal(msg.out_reply.error, PPTP_ERROR_NO_RESOURCE);
	assert_int_equal(msg.out_reply.peer_call_id, 5);
	assert_int_equal(msg.out_reply.call_id, 0);
	saw("");
	peer.refuse = 0;
	call(5);
	assert_int_equal(pptp_calls(peer.pptp), 1);
}

static void a_call_id_in_use_is_refused(void **state)
{
	struct pptp_message msg;

	(void)state;
	establish();
	call(5);
	SAY_CALL(5);
	msg = hear(PPTP_OUT_CALL_REPLY);
	assert_int_equal(msg.out_reply.result, PPTP_RESULT_GENERAL_ERROR);
	assert_int_equal(msg.out_reply.error, PPTP_ERROR_BAD_CALL_ID);
	saw("");
	assert_int_equal(pptp_calls(peer.pptp), 1);
}

static void calls_are_bounded(void **state)
{
	struct pptp_message msg;

	(void)state;
	establish();
	for (uint16_t i = 0; i < PPTP_CALLS_MAX; i++)
		call(i);
	SAY_CALL(PPTP_CALLS_MAX);
	msg = hear(PPTP_OUT_CALL_REPLY);
	assert_int_equal(msg.out_reply.result, PPTP_RESULT_GENERAL_ERROR);
	assert_int_equal(msg.out_reply.error, PPTP_ERROR_NO_RESOURCE);
	SAY_CLEAR(3);
	hear(PPTP_CALL_DISCONNECT_NOTIFY);
	call(PPTP_CALLS_MAX);
	assert_int_equal(pptp_calls(peer.pptp), PPTP_CALLS_MAX);
}

/*
 * Call-Clear-Request names the call by the id of its sender, the answer by ours (RFC 2637 sections
 * 2.12, 2.13).
 */
static void the_peer_clears_a_call(void **state)
{
	struct pptp_message msg;

	(void)state;
	establish();
	call(7);
	call(100);	/* the peer's id of the second is ours of the first */
	SAY_CLEAR(100);
	msg = hear(PPTP_CALL_DISCONNECT_NOTIFY);
	assert_int_equal(msg.disconnect.call_id, 101);
	assert_int_equal(msg.disconnect.result, PPTP_DISCONNECT_REQUEST);
	assert_int_equal(msg.disconnect.error, 0);
	saw("down 101 (the peer cleared the call);");
	SAY_CLEAR(100);
	hear_nothing();
	saw("");
	assert_int_equal(pptp_calls(peer.pptp), 1);
}

static void we_clear_a_call(void **state)
{
	struct pptp_message msg;

	(void)state;
	establish();
	call(7);
	pptp_call_clear(peer.pptp, 99, "none");
	hear_nothing();
	pptp_call_clear(peer.pptp, 100, "idle");
	msg = hear(PPTP_CALL_DISCONNECT_NOTIFY);
	assert_int_equal(msg.disconnect.call_id, 100);
	assert_int_equal(msg.disconnect.result, PPTP_DISCONNECT_ADMIN);
	saw("down 100 (idle);");
	hear_nothing();
}

static void a_call_cleared_while_it_comes_up(void **state)
{
	(void)state;
	establish();
	peer.clear_in_up = true;
	SAY_CALL(7);
	hear(PPTP_OUT_CALL_REPLY);
	hear(PPTP_CALL_DISCONNECT_NOTIFY);
	saw("new 100 for 7;up 100/7 window 16;down 100 (at once);");
	assert_int_equal(pptp_calls(peer.pptp), 0);
}

static void link_info_is_told(void **state)
{
	(void)state;
	establish();
	call(7);
	SAY(.type = PPTP_SET_LINK_INFO,
	    .link_info = { .peer_call_id = 100, .send_accm = 0xffffffff, .recv_accm = 5 });
	saw("link 100 ffffffff 5;");
	SAY(.type = PPTP_SET_LINK_INFO, .link_info = { .peer_call_id = 7 });
	saw("");
	hear_nothing();
}

static void incoming_calls_are_refused(void **state)
{
	struct pptp_message msg;

	(void)state;
	establish();
	SAY(.type = PPTP_IN_CALL_REQUEST, .in_request.call_id = 9);
	msg = hear(PPTP_IN_CALL_REPLY);
	assert_int_equal(msg.in_reply.result, PPTP_IN_CALL_REFUSED);
	assert_int_equal(msg.in_reply.peer_call_id, 9);
	SAY(.type = PPTP_IN_CALL_CONNECTED, .in_connected.peer_call_id = 0);
	SAY(.type = PPTP_WAN_ERROR_NOTIFY, .wan_error.peer_call_id = 9);
	hear_nothing();
	saw("");
	assert_int_equal(pptp_calls(peer.pptp), 0);
}

/* --- order --- */

static void nothing_but_start_comes_first(void **state)
{
	struct pptp_message msg;

	(void)state;
	SAY_CALL(1);
	msg = hear(PPTP_OUT_CALL_REPLY);
	assert_int_equal(msg.out_reply.result, PPTP_RESULT_GENERAL_ERROR);
	assert_int_equal(msg.out_reply.error, PPTP_ERROR_NOT_CONNECTED);
	SAY(.type = PPTP_IN_CALL_REQUEST, .in_request.call_id = 9);
	msg = hear(PPTP_IN_CALL_REPLY);
	assert_int_equal(msg.in_reply.result, PPTP_RESULT_GENERAL_ERROR);
	assert_int_equal(msg.in_reply.error, PPTP_ERROR_NOT_CONNECTED);
	SAY(.type = PPTP_ECHO_REQUEST, .echo.id = 3);
	msg = hear(PPTP_ECHO_REPLY);
	assert_int_equal(msg.echo.result, PPTP_RESULT_GENERAL_ERROR);
	assert_int_equal(msg.echo.error, PPTP_ERROR_NOT_CONNECTED);
	assert_int_equal(msg.echo.id, 3);
	SAY_CLEAR(1);
	SAY(.type = PPTP_CALL_DISCONNECT_NOTIFY, .disconnect.call_id = 1);
	SAY(.type = PPTP_SET_LINK_INFO, .link_info.peer_call_id = 1);
	SAY(.type = PPTP_ECHO_REPLY, .echo.id = 0);
	SAY(.type = PPTP_STOP_REPLY, .stop.result = 1);
	SAY(.type = PPTP_START_REPLY, .start.result = 1);
	SAY(.type = PPTP_OUT_CALL_REPLY, .out_reply.result = 1);
	SAY(.type = PPTP_IN_CALL_REPLY, .in_reply.result = 1);
	hear_nothing();
	saw("");
	establish();
}

static void messages_out_of_place_are_bounded(void **state)
{
	(void)state;
	establish();
	for (unsigned int i = 0; i < 64; i++)
		SAY_CLEAR(1);
	saw("");
	SAY_CLEAR(1);
	saw("closed (the peer sent too many messages out of place);");
}

static void a_stray_message_a_minute_is_borne(void **state)
{
	(void)state;
	establish();
	for (unsigned int i = 0; i < 1000; i++) {
		SAY(.type = PPTP_WAN_ERROR_NOTIFY, .wan_error.peer_call_id = 9);
		loop_virtual_advance(peer.loop, 59999);
	}
	saw("");
}

/* --- the stream --- */

static size_t conversation(uint8_t *buf)
{
	size_t len = 0;

	len += encode(buf + len, &(struct pptp_message){ .type = PPTP_START_REQUEST,
							 .start.version = PPTP_VERSION });
	len += encode(buf + len, &(struct pptp_message){ .type = PPTP_OUT_CALL_REQUEST,
							 .out_request.call_id = 7 });
	len += encode(buf + len, &(struct pptp_message){ .type = PPTP_SET_LINK_INFO,
							 .link_info.peer_call_id = 100 });
	len += encode(buf + len,
		      &(struct pptp_message){ .type = PPTP_ECHO_REQUEST, .echo.id = 42 });
	len += encode(buf + len, &(struct pptp_message){ .type = PPTP_CALL_CLEAR_REQUEST,
							 .clear_call_id = 7 });
	return len;
}

static void heard_conversation(void)
{
	hear(PPTP_START_REPLY);
	hear(PPTP_OUT_CALL_REPLY);
	assert_int_equal(hear(PPTP_ECHO_REPLY).echo.id, 42);
	hear(PPTP_CALL_DISCONNECT_NOTIFY);
	hear_nothing();
	saw("new 100 for 7;up 100/7 window 0;link 100 0 0;down 100 (the peer cleared the call);");
}

static void any_cut_of_the_stream_is_the_same(void **state)
{
	uint8_t buf[1024];
	size_t len = conversation(buf);

	for (size_t cut = 0; cut <= len; cut++) {
		pptp_rx(peer.pptp, buf, cut);
		pptp_rx(peer.pptp, buf + cut, len - cut);
		heard_conversation();
		end(state);
		begin(state);
	}
	for (size_t i = 0; i < len; i++)
		pptp_rx(peer.pptp, buf + i, 1);
	heard_conversation();
}

static void a_stream_out_of_step_is_closed(void **state)
{
	uint8_t buf[PPTP_MESSAGE_MAX];
	size_t len = encode(buf, &(struct pptp_message){ .type = PPTP_ECHO_REQUEST, .echo.id = 1 });

	for (size_t at = 0; at < 10; at++) {
		establish();
		call(7);
		buf[at] ^= 0x80;
		pptp_rx(peer.pptp, buf, len);
		buf[at] ^= 0x80;
		assert_non_null(strstr(peer.events, "down 100 ("));
		assert_non_null(strstr(peer.events, "closed ("));
		hear_nothing();
		peer.events[0] = '\0';
		pptp_rx(peer.pptp, buf, len);
		saw("");
		end(state);
		begin(state);
	}
}

static void a_peer_that_does_not_read_is_given_up(void **state)
{
	(void)state;
	establish();
	call(7);
	peer.full = true;
	SAY_CALL(8);
	saw("new 101 for 8;down 101 (the peer does not read what is sent to it);"
	    "down 100 (the peer does not read what is sent to it);closed (the peer does not read what is sent to it);");
}

/* --- time --- */

static void start_is_waited_for_one_minute(void **state)
{
	(void)state;
	loop_virtual_advance(peer.loop, 59999);
	saw("");
	loop_virtual_advance(peer.loop, 1);
	saw("closed (no Start-Control-Connection-Request came in time);");
}

static void junk_does_not_prolong_the_wait_for_start(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		loop_virtual_advance(peer.loop, 9999);
		SAY(.type = PPTP_ECHO_REQUEST, .echo.id = 3);
		hear(PPTP_ECHO_REPLY);
	}
	saw("");
	loop_virtual_advance(peer.loop, 6);
	saw("closed (no Start-Control-Connection-Request came in time);");
}

/* RFC 2637 section 3.1.4: a minute of silence asks, another one ends. */
static void silence_is_asked_about(void **state)
{
	uint32_t id;

	(void)state;
	establish();
	call(7);
	loop_virtual_advance(peer.loop, 59999);
	hear_nothing();
	loop_virtual_advance(peer.loop, 1);
	id = hear(PPTP_ECHO_REQUEST).echo.id;
	loop_virtual_advance(peer.loop, 59999);
	SAY(.type = PPTP_ECHO_REPLY, .echo = { .id = id, .result = 1 });
	saw("");
	loop_virtual_advance(peer.loop, 59999);
	hear_nothing();
	loop_virtual_advance(peer.loop, 1);
	assert_int_not_equal(hear(PPTP_ECHO_REQUEST).echo.id, id);
	/* Neither a reply to another question nor other talk is an answer. */
	loop_virtual_advance(peer.loop, 30000);
	SAY(.type = PPTP_ECHO_REPLY, .echo = { .id = id, .result = 1 });
	SAY(.type = PPTP_ECHO_REQUEST, .echo.id = 1);
	hear(PPTP_ECHO_REPLY);
	loop_virtual_advance(peer.loop, 29999);
	saw("");
	loop_virtual_advance(peer.loop, 1);
	saw("down 100 (the peer did not answer an Echo-Request);closed (the peer did not answer an Echo-Request);");
	hear_nothing();
}

static void talk_puts_the_question_off(void **state)
{
	(void)state;
	establish();
	for (unsigned int i = 0; i < 10; i++) {
		loop_virtual_advance(peer.loop, 59999);
		SAY(.type = PPTP_ECHO_REQUEST, .echo.id = i);
		assert_int_equal(hear(PPTP_ECHO_REPLY).echo.result, PPTP_RESULT_OK);
		hear_nothing();
	}
	saw("");
}

static void a_connection_without_calls_is_closed(void **state)
{
	struct pptp_config idle = cfg;

	(void)state;
	pptp_free(peer.pptp);
	idle.idle_close_ms = 30000;
	peer.pptp = pptp_new(peer.loop, &idle, &ops, NULL);
	establish();
	loop_virtual_advance(peer.loop, 29999);
	call(7);
	loop_virtual_advance(peer.loop, 40000);
	saw("");
	SAY_CLEAR(7);
	hear(PPTP_CALL_DISCONNECT_NOTIFY);
	peer.events[0] = '\0';
	loop_virtual_advance(peer.loop, 29999);
	hear_nothing();
	loop_virtual_advance(peer.loop, 1);
	hear(PPTP_STOP_REQUEST);
}

/* Messages that are refused are no sign of life: each limit ends when it would have ended without them. */
static void refused_calls_delay_no_end(void **state)
{
	struct pptp_config idle = cfg;

	(void)state;
	for (unsigned int i = 0; i < 59; i++) {
		loop_virtual_advance(peer.loop, 1000);
		SAY_CALL(7);
		hear(PPTP_OUT_CALL_REPLY);
	}
	loop_virtual_advance(peer.loop, 1000);
	saw("closed (no Start-Control-Connection-Request came in time);");

	pptp_free(peer.pptp);
	idle.idle_close_ms = 30000;
	peer.pptp = pptp_new(peer.loop, &idle, &ops, NULL);
	establish();
	peer.refuse = PPTP_OUT_CALL_BUSY;
	loop_virtual_advance(peer.loop, 29000);
	SAY_CALL(7);
	hear(PPTP_OUT_CALL_REPLY);
	loop_virtual_advance(peer.loop, 1000);
	hear(PPTP_STOP_REQUEST);
	loop_virtual_advance(peer.loop, 2000);
	SAY_CALL(7);
	hear(PPTP_OUT_CALL_REPLY);
	loop_virtual_advance(peer.loop, 1000);
	saw("closed (the control connection had no call);");
}

static void refused_calls_are_bounded(void **state)
{
	(void)state;
	establish();
	peer.refuse = PPTP_OUT_CALL_BUSY;
	for (unsigned int i = 0; i < 64; i++) {
		SAY_CALL(7);
		assert_int_equal(hear(PPTP_OUT_CALL_REPLY).out_reply.result, PPTP_OUT_CALL_BUSY);
	}
	saw("");
	SAY_CALL(7);
	saw("closed (the peer sent too many messages out of place);");
}

/* --- freezing --- */

static void refreeze(void)
{
	uint8_t buf[PPTP_FROZEN_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	struct rd r;

	pptp_freeze(peer.pptp, &w);
	assert_false(w.bad);
	pptp_free(peer.pptp);
	r = rd_of(buf, w.len);
	peer.pptp = pptp_thaw(peer.loop, &cfg, &ops, NULL, &r);
	assert_non_null(peer.pptp);
	assert_true(rd_done(&r));
}

static void a_connection_frozen_at_every_octet_goes_on(void **state)
{
	uint8_t buf[1024];
	size_t len = conversation(buf);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		pptp_rx(peer.pptp, buf + i, 1);
		refreeze();
	}
	heard_conversation();
}

#define ONES16 "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"

static void a_full_connection_fits_its_record(void **state)
{
	(void)state;
	SAY(.type = PPTP_START_REQUEST,
	    .start = {
		    .version = PPTP_VERSION,
		    .host = ONES16 ONES16 ONES16 ONES16 });
	hear(PPTP_START_REPLY);
	for (uint16_t i = 0; i < PPTP_CALLS_MAX; i++)
		call(i);
	refreeze();
	assert_int_equal(strlen(pptp_peer_host(peer.pptp)), 256);
	assert_int_equal(pptp_calls(peer.pptp), PPTP_CALLS_MAX);
	SAY_CLEAR(127);
	assert_int_equal(hear(PPTP_CALL_DISCONNECT_NOTIFY).disconnect.call_id, 227);
}

static void a_question_outlives_a_freeze(void **state)
{
	uint32_t id;

	(void)state;
	establish();
	loop_virtual_advance(peer.loop, 60000);
	id = hear(PPTP_ECHO_REQUEST).echo.id;
	refreeze();
	SAY(.type = PPTP_ECHO_REPLY, .echo = { .id = id, .result = 1 });
	loop_virtual_advance(peer.loop, 60000);
	hear(PPTP_ECHO_REQUEST);
	refreeze();
	loop_virtual_advance(peer.loop, 60000);
	saw("closed (the peer did not answer an Echo-Request);");
}

/* Any octet changed: it may be refused or not, and must be safe to go on with. */
static void break_record(const struct pptp_config *config)
{
	uint8_t buf[PPTP_FROZEN_MAX], copy[PPTP_FROZEN_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	struct pptp *thawed;
	struct rd r;

	pptp_freeze(peer.pptp, &w);
	for (size_t len = 0; len < w.len; len++) {
		r = rd_of(buf, len);
		assert_null(pptp_thaw(peer.loop, config, &ops, NULL, &r));
	}
	for (size_t i = 0; i < w.len; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			memcpy(copy, buf, w.len);
			copy[i] ^= (uint8_t)(1 << bit);
			r = rd_of(copy, w.len);
			thawed = pptp_thaw(peer.loop, config, &ops, NULL, &r);
			if (thawed) {
				assert_true(pptp_calls(thawed) <= PPTP_CALLS_MAX);
				pptp_free(thawed);
			}
		}
	}
}

static void a_broken_record_is_refused(void **state)
{
	(void)state;
	establish();
	call(7);
	call(8);
	break_record(&cfg);
	saw("");
}

static void a_broken_record_of_a_client_is_refused(void **state)
{
	struct pptp_config client = cfg;
	uint8_t buf[PPTP_FROZEN_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	struct rd r;

	(void)state;
	client.client = true;
	pptp_free(peer.pptp);
	peer.pptp = pptp_new(peer.loop, &client, &ops, NULL);
	pptp_open(peer.pptp);
	hear(PPTP_START_REQUEST);
	SAY(.type = PPTP_START_REPLY, .start = { .version = PPTP_VERSION, .result = 1 });
	saw("open;");
	assert_true(pptp_call_open(peer.pptp, 7));
	assert_true(pptp_call_open(peer.pptp, 8));
	assert_false(pptp_call_open(peer.pptp, 8));
	SAY(.type = PPTP_OUT_CALL_REPLY,
	    .out_reply = { .call_id = 9, .peer_call_id = 7, .result = 1 });
	saw("up 7/9 window 0;");
	break_record(&client);
	/* Nobody becomes a server by dying. */
	SAY(.type = PPTP_OUT_CALL_REPLY,
	    .out_reply = { .call_id = 10, .peer_call_id = 8, .result = 1 });
	saw("up 8/10 window 0;");
	pptp_freeze(peer.pptp, &w);
	r = rd_of(buf, w.len);
	assert_null(pptp_thaw(peer.loop, &cfg, &ops, NULL, &r));
	saw("");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(start_is_answered),
		TEST(versions),
		TEST(a_second_start_is_refused_and_changes_nothing),
		TEST(names_are_made_printable),
		TEST(the_peer_stops),
		TEST(we_stop),
		TEST(an_unanswered_stop_ends_all_the_same),
		TEST(end_of_stream_ends_every_call),
		TEST(a_call_is_answered),
		TEST(the_owner_refuses_a_call),
		TEST(a_call_id_in_use_is_refused),
		TEST(calls_are_bounded),
		TEST(the_peer_clears_a_call),
		TEST(we_clear_a_call),
		TEST(a_call_cleared_while_it_comes_up),
		TEST(link_info_is_told),
		TEST(incoming_calls_are_refused),
		TEST(nothing_but_start_comes_first),
		TEST(messages_out_of_place_are_bounded),
		TEST(a_stray_message_a_minute_is_borne),
		TEST(any_cut_of_the_stream_is_the_same),
		TEST(a_stream_out_of_step_is_closed),
		TEST(a_peer_that_does_not_read_is_given_up),
		TEST(start_is_waited_for_one_minute),
		TEST(junk_does_not_prolong_the_wait_for_start),
		TEST(silence_is_asked_about),
		TEST(talk_puts_the_question_off),
		TEST(a_connection_without_calls_is_closed),
		TEST(refused_calls_delay_no_end),
		TEST(refused_calls_are_bounded),
		TEST(a_connection_frozen_at_every_octet_goes_on),
		TEST(a_full_connection_fits_its_record),
		TEST(a_question_outlives_a_freeze),
		TEST(a_broken_record_is_refused),
		TEST(a_broken_record_of_a_client_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
