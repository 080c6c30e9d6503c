// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is there while netlink_fuzz.c runs, and requests that are right: devices of every kind, their sessions, sockets
 * of both families. A request can be spoilt in one way that no policy sees.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "netlink_fuzz.h"

#define PORT		1701
#define P2P_ID		1	/* of the session of a device that has one */
#define PORT_P2P	1711	/* devices made by hand open their own */

struct device devices[DEVICES] = {
	{ .name = "fz0", .kind = LINK_PPTP },
	{ .name = "fz1", .kind = LINK_PPTP },
	{ .name = "fzp", .kind = LINK_PPTP, .p2p = true },
	{ .name = "fl0", .kind = LINK_L2TP },
	{ .name = "fl1", .kind = LINK_L2TP, .v6 = true },
	{ .name = "flp", .kind = LINK_L2TP, .p2p = true },
	{ .name = "fle", .kind = LINK_L2TP, .p2p = true, .ether = true },
	{ .name = "fe0", .kind = LINK_ESP },
	{ .name = "fe1", .kind = LINK_ESP, .v6 = true },
};

int sockets[SOCKETS];
static bool attached[SOCKETS];

enum spoil spoil;
static bool spoilt;

unsigned int model_spoils(void)
{
	return SPOIL_COUNT;
}

bool spoils(enum spoil what)
{
	if (spoil != what)
		return false;
	spoilt = true;
	return true;
}

/* --- addresses --- */

static struct in6_addr addr6(unsigned int host)
{
	struct in6_addr a = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8 } };

	a.s6_addr[15] = host;
	return a;
}

void put_outer4(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t local, uint16_t peer, unsigned int host)
{
	put_number(nlh, set, local, htonl(0xc0000201));
	put_number(nlh, set, peer, htonl(spoils(SPOIL_PEER) ? 0xe0000001 : 0xc0000200 + host));
}

void put_outer6(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t local, uint16_t peer, unsigned int host)
{
	struct in6_addr ours = addr6(1), theirs = addr6(host);

	if (spoils(SPOIL_PEER))
		theirs.s6_addr[0] = 0xff;
	put(nlh, set, local, &ours, sizeof(ours));
	put(nlh, set, peer, &theirs, sizeof(theirs));
}

/* --- sessions --- */

/* A session's own, and no other's. */
static void put_prefix4(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id)
{
	bool net = one_in(3), wrong = spoils(SPOIL_PREFIX_LONG), host = !wrong && spoils(SPOIL_PREFIX_HOST);
	uint32_t addr = net || host ? 0x0a640000 + (dev << 16) + (id << 8) : 0x0a0a0000 + (dev << 16) + id;

	if (spoils(SPOIL_PREFIX_NONE))
		return;
	if (spoils(SPOIL_PREFIX_MULTICAST))
		addr = 0xe0000001, net = false;
	put_number(nlh, set, ADIT_A_PREFIX_V4, htonl(addr + host));
	if (wrong || net || host || one_in(2))
		put_number(nlh, set, ADIT_A_PREFIX_LEN, wrong ? 33 + chance(96) : net || host ? 24 : 32);
}

static void put_prefix6(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id)
{
	struct in6_addr a = addr6(0);
	bool host = spoils(SPOIL_PREFIX_HOST), net = host || one_in(2);

	a.s6_addr[5] = dev + 1;
	a.s6_addr[7] = id;
	a.s6_addr[15] = host || !net;
	if (spoils(SPOIL_PREFIX_NONE))
		return;
	if (spoils(SPOIL_PREFIX_MULTICAST))
		a.s6_addr[0] = 0xff;
	put(nlh, set, ADIT_A_PREFIX_V6, &a, sizeof(a));
	if (spoils(SPOIL_PREFIX_BOTH))
		put_number(nlh, set, ADIT_A_PREFIX_V4, htonl(0x0a0a0001));
	if (net)
		put_number(nlh, set, ADIT_A_PREFIX_LEN, 64);
}

static void put_prefix(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id, bool v6)
{
	const struct spec_set *inner;
	struct nlattr *nest;

	inner = nest_begin(nlh, set, ADIT_A_SESSION_PREFIX, &nest);
	if (v6 || spoil == SPOIL_PREFIX_BOTH)
		put_prefix6(nlh, inner, dev, id);
	else
		put_prefix4(nlh, inner, dev, id);
	nest_end(nlh, nest);
}

static void put_key(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number)
{
	unsigned int strength = ADIT_MPPE_STRENGTH_40 + chance(3);
	uint8_t key[ADIT_MPPE_START_KEY_LEN] = { 0 };
	const struct spec_set *inner;
	struct nlattr *nest;
	bool alone = spoils(SPOIL_KEY), which = one_in(2);

	chance_fill(key, strength == ADIT_MPPE_STRENGTH_128 ? 16 : 8);
	inner = nest_begin(nlh, set, number, &nest);
	if (!alone || which)
		put_number(nlh, inner, ADIT_A_MPPE_STRENGTH, strength);
	if (one_in(2))
		put_flag(nlh, inner, ADIT_A_MPPE_STATEFUL);
	if (!alone || !which)
		put(nlh, inner, ADIT_A_MPPE_START_KEY, key, sizeof(key));
	nest_end(nlh, nest);
}

static void put_keys(struct nlmsghdr *nlh, const struct spec_set *set)
{
	if (spoil != SPOIL_KEY && !one_in(3))
		return;
	put_key(nlh, set, ADIT_A_SESSION_MPPE_TX);
	if (!spoilt)
		put_key(nlh, set, ADIT_A_SESSION_MPPE_RX);
	if (one_in(2))
		put_flag(nlh, set, ADIT_A_SESSION_MPPE_REQUIRED);
}

/* What a session of PPP may be given and changed to. */
static void put_ppp(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id)
{
	unsigned int n = devices[dev].p2p ? 0 : chance(3);
	uint8_t ifid[8] = { 2, 0, 0, 0, 0, 0, dev, id };

	if (spoil >= SPOIL_PREFIX_LONG && spoil <= SPOIL_PREFIX_MULTICAST && !devices[dev].p2p)
		n = 1;
	while (n--)
		put_prefix(nlh, set, dev, id, n == 1);
	if (!devices[dev].p2p && one_in(3))
		put(nlh, set, ADIT_A_SESSION_IFID, ifid, sizeof(ifid));
	if (one_in(2))
		put_number(nlh, set, ADIT_A_SESSION_NET, chance(4));
	if (one_in(3))
		put_number(nlh, set, ADIT_A_SESSION_FRAMING, chance(4));
	if (one_in(3))
		put_number(nlh, set, ADIT_A_SESSION_MRU, 128 + chance(1400));
	put_keys(nlh, set);
}

static void put_cookie(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number)
{
	uint8_t cookie[ADIT_L2TP_COOKIE_MAX];

	chance_fill(cookie, sizeof(cookie));
	put(nlh, set, number, cookie, spoils(SPOIL_COOKIE) ? 5 : one_in(2) ? 4 : 8);
}

static void put_seq(struct nlmsghdr *nlh, const struct spec_set *set)
{
	static const uint8_t right[] = { 0, 1, 2, 3, 4, 5 };

	if (spoil == SPOIL_SEQ || one_in(2))
		put_number(nlh, set, ADIT_A_L2TP_SEQ, spoils(SPOIL_SEQ) ? 6 + chance(2) : right[chance(6)]);
}

/* What identifies it, with the number of a device and of one of its sessions. */
static void put_ids(struct nlmsghdr *nlh, const struct spec_set *set, bool v3, unsigned int dev, uint32_t id)
{
	if (v3 ? spoils(SPOIL_V3_TUNNEL) : true) {
		put_number(nlh, set, ADIT_A_L2TP_TUNNEL_ID, 100 + dev);
		put_number(nlh, set, ADIT_A_L2TP_PEER_TUNNEL_ID, 200 + dev);
	}
	put_number(nlh, set, ADIT_A_L2TP_SESSION_ID,
		   v3 ? 0x10000000 + (dev << 16) + id : id + (spoils(SPOIL_V2_ID) ? 0x10000 : 0));
	put_number(nlh, set, ADIT_A_L2TP_PEER_SESSION_ID, 1000 + id);
}

static void put_l2tp_nest(struct nlmsghdr *nlh, const struct spec_set *set, bool v3, bool ip, bool v6,
			  unsigned int dev, uint32_t id)
{
	if (v3)
		put_number(nlh, set, ADIT_A_L2TP_VERSION, ADIT_L2TP_VERSION_V3);
	if (ip)
		put_number(nlh, set, ADIT_A_L2TP_ENCAP, ADIT_L2TP_ENCAP_IP);
	put_ids(nlh, set, v3, dev, id);
	if (v3 ? spoil == SPOIL_COOKIE || one_in(2) : spoils(SPOIL_V2_COOKIE)) {
		put_cookie(nlh, set, ADIT_A_L2TP_COOKIE);
		put_cookie(nlh, set, ADIT_A_L2TP_PEER_COOKIE);
	}
	put_seq(nlh, set);
	if (!v6 && !ip && one_in(4))
		put_flag(nlh, set, ADIT_A_L2TP_NO_UDP_CSUM);
	if (one_in(4))
		put_flag(nlh, set, ADIT_A_L2TP_DF);
}

static bool wants_v3(void)
{
	if (spoil == SPOIL_COOKIE || spoil == SPOIL_V3_TUNNEL)
		return true;
	return spoil != SPOIL_V2_ID && spoil != SPOIL_V2_COOKIE && one_in(2);
}

static void put_new_l2tp(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id)
{
	const struct spec_set *inner;
	struct nlattr *nest;
	bool v6 = devices[dev].v6;

	if (v6 || spoil == SPOIL_FAMILIES)
		put_outer6(nlh, set, ADIT_A_SESSION_LOCAL_V6, ADIT_A_SESSION_PEER_V6, 10 + chance(3));
	if (!v6 || spoils(SPOIL_FAMILIES))
		put_outer4(nlh, set, ADIT_A_SESSION_LOCAL_V4, ADIT_A_SESSION_PEER_V4, 10 + chance(3));
	if (one_in(2))
		put_number(nlh, set, ADIT_A_SESSION_LOCAL_PORT, htons(PORT));
	if (spoil == SPOIL_PORT || one_in(2))
		put_number(nlh, set, ADIT_A_SESSION_PEER_PORT, spoils(SPOIL_PORT) ? 0 : htons(1701 + chance(3)));
	inner = nest_begin(nlh, set, ADIT_A_SESSION_L2TP, &nest);
	put_l2tp_nest(nlh, inner, wants_v3(), false, v6, dev, id);
	nest_end(nlh, nest);
}

static void put_new_pptp(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id)
{
	put_outer4(nlh, set, ADIT_A_SESSION_LOCAL_V4, ADIT_A_SESSION_PEER_V4, 10 + chance(3));
	put_number(nlh, set, ADIT_A_SESSION_CALL_ID, 100 * dev + id);
	put_number(nlh, set, ADIT_A_SESSION_PEER_CALL_ID, chance(65536));
	if (one_in(3))
		put_number(nlh, set, ADIT_A_SESSION_ACK_DELAY_MS, 1 + chance(5000));
}

/* --- which --- */

static unsigned int any_device(bool concentrator)
{
	unsigned int dev;

	do
		dev = chance(DEVICES - ESP_DEVICES);
	while (concentrator && devices[dev].p2p);
	return dev;
}

/* An id that is taken, or that is not; 0: none. */
static uint32_t an_id(unsigned int dev, bool alive)
{
	uint32_t first = 1 + chance(IDS);

	for (unsigned int i = 0; i < IDS; i++) {
		uint32_t id = 1 + (first + i) % IDS;

		if (devices[dev].alive[id] == alive)
			return id;
	}
	return 0;
}

/* A device with a session; there are always those that are point to point. */
static unsigned int with_session(bool concentrator, uint32_t *id)
{
	unsigned int dev, tries = 0;

	do {
		dev = any_device(concentrator);
		*id = an_id(dev, true);
	} while (!*id && tries++ < 50);
	return dev;
}

/* One that has room for a session, and a socket to serve it. */
static unsigned int with_room(uint32_t *id)
{
	unsigned int dev, tries = 0;
	bool served;

	do {
		dev = any_device(true);
		*id = an_id(dev, false);
		served = devices[dev].kind != LINK_L2TP || attached[devices[dev].v6];
	} while ((!*id || !served) && tries++ < 50);
	return dev;
}

/* --- requests --- */

static void put_new(struct nlmsghdr *nlh, const struct spec_op *op)
{
	uint32_t id;
	unsigned int dev = with_room(&id);

	put_number(nlh, op->set, ADIT_A_SESSION_IFINDEX, devices[dev].ifindex);
	put_number(nlh, op->set, ADIT_A_SESSION_ID, id ? id : 1);
	if (devices[dev].kind == LINK_L2TP)
		put_new_l2tp(nlh, op->set, dev, id);
	else
		put_new_pptp(nlh, op->set, dev, id);
	put_ppp(nlh, op->set, dev, id);
	if (one_in(3))
		put_number(nlh, op->set, ADIT_A_SESSION_RX_WINDOW, chance(257));
	if (one_in(3))
		put_number(nlh, op->set, ADIT_A_SESSION_REORDER_MS, 1 + chance(5000));
}

static void put_set_session(struct nlmsghdr *nlh, const struct spec_op *op)
{
	const struct spec_set *inner;
	struct nlattr *nest;
	uint32_t id;
	unsigned int dev = with_session(false, &id);

	put_number(nlh, op->set, ADIT_A_SESSION_IFINDEX, devices[dev].ifindex);
	put_number(nlh, op->set, ADIT_A_SESSION_ID, id);
	if (!devices[dev].ether)
		put_ppp(nlh, op->set, dev, id);
	if (devices[dev].kind != LINK_L2TP || one_in(2))
		return;
	inner = nest_begin(nlh, op->set, ADIT_A_SESSION_L2TP, &nest);
	put_seq(nlh, inner);
	nest_end(nlh, nest);
}

static void put_one_session(struct nlmsghdr *nlh, const struct spec_op *op)
{
	uint32_t id;
	unsigned int dev = with_session(op->cmd == ADIT_CMD_SESSION_DEL, &id);

	put_number(nlh, op->set, ADIT_A_SESSION_IFINDEX, devices[dev].ifindex);
	put_number(nlh, op->set, ADIT_A_SESSION_ID, id);
}

static void put_dev(struct nlmsghdr *nlh, const struct spec_op *op)
{
	unsigned int dev = chance(DEVICES), tries = 0;

	while (op->cmd == ADIT_CMD_DEV_RELEASE && !devices[dev].claimed && tries++ < 50)
		dev = chance(DEVICES);
	put_number(nlh, op->set, ADIT_A_DEV_IFINDEX, devices[dev].ifindex);
	if (op->cmd == ADIT_CMD_DEV_CLAIM && one_in(2))
		put_flag(nlh, op->set, ADIT_A_DEV_TAKE_OVER);
}

/* A control packet with its length: what a peer has to take in clear. */
static void put_frame(struct nlmsghdr *nlh, const struct spec_op *op)
{
	static const uint16_t protocols[] = { 0xc021, 0xc223, 0x8021, 0x8057, 0x80fd };
	size_t len = 4 + chance(200);
	uint8_t data[204];
	uint32_t id;
	unsigned int dev;

	do
		dev = with_session(false, &id);
	while (devices[dev].ether);
	chance_fill(data, sizeof(data));
	data[2] = len >> 8;
	data[3] = len & 0xff;
	put_number(nlh, op->set, ADIT_A_FRAME_IFINDEX, devices[dev].ifindex);
	put_number(nlh, op->set, ADIT_A_FRAME_ID, id);
	put_number(nlh, op->set, ADIT_A_FRAME_PROTOCOL, protocols[chance(5)]);
	put(nlh, op->set, ADIT_A_FRAME_DATA, data, len);
}

static void put_socket(struct nlmsghdr *nlh, const struct spec_op *op)
{
	unsigned int i = chance(SOCKETS), tries = 0;

	while (attached[i] != (op->cmd == ADIT_CMD_SOCKET_DETACH) && tries++ < 50)
		i = chance(SOCKETS);
	put_number(nlh, op->set, ADIT_A_SOCKET_FD, sockets[i]);
}

bool model_knows(const struct spec_op *op)
{
	return op->cmd != ADIT_CMD_CONTROL_SEND;
}

struct nlmsghdr *model_request(struct nl *nl, void *buf, const struct spec_op *op, unsigned int what, bool *was_spoilt)
{
	struct nlmsghdr *nlh = nl_begin(nl, buf, op->cmd, 0);

	spoil = what;
	spoilt = false;
	if (esp_request(nlh, op)) {
		*was_spoilt = spoilt;
		return nlh;
	}
	switch (op->cmd) {
	case ADIT_CMD_SESSION_NEW:
		put_new(nlh, op);
		break;
	case ADIT_CMD_SESSION_SET:
		put_set_session(nlh, op);
		break;
	case ADIT_CMD_SESSION_DEL:
	case ADIT_CMD_SESSION_GET:
		put_one_session(nlh, op);
		break;
	case ADIT_CMD_FRAME_SEND:
		put_frame(nlh, op);
		break;
	case ADIT_CMD_SOCKET_ATTACH:
	case ADIT_CMD_SOCKET_DETACH:
		put_socket(nlh, op);
		break;
	default:
		put_dev(nlh, op);
		break;
	}
	*was_spoilt = spoilt;
	return nlh;
}

/* --- what became of it --- */

static struct device *device_of(uint32_t ifindex)
{
	for (unsigned int i = 0; i < DEVICES; i++)
		if ((uint32_t)devices[i].ifindex == ifindex)
			return &devices[i];
	return NULL;
}

static uint32_t u32_of(const struct nlattr *attr)
{
	return attr && mnl_attr_get_payload_len(attr) >= 4 ? mnl_attr_get_u32(attr) : 0;
}

static void socket_done(uint32_t fd, bool now)
{
	for (unsigned int i = 0; i < SOCKETS; i++)
		if ((uint32_t)sockets[i] == fd)
			attached[i] = now;
}

void model_done(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1];
	uint8_t cmd = ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
	struct device *d;
	uint32_t id;

	esp_done(nlh);
	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	if (cmd == ADIT_CMD_SOCKET_ATTACH || cmd == ADIT_CMD_SOCKET_DETACH)
		socket_done(u32_of(tb[ADIT_A_SOCKET_FD]), cmd == ADIT_CMD_SOCKET_ATTACH);
	d = device_of(u32_of(tb[cmd <= ADIT_CMD_DEV_RELEASE ? ADIT_A_DEV_IFINDEX : ADIT_A_SESSION_IFINDEX]));
	id = u32_of(tb[ADIT_A_SESSION_ID]);
	if (d && (cmd == ADIT_CMD_DEV_CLAIM || cmd == ADIT_CMD_DEV_RELEASE))
		d->claimed = cmd == ADIT_CMD_DEV_CLAIM;
	if (d && id <= IDS && (cmd == ADIT_CMD_SESSION_NEW || cmd == ADIT_CMD_SESSION_DEL))
		d->alive[id] = cmd == ADIT_CMD_SESSION_NEW;
}

/* --- links --- */

static void put_link_l2tp(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int number, bool p2p)
{
	bool ether = p2p && one_in(3), v3 = ether || one_in(2), ip = v3 && one_in(2), v6 = one_in(3);
	const struct spec_set *inner;
	struct nlattr *nest;

	if (ether)
		put_number(nlh, set, ADIT_A_LINK_L2TP_PAYLOAD, ADIT_L2TP_PAYLOAD_ETHERNET);
	if (!p2p)
		return;
	if (v6)
		put_outer6(nlh, set, ADIT_A_LINK_L2TP_LOCAL_V6, ADIT_A_LINK_L2TP_REMOTE_V6, 20);
	else
		put_outer4(nlh, set, ADIT_A_LINK_L2TP_LOCAL_V4, ADIT_A_LINK_L2TP_REMOTE_V4, 20);
	if (!ip)
		put_number(nlh, set, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(PORT_P2P + 1 + number));
	if (!ip && one_in(2))
		put_number(nlh, set, ADIT_A_LINK_L2TP_REMOTE_PORT, htons(PORT));
	inner = nest_begin(nlh, set, ADIT_A_LINK_L2TP_L2TP, &nest);
	put_l2tp_nest(nlh, inner, v3, ip, v6, 20 + number, 1);
	nest_end(nlh, nest);
	if (ether)
		return;
	if (one_in(2))
		put_number(nlh, set, ADIT_A_LINK_L2TP_FRAMING, chance(4));
	if (one_in(2))
		put_number(nlh, set, ADIT_A_LINK_L2TP_MRU, 128 + chance(1400));
}

static void put_link_pptp(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int number, bool p2p)
{
	if (!p2p)
		return;
	put_outer4(nlh, set, ADIT_A_LINK_PPTP_LOCAL, ADIT_A_LINK_PPTP_REMOTE, 20);
	put_number(nlh, set, ADIT_A_LINK_PPTP_CALL_ID, 5000 + number);
	put_number(nlh, set, ADIT_A_LINK_PPTP_PEER_CALL_ID, chance(65536));
	if (one_in(2))
		put_number(nlh, set, ADIT_A_LINK_PPTP_FRAMING, chance(4));
	if (one_in(2))
		put_number(nlh, set, ADIT_A_LINK_PPTP_RX_WINDOW, chance(257));
}

void model_link(struct nlmsghdr *nlh, unsigned int kind, unsigned int number, bool change_only)
{
	const struct spec_set *set = spec_link(kind);
	bool p2p = one_in(2);

	spoil = SPOIL_NOTHING;
	if (kind == LINK_ESP) {
		esp_link(nlh, set, change_only);
		return;
	}
	if (one_in(2))
		put_number(nlh, set, kind == LINK_L2TP ? ADIT_A_LINK_L2TP_FWMARK : ADIT_A_LINK_PPTP_FWMARK, chance(9));
	if (change_only)
		return;
	if (!p2p)
		put_number(nlh, set, kind == LINK_L2TP ? ADIT_A_LINK_L2TP_MODE : ADIT_A_LINK_PPTP_MODE,
			   ADIT_DEV_MODE_CONCENTRATOR);
	if (kind == LINK_L2TP)
		put_link_l2tp(nlh, set, number, p2p);
	else
		put_link_pptp(nlh, set, number, p2p);
}

/* --- the ground --- */

static void put_p2p(struct nlmsghdr *nlh, const struct device *d)
{
	const struct spec_set *set = spec_link(d->kind), *inner;
	struct nlattr *nest;

	if (d->kind == LINK_PPTP) {
		put_outer4(nlh, set, ADIT_A_LINK_PPTP_LOCAL, ADIT_A_LINK_PPTP_REMOTE, 10);
		put_number(nlh, set, ADIT_A_LINK_PPTP_CALL_ID, 4000);
		put_number(nlh, set, ADIT_A_LINK_PPTP_PEER_CALL_ID, 4001);
		return;
	}
	put_outer4(nlh, set, ADIT_A_LINK_L2TP_LOCAL_V4, ADIT_A_LINK_L2TP_REMOTE_V4, 10);
	if (d->ether)
		put_number(nlh, set, ADIT_A_LINK_L2TP_PAYLOAD, ADIT_L2TP_PAYLOAD_ETHERNET);
	else
		put_number(nlh, set, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(PORT_P2P));
	inner = nest_begin(nlh, set, ADIT_A_LINK_L2TP_L2TP, &nest);
	if (d->ether)
		put_number(nlh, inner, ADIT_A_L2TP_ENCAP, ADIT_L2TP_ENCAP_IP);
	put_ids(nlh, inner, d->ether, 50, 1);
	nest_end(nlh, nest);
}

static int make_device(struct nl *rt, struct device *d)
{
	static const uint16_t modes[LINK_KINDS] = {
		[LINK_PPTP] = ADIT_A_LINK_PPTP_MODE, [LINK_L2TP] = ADIT_A_LINK_L2TP_MODE,
		[LINK_ESP] = ADIT_A_LINK_ESP_MODE,
	};
	const struct spec_set *set = spec_link(d->kind);
	struct nl_link link;
	char up[64];
	int err;

	nl_link_begin_kind(rt, &link, d->name, spec_link_name(d->kind), NLM_F_CREATE | NLM_F_EXCL);
	if (d->p2p)
		put_p2p(link.nlh, d);
	else
		put_number(link.nlh, set, modes[d->kind], ADIT_DEV_MODE_CONCENTRATOR);
	err = nl_link_end(rt, &link);
	if (err)
		return err;
	d->ifindex = if_nametoindex(d->name);
	d->alive[P2P_ID] = d->p2p;
	snprintf(up, sizeof(up), "ip link set %s up", d->name);
	return system(up) ? -EIO : 0;
}

static int open_socket(unsigned int i)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(0xc0000201) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = addr6(1) };
	int on = 1, fd = socket(i == 1 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (i == 2)
		v4.sin_port = htons(PORT + 1);
	if (fd < 0)
		return -errno;
	if (i == 1)
		err = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
		      bind(fd, (struct sockaddr *)&v6, sizeof(v6));
	else
		err = bind(fd, (struct sockaddr *)&v4, sizeof(v4));
	sockets[i] = fd;
	return err ? -errno : 0;
}

int model_ground(void)
{
	struct nl rt;
	unsigned int i;
	int err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	if (system("ip link set lo up && ip link add out0 type dummy && ip addr add 192.0.2.1/24 dev out0 && "
		   "ip addr add 2001:db8::1/64 dev out0 nodad && ip link set out0 up"))
		return -EIO;
	err = nl_open_rtnl(&rt);
	for (i = 0; i < SOCKETS && !err; i++)
		err = open_socket(i);
	for (i = 0; i < DEVICES && !err; i++)
		err = make_device(&rt, &devices[i]);
	nl_close(&rt);
	return err;
}
