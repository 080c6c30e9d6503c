// SPDX-License-Identifier: GPL-2.0
/* L2TP data headers. */

#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "l2tp-hdr.h"

#define SUBLAYER_S	0x40000000	/* a sequence number is present, RFC 3931 section 4.6 */
#define SUBLAYER_SEQ	0x00ffffff

int adit_l2tp2_parse(const u8 *data, unsigned int len, struct adit_l2tp_hdr *hdr)
{
	struct adit_l2tp_hdr h = {};
	unsigned int at = ADIT_L2TP_FLAGS_LEN, need = ADIT_L2TP2_HLEN_MIN, end = len;
	u16 flags;

	if (len < need)
		return -EINVAL;
	flags = get_unaligned_be16(data);
	if (flags & ADIT_L2TP_FLAG_T || (flags & ADIT_L2TP_VERSION_MASK) != 2)
		return -EINVAL;
	need += (flags & ADIT_L2TP_FLAG_L ? 2 : 0) + (flags & ADIT_L2TP_FLAG_S ? 4 : 0) +
		(flags & ADIT_L2TP_FLAG_O ? 2 : 0);
	if (len < need)
		return -EINVAL;

	h.has_length = flags & ADIT_L2TP_FLAG_L;
	if (h.has_length) {
		end = get_unaligned_be16(data + at);
		at += 2;
	}
	h.id = get_unaligned_be32(data + at);
	at += 4;
	h.has_seq = flags & ADIT_L2TP_FLAG_S;
	if (h.has_seq) {
		h.seq = get_unaligned_be16(data + at);
		at += 4;
	}
	if (flags & ADIT_L2TP_FLAG_O)
		at += 2 + get_unaligned_be16(data + at);

	if (end > len || at > end)
		return -EINVAL;
	h.len = at;
	h.payload_len = end - at;
	*hdr = h;
	return 0;
}

int adit_l2tp3_parse(const u8 *data, unsigned int len, unsigned int cookie_len, bool sublayer,
		     struct adit_l2tp_hdr *hdr)
{
	unsigned int hlen = cookie_len + (sublayer ? ADIT_L2TP3_SUBLAYER_LEN : 0);
	struct adit_l2tp_hdr h = { .len = hlen };

	if (len < hlen)
		return -EINVAL;
	h.payload_len = len - hlen;
	if (sublayer) {
		u32 word = get_unaligned_be32(data + cookie_len);

		h.has_seq = word & SUBLAYER_S;
		h.seq = h.has_seq ? word & SUBLAYER_SEQ : 0;
	}
	*hdr = h;
	return 0;
}

void adit_l2tp3_build_sublayer(u8 *dst, bool has_seq, u32 seq)
{
	put_unaligned_be32(has_seq ? SUBLAYER_S | (seq & SUBLAYER_SEQ) : 0, dst);
}

u32 adit_l2tp_seq_extend(u32 seq, unsigned int bits, u32 next)
{
	unsigned int shift = 32 - bits;

	/* The difference, as a signed number of @bits bits. */
	return next + ((s32)((seq - next) << shift) >> shift);
}
