/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ISAKMP SAs and their children from within; for ike1_*.c alone. */
#ifndef ADIT_PROTO_IKE1_IMPL_H
#define ADIT_PROTO_IKE1_IMPL_H

#include <sys/queue.h>

#include "base/hash.h"
#include "proto/ike1.h"
#include "proto/ike1_face.h"
#include "proto/ike_face.h"
#include "proto/ike_neighbours.h"
#include "proto/ike1_keys.h"
#include "proto/ike_spis.h"

#define IKE1_NONCE_LEN		32	/* ours */
#define IKE1_BUILD_MAX		32768	/* a message of ours, with a chain of certificates */
#define IKE1_FRAGMENT_LEN	1200	/* of the UDP payload: below every path's 1280 */
#define IKE1_FRAGMENTS_MAX	40	/* of one message of the peer's */
#define IKE1_FRAGMENTED_MAX	32768	/* octets of one */
#define IKE1_EXCHANGES_MAX	64	/* of phase 2 in one SA, those that are over included */
#define IKE1_CHILDREN_MAX	64
#define IKE1_MIDS_MAX		256	/* of exchanges, the latest ones */
#define IKE1_SPI_RESERVED	255
#define IKE1_LINGER_MS		30000	/* an exchange that is over, for messages repeated late */
#define IKE1_RESEND_FIRST_MS	1000
#define IKE1_RESEND_MAX_MS	8000
#define IKE1_DPD_TRIES		5

enum ike1_phase {
	IKE1_MM_I1, IKE1_MM_I3, IKE1_MM_I5,	/* initiator: the message that was sent */
	IKE1_MM_R2, IKE1_MM_R4,			/* responder */
	IKE1_AG_I1, IKE1_AG_R2,
	IKE1_XAUTH,		/* keys are there; the user has to be proved */
	IKE1_UP,
	IKE1_REPLACED,		/* lingers: nothing new begins */
	IKE1_OVER,		/* being taken down */
};

enum ike1_natt { IKE1_NATT_NONE, IKE1_NATT_RFC, IKE1_NATT_DRAFT };

struct ike1_sent {		/* a message of ours, kept to be sent again as it was */
	uint8_t *at;
	size_t len;
	uint16_t fragment_id;
};

/* One of the peer's fragmented messages. */
struct ike1_parts {
	uint16_t id;
	uint8_t last;		/* number of the last one; 0: not seen yet */
	uint8_t have;
	size_t octets;
	struct { uint8_t *at; uint16_t len; } piece[IKE1_FRAGMENTS_MAX];
};

enum ike1_exchange_kind { IKE1_X_QUICK, IKE1_X_XAUTH, IKE1_X_CONFIG };

/* An exchange of phase 2, by its message id. */
struct ike1_xchg {
	TAILQ_ENTRY(ike1_xchg) link;
	struct ike1_sa *sa;
	enum ike1_exchange_kind kind;
	uint32_t mid;
	bool by_us;
	bool done;		/* lingers to answer what is repeated */
	uint64_t begun_ms;	/* by this process */
	struct ike_path path;	/* where it goes: of an answer, whence the question came */
	uint8_t iv[IKE_IV_MAX];
	uint64_t rx_hash;	/* of the last datagram that was taken */
	struct ike1_sent sent;
	unsigned int sends;
	struct loop_timer timer;
	uint8_t step;		/* of XAUTH */
	/* quick mode */
	struct ike1_child *child;
	const struct ike_alg *group;	/* of PFS, or NULL */
	uint8_t private[IKE_DH_PRIVATE_MAX];
	uint8_t nonce_i[IKE_NONCE_MAX], nonce_r[IKE_NONCE_MAX];
	size_t nonce_i_len, nonce_r_len;
};
TAILQ_HEAD(ike1_xchgs, ike1_xchg);

struct ike1_child {
	const struct ike_face *face;	/* first */
	TAILQ_ENTRY(ike1_child) link;
	struct ike_spi by_spi;		/* spi_in, once that is set */
	struct ike1_sa *sa;
	void *owner;
	struct ike_suite suite;
	uint32_t spi_in, spi_out;
	bool by_us;			/* we were the initiator of the quick mode */
	bool transport;
	uint16_t encap;			/* enum ike1_encap */
	bool in_done, out_done;		/* the kernel has it */
	bool told;			/* child_new() succeeded, or took another's place */
	bool replaced;			/* lingers */
	bool rekeying;			/* a new one is being made */
	bool waits;			/* is agreed on, and used for sending in a moment */
	struct ike1_child *replaces;	/* until it is complete */
	bool rival;			/* which was made by the other side to replace the same one */
	struct ike_selector local_ts, remote_ts;
	struct addr peer_original;
	struct { uint8_t encr[IKE_CIPHER_KEY_MAX], integ[IKE_KEY_MAX]; } in,
		out;	/* wiped when the kernel has them */
	uint32_t life_seconds, life_kilobytes;
	uint64_t up_ms, rekey_at_ms;
	bool rekey_due;
	struct loop_timer timer;
};
TAILQ_HEAD(ike1_children, ike1_child);

struct ike1_sa {
	struct ike_sa_base base;	/* first */
	struct ike1 *ike;
	TAILQ_ENTRY(ike1_sa) link;
	struct ike_spi by_spi;		/* our cookie */
	struct hash_node by_init;	/* responder, half open: by the initiator's */
	TAILQ_ENTRY(ike1_sa) half_open_link;
	bool half_open;
	struct addr came_from;		/* when it was half open */
	bool replaced;			/* others may point here: replaces */
	void *owner;
	bool initiator, aggressive;
	uint64_t spi_i, spi_r;
	enum ike1_phase phase;
	bool told_up;
	struct ike_peer *peer;		/* responder: NULL until it is known */
	struct ike_peer *candidates[IKE_CANDIDATES_MAX];
	unsigned int n_candidates;
	struct ike_path path;
	enum ike1_natt natt;		/* what the peer speaks */
	bool nat_here, nat_there;
	bool dpd, fragmentation, xauth_vendor, unity;

	struct ike_suite suite;
	uint16_t auth_method;
	uint32_t life_seconds;		/* agreed on; 0: not said */
	struct ike1_keys keys;
	bool have_keys;
	uint8_t iv[IKE_IV_MAX];		/* of phase 1: the next one; afterwards its last */
	uint8_t private[IKE_DH_PRIVATE_MAX];
	uint8_t nonce_i[IKE_NONCE_MAX], nonce_r[IKE_NONCE_MAX];
	size_t nonce_i_len, nonce_r_len;
	/* until phase 1 is done */
	uint8_t *sa_body, *ke_i, *ke_r, *shared, *id_body;	/* id_body: the peer's, of aggressive mode */
	size_t sa_body_len, ke_i_len, ke_r_len, id_body_len;
	struct ike_id local_id, peer_id;

	uint64_t rx_hash;		/* of the last datagram of phase 1 that was taken */
	struct ike1_sent sent;		/* the last one of ours in phase 1 */
	unsigned int sends;
	struct loop_timer resend_timer, timer, dpd_timer, keepalive_timer;
	struct ike1_parts parts;
	uint16_t fragment_id;
	struct ike1_xchgs xchgs;
	unsigned int n_xchgs;
	uint32_t mids[IKE1_MIDS_MAX];	/* that were used; n_mids goes on counting. Not in the record */
	uint64_t n_mids;
	struct ike1_children children;
	unsigned int n_children;

	uint32_t dpd_seq;		/* of the question that is out */
	uint32_t dpd_heard;		/* of the peer's last one */
	bool dpd_any;
	unsigned int dpd_tries;
	uint64_t heard_ms, up_ms, rekey_at_ms;
	bool rekey_due;
	struct ike1_sa *replaces;	/* a rekeying of that one */
	struct ike1_sa *successor;	/* IKE1_REPLACED: whose lingers this is */
	struct ike1_sa *lingers;	/* whose place this one took */
	char user[IKE_USER_MAX + 1];
	struct ike_assigned assigned;
	bool have_assigned;
	bool refused;			/* by a message that anybody could have forged */
	char why[IKE_WHY_MAX];
};
TAILQ_HEAD(ike1_sas, ike1_sa);

extern const struct ike_face ike1_face;		/* ike1_face.c */

struct ike1 {
	struct loop *loop;
	struct ike_config cfg;
	const struct ike1_ops *ops;
	void *ctx;
	struct ike1_sas sas;		/* the oldest first, and so: */
	struct ike1_sas half_open;	/* responder */
	struct ike_neighbours neighbours;
	struct ike_slots changed;	/* since they were written down */
	struct hash by_spi, by_init, children_by_spi;
	struct ike_stats stats;
	struct ike1_message message;	/* the one at hand */
	uint8_t plain[IKE_MESSAGE_MAX];	/* what was decrypted of it */
	uint8_t build[IKE1_BUILD_MAX], sealed[IKE1_BUILD_MAX + 64];
};

/* A chain of ours that is being built. */
struct ike1_out {
	struct wr w;
	struct ike_chain c;
};

/* --- ike1_sa.c: life, timers, what is sent --- */
struct ike1_sa *ike1_sa_new(struct ike1 *ike, bool initiator, const struct ike_path *path);
void ike1_sa_free(struct ike1_sa *sa);
void ike1_sa_hash_init(struct ike1_sa *sa);	/* responder: half open from now on */
void ike1_sa_settled(struct ike1_sa *sa);	/* no longer */
void ike1_sa_over(struct ike1_sa *sa, const char *why);	/* frees it; the owner is told if it knows of it */
void ike1_sa_authenticated(struct ike1_sa *sa);	/* phase 1 is done: XAUTH, or up */
void ike1_sa_begin(struct ike1_sa *sa);		/* up */
void ike1_sa_changed(struct ike1_sa *sa);	/* it is to be written down again */
void ike1_sa_unchanged(struct ike1_sa *sa);
void ike1_sa_resume(struct ike1_sa *sa);	/* as it was when another process stopped; likewise the next two */
void ike1_child_resume(struct ike1_child *c);
void ike1_xchg_resume(struct ike1_xchg *x);
/* Something that is authentic, and no old message sent again, came that way. */
void ike1_sa_heard(struct ike1_sa *sa, const struct ike_path *path);
__attribute__((format(printf, 3, 4)))
void ike1_log(const struct ike1_sa *sa, enum log_level level, const char *fmt, ...);
uint64_t ike1_jitter(struct ike1 *ike, uint64_t of_ms);
void ike1_out_begin(struct ike1_sa *sa, struct ike1_out *o);	/* payloads alone, to be encrypted */
/* The header's fields of a message of this SA. */
struct ike_header ike1_header(const struct ike1_sa *sa, uint8_t exchange, uint32_t mid);
int ike1_keep(struct ike1_sa *sa, struct ike1_sent *sent, const uint8_t *data, size_t len);
void ike1_transmit(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_sent *sent);
void ike1_sent_free(struct ike1_sent *sent);
uint64_t ike1_resend_after(unsigned int sends);
unsigned int ike1_sends_max(const struct ike1_sa *sa);
/* Phase 1: send, and again until something comes where awaits is set. */
void ike1_send_phase1(struct ike1_sa *sa, const uint8_t *data, size_t len, bool awaits);
void ike1_parts_free(struct ike1_parts *p);

/* --- ike1_replace.c: one takes another's place --- */
/* INITIAL-CONTACT: what the same peer had from the same place is nothing any more. */
void ike1_initial_contact(struct ike1_sa *sa);
bool ike1_contact_is_first(const struct ike1_sa *sa);	/* whether we may say so */
struct ike1_sa *ike1_predecessor(const struct ike1_sa *sa);
void ike1_take_over(struct ike1_sa *sa, struct ike1_sa *old);
/* Whoever was to replace the old one is to replace sa, which may be NULL: nobody. */
void ike1_replaced_by(struct ike1_sa *old, struct ike1_sa *sa);
void ike1_linger_end(struct ike1_sa *old, bool tell);	/* the peer; frees it */

/* --- ike1_endpoint.c --- */
/* Ours, by which it is found, is not 0. */
void ike1_sa_set_spis(struct ike1_sa *sa, uint64_t spi_i, uint64_t spi_r);
void ike1_dispatch(struct ike1 *ike, const struct ike_path *path, const uint8_t *data, size_t len, bool whole);
uint32_t ike1_mid_new(struct ike1_sa *sa);
void ike1_fragment_rx(struct ike1 *ike, const struct ike_path *path, struct ike1_message *m);

/* --- ike1_main.c: main mode --- */
/* A place for a new initiator from there; false: there is none. */
bool ike1_make_room(struct ike1 *ike, const struct addr *peer);
struct ike1_sa *ike1_sa_new_responder(struct ike1 *ike, const struct ike_path *path, const struct ike1_message *m,
				      uint64_t rx_hash);
void ike1_main_send_1(struct ike1_sa *sa);
void ike1_main_rx_1(struct ike1 *ike, const struct ike_path *path, struct ike1_message *m, uint64_t rx_hash);
void ike1_main_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted,
		  uint64_t rx_hash);
/* --- ike1_aggressive.c --- */
void ike1_aggressive_send_1(struct ike1_sa *sa);
void ike1_aggressive_rx_1(struct ike1 *ike, const struct ike_path *path, struct ike1_message *m, uint64_t rx_hash);
void ike1_aggressive_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m,
			struct ike_octets encrypted, uint64_t rx_hash);

/* --- ike1_phase1.c: what both modes share --- */
int ike1_dup(uint8_t **at, size_t *len, const void *data, size_t n);
/* A message in the clear, in the endpoint's buffer; sent, and kept to be sent again. */
void ike1_clear_begin(struct ike1_sa *sa, struct ike1_out *o, uint8_t exchange);
void ike1_clear_send(struct ike1_sa *sa, struct ike1_out *o, bool awaits);
void ike1_put_vendors(struct ike1_sa *sa, struct ike_chain *c);
void ike1_see_vendors(struct ike1_sa *sa, const struct ike1_message *m);
void ike1_put_offer(struct ike1_sa *sa, struct ike_chain *c);		/* SA, and SAi_b is kept */
/* As responder: choose among the candidates' proposals. False: the peer was told why not. */
bool ike1_choose(struct ike1_sa *sa, const struct ike1_message *m, struct ike_chain *c);
bool ike1_check_choice(struct ike1_sa *sa, const struct ike1_message *m, char why[IKE_WHY_MAX]);
int ike1_put_ke(struct ike1_sa *sa, struct ike_chain *c);		/* KE and nonce, ours kept */
bool ike1_take_ke(struct ike1_sa *sa, const struct ike1_message *m, char why[IKE_WHY_MAX]);
void ike1_put_natds(struct ike1_sa *sa, struct ike_chain *c);
void ike1_see_natds(struct ike1_sa *sa, const struct ike1_message *m, const struct ike_path *path);
int ike1_share(struct ike1_sa *sa);					/* g^xy, once */
int ike1_derive(struct ike1_sa *sa, const struct ike_peer *peer, struct ike1_keys *keys);
void ike1_phase1_forget(struct ike1_sa *sa);				/* what only phase 1 needs */
struct ike1_exchange ike1_material(const struct ike1_sa *sa);
/* Told to a peer in the clear, which cannot believe it. */
void ike1_notify_plain(struct ike1 *ike, const struct ike_path *path, uint64_t spi_i, uint64_t spi_r, uint16_t type);

/* --- ike1_auth.c: who is it --- */
void ike1_own_id(struct ike1_sa *sa);
size_t ike1_own_id_body(struct ike1_sa *sa, uint8_t *out, size_t cap);
/* CERT and SIG, or HASH of ours, over our ID payload. */
int ike1_put_proof(struct ike1_sa *sa, struct ike_chain *c);
void ike1_put_crs(struct ike1_sa *sa, struct ike_chain *c);
/* Whether it has proved that it is whom its ID payload says, and is one that peer means. */
bool ike1_proof_check(struct ike1_sa *sa, const struct ike_peer *peer, const struct ike1_keys *keys,
		      const struct ike1_message *m, struct ike_octets id_body, char why[IKE_WHY_MAX]);
bool ike1_is_psk(uint16_t auth_method);
bool ike1_is_xauth(uint16_t auth_method);
/* The methods that a peer may use towards us; how many. */
size_t ike1_methods(const struct ike_peer *p, uint16_t out[4]);

/* --- ike1_exchange.c: phase 2's messages --- */
struct ike1_xchg *ike1_xchg_new(struct ike1_sa *sa, enum ike1_exchange_kind kind, uint32_t mid, bool by_us);
struct ike1_xchg *ike1_xchg_find(struct ike1_sa *sa, uint32_t mid);
void ike1_xchg_free(struct ike1_xchg *x);
void ike1_xchg_done(struct ike1_xchg *x);	/* lingers */
/*
 * A message of this exchange: HASH comes first and is filled in over what was put behind it; hash_with is the
 * initiator's nonce of HASH(2), or none.
 */
void ike1_xchg_begin(struct ike1_xchg *x, struct ike1_out *o);
int ike1_xchg_send(struct ike1_xchg *x, struct ike1_out *o, struct ike_octets hash_with, bool awaits);
/* Phase 2 messages of the peer's. */
void ike1_phase2_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m,
		    struct ike_octets encrypted,
		    uint64_t rx_hash);
bool ike1_hash_is(const struct ike1_sa *sa, const struct ike1_message *m, const uint8_t *expected);

/* --- ike1_quick.c --- */
int ike1_quick_initiate(struct ike1_sa *sa, const struct ike_selector *local, const struct ike_selector *remote,
			struct ike1_child *replaces);
void ike1_quick_rx_new(struct ike1_xchg *x, struct ike1_message *m);	/* first message of the peer's */
void ike1_quick_rx(struct ike1_xchg *x, struct ike1_message *m);
void ike1_quick_failed(struct ike1_xchg *x, const char *why);

/* --- ike1_child.c --- */
struct ike1_child *ike1_child_new(struct ike1_sa *sa, bool by_us);
void ike1_child_free(struct ike1_child *c);
void ike1_child_end(struct ike1_child *c, const char *why);	/* the owner is told */
uint32_t ike1_child_spi(struct ike1 *ike);
void ike1_child_set_spi(struct ike1_child *c, uint32_t spi);	/* inbound; once, not 0 */
struct ike1_child *ike1_child_by_spi(struct ike1_sa *sa, uint32_t spi, bool inbound);
int ike1_child_derive(struct ike1_child *c, const struct ike1_xchg *x, struct ike_octets shared);
int ike1_child_install(struct ike1_child *c, bool outbound, char why[IKE_WHY_MAX]);
/* From now on it is sent by, unless the other side's takes precedence. */
int ike1_child_use(struct ike1_child *c, char why[IKE_WHY_MAX]);
void ike1_child_switch_soon(struct ike1_child *c);	/* outbound, and started */
struct ike1_child *ike1_child_like(const struct ike1_sa *sa, const struct ike1_child *c);
/* The one that waits to take its place; NULL. */
struct ike1_child *ike1_child_heir(const struct ike1_child *c);
void ike1_children_move(struct ike1_sa *from, struct ike1_sa *to);
/* What is protected in transport mode is where the path leads by now. */
void ike1_children_follow(struct ike1_sa *sa, const struct ike_path *old);
bool ike1_ts_same(const struct ike_selector *a, const struct ike_selector *b);

/* --- ike1_info.c --- */
void ike1_info_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted);
void ike1_info_rx_plain(struct ike1_sa *sa, const struct ike1_message *m);
void ike1_send_delete_sa(struct ike1_sa *sa);
void ike1_send_delete_child(struct ike1_sa *sa, uint32_t spi_in);
void ike1_put_initial_contact(const struct ike1_sa *sa, struct ike_chain *c);
void ike1_send_notify(struct ike1_sa *sa, uint8_t protocol, uint16_t type, const void *spi, size_t spi_len,
		      const void *data, size_t len);
void ike1_dpd_ask(struct ike1_sa *sa);

/* --- ike1_config.c: XAUTH and mode-config --- */
void ike1_xauth_begin(struct ike1_sa *sa);	/* as the one who asks */
int ike1_config_request(struct ike1_sa *sa);	/* an address for us */
void ike1_config_rx_new(struct ike1_xchg *x, struct ike1_message *m);
void ike1_config_rx(struct ike1_xchg *x, struct ike1_message *m);

static inline uint64_t ike1_own_spi(const struct ike1_sa *sa)
{
	return sa->initiator ? sa->spi_i : sa->spi_r;
}

#endif /* ADIT_PROTO_IKE1_IMPL_H */
