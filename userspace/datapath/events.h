/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames and events of the sessions of claimed devices, off the socket that claimed them. */
#ifndef ADIT_DATAPATH_EVENTS_H
#define ADIT_DATAPATH_EVENTS_H

#include <stdint.h>

#include "datapath/datapath.h"

int events_open(struct dp_err *err);			/* a socket or -errno */
/* its netlink port, what a claim is known by; -errno */
int events_port(int fd, uint32_t *port);
/* ask for the claim; whether it was granted dev-get tells; -errno */
int events_claim(int fd, int family, int ifindex);
/* At most EVENTS_PER_READ messages; the loop comes back for the rest. */
void events_read(int fd, int family, const struct dp_events *events, void *ctx);

#endif /* ADIT_DATAPATH_EVENTS_H */
