// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_sk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define FRAGMENT_HEADER_LEN	4	/* number and total, RFC 7383 section 2.5 */

struct ike2_sk ike2_sk_of(const struct ike2_keys *k, bool by_initiator)
{
	return (struct ike2_sk){ .suite = &k->suite, .encr = by_initiator ? k->ei : k->er,
				 .integ = by_initiator ? k->ai : k->ar };
}

void ike2_iv_counter(const struct ike_suite *s, uint64_t counter, uint8_t iv[IKE_IV_MAX])
{
	struct wr w = wr_to(iv, IKE_IV_MAX);

	wr_zero(&w, s->encr->iv_len - sizeof(counter));
	wr_u64(&w, counter);
}

static size_t icv_len(const struct ike_suite *s)
{
	return s->integ ? s->integ->out_len : s->encr->out_len;
}

/* Padding in front of its own length octet, so that both and the chain fill blocks. */
static size_t pad_len(const struct ike_suite *s, size_t inner_len)
{
	size_t block = s->encr->block_len;

	return (block - (inner_len + 1) % block) % block;
}

/* Everything behind the payload's headers. */
static size_t body_len(const struct ike_suite *s, size_t inner_len)
{
	return s->encr->iv_len + inner_len + pad_len(s, inner_len) + 1 + icv_len(s);
}

size_t ike2_sealed_len(const struct ike_suite *s, size_t inner_len)
{
	return IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN + body_len(s, inner_len);
}

/* --- sealing --- */

/* The payload's header and what is left in the clear; the message's length is known already. */
static void headers_write(struct wr *w, const struct ike_header *h, uint8_t payload, uint8_t first, size_t len)
{
	struct ike_header header = *h;

	header.next = payload;
	header.length = IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN + len;
	if (len > UINT16_MAX - IKE_PAYLOAD_HEADER_LEN)
		w->bad = true;
	ike_header_write(w, &header);
	wr_u8(w, first);
	wr_u8(w, 0);
	wr_u16(w, IKE_PAYLOAD_HEADER_LEN + len);
}

/* From the IV on, at the end of w; what is there already is authenticated with it. */
static int body_write(const struct ike2_sk *sk, const uint8_t *inner, size_t inner_len, const uint8_t *iv, struct wr *w)
{
	const struct ike_suite *s = sk->suite;
	const struct ike_part aad = { w->buf, w->len };
	size_t pad = pad_len(s, inner_len), len = inner_len + pad + 1, at, icv;
	struct ike_part covered;
	int err;

	wr_bytes(w, iv, s->encr->iv_len);
	at = w->len;
	wr_bytes(w, inner, inner_len);
	wr_zero(w, pad);
	wr_u8(w, pad);
	icv = wr_mark(w, icv_len(s));
	if (w->bad)
		return -ENOSPC;
	err = ike_encrypt(s->encr, sk->encr, iv, aad, w->buf + at, len, w->buf + icv);
	if (!err && s->integ) {
		covered = (struct ike_part){ w->buf, icv };
		err = ike_integ(s->integ, sk->integ, &covered, 1, w->buf + icv);
	}
	return err;
}

int ike2_seal(const struct ike2_sk *sk, const struct ike_header *h, uint8_t first, const uint8_t *inner,
	      size_t inner_len, const uint8_t *iv, struct wr *w)
{
	headers_write(w, h, IKE2_PAYLOAD_SK, first, body_len(sk->suite, inner_len));
	return body_write(sk, inner, inner_len, iv, w);
}

/* --- opening --- */

/* RFC 7296 section 3.14: the integrity value is checked before anything is decrypted. */
static int check_integ(const struct ike2_sk *sk, struct ike_part aad, struct ike_octets body, size_t icv)
{
	const struct ike_part parts[] = { aad, { body.at, body.len - icv } };
	uint8_t expected[IKE_ICV_MAX];
	int err = ike_integ(sk->suite->integ, sk->integ, parts, 2, expected);

	if (!err && !secret_equal(expected, body.at + body.len - icv, icv))
		err = -EBADMSG;
	return err;
}

int ike2_open(const struct ike2_sk *sk, const struct ike2_message *m, uint8_t *plain, size_t plain_cap, size_t *len)
{
	const struct ike_suite *s = sk->suite;
	struct ike_octets body = m->encrypted.body;
	const struct ike_part aad = IKE_PART(m->encrypted.aad);
	size_t icv = icv_len(s), iv = s->encr->iv_len, n;
	uint8_t pad;
	int err = 0;

	if (body.len < iv + 1 + icv)
		return -EBADMSG;
	n = body.len - iv - icv;
	if (n > plain_cap)
		return -ENOSPC;
	if (s->integ)
		err = check_integ(sk, aad, body, icv);
	if (err)
		return err;
	memcpy(plain, body.at + iv, n);
	err = ike_decrypt(s->encr, sk->encr, body.at, aad, plain, n, body.at + body.len - icv);
	if (err)
		return err;
	pad = plain[n - 1];
	if (pad + 1u > n)
		return -EBADMSG;
	*len = n - 1 - pad;
	return 0;
}

/* --- fragments, RFC 7383 --- */

/* Octets of the chain in each fragment but the last. */
static size_t fragment_room(const struct ike_suite *s, size_t size)
{
	size_t overhead = IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN + FRAGMENT_HEADER_LEN + s->encr->iv_len + icv_len(s);
	size_t room;

	if (size <= overhead)
		return 0;
	room = (size - overhead) / s->encr->block_len * s->encr->block_len;
	return room ? room - 1 : 0;
}

unsigned int ike2_fragments(const struct ike_suite *s, size_t inner_len, size_t size)
{
	size_t room = fragment_room(s, size), n;

	if (!room)
		return 0;
	n = inner_len ? (inner_len + room - 1) / room : 1;
	return n <= IKE2_FRAGMENTS_MAX ? n : 0;
}

int ike2_seal_fragment(const struct ike2_sk *sk, const struct ike_header *h, uint8_t first, const uint8_t *inner,
		       size_t inner_len, unsigned int number, unsigned int total, size_t size, const uint8_t *iv,
		       struct wr *w)
{
	size_t room = fragment_room(sk->suite, size), at = (number - 1) * room;
	size_t len = inner_len - at < room ? inner_len - at : room;

	/* Section 2.5: the first one says what the chain begins with, the others nothing. */
	headers_write(w, h, IKE2_PAYLOAD_SKF, number == 1 ? first : 0, FRAGMENT_HEADER_LEN + body_len(sk->suite, len));
	wr_u16(w, number);
	wr_u16(w, total);
	return body_write(sk, inner + at, len, iv, w);
}

void ike2_reassembly_free(struct ike2_reassembly *r)
{
	for (unsigned int i = 0; i < r->total; i++) {
		if (r->piece[i].at)
			secret_wipe(r->piece[i].at, r->piece[i].len);
		free(r->piece[i].at);
	}
	free(r->piece);
	memset(r, 0, sizeof(*r));
}

int ike2_reassembly_add(struct ike2_reassembly *r, const struct ike2_message *m, const uint8_t *plain, size_t len)
{
	const struct ike2_encrypted *e = &m->encrypted;
	unsigned int i = e->fragment - 1u;

	if (e->total > IKE2_FRAGMENTS_MAX || !e->fragment || e->fragment > e->total)
		return -EBADMSG;
	if (r->total && (r->message_id != m->header.message_id || e->total > r->total))
		ike2_reassembly_free(r);
	if (r->total && e->total < r->total)
		return 0;
	if (!r->piece)
		r->piece = calloc(e->total, sizeof(*r->piece));
	if (!r->piece)
		return -ENOMEM;
	r->message_id = m->header.message_id;
	r->total = e->total;
	if (r->piece[i].at)
		return 0;
	if (len > IKE_MESSAGE_MAX - r->octets)
		return -EBADMSG;
	r->piece[i].at = malloc(len ? len : 1);
	if (!r->piece[i].at)
		return -ENOMEM;
	memcpy(r->piece[i].at, plain, len);
	r->piece[i].len = len;
	r->octets += len;
	if (e->fragment == 1)
		r->first = e->first;
	return ++r->have == r->total;
}

uint8_t *ike2_reassembly_take(struct ike2_reassembly *r, uint8_t *first, size_t *len)
{
	uint8_t *whole = malloc(r->octets ? r->octets : 1);
	struct wr w = wr_to(whole, r->octets);

	if (!whole)
		return NULL;
	for (unsigned int i = 0; i < r->total; i++)
		wr_bytes(&w, r->piece[i].at, r->piece[i].len);
	*first = r->first;
	*len = w.len;
	ike2_reassembly_free(r);
	return whole;
}
