/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket (Documentation/control-socket.md): its clients, and lines in and out. What
 * they mean is in control_cmds.c.
 */
#ifndef ADIT_DAEMON_CONTROL_H
#define ADIT_DAEMON_CONTROL_H

#include <jansson.h>

#include "daemon/engine.h"

struct control;

struct control *control_new(struct engine *e, int fd);	/* takes fd; NULL: closed */
void control_free(struct control *c);
/* What some answers wait for, and of what: the outcome of that which a request began. */
enum control_wait { CONTROL_NOTHING, CONTROL_RELOAD, CONTROL_CONNECT, CONTROL_DISCONNECT,
		    CONTROL_SITE_UP, CONTROL_SITE_DOWN };

/* To everybody who waits for it; takes json. c may be NULL, when nobody does. */
void control_answer(struct control *c, enum control_wait wait, const void *of, json_t *json);
/*
 * The parent answered a reload: to everybody who asked for one. text: warnings, or problems, one
 * per line.
 */
void control_reloaded(struct control *c, bool ok, const char *text);

/*
 * control_cmds.c: one request to its answer; NULL: it comes through control_answer(), of what waits
 * says.
 */
struct control_waits {
	enum control_wait wait;
	const void *of;
};
json_t *control_command(struct engine *e, const json_t *request, struct control_waits *waits);
json_t *control_ok(json_t *result);			/* takes result; NULL: out of memory */
json_t *control_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* control_show.c */
json_t *control_show_status(struct engine *e);
json_t *control_show_session(struct session *s, bool detail);
json_t *control_show_client(struct dialer *d);

#endif /* ADIT_DAEMON_CONTROL_H */
