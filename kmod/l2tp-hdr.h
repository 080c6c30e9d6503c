/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header of L2TP data packets, alone: version 2 (RFC 2661 section 3.1) and version 3 (RFC 3931 sections 4.1 and
 * 4.6). Of version 3 the packet does not say how long its header is: the session knows.
 */
#ifndef ADIT_L2TP_HDR_H
#define ADIT_L2TP_HDR_H

#include <linux/types.h>
#include <linux/unaligned.h>

#define ADIT_L2TP_FLAGS_LEN	2	/* flags and version, first of all over UDP */
#define ADIT_L2TP2_HLEN_MIN	6	/* flags, tunnel id, session id */
#define ADIT_L2TP2_HLEN_MAX	14	/* with length, Ns and Nr, offset size; what is padded comes on top */
#define ADIT_L2TP3_HLEN_MAX	20	/* flags, reserved, session id, cookie, sublayer */

#define ADIT_L2TP3_SUBLAYER_LEN	4

#define ADIT_L2TP_FLAG_T	0x8000	/* control */
#define ADIT_L2TP_FLAG_L	0x4000	/* length is present */
#define ADIT_L2TP_FLAG_S	0x0800	/* Ns and Nr are present */
#define ADIT_L2TP_FLAG_O	0x0200	/* offset size is present */
#define ADIT_L2TP_VERSION_MASK	0x000f

/**
 * struct adit_l2tp_hdr - a parsed header
 * @len: octets of the header
 * @payload_len: octets behind it; what the packet has beyond them is padding
 * @id: version 2: tunnel id in the upper half, session id in the lower
 * @has_length: the header told the length
 * @has_seq: @seq is there
 * @seq: sequence number, 16 bits in version 2, 24 in version 3
 */
struct adit_l2tp_hdr {
	unsigned int len;
	unsigned int payload_len;
	u32 id;
	bool has_length;
	bool has_seq;
	u32 seq;
};

/**
 * adit_l2tp2_parse() - read a version 2 data header
 * @data: the packet, its first ADIT_L2TP2_HLEN_MAX octets linear, or all of it
 * @len: octets of the whole packet
 * @hdr: set on success, untouched otherwise
 *
 * Reserved bits and the priority bit are ignored (RFC 2661 section 3.1). The offset padding may be longer than what is
 * linear.
 *
 * Return: 0, or -EINVAL when it is no data packet of version 2 or promises more than @len.
 */
int adit_l2tp2_parse(const u8 *data, unsigned int len, struct adit_l2tp_hdr *hdr);

/* adit_l2tp2_parse() of a packet that most often has nothing but ids. */
static inline int adit_l2tp2_read(const u8 *data, unsigned int len, struct adit_l2tp_hdr *hdr)
{
	if (len < ADIT_L2TP2_HLEN_MIN || get_unaligned_be16(data) != 2)
		return adit_l2tp2_parse(data, len, hdr);
	*hdr = (struct adit_l2tp_hdr){
		.id = get_unaligned_be32(data + ADIT_L2TP_FLAGS_LEN), .len = ADIT_L2TP2_HLEN_MIN,
		.payload_len = len - ADIT_L2TP2_HLEN_MIN,
	};
	return 0;
}

/**
 * adit_l2tp3_parse() - read the part of a version 3 header that a session decides, behind the session id
 * @data: cookie first, linear as far as the header goes
 * @len: octets from there on
 * @cookie_len: of the session
 * @sublayer: the session has the default L2-specific sublayer
 * @hdr: set on success, untouched otherwise; its @len counts from @data
 *
 * Return: 0, or -EINVAL when the packet is too short.
 */
int adit_l2tp3_parse(const u8 *data, unsigned int len, unsigned int cookie_len, bool sublayer,
		     struct adit_l2tp_hdr *hdr);

/**
 * adit_l2tp3_build_sublayer() - write a default L2-specific sublayer
 * @dst: room for ADIT_L2TP3_SUBLAYER_LEN octets
 * @has_seq: with a sequence number
 * @seq: of which the last 24 bits count
 */
void adit_l2tp3_build_sublayer(u8 *dst, bool has_seq, u32 seq);

/**
 * adit_l2tp_seq_extend() - make a short sequence number a long one
 * @seq: from a header
 * @bits: of it
 * @next: long number that is expected
 *
 * Return: of all long numbers that end in @seq, the one nearest to @next.
 */
u32 adit_l2tp_seq_extend(u32 seq, unsigned int bits, u32 next);

#endif /* ADIT_L2TP_HDR_H */
