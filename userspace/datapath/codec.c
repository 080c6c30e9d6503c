// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/codec.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/adit.h>
#include <netlink/attr.h>
#include <string.h>

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* --- to the kernel --- */

int codec_put_id(struct nl_msg *msg, int ifindex, uint32_t id)
{
	if (nla_put_u32(msg, ADIT_A_SESSION_IFINDEX, (uint32_t)ifindex) ||
	    nla_put_u32(msg, ADIT_A_SESSION_ID, id))
		return -ENOMEM;
	return 0;
}

static int put_prefix(struct nl_msg *msg, const struct prefix *p)
{
	struct nlattr *nest = nla_nest_start(msg, ADIT_A_SESSION_PREFIX);
	int err;

	if (!nest)
		return -ENOMEM;
	if (p->addr.family == AF_INET)
		err = nla_put(msg, ADIT_A_PREFIX_V4, 4, p->addr.bytes);
	else
		err = nla_put(msg, ADIT_A_PREFIX_V6, 16, p->addr.bytes);
	if (err || nla_put_u8(msg, ADIT_A_PREFIX_LEN, p->len))
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_prefixes(struct nl_msg *msg, const struct dp_session *s)
{
	unsigned int i;

	for (i = 0; i < s->n_prefixes && i < DP_PREFIXES_MAX; i++) {
		if (put_prefix(msg, &s->prefixes[i]))
			return -ENOMEM;
	}
	return 0;
}

static int put_framing(struct nl_msg *msg, const struct dp_session *s)
{
	uint32_t framing = (s->tx_acfc ? ADIT_PPP_FRAMING_ACFC : 0) |
			   (s->tx_pfc ? ADIT_PPP_FRAMING_PFC : 0);

	if (nla_put_u32(msg, ADIT_A_SESSION_FRAMING, framing))
		return -ENOMEM;
	return s->mru && nla_put_u16(msg, ADIT_A_SESSION_MRU, s->mru) ? -ENOMEM : 0;
}

static int put_net(struct nl_msg *msg, const struct dp_session *s)
{
	uint32_t net = (s->net & 1 ? ADIT_PPP_NET_IPV4 : 0) | (s->net & 2 ? ADIT_PPP_NET_IPV6 : 0);

	return nla_put_u32(msg, ADIT_A_SESSION_NET, net) ? -ENOMEM : 0;
}

static int put_mppe(struct nl_msg *msg, int type, const struct dp_mppe *m)
{
	static const uint32_t strengths[] = {
		[DP_MPPE_40] = ADIT_MPPE_STRENGTH_40, [DP_MPPE_56] = ADIT_MPPE_STRENGTH_56,
		[DP_MPPE_128] = ADIT_MPPE_STRENGTH_128,
	};
	struct nlattr *nest;

	if (m->strength == DP_MPPE_NONE)
		return 0;
	nest = nla_nest_start(msg, type);
	if (!nest || nla_put_u32(msg, ADIT_A_MPPE_STRENGTH, strengths[m->strength]) ||
	    (m->stateful && nla_put_flag(msg, ADIT_A_MPPE_STATEFUL)) ||
	    nla_put(msg, ADIT_A_MPPE_START_KEY, sizeof(m->start_key), m->start_key))
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_both_mppe(struct nl_msg *msg, const struct dp_session *s)
{
	int err = put_mppe(msg, ADIT_A_SESSION_MPPE_TX, &s->tx);

	return err ? err : put_mppe(msg, ADIT_A_SESSION_MPPE_RX, &s->rx);
}

static int put_ifid(struct nl_msg *msg, const struct dp_session *s)
{
	return nla_put(msg, ADIT_A_SESSION_IFID, sizeof(s->ifid), s->ifid) ? -ENOMEM : 0;
}

static int put_addr(struct nl_msg *msg, int v4, int v6, const struct addr *a)
{
	if (a->family == AF_INET6)
		return nla_put(msg, v6, 16, a->bytes) ? -ENOMEM : 0;
	return nla_put(msg, v4, 4, a->bytes) ? -ENOMEM : 0;
}

static int put_outer(struct nl_msg *msg, const struct dp_session *s)
{
	int err = put_addr(msg, ADIT_A_SESSION_LOCAL_V4, ADIT_A_SESSION_LOCAL_V6, &s->local);

	return err ? err : put_addr(msg, ADIT_A_SESSION_PEER_V4, ADIT_A_SESSION_PEER_V6, &s->peer);
}

static uint32_t seq_flags(const struct dp_l2tp *l2tp)
{
	return (l2tp->seq_send ? ADIT_L2TP_SEQ_SEND : 0) |
	       (l2tp->seq_required ? ADIT_L2TP_SEQ_REQUIRED : 0) |
	       (l2tp->seq_follow ? ADIT_L2TP_SEQ_FOLLOW : 0);
}

static int put_seq(struct nl_msg *msg, const struct dp_session *s)
{
	struct nlattr *nest = nla_nest_start(msg, ADIT_A_SESSION_L2TP);

	if (!nest || nla_put_u32(msg, ADIT_A_L2TP_SEQ, seq_flags(&s->l2tp)))
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_l2tp(struct nl_msg *msg, const struct dp_session *s)
{
	const struct dp_l2tp *l2tp = &s->l2tp;

	if (l2tp->child) {
		if (nla_put_u32(msg, ADIT_A_SESSION_CHILD_IFINDEX, (uint32_t)l2tp->child_ifindex) ||
		    nla_put_u32(msg, ADIT_A_SESSION_CHILD, l2tp->child))
			return -ENOMEM;
	} else if (put_outer(msg, s) ||
		   nla_put_u16(msg, ADIT_A_SESSION_LOCAL_PORT, htons(l2tp->local_port))) {
		return -ENOMEM;
	}
	if (nla_put_u16(msg, ADIT_A_SESSION_PEER_PORT, htons(l2tp->peer_port)))
		return -ENOMEM;
	return codec_put_l2tp(msg, ADIT_A_SESSION_L2TP, l2tp);
}

int codec_put_l2tp(struct nl_msg *msg, int type, const struct dp_l2tp *l2tp)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest || nla_put_u32(msg, ADIT_A_L2TP_VERSION, ADIT_L2TP_VERSION_V2) ||
	    nla_put_u16(msg, ADIT_A_L2TP_TUNNEL_ID, l2tp->tunnel_id) ||
	    nla_put_u16(msg, ADIT_A_L2TP_PEER_TUNNEL_ID, l2tp->peer_tunnel_id) ||
	    nla_put_u32(msg, ADIT_A_L2TP_SESSION_ID, l2tp->session_id) ||
	    nla_put_u32(msg, ADIT_A_L2TP_PEER_SESSION_ID, l2tp->peer_session_id) ||
	    nla_put_u32(msg, ADIT_A_L2TP_SEQ, seq_flags(l2tp)))
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_pptp(struct nl_msg *msg, const struct dp_session *s)
{
	if (put_outer(msg, s) || nla_put_u16(msg, ADIT_A_SESSION_CALL_ID, s->call_id) ||
	    nla_put_u16(msg, ADIT_A_SESSION_PEER_CALL_ID, s->peer_call_id))
		return -ENOMEM;
	return 0;
}

int codec_put_new(struct nl_msg *msg, const struct dp_session *s)
{
	if (codec_put_id(msg, s->ifindex, s->id) ||
	    (s->is_l2tp ? put_l2tp(msg, s) : put_pptp(msg, s)))
		return -ENOMEM;
	if (put_prefixes(msg, s) || put_framing(msg, s) || put_both_mppe(msg, s) ||
	    (s->net && put_net(msg, s)) || (s->have_ifid && put_ifid(msg, s)) ||
	    (s->mppe_required && nla_put_flag(msg, ADIT_A_SESSION_MPPE_REQUIRED)))
		return -ENOMEM;
	return 0;
}

int codec_put_change(struct nl_msg *msg, const struct dp_session *s, unsigned int what)
{
	if (codec_put_id(msg, s->ifindex, s->id) || ((what & DP_SET_NET) && put_net(msg, s)) ||
	    ((what & DP_SET_FRAMING) && put_framing(msg, s)) ||
	    ((what & DP_SET_MPPE) && put_both_mppe(msg, s)) ||
	    ((what & DP_SET_PREFIXES) && put_prefixes(msg, s)) ||
	    ((what & DP_SET_IFID) && put_ifid(msg, s)) ||
	    ((what & DP_SET_REQUIRED) && s->mppe_required &&
	     nla_put_flag(msg, ADIT_A_SESSION_MPPE_REQUIRED)) ||
	    ((what & DP_SET_SEQ) && put_seq(msg, s)) ||
	    ((what & DP_SET_FLUSH) && nla_put_flag(msg, ADIT_A_SESSION_MPPE_FLUSH)))
		return -ENOMEM;
	return 0;
}

/* --- from the kernel --- */

static const char *const rx_names[] = {
	[ADIT_A_RX_STATS_PACKETS] = "packets",
	[ADIT_A_RX_STATS_BYTES] = "bytes",
	[ADIT_A_RX_STATS_FRAMES] = "frames",
	[ADIT_A_RX_STATS_ACKS] = "acks",
	[ADIT_A_RX_STATS_LOST] = "lost",
	[ADIT_A_RX_STATS_REORDERED] = "reordered",
	[ADIT_A_RX_STATS_DUPLICATE] = "duplicate",
	[ADIT_A_RX_STATS_LATE] = "late",
	[ADIT_A_RX_STATS_MALFORMED] = "malformed",
	[ADIT_A_RX_STATS_CLOSED] = "closed",
	[ADIT_A_RX_STATS_PLAINTEXT] = "plaintext",
	[ADIT_A_RX_STATS_NO_KEY] = "no-key",
	[ADIT_A_RX_STATS_MPPE_DESYNC] = "mppe-desync",
	[ADIT_A_RX_STATS_MPPE_JUMP] = "mppe-jump",
	[ADIT_A_RX_STATS_MPPE_FORGED] = "mppe-forged",
	[ADIT_A_RX_STATS_SOURCE] = "source",
	[ADIT_A_RX_STATS_FRAMES_LOST] = "frames-lost",
	[ADIT_A_RX_STATS_NO_MEMORY] = "no-memory",
	[ADIT_A_RX_STATS_COOKIE] = "cookie",
	[ADIT_A_RX_STATS_UNSEQUENCED] = "unsequenced",
	[ADIT_A_RX_STATS_WRONG_SOCKET] = "wrong-socket",
};

static const char *const tx_names[] = {
	[ADIT_A_TX_STATS_PACKETS] = "packets", [ADIT_A_TX_STATS_BYTES] = "bytes",
	[ADIT_A_TX_STATS_FRAMES] = "frames",   [ADIT_A_TX_STATS_ACKS] = "acks",
	[ADIT_A_TX_STATS_CLOSED] = "closed",   [ADIT_A_TX_STATS_NO_KEY] = "no-key",
	[ADIT_A_TX_STATS_TOO_BIG] = "too-big", [ADIT_A_TX_STATS_NO_ROUTE] = "no-route",
	[ADIT_A_TX_STATS_LOOP] = "loop",       [ADIT_A_TX_STATS_NO_MEMORY] = "no-memory",
	[ADIT_A_TX_STATS_NO_SOCKET] = "no-socket", [ADIT_A_TX_STATS_NO_CHILD] = "no-child",
	[ADIT_A_TX_STATS_NO_SA] = "no-sa",
};

static_assert(N_OF(rx_names) == ADIT_A_RX_STATS_MAX + 1 && ADIT_A_RX_STATS_MAX < DP_COUNTERS_MAX,
	      "name every rx counter");
static_assert(N_OF(tx_names) == ADIT_A_TX_STATS_MAX + 1 && ADIT_A_TX_STATS_MAX < DP_COUNTERS_MAX,
	      "name every tx counter");

/*
 * Counters that this program does not know are left out, those that the kernel does not tell are 0.
 */
static unsigned int get_counters(struct nlattr *nest, const char *const *names,
				 unsigned int n_names, struct dp_counter *out)
{
	unsigned int i, n = 0;
	struct nlattr *at;

	for (i = 1; i < n_names; i++) {
		if (!names[i])
			continue;
		at = nest ? nla_find(nla_data(nest), nla_len(nest), (int)i) : NULL;
		out[n].name = names[i];
		out[n++].value = at && nla_len(at) == 8 ? nla_get_u64(at) : 0;
	}
	return n;
}

static uint64_t counter(const struct dp_counter *counters, unsigned int n, const char *name)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!strcmp(counters[i].name, name))
			return counters[i].value;
	}
	return 0;
}

static void get_stats(struct nlattr **tb, struct dp_stats *st)
{
	*st = (struct dp_stats){ .n_rx = 0 };
	st->n_rx = get_counters(tb[ADIT_A_SESSION_RX_STATS], rx_names, N_OF(rx_names), st->rx);
	st->n_tx = get_counters(tb[ADIT_A_SESSION_TX_STATS], tx_names, N_OF(tx_names), st->tx);
	st->rx_packets = counter(st->rx, st->n_rx, "packets");
	st->rx_bytes = counter(st->rx, st->n_rx, "bytes");
	st->tx_packets = counter(st->tx, st->n_tx, "packets");
	st->tx_bytes = counter(st->tx, st->n_tx, "bytes");
	if (tb[ADIT_A_SESSION_RX_IDLE_MS])
		st->rx_idle_ms = nla_get_u64(tb[ADIT_A_SESSION_RX_IDLE_MS]);
	if (tb[ADIT_A_SESSION_TX_IDLE_MS])
		st->tx_idle_ms = nla_get_u64(tb[ADIT_A_SESSION_TX_IDLE_MS]);
}

static int get_prefix(struct nlattr *nest, struct prefix *p)
{
	static const struct nla_policy policy[ADIT_A_PREFIX_MAX + 1] = {
		[ADIT_A_PREFIX_V4] = { .type = NLA_U32 },
		[ADIT_A_PREFIX_V6] = { .type = NLA_UNSPEC, .minlen = 16, .maxlen = 16 },
		[ADIT_A_PREFIX_LEN] = { .type = NLA_U8 },
	};
	struct nlattr *tb[ADIT_A_PREFIX_MAX + 1];
	uint8_t len;

	*p = (struct prefix){ .len = 0 };
	if (nla_parse_nested(tb, ADIT_A_PREFIX_MAX, nest, policy) < 0 ||
	    !tb[ADIT_A_PREFIX_V4] == !tb[ADIT_A_PREFIX_V6])
		return -EPROTO;
	p->addr.family = tb[ADIT_A_PREFIX_V4] ? AF_INET : AF_INET6;
	p->len = tb[ADIT_A_PREFIX_V4] ? 32 : 128;
	memcpy(p->addr.bytes, nla_data(tb[ADIT_A_PREFIX_V4] ?: tb[ADIT_A_PREFIX_V6]), p->len / 8);
	len = p->len;
	if (tb[ADIT_A_PREFIX_LEN])
		len = nla_get_u8(tb[ADIT_A_PREFIX_LEN]);
	/* An address without a length is a prefix of all its bits. */
	if (len > p->len)
		return -EPROTO;
	p->len = len;
	return 0;
}

/* A kernel session may own more prefixes than we give one: the rest is not told. */
static int get_prefixes(struct nlattr *attrs, int len, struct dp_session *s)
{
	struct nlattr *at;
	int left;

	nla_for_each_attr(at, attrs, len, left) {
		if (nla_type(at) != ADIT_A_SESSION_PREFIX || s->n_prefixes == DP_PREFIXES_MAX)
			continue;
		if (get_prefix(at, &s->prefixes[s->n_prefixes]))
			return -EPROTO;
		s->n_prefixes++;
	}
	return 0;
}

static int get_mppe(struct nlattr *nest, struct dp_mppe *m)
{
	static const struct nla_policy policy[ADIT_A_MPPE_MAX + 1] = { [ADIT_A_MPPE_STRENGTH] = {
									       .type = NLA_U32 } };
	struct nlattr *tb[ADIT_A_MPPE_MAX + 1];

	if (!nest)
		return 0;
	if (nla_parse_nested(tb, ADIT_A_MPPE_MAX, nest, policy) < 0 || !tb[ADIT_A_MPPE_STRENGTH])
		return -EPROTO;
	switch (nla_get_u32(tb[ADIT_A_MPPE_STRENGTH])) {
	case ADIT_MPPE_STRENGTH_40:
		m->strength = DP_MPPE_40;
		break;
	case ADIT_MPPE_STRENGTH_56:
		m->strength = DP_MPPE_56;
		break;
	case ADIT_MPPE_STRENGTH_128:
		m->strength = DP_MPPE_128;
		break;
	default:
		return -EPROTO;
	}
	m->stateful = tb[ADIT_A_MPPE_STATEFUL] != NULL;
	return 0;
}

static void get_addr(const struct nlattr *v4, const struct nlattr *v6, struct addr *a)
{
	if (!v4 && !v6)
		return;
	a->family = v4 ? AF_INET : AF_INET6;
	memcpy(a->bytes, nla_data(v4 ? v4 : v6), v4 ? 4 : 16);
}

static uint32_t get_u32(const struct nlattr *at)
{
	return at ? nla_get_u32(at) : 0;
}

static uint16_t get_u16(const struct nlattr *at)
{
	return at ? nla_get_u16(at) : 0;
}

static void get_scalars(struct nlattr **tb, struct dp_session *s)
{
	uint32_t net = get_u32(tb[ADIT_A_SESSION_NET]),
		 framing = get_u32(tb[ADIT_A_SESSION_FRAMING]);

	s->ifindex = (int)get_u32(tb[ADIT_A_SESSION_IFINDEX]);
	s->id = get_u32(tb[ADIT_A_SESSION_ID]);
	get_addr(tb[ADIT_A_SESSION_LOCAL_V4], tb[ADIT_A_SESSION_LOCAL_V6], &s->local);
	get_addr(tb[ADIT_A_SESSION_PEER_V4], tb[ADIT_A_SESSION_PEER_V6], &s->peer);
	s->call_id = get_u16(tb[ADIT_A_SESSION_CALL_ID]);
	s->peer_call_id = get_u16(tb[ADIT_A_SESSION_PEER_CALL_ID]);
	s->net = (net & ADIT_PPP_NET_IPV4 ? 1 : 0) | (net & ADIT_PPP_NET_IPV6 ? 2 : 0);
	s->tx_acfc = framing & ADIT_PPP_FRAMING_ACFC;
	s->tx_pfc = framing & ADIT_PPP_FRAMING_PFC;
	s->mru = get_u16(tb[ADIT_A_SESSION_MRU]);
	s->mppe_required = tb[ADIT_A_SESSION_MPPE_REQUIRED] != NULL;
	s->have_ifid = tb[ADIT_A_SESSION_IFID] != NULL;
	if (s->have_ifid)
		memcpy(s->ifid, nla_data(tb[ADIT_A_SESSION_IFID]), sizeof(s->ifid));
}

static int get_l2tp(struct nlattr **tb, struct dp_session *s)
{
	static const struct nla_policy policy[ADIT_A_L2TP_MAX + 1] = {
		[ADIT_A_L2TP_TUNNEL_ID] = { .type = NLA_U16 },
		[ADIT_A_L2TP_PEER_TUNNEL_ID] = { .type = NLA_U16 },
		[ADIT_A_L2TP_SESSION_ID] = { .type = NLA_U32 },
		[ADIT_A_L2TP_PEER_SESSION_ID] = { .type = NLA_U32 },
		[ADIT_A_L2TP_SEQ] = { .type = NLA_U32 },
	};
	struct nlattr *l2tp[ADIT_A_L2TP_MAX + 1];
	uint32_t seq;

	if (!tb[ADIT_A_SESSION_L2TP])
		return 0;
	if (nla_parse_nested(l2tp, ADIT_A_L2TP_MAX, tb[ADIT_A_SESSION_L2TP], policy) < 0)
		return -EPROTO;
	seq = get_u32(l2tp[ADIT_A_L2TP_SEQ]);
	s->is_l2tp = true;
	s->l2tp = (struct dp_l2tp){
		.child_ifindex = (int)get_u32(tb[ADIT_A_SESSION_CHILD_IFINDEX]),
		.child = get_u32(tb[ADIT_A_SESSION_CHILD]),
		.local_port = ntohs(get_u16(tb[ADIT_A_SESSION_LOCAL_PORT])),
		.peer_port = ntohs(get_u16(tb[ADIT_A_SESSION_PEER_PORT])),
		.tunnel_id = get_u16(l2tp[ADIT_A_L2TP_TUNNEL_ID]),
		.peer_tunnel_id = get_u16(l2tp[ADIT_A_L2TP_PEER_TUNNEL_ID]),
		.session_id = (uint16_t)get_u32(l2tp[ADIT_A_L2TP_SESSION_ID]),
		.peer_session_id = (uint16_t)get_u32(l2tp[ADIT_A_L2TP_PEER_SESSION_ID]),
		.seq_send = seq & ADIT_L2TP_SEQ_SEND,
		.seq_required = seq & ADIT_L2TP_SEQ_REQUIRED,
		.seq_follow = seq & ADIT_L2TP_SEQ_FOLLOW,
	};
	return 0;
}

int codec_get(struct nlattr *attrs, int len, struct dp_session *s, struct dp_stats *stats)
{
	static const struct nla_policy policy[ADIT_A_SESSION_MAX + 1] = {
		[ADIT_A_SESSION_IFINDEX] = { .type = NLA_U32 },
		[ADIT_A_SESSION_ID] = { .type = NLA_U32 },
		[ADIT_A_SESSION_LOCAL_V4] = { .type = NLA_U32 },
		[ADIT_A_SESSION_PEER_V4] = { .type = NLA_U32 },
		[ADIT_A_SESSION_CALL_ID] = { .type = NLA_U16 },
		[ADIT_A_SESSION_PEER_CALL_ID] = { .type = NLA_U16 },
		[ADIT_A_SESSION_IFID] = { .type = NLA_UNSPEC, .minlen = 8, .maxlen = 8 },
		[ADIT_A_SESSION_NET] = { .type = NLA_U32 },
		[ADIT_A_SESSION_FRAMING] = { .type = NLA_U32 },
		[ADIT_A_SESSION_MRU] = { .type = NLA_U16 },
		[ADIT_A_SESSION_LOCAL_V6] = { .type = NLA_UNSPEC, .minlen = 16, .maxlen = 16 },
		[ADIT_A_SESSION_PEER_V6] = { .type = NLA_UNSPEC, .minlen = 16, .maxlen = 16 },
		[ADIT_A_SESSION_LOCAL_PORT] = { .type = NLA_U16 },
		[ADIT_A_SESSION_PEER_PORT] = { .type = NLA_U16 },
		[ADIT_A_SESSION_CHILD_IFINDEX] = { .type = NLA_U32 },
		[ADIT_A_SESSION_CHILD] = { .type = NLA_U32 },
		[ADIT_A_SESSION_RX_IDLE_MS] = { .type = NLA_U64 },
		[ADIT_A_SESSION_TX_IDLE_MS] = { .type = NLA_U64 },
	};
	struct nlattr *tb[ADIT_A_SESSION_MAX + 1];

	if (nla_parse(tb, ADIT_A_SESSION_MAX, attrs, len, policy) < 0 ||
	    !tb[ADIT_A_SESSION_IFINDEX] || !tb[ADIT_A_SESSION_ID])
		return -EPROTO;
	memset(s, 0, sizeof(*s));
	get_scalars(tb, s);
	if (get_l2tp(tb, s) || get_prefixes(attrs, len, s) || get_mppe(tb[ADIT_A_SESSION_MPPE_TX], &s->tx) ||
	    get_mppe(tb[ADIT_A_SESSION_MPPE_RX], &s->rx))
		return -EPROTO;
	if (stats)
		get_stats(tb, stats);
	return 0;
}
