// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit.conf: any text is read or refused with a reason; what was read is within its limits, and
 * written back it reads as the same.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "fuzz.h"

#define TEXT_MAX	65536

struct text {
	char octets[8 * TEXT_MAX];
	size_t len;
};

static int file = -1;
static char path[32];
static unsigned int errors, problems;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_set_level(LOG_LEVEL_ERROR);
	file = memfd_create("adit.conf", MFD_CLOEXEC);
	must(file >= 0 && fchmod(file, 0600) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return 0;
}

static void on_problem(void *arg, const char *name, const struct conf_problem *p)
{
	(void)arg;
	must(!strcmp(name, path));
	must(p->text[0] && memchr(p->text, '\0', sizeof(p->text)));
	errors += !p->warning;
	problems++;
}

static struct conf *read_text(const void *text, size_t len)
{
	struct conf *conf;

	must(ftruncate(file, 0) == 0 && pwrite(file, text, len, 0) == (ssize_t)len);
	errors = problems = 0;
	conf = conf_read(path, on_problem, NULL);
	must(!conf == (errors > 0));
	return conf;
}

static void put(void *arg, const char *line)
{
	struct text *t = arg;
	size_t len = strlen(line);

	must(len + 1 < sizeof(t->octets) - t->len);
	memcpy(t->octets + t->len, line, len);
	t->len += len;
	t->octets[t->len++] = '\n';
}

static void check_prefixes(const struct prefix *p, unsigned int n)
{
	while (n--) {
		must(p[n].addr.family == AF_INET || p[n].addr.family == AF_INET6);
		must(p[n].len <= (p[n].addr.family == AF_INET ? 32 : 128));
	}
}

static void check_server(const struct conf_server *s)
{
	bool ike = conf_server_is_ike(s);

	must(s->protocol && memchr(s->device, '\0', sizeof(s->device)));
	must(s->n_listen <= CONF_LIST_MAX && s->n_client_routes <= CONF_LIST_MAX);
	must(s->auth_methods && !(s->auth_methods & ~(ike ? CONF_AUTH_IKE : 15u)));
	/* All of IPsec is in one device, and has no PPP. */
	must(ike || s->device[0]);
	must(ike || (s->mppe_strengths && !(s->mppe_strengths & ~7u)));
	must(ike || (s->mru >= 128 && s->mru <= 1500 && s->mtu >= 128));
	must(s->address.family == AF_INET);
	check_prefixes(s->client_routes, s->n_client_routes);
}

static void check_client(const struct conf_client *c)
{
	must(c->name[0] && c->protocol && c->gateway && c->user && c->password);
	must(memchr(c->device, '\0', sizeof(c->device)) && c->device[0]);
	must(c->auth_methods && !(c->auth_methods & ~(15u | CONF_AUTH_NONE)));
	must(c->n_routes <= CONF_LIST_MAX && (c->fwmark || !c->default_route));
	must(c->redial_min_s && c->redial_min_s <= c->redial_max_s);
	check_prefixes(c->routes, c->n_routes);
}

static void check(const struct conf *conf)
{
	unsigned int i;

	must(conf->user && conf->hostname);
	for (i = 0; i < conf->n_servers; i++)
		check_server(&conf->servers[i]);
	for (i = 0; i < conf->n_clients; i++)
		check_client(&conf->clients[i]);
	for (i = 0; i < conf->n_users; i++) {
		const struct conf_user *u = &conf->users[i];

		must(u->name[0] && strlen(u->name) <= CONF_USER_MAX);
		must(strlen(u->password) <= CONF_PASSWORD_MAX && u->n_routes <= CONF_LIST_MAX);
		check_prefixes(u->routes, u->n_routes);
		must(conf_user_find(conf, u->name) == u);
	}
	for (i = 0; i < conf->n_pools; i++)
		must(addr_v4_host(&conf->pools[i].last) - addr_v4_host(&conf->pools[i].first) <
		     CONF_POOL_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text once, again;
	struct conf *conf;

	if (size > TEXT_MAX)
		return 0;
	conf = read_text(data, size);
	if (!conf)
		return 0;
	check(conf);
	once.len = again.len = 0;
	conf_dump_secrets(conf, put, &once);
	conf_free(conf);
	conf = read_text(once.octets, once.len);
	must(conf);
	conf_dump_secrets(conf, put, &again);
	must(once.len == again.len && !memcmp(once.octets, again.octets, once.len));
	conf_free(conf);
	return 0;
}
