// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket (Documentation/control-socket.md): two clients that send what the input says
 * in pieces, to an engine with a session where its first octet is odd. Every line that comes back
 * is an object with ok and a result or an error, and there are no more answers than lines.
 */
#include <errno.h>
#include <jansson.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control.h"
#include "fuzz.h"
#include "replay/world_daemon.h"

#define CLIENTS		2
#define ANSWER_MAX	262144

static struct outputs out;

struct client {
	int fd;
	unsigned int asked, answered;
	char in[ANSWER_MAX];
	size_t in_len;
};

static struct client clients[CLIENTS];

/* selftests/replay/daemon/up.inc */
static const char *const session_up[] = {
	"> c0 start 0100 0000 00000003 00000003 0000 0000 pad:144",
	"> c0 out-request 0001 0001 00000001 7fffffff 00000003 00000003 0040 0000 0000 0000 pad:156",
	"> s1 lcp ack 1 (mru 0578) (auth c22381) (magic 6a6b6c6d) (pfc) (acfc)",
	"> s1 lcp req 1 (magic 11223344)", "login 1 alice clientPass", "> s1 ccp ack 1 (mppe 01000040)",
	"> s1 ccp req 1 (mppe 01000040)", "> s1 ipcp ack 1 (addr 0a090001)",
	"> s1 ipcp req 1 (addr 0a090002)",
};

static void do_line(struct world *w, const char *line)
{
	static struct token t[TOKENS_MAX];
	static struct pattern p;
	unsigned int n = tokens_split(line, t);

	p.len = 0;
	if (line[0] != '>') {
		must(!world_daemon.act(w, t, n));
	} else {
		must(!world_daemon.encode(w, t + 1, n - 1, &p));
		world_daemon.rx(w, p.value, p.len);
	}
	world_daemon.advance(w, 0);
	out.n = 0;
}

static void check_answer(struct client *c, const char *line, size_t len)
{
	json_error_t error;
	json_t *answer = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	json_t *ok = json_object_get(answer, "ok");

	must(json_is_object(answer) && json_is_boolean(ok));
	must(json_is_true(ok) ? json_object_get(answer, "result") != NULL :
				json_is_string(json_object_get(answer, "error")));
	json_decref(answer);
	must(++c->answered <= c->asked);
}

static void read_answers(struct client *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);
	char *end;

	must(n >= 0 || errno == EAGAIN || errno == ECONNRESET);
	if (n > 0)
		c->in_len += (size_t)n;
	while ((end = memchr(c->in, '\n', c->in_len))) {
		check_answer(c, c->in, (size_t)(end - c->in));
		c->in_len -= (size_t)(end + 1 - c->in);
		memmove(c->in, end + 1, c->in_len);
	}
	must(c->in_len < sizeof(c->in));
}

static void send_piece(struct client *c, const uint8_t *data, size_t len)
{
	ssize_t n = send(c->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	while (n > 0)
		c->asked += data[--n] == '\n';
}

/* A line that is no JSON, and too many octets without an end, are answered once and the last. */
static void run(struct world *w, struct in in)
{
	unsigned int i, pieces = 0;
	uint8_t *piece;
	size_t len;

	while (in.left && pieces++ < 64) {
		uint8_t how = in_u8(&in);
		struct client *c = &clients[how & 1];

		if ((how & 0x0e) == 0x0e) {
			control_reloaded(world_daemon_engine(w)->control, how & 0x10, "said\nso");
		} else {
			len = how & 0x10 ? in.left : in_u8(&in);
			piece = in_take(&in, len, &len);
			send_piece(c, piece, len);
			free(piece);
		}
		world_daemon.advance(w, how & 0x20 ? 3000 : 0);
		out.n = 0;
		for (i = 0; i < CLIENTS; i++)
			read_answers(&clients[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	struct world *w;
	unsigned int i;

	out.n = 0;
	w = world_daemon.make(&out);
	world_daemon.begin(w);
	if (in_u8(&in) & 1) {
		do_line(w, "connect");
		for (i = 0; i < sizeof(session_up) / sizeof(session_up[0]); i++)
			do_line(w, session_up[i]);
		must(world_daemon_engine(w)->n_sessions == 1);
	}
	for (i = 0; i < CLIENTS; i++) {
		clients[i].asked = clients[i].answered = 0;
		clients[i].in_len = 0;
		clients[i].fd = world_daemon_control(w);
	}
	run(w, in);
	for (i = 0; i < CLIENTS; i++)
		close(clients[i].fd);
	world_daemon.advance(w, 10000);
	world_daemon.destroy(w);
	return 0;
}
