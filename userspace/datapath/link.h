/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rtnetlink part of the datapath: devices, their addresses, and routes into them. */
#ifndef ADIT_DATAPATH_LINK_H
#define ADIT_DATAPATH_LINK_H

#include "datapath/datapath.h"
#include "datapath/request.h"

/* 0 and the index and kind of a device; -ENODEV: there is none of the name. */
int link_find(struct channel *ch, const char *name, int *ifindex, char kind[16],
	      struct dp_err *err);
int link_new(struct channel *ch, const char *kind, const struct dp_device_config *cfg,
	     struct dp_err *err);
/* A point-to-point device with the session that s says. */
int link_new_tunnel(struct channel *ch, const struct dp_device_config *cfg,
		    const struct dp_session *s, struct dp_err *err);
/* "" where there is none */
int link_alias(struct channel *ch, int ifindex, char alias[DP_ALIAS_MAX], struct dp_err *err);
/* Indexes of the devices whose alias begins so; how many, at most max, or -errno. */
int link_each_alias(struct channel *ch, const char *alias, int *ifindexes, int max, struct dp_err *err);
int link_set_alias(struct channel *ch, int ifindex, const char *alias, struct dp_err *err);
/* No IPv6 addresses but those that are added: the identifier was negotiated. */
int link_set_addr_gen_none(struct channel *ch, int ifindex, struct dp_err *err);
/* and up */
int link_set(struct channel *ch, int ifindex, const char *kind, const struct dp_device_config *cfg,
	     struct dp_err *err);
int link_del(struct channel *ch, int ifindex, struct dp_err *err);
/* 0 when it is there */
int link_address_add(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err);
/* 0 when it is not there */
int link_address_del(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err);
/* IPv4, of a point-to-point link; 0 when it is there */
int link_ends_add(struct channel *ch, int ifindex, const struct dp_ends *ends, struct dp_err *err);
/*
 * 0 when it is there; -EEXIST when another device has a route of that prefix and metric, which is
 * then left alone.
 */
int link_route_add(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err);
/* 0 when there is none */
int link_route_del(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err);

/* By which device a packet with the mark leaves. */
int link_towards(struct channel *ch, const struct addr *to, uint32_t mark, int *ifindex,
		 struct dp_err *err);
/* Which address of ours such a packet has; -EADDRNOTAVAIL: none. */
int link_source_for(struct channel *ch, const struct addr *to, uint32_t mark, struct addr *source,
		    struct dp_err *err);

#endif /* ADIT_DATAPATH_LINK_H */
