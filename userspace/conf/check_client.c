// SPDX-License-Identifier: GPL-2.0-or-later
/* What makes sense in a client section, and what it leaves unsaid. */
#include <string.h>

#include "conf/options.h"
#include "conf/read.h"

/* adit disconnect takes the number of a session, an address that was lent, or the name of a client. */
static void check_name(struct reading *r, const struct conf_client *c, cfg_t *cfg)
{
	struct addr lent;

	if (c->name[strspn(c->name, "0123456789")] == '\0')
		reading_error(r, (unsigned int)cfg->line,
			      "client \"%s\": a number alone is no name for a client: sessions have numbers",
			      c->name);
	if (!addr_parse(c->name, &lent))
		reading_error(r, (unsigned int)cfg->line,
			      "client \"%s\": an address is no name for a client: sessions have addresses", c->name);
	if (strcmp(c->protocol, "pptp") && strcmp(c->protocol, "l2tp"))
		reading_error(
			r, reading_line(cfg, "protocol"),
			"protocol: \"%s\": there is no such protocol: there are pptp and l2tp",
			c->protocol);
}

static bool take_name_as_device(struct reading *r, struct conf_client *c, cfg_t *cfg)
{
	const struct option *o = option_find(&conf_sections[SECTION_CLIENT], "device");
	char why[VALUE_WHY_MAX];

	if (c->device[0] || !o->type->set(r->conf, o, c, c->name, why))
		return true;
	reading_error(r, (unsigned int)cfg->line,
		      "client \"%s\" needs a device option, for its name cannot be that of a device: %s",
		      c->name, why);
	return false;
}

static void check_device(struct reading *r, struct conf_client *c, cfg_t *cfg)
{
	const struct conf *conf = r->conf;
	unsigned int i;

	if (!take_name_as_device(r, c, cfg))
		return;
	for (i = 0; i < conf->n_servers; i++) {
		if (!strcmp(conf->servers[i].device, c->device))
			reading_error(r, reading_line(cfg, "device"),
				      "device: \"%s\" is that of server %s already", c->device,
				      conf->servers[i].protocol);
	}
	for (i = 0; &conf->clients[i] != c; i++) {
		if (!strcmp(conf->clients[i].device, c->device))
			reading_error(r, reading_line(cfg, "device"),
				      "device: \"%s\" is that of client \"%s\" already", c->device,
				      conf->clients[i].name);
	}
}

static void check_login(struct reading *r, const struct conf_client *c, cfg_t *cfg)
{
	if (!c->password)
		reading_error(
			r, (unsigned int)cfg->line,
			"client \"%s\" has no password: add  password = '...'  or  password-file = \"/path\"",
			c->name);
	else if (!check_utf8(c->password))
		reading_error(
			r,
			reading_line(cfg, cfg_size(cfg, "password") ? "password" : "password-file"),
			"the password of client \"%s\" is not UTF-8, which MS-CHAP needs", c->name);
	if (c->encryption == CONF_ENCRYPTION_REQUIRED && (c->auth_methods & ~KEY_METHODS))
		reading_error(
			r, reading_line(cfg, "auth"),
			"auth: pap, chap and none make no keys, and encryption is required: leave mschap and "
			"mschapv2 alone, or say encryption = optional");
	if (c->encryption == CONF_ENCRYPTION_NONE && cfg_size(cfg, "mppe"))
		reading_warning(r, reading_line(cfg, "mppe"),
				"mppe: means nothing where encryption is none");
}

static void check_routes(struct reading *r, const struct conf_client *c, cfg_t *cfg)
{
	unsigned int i;

	for (i = 0; i < c->n_routes; i++) {
		if (c->routes[i].addr.family == AF_INET6 && !c->ipv6)
			reading_error(r, reading_line(cfg, "routes"),
				      "routes: there is an IPv6 network among them: say ipv6 = yes");
	}
}

static void check_default_route(struct reading *r, struct conf_client *c, cfg_t *cfg)
{
	const struct conf_client *other;

	if (!c->default_route)
		return;
	if (!c->fwmark)
		c->fwmark = CONF_CLIENT_FWMARK;
	for (other = r->conf->clients; other != c; other++) {
		if (other->default_route)
			reading_error(r, reading_line(cfg, "default-route"),
				      "default-route: client \"%s\" has it already, and only one can",
				      other->name);
	}
}

static void check_numbers(struct reading *r, const struct conf_client *c, cfg_t *cfg)
{
	if (c->ipv6 && (c->mtu < IPV6_MTU_MIN || c->mru < IPV6_MTU_MIN))
		reading_error(
			r, reading_line(cfg, c->mtu < IPV6_MTU_MIN ? "mtu" : "mru"),
			"mtu and mru have to be %u at least for IPv6: raise them, or say ipv6 = no",
			IPV6_MTU_MIN);
	if (c->redial_min_s > c->redial_max_s)
		reading_error(r, reading_line(cfg, "redial-max"),
			      "redial-max: %u is less than redial-min, which is %u",
			      c->redial_max_s, c->redial_min_s);
}

void check_client(struct reading *r, unsigned int i)
{
	struct conf_client *c = &r->conf->clients[i];
	cfg_t *cfg = cfg_getnsec(r->cfg, "client", i);

	check_name(r, c, cfg);
	check_device(r, c, cfg);
	check_login(r, c, cfg);
	check_routes(r, c, cfg);
	check_client_ipsec(r, c, cfg);
	check_default_route(r, c, cfg);
	check_numbers(r, c, cfg);
	check_hide(r, cfg, c->hide, c->secret);
}
