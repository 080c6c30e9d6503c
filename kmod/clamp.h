/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MSS clamp: lowers the maximum segment size that a TCP SYN announces (RFC 9293 section 3.7.1) to what fits a tunnel.
 */
#ifndef ADIT_CLAMP_H
#define ADIT_CLAMP_H

#include <linux/types.h>

struct sk_buff;

/* Position of the MSS value behind @tcp, a TCP header of @len octets with options; 0: there is none, or malformed. */
unsigned int adit_clamp_find(const u8 *tcp, unsigned int len);

/* @skb: skb->data at its IP header. @mss4: largest for IPv4; IPv6 gets 20 less. What it does not know is left alone. */
void adit_clamp(struct sk_buff *skb, unsigned int mss4);

#endif /* ADIT_CLAMP_H */
