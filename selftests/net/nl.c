// SPDX-License-Identifier: GPL-2.0-or-later
/* Netlink for tests. */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "nl.h"

static int open_bus(struct nl *nl, int bus)
{
	int on = 1;

	memset(nl, 0, sizeof(*nl));
	nl->sock = mnl_socket_open(bus);
	if (!nl->sock)
		return -errno;
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return 0;
}

static int family_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];

	nl_attrs(nlh, tb, CTRL_ATTR_MAX);
	if (tb[CTRL_ATTR_FAMILY_ID])
		*(uint16_t *)arg = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	return MNL_CB_OK;
}

int nl_open_genl(struct nl *nl)
{
	uint16_t family = 0;
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	int err;

	err = open_bus(nl, NETLINK_GENERIC);
	if (err)
		return err;
	nl->family = GENL_ID_CTRL;
	nlh = nl_begin(nl, buf, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ADIT_FAMILY_NAME);
	err = nl_talk(nl, nlh, family_cb, &family);
	nl->family = family;
	return err;
}

int nl_open_rtnl(struct nl *nl)
{
	return open_bus(nl, NETLINK_ROUTE);
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

uint32_t nl_port(const struct nl *nl)
{
	return mnl_socket_get_portid(nl->sock);
}

struct nlmsghdr *nl_begin(struct nl *nl, void *buf, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = nl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = ADIT_FAMILY_VERSION;
	return nlh;
}

/* @head: the refused request as quoted, for the attribute at an offset in it. */
static void read_extack(struct nl *nl, const struct nlmsghdr *nlh, const struct nlmsghdr *request)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	mnl_attr_for_each(attr, nlh, skip) {
		const void *data = mnl_attr_get_payload(attr);

		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			strncpy(nl->text, data, sizeof(nl->text) - 1);
			break;
		case NLMSGERR_ATTR_OFFS:
			nl->bad = mnl_attr_get_type((const void *)((const char *)request + mnl_attr_get_u32(attr)));
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			nl->miss = mnl_attr_get_u32(attr);
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			nl->miss_nest = mnl_attr_get_u32(attr);
			break;
		}
	}
}

/* Return: 1 to go on, 0 or -errno at the end. */
static int take(struct nl *nl, const struct nlmsghdr *nlh, const struct nlmsghdr *request, nl_cb_t cb, void *arg)
{
	if (nlh->nlmsg_seq != request->nlmsg_seq)
		return 1;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		read_extack(nl, nlh, request);
		return ((const struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error;
	}
	if (nlh->nlmsg_type == NLMSG_DONE)
		return *(const int *)mnl_nlmsg_get_payload(nlh);
	if (cb && cb(nlh, arg) == MNL_CB_ERROR)
		return -EPROTO;
	return 1;
}

void nl_drain(struct nl *nl)
{
	char buf[2 * NL_BUF];

	while (recv(mnl_socket_get_fd(nl->sock), buf, sizeof(buf), MSG_DONTWAIT) >= 0 || errno != EAGAIN)
		;
}

int nl_talk(struct nl *nl, struct nlmsghdr *nlh, nl_cb_t cb, void *arg)
{
	char buf[2 * NL_BUF];
	int len, rc;

	nl->text[0] = '\0';
	nl->bad = 0;
	nl->miss = 0;
	nl->miss_nest = 0;
	nl->lost = false;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;

	for (;;) {
		const struct nlmsghdr *in = (const void *)buf;

		len = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));
		if (len < 0) {
			int err = -errno;

			nl->lost = true;
			/* A full queue swallows the next answer too, and says so only once: empty it. */
			if (err == -ENOBUFS)
				nl_drain(nl);
			return err;
		}
		for (; mnl_nlmsg_ok(in, len); in = mnl_nlmsg_next(in, &len)) {
			rc = take(nl, in, nlh, cb, arg);
			if (rc <= 0)
				return rc;
		}
	}
}

int nl_listen(struct nl *nl, nl_cb_t cb, void *arg, int timeout_ms)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(nl->sock), .events = POLLIN };
	const struct nlmsghdr *in;
	char buf[2 * NL_BUF];
	int len, n = 0;

	if (poll(&pfd, 1, timeout_ms) <= 0)
		return 0;
	len = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));
	if (len < 0)
		return -errno;
	for (in = (const void *)buf; mnl_nlmsg_ok(in, len); in = mnl_nlmsg_next(in, &len)) {
		if (in->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		cb(in, arg);
		n++;
	}
	return n;
}

static void collect(const struct nlattr *attr, const struct nlattr **tb, unsigned int max)
{
	if (mnl_attr_get_type(attr) <= max)
		tb[mnl_attr_get_type(attr)] = attr;
}

void nl_attrs(const struct nlmsghdr *nlh, const struct nlattr **tb, unsigned int max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		collect(attr, tb, max);
}

void nl_nested(const struct nlattr *nest, const struct nlattr **tb, unsigned int max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	mnl_attr_for_each_nested(attr, nest)
		collect(attr, tb, max);
}

static struct nlmsghdr *link_begin(struct nl *rt, void *buf, uint16_t type, uint16_t flags, const char *name)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = ++rt->seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return nlh;
}

void nl_link_begin(struct nl *rt, struct nl_link *link, const char *name, uint16_t flags)
{
	nl_link_begin_kind(rt, link, name, "pptp", flags);
}

void nl_link_begin_kind(struct nl *rt, struct nl_link *link, const char *name, const char *kind, uint16_t flags)
{
	link->nlh = link_begin(rt, link->buf, RTM_NEWLINK, flags, name);
	link->info = mnl_attr_nest_start(link->nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(link->nlh, IFLA_INFO_KIND, kind);
	link->data = mnl_attr_nest_start(link->nlh, IFLA_INFO_DATA);
}

int nl_link_end(struct nl *rt, struct nl_link *link)
{
	mnl_attr_nest_end(link->nlh, link->data);
	mnl_attr_nest_end(link->nlh, link->info);
	return nl_talk(rt, link->nlh, NULL, NULL);
}

int nl_link_concentrator(struct nl *rt, const char *name)
{
	return nl_link_concentrator_kind(rt, name, "pptp");
}

/* The attribute has the same number in every kind's set. */
int nl_link_concentrator_kind(struct nl *rt, const char *name, const char *kind)
{
	struct nl_link link;

	nl_link_begin_kind(rt, &link, name, kind, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
	return nl_link_end(rt, &link);
}

int nl_link_del(struct nl *rt, const char *name)
{
	char buf[NL_BUF];

	return nl_talk(rt, link_begin(rt, buf, RTM_DELLINK, 0, name), NULL, NULL);
}
