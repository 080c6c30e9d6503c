// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/carrier.h"

#include <string.h>

#include "daemon/dialer.h"
#include "daemon/server.h"

unsigned int *carrier_count(const struct carrier *c)
{
	return c->dialer ? &c->dialer->n_conns : &c->server->n_conns;
}

void carrier_write_owner(const struct carrier *c, struct wr *w)
{
	const char *name = c->dialer ? c->dialer->conf->name : c->server->conf->device;

	wr_u8(w, c->dialer != NULL);
	wr_u8(w, (uint8_t)strlen(name));
	wr_bytes(w, name, strlen(name));
}

bool carrier_read_owner(struct engine *e, struct carrier *c, struct rd *r)
{
	bool dialled = rd_u8(r);
	uint8_t len = rd_u8(r);
	char name[UINT8_MAX + 1];

	rd_copy(r, name, len);
	name[len] = '\0';
	if (dialled)
		c->dialer = dialer_by_name(e, name);
	else
		c->server = server_by_device(e, name);
	return !r->bad && (c->dialer || c->server);
}
