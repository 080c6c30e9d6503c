/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Child: what a pair of peers agreed to protect, behind an esp device. It is there before its SAs: what is routed to it
 * asks the owner for one and waits. Published in two tables: by id in its device (netlink), by its selectors in its
 * device (transmit). Received packets find it by their SA.
 *
 * Packet paths find it under RCU and never take a reference; a reference keeps its memory, and @dead tells that it was
 * removed. It is freed a grace period after the last reference.
 *
 * Locks: conf (mutex, one change at a time) > @lock (spinlock, bottom halves off, never held while a packet is handed
 * on). @lock is never held together with that of an SA.
 *
 * Tags: [I] immutable after publish, [R] RCU, [conf], [lock].
 */
#ifndef ADIT_CHILD_H
#define ADIT_CHILD_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <uapi/linux/adit.h>

#include "device.h"
#include "frame.h"
#include "spd.h"

struct adit_sa;
struct adit_sa_conf;
struct adit_socket;
struct dst_entry;
struct netlink_ext_ack;
struct nlattr;

/*
 * Packets that wait for an SA, and how long: a TCP connection's first and a few more, until IKE has done its round
 * trips.
 */
#define ADIT_CHILD_WAIT_MAX	16
#define ADIT_CHILD_WAIT_MS	5000

/* An owner is asked for an SA this often and no more, jiffies. */
#define ADIT_ACQUIRE_EVERY	HZ

/* A path MTU that ICMP told is believed this long, jiffies (RFC 1191 section 6.3). */
#define ADIT_PMTU_FOR		(600 * HZ)

/**
 * struct adit_esp_path - the outer path of a child; another one takes its place when the peer moves
 * @local: [I] outer address of this end; IPv4 in the first word, the rest zero
 * @peer: [I] outer address of the peer, likewise
 * @family: [I] of both
 * @local_port: [I] UDP port of this end, or 0 without UDP encapsulation
 * @peer_port: [I] UDP port of the peer, likewise
 * @pmtu: told by ICMP, or 0
 * @pmtu_until: jiffies at which @pmtu is forgotten
 * @dst: [R] cached outer route; exchanged atomically
 * @dst_cookie: of dst_check()
 * @idents: identification numbers that were taken for outer headers, see adit_esp_ident()
 * @idents_until: jiffies after which they are not used
 * @rcu: defers the free
 */
struct adit_esp_path {
	struct in6_addr local;
	struct in6_addr peer;
	u16 family;
	__be16 local_port;
	__be16 peer_port;
	u32 pmtu;
	unsigned long pmtu_until;
	struct dst_entry __rcu *dst;
	u32 dst_cookie;
	atomic_t idents;
	unsigned long idents_until;
	struct rcu_head rcu;
};

/* Counters, in the order of the netlink attributes of child-stats, which have the meaning of each. */
struct adit_child_stats {
	u64 acquires;
	u64 waited;
	u64 wait_dropped;
	u64 too_big;
	u64 no_route;
	u64 loop;
	u64 no_memory;
	u64 no_socket;
	u64 unfit;
	u64 no_session;
	u64 controls;
	u64 controls_lost;
	u64 fragmented;
	u64 joined;
	u64 fragments_lost;
};

/**
 * struct adit_child_conf - what a child is made with
 * @id: its id
 * @id_attr: the attribute that it came from, for extack, or NULL
 * @has_outer: what follows up to @port_attr is given; in a change it may be left as it is
 * @family: of the outer addresses
 * @local: outer address of this end
 * @peer: outer address of the peer
 * @local_port: UDP port of this end, or 0
 * @peer_port: UDP port of the peer, or 0
 * @port_attr: the attribute that @local_port came from, for extack
 * @mode: enum adit_esp_mode
 * @df: enum adit_esp_df
 * @no_dscp: DSCP is not copied outside
 * @no_ecn: ECN is not copied outside
 * @selectors: @n_selectors of them
 * @n_selectors: number
 * @l2tp_port: UDP port of this end inside, of a child that carries L2TP alone and has no selectors; or 0
 */
struct adit_child_conf {
	u32 id;
	const struct nlattr *id_attr;
	bool has_outer;
	u16 family;
	struct in6_addr local;
	struct in6_addr peer;
	__be16 local_port;
	__be16 peer_port;
	const struct nlattr *port_attr;
	u32 mode;
	u32 df;
	bool no_dscp;
	bool no_ecn;
	struct adit_selector *selectors;
	unsigned int n_selectors;
	__be16 l2tp_port;
};

/**
 * struct adit_child - one child
 * @adev: [I] its device
 * @id: [I] unique in the device
 * @ref: keeps the memory
 * @rcu: defers the free
 * @conf: one change at a time
 * @entries: [R] its selectors, written under conf
 * @mode: [I] enum adit_esp_mode
 * @l2tp_port: [I] UDP port of L2TP inside, or 0
 * @df: [I] enum adit_esp_df
 * @no_dscp: [I] DSCP is not copied outside
 * @no_ecn: [I] ECN is not copied outside
 * @sock: [R] where packets in UDP come and go, referenced; NULL without UDP encapsulation; written under conf
 * @path: [R] where its packets go; written under lock
 * @out: [R] outbound SA, referenced, or NULL; written under conf
 * @ins: inbound SAs, referenced, [conf]
 * @n_ins: how many, [conf]
 * @rx_last: jiffies of the last packet received
 * @tx_last: jiffies of the last packet sent
 * @lock: what follows
 * @dead: removed for good; also read under conf, and by who holds it for sessions without any lock
 * @waiting: packets
 * @wait_timer: armed while some wait
 * @acquired: jiffies at which the owner was last asked
 * @controls: L2TP control messages that may go up
 * @stats: counters
 */
struct adit_child {
	struct adit_dev *adev;
	u32 id;
	struct kref ref;
	struct rcu_head rcu;
	struct mutex conf;	/* one change at a time */
	struct list_head entries;
	__be16 l2tp_port;
	u8 mode;
	u8 df;
	bool no_dscp;
	bool no_ecn;
	struct adit_socket __rcu *sock;
	struct adit_esp_path __rcu *path;
	struct adit_sa __rcu *out;
	struct list_head ins;
	unsigned int n_ins;
	unsigned long rx_last;
	unsigned long tx_last;

	spinlock_t lock ____cacheline_aligned_in_smp;	/* what follows */
	bool dead;
	struct sk_buff_head waiting;
	struct timer_list wait_timer;
	unsigned long acquired;
	struct adit_allowance controls;
	struct adit_child_stats stats;
};

/* Whether packets keep their own IP header, outside. */
static inline bool adit_child_transports(const struct adit_child *child)
{
	return child->mode == ADIT_ESP_MODE_TRANSPORT;
}

int adit_child_new(struct adit_dev *adev, const struct adit_child_conf *conf, struct netlink_ext_ack *extack);
int adit_child_set(struct adit_child *child, const struct adit_child_conf *conf, struct netlink_ext_ack *extack);
int adit_child_del(struct adit_child *child);
void adit_child_del_all(struct adit_dev *adev);

struct adit_child *adit_child_get(struct adit_dev *adev, u32 id);
struct adit_child *adit_child_next(struct adit_dev *adev, unsigned long *id);
void adit_child_put(struct adit_child *child);

int adit_child_add_sa(struct adit_child *child, const struct adit_sa_conf *conf, struct netlink_ext_ack *extack);
int adit_child_del_sa(struct adit_child *child, u32 direction, u32 spi);
struct adit_sa *adit_child_get_sa(struct adit_child *child, u32 direction, u32 spi);
struct adit_sa *adit_child_nth_sa(struct adit_child *child, unsigned int n);

void adit_child_ask(struct adit_child *child);
bool adit_child_wait(struct adit_child *child, struct sk_buff *skb, const struct adit_flow *flow);
void adit_child_count(struct adit_child *child, u64 *reason);
void adit_child_stats(struct adit_child *child, struct adit_child_stats *stats);
bool adit_child_fits_in(const struct adit_child *child, const struct adit_flow *flow);
void adit_child_dst_flush(struct adit_dev *adev);

#endif /* ADIT_CHILD_H */
