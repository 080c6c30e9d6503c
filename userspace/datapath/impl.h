/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an implementation of the datapath provides; for the files of this directory alone. Every
 * operation is as in datapath.h.
 */
#ifndef ADIT_DATAPATH_IMPL_H
#define ADIT_DATAPATH_IMPL_H

#include "datapath/datapath.h"

typedef void (*dp_child_fn)(void *arg, const struct dp_child *c);
typedef void (*dp_session_fn)(void *arg, const struct dp_session *s, const struct dp_stats *stats);

struct dp_ops {
	void (*free)(struct dp *dp);
	int (*events_fd)(const struct dp *dp);
	void (*events_read)(struct dp *dp);
	int (*device_ensure)(struct dp *dp, const char *kind, const struct dp_device_config *cfg,
			     int *ifindex, struct dp_err *err);
	int (*device_delete)(struct dp *dp, int ifindex, struct dp_err *err);
	int (*tunnel_new)(struct dp *dp, const struct dp_device_config *cfg, struct dp_session *s,
			  struct dp_err *err);
	int (*tunnels_sweep)(struct dp *dp, const char *alias, struct dp_err *err);
	int (*tunnel_up)(struct dp *dp, const struct dp_session *s,
			 const struct dp_device_config *cfg, const struct dp_ends *ends,
			 struct dp_err *err);
	int (*detour_add)(struct dp *dp, int ifindex, const struct dp_detour *d,
			  struct dp_err *err);
	int (*detour_del)(struct dp *dp, const struct dp_detour *d, struct dp_err *err);
	int (*first_route_add)(struct dp *dp, int ifindex, const struct dp_detour *d,
			       const struct prefix *p, struct dp_err *err);
	int (*first_route_del)(struct dp *dp, int ifindex, const struct dp_detour *d,
			       const struct prefix *p, struct dp_err *err);
	int (*first_rule_del)(struct dp *dp, const struct dp_detour *d, struct dp_err *err);
	int (*session_new)(struct dp *dp, const struct dp_session *s, struct dp_err *err);
	int (*session_set)(struct dp *dp, const struct dp_session *s, unsigned int what,
			   struct dp_err *err);
	int (*session_del)(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err);
	int (*session_get)(struct dp *dp, int ifindex, uint32_t id, struct dp_session *s,
			   struct dp_stats *stats, struct dp_err *err);
	int (*session_each)(struct dp *dp, int ifindex, dp_session_fn fn, void *arg,
			    struct dp_err *err);
	int (*frame_send)(struct dp *dp, int ifindex, uint32_t id, uint16_t protocol,
			  const uint8_t *data, size_t len, struct dp_err *err);
	int (*socket_attach)(struct dp *dp, int fd, struct dp_err *err);
	int (*socket_detach)(struct dp *dp, int fd, struct dp_err *err);
	int (*socket_attach_esp)(struct dp *dp, int fd, struct dp_err *err);
	int (*child_new)(struct dp *dp, const struct dp_child *c, struct dp_err *err);
	int (*child_set)(struct dp *dp, const struct dp_child *c, unsigned int what,
			 struct dp_err *err);
	int (*child_del)(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err);
	int (*child_each)(struct dp *dp, int ifindex, dp_child_fn fn, void *arg,
			  struct dp_err *err);
	int (*sa_new)(struct dp *dp, const struct dp_sa *sa, struct dp_err *err);
	int (*sa_del)(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
		      struct dp_err *err);
	int (*sa_get)(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
		      struct dp_sa_stats *stats, struct dp_err *err);
	int (*control_send)(struct dp *dp, int ifindex, uint32_t child, uint16_t peer_port,
			    const uint8_t *data, size_t len, struct dp_err *err);
	int (*address_add)(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);
	int (*address_del)(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);
	int (*source_for)(struct dp *dp, const struct addr *peer, uint32_t fwmark,
			  struct addr *source, struct dp_err *err);
	int (*route_add)(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);
	int (*route_del)(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);
};

/* First member of an implementation's own structure. */
struct dp {
	const struct dp_ops *ops;
	const struct dp_events *events;
	void *ctx;
};

/* Put a sentence into err, and give ret back. */
int dp_fail(struct dp_err *err, int ret, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* ADIT_DATAPATH_IMPL_H */
