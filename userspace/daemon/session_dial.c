// SPDX-License-Identifier: GPL-2.0-or-later
/* What is different about a session at somebody else's server: its device is its own, and comes and goes with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/dialer.h"
#include "daemon/session.h"

static void device_config(const struct dialer *d, uint16_t peer_mru, struct dp_device_config *cfg)
{
	const struct conf_client *conf = d->conf;

	*cfg = (struct dp_device_config){ .mtu = conf->mtu,
					  .fwmark = conf->fwmark,
					  .mss_clamp = conf->mss_clamp,
					  .n_routes = conf->n_routes };
	if (peer_mru && peer_mru < cfg->mtu)
		cfg->mtu = peer_mru;
	snprintf(cfg->name, sizeof(cfg->name), "%s", conf->device);
	/* Known again by a daemon that finds it after both of our processes were killed. */
	snprintf(cfg->alias, sizeof(cfg->alias), DIALER_ALIAS "%.100s", conf->name);
	memcpy(cfg->routes, conf->routes, conf->n_routes * sizeof(conf->routes[0]));
}

struct session *session_dial(struct carrier *carrier)
{
	struct session *s = session_alloc(carrier);
	struct ppp_config cfg;

	if (!s)
		return NULL;
	if (session_take_names(s)) {
		free(s);
		return NULL;
	}
	session_publish(s, carrier);
	s->kernel.local = carrier->local;
	s->kernel.peer = carrier->peer;
	s->kernel.mppe_required = s->dialer->conf->encryption == CONF_ENCRYPTION_REQUIRED;
	dialer_ppp_config(s->dialer, &cfg);
	s->ppp = ppp_new(s->engine->loop, &cfg, &session_ppp_ops, s);
	if (!s->ppp || !s->via->call(s)) {
		session_discard(s);
		return NULL;
	}
	session_changed(s);
	return s;
}

bool session_dial_enter(struct session *s)
{
	struct dp_device_config cfg;
	struct dp_err err;

	device_config(s->dialer, 0, &cfg);
	if (dp_tunnel_new(s->engine->dp, &cfg, &s->kernel, &err)) {
		session_fail(s, "%s", err.text);
		return false;
	}
	s->in_kernel = true;
	dialer_login(s->dialer);
	return true;
}

void session_dial_leave(struct session *s)
{
	struct log_about who = session_about(s);
	struct dp_err err;

	if (s->detour.fwmark && dp_detour_del(s->engine->dp, &s->detour, &err))
		log_warn(&who, "the rules of the default route were not removed: %s", err.text);
	s->detour.fwmark = 0;
	/* Addresses and routes go with it. */
	if (s->in_kernel && !s->lost_kernel &&
	    dp_device_delete(s->engine->dp, s->kernel.ifindex, &err))
		log_warn(&who, "device not removed: %s", err.text);
	s->in_kernel = false;
}

/* --- up --- */

static bool set_up_device(struct session *s, const struct ppp_info *info)
{
	struct dp_ends ends = { .have_ifid = s->net & PPP_NET_IPV6 };
	struct dp_device_config cfg;
	struct dp_err err;

	if (s->net & PPP_NET_IPV4) {
		ends.local = info->local;
		ends.peer = info->peer;
	}
	memcpy(ends.ifid, info->local_ifid, sizeof(ends.ifid));
	device_config(s->dialer, info->peer_mru, &cfg);
	if (!dp_tunnel_up(s->engine->dp, &s->kernel, &cfg, &ends, &err))
		return true;
	session_fail(s, "device %s cannot be set up: %s", cfg.name, err.text);
	return false;
}

static bool take_default_route(struct session *s)
{
	const struct conf_client *conf = s->dialer->conf;
	struct dp_detour d = { .fwmark = conf->fwmark,
			       .table = CONF_CLIENT_TABLE,
			       .ipv4 = s->net & PPP_NET_IPV4,
			       .ipv6 = s->net & PPP_NET_IPV6 };
	struct dp_err err;

	if (!conf->default_route)
		return true;
	/* What is written down is undone, whoever does it. */
	s->detour = d;
	session_settle(s);
	if (!dp_detour_add(s->engine->dp, s->kernel.ifindex, &d, &err))
		return true;
	session_fail(s, "no default route: %s", err.text);
	return false;
}

static void log_up(struct session *s, const struct ppp_info *info)
{
	char local[ADDR_STRLEN] = "none", dns[ADDR_STRLEN] = "none", encryption[32];
	struct log_about who = session_about(s);

	if (info->local.family)
		addr_to_str(&info->local, local);
	if (info->dns[0].family)
		addr_to_str(&info->dns[0], dns);
	log_info(&who, "client %s is connected: device %s, our address %s, %s, encryption %s, name server %s",
		 s->dialer->conf->name, s->dialer->conf->device, local,
		 s->method ? auth_method_to_str(s->method) : "nobody asked who we are",
		 session_encryption(s, encryption), dns);
}

static bool same_address(struct session *s, const struct ppp_info *info)
{
	if (!(s->net & PPP_NET_IPV4))
		return true;
	if (!s->dialled_addr.family)
		s->dialled_addr = info->local;
	return addr_equal(&s->dialled_addr, &info->local);
}

void session_dial_net(struct session *s)
{
	struct ppp_info info;

	if (!s->net)
		return;
	ppp_get_info(s->ppp, &info);
	s->method = info.method;
	/* What has the old address open would hang. */
	if (!same_address(s, &info)) {
		session_close(s, "the server negotiated anew and gave us another address");
		return;
	}
	if (!set_up_device(s, &info) || !take_default_route(s) || s->up_ms)
		return;
	s->up_ms = loop_now_ms(s->engine->loop);
	log_up(s, &info);
	session_start_limits(s);
	dialer_up(s->dialer);
}

void session_dial_thawed(struct session *s)
{
	struct ppp_info info;

	ppp_get_info(s->ppp, &info);
	s->dialled_addr = info.local;
}
