// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/inet.h"

#include <errno.h>
#include <string.h>

/* of IPv4's flags and fragment offset: anything but DF makes a fragment */
#define MORE_OR_OFFSET	0x3fff

static uint32_t sum_up(uint32_t sum, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);

	while (r.left > 1)
		sum += rd_u16(&r);
	if (r.left)
		sum += (uint32_t)rd_u8(&r) << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static size_t addr_len(const struct addr *a)
{
	return a->family == AF_INET ? 4 : 16;
}

uint16_t inet_checksum(const struct inet_packet *p)
{
	uint32_t sum = p->protocol + (uint32_t)p->len;

	sum = sum_up(sum, p->src.bytes, addr_len(&p->src));
	sum = sum_up(sum, p->dst.bytes, addr_len(&p->dst));
	return (uint16_t)~sum_up(sum, p->data, p->len);
}

int inet_parse4(const uint8_t *data, size_t len, struct inet_packet *p)
{
	struct rd r = rd_of(data, len);
	uint8_t version_ihl = rd_u8(&r);
	size_t header = (size_t)(version_ihl & 15) * 4, total;
	uint16_t fragment;

	rd_skip(&r, 1);
	total = rd_u16(&r);
	rd_skip(&r, 2);
	fragment = rd_u16(&r);
	p->hop_limit = rd_u8(&r);
	p->protocol = rd_u8(&r);
	rd_skip(&r, 2);
	memset(&p->src, 0, sizeof(p->src));
	memset(&p->dst, 0, sizeof(p->dst));
	p->src.family = p->dst.family = AF_INET;
	rd_copy(&r, p->src.bytes, 4);
	rd_copy(&r, p->dst.bytes, 4);
	if (r.bad || version_ihl >> 4 != 4 || header < INET_HEADER4_LEN || total < header ||
	    total > len || (fragment & MORE_OR_OFFSET) || sum_up(0, data, header) != 0xffff)
		return -EBADMSG;
	rd_skip(&r, header - INET_HEADER4_LEN);
	p->len = total - header;
	p->data = rd_bytes(&r, p->len);
	return r.bad ? -EBADMSG : 0;
}

int inet_parse6(const uint8_t *data, size_t len, struct inet_packet *p)
{
	struct rd r = rd_of(data, len);
	uint32_t first = rd_u32(&r);

	p->len = rd_u16(&r);
	p->protocol = rd_u8(&r);
	p->hop_limit = rd_u8(&r);
	p->src.family = p->dst.family = AF_INET6;
	rd_copy(&r, p->src.bytes, 16);
	rd_copy(&r, p->dst.bytes, 16);
	if (r.bad || first >> 28 != 6)
		return -EBADMSG;
	p->data = rd_bytes(&r, p->len);
	return r.bad ? -EBADMSG : 0;
}

static void begin4(struct wr *w, const struct addr *src, const struct addr *dst, uint8_t protocol,
		   uint8_t hop_limit)
{
	wr_u16(w, 0x4500);
	wr_u16(w, 0);		/* total length, by inet_end() */
	/* identification, which an atomic datagram has no use for: RFC 6864 */
	wr_u16(w, 0);
	wr_u16(w, 0x4000);	/* do not fragment */
	wr_u8(w, hop_limit);
	wr_u8(w, protocol);
	wr_u16(w, 0);		/* header checksum, by inet_end() */
	wr_bytes(w, src->bytes, 4);
	wr_bytes(w, dst->bytes, 4);
}

void inet_begin(struct wr *w, const struct addr *src, const struct addr *dst, uint8_t protocol,
		uint8_t hop_limit)
{
	if (src->family == AF_INET) {
		begin4(w, src, dst, protocol, hop_limit);
		return;
	}
	wr_u32(w, 0x60000000);
	wr_u16(w, 0);		/* payload length, by inet_end() */
	wr_u8(w, protocol);
	wr_u8(w, hop_limit);
	wr_bytes(w, src->bytes, 16);
	wr_bytes(w, dst->bytes, 16);
}

void inet_udp(struct wr *w, uint16_t from, uint16_t to)
{
	wr_u16(w, from);
	wr_u16(w, to);
	wr_u16(w, 0);		/* length, by inet_end() */
	wr_u16(w, 0);		/* checksum, by inet_end() */
}

void inet_end(struct wr *w, size_t checksum_at)
{
	struct inet_packet p;
	bool v4 = !w->bad && w->len && w->buf[0] >> 4 == 4;
	uint16_t sum;

	wr_patch_u16(w, v4 ? 2 : 4, (uint16_t)(v4 ? w->len : w->len - INET_HEADER6_LEN));
	if (v4)
		wr_patch_u16(w, 10, (uint16_t)~sum_up(0, w->buf, INET_HEADER4_LEN));
	if (w->bad || (v4 ? inet_parse4(w->buf, w->len, &p) : inet_parse6(w->buf, w->len, &p))) {
		w->bad = true;
		return;
	}
	if (p.protocol == INET_PROTO_UDP)
		wr_patch_u16(w, checksum_at - 2, (uint16_t)p.len);
	sum = inet_checksum(&p);
	/* UDP means "none" by 0, and its all ones are as good: RFC 768. */
	wr_patch_u16(w, checksum_at, p.protocol == INET_PROTO_UDP && !sum ? 0xffff : sum);
}
