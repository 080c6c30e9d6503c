// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS_MAX	16		/* root's commands, not a service */
#define REQUEST_MAX	65536

struct client {
	struct control *control;
	struct client *next;
	int fd;
	struct loop_io io;
	struct loop_timer reaper;
	char *in;
	size_t in_len;
	char *out;			/* one answer at a time */
	size_t out_len, out_sent;
	struct control_waits waits;	/* for an answer that comes later */
	bool last;			/* close when the answer has gone */
	bool closing;
};

struct control {
	struct engine *engine;
	int fd;
	struct loop_io io;
	struct client *clients;
	unsigned int n_clients;
};

static void client_work(struct client *cl);

static bool is_waiting(const struct client *cl)
{
	return cl->closing || cl->waits.wait != CONTROL_NOTHING;
}

static void client_free(struct client *cl)
{
	struct client **at;

	for (at = &cl->control->clients; *at != cl; at = &(*at)->next)
		;
	*at = cl->next;
	cl->control->n_clients--;
	loop_io_stop(&cl->io);
	loop_timer_stop(&cl->reaper);
	close(cl->fd);
	free(cl->in);
	free(cl->out);
	free(cl);
}

static void reap(void *arg)
{
	client_free(arg);
}

/* From the loop, so that nobody up the stack still holds it. */
static void client_close(struct client *cl)
{
	loop_io_stop(&cl->io);
	loop_timer_start(&cl->reaper, 0);
	cl->last = true;
	cl->closing = true;
}

static void flush(struct client *cl)
{
	ssize_t n;

	n = send(cl->fd, cl->out + cl->out_sent, cl->out_len - cl->out_sent,
		 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		client_close(cl);
		return;
	}
	if (n > 0)
		cl->out_sent += (size_t)n;
	if (cl->out_sent < cl->out_len) {
		loop_io_want_write(&cl->io, true);
		return;
	}
	free(cl->out);
	cl->out = NULL;
	loop_io_want_write(&cl->io, false);
	if (cl->last)
		client_close(cl);
}

static void answer(struct client *cl, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	if (!text) {
		client_close(cl);
		return;
	}
	cl->out_len = strlen(text);
	/* in the place of the terminator: the length is known */
	text[cl->out_len++] = '\n';
	cl->out = text;
	cl->out_sent = 0;
	flush(cl);
}

static void request(struct client *cl, const char *line, size_t len)
{
	json_error_t error;
	json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	json_t *reply;

	if (!json_is_object(json)) {
		cl->last = true;
		answer(cl, control_error("not a JSON object on one line: %s",
					 json ? "another kind of value" : error.text));
		json_decref(json);
		return;
	}
	reply = control_command(cl->control->engine, json, &cl->waits);
	json_decref(json);
	if (reply)
		answer(cl, reply);
}

/* Lines that are there, one after the other, each answered before the next is looked at. */
static void client_work(struct client *cl)
{
	while (!cl->out && !is_waiting(cl) && !cl->last) {
		char *end = memchr(cl->in, '\n', cl->in_len);
		size_t len;

		if (!end && cl->in_len == REQUEST_MAX) {
			cl->last = true;
			answer(cl, control_error("a request may have %d octets", REQUEST_MAX));
			return;
		}
		if (!end)
			return;
		len = (size_t)(end - cl->in);
		request(cl, cl->in, len);
		cl->in_len -= len + 1;
		memmove(cl->in, end + 1, cl->in_len);
	}
}

static void client_ready(void *arg, int fd, bool readable, bool writable)
{
	struct client *cl = arg;
	ssize_t n;

	if (writable && cl->out)
		flush(cl);
	if (readable && cl->in_len < REQUEST_MAX) {
		n = recv(fd, cl->in + cl->in_len, REQUEST_MAX - cl->in_len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			client_close(cl);
			return;
		}
		if (n > 0)
			cl->in_len += (size_t)n;
	} else if (readable && (cl->out || is_waiting(cl))) {
		/* It neither reads its answers nor stops asking. */
		client_close(cl);
		return;
	}
	client_work(cl);
	engine_settle(cl->control->engine);
}

static void client_new(struct control *c, int fd)
{
	struct client *cl = calloc(1, sizeof(*cl));

	if (cl)
		cl->in = malloc(REQUEST_MAX);
	if (!cl || !cl->in || loop_io_start(&cl->io, c->engine->loop, fd, client_ready, cl)) {
		if (cl)
			free(cl->in);
		free(cl);
		close(fd);
		return;
	}
	cl->control = c;
	cl->fd = fd;
	loop_timer_init(&cl->reaper, c->engine->loop, reap, cl);
	cl->next = c->clients;
	c->clients = cl;
	c->n_clients++;
}

static void control_ready(void *arg, int fd, bool readable, bool writable)
{
	static const char busy[] =
		"{\"ok\":false,\"error\":\"too many control clients at a time: try again\"}\n";
	struct control *c = arg;
	int got = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)readable;
	(void)writable;
	if (got < 0)
		return;
	if (c->n_clients < CLIENTS_MAX) {
		client_new(c, got);
		return;
	}
	send(got, busy, sizeof(busy) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(got);
}

static json_t *lines(const char *text)
{
	json_t *array = json_array();

	while (*text) {
		size_t len = strcspn(text, "\n");

		json_array_append_new(array, json_stringn(text, len));
		text += len;
		text += *text == '\n';
	}
	return array;
}

void control_answer(struct control *c, enum control_wait wait, const void *of, json_t *json)
{
	struct client *cl, *next;

	for (cl = c ? c->clients : NULL; cl; cl = next) {
		next = cl->next;
		if (cl->waits.wait != wait || cl->waits.of != of || cl->last)
			continue;
		cl->waits = (struct control_waits){ .wait = CONTROL_NOTHING };
		answer(cl, json_incref(json));
		client_work(cl);
	}
	json_decref(json);
}

void control_reloaded(struct control *c, bool ok, const char *text)
{
	control_answer(c, CONTROL_RELOAD, NULL,
		       ok ? control_ok(json_pack("{s:b, s:o}", "reloaded", 1, "warnings",
						 lines(text))) :
			    control_error("%s", text));
}

struct control *control_new(struct engine *e, int fd)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c || loop_io_start(&c->io, e->loop, fd, control_ready, c)) {
		free(c);
		close(fd);
		return NULL;
	}
	c->engine = e;
	c->fd = fd;
	return c;
}

void control_free(struct control *c)
{
	struct client *cl, *next;

	for (cl = c->clients; cl; cl = next) {
		next = cl->next;
		client_free(cl);
	}
	loop_io_stop(&c->io);
	close(c->fd);
	free(c);
}
