/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv1 (RFC 2407 to 2409) as initiator and responder: main mode, aggressive mode where it is asked for, quick mode,
 * NAT traversal (RFC 3947 and drafts 02 and 03), DPD (RFC 3706), XAUTH and mode-config, fragments. One endpoint holds
 * many ISAKMP SAs and decides which one a datagram belongs to; an ISAKMP SA holds children. Pure: datagrams in,
 * datagrams out, time from the loop, and what is agreed on goes to the owner through struct ike1_ops, whose
 * shape is that of struct ike_ops (proto/ike.h). A peer's configuration is the same struct ike_peer.
 *
 * Nothing is kept for a stranger but a bounded number of half-open SAs, of which the oldest that has not answered
 * makes room for a new one; no Diffie-Hellman is computed for it before it has.
 *
 * SAs and children belong to the endpoint. The owner may use one from the op that tells of it (or the call that makes
 * it) until sa_down() or child_down() returns. From within every op but tx(), random() and wall_time() it may call
 * every function here but ike1_rx() and ike1_free(); but child_new(), child_failed(), sa_add() and sa_up() may end
 * nothing.
 */
#ifndef ADIT_PROTO_IKE1_H
#define ADIT_PROTO_IKE1_H

#include "proto/ike.h"

struct ike1;
struct ike1_sa;		/* an ISAKMP SA: phase 1 */
struct ike1_child;	/* a pair of IPsec SAs: phase 2 */

struct ike1_ops {
	/* As those of struct ike_ops. */
	void (*tx)(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len);
	void (*random)(void *ctx, void *buf, size_t len);
	int64_t (*wall_time)(void *ctx);
	unsigned int (*candidates)(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max);
	/* The password of an XAUTH user, to be wiped; false: there is no such user. */
	bool (*password)(void *ctx, struct ike1_sa *sa, const char *user, char *out, size_t cap);
	bool (*assign)(void *ctx, struct ike1_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		       char why[IKE_WHY_MAX]);
	void (*assigned)(void *ctx, struct ike1_sa *sa, const struct ike_assigned *a);
	void (*sa_up)(void *ctx, struct ike1_sa *sa);
	/* A new phase 1 with the same peer: what belonged to old, with its children, belongs to sa. */
	void (*sa_replaced)(void *ctx, struct ike1_sa *old, struct ike1_sa *sa);
	void (*sa_down)(void *ctx, struct ike1_sa *sa, const char *why);
	void (*sa_moved)(void *ctx, struct ike1_sa *sa);
	int (*child_new)(void *ctx, struct ike1_child *c, char why[IKE_WHY_MAX]);
	void (*child_replaced)(void *ctx, struct ike1_child *old, struct ike1_child *c);
	int (*sa_add)(void *ctx, struct ike1_child *c, struct dp_sa *s, char why[IKE_WHY_MAX]);
	void (*sa_del)(void *ctx, struct ike1_child *c, bool outbound, uint32_t spi);
	void (*child_down)(void *ctx, struct ike1_child *c, const char *why);
	void (*child_failed)(void *ctx, struct ike1_sa *sa, const char *why);
	void (*slot_free)(void *ctx, uint32_t slot);
	void (*log)(void *ctx, const struct ike1_sa *sa, enum log_level level, const char *text);
};

/* Of struct ike_config cookie_above is not used. ike_crypto_init() was called before. NULL on ENOMEM. */
struct ike1 *ike1_new(struct loop *loop, const struct ike_config *cfg, const struct ike1_ops *ops, void *ctx);
void ike1_free(struct ike1 *ike);	/* calls no op */
/* A datagram without the four zeros of port 4500, of major version 1. */
void ike1_rx(struct ike1 *ike, const struct ike_path *path, const uint8_t *data, size_t len);

/* Begin: phase 1, then a child for each pair of the peer's networks. NULL on ENOMEM. */
struct ike1_sa *ike1_initiate(struct ike1 *ike, struct ike_peer *peer, const struct ike_path *path, void *owner);
void ike1_sa_close(struct ike1_sa *sa, const char *why);	/* Deletes are sent; sa_down() from within */
void ike1_sa_abort(struct ike1_sa *sa, const char *why);	/* without a word to the peer */
void ike1_sa_rekey(struct ike1_sa *sa);		/* a new phase 1 beside it */
void ike1_sa_probe(struct ike1_sa *sa);		/* ask whether the peer lives, if it does DPD */
/* The children of the peer's configuration that are not there. 0, or -ENOTCONN before phase 1 is done. */
int ike1_child_initiate(struct ike1_sa *sa);
void ike1_child_rekey(struct ike1_child *c);
void ike1_child_close(struct ike1_child *c, const char *why);	/* a Delete is sent; child_down() from within */
void ike1_child_limit(struct ike1_child *c, bool hard);
void ike1_sa_peer_moved(struct ike1_sa *sa, const struct addr *peer, uint16_t port);

struct ike1_sa_info {
	struct ike_path path;
	uint64_t spi_i, spi_r;		/* cookies */
	bool initiator;
	enum ike_sa_state state;
	const struct ike_peer *peer;	/* NULL: not known yet */
	const struct ike_suite *suite;	/* NULL: likewise; integ is NULL */
	const struct ike_id *peer_id, *local_id;
	const char *user;		/* of XAUTH, "" */
	uint16_t auth_method;		/* enum ike1_auth_method */
	bool aggressive;
	bool nat_here, nat_there, dpd, fragmentation;
	uint64_t up_ms, rekey_ms;
	unsigned int children;
};
void ike1_sa_get_info(const struct ike1_sa *sa, struct ike1_sa_info *info);
void ike1_sa_set_owner(struct ike1_sa *sa, void *owner);
void *ike1_sa_owner(const struct ike1_sa *sa);
const struct ike_assigned *ike1_sa_assigned(const struct ike1_sa *sa);

struct ike1_child_info {
	struct ike1_sa *sa;
	uint32_t spi_in, spi_out;
	const struct ike_suite *suite;
	bool transport;
	bool encapsulated;		/* in UDP, along the ISAKMP SA's path */
	/*
	 * What is protected: one pair. In transport mode the outer addresses as they are seen here, with
	 * protocol and ports as they were agreed on.
	 */
	const struct ike_selector *local_ts, *remote_ts;
	/* NAT-OA of transport mode: the peer's own address, family 0 without; for checksums that NAT has spoilt. */
	struct addr peer_original;
	uint64_t up_ms, rekey_ms;
};
void ike1_child_get_info(const struct ike1_child *c, struct ike1_child_info *info);
void ike1_child_set_owner(struct ike1_child *c, void *owner);
void *ike1_child_owner(const struct ike1_child *c);
/* prev NULL: the first. Those that only linger for late packets are left out. */
struct ike1_child *ike1_child_next(const struct ike1_sa *sa, const struct ike1_child *prev);
/* Those that only linger after their replacement are left out. */
struct ike1_sa *ike1_sa_next(const struct ike1 *ike, const struct ike1_sa *prev);
void ike1_get_stats(const struct ike1 *ike, struct ike_stats *stats);

/* The ISAKMP SA whose affair ike1_rx() would make of it; NULL: none's, or a new one's. */
struct ike1_sa *ike1_sa_at(const struct ike1 *ike, const uint8_t *data, size_t len);
/* Records, as those of version 2. */
struct ike1_sa *ike1_next_changed(struct ike1 *ike);
bool ike1_sa_can_freeze(const struct ike1_sa *sa);
void ike1_sa_freeze(const struct ike1_sa *sa, struct wr *w);
/* NULL: the record is not valid, its place is taken, or ENOMEM. Children have no owner yet. */
struct ike1_sa *ike1_sa_thaw(struct ike1 *ike, struct ike_peer *peer, void *owner, struct rd *r);
void ike1_sa_set_slot(struct ike1_sa *sa, uint32_t slot);
/* Every one, those that only linger or are still being made too. prev NULL: the first. */
struct ike1_child *ike1_child_each(const struct ike1_sa *sa, const struct ike1_child *prev);

#endif /* ADIT_PROTO_IKE1_H */
