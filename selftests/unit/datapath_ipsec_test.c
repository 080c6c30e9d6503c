// SPDX-License-Identifier: GPL-2.0-or-later
/* Children and security associations: as attributes and back, and in the datapath for tests. */
#include <errno.h>
#include <linux/adit.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "datapath/ipsec.h"
#include "datapath/null.h"

#define FAMILY 0x21

static struct nl_msg *message(uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, cmd, 1));
	return msg;
}

static struct dp_selector told_selectors[2];

static struct dp_child a_child(void)
{
	struct dp_selector *sel = told_selectors;
	struct dp_child c = { .ifindex = 7, .id = 12, .local_port = 4500, .peer_port = 61000,
			      .n_selectors = 2, .selectors = sel };

	addr_parse("2001:db8::1", &c.local);
	addr_parse("2001:db8::2", &c.peer);
	for (unsigned int i = 0; i < c.n_selectors; i++) {
		sel[i].remote_min = 53;
		sel[i].remote_max = 53;
		sel[i].local_max = UINT16_MAX;
		sel[i].protocol = 17;
	}
	prefix_parse("10.1.0.0/16", &sel[0].local);
	prefix_parse("10.2.0.0/16", &sel[0].remote);
	prefix_parse("2001:db8:1::/48", &sel[1].local);
	prefix_parse("2001:db8:2::1/128", &sel[1].remote);
	return c;
}

static int get_child(struct nl_msg *msg, struct dp_child *c)
{
	static struct dp_selector selectors[DP_SELECTORS_MAX];
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	return ipsec_get_child(nlmsg_attrdata(nlh, GENL_HDRLEN), nlmsg_attrlen(nlh, GENL_HDRLEN), c, selectors);
}

static void same_selector(const struct dp_selector *a, const struct dp_selector *b)
{
	char one[ADDR_STRLEN], other[ADDR_STRLEN];

	assert_string_equal(prefix_to_str(&a->local, one), prefix_to_str(&b->local, other));
	assert_string_equal(prefix_to_str(&a->remote, one), prefix_to_str(&b->remote, other));
	assert_true(a->protocol == b->protocol && a->local_min == b->local_min &&
		    a->local_max == b->local_max && a->remote_min == b->remote_min &&
		    a->remote_max == b->remote_max);
}

static void children_round_trip(void **state)
{
	struct nl_msg *msg = message(ADIT_CMD_CHILD_GET);
	struct dp_child told = a_child(), c;

	(void)state;
	assert_int_equal(ipsec_put_child(msg, &told, DP_CHILD_OUTER | DP_CHILD_SELECTORS), 0);
	assert_int_equal(get_child(msg, &c), 0);
	assert_true(c.ifindex == told.ifindex && c.id == told.id && c.n_selectors == told.n_selectors &&
		    c.local_port == told.local_port && c.peer_port == told.peer_port);
	assert_true(addr_equal(&c.local, &told.local) && addr_equal(&c.peer, &told.peer));
	for (unsigned int i = 0; i < told.n_selectors; i++)
		same_selector(&c.selectors[i], &told.selectors[i]);
	nlmsg_free(msg);
}

static void nonsense_is_refused(void **state)
{
	struct nl_msg *msg = message(ADIT_CMD_CHILD_GET);
	struct dp_child told = a_child(), c;

	(void)state;
	told_selectors[1].local.len = 129;
	assert_int_equal(ipsec_put_child(msg, &told, DP_CHILD_OUTER | DP_CHILD_SELECTORS), 0);
	assert_int_equal(get_child(msg, &c), -EPROTO);
	nlmsg_free(msg);
	/* without outer addresses */
	msg = message(ADIT_CMD_CHILD_GET);
	told = a_child();
	assert_int_equal(ipsec_put_child(msg, &told, DP_CHILD_SELECTORS), 0);
	assert_int_equal(get_child(msg, &c), -EPROTO);
	nlmsg_free(msg);
}

static const struct nlattr *attr_of(struct nl_msg *msg, int type)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	return nla_find(nlmsg_attrdata(nlh, GENL_HDRLEN), nlmsg_attrlen(nlh, GENL_HDRLEN), type);
}

static void an_sa_says_what_its_direction_has(void **state)
{
	struct dp_sa sa = { .ifindex = 7, .child = 12, .spi = 0x1234, .cipher = DP_CIPHER_AES_CBC,
			    .auth = DP_AUTH_SHA256_128, .key_len = 16, .auth_key_len = 32,
			    .replay_window = 64, .soft_seconds = 100 };
	struct nl_msg *msg = message(ADIT_CMD_SA_NEW);

	(void)state;
	assert_int_equal(ipsec_put_sa(msg, &sa), 0);
	assert_int_equal(nla_get_u32(attr_of(msg, ADIT_A_SA_REPLAY_WINDOW)), 64);
	assert_int_equal(nla_get_u32(attr_of(msg, ADIT_A_SA_DIRECTION)), ADIT_SA_DIRECTION_IN);
	assert_int_equal(nla_get_u32(attr_of(msg, ADIT_A_SA_AUTH)), ADIT_SA_AUTH_HMAC_SHA256_128);
	nlmsg_free(msg);
	sa.outbound = true;
	msg = message(ADIT_CMD_SA_NEW);
	assert_int_equal(ipsec_put_sa(msg, &sa), 0);
	assert_null(attr_of(msg, ADIT_A_SA_REPLAY_WINDOW));
	assert_int_equal(nla_len(attr_of(msg, ADIT_A_SA_KEY)), 16);
	nlmsg_free(msg);
}

static void the_null_datapath_holds_children(void **state)
{
	struct dp *dp = dp_new_null(NULL, NULL);
	struct dp_child c = a_child();
	struct dp_sa sa = { .ifindex = 7, .child = 12, .spi = 0x1234 };
	struct dp_err err;

	(void)state;
	assert_int_equal(dp_sa_new(dp, &sa, &err), -ENOENT);
	assert_int_equal(dp_child_new(dp, &c, &err), 0);
	assert_int_equal(dp_child_new(dp, &c, &err), -EEXIST);
	assert_int_equal(dp_sa_new(dp, &sa, &err), 0);
	sa.outbound = true;
	assert_int_equal(dp_sa_new(dp, &sa, &err), 0);
	assert_non_null(dp_null_sa(dp, 7, 12, true, 0x1234));
	assert_int_equal(dp_sa_del(dp, 7, 12, false, 0x9999, &err), -ENOENT);
	assert_int_equal(dp_sa_del(dp, 7, 12, false, 0x1234, &err), 0);
	dp_null_refuse(dp, "child-del", -EPERM, "no");
	assert_int_equal(dp_child_del(dp, 7, 12, &err), -EPERM);
	assert_int_equal(dp_child_del(dp, 7, 12, &err), 0);
	assert_string_equal(dp_null_requests(dp),
			    "child-new 12 peer 2001:db8::2 port 61000 10.1.0.0/16-10.2.0.0/16 "
			    "2001:db8:1::/48-2001:db8:2::1/128\n"
			    "sa-new 12 in\nsa-new 12 out\nsa-del 12 in\nchild-del 12\n");
	dp_free(dp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_round_trip),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(an_sa_says_what_its_direction_has),
		cmocka_unit_test(the_null_datapath_holds_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
