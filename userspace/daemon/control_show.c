// SPDX-License-Identifier: GPL-2.0-or-later
/* The objects that the control socket shows: Documentation/control-socket.md. */
#include "daemon/control.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/conn.h"
#include "daemon/listener.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "daemon/version.h"

static json_t *show_addr(const struct addr *a)
{
	char text[ADDR_STRLEN];

	return a->family ? json_string(addr_to_str(a, text)) : json_null();
}

/* What a peer or a file chose is no UTF-8 for certain, and JSON takes nothing else. */
static json_t *show_text(const char *text)
{
	json_t *as_is = json_string(text);
	char escaped[4 * 256 + 1];

	return as_is ? as_is : json_string(log_text(escaped, sizeof(escaped), text, strlen(text)));
}

static json_t *show_server(const struct server *s)
{
	struct addr listening[CONF_LIST_MAX];
	unsigned int n = listener_addresses(s, listening, CONF_LIST_MAX);
	json_t *listen = json_array();
	unsigned int i;

	for (i = 0; i < n; i++)
		json_array_append_new(listen, show_addr(&listening[i]));
	return json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "protocol", s->conf->protocol,
			 "device", s->conf->device, "listen", listen, "sessions", (json_int_t)s->n_sessions,
			 "connections", (json_int_t)s->n_conns, "logins_ok", (json_int_t)s->logins_ok,
			 "logins_failed", (json_int_t)s->logins_failed, "pool_used", (json_int_t)pool_used(s->pool),
			 "pool_size", (json_int_t)pool_size(s->pool));
}

json_t *control_show_status(struct engine *e)
{
	const struct memory_counters *counters = memory_counters(e->memory);
	json_t *servers = json_array();
	unsigned int i;

	for (i = 0; i < e->n_servers; i++)
		json_array_append_new(servers, show_server(e->servers[i]));
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:o}", "version", ADIT_VERSION,
			 "pid", (json_int_t)getppid(), "engine_pid", (json_int_t)getpid(),
			 "engine_restarts", (json_int_t)(counters->engine_starts - 1),
			 "uptime_s", (json_int_t)((loop_now_ms(e->loop) - counters->started_ms) / 1000),
			 "config", e->conf_path, "log_level", log_level_to_str(log_get_level()), "servers", servers);
}

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *show_prefixes(const struct session *s)
{
	json_t *all = json_array();
	char text[ADDR_STRLEN];
	unsigned int i;

	for (i = 0; i < s->kernel.n_prefixes; i++)
		json_array_append_new(all, json_string(prefix_to_str(&s->kernel.prefixes[i], text)));
	return all;
}

static json_t *show_counters(const struct dp_counter *counters, unsigned int n)
{
	json_t *all = json_object();
	unsigned int i;

	for (i = 0; i < n; i++)
		set(all, counters[i].name, json_integer((json_int_t)counters[i].value));
	return all;
}

static json_t *show_ifid(const struct session *s)
{
	const uint8_t *id = s->kernel.ifid;
	char text[20];

	if (!s->kernel.have_ifid)
		return json_null();
	snprintf(text, sizeof(text), "%02x%02x:%02x%02x:%02x%02x:%02x%02x", id[0], id[1], id[2], id[3], id[4], id[5],
		 id[6], id[7]);
	return json_string(text);
}

static void show_detail(json_t *o, const struct session *s, const struct ppp_info *info, const struct dp_stats *stats)
{
	const struct pptp *pptp = s->conn ? s->conn->pptp : NULL;

	set(o, "auth", s->method ? json_string(auth_method_to_str(s->method)) : json_null());
	set(o, "peer_host", show_text(pptp ? pptp_peer_host(pptp) : ""));
	set(o, "peer_vendor", show_text(pptp ? pptp_peer_vendor(pptp) : ""));
	set(o, "call_id", json_integer(s->kernel.call_id));
	set(o, "peer_call_id", json_integer(s->kernel.peer_call_id));
	set(o, "mru", json_integer(info->local_mru));
	set(o, "peer_mru", json_integer(info->peer_mru));
	set(o, "acfc", json_boolean(info->tx_acfc));
	set(o, "pfc", json_boolean(info->tx_pfc));
	set(o, "local_address", show_addr(&info->local));
	set(o, "ipv6_ifid", show_ifid(s));
	set(o, "prefixes", show_prefixes(s));
	set(o, "rx", show_counters(stats->rx, stats->n_rx));
	set(o, "tx", show_counters(stats->tx, stats->n_tx));
	set(o, "rx_idle_ms", json_integer((json_int_t)stats->rx_idle_ms));
	set(o, "tx_idle_ms", json_integer((json_int_t)stats->tx_idle_ms));
}

json_t *control_show_session(struct session *s, bool detail)
{
	uint64_t now = loop_now_ms(s->engine->loop);
	struct dp_stats stats = { .n_rx = 0 };
	struct dp_session unused;
	struct ppp_info info = { .phase = "lcp" };
	char encryption[32];
	struct dp_err err;
	json_t *o;

	ppp_get_info(s->ppp, &info);
	/* Counters of a session that the kernel lost are zero. */
	if (dp_session_get(s->engine->dp, s->kernel.ifindex, s->id, &unused, &stats, &err))
		stats = (struct dp_stats){ .n_rx = 0 };
	o = json_pack("{s:I, s:s, s:o, s:s, s:o, s:s, s:s, s:s, s:o, s:I, s:I}", "id", (json_int_t)s->id,
		      "protocol", s->server->conf->protocol, "user", show_text(s->user), "peer", s->peer_text,
		      "address", s->reply ? show_addr(&s->reply->address) : json_null(), "state", info.phase,
		      "device", s->server->conf->device, "encryption", session_encryption(s, encryption),
		      "up_s", s->up_ms ? json_integer((json_int_t)((now - s->up_ms) / 1000)) : json_null(),
		      "rx_bytes", (json_int_t)stats.rx_bytes, "tx_bytes", (json_int_t)stats.tx_bytes);
	if (o && detail)
		show_detail(o, s, &info, &stats);
	return o;
}
