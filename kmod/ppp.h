/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPP framing as it stands in GRE and L2TP: no flags, no FCS, no escapes (RFC 1661 sections 2, 6.5,
 * 6.6).
 */
#ifndef ADIT_PPP_H
#define ADIT_PPP_H

#include <linux/types.h>
#include <linux/unaligned.h>

#define ADIT_PPP_HLEN_MAX	4	/* FF 03 and a two-octet protocol */
#define ADIT_PPP_PLAIN		0xff030000	/* such a header, without the protocol */

enum {
	ADIT_PPP_IP	= 0x0021,
	ADIT_PPP_IPV6	= 0x0057,
	ADIT_PPP_MPPE	= 0x00fd,	/* compressed datagram, RFC 1962 */
	ADIT_PPP_CCP	= 0x80fd,
	ADIT_PPP_LCP	= 0xc021,
};

/**
 * adit_ppp_parse() - read the header of a packet
 * @data: the packet
 * @len: its octets
 * @protocol: set to the protocol number on success
 *
 * FF 03 and a one-octet protocol are accepted whether or not their compression was negotiated, and
 * so is their absence.
 *
 * Return: length of the header, 1 to 4, or -EINVAL when no protocol field is there or it is
 * malformed (RFC 1661 section 2: its last octet is odd, one before it is even).
 */
int adit_ppp_parse(const u8 *data, unsigned int len, u16 *protocol);

/* adit_ppp_parse() of a packet that most often has a header without any compression. */
static inline int adit_ppp_read(const u8 *data, unsigned int len, u16 *protocol)
{
	u32 header = len >= ADIT_PPP_HLEN_MAX ? get_unaligned_be32(data) : 0;

	/* The protocol's last octet is odd, the one before it even and so not all ones. */
	if ((header & 0xffff0101) != (ADIT_PPP_PLAIN | 0x0001))
		return adit_ppp_parse(data, len, protocol);
	*protocol = header;
	return ADIT_PPP_HLEN_MAX;
}

/**
 * adit_ppp_hlen() - how long a header will be
 * @protocol: protocol number; the header of LCP is never compressed (RFC 1661 sections 6.5, 6.6)
 * @framing: enum adit_ppp_framing flags
 *
 * Return: 1 to 4.
 */
unsigned int adit_ppp_hlen(u16 protocol, u32 framing);

/**
 * adit_ppp_build() - write a header
 * @dst: room for adit_ppp_hlen() octets
 * @protocol: protocol number
 * @framing: enum adit_ppp_framing flags
 *
 * Return: octets written.
 */
unsigned int adit_ppp_build(u8 *dst, u16 protocol, u32 framing);

/* Numbers that MPPE encrypts: 0x0021 to 0x00fa (RFC 3078 section 3). */
static inline bool adit_ppp_is_data(u16 protocol)
{
	return protocol >= 0x0021 && protocol <= 0x00fa;
}

#endif /* ADIT_PPP_H */
