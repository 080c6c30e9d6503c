// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's MSS clamp: of any packet it changes the MSS of a SYN and the checksum, nothing else,
 * and a checksum that was right is right afterwards.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#include "clamp.h"
#include "fuzz.h"

#define PACKET_MAX	256
#define EXTENSIONS_MAX	8
#define FRAGMENT_LEN	8

static bool is_extension(u8 header)
{
	return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING || header == IPPROTO_FRAGMENT ||
	       header == IPPROTO_DSTOPTS || header == IPPROTO_AH;
}

/* RFC 8200 section 4; a later fragment ends it, with its offset told. */
int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdr, __be16 *frag)
{
	unsigned int at = start, len, i;

	for (i = 0; is_extension(*nexthdr); i++) {
		const u8 *header = skb->data + at;

		if (at + 8 > skb->len || i == EXTENSIONS_MAX)
			return -1;
		len = header[1] * 8u + 8;
		if (*nexthdr == IPPROTO_AH)
			len = header[1] * 4u + 8;
		if (*nexthdr == IPPROTO_FRAGMENT) {
			len = FRAGMENT_LEN;
			memcpy(frag, header + 2, 2);
			if (*frag & htons(0xfff8))
				return at;
		}
		*nexthdr = header[0];
		at += len;
	}
	return at;
}

static u16 sum_of(const u8 *data, unsigned int len)
{
	u32 sum = 0;
	unsigned int i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? data[i] : data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Changed octets are at most a value and a checksum, and the sum over the segment is as before. */
static void check_changes(const u8 *before, const u8 *after, unsigned int len)
{
	unsigned int i, changed = 0, first = len, last = 0;
	u16 was, is;

	for (i = 0; i < len; i++) {
		if (before[i] == after[i])
			continue;
		changed++;
		last = i;
		if (first == len)
			first = i;
	}
	if (!changed)
		return;
	must(changed <= 4 && first >= sizeof(struct iphdr) && last - first < 64);
	was = sum_of(before, len);
	is = sum_of(after, len);
	/* 0 and all ones are the same number. */
	must(was % 0xffff == is % 0xffff);
}

static void clamp(u8 *packet, unsigned int len, unsigned int mss)
{
	u8 before[PACKET_MAX];
	struct sk_buff skb = { .data = packet, .len = len };

	memcpy(before, packet, len);
	adit_clamp(&skb, mss);
	check_changes(before, packet, len);
	/* Once is enough. */
	memcpy(before, packet, len);
	adit_clamp(&skb, mss);
	must(!memcmp(before, packet, len));
}

static void find(const u8 *tcp, unsigned int len)
{
	unsigned int pos = adit_clamp_find(tcp, len);

	if (!pos)
		return;
	must(pos >= sizeof(struct tcphdr) + 2 && pos + 2 <= len);
	must(tcp[pos - 2] == 2 && tcp[pos - 1] == 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	unsigned int mss = in_u16(&in);
	u8 *packet;
	size_t len;

	packet = in_take(&in, PACKET_MAX, &len);
	find(packet, len);
	clamp(packet, len, mss);
	free(packet);
	return 0;
}
