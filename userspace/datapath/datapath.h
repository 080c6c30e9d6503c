/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as the daemon sees it. Two implementations: netlink (datapath/netlink.c), and one that
 * records calls for tests (datapath/null.c). Requests are synchronous: the kernel answers at once.
 * Every failure leaves a sentence in err, the kernel's extack text with the attribute named.
 */
#ifndef ADIT_DATAPATH_DATAPATH_H
#define ADIT_DATAPATH_DATAPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define DP_ERR_MAX	256
#define DP_PREFIXES_MAX	32
/* an exact range of IPv4 addresses takes up to 62, and one for IPv6 */
#define DP_ROUTES_MAX		64

struct dp_err { char text[DP_ERR_MAX]; };

#define DP_ALIAS_MAX		128

struct dp_device_config {
	char name[16];
	char alias[DP_ALIAS_MAX];	/* whose it is, for who looks at the device; "": none */
	uint32_t mtu;
	uint32_t fwmark;
	uint32_t mss_clamp;		/* as the link attribute */
	struct prefix addresses[4];	/* put on the device, e.g. 10.9.0.1/32 */
	unsigned int n_addresses;
	struct prefix routes[DP_ROUTES_MAX];	/* pools routed to the device */
	unsigned int n_routes;
};

/* The ends of a point-to-point device, as PPP agreed on them. */
struct dp_ends {
	struct addr local, peer;	/* family 0: no IPv4 */
	uint8_t ifid[8];		/* ours, for the link-local address */
	bool have_ifid;
};

/*
 * Everything that goes by a default route of the main table, and does not carry the mark, goes by
 * the table instead, where one device has a default route: ip rule not fwmark MARK lookup TABLE,
 * and before it, the main table without its default routes.
 */
struct dp_detour {
	uint32_t fwmark, table;
	bool ipv4, ipv6;
	struct addr from;		/* of dp_first_route_add(): our address towards there; family 0: any */
};

enum dp_strength { DP_MPPE_NONE, DP_MPPE_40, DP_MPPE_56, DP_MPPE_128 };

struct dp_mppe {
	enum dp_strength strength;
	bool stateful;
	uint8_t start_key[16];
};

/* Which fields of dp_session a change carries. */
enum {
	DP_SET_NET = 1 << 0,
	DP_SET_FRAMING = 1 << 1,
	DP_SET_MPPE = 1 << 2,
	DP_SET_PREFIXES = 1 << 3,
	DP_SET_IFID = 1 << 4,
	DP_SET_REQUIRED = 1 << 5,
	DP_SET_FLUSH = 1 << 6,
	DP_SET_SEQ = 1 << 7,
};

/*
 * What a session of kind l2tp has in the place of call ids: version 2 over UDP, of which data comes
 * and goes through the socket attached to its local address and port (dp_socket_attach()), or in a
 * child of an esp device, which says where from and where to.
 */
struct dp_l2tp {
	int child_ifindex;
	uint32_t child;			/* 0: a socket */
	uint16_t local_port, peer_port;
	uint16_t tunnel_id, peer_tunnel_id;
	uint16_t session_id, peer_session_id;
	bool seq_send;			/* data goes out with sequence numbers */
	bool seq_required;		/* what comes without is dropped */
	bool seq_follow;		/* send numbers as the peer does: a LAC; not with seq_required */
};

struct dp_session {
	int ifindex;
	uint32_t id;
	struct addr local, peer;	/* IPv6 with l2tp only */
	uint16_t call_id, peer_call_id;	/* pptp only */
	bool is_l2tp;
	struct dp_l2tp l2tp;
	struct prefix prefixes[DP_PREFIXES_MAX];
	unsigned int n_prefixes;
	uint8_t ifid[8];
	bool have_ifid;
	unsigned int net;		/* 1 IPv4, 2 IPv6 */
	bool tx_acfc, tx_pfc;
	uint16_t mru;
	bool mppe_required;
	struct dp_mppe tx, rx;		/* keys are never told by dp_session_get() */
};

/* Names and values of counters in the order of the spec, for display; and the idle times. */
struct dp_counter { const char *name; uint64_t value; };
#define DP_COUNTERS_MAX 32
struct dp_stats {
	struct dp_counter rx[DP_COUNTERS_MAX], tx[DP_COUNTERS_MAX];
	unsigned int n_rx, n_tx;
	uint64_t rx_bytes, rx_packets, tx_bytes, tx_packets;
	uint64_t rx_idle_ms, tx_idle_ms;
};

/* --- IPsec: what a device of kind esp holds in the place of sessions --- */

/* as the kernel has it: a child's selectors are all pairs of its sides' */
#define DP_SELECTORS_MAX	32
#define DP_SA_KEY_MAX		36
#define DP_SA_AUTH_KEY_MAX	64

struct dp_selector {
	struct prefix local, remote;	/* behind this end, behind the peer */
	uint8_t protocol;		/* 0: any */
	uint16_t local_min, local_max, remote_min, remote_max;	/* ports */
};

struct dp_child {
	int ifindex;
	uint32_t id;			/* unique in the device, never 0 */
	struct addr local, peer;	/* outer */
	uint16_t local_port, peer_port;	/* of UDP encapsulation, RFC 3948; 0: bare ESP */
	const struct dp_selector *selectors;	/* borrowed; DP_SELECTORS_MAX at most */
	unsigned int n_selectors;
	bool transport;			/* what is between the outer addresses themselves */
	/*
	 * In transport mode, without selectors: carries L2TP at this UDP port of ours alone, data of
	 * the sessions that name the child, and control messages (dp_control_send(), control()).
	 */
	uint16_t l2tp_port;
};

enum { DP_CHILD_SELECTORS = 1 << 0, DP_CHILD_OUTER = 1 << 1 };

/* In the order of the netlink spec. */
enum dp_cipher { DP_CIPHER_AES_GCM = 1, DP_CIPHER_CHACHA20_POLY1305, DP_CIPHER_AES_CBC, DP_CIPHER_3DES_CBC,
		 DP_CIPHER_NULL };
enum dp_auth { DP_AUTH_NONE, DP_AUTH_SHA1_96, DP_AUTH_SHA256_96, DP_AUTH_SHA256_128, DP_AUTH_SHA384_192,
	       DP_AUTH_SHA512_256 };

struct dp_sa {
	int ifindex;
	uint32_t child;
	bool outbound;
	uint32_t spi;
	enum dp_cipher cipher;
	enum dp_auth auth;
	uint8_t key[DP_SA_KEY_MAX];	/* with the salt behind it; never told */
	uint8_t auth_key[DP_SA_AUTH_KEY_MAX];
	unsigned int key_len, auth_key_len;
	bool esn, legacy;
	uint32_t replay_window;		/* inbound */
	uint32_t soft_seconds, hard_seconds;	/* 0: without this limit; the others likewise */
	uint64_t soft_bytes, hard_bytes, soft_packets, hard_packets;
};

struct dp_sa_stats {
	uint64_t packets, bytes, age_ms, seq;
	bool expired;
};

struct dp_events {
	void (*frame)(void *ctx, int ifindex, uint32_t id, uint16_t protocol, bool encrypted,
		      const uint8_t *data, size_t len);
	void (*mppe_desync)(void *ctx, int ifindex, uint32_t id);
	void (*gone)(void *ctx, int ifindex, uint32_t id);
	void (*frames_lost)(void *ctx, int ifindex, uint32_t id);
	/* A packet waits for an SA; flow is the narrowest selector that fits it. */
	void (*child_acquire)(void *ctx, int ifindex, uint32_t id, const struct dp_selector *flow);
	void (*child_gone)(void *ctx, int ifindex, uint32_t id);
	/* Authentic packets come from there now, and packets go there. */
	void (*child_moved)(void *ctx, int ifindex, uint32_t id, const struct addr *peer, uint16_t port);
	/* An L2TP control message, from that UDP port inside the child. */
	void (*control)(void *ctx, int ifindex, uint32_t child, uint16_t peer_port, const uint8_t *data,
			size_t len);
	/* It reached a limit: soft, and should be replaced; hard, and carries nothing any more. */
	void (*sa_limit)(void *ctx, int ifindex, uint32_t child, bool outbound, uint32_t spi, bool hard);
};

struct dp;

/*
 * events_fd: a generic netlink socket that outlives this process (the parent's); frames and events
 * are read from it and claims are made on it. -1 opens one. Returns NULL with err filled in.
 */
struct dp *dp_new(int events_fd, const struct dp_events *events, void *ctx, struct dp_err *err);
struct dp *dp_new_null(const struct dp_events *events, void *ctx);
void dp_free(struct dp *dp);
/* for the parent: a socket for events_fd, or -errno */
int dp_open_events(struct dp_err *err);
int dp_events_fd(const struct dp *dp);
/* when readable: handles what is there, bounded per call */
void dp_events_read(struct dp *dp);

/*
 * Make the concentrator device or adopt one that exists with the same kind and mode; up, addressed,
 * routed, claimed. Idempotent. ifindex is told as soon as the device is ours, also when what follows fails.
 */
int dp_device_ensure(struct dp *dp, const char *kind, const struct dp_device_config *cfg,
		     int *ifindex, struct dp_err *err);
int dp_device_delete(struct dp *dp, int ifindex, struct dp_err *err);
/*
 * Make a point-to-point device with its one session, claimed, but not up and with no network
 * protocol open. s says who the ends are and how the call is called, and gets ifindex and id. The
 * device goes by dp_device_delete(), and the session with it. A device of the same name and alias
 * that nobody owns is what an earlier daemon left, and is replaced.
 */
int dp_tunnel_new(struct dp *dp, const struct dp_device_config *cfg, struct dp_session *s,
		  struct dp_err *err);
/* Removes every such device that nobody owns and whose alias begins so. How many, or -errno. */
int dp_tunnels_sweep(struct dp *dp, const char *alias, struct dp_err *err);
/* Up, with MTU, addresses and the routes of cfg. Idempotent. */
int dp_tunnel_up(struct dp *dp, const struct dp_session *s, const struct dp_device_config *cfg,
		 const struct dp_ends *ends, struct dp_err *err);
int dp_detour_add(struct dp *dp, int ifindex, const struct dp_detour *d, struct dp_err *err);
/* The route goes with the device. 0 when there is none. */
int dp_detour_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err);
/*
 * A route to a network that the tunnel's far end itself lies in: whatever carries the mark does not see
 * it. dp_first_rule_del() takes the rule that leads to them away; 0 when there is none.
 */
int dp_first_route_add(struct dp *dp, int ifindex, const struct dp_detour *d, const struct prefix *p,
		       struct dp_err *err);
int dp_first_route_del(struct dp *dp, int ifindex, const struct dp_detour *d, const struct prefix *p,
		       struct dp_err *err);
int dp_first_rule_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err);
int dp_session_new(struct dp *dp, const struct dp_session *s, struct dp_err *err);
int dp_session_set(struct dp *dp, const struct dp_session *s, unsigned int what,
		   struct dp_err *err);
int dp_session_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err);
int dp_session_get(struct dp *dp, int ifindex, uint32_t id, struct dp_session *s,
		   struct dp_stats *stats, struct dp_err *err);
/* Calls fn for every session of the device. */
int dp_session_each(struct dp *dp, int ifindex,
		    void (*fn)(void *arg, const struct dp_session *s, const struct dp_stats *stats),
		    void *arg, struct dp_err *err);
/*
 * A UDP socket of ours, bound, of IPv6 with IPV6_V6ONLY: the kernel takes L2TP data from it for all
 * sessions of its address and port, or of its port where it is bound to any address; control
 * messages stay on it. -EALREADY: it is attached. Ends with the socket.
 */
int dp_socket_attach(struct dp *dp, int fd, struct dp_err *err);
int dp_socket_detach(struct dp *dp, int fd, struct dp_err *err);
/* The same for ESP in UDP; what is not ESP (IKE behind its non-ESP marker) stays on it. */
int dp_socket_attach_esp(struct dp *dp, int fd, struct dp_err *err);

/* It has no SA: what is routed to it waits, and raises child_acquire(). */
int dp_child_new(struct dp *dp, const struct dp_child *c, struct dp_err *err);
/* what: DP_CHILD_*; its SAs stay */
int dp_child_set(struct dp *dp, const struct dp_child *c, unsigned int what, struct dp_err *err);
int dp_child_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err);
int dp_child_each(struct dp *dp, int ifindex, void (*fn)(void *arg, const struct dp_child *c),
		  void *arg, struct dp_err *err);
/*
 * Inbound it joins those that are there; outbound it takes the place of the one before. A child has
 * to be there.
 */
int dp_sa_new(struct dp *dp, const struct dp_sa *sa, struct dp_err *err);
int dp_sa_del(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi, struct dp_err *err);
int dp_sa_get(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
	      struct dp_sa_stats *stats, struct dp_err *err);
/* An L2TP control message, to that UDP port inside the child. -ENOKEY: it has no SA yet. */
int dp_control_send(struct dp *dp, int ifindex, uint32_t child, uint16_t peer_port, const uint8_t *data,
		    size_t len, struct dp_err *err);
/* An address of a device, beside those of its configuration. */
int dp_address_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);
int dp_address_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);
/* Which address of ours packets to the peer leave from. */
int dp_source_for(struct dp *dp, const struct addr *peer, uint32_t fwmark, struct addr *source,
		  struct dp_err *err);

int dp_frame_send(struct dp *dp, int ifindex, uint32_t id, uint16_t protocol, const uint8_t *data,
		  size_t len, struct dp_err *err);
/* Kernel routes for framed routes: prefix via the device. */
int dp_route_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);
int dp_route_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err);

#endif /* ADIT_DATAPATH_DATAPATH_H */
