// SPDX-License-Identifier: GPL-2.0-or-later
/* What a scenario of the daemon's world may do: lines "do ...". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/conn.h"
#include "daemon/control.h"
#include "daemon/dialer.h"
#include "daemon/lns.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "wire/mschap.h"
#include "wire/ppp.h"
#include "world_daemon_impl.h"

static const char *do_connect(struct world *w)
{
	struct addr gateway = addr_v4(0xc0000201), client;
	unsigned int i = world_free_wire(w);

	if (i == CONNS || !w->server)
		return "all connections are there, or there is no server";
	client = addr_v4(0xc000020a + i);
	if (!conn_new(w->server, world_new_wire(w), &gateway, &client) || !conn_by_slot(&w->e, i))
		world_fail("the connection is not taken, or at another place");
	engine_settle(&w->e);
	return NULL;
}

static const char *do_eof(struct world *w, unsigned int i)
{
	if (i >= CONNS || w->wires[i].client < 0)
		return "no such connection";
	__real_shutdown(w->wires[i].client, SHUT_WR);
	return NULL;
}

/* The MS-CHAPv2 response of a client that knows this password to the last challenge. */
static const char *do_login(struct world *w, uint32_t id, const char *user, const char *password)
{
	uint8_t packet[4 + 1 + MSCHAP_RESPONSE_LEN + 64] = { 2 }, *response = packet + 5;
	uint8_t challenge[MSCHAP_CHALLENGE_LEN], hash[MSCHAP_HASH_LEN];
	struct session *s = session_by_id(&w->e, id);
	size_t len = 5 + MSCHAP_RESPONSE_LEN + strlen(user);

	if (!s || id >= SESSIONS_MAX || strlen(user) > 64 || strlen(password) > 64)
		return "no such session";
	packet[1] = w->challenge_ids[id];
	packet[2] = len >> 8;
	packet[3] = len & 0xff;
	packet[4] = MSCHAP_RESPONSE_LEN;
	if (mschapv2_challenge_hash(response, w->challenges[id], mschap_user_of(user), challenge) ||
	    mschap_nt_hash(password, hash) ||
	    mschap_challenge_response(challenge, hash, response + 24))
		return "no such password";
	memcpy(packet + 5 + MSCHAP_RESPONSE_LEN, user, strlen(user));
	session_frame(s, PPP_CHAP, false, packet, len);
	engine_settle(&w->e);
	return NULL;
}

/* What comes back, if it is a refusal, or how many were disconnected. */
static void tell_answer(struct world *w, const json_t *reply)
{
	const json_t *n = json_object_get(json_object_get(reply, "result"), "disconnected");
	const char *error = json_string_value(json_object_get(reply, "error"));

	if (!json_is_object(reply) || !json_is_boolean(json_object_get(reply, "ok")))
		world_fail("no answer to a request");
	if (error)
		outputs_event(w->out, "refused: %s", error);
	else if (n)
		outputs_event(w->out, "disconnected %d", (int)json_integer_value(n));
}

/* control COMMAND, control COMMAND id N, control COMMAND MEMBER TEXT */
static const char *do_control(struct world *w, const struct token *t, unsigned int n)
{
	json_t *request = json_object(), *reply;
	struct control_waits waits = { .wait = CONTROL_NOTHING };

	/* Without a socket there is nobody to answer a reload or to shut down for. */
	if (n < 1 || !strcmp(t[0].text, "reload") || !strcmp(t[0].text, "shutdown") ||
	    !strcmp(t[0].text, "log-level")) {
		json_decref(request);
		return "no such command here";
	}
	json_object_set_new(request, "command", json_string(t[0].text));
	if (n > 2 && !strcmp(t[1].text, "id"))
		json_object_set_new(request, "id", json_integer(atoi(t[2].text)));
	else if (n > 2)
		json_object_set_new(request, t[1].text, json_string(t[2].text));
	reply = control_command(&w->e, request, &waits);
	if (waits.wait == CONTROL_NOTHING)
		tell_answer(w, reply);
	json_decref(reply);
	json_decref(request);
	engine_settle(&w->e);
	return NULL;
}

static void tell_kernel(struct world *w, const char *what, uint32_t id)
{
	struct session *s = session_by_id(&w->e, id);
	int ifindex = s ? s->kernel.ifindex : w->server ? w->server->ifindex : 1;

	if (s)
		id = s->kernel.id;
	if (!strcmp(what, "desync"))
		dp_null_mppe_desync(w->e.dp, ifindex, id);
	else if (!strcmp(what, "gone"))
		dp_null_gone(w->e.dp, ifindex, id);
	else
		dp_null_frames_lost(w->e.dp, ifindex, id);
	engine_settle(&w->e);
}

/* Outgoing-Call-Reply with the peer's id to the newest call of ours, of which the id is not known. */
static const char *do_reply(struct world *w, unsigned int i, uint16_t peer_call_id, uint8_t result)
{
	struct session *s = TAILQ_LAST(&w->e.sessions, session_list);
	uint8_t msg[32] = { 0, 32, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 8 };

	if (!s || i >= CONNS || w->wires[i].client < 0)
		return "no such call or connection";
	msg[12] = peer_call_id >> 8;
	msg[13] = peer_call_id & 0xff;
	msg[14] = s->kernel.call_id >> 8;
	msg[15] = s->kernel.call_id & 0xff;
	msg[16] = result;
	__real_send(w->wires[i].client, msg, sizeof(msg), MSG_DONTWAIT | MSG_NOSIGNAL);
	return NULL;
}

/* As a reload does with what has no section any more: the client if there is one, else the server. */
static const char *do_retire(struct world *w)
{
	struct dialer *d = TAILQ_FIRST(&w->e.dialers);

	if (!d && !w->server)
		return "neither a client nor a server";
	if (d) {
		dialer_retire(d);
		dialer_gone(d);
	} else {
		w->server->retired = true;
		world_sweep(w);
	}
	engine_settle(&w->e);
	return NULL;
}

static struct conf_ref *other_conf(const struct world *w, const char *name)
{
	struct conf_ref *ref = world_configuration(name) ? world_conf(w, name) : NULL;
	const char *protocol = ref && ref->conf->n_servers ? ref->conf->servers[0].protocol : "";

	if (ref && !strcmp(protocol, w->server ? w->server->conf->protocol : ""))
		return ref;
	conf_ref_put(ref);
	return NULL;
}

/* As a reload does for one that is there before and after. */
static const char *do_reload(struct world *w, const char *name)
{
	struct conf_ref *ref = w->server ? other_conf(w, name) : NULL;

	if (!ref)
		return "no server, or no such configuration of its protocol";
	if (server_reconfigure(w->server, ref, &ref->conf->servers[0]))
		world_fail("the new configuration is not taken");
	conf_ref_put(w->conf);
	w->conf = w->e.conf = ref;
	w->configuration = world_configuration(name);
	engine_settle(&w->e);
	return NULL;
}

/* What the next engine finds configured. */
static const char *do_next(struct world *w, const char *name)
{
	struct conf_ref *ref = other_conf(w, name);

	if (!ref)
		return "no such configuration of this protocol";
	conf_ref_put(ref);
	w->configuration = world_configuration(name);
	return NULL;
}

int world_child(struct world *w, uint32_t id)
{
	const struct endpoint_child child = {
		.ifindex = CHILD_IFINDEX, .id = id, .local = addr_v4(0xc0000201),
		.peer = addr_v4(0xc000020a), .port = 1701,
	};

	return lns_child_up(w->server->lns, &child);
}

/* As IKE does when a child has come, and when it has gone. */
static const char *do_child(struct world *w, uint32_t id, bool up)
{
	struct dp_child child = { .ifindex = CHILD_IFINDEX, .id = id, .transport = true, .l2tp_port = 1701 };
	struct dp_err err;

	if (!w->server || !w->server->lns || !id || id > CHILDREN)
		return "no such child";
	if (w->children[id] == up)
		return "that child is so already";
	/* A kernel that refuses, or no memory: then there is no child. */
	if (up && dp_child_new(w->e.dp, &child, &err))
		return "no child";
	if (up && world_child(w, id)) {
		dp_child_del(w->e.dp, CHILD_IFINDEX, id, &err);
		return "nobody listens in the child";
	}
	w->children[id] = up;
	if (!up) {
		lns_child_down(w->server->lns, id, "the peer deleted its child");
		dp_child_del(w->e.dp, CHILD_IFINDEX, id, &err);
	}
	engine_settle(&w->e);
	return NULL;
}

const char *world_act(struct world *w, const struct token *t, unsigned int n)
{
	const char *verb = n ? t[0].text : "", *arg = n > 1 ? t[1].text : "";

	if (!strcmp(verb, "die"))
		return world_die(w, NULL, NULL), NULL;
	if (!strcmp(verb, "hold") || !strcmp(verb, "go")) {
		w->held = !strcmp(verb, "hold");
		return NULL;
	}
	if (!strcmp(verb, "users"))
		return world_set_users(w, arg);
	if (!strcmp(verb, "reload") && *arg)
		return do_reload(w, arg);
	if (!strcmp(verb, "reload"))
		return world_reload(w), NULL;
	if (!strcmp(verb, "next-conf"))
		return do_next(w, arg);
	if (!strcmp(verb, "retire"))
		return do_retire(w);
	if (!strcmp(verb, "reply") && n == 3)
		return do_reply(w, (unsigned int)atoi(arg), (uint16_t)atoi(t[2].text), 1);
	if (!strcmp(verb, "refuse-call") && n == 3)
		return do_reply(w, (unsigned int)atoi(arg), 0, (uint8_t)atoi(t[2].text));
	if (!strcmp(verb, "unreachable")) {
		w->dial_err = -EHOSTUNREACH;
		return NULL;
	}
	if (!strcmp(verb, "connect"))
		return do_connect(w);
	if (!strcmp(verb, "child") || !strcmp(verb, "child-gone"))
		return do_child(w, (uint32_t)atoi(arg), !strcmp(verb, "child"));
	if (!strcmp(verb, "eof"))
		return do_eof(w, (unsigned int)atoi(arg));
	if (!strcmp(verb, "login") && n == 4)
		return do_login(w, (uint32_t)atoi(arg), t[2].text, t[3].text);
	if (!strcmp(verb, "desync") || !strcmp(verb, "gone") || !strcmp(verb, "lost"))
		return tell_kernel(w, verb, (uint32_t)atoi(arg)), NULL;
	if (!strcmp(verb, "refuse")) {
		w->refused = true;
		dp_null_refuse(w->e.dp, arg, -ENOMEM, "no room, for a test");
		return NULL;
	}
	if (!strcmp(verb, "control"))
		return do_control(w, t + 1, n - 1);
	return "no such act";
}
