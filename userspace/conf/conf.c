// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

void conf_free(struct conf *conf)
{
	unsigned int i;

	if (!conf)
		return;
	for (i = 0; i < conf->n_users; i++) {
		free(conf->users[i].name);
		secret_strfree(conf->users[i].password);
	}
	for (i = 0; i < conf->n_servers; i++)
		free(conf->servers[i].protocol);
	for (i = 0; i < conf->n_pools; i++)
		free(conf->pools[i].name);
	free(conf->users);
	free(conf->servers);
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
