// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/control.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/dialer.h"
#include "daemon/ipsec_show.h"
#include "daemon/keeper.h"
#include "daemon/session.h"
#include "daemon/warrior.h"

#define MEMBERS_MAX	4
#define BY_HAND		"disconnected by the administrator"

struct command {
	const char *name;
	json_t *(*fn)(struct engine *e, const json_t *request);	/* or: */
	json_t *(*slow)(struct engine *e, const json_t *request, struct control_waits *waits);
	const char *members[MEMBERS_MAX];	/* beside "command" */
};

json_t *control_ok(json_t *result)
{
	return result ? json_pack("{s:b, s:o}", "ok", 1, "result", result) : NULL;
}

json_t *control_error(const char *fmt, ...)
{
	char text[KEEPER_TEXT_MAX], plain[KEEPER_TEXT_MAX];
	json_t *answer;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	answer = json_pack("{s:b, s:s}", "ok", 0, "error", text);
	if (answer)
		return answer;
	/* A long name may have been cut within a character, and JSON takes no half ones. */
	return json_pack("{s:b, s:s}", "ok", 0, "error",
			 log_text(plain, sizeof(plain), text, strlen(text)));
}

static json_t *cmd_status(struct engine *e, const json_t *request)
{
	(void)request;
	return control_ok(control_show_status(e));
}

static json_t *cmd_sessions(struct engine *e, const json_t *request)
{
	json_t *all = json_array();
	struct session *s;

	(void)request;
	TAILQ_FOREACH(s, &e->sessions, link) {
		if (!s->ended)
			json_array_append_new(all, control_show_session(s, false));
	}
	return control_ok(all);
}

/* NULL and *why filled in when the request names none that lives. */
static struct session *session_named(struct engine *e, const json_t *id, json_t **why)
{
	json_int_t number = json_integer_value(id);
	struct session *s = NULL;

	if (!json_is_integer(id)) {
		*why = control_error(
			"\"id\" must be the number of a session: adit sessions lists them");
		return NULL;
	}
	if (number > 0 && number <= UINT32_MAX)
		s = session_by_id(e, (uint32_t)number);
	if (s && !s->ended)
		return s;
	*why = control_error("no session %lld: adit sessions lists them", (long long)number);
	return NULL;
}

static json_t *cmd_session(struct engine *e, const json_t *request)
{
	json_t *why = NULL;
	struct session *s = session_named(e, json_object_get(request, "id"), &why);

	return s ? control_ok(control_show_session(s, true)) : why;
}

static json_t *disconnect_user(struct engine *e, const json_t *user)
{
	const char *name = json_string_value(user);
	struct session *s = NULL;
	unsigned int n = 0;

	if (!name)
		return control_error("\"user\" must be a string");
	while ((s = session_of_user(e, name, s))) {
		session_close(s, BY_HAND);
		n++;
	}
	n += warrior_close(e->ipsec, name, NULL, BY_HAND);
	if (!n)
		return control_error("no session and no IKE SA of user \"%s\": adit sessions and adit sas list them",
				     name);
	return control_ok(json_pack("{s:i}", "disconnected", (int)n));
}

/* Whoever it is lent to. */
static json_t *disconnect_address(struct engine *e, const json_t *address)
{
	const char *text = json_string_value(address);
	struct session *s;
	unsigned int n = 0;
	struct addr a;

	if (!text || addr_parse(text, &a))
		return control_error("\"address\" must be one that is lent: adit sessions and adit sas list them");
	TAILQ_FOREACH(s, &e->sessions, link) {
		if (s->ended || !s->reply || !addr_equal(&s->reply->address, &a))
			continue;
		session_close(s, BY_HAND);
		n++;
	}
	n += warrior_close(e->ipsec, NULL, &a, BY_HAND);
	if (!n)
		return control_error("the address %s is lent to nobody: adit sessions and adit sas list those that are",
				     text);
	return control_ok(json_pack("{s:i}", "disconnected", (int)n));
}

/* NULL and *why filled in when the request names none. */
static struct dialer *client_named(struct engine *e, const json_t *request, json_t **why)
{
	const char *name = json_string_value(json_object_get(request, "client"));
	struct dialer *d = name ? dialer_by_name(e, name) : NULL;

	if (d)
		return d;
	*why = name ? control_error("no client \"%s\": adit clients lists them", name) :
		      control_error("\"client\" must be the name of a client: adit clients lists them");
	return NULL;
}

static json_t *disconnect_client(struct dialer *d, struct control_waits *waits)
{
	if (dialer_disconnect(d, BY_HAND))
		return control_ok(json_pack("{s:i}", "disconnected", 1));
	*waits = (struct control_waits){ .wait = CONTROL_DISCONNECT, .of = d };
	return NULL;
}

static json_t *disconnect_id(struct engine *e, const json_t *id, struct control_waits *waits)
{
	json_t *why = NULL;
	struct session *s = session_named(e, id, &why);

	if (!s)
		return why;
	/* Else it would dial again. */
	if (s->dialer)
		return disconnect_client(s->dialer, waits);
	session_close(s, BY_HAND);
	return control_ok(json_pack("{s:i}", "disconnected", 1));
}

static json_t *cmd_disconnect(struct engine *e, const json_t *request, struct control_waits *waits)
{
	json_t *user = json_object_get(request, "user");
	json_t *id = json_object_get(request, "id");
	json_t *address = json_object_get(request, "address");
	json_t *client = json_object_get(request, "client");
	json_t *why = NULL;
	struct dialer *d;

	if (!!user + !!id + !!address + !!client != 1)
		return control_error("disconnect takes one of \"id\", \"user\", \"address\" and \"client\"");
	if (user)
		return disconnect_user(e, user);
	if (address)
		return disconnect_address(e, address);
	if (id)
		return disconnect_id(e, id, waits);
	d = client_named(e, request, &why);
	return d ? disconnect_client(d, waits) : why;
}

static json_t *cmd_connect(struct engine *e, const json_t *request, struct control_waits *waits)
{
	json_t *why = NULL;
	struct dialer *d = client_named(e, request, &why);

	if (!d)
		return why;
	if (e->stopping)
		return control_error("the daemon is shutting down");
	if (dialer_connect(d))
		return control_ok(control_show_client(d));
	*waits = (struct control_waits){ .wait = CONTROL_CONNECT, .of = d };
	return NULL;
}

static json_t *cmd_clients(struct engine *e, const json_t *request)
{
	json_t *all = json_array();
	struct dialer *d;

	(void)request;
	TAILQ_FOREACH(d, &e->dialers, link)
		json_array_append_new(all, control_show_client(d));
	return control_ok(all);
}

/* --- IPsec --- */

static json_t *cmd_sites(struct engine *e, const json_t *request)
{
	(void)request;
	return control_ok(ipsec_show_sites(e->ipsec));
}

static json_t *cmd_sas(struct engine *e, const json_t *request)
{
	(void)request;
	return control_ok(ipsec_show_sas(e->ipsec));
}

/* NULL and *why filled in when the request names none. */
static struct site *site_named(struct engine *e, const json_t *request, json_t **why)
{
	const char *name = json_string_value(json_object_get(request, "site"));
	struct site *s = name ? site_by_name(e->ipsec, name) : NULL;

	if (!s)
		*why = name ? control_error("no site \"%s\": adit sites lists them", name) :
			      control_error("\"site\" must be the name of a site: adit sites lists them");
	return s;
}

static json_t *cmd_site_up(struct engine *e, const json_t *request, struct control_waits *waits)
{
	json_t *why = NULL;
	struct site *s = site_named(e, request, &why);

	if (!s)
		return why;
	if (e->stopping)
		return control_error("the daemon is shutting down");
	if (!s->peer)
		return control_error("site %s: %s", s->conf->name, s->why);
	if (!strcmp(s->conf->remote, CONF_ANY_REMOTE) && !s->holder.sa)
		return control_error("site %s: the peer comes from anywhere, so it has to begin", s->conf->name);
	if (site_up(s))
		return control_ok(ipsec_show_site(s));
	*waits = (struct control_waits){ .wait = CONTROL_SITE_UP, .of = s };
	return NULL;
}

static json_t *cmd_site_down(struct engine *e, const json_t *request, struct control_waits *waits)
{
	json_t *why = NULL;
	struct site *s = site_named(e, request, &why);

	if (!s)
		return why;
	if (site_down(s, "taken down by the administrator"))
		return control_ok(ipsec_show_site(s));
	*waits = (struct control_waits){ .wait = CONTROL_SITE_DOWN, .of = s };
	return NULL;
}

static json_t *cmd_site_rekey(struct engine *e, const json_t *request)
{
	json_t *why = NULL;
	struct site *s = site_named(e, request, &why);

	if (!s)
		return why;
	if (!site_rekey(s))
		return control_error("site %s is not up: there are no keys to replace", s->conf->name);
	return control_ok(ipsec_show_site(s));
}

static json_t *cmd_reload(struct engine *e, const json_t *request, struct control_waits *waits)
{
	(void)request;
	if (keeper_send(e->keeper, KEEPER_RELOAD, 0, NULL, -1))
		return control_error("the parent process does not answer");
	*waits = (struct control_waits){ .wait = CONTROL_RELOAD };
	return NULL;
}

static json_t *cmd_log_level(struct engine *e, const json_t *request)
{
	json_t *word = json_object_get(request, "level");
	enum log_level level;

	(void)e;
	if (word) {
		if (!json_is_string(word))
			return control_error("\"level\" must be a string");
		if (!log_level_parse(json_string_value(word), &level))
			return control_error("\"%s\" is no log level: error, warn, info or debug",
					     json_string_value(word));
		log_set_level(level);
	}
	return control_ok(json_pack("{s:s}", "level", log_level_to_str(log_get_level())));
}

static json_t *cmd_shutdown(struct engine *e, const json_t *request)
{
	int n = (int)e->n_sessions;

	(void)request;
	engine_shutdown(e, "adit shutdown");
	return control_ok(json_pack("{s:i}", "disconnected", n));
}

static const struct command commands[] = {
	{ "status", cmd_status, NULL, { NULL } },
	{ "sessions", cmd_sessions, NULL, { NULL } },
	{ "session", cmd_session, NULL, { "id" } },
	{ "clients", cmd_clients, NULL, { NULL } },
	{ "connect", NULL, cmd_connect, { "client" } },
	{ "disconnect", NULL, cmd_disconnect, { "id", "user", "address", "client" } },
	{ "sites", cmd_sites, NULL, { NULL } },
	{ "sas", cmd_sas, NULL, { NULL } },
	{ "site-up", NULL, cmd_site_up, { "site" } },
	{ "site-down", NULL, cmd_site_down, { "site" } },
	{ "site-rekey", cmd_site_rekey, NULL, { "site" } },
	{ "reload", NULL, cmd_reload, { NULL } },
	{ "log-level", cmd_log_level, NULL, { "level" } },
	{ "shutdown", cmd_shutdown, NULL, { NULL } },
};

static bool member_known(const struct command *cmd, const char *key)
{
	unsigned int i;

	if (!strcmp(key, "command"))
		return true;
	for (i = 0; i < MEMBERS_MAX && cmd->members[i]; i++) {
		if (!strcmp(key, cmd->members[i]))
			return true;
	}
	return false;
}

static json_t *run(const struct command *cmd, struct engine *e, const json_t *request,
		   struct control_waits *waits)
{
	const char *key;
	json_t *value;

	/* jansson's iteration takes no const object, but changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)request, key, value) {
		if (!member_known(cmd, key))
			return control_error("command %s knows no member \"%s\"", cmd->name, key);
	}
	return cmd->fn ? cmd->fn(e, request) : cmd->slow(e, request, waits);
}

json_t *control_command(struct engine *e, const json_t *request, struct control_waits *waits)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	size_t i;

	if (!name)
		return control_error("a request needs a string \"command\"");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(name, commands[i].name))
			return run(&commands[i], e, request, waits);
	}
	return control_error("unknown command \"%s\"", name);
}
