/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One netlink socket on which requests are asked one after the other, each waited for: the kernel
 * answers from within the sending call, so nothing ever blocks for long.
 */
#ifndef ADIT_DATAPATH_REQUEST_H
#define ADIT_DATAPATH_REQUEST_H

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdint.h>

#include "datapath/datapath.h"
#include "datapath/extack.h"

struct channel {
	struct nl_sock *sock;
};

typedef void (*answer_fn)(void *arg, const struct nlmsghdr *msg);

/* NETLINK_GENERIC or NETLINK_ROUTE */
int channel_open(struct channel *ch, int protocol, struct dp_err *err);
void channel_close(struct channel *ch);

/*
 * Send msg, which is wiped and freed in any case (NULL: out of memory), and hand every answer to
 * fn, which may be NULL. header and set are for the words of a refusal, which begin with doing. fn
 * must not use the same channel.
 */
struct request {
	const char *doing;
	size_t header;
	const struct extack_set *set;
	answer_fn fn;
	void *arg;
};
int channel_ask(struct channel *ch, struct nl_msg *msg, const struct request *req,
		struct dp_err *err);

/* The number of the generic netlink family adit; -ENOENT: the module is not loaded, as err says. */
int channel_family(struct channel *ch, struct dp_err *err);

#endif /* ADIT_DATAPATH_REQUEST_H */
