// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's receipt of L2TP: packets over UDP and IP, of both versions and both families, from right
 * and wrong peers, linear in any part, to sessions of every kind. What a second reading of the RFCs says
 * of each is what happens: left to the socket, dropped in silence, counted, or handed on with exactly its
 * payload and number.
 */
#include <linux/skbuff.h>

#include "fuzz.h"
#include "l2tp.h"
#include "rx.h"
#include "seq.h"
#include "session.h"
#include "socket.h"

#define SESSIONS	6
#define PACKET_MAX	4096
#define TUNNEL_AND_SESSION 0x00070011
#define SESSION3	0x01020304
#define UDP_HLEN	8

static struct net outer;
static struct net_device wire = { .net = &outer }, inner;
static struct adit_dev adev = { .dev = &inner };
static struct adit_socket socks[2];	/* v4, v6 */
static struct adit_session sessions[SESSIONS];
static bool no_memory;

enum fate { FATE_NONE, FATE_DROPPED, FATE_PAYLOAD, FATE_SEQUENCED, FATE_SOCKET };

struct outcome {
	enum fate fate;
	const struct adit_session *session;	/* whose counter moved, or who was given it */
	u8 octets[PACKET_MAX];
	unsigned int len;
	u32 seq;
};

static struct outcome got;

unsigned long jiffies;

/* --- the kernel's --- */

bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
	unsigned int head = skb_headlen(skb), before = (unsigned int)(skb->data - skb->block);
	u8 *block;

	if (len <= head)
		return true;
	if (len > skb->len || no_memory)
		return false;
	block = malloc(before + len);
	must(block);
	memcpy(block, skb->block, before + head);
	memcpy(block + before + head, skb->rest, len - head);
	skb->rest += len - head;
	skb->data_len -= len - head;
	free(skb->block);
	skb->block = block;
	skb->data = block + before;
	return true;
}

void *__skb_pull(struct sk_buff *skb, unsigned int len)
{
	must(len <= skb_headlen(skb));	/* the kernel stops there */
	skb->data += len;
	skb->len -= len;
	return skb->data;
}

int pskb_trim_rcsum(struct sk_buff *skb, unsigned int len)
{
	if (len >= skb->len)
		return 0;
	if (no_memory)
		return -ENOMEM;
	if (len < skb_headlen(skb))
		skb->data_len = 0;
	else
		skb->data_len = len - skb_headlen(skb);
	skb->len = len;
	return 0;
}

static void skb_free(struct sk_buff *skb)
{
	free(skb->block);
	skb->block = NULL;	/* a second time, or a use, is seen */
}

void kfree_skb(struct sk_buff *skb)
{
	must(skb->block && got.fate == FATE_NONE);
	got.fate = FATE_DROPPED;
	skb_free(skb);
}

void *__skb_push(struct sk_buff *skb, unsigned int len)
{
	(void)skb;
	(void)len;
	abort();	/* nothing is sent here */
}

void skb_reset_transport_header(struct sk_buff *skb)
{
	(void)skb;
	abort();
}

void udp_set_csum(bool nocheck, struct sk_buff *skb, __be32 saddr, __be32 daddr, int len)
{
	(void)nocheck, (void)skb, (void)saddr, (void)daddr, (void)len;
	abort();
}

void udp6_set_csum(bool nocheck, struct sk_buff *skb, const struct in6_addr *saddr, const struct in6_addr *daddr,
		   int len)
{
	(void)nocheck, (void)skb, (void)saddr, (void)daddr, (void)len;
	abort();
}

/* --- the module's --- */

int adit_outer_output(struct adit_session *s, struct sk_buff *skb, struct adit_way *way)
{
	(void)s, (void)skb, (void)way;
	abort();
}

struct adit_socket *adit_socket_find(struct net *net, u16 family, const struct in6_addr *addr, __be16 port)
{
	(void)net, (void)family, (void)addr, (void)port;
	abort();
}

struct adit_socket *adit_socket_open(struct net *net, u16 family, const struct in6_addr *addr, __be16 port,
				     struct netlink_ext_ack *extack)
{
	(void)net, (void)family, (void)addr, (void)port, (void)extack;
	abort();
}

void adit_socket_meet(struct adit_socket *sock, const struct in6_addr *peer, __be16 port)
{
	(void)sock, (void)peer, (void)port;
	abort();
}

void adit_socket_put(struct adit_socket *sock)
{
	(void)sock;
	abort();
}

int adit_carry_join(struct adit_session *s, struct adit_child *child, struct netlink_ext_ack *extack)
{
	(void)s, (void)child, (void)extack;
	abort();
}

void adit_carry_leave(struct adit_session *s)
{
	(void)s;
	abort();
}

int adit_l2tp_ip_join(struct adit_session *s)
{
	(void)s;
	abort();
}

void adit_l2tp_ip_leave(struct adit_session *s)
{
	(void)s;
	abort();
}

struct adit_session *adit_session_by_wire(const struct adit_wire_key *key)
{
	for (unsigned int i = 0; i < SESSIONS; i++)
		if (!memcmp(&sessions[i].key, key, sizeof(*key)))
			return &sessions[i];
	return NULL;
}

static void taken(struct adit_session *s, struct sk_buff *skb, enum fate fate)
{
	unsigned int head = skb_headlen(skb);

	must(s->rx_lock.held && !s->tx_lock.held && got.fate == FATE_NONE && !s->dead);
	got = (struct outcome){ .fate = fate, .session = s, .len = skb->len };
	memcpy(got.octets, skb->data, head);
	memcpy(got.octets + head, skb->rest, skb->len - head);
	skb_free(skb);
}

void adit_rx_payload(struct adit_session *s, struct sk_buff *skb, struct adit_rx_batch *batch)
{
	(void)batch;
	taken(s, skb, FATE_PAYLOAD);
}

void adit_rx_packet(struct adit_session *s, struct sk_buff *skb)
{
	spin_lock(&s->rx_lock);
	if (s->dead)
		kfree_skb(skb);
	else
		taken(s, skb, FATE_PAYLOAD);
	spin_unlock(&s->rx_lock);
}

/* Nothing was received before: no number is the one expected. */
bool adit_seq_sort(struct adit_session *s, struct sk_buff *skb, u32 seq, struct adit_rx_batch *batch)
{
	(void)batch;
	taken(s, skb, FATE_SEQUENCED);
	got.seq = seq;
	return true;
}

void adit_rx_finish(struct adit_session *s, struct adit_rx_batch *batch)
{
	(void)batch;
	must(!s->rx_lock.held && !s->tx_lock.held);
}

/* --- the ground: a session of each version over each of UDP and IP, and its options --- */

static void session_init(unsigned int i, u16 family, u16 protocol, u8 options)
{
	struct adit_session *s = &sessions[i];
	bool v3 = i >= 2;

	*s = (struct adit_session){
		.adev = &adev,
		.key = { .net = &outer, .family = family, .protocol = protocol, .kind = ADIT_KIND_L2TP,
			 .id = v3 ? SESSION3 : TUNNEL_AND_SESSION },
	};
	s->key.local.s6_addr32[0] = htonl(0xc0000201);
	s->key.peer.s6_addr32[0] = htonl(0xc0000202);
	if (protocol == IPPROTO_UDP) {
		s->key.local_port = s->key.peer_port = htons(ADIT_L2TP_PORT);
		s->l2tp.sock = &socks[family == AF_INET6];
	}
	s->l2tp.version = v3 ? ADIT_L2TP_VERSION_V3 : ADIT_L2TP_VERSION_V2;
	s->l2tp.sublayer = v3 && options & 1;
	s->l2tp.cookie_len = v3 ? (options >> 1) % 3 * 4 : 0;
	memset(s->l2tp.cookie, 0x5a, s->l2tp.cookie_len);
	s->l2tp.seq = (options & 8 ? ADIT_L2TP_SEQ_REQUIRED : 0) | (options & 16 ? ADIT_L2TP_SEQ_FOLLOW : 0) |
		      (options & 32 ? ADIT_L2TP_SEQ_SEND : 0);
	s->dead = options & 64;
	s->reorder.started = options & 128;
	s->reorder.next = 0x00fffffe;
}

static void ground(struct in *in)
{
	static const struct { u16 family, protocol; } kinds[SESSIONS] = {
		{ AF_INET, IPPROTO_UDP }, { AF_INET6, IPPROTO_UDP }, { AF_INET, IPPROTO_UDP },
		{ AF_INET6, IPPROTO_UDP }, { AF_INET, IPPROTO_L2TP }, { AF_INET6, IPPROTO_L2TP },
	};

	for (unsigned int i = 0; i < 2; i++)
		socks[i] = (struct adit_socket){ .key = { .family = i ? AF_INET6 : AF_INET } };
	for (unsigned int i = 0; i < SESSIONS; i++)
		session_init(i, kinds[i].family, kinds[i].protocol, in_u8(in));
	memset(&got, 0, sizeof(got));
	memset(&inner, 0, sizeof(inner));
}

/* --- what should happen, by the RFCs --- */

struct packet {
	bool udp, v6, stranger, gso;
	u8 octets[PACKET_MAX];		/* behind the UDP header, or the outer IP header */
	unsigned int len;
};

static const struct adit_session *session_of(const struct packet *p, bool v3)
{
	return p->stranger ? NULL : &sessions[(!v3 ? 0 : p->udp ? 2 : 4) + p->v6];
}

static struct outcome pass(const struct adit_session *s, const struct packet *p, unsigned int from,
			   unsigned int end, bool has_seq, u32 seq, unsigned int bits)
{
	struct outcome o = { .fate = FATE_DROPPED, .session = s, .len = end - from };

	if (s->dead) {
		o.session = NULL;
		return o;
	}
	memcpy(o.octets, p->octets + from, o.len);
	if (has_seq) {
		o.fate = FATE_SEQUENCED;
		o.seq = s->reorder.started ? adit_l2tp_seq_extend(seq, bits, s->reorder.next) : seq;
	} else if (!(s->l2tp.seq & ADIT_L2TP_SEQ_REQUIRED)) {
		o.fate = FATE_PAYLOAD;
	}
	return o;
}

/* RFC 2661 section 3.1. */
static struct outcome expect2(const struct packet *p, struct in in, u16 flags)
{
	const struct adit_session *s;
	unsigned int at, end = p->len;
	bool has_length = flags & 0x4000, has_seq = flags & 0x0800, offset = flags & 0x0200;
	u32 id, seq = 0;

	if (p->len < 6u + 2 * has_length + 4 * has_seq + 2 * offset)
		return (struct outcome){ .fate = FATE_DROPPED };
	if (has_length)
		end = in_u16(&in);
	id = in_u32(&in);
	if (has_seq) {
		seq = in_u16(&in);
		in_u16(&in);
	}
	at = 6u + 2 * has_length + 4 * has_seq + 2 * offset + (offset ? in_u16(&in) : 0);
	s = session_of(p, false);
	if (end > p->len || at > end || !s || id != TUNNEL_AND_SESSION)
		return (struct outcome){ .fate = FATE_DROPPED };
	if (p->gso && (has_length || has_seq))
		return (struct outcome){ .fate = FATE_DROPPED, .session = s };
	return pass(s, p, at, end, has_seq, seq, 16);
}

/* RFC 3931 sections 4.1 and 4.6; @at: behind the session id. */
static struct outcome expect3(const struct packet *p, unsigned int at, u32 id)
{
	const struct adit_session *s = session_of(p, true);
	unsigned int cookie, hlen;
	u32 word = 0;

	if (!s || id != SESSION3)
		return (struct outcome){ .fate = FATE_DROPPED };
	cookie = s->l2tp.cookie_len;
	hlen = cookie + (s->l2tp.sublayer ? 4 : 0);
	if (p->len < at + hlen || memcmp(p->octets + at, s->l2tp.cookie, cookie))
		return (struct outcome){ .fate = FATE_DROPPED, .session = s };
	if (s->l2tp.sublayer) {
		struct in in = in_of(p->octets + at + cookie, 4);

		word = in_u32(&in);
	}
	if (p->gso && word & 0x40000000)
		return (struct outcome){ .fate = FATE_DROPPED, .session = s };
	return pass(s, p, at + hlen, p->len, word & 0x40000000, word & 0xffffff, 24);
}

static struct outcome expect(const struct packet *p)
{
	struct in in = in_of(p->octets, p->len);
	u16 flags;

	if (p->len < (p->udp ? 2 : 4))
		return (struct outcome){ .fate = FATE_DROPPED };
	if (!p->udp)
		return expect3(p, 4, in_u32(&in));
	flags = in_u16(&in);
	if (flags & 0x8000)
		return (struct outcome){ .fate = FATE_SOCKET };
	if ((flags & 15) == 2)
		return expect2(p, in, flags);
	if ((flags & 15) != 3 || p->len < 8)
		return (struct outcome){ .fate = FATE_DROPPED };
	in_u16(&in);
	return expect3(p, 8, in_u32(&in));
}

/* --- a packet --- */

static void skb_make(struct sk_buff *skb, const struct packet *p, const u8 *whole, unsigned int len,
		     unsigned int linear)
{
	static struct iphdr ip4;
	static struct ipv6hdr ip6;

	ip4 = (struct iphdr){ .saddr = htonl(p->stranger ? 0xc0000203 : 0xc0000202), .daddr = htonl(0xc0000201) };
	memset(&ip6, 0, sizeof(ip6));
	memcpy(&ip6.saddr, &ip4.saddr, 4);
	memcpy(&ip6.daddr, &ip4.daddr, 4);
	*skb = (struct sk_buff){ .dev = &wire, .protocol = htons(p->v6 ? ETH_P_IPV6 : ETH_P_IP), .len = len,
				 .network = p->v6 ? (const void *)&ip6 : &ip4 };
	skb->shinfo.gso_size = p->gso ? 1000 : 0;
	skb->block = malloc(linear ? linear : 1);
	must(skb->block);
	memcpy(skb->block, whole, linear);
	skb->data = skb->block;
	skb->data_len = len - linear;
	skb->rest = whole + linear;
}

static u64 counted(const struct adit_session *s)
{
	return s->rx_stats.malformed + s->rx_stats.cookie + s->rx_stats.wrong_socket + s->rx_stats.unsequenced +
	       s->rx_stats.no_memory;
}

static void compare(const struct outcome *want)
{
	u64 sum = 0;

	must(got.fate == want->fate);
	for (unsigned int i = 0; i < SESSIONS; i++) {
		bool his = want->fate == FATE_DROPPED && want->session == &sessions[i];

		must(counted(&sessions[i]) == (his ? 1 : 0));
		must(!sessions[i].rx_lock.held && !sessions[i].tx_lock.held);
		sum += counted(&sessions[i]);
	}
	must(inner.rx_dropped <= sum);
	if (want->fate != FATE_PAYLOAD && want->fate != FATE_SEQUENCED)
		return;
	must(got.session == want->session && got.seq == want->seq && got.len == want->len);
	must(!memcmp(got.octets, want->octets, got.len));
}

static void receive(const struct packet *p, unsigned int linear)
{
	static u8 whole[UDP_HLEN + PACKET_MAX];
	static struct outcome want;
	unsigned int hlen = p->udp ? UDP_HLEN : 0, len = hlen + p->len;
	struct udphdr uh = { .source = htons(ADIT_L2TP_PORT), .dest = htons(ADIT_L2TP_PORT) };
	struct sk_buff skb;
	int ret;

	memcpy(whole, &uh, hlen);
	memcpy(whole + hlen, p->octets, p->len);
	/* UDP and IP have pulled their own headers. */
	linear = hlen + linear % (p->len + 1);
	want = expect(p);
	skb_make(&skb, p, whole, len, linear);
	ret = p->udp ? adit_l2tp_udp_rcv(&socks[p->v6], &skb) : adit_l2tp_ip_rcv(&skb);
	must(ret == (want.fate == FATE_SOCKET));
	if (ret) {
		must(skb.len == len && skb.data == skb.block && got.fate == FATE_NONE);
		got.fate = FATE_SOCKET;
		skb_free(&skb);
	}
	compare(&want);
}

/* Without memory nothing is handed on that should not be, and nothing is lost or freed twice. */
static void receive_without_memory(const struct packet *p, unsigned int linear)
{
	static u8 whole[UDP_HLEN + PACKET_MAX];
	unsigned int hlen = p->udp ? UDP_HLEN : 0;
	struct udphdr uh = { .source = htons(ADIT_L2TP_PORT), .dest = htons(ADIT_L2TP_PORT) };
	struct sk_buff skb;

	memcpy(whole, &uh, hlen);
	memcpy(whole + hlen, p->octets, p->len);
	skb_make(&skb, p, whole, hlen + p->len, hlen + linear % (p->len + 1));
	no_memory = true;
	if (p->udp ? adit_l2tp_udp_rcv(&socks[p->v6], &skb) : adit_l2tp_ip_rcv(&skb)) {
		must(got.fate == FATE_NONE);
		skb_free(&skb);
	} else {
		must(got.fate != FATE_NONE && !skb.block);
	}
	no_memory = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	static struct packet p;
	unsigned int linear;
	u8 how;

	ground(&in);
	how = in_u8(&in);
	linear = in_u8(&in);
	p.udp = how & 1;
	p.v6 = how & 2;
	p.stranger = how & 4;
	p.gso = how & 8;
	p.len = in.left < PACKET_MAX ? in.left : PACKET_MAX;
	in_fill(&in, p.octets, p.len);
	if (how & 16)
		receive_without_memory(&p, linear);
	else
		receive(&p, linear);
	return 0;
}
