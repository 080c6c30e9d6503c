/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 (RFC 7296) as initiator and responder. One endpoint holds many IKE SAs and decides which one
 * a datagram belongs to; an IKE SA holds children. Pure: datagrams in, datagrams out, time from the
 * loop, and what is agreed on goes to the owner through struct ike_ops.
 *
 * Nothing is kept for a stranger but a bounded number of half-open IKE SAs, and under load not even
 * those before it has returned a cookie.
 *
 * IKE SAs and children belong to the endpoint. The owner may use one from the op that tells of it (or
 * the call that makes it) until sa_down() or child_down() returns. From within every op but tx(),
 * random() and wall_time() it may call every function here but ike_rx() and ike_free().
 */
#ifndef ADIT_PROTO_IKE_H
#define ADIT_PROTO_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/log.h"
#include "base/loop.h"
#include "datapath/datapath.h"
#include "proto/ike_alg.h"
#include "proto/ike_cert.h"
#include "proto/ike_id.h"

#define IKE_WHY_MAX		512	/* of a sentence about what went wrong; it may show two proposals */
#define IKE_NAME_MAX		254
#define IKE_TS_MAX		32	/* traffic selectors on one side */
#define IKE_USER_MAX		253
#define IKE_CANDIDATES_MAX	64

struct ike;
struct ike_sa;
struct ike_child;

struct ike_path {
	struct addr local, peer;
	uint16_t local_port, peer_port;
};

/* How somebody proves who he is; bits. */
enum ike_auth_by {
	IKE_BY_PSK = 1,
	IKE_BY_CERT = 2,
	IKE_BY_RAW_KEY = 4,
	IKE_BY_EAP = 8,		/* EAP-MSCHAPv2 */
};

/*
 * What holds towards a peer, or towards many: a site, or the road warriors of a server. Immutable
 * once it is in use; counted, as SAs hold on to the one that they were made with.
 */
struct ike_peer {
	unsigned int refs;
	void *owner;
	char name[IKE_NAME_MAX + 1];	/* for sentences */
	struct addr remote;		/* that it comes from; family 0: anywhere */
	struct ike_id local_id;		/* type IKE_ID_NONE: our address */
	struct ike_id remote_id;	/* IKE_ID_NONE: whoever proves himself */
	unsigned int local_auth;	/* one of enum ike_auth_by */
	unsigned int remote_auth;	/* or-ed */
	char *secret;			/* NULL: none */
	char *user, *password;		/* of our EAP */
	struct ike_chain_file *own;	/* our certificates, or NULL; so the others: */
	struct ike_key *key;
	struct ike_trust *trust;	/* whom we believe */
	struct ike_pubkey *peer_key;	/* IKE_BY_RAW_KEY */
	struct ike_offers ike, esp;
	struct ike_selector local_ts[IKE_TS_MAX], remote_ts[IKE_TS_MAX];
	unsigned int n_local_ts, n_remote_ts;	/* 0: the outer address, or with an assigned one that */
	bool transport;			/* transport mode, asked for and agreed to */
	bool request_address;		/* ask for an address, which takes the place of local_ts */
	bool assign_addresses;		/* give addresses, which take the place of remote_ts */
	bool encapsulate;		/* in UDP in any case */
	bool pfs_optional;		/* nobody has asked for keys of a child's own: a peer may have none */
	bool pss;			/* it refused RSA's old padding last: PSS is tried */
	bool mobike, fragmentation, legacy;
	/* IKEv1 alone */
	bool aggressive;		/* mode, which tells our identity to everybody, and the secret to guessers */
	bool xauth;			/* the responder asks for a user as well: ours, or ops->password() */
	uint32_t ike_lifetime_s, child_lifetime_s;
	uint64_t child_lifetime_bytes;	/* 0: without this limit */
	uint32_t dpd_interval_s;
	unsigned int retransmissions;
};

struct ike_peer *ike_peer_new(void);	/* zeroed, with one reference; NULL on ENOMEM */
struct ike_peer *ike_peer_get(struct ike_peer *p);
void ike_peer_put(struct ike_peer *p);	/* the last one wipes and frees */
/* What proves who we are and who others are goes over from the newer one, whose only reference is given up. */
void ike_peer_renew(struct ike_peer *p, struct ike_peer *newer);

struct ike_config {
	unsigned int max_half_open;		/* beyond, strangers are not heard */
	unsigned int cookie_above;		/* half-open ones, from which on cookies are asked for */
	uint32_t half_open_ms;			/* until they are forgotten */
	uint32_t keepalive_ms;			/* towards a NAT in front of us */
	unsigned int max_sas;
};

#define IKE_DNS_MAX	4
/* What an end is given by a configuration payload. */
struct ike_assigned {
	struct addr ip4;			/* family 0: none */
	struct prefix ip6;
	struct addr dns[IKE_DNS_MAX];
	unsigned int n_dns;
};

struct ike_ops {
	/* Data is borrowed. One octet of 0xff is a NAT keepalive; the four zeros are the owner's. */
	void (*tx)(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len);
	void (*random)(void *ctx, void *buf, size_t len);
	int64_t (*wall_time)(void *ctx);	/* seconds of the epoch, for certificates */
	/* Whom somebody who comes this way may be, the most specific first. References are the callee's to take. */
	unsigned int (*candidates)(void *ctx, const struct ike_path *path, struct ike_peer **out,
				   unsigned int max);
	/* The password of an EAP user, to be wiped; false: there is no such user. */
	bool (*password)(void *ctx, struct ike_sa *sa, const char *user, char *out, size_t cap);
	/* Addresses for a peer that asks; false with why: there is none. Given back at sa_down(). */
	bool (*assign)(void *ctx, struct ike_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		       char why[IKE_WHY_MAX]);
	/* As the one who asked. Before the child that they are for. */
	void (*assigned)(void *ctx, struct ike_sa *sa, const struct ike_assigned *a);
	/* The peer has proved who it is. */
	void (*sa_up)(void *ctx, struct ike_sa *sa);
	/* New keys: what belonged to old, with its children, belongs to sa; sa_down(old) is not told. */
	void (*sa_replaced)(void *ctx, struct ike_sa *old, struct ike_sa *sa);
	/* The last op about it; its children were told to be down before. */
	void (*sa_down)(void *ctx, struct ike_sa *sa, const char *why);
	void (*sa_moved)(void *ctx, struct ike_sa *sa);		/* to another path; children as well */
	/*
	 * A child is agreed on: make its place in the kernel, with ike_child_selectors(). SAs follow.
	 * -errno with why: it is given up. sa_add() is told for inbound, then for outbound.
	 */
	int (*child_new)(void *ctx, struct ike_child *c, char why[IKE_WHY_MAX]);
	/* c takes the place of old, and gets what owner old had; old keeps only its inbound SA. */
	void (*child_replaced)(void *ctx, struct ike_child *old, struct ike_child *c);
	/* s is complete but for ifindex and child; its keys are wiped afterwards. -errno with why. */
	int (*sa_add)(void *ctx, struct ike_child *c, struct dp_sa *s, char why[IKE_WHY_MAX]);
	void (*sa_del)(void *ctx, struct ike_child *c, bool outbound, uint32_t spi);
	/* Its SAs go with it, but for what child_replaced() took. */
	void (*child_down)(void *ctx, struct ike_child *c, const char *why);
	/* One that we asked for, in nobody's place, came to nothing, and the IKE SA goes on. It may end nothing. */
	void (*child_failed)(void *ctx, struct ike_sa *sa, const char *why);
	void (*slot_free)(void *ctx, uint32_t slot);
	/* Why an attempt of ours, or of somebody's who got as far as naming himself, came to nothing. */
	void (*log)(void *ctx, const struct ike_sa *sa, enum log_level level, const char *text);
};

/* ike_crypto_init() and mschap_init() were called before. NULL on ENOMEM. */
struct ike *ike_new(struct loop *loop, const struct ike_config *cfg, const struct ike_ops *ops, void *ctx);
void ike_free(struct ike *ike);		/* calls no op */
/* A datagram without the four zeros of port 4500. */
void ike_rx(struct ike *ike, const struct ike_path *path, const uint8_t *data, size_t len);
/* The IKE SA whose affair ike_rx() would make of it; NULL: none's, or a new one's. */
struct ike_sa *ike_sa_at(struct ike *ike, const struct ike_path *path, const uint8_t *data, size_t len);

/* Begin. NULL on ENOMEM, or when it cannot even begin, which the log says; sa_down() is not told then. */
struct ike_sa *ike_initiate(struct ike *ike, struct ike_peer *peer, const struct ike_path *path, void *owner);
/* Good-bye to the peer; sa_down() follows when it has answered, or at last did not. */
void ike_sa_close(struct ike_sa *sa, const char *why);
/* Without a word to the peer; sa_down() is told from within. */
void ike_sa_abort(struct ike_sa *sa, const char *why);
void ike_sa_rekey(struct ike_sa *sa);
void ike_sa_probe(struct ike_sa *sa);		/* ask whether the peer lives */
/* Our own address is another one now: MOBIKE, or -EOPNOTSUPP where the peer has none. */
int ike_sa_move(struct ike_sa *sa, const struct ike_path *path);
/* Another child by the same peer's configuration. */
int ike_child_initiate(struct ike_sa *sa);
void ike_child_rekey(struct ike_child *c);
void ike_child_close(struct ike_child *c, const char *why);
/* The kernel says that a limit was reached, or that the NAT in front of the peer has moved it. */
void ike_child_limit(struct ike_child *c, bool hard);
void ike_sa_peer_moved(struct ike_sa *sa, const struct addr *peer, uint16_t port);

enum ike_sa_state { IKE_SA_CONNECTING, IKE_SA_UP, IKE_SA_CLOSING };

struct ike_sa_info {
	struct ike_path path;
	uint64_t spi_i, spi_r;
	uint8_t version;		/* of IKE: 1 or 2 */
	bool initiator;			/* we began this IKE SA */
	enum ike_sa_state state;
	const struct ike_peer *peer;	/* NULL: not known yet */
	const struct ike_suite *suite;	/* NULL: likewise */
	const struct ike_id *peer_id;	/* as it was proved; IKE_ID_NONE before */
	const struct ike_id *local_id;
	const char *user;		/* of EAP, "" */
	bool nat_here, nat_there, mobike, fragmentation;
	uint64_t up_ms, rekey_ms;	/* loop time; 0: not yet */
	unsigned int children;
};
void ike_sa_get_info(const struct ike_sa *sa, struct ike_sa_info *info);
void ike_sa_set_owner(struct ike_sa *sa, void *owner);
void *ike_sa_owner(const struct ike_sa *sa);
const struct ike_assigned *ike_sa_assigned(const struct ike_sa *sa);

struct ike_child_info {
	struct ike_sa *sa;
	uint32_t spi_in, spi_out;
	const struct ike_suite *suite;
	bool transport;
	bool encapsulated;		/* in UDP, along the IKE SA's path */
	const struct ike_selector *local_ts, *remote_ts;
	unsigned int n_local_ts, n_remote_ts;
	uint64_t up_ms, rekey_ms;
};
void ike_child_get_info(const struct ike_child *c, struct ike_child_info *info);
void ike_child_set_owner(struct ike_child *c, void *owner);
void *ike_child_owner(const struct ike_child *c);
/* prev NULL: the first. Those that only linger for late packets are left out. */
struct ike_child *ike_child_next(const struct ike_sa *sa, const struct ike_child *prev);
struct ike_sa *ike_sa_next(const struct ike *ike, const struct ike_sa *prev);
/* As the kernel has them: all pairs of networks. -E2BIG: more than it takes. */
int ike_child_selectors(const struct ike_child *c, struct dp_selector *out, unsigned int *n);

/* "10.1.0.0/16, 10.2.0.1 udp 53"; returns buf */
const char *ike_ts_to_str(const struct ike_selector *ts, unsigned int n, char *buf, size_t cap);
/* A network as a selector of everything in it. */
void ike_ts_of_prefix(const struct prefix *p, struct ike_selector *ts);

/*
 * Established IKE SAs as records, keys included. Those that have changed are told one after the other: each is
 * to be written down before what it sends leaves. NULL: no more.
 */
struct ike_sa *ike_next_changed(struct ike *ike);
bool ike_sa_can_freeze(const struct ike_sa *sa);
void ike_sa_freeze(const struct ike_sa *sa, struct wr *w);
/* NULL: the record is not valid, its place is taken, or ENOMEM. Children have no owner yet. */
struct ike_sa *ike_sa_thaw(struct ike *ike, struct ike_peer *peer, void *owner, struct rd *r);
/* Where the owner keeps the record; told by slot_free() when the IKE SA goes, whatever its phase. */
void ike_sa_set_slot(struct ike_sa *sa, uint32_t slot);
bool ike_sa_slot(const struct ike_sa *sa, uint32_t *slot);	/* false: none */
void ike_sa_drop_slot(struct ike_sa *sa);	/* the owner keeps no record of it there any more */
/* Every one of them, those that only linger too. */
struct ike_child *ike_child_each(const struct ike_sa *sa, const struct ike_child *prev);

struct ike_stats {
	unsigned int sas, half_open, children;
	uint64_t junk, strays, cookies_asked, refused, auth_failed;
};
void ike_get_stats(const struct ike *ike, struct ike_stats *stats);

#endif /* ADIT_PROTO_IKE_H */
