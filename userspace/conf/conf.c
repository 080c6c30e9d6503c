// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

static void free_client(struct conf_client *client)
{
	free(client->name);
	free(client->protocol);
	free(client->gateway);
	free(client->user);
	secret_strfree(client->password);
	secret_strfree(client->host_name);
	secret_strfree(client->peer_name);
	secret_strfree(client->secret);
}

void conf_free(struct conf *conf)
{
	unsigned int i;

	if (!conf)
		return;
	for (i = 0; i < conf->n_users; i++) {
		free(conf->users[i].name);
		secret_strfree(conf->users[i].password);
	}
	for (i = 0; i < conf->n_clients; i++)
		free_client(&conf->clients[i]);
	for (i = 0; i < conf->n_servers; i++) {
		free(conf->servers[i].protocol);
		secret_strfree(conf->servers[i].host_name);
		secret_strfree(conf->servers[i].secret);
	}
	for (i = 0; i < conf->n_l2tp_peers; i++) {
		free(conf->l2tp_peers[i].name);
		secret_strfree(conf->l2tp_peers[i].host_name);
		secret_strfree(conf->l2tp_peers[i].local_name);
		secret_strfree(conf->l2tp_peers[i].secret);
	}
	for (i = 0; i < conf->n_pools; i++)
		free(conf->pools[i].name);
	free(conf->users);
	free(conf->clients);
	free(conf->servers);
	free(conf->l2tp_peers);
	free(conf->pools);
	free(conf->path);
	free(conf->user);
	free(conf->hostname);
	free(conf);
}

static int name_cmp(const void *name, const void *user)
{
	return strcmp(name, ((const struct conf_user *)user)->name);
}

const struct conf_user *conf_user_find(const struct conf *conf, const char *name)
{
	if (!conf->n_users)
		return NULL;
	return bsearch(name, conf->users, conf->n_users, sizeof(*conf->users), name_cmp);
}

/* How well a section fits a peer; 0: not at all. */
static unsigned int fit(const struct conf_l2tp_peer *p, const char *host_name, const struct addr *from)
{
	const char *name = p->host_name ? p->host_name : p->name;
	unsigned int best = p->n_addresses ? 0 : 1, i;

	for (i = 0; i < p->n_addresses; i++)
		if (prefix_contains(&p->addresses[i], from) && p->addresses[i].len + 2u > best)
			best = p->addresses[i].len + 2u;
	if (!best || !strcmp(name, CONF_ANY_HOST))
		return best;
	return strcmp(name, host_name) ? 0 : best + 256;
}

const struct conf_l2tp_peer *conf_l2tp_peer_find(const struct conf *conf, const char *host_name,
						 const struct addr *from)
{
	const struct conf_l2tp_peer *found = NULL;
	unsigned int best = 0, i;

	for (i = 0; i < conf->n_l2tp_peers; i++) {
		unsigned int one = fit(&conf->l2tp_peers[i], host_name, from);

		if (one <= best)
			continue;
		best = one;
		found = &conf->l2tp_peers[i];
	}
	return found;
}

const struct conf_client *conf_client_find(const struct conf *conf, const char *name)
{
	unsigned int i;

	for (i = 0; i < conf->n_clients; i++) {
		if (!strcmp(conf->clients[i].name, name))
			return &conf->clients[i];
	}
	return NULL;
}
