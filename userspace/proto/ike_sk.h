/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Encrypted payload of IKEv2 (RFC 7296 section 3.14, RFC 5282 for AEADs) and its fragments
 * (RFC 7383): whole messages sealed and opened.
 */
#ifndef ADIT_PROTO_IKE_SK_H
#define ADIT_PROTO_IKE_SK_H

#include "proto/ike_keys.h"

/* Keys of one direction: those that k's initiator (or its responder) sends with. Borrowed from k. */
struct ike2_sk {
	const struct ike_suite *suite;
	const uint8_t *encr, *integ;
};
struct ike2_sk ike2_sk_of(const struct ike2_keys *k, bool by_initiator);

/*
 * An initialisation vector: from the caller, iv_len octets each, unpredictable with CBC and never the same
 * twice with an AEAD. For AEADs they are a counter that the IKE SA keeps, for CBC random.
 */
void ike2_iv_counter(const struct ike_suite *s, uint64_t counter, uint8_t iv[IKE_IV_MAX]);
static inline bool ike2_iv_is_counter(const struct ike_suite *s) { return ike_alg_is_aead(s->encr); }

/*
 * Write a message with one SK payload around a chain (inner, whose first payload is of type first).
 * w is at its buffer's start; w->bad when it does not fit. 0 or -errno.
 */
int ike2_seal(const struct ike2_sk *sk, const struct ike_header *h, uint8_t first, const uint8_t *inner,
	      size_t inner_len, const uint8_t *iv, struct wr *w);
/* Octets that ike2_seal() writes for a chain of that length. */
size_t ike2_sealed_len(const struct ike_suite *s, size_t inner_len);

/*
 * Open the SK or SKF payload of a message parsed by ike2_parse(). plain has room for plain_cap octets;
 * *len is what was written, without padding. -EBADMSG: the integrity value is wrong, or the padding is.
 */
int ike2_open(const struct ike2_sk *sk, const struct ike2_message *m, uint8_t *plain, size_t plain_cap, size_t *len);

/* --- fragments --- */

#define IKE2_FRAGMENTS_MAX 64

/* How many fragments of at most `size` octets, all headers included, a chain makes; 0: more than can be. */
unsigned int ike2_fragments(const struct ike_suite *s, size_t inner_len, size_t size);
/* Write fragment number (from 1 on) of total. The same arguments for each but the iv. */
int ike2_seal_fragment(const struct ike2_sk *sk, const struct ike_header *h, uint8_t first, const uint8_t *inner,
		       size_t inner_len, unsigned int number, unsigned int total, size_t size, const uint8_t *iv,
		       struct wr *w);

/*
 * Fragments of one message being put together. Zeroed is empty. Memory is taken as fragments come that
 * were opened, so that only a peer with the keys can use it up, and IKE_MESSAGE_MAX at most.
 */
struct ike2_reassembly {
	uint32_t message_id;
	uint16_t total;		/* 0: nothing is being put together */
	uint16_t have;
	uint8_t first;
	size_t octets;
	struct ike2_piece { uint8_t *at; uint16_t len; } *piece;	/* as many as total */
};
/*
 * Take an opened fragment. 1: that was the last one, and the whole chain may be taken; 0: more to come, or one
 * that is here already; -EBADMSG: too many or too much; -ENOMEM. Another message id, or a higher total
 * (RFC 7383 section 2.6: the peer fragments anew), begins anew.
 */
int ike2_reassembly_add(struct ike2_reassembly *r, const struct ike2_message *m, const uint8_t *plain, size_t len);
/* The whole chain, malloc'd; then *r is empty. NULL: ENOMEM. */
uint8_t *ike2_reassembly_take(struct ike2_reassembly *r, uint8_t *first, size_t *len);
void ike2_reassembly_free(struct ike2_reassembly *r);

#endif /* ADIT_PROTO_IKE_SK_H */
