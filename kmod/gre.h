/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enhanced GRE of PPTP (RFC 2637 section 4.1), the header alone, and the machine's one slot for GRE version 1.
 */
#ifndef ADIT_GRE_H
#define ADIT_GRE_H

#include <linux/types.h>

struct sk_buff;
struct netlink_ext_ack;

#define ADIT_GRE_HLEN_MAX	16	/* flags, length and call id, sequence, acknowledgement */

/**
 * struct adit_gre_hdr - a parsed or to be built version 1 header
 * @payload_len: octets behind the header
 * @call_id: the receiver's call id
 * @has_seq: a payload and its sequence number are present
 * @has_ack: an acknowledgement number is present
 * @seq: sequence number
 * @ack: highest sequence number that the sender has received
 */
struct adit_gre_hdr {
	u16 payload_len;
	u16 call_id;
	bool has_seq;
	bool has_ack;
	u32 seq;
	u32 ack;
};

/* Parse @len linear octets. Return: length of the header, or -EINVAL when it is no valid version 1 header. */
int adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr);

/* Length of the header that @hdr asks for. */
static inline unsigned int adit_gre_hlen(bool has_seq, bool has_ack)
{
	return 8 + (has_seq ? 4 : 0) + (has_ack ? 4 : 0);
}

/* Write the header to @dst, which has adit_gre_hlen() octets. */
void adit_gre_build(u8 *dst, const struct adit_gre_hdr *hdr);

/*
 * Take and give back the slot; counted, so the first get takes it and a work item one second after the last put gives
 * it back. Packets come to adit_pptp_rcv() (pptp.h).
 */
int adit_gre_get(struct netlink_ext_ack *extack);
void adit_gre_put(void);
void adit_gre_exit(void);

#endif /* ADIT_GRE_H */
