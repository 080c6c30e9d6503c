// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/ipsec.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netlink/attr.h>
#include <string.h>

static_assert(DP_SELECTORS_MAX == ADIT_SELECTORS_MAX && DP_SA_KEY_MAX == ADIT_SA_KEY_MAX &&
	      DP_SA_AUTH_KEY_MAX == ADIT_SA_AUTH_KEY_MAX, "as the kernel has it");
static_assert((int)DP_CIPHER_NULL == (int)ADIT_SA_CIPHER_NULL &&
	      (int)DP_CIPHER_AES_CBC == (int)ADIT_SA_CIPHER_AES_CBC &&
	      (int)DP_AUTH_SHA512_256 == (int)ADIT_SA_AUTH_HMAC_SHA512_256 &&
	      (int)DP_AUTH_SHA256_128 == (int)ADIT_SA_AUTH_HMAC_SHA256_128, "in the spec's order");

/* --- to the kernel --- */

static int put_addr(struct nl_msg *msg, int v4, int v6, const struct addr *a)
{
	if (a->family == AF_INET6)
		return nla_put(msg, v6, 16, a->bytes) ? -ENOMEM : 0;
	return nla_put(msg, v4, 4, a->bytes) ? -ENOMEM : 0;
}

static int put_prefix(struct nl_msg *msg, int type, const struct prefix *p)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest || put_addr(msg, ADIT_A_PREFIX_V4, ADIT_A_PREFIX_V6, &p->addr) ||
	    nla_put_u8(msg, ADIT_A_PREFIX_LEN, p->len))
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_selector(struct nl_msg *msg, const struct dp_selector *sel)
{
	struct nlattr *nest = nla_nest_start(msg, ADIT_A_CHILD_SELECTOR);

	if (!nest || put_prefix(msg, ADIT_A_SELECTOR_LOCAL, &sel->local) ||
	    put_prefix(msg, ADIT_A_SELECTOR_REMOTE, &sel->remote) ||
	    nla_put_u8(msg, ADIT_A_SELECTOR_PROTOCOL, sel->protocol) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_LOCAL_PORT_MIN, sel->local_min) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_LOCAL_PORT_MAX, sel->local_max) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_REMOTE_PORT_MIN, sel->remote_min) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_REMOTE_PORT_MAX, sel->remote_max))
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_outer(struct nl_msg *msg, const struct dp_child *c)
{
	if (put_addr(msg, ADIT_A_CHILD_LOCAL_V4, ADIT_A_CHILD_LOCAL_V6, &c->local) ||
	    put_addr(msg, ADIT_A_CHILD_PEER_V4, ADIT_A_CHILD_PEER_V6, &c->peer))
		return -ENOMEM;
	if (c->local_port && (nla_put_u16(msg, ADIT_A_CHILD_LOCAL_PORT, htons(c->local_port)) ||
			      nla_put_u16(msg, ADIT_A_CHILD_PEER_PORT, htons(c->peer_port))))
		return -ENOMEM;
	return 0;
}

int ipsec_put_child(struct nl_msg *msg, const struct dp_child *c, unsigned int what)
{
	unsigned int i;

	if (nla_put_u32(msg, ADIT_A_CHILD_IFINDEX, (uint32_t)c->ifindex) ||
	    nla_put_u32(msg, ADIT_A_CHILD_ID, c->id) ||
	    ((what & DP_CHILD_OUTER) && put_outer(msg, c)))
		return -ENOMEM;
	for (i = 0; (what & DP_CHILD_SELECTORS) && i < c->n_selectors; i++) {
		if (put_selector(msg, &c->selectors[i]))
			return -ENOMEM;
	}
	return 0;
}

int ipsec_put_mode(struct nl_msg *msg, const struct dp_child *c)
{
	uint32_t mode = c->transport ? ADIT_ESP_MODE_TRANSPORT : ADIT_ESP_MODE_TUNNEL;

	if (nla_put_u32(msg, ADIT_A_CHILD_MODE, mode) ||
	    (c->l2tp_port && nla_put_u16(msg, ADIT_A_CHILD_L2TP_PORT, htons(c->l2tp_port))))
		return -ENOMEM;
	return 0;
}

int ipsec_put_sa_name(struct nl_msg *msg, int ifindex, uint32_t child, bool outbound, uint32_t spi)
{
	uint32_t direction = outbound ? ADIT_SA_DIRECTION_OUT : ADIT_SA_DIRECTION_IN;

	if (nla_put_u32(msg, ADIT_A_SA_IFINDEX, (uint32_t)ifindex) ||
	    nla_put_u32(msg, ADIT_A_SA_CHILD, child) ||
	    nla_put_u32(msg, ADIT_A_SA_DIRECTION, direction) ||
	    nla_put_u32(msg, ADIT_A_SA_SPI, spi))
		return -ENOMEM;
	return 0;
}

static int put_limits(struct nl_msg *msg, const struct dp_sa *sa)
{
	if (nla_put_u32(msg, ADIT_A_SA_SOFT_SECONDS, sa->soft_seconds) ||
	    nla_put_u32(msg, ADIT_A_SA_HARD_SECONDS, sa->hard_seconds) ||
	    nla_put_u64(msg, ADIT_A_SA_SOFT_BYTES, sa->soft_bytes) ||
	    nla_put_u64(msg, ADIT_A_SA_HARD_BYTES, sa->hard_bytes) ||
	    nla_put_u64(msg, ADIT_A_SA_SOFT_PACKETS, sa->soft_packets) ||
	    nla_put_u64(msg, ADIT_A_SA_HARD_PACKETS, sa->hard_packets))
		return -ENOMEM;
	return 0;
}

static int put_algorithm(struct nl_msg *msg, const struct dp_sa *sa)
{
	if (nla_put_u32(msg, ADIT_A_SA_CIPHER, sa->cipher) ||
	    (sa->key_len && nla_put(msg, ADIT_A_SA_KEY, (int)sa->key_len, sa->key)) ||
	    (sa->auth && nla_put_u32(msg, ADIT_A_SA_AUTH, sa->auth)) ||
	    (sa->auth_key_len &&
	     nla_put(msg, ADIT_A_SA_AUTH_KEY, (int)sa->auth_key_len, sa->auth_key)) ||
	    (sa->esn && nla_put_flag(msg, ADIT_A_SA_ESN)) ||
	    (sa->legacy && nla_put_flag(msg, ADIT_A_SA_LEGACY)))
		return -ENOMEM;
	return 0;
}

int ipsec_put_sa(struct nl_msg *msg, const struct dp_sa *sa)
{
	if (ipsec_put_sa_name(msg, sa->ifindex, sa->child, sa->outbound, sa->spi) ||
	    put_algorithm(msg, sa) || put_limits(msg, sa))
		return -ENOMEM;
	if (!sa->outbound && nla_put_u32(msg, ADIT_A_SA_REPLAY_WINDOW, sa->replay_window))
		return -ENOMEM;
	return 0;
}

/* --- from the kernel --- */

const struct nla_policy ipsec_child_policy[ADIT_A_CHILD_MAX + 1] = {
	[ADIT_A_CHILD_IFINDEX] = { .type = NLA_U32 },
	[ADIT_A_CHILD_ID] = { .type = NLA_U32 },
	[ADIT_A_CHILD_EVENT] = { .type = NLA_U32 },
	[ADIT_A_CHILD_LOCAL_V4] = { .type = NLA_U32 },
	[ADIT_A_CHILD_PEER_V4] = { .type = NLA_U32 },
	[ADIT_A_CHILD_LOCAL_V6] = { .type = NLA_UNSPEC, .minlen = 16, .maxlen = 16 },
	[ADIT_A_CHILD_PEER_V6] = { .type = NLA_UNSPEC, .minlen = 16, .maxlen = 16 },
	[ADIT_A_CHILD_LOCAL_PORT] = { .type = NLA_U16 },
	[ADIT_A_CHILD_PEER_PORT] = { .type = NLA_U16 },
	[ADIT_A_CHILD_MODE] = { .type = NLA_U32 },
	[ADIT_A_CHILD_L2TP_PORT] = { .type = NLA_U16 },
};

static int get_addr(struct nlattr *v4, struct nlattr *v6, struct addr *a)
{
	if (!v4 == !v6)
		return -EPROTO;
	*a = (struct addr){ .family = v4 ? AF_INET : AF_INET6 };
	memcpy(a->bytes, nla_data(v4 ? v4 : v6), v4 ? 4 : 16);
	return 0;
}

static int get_prefix(struct nlattr *nest, struct prefix *p)
{
	static const struct nla_policy policy[ADIT_A_PREFIX_MAX + 1] = {
		[ADIT_A_PREFIX_V4] = { .type = NLA_U32 },
		[ADIT_A_PREFIX_V6] = { .type = NLA_UNSPEC, .minlen = 16, .maxlen = 16 },
		[ADIT_A_PREFIX_LEN] = { .type = NLA_U8 },
	};
	struct nlattr *tb[ADIT_A_PREFIX_MAX + 1];

	if (!nest || nla_parse_nested(tb, ADIT_A_PREFIX_MAX, nest, policy) < 0 ||
	    get_addr(tb[ADIT_A_PREFIX_V4], tb[ADIT_A_PREFIX_V6], &p->addr))
		return -EPROTO;
	p->len = p->addr.family == AF_INET ? 32 : 128;
	if (tb[ADIT_A_PREFIX_LEN] && nla_get_u8(tb[ADIT_A_PREFIX_LEN]) > p->len)
		return -EPROTO;
	if (tb[ADIT_A_PREFIX_LEN])
		p->len = nla_get_u8(tb[ADIT_A_PREFIX_LEN]);
	return 0;
}

static uint16_t port_or(const struct nlattr *at, uint16_t otherwise)
{
	return at ? nla_get_u16(at) : otherwise;
}

int ipsec_get_selector(struct nlattr *nest, struct dp_selector *sel)
{
	static const struct nla_policy policy[ADIT_A_SELECTOR_MAX + 1] = {
		[ADIT_A_SELECTOR_LOCAL] = { .type = NLA_NESTED },
		[ADIT_A_SELECTOR_REMOTE] = { .type = NLA_NESTED },
		[ADIT_A_SELECTOR_PROTOCOL] = { .type = NLA_U8 },
		[ADIT_A_SELECTOR_LOCAL_PORT_MIN] = { .type = NLA_U16 },
		[ADIT_A_SELECTOR_LOCAL_PORT_MAX] = { .type = NLA_U16 },
		[ADIT_A_SELECTOR_REMOTE_PORT_MIN] = { .type = NLA_U16 },
		[ADIT_A_SELECTOR_REMOTE_PORT_MAX] = { .type = NLA_U16 },
	};
	struct nlattr *tb[ADIT_A_SELECTOR_MAX + 1];

	memset(sel, 0, sizeof(*sel));
	if (!nest || nla_parse_nested(tb, ADIT_A_SELECTOR_MAX, nest, policy) < 0 ||
	    get_prefix(tb[ADIT_A_SELECTOR_LOCAL], &sel->local) ||
	    get_prefix(tb[ADIT_A_SELECTOR_REMOTE], &sel->remote))
		return -EPROTO;
	if (tb[ADIT_A_SELECTOR_PROTOCOL])
		sel->protocol = nla_get_u8(tb[ADIT_A_SELECTOR_PROTOCOL]);
	sel->local_min = port_or(tb[ADIT_A_SELECTOR_LOCAL_PORT_MIN], 0);
	sel->local_max = port_or(tb[ADIT_A_SELECTOR_LOCAL_PORT_MAX], UINT16_MAX);
	sel->remote_min = port_or(tb[ADIT_A_SELECTOR_REMOTE_PORT_MIN], 0);
	sel->remote_max = port_or(tb[ADIT_A_SELECTOR_REMOTE_PORT_MAX], UINT16_MAX);
	return 0;
}

int ipsec_get_peer(struct nlattr **tb, struct addr *peer, uint16_t *port)
{
	*port = ntohs(port_or(tb[ADIT_A_CHILD_PEER_PORT], 0));
	return get_addr(tb[ADIT_A_CHILD_PEER_V4], tb[ADIT_A_CHILD_PEER_V6], peer);
}

int ipsec_get_child(struct nlattr *attrs, int len, struct dp_child *c, struct dp_selector selectors[DP_SELECTORS_MAX])
{
	struct nlattr *tb[ADIT_A_CHILD_MAX + 1], *at;
	int left;

	*c = (struct dp_child){ .selectors = selectors };
	if (nla_parse(tb, ADIT_A_CHILD_MAX, attrs, len, ipsec_child_policy) < 0 ||
	    !tb[ADIT_A_CHILD_IFINDEX] || !tb[ADIT_A_CHILD_ID] ||
	    get_addr(tb[ADIT_A_CHILD_LOCAL_V4], tb[ADIT_A_CHILD_LOCAL_V6], &c->local) ||
	    ipsec_get_peer(tb, &c->peer, &c->peer_port))
		return -EPROTO;
	c->ifindex = (int)nla_get_u32(tb[ADIT_A_CHILD_IFINDEX]);
	c->id = nla_get_u32(tb[ADIT_A_CHILD_ID]);
	c->local_port = ntohs(port_or(tb[ADIT_A_CHILD_LOCAL_PORT], 0));
	c->transport = tb[ADIT_A_CHILD_MODE] &&
		       nla_get_u32(tb[ADIT_A_CHILD_MODE]) == ADIT_ESP_MODE_TRANSPORT;
	c->l2tp_port = ntohs(port_or(tb[ADIT_A_CHILD_L2TP_PORT], 0));
	nla_for_each_attr(at, attrs, len, left) {
		if (nla_type(at) != ADIT_A_CHILD_SELECTOR || c->n_selectors == DP_SELECTORS_MAX)
			continue;
		if (ipsec_get_selector(at, &selectors[c->n_selectors++]))
			return -EPROTO;
	}
	return 0;
}

int ipsec_get_sa_stats(struct nlattr *attrs, int len, struct dp_sa_stats *stats)
{
	static const struct nla_policy policy[ADIT_A_SA_MAX + 1] = {
		[ADIT_A_SA_SEQ] = { .type = NLA_U64 },
		[ADIT_A_SA_AGE_MS] = { .type = NLA_U64 },
		[ADIT_A_SA_STATS] = { .type = NLA_NESTED },
	};
	static const struct nla_policy counters[ADIT_A_SA_STATS_MAX + 1] = {
		[ADIT_A_SA_STATS_PACKETS] = { .type = NLA_U64 },
		[ADIT_A_SA_STATS_BYTES] = { .type = NLA_U64 },
	};
	struct nlattr *tb[ADIT_A_SA_MAX + 1], *st[ADIT_A_SA_STATS_MAX + 1];

	memset(stats, 0, sizeof(*stats));
	if (nla_parse(tb, ADIT_A_SA_MAX, attrs, len, policy) < 0 || !tb[ADIT_A_SA_STATS] ||
	    nla_parse_nested(st, ADIT_A_SA_STATS_MAX, tb[ADIT_A_SA_STATS], counters) < 0)
		return -EPROTO;
	if (st[ADIT_A_SA_STATS_PACKETS])
		stats->packets = nla_get_u64(st[ADIT_A_SA_STATS_PACKETS]);
	if (st[ADIT_A_SA_STATS_BYTES])
		stats->bytes = nla_get_u64(st[ADIT_A_SA_STATS_BYTES]);
	if (tb[ADIT_A_SA_SEQ])
		stats->seq = nla_get_u64(tb[ADIT_A_SA_SEQ]);
	if (tb[ADIT_A_SA_AGE_MS])
		stats->age_ms = nla_get_u64(tb[ADIT_A_SA_AGE_MS]);
	stats->expired = tb[ADIT_A_SA_EXPIRED] != NULL;
	return 0;
}
