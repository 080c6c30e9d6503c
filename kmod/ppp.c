// SPDX-License-Identifier: GPL-2.0
/*
 * PPP framing without HDLC.
 */
#include <linux/errno.h>
#include <linux/unaligned.h>
#include <uapi/linux/adit.h>

#include "ppp.h"

#define ADDRESS	0xff	/* all stations */
#define CONTROL	0x03	/* unnumbered information */

int adit_ppp_parse(const u8 *data, unsigned int len, u16 *protocol)
{
	unsigned int off = 0;

	/* Not ambiguous: 0xff is no protocol number that PFC may shorten (RFC 1661 §6.6). */
	if (len >= 2 && data[0] == ADDRESS && data[1] == CONTROL)
		off = 2;
	if (off >= len || data[off] == ADDRESS)
		return -EINVAL;
	if (data[off] & 1) {
		*protocol = data[off];
		return off + 1;
	}
	if (off + 1 >= len || !(data[off + 1] & 1))
		return -EINVAL;
	*protocol = get_unaligned_be16(data + off);
	return off + 2;
}

static bool short_address(u16 protocol, u32 framing)
{
	return (framing & ADIT_PPP_FRAMING_ACFC) && protocol != ADIT_PPP_LCP;
}

/* 0x00ff in one octet would read as the address field. */
static bool short_protocol(u16 protocol, u32 framing)
{
	return (framing & ADIT_PPP_FRAMING_PFC) && protocol < ADDRESS;
}

unsigned int adit_ppp_hlen(u16 protocol, u32 framing)
{
	return (short_address(protocol, framing) ? 0 : 2) +
	       (short_protocol(protocol, framing) ? 1 : 2);
}

unsigned int adit_ppp_build(u8 *dst, u16 protocol, u32 framing)
{
	u8 *p = dst;

	if (!short_address(protocol, framing)) {
		*p++ = ADDRESS;
		*p++ = CONTROL;
	}
	if (!short_protocol(protocol, framing))
		*p++ = protocol >> 8;
	*p++ = protocol;
	return p - dst;
}
