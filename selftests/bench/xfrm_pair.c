// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xfrm_pair: what the kernel's own IPsec needs besides states and policies of ip xfrm, and what those cost.
 *
 *	xfrm_pair encap c=NAMESPACE c-addr=ADDRESS g=NAMESPACE g-addr=ADDRESS port=PORT
 *		opens the sockets by which ESP in UDP is received, prints {}, and sleeps until it is killed
 *	xfrm_pair setup c=NAMESPACE c-addr=ADDRESS g=NAMESPACE g-addr=ADDRESS c-inner=ADDRESS g-inner=ADDRESS count=N
 *		[mark=1]
 *		makes two states and two policies for each of N pairs of inner addresses at both ends, AES-GCM-128, and
 *		removes them; prints a JSON object with what that took; mark=1 as for traffic
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <libmnl/libmnl.h>

#include "bench.h"
#include "mark.h"

#define KEY_LEN	20

struct end {
	const char *netns;
	struct in_addr addr;
	struct in_addr inner;
	struct mnl_socket *sock;
};

static void encap(const struct end *end, uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = end->addr, .sin_port = htons(port) };
	int fd, kind = UDP_ENCAP_ESPINUDP;

	enter(end->netns);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &kind, sizeof(kind)))
		die("socket");
}

static void talk(const struct end *end, struct nlmsghdr *nlh)
{
	char buf[4096];
	ssize_t n;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = 1;
	if (mnl_socket_sendto(end->sock, nlh, nlh->nlmsg_len) < 0)
		die("xfrm");
	n = mnl_socket_recvfrom(end->sock, buf, sizeof(buf));
	if (n < 0 || mnl_cb_run(buf, n, 1, mnl_socket_get_portid(end->sock), NULL, NULL) < 0)
		die("xfrm");
}

static void state(const struct end *end, struct in_addr from, struct in_addr to, uint32_t spi, bool add)
{
	struct {
		struct xfrm_algo_aead alg;
		char key[KEY_LEN];
	} aead = { .alg = { .alg_name = "rfc4106(gcm(aes))", .alg_key_len = 8 * KEY_LEN, .alg_icv_len = 128 } };
	char buf[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct xfrm_usersa_info *sa;
	struct xfrm_usersa_id *id;

	nlh->nlmsg_type = add ? XFRM_MSG_NEWSA : XFRM_MSG_DELSA;
	if (!add) {
		id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));
		*id = (struct xfrm_usersa_id){
			.daddr.a4 = to.s_addr, .spi = htonl(spi), .family = AF_INET, .proto = IPPROTO_ESP };
		talk(end, nlh);
		return;
	}
	sa = mnl_nlmsg_put_extra_header(nlh, sizeof(*sa));
	*sa = (struct xfrm_usersa_info){
		.id = { .daddr.a4 = to.s_addr, .spi = htonl(spi), .proto = IPPROTO_ESP }, .saddr.a4 = from.s_addr,
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF }, .reqid = spi, .family = AF_INET,
		.mode = XFRM_MODE_TUNNEL, .replay_window = 32 };
	mnl_attr_put(nlh, XFRMA_ALG_AEAD, sizeof(aead.alg) + KEY_LEN, &aead);
	talk(end, nlh);
}

static struct xfrm_selector between(struct in_addr from, struct in_addr to)
{
	return (struct xfrm_selector){ .saddr.a4 = from.s_addr, .daddr.a4 = to.s_addr, .prefixlen_s = 32,
				       .prefixlen_d = 32, .family = AF_INET };
}

static void policy(const struct end *end, const struct end *from, const struct end *to, unsigned int i, int dir,
		   uint32_t spi, bool add)
{
	struct xfrm_selector sel = between(address_plus(from->inner, i), address_plus(to->inner, i));
	struct xfrm_user_tmpl tmpl = {
		.id = { .daddr.a4 = to->addr.s_addr, .proto = IPPROTO_ESP }, .family = AF_INET,
		.saddr.a4 = from->addr.s_addr, .reqid = spi, .mode = XFRM_MODE_TUNNEL, .aalgos = -1, .ealgos = -1,
		.calgos = -1 };
	char buf[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct xfrm_userpolicy_info *info;
	struct xfrm_userpolicy_id *id;

	nlh->nlmsg_type = add ? XFRM_MSG_NEWPOLICY : XFRM_MSG_DELPOLICY;
	if (!add) {
		id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));
		*id = (struct xfrm_userpolicy_id){ .sel = sel, .dir = dir };
		talk(end, nlh);
		return;
	}
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	*info = (struct xfrm_userpolicy_info){
		.sel = sel, .lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF }, .dir = dir };
	mnl_attr_put(nlh, XFRMA_TMPL, sizeof(tmpl), &tmpl);
	talk(end, nlh);
}

static void pairs(struct end *end, const struct end *peer, unsigned int count, uint32_t to_end, uint32_t to_peer,
		  bool add)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		state(end, end->addr, peer->addr, to_peer + i, add);
		state(end, peer->addr, end->addr, to_end + i, add);
		policy(end, end, peer, i, XFRM_POLICY_OUT, to_peer + i, add);
		policy(end, peer, end, i, XFRM_POLICY_IN, to_end + i, add);
	}
}

static void setup(char **argv, struct end *c, struct end *g)
{
	unsigned int count = word_number(argv, "count", "1");
	bool mark = word_number(argv, "mark", "0");
	struct end *ends[] = { c, g };
	uint64_t start, made;
	int64_t memory;
	int i;

	c->inner = word_address(argv, "c-inner");
	g->inner = word_address(argv, "g-inner");
	for (i = 0; i < 2; i++) {
		enter(ends[i]->netns);
		ends[i]->sock = mnl_socket_open(NETLINK_XFRM);
		if (!ends[i]->sock || mnl_socket_bind(ends[i]->sock, 0, MNL_SOCKET_AUTOPID) < 0)
			die("netlink");
	}
	/* Who asks for an algorithm first waits for the kernel to test it. */
	pairs(c, g, 1, 0x20000000, 0x10000000, true);
	pairs(c, g, 1, 0x20000000, 0x10000000, false);
	memory = memory_used();
	if (mark)
		mark_begin();
	start = now_ns();
	pairs(c, g, count, 0x20000000, 0x10000000, true);
	pairs(g, c, count, 0x10000000, 0x20000000, true);
	made = now_ns() - start;
	memory = memory_used() - memory;
	start = now_ns();
	pairs(c, g, count, 0x20000000, 0x10000000, false);
	pairs(g, c, count, 0x10000000, 0x20000000, false);
	if (mark)
		mark_end();
	printf("{\"ends\": %u, \"made\": %" PRIu64 ", \"ns\": %" PRIu64 ", \"octets\": %" PRId64 "}\n", 2 * count, made,
	       made + now_ns() - start, memory);
}

int main(int argc, char **argv)
{
	struct end c = { .netns = word(argv, "c", NULL), .addr = word_address(argv, "c-addr") };
	struct end g = { .netns = word(argv, "g", NULL), .addr = word_address(argv, "g-addr") };

	if (argc > 1 && !strcmp(argv[1], "setup")) {
		setup(argv, &c, &g);
		return 0;
	}
	encap(&c, word_number(argv, "port", NULL));
	encap(&g, word_number(argv, "port", NULL));
	puts("{}");
	fclose(stdout);
	for (;;)
		pause();
}
