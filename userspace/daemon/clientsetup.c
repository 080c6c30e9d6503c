// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/clientsetup.h"

#include <string.h>

#include "daemon/server.h"
#include "daemon/session.h"
#include "proto/dhcp_inform.h"
#include "proto/ra.h"
#include "wire/ppp.h"

static void solicitation(struct session *s, const uint8_t *data, size_t len)
{
	struct ra_config cfg = { .prefix = s->reply->ra_prefix, .mtu = s->server->conf->mtu };
	uint8_t out[RA_PACKET_MAX];
	struct ppp_config ppp;
	size_t n;

	server_ppp_config(s->server, s->id, &ppp);
	memcpy(cfg.local_ifid, ppp.local_ifid, sizeof(cfg.local_ifid));
	n = ra_answer(&cfg, data, len, out);
	if (n)
		session_tx(s, PPP_IPV6, out, n);
}

static void inform(struct session *s, const uint8_t *data, size_t len)
{
	const struct conf_server *conf = s->server->conf;
	struct dhcp_inform_config cfg = {
		.server = conf->address,
		.client = s->reply->address,
		.routes = conf->client_routes,
		.n_routes = conf->n_client_routes,
	};
	uint8_t out[DHCP_INFORM_PACKET_MAX];
	size_t n;

	memcpy(cfg.dns, s->reply->dns, sizeof(cfg.dns));
	memcpy(cfg.nbns, s->reply->nbns, sizeof(cfg.nbns));
	n = dhcp_inform_answer(&cfg, data, len, out);
	if (n)
		session_tx(s, PPP_IPV4, out, n);
}

void clientsetup_frame(struct session *s, uint16_t protocol, const uint8_t *data, size_t len)
{
	if (!s->reply)
		return;		/* nobody has logged in: the kernel lets no data pass, this asks again */
	if (protocol == PPP_IPV6)
		solicitation(s, data, len);
	else
		inform(s, data, len);
}
