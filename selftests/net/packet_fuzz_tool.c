// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes the valid packets of tunnels that leave by an interface (GRE, L2TP over UDP and over IP, ESP bare and in UDP,
 * all in IPv4) and sends the changed ones beside them, from the same source to the same destination: one octet, a
 * field, the length, a piece cut off or doubled, as fragments, with IP options, in another order. For packet-fuzz*.sh.
 *
 *	packet_fuzz_tool IFACE SECONDS SEED [COUNT [KEY]]
 *
 * With KEY (of HMAC-SHA-256-128, in hexadecimal) what is inside ESP without a cipher is changed and signed. Prints how
 * many valid packets it saw and how many changed ones it sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/if_alg.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#define PACKET_MAX	1600
#define KEPT		64
#define OURS		0xfade	/* identification of what was sent here, so that it is not taken for valid */
#define SHORTEST	8	/* behind the IP header */
#define SEQ_AT		8	/* in the GRE header */
#define L2TP_PORT	1701
#define L2TP_IP		115	/* the protocol */
#define UDP_HLEN	8
#define ESP_PORT	4500
#define ESP_HLEN	8
#define ESP_ICV		16
#define KEY_LEN		32
#define PER_VALID	8	/* changed ones for each that is seen, so that traffic keeps up */

struct packet {
	uint8_t octets[PACKET_MAX];
	size_t len;
};

static struct packet kept[KEPT];
static unsigned int n_kept, next_kept;
static uint64_t state;
static int signer = -1;		/* socket of the kernel's HMAC with the key */

static uint32_t chance(uint32_t n)
{
	/* xorshift64*; the same everywhere */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return n ? (uint32_t)(state * 0x2545f4914f6cdd1dULL >> 32) % n : 0;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int open_sniffer(const char *iface)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));

	at.sll_ifindex = if_nametoindex(iface);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		perror(iface);
		exit(2);
	}
	return fd;
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static bool is_tunnel(const struct iphdr *ip, const uint8_t *payload)
{
	return ip->protocol == IPPROTO_GRE || ip->protocol == L2TP_IP || ip->protocol == IPPROTO_ESP ||
	       (ip->protocol == IPPROTO_UDP && (get16(payload) == L2TP_PORT || get16(payload + 2) == L2TP_PORT ||
						get16(payload + 2) == ESP_PORT));
}

/*
 * What is sent here is heard here as well, and must not get among the kept: changed and signed a second time, a number
 * that the first change had thrown far ahead would be believed, and the session end for good.
 *
 * Return: 1 for a valid packet that was kept, 0 for another, -1 when there is none.
 */
static int keep(int fd)
{
	struct packet p;
	struct sockaddr_ll from;
	socklen_t n = sizeof(from);
	const struct iphdr *ip = (const void *)p.octets;
	ssize_t len;

	len = recvfrom(fd, p.octets, sizeof(p.octets), MSG_DONTWAIT, (struct sockaddr *)&from, &n);
	if (len < 0)
		return -1;
	if (from.sll_pkttype != PACKET_OUTGOING || from.sll_protocol != htons(ETH_P_IP) ||
	    (size_t)len < sizeof(*ip) + SHORTEST || ip->ihl != 5 || ip->id == htons(OURS) ||
	    !is_tunnel(ip, p.octets + sizeof(*ip)))
		return 0;
	p.len = len;
	kept[next_kept] = p;
	next_kept = (next_kept + 1) % KEPT;
	if (n_kept < KEPT)
		n_kept++;
	return 1;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* The sequence number near, ahead, far ahead or behind. */
static void move_sequence(uint8_t *gre)
{
	static const int32_t steps[] = { 1, 2, -1, -2, 16, 255, 300, 4095, 5000, -300, 1 << 20, INT32_MIN };
	uint32_t seq = get32(gre + SEQ_AT) + steps[chance(sizeof(steps) / sizeof(steps[0]))];

	put16(gre + SEQ_AT, seq >> 16);
	put16(gre + SEQ_AT + 2, seq);
}

/* In the GRE header, the PPP header behind it, MPPE's, or anywhere. */
static void change_octets(uint8_t *gre, size_t len)
{
	unsigned int times = 1 + chance(3);

	while (times--) {
		size_t reach = chance(2) ? 24 : len;

		gre[chance(reach < len ? reach : len)] ^= chance(3) ? 1u << chance(8) : chance(256);
	}
}

/* Return: new length. */
static size_t change_length(uint8_t *gre, size_t len)
{
	switch (chance(4)) {
	case 0:		/* cut, and the header still promises the rest */
		return chance(len + 1);
	case 1:		/* cut, and the header knows */
		len = 12 + chance(len > 12 ? len - 12 : 1);
		put16(gre + 4, len - 12);
		return len;
	case 2:		/* padding */
		memset(gre + len, chance(256), 40);
		return len + chance(40);
	default:
		put16(gre + 4, chance(2) ? chance(65536) : len);
		return len;
	}
}

/* Return: new length of the GRE packet. */
static size_t change_gre(uint8_t *gre, size_t len)
{
	if (chance(2) && len >= SEQ_AT + 4)
		move_sequence(gre);
	switch (chance(6)) {
	case 0:
		return change_length(gre, len);
	case 1:		/* as it is, but for its number */
		return len;
	case 2:		/* another call */
		put16(gre + 6, chance(2) ? chance(65536) : chance(8));
		return len;
	case 3:		/* the flags */
		gre[chance(2)] ^= 1 << chance(8);
		return len;
	default:
		change_octets(gre, len);
		return len;
	}
}

/* --- L2TP --- */

#define FLAG_LENGTH	0x40	/* RFC 2661 section 3.1, of the first octet */
#define FLAG_SEQUENCE	0x08
#define FLAG_OFFSET	0x02

static size_t insert(uint8_t *at, size_t behind, size_t octets)
{
	memmove(at + octets, at, behind);
	return octets;
}

/* A Length, right or wrong, where there is none. */
static size_t add_length(uint8_t *l2tp, size_t len)
{
	if (!(l2tp[0] & FLAG_LENGTH))
		len += insert(l2tp + 2, len - 2, 2);
	l2tp[0] |= FLAG_LENGTH;
	put16(l2tp + 2, chance(3) ? len : chance(2) ? chance(len) : chance(65536));
	return len;
}

/* Numbers, behind the ids. */
static size_t add_numbers(uint8_t *l2tp, size_t len)
{
	uint8_t *at = l2tp + 6 + (l2tp[0] & FLAG_LENGTH ? 2 : 0);

	if (!(l2tp[0] & FLAG_SEQUENCE))
		len += insert(at, len - (at - l2tp), 4);
	l2tp[0] |= FLAG_SEQUENCE;
	put16(at, chance(2) ? chance(16) : chance(65536));
	put16(at + 2, 0);
	return len;
}

/* Offset padding, which may not be there or lead out of the packet. */
static size_t add_offset(uint8_t *l2tp, size_t len)
{
	uint8_t *at = l2tp + 6 + (l2tp[0] & FLAG_LENGTH ? 2 : 0) + (l2tp[0] & FLAG_SEQUENCE ? 4 : 0);

	if (!(l2tp[0] & FLAG_OFFSET))
		len += insert(at, len - (at - l2tp), 2);
	l2tp[0] |= FLAG_OFFSET;
	put16(at, chance(2) ? chance(len) : chance(65536));
	return len;
}

/* Version 2, or 3 over UDP, which has no such bits. Return: new length. */
static size_t change_l2tp_udp(uint8_t *l2tp, size_t len)
{
	bool v3 = (l2tp[1] & 15) == 3;

	if (len < 8)
		return len;
	switch (chance(v3 ? 5 : 8)) {
	case 0:		/* cut */
		return chance(len + 1);
	case 1:		/* the flags, the version */
		l2tp[chance(2)] ^= 1 << chance(8);
		return len;
	case 2:		/* another session */
		put16(l2tp + 4 + 2 * chance(2), chance(2) ? chance(65536) : chance(8));
		return len;
	case 3:
	case 4:
		change_octets(l2tp, len);
		return len;
	case 5:
		return add_length(l2tp, len);
	case 6:
		return add_numbers(l2tp, len);
	default:
		return add_offset(l2tp, len);
	}
}

/* Return: new length of the UDP datagram, which has no checksum, or one that is not right any more. */
static size_t change_udp(uint8_t *udp, size_t len)
{
	len = UDP_HLEN + change_l2tp_udp(udp + UDP_HLEN, len - UDP_HLEN);
	put16(udp + 4, chance(20) ? len : chance(65536));
	if (chance(20))
		put16(udp + 6, 0);
	return len;
}

/* Over IP: session id, cookie, sublayer. */
static size_t change_ip(uint8_t *l2tp, size_t len)
{
	switch (chance(4)) {
	case 0:
		return chance(len + 1);
	case 1:
		put16(l2tp + 2 * chance(2), chance(65536));
		return len;
	default:
		change_octets(l2tp, len);
		return len;
	}
}

/* --- ESP --- */

static void signer_open(const char *hex)
{
	struct sockaddr_alg alg = { .salg_family = AF_ALG, .salg_type = "hash", .salg_name = "hmac(sha256)" };
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);
	uint8_t key[KEY_LEN];
	int i;

	for (i = 0; i < KEY_LEN; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &key[i]) != 1)
			exit(2);
	if (fd < 0 || bind(fd, (struct sockaddr *)&alg, sizeof(alg)) ||
	    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key, sizeof(key))) {
		perror("hmac(sha256)");
		exit(2);
	}
	signer = accept(fd, NULL, NULL);
	if (signer < 0) {
		perror("accept of hmac(sha256)");
		exit(2);
	}
}

/* A number near: most are in the window, some have come before. */
static void move_number(uint8_t *esp)
{
	uint32_t seq = get32(esp + 4) + chance(80) - 8;

	put16(esp + 4, seq >> 16);
	put16(esp + 6, seq);
}

/* What is inside is a datagram of L2TP, or a packet. Return: its new length. */
static size_t change_inside(uint8_t *inner, size_t len, uint8_t next)
{
	if (next == IPPROTO_UDP && len > UDP_HLEN)
		return change_udp(inner, len);
	switch (chance(4)) {
	case 0:
		return chance(len + 1);
	case 1:		/* its length by its header */
		put16(inner + 2, chance(2) ? chance(65536) : chance(len + 20));
		return len;
	case 2:		/* its addresses */
		inner[12 + chance(8)] ^= 1 << chance(8);
		return len;
	default:
		change_octets(inner, len);
		return len;
	}
}

/* Padding and trailer, right most times. Return: length with them. */
static size_t close_inside(uint8_t *inner, size_t len, uint8_t next)
{
	unsigned int pad = -(len + 2) & 3, i;

	for (i = 0; i < pad; i++)
		inner[len++] = chance(40) ? i + 1 : chance(256);
	inner[len++] = chance(20) ? pad : chance(256);
	inner[len++] = chance(12) ? next : chance(2) ? chance(256) : 59;
	return len;
}

static size_t sign(uint8_t *esp, size_t len)
{
	if (send(signer, esp, len, 0) < 0 || recv(signer, esp + len, ESP_ICV, 0) != ESP_ICV)
		exit(2);
	return len + ESP_ICV;
}

static size_t change_signed(uint8_t *esp, size_t len)
{
	size_t end = len - ESP_ICV - 2;
	uint8_t next = esp[end + 1], pad = esp[end];
	size_t inner = end - ESP_HLEN - pad;

	if (end < ESP_HLEN + pad)
		return len;
	move_number(esp);
	inner = change_inside(esp + ESP_HLEN, inner, next);
	return sign(esp, ESP_HLEN + close_inside(esp + ESP_HLEN, inner, next));
}

/* Return: new length. */
static size_t change_esp(uint8_t *esp, size_t len)
{
	if (signer >= 0 && len > ESP_HLEN + ESP_ICV + 24 && chance(5))
		return change_signed(esp, len);
	switch (chance(6)) {
	case 0:
		return chance(len + 1);
	case 1:
		put16(esp + 2 * chance(2), chance(65536));
		return len;
	case 2:		/* as it was: a replay */
		return len;
	default:
		change_octets(esp, len);
		return len;
	}
}

static size_t change_esp_udp(uint8_t *udp, size_t len)
{
	len = UDP_HLEN + change_esp(udp + UDP_HLEN, len - UDP_HLEN);
	put16(udp + 4, chance(20) ? len : chance(65536));
	put16(udp + 6, 0);
	return len;
}

static size_t change(uint8_t protocol, uint8_t *payload, size_t len)
{
	if (protocol == IPPROTO_GRE)
		return change_gre(payload, len);
	if (protocol == IPPROTO_ESP)
		return change_esp(payload, len);
	if (protocol == IPPROTO_UDP && get16(payload + 2) == ESP_PORT)
		return change_esp_udp(payload, len);
	return protocol == IPPROTO_UDP ? change_udp(payload, len) : change_ip(payload, len);
}

/* --- out --- */

static void send_one(int fd, const uint8_t *octets, size_t len)
{
	const struct iphdr *ip = (const void *)octets;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = ip->daddr };

	/* Full queues and packets that the kernel refuses are no matter here. */
	if (sendto(fd, octets, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0 && errno == EBADF)
		exit(2);
}

/* In two pieces, which the receiver puts together to a packet that is not linear; or one piece is missing. */
static void send_fragments(int fd, struct packet *p)
{
	size_t half = (p->len - sizeof(struct iphdr)) / 16 * 8, rest = p->len - sizeof(struct iphdr) - half;
	struct packet second = *p;
	struct iphdr *ip = (void *)p->octets, *ip2 = (void *)second.octets;

	ip->frag_off = htons(IP_MF);
	ip->id = ip2->id = htons(OURS);
	ip2->frag_off = htons(half / 8);
	memmove(second.octets + sizeof(*ip2), p->octets + sizeof(*ip) + half, rest);
	if (chance(4))
		send_one(fd, p->octets, sizeof(*ip) + half);
	if (chance(4))
		send_one(fd, second.octets, sizeof(*ip2) + rest);
}

static void send_options(int fd, struct packet *p)
{
	struct iphdr *ip = (void *)p->octets;

	if (p->len + 8 > sizeof(p->octets))
		return;
	memmove(p->octets + sizeof(*ip) + 8, p->octets + sizeof(*ip), p->len - sizeof(*ip));
	memset(p->octets + sizeof(*ip), 1, 8);	/* no operation */
	ip->ihl = 7;
	send_one(fd, p->octets, p->len + 8);
}

static void send_changed(int fd)
{
	/* The newest, or any of those that are kept. */
	struct packet p = kept[chance(2) ? (next_kept + KEPT - 1) % KEPT : chance(n_kept)];
	struct iphdr *ip = (void *)p.octets;

	if (p.len > PACKET_MAX - 100)
		return;
	p.len = sizeof(*ip) + change(ip->protocol, p.octets + sizeof(*ip), p.len - sizeof(*ip));
	ip->id = htons(OURS);
	ip->frag_off = 0;
	if (!chance(16))
		ip->tos = chance(256);
	if (p.len > 60 && !chance(8))
		send_fragments(fd, &p);
	else if (!chance(12))
		send_options(fd, &p);
	else
		send_one(fd, p.octets, p.len);
}

int main(int argc, char **argv)
{
	unsigned long seen = 0, sent = 0, most = argc > 4 ? strtoul(argv[4], NULL, 0) : 20000;
	struct pollfd pfd;
	uint64_t end;
	int out, got, i;

	if (argc < 4) {
		fprintf(stderr, "usage: packet_fuzz_tool IFACE SECONDS SEED [COUNT [KEY]]\n");
		return 2;
	}
	if (argc > 5)
		signer_open(argv[5]);
	state = 0x9e3779b97f4a7c15ULL ^ strtoul(argv[3], NULL, 0);
	pfd = (struct pollfd){ .fd = open_sniffer(argv[1]), .events = POLLIN };
	out = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (out < 0) {
		perror("packet_fuzz_tool");
		return 2;
	}
	end = now_ms() + strtoul(argv[2], NULL, 0) * 1000;
	while (now_ms() < end && sent < most) {
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		while ((got = keep(pfd.fd)) >= 0) {
			seen += got;
			for (i = 0; i < PER_VALID && got; i++, sent++)
				send_changed(out);
		}
	}
	printf("saw %lu sent %lu\n", seen, sent);
	return 0;
}
