// SPDX-License-Identifier: GPL-2.0-or-later
/* What requests about devices of every kind share when their allocations fail: faults.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "faults.h"

/* Where a socket comes and goes. */
#define PORT_PROBED	1702

/* What a link is made with, and changed to. */
#define FWMARK_MADE	7
#define FWMARK_CHANGED	9

const struct kind *kind;
uint32_t dev_index;

/* Requests. */

void request_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t id)
{
	rq->nlh = nl_begin(nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, dev_index);
	if (id)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
}

int request_talk(struct nl *nl, struct request *rq)
{
	return nl_talk(nl, rq->nlh, NULL, NULL);
}

void put_net4(struct nlmsghdr *nlh, int attr, uint32_t addr, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, htonl(addr));
	mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

void put_net6(struct nlmsghdr *nlh, int attr, const char *text, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	struct in6_addr addr;

	inet_pton(AF_INET6, text, &addr);
	mnl_attr_put(nlh, ADIT_A_PREFIX_V6, sizeof(addr), &addr);
	mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

int counted(const struct nlmsghdr *nlh, void *arg)
{
	++*(unsigned int *)arg;
	return MNL_CB_OK;
}

bool told_one(struct world *w)
{
	return w->told == 1;
}

/* Whoever looks has no faults: without a socket nothing can be said. */
struct nl *aside(void)
{
	static struct nl nl;

	if (!nl.sock && nl_open_genl(&nl))
		abort();
	return &nl;
}

/* Links. */

void link_begin(struct world *w, struct nl_link *link)
{
	nl_link_begin_kind(&w->rt, link, P2P, kind->name, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link->nlh, kind->fwmark, FWMARK_MADE);
}

bool link_there(struct world *w)
{
	return if_nametoindex(P2P);
}

bool link_absent(struct world *w)
{
	return !if_nametoindex(P2P);
}

int link_undo(struct world *w)
{
	struct nl rt;
	int rc;

	rc = nl_open_rtnl(&rt);
	if (rc)
		return rc;
	rc = nl_link_del(&rt, P2P);
	nl_close(&rt);
	return rc;
}

int link_concentrator_act(struct world *w)
{
	return nl_link_concentrator_kind(&w->rt, P2P, kind->name);
}

const struct op link_concentrator = {
	.act = link_concentrator_act, .done = link_there, .before = link_absent, .undo = link_undo,
};

static int fwmark_told(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr, *info, *data;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) != IFLA_LINKINFO)
			continue;
		mnl_attr_for_each_nested(info, attr) {
			if (mnl_attr_get_type(info) != IFLA_INFO_DATA)
				continue;
			mnl_attr_for_each_nested(data, info)
				if (mnl_attr_get_type(data) == kind->fwmark)
					*(unsigned int *)arg = mnl_attr_get_u32(data);
		}
	}
	return MNL_CB_OK;
}

static int link_get(struct nl *rt, unsigned int *fwmark)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++rt->seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, P2P);
	*fwmark = 0;
	return nl_talk(rt, nlh, fwmark_told, fwmark);
}

static unsigned int link_fwmark(void)
{
	unsigned int fwmark = 0;
	struct nl rt;

	if (nl_open_rtnl(&rt))
		abort();
	link_get(&rt, &fwmark);
	nl_close(&rt);
	return fwmark;
}

int link_change_act(struct world *w)
{
	struct nl_link link;

	nl_link_begin_kind(&w->rt, &link, P2P, kind->name, 0);
	mnl_attr_put_u32(link.nlh, kind->fwmark, FWMARK_CHANGED);
	return nl_link_end(&w->rt, &link);
}

bool link_changed(struct world *w)
{
	return link_fwmark() == FWMARK_CHANGED;
}

bool link_unchanged(struct world *w)
{
	return link_fwmark() == FWMARK_MADE;
}

int link_told_act(struct world *w)
{
	return link_get(&w->rt, &w->told);
}

bool link_told_done(struct world *w)
{
	return w->told == FWMARK_MADE;
}

int link_del_act(struct world *w)
{
	return nl_link_del(&w->rt, P2P);
}

/* Devices. */

static int device_get_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_DEV_GET, 0);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

const struct op device_get = { .act = device_get_act, .done = told_one };

static int devices_dump_act(struct world *w)
{
	struct request rq;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_DEV_GET, NLM_F_DUMP);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

const struct op devices_dump = { .act = devices_dump_act, .done = told_one, .dump = true };

/* Claims. */

static int owner_told(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_DEV_MAX + 1];

	nl_attrs(nlh, tb, ADIT_A_DEV_MAX);
	*(uint32_t *)arg = tb[ADIT_A_DEV_OWNER] ? mnl_attr_get_u32(tb[ADIT_A_DEV_OWNER]) : 0;
	return MNL_CB_OK;
}

static int claim_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_DEV_CLAIM, 0);
	return request_talk(&w->nl, &rq);
}

static bool claim_done(struct world *w)
{
	struct request rq;
	uint32_t port = 0;

	request_of(aside(), &rq, ADIT_CMD_DEV_GET, 0);
	return !nl_talk(aside(), rq.nlh, owner_told, &port) && port == nl_port(&w->nl);
}

static int release_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_DEV_RELEASE, 0);
	return request_talk(&w->nl, &rq);
}

static bool release_done(struct world *w)
{
	return !claim_done(w);
}

/* The socket's close ends the claim, see fault_each(). */
const struct op claim = { .act = claim_act, .done = claim_done, .before = release_done };
const struct op release = {
	.prepare = claim_act, .act = release_act, .done = release_done, .before = claim_done,
};

/* The owner in tests of what it is told. */

static struct nl owner;

int owner_open(void)
{
	struct request rq;
	int rc;

	if (owner.sock)
		return 0;
	rc = nl_open_genl(&owner);
	if (rc)
		return rc;
	request_of(&owner, &rq, ADIT_CMD_DEV_CLAIM, 0);
	return request_talk(&owner, &rq);
}

int owner_drained(struct world *w)
{
	nl_drain(&owner);
	return 0;
}

void owner_close(void)
{
	nl_close(&owner);
}

/* Sockets. */

/* At PORT_PROBED. */
static int probed = -1;

/* Several sockets may have one port, so that another can ask who is attached there. */
int udp_open(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(LOCAL) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) || bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int socket_request(struct nl *nl, uint8_t cmd, int fd)
{
	struct request rq;

	rq.nlh = nl_begin(nl, rq.buf, cmd, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SOCKET_FD, fd);
	if (cmd == ADIT_CMD_SOCKET_ATTACH && kind == &kind_esp)
		mnl_attr_put_u32(rq.nlh, ADIT_A_SOCKET_KIND, ADIT_KIND_ESP);
	return request_talk(nl, &rq);
}

int socket_attach(struct nl *nl, int fd)
{
	return socket_request(nl, ADIT_CMD_SOCKET_ATTACH, fd);
}

static int probed_open(struct world *w)
{
	probed = udp_open(PORT_PROBED);
	return probed < 0 ? probed : 0;
}

static int probed_close(struct world *w)
{
	return close(probed);
}

static int attach_act(struct world *w)
{
	return socket_attach(&w->nl, probed);
}

static int detach_act(struct world *w)
{
	return socket_request(&w->nl, ADIT_CMD_SOCKET_DETACH, probed);
}

/* Another socket is refused where one is attached. Taken, it gives its place back when it is closed. */
static bool is_attached(struct world *w)
{
	int fd = udp_open(PORT_PROBED), rc;

	if (fd < 0)
		abort();
	rc = socket_attach(aside(), fd);
	close(fd);
	if (rc && rc != -EBUSY)
		abort();
	return rc == -EBUSY;
}

static bool not_attached(struct world *w)
{
	return !is_attached(w);
}

static int probed_attached(struct world *w)
{
	return probed_open(w) ?: attach_act(w);
}

const struct op attach = {
	.prepare = probed_open, .act = attach_act, .done = is_attached, .before = not_attached, .undo = probed_close,
};
const struct op detach = {
	.prepare = probed_attached, .act = detach_act, .done = not_attached, .before = is_attached,
	.undo = probed_close,
};
