// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/clientsetup.h"

#include <string.h>

#include "daemon/server.h"
#include "daemon/session.h"
#include "proto/dhcp_inform.h"
#include "proto/ra.h"
#include "wire/ppp.h"

/* A router that is not heard of for RA_LIFETIME_S is forgotten; three may get lost on the way. */
#define ADVERTISE_MS	((uint64_t)RA_LIFETIME_S * 1000 / 4)

static void router(const struct session *s, struct ra_config *cfg)
{
	struct ppp_config ppp;

	*cfg = (struct ra_config){ .prefix = s->reply->ra_prefix, .mtu = s->server->conf->mtu };
	server_ppp_config(s->server, s->id, &ppp);
	memcpy(cfg->local_ifid, ppp.local_ifid, sizeof(cfg->local_ifid));
}

static void advertise(void *arg)
{
	struct session *s = arg;
	uint8_t out[RA_PACKET_MAX];
	struct ra_config cfg;
	size_t n;

	if (!s->reply || !(s->net & PPP_NET_IPV6))
		return;
	router(s, &cfg);
	n = ra_advertise(&cfg, out);
	if (n)
		session_tx(s, PPP_IPV6, out, n);
	loop_timer_start(&s->advertise, ADVERTISE_MS);
}

void clientsetup_init(struct session *s)
{
	loop_timer_init(&s->advertise, s->engine->loop, advertise, s);
}

void clientsetup_start(struct session *s)
{
	loop_timer_start(&s->advertise, 0);
}

void clientsetup_stop(struct session *s)
{
	loop_timer_stop(&s->advertise);
}

static void solicitation(struct session *s, const uint8_t *data, size_t len)
{
	uint8_t out[RA_PACKET_MAX];
	struct ra_config cfg;
	size_t n;

	router(s, &cfg);
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
		return;		/* nobody has logged in, so the kernel should not have let it pass */
	if (protocol == PPP_IPV6)
		solicitation(s, data, len);
	else
		inform(s, data, len);
}
