/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPTP on the wire: PPP packets of a session in enhanced GRE (RFC 2637 section 4) over IPv4. The link kind is in
 * link-pptp.c.
 */
#ifndef ADIT_PPTP_H
#define ADIT_PPTP_H

#include <linux/in.h>
#include <linux/skbuff.h>

#include "gre.h"

struct adit_session;
struct adit_session_conf;
struct adit_wire_key;

/* Outer IPv4 header, GRE, PPP, MPPE header, and the protocol field that MPPE encrypts. */
#define ADIT_PPTP_OVERHEAD	(20 + ADIT_GRE_HLEN_MAX + 4 + 2 + 2)

int adit_pptp_rcv(struct sk_buff *skb);

void adit_pptp_key(struct adit_wire_key *key, __be32 local, __be32 peer, u16 call_id);
void adit_pptp_push(struct adit_session *s, struct sk_buff *skb);
void adit_pptp_owe_ack(struct adit_session *s);

void adit_pptp_init(struct adit_session *s, const struct adit_session_conf *conf);
void adit_pptp_stop(struct adit_session *s);

int adit_link_pptp_init(void);
void adit_link_pptp_exit(void);

#endif /* ADIT_PPTP_H */
