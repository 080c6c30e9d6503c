// SPDX-License-Identifier: GPL-2.0-or-later
/* The objects that the control socket shows: Documentation/control-socket.md. */
#include "daemon/control.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/dialer.h"
#include "daemon/ipsec_show.h"
#include "daemon/listener.h"
#include "daemon/lns.h"
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

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static void set_number(json_t *object, const char *key, uint64_t value)
{
	set(object, key, json_integer((json_int_t)value));
}

static void show_tunnels(json_t *o, const struct lns *lns)
{
	struct l2tp_stats stats;

	l2tp_get_stats(lns->l2tp, &stats);
	set_number(o, "half_open", stats.half_open);
	set_number(o, "tunnels_refused", stats.refused);
	set_number(o, "tunnels_evicted", stats.evicted);
	set_number(o, "junk", stats.junk);
	set_number(o, "strays", stats.strays);
}

static json_t *show_server(const struct server *s)
{
	struct addr listening[CONF_LIST_MAX];
	unsigned int n = s->lns ? endpoint_addresses(&s->lns->endpoint, listening, CONF_LIST_MAX) :
				  listener_addresses(s, listening, CONF_LIST_MAX);
	json_t *listen = json_array();
	json_t *o = json_object();
	unsigned int i;

	for (i = 0; i < n; i++)
		json_array_append_new(listen, show_addr(&listening[i]));
	set(o, "protocol", json_string(s->conf->protocol));
	set(o, "device", json_string(s->conf->device));
	set(o, "listen", listen);
	if (s->lns)
		show_tunnels(o, s->lns);
	set_number(o, "sessions", s->n_sessions);
	set_number(o, "connections", s->n_conns);
	set_number(o, "logins_ok", s->logins_ok);
	set_number(o, "logins_failed", s->logins_failed);
	set_number(o, "pool_used", pool_used(s->pool));
	set_number(o, "pool_size", pool_size(s->pool));
	return o;
}

json_t *control_show_status(struct engine *e)
{
	const struct memory_counters *counters = memory_counters(e->memory);
	json_t *servers = json_array();
	json_t *o = json_object();
	struct dialer *d;
	unsigned int i, n_clients = 0;

	for (i = 0; i < e->n_servers; i++)
		json_array_append_new(servers, show_server(e->servers[i]));
	TAILQ_FOREACH(d, &e->dialers, link)
		n_clients++;
	set(o, "version", json_string(ADIT_VERSION));
	set_number(o, "pid", (uint64_t)getppid());
	set_number(o, "engine_pid", (uint64_t)getpid());
	set_number(o, "engine_restarts", counters->engine_starts - 1);
	set_number(o, "uptime_s", (loop_now_ms(e->loop) - counters->started_ms) / 1000);
	set(o, "config", show_text(e->conf_path));
	set(o, "log_level", json_string(log_level_to_str(log_get_level())));
	set(o, "servers", servers);
	set_number(o, "clients", n_clients);
	set(o, "ipsec", ipsec_show_status(e->ipsec));
	return o;
}

static json_t *show_prefixes(const struct session *s)
{
	json_t *all = json_array();
	char text[ADDR_STRLEN];
	unsigned int i;

	for (i = 0; i < s->kernel.n_prefixes; i++)
		json_array_append_new(all,
				      json_string(prefix_to_str(&s->kernel.prefixes[i], text)));
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
	snprintf(text, sizeof(text), "%02x%02x:%02x%02x:%02x%02x:%02x%02x", id[0], id[1], id[2],
		 id[3], id[4], id[5], id[6], id[7]);
	return json_string(text);
}

static void show_pptp(json_t *o, const struct dp_session *k)
{
	set_number(o, "call_id", k->call_id);
	set_number(o, "peer_call_id", k->peer_call_id);
}

static void show_l2tp(json_t *o, const struct dp_l2tp *l2tp)
{
	set(o, "ipsec", json_boolean(l2tp->child));
	set_number(o, "local_port", l2tp->local_port);
	set_number(o, "peer_port", l2tp->peer_port);
	set_number(o, "tunnel_id", l2tp->tunnel_id);
	set_number(o, "peer_tunnel_id", l2tp->peer_tunnel_id);
	set_number(o, "session_id", l2tp->session_id);
	set_number(o, "peer_session_id", l2tp->peer_session_id);
	set(o, "seq_send", json_boolean(l2tp->seq_send));
	set(o, "seq_required", json_boolean(l2tp->seq_required));
}

static void show_detail(json_t *o, const struct session *s, const struct ppp_info *info,
			const struct dp_stats *stats)
{
	set(o, "auth", s->method ? json_string(auth_method_to_str(s->method)) : json_null());
	set(o, "peer_host", show_text(s->carrier ? s->via->host(s->carrier) : ""));
	set(o, "peer_vendor", show_text(s->carrier ? s->via->vendor(s->carrier) : ""));
	if (s->kernel.is_l2tp)
		show_l2tp(o, &s->kernel.l2tp);
	else
		show_pptp(o, &s->kernel);
	set_number(o, "mru", info->local_mru);
	set_number(o, "peer_mru", info->peer_mru);
	set(o, "acfc", json_boolean(info->tx_acfc));
	set(o, "pfc", json_boolean(info->tx_pfc));
	set(o, "local_address", show_addr(&info->local));
	set(o, "ipv6_ifid", show_ifid(s));
	set(o, "prefixes", show_prefixes(s));
	set(o, "rx", show_counters(stats->rx, stats->n_rx));
	set(o, "tx", show_counters(stats->tx, stats->n_tx));
	set_number(o, "rx_idle_ms", stats->rx_idle_ms);
	set_number(o, "tx_idle_ms", stats->tx_idle_ms);
}

json_t *control_show_session(struct session *s, bool detail)
{
	uint64_t now = loop_now_ms(s->engine->loop);
	struct dp_stats stats = { .n_rx = 0 };
	struct dp_session unused;
	struct ppp_info info = { .phase = "lcp" };
	char encryption[32];
	json_t *o = json_object();
	struct dp_err err;

	ppp_get_info(s->ppp, &info);
	/* Counters of a session that the kernel lost are zero. */
	if (dp_session_get(s->engine->dp, s->kernel.ifindex, s->kernel.id, &unused, &stats, &err))
		stats = (struct dp_stats){ .n_rx = 0 };
	set_number(o, "id", s->id);
	set(o, "protocol", json_string(s->dialer ? s->dialer->conf->protocol :
						   s->server->conf->protocol));
	set(o, "client", s->dialer ? show_text(s->dialer->conf->name) : json_null());
	set(o, "user", show_text(s->dialer ? s->dialer->conf->user : s->user));
	set(o, "peer", json_string(s->peer_text));
	set(o, "address", s->dialer ? show_addr(&info.peer) :
			  s->reply  ? show_addr(&s->reply->address) :
				      json_null());
	set(o, "state", json_string(info.phase));
	set(o, "device",
	    json_string(s->dialer ? s->dialer->conf->device : s->server->conf->device));
	set(o, "encryption", json_string(session_encryption(s, encryption)));
	set(o, "up_s", s->up_ms ? json_integer((json_int_t)((now - s->up_ms) / 1000)) : json_null());
	set_number(o, "rx_bytes", stats.rx_bytes);
	set_number(o, "tx_bytes", stats.tx_bytes);
	if (detail)
		show_detail(o, s, &info, &stats);
	return o;
}

/* --- clients --- */

/* Servers that know one name server give it as the second too. */
static json_t *show_name_servers(const struct ppp_info *info)
{
	json_t *all = json_array();
	unsigned int i;

	for (i = 0; i < AUTH_NAMESERVERS_MAX; i++) {
		if (info->dns[i].family && (!i || !addr_equal(&info->dns[i], &info->dns[i - 1])))
			json_array_append_new(all, show_addr(&info->dns[i]));
	}
	return all;
}

static json_t *show_routes(const struct conf_client *conf)
{
	json_t *all = json_array();
	char text[ADDR_STRLEN];
	unsigned int i;

	for (i = 0; i < conf->n_routes; i++)
		json_array_append_new(all, json_string(prefix_to_str(&conf->routes[i], text)));
	if (conf->default_route)
		json_array_append_new(all, json_string("default"));
	return all;
}

/* What there is only with a session; null without. */
static void show_client_session(json_t *o, struct session *s)
{
	struct dp_stats stats = { .n_rx = 0 };
	struct ppp_info info = { .phase = "" };
	struct dp_session unused;
	char encryption[32];
	struct dp_err err;

	if (s->ppp)
		ppp_get_info(s->ppp, &info);
	dp_session_get(s->engine->dp, s->kernel.ifindex, s->kernel.id, &unused, &stats, &err);
	set_number(o, "session", s->id);
	set(o, "peer", json_string(s->peer_text));
	set(o, "address", show_addr(&info.local));
	set(o, "peer_address", show_addr(&info.peer));
	set(o, "dns", show_name_servers(&info));
	set(o, "auth", s->method ? json_string(auth_method_to_str(s->method)) : json_null());
	set(o, "encryption", json_string(session_encryption(s, encryption)));
	set(o, "routes", show_routes(s->dialer->conf));
	set_number(o, "up_s", (loop_now_ms(s->engine->loop) - s->up_ms) / 1000);
	set_number(o, "rx_bytes", stats.rx_bytes);
	set_number(o, "tx_bytes", stats.tx_bytes);
}

json_t *control_show_client(struct dialer *d)
{
	static const char *const of_session[] = { "session", "peer",  "address",    "peer_address",
						  "dns",     "auth",  "encryption", "routes",
						  "up_s",    "rx_bytes", "tx_bytes" };
	uint64_t now = loop_now_ms(d->engine->loop);
	json_t *o = json_object();
	unsigned int i;

	set(o, "name", show_text(d->conf->name));
	set(o, "protocol", json_string(d->conf->protocol));
	set(o, "ipsec", json_boolean(conf_client_has_ipsec(d->conf)));
	set(o, "gateway", show_text(d->conf->gateway));
	set(o, "device", json_string(d->conf->device));
	set(o, "state", json_string(dialer_state_to_str(d->state)));
	for (i = 0; i < sizeof(of_session) / sizeof(of_session[0]); i++)
		set(o, of_session[i], json_null());
	if (d->session && d->session->up_ms)
		show_client_session(o, d->session);
	set_number(o, "failures", d->tries);
	set(o, "why", d->why[0] ? show_text(d->why) : json_null());
	set(o, "next_s", d->state == DIALER_WAITING && d->due_ms > now ?
				 json_integer((json_int_t)((d->due_ms - now + 999) / 1000)) :
				 json_null());
	return o;
}
