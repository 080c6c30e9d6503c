/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the common parts ask of an encapsulation, by the session's kind. Direct calls: an indirect call for each packet
 * would cost more than the header it builds.
 */
#ifndef ADIT_ENCAP_H
#define ADIT_ENCAP_H

#include <linux/ip.h>
#include <linux/ipv6.h>

#include "l2tp.h"
#include "outer.h"
#include "pptp.h"
#include "session.h"

static inline bool adit_encap_is_l2tp(const struct adit_session *s)
{
	return s->key.kind == ADIT_KIND_L2TP;
}

/* The child that the session is in, or NULL: then none of what follows about the way out is for it, but carry.h. */
static inline struct adit_child *adit_encap_child(const struct adit_session *s)
{
	return adit_encap_is_l2tp(s) ? s->l2tp.child : NULL;
}

/* Set up the kind's part of a session that nobody knows yet. May sleep; 0 or -errno. */
static inline int adit_encap_init(struct adit_session *s, const struct adit_session_conf *conf,
				  struct netlink_ext_ack *extack)
{
	if (adit_encap_is_l2tp(s))
		return adit_l2tp_init(s, conf, extack);
	adit_pptp_init(s, conf);
	return 0;
}

/* Stop what runs by itself, of a session that is dead. */
static inline void adit_encap_stop(struct adit_session *s)
{
	if (!adit_encap_is_l2tp(s))
		adit_pptp_stop(s);
}

/* Undo adit_encap_init(). */
static inline void adit_encap_release(struct adit_session *s)
{
	if (adit_encap_is_l2tp(s))
		adit_l2tp_release(s);
}

/* Numbered packets were received in order; rx_lock held. */
static inline void adit_encap_progress(struct adit_session *s)
{
	if (!adit_encap_is_l2tp(s))
		adit_pptp_owe_ack(s);
}

/* Put the header before a payload; tx_lock held, and the sequence number is taken here. */
static inline void adit_encap_push(struct adit_session *s, struct sk_buff *skb)
{
	if (adit_encap_is_l2tp(s))
		adit_l2tp_push(s, skb);
	else
		adit_pptp_push(s, skb);
}

/* Whether a super-packet in clear may go out as one. */
static inline bool adit_encap_may_segment_late(const struct adit_session *s, const struct sk_buff *skb)
{
	return adit_encap_is_l2tp(s) && adit_l2tp_may_segment_late(s, skb);
}

/*
 * Whether the checksum of a packet in clear may be left to hardware. Not by PPTP: a client that reads GRE from a raw
 * socket on this machine, or in a guest of it, would see it unmade, because the packet never meets hardware. Nor by
 * Ethernet in L2TP, whose in-tree receiver looks at it in any case.
 */
static inline bool adit_encap_may_sum_late(const struct adit_session *s)
{
	return adit_encap_is_l2tp(s) && !s->adev->ether;
}

/* Whether outer packets carry a checksum over what is in them. */
static inline bool adit_encap_has_csum(const struct adit_session *s)
{
	return adit_encap_is_l2tp(s) && !s->l2tp.no_udp_csum;
}

/* Octets from the outer IP header to the payload. */
static inline unsigned int adit_encap_overhead(const struct adit_session *s)
{
	return (s->key.family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) +
	       (adit_encap_is_l2tp(s) ? adit_l2tp_hlen(s) : ADIT_GRE_HLEN_MAX);
}

/* Send what adit_encap_push() made. */
static inline int adit_encap_output(struct adit_session *s, struct sk_buff *skb, struct adit_way *way)
{
	if (adit_encap_is_l2tp(s))
		return adit_l2tp_output(s, skb, way);
	return adit_outer_output(s, skb, way);
}

#endif /* ADIT_ENCAP_H */
