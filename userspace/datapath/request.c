// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/request.h"

#include <errno.h>
#include <linux/adit.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <string.h>
#include <sys/socket.h>

#include "base/secret.h"
#include "datapath/impl.h"

int channel_open(struct channel *ch, int protocol, struct dp_err *err)
{
	struct nl_sock *sock = nl_socket_alloc();
	int fd, on = 1, ret;

	if (!sock)
		return dp_fail(err, -ENOMEM, "netlink socket: out of memory");
	ret = nl_connect(sock, protocol);
	if (ret < 0) {
		nl_socket_free(sock);
		return dp_fail(err, -EIO, "netlink socket: %s", nl_geterror(ret));
	}
	fd = nl_socket_get_fd(sock);
	/*
	 * Refusals come in words and without the request; both are as old as the oldest kernel that
	 * runs the module.
	 */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) < 0) {
		ret = -errno;
		nl_socket_free(sock);
		return dp_fail(err, ret, "netlink socket: options: %s", strerror(-ret));
	}
	ch->sock = sock;
	return 0;
}

void channel_close(struct channel *ch)
{
	if (ch->sock)
		nl_socket_free(ch->sock);
	ch->sock = NULL;
}

struct waiting {
	const struct request *req;
	struct extack_request asked;
	struct dp_err *err;
	int ret;
	bool done;
};

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct waiting *w = arg;

	if (w->req->fn)
		w->req->fn(w->req->arg, nlmsg_hdr(msg));
	return NL_OK;
}

static int on_done(struct nl_msg *msg, void *arg)
{
	struct waiting *w = arg;

	(void)msg;
	w->done = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct waiting *w = arg;
	char words[DP_ERR_MAX];

	(void)from;
	/* libnl hands out the inside of the message alone; its header stands right before. */
	w->ret = extack_explain((const struct nlmsghdr *)((const char *)error - NLMSG_HDRLEN),
				&w->asked, words, sizeof(words));
	dp_fail(w->err, w->ret, "%s: %s", w->req->doing, words);
	w->done = true;
	return NL_STOP;
}

static int receive(struct channel *ch, struct waiting *w)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret = 0;

	if (!cb)
		return dp_fail(w->err, -ENOMEM, "%s: out of memory", w->req->doing);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, w);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_done, w);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_done, w);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, w);
	while (!w->done && ret >= 0) {
		ret = nl_recvmsgs(ch->sock, cb);
		/* A session that came or went during a dump is told or not; all others are. */
		if (ret == -NLE_DUMP_INTR)
			ret = 0;
	}
	nl_cb_put(cb);
	if (ret < 0 && !w->ret)
		return dp_fail(w->err, -EIO, "%s: netlink: %s", w->req->doing, nl_geterror(ret));
	return w->ret;
}

int channel_ask(struct channel *ch, struct nl_msg *msg, const struct request *req,
		struct dp_err *err)
{
	struct waiting w = { .req = req, .err = err };
	int ret;

	if (!msg)
		return dp_fail(err, -ENOMEM, "%s: out of memory", req->doing);
	ret = nl_send_auto(ch->sock, msg);
	if (ret < 0) {
		ret = dp_fail(err, -EIO, "%s: netlink: %s", req->doing, nl_geterror(ret));
	} else {
		w.asked = (struct extack_request){ .msg = nlmsg_hdr(msg),
						   .header = req->header,
						   .set = req->set };
		ret = receive(ch, &w);
	}
	/* It may have carried keys. */
	secret_wipe(nlmsg_data(nlmsg_hdr(msg)), (size_t)nlmsg_datalen(nlmsg_hdr(msg)));
	nlmsg_free(msg);
	return ret;
}

int channel_family(struct channel *ch, struct dp_err *err)
{
	int family = genl_ctrl_resolve(ch->sock, ADIT_FAMILY_NAME);

	if (family == -NLE_OBJ_NOTFOUND)
		return dp_fail(err, -ENOENT, "kernel module adit is not loaded: modprobe adit");
	if (family < 0)
		return dp_fail(err, -EIO, "generic netlink family %s: %s", ADIT_FAMILY_NAME,
			       nl_geterror(family));
	return family;
}
