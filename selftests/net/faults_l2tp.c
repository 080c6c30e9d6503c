// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests about l2tp devices and their sessions: faults.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "faults.h"

/* The sessions' port, and one that the kernel opens. */
#define PORT		1701
#define PORT_OPENED	1703

/* At PORT, attached. */
static int udp = -1;

static struct nlattr *put_ids(struct nlmsghdr *nlh, int attr, uint32_t version, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ADIT_A_L2TP_VERSION, version);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SESSION_ID, id);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_PEER_SESSION_ID, id + 1);
	if (version == ADIT_L2TP_VERSION_V2) {
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_TUNNEL_ID, 1);
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_PEER_TUNNEL_ID, 2);
	}
	return nest;
}

/* Links. */

static void p2p_begin(struct world *w, struct nl_link *link)
{
	link_begin(w, link);
	mnl_attr_put_u32(link->nlh, ADIT_A_LINK_L2TP_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(link->nlh, ADIT_A_LINK_L2TP_REMOTE_V4, htonl(PEER));
}

/* The kernel opens a socket for it. */
static int link_udp_act(struct world *w)
{
	struct nl_link link;

	p2p_begin(w, &link);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(PORT_OPENED));
	mnl_attr_nest_end(link.nlh, put_ids(link.nlh, ADIT_A_LINK_L2TP_L2TP, ADIT_L2TP_VERSION_V2, 1));
	return nl_link_end(&w->rt, &link);
}

/* IP protocol 115 is taken for it. */
static int link_ip_act(struct world *w)
{
	struct nl_link link;
	struct nlattr *nest;

	p2p_begin(w, &link);
	nest = put_ids(link.nlh, ADIT_A_LINK_L2TP_L2TP, ADIT_L2TP_VERSION_V3, 1);
	mnl_attr_put_u32(link.nlh, ADIT_A_L2TP_ENCAP, ADIT_L2TP_ENCAP_IP);
	mnl_attr_nest_end(link.nlh, nest);
	return nl_link_end(&w->rt, &link);
}

static int link_ether_act(struct world *w)
{
	struct nl_link link;

	p2p_begin(w, &link);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_PAYLOAD, ADIT_L2TP_PAYLOAD_ETHERNET);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(PORT_OPENED));
	mnl_attr_nest_end(link.nlh, put_ids(link.nlh, ADIT_A_LINK_L2TP_L2TP, ADIT_L2TP_VERSION_V3, 1));
	return nl_link_end(&w->rt, &link);
}

const struct op l2tp_link_udp = {
	.act = link_udp_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
const struct op l2tp_link_ip = {
	.act = link_ip_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
const struct op l2tp_link_ether = {
	.act = link_ether_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
const struct op l2tp_link_change = {
	.prepare = link_udp_act, .act = link_change_act, .done = link_changed, .before = link_unchanged,
	.undo = link_undo,
};
const struct op l2tp_link_told = {
	.prepare = link_udp_act, .act = link_told_act, .done = link_told_done, .undo = link_undo,
};
/* The kernel's socket and the IP protocol go with it, or the next one could not be made. */
const struct op l2tp_link_del_udp = {
	.prepare = link_udp_act, .act = link_del_act, .done = link_absent, .before = link_there,
};
const struct op l2tp_link_del_ip = {
	.prepare = link_ip_act, .act = link_del_act, .done = link_absent, .before = link_there,
};

/* Sessions. */

static void session_begin(struct nl *nl, struct request *rq)
{
	request_of(nl, rq, ADIT_CMD_SESSION_NEW, ID);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	put_net4(rq->nlh, ADIT_A_SESSION_PREFIX, 0x0a010000, 16);
}

static int session_v2_act(struct world *w)
{
	struct request rq;

	session_begin(&w->nl, &rq);
	mnl_attr_nest_end(rq.nlh, put_ids(rq.nlh, ADIT_A_SESSION_L2TP, ADIT_L2TP_VERSION_V2, ID));
	return request_talk(&w->nl, &rq);
}

static int session_v3_act(struct world *w)
{
	static const uint8_t cookie[8] = { 1, 2, 3 };
	struct nlattr *nest;
	struct request rq;

	session_begin(&w->nl, &rq);
	nest = put_ids(rq.nlh, ADIT_A_SESSION_L2TP, ADIT_L2TP_VERSION_V3, ID);
	mnl_attr_put(rq.nlh, ADIT_A_L2TP_COOKIE, sizeof(cookie), cookie);
	mnl_attr_put(rq.nlh, ADIT_A_L2TP_PEER_COOKIE, sizeof(cookie), cookie);
	mnl_attr_nest_end(rq.nlh, nest);
	return request_talk(&w->nl, &rq);
}

struct told {
	unsigned int sessions;
	uint32_t seq;
};

static int session_told(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1], *l2tp[ADIT_A_L2TP_MAX + 1];
	struct told *told = arg;

	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	nl_nested(tb[ADIT_A_SESSION_L2TP], l2tp, ADIT_A_L2TP_MAX);
	told->sessions++;
	told->seq = mnl_attr_get_u32(l2tp[ADIT_A_L2TP_SEQ]);
	return MNL_CB_OK;
}

static int session_get(struct nl *nl, struct told *told)
{
	struct request rq;

	memset(told, 0, sizeof(*told));
	request_of(nl, &rq, ADIT_CMD_SESSION_GET, ID);
	return nl_talk(nl, rq.nlh, session_told, told);
}

static struct told session_now(void)
{
	struct told told;
	int rc = session_get(aside(), &told);

	if (rc && rc != -ENOENT)
		abort();
	return told;
}

static bool session_there(struct world *w)
{
	return session_now().sessions == 1;
}

static bool session_absent(struct world *w)
{
	return session_now().sessions == 0;
}

static int session_del(struct nl *nl)
{
	struct request rq;

	request_of(nl, &rq, ADIT_CMD_SESSION_DEL, ID);
	return request_talk(nl, &rq);
}

static int session_del_act(struct world *w)
{
	return session_del(&w->nl);
}

static int session_undo(struct world *w)
{
	return session_del(aside());
}

const struct op l2tp_session_v2 = {
	.act = session_v2_act, .done = session_there, .before = session_absent, .undo = session_undo,
};
const struct op l2tp_session_v3 = {
	.act = session_v3_act, .done = session_there, .before = session_absent, .undo = session_undo,
};
const struct op l2tp_session_del = {
	.prepare = session_v2_act, .act = session_del_act, .done = session_absent, .before = session_there,
};

static int session_set_act(struct world *w)
{
	struct nlattr *nest;
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_SESSION_SET, ID);
	nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_L2TP);
	mnl_attr_put_u32(rq.nlh, ADIT_A_L2TP_SEQ, ADIT_L2TP_SEQ_SEND);
	mnl_attr_nest_end(rq.nlh, nest);
	return request_talk(&w->nl, &rq);
}

static bool session_set_done(struct world *w)
{
	return session_now().seq == ADIT_L2TP_SEQ_SEND;
}

static bool session_unset(struct world *w)
{
	return session_now().seq == 0;
}

const struct op l2tp_session_set = {
	.prepare = session_v2_act, .act = session_set_act, .done = session_set_done, .before = session_unset,
	.undo = session_undo,
};

static int session_get_act(struct world *w)
{
	struct told told;
	int rc = session_get(&w->nl, &told);

	w->told = told.sessions;
	return rc;
}

const struct op l2tp_session_get = {
	.prepare = session_v3_act, .act = session_get_act, .done = told_one, .undo = session_undo,
};

/* The kind. */

static int setup(struct nl *nl)
{
	udp = udp_open(PORT);
	return udp < 0 ? udp : socket_attach(nl, udp);
}

static bool teardown(struct world *w)
{
	return session_absent(w) && link_absent(w) && !close(udp);
}

const struct kind kind_l2tp = {
	.name = "l2tp", .fwmark = ADIT_A_LINK_L2TP_FWMARK, .setup = setup, .teardown = teardown,
};
