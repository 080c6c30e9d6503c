// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's L2TP data headers (RFC 2661 section 3.1, RFC 3931 section 4.6): what is read stands in the
 * packet where a second reading finds it, and lengths never leave it. Behind an octet that chooses version,
 * cookie and sublayer.
 */
#include "fuzz.h"
#include "l2tp-hdr.h"

struct second {
	bool ok;
	unsigned int len, end;
	uint32_t id, seq;
	bool has_length, has_seq;
};

/* RFC 2661 section 3.1, field by field. */
static struct second read2(const uint8_t *data, size_t len)
{
	struct in in = in_of(data, len);
	uint16_t flags = in_u16(&in);
	size_t need = 6u + (flags & 0x4000 ? 2u : 0u) + (flags & 0x0800 ? 4u : 0u) + (flags & 0x0200 ? 2u : 0u);
	struct second s = { .ok = len >= need && !(flags & 0x8000) && (flags & 15) == 2,
			    .end = (unsigned int)len, .has_length = flags & 0x4000, .has_seq = flags & 0x0800 };

	if (s.has_length)
		s.end = in_u16(&in);
	s.id = in_u32(&in);
	if (s.has_seq) {
		s.seq = in_u16(&in);
		in_u16(&in);
	}
	s.len = (unsigned int)need + (flags & 0x0200 ? in_u16(&in) : 0);
	s.ok = s.ok && s.end <= len && s.len <= s.end;
	return s;
}

static void version2(const uint8_t *data, size_t len)
{
	static const struct adit_l2tp_hdr untouched = { .payload_len = 0x5a5a, .seq = 0x5a5a5a5a };
	struct adit_l2tp_hdr hdr = untouched;
	/* No more than this has to be linear. */
	size_t linear = len < ADIT_L2TP2_HLEN_MAX ? len : ADIT_L2TP2_HLEN_MAX;
	uint8_t *exact = malloc(linear ? linear : 1);
	struct second s = read2(data, len);
	int ret;

	must(exact);
	if (linear)
		memcpy(exact, data, linear);
	ret = adit_l2tp2_parse(exact, len, &hdr);
	must(ret == (s.ok ? 0 : -EINVAL));
	if (ret) {
		must(!memcmp(&hdr, &untouched, sizeof(hdr)));
	} else {
		must(hdr.len == s.len && hdr.payload_len == s.end - s.len && hdr.id == s.id);
		must(hdr.has_length == s.has_length && hdr.has_seq == s.has_seq && hdr.seq == s.seq);
	}
	free(exact);
}

static void version3(const uint8_t *data, size_t len, unsigned int cookie, bool sublayer)
{
	struct adit_l2tp_hdr hdr;
	unsigned int hlen = cookie + (sublayer ? ADIT_L2TP3_SUBLAYER_LEN : 0);
	uint8_t again[ADIT_L2TP3_SUBLAYER_LEN];
	size_t linear = len < hlen ? len : hlen;
	uint8_t *exact = malloc(linear ? linear : 1);
	int ret;

	must(exact);
	if (linear)
		memcpy(exact, data, linear);
	ret = adit_l2tp3_parse(exact, len, cookie, sublayer, &hdr);
	must(ret == (len < hlen ? -EINVAL : 0));
	if (!ret) {
		must(hdr.len == hlen && hdr.payload_len == len - hlen && !(hdr.seq >> 24));
		must(hdr.has_seq == (sublayer && exact[cookie] & 0x40) && (hdr.has_seq || !hdr.seq));
	}
	if (!ret && hdr.has_seq) {
		adit_l2tp3_build_sublayer(again, true, hdr.seq);
		must(again[0] == 0x40 && !memcmp(again + 1, exact + cookie + 1, 3));
	}
	free(exact);
}

/* The nearest of all that end in it. */
static void extended(struct in *in)
{
	unsigned int bits = in_u8(in) & 1 ? 16 : 24;
	uint32_t next = in_u32(in), seq = in_u32(in) & ((1u << bits) - 1), full;
	int32_t away;

	full = adit_l2tp_seq_extend(seq, bits, next);
	away = (int32_t)(full - next);
	must((full & ((1u << bits) - 1)) == seq);
	must(away >= -(1 << (bits - 1)) && away < 1 << (bits - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t how = in_u8(&in);

	if (how & 8)
		extended(&in);
	else if (how & 1)
		version3(in.at, in.left, (how >> 1) % 3 * 4u, how & 16);
	else
		version2(in.at, in.left < 65535 ? in.left : 65535);
	return 0;
}
