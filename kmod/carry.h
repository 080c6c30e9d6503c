/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Carry: L2TP in a child (RFC 3193 without a trip through the IP stack between its layers). A child with an l2tp-port
 * protects UDP datagrams of that port in transport mode, and nothing else; their IP header is only ever outside.
 * Sessions name the child instead of addresses, so of peers that share an address and port none is taken for another.
 * Control messages come from, and go to, the owner of the child's device.
 *
 * A session holds a reference to its child, which keeps memory. It does not keep the child alive, nor its device: who
 * comes from a session looks at @dead first, inside one RCU read side with all that follows.
 */
#ifndef ADIT_CARRY_H
#define ADIT_CARRY_H

#include <linux/string.h>
#include <linux/udp.h>

#include "child.h"
#include "esp.h"
#include "session.h"

struct netlink_ext_ack;
struct sk_buff;
struct sk_buff_head;

/* What ESP and the UDP header inside it put around an L2TP packet, more than UDP alone. */
#define ADIT_CARRY_HEAD		(sizeof(struct udphdr) + ADIT_ESP_HEAD_MAX)
#define ADIT_CARRY_OVERHEAD	(ADIT_CARRY_HEAD + ADIT_ESP_TAIL_MAX)

/**
 * adit_carry_key() - what identifies a session in a child, but for its id
 * @key: set
 * @child: child; who has a reference to it can tell it by where it is in memory
 * @family: of its outer addresses
 * @peer_port: UDP port of the peer inside
 */
static inline void adit_carry_key(struct adit_wire_key *key, const struct adit_child *child, u16 family,
				  __be16 peer_port)
{
	*key = (struct adit_wire_key){
		.net		= child->adev->net,
		.local_port	= child->l2tp_port,
		.peer_port	= peer_port,
		.family		= family,
		.protocol	= IPPROTO_ESP,
		.kind		= ADIT_KIND_L2TP,
	};
	memcpy(&key->local, &child, sizeof(child));
}

/* tx.c */
u64 *adit_carry_begin(struct adit_session *s, struct adit_esp_out *out, u8 tos);
unsigned int adit_carry_room(const struct adit_session *s, const struct adit_esp_out *out);
void adit_carry_send(const struct adit_session *s, const struct adit_esp_out *out, struct sk_buff *list);

/* esp-rx.c */
u64 *adit_carry_check(struct adit_sa *sa, struct sk_buff *skb, u8 next);
void adit_carry_rcv(struct adit_child *child, struct sk_buff *skb);

/* netlink*.c */
u32 adit_carry_ifindex(const struct adit_child *child);
int adit_carry_control(struct adit_child *child, __be16 peer_port, const void *data, unsigned int len,
		       struct netlink_ext_ack *extack);

#endif /* ADIT_CARRY_H */
