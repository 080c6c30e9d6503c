// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A control connection under an engine that is killed again and again, at any instant. A client
 * asks for echoes in pieces of any size; it must get each answer once, in order, over one TCP
 * connection. The engine is a child process that holds nothing but the connection; this process is
 * client and parent: it keeps the socket and the memory file.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/conn.h"
#include "daemon/keeper.h"
#include "daemon/server.h"

#define ECHO_REQUEST_LEN	16
#define ECHO_REPLY_LEN		20
#define START_LEN		156
#define KILLS			100
#define AHEAD_MAX		200	/* questions on their way: 3 KiB */

struct bench {
	int client, server, memory;
	int keeper[2];
	struct memory *map;
	pid_t engine;
	bool known;		/* an engine had it before */
	uint32_t asked, answered;
	uint8_t in[65536];
	size_t in_len;
	uint8_t out[ECHO_REQUEST_LEN];
	size_t out_left;	/* octets of the question that did not leave yet */
};

static const struct addr localhost = { .family = AF_INET, .bytes = { 127, 0, 0, 1 } };

static struct conf_server server_conf = {
	.protocol = (char *)"pptp", .device = "pptp0", .max_sessions = 10, .max_connections = 10,
	.max_connections_per_address = 10, .max_logins_per_address = 10,
};
static struct conf conf = { .hostname = (char *)"gateway",
			    .servers = &server_conf,
			    .n_servers = 1 };
static struct conf_ref conf_ref = { .conf = &conf, .refs = 1 };

/*
 * Where the engine dies by itself, after so many calls of that kind; the instants at which what is
 * written down, what the socket took and what it gave differ. These two stand before the C
 * library's, for the engine's code as well.
 */
enum fault {
	FAULT_NONE,
	FAULT_BEFORE_SEND,
	FAULT_AFTER_SEND,
	FAULT_BEFORE_CONSUME,
	FAULT_AFTER_CONSUME,
	FAULTS
};
static enum fault fault;
static unsigned int fault_calls;

static void die_if(enum fault here)
{
	if (fault == here && !--fault_calls)
		raise(SIGKILL);
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	ssize_t n;

	die_if(FAULT_BEFORE_SEND);
	n = syscall(SYS_sendto, fd, data, len, flags, NULL, 0);
	die_if(FAULT_AFTER_SEND);
	return n;
}

ssize_t recv(int fd, void *data, size_t len, int flags)
{
	ssize_t n;

	if (flags & MSG_TRUNC)
		die_if(FAULT_BEFORE_CONSUME);
	n = syscall(SYS_recvfrom, fd, data, len, flags, NULL, NULL);
	if (flags & MSG_TRUNC)
		die_if(FAULT_AFTER_CONSUME);
	return n;
}

static void settle_due(void *arg)
{
	engine_settle(arg);
}

/* In the child: an engine with one connection, until it is killed. */
static void engine_main(struct bench *b)
{
	struct server server = { .ref = &conf_ref, .conf = &server_conf };
	struct engine e = { .keeper = b->keeper[1], .n_servers = 1, .servers = { &server } };
	struct memory_counters *counters;

	engine_lists_init(&e);
	server.engine = &e;
	log_set_level(LOG_LEVEL_ERROR);
	e.memory = memory_map(b->memory);
	e.loop = loop_new();
	hash_init(&e.hosts);
	hash_init(&e.sessions_by_id);
	hash_init(&e.sessions_by_user);
	counters = memory_counters(e.memory);
	e.callids = callids_new(counters->call_key, &counters->next_call);
	loop_timer_init(&e.settle_timer, e.loop, settle_due, &e);
	if (!(b->known ? conn_thaw(&e, 0, dup(b->server)) :
			 conn_new(&server, dup(b->server), &localhost, &localhost)))
		_exit(1);
	loop_run(e.loop);
	_exit(2);
}

static void engine_start_to_die(struct bench *b, enum fault at, unsigned int calls)
{
	b->engine = fork();
	assert_true(b->engine >= 0);
	if (b->engine)
		return;
	fault = at;
	fault_calls = calls;
	engine_main(b);
}

static void engine_start(struct bench *b)
{
	engine_start_to_die(b, FAULT_NONE, 0);
}

static bool engine_dead(struct bench *b)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)b->engine, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
	       info.si_pid;
}

static void engine_kill(struct bench *b)
{
	int status;

	kill(b->engine, SIGKILL);
	assert_int_equal(waitpid(b->engine, &status, 0), b->engine);
	assert_true(WIFSIGNALED(status));
	/*
	 * A connection is lost if the first engine dies before its first record: its peer has had
	 * no answer.
	 */
	b->known = true;
}

static void connect_both(struct bench *b)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&sin, &len), 0);
	b->client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(b->client, (struct sockaddr *)&sin, sizeof(sin));
	b->server = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	assert_true(b->server >= 0);
	close(listener);
}

static int open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	connect_both(b);
	b->memory = memory_create();
	b->map = memory_map(b->memory);
	assert_non_null(b->map);
	assert_int_equal(keeper_pair(b->keeper), 0);
	engine_start(b);
	*state = b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	if (b->engine)
		engine_kill(b);
	memory_unmap(b->map);
	close(b->client);
	close(b->server);
	close(b->memory);
	close(b->keeper[0]);
	close(b->keeper[1]);
	free(b);
	return 0;
}

static void wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	assert_int_equal(poll(&p, 1, 20000), 1);
}

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void header(uint8_t *msg, uint16_t len, uint16_t type)
{
	static const uint8_t magic[] = { 0x1a, 0x2b, 0x3c, 0x4d };

	memset(msg, 0, len);
	put16(msg, len);
	put16(msg + 2, 1);
	memcpy(msg + 4, magic, sizeof(magic));
	put16(msg + 8, type);
}

static void start_connection(struct bench *b)
{
	uint8_t msg[START_LEN];
	size_t got = 0;

	header(msg, START_LEN, 1);
	put16(msg + 12, 0x0100);
	assert_int_equal(send(b->client, msg, sizeof(msg), 0), sizeof(msg));
	while (got < START_LEN) {
		ssize_t n;

		wait_for(b->client, POLLIN);
		n = recv(b->client, msg + got, sizeof(msg) - got, 0);
		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_int_equal(msg[9], 2);
	assert_int_equal(msg[14], 1);
}

/* As much of the next question as chance and the socket will. */
static void ask(struct bench *b, bool to_the_end)
{
	size_t len;
	ssize_t n;

	if (!b->out_left && b->asked - b->answered >= AHEAD_MAX)
		return;
	if (!b->out_left) {
		header(b->out, ECHO_REQUEST_LEN, 5);
		b->asked++;
		put16(b->out + 12, (uint16_t)(b->asked >> 16));
		put16(b->out + 14, (uint16_t)b->asked);
		b->out_left = ECHO_REQUEST_LEN;
	}
	len = to_the_end ? b->out_left : 1 + (size_t)random() % b->out_left;
	n = send(b->client, b->out + ECHO_REQUEST_LEN - b->out_left, len,
		 MSG_NOSIGNAL | MSG_DONTWAIT);
	assert_true(n > 0 || errno == EAGAIN);
	if (n > 0)
		b->out_left -= (size_t)n;
}

static void check_reply(struct bench *b, const uint8_t *msg)
{
	assert_int_equal(msg[1], ECHO_REPLY_LEN);
	assert_int_equal(msg[9], 6);
	b->answered++;
	assert_int_equal((uint32_t)msg[12] << 24 | msg[13] << 16 | msg[14] << 8 | msg[15],
			 b->answered);
}

/* Return: false when there was nothing to hear. */
static bool listen_to_answers(struct bench *b)
{
	ssize_t n = recv(b->client, b->in + b->in_len, sizeof(b->in) - b->in_len, MSG_DONTWAIT);
	size_t at = 0;

	assert_true(n > 0 || (n < 0 && errno == EAGAIN));
	if (n < 0)
		return false;
	b->in_len += (size_t)n;
	for (; b->in_len - at >= ECHO_REPLY_LEN; at += ECHO_REPLY_LEN)
		check_reply(b, b->in + at);
	b->in_len -= at;
	memmove(b->in, b->in + at, b->in_len);
	return true;
}

static void all_answered(struct bench *b)
{
	while (b->out_left)
		ask(b, true);
	while (b->answered < b->asked) {
		wait_for(b->client, POLLIN);
		listen_to_answers(b);
	}
}

static void test_echoes_are_answered(void **state)
{
	struct bench *b = *state;
	int i;

	start_connection(b);
	for (i = 0; i < 1000; i++) {
		ask(b, false);
		listen_to_answers(b);
	}
	all_answered(b);
	assert_int_equal(b->in_len, 0);
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void test_kills_lose_and_repeat_nothing(void **state)
{
	struct bench *b = *state;
	int kills;

	srandom(2637);
	start_connection(b);
	for (kills = 0; kills < KILLS; kills++) {
		uint32_t before = b->answered;
		uint64_t until;

		/* It is at work before its time to die is drawn. */
		while (b->answered < before + 2) {
			ask(b, false);
			listen_to_answers(b);
		}
		until = now_us() + (uint64_t)random() % 3000;
		while (now_us() < until) {
			ask(b, false);
			listen_to_answers(b);
		}
		engine_kill(b);
		/* What the dead one said is no sign of the next one's work. */
		while (listen_to_answers(b))
			;
		engine_start(b);
	}
	all_answered(b);
	assert_int_equal(b->in_len, 0);
	assert_true(b->answered > 2 * KILLS);
}

static void test_no_instant_of_death_loses_or_repeats(void **state)
{
	struct bench *b = *state;
	unsigned int calls;
	int at;

	srandom(1661);
	start_connection(b);
	for (at = FAULT_BEFORE_SEND; at < FAULTS; at++) {
		for (calls = 1; calls <= 4; calls++) {
			engine_kill(b);
			engine_start_to_die(b, at, calls);
			while (!engine_dead(b)) {
				ask(b, false);
				listen_to_answers(b);
			}
			engine_kill(b);
			engine_start(b);
			all_answered(b);
		}
	}
	assert_int_equal(b->in_len, 0);
}

/* Twice dead over it, the connection is closed by the third engine. */
static void test_a_deadly_connection_is_given_up(void **state)
{
	struct bench *b = *state;
	enum memory_kind kind;
	unsigned int deaths;
	uint32_t slot;
	int i, status;
	char c;

	start_connection(b);
	for (i = 0; i < MEMORY_DEATHS_MAX; i++) {
		engine_kill(b);
		memory_work_on(b->map, MEMORY_CONN, 0);
		assert_true(memory_blame(b->map, &kind, &slot, &deaths));
		engine_start(b);
		if (i == 0) {
			ask(b, true);
			all_answered(b);
		}
	}
	wait_for(b->client, POLLIN);
	assert_int_equal(recv(b->client, &c, 1, 0), 0);
	assert_int_equal(waitpid(b->engine, &status, 0), b->engine);
	assert_int_equal(WEXITSTATUS(status), 1);
	b->engine = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_echoes_are_answered, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(test_kills_lose_and_repeat_nothing, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(test_no_instant_of_death_loses_or_repeats,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(test_a_deadly_connection_is_given_up, open_bench,
						close_bench),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
