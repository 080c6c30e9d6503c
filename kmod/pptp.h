/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPTP on the wire: PPP packets of a session in enhanced GRE (RFC 2637 section 4) over IPv4. The link kind is in
 * link-pptp.c.
 */
#ifndef ADIT_PPTP_H
#define ADIT_PPTP_H

#include <linux/in.h>
#include <linux/skbuff.h>
#include <linux/timer.h>

#include "gre.h"

struct adit_session;
struct rtable;

/* Outer IPv4 header, GRE, PPP, MPPE header, and the protocol field that MPPE encrypts. */
#define ADIT_PPTP_OVERHEAD	(20 + ADIT_GRE_HLEN_MAX + 4 + 2 + 2)

/* Whether an outer address can be one end of a session. */
static inline bool adit_pptp_addr_ok(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

int adit_pptp_rcv(struct sk_buff *skb);

struct rtable *adit_pptp_route(struct adit_session *s);
unsigned int adit_pptp_headroom(const struct rtable *rt);
void adit_pptp_push(struct adit_session *s, struct sk_buff *skb);
int adit_pptp_output(struct adit_session *s, struct sk_buff *skb, struct rtable *rt, u8 tos);

void adit_pptp_reorder_timer(struct timer_list *timer);
void adit_pptp_ack_timer(struct timer_list *timer);

int adit_link_pptp_init(void);
void adit_link_pptp_exit(void);

#endif /* ADIT_PPTP_H */
