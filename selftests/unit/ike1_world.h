/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An initiator and a responder of IKEv1, and between them a wire that a test can look at, cut, turn over and put a NAT
 * into. Time is virtual, and randomness a counter.
 */
#ifndef ADIT_IKE1_WORLD_H
#define ADIT_IKE1_WORLD_H

#include "ike_test_pki.h"

#include "base/secret.h"
#include "proto/ike1.h"
#include "wire/ike1.h"

#define PACKETS_MAX	64
#define TAPE_MAX	256
#define SAS_MAX		32
#define SLOT		7	/* of the record */

struct packet {
	bool to_responder;
	struct ike_path path;	/* as its receiver sees it */
	size_t len;
	uint8_t data[4096];
};

/* One side, as the daemon would be. */
struct side {
	struct world *w;
	bool responder;
	struct ike1 *ike;
	struct ike_peer *peers[4];
	unsigned int n_peers;
	unsigned int ups, downs, moved, replaced, child_ups, child_downs, child_replaced, assigned;
	struct ike1_sa *sa;
	struct ike1_child *child;
	struct dp_sa sas[SAS_MAX];	/* all that were added and not deleted */
	unsigned int n_sas, sa_dels;
	char why[IKE_WHY_MAX];		/* of the last sa_down() */
	char child_why[IKE_WHY_MAX];
	char log[4096];
	struct ike_assigned got;
	bool no_children;
	uint8_t record[32768];		/* of sa, as it was last */
	size_t record_len;
	unsigned int slots_freed, child_fails;
};

struct world {
	struct loop *loop;
	struct side i, r;
	struct packet q[PACKETS_MAX];
	unsigned int head, tail;
	uint32_t random;
	bool nat;		/* in front of the initiator */
	uint16_t nat_port_500, nat_port_4500;
	bool drop_to_r, drop_to_i, twice;	/* every message arrives twice */
	unsigned int sent_i, sent_r, drop_next;
	struct packet tape[TAPE_MAX];	/* all that went to the responder */
	unsigned int n_tape;
};

extern const struct ike1_ops ike1_world_ops;

struct addr addr_of(const char *text);
struct ike_peer *peer_psk(const char *secret);
void esp(struct ike_peer *p, const char *text);		/* its proposals */
void ike(struct ike_peer *p, const char *text);
struct ike_path path_of_initiator(void);

/* Of a program, before its first test and after its last. */
int world_setup(void **state);
int world_teardown(void **state);

struct world *world_new(void);
void world_free(struct world *w);
/* What has changed is written down. */
void settle(struct side *s);
void deliver(struct world *w, const struct packet *p);
/* Everything that is on the wire arrives, and what comes of it. */
void run(struct world *w);
void pass(struct world *w, uint64_t ms);
struct ike1_sa *begin(struct world *w);
/* Until the child is there, and used. */
void dial(struct world *w);

/* The latest that was added. */
const struct dp_sa *sa_of(const struct side *s, bool outbound);
void same_keys(const struct dp_sa *out, const struct dp_sa *in);
/* Both sides have the same child: what one sends the other can read. */
void assert_connected(struct world *w);
struct ike1_child_info child_of(const struct side *s);
struct ike1_sa_info info_of(const struct side *s);

#endif /* ADIT_IKE1_WORLD_H */
