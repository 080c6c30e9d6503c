// SPDX-License-Identifier: GPL-2.0
/*
 * Enhanced GRE: header and slot.
 */
#include <linux/netlink.h>
#include <linux/unaligned.h>
#include <net/gre.h>

#include "gre.h"
#include "pptp.h"
#include "slot.h"

int adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr)
{
	u32 first, second, payload_len;
	bool has_seq, has_ack;
	unsigned int hlen;

	if (len < ADIT_GRE_HLEN_MIN)
		return -EINVAL;
	/* Every packet passes here: two words instead of four halves. */
	first = get_unaligned_be32(data);
	second = get_unaligned_be32(data + 4);
	if ((first & (ADIT_GRE_FIXED_MASK << 16 | 0xffff)) != (ADIT_GRE_FIXED << 16 | ADIT_GRE_PROTOCOL_PPP))
		return -EINVAL;

	has_seq = first & ADIT_GRE_FLAG_S << 16;
	has_ack = first & ADIT_GRE_FLAG_A << 16;
	payload_len = second >> 16;
	hlen = adit_gre_hlen(has_seq, has_ack);
	/* A payload has a sequence number, and a packet without either says nothing. */
	if (!has_seq && (payload_len || !has_ack))
		return -EINVAL;
	if (len < hlen + payload_len)
		return -EINVAL;

	hdr->payload_len = payload_len;
	hdr->call_id = second;
	hdr->has_seq = has_seq;
	hdr->has_ack = has_ack;
	hdr->seq = has_seq ? get_unaligned_be32(data + 8) : 0;
	/* Without a sequence number the acknowledgment stands in its place. */
	hdr->ack = has_ack ? get_unaligned_be32(data + hlen - 4) : 0;
	return hlen;
}

/*
 * No err_handler: our outer packets may be fragmented on the way, so no ICMP error changes how they
 * are sent.
 */
static const struct gre_protocol gre_protocol = {
	.handler = adit_pptp_rcv,
};

static int slot_take(void)
{
	return gre_add_protocol(&gre_protocol, GREPROTO_PPTP) ? -EBUSY : 0;
}

static void slot_release(void)
{
	gre_del_protocol(&gre_protocol, GREPROTO_PPTP);
}

static ADIT_SLOT(gre_slot, slot_take, slot_release, "GRE version 1 is held by another module (pptp?): rmmod pptp");

int adit_gre_get(struct netlink_ext_ack *extack)
{
	return adit_slot_get(&gre_slot, extack);
}

void adit_gre_put(void)
{
	adit_slot_put(&gre_slot);
}

void adit_gre_exit(void)
{
	adit_slot_exit(&gre_slot);
}
