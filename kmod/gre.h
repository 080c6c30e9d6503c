/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enhanced GRE of PPTP (RFC 2637 section 4.1), the header alone, and the machine's one slot for GRE
 * version 1.
 */
#ifndef ADIT_GRE_H
#define ADIT_GRE_H

#include <linux/types.h>
#include <linux/unaligned.h>

struct sk_buff;
struct netlink_ext_ack;

/* The first 16 bits, RFC 2637 section 4.1. */
#define ADIT_GRE_FLAG_C		0x8000u
#define ADIT_GRE_FLAG_R		0x4000
#define ADIT_GRE_FLAG_K		0x2000
#define ADIT_GRE_FLAG_S		0x1000
#define ADIT_GRE_FLAG_A		0x0080
#define ADIT_GRE_FLAGS_RESERVED	0x0078
#define ADIT_GRE_VERSION_MASK	0x0007
#define ADIT_GRE_VERSION	0x0001
#define ADIT_GRE_PROTOCOL_PPP	0x880b

/*
 * What must be as it is. C and R would put further fields into the header. Strict source route
 * (0x0800) and recursion control (0x0700) change nothing in it and are ignored, as other
 * implementations do.
 */
#define ADIT_GRE_FIXED_MASK	(ADIT_GRE_FLAG_C | ADIT_GRE_FLAG_R | ADIT_GRE_FLAG_K | \
				 ADIT_GRE_FLAGS_RESERVED | ADIT_GRE_VERSION_MASK)
#define ADIT_GRE_FIXED		(ADIT_GRE_FLAG_K | ADIT_GRE_VERSION)

#define ADIT_GRE_HLEN_MIN	8	/* flags, protocol, payload length and call id */
#define ADIT_GRE_HLEN_MAX	16	/* with sequence and acknowledgment */

/**
 * struct adit_gre_hdr - a parsed or to be built version 1 header
 * @payload_len: octets behind the header; what the packet has beyond them is padding
 * @call_id: the receiver's call id
 * @has_seq: a payload and its sequence number are present; the payload may be empty all the same
 * @has_ack: an acknowledgment number is present
 * @seq: sequence number, 0 without
 * @ack: highest sequence number that the sender has received, 0 without
 */
struct adit_gre_hdr {
	u16 payload_len;
	u16 call_id;
	bool has_seq;
	bool has_ack;
	u32 seq;
	u32 ack;
};

/**
 * adit_gre_parse() - read a header
 * @data: the GRE packet, its header linear
 * @len: octets of the whole packet
 * @hdr: set on success, untouched otherwise
 *
 * Reads no more than ADIT_GRE_HLEN_MAX octets at @data.
 *
 * Return: length of the header, 12 or 16, or -EINVAL when it is no valid version 1 header or
 * promises more than @len.
 */
int adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr);

/* Length of the header that @has_seq and @has_ack make. */
static inline unsigned int adit_gre_hlen(bool has_seq, bool has_ack)
{
	return ADIT_GRE_HLEN_MIN + (has_seq ? 4 : 0) + (has_ack ? 4 : 0);
}

/**
 * adit_gre_build() - write a header
 * @dst: room for adit_gre_hlen() octets
 * @hdr: what to write
 */
static inline void adit_gre_build(u8 *dst, const struct adit_gre_hdr *hdr)
{
	const u32 flags = ADIT_GRE_FIXED | (hdr->has_seq ? ADIT_GRE_FLAG_S : 0) | (hdr->has_ack ? ADIT_GRE_FLAG_A : 0);

	put_unaligned_be32(flags << 16 | ADIT_GRE_PROTOCOL_PPP, dst);
	put_unaligned_be32((u32)hdr->payload_len << 16 | hdr->call_id, dst + 4);
	if (hdr->has_seq)
		put_unaligned_be32(hdr->seq, dst + 8);
	if (hdr->has_ack)
		put_unaligned_be32(hdr->ack, dst + adit_gre_hlen(hdr->has_seq, true) - 4);
}

/**
 * adit_gre_get() - take the slot, or use it once more
 * @extack: told when another module has it
 *
 * Packets come to adit_pptp_rcv() (pptp.h) from then on. Context: process, may sleep; rtnl may be
 * held.
 *
 * Return: 0 or -EBUSY.
 */
int adit_gre_get(struct netlink_ext_ack *extack);

/**
 * adit_gre_put() - undo one adit_gre_get()
 *
 * The last one gives the slot back a second later, from a work item. Context: process, may sleep;
 * rtnl may be held.
 */
void adit_gre_put(void);

/**
 * adit_gre_exit() - give the slot back now, when nobody uses it any more
 *
 * No packet is in adit_pptp_rcv() afterwards. Context: process, may sleep.
 */
void adit_gre_exit(void);

#endif /* ADIT_GRE_H */
