// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/impl.h"

#include <stdarg.h>
#include <stdio.h>

int dp_fail(struct dp_err *err, int ret, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return ret;
}

void dp_free(struct dp *dp)
{
	if (dp)
		dp->ops->free(dp);
}

int dp_events_fd(const struct dp *dp)
{
	return dp->ops->events_fd(dp);
}

void dp_events_read(struct dp *dp)
{
	dp->ops->events_read(dp);
}

int dp_device_ensure(struct dp *dp, const char *kind, const struct dp_device_config *cfg,
		     int *ifindex, struct dp_err *err)
{
	return dp->ops->device_ensure(dp, kind, cfg, ifindex, err);
}

int dp_device_delete(struct dp *dp, int ifindex, struct dp_err *err)
{
	return dp->ops->device_delete(dp, ifindex, err);
}

int dp_tunnel_new(struct dp *dp, const struct dp_device_config *cfg, struct dp_session *s,
		  struct dp_err *err)
{
	return dp->ops->tunnel_new(dp, cfg, s, err);
}

int dp_tunnels_sweep(struct dp *dp, const char *alias, struct dp_err *err)
{
	return dp->ops->tunnels_sweep(dp, alias, err);
}

int dp_tunnel_up(struct dp *dp, const struct dp_session *s, const struct dp_device_config *cfg,
		 const struct dp_ends *ends, struct dp_err *err)
{
	return dp->ops->tunnel_up(dp, s, cfg, ends, err);
}

int dp_detour_add(struct dp *dp, int ifindex, const struct dp_detour *d, struct dp_err *err)
{
	return dp->ops->detour_add(dp, ifindex, d, err);
}

int dp_detour_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err)
{
	return dp->ops->detour_del(dp, d, err);
}

int dp_first_route_add(struct dp *dp, int ifindex, const struct dp_detour *d, const struct prefix *p,
		       struct dp_err *err)
{
	return dp->ops->first_route_add(dp, ifindex, d, p, err);
}

int dp_first_route_del(struct dp *dp, int ifindex, const struct dp_detour *d, const struct prefix *p,
		       struct dp_err *err)
{
	return dp->ops->first_route_del(dp, ifindex, d, p, err);
}

int dp_first_rule_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err)
{
	return dp->ops->first_rule_del(dp, d, err);
}

int dp_session_new(struct dp *dp, const struct dp_session *s, struct dp_err *err)
{
	return dp->ops->session_new(dp, s, err);
}

int dp_session_set(struct dp *dp, const struct dp_session *s, unsigned int what, struct dp_err *err)
{
	return dp->ops->session_set(dp, s, what, err);
}

int dp_session_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err)
{
	return dp->ops->session_del(dp, ifindex, id, err);
}

int dp_session_get(struct dp *dp, int ifindex, uint32_t id, struct dp_session *s,
		   struct dp_stats *stats, struct dp_err *err)
{
	return dp->ops->session_get(dp, ifindex, id, s, stats, err);
}

int dp_session_each(struct dp *dp, int ifindex, dp_session_fn fn, void *arg, struct dp_err *err)
{
	return dp->ops->session_each(dp, ifindex, fn, arg, err);
}

int dp_frame_send(struct dp *dp, int ifindex, uint32_t id, uint16_t protocol, const uint8_t *data,
		  size_t len, struct dp_err *err)
{
	return dp->ops->frame_send(dp, ifindex, id, protocol, data, len, err);
}

int dp_socket_attach(struct dp *dp, int fd, struct dp_err *err)
{
	return dp->ops->socket_attach(dp, fd, err);
}

int dp_socket_detach(struct dp *dp, int fd, struct dp_err *err)
{
	return dp->ops->socket_detach(dp, fd, err);
}

int dp_route_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return dp->ops->route_add(dp, ifindex, p, err);
}

int dp_route_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return dp->ops->route_del(dp, ifindex, p, err);
}

int dp_socket_attach_esp(struct dp *dp, int fd, struct dp_err *err)
{
	return dp->ops->socket_attach_esp(dp, fd, err);
}

int dp_child_new(struct dp *dp, const struct dp_child *c, struct dp_err *err)
{
	return dp->ops->child_new(dp, c, err);
}

int dp_child_set(struct dp *dp, const struct dp_child *c, unsigned int what, struct dp_err *err)
{
	return dp->ops->child_set(dp, c, what, err);
}

int dp_child_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err)
{
	return dp->ops->child_del(dp, ifindex, id, err);
}

int dp_child_each(struct dp *dp, int ifindex, dp_child_fn fn, void *arg, struct dp_err *err)
{
	return dp->ops->child_each(dp, ifindex, fn, arg, err);
}

int dp_sa_new(struct dp *dp, const struct dp_sa *sa, struct dp_err *err)
{
	return dp->ops->sa_new(dp, sa, err);
}

int dp_sa_del(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
	      struct dp_err *err)
{
	return dp->ops->sa_del(dp, ifindex, child, outbound, spi, err);
}

int dp_sa_get(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
	      struct dp_sa_stats *stats, struct dp_err *err)
{
	return dp->ops->sa_get(dp, ifindex, child, outbound, spi, stats, err);
}

int dp_control_send(struct dp *dp, int ifindex, uint32_t child, uint16_t peer_port, const uint8_t *data,
		    size_t len, struct dp_err *err)
{
	return dp->ops->control_send(dp, ifindex, child, peer_port, data, len, err);
}

int dp_address_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return dp->ops->address_add(dp, ifindex, p, err);
}

int dp_address_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return dp->ops->address_del(dp, ifindex, p, err);
}

int dp_source_for(struct dp *dp, const struct addr *peer, uint32_t fwmark, struct addr *source,
		  struct dp_err *err)
{
	return dp->ops->source_for(dp, peer, fwmark, source, err);
}
