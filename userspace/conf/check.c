// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "conf/read.h"


/* --- pools --- */

static bool ranges_overlap(const struct conf_pool *a, const struct conf_pool *b)
{
	return addr_v4_host(&a->first) <= addr_v4_host(&b->last) &&
	       addr_v4_host(&b->first) <= addr_v4_host(&a->last);
}

static bool prefixes_overlap(const struct prefix *a, const struct prefix *b)
{
	if (!a->addr.family || a->addr.family != b->addr.family)
		return false;
	return prefix_contains(a, &b->addr) || prefix_contains(b, &a->addr);
}

static void check_pools(struct reading *r)
{
	const struct conf *conf = r->conf;
	unsigned int i, k;

	for (i = 0; i < conf->n_pools; i++) {
		const struct conf_pool *a = &conf->pools[i];
		cfg_t *cfg = cfg_getnsec(r->cfg, "pool", i);

		for (k = 0; k < i; k++) {
			const struct conf_pool *b = &conf->pools[k];

			if (ranges_overlap(a, b))
				reading_error(
					r, reading_line(cfg, "range"),
					"range: pools \"%s\" and \"%s\" have addresses in common: "
					"give each its own",
					b->name, a->name);
			if (prefixes_overlap(&a->ipv6, &b->ipv6))
				reading_error(
					r, reading_line(cfg, "ipv6"),
					"ipv6: pools \"%s\" and \"%s\" have networks in common: "
					"give each its own",
					b->name, a->name);
		}
	}
}

static bool in_range(const struct conf_pool *pool, const struct addr *a)
{
	return addr_v4_host(a) >= addr_v4_host(&pool->first) &&
	       addr_v4_host(a) <= addr_v4_host(&pool->last);
}

/* --- servers --- */

static void check_addresses(struct reading *r, const struct conf_server *s, cfg_t *cfg)
{
	const struct conf *conf = r->conf;
	char text[ADDR_STRLEN];
	unsigned int i;

	for (i = 0; i < conf->n_pools; i++) {
		if (in_range(&conf->pools[i], &s->address))
			reading_error(
				r, reading_line(cfg, "address"),
				"address: the gateway's own %s lies in pool \"%s\": take it out of "
				"the range",
				addr_to_str(&s->address, text), conf->pools[i].name);
	}
	for (i = 0; i < conf->n_users; i++) {
		if (addr_equal(&conf->users[i].address, &s->address))
			reading_error(
				r, reading_line(cfg, "address"),
				"address: the gateway's own %s is the fixed address of user \"%s\"",
				addr_to_str(&s->address, text), conf->users[i].name);
	}
	for (i = 0; i < conf->n_users && !s->pool; i++) {
		if (!conf->users[i].address.family)
			reading_warning(
				r, (unsigned int)cfg->line,
				"server %s has no pool, so user \"%s\", who has no fixed address, "
				"cannot log in",
				s->protocol, conf->users[i].name);
	}
}

static void check_encryption(struct reading *r, const struct conf_server *s, cfg_t *cfg)
{
	if (s->encryption == CONF_ENCRYPTION_REQUIRED && (s->auth_methods & ~KEY_METHODS))
		reading_error(
			r, reading_line(cfg, "auth"),
			"auth: pap and chap make no keys, and encryption is required: leave mschap "
			"and mschapv2 alone, or say encryption = optional");
	if (s->encryption == CONF_ENCRYPTION_NONE && cfg_size(cfg, "mppe"))
		reading_warning(r, reading_line(cfg, "mppe"),
				"mppe: means nothing where encryption is none");
}

static void check_sizes(struct reading *r, const struct conf_server *s, cfg_t *cfg)
{
	if (s->ipv6 && s->mtu < IPV6_MTU_MIN)
		reading_error(
			r, reading_line(cfg, "mtu"),
			"mtu: %u is too small for IPv6, which needs %u: raise it, or say ipv6 = no",
			s->mtu, IPV6_MTU_MIN);
	if (s->ipv6 && s->mru < IPV6_MTU_MIN)
		reading_error(
			r, reading_line(cfg, "mru"),
			"mru: %u is too small for IPv6, which needs %u: raise it, or say ipv6 = no",
			s->mru, IPV6_MTU_MIN);
	if (s->ipv6 && s->pool && !s->pool->ipv6.addr.family)
		reading_warning(
			r, reading_line(cfg, "ipv6"),
			"ipv6: pool \"%s\" has no IPv6 network, so clients get link-local addresses "
			"alone",
			s->pool->name);
}

static void check_client_routes(struct reading *r, const struct conf_server *s, cfg_t *cfg)
{
	char text[ADDR_STRLEN];
	unsigned int i;

	for (i = 0; i < s->n_client_routes; i++) {
		if (s->client_routes[i].addr.family != AF_INET)
			reading_error(r, reading_line(cfg, "client-routes"),
				      "client-routes: %s: DHCP tells IPv4 networks alone",
				      prefix_to_str(&s->client_routes[i], text));
	}
}

static void check_listen(struct reading *r, const struct conf_server *s, cfg_t *cfg)
{
	char text[ADDR_STRLEN];
	unsigned int i;

	for (i = 0; i < s->n_listen && !strcmp(s->protocol, "pptp"); i++) {
		if (s->listen[i].family != AF_INET)
			reading_error(r, reading_line(cfg, "listen"),
				      "listen: %s: the GRE of PPTP exists over IPv4 alone",
				      addr_to_str(&s->listen[i], text));
	}
}

void check_hide(struct reading *r, cfg_t *cfg, enum conf_choice hide, bool secret)
{
	if (hide == CONF_YES && !secret)
		reading_error(r, reading_line(cfg, "hide-avps"),
			      "hide-avps: there is no secret to hide them with: add  secret = '...'");
}

static void check_l2tp(struct reading *r, struct conf_server *s, cfg_t *cfg)
{
	if (strcmp(s->protocol, "l2tp"))
		return;
	check_l2tp_ipsec(r, s, cfg);
	check_hide(r, cfg, s->hide, s->secret);
	if (s->peers == CONF_PEERS_KNOWN && !r->conf->n_l2tp_peers)
		reading_warning(r, reading_line(cfg, "peers"),
				"peers: nobody is known: there is no l2tp-peer section");
}

/* What the table lets pass, as it is of another server's. */
static void check_ppp_server(struct reading *r, const struct conf_server *s, cfg_t *cfg)
{
	if (s->auth_methods & CONF_AUTH_IKE)
		reading_error(r, reading_line(cfg, "auth"),
			      "auth: eap-mschapv2, psk and certificate are of server ikev2: server %s has pap, "
			      "chap, mschap and mschapv2", s->protocol);
	if (!strcmp(s->protocol, "pptp") && s->secret)
		reading_error(r, reading_line(cfg, cfg_size(cfg, "secret") ? "secret" : "secret-file"),
			      "secret: server pptp has none: users have passwords");
}

static bool protocol_known(const char *protocol)
{
	return !strcmp(protocol, "pptp") || !strcmp(protocol, "l2tp") || !strcmp(protocol, "ikev2");
}

static void check_server(struct reading *r, unsigned int i)
{
	struct conf_server *s = &r->conf->servers[i];
	cfg_t *cfg = cfg_getnsec(r->cfg, "server", i);
	unsigned int k;

	if (!protocol_known(s->protocol)) {
		reading_error(r, (unsigned int)cfg->line,
			      "server \"%s\": there is no such protocol: there are pptp, l2tp and ikev2",
			      s->protocol);
		return;
	}
	for (k = 0; k < i; k++) {
		const struct conf_server *other = &r->conf->servers[k];

		if (!strcmp(other->protocol, s->protocol) && conf_server_is_ike(s))
			reading_error(r, (unsigned int)cfg->line, "there is a server ikev2 already");
		else if (!strcmp(other->device, s->device))
			reading_error(r, reading_line(cfg, "device"),
				      "device: \"%s\" is that of server %s already", s->device,
				      other->protocol);
		if (s->pool && other->pool == s->pool)
			reading_error(
				r, reading_line(cfg, "pool"),
				"pool: \"%s\" is that of server %s already: a pool leads to one device",
				s->pool->name, other->protocol);
	}
	check_addresses(r, s, cfg);
	if (conf_server_is_ike(s)) {
		check_ike_server(r, s, cfg);
		return;
	}
	check_ppp_server(r, s, cfg);
	check_encryption(r, s, cfg);
	check_sizes(r, s, cfg);
	check_client_routes(r, s, cfg);
	check_listen(r, s, cfg);
	check_l2tp(r, s, cfg);
}

/* --- L2TP peers --- */

static const struct conf_server *l2tp_server(const struct conf *conf)
{
	unsigned int i;

	for (i = 0; i < conf->n_servers; i++)
		if (!strcmp(conf->servers[i].protocol, "l2tp"))
			return &conf->servers[i];
	return NULL;
}

static bool same_peer(const struct conf_l2tp_peer *a, const struct conf_l2tp_peer *b)
{
	return !strcmp(a->host_name ? a->host_name : a->name,
		       b->host_name ? b->host_name : b->name) &&
	       a->n_addresses == b->n_addresses &&
	       !memcmp(a->addresses, b->addresses, a->n_addresses * sizeof(a->addresses[0]));
}

static void check_l2tp_peer(struct reading *r, unsigned int i)
{
	const struct conf_l2tp_peer *p = &r->conf->l2tp_peers[i];
	const struct conf_server *s = l2tp_server(r->conf);
	cfg_t *cfg = cfg_getnsec(r->cfg, "l2tp-peer", i);
	unsigned int k;

	for (k = 0; k < i; k++) {
		if (same_peer(p, &r->conf->l2tp_peers[k]))
			reading_error(r, (unsigned int)cfg->line,
				      "l2tp-peer \"%s\": the same host name and addresses as l2tp-peer "
				      "\"%s\" has: keep one of them",
				      p->name, r->conf->l2tp_peers[k].name);
	}
	check_hide(r, cfg, p->hide, p->secret || (s && s->secret));
	/* Of the server it is the default, and means: where there is a secret. */
	if (p->authenticate == CONF_YES && !p->secret && !(s && s->secret))
		reading_error(r, reading_line(cfg, "authenticate"),
			      "authenticate: there is no secret to be known: add  secret = '...'");
}

/* --- users --- */

/* Well-formed UTF-8 (RFC 3629), which is what a password has to be turned into UTF-16 from. */
bool check_utf8(const char *text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *c = (const uint8_t *)text;
	uint32_t v;
	int more, i;

	while (*c) {
		more = *c < 0x80	   ? 0 :
		       (*c & 0xe0) == 0xc0 ? 1 :
		       (*c & 0xf0) == 0xe0 ? 2 :
		       (*c & 0xf8) == 0xf0 ? 3 :
					     -1;
		if (more < 0)
			return false;
		v = more ? *c & (0x3fu >> more) : *c;
		for (c++, i = 0; i < more; i++, c++) {
			if ((*c & 0xc0) != 0x80)
				return false;
			v = v << 6 | (*c & 0x3f);
		}
		if (v < least[more] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
			return false;
	}
	return true;
}

static void check_user_methods(struct reading *r, const struct conf_user *u, cfg_t *cfg)
{
	unsigned int i;

	for (i = 0; i < r->conf->n_servers && u->auth_methods; i++) {
		const struct conf_server *s = &r->conf->servers[i];

		if (!(u->auth_methods & (s->auth_methods | (s->xauth ? CONF_AUTH_XAUTH : 0))))
			reading_warning(
				r, reading_line(cfg, "auth"),
				"auth: user \"%s\" has no method in common with server %s and cannot "
				"log in there",
				u->name, s->protocol);
	}
}

static bool has_server(const struct conf *conf, const char *protocol)
{
	unsigned int i;

	for (i = 0; i < conf->n_servers; i++)
		if (!strcmp(conf->servers[i].protocol, protocol))
			return true;
	return false;
}

static void check_user(struct reading *r, unsigned int i)
{
	const struct conf_user *u = &r->conf->users[i];
	cfg_t *cfg = cfg_getnsec(r->cfg, "user", i);

	if (!u->password)
		reading_error(
			r, (unsigned int)cfg->line,
			"user \"%s\" has no password: add  password = '...'  or  password-file = "
			"\"/path\"",
			u->name);
	else if (!check_utf8(u->password))
		reading_error(
			r,
			reading_line(cfg, cfg_size(cfg, "password") ? "password" : "password-file"),
			"the password of user \"%s\" is not UTF-8, which MS-CHAP needs", u->name);
	if (u->n_routes && has_server(r->conf, "ikev2"))
		reading_warning(r, reading_line(cfg, "routes"),
				"routes: they are not for user \"%s\" at server ikev2, which carries the client's own "
				"address alone", u->name);
	check_user_methods(r, u, cfg);
}

static int by_address(const void *a, const void *b)
{
	const struct conf_user *const *x = a, *const *y = b;
	uint32_t ax = addr_v4_host(&(*x)->address), ay = addr_v4_host(&(*y)->address);

	return ax < ay ? -1 : ax > ay;
}

static void check_fixed_addresses(struct reading *r)
{
	const struct conf *conf = r->conf;
	const struct conf_user **fixed = calloc(conf->n_users + 1, sizeof(*fixed));
	unsigned int i, n = 0;
	char text[ADDR_STRLEN];

	if (!fixed) {
		reading_error(r, 0, "out of memory");
		return;
	}
	for (i = 0; i < conf->n_users; i++) {
		if (conf->users[i].address.family)
			fixed[n++] = &conf->users[i];
	}
	qsort(fixed, n, sizeof(*fixed), by_address);
	for (i = 1; i < n; i++) {
		if (!addr_equal(&fixed[i - 1]->address, &fixed[i]->address))
			continue;
		reading_error(
			r,
			reading_line(cfg_getnsec(r->cfg, "user",
						 (unsigned int)(fixed[i] - conf->users)),
				     "address"),
			"address: users \"%s\" and \"%s\" have the same fixed address %s: give each its own",
			fixed[i - 1]->name, fixed[i]->name, addr_to_str(&fixed[i]->address, text));
	}
	free(fixed);
}

/* --- the file --- */

static bool section_has(struct reading *r, const char *section, const char *option)
{
	unsigned int i;

	for (i = 0; i < cfg_size(r->cfg, section); i++) {
		if (cfg_size(cfg_getnsec(r->cfg, section, i), option))
			return true;
	}
	return false;
}

static bool has_secrets(struct reading *r)
{
	return section_has(r, "user", "password") || section_has(r, "client", "password") ||
	       section_has(r, "client", "secret") || section_has(r, "site", "secret") ||
	       section_has(r, "site", "password") ||
	       section_has(r, "server", "secret") || section_has(r, "l2tp-peer", "secret");
}

static bool needs_users(const struct conf *conf)
{
	unsigned int i;

	for (i = 0; i < conf->n_servers; i++)
		if (!conf_server_is_ike(&conf->servers[i]) ||
		    (conf->servers[i].auth_methods & CONF_AUTH_EAP))
			return true;
	return false;
}

void check_conf(struct reading *r)
{
	unsigned int i;

	if (r->readable_by_all && has_secrets(r))
		reading_warning(r, 0,
				"everybody can read it, and passwords are in it: chmod 600 %s",
				r->path);
	if (!r->conf->n_servers && !r->conf->n_clients && !r->conf->n_sites)
		reading_warning(r, 0,
				"nothing is served: there is no server, client or site section");
	else if (needs_users(r->conf) && !r->conf->n_users)
		reading_warning(r, 0, "nobody can log in: there is no user section");
	check_pools(r);
	for (i = 0; i < r->conf->n_servers; i++)
		check_server(r, i);
	for (i = 0; i < r->conf->n_l2tp_peers; i++)
		check_l2tp_peer(r, i);
	for (i = 0; i < r->conf->n_users; i++)
		check_user(r, i);
	check_fixed_addresses(r);
	for (i = 0; i < r->conf->n_clients; i++)
		check_client(r, i);
	for (i = 0; i < r->conf->n_sites; i++)
		check_site(r, i);
}
