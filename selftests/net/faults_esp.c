// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests about esp devices, their children, and those's security associations: faults.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "faults.h"

/* The children's port, when they are in UDP. */
#define PORT	4500

#define SPI	0x1001

/* An SA of each way is there all the time, of the child with this id. */
#define OTHER	1000

/* At PORT, attached. */
static int udp = -1;

/* Links. */

static int link_act(struct world *w)
{
	struct nl_link link;

	link_begin(w, &link);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_ESP_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_ESP_REMOTE_V4, htonl(PEER));
	return nl_link_end(&w->rt, &link);
}

const struct op esp_link = {
	.act = link_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
const struct op esp_link_change = {
	.prepare = link_act, .act = link_change_act, .done = link_changed, .before = link_unchanged, .undo = link_undo,
};
const struct op esp_link_told = {
	.prepare = link_act, .act = link_told_act, .done = link_told_done, .undo = link_undo,
};
const struct op esp_link_del = {
	.prepare = link_act, .act = link_del_act, .done = link_absent, .before = link_there,
};

/* Children. */

static void put_selector4(struct nlmsghdr *nlh, uint32_t remote)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_CHILD_SELECTOR);

	put_net4(nlh, ADIT_A_SELECTOR_LOCAL, 0x0a000000, 8);
	put_net4(nlh, ADIT_A_SELECTOR_REMOTE, remote, 24);
	mnl_attr_nest_end(nlh, nest);
}

static void put_selector6(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_CHILD_SELECTOR);

	put_net6(nlh, ADIT_A_SELECTOR_LOCAL, "2001:db8::", 48);
	put_net6(nlh, ADIT_A_SELECTOR_REMOTE, "2001:db8:1::", 48);
	mnl_attr_nest_end(nlh, nest);
}

static void request_new(struct nl *nl, struct request *rq, uint32_t id)
{
	request_of(nl, rq, ADIT_CMD_CHILD_NEW, id);
	mnl_attr_put_u32(rq->nlh, ADIT_A_CHILD_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq->nlh, ADIT_A_CHILD_PEER_V4, htonl(PEER));
	put_selector4(rq->nlh, 0x0a010000);
	put_selector4(rq->nlh, 0x0a020000);
	put_selector6(rq->nlh);
}

static int child_new_act(struct world *w)
{
	struct request rq;

	request_new(&w->nl, &rq, ID);
	return request_talk(&w->nl, &rq);
}

static int child_udp_act(struct world *w)
{
	struct request rq;

	request_new(&w->nl, &rq, ID);
	mnl_attr_put_u16(rq.nlh, ADIT_A_CHILD_LOCAL_PORT, htons(PORT));
	mnl_attr_put_u16(rq.nlh, ADIT_A_CHILD_PEER_PORT, htons(PORT));
	return request_talk(&w->nl, &rq);
}

static int selectors_counted(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	unsigned int n = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		n += mnl_attr_get_type(attr) == ADIT_A_CHILD_SELECTOR;
	*(unsigned int *)arg = n;
	return MNL_CB_OK;
}

/* Return: selectors of child ID, or -errno. */
static int child_selectors(void)
{
	unsigned int selectors = 0;
	struct request rq;
	int rc;

	request_of(aside(), &rq, ADIT_CMD_CHILD_GET, ID);
	rc = nl_talk(aside(), rq.nlh, selectors_counted, &selectors);
	return rc ?: (int)selectors;
}

static bool child_new_done(struct world *w)
{
	return child_selectors() == 3;
}

static bool child_absent(struct world *w)
{
	return child_selectors() == -ENOENT;
}

static int child_del(struct nl *nl)
{
	struct request rq;

	request_of(nl, &rq, ADIT_CMD_CHILD_DEL, ID);
	return request_talk(nl, &rq);
}

static int child_del_act(struct world *w)
{
	return child_del(&w->nl);
}

static int child_undo(struct world *w)
{
	return child_del(aside());
}

const struct op esp_child_new = {
	.act = child_new_act, .done = child_new_done, .before = child_absent, .undo = child_undo,
};
const struct op esp_child_udp = {
	.act = child_udp_act, .done = child_new_done, .before = child_absent, .undo = child_undo,
};
const struct op esp_child_del = {
	.prepare = child_new_act, .act = child_del_act, .done = child_absent, .before = child_new_done,
};

/* One selector stays, two go, one comes. */
static int child_set_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_CHILD_SET, ID);
	put_selector4(rq.nlh, 0x0a010000);
	put_selector4(rq.nlh, 0x0a030000);
	return request_talk(&w->nl, &rq);
}

static bool child_set_done(struct world *w)
{
	return child_selectors() == 2;
}

const struct op esp_child_set = {
	.prepare = child_new_act, .act = child_set_act, .done = child_set_done, .before = child_new_done,
	.undo = child_undo,
};

/* Another than the owner removes it, so the owner is told. */
static int child_owned(struct world *w)
{
	return owner_open() ?: child_new_act(w);
}

const struct op esp_child_del_told = {
	.prepare = child_owned, .act = child_del_act, .done = child_absent, .before = child_new_done,
	.undo = owner_drained,
};

static int child_get_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_CHILD_GET, ID);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

const struct op esp_child_get = {
	.prepare = child_new_act, .act = child_get_act, .done = told_one, .undo = child_undo,
};

static int children_dump_act(struct world *w)
{
	struct request rq;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_CHILD_GET, NLM_F_DUMP);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

const struct op esp_children_dump = { .act = children_dump_act, .done = told_one, .dump = true };

/* Security associations. */

static void sa_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t child, uint32_t direction, uint32_t spi)
{
	rq->nlh = nl_begin(nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_IFINDEX, dev_index);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_CHILD, child);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_DIRECTION, direction);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_SPI, spi);
}

static void put_aead(struct nlmsghdr *nlh)
{
	static const uint8_t key[20] = { 1, 2, 3 };

	mnl_attr_put_u32(nlh, ADIT_A_SA_CIPHER, ADIT_SA_CIPHER_AES_GCM);
	mnl_attr_put(nlh, ADIT_A_SA_KEY, sizeof(key), key);
}

static void put_cbc(struct nlmsghdr *nlh)
{
	static const uint8_t key[16] = { 1, 2, 3 }, auth[32] = { 4, 5, 6 };

	mnl_attr_put_u32(nlh, ADIT_A_SA_CIPHER, ADIT_SA_CIPHER_AES_CBC);
	mnl_attr_put(nlh, ADIT_A_SA_KEY, sizeof(key), key);
	mnl_attr_put_u32(nlh, ADIT_A_SA_AUTH, ADIT_SA_AUTH_HMAC_SHA256_128);
	mnl_attr_put(nlh, ADIT_A_SA_AUTH_KEY, sizeof(auth), auth);
}

static int sa_aead_act(struct world *w)
{
	struct request rq;

	sa_of(&w->nl, &rq, ADIT_CMD_SA_NEW, ID, ADIT_SA_DIRECTION_IN, SPI);
	put_aead(rq.nlh);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SA_REPLAY_WINDOW, ADIT_REPLAY_WINDOW_MAX);
	return request_talk(&w->nl, &rq);
}

static int sa_cbc_act(struct world *w)
{
	struct request rq;

	sa_of(&w->nl, &rq, ADIT_CMD_SA_NEW, ID, ADIT_SA_DIRECTION_IN, SPI);
	put_cbc(rq.nlh);
	mnl_attr_put(rq.nlh, ADIT_A_SA_ESN, 0, NULL);
	return request_talk(&w->nl, &rq);
}

/* The child's first: it becomes mature. */
static int sa_out_act(struct world *w)
{
	struct request rq;

	sa_of(&w->nl, &rq, ADIT_CMD_SA_NEW, ID, ADIT_SA_DIRECTION_OUT, SPI);
	put_aead(rq.nlh);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SA_SOFT_SECONDS, 1000);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SA_HARD_SECONDS, 2000);
	return request_talk(&w->nl, &rq);
}

static int sa_get(struct nl *nl, uint32_t direction, unsigned int *told)
{
	struct request rq;

	*told = 0;
	sa_of(nl, &rq, ADIT_CMD_SA_GET, ID, direction, SPI);
	return nl_talk(nl, rq.nlh, counted, told);
}

static bool sa_is(uint32_t direction)
{
	unsigned int told;
	int rc = sa_get(aside(), direction, &told);

	if (rc && rc != -ENOENT)
		abort();
	return told;
}

static bool sa_in_there(struct world *w)
{
	return sa_is(ADIT_SA_DIRECTION_IN);
}

static bool sa_in_absent(struct world *w)
{
	return !sa_is(ADIT_SA_DIRECTION_IN);
}

static bool sa_out_there(struct world *w)
{
	return sa_is(ADIT_SA_DIRECTION_OUT);
}

static bool sa_out_absent(struct world *w)
{
	return !sa_is(ADIT_SA_DIRECTION_OUT);
}

/* With an SA goes the child that it was made for. */
const struct op esp_sa_aead = {
	.prepare = child_new_act, .act = sa_aead_act, .done = sa_in_there, .before = sa_in_absent, .undo = child_undo,
};
const struct op esp_sa_cbc = {
	.prepare = child_new_act, .act = sa_cbc_act, .done = sa_in_there, .before = sa_in_absent, .undo = child_undo,
};
const struct op esp_sa_out = {
	.prepare = child_new_act, .act = sa_out_act, .done = sa_out_there, .before = sa_out_absent, .undo = child_undo,
};

static int sa_prepared(struct world *w)
{
	return child_new_act(w) ?: sa_aead_act(w);
}

static int sa_del_act(struct world *w)
{
	struct request rq;

	sa_of(&w->nl, &rq, ADIT_CMD_SA_DEL, ID, ADIT_SA_DIRECTION_IN, SPI);
	return request_talk(&w->nl, &rq);
}

const struct op esp_sa_del = {
	.prepare = sa_prepared, .act = sa_del_act, .done = sa_in_absent, .before = sa_in_there, .undo = child_undo,
};

static int sa_get_act(struct world *w)
{
	return sa_get(&w->nl, ADIT_SA_DIRECTION_IN, &w->told);
}

const struct op esp_sa_get = {
	.prepare = sa_prepared, .act = sa_get_act, .done = told_one, .undo = child_undo,
};

static int sas_dump_act(struct world *w)
{
	struct request rq;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_SA_GET, NLM_F_DUMP);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

static bool told_two(struct world *w)
{
	return w->told == 2;
}

const struct op esp_sas_dump = { .act = sas_dump_act, .done = told_two, .dump = true };

/* The kind. */

/* OTHER's SAs keep the algorithms: making those goes on in other threads, whose errors are not a request's. */
static int other_new(struct nl *nl)
{
	struct request rq;
	int rc;

	request_new(nl, &rq, OTHER);
	rc = request_talk(nl, &rq);
	if (rc)
		return rc;
	sa_of(nl, &rq, ADIT_CMD_SA_NEW, OTHER, ADIT_SA_DIRECTION_OUT, SPI);
	put_aead(rq.nlh);
	rc = request_talk(nl, &rq);
	if (rc)
		return rc;
	sa_of(nl, &rq, ADIT_CMD_SA_NEW, OTHER, ADIT_SA_DIRECTION_IN, SPI + 1);
	put_cbc(rq.nlh);
	mnl_attr_put(rq.nlh, ADIT_A_SA_ESN, 0, NULL);
	return request_talk(nl, &rq);
}

static int setup(struct nl *nl)
{
	int rc;

	udp = udp_open(PORT);
	rc = udp < 0 ? udp : socket_attach(nl, udp);
	return rc ?: other_new(nl);
}

static bool teardown(struct world *w)
{
	w->told = 0;
	return child_absent(w) && link_absent(w) && !sas_dump_act(w) && told_two(w) && !close(udp);
}

const struct kind kind_esp = {
	.name = "esp", .fwmark = ADIT_A_LINK_ESP_FWMARK, .sessions = 1, .setup = setup, .teardown = teardown,
};
