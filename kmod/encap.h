/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the common parts ask of an encapsulation, by the session's kind. Direct calls: an indirect call for each packet
 * would cost more than the header it builds.
 */
#ifndef ADIT_ENCAP_H
#define ADIT_ENCAP_H

#include "outer.h"
#include "pptp.h"
#include "session.h"

/* Set up the kind's part of a session that nobody knows yet. */
static inline void adit_encap_init(struct adit_session *s, const struct adit_session_conf *conf)
{
	adit_pptp_init(s, conf);
}

/* Stop what runs by itself, of a session that is dead. */
static inline void adit_encap_stop(struct adit_session *s)
{
	adit_pptp_stop(s);
}

/* Numbered packets were received in order; rx_lock held. */
static inline void adit_encap_progress(struct adit_session *s)
{
	adit_pptp_owe_ack(s);
}

/* Put the header before a PPP packet; tx_lock held, and the sequence number is taken here. */
static inline void adit_encap_push(struct adit_session *s, struct sk_buff *skb)
{
	adit_pptp_push(s, skb);
}

/* Send what adit_encap_push() made, with a route from adit_outer_route() in the same RCU read side. */
static inline int adit_encap_output(struct adit_session *s, struct sk_buff *skb, struct dst_entry *dst, u8 tos)
{
	return adit_outer_output(s, skb, dst, tos);
}

#endif /* ADIT_ENCAP_H */
