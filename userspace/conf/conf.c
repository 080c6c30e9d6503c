// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

static void free_file(struct conf_file *file)
{
	free(file->path);
	secret_strfree(file->text);
}

static void free_ike(struct conf_ike *ike)
{
	unsigned int i;

	secret_strfree(ike->local_id);
	secret_strfree(ike->secret);
	free_file(&ike->certificate);
	free_file(&ike->key);
	for (i = 0; i < CONF_FILES_MAX; i++) {
		free_file(&ike->ca[i]);
		free_file(&ike->crl[i]);
	}
	for (i = 0; i < CONF_LIST_MAX; i++) {
		free(ike->ike_proposals[i]);
		free(ike->esp_proposals[i]);
	}
}

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
	secret_strfree(client->remote_id);
	free_ike(&client->ike);
}

static void free_site(struct conf_site *site)
{
	free(site->name);
	secret_strfree(site->remote);
	secret_strfree(site->remote_id);
	secret_strfree(site->user);
	secret_strfree(site->password);
	free_file(&site->peer_key);
	free_ike(&site->ike);
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
		free_ike(&conf->servers[i].ike);
	}
	for (i = 0; i < conf->n_sites; i++)
		free_site(&conf->sites[i]);
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
	free(conf->sites);
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

const char *conf_user_refusal(const struct conf_user *u)
{
	if (!u)
		return "is not configured any more";
	return u->disabled ? "is disabled" : NULL;
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

const struct conf_site *conf_site_find(const struct conf *conf, const char *name)
{
	unsigned int i;

	for (i = 0; i < conf->n_sites; i++) {
		if (!strcmp(conf->sites[i].name, name))
			return &conf->sites[i];
	}
	return NULL;
}

bool conf_server_is_ike(const struct conf_server *server)
{
	return !strcmp(server->protocol, "ikev2");
}

bool conf_server_has_ipsec(const struct conf_server *server)
{
	return server->ipsec == CONF_IPSEC_REQUIRED;
}

bool conf_client_has_ipsec(const struct conf_client *client)
{
	return client->ipsec == CONF_IPSEC_REQUIRED;
}

bool conf_has_ike(const struct conf *conf)
{
	unsigned int i;

	for (i = 0; i < conf->n_clients; i++) {
		if (conf_client_has_ipsec(&conf->clients[i]))
			return true;
	}
	for (i = 0; i < conf->n_servers; i++) {
		if (conf_server_is_ike(&conf->servers[i]) || conf_server_has_ipsec(&conf->servers[i]))
			return true;
	}
	return conf->n_sites;
}
