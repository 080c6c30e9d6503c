/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's extended acknowledgment: what it says in words about a refused request, and which
 * attribute it means. The kernel names an attribute by its offset in the request; the tables here
 * turn that into the name that the netlink spec gives it.
 */
#ifndef ADIT_DATAPATH_EXTACK_H
#define ADIT_DATAPATH_EXTACK_H

#include <linux/netlink.h>
#include <stddef.h>

struct extack_set;

struct extack_attr {
	const char *name;		/* NULL: no such attribute */
	const struct extack_set *nested;
};

/* Attributes by type. */
struct extack_set {
	const struct extack_attr *attrs;
	unsigned int n;
};

/*
 * The request that was refused; header is the length of the family's header behind the netlink one.
 */
struct extack_request {
	const struct nlmsghdr *msg;
	size_t header;
	const struct extack_set *set;
};

extern const struct extack_set extack_dev, extack_session, extack_frame, extack_link, extack_addr,
	extack_route, extack_rule, extack_socket, extack_child, extack_sa, extack_control;

/*
 * Write a sentence about error, an NLMSG_ERROR message as the kernel sent it: the kernel's words,
 * the attribute where one is named, and the error number's meaning. Returns the error, -EPROTO when
 * the message makes no sense.
 */
int extack_explain(const struct nlmsghdr *error, const struct extack_request *req, char *text,
		   size_t cap);

#endif /* ADIT_DATAPATH_EXTACK_H */
