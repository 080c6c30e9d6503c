// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/l2tpsec.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/lns.h"

#define L2TP_PORT	1701	/* RFC 3193 section 4 */
#define IDLE_MS		120000	/* without a child: nobody who has come for L2TP takes that long to ask for one */

/* The server whose clients these are; NULL: it is gone. */
static struct server *server_of(const struct ipsec *ipsec)
{
	struct engine *e = ipsec->engine;
	unsigned int i;

	for (i = 0; i < e->n_servers; i++)
		if (e->servers[i]->lns && !e->servers[i]->retired && conf_server_has_ipsec(e->servers[i]->conf))
			return e->servers[i];
	return NULL;
}

static void l2tpsec_free(struct l2tpsec *l)
{
	struct ipsec *ipsec = l->holder.ipsec;
	struct kid *k, *next;

	for (k = TAILQ_FIRST(&ipsec->kids); k; k = next) {
		next = TAILQ_NEXT(k, link);
		if (k->holder == &l->holder)
			kid_free(k);
	}
	loop_timer_stop(&l->idle);
	TAILQ_REMOVE(&ipsec->l2tpsecs, l, link);
	ipsec->n_l2tpsecs--;
	free(l);
}

/* --- what becomes of an IKE SA --- */

static void holder_up(struct ipsec_holder *h)
{
	char peer[ADDR_STRLEN], id[IKE_ID_STRLEN / 4], suite[128];
	struct ike_sa_info info;

	ike_sa_get_info(h->sa, &info);
	log_info(NULL, "server l2tp: IPsec with %s, \"%s\"; %s%s", addr_to_str(&info.path.peer, peer),
		 ike_id_to_str(info.peer_id, id, sizeof(id)), ike_suite_to_str(info.suite, suite, sizeof(suite)),
		 info.nat_there ? ", behind a NAT" : "");
}

static void holder_down(struct ipsec_holder *h, const char *why)
{
	log_info(NULL, "server l2tp: the end of IPsec with a client: %s", why);
	l2tpsec_free((struct l2tpsec *)h);
}

/* Nothing but UDP may be in it, and at our end L2TP's port alone. */
static bool is_l2tp(const struct ike_child_info *info)
{
	unsigned int i;

	for (i = 0; i < info->n_local_ts; i++)
		if (info->local_ts[i].protocol != IPPROTO_UDP || info->local_ts[i].port_from > L2TP_PORT ||
		    info->local_ts[i].port_to < L2TP_PORT)
			return false;
	return info->transport && info->n_local_ts;
}

static int listen_in(struct server *server, const struct kid *k)
{
	const struct endpoint_child child = { .ifindex = k->kernel.ifindex, .id = k->kernel.id, .port = L2TP_PORT,
					      .local = k->kernel.local, .peer = k->kernel.peer };

	return lns_child_up(server->lns, &child);
}

static int serve(struct server *server, struct kid *k, struct ike_child *c, char why[IKE_WHY_MAX])
{
	int ret;

	k->kernel.l2tp_port = L2TP_PORT;
	ret = kid_agree(k, c, why);
	if (ret)
		return ret;
	ret = listen_in(server, k);
	if (ret)
		snprintf(why, IKE_WHY_MAX, "out of memory");
	return ret;
}

static int holder_child_new(struct ipsec_holder *h, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct server *server = server_of(h->ipsec);
	struct ike_child_info info;
	char text[256];
	struct kid *k;
	int ret;

	ike_child_get_info(c, &info);
	if (!server || !is_l2tp(&info)) {
		snprintf(why, IKE_WHY_MAX, "server l2tp carries UDP port %d in transport mode alone, not %s in %s mode",
			 L2TP_PORT, ike_ts_to_str(info.local_ts, info.n_local_ts, text, sizeof(text)),
			 info.transport ? "transport" : "tunnel");
		return -EPROTONOSUPPORT;
	}
	k = kid_new(h);
	if (!k) {
		snprintf(why, IKE_WHY_MAX, "out of memory");
		return -ENOMEM;
	}
	ret = serve(server, k, c, why);
	if (ret)
		kid_free(k);
	return ret;
}

/* The group's secret alone is no reason to keep a place. */
static void on_idle(void *arg)
{
	struct l2tpsec *l = arg;

	if (LIST_EMPTY(&l->holder.kids) && l->holder.sa)
		ike_sa_close(l->holder.sa, "there is no L2TP in it");
}

static void watch_idle(struct l2tpsec *l)
{
	loop_timer_start(&l->idle, IDLE_MS);
}

/* Whoever listens in it: a reload may have taken IPsec from the server meanwhile, or the server itself. */
static void holder_kid_gone(struct ipsec_holder *h, struct kid *k)
{
	struct engine *e = h->ipsec->engine;
	unsigned int i;

	watch_idle((struct l2tpsec *)h);
	for (i = 0; i < e->n_servers; i++)
		if (e->servers[i]->lns && endpoint_child_find(&e->servers[i]->lns->endpoint, k->kernel.id))
			lns_child_down(e->servers[i]->lns, k->kernel.id, "its IPsec child is gone");
}

static const struct ipsec_holder_ops holder_ops = {
	.up = holder_up, .down = holder_down, .child_new = holder_child_new, .kid_gone = holder_kid_gone,
	.carries_l2tp = true,
};

struct ipsec_holder *l2tpsec_new(struct ipsec *ipsec, struct ike_sa *sa)
{
	struct server *server = server_of(ipsec);
	struct l2tpsec *l;

	if (!server || ipsec->n_l2tpsecs >= server->conf->max_connections)
		return NULL;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->holder = (struct ipsec_holder){ .ops = &holder_ops, .ipsec = ipsec, .sa = sa };
	loop_timer_init(&l->idle, ipsec->engine->loop, on_idle, l);
	watch_idle(l);
	TAILQ_INSERT_TAIL(&ipsec->l2tpsecs, l, link);
	ipsec->n_l2tpsecs++;
	return &l->holder;
}

void l2tpsec_adopt(struct ipsec_holder *h)
{
	struct server *server = server_of(h->ipsec);
	struct kid *k;

	for (k = LIST_FIRST(&h->kids); k; k = LIST_NEXT(k, of_holder)) {
		k->kernel.l2tp_port = L2TP_PORT;
		k->kernel.n_selectors = 0;
		if (server && listen_in(server, k))
			log_error(NULL, "server l2tp: out of memory");
	}
}

void l2tpsec_drop(struct ipsec_holder *h)
{
	l2tpsec_free((struct l2tpsec *)h);
}

/* --- who may come --- */

static const enum conf_ike_version versions[2] = { CONF_IKEV1, CONF_IKEV2 };

bool l2tpsec_owns(const struct ipsec *ipsec, const struct ike_peer *peer)
{
	unsigned int v, i;

	for (v = 0; v < 2; v++)
		for (i = 0; i < ipsec->l2tp_peers[v].n; i++)
			if (ipsec->l2tp_peers[v].peer[i] == peer)
				return true;
	return false;
}

static void add_peers(struct ipsec *ipsec, const struct conf_server *s, bool by_secret)
{
	char why[IKE_WHY_MAX];
	unsigned int v;

	for (v = 0; v < 2; v++) {
		struct ike_peer *p = ipsec_l2tp_peer(s, versions[v], by_secret, why);

		if (p)
			ipsec->l2tp_peers[v].peer[ipsec->l2tp_peers[v].n++] = p;
		else
			log_error(NULL, "server l2tp: %s", why);
	}
}

void l2tpsec_stop(struct ipsec *ipsec)
{
	struct l2tpsec *l, *next;

	for (l = TAILQ_FIRST(&ipsec->l2tpsecs); l; l = next) {
		next = TAILQ_NEXT(l, link);
		l2tpsec_free(l);
	}
	ipsec_peers_drop(ipsec->l2tp_peers);
}

static void end_all(struct ipsec *ipsec)
{
	struct l2tpsec *l, *next;

	for (l = TAILQ_FIRST(&ipsec->l2tpsecs); l; l = next) {
		struct ike_sa *sa = l->holder.sa;

		next = TAILQ_NEXT(l, link);
		l->holder.sa = NULL;
		ike_sa_set_owner(sa, NULL);
		ike_sa_close(sa, "L2TP is no longer served in IPsec");
		l2tpsec_free(l);
	}
}

void l2tpsec_reconfigure(struct ipsec *ipsec, const struct conf *conf)
{
	const struct conf_server *s = NULL;
	unsigned int i;

	for (i = 0; i < conf->n_servers; i++)
		if (conf_server_has_ipsec(&conf->servers[i]))
			s = &conf->servers[i];
	ipsec_peers_drop(ipsec->l2tp_peers);
	if (!s) {
		end_all(ipsec);
		return;
	}
	if (s->ike.certificate.text)
		add_peers(ipsec, s, false);
	if (s->ike.secret)
		add_peers(ipsec, s, true);
}
