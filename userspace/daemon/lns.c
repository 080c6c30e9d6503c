// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/lns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "daemon/server.h"
#include "daemon/tunnel.h"

static const struct conf_server *conf_of(const struct lns *lns)
{
	return lns->server->conf;
}

static const struct conf_l2tp_peer *peer_conf(const struct lns *lns, const struct l2tp_tunnel *t)
{
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	return conf_l2tp_peer_find(lns->server->ref->conf, info.host_name, &info.path.peer);
}

/* --- tunnels --- */

static void op_tx(void *ctx, struct l2tp_tunnel *t, const struct l2tp_path *path,
		  const uint8_t *data, size_t len)
{
	struct lns *lns = ctx;

	if (t && l2tp_tunnel_owner(t))
		tunnel_changed(l2tp_tunnel_owner(t));
	endpoint_tx(&lns->endpoint, path, data, len);
}

static const char *not_in_the_clear(const struct lns *lns, const struct l2tp_path *path)
{
	return !path->transport && conf_of(lns)->ipsec == CONF_IPSEC_REQUIRED ?
		       "plain L2TP, and ipsec is required" : NULL;
}

/* Why a tunnel may not be there, by the configuration that is in force now. NULL: it may. */
static const char *unwelcome(const struct lns *lns, const struct l2tp_tunnel *t)
{
	struct l2tp_tunnel_info info;
	const char *why;

	l2tp_tunnel_get_info(t, &info);
	why = not_in_the_clear(lns, &info.path);
	if (why)
		return why;
	return conf_of(lns)->peers == CONF_PEERS_KNOWN && !peer_conf(lns, t) ?
		       "no l2tp-peer section knows this peer, and peers is known" : NULL;
}

static bool op_admit(void *ctx, const struct l2tp_path *path, struct l2tp_refusal *refusal)
{
	struct lns *lns = ctx;

	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_NOT_AUTHORIZED,
					  .why = not_in_the_clear(lns, path) };
	if (refusal->why)
		return false;
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_SHUTDOWN,
					  .why = "the gateway is stopping" };
	return !lns->server->engine->stopping && !lns->server->retired;
}

static bool chosen(enum conf_choice peer, enum conf_choice server)
{
	return (peer ? peer : server) == CONF_YES;
}

static void peer_config(const struct lns *lns, const struct conf_l2tp_peer *known,
			struct l2tp_peer *peer)
{
	static const struct conf_l2tp_peer nothing;
	const struct conf_server *conf = conf_of(lns);
	const struct conf_l2tp_peer *p = known ? known : &nothing;
	const char *secret = p->secret ? p->secret : conf->secret;

	*peer = (struct l2tp_peer){
		.authenticate = chosen(p->authenticate, conf->authenticate),
		.hide = chosen(p->hide, conf->hide),
		.hello_ms = conf->hello_interval_s * 1000,
	};
	snprintf(peer->host_name, sizeof(peer->host_name), "%s", p->local_name ? p->local_name : "");
	snprintf(peer->secret, sizeof(peer->secret), "%s", secret ? secret : "");
}

static void op_peer_ask(void *ctx, struct l2tp_tunnel *t, const char *host_name)
{
	struct lns *lns = ctx;
	const struct l2tp_refusal stranger = { .result = L2TP_STOP_NOT_AUTHORIZED, .why = unwelcome(lns, t) };
	struct l2tp_peer peer;

	(void)host_name;
	if (stranger.why) {
		l2tp_peer_reply(t, NULL, &stranger);
		return;
	}
	peer_config(lns, peer_conf(lns, t), &peer);
	l2tp_peer_reply(t, &peer, NULL);
	secret_wipe(&peer, sizeof(peer));
}

static void op_tunnel_up(void *ctx, struct l2tp_tunnel *t)
{
	struct lns *lns = ctx;
	const struct carrier whose = { .engine = lns->server->engine, .server = lns->server };
	const char *why = unwelcome(lns, t);	/* since a reload, while it was being opened */

	if (why)
		l2tp_tunnel_stop(t, L2TP_STOP_NOT_AUTHORIZED, why);
	else if (!tunnel_new(&whose, &lns->endpoint, t))
		l2tp_tunnel_stop(t, L2TP_STOP_ERROR, "there is no room for one more tunnel");
}

static void op_tunnel_down(void *ctx, struct l2tp_tunnel *t, const char *why)
{
	struct tunnel *tunnel = l2tp_tunnel_owner(t);

	(void)ctx;
	(void)why;	/* the protocol has logged it */
	if (tunnel)
		tunnel_down(tunnel);
}

/* --- calls --- */

static void refusal_of(enum session_refusal why, struct l2tp_refusal *refusal)
{
	if (why == SESSION_BUSY)
		refusal->result = L2TP_CDN_BUSY_NOW;
	else if (why == SESSION_NO_ROOM)
		refusal->error = L2TP_ERROR_RESOURCES;
	else
		refusal->error = L2TP_ERROR_VENDOR;
}

/* An access concentrator with a section of its own brings a call for each of its lines. */
static bool has_proved_itself(const struct lns *lns, const struct l2tp_tunnel *t)
{
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	return info.authenticated && peer_conf(lns, t);
}

static bool op_call_new(void *ctx, struct l2tp_call *c, const struct l2tp_call_request *req,
			struct l2tp_refusal *refusal)
{
	struct lns *lns = ctx;
	enum session_refusal why;
	struct l2tp_call_info info;
	struct dp_session wire;
	struct tunnel *t;
	struct session *s;

	(void)req;
	l2tp_call_get_info(c, &info);
	t = l2tp_tunnel_owner(info.tunnel);
	*refusal = (struct l2tp_refusal){ .result = L2TP_CDN_ERROR, .why = lns->why };
	tunnel_changed(t);
	t->carrier.proved = has_proved_itself(lns, info.tunnel);
	wire = tunnel_wire(t, c);
	why = session_new(&t->carrier, &wire, &s, lns->why);
	if (why) {
		refusal_of(why, refusal);
		return false;
	}
	s->call = c;
	l2tp_call_set_owner(c, s);
	return true;
}

/* We are the only ones who can say no to numbers, and do it by not sending any (section 5.4). */
static void set_sequencing(struct session *s, const struct conf_l2tp_peer *peer,
			   const struct conf_server *conf, bool asked)
{
	enum conf_sequencing want = peer && peer->sequencing ? peer->sequencing : conf->sequencing;

	if (!asked && want != CONF_SEQUENCING_ALWAYS)
		return;
	s->kernel.l2tp.seq_send = true;
	s->kernel.l2tp.seq_required = asked;
	session_change(s, &s->kernel, DP_SET_SEQ, "the numbering of packets");
}

static struct rd octets(const struct l2tp_octets *o)
{
	return rd_of(o->at, o->len);
}

/* What the LAC has agreed on with the client. A text exchange proves nothing to PPP. */
static bool proxy_of(const struct l2tp_connected *info, struct ppp_proxy *proxy)
{
	*proxy = (struct ppp_proxy){
		.sent = octets(&info->last_tx_confreq), .received = octets(&info->last_rx_confreq),
		.answered = info->proxy_type == L2TP_PROXY_CHAP ||
			    info->proxy_type == L2TP_PROXY_PAP ||
			    info->proxy_type == L2TP_PROXY_MSCHAP,
		.id = info->proxy_id, .name = octets(&info->proxy_name),
		.challenge = octets(&info->proxy_challenge),
		.response = octets(&info->proxy_response),
	};
	return info->has_proxy_lcp;
}

/*
 * RFC 2661 section 9.5: the challenge was not ours, so whoever may tell of an answer to one can tell of one that he
 * once heard. NULL: this peer is believed, else why not.
 */
static const char *distrust(const struct conf_l2tp_peer *peer, const struct l2tp_tunnel *t)
{
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	if (!peer)
		return "no l2tp-peer section knows it; give it one, with a secret";
	return info.authenticated ? NULL : "it has not proved who it is; give its l2tp-peer section a secret, with "
					   "authenticate = yes";
}

/* Once for each tunnel. */
static void log_distrust(const struct lns *lns, struct tunnel *t, const char *why)
{
	struct log_about who = { .peer = t->carrier.peer_text };

	if (t->distrust_told || !engine_stranger_line_ok(lns->server->engine))
		return;
	t->distrust_told = true;
	log_warn(&who, "the access concentrator is not believed that its clients have logged in, they are asked anew: %s",
		 why);
}

static void op_call_up(void *ctx, struct l2tp_call *c, const struct l2tp_connected *info)
{
	struct session *s = l2tp_call_owner(c);
	struct lns *lns = ctx;
	const struct conf_l2tp_peer *peer;
	struct l2tp_call_info call;
	struct ppp_proxy proxy;
	enum conf_proxy want;
	const char *why;
	bool take;

	if (!s)
		return;
	l2tp_call_get_info(c, &call);
	peer = peer_conf(lns, call.tunnel);
	want = peer && peer->proxy ? peer->proxy : conf_of(lns)->proxy;
	take = proxy_of(info, &proxy) && want == CONF_PROXY_ACCEPT;
	why = take && proxy.answered ? distrust(peer, call.tunnel) : NULL;
	if (why)
		log_distrust(lns, l2tp_tunnel_owner(call.tunnel), why);
	proxy.answered = proxy.answered && !why;
	set_sequencing(s, peer, conf_of(lns), info->sequencing);
	session_call_up(s, take ? &proxy : NULL);
}

/* We ask for no calls. */
static void op_call_accepted(void *ctx, struct l2tp_call *c, struct l2tp_connected *info)
{
	(void)ctx;
	(void)c;
	(void)info;
}

static const struct l2tp_ops ops = {
	.tx = op_tx, .random = tunnel_op_random, .admit = op_admit, .peer_ask = op_peer_ask,
	.tunnel_up = op_tunnel_up, .tunnel_down = op_tunnel_down, .call_new = op_call_new,
	.call_accepted = op_call_accepted, .call_up = op_call_up, .call_down = tunnel_op_call_down,
	.link_info = tunnel_op_link_info, .wan_errors = tunnel_op_wan_errors,
	.data_seen_ms = tunnel_op_data_seen_ms,
};

/* --- life --- */

static void config(const struct lns *lns, struct l2tp_config *cfg)
{
	const struct conf_server *conf = conf_of(lns);

	tunnel_l2tp_config(cfg, conf->retransmissions);
	cfg->max_tunnels = conf->max_connections;
	cfg->max_tunnels_per_address = conf->max_connections_per_address;
	cfg->max_half_open = conf->max_half_open;
	cfg->max_half_open_per_address = conf->max_half_open_per_address;
	cfg->max_calls_per_tunnel = conf->max_sessions_per_tunnel;
	cfg->max_calls_per_address = conf->max_sessions;
	snprintf(cfg->host_name, sizeof(cfg->host_name), "%s",
		 conf->host_name ? conf->host_name : lns->server->ref->conf->hostname);
}

struct lns *lns_new(struct server *server)
{
	struct lns *lns = calloc(1, sizeof(*lns));
	struct l2tp_config cfg;

	if (!lns)
		return NULL;
	lns->server = server;
	config(lns, &cfg);
	lns->l2tp = l2tp_new(server->engine->loop, &cfg, &ops, lns);
	if (!lns->l2tp || endpoint_init(&lns->endpoint, server->engine)) {
		l2tp_free(lns->l2tp);
		free(lns);
		return NULL;
	}
	lns->endpoint.l2tp = lns->l2tp;
	return lns;
}

void lns_free(struct lns *lns)
{
	struct tunnel *t, *next;

	if (!lns)
		return;
	for (t = TAILQ_FIRST(&lns->server->engine->tunnels); t; t = next) {
		next = TAILQ_NEXT(t, link);
		if (t->endpoint == &lns->endpoint)
			tunnel_free(t);
	}
	endpoint_fini(&lns->endpoint);
	l2tp_free(lns->l2tp);
	free(lns);
}

/* What is refused from now on does not stay either. */
static void stop_unwelcome(struct lns *lns)
{
	struct tunnel *t;

	TAILQ_FOREACH(t, &lns->server->engine->tunnels, link) {
		const char *why = t->endpoint == &lns->endpoint && !t->carrier.down ? unwelcome(lns, t->l2tp) : NULL;

		if (!why)
			continue;
		tunnel_changed(t);
		l2tp_tunnel_stop(t->l2tp, L2TP_STOP_NOT_AUTHORIZED, why);
	}
}

void lns_reconfigure(struct lns *lns)
{
	struct l2tp_config cfg;

	config(lns, &cfg);
	l2tp_set_config(lns->l2tp, &cfg);
	stop_unwelcome(lns);
}

int lns_child_up(struct lns *lns, const struct endpoint_child *child)
{
	return endpoint_child_add(&lns->endpoint, child);
}

void lns_child_down(struct lns *lns, uint32_t id, const char *why)
{
	struct tunnel *t;

	TAILQ_FOREACH(t, &lns->server->engine->tunnels, link)
		if (t->endpoint == &lns->endpoint && t->child == id && !t->carrier.down)
			l2tp_tunnel_vanish(t->l2tp, why);
	endpoint_child_del(&lns->endpoint, id);
}

void lns_sockets_end(struct lns *lns)
{
	struct tunnel *t;

	TAILQ_FOREACH(t, &lns->server->engine->tunnels, link)
		if (t->endpoint == &lns->endpoint && !t->child && endpoint_leaves(&lns->endpoint, &t->carrier.local))
			tunnel_stop(t, "the gateway does not listen there any more");
	endpoint_sockets_end(&lns->endpoint);
}
