// SPDX-License-Identifier: GPL-2.0-or-later
/* A session written down, and taken up again by the next engine. */
#include "daemon/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "daemon/auth_conf.h"
#include "daemon/clientsetup.h"
#include "daemon/dialer.h"
#include "daemon/server.h"

#define RECORD_VERSION	2

static const struct carrier_ops *const carriers[] = { &conn_carrier, &tunnel_carrier };
#define N_CARRIERS (sizeof(carriers) / sizeof(carriers[0]))

static void put_addr(struct wr *w, const struct addr *a)
{
	wr_u8(w, a->family);
	wr_bytes(w, a->bytes, sizeof(a->bytes));
}

static void put_prefix(struct wr *w, const struct prefix *p)
{
	put_addr(w, &p->addr);
	wr_u8(w, p->len);
}

static struct addr get_addr(struct rd *r)
{
	struct addr a = { .family = rd_u8(r) };

	rd_copy(r, a.bytes, sizeof(a.bytes));
	if (a.family && a.family != AF_INET && a.family != AF_INET6)
		r->bad = true;
	return a;
}

static struct prefix get_prefix(struct rd *r)
{
	struct prefix p = { .addr = get_addr(r) };

	p.len = rd_u8(r);
	if (p.len > (p.addr.family == AF_INET6 ? 128 : 32))
		r->bad = true;
	return p;
}

/* No prefix count comes from the record beyond what the array holds. */
static unsigned int get_prefixes(struct rd *r, struct prefix *out, unsigned int max)
{
	unsigned int n = rd_u8(r);
	unsigned int i;

	if (n > max) {
		r->bad = true;
		return 0;
	}
	for (i = 0; i < n; i++)
		out[i] = get_prefix(r);
	return n;
}

static void put_prefixes(struct wr *w, const struct prefix *p, unsigned int n)
{
	unsigned int i;

	wr_u8(w, (uint8_t)n);
	for (i = 0; i < n; i++)
		put_prefix(w, &p[i]);
}

static void put_reply(struct wr *w, const struct auth_reply *reply)
{
	unsigned int i;

	put_addr(w, &reply->address);
	put_prefix(w, &reply->ra_prefix);
	put_prefixes(w, reply->prefixes, reply->n_prefixes);
	for (i = 0; i < AUTH_NAMESERVERS_MAX; i++) {
		put_addr(w, &reply->dns[i]);
		put_addr(w, &reply->nbns[i]);
	}
}

static void get_reply(struct rd *r, struct auth_reply *reply)
{
	unsigned int i;

	reply->result = AUTH_OK;
	reply->address = get_addr(r);
	reply->ra_prefix = get_prefix(r);
	reply->n_prefixes = (uint8_t)get_prefixes(r, reply->prefixes, AUTH_PREFIXES_MAX);
	for (i = 0; i < AUTH_NAMESERVERS_MAX; i++) {
		reply->dns[i] = get_addr(r);
		reply->nbns[i] = get_addr(r);
	}
}

static void put_detour(struct wr *w, const struct dp_detour *d)
{
	wr_u32(w, d->fwmark);
	wr_u32(w, d->table);
	wr_u8(w, (uint8_t)(d->ipv4 | d->ipv6 << 1));
}

static struct dp_detour get_detour(struct rd *r)
{
	struct dp_detour d = { .fwmark = rd_u32(r), .table = rd_u32(r) };
	uint8_t families = rd_u8(r);

	d.ipv4 = families & 1;
	d.ipv6 = families & 2;
	return d;
}

static bool is_settled(const struct session *s)
{
	return !s->ended && s->up_ms && (s->reply || s->dialer) && s->carrier &&
	       ppp_can_freeze(s->ppp);
}

/*
 * Of a session that is not settled only the names are worth keeping: the next engine clears its
 * call.
 */
int session_write_record(struct session *s)
{
	/* one thread, used only within this call */
	static uint8_t record[MEMORY_SESSION_RECORD_MAX];
	struct wr w = wr_to(record, sizeof(record));
	bool settled = is_settled(s);

	wr_u8(&w, RECORD_VERSION);
	wr_u8(&w, settled);
	wr_u32(&w, s->id);
	wr_u8(&w, (uint8_t)s->via->kind);
	wr_u32(&w, s->carrier ? s->carrier->slot : UINT32_MAX);
	wr_u8(&w, s->dialer != NULL);
	wr_u32(&w, (uint32_t)s->kernel.ifindex);
	wr_u32(&w, s->kernel.id);
	put_prefixes(&w, s->routes, s->n_routes);
	put_detour(&w, &s->detour);
	s->via->freeze_call(s, &w);
	if (settled) {
		wr_u8(&w, (uint8_t)strlen(s->user));
		wr_bytes(&w, s->user, strlen(s->user));
		wr_u8(&w, (uint8_t)s->method);
		wr_u8(&w, (uint8_t)s->net);
		wr_u64(&w, s->up_ms);
		if (s->reply)
			put_reply(&w, s->reply);
		ppp_freeze(s->ppp, &w);
	}
	if (w.bad)
		return -EMSGSIZE;
	return memory_commit(s->engine->memory, MEMORY_SESSION, s->slot, record, w.len);
}

/* --- taking up --- */

struct names {
	bool settled;
	uint32_t id, carrier_slot;
	const struct carrier_ops *via;
	bool dialled;
	int ifindex;
	uint32_t kernel_id;
	struct dp_detour detour;
	struct prefix routes[SESSION_ROUTES_MAX];
	unsigned int n_routes;
};

static const struct carrier_ops *carrier_of_kind(uint8_t kind)
{
	unsigned int i;

	for (i = 0; i < N_CARRIERS; i++)
		if (carriers[i]->kind == kind)
			return carriers[i];
	return NULL;
}

/* What the call is called follows. */
static bool get_names(struct rd *r, struct names *n)
{
	if (rd_u8(r) != RECORD_VERSION)
		return false;
	n->settled = rd_u8(r);
	n->id = rd_u32(r);
	n->via = carrier_of_kind(rd_u8(r));
	n->carrier_slot = rd_u32(r);
	n->dialled = rd_u8(r);
	n->ifindex = (int)rd_u32(r);
	n->kernel_id = rd_u32(r);
	n->n_routes = get_prefixes(r, n->routes, SESSION_ROUTES_MAX);
	n->detour = get_detour(r);
	return !r->bad && n->id && n->via;
}

static void get_user(struct session *s, struct rd *r)
{
	char user[AUTH_USER_MAX + 1] = "";
	uint8_t len = rd_u8(r);

	if (len <= AUTH_USER_MAX)
		rd_copy(r, user, len);
	/* A session is in the table of users exactly when it has a name; one of ours has none. */
	if (r->bad || !len != (s->dialer != NULL) || strlen(user) != len) {
		r->bad = true;
		return;
	}
	s->method = rd_u8(r);
	if (len)
		session_set_user(s, user, s->method);
	s->net = rd_u8(r);
	s->up_ms = rd_u64(r);
}

/* What the kernel still has is the truth about framing, keys and addresses. */
static int thaw_kernel(struct session *s, const struct names *n)
{
	struct log_about who = session_about(s);
	struct dp_session now;
	struct dp_stats stats;
	struct dp_err err;

	s->kernel.ifindex = n->ifindex;
	s->kernel.id = n->kernel_id;
	s->lost_kernel =
		dp_session_get(s->engine->dp, n->ifindex, n->kernel_id, &now, &stats, &err) != 0;
	if (s->lost_kernel) {
		log_warn(&who, "the kernel lost the session while no engine ran: %s", err.text);
		return -ENOENT;
	}
	now.ifindex = n->ifindex;
	now.id = n->kernel_id;
	now.call_id = s->kernel.call_id;
	s->kernel = now;
	return 0;
}

static int thaw_dialled_link(struct session *s, struct rd *r)
{
	struct ppp_config cfg;

	if (r->bad || !s->up_ms)
		return -EINVAL;
	dialer_ppp_config(s->dialer, &cfg);
	s->ppp = ppp_thaw(s->engine->loop, &cfg, &session_ppp_ops, s, r);
	if (!s->ppp)
		return -EINVAL;
	session_dial_thawed(s);
	return 0;
}

static int thaw_link(struct session *s, struct rd *r)
{
	struct ppp_config cfg;

	get_user(s, r);
	if (s->dialer)
		return thaw_dialled_link(s, r);
	s->reply = calloc(1, sizeof(*s->reply));
	if (!s->reply)
		return -ENOMEM;
	get_reply(r, s->reply);
	snprintf(s->reply->user, sizeof(s->reply->user), "%s", s->user);
	if (r->bad || !s->up_ms)
		return -EINVAL;
	server_ppp_config(s->server, s->id, &cfg);
	s->ppp = ppp_thaw(s->engine->loop, &cfg, &session_ppp_ops, s, r);
	return s->ppp ? auth_conf_reserve(s->server->auth, s->user, s->reply) : -EINVAL;
}

static struct session *thaw_names(struct carrier *carrier, uint32_t slot, const struct names *n,
				  struct rd *r)
{
	struct engine *e = carrier->engine;
	struct session *s = session_alloc(carrier);

	if (!s)
		return NULL;
	s->slot = slot;
	s->id = n->id;
	s->carrier = carrier;
	if (session_by_id(e, n->id) ||
	    hash_add(&e->sessions_by_id, &s->by_id, hash_bytes(&s->id, sizeof(s->id))))
		goto err_free;
	if (!n->via->thaw_call(s, r))
		goto err_hash;
	s->call_up = true;
	memcpy(s->routes, n->routes, sizeof(s->routes));
	s->n_routes = n->n_routes;
	s->detour = n->detour;
	session_publish(s, carrier);
	return s;

err_hash:
	hash_del(&e->sessions_by_id, &s->by_id);
err_free:
	free(s);
	return NULL;
}

/* Without what carried it, or half way: nothing to go on with, so both sides start over. */
static void clear_orphan(struct engine *e, uint32_t slot, const struct names *n)
{
	struct dp_err err;
	unsigned int i;

	for (i = 0; i < n->n_routes; i++)
		dp_route_del(e->dp, n->ifindex, &n->routes[i], &err);
	if (n->detour.fwmark)
		dp_detour_del(e->dp, &n->detour, &err);
	if (n->dialled)
		dp_device_delete(e->dp, n->ifindex, &err);
	else
		dp_session_del(e->dp, n->ifindex, n->kernel_id, &err);
	memory_slot_free(e->memory, MEMORY_SESSION, slot);
}

static void thaw_one(struct engine *e, uint32_t slot, struct rd *r, struct names *n,
		     struct carrier *carrier)
{
	bool quarantined = memory_deaths(e->memory, MEMORY_SESSION, slot) >= MEMORY_DEATHS_MAX;
	struct session *s = carrier && n->dialled == (carrier->dialer != NULL) ?
				    thaw_names(carrier, slot, n, r) :
				    NULL;
	struct log_about who;

	if (!s)
		return clear_orphan(e, slot, n);
	if (!thaw_kernel(s, n))
		s->in_kernel = true;
	who = session_about(s);
	if (quarantined)
		log_error(&who, "given up: the engine died over it %d times", MEMORY_DEATHS_MAX);
	if (quarantined || s->lost_kernel)
		return session_end(s, "the gateway lost the session");
	if (!n->settled)
		return session_end(s, "the login was interrupted, start over");
	if (thaw_link(s, r)) {
		log_error(&who, "its record cannot be taken up");
		return session_end(s, "the gateway lost the session");
	}
	session_start_limits(s);
	if (s->net & PPP_NET_IPV6 && s->server)
		clientsetup_start(s);
	session_changed(s);
}

void session_thaw_all(struct engine *e)
{
	uint32_t slot;
	struct rd r;

	for (slot = 0; slot < memory_slot_end(e->memory, MEMORY_SESSION); slot++) {
		struct names n = { .id = 0 };
		const void *data;
		size_t len;

		if (!memory_slot_used(e->memory, MEMORY_SESSION, slot))
			continue;
		if (memory_read(e->memory, MEMORY_SESSION, slot, &data, &len)) {
			memory_slot_free(e->memory, MEMORY_SESSION, slot);
			continue;
		}
		r = rd_of(data, len);
		if (!get_names(&r, &n)) {
			memory_slot_free(e->memory, MEMORY_SESSION, slot);
			continue;
		}
		memory_work_on(e->memory, MEMORY_SESSION, slot);
		thaw_one(e, slot, &r, &n, n.via->by_slot(e, n.carrier_slot));
		memory_work_done(e->memory);
	}
}
