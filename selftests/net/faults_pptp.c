// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests about pptp devices and their sessions: faults.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>

#include "faults.h"

/* Sessions that are there all the time: a dump of them takes more than one message. */
#define OTHERS	60
#define OTHERS_FIRST	1000

static void put_key(struct nlmsghdr *nlh, int attr)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	uint8_t key[16] = { 1, 2, 3 };

	mnl_attr_put_u32(nlh, ADIT_A_MPPE_STRENGTH, ADIT_MPPE_STRENGTH_128);
	mnl_attr_put(nlh, ADIT_A_MPPE_START_KEY, sizeof(key), key);
	mnl_attr_nest_end(nlh, nest);
}

static void request_new(struct nl *nl, struct request *rq, uint32_t id)
{
	request_of(nl, rq, ADIT_CMD_SESSION_NEW, id);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_CALL_ID, id);
	mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_PEER_CALL_ID, id + 1);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_NET, ADIT_PPP_NET_IPV4 | ADIT_PPP_NET_IPV6);
}

static int prefixes_counted(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	unsigned int n = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		n += mnl_attr_get_type(attr) == ADIT_A_SESSION_PREFIX;
	*(unsigned int *)arg = n;
	return MNL_CB_OK;
}

/* Return: prefixes of session ID, or -errno. */
static int session_prefixes(void)
{
	unsigned int prefixes = 0;
	struct request rq;
	int rc;

	request_of(aside(), &rq, ADIT_CMD_SESSION_GET, ID);
	rc = nl_talk(aside(), rq.nlh, prefixes_counted, &prefixes);
	return rc ?: (int)prefixes;
}

/* Links. */

static int link_act(struct world *w)
{
	struct nl_link link;

	link_begin(w, &link);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_LOCAL, htonl(LOCAL));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_REMOTE, htonl(PEER + 1));
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_CALL_ID, 1);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_PEER_CALL_ID, 2);
	return nl_link_end(&w->rt, &link);
}

const struct op pptp_link = {
	.act = link_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
const struct op pptp_link_change = {
	.prepare = link_act, .act = link_change_act, .done = link_changed, .before = link_unchanged, .undo = link_undo,
};
const struct op pptp_link_told = {
	.prepare = link_act, .act = link_told_act, .done = link_told_done, .undo = link_undo,
};
const struct op pptp_link_del = {
	.prepare = link_act, .act = link_del_act, .done = link_absent, .before = link_there,
};

/* Sessions. */

static int session_new_act(struct world *w)
{
	struct request rq;

	request_new(&w->nl, &rq, ID);
	put_net4(rq.nlh, ADIT_A_SESSION_PREFIX, 0x0a000001, 32);
	put_net4(rq.nlh, ADIT_A_SESSION_PREFIX, 0x0a010000, 16);
	put_net6(rq.nlh, ADIT_A_SESSION_PREFIX, "2001:db8::1", 128);
	put_net6(rq.nlh, ADIT_A_SESSION_PREFIX, "2001:db8:1::", 48);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_RX);
	return request_talk(&w->nl, &rq);
}

static bool session_new_done(struct world *w)
{
	return session_prefixes() == 4;
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

static bool session_absent(struct world *w)
{
	return session_prefixes() == -ENOENT;
}

const struct op pptp_session_new = {
	.act = session_new_act, .done = session_new_done, .before = session_absent, .undo = session_undo,
};

/* One prefix stays, three go, two come. */
static int session_set_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_SESSION_SET, ID);
	put_net4(rq.nlh, ADIT_A_SESSION_PREFIX, 0x0a000001, 32);
	put_net4(rq.nlh, ADIT_A_SESSION_PREFIX, 0x0a020000, 24);
	put_net6(rq.nlh, ADIT_A_SESSION_PREFIX, "2001:db8:2::", 64);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_RX);
	return request_talk(&w->nl, &rq);
}

static bool session_set_done(struct world *w)
{
	return session_prefixes() == 3;
}

const struct op pptp_session_set = {
	.prepare = session_new_act, .act = session_set_act, .done = session_set_done, .before = session_new_done,
	.undo = session_undo,
};
const struct op pptp_session_del = {
	.prepare = session_new_act, .act = session_del_act, .done = session_absent, .before = session_new_done,
};

/* Another than the owner removes it, so the owner is told. */
static int session_owned(struct world *w)
{
	return owner_open() ?: session_new_act(w);
}

const struct op pptp_session_del_told = {
	.prepare = session_owned, .act = session_del_act, .done = session_absent, .before = session_new_done,
	.undo = owner_drained,
};

static int session_get_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_SESSION_GET, ID);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

const struct op pptp_session_get = {
	.prepare = session_new_act, .act = session_get_act, .done = told_one, .undo = session_undo,
};

static int sessions_dump_act(struct world *w)
{
	struct request rq;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

static bool told_others(struct world *w)
{
	return w->told == OTHERS;
}

const struct op pptp_sessions_dump = { .act = sessions_dump_act, .done = told_others, .dump = true };

/* Frames. */

static int frame_act(struct world *w)
{
	static const uint8_t lcp_echo[] = { 9, 1, 0, 8, 0, 0, 0, 0 };
	struct request rq;
	int rc;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_FRAME_SEND, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_IFINDEX, dev_index);
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_ID, OTHERS_FIRST);
	mnl_attr_put_u16(rq.nlh, ADIT_A_FRAME_PROTOCOL, 0xc021);
	mnl_attr_put(rq.nlh, ADIT_A_FRAME_DATA, sizeof(lcp_echo), lcp_echo);
	rc = request_talk(&w->nl, &rq);
	w->told = !rc;
	return rc;
}

const struct op pptp_frame_send = { .act = frame_act, .done = told_one };

/* The kind. */

static int setup(struct nl *nl)
{
	struct request rq;
	uint32_t id;
	int rc = 0;

	for (id = OTHERS_FIRST; id < OTHERS_FIRST + OTHERS && !rc; id++) {
		request_new(nl, &rq, id);
		rc = request_talk(nl, &rq);
	}
	return rc;
}

static bool teardown(struct world *w)
{
	w->told = 0;
	return session_absent(w) && link_absent(w) && !sessions_dump_act(w) && told_others(w);
}

const struct kind kind_pptp = {
	.name = "pptp", .fwmark = ADIT_A_LINK_PPTP_FWMARK, .sessions = OTHERS, .setup = setup, .teardown = teardown,
};
