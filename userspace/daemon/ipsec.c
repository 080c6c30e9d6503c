// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ipsec.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "daemon/l2tpsec.h"
#include "daemon/lacsec.h"
#include "daemon/site.h"
#include "daemon/warrior.h"

/* Strangers: beyond the first, cookies; beyond the second, nothing. */
#define COOKIE_ABOVE	100
#define MAX_HALF_OPEN	2000
#define HALF_OPEN_MS	30000
#define KEEPALIVE_MS	20000	/* RFC 3948 section 4 */
#define MAX_SAS		100000

void ipsec_settle(struct ipsec *ipsec)
{
	struct ike_sa *sa;

	if (!ipsec)
		return;
	while ((sa = ike_next_changed(ipsec->ike)) || (sa = ike1_next_changed_for(ipsec->ike1)))
		ipsec_record_write(ipsec, sa);
	ipsec_flush(ipsec);
}

/* --- what the protocol asks for --- */

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	ipsec_send(ctx, path, data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	if (secret_random(buf, len))
		abort();
}

static int64_t op_wall_time(void *ctx)
{
	(void)ctx;
	return time(NULL);
}

static unsigned int candidates(struct ipsec *ipsec, enum conf_ike_version version, const struct ike_path *path,
			       struct ike_peer **out, unsigned int max)
{
	unsigned int n;

	if (ipsec->engine->stopping)
		return 0;
	n = site_candidates(ipsec, version, path, out, max);
	n += ipsec_peers_put(ipsec_peers_of(ipsec->peers, version), out + n, max - n);
	n += lacsec_candidates(ipsec, version, path, out + n, max - n);
	return n + ipsec_peers_put(ipsec_peers_of(ipsec->l2tp_peers, version), out + n, max - n);
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	return candidates(ctx, CONF_IKEV2, path, out, max);
}

static unsigned int op_candidates1(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	return candidates(ctx, CONF_IKEV1, path, out, max);
}

static bool op_password(void *ctx, struct ike_sa *sa, const char *user, char *out, size_t cap)
{
	struct ipsec *ipsec = ctx;
	const struct conf_user *u = conf_user_find(ipsec->ref->conf, user);
	struct ike_sa_info info;
	unsigned int method;

	ike_sa_get_info(sa, &info);
	method = info.version == 1 ? CONF_AUTH_XAUTH : CONF_AUTH_EAP;
	if (!u || u->disabled || (u->auth_methods && !(u->auth_methods & method)))
		return false;
	snprintf(out, cap, "%s", u->password);
	return true;
}

static struct ipsec_holder *holder_of(struct ike_sa *sa)
{
	return ike_sa_owner(sa);
}

static bool op_assign(void *ctx, struct ike_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	(void)ctx;
	if (holder_of(sa))
		return warrior_assign(holder_of(sa), ip4, ip6, out, why);
	snprintf(why, IKE_WHY_MAX, "there is no room for it");
	return false;
}

static void op_assigned(void *ctx, struct ike_sa *sa, const struct ike_assigned *a)
{
	struct ipsec_holder *h = holder_of(sa);

	(void)ctx;
	if (h && h->ops->assigned)
		h->ops->assigned(h, a);
}

static void close_orphans(void *arg)
{
	struct ipsec *ipsec = arg;
	struct ike_sa *sa, *next;
	struct ike_sa_info info;

	for (sa = ipsec_sa_next(ipsec, NULL); sa; sa = next) {
		next = ipsec_sa_next(ipsec, sa);
		ike_sa_get_info(sa, &info);
		if (!holder_of(sa) && info.state == IKE_SA_UP)
			ike_sa_close(sa, "nobody here has a use for it, or room");
	}
}

static void op_sa_up(void *ctx, struct ike_sa *sa)
{
	struct ipsec_holder *h = holder_of(sa);
	struct ipsec *ipsec = ctx;
	struct ike_sa_info info;

	ike_sa_get_info(sa, &info);
	if (!h) {
		/* A site whose section has gone meanwhile has no owner. */
		h = info.peer->owner		 ? site_taken(info.peer->owner, sa) :
		    info.peer->assign_addresses	 ? warrior_new(ctx, sa) :
		    l2tpsec_owns(ctx, info.peer) ? l2tpsec_new(ctx, sa) :
						   NULL;
		if (!h) {
			/* Not from within: version 1 has no place for that. */
			loop_timer_start(&ipsec->orphans, 0);
			return;
		}
		ike_sa_set_owner(sa, h);
	}
	h->sa = sa;
	h->ops->up(h);
}

static void op_sa_replaced(void *ctx, struct ike_sa *old, struct ike_sa *sa)
{
	struct ipsec_holder *h = holder_of(sa);

	(void)ctx;
	if (h && h->sa == old)
		h->sa = sa;
}

static void op_sa_down(void *ctx, struct ike_sa *sa, const char *why)
{
	struct ipsec_holder *h = holder_of(sa);
	struct ipsec *ipsec = ctx;

	/* One that another of the same peer has taken the place of is nobody's end. */
	if (h && h->sa == sa) {
		h->sa = NULL;
		h->ops->down(h, why);
	}
	engine_progress(ipsec->engine);
}

/* In transport mode the outer addresses are what is protected. */
static bool follows(const struct ike_child *c, const struct ike_child_info *info, struct dp_child *to,
		    struct dp_selector selectors[DP_SELECTORS_MAX])
{
	unsigned int n;

	if (!info->transport || !to->n_selectors || ike_child_selectors(c, selectors, &n))
		return false;
	to->selectors = selectors;
	to->n_selectors = n;
	return true;
}

static void op_sa_moved(void *ctx, struct ike_sa *sa)
{
	struct dp_selector selectors[DP_SELECTORS_MAX];
	struct ike_child_info info;
	struct ike_child *c = NULL;
	char why[IKE_WHY_MAX];

	(void)ctx;
	while ((c = ike_child_next(sa, c))) {
		struct kid *k = ike_child_owner(c);
		struct dp_child to;

		if (!k)
			continue;
		ike_child_get_info(c, &info);
		to = k->kernel;
		kid_outer_of(&info, &to);
		if ((follows(c, &info, &to, selectors) || !kid_same_outer(&to, &k->kernel)) && kid_follow(k, &to, why))
			log_error(NULL, "child %u cannot follow its peer: %s", k->kernel.id, why);
	}
}

static int op_child_new(void *ctx, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct ike_child_info info;
	struct ipsec_holder *h;

	(void)ctx;
	ike_child_get_info(c, &info);
	h = holder_of(info.sa);
	if (h)
		return h->ops->child_new(h, c, why);
	snprintf(why, IKE_WHY_MAX, "its IKE SA is nobody's");
	return -ENOENT;
}

static void op_child_replaced(void *ctx, struct ike_child *old, struct ike_child *c)
{
	struct kid *k = ike_child_owner(c);

	(void)ctx;
	(void)old;
	if (k)
		k->child = c;
}

static int op_sa_add(void *ctx, struct ike_child *c, struct dp_sa *s, char why[IKE_WHY_MAX])
{
	struct kid *k = ike_child_owner(c);
	struct ipsec *ipsec = ctx;
	struct dp_err err;
	int ret;

	if (!k) {
		snprintf(why, IKE_WHY_MAX, "it has no place in the kernel any more");
		return -ENOENT;
	}
	s->ifindex = k->kernel.ifindex;
	s->child = k->kernel.id;
	ret = dp_sa_new(ipsec->engine->dp, s, &err);
	if (ret) {
		snprintf(why, IKE_WHY_MAX, "%s", err.text);
		return ret;
	}
	if (s->outbound)
		k->out_spi = s->spi;
	else
		kid_add_in_spi(k, s->spi);
	if (s->outbound && k->holder->ops->child_up)
		k->holder->ops->child_up(k->holder, c);
	return 0;
}

static void op_sa_del(void *ctx, struct ike_child *c, bool outbound, uint32_t spi)
{
	struct ipsec *ipsec = ctx;
	struct dp_err err;
	struct kid *k;

	(void)c;
	/* c has no kid any more: the one that took its place has it. */
	k = outbound ? NULL : kid_by_in_spi(ipsec, spi);
	if (!k)
		return;
	kid_del_in_spi(k, spi);
	if (dp_sa_del(ipsec->engine->dp, k->kernel.ifindex, k->kernel.id, outbound, spi, &err))
		log_debug(NULL, "SA %08x: %s", spi, err.text);
}

static void op_child_down(void *ctx, struct ike_child *c, const char *why)
{
	struct kid *k = ike_child_owner(c);

	(void)ctx;
	(void)why;
	if (!k)
		return;
	ike_child_set_owner(c, NULL);
	if (k->trapped) {
		kid_disagree(k);
	} else {
		k->child = NULL;
		kid_free(k);
	}
}

static void op_child_failed(void *ctx, struct ike_sa *sa, const char *why)
{
	struct ipsec_holder *h = holder_of(sa);

	(void)ctx;
	if (h && h->ops->child_failed)
		h->ops->child_failed(h, why);
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	struct ipsec *ipsec = ctx;

	memory_slot_free(ipsec->engine->memory, MEMORY_IKE, slot);
}

/* "site office: ", "peer 192.0.2.7: " */
static void op_log(void *ctx, const struct ike_sa *sa, enum log_level level, const char *text)
{
	struct ipsec *ipsec = ctx;
	struct ike_sa_info info;
	char peer[ADDR_STRLEN];
	struct log_about who = { .session = 0 };

	ike_sa_get_info(sa, &info);
	who.peer = addr_to_str(&info.path.peer, peer);
	if (info.user[0])
		who.user = info.user;
	/* Lines that anybody can cause. */
	if (info.state == IKE_SA_CONNECTING && !info.initiator && !engine_stranger_line_ok(ipsec->engine))
		return;
	if (info.peer)
		log_at(level, &who, "%s: %s", info.peer->name, text);
	else
		log_at(level, &who, "IKE: %s", text);
}

/* What both versions have; who may come is the other one's affair. */
#define OPS									\
	.tx = op_tx, .random = op_random, .wall_time = op_wall_time,		\
	.password = op_password, .assign = op_assign, .assigned = op_assigned, .sa_up = op_sa_up,	\
	.sa_replaced = op_sa_replaced, .sa_down = op_sa_down, .sa_moved = op_sa_moved,	\
	.child_new = op_child_new, .child_replaced = op_child_replaced, .sa_add = op_sa_add,	\
	.sa_del = op_sa_del, .child_down = op_child_down, .child_failed = op_child_failed,	\
	.slot_free = op_slot_free, .log = op_log,

static const struct ike_ops ops = { OPS .candidates = op_candidates };
static const struct ike_ops ops1 = { OPS .candidates = op_candidates1 };

/* --- the kernel's events --- */

void ipsec_acquire(struct ipsec *ipsec, int ifindex, uint32_t id, const struct dp_selector *flow)
{
	struct kid *k = kid_by_id(ipsec, ifindex, id);

	if (k && k->trapped && !k->child)
		site_acquire(k->holder, flow);
}

void ipsec_child_gone(struct ipsec *ipsec, int ifindex, uint32_t id)
{
	struct kid *k = kid_by_id(ipsec, ifindex, id);

	if (!k)
		return;
	k->in_kernel = false;
	log_warn(NULL, "somebody removed child %u from the kernel", id);
	if (k->child)
		ike_child_close(k->child, "somebody removed it from the kernel");
	else if (k->trapped)
		kid_disagree(k);
}

void ipsec_child_moved(struct ipsec *ipsec, int ifindex, uint32_t id, const struct addr *peer, uint16_t port)
{
	struct kid *k = kid_by_id(ipsec, ifindex, id);
	struct ike_child_info info;

	if (!k || !k->child)
		return;
	k->kernel.peer = *peer;
	k->kernel.peer_port = port;
	ike_child_get_info(k->child, &info);
	ike_sa_peer_moved(info.sa, peer, port);
}

void ipsec_sa_limit(struct ipsec *ipsec, int ifindex, uint32_t child, uint32_t spi, bool hard)
{
	struct kid *k = kid_by_id(ipsec, ifindex, child);
	struct ike_child_info info;

	if (!k || !k->child)
		return;
	ike_child_get_info(k->child, &info);
	if (info.spi_in == spi || info.spi_out == spi)
		ike_child_limit(k->child, hard);
}

/* --- the device --- */

static void device_config(const struct ipsec *ipsec, struct dp_device_config *cfg)
{
	const struct conf *conf = ipsec->ref->conf;
	const struct conf_server *s = ipsec->server;

	*cfg = (struct dp_device_config){ .mtu = conf->ipsec_mtu, .fwmark = conf->ipsec_fwmark,
					  .mss_clamp = conf->ipsec_mss_clamp };
	snprintf(cfg->name, sizeof(cfg->name), "%s", conf->ipsec_device);
	if (!s)
		return;
	cfg->addresses[cfg->n_addresses++] = (struct prefix){ .addr = s->address, .len = 32 };
	cfg->n_routes = server_pool_routes(s, cfg->routes);
}

/* if_nametoindex() opens a socket, which the filter forbids; any that is open does. */
static bool device_exists(const struct ipsec *ipsec, const char *name)
{
	struct ifreq req = { .ifr_ifindex = 0 };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	return ioctl(ipsec->engine->keeper, SIOCGIFINDEX, &req) == 0;
}

struct strangers {
	uint32_t ids[256];
	unsigned int n;
	const struct ipsec *ipsec;
};

static void note_stranger(void *arg, const struct dp_child *c)
{
	struct strangers *all = arg;

	if (all->n < sizeof(all->ids) / sizeof(all->ids[0]) && !kid_by_id(all->ipsec, c->ifindex, c->id))
		all->ids[all->n++] = c->id;
}

/* Of an engine before this one, whose keys nobody has any more. */
static void remove_strangers(struct ipsec *ipsec)
{
	struct strangers all = { .ipsec = ipsec };
	struct dp_err err;
	unsigned int i;

	do {
		all.n = 0;
		if (dp_child_each(ipsec->engine->dp, ipsec->ifindex, note_stranger, &all, &err)) {
			log_warn(NULL, "children cannot be listed: %s", err.text);
			return;
		}
		for (i = 0; i < all.n; i++)
			if (dp_child_del(ipsec->engine->dp, ipsec->ifindex, all.ids[i], &err))
				return;
	} while (all.n);
}

static int ensure_device(struct ipsec *ipsec)
{
	struct dp_device_config cfg;
	struct dp_err err;
	bool existed;
	int ret, ifindex = 0;

	device_config(ipsec, &cfg);
	existed = device_exists(ipsec, cfg.name);
	ret = dp_device_ensure(ipsec->engine->dp, "esp", &cfg, &ifindex, &err);
	if (ifindex)
		ipsec->ifindex = ifindex;
	if (ifindex && !existed)
		server_remember_made(ipsec->engine, ifindex);
	if (ifindex)
		ipsec->device = cfg;
	if (ret)
		log_error(NULL, "IPsec: device %s: %s", cfg.name, err.text);
	return ret;
}

void ipsec_yield_routes(struct ipsec *ipsec, const struct conf *next)
{
	const struct dp_device_config *device = &ipsec->device;
	struct dp_err err;
	unsigned int i;

	for (i = 0; i < device->n_routes; i++)
		if (server_route_moves(next, device->name, &device->routes[i]) &&
		    dp_route_del(ipsec->engine->dp, ipsec->ifindex, &device->routes[i], &err))
			log_warn(NULL, "IPsec: device %s: %s", device->name, err.text);
}

/* Ids of the kernel's own are not given again before they are known to be nobody's. */
static void note_highest(void *arg, const struct dp_child *c)
{
	struct ipsec *ipsec = arg;

	if (ipsec->next_kid < c->id)
		ipsec->next_kid = c->id;
}

void ipsec_thaw(struct ipsec *ipsec)
{
	struct site *s;

	ipsec->thawing = false;
	if (!ipsec->ifindex)
		return;
	ipsec_record_read_all(ipsec);
	TAILQ_FOREACH(s, &ipsec->sites, link)
		site_thawed(s);
	remove_strangers(ipsec);
}

void ipsec_remove_device(struct ipsec *ipsec)
{
	struct dp_detour d = { .table = CONF_IPSEC_TABLE };
	struct dp_err err;

	if (!ipsec || !ipsec->ifindex)
		return;
	d.fwmark = ipsec->device.fwmark;
	/* Rules that lead nowhere are harmless, but nobody else will clear them away. */
	if (dp_first_rule_del(ipsec->engine->dp, &d, &err))
		log_warn(NULL, "IPsec: %s", err.text);
	d.table = CONF_IPSEC_DEFAULT_TABLE;
	if (dp_detour_del(ipsec->engine->dp, &d, &err))
		log_warn(NULL, "IPsec: %s", err.text);
	server_remove_made(ipsec->engine, ipsec->ifindex, ipsec->device.name);
}

/* --- life --- */

struct ipsec *ipsec_new(struct engine *e)
{
	const struct ike_config cfg = { .max_half_open = MAX_HALF_OPEN, .cookie_above = COOKIE_ABOVE,
					.half_open_ms = HALF_OPEN_MS, .keepalive_ms = KEEPALIVE_MS,
					.max_sas = MAX_SAS };
	struct ipsec *ipsec = calloc(1, sizeof(*ipsec));

	if (!ipsec)
		return NULL;
	ipsec->engine = e;
	ipsec->thawing = true;
	ipsec_wire_init(ipsec);
	TAILQ_INIT(&ipsec->kids);
	TAILQ_INIT(&ipsec->sites);
	TAILQ_INIT(&ipsec->warriors);
	TAILQ_INIT(&ipsec->l2tpsecs);
	loop_timer_init(&ipsec->orphans, e->loop, close_orphans, ipsec);
	ipsec->owner1 = (struct ike1_owner){ .ops = &ops1, .ctx = ipsec };
	ipsec->ike = ike_new(e->loop, &cfg, &ops, ipsec);
	ipsec->ike1 = ike1_new_for(e->loop, &cfg, &ipsec->owner1);
	if (!ipsec->ike || !ipsec->ike1 || hash_init(&ipsec->kids_by_id) || hash_init(&ipsec->sas_by_spi)) {
		ipsec_free(ipsec);
		return NULL;
	}
	return ipsec;
}

/* The endpoint goes first, and what it told of with it. */
static void let_go(struct ipsec *ipsec)
{
	struct l2tpsec *l;
	struct warrior *w;
	struct site *s;
	struct kid *k;

	TAILQ_FOREACH(k, &ipsec->kids, link)
		k->child = NULL;
	TAILQ_FOREACH(s, &ipsec->sites, link)
		s->holder.sa = NULL;
	TAILQ_FOREACH(w, &ipsec->warriors, link)
		w->holder.sa = NULL;
	TAILQ_FOREACH(l, &ipsec->l2tpsecs, link)
		l->holder.sa = NULL;
}

void ipsec_free(struct ipsec *ipsec)
{
	if (!ipsec)
		return;
	loop_timer_stop(&ipsec->orphans);
	let_go(ipsec);
	ike_free(ipsec->ike);
	ike1_free(ipsec->ike1);
	while (!TAILQ_EMPTY(&ipsec->sites))
		site_free(TAILQ_FIRST(&ipsec->sites));
	warrior_server_stop(ipsec);
	l2tpsec_stop(ipsec);
	lacsec_stop(ipsec);
	ipsec_wire_free(ipsec);
	conf_ref_put(ipsec->ref);
	hash_fini(&ipsec->kids_by_id);
	hash_fini(&ipsec->sas_by_spi);
	free(ipsec);
}

int ipsec_reconfigure(struct ipsec *ipsec, struct conf_ref *ref)
{
	struct conf_ref *old = ipsec->ref;
	struct dp_err unlisted;
	bool usable;
	int err = 0;

	ipsec->ref = conf_ref_get(ref);
	warrior_server_reconfigure(ipsec, ref->conf);
	l2tpsec_reconfigure(ipsec, ref->conf);
	if (conf_has_ike(ref->conf))
		err = ensure_device(ipsec);
	/* A device that lacks a route serves the SAs that an engine before this one had. */
	usable = !err || (ipsec->ifindex && engine_succeeds(ipsec->engine));
	if (usable && ipsec->thawing && ipsec->ifindex &&
	    dp_child_each(ipsec->engine->dp, ipsec->ifindex, note_highest, ipsec, &unlisted))
		log_warn(NULL, "children cannot be listed: %s", unlisted.text);
	if (usable) {
		sites_keep(ipsec, ref);
		sites_add(ipsec, ref);
	}
	conf_ref_put(old);
	return err;
}

void ipsec_begin(struct ipsec *ipsec)
{
	struct site *s;

	TAILQ_FOREACH(s, &ipsec->sites, link)
		site_begin(s);
}

struct ike_sa *ipsec_sa_next(const struct ipsec *ipsec, struct ike_sa *prev)
{
	struct ike_sa_info info = { .version = 2 };
	struct ike_sa *sa;

	if (prev)
		ike_sa_get_info(prev, &info);
	sa = info.version == 2 ? ike_sa_next(ipsec->ike, prev) : NULL;
	return sa ? sa : ike1_sa_next_for(ipsec->ike1, info.version == 2 ? NULL : prev);
}

struct ike_sa *ipsec_initiate(struct ipsec *ipsec, enum conf_ike_version version, struct ike_peer *peer,
			      const struct ike_path *path, struct ipsec_holder *h)
{
	return version == CONF_IKEV1 ? ike1_initiate_for(ipsec->ike1, peer, path, h) :
				       ike_initiate(ipsec->ike, peer, path, h);
}

bool ipsec_is_idle(const struct ipsec *ipsec)
{
	return !ipsec || !ipsec_sa_next(ipsec, NULL);
}

bool ipsec_stop(struct ipsec *ipsec, bool l2tp_too)
{
	struct ike_sa *sa, *next;

	/* One of version 1 is gone when it is closed. */
	for (sa = ipsec ? ipsec_sa_next(ipsec, NULL) : NULL; sa; sa = next) {
		struct ipsec_holder *h = holder_of(sa);

		next = ipsec_sa_next(ipsec, sa);
		if (l2tp_too || !h || !h->ops->carries_l2tp)
			ike_sa_close(sa, "the daemon shuts down");
	}
	return ipsec_is_idle(ipsec);
}
