// SPDX-License-Identifier: GPL-2.0-or-later
/* What netlink_fuzz.c asks of devices of kind esp: children, their security associations, and what became of them. */
#include <arpa/inet.h>
#include <string.h>
#include <linux/genetlink.h>

#include "netlink_fuzz.h"

#define SAS		64
#define KEY_MAX		36
#define AUTH_KEY_MAX	64
#define WINDOW_MAX	4096
#define L2TP_PORT	1701
#define SPIS		40	/* made under few numbers, so that they meet */

/* Devices of the kind are these two of the model's; the second has peers of IPv6. */
#define FIRST_DEVICE	(DEVICES - ESP_DEVICES)

static struct {
	bool alive, out;
	unsigned int dev;
	uint32_t child, spi;
} sas[SAS];

/* --- children --- */

static unsigned int any_esp(void)
{
	return FIRST_DEVICE + chance(ESP_DEVICES);
}

/* A child that is there, or a number that is free; false: there is none such. */
static bool some_child(bool alive, unsigned int *dev, uint32_t *id)
{
	for (unsigned int tries = 0; tries < 50; tries++) {
		*dev = any_esp();
		*id = 1 + chance(IDS);
		if (devices[*dev].alive[*id] == alive)
			return true;
	}
	return false;
}

static void put_side(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number, bool v6, uint32_t net)
{
	struct in6_addr a = { .s6_addr = { 0xfd, 0, 0, net >> 8, 0, 0, net } };
	const struct spec_set *inner;
	struct nlattr *nest;

	inner = nest_begin(nlh, set, number, &nest);
	if (v6)
		put(nlh, inner, ADIT_A_PREFIX_V6, &a, sizeof(a));
	else
		put_number(nlh, inner, ADIT_A_PREFIX_V4, htonl(0x0a000000 + (net << 8)));
	put_number(nlh, inner, ADIT_A_PREFIX_LEN, v6 ? 64 : 24);
	nest_end(nlh, nest);
}

static void put_selector(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id)
{
	bool v6 = one_in(2), mixed = spoils(SPOIL_SELECTOR_FAMILIES), range = spoils(SPOIL_SELECTOR_RANGE);
	const struct spec_set *inner;
	struct nlattr *nest;

	inner = nest_begin(nlh, set, ADIT_A_CHILD_SELECTOR, &nest);
	put_side(nlh, inner, ADIT_A_SELECTOR_LOCAL, v6, 1);
	if (!spoils(SPOIL_SELECTOR_HALF))
		put_side(nlh, inner, ADIT_A_SELECTOR_REMOTE, mixed ? !v6 : v6, 0x1000 + (dev << 8) + id);
	if (range || one_in(2)) {
		put_number(nlh, inner, ADIT_A_SELECTOR_PROTOCOL, one_in(2) ? 6 : 17);
		put_number(nlh, inner, ADIT_A_SELECTOR_REMOTE_PORT_MIN, range ? 600 : 500);
		put_number(nlh, inner, ADIT_A_SELECTOR_REMOTE_PORT_MAX, range ? 599 : 500 + chance(1000));
	}
	nest_end(nlh, nest);
}

static void put_selectors(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t id)
{
	unsigned int n = 1 + chance(3);

	while (n--)
		put_selector(nlh, set, dev, id);
}

static void put_outer(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev)
{
	bool v6 = devices[dev].v6;

	if (v6 || spoil == SPOIL_FAMILIES)
		put_outer6(nlh, set, ADIT_A_CHILD_LOCAL_V6, ADIT_A_CHILD_PEER_V6, 10 + chance(3));
	if (!v6 || spoils(SPOIL_FAMILIES))
		put_outer4(nlh, set, ADIT_A_CHILD_LOCAL_V4, ADIT_A_CHILD_PEER_V4, 10 + chance(3));
	if (spoils(SPOIL_CHILD_PORTS))
		put_number(nlh, set, one_in(2) ? ADIT_A_CHILD_LOCAL_PORT : ADIT_A_CHILD_PEER_PORT, htons(4500));
}

static void put_child_new(struct nlmsghdr *nlh, const struct spec_op *op)
{
	bool l2tp = spoil == SPOIL_CHILD_L2TP || one_in(4);
	unsigned int dev;
	uint32_t id;

	some_child(false, &dev, &id);
	put_number(nlh, op->set, ADIT_A_CHILD_IFINDEX, devices[dev].ifindex);
	put_number(nlh, op->set, ADIT_A_CHILD_ID, id);
	put_outer(nlh, op->set, dev);
	if (l2tp) {
		put_number(nlh, op->set, ADIT_A_CHILD_MODE,
			   spoils(SPOIL_CHILD_L2TP) ? ADIT_ESP_MODE_TUNNEL : ADIT_ESP_MODE_TRANSPORT);
		put_number(nlh, op->set, ADIT_A_CHILD_L2TP_PORT, htons(L2TP_PORT));
	} else {
		put_selectors(nlh, op->set, dev, id);
	}
	if (one_in(3))
		put_number(nlh, op->set, ADIT_A_CHILD_DF, chance(3));
	if (one_in(3))
		put_flag(nlh, op->set, ADIT_A_CHILD_NO_DSCP);
	if (one_in(3))
		put_flag(nlh, op->set, ADIT_A_CHILD_NO_ECN);
}

/* One that carries L2TP has no selectors: which those are is not followed, what is refused is few. */
static void put_child_set(struct nlmsghdr *nlh, const struct spec_op *op)
{
	unsigned int dev;
	uint32_t id;

	some_child(true, &dev, &id);
	put_number(nlh, op->set, ADIT_A_CHILD_IFINDEX, devices[dev].ifindex);
	put_number(nlh, op->set, ADIT_A_CHILD_ID, id);
	if (spoil == SPOIL_FAMILIES || one_in(2))
		put_outer(nlh, op->set, dev);
	else
		put_selectors(nlh, op->set, dev, id);
}

static void put_one_child(struct nlmsghdr *nlh, const struct spec_op *op)
{
	unsigned int dev;
	uint32_t id;

	some_child(true, &dev, &id);
	put_number(nlh, op->set, ADIT_A_CHILD_IFINDEX, devices[dev].ifindex);
	put_number(nlh, op->set, ADIT_A_CHILD_ID, id);
}

/* --- security associations --- */

static void put_key(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number, unsigned int len)
{
	uint8_t key[AUTH_KEY_MAX];

	chance_fill(key, sizeof(key));
	put(nlh, set, number, key, len + (spoils(SPOIL_SA_KEY) ? 1 : 0));
}

static void put_auth(struct nlmsghdr *nlh, const struct spec_set *set)
{
	static const unsigned int lens[] = { 0, 20, 32, 32, 48, 64 };
	unsigned int auth = 1 + chance(5);

	if (spoils(SPOIL_SA_NO_AUTH))
		return;
	put_number(nlh, set, ADIT_A_SA_AUTH, auth);
	put_key(nlh, set, ADIT_A_SA_AUTH_KEY, lens[auth]);
}

static void put_alg(struct nlmsghdr *nlh, const struct spec_set *set)
{
	static const unsigned int aes[] = { 16, 24, 32 };
	unsigned int cipher = ADIT_SA_CIPHER_AES_GCM + chance(5);

	if (spoil == SPOIL_SA_NO_AUTH)
		cipher = ADIT_SA_CIPHER_AES_CBC;
	if (spoil == SPOIL_SA_LEGACY)
		cipher = ADIT_SA_CIPHER_DES3_CBC;
	put_number(nlh, set, ADIT_A_SA_CIPHER, cipher);
	switch (cipher) {
	case ADIT_SA_CIPHER_AES_GCM:
		put_key(nlh, set, ADIT_A_SA_KEY, aes[chance(3)] + 4);
		return;
	case ADIT_SA_CIPHER_CHACHA20_POLY1305:
		put_key(nlh, set, ADIT_A_SA_KEY, 32 + 4);
		return;
	case ADIT_SA_CIPHER_AES_CBC:
		put_key(nlh, set, ADIT_A_SA_KEY, aes[chance(3)]);
		break;
	case ADIT_SA_CIPHER_DES3_CBC:
		put_key(nlh, set, ADIT_A_SA_KEY, 24);
		if (!spoils(SPOIL_SA_LEGACY))
			put_flag(nlh, set, ADIT_A_SA_LEGACY);
		break;
	}
	put_auth(nlh, set);
}

/* Numbers, and for inbound ones a window. */
static void put_numbers(struct nlmsghdr *nlh, const struct spec_set *set, bool out)
{
	bool esn = spoil == SPOIL_SA_ESN || one_in(2);

	if (esn)
		put_flag(nlh, set, ADIT_A_SA_ESN);
	if (!out && (spoil == SPOIL_SA_ESN || one_in(2)))
		put_number(nlh, set, ADIT_A_SA_REPLAY_WINDOW, spoils(SPOIL_SA_ESN) ? 0 : 1 + chance(WINDOW_MAX));
	else if (out && spoils(SPOIL_SA_WINDOW))
		put_number(nlh, set, ADIT_A_SA_REPLAY_WINDOW, 32);
	if (one_in(3))
		put_number(nlh, set, ADIT_A_SA_SOFT_PACKETS, chance(1000));
	if (one_in(3))
		put_number(nlh, set, ADIT_A_SA_HARD_BYTES, chance(1000000));
	if (one_in(3))
		put_number(nlh, set, ADIT_A_SA_HARD_SECONDS, chance(1000));
	if (one_in(4))
		put_number(nlh, set, ADIT_A_SA_SEQ, chance(1000000));
}

static void put_sa_of(struct nlmsghdr *nlh, const struct spec_set *set, unsigned int dev, uint32_t child, bool out,
		      uint32_t spi)
{
	put_number(nlh, set, ADIT_A_SA_IFINDEX, devices[dev].ifindex);
	put_number(nlh, set, ADIT_A_SA_CHILD, child);
	put_number(nlh, set, ADIT_A_SA_DIRECTION, out ? ADIT_SA_DIRECTION_OUT : ADIT_SA_DIRECTION_IN);
	put_number(nlh, set, ADIT_A_SA_SPI, spi);
}

static unsigned int inbound_of(unsigned int dev, uint32_t child)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < SAS; i++)
		n += sas[i].alive && !sas[i].out && sas[i].dev == dev && sas[i].child == child;
	return n;
}

static bool is_taken(bool out, uint32_t spi)
{
	for (unsigned int i = 0; i < SAS; i++)
		if (sas[i].alive && sas[i].out == out && sas[i].spi == spi)
			return true;
	return false;
}

static void put_sa_new(struct nlmsghdr *nlh, const struct spec_op *op)
{
	bool out = spoil == SPOIL_SA_WINDOW || (spoil != SPOIL_SA_ESN && one_in(2));
	unsigned int dev, tries = 0;
	uint32_t child, spi;

	do {
		some_child(true, &dev, &child);
		spi = 0x1000 + (dev << 8) + chance(SPIS);
	} while ((is_taken(out, spi) || (!out && inbound_of(dev, child) >= 4)) && tries++ < 50);
	put_sa_of(nlh, op->set, dev, child, out, spi);
	put_alg(nlh, op->set);
	put_numbers(nlh, op->set, out);
}

static void put_one_sa(struct nlmsghdr *nlh, const struct spec_op *op)
{
	unsigned int i = chance(SAS), tries = 0;

	while (!sas[i].alive && tries++ < 4 * SAS)
		i = (i + 1) % SAS;
	put_sa_of(nlh, op->set, sas[i].alive ? sas[i].dev : FIRST_DEVICE, sas[i].alive ? sas[i].child : 1, sas[i].out,
		  sas[i].alive ? sas[i].spi : 0x1000);
}

bool esp_request(struct nlmsghdr *nlh, const struct spec_op *op)
{
	switch (op->cmd) {
	case ADIT_CMD_CHILD_NEW:
		put_child_new(nlh, op);
		return true;
	case ADIT_CMD_CHILD_SET:
		put_child_set(nlh, op);
		return true;
	case ADIT_CMD_CHILD_DEL:
	case ADIT_CMD_CHILD_GET:
		put_one_child(nlh, op);
		return true;
	case ADIT_CMD_SA_NEW:
		put_sa_new(nlh, op);
		return true;
	case ADIT_CMD_SA_DEL:
	case ADIT_CMD_SA_GET:
		put_one_sa(nlh, op);
		return true;
	default:
		return false;
	}
}

/* --- what became of it --- */

static void child_is(unsigned int dev, uint32_t id, bool now)
{
	if (id > IDS)
		return;
	devices[dev].alive[id] = now;
	for (unsigned int i = 0; i < SAS && !now; i++)
		if (sas[i].dev == dev && sas[i].child == id)
			sas[i].alive = false;
}

static void sa_is(unsigned int dev, uint32_t child, bool out, uint32_t spi, bool now)
{
	unsigned int i, at = SAS;

	for (i = 0; i < SAS; i++) {
		bool same = sas[i].alive && sas[i].dev == dev && sas[i].child == child && sas[i].out == out;

		/* A child has one outbound one, and the newest is it. */
		if (same && (sas[i].spi == spi || (out && now)))
			sas[i].alive = false;
		if (!sas[i].alive)
			at = i;
	}
	if (!now || at == SAS)
		return;
	sas[at].alive = true;
	sas[at].out = out;
	sas[at].dev = dev;
	sas[at].child = child;
	sas[at].spi = spi;
}

static uint32_t number_of(const struct nlattr *attr)
{
	return attr && mnl_attr_get_payload_len(attr) >= 4 ? mnl_attr_get_u32(attr) : 0;
}

void esp_done(const struct nlmsghdr *nlh)
{
	uint8_t cmd = ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
	const struct nlattr *tb[ADIT_A_SA_MAX + 1];
	unsigned int dev;

	if (cmd < ADIT_CMD_CHILD_NEW || cmd > ADIT_CMD_SA_GET)
		return;
	nl_attrs(nlh, tb, ADIT_A_SA_MAX);
	for (dev = FIRST_DEVICE; dev < DEVICES; dev++)
		if ((uint32_t)devices[dev].ifindex == number_of(tb[ADIT_A_CHILD_IFINDEX]))
			break;
	if (dev == DEVICES)
		return;
	if (cmd == ADIT_CMD_CHILD_NEW || cmd == ADIT_CMD_CHILD_DEL)
		child_is(dev, number_of(tb[ADIT_A_CHILD_ID]), cmd == ADIT_CMD_CHILD_NEW);
	if (cmd == ADIT_CMD_SA_NEW || cmd == ADIT_CMD_SA_DEL)
		sa_is(dev, number_of(tb[ADIT_A_SA_CHILD]), number_of(tb[ADIT_A_SA_DIRECTION]) == ADIT_SA_DIRECTION_OUT,
		      number_of(tb[ADIT_A_SA_SPI]), cmd == ADIT_CMD_SA_NEW);
}

/* --- links --- */

void esp_link(struct nlmsghdr *nlh, const struct spec_set *set, bool change_only)
{
	bool p2p = one_in(2), v6 = one_in(2);

	if (one_in(2))
		put_number(nlh, set, ADIT_A_LINK_ESP_FWMARK, chance(9));
	if (change_only)
		return;
	if (!p2p) {
		put_number(nlh, set, ADIT_A_LINK_ESP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
		return;
	}
	if (v6)
		put_outer6(nlh, set, ADIT_A_LINK_ESP_LOCAL_V6, ADIT_A_LINK_ESP_REMOTE_V6, 20);
	else
		put_outer4(nlh, set, ADIT_A_LINK_ESP_LOCAL_V4, ADIT_A_LINK_ESP_REMOTE_V4, 20);
	if (one_in(2))
		put_number(nlh, set, ADIT_A_LINK_ESP_DF, chance(3));
	if (one_in(3))
		put_flag(nlh, set, ADIT_A_LINK_ESP_NO_ECN);
}
