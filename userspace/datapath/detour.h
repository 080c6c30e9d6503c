/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A default route that is no trap for the packets that carry it: in a table of its own, with the
 * rules that lead there whoever does not carry the mark.
 */
#ifndef ADIT_DATAPATH_DETOUR_H
#define ADIT_DATAPATH_DETOUR_H

#include "datapath/datapath.h"
#include "datapath/request.h"

/* 0 when it is there already; whatever a failure left is taken back. */
int detour_add(struct channel *ch, int ifindex, const struct dp_detour *d, struct dp_err *err);
/* The rules; the route goes with its device. 0 when there are none. */
int detour_del(struct channel *ch, const struct dp_detour *d, struct dp_err *err);
/*
 * A route that goes before all of the main table for whoever does not carry the mark: to a network that the
 * far end of the tunnel itself lies in. The rule is there as long as somebody wants it.
 */
int detour_route_add(struct channel *ch, int ifindex, const struct dp_detour *d, const struct prefix *p,
		     struct dp_err *err);
int detour_route_del(struct channel *ch, int ifindex, const struct dp_detour *d, const struct prefix *p,
		     struct dp_err *err);
int detour_rule_del(struct channel *ch, const struct dp_detour *d, struct dp_err *err);

#endif /* ADIT_DATAPATH_DETOUR_H */
