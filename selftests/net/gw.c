// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include <linux/genetlink.h>

#include "gw.h"

void put_wrong(struct nlmsghdr *nlh, const struct wrong *wrong)
{
	uint8_t zeros[32] = {};

	switch (wrong->size) {
	case 2:
		mnl_attr_put_u16(nlh, wrong->attr, wrong->value);
		break;
	case 4:
		mnl_attr_put_u32(nlh, wrong->attr, wrong->value);
		break;
	default:
		mnl_attr_put(nlh, wrong->attr, wrong->size, zeros);
	}
}

void put_prefix4(struct nlmsghdr *nlh, uint32_t addr, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);

	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, htonl(addr));
	if (len >= 0)
		mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

void put_prefix6(struct nlmsghdr *nlh, const char *text, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);
	struct in6_addr addr;

	inet_pton(AF_INET6, text, &addr);
	mnl_attr_put(nlh, ADIT_A_PREFIX_V6, sizeof(addr), &addr);
	if (len >= 0)
		mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

void put_key(struct nlmsghdr *nlh, int attr, uint32_t strength, size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	uint8_t key[32] = { 1, 2, 3 };

	mnl_attr_put_u32(nlh, ADIT_A_MPPE_STRENGTH, strength);
	if (len)
		mnl_attr_put(nlh, ADIT_A_MPPE_START_KEY, len, key);
	mnl_attr_nest_end(nlh, nest);
}

void session_begin(struct nl *nl, struct request *rq, uint32_t id, int skip)
{
	rq->nlh = nl_begin(nl, rq->buf, ADIT_CMD_SESSION_NEW, 0);
	if (skip != ADIT_A_SESSION_IFINDEX)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, if_nametoindex(DEV));
	if (skip != ADIT_A_SESSION_ID)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
	if (skip != ADIT_A_SESSION_LOCAL_V4)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	if (skip != ADIT_A_SESSION_PEER_V4)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	if (skip != ADIT_A_SESSION_CALL_ID)
		mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_CALL_ID, id);
	if (skip != ADIT_A_SESSION_PEER_CALL_ID)
		mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_PEER_CALL_ID, id + 1);
}

int session_new(struct nl *nl, uint32_t id)
{
	struct request rq;

	session_begin(nl, &rq, id, 0);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

void session_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t id)
{
	rq->nlh = nl_begin(nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, if_nametoindex(DEV));
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
}

int session_del(struct nl *nl, uint32_t id)
{
	struct request rq;

	session_of(nl, &rq, ADIT_CMD_SESSION_DEL, id);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

static void told_nests(const struct nlmsghdr *nlh, struct told *told)
{
	const struct nlattr *attr, *in;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		told->prefixes += mnl_attr_get_type(attr) == ADIT_A_SESSION_PREFIX;
		told->ack_delays += mnl_attr_get_type(attr) == ADIT_A_SESSION_ACK_DELAY_MS;
		if (mnl_attr_get_type(attr) != ADIT_A_SESSION_MPPE_TX)
			continue;
		mnl_attr_for_each_nested(in, attr) {
			if (mnl_attr_get_type(in) == ADIT_A_MPPE_STRENGTH)
				told->tx_strength = mnl_attr_get_u32(in);
			if (mnl_attr_get_type(in) == ADIT_A_MPPE_START_KEY)
				told->key_told = true;
		}
	}
}

static int told_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1];
	struct told *told = arg;
	uint32_t id;

	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	id = mnl_attr_get_u32(tb[ADIT_A_SESSION_ID]);
	told->ordered = told->ordered && (!told->sessions || id > told->last_id);
	told->last_id = id;
	told->sessions++;
	told->net = mnl_attr_get_u32(tb[ADIT_A_SESSION_NET]);
	told->window = mnl_attr_get_u32(tb[ADIT_A_SESSION_RX_WINDOW]);
	told->ack_delay = tb[ADIT_A_SESSION_ACK_DELAY_MS] ? mnl_attr_get_u32(tb[ADIT_A_SESSION_ACK_DELAY_MS]) : 0;
	told_nests(nlh, told);
	return MNL_CB_OK;
}

int session_get(struct nl *nl, uint32_t id, struct told *told)
{
	struct request rq;

	*told = (struct told){ .ordered = true };
	session_of(nl, &rq, ADIT_CMD_SESSION_GET, id);
	return nl_talk(nl, rq.nlh, told_cb, told);
}

int session_dump(struct nl *nl, uint32_t ifindex, struct told *told)
{
	struct request rq;

	*told = (struct told){ .ordered = true };
	rq.nlh = nl_begin(nl, rq.buf, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	if (ifindex)
		mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	return nl_talk(nl, rq.nlh, told_cb, told);
}

int device_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_DEV_MAX + 1];
	struct device *device = arg;

	nl_attrs(nlh, tb, ADIT_A_DEV_MAX);
	device->devices++;
	device->sessions = mnl_attr_get_u32(tb[ADIT_A_DEV_SESSIONS]);
	device->owner = tb[ADIT_A_DEV_OWNER] ? mnl_attr_get_u32(tb[ADIT_A_DEV_OWNER]) : 0;
	device->lost = mnl_attr_get_u64(tb[ADIT_A_DEV_FRAMES_LOST]);
	return MNL_CB_OK;
}

int device_request(struct nl *nl, uint8_t cmd, bool take_over, struct device *device)
{
	struct request rq;

	rq.nlh = nl_begin(nl, rq.buf, cmd, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_DEV_IFINDEX, if_nametoindex(DEV));
	if (take_over)
		mnl_attr_put(rq.nlh, ADIT_A_DEV_TAKE_OVER, 0, NULL);
	if (device)
		memset(device, 0, sizeof(*device));
	return nl_talk(nl, rq.nlh, device ? device_cb : NULL, device);
}
