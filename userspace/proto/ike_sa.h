/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKE SAs and their children from within; for the ike_*.c of IKEv2 alone. */
#ifndef ADIT_PROTO_IKE_SA_H
#define ADIT_PROTO_IKE_SA_H

#include <sys/queue.h>

#include "base/hash.h"
#include "proto/eap_mschapv2.h"
#include "proto/ike.h"
#include "proto/ike_face.h"
#include "proto/ike_keys.h"
#include "proto/ike_neighbours.h"
#include "proto/ike_sk.h"
#include "proto/ike_spis.h"

#define IKE_NONCE_LEN		32	/* ours: at least half of any PRF's key (section 2.10) */
#define IKE_COOKIE_MAX		64	/* section 2.6 */
#define IKE_FRAGMENT_LEN	1200	/* of the UDP payload: below every path's 1280 */
#define IKE_BUILD_MAX		32768	/* a message of ours, with a chain of certificates */
#define IKE_LINGER_MS		10000	/* an SA that is over, for requests repeated late */
#define IKE_CHILD_LINGER_MS	5000	/* a replaced inbound SA, for packets on their way */
#define IKE_TASKS_MAX		64
#define IKE_TASK_DELETED_MAX	4
#define IKE_CHILDREN_MAX	64	/* of one IKE SA */

enum ike_phase {
	PHASE_INIT,		/* IKE_SA_INIT under way, or as responder answered */
	PHASE_AUTH,		/* IKE_AUTH under way */
	PHASE_UP,
	PHASE_REPLACED,		/* a new IKE SA has its children; waits for the delete */
	PHASE_CLOSING,		/* our delete is under way, or waits its turn */
	PHASE_OVER,		/* only answers what is repeated */
};

enum ike_task_type {
	TASK_INIT, TASK_AUTH, TASK_CHILD_NEW, TASK_CHILD_REKEY, TASK_CHILD_DELETE, TASK_IKE_REKEY,
	TASK_IKE_DELETE, TASK_PROBE, TASK_MOVE,
};

/* An exchange of ours that waits its turn, or the one under way (window 1). */
struct ike_task {
	TAILQ_ENTRY(ike_task) link;
	enum ike_task_type type;
	struct ike_child *child;	/* that it is about; NULL: gone, or none */
	uint64_t not_before_ms;		/* after a TEMPORARY_FAILURE */
	unsigned int tries;
	/* of TASK_CHILD_NEW, TASK_CHILD_REKEY and TASK_IKE_REKEY while under way */
	uint32_t spi_in;
	uint64_t spi_ike;
	uint8_t nonce[IKE_NONCE_LEN];
	const struct ike_alg *group;	/* NULL: without a DH exchange */
	uint8_t private[IKE_DH_PRIVATE_MAX];
	/* The peer replaced the same thing meanwhile: the lowest of its two nonces, and what it made. */
	uint8_t their_nonce[IKE_NONCE_MAX];
	size_t their_nonce_len;		/* 0: it did not */
	struct ike_child *their_child;
	struct ike_sa *their_sa;
	/* SPIs that the peer deleted meanwhile and that are not known here: of the child that is being made, maybe. */
	uint32_t deleted[IKE_TASK_DELETED_MAX];
	unsigned int n_deleted;		/* ever; the oldest are forgotten */
};
TAILQ_HEAD(ike_tasks, ike_task);

struct ike_packet {		/* a datagram kept to be sent again */
	STAILQ_ENTRY(ike_packet) link;
	size_t len;
	uint8_t data[];
};
STAILQ_HEAD(ike_packets, ike_packet);

struct ike_child {
	const struct ike_face *face;	/* first */
	TAILQ_ENTRY(ike_child) link;
	struct ike_spi by_spi;		/* spi_in, once that is set */
	struct ike_sa *sa;
	void *owner;
	struct ike_suite suite;
	uint32_t spi_in, spi_out;
	uint8_t spi_octets[4];		/* spi_in, for the answer that tells of it */
	bool transport;
	/* Of a responder in transport mode: what the peer calls the two ends where NAT changed that; family 0: no. */
	struct addr local_alias, remote_alias;
	bool by_us;			/* we were the initiator of the exchange that made it */
	bool in_done, out_done;		/* the kernel has it */
	bool replaced;			/* another has its owner; waits for the delete */
	bool deleting;			/* our delete is under way or waits */
	bool told;			/* child_new() succeeded */
	struct ike_child *replaces;	/* whose outbound SA is in use until that is deleted */
	struct ike_child_keys *keys;	/* until the kernel has both */
	struct ike_selector *local_ts, *remote_ts;	/* in one piece of memory, which is local_ts */
	unsigned int n_local_ts, n_remote_ts;
	uint64_t up_ms, rekey_at_ms;
	struct loop_timer timer;	/* rekey, then expiry; of a replaced one, its end */
	bool rekey_due;
};
TAILQ_HEAD(ike_children, ike_child);

/* What IKE_SA_INIT and IKE_AUTH alone need: gone once both ends have proved who they are. */
struct ike_setup {
	struct ike_peer *candidates[IKE_CANDIDATES_MAX];
	unsigned int n_candidates;
	const struct ike_alg *group;
	uint8_t private[IKE_DH_PRIVATE_MAX];
	uint8_t nonce[IKE_NONCE_LEN];
	uint8_t peer_nonce[IKE_NONCE_MAX];
	size_t peer_nonce_len;
	uint8_t *init_i, *init_r;	/* the IKE_SA_INIT messages that AUTH covers */
	size_t init_i_len, init_r_len;
	uint8_t cookie[IKE_COOKIE_MAX];
	size_t cookie_len;
	unsigned int init_tries;	/* cookies and groups that were asked for */
	struct eap_server *eap_server;	/* while it goes on, or NULL */
	struct eap_peer *eap_peer;
	uint8_t eap_out[512];		/* initiator: the next packet */
	size_t eap_out_len;
	uint8_t eap_msk[EAP_MSK_LEN];
	bool have_msk;
	uint8_t *auth_chain;		/* responder with EAP: payloads of the first request */
	size_t auth_chain_len;
	uint8_t auth_first;
	uint8_t *peer_id_body;
	size_t peer_id_body_len;
	uint32_t first_spi;		/* initiator: of the child in IKE_AUTH */
};

struct ike_sa {
	struct ike_sa_base base;	/* first */
	struct ike *ike;
	TAILQ_ENTRY(ike_sa) link;
	struct ike_spi by_spi;		/* ours */
	struct hash_node by_init;	/* responder, half open: by the initiator's SPI */
	struct hash_node by_identity;	/* by the peer's, once that is proved */
	bool identified;		/* hashed there */
	TAILQ_ENTRY(ike_sa) half_open_link;
	bool half_open;			/* counted and hashed there */
	struct addr came_from;		/* half open: where it is counted */
	bool known;			/* others may point here: replaced_by, their_sa */
	void *owner;
	bool initiator;			/* of this IKE SA: sets the flag, and sends with the initiator's keys */
	bool began;			/* of the first one, whose children it inherited: who may move (RFC 4555) */
	uint64_t spi_i, spi_r;
	enum ike_phase phase;
	bool told_up, told_down;
	struct ike_peer *peer;		/* responder: NULL until IKE_AUTH names it */
	struct ike_path path;
	bool nat_here, nat_there, natt;	/* natt: on port 4500 */

	struct ike2_keys keys;
	bool have_keys;
	uint64_t iv;
	struct ike_setup *setup;	/* NULL: up, or made in the place of another */

	/* requests of ours */
	struct ike_tasks tasks;
	unsigned int n_tasks;
	struct ike_task *current;	/* under way */
	uint32_t next_id;		/* of our next request */
	struct ike_packets request;
	unsigned int sends;
	struct loop_timer resend_timer;
	struct ike2_reassembly answer_parts;
	/* requests of the peer's */
	uint32_t expect_id;		/* of its next request */
	struct ike_packets response;	/* to the one before */
	uint64_t request_hash;		/* of that one's datagram, or of its first fragment */
	struct ike2_reassembly request_parts;
	bool answered_in_clear;		/* the response is that to IKE_SA_INIT */

	/* what the peer can */
	bool fragmentation, mobike;
	bool no_pfs;			/* it refused children with a group */
	unsigned int hashes;		/* of RFC 7427, bit n: number n */
	bool peer_pss;			/* it signed with RSASSA-PSS, and may know nothing else */

	/* Read only, and never NULL: &ike_id_none. */
	const struct ike_id *local_id, *peer_id;
	unsigned int peer_by;		/* enum ike_auth_by: how it has proved itself */
	char *user;			/* of EAP; NULL: none */
	struct ike_assigned assigned;
	bool have_assigned;
	struct ike_children children;
	unsigned int n_children;
	struct ike_sa *replaced_by;
	uint64_t made_ms, up_ms, rekey_at_ms, heard_ms;
	struct loop_timer timer;	/* half open: the end; up: rekey and expiry; over: the end */
	struct loop_timer dpd_timer, keepalive_timer;
	bool rekey_due;
	struct loop_timer task_timer;	/* one that has to wait */
	struct ike_path response_path;
	bool refused;			/* by an answer that anybody could have forged */
	char *why;			/* it goes; NULL: not known */
};
TAILQ_HEAD(ike_sas, ike_sa);

struct ike {
	struct loop *loop;
	struct ike_config cfg;
	const struct ike_ops *ops;
	void *ctx;
	struct ike_sas sas;
	struct ike_slots changed;	/* since they were written down */
	struct ike_sas half_open;	/* responder, the oldest first */
	struct ike_neighbours neighbours;
	struct hash by_spi, by_init, by_identity, children_by_spi;
	struct ike_stats stats;
	uint8_t cookie_secret[2][32];	/* the one in use, the one before */
	uint64_t cookie_turn_ms, stray_answer_ms;
	uint8_t scratch[IKE_MESSAGE_MAX];	/* what was decrypted */
	const uint8_t *plain;			/* of the message at hand, and the type of its first payload */
	size_t plain_len;
	uint8_t plain_first;
	uint8_t build[IKE_BUILD_MAX], sealed[IKE_BUILD_MAX + 1024];
};

/* A message of ours that is being built: the chain inside of SK. */
struct ike_out {
	struct wr w;
	struct ike_chain c;
};

/* --- ike_sa.c: life --- */
struct ike_sa *ike_sa_new(struct ike *ike, bool initiator, const struct ike_path *path);
struct ike_sa *ike_sa_new_setup(struct ike *ike, bool initiator, const struct ike_path *path);	/* to be set up */
void ike_setup_free(struct ike_sa *sa);
/* at is &sa->local_id or &sa->peer_id. -ENOMEM: it is as it was, and nobody may be taken for nobody for that. */
int ike_sa_set_id(const struct ike_id **at, const struct ike_id *id);
int ike_sa_set_user(struct ike_sa *sa, const char *user);	/* of IKE_USER_MAX at most; likewise */
void ike_sa_set_why(struct ike_sa *sa, const char *why);
/* Ours, by which it is found, is not 0. */
void ike_sa_set_spis(struct ike_sa *sa, uint64_t spi_i, uint64_t spi_r);
void ike_sa_free(struct ike_sa *sa);
uint64_t ike_spi_new(struct ike *ike);
/* Established: timers begin. */
void ike_sa_begin(struct ike_sa *sa);
/* Keepalives begin, if there is a NAT in front of us now; they end by themselves (RFC 3948 section 4). */
void ike_sa_keep_mapping(struct ike_sa *sa);
void ike_sa_resume(struct ike_sa *sa);		/* the timer, as rekey_due and rekey_at_ms have it */
/* Over: children go, the owner is told, and the SA lingers to answer what is repeated. */
void ike_sa_over(struct ike_sa *sa, const char *why);
void ike_sa_half_open(struct ike_sa *sa);	/* responder: it has answered a stranger */
void ike_sa_settled(struct ike_sa *sa);		/* no longer half open */
/* A place for one more half-open IKE SA; false: those from there have their share. */
bool ike_sa_make_room(struct ike *ike, const struct addr *peer);
__attribute__((format(printf, 3, 4)))
void ike_log(const struct ike_sa *sa, enum log_level level, const char *fmt, ...);
void ike_sa_changed(struct ike_sa *sa);
uint64_t ike_jitter(struct ike *ike, uint64_t of_ms);	/* 0 to of_ms */

/* --- ike_window.c: messages in their order --- */
void ike_out_begin(struct ike_sa *sa, struct ike_out *o);
/* Seal and send as the request of the task at hand. */
int ike_send_request(struct ike_sa *sa, uint8_t exchange, struct ike_out *o);
int ike_send_response(struct ike_sa *sa, uint8_t exchange, struct ike_out *o);
void ike_send_init(struct ike_sa *sa, const uint8_t *data, size_t len, bool request);
void ike_packets_free(struct ike_packets *list);
struct ike_task *ike_task_add(struct ike_sa *sa, enum ike_task_type type, struct ike_child *child);
/* Waits its turn; pending: or is under way. */
bool ike_task_waiting(const struct ike_sa *sa, enum ike_task_type type, const struct ike_child *child);
bool ike_task_pending(const struct ike_sa *sa, enum ike_task_type type, const struct ike_child *child);
void ike_task_free(struct ike_sa *sa, struct ike_task *t);
void ike_window_resume(struct ike_sa *sa);	/* what was under way goes on */
void ike_tasks_run(struct ike_sa *sa);		/* the next one, if none is under way */
void ike_task_done(struct ike_sa *sa);		/* the one under way, and on with the next */
void ike_task_again(struct ike_sa *sa, uint64_t after_ms);	/* put it back */
void ike_tasks_free(struct ike_sa *sa);
void ike_tasks_forget_child(struct ike_sa *sa, const struct ike_child *c);
void ike_window_rx(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m, const uint8_t *data,
		   size_t len);

/* --- ike_endpoint.c: whose affair a datagram is --- */
/* To a request outside of any IKE SA: one notification, in the clear. */
void ike_answer_clear(struct ike *ike, const struct ike_path *path, const struct ike2_message *m, uint16_t type,
		      const void *data, size_t len);

/* --- ike_init.c: IKE_SA_INIT --- */
void ike_init_send(struct ike_sa *sa);
void ike_init_rx_request(struct ike *ike, const struct ike_path *path, struct ike2_message *m,
			 const uint8_t *data, size_t len);
void ike_init_rx_response(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m,
			  const uint8_t *data, size_t len);
struct ike_sa *ike_init_find(struct ike *ike, const struct ike_path *path, uint64_t spi_i);
void ike_put_natd(struct ike_sa *sa, struct ike_chain *c, uint64_t spi_i, uint64_t spi_r);
void ike_see_natd(struct ike_sa *sa, const struct ike2_message *m, const struct ike_path *path);

/* --- ike_auth.c: IKE_AUTH; proofs, and the initiator --- */
int ike_auth_own_id(struct ike_sa *sa, const struct ike2_id *wanted);	/* -ENOMEM */
const char *ike_auth_doubt(const struct ike_peer *p);	/* "has another secret": a peer that refuses us */
/* IDi or IDr, CERT and AUTH of ours; -errno: it cannot be made, and the log says why. */
int ike_auth_put_own(struct ike_sa *sa, struct ike_chain *c);
int ike_auth_put_msk(struct ike_sa *sa, struct ike_chain *c);
/* Whether the peer has proved that it is sa->peer_id; false with why. */
bool ike_auth_verify(struct ike_sa *sa, const struct ike2_message *m, struct ike_octets id_body,
		     char why[IKE_WHY_MAX]);
bool ike_auth_verify_msk(struct ike_sa *sa, const struct ike2_message *m, struct ike_octets id_body);
/* --- ike_auth_responder.c --- */
void ike_auth_send(struct ike_sa *sa);
void ike_auth_rx_request(struct ike_sa *sa, struct ike2_message *m);
void ike_auth_rx_response(struct ike_sa *sa, struct ike2_message *m);

/* --- ike_contact.c: INITIAL_CONTACT --- */
void ike_contact_add(struct ike_sa *sa);	/* the peer has proved who it is */
void ike_contact_del(struct ike_sa *sa);
/* m is from the peer of sa, which has proved who it is. */
void ike_contact_rx(struct ike_sa *sa, const struct ike2_message *m);
bool ike_contact_is_first(const struct ike_sa *sa);	/* whether ours is to say so */

/* --- ike_child.c --- */
enum ike_verdict { VERDICT_OK, VERDICT_TS, VERDICT_PROPOSAL, VERDICT_KE, VERDICT_ADDRESS, VERDICT_NO_MORE,
		   VERDICT_TEMPORARY, VERDICT_NOT_FOUND, VERDICT_FAILED,
		   VERDICT_UNWANTED };	/* the peer has made it, and not as it has to be: it is to be deleted */
struct ike_child *ike_child_new(struct ike_sa *sa, bool by_us);
void ike_child_free(struct ike_child *c);	/* the owner is not told */
void ike_child_end(struct ike_child *c, const char *why);	/* the owner is */
uint32_t ike_child_spi(struct ike *ike);
void ike_child_set_spi(struct ike_child *c, uint32_t spi);	/* inbound; once, not 0 */
/* Once; -ENOMEM */
int ike_child_set_ts(struct ike_child *c, const struct ike_selector *local, unsigned int n_local,
		     const struct ike_selector *remote, unsigned int n_remote);
struct ike_child *ike_child_by_spi(struct ike_sa *sa, uint32_t spi, bool inbound);
/* SA, TSi, TSr and what goes with them, of a request of ours. */
void ike_child_put_offer(struct ike_sa *sa, struct ike_chain *c, unsigned int flags, uint32_t spi,
			 const struct ike_child *like);
/*
 * As responder: what the peer asks for, against our own. On VERDICT_OK the child has suite, SPIs and
 * selectors, but no keys.
 */
enum ike_verdict ike_child_choose(struct ike_sa *sa, const struct ike2_message *m, unsigned int flags,
				  const struct ike_child *like, struct ike_child **out, struct ike2_sa *answer,
				  char why[IKE_WHY_MAX]);
/* As initiator: what the peer has made of it. */
void ike_child_put_answer(const struct ike_child *c, struct ike_chain *chain);	/* its selectors and mode */
/* With VERDICT_UNWANTED there is a child too, to be closed. */
enum ike_verdict ike_child_take(struct ike_sa *sa, const struct ike2_message *m, unsigned int flags, uint32_t spi,
				const struct ike_child *like, struct ike_child **out, char why[IKE_WHY_MAX]);
/* Keys of a child of IKE_AUTH, or of a CREATE_CHILD_SA exchange. */
int ike_child_derive(struct ike_child *c, struct ike_octets nonce_i, struct ike_octets nonce_r,
		     struct ike_octets shared);
/* Into the kernel: both ways, or inbound alone as long as the peer may not expect ours. */
int ike_child_install(struct ike_child *c, bool outbound_too, char why[IKE_WHY_MAX]);
int ike_child_switch(struct ike_child *c, char why[IKE_WHY_MAX]);	/* outbound */
void ike_child_started(struct ike_child *c);	/* timers, and a line in the log */
void ike_child_replace(struct ike_child *old, struct ike_child *c);
void ike_child_resume(struct ike_child *c);
uint16_t ike_verdict_notify(enum ike_verdict v);

/* --- ike_ts.c: traffic selectors --- */
unsigned int ike_ts_intersect(const struct ike_selector *a, unsigned int n_a, const struct ike_selector *b,
			      unsigned int n_b, struct ike_selector *out, unsigned int max);
bool ike_ts_covers(const struct ike_selector *outer, unsigned int n_outer, const struct ike_selector *inner);
void ike_ts_of_addr(const struct addr *a, struct ike_selector *ts);

/* --- ike_create.c: CREATE_CHILD_SA --- */
void ike_create_send(struct ike_sa *sa, struct ike_task *t);
void ike_create_rx_request(struct ike_sa *sa, struct ike2_message *m);
void ike_create_rx_response(struct ike_sa *sa, struct ike_task *t, struct ike2_message *m);

/* --- ike_rekey.c: of the IKE SA itself --- */
void ike_rekey_send(struct ike_sa *sa, struct ike_task *t);
void ike_rekey_rx_request(struct ike_sa *old, struct ike2_message *m);
void ike_rekey_rx_response(struct ike_sa *old, struct ike_task *t, struct ike2_message *m);
/* -1, 0, 1 as memcmp() has it; a shorter one that is the beginning of the other is lower. */
int ike_nonce_cmp(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

/* --- ike_info.c: INFORMATIONAL --- */
void ike_info_send(struct ike_sa *sa, struct ike_task *t);
void ike_info_rx_request(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m);
void ike_info_rx_response(struct ike_sa *sa, struct ike_task *t, struct ike2_message *m);
void ike_child_deleted(struct ike_child *c);	/* by the peer */

/* --- ike_cp.c: configuration payloads --- */
void ike_cp_put_request(struct ike_sa *sa, struct ike_chain *c);
/* Lend what the peer asks for; false with why: INTERNAL_ADDRESS_FAILURE. */
bool ike_cp_assign(struct ike_sa *sa, const struct ike_cfg *cfg, char why[IKE_WHY_MAX]);
void ike_cp_put_reply(struct ike_sa *sa, struct ike_chain *c, const struct ike_cfg *asked);
bool ike_cp_take(struct ike_sa *sa, const struct ike2_message *m, char why[IKE_WHY_MAX]);

static inline uint64_t ike_own_spi(const struct ike_sa *sa)
{
	return sa->initiator ? sa->spi_i : sa->spi_r;
}

static inline const char *ike_sa_user(const struct ike_sa *sa)
{
	return sa->user ? sa->user : "";
}

static inline const char *ike_sa_why(const struct ike_sa *sa)
{
	return sa->why ? sa->why : "";
}

/* Whether a request of ours for a child is under way. */
static inline bool ike_sa_makes_child(const struct ike_sa *sa)
{
	return sa->current && (sa->current->type == TASK_CHILD_NEW || sa->current->type == TASK_CHILD_REKEY);
}

static inline bool ike_sa_is_up(const struct ike_sa *sa)
{
	return sa->phase == PHASE_UP;
}

/* --- the face of version 2: ike_sa.c, ike_child.c --- */
void ike2_sa_get_info(const struct ike_sa *sa, struct ike_sa_info *info);
void ike2_sa_set_owner(struct ike_sa *sa, void *owner);
void *ike2_sa_owner(const struct ike_sa *sa);
void ike2_sa_close(struct ike_sa *sa, const char *why);
void ike2_sa_abort(struct ike_sa *sa, const char *why);
void ike2_sa_rekey(struct ike_sa *sa);
void ike2_sa_probe(struct ike_sa *sa);
int ike2_sa_move(struct ike_sa *sa, const struct ike_path *path);
int ike2_child_initiate(struct ike_sa *sa);
const struct ike_assigned *ike2_sa_assigned(const struct ike_sa *sa);
void ike2_child_rekey(struct ike_child *c);
void ike2_child_close(struct ike_child *c, const char *why);
void ike2_child_limit(struct ike_child *c, bool hard);
void ike2_child_get_info(const struct ike_child *c, struct ike_child_info *info);
void ike2_child_set_owner(struct ike_child *c, void *owner);
void *ike2_child_owner(const struct ike_child *c);
void ike2_sa_peer_moved(struct ike_sa *sa, const struct addr *peer, uint16_t port);
struct ike_child *ike2_child_next(const struct ike_sa *sa, const struct ike_child *prev);
struct ike_child *ike2_child_each(const struct ike_sa *sa, const struct ike_child *prev);
bool ike2_sa_can_freeze(const struct ike_sa *sa);
void ike2_sa_freeze(const struct ike_sa *sa, struct wr *w);

#endif /* ADIT_PROTO_IKE_SA_H */
