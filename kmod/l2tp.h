/* SPDX-License-Identifier: GPL-2.0 */
/*
 * L2TP on the wire: PPP packets or Ethernet frames of a session in version 2 or 3, over UDP or IP protocol 115, over
 * IPv4 and IPv6, or over UDP in a child (carry.c). The header alone is in l2tp-hdr.c, the protocol slot in l2tp-ip.c,
 * aggregation in l2tp-gro.c, the link kind in link-l2tp.c.
 */
#ifndef ADIT_L2TP_H
#define ADIT_L2TP_H

#include <linux/skbuff.h>

#include "l2tp-hdr.h"

struct adit_child;
struct adit_session;
struct adit_session_conf;
struct adit_socket;
struct adit_way;
struct adit_wire_key;
struct list_head;
struct netlink_ext_ack;
struct sock;

#define ADIT_L2TP_PORT		1701	/* RFC 2661 section 8.1 */

/* Of PPP: header, MPPE header, and the protocol field that MPPE encrypts. */
#define ADIT_L2TP_OVERHEAD_PPP	(4 + 2 + 2)

/* Outer IP header (IPv6), UDP, L2TP: what a session of a concentrator may need. */
#define ADIT_L2TP_OVERHEAD_MAX	(40 + 8 + ADIT_L2TP3_HLEN_MAX)

int adit_l2tp_udp_rcv(struct adit_socket *sock, struct sk_buff *skb);
bool adit_l2tp_data_rcv(struct adit_wire_key *key, const struct adit_socket *sock, struct sk_buff *skb, u16 flags);
int adit_l2tp_ip_rcv(struct sk_buff *skb);

unsigned int adit_l2tp_overhead(const struct adit_session_conf *conf);
unsigned int adit_l2tp_hlen(const struct adit_session *s);
void adit_l2tp_push(struct adit_session *s, struct sk_buff *skb);
int adit_l2tp_output(struct adit_session *s, struct sk_buff *skb, struct adit_way *way);
bool adit_l2tp_may_segment_late(const struct adit_session *s, const struct sk_buff *skb);

int adit_l2tp_init(struct adit_session *s, const struct adit_session_conf *conf, struct netlink_ext_ack *extack);
void adit_l2tp_set(struct adit_session *s, const struct adit_session_conf *conf);
void adit_l2tp_release(struct adit_session *s);

/* l2tp-gro.c */
struct sk_buff *adit_l2tp_gro_receive(struct sock *sk, struct list_head *head, struct sk_buff *skb);
int adit_l2tp_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff);

/* carry.c */
int adit_carry_join(struct adit_session *s, struct adit_child *child, struct netlink_ext_ack *extack);
void adit_carry_leave(struct adit_session *s);

/* l2tp-ip.c */
int adit_l2tp_ip_join(struct adit_session *s);
void adit_l2tp_ip_leave(struct adit_session *s);
int adit_l2tp_ip_get(struct netlink_ext_ack *extack);
void adit_l2tp_ip_put(void);
int adit_l2tp_ip_init(void);
void adit_l2tp_ip_exit(void);

int adit_link_l2tp_init(void);
void adit_link_l2tp_exit(void);

#endif /* ADIT_L2TP_H */
