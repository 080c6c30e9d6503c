/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scripted peer of IKEv1 (world_ike.c says what it takes): up to eight ISAKMP SAs with whom is tested, their keys,
 * and their exchanges with a chain of IVs each. Messages are made of words in world_ike1_say.c, and sealed, with the
 * proofs that belong into them, in world_ike1_peer.c.
 */
#ifndef ADIT_REPLAY_WORLD_IKE1_PEER_H
#define ADIT_REPLAY_WORLD_IKE1_PEER_H

#include "proto/ike1_keys.h"
#include "proto/ike_sign.h"
#include "wire/ike1.h"
#include "world_ike_words.h"

#define XCHGS_MAX	128
#define SA_BODY_MAX	BUILD_MAX
#define DATA_MAX	256

/* Octets that were said or heard, to be hashed. */
struct kept {
	uint8_t at[IKE_DH_PUBLIC_MAX];
	size_t len;
};

/* An exchange of phase 2. */
struct xchg {
	uint32_t mid;
	uint8_t exchange;
	bool by_peer;
	unsigned int said;
	struct kept nonce_i, nonce_r;
	uint8_t iv[IKE_IV_MAX];
	uint64_t heard_hash;		/* what was heard last, and the IV that it is opened with */
	uint8_t heard_iv[IKE_IV_MAX];
};

/* An ISAKMP SA as the peer has it. */
struct conv {
	bool initiator;		/* the peer is that */
	bool have_keys, done;
	uint64_t spi_i, spi_r;
	struct ike1_keys keys, stranger;
	struct kept ke_i, ke_r, nonce_i, nonce_r;
	uint8_t shared[IKE_DH_SHARED_MAX];
	uint8_t sa_body[SA_BODY_MAX];
	size_t sa_body_len;
	uint8_t id_body[DATA_MAX];	/* the peer's own */
	size_t id_body_len;
	uint8_t iv_first[IKE_IV_MAX], iv_5[IKE_IV_MAX], iv[IKE_IV_MAX];
	struct xchg xchg[XCHGS_MAX];
	unsigned int n_xchgs;
};

struct script {
	const struct script_setup *setup;
	struct conv conv[CONVS_MAX];
	unsigned int n_convs, at;	/* at: the one spoken in last */
	uint32_t mid;			/* of the exchange that the peer began last */
	uint32_t mid_heard;		/* of the one that whom is tested began last */
	uint8_t cut[DATAGRAM_MAX];	/* a message that is sent in pieces */
	size_t cut_len;
	unsigned int cut_pieces;
};

struct making {
	struct words m;
	struct script *script;
	struct conv *conv;
	uint16_t encap;		/* of what esp-sa proposes */
};

/* What both sides' proofs are made of, as far as it was said. */
struct ike1_exchange script_material(const struct script *s, const struct conv *c);
/* The first of each that is proposed. */
struct ike_suite script_suite(const struct script *s);
/* The same each time. */
void script_private(const struct script *s, const struct conv *c, uint8_t private[IKE_DH_PRIVATE_MAX]);

/* A word that is a payload; false: it is none. */
bool script_say(struct making *k, const struct token *t);
/* "main", "aggressive", "quick", "info", "config", "group" or "piece"; false: none of these. */
bool script_exchange(struct making *k, const struct token **t, unsigned int *n);
const char *script_exchange_name(uint8_t exchange);

#endif /* ADIT_REPLAY_WORLD_IKE1_PEER_H */
