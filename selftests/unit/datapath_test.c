// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath without adit's module: the kernel's refusals put into words, sessions as attributes
 * and back, events off a socket, routes and addresses in a namespace of the test's own, and the
 * datapath for tests.
 */
#include <errno.h>
#include <linux/adit.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "datapath/codec.h"
#include "datapath/detour.h"
#include "datapath/events.h"
#include "datapath/extack.h"
#include "datapath/link.h"
#include "datapath/null.h"
#include "datapath/request.h"

/* --- extack --- */

#define FAMILY 0x21

static struct nl_msg *request(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 1, 1, FAMILY, 0, NLM_F_REQUEST, ADIT_CMD_SESSION_NEW, 1));
	return msg;
}

struct attrs {
	const char *words;
	int64_t offset, miss_type, miss_nest;	/* -1: absent */
};

/* The kernel's NLMSG_ERROR for req; with the request's payload where it is not capped. */
static struct nl_msg *refusal(struct nl_msg *req, int error, bool capped, const struct attrs *a)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *asked = nlmsg_hdr(req);
	struct nlmsgerr err = { .error = error, .msg = *asked };

	nlmsg_put(msg, 1, 1, NLMSG_ERROR, 0, NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
	nlmsg_append(msg, &err, sizeof(err), 0);
	if (!capped)
		nlmsg_append(msg, nlmsg_data(asked), (size_t)nlmsg_datalen(asked), NLMSG_ALIGNTO);
	if (a->words)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, a->words);
	if (a->offset >= 0)
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, (uint32_t)a->offset);
	if (a->miss_type >= 0)
		nla_put_u32(msg, NLMSGERR_ATTR_MISS_TYPE, (uint32_t)a->miss_type);
	if (a->miss_nest >= 0)
		nla_put_u32(msg, NLMSGERR_ATTR_MISS_NEST, (uint32_t)a->miss_nest);
	return msg;
}

static uint32_t offset_in(struct nl_msg *msg, const void *at)
{
	return (uint32_t)((const char *)at - (const char *)nlmsg_hdr(msg));
}

static void explains(struct nl_msg *req, int error, const struct attrs *a, const char *want)
{
	struct extack_request asked = { nlmsg_hdr(req), GENL_HDRLEN, &extack_session };
	char text[DP_ERR_MAX];

	for (int capped = 0; capped < 2; capped++) {
		struct nl_msg *msg = refusal(req, error, capped, a);

		assert_int_equal(extack_explain(nlmsg_hdr(msg), &asked, text, sizeof(text)), error);
		assert_string_equal(text, want);
		nlmsg_free(msg);
	}
}

static void refusals_name_the_attribute(void **state)
{
	struct nl_msg *req = request();
	struct nlattr *nest, *len, *call;
	uint32_t prefix_at, len_at, call_at;

	(void)state;
	nla_put_u32(req, ADIT_A_SESSION_IFINDEX, 7);
	nest = nla_nest_start(req, ADIT_A_SESSION_PREFIX);
	nla_put_u32(req, ADIT_A_PREFIX_V4, 1);
	len = nlmsg_tail(nlmsg_hdr(req));
	nla_put_u8(req, ADIT_A_PREFIX_LEN, 40);
	nla_nest_end(req, nest);
	call = nlmsg_tail(nlmsg_hdr(req));
	nla_put_u16(req, ADIT_A_SESSION_CALL_ID, 5);
	prefix_at = offset_in(req, nest);
	len_at = offset_in(req, len);
	call_at = offset_in(req, call);

	explains(req, -EEXIST, &(struct attrs){ "taken", call_at, -1, -1 },
		 "taken: File exists (attribute call-id)");
	explains(req, -EINVAL, &(struct attrs){ "too long", len_at, -1, -1 },
		 "too long: Invalid argument (attribute prefix.len)");
	explains(req, -EINVAL, &(struct attrs){ NULL, prefix_at, -1, -1 },
		 "Invalid argument (attribute prefix)");
	explains(req, -EINVAL, &(struct attrs){ NULL, -1, ADIT_A_SESSION_LOCAL_V4, -1 },
		 "Invalid argument (attribute local-v4 is missing)");
	explains(req, -EINVAL, &(struct attrs){ NULL, -1, ADIT_A_PREFIX_V4, prefix_at },
		 "Invalid argument (attribute prefix.v4 is missing)");
	explains(req, -EPERM, &(struct attrs){ NULL, -1, -1, -1 }, "Operation not permitted");
	/* What the kernel says must not lead out of the request. */
	explains(req, -EINVAL, &(struct attrs){ NULL, 0, -1, -1 }, "Invalid argument");
	explains(req, -EINVAL, &(struct attrs){ NULL, 100000, -1, -1 }, "Invalid argument");
	explains(req, -EINVAL, &(struct attrs){ NULL, 0xffffffff, -1, -1 }, "Invalid argument");
	explains(req, -EINVAL, &(struct attrs){ NULL, -1, 9999, 100000 },
		 "Invalid argument (attribute number 9999 is missing)");
	nlmsg_free(req);
}

static void a_short_refusal_makes_no_sense(void **state)
{
	struct nlmsghdr nl = { .nlmsg_len = sizeof(nl) + 2, .nlmsg_type = NLMSG_ERROR };
	struct nl_msg *req = request();
	struct extack_request asked = { nlmsg_hdr(req), GENL_HDRLEN, &extack_session };
	char text[DP_ERR_MAX];

	(void)state;
	assert_int_equal(extack_explain(&nl, &asked, text, sizeof(text)), -EPROTO);
	nlmsg_free(req);
}

/* --- sessions --- */

static struct dp_session example(void)
{
	struct dp_session s = {
		.ifindex = 7,
		.id = 12,
		.call_id = 0x1234,
		.peer_call_id = 0xfedc,
		.n_prefixes = 2,
		.have_ifid = true,
		.ifid = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.net = 3,
		.tx_acfc = true,
		.mru = 1400,
		.mppe_required = true,
		.tx = { .strength = DP_MPPE_128, .stateful = true },
		.rx = { .strength = DP_MPPE_40 },
	};

	addr_parse("192.0.2.1", &s.local);
	addr_parse("198.51.100.7", &s.peer);
	prefix_parse("10.9.0.10/32", &s.prefixes[0]);
	prefix_parse("2001:db8:7::/64", &s.prefixes[1]);
	memset(s.tx.start_key, 0xaa, sizeof(s.tx.start_key));
	memset(s.rx.start_key, 0xbb, sizeof(s.rx.start_key));
	return s;
}

static int get(struct nl_msg *msg, struct dp_session *s, struct dp_stats *stats)
{
	return codec_get(nlmsg_attrdata(nlmsg_hdr(msg), GENL_HDRLEN),
			 nlmsg_attrlen(nlmsg_hdr(msg), GENL_HDRLEN), s, stats);
}

static void sessions_round_trip(void **state)
{
	struct dp_session in = example(), out;
	struct nl_msg *msg = request();

	(void)state;
	assert_int_equal(codec_put_new(msg, &in), 0);
	assert_int_equal(get(msg, &out, NULL), 0);
	/* Keys are told to the kernel and never read. */
	memset(in.tx.start_key, 0, sizeof(in.tx.start_key));
	memset(in.rx.start_key, 0, sizeof(in.rx.start_key));
	assert_int_equal(out.id, in.id);
	assert_int_equal(out.ifindex, in.ifindex);
	assert_true(addr_equal(&out.local, &in.local) && addr_equal(&out.peer, &in.peer));
	assert_int_equal(out.call_id, in.call_id);
	assert_int_equal(out.peer_call_id, in.peer_call_id);
	assert_int_equal(out.n_prefixes, 2);
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(addr_equal(&out.prefixes[i].addr, &in.prefixes[i].addr));
		assert_int_equal(out.prefixes[i].len, in.prefixes[i].len);
	}
	assert_memory_equal(out.ifid, in.ifid, 8);
	assert_int_equal(out.net, 3);
	assert_true(out.tx_acfc && !out.tx_pfc && out.mppe_required);
	assert_int_equal(out.mru, 1400);
	assert_memory_equal(&out.tx, &in.tx, sizeof(in.tx));
	assert_memory_equal(&out.rx, &in.rx, sizeof(in.rx));
	nlmsg_free(msg);
}

static void l2tp_sessions_round_trip(void **state)
{
	struct dp_session in = example(), out;
	struct nl_msg *msg = request();

	(void)state;
	in.is_l2tp = true;
	in.l2tp = (struct dp_l2tp){ .local_port = 1701, .peer_port = 40000, .tunnel_id = 1, .peer_tunnel_id = 0xfffe,
				    .session_id = 3, .peer_session_id = 0xfffc, .seq_send = true,
				    .seq_follow = true };
	assert_int_equal(addr_parse("2001:db8::1", &in.local), 0);
	assert_int_equal(addr_parse("2001:db8::2", &in.peer), 0);
	assert_int_equal(codec_put_new(msg, &in), 0);
	assert_null(nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, ADIT_A_SESSION_CALL_ID));
	assert_int_equal(get(msg, &out, NULL), 0);
	assert_true(out.is_l2tp);
	assert_true(addr_equal(&out.local, &in.local) && addr_equal(&out.peer, &in.peer));
	assert_memory_equal(&out.l2tp, &in.l2tp, sizeof(in.l2tp));
	nlmsg_free(msg);
}

static bool has(struct nl_msg *msg, int type)
{
	return nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, type) != NULL;
}

static void a_change_carries_what_was_named(void **state)
{
	static const struct { unsigned int what; int type;
	} cases[] = {
		{ DP_SET_NET, ADIT_A_SESSION_NET },
		{ DP_SET_FRAMING, ADIT_A_SESSION_FRAMING },
		{ DP_SET_FRAMING, ADIT_A_SESSION_MRU },
		{ DP_SET_MPPE, ADIT_A_SESSION_MPPE_TX },
		{ DP_SET_MPPE, ADIT_A_SESSION_MPPE_RX },
		{ DP_SET_PREFIXES, ADIT_A_SESSION_PREFIX },
		{ DP_SET_IFID, ADIT_A_SESSION_IFID },
		{ DP_SET_REQUIRED, ADIT_A_SESSION_MPPE_REQUIRED },
		{ DP_SET_FLUSH, ADIT_A_SESSION_MPPE_FLUSH },
		{ DP_SET_SEQ, ADIT_A_SESSION_L2TP },
	};
	struct dp_session s = example();

	(void)state;
	for (unsigned int bit = 0; bit < 8; bit++) {
		struct nl_msg *msg = request();

		assert_int_equal(codec_put_change(msg, &s, 1u << bit), 0);
		assert_true(has(msg, ADIT_A_SESSION_IFINDEX) && has(msg, ADIT_A_SESSION_ID));
		assert_false(has(msg, ADIT_A_SESSION_CALL_ID));
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			assert_int_equal(has(msg, cases[i].type), cases[i].what == 1u << bit);
		nlmsg_free(msg);
	}
}

/*
 * A session that is told with the attribute given has to be refused, whatever else is right about
 * it.
 */
static void nonsense_from_the_kernel_is_refused(void **state)
{
	static const struct { int type, len;
	} cases[] = {
		{ ADIT_A_SESSION_CALL_ID, 1 }, { ADIT_A_SESSION_LOCAL_V4, 3 },
		{ ADIT_A_SESSION_IFID, 7 },    { ADIT_A_SESSION_IFID, 9 },
		{ ADIT_A_SESSION_NET, 2 },     { ADIT_A_SESSION_RX_IDLE_MS, 4 },
		{ ADIT_A_SESSION_PREFIX, 0 },  { ADIT_A_SESSION_PREFIX, 3 },
		{ ADIT_A_SESSION_MPPE_TX, 0 }, { ADIT_A_SESSION_LOCAL_V6, 15 },
		{ ADIT_A_SESSION_PEER_V6, 4 }, { ADIT_A_SESSION_PEER_PORT, 1 },
	};
	uint8_t octets[16] = { 0 };
	struct dp_session s;
	struct nl_msg *msg = request();

	(void)state;
	assert_int_equal(get(msg, &s, NULL), -EPROTO);
	nla_put_u32(msg, ADIT_A_SESSION_IFINDEX, 7);
	assert_int_equal(get(msg, &s, NULL), -EPROTO);
	nla_put_u32(msg, ADIT_A_SESSION_ID, 12);
	assert_int_equal(get(msg, &s, NULL), 0);
	nlmsg_free(msg);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		msg = request();
		codec_put_id(msg, 7, 12);
		nla_put(msg, cases[i].type, cases[i].len, octets);
		assert_int_equal(get(msg, &s, NULL), -EPROTO);
		nlmsg_free(msg);
	}
}

static void a_prefix_longer_than_its_address_is_refused(void **state)
{
	static const struct prefix long4 = { .addr = { .family = AF_INET }, .len = 33 };
	static const struct prefix long6 = { .addr = { .family = AF_INET6 }, .len = 129 };
	struct dp_session told = { .ifindex = 7, .id = 12, .n_prefixes = 1 }, s;
	const struct prefix *const prefixes[] = { &long4, &long6 };
	struct nl_msg *msg;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		told.prefixes[0] = *prefixes[i];
		msg = request();
		assert_int_equal(codec_put_new(msg, &told), 0);
		assert_int_equal(get(msg, &s, NULL), -EPROTO);
		nlmsg_free(msg);
	}
}

static uint64_t counter_of(const struct dp_counter *c, unsigned int n, const char *name)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!strcmp(c[i].name, name))
			return c[i].value;
	}
	fail_msg("no counter %s", name);
	return 0;
}

static void every_counter_is_told(void **state)
{
	struct nl_msg *msg = request();
	struct dp_session s;
	struct dp_stats st;
	struct nlattr *nest;

	(void)state;
	codec_put_id(msg, 7, 12);
	nest = nla_nest_start(msg, ADIT_A_SESSION_RX_STATS);
	for (int i = ADIT_A_RX_STATS_PAD + 1; i <= ADIT_A_RX_STATS_MAX; i++)
		nla_put_u64(msg, i, (uint64_t)i << 33);
	nla_put_u64(msg, 63, 1);	/* one that a newer kernel knows */
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, ADIT_A_SESSION_TX_STATS);
	nla_put_u64(msg, ADIT_A_TX_STATS_BYTES, 99);
	nla_nest_end(msg, nest);
	nla_put_u64(msg, ADIT_A_SESSION_RX_IDLE_MS, 4000);
	assert_int_equal(get(msg, &s, &st), 0);
	assert_int_equal(st.n_rx, ADIT_A_RX_STATS_MAX - ADIT_A_RX_STATS_PAD);
	assert_int_equal(st.n_tx, ADIT_A_TX_STATS_MAX - ADIT_A_TX_STATS_PAD);
	assert_true(counter_of(st.rx, st.n_rx, "mppe-forged") ==
		    (uint64_t)ADIT_A_RX_STATS_MPPE_FORGED << 33);
	assert_true(st.rx_bytes == (uint64_t)ADIT_A_RX_STATS_BYTES << 33);
	assert_int_equal(st.tx_bytes, 99);
	assert_int_equal(counter_of(st.tx, st.n_tx, "too-big"), 0);
	assert_int_equal(st.rx_idle_ms, 4000);
	assert_int_equal(st.tx_idle_ms, 0);
	nlmsg_free(msg);
}

/* --- events --- */

static struct {
	unsigned int lost, gone, desync, frames;
	uint32_t id;
	uint16_t protocol;
	bool encrypted;
	uint8_t data[64];
	size_t len;
} seen;

static void on_frame(void *ctx, int ifindex, uint32_t id, uint16_t protocol, bool encrypted,
		     const uint8_t *data, size_t len)
{
	(void)ctx;
	assert_int_equal(ifindex, 7);
	seen.frames++;
	seen.id = id;
	seen.protocol = protocol;
	seen.encrypted = encrypted;
	seen.len = len;
	memcpy(seen.data, data, len < sizeof(seen.data) ? len : sizeof(seen.data));
}

static void on_desync(void *ctx, int ifindex, uint32_t id)
{
	(void)ctx;
	(void)ifindex;
	seen.desync += id;
}

static void on_gone(void *ctx, int ifindex, uint32_t id)
{
	(void)ctx;
	(void)ifindex;
	seen.gone += id;
}

static void on_lost(void *ctx, int ifindex, uint32_t id)
{
	(void)ctx;
	(void)ifindex;
	(void)id;
	seen.lost++;
}

static const struct dp_events events = {
	.frame = on_frame, .mppe_desync = on_desync, .gone = on_gone, .frames_lost = on_lost,
};

static void messages_of_strangers_are_not_read(void **state)
{
	struct dp_err err;
	int fd = events_open(&err),
	    stranger = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct nl_msg *msg = nlmsg_alloc();
	uint32_t port;

	(void)state;
	assert_true(fd >= 0 && stranger >= 0);
	assert_int_equal(events_port(fd, &port), 0);
	assert_int_not_equal(port, 0);
	to.nl_pid = port;
	memset(&seen, 0, sizeof(seen));
	genlmsg_put(msg, 0, 0, FAMILY, 0, 0, ADIT_CMD_FRAME_NTF, 1);
	nla_put_u32(msg, ADIT_A_FRAME_IFINDEX, 7);
	nla_put_u32(msg, ADIT_A_FRAME_ID, 12);
	nla_put_u16(msg, ADIT_A_FRAME_PROTOCOL, 0xc021);
	nla_put(msg, ADIT_A_FRAME_DATA, 4, "abcd");
	if (sendto(stranger, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		skip();	/* the kernel lets nobody talk to nobody on this protocol */
	events_read(fd, FAMILY, &events, NULL);
	assert_int_equal(seen.frames, 0);
	nlmsg_free(msg);
	close(fd);
	close(stranger);
}

static void a_socket_that_is_none_is_refused(void **state)
{
	struct dp_err err = { "" };
	uint32_t port;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(events_port(fds[0], &port), -EINVAL);
	assert_null(dp_new(fds[0], &events, NULL, &err));
	assert_int_not_equal(err.text[0], '\0');
	close(fds[0]);
	close(fds[1]);
}

/* --- links, in a namespace of our own --- */

static struct channel rtnl;

static int new_namespace(void **state)
{
	struct dp_err err;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0)
		return 0;	/* not root: the tests skip themselves */
	return channel_open(&rtnl, NETLINK_ROUTE, &err);
}

static int leave_namespace(void **state)
{
	(void)state;
	channel_close(&rtnl);
	return 0;
}

static void devices_are_found(void **state)
{
	struct dp_err err;
	char kind[16];
	int ifindex = 0;

	(void)state;
	if (!rtnl.sock)
		skip();
	assert_int_equal(link_find(&rtnl, "lo", &ifindex, kind, &err), 0);
	assert_int_equal(ifindex, 1);
	assert_string_equal(kind, "");
	assert_int_equal(link_find(&rtnl, "pptp0", &ifindex, kind, &err), -ENODEV);
	assert_int_equal(link_del(&rtnl, 999, &err), -ENODEV);
	assert_non_null(strstr(err.text, "removing the device: "));
}

static void a_kind_that_nobody_knows_names_the_module(void **state)
{
	struct dp_device_config cfg = { .name = "x0", .mtu = 1400 };
	struct dp_err err;

	(void)state;
	if (!rtnl.sock)
		skip();
	assert_int_equal(link_new(&rtnl, "nosuchkind", &cfg, &err), -ENOENT);
	assert_non_null(strstr(err.text, "kernel module adit is not loaded: modprobe adit"));
}

static void addresses_and_routes_are_there_once(void **state)
{
	struct prefix address, pool, pool6;
	struct dp_err err;

	(void)state;
	if (!rtnl.sock)
		skip();
	prefix_parse("10.9.0.1/32", &address);
	prefix_parse("10.9.0.0/24", &pool);
	prefix_parse("2001:db8:9::/48", &pool6);
	assert_int_equal(link_route_add(&rtnl, 1, &pool, &err), -ENETDOWN);
	assert_non_null(strstr(err.text, "route to 10.9.0.0/24: "));
	assert_int_equal(system("ip link set lo up"), 0);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(link_address_add(&rtnl, 1, &address, &err), 0);
		assert_int_equal(link_route_add(&rtnl, 1, &pool, &err), 0);
		assert_int_equal(link_route_add(&rtnl, 1, &pool6, &err), 0);
	}
	assert_int_equal(system("test $(ip -4 route show 10.9.0.0/24 | wc -l) = 1"), 0);
	assert_int_equal(system("test $(ip -6 route show 2001:db8:9::/48 | wc -l) = 1"), 0);
	assert_int_equal(link_route_del(&rtnl, 1, &pool, &err), 0);
	assert_int_equal(link_route_del(&rtnl, 1, &pool, &err), 0);
	assert_int_equal(system("test -z \"$(ip -4 route show 10.9.0.0/24)\""), 0);
}

/* Somebody else's route of the same prefix stays, and stays in use. */
static void routes_of_others_are_left_alone(void **state)
{
	struct prefix pool;
	struct dp_err err;

	(void)state;
	if (!rtnl.sock || system("ip link set lo up && ip route add unreachable 10.8.0.0/24"))
		skip();
	prefix_parse("10.8.0.0/24", &pool);
	assert_int_equal(link_route_add(&rtnl, 1, &pool, &err), -EEXIST);
	assert_non_null(strstr(err.text, "ip route show 10.8.0.0/24"));
	assert_int_equal(
		system("test \"$(ip -4 route show 10.8.0.0/24)\" = 'unreachable 10.8.0.0/24 '"), 0);
}

/* "test" of what a command prints. */
static void prints(const char *command, const char *want)
{
	char text[512];

	snprintf(text, sizeof(text), "test \"$(%s)\" = '%s'", command, want);
	if (system(text))
		fail_msg("%s: not \"%s\"", command, want);
}

/* What goes by a default route goes by ours, unless it carries the mark or has a better route. */
static void a_default_route_leads_no_marked_packet_into_itself(void **state)
{
	const struct dp_detour d = { .fwmark = 77, .table = 99, .ipv4 = true, .ipv6 = true };
	struct dp_err err;
	char kind[16];
	int in, out, towards;

	(void)state;
	if (!rtnl.sock ||
	    system("ip link set lo up && ip link add out type veth peer name in &&"
		   "ip link set out up && ip link set in up && ip addr add 192.0.2.2/24 dev out &&"
		   "ip route add default via 192.0.2.1"))
		skip();
	assert_int_equal(link_find(&rtnl, "in", &in, kind, &err), 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(detour_add(&rtnl, in, &d, &err), 0);
	prints("ip route get 198.51.100.1 | grep -c \"dev in \"", "1");
	prints("ip route get 198.51.100.1 mark 77 | grep -c \"dev out \"", "1");
	assert_int_equal(link_towards(&rtnl, &(struct addr){ .family = AF_INET, .bytes = { 198, 51, 100, 1 } },
				      77, &towards, &err), 0);
	assert_int_equal(link_find(&rtnl, "out", &out, kind, &err), 0);
	assert_int_equal(towards, out);
	prints("ip route get 192.0.2.9 | grep -c \"dev out \"", "1");
	prints("ip rule | wc -l", "5");
	prints("ip -6 rule | wc -l", "4");
	assert_int_equal(detour_del(&rtnl, &d, &err), 0);
	prints("ip rule | wc -l", "3");
	prints("ip -6 rule | wc -l", "2");
	prints("ip route get 198.51.100.1 | grep -c \"dev out \"", "1");
	assert_int_equal(detour_del(&rtnl, &d, &err), 0);
	/* The route cannot be made: no rule either. */
	assert_int_not_equal(detour_add(&rtnl, 999, &d, &err), 0);
	assert_non_null(strstr(err.text, "the default route: "));
	prints("ip rule | wc -l", "3");
}

static void a_link_has_two_ends(void **state)
{
	struct dp_ends ends = { .local = addr_v4(0x0a090002), .peer = addr_v4(0x0a090001) };
	char alias[DP_ALIAS_MAX];
	struct dp_err err;

	(void)state;
	if (!rtnl.sock || system("ip link set lo up"))
		skip();
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(link_ends_add(&rtnl, 1, &ends, &err), 0);
	prints("ip -4 addr show dev lo | grep -c \"inet 10.9.0.2 peer 10.9.0.1/32\"", "1");
	ends = (struct dp_ends){ .local = addr_v4(0x0a090003) };
	assert_int_equal(link_ends_add(&rtnl, 1, &ends, &err), 0);
	prints("ip -4 addr show dev lo | grep -c \"inet 10.9.0.3/32\"", "1");
	assert_int_equal(link_set_alias(&rtnl, 1, "of somebody", &err), 0);
	assert_int_equal(link_alias(&rtnl, 1, alias, &err), 0);
	assert_string_equal(alias, "of somebody");
	assert_int_equal(link_set_addr_gen_none(&rtnl, 1, &err), 0);
	prints("ip -d link show dev lo | grep -c \"addrgenmode none\"", "1");
}

/* --- the one for tests --- */

static void the_null_datapath_remembers(void **state)
{
	struct dp *dp = dp_new_null(&events, NULL);
	struct dp_session s = example(), got;
	struct dp_null_frame frame;
	struct dp_err err;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(dp_session_new(dp, &s, &err), 0);
	assert_int_equal(dp_session_new(dp, &s, &err), -EEXIST);
	s.net = 1;
	assert_int_equal(dp_session_set(dp, &s, DP_SET_NET | DP_SET_FLUSH, &err), 0);
	assert_int_equal(dp_null_session(dp, 12)->net, 1);
	assert_int_equal(dp_frame_send(dp, 7, 12, 0xc021, (const uint8_t *)"ab", 2, &err), 0);
	assert_true(dp_null_frame_next(dp, &frame));
	assert_int_equal(frame.protocol, 0xc021);
	assert_int_equal(frame.len, 2);
	assert_false(dp_null_frame_next(dp, &frame));
	assert_int_equal(dp_session_get(dp, 7, 12, &got, NULL, &err), 0);
	assert_int_equal(got.tx.start_key[0], 0);
	s.id = 13;
	s.is_l2tp = true;
	s.l2tp = (struct dp_l2tp){ .tunnel_id = 1, .session_id = 2, .peer_tunnel_id = 3, .peer_session_id = 4 };
	assert_int_equal(dp_socket_attach(dp, 5, &err), 0);
	assert_int_equal(dp_session_new(dp, &s, &err), 0);
	s.l2tp.seq_send = true;
	assert_int_equal(dp_session_set(dp, &s, DP_SET_SEQ, &err), 0);
	assert_true(dp_null_session(dp, 13)->l2tp.seq_send);
	dp_null_refuse(dp, "socket-detach", -ENOTCONN, "no");
	assert_int_equal(dp_socket_detach(dp, 5, &err), -ENOTCONN);
	assert_int_equal(dp_socket_detach(dp, 5, &err), 0);
	dp_null_refuse(dp, "session-del", -EPERM, "no");
	assert_int_equal(dp_session_del(dp, 7, 12, &err), -EPERM);
	assert_string_equal(err.text, "no");
	assert_int_equal(dp_session_del(dp, 7, 12, &err), 0);
	assert_string_equal(
		dp_null_requests(dp),
		"session-new 12 call 4660 peer 65244\nsession-set 12 net flush\nsocket-attach 5\n"
		"session-new 13 l2tp 1/2 peer 3/4\nsession-set 13 seq\nsocket-detach 5\nsession-del 12\n");
	assert_string_equal(dp_null_requests(dp), "");
	dp_null_frame(dp, 7, 3, 0x8021, true, "xyz", 3);
	assert_int_equal(seen.frames, 1);
	assert_true(seen.encrypted && seen.len == 3 && seen.id == 3);
	dp_free(dp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_name_the_attribute),
		cmocka_unit_test(a_short_refusal_makes_no_sense),
		cmocka_unit_test(sessions_round_trip),
		cmocka_unit_test(a_change_carries_what_was_named),
		cmocka_unit_test(nonsense_from_the_kernel_is_refused),
		cmocka_unit_test(a_prefix_longer_than_its_address_is_refused),
		cmocka_unit_test(every_counter_is_told),
		cmocka_unit_test(messages_of_strangers_are_not_read),
		cmocka_unit_test(a_socket_that_is_none_is_refused),
		cmocka_unit_test_setup_teardown(devices_are_found, new_namespace, leave_namespace),
		cmocka_unit_test_setup_teardown(a_kind_that_nobody_knows_names_the_module,
						new_namespace, leave_namespace),
		cmocka_unit_test_setup_teardown(addresses_and_routes_are_there_once, new_namespace,
						leave_namespace),
		cmocka_unit_test_setup_teardown(a_default_route_leads_no_marked_packet_into_itself,
						new_namespace, leave_namespace),
		cmocka_unit_test_setup_teardown(a_link_has_two_ends, new_namespace,
						leave_namespace),
		cmocka_unit_test_setup_teardown(routes_of_others_are_left_alone, new_namespace,
						leave_namespace),
		cmocka_unit_test(l2tp_sessions_round_trip),
		cmocka_unit_test(the_null_datapath_remembers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
