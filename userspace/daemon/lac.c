// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/lac.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/secret.h"
#include "daemon/dialer.h"
#include "daemon/keeper.h"
#include "daemon/lacsec.h"
#include "daemon/tunnel.h"
#include "daemon/udp.h"

#define L2TP_PORT	1701	/* RFC 2661 section 8.1 */
/* A server that does not open the tunnel in this time is not there, and the next address is. */
#define SETUP_MS	15000
#define SPEED_BPS	100000000	/* of a line that there is not */

/* --- the socket --- */

/* The kernel's choice, for a packet with our mark: connecting UDP sends nothing. */
static int local_for(const struct addr *peer, uint32_t fwmark, struct addr *local)
{
	struct addr any = { .family = peer->family };
	uint16_t port;
	int fd, err;

	fd = udp_open(&any, 0, fwmark);
	if (fd < 0)
		return fd;
	err = udp_connect(fd, peer, L2TP_PORT);
	if (!err)
		err = udp_bound(fd, local, &port);
	close(fd);
	return err;
}

static uint32_t kept_as(const struct lac *lac)
{
	return KEEPER_CLIENTS + lac->dialer->slot;
}

static int add_socket(struct lac *lac, const struct addr *local)
{
	struct engine *e = lac->dialer->engine;
	int fd, err;

	fd = udp_open(local, 0, lac->dialer->conf->fwmark);
	if (fd < 0)
		return fd;
	err = keeper_send(e->keeper, KEEPER_KEEP, kept_as(lac), NULL, fd);
	if (err) {
		close(fd);
		return err;
	}
	/* Whatever else was kept for an address that we no longer have goes. */
	endpoint_sockets_begin(&lac->endpoint);
	err = endpoint_socket_add(&lac->endpoint, fd);
	endpoint_sockets_end(&lac->endpoint);
	return err;
}

static int ensure_socket(struct lac *lac, const struct addr *local)
{
	return endpoint_serves(&lac->endpoint, local) ? 0 : add_socket(lac, local);
}

void lac_take_socket(struct lac *lac, int fd)
{
	if (endpoint_socket_add(&lac->endpoint, fd))
		log_warn(NULL, "client %s: its socket cannot be used any more",
			 lac->dialer->conf->name);
}

/* --- what the protocol asks for --- */

static void op_tx(void *ctx, struct l2tp_tunnel *t, const struct l2tp_path *path,
		  const uint8_t *data, size_t len)
{
	struct lac *lac = ctx;

	if (t && l2tp_tunnel_owner(t))
		tunnel_changed(l2tp_tunnel_owner(t));
	endpoint_tx(&lac->endpoint, path, data, len);
}

static bool op_admit(void *ctx, const struct l2tp_path *path, struct l2tp_refusal *refusal)
{
	(void)ctx;
	(void)path;
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_NOT_AUTHORIZED,
					  .why = "this is a client, which takes no tunnels" };
	return false;
}

static void peer_config(const struct lac *lac, struct l2tp_peer *peer)
{
	const struct conf_client *conf = lac->dialer->conf;

	*peer = (struct l2tp_peer){
		.authenticate = conf->authenticate == CONF_YES,
		.hide = conf->hide == CONF_YES,
		.hello_ms = conf->hello_interval_s * 1000,
	};
	snprintf(peer->host_name, sizeof(peer->host_name), "%s",
		 conf->host_name ? conf->host_name : "");
	snprintf(peer->expect, sizeof(peer->expect), "%s", conf->peer_name ? conf->peer_name : "");
	snprintf(peer->secret, sizeof(peer->secret), "%s", conf->secret ? conf->secret : "");
}

/* After a thaw: the secret is in no record. */
static void op_peer_ask(void *ctx, struct l2tp_tunnel *t, const char *host_name)
{
	struct l2tp_peer peer;

	(void)host_name;
	peer_config(ctx, &peer);
	l2tp_peer_reply(t, &peer, NULL);
	secret_wipe(&peer, sizeof(peer));
}

static void op_tunnel_up(void *ctx, struct l2tp_tunnel *t)
{
	struct lac *lac = ctx;
	const struct carrier whose = { .engine = lac->dialer->engine, .dialer = lac->dialer };
	struct tunnel *tunnel = t == lac->dialling ? tunnel_new(&whose, &lac->endpoint, t) : NULL;

	if (!tunnel) {
		l2tp_tunnel_stop(t, L2TP_STOP_ERROR, "there is no room for the tunnel");
		return;
	}
	lac->dialling = NULL;
	lac->dialer->carrier = &tunnel->carrier;
	dialer_carrier_up(lac->dialer);
}

static void op_tunnel_down(void *ctx, struct l2tp_tunnel *t, const char *why)
{
	struct tunnel *tunnel = l2tp_tunnel_owner(t);
	struct lac *lac = ctx;

	if (tunnel) {
		tunnel_down(tunnel);
		dialer_carrier_down(lac->dialer, &tunnel->carrier, why);
	} else if (t == lac->dialling) {
		lac->dialling = NULL;
		dialer_unreached(lac->dialer, why);
	}
}

static bool op_call_new(void *ctx, struct l2tp_call *c, const struct l2tp_call_request *req,
			struct l2tp_refusal *refusal)
{
	(void)ctx;
	(void)c;
	(void)req;
	*refusal = (struct l2tp_refusal){ .result = L2TP_CDN_ADMIN,
					  .why = "this is a client, which takes no calls" };
	return false;
}

/* RFC 2661 section 6.8 */
static void op_call_accepted(void *ctx, struct l2tp_call *c, struct l2tp_connected *info)
{
	struct lac *lac = ctx;

	(void)c;
	info->tx_speed = SPEED_BPS;
	info->sequencing = lac->dialer->conf->sequencing == CONF_SEQUENCING_ALWAYS;
}

static void op_call_up(void *ctx, struct l2tp_call *c, const struct l2tp_connected *info)
{
	struct session *s = l2tp_call_owner(c);
	struct l2tp_call_info call;

	(void)ctx;
	if (!s || !s->carrier)
		return;
	l2tp_call_get_info(c, &call);
	s->kernel.is_l2tp = true;
	s->kernel.l2tp = tunnel_wire(l2tp_tunnel_owner(call.tunnel), c).l2tp;
	s->kernel.l2tp.seq_send = s->kernel.l2tp.seq_required = info->sequencing;
	/* The LNS may begin to number, and stop, at any time (section 5.4). */
	s->kernel.l2tp.seq_follow = !info->sequencing;
	session_call_up(s, NULL);
}

static const struct l2tp_ops ops = {
	.tx = op_tx, .random = tunnel_op_random, .admit = op_admit, .peer_ask = op_peer_ask,
	.tunnel_up = op_tunnel_up, .tunnel_down = op_tunnel_down, .call_new = op_call_new,
	.call_accepted = op_call_accepted, .call_up = op_call_up,
	.call_down = tunnel_op_call_down, .link_info = tunnel_op_link_info,
	.wan_errors = tunnel_op_wan_errors, .data_seen_ms = tunnel_op_data_seen_ms,
};

/* --- life --- */

static void on_lost(void *arg);

static void config(const struct dialer *d, struct l2tp_config *cfg)
{
	tunnel_l2tp_config(cfg, d->conf->retransmissions);
	cfg->setup_timeout_ms = SETUP_MS;
	/* Ours, and one before it that says good-bye. */
	cfg->max_tunnels = cfg->max_tunnels_per_address = 4;
	cfg->max_calls_per_tunnel = cfg->max_calls_per_address = 1;
	snprintf(cfg->host_name, sizeof(cfg->host_name), "%s", d->ref->conf->hostname);
}

struct lac *lac_new(struct dialer *d)
{
	struct lac *lac = calloc(1, sizeof(*lac));
	struct l2tp_config cfg;

	if (!lac)
		return NULL;
	lac->dialer = d;
	config(d, &cfg);
	lac->l2tp = l2tp_new(d->engine->loop, &cfg, &ops, lac);
	if (!lac->l2tp || endpoint_init(&lac->endpoint, d->engine)) {
		l2tp_free(lac->l2tp);
		free(lac);
		return NULL;
	}
	lac->endpoint.l2tp = lac->l2tp;
	loop_timer_init(&lac->lost, d->engine->loop, on_lost, lac);
	return lac;
}

struct lacsec *lac_ipsec(struct dialer *d)
{
	if (!d->lac)
		d->lac = lac_new(d);
	if (d->lac && !d->lac->sec)
		d->lac->sec = lacsec_new(d->lac);
	return d->lac ? d->lac->sec : NULL;
}

void lac_free(struct lac *lac)
{
	struct tunnel *t, *next;

	if (!lac)
		return;
	for (t = TAILQ_FIRST(&lac->dialer->engine->tunnels); t; t = next) {
		next = TAILQ_NEXT(t, link);
		if (t->endpoint == &lac->endpoint)
			tunnel_free(t);
	}
	lacsec_free(lac->sec);
	loop_timer_stop(&lac->lost);
	keeper_send(lac->dialer->engine->keeper, KEEPER_DROP, kept_as(lac), NULL, -1);
	endpoint_fini(&lac->endpoint);
	l2tp_free(lac->l2tp);
	free(lac);
}

/* --- an attempt --- */

static int begin(struct lac *lac, const struct l2tp_path *path)
{
	struct l2tp_config cfg;
	struct l2tp_peer them;

	config(lac->dialer, &cfg);
	l2tp_set_config(lac->l2tp, &cfg);
	peer_config(lac, &them);
	lac->dialling = l2tp_dial(lac->l2tp, path, &them, NULL);
	secret_wipe(&them, sizeof(them));
	return lac->dialling ? 0 : -ENOMEM;
}

static int secure(struct lac *lac, const struct addr *local, const struct addr *peer)
{
	const struct ike_path path = { .local = *local, .peer = *peer, .local_port = IKE_PORT, .peer_port = IKE_PORT };
	struct lacsec *sec = lac_ipsec(lac->dialer);
	char why[IKE_WHY_MAX];

	if (!sec)
		return -ENOMEM;
	lac->securing = true;
	if (!lacsec_begin(sec, &path, why))
		lacsec_fail(sec, why);
	return 0;
}

int lac_dial(struct lac *lac, const struct addr *peer)
{
	struct l2tp_path path = { .peer = *peer, .peer_port = L2TP_PORT };
	int err;

	err = local_for(peer, lac->dialer->conf->fwmark, &path.local);
	if (!err && conf_client_has_ipsec(lac->dialer->conf))
		return secure(lac, &path.local, peer);
	if (!err)
		err = ensure_socket(lac, &path.local);
	if (err)
		return err;
	path.local_port = endpoint_port(&lac->endpoint, &path.local);
	return begin(lac, &path);
}

int lac_secured(struct lac *lac, uint32_t id)
{
	const struct endpoint_child *child = endpoint_child_find(&lac->endpoint, id);
	struct l2tp_path path = { .transport = id, .peer_port = L2TP_PORT };

	if (!lac->securing || !child)
		return 0;
	path.local = child->local;
	path.peer = child->peer;
	path.local_port = child->port;
	lac->securing = false;
	return begin(lac, &path);
}

void lac_unsecured(struct lac *lac, const char *why)
{
	bool securing = lac->securing;

	lac->securing = false;
	if (securing)
		dialer_unsecured(lac->dialer, why);
}

static bool is_lost(const struct lac *lac, const struct l2tp_tunnel *t)
{
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	return info.path.transport && !endpoint_child_find(&lac->endpoint, info.path.transport);
}

static void on_lost(void *arg)
{
	static const char why[] = "its IPsec child is gone";
	struct lac *lac = arg;
	struct engine *e = lac->dialer->engine;
	struct tunnel *t;

	TAILQ_FOREACH(t, &e->tunnels, link)
		if (t->endpoint == &lac->endpoint && !t->carrier.down && is_lost(lac, t->l2tp))
			l2tp_tunnel_vanish(t->l2tp, why);
	if (lac->dialling && is_lost(lac, lac->dialling))
		l2tp_tunnel_vanish(lac->dialling, why);
	engine_settle(e);
}

void lac_child_gone(struct lac *lac, uint32_t id)
{
	endpoint_child_del(&lac->endpoint, id);
	loop_timer_start(&lac->lost, 0);
}

void lac_hang_up(struct lac *lac, const char *why)
{
	struct l2tp_tunnel *t = lac->dialling;

	lac->dialling = NULL;
	if (t)
		l2tp_tunnel_stop(t, L2TP_STOP_CLEAR, why);
	if (lac->securing)
		lacsec_close(lac->sec, why);
	lac->securing = false;
}

void lac_rest(struct lac *lac)
{
	if (lac->sec)
		lacsec_close(lac->sec, "L2TP has ended");
}
