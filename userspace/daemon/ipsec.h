/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPsec as the daemon runs it: IKE's endpoint, its sockets, the one device that holds every child, and the
 * children that the kernel has. Who the peers are is for sites (site.h) and server ikev2 (warrior.h).
 */
#ifndef ADIT_DAEMON_IPSEC_H
#define ADIT_DAEMON_IPSEC_H

#include <sys/queue.h>

#include "base/hash.h"
#include "conf/conf.h"
#include "daemon/engine.h"
#include "daemon/server.h"
#include "daemon/udp_set.h"
#include "proto/ike.h"
#include "proto/ike1_face.h"

#define KID_SPIS	4	/* as many as the kernel takes of one child */

struct ipsec_datagram;
struct site;
struct warrior;
struct l2tpsec;
struct lacsec;
struct kid;

/*
 * Who holds IKE SAs and children; the first member of struct site and struct warrior. The IKE SA's
 * owner is one of these.
 */
struct ipsec_holder {
	const struct ipsec_holder_ops *ops;
	struct ipsec *ipsec;
	struct ike_sa *sa;		/* that is up or on its way, or NULL */
	LIST_HEAD(holder_kids, kid) kids;
};

struct ipsec_holder_ops {
	void (*up)(struct ipsec_holder *h);
	void (*down)(struct ipsec_holder *h, const char *why);
	/* The kernel's place for a child that was agreed on. -errno with why. */
	int (*child_new)(struct ipsec_holder *h, struct ike_child *c, char why[IKE_WHY_MAX]);
	void (*child_up)(struct ipsec_holder *h, struct ike_child *c);	/* both SAs are there */
	/* One that is not a trap goes. May be NULL. */
	void (*kid_gone)(struct ipsec_holder *h, struct kid *k);
	void (*assigned)(struct ipsec_holder *h, const struct ike_assigned *a);
	/* One that we asked for came to nothing, and the IKE SA goes on. May be NULL. */
	void (*child_failed)(struct ipsec_holder *h, const char *why);
	bool carries_l2tp;	/* which is said good-bye to first */
};

/* An inbound SA that the kernel has. */
struct kid_sa {
	struct hash_node by_spi;
	struct kid *kid;
	uint32_t spi;			/* 0: there is none */
};

/* A child of the kernel, with or without an agreement (then it is a trap). */
struct kid {
	TAILQ_ENTRY(kid) link;
	LIST_ENTRY(kid) of_holder;
	struct hash_node by_id;
	struct ipsec *ipsec;
	struct ipsec_holder *holder;
	struct dp_child kernel;		/* its selectors are these: */
	struct dp_selector *selectors;
	bool in_kernel;
	struct dp_child *trapped;	/* stays without an agreement, and is this then; NULL: does not stay */
	struct ike_child *child;	/* the agreement, or NULL */
	uint32_t out_spi;		/* that the kernel has; 0: none */
	struct kid_sa in[KID_SPIS];	/* with those that are replaced and still receive */
};
TAILQ_HEAD(kid_list, kid);

TAILQ_HEAD(site_list, site);
TAILQ_HEAD(warrior_list, warrior);
TAILQ_HEAD(l2tpsec_list, l2tpsec);

struct ipsec {
	struct engine *engine;
	struct ike *ike;			/* version 2 */
	struct ike1 *ike1;
	struct ike1_owner owner1;
	struct loop_timer orphans;		/* IKE SAs for which there was no room are closed */
	struct conf_ref *ref;
	struct dp_device_config device;		/* as the kernel has it */
	int ifindex;				/* 0: there is none */
	struct udp_set set;			/* its sockets */
	STAILQ_HEAD(, ipsec_datagram) waiting;	/* until what caused them is written down */
	unsigned int n_waiting;
	bool thawing;			/* what an engine before this one had is still to come */
	struct kid_list kids;
	struct hash kids_by_id, sas_by_spi;
	uint32_t next_kid;
	struct site_list sites;
	/* server ikev2: */
	const struct conf_server *server;	/* in ref, or NULL */
	struct ipsec_peers {			/* by password or certificate, by secret */
		struct ike_peer *peer[2];
		unsigned int n;
	} peers[2];				/* of IKEv1, of IKEv2 */
	struct pool *pool;
	struct warrior_list warriors;
	unsigned int n_warriors;
	/* server l2tp with ipsec = required: */
	struct ipsec_peers l2tp_peers[2];	/* likewise, by certificate or by secret */
	struct l2tpsec_list l2tpsecs;
	unsigned int n_l2tpsecs;
};

struct ipsec *ipsec_new(struct engine *e);	/* NULL on ENOMEM */
void ipsec_free(struct ipsec *ipsec);
/* As server_yield_routes(), before it; who has an address there is cut off. */
void ipsec_yield_routes(struct ipsec *ipsec, const struct conf *next);
/* After the sockets; what is configured and what is not any more. -errno: logged. */
int ipsec_reconfigure(struct ipsec *ipsec, struct conf_ref *ref);
/* What an engine before this one had; then whatever of the kernel's nobody has goes. */
void ipsec_thaw(struct ipsec *ipsec);
void ipsec_settle(struct ipsec *ipsec);		/* records, then datagrams; NULL is fine */
void ipsec_begin(struct ipsec *ipsec);		/* sites that start by themselves do */
/*
 * Good-bye to every peer, but for those in whose children L2TP has to say it first; then to these as well. True: there
 * is none any more. engine_progress() follows. NULL is nobody, here and in the next two.
 */
bool ipsec_stop(struct ipsec *ipsec, bool l2tp_too);
bool ipsec_is_idle(const struct ipsec *ipsec);
void ipsec_remove_device(struct ipsec *ipsec);

/* Of either version. prev NULL: the first. */
struct ike_sa *ipsec_sa_next(const struct ipsec *ipsec, struct ike_sa *prev);
/* NULL on ENOMEM */
struct ike_sa *ipsec_initiate(struct ipsec *ipsec, enum conf_ike_version version, struct ike_peer *peer,
			      const struct ike_path *path, struct ipsec_holder *h);

/* ipsec_wire.c */
void ipsec_wire_init(struct ipsec *ipsec);
void ipsec_sockets_begin(struct ipsec *ipsec);
int ipsec_socket_add(struct ipsec *ipsec, int fd);	/* takes fd; -errno: logged */
void ipsec_sockets_end(struct ipsec *ipsec);
/* Leaves at ipsec_flush(). */
void ipsec_send(struct ipsec *ipsec, const struct ike_path *path, const uint8_t *data, size_t len);
void ipsec_flush(struct ipsec *ipsec);
void ipsec_wire_free(struct ipsec *ipsec);

/* The kernel's events; false: it is none of ours. */
void ipsec_acquire(struct ipsec *ipsec, int ifindex, uint32_t id, const struct dp_selector *flow);
void ipsec_child_gone(struct ipsec *ipsec, int ifindex, uint32_t id);
void ipsec_child_moved(struct ipsec *ipsec, int ifindex, uint32_t id, const struct addr *peer, uint16_t port);
void ipsec_sa_limit(struct ipsec *ipsec, int ifindex, uint32_t child, uint32_t spi, bool hard);

/* kid.c */
/* NULL on ENOMEM; not in the kernel yet. */
struct kid *kid_new(struct ipsec_holder *h);
void kid_free(struct kid *k);			/* and out of the kernel */
int kid_trap(struct kid *k, const struct dp_child *c, char why[IKE_WHY_MAX]);
/* The kernel has it already, with the SAs of c. False: it has not. */
bool kid_adopt(struct kid *k, uint32_t id, struct ike_child *c);
struct kid *kid_by_in_spi(const struct ipsec *ipsec, uint32_t spi);
void kid_add_in_spi(struct kid *k, uint32_t spi);
void kid_del_in_spi(struct kid *k, uint32_t spi);
/* Where it goes and what it carries, by the agreement. */
int kid_agree(struct kid *k, struct ike_child *c, char why[IKE_WHY_MAX]);
/* Of the kernel's; NULL: there is none. */
struct kid *kid_by_id(const struct ipsec *ipsec, int ifindex, uint32_t id);
/* Change it in the kernel, where what waits in it stays. -errno with why. */
int kid_update(struct kid *k, const struct dp_child *to, char why[IKE_WHY_MAX]);
/* Where an agreement's packets go, as it is now. */
void kid_outer_of(const struct ike_child_info *info, struct dp_child *c);
bool kid_same_outer(const struct dp_child *a, const struct dp_child *b);
/* Without an agreement: a trap waits for traffic again, and no packet leaves meanwhile. */
void kid_disagree(struct kid *k);
/* The same, and to another address of ours as well: then to another place, and new keys are asked for. */
int kid_follow(struct kid *k, const struct dp_child *to, char why[IKE_WHY_MAX]);

/* ipsec_record.c */
void ipsec_record_write(struct ipsec *ipsec, struct ike_sa *sa);
void ipsec_record_read_all(struct ipsec *ipsec);

/* ipsec_peer.c: NULL with why */
struct ike_peer *ipsec_site_peer(const struct conf_site *conf, const struct addr *remote, char why[IKE_WHY_MAX]);
struct ike_peer *ipsec_l2tp_peer(const struct conf_server *conf, enum conf_ike_version version, bool by_secret,
				 char why[IKE_WHY_MAX]);
/* Between the two ends of the path, L2TP alone. */
struct ike_peer *ipsec_client_peer(const struct conf_client *conf, const struct ike_path *path, char why[IKE_WHY_MAX]);
struct ike_peer *ipsec_server_peer(const struct conf_server *conf, enum conf_ike_version version, bool by_secret,
				   char why[IKE_WHY_MAX]);
/* Where those of a version are: in peers, or l2tp_peers. How many were put into out. */
struct ipsec_peers *ipsec_peers_of(struct ipsec_peers both[2], enum conf_ike_version version);
unsigned int ipsec_peers_put(const struct ipsec_peers *peers, struct ike_peer **out, unsigned int max);
void ipsec_peers_drop(struct ipsec_peers both[2]);

#endif /* ADIT_DAEMON_IPSEC_H */
