// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/warrior.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct warrior *warrior_of(struct ipsec_holder *h)
{
	return (struct warrior *)h;
}

static void warrior_free(struct warrior *w)
{
	struct ipsec *ipsec = w->holder.ipsec;
	struct kid *k;

	while ((k = LIST_FIRST(&w->holder.kids)))
		kid_free(k);
	if (w->lease.id)
		pool_give_back(ipsec->pool, w->lease.id);
	TAILQ_REMOVE(&ipsec->warriors, w, link);
	ipsec->n_warriors--;
	free(w);
}

/* How it proved itself: the user of EAP or XAUTH, else the identity. */
static const char *name_of(const struct ike_sa_info *info, char *buf, size_t cap)
{
	return info->user[0] ? info->user : ike_id_to_str(info->peer_id, buf, cap);
}

static void holder_up(struct ipsec_holder *h)
{
	struct ike_sa_info info;
	char peer[ADDR_STRLEN], id[IKE_ID_STRLEN / 4], suite[128];

	ike_sa_get_info(h->sa, &info);
	log_info(NULL, "server ikev2: \"%s\" is there from %s; %s%s", name_of(&info, id, sizeof(id)),
		 addr_to_str(&info.path.peer, peer), ike_suite_to_str(info.suite, suite, sizeof(suite)),
		 info.nat_there ? ", behind a NAT" : "");
}

static void holder_down(struct ipsec_holder *h, const char *why)
{
	struct warrior *w = warrior_of(h);
	char text[ADDR_STRLEN];

	log_info(NULL, "server ikev2: %s is gone: %s",
		 w->lease.id ? addr_to_str(&w->lease.address, text) : "a client without an address", why);
	warrior_free(w);
}

static int holder_child_new(struct ipsec_holder *h, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct kid *k = kid_new(h);
	int ret = k ? kid_agree(k, c, why) : -ENOMEM;

	if (ret && k)
		kid_free(k);
	return ret;
}

static const struct ipsec_holder_ops holder_ops = {
	.up = holder_up, .down = holder_down, .child_new = holder_child_new,
};

struct ipsec_holder *warrior_new(struct ipsec *ipsec, struct ike_sa *sa)
{
	struct warrior *w;

	if (!ipsec->server || ipsec->n_warriors >= ipsec->server->max_sessions)
		return NULL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->holder = (struct ipsec_holder){ .ops = &holder_ops, .ipsec = ipsec, .sa = sa };
	w->up_ms = loop_now_ms(ipsec->engine->loop);
	TAILQ_INSERT_TAIL(&ipsec->warriors, w, link);
	ipsec->n_warriors++;
	return &w->holder;
}

void warrior_drop(struct ipsec_holder *h)
{
	warrior_free(warrior_of(h));
}

void warrior_adopt(struct ipsec_holder *h, struct ike_sa *sa)
{
	const struct ike_assigned *a = ike_sa_assigned(sa);
	struct warrior *w = warrior_of(h);
	struct ike_sa_info info;

	h->sa = sa;
	ike_sa_get_info(sa, &info);
	w->up_ms = info.up_ms;
	if (a && pool_restore(h->ipsec->pool, &a->ip4, &a->ip6, &w->lease))
		log_error(NULL, "server ikev2: out of memory");
}

/* --- thrown out --- */

/* By name or, without one, by address. Not what is on its way out already. */
static bool is_wanted(const struct warrior *w, const char *name, const struct addr *address)
{
	struct ike_sa_info info;
	char id[IKE_ID_STRLEN];

	if (!w->holder.sa)
		return false;
	ike_sa_get_info(w->holder.sa, &info);
	if (info.state != IKE_SA_UP)
		return false;
	if (!name)
		return addr_equal(&w->lease.address, address);
	return !strcmp(name_of(&info, id, sizeof(id)), name);
}

unsigned int warrior_close(struct ipsec *ipsec, const char *name, const struct addr *address, const char *why)
{
	struct warrior *w, *next;
	unsigned int n = 0;

	/* One of version 1 is gone when it is closed. */
	for (w = ipsec ? TAILQ_FIRST(&ipsec->warriors) : NULL; w; w = next) {
		next = TAILQ_NEXT(w, link);
		if (!is_wanted(w, name, address))
			continue;
		ike_sa_close(w->holder.sa, why);
		n++;
	}
	return n;
}

/* One that is up says why when it is down; of one whose login is half way nobody has heard yet. */
static void log_broken_off(struct ipsec *ipsec, const struct ike_sa_info *info, const char *refusal)
{
	struct log_about who = { .user = info->user };
	char peer[ADDR_STRLEN];

	who.peer = addr_to_str(&info->path.peer, peer);
	if (engine_stranger_line_ok(ipsec->engine))
		log_info(&who, "server ikev2: the login is broken off: the user %s", refusal);
}

/* Those who have no user are for the server's section to let in. */
static bool has_user(const struct ike_sa_info *info)
{
	return info->peer && info->peer->assign_addresses && info->user[0] && info->state != IKE_SA_CLOSING;
}

void warrior_close_refused(struct ipsec *ipsec)
{
	struct ike_sa *sa, *next;
	struct ike_sa_info info;
	char why[IKE_WHY_MAX];
	const char *refusal;

	for (sa = ipsec ? ipsec_sa_next(ipsec, NULL) : NULL; sa; sa = next) {
		next = ipsec_sa_next(ipsec, sa);
		ike_sa_get_info(sa, &info);
		if (!has_user(&info))
			continue;
		refusal = conf_user_refusal(conf_user_find(ipsec->ref->conf, info.user));
		if (!refusal)
			continue;
		snprintf(why, sizeof(why), "user \"%s\" %s", info.user, refusal);
		if (info.state == IKE_SA_CONNECTING)
			log_broken_off(ipsec, &info, refusal);
		ike_sa_close(sa, why);
	}
}

/* --- what it is lent --- */

static const struct addr *fixed_address(const struct ipsec *ipsec, const struct ike_sa *sa)
{
	const struct conf_user *u;
	struct ike_sa_info info;

	ike_sa_get_info(sa, &info);
	u = info.user[0] ? conf_user_find(ipsec->ref->conf, info.user) : NULL;
	return u && u->address.family ? &u->address : NULL;
}

bool warrior_assign(struct ipsec_holder *h, bool ip4, bool ip6, struct ike_assigned *out,
		    char why[IKE_WHY_MAX])
{
	struct warrior *w = warrior_of(h);
	struct ipsec *ipsec = h->ipsec;
	char text[ADDR_STRLEN];
	unsigned int i;

	if (!ip4) {
		snprintf(why, IKE_WHY_MAX, "it asks for an IPv6 address alone, and the pool lends those beside IPv4");
		return false;
	}
	if (!w->lease.id && pool_lend(ipsec->pool, fixed_address(ipsec, h->sa), &w->lease)) {
		snprintf(why, IKE_WHY_MAX, "pool \"%s\" has no address left", ipsec->server->pool->name);
		return false;
	}
	out->ip4 = w->lease.address;
	if (ip6 && ipsec->server->ipv6 && w->lease.ipv6.addr.family)
		out->ip6 = w->lease.ipv6;
	for (i = 0; i < 2 && ipsec->server->dns[i].family; i++)
		out->dns[out->n_dns++] = ipsec->server->dns[i];
	log_info(NULL, "server ikev2: the address %s is lent", addr_to_str(&out->ip4, text));
	return true;
}

/* --- the server --- */

static const struct conf_server *server_in(const struct conf *conf)
{
	unsigned int i;

	for (i = 0; i < conf->n_servers; i++)
		if (conf_server_is_ike(&conf->servers[i]))
			return &conf->servers[i];
	return NULL;
}

static void add_peer(struct ipsec *ipsec, enum conf_ike_version version, bool by_secret)
{
	struct ipsec_peers *peers = ipsec_peers_of(ipsec->peers, version);
	char why[IKE_WHY_MAX];
	struct ike_peer *p = ipsec_server_peer(ipsec->server, version, by_secret, why);

	if (p)
		peers->peer[peers->n++] = p;
	else
		log_error(NULL, "server ikev2: %s", why);
}

static void end_all(struct ipsec *ipsec)
{
	struct warrior *w, *next;

	for (w = TAILQ_FIRST(&ipsec->warriors); w; w = next) {
		struct ike_sa *sa = w->holder.sa;

		next = TAILQ_NEXT(w, link);
		if (sa) {
			ike_sa_set_owner(sa, NULL);
			ike_sa_close(sa, "server ikev2 is no longer configured");
		}
		warrior_free(w);
	}
}

void warrior_server_stop(struct ipsec *ipsec)
{
	struct warrior *w, *next;

	for (w = TAILQ_FIRST(&ipsec->warriors); w; w = next) {
		next = TAILQ_NEXT(w, link);
		warrior_free(w);
	}
	ipsec_peers_drop(ipsec->peers);
	if (ipsec->pool)
		pool_free(ipsec->pool);
	ipsec->pool = NULL;
	ipsec->server = NULL;
}

void warrior_server_reconfigure(struct ipsec *ipsec, const struct conf *conf)
{
	const struct conf_server *s = server_in(conf);

	ipsec_peers_drop(ipsec->peers);
	if (!s) {
		end_all(ipsec);
		warrior_server_stop(ipsec);
		return;
	}
	ipsec->server = s;
	if (!ipsec->pool)
		ipsec->pool = pool_new(conf, s);
	else if (pool_reconfigure(ipsec->pool, conf, s))
		log_error(NULL, "server ikev2: out of memory");
	if (!ipsec->pool)
		return;
	if (s->auth_methods & (CONF_AUTH_EAP | CONF_AUTH_CERT))
		add_peer(ipsec, CONF_IKEV2, false);
	if (s->auth_methods & CONF_AUTH_PSK)
		add_peer(ipsec, CONF_IKEV2, true);
	if (s->xauth && (s->auth_methods & CONF_AUTH_CERT))
		add_peer(ipsec, CONF_IKEV1, false);
	if (s->xauth && (s->auth_methods & CONF_AUTH_PSK))
		add_peer(ipsec, CONF_IKEV1, true);
}
