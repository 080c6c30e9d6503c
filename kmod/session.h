/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Session: one peer behind a device. Published in up to three tables: by id in its device (netlink), by what identifies
 * it on the wire in one hash for the machine (receive), by inner addresses in its device (transmit, source check).
 *
 * Packet paths find it under RCU and never take a reference. A reference (kref) keeps the memory of a session over a
 * sleep; it does not keep the session alive: @dead tells, under any of its locks. Memory is freed a grace period after
 * the last reference.
 *
 * Locks, in this order: conf (mutex, one change at a time, prefix list) > rx_lock > tx_lock. The two spinlocks are
 * taken with bottom halves off, never held while a packet is handed on, and never held for two sessions at once.
 *
 * Tags: [I] immutable after publish, [R] RCU, [conf], [rx], [tx] the lock; [rx+tx] written under both, read under
 * either or with READ_ONCE.
 */
#ifndef ADIT_SESSION_H
#define ADIT_SESSION_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <uapi/linux/adit.h>

#include "frame.h"
#include "inner.h"
#include "mppe.h"
#include "reorder.h"

struct adit_child;
struct adit_dev;
struct adit_socket;
struct dst_entry;

#define ADIT_P2P_ID		1	/* id of a point-to-point device's session */

#define ADIT_MRU_DEFAULT	1500	/* RFC 1661 section 6.1 */
#define ADIT_MRU_MIN		128

/*
 * A fast stream overruns 32 packets within a millisecond or two, a slow one waits these milliseconds for a lost packet:
 * enough for the reordering of real paths, too short for TCP inside to time out.
 */
#define ADIT_RX_WINDOW_DEFAULT	32
#define ADIT_REORDER_MS_DEFAULT	50

/* RFC 2637 section 4.2 wants an acknowledgment within half a second and leaves the time open. */
#define ADIT_ACK_DELAY_MS_DEFAULT 200

/* Repeats of the event that asks for a Reset-Request: often enough for a lost one, too seldom to flood. */
#define ADIT_DESYNC_EVENT_MS	100
/* The least time between two where each began with a stream in step. */
#define ADIT_DESYNC_EVENT_MIN_MS	10

/* A network that PPP may open. */
#define ADIT_PPP_NET_ALL	(ADIT_PPP_NET_IPV4 | ADIT_PPP_NET_IPV6)

/**
 * struct adit_wire_key - what identifies a session on the wire; a hash key, so without padding
 * @net: outer namespace
 * @local: outer address of this end; IPv4 in the first word, the rest zero. Of a session in a child, where the child is
 *   in memory, see adit_carry_key()
 * @peer: outer address of the peer, likewise; all zero in a child
 * @local_port: UDP port of this end, or 0
 * @peer_port: UDP port of the peer, or 0
 * @id: what this end assigned and stands in received packets; PPTP: call id; L2TP: session id, in version 2 with the
 *   tunnel id in the upper half
 * @family: of the outer addresses
 * @protocol: IP protocol that carries it; ESP in a child
 * @kind: enum adit_kind
 */
struct adit_wire_key {
	struct net *net;
	struct in6_addr local;
	struct in6_addr peer;
	__be16 local_port;
	__be16 peer_port;
	u32 id;
	u16 family;
	u16 protocol;
	u32 kind;
};

/**
 * struct adit_pptp - what of a session is PPTP's own
 * @peer_call_id: [I] what stands in packets that go out
 * @ack_delay: [I] jiffies
 * @ack_seq: highest sequence number received, published by setting ADIT_ACK_DUE in @ack_flags
 * @ack_flags: ADIT_ACK_DUE while something received is not acknowledged yet
 * @ack_timer: armed under rx_lock
 */
struct adit_pptp {
	u16 peer_call_id;
	unsigned long ack_delay;
	u32 ack_seq;
	unsigned long ack_flags;
	struct timer_list ack_timer;
};

/* Counters, in the order of the netlink attributes; struct adit_rx_stats has the meaning of each. */
struct adit_rx_stats {
	u64 packets;
	u64 bytes;
	u64 frames;
	u64 acks;
	u64 lost;
	u64 reordered;
	u64 duplicate;
	u64 late;
	u64 malformed;
	u64 closed;
	u64 plaintext;
	u64 no_key;
	u64 mppe_desync;
	u64 mppe_jump;
	u64 mppe_forged;
	u64 source;
	u64 frames_lost;
	u64 no_memory;
	u64 cookie;
	u64 unsequenced;
	u64 wrong_socket;
};

struct adit_tx_stats {
	u64 packets;
	u64 bytes;
	u64 frames;
	u64 acks;
	u64 closed;
	u64 no_key;
	u64 too_big;
	u64 no_route;
	u64 loop;
	u64 no_memory;
	u64 no_socket;
	u64 no_child;
	u64 no_sa;
};

/**
 * struct adit_l2tp - what of a session is L2TP's own
 * @sock: [I] where it receives and sends, referenced; NULL over IP and in a child
 * @child: [I] that it is in, referenced; NULL elsewhere
 * @hdr: [I] the header that goes out begins with this
 * @hdr_len: [I] octets of it
 * @version: [I] enum adit_l2tp_version
 * @cookie_len: [I] octets of @cookie
 * @sublayer: [I] with the default L2-specific sublayer
 * @no_udp_csum: [I] over IPv4, none is sent
 * @cookie: [I] what must come
 * @seq: enum adit_l2tp_seq flags, [rx+tx]
 * @sent: over IP, in the hash of what errors are about
 */
struct adit_l2tp {
	struct adit_socket *sock;
	struct adit_child *child;
	u8 hdr[16];
	u8 hdr_len;
	u8 version;
	u8 cookie_len;
	bool sublayer;
	bool no_udp_csum;
	u8 cookie[ADIT_L2TP_COOKIE_MAX];
	u32 seq;
	struct rhlist_head sent;
};

/**
 * struct adit_session - one session
 * @wire: in the hash of wire keys
 * @key: [I]
 * @adev: [I] its device
 * @id: [I] unique in the device
 * @pptp: the part of its kind
 * @l2tp: likewise
 * @df: [I] outer packets are never fragmented
 * @ref: keeps the memory
 * @rcu: defers the free
 * @conf: one change at a time
 * @prefixes: struct adit_inner_entry, [conf]
 * @n_prefixes: their number, [conf]
 * @net: enum adit_ppp_net flags that are open, [rx+tx]
 * @framing: enum adit_ppp_framing flags, [rx+tx]
 * @mru: the peer's, [rx+tx]
 * @mppe_required: no plain data either way, [rx+tx]
 * @dead: unlinked for good, [conf], [rx+tx]
 * @dst: [R] cached outer route; exchanged atomically, set under tx_lock
 * @dst_cookie: of dst_check(), [tx]
 * @tx_lock: serialises transmit
 * @tx_seq: next sequence number, [tx]
 * @tx_mppe: [tx]
 * @idents_until: jiffies after which what is left of @idents is not used, [tx]
 * @ident: identification of the next outer IPv4 header, [tx]
 * @idents: how many are left from there on, [tx]
 * @tx_stats: [tx]
 * @tx_last: jiffies of the last data packet, [tx]
 * @rx_lock: serialises receive
 * @reorder: [rx]
 * @rx_mppe: [rx]
 * @rx_stats: [rx]
 * @rx_last: jiffies of the last data packet, [rx]
 * @addr4: first single IPv4 address or 0, a short cut of the source check, [rx]
 * @addr6: first single IPv6 address or ::, likewise, [rx]
 * @ifid: interface identifier, [rx]
 * @has_ifid: @ifid is set, [rx]
 * @frames: that may go up, [rx]
 * @desync_told: jiffies of the last event about it, [rx]
 * @reorder_timer: armed under @rx_lock
 */
struct adit_session {
	struct rhash_head wire;
	struct adit_wire_key key;
	struct adit_dev *adev;
	u32 id;
	struct kref ref;
	struct rcu_head rcu;
	struct mutex conf;	/* one change at a time */
	struct list_head prefixes;
	unsigned int n_prefixes;

	u32 net;
	u32 framing;
	u16 mru;
	bool mppe_required;
	bool dead;
	struct dst_entry __rcu *dst;
	u32 dst_cookie;
	bool df;
	union {
		struct adit_pptp pptp;
		struct adit_l2tp l2tp;
	};

	spinlock_t tx_lock ____cacheline_aligned_in_smp;
	u32 tx_seq;
	struct adit_mppe tx_mppe;
	unsigned long idents_until;
	u16 ident;
	u16 idents;
	struct adit_tx_stats tx_stats;
	unsigned long tx_last;

	spinlock_t rx_lock ____cacheline_aligned_in_smp;
	struct adit_reorder reorder;
	struct adit_mppe rx_mppe;
	struct adit_rx_stats rx_stats;
	unsigned long rx_last;
	__be32 addr4;
	struct in6_addr addr6;
	u8 ifid[8];
	bool has_ifid;
	struct adit_allowance frames;
	unsigned long desync_told;
	struct timer_list reorder_timer;
};

enum {
	ADIT_ACK_DUE,	/* bit of ack_flags */
};

/* What of a struct adit_session_conf is given. */
enum {
	ADIT_CONF_PREFIX	= BIT(0),
	ADIT_CONF_IFID		= BIT(1),
	ADIT_CONF_NET		= BIT(2),
	ADIT_CONF_FRAMING	= BIT(3),
	ADIT_CONF_MRU		= BIT(4),
	ADIT_CONF_REQUIRED	= BIT(5),
	ADIT_CONF_MPPE_TX	= BIT(6),
	ADIT_CONF_MPPE_RX	= BIT(7),
	ADIT_CONF_FLUSH		= BIT(8),
	ADIT_CONF_L2TP_SEQ	= BIT(9),
};

/**
 * struct adit_l2tp_conf - the part of it that is L2TP's
 * @peer_tunnel_id: version 2
 * @peer_session_id: as it says
 * @version: enum adit_l2tp_version
 * @seq: enum adit_l2tp_seq flags
 * @sublayer: with the default L2-specific sublayer
 * @no_udp_csum: over IPv4, send none
 * @open_socket: where none is attached, open one
 * @child: that it is in, referenced by the caller; or NULL
 * @cookie_len: octets of @cookie
 * @peer_cookie_len: octets of @peer_cookie
 * @cookie: what must come
 * @peer_cookie: what goes out
 */
struct adit_l2tp_conf {
	u16 peer_tunnel_id;
	u32 peer_session_id;
	u8 version;
	u32 seq;
	bool sublayer;
	bool no_udp_csum;
	bool open_socket;
	struct adit_child *child;
	u8 cookie_len;
	u8 peer_cookie_len;
	u8 cookie[ADIT_L2TP_COOKIE_MAX];
	u8 peer_cookie[ADIT_L2TP_COOKIE_MAX];
};

/**
 * struct adit_session_conf - what a session is made with or changed to
 * @given: ADIT_CONF_* of the members that count; those above @prefixes always count in adit_session_new()
 * @id: session id
 * @key: all but @net, which is the device's
 * @pptp_peer_call_id: the peer's
 * @l2tp: of a session of that kind
 * @df: outer packets are never fragmented
 * @rx_window: packets
 * @reorder_ms: milliseconds
 * @ack_delay_ms: milliseconds
 * @prefixes: @n_prefixes of them, distinct or not
 * @prefix_attr: the attribute that each came from, for extack
 * @id_attr: the attribute that @id came from, for extack, or NULL
 * @key_attr: the attribute that the id in @key came from, for extack, or NULL
 * @n_prefixes: number
 * @ifid: interface identifier
 * @net: enum adit_ppp_net flags
 * @framing: enum adit_ppp_framing flags
 * @mru: the peer's
 * @tx_mppe: prepared keys; taken over on success, else the caller wipes them. Without a key: take the key away.
 * @rx_mppe: likewise
 */
struct adit_session_conf {
	u32 given;
	u32 id;
	struct adit_wire_key key;
	u16 pptp_peer_call_id;
	struct adit_l2tp_conf l2tp;
	bool df;
	u32 rx_window;
	u32 reorder_ms;
	u32 ack_delay_ms;
	struct adit_prefix *prefixes;
	const struct nlattr **prefix_attr;
	const struct nlattr *id_attr;
	const struct nlattr *key_attr;
	unsigned int n_prefixes;
	u8 ifid[8];
	u32 net;
	u32 framing;
	u16 mru;
	struct adit_mppe tx_mppe;
	struct adit_mppe rx_mppe;
};

/**
 * struct adit_session_view - a consistent copy for dumps
 * @net: enum adit_ppp_net flags that are open
 * @framing: enum adit_ppp_framing flags
 * @mru: the peer's
 * @mppe_required: whether nothing passes in clear
 * @has_ifid: whether @ifid is set
 * @ifid: interface identifier
 * @tx_strength: enum adit_mppe_strength, 0 without encryption
 * @rx_strength: likewise
 * @tx_stateful: whether the key changes with every 256th packet only
 * @rx_stateful: likewise
 * @rx_window: how many early packets may wait
 * @reorder_wait: how long, in jiffies
 * @l2tp_seq: of an L2TP session, what numbers are sent and required, as in its struct adit_l2tp
 * @rx: counters
 * @tx: counters
 * @rx_last: jiffies of the last data packet received
 * @tx_last: jiffies of the last data packet sent
 */
struct adit_session_view {
	u32 net;
	u32 framing;
	u16 mru;
	bool mppe_required;
	bool has_ifid;
	u8 ifid[8];
	u8 tx_strength;
	u8 rx_strength;
	bool tx_stateful;
	bool rx_stateful;
	u32 rx_window;
	unsigned long reorder_wait;
	u32 l2tp_seq;
	struct adit_rx_stats rx;
	struct adit_tx_stats tx;
	unsigned long rx_last;
	unsigned long tx_last;
};

int adit_session_new(struct adit_dev *adev, struct adit_session_conf *conf, struct netlink_ext_ack *extack);
int adit_session_set(struct adit_session *s, struct adit_session_conf *conf, struct netlink_ext_ack *extack);
int adit_session_del(struct adit_session *s);
void adit_session_del_all(struct adit_dev *adev);

struct adit_session *adit_session_get(struct adit_dev *adev, u32 id);
struct adit_session *adit_session_next(struct adit_dev *adev, unsigned long *id);
void adit_session_put(struct adit_session *s);
struct adit_session *adit_session_by_wire(const struct adit_wire_key *key);
void adit_session_view(struct adit_session *s, struct adit_session_view *view);

void adit_session_dst_set(struct adit_session *s, struct dst_entry *dst, u32 cookie);
void adit_session_dst_drop(struct adit_session *s);
void adit_session_dst_flush(struct adit_dev *adev);

int adit_session_init(void);
void adit_session_exit(void);

#endif /* ADIT_SESSION_H */
