// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/server.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "daemon/lns.h"
#include "daemon/session.h"

/* RFC 2637 section 3.1.4: an echo after a minute of silence, another minute for the answer. */
#define PPTP_ECHO_MS		60000
/* RFC 2637 section 3.1.4 gives a minute; a stranger gets less. */
#define PPTP_START_MS		30000
#define PPTP_IDLE_CLOSE_MS	60000
/* RFC 1661 section 4.6 */
#define PPP_RESTART_MS		3000
#define PPP_MAX_CONFIGURE	10
#define PPP_MAX_TERMINATE	2
#define PPP_MAX_FAILURE		5
#define PPP_AUTH_TRIES		3
#define PPP_SETUP_MS		60000

/* --- the configuration that servers share --- */

struct conf_ref *conf_ref_new(struct conf *conf)
{
	struct conf_ref *ref = malloc(sizeof(*ref));

	if (ref)
		*ref = (struct conf_ref){ .conf = conf, .refs = 1 };
	return ref;
}

struct conf_ref *conf_ref_get(struct conf_ref *ref)
{
	ref->refs++;
	return ref;
}

void conf_ref_put(struct conf_ref *ref)
{
	if (!ref || --ref->refs)
		return;
	conf_free(ref->conf);
	free(ref);
}

/* --- the device --- */

/*
 * The fewest prefixes that are exactly first to last; a range of IPv4 addresses never needs more
 * than 62.
 */
unsigned int server_range_prefixes(uint32_t first, uint32_t last, struct prefix *out,
				    unsigned int max)
{
	uint64_t at = first;
	unsigned int n = 0;

	while (at <= last && n < max) {
		unsigned int bits = 0;

		while (bits < 32 && !(at & ((2ULL << bits) - 1)) && at + (2ULL << bits) - 1 <= last)
			bits++;
		out[n++] = (struct prefix){ .addr = addr_v4((uint32_t)at),
					    .len = (uint8_t)(32 - bits) };
		at += 1ULL << bits;
	}
	return n;
}

static struct addr gateway_link_local(void)
{
	struct addr a = { .family = AF_INET6 };

	a.bytes[0] = 0xfe;
	a.bytes[1] = 0x80;
	a.bytes[15] = 1;
	return a;
}

unsigned int server_pool_routes(const struct conf_server *conf, struct prefix out[DP_ROUTES_MAX])
{
	const struct conf_pool *pool = conf->pool;
	unsigned int n = 0;

	if (pool && pool->first.family)
		n = server_range_prefixes(addr_v4_host(&pool->first), addr_v4_host(&pool->last), out,
					  DP_ROUTES_MAX - 1);
	if (conf->ipv6 && pool && pool->ipv6.addr.family)
		out[n++] = pool->ipv6;
	return n;
}

static void device_config(const struct conf_server *conf, struct dp_device_config *cfg)
{
	*cfg = (struct dp_device_config){ .mtu = conf->mtu,
					  .fwmark = conf->fwmark,
					  .mss_clamp = conf->mss_clamp };
	snprintf(cfg->name, sizeof(cfg->name), "%s", conf->device);
	cfg->addresses[cfg->n_addresses++] = (struct prefix){ .addr = conf->address, .len = 32 };
	if (conf->ipv6)
		cfg->addresses[cfg->n_addresses++] =
			(struct prefix){ .addr = gateway_link_local(), .len = 64 };
	cfg->n_routes = server_pool_routes(conf, cfg->routes);
}

void server_remember_made(struct engine *e, int ifindex)
{
	int32_t *made = memory_counters(e->memory)->made_devices;
	unsigned int i;

	for (i = 0; i < MEMORY_DEVICES_MAX; i++) {
		if (made[i])
			continue;
		made[i] = ifindex;
		return;
	}
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && addr_equal(&a->addr, &b->addr);
}

static bool same_prefixes(const struct prefix *a, unsigned int n_a, const struct prefix *b,
			  unsigned int n_b)
{
	unsigned int i;

	for (i = 0; i < n_a && i < n_b; i++) {
		if (!same_prefix(&a[i], &b[i]))
			return false;
	}
	return n_a == n_b;
}

static bool has_prefix(const struct prefix *list, unsigned int n, const struct prefix *p)
{
	while (n--) {
		if (same_prefix(&list[n], p))
			return true;
	}
	return false;
}

static bool same_device(const struct dp_device_config *a, const struct dp_device_config *b)
{
	return !strcmp(a->name, b->name) && a->mtu == b->mtu && a->fwmark == b->fwmark &&
	       a->mss_clamp == b->mss_clamp &&
	       same_prefixes(a->addresses, a->n_addresses, b->addresses, b->n_addresses) &&
	       same_prefixes(a->routes, a->n_routes, b->routes, b->n_routes);
}

/* if_nametoindex() opens a socket, which the filter forbids; any that is open does. */
static bool device_exists(const struct server *s)
{
	struct ifreq req = { .ifr_ifindex = 0 };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", s->conf->device);
	return ioctl(s->engine->keeper, SIOCGIFINDEX, &req) == 0;
}

/* --- routes that leave it --- */

static bool held(const struct server *s, const struct prefix *p)
{
	const struct session *session;

	TAILQ_FOREACH(session, &s->engine->sessions, link) {
		if (session->server == s && has_prefix(session->routes, session->n_routes, p))
			return true;
	}
	return false;
}

/* The device is said to lack them already. Whoever has an address from there goes on under a route of its own. */
static void drop_routes(struct server *s, const struct prefix *gone, unsigned int n)
{
	struct session *session;
	struct dp_err err;

	if (!n)
		return;
	TAILQ_FOREACH(session, &s->engine->sessions, link) {
		if (session->server == s)
			session_give_routes(session);
	}
	while (n--) {
		/* One that is a session's now goes with the session. */
		if (!held(s, &gone[n]) && dp_route_del(s->engine->dp, s->ifindex, &gone[n], &err))
			log_warn(NULL, "device %s: %s", s->conf->device, err.text);
	}
}

static void drop_old_routes(struct server *s, const struct dp_device_config *old)
{
	struct prefix gone[DP_ROUTES_MAX];
	unsigned int i, n = 0;

	for (i = 0; i < old->n_routes; i++) {
		if (!has_prefix(s->device.routes, s->device.n_routes, &old->routes[i]))
			gone[n++] = old->routes[i];
	}
	drop_routes(s, gone, n);
}

bool server_route_moves(const struct conf *next, const char *device, const struct prefix *p)
{
	struct prefix routes[DP_ROUTES_MAX];
	unsigned int i;

	for (i = 0; i < next->n_servers; i++) {
		const struct conf_server *s = &next->servers[i];

		if (strcmp(conf_server_is_ike(s) ? next->ipsec_device : s->device, device) &&
		    has_prefix(routes, server_pool_routes(s, routes), p))
			return true;
	}
	return false;
}

void server_yield_routes(struct server *s, const struct conf *next)
{
	const struct dp_device_config old = s->device;
	struct prefix gone[DP_ROUTES_MAX];
	unsigned int i, n = 0;

	s->device.n_routes = 0;
	for (i = 0; i < old.n_routes; i++) {
		if (server_route_moves(next, s->conf->device, &old.routes[i]))
			gone[n++] = old.routes[i];
		else
			s->device.routes[s->device.n_routes++] = old.routes[i];
	}
	drop_routes(s, gone, n);
}

static int ensure_device(struct server *s)
{
	const struct dp_device_config old = s->device;
	bool existed = device_exists(s);
	struct dp_device_config cfg;
	struct dp_err err;
	int ret, ifindex = 0;

	device_config(s->conf, &cfg);
	/* A reload that does not concern the device leaves it alone. */
	if (s->ifindex && existed && same_device(&cfg, &s->device))
		return 0;
	ret = dp_device_ensure(s->engine->dp, s->conf->protocol, &cfg, &ifindex, &err);
	if (ifindex)
		s->ifindex = ifindex;
	if (ifindex && !existed)
		server_remember_made(s->engine, ifindex);
	if (ret) {
		log_error(NULL, "server %s: device %s: %s", s->conf->protocol, s->conf->device,
			  err.text);
		return ret;
	}
	s->device = cfg;
	drop_old_routes(s, &old);
	return 0;
}

void server_remove_made(struct engine *e, int ifindex, const char *name)
{
	int32_t *made = memory_counters(e->memory)->made_devices;
	struct dp_err err;
	unsigned int i;

	for (i = 0; i < MEMORY_DEVICES_MAX; i++) {
		if (made[i] != ifindex)
			continue;
		made[i] = 0;
		if (dp_device_delete(e->dp, ifindex, &err))
			log_warn(NULL, "device %s: %s", name, err.text);
		return;
	}
}

void server_remove_device(struct server *s)
{
	server_remove_made(s->engine, s->ifindex, s->conf->device);
}

static bool is_of_server(const struct engine *e, int ifindex)
{
	unsigned int i;

	for (i = 0; i < e->n_servers && e->servers[i]->ifindex != ifindex; i++)
		;
	return i < e->n_servers;
}

void server_remove_leftovers(struct engine *e, int other)
{
	const int32_t *made = memory_counters(e->memory)->made_devices;
	unsigned int i;

	for (i = 0; i < MEMORY_DEVICES_MAX; i++) {
		struct ifreq req = { .ifr_ifindex = made[i] };

		if (!made[i] || made[i] == other || is_of_server(e, made[i]))
			continue;
		/* One that somebody else removed has no name, and what is not there is not removed either. */
		if (ioctl(e->keeper, SIOCGIFNAME, &req))
			snprintf(req.ifr_name, sizeof(req.ifr_name), "number %d", made[i]);
		log_warn(NULL, "device %s: no server has it any more: removed, and its sessions have ended",
			 req.ifr_name);
		server_remove_made(e, made[i], req.ifr_name);
	}
}

/* --- life --- */

static void warn_of_cryptography(const struct conf_server *conf)
{
	if (conf_server_has_ipsec(conf))
		return;
	if (!strcmp(conf->protocol, "l2tp")) {
		log_warn(
			NULL,
			"server %s: L2TP protects nothing by itself: who is on the way can read and change this "
			"traffic. Use it where the way is protected by other means",
			conf->protocol);
		return;
	}
	log_warn(
		NULL,
		"server %s: MS-CHAPv2 and MPPE are broken cryptography: who records this traffic can read it. "
		"Use PPTP only for what could be public or is protected by other means",
		conf->protocol);
}

struct server *server_new(struct engine *e, struct conf_ref *ref, const struct conf_server *conf)
{
	struct server *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->engine = e;
	s->ref = conf_ref_get(ref);
	s->conf = conf;
	s->pool = pool_new(ref->conf, conf);
	if (s->pool)
		s->auth = auth_conf_new(e->loop, ref->conf, conf, s->pool);
	if (!strcmp(conf->protocol, "l2tp"))
		s->lns = lns_new(s);
	if (!s->auth || (!s->lns && !strcmp(conf->protocol, "l2tp"))) {
		log_error(NULL, "server %s: out of memory", conf->protocol);
		goto err_free;
	}
	/* A device that lacks a route still holds the sessions that an engine before this one had. */
	if (ensure_device(s) && !(s->ifindex && engine_succeeds(e)))
		goto err_device;
	/* Once for the daemon, not for each of its engines. */
	if (memory_counters(e->memory)->engine_starts <= 1)
		warn_of_cryptography(conf);
	return s;

err_device:
	if (s->ifindex)
		server_remove_device(s);
err_free:
	server_free(s);
	return NULL;
}

void server_free(struct server *s)
{
	lns_free(s->lns);
	if (s->auth)
		auth_conf_free(s->auth);
	if (s->pool)
		pool_free(s->pool);
	conf_ref_put(s->ref);
	free(s);
}

int server_reconfigure(struct server *s, struct conf_ref *ref, const struct conf_server *conf)
{
	struct conf_ref *old = s->ref;
	int err;

	err = pool_reconfigure(s->pool, ref->conf, conf);
	if (err)
		return err;
	auth_conf_swap(s->auth, ref->conf, conf);
	s->ref = conf_ref_get(ref);
	s->conf = conf;
	s->retired = false;
	conf_ref_put(old);
	if (s->lns)
		lns_reconfigure(s->lns);
	return ensure_device(s);
}

struct server *server_by_device(struct engine *e, const char *device)
{
	unsigned int i;

	for (i = 0; i < e->n_servers; i++) {
		if (!strcmp(e->servers[i]->conf->device, device))
			return e->servers[i];
	}
	return NULL;
}

bool server_routes(const struct server *s, const struct addr *addr)
{
	unsigned int i;

	for (i = 0; i < s->device.n_routes; i++) {
		if (prefix_contains(&s->device.routes[i], addr))
			return true;
	}
	return false;
}

/* --- what the protocols are told --- */

void server_pptp_defaults(const char *hostname, struct pptp_config *cfg)
{
	*cfg = (struct pptp_config){
		.vendor = "adit", .echo_interval_ms = PPTP_ECHO_MS, .echo_timeout_ms = PPTP_ECHO_MS,
		.start_timeout_ms = PPTP_START_MS, .idle_close_ms = PPTP_IDLE_CLOSE_MS,
	};
	snprintf(cfg->host_name, sizeof(cfg->host_name), "%s", hostname);
}

void server_pptp_config(const struct server *s, struct pptp_config *cfg)
{
	server_pptp_defaults(s->ref->conf->hostname, cfg);
}

static enum ppp_mppe_policy mppe_policy(enum conf_encryption e)
{
	switch (e) {
	case CONF_ENCRYPTION_REQUIRED:
		return PPP_MPPE_REQUIRED;
	case CONF_ENCRYPTION_OPTIONAL:
		return PPP_MPPE_OPTIONAL;
	case CONF_ENCRYPTION_NONE:
		break;
	}
	return PPP_MPPE_NONE;
}

static enum ppp_mppe_mode mppe_mode(enum conf_mppe_mode m)
{
	switch (m) {
	case CONF_MPPE_STATELESS:
		return PPP_MPPE_STATELESS;
	case CONF_MPPE_STATEFUL:
		return PPP_MPPE_STATEFUL;
	case CONF_MPPE_ANY:
		break;
	}
	return PPP_MPPE_ANY;
}

void server_ppp_defaults(const char *hostname, enum conf_encryption encryption,
			 unsigned int strengths, enum conf_mppe_mode mode, struct ppp_config *cfg)
{
	*cfg = (struct ppp_config){
		.mppe = mppe_policy(encryption),
		.mppe_strengths = strengths,
		.mppe_mode = mppe_mode(mode),
		.acfc = true,
		.pfc = true,
		.ipv4 = true,
		.restart_ms = PPP_RESTART_MS,
		.max_configure = PPP_MAX_CONFIGURE,
		.max_terminate = PPP_MAX_TERMINATE,
		.max_failure = PPP_MAX_FAILURE,
		.auth_tries = PPP_AUTH_TRIES,
		.setup_timeout_ms = PPP_SETUP_MS,
	};
	snprintf(cfg->name, sizeof(cfg->name), "%s", hostname);
}

void server_ppp_config(const struct server *s, uint32_t session_id, struct ppp_config *cfg)
{
	const struct conf_server *conf = s->conf;

	server_ppp_defaults(s->ref->conf->hostname, conf->encryption, conf->mppe_strengths,
			    conf->mppe_mode, cfg);
	cfg->mru = conf->mru;
	cfg->auth_methods = conf->auth_methods;
	cfg->ipv6 = conf->ipv6;
	cfg->local = conf->address;
	cfg->echo_interval_ms = conf->lcp_echo_interval_s * 1000;
	cfg->echo_failures = (uint8_t)conf->lcp_echo_failures;
	/*
	 * The gateway is fe80::1; a peer is fe80::1:SSSS:SSSS, by its session's id, unique on the
	 * device (RFC 5072 section 4.1).
	 */
	cfg->local_ifid[7] = 1;
	cfg->peer_ifid[3] = 1;
	cfg->peer_ifid[4] = (uint8_t)(session_id >> 24);
	cfg->peer_ifid[5] = (uint8_t)(session_id >> 16);
	cfg->peer_ifid[6] = (uint8_t)(session_id >> 8);
	cfg->peer_ifid[7] = (uint8_t)session_id;
}
