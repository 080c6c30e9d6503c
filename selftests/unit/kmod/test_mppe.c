// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MPPE: the vectors of RFC 3079, models of peers in both directions, losses, and packets that
 * somebody made up.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/provider.h>

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "mppe.h"
#include "mppe_model.h"
#include "sha1.h"

#define A		0x8000
#define D		0x1000
#define TEXT_MIN	22	/* protocol and IPv4 header */
#define TEXT_MAX	300
#define PACKET_MAX	(ADIT_MPPE_HLEN + TEXT_MAX)
#define ROUND		4096	/* of the coherency count */

#define S40		ADIT_MPPE_STRENGTH_40
#define S56		ADIT_MPPE_STRENGTH_56
#define S128		ADIT_MPPE_STRENGTH_128

/* RFC 3079 section 3.5.3, SendStartKey128; those of 40 and 56 bits are its first eight octets. */
static const u8 start_key[16] = {
	0x8b, 0x7c, 0xdc, 0x14, 0x9b, 0x99, 0x3a, 0x1b,
	0xa1, 0x18, 0xcb, 0x15, 0x3f, 0x56, 0xdc, 0xcb,
};

static unsigned long blocks_hashed;

void __real_adit_sha1_block(u32 *digest, const u8 *block);
void __wrap_adit_sha1_block(u32 *digest, const u8 *block);

void __wrap_adit_sha1_block(u32 *digest, const u8 *block)
{
	blocks_hashed++;
	__real_adit_sha1_block(digest, block);
}

struct packet {
	u8 data[PACKET_MAX];
	unsigned int len;	/* of the text */
	u8 text[TEXT_MAX];
};

/* A whole IPv4 packet behind its PPP protocol number, as the module judges it. */
static bool is_ip(const u8 *plain, unsigned int len, const void *arg)
{
	unsigned int *calls = (void *)arg;

	if (calls)
		(*calls)++;
	return len >= TEXT_MIN && plain[0] == 0x00 && plain[1] == 0x21 && plain[2] == 0x45 &&
	       get_unaligned_be16(plain + 4) == len - 2;
}

static void make(struct packet *p)
{
	p->len = TEXT_MIN + rand() % (TEXT_MAX - TEXT_MIN + 1);
	for (unsigned int i = 0; i < p->len; i++)
		p->text[i] = rand();
	memcpy(p->text, "\x00\x21\x45", 3);
	put_unaligned_be16(p->len - 2, p->text + 4);
	memcpy(p->data + ADIT_MPPE_HLEN, p->text, p->len);
}

static u16 header_of(const struct packet *p)
{
	return get_unaligned_be16(p->data);
}

static void set_header(struct packet *p, u16 header)
{
	put_unaligned_be16(header, p->data);
}

/* From the end of ADIT's sender, a model's sender; to ADIT's receiver, a model's receiver. */
static void seal(struct adit_mppe *tx, struct packet *p)
{
	make(p);
	adit_mppe_seal(tx, p->data, p->data + ADIT_MPPE_HLEN, p->len);
	assert_memory_not_equal(p->data + ADIT_MPPE_HLEN, p->text, p->len);
}

static void seal_by(struct model *tx, struct packet *p)
{
	make(p);
	model_seal(tx, p->data, p->len);
}

/* In memory of exactly the length; what comes out must be what went in. */
static enum adit_mppe_verdict open(struct adit_mppe *rx, const struct packet *p)
{
	u8 *exact = malloc(ADIT_MPPE_HLEN + p->len);
	enum adit_mppe_verdict verdict;

	memcpy(exact, p->data, ADIT_MPPE_HLEN + p->len);
	verdict = adit_mppe_open(rx, exact, ADIT_MPPE_HLEN + p->len, is_ip, NULL);
	if (verdict == ADIT_MPPE_OK)
		assert_memory_equal(exact + ADIT_MPPE_HLEN, p->text, p->len);
	free(exact);
	return verdict;
}

static enum model_verdict open_by(struct model *rx, struct packet *p)
{
	enum model_verdict verdict = model_open(rx, p->data, p->len);

	if (verdict == MODEL_OK)
		assert_memory_equal(p->data + ADIT_MPPE_HLEN, p->text, p->len);
	return verdict;
}

static void init(struct adit_mppe *mppe, u32 strength, bool stateful)
{
	memset(mppe, 0, sizeof(*mppe));
	assert_int_equal(adit_mppe_init(mppe, strength, stateful, start_key), 0);
}

/*
 * RFC 3079 section 3.5. The last octet of the 56-bit sample is printed there as 58; RC4 of the key
 * that is printed above it gives b8.
 */
static void rfc3079_vectors(void **state)
{
	static const struct {
		u32 strength;
		u8 session_key[16];
		u8 message[12];
	} table[] = {
		{ S40, { 0xd1, 0x26, 0x9e, 0xc4, 0x9f, 0xa6, 0x2e, 0x3e },
		  { 0x92, 0x91, 0x37, 0x91, 0x7e, 0x58, 0x03, 0xd6, 0x68, 0xd7, 0x58, 0x98 } },
		{ S56, { 0xd1, 0x5c, 0x00, 0xc4, 0x9f, 0xa6, 0x2e, 0x3e },
		  { 0x3f, 0x10, 0x68, 0x33, 0xfa, 0x44, 0x8d, 0xa8, 0x42, 0xbc, 0x57, 0xb8 } },
		{ S128, { 0x40, 0x5c, 0xb2, 0x24, 0x7a, 0x79, 0x56, 0xe6,
			  0xe2, 0x11, 0x00, 0x7a, 0xe2, 0x7b, 0x22, 0xd4 },
		  { 0x81, 0x84, 0x83, 0x17, 0xdf, 0x68, 0x84, 0x62, 0x72, 0xfb, 0x5a, 0xbe } },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		u8 header[2], text[] = "test message";
		struct adit_mppe mppe;

		/*
		 * stateful, because there the first packet is encrypted with the first key itself
		 */
		init(&mppe, table[i].strength, true);
		assert_memory_equal(mppe.key, table[i].session_key, sizeof(mppe.key));
		adit_mppe_seal(&mppe, header, text, 12);
		assert_memory_equal(text, table[i].message, 12);
		assert_memory_equal(header, "\x10\x00", 2);
		adit_mppe_wipe(&mppe);
	}
}

static void unknown_strength_is_refused(void **state)
{
	static const u32 bad[] = { 0, 4, 40, 128, 0xffffffff };
	struct adit_mppe mppe, before;

	(void)state;
	memset(&mppe, 0x5a, sizeof(mppe));
	before = mppe;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(adit_mppe_init(&mppe, bad[i], false, start_key), -EINVAL);
		assert_memory_equal(&mppe, &before, sizeof(mppe));
	}
	shim_no_memory = true;
	assert_int_equal(adit_mppe_init(&mppe, S128, true, start_key), -ENOMEM);
	assert_memory_equal(&mppe, &before, sizeof(mppe));
	shim_no_memory = false;
}

static void wipe_and_replace(void **state)
{
	struct adit_mppe a = {}, b = {}, zero = {};

	(void)state;
	adit_mppe_wipe(&a);
	init(&a, S40, true);
	init(&b, S128, true);
	assert_true(adit_mppe_has_key(&a));
	adit_mppe_replace(&a, &b);
	assert_memory_equal(&b, &zero, sizeof(b));
	assert_int_equal(a.strength, S128);
	assert_non_null(a.rc4);
	adit_mppe_replace(&a, &b);
	assert_memory_equal(&a, &zero, sizeof(a));
	assert_false(adit_mppe_has_key(&a));
	init(&a, S56, false);
	assert_null(a.rc4);
	adit_mppe_wipe(&a);
	assert_memory_equal(&a, &zero, sizeof(a));
}

typedef void (*with_modes_t)(u32 strength, bool stateful);

static void with_modes(with_modes_t fn)
{
	for (u32 strength = S40; strength <= S128; strength++)
		for (int stateful = 0; stateful < 2; stateful++)
			fn(strength, stateful);
}

static void talk_to_itself(u32 strength, bool stateful)
{
	struct adit_mppe tx, rx;
	struct packet p;

	init(&tx, strength, stateful);
	init(&rx, strength, stateful);
	for (unsigned int n = 0; n < ROUND + 600; n++) {
		bool flag = (n & 0xff) == 0xff;

		seal(&tx, &p);
		assert_int_equal(header_of(&p), D | (stateful && !flag ? 0 : A) | (n & 0xfff));
		assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
	}
	adit_mppe_wipe(&tx);
	adit_mppe_wipe(&rx);
}

static void both_ends_adit(void **state)
{
	(void)state;
	with_modes(talk_to_itself);
}

static void talk_to_models(u32 strength, bool stateful)
{
	for (enum peer peer = PEER_RFC; peer <= PEER_LINUX; peer++) {
		struct model model_tx, model_rx;
		struct adit_mppe tx, rx;
		struct packet p;

		model_init(&model_tx, peer, strength, stateful, start_key);
		model_init(&model_rx, peer, strength, stateful, start_key);
		init(&tx, strength, stateful);
		init(&rx, strength, stateful);
		for (unsigned int n = 0; n < ROUND + 300; n++) {
			seal(&tx, &p);
			assert_int_equal(open_by(&model_rx, &p), MODEL_OK);
			seal_by(&model_tx, &p);
			assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
		}
		model_free(&model_tx);
		model_free(&model_rx);
		adit_mppe_wipe(&tx);
		adit_mppe_wipe(&rx);
	}
}

static void other_end_is_a_model(void **state)
{
	(void)state;
	with_modes(talk_to_models);
}

static enum adit_mppe_verdict verdict_on_garbage(bool stateful, u16 bits, u16 count)
{
	if (!(bits & D))
		return ADIT_MPPE_MALFORMED;
	if (count >= ROUND - ADIT_MPPE_LATE_MAX)
		return ADIT_MPPE_LATE;
	if (stateful)
		return count && !(bits & A) ? ADIT_MPPE_DESYNC : ADIT_MPPE_FORGED;
	if (!(bits & A))
		return ADIT_MPPE_MALFORMED;
	return count > ADIT_MPPE_JUMP_MAX ? ADIT_MPPE_JUMP : ADIT_MPPE_FORGED;
}

/* All combinations of bits: they and the count decide before anything is decrypted. */
static void every_header(void **state)
{
	static const u16 counts[] = { 0, 1, 255, 256, 257, 2047, 2048, 3839, 3840, 4095 };

	(void)state;
	for (unsigned int n = 0; n < 2 * 16 * sizeof(counts) / sizeof(*counts); n++) {
		u16 count = counts[n / 32], bits = (n & 15) << 12;
		bool stateful = n & 16;
		struct packet p = { .len = 30 };
		struct adit_mppe rx;

		init(&rx, S128, stateful);
		set_header(&p, bits | count);
		assert_int_equal(open(&rx, &p), verdict_on_garbage(stateful, bits, count));
		adit_mppe_wipe(&rx);
	}
}

static void short_packets(void **state)
{
	u8 *packet = malloc(3);
	struct adit_mppe rx;
	unsigned int calls = 0;

	(void)state;
	for (int stateful = 0; stateful < 2; stateful++) {
		init(&rx, S128, stateful);
		for (unsigned int len = 0; len <= 2; len++) {
			u8 *exact = malloc(len);

			memset(exact, 0x90, len);
			assert_int_equal(adit_mppe_open(&rx, exact, len, is_ip, &calls),
					 ADIT_MPPE_MALFORMED);
			free(exact);
		}
		assert_int_equal(calls, 0);
		memcpy(packet, "\x90\x00\x00", 3);
		assert_true(adit_mppe_open(&rx, packet, 3, is_ip, &calls) == ADIT_MPPE_FORGED);
		assert_true(calls > 0);
		calls = 0;
		adit_mppe_wipe(&rx);
	}
	free(packet);
}

static void stateless_losses(void **state)
{
	struct adit_mppe tx, rx;
	struct packet p;

	(void)state;
	init(&tx, S128, false);
	init(&rx, S128, false);
	for (unsigned int lost = 0; lost <= ADIT_MPPE_JUMP_MAX; lost += 1 + lost / 3) {
		for (unsigned int n = 0; n < lost; n++)
			seal(&tx, &p);
		seal(&tx, &p);
		assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
		assert_int_equal(open(&rx, &p), ADIT_MPPE_LATE);
	}
	adit_mppe_wipe(&tx);
	adit_mppe_wipe(&rx);
}

/* Further than one packet may pull: refused, but the stream that goes on there is reached. */
static void stateless_long_losses(void **state)
{
	static const unsigned int lost[] = { 257, 300, 1000, 2049, 3800 };

	(void)state;
	for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++) {
		unsigned int jumps = 0;
		enum adit_mppe_verdict verdict;
		struct adit_mppe tx, rx;
		struct packet p;

		init(&tx, S128, false);
		init(&rx, S128, false);
		seal(&tx, &p);
		assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
		for (unsigned int n = 0; n < lost[i]; n++)
			seal(&tx, &p);
		do {
			seal(&tx, &p);
			verdict = open(&rx, &p);
			jumps += verdict == ADIT_MPPE_JUMP;
		} while (verdict == ADIT_MPPE_JUMP && jumps < 50);
		assert_int_equal(verdict, ADIT_MPPE_OK);
		assert_in_range(jumps, 1, lost[i] / ADIT_MPPE_JUMP_MAX + 1);
		adit_mppe_wipe(&tx);
		adit_mppe_wipe(&rx);
	}
}

/*
 * For every count: made-up packets leave the session's key where it was, and the next real one is
 * opened.
 */
static void forge_every_count(u32 strength, bool stateful)
{
	struct adit_mppe tx, rx;
	struct packet p, forged;
	u8 key[16];
	u16 count;

	init(&tx, strength, stateful);
	init(&rx, strength, stateful);
	for (unsigned int n = 0; n < ROUND; n++) {
		memcpy(key, rx.key, sizeof(key));
		count = rx.count;
		make(&forged);
		set_header(&forged, D | (n & 1 || !stateful ? A : 0) | n);
		assert_int_not_equal(open(&rx, &forged), ADIT_MPPE_OK);
		assert_memory_equal(rx.key, key, sizeof(key));
		assert_int_equal(rx.count, count);
		if (n % 8)
			continue;
		seal(&tx, &p);
		/* the allowance may be used up for jumps, never for what is expected */
		assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
		jiffies += HZ / 50;
	}
	adit_mppe_wipe(&tx);
	adit_mppe_wipe(&rx);
}

static void forged_counts_move_nothing(void **state)
{
	(void)state;
	with_modes(forge_every_count);
}

/* How much work can be had from us: hashed blocks, two for each key change. */
static void work_is_bounded(void **state)
{
	(void)state;
	for (int stateful = 0; stateful < 2; stateful++) {
		unsigned long begin, before, packets = 0;
		struct adit_mppe rx;
		struct packet p;

		init(&rx, S128, stateful);
		begin = blocks_hashed;
		for (unsigned int n = 0; n < 5000; n++, packets++) {
			make(&p);
			set_header(&p, D | A | (rand() & 0xfff));
			before = blocks_hashed;
			assert_int_not_equal(open(&rx, &p), ADIT_MPPE_OK);
			assert_in_range(blocks_hashed - before, 0, 2 * (ADIT_MPPE_JUMP_MAX + 1));
		}
		assert_in_range(blocks_hashed - begin, 1, 2 * (ADIT_MPPE_JUMP_RATE + packets));
		/* used up; a second later it is there again */
		set_header(&p, D | A | ((rx.count + 200) & 0xfff));
		assert_int_equal(open(&rx, &p), ADIT_MPPE_JUMP);
		jiffies += HZ;
		assert_int_equal(open(&rx, &p), ADIT_MPPE_FORGED);
		adit_mppe_wipe(&rx);
	}
}

/* One packet's keys are derived once, however often it is forged. */
static void forgery_is_not_paid_twice(void **state)
{
	struct adit_mppe tx, rx;
	struct packet p, forged;
	unsigned long before;

	(void)state;
	init(&tx, S128, false);
	init(&rx, S128, false);
	before = blocks_hashed;
	for (unsigned int n = 0; n < 100; n++) {
		make(&forged);
		set_header(&forged, A | D);
		assert_int_equal(open(&rx, &forged), ADIT_MPPE_FORGED);
	}
	assert_int_equal(blocks_hashed - before, 2);
	seal(&tx, &p);
	before = blocks_hashed;
	assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
	assert_int_equal(blocks_hashed - before, 0);
	adit_mppe_wipe(&tx);
	adit_mppe_wipe(&rx);
}

static unsigned int judged_len;
static u8 judged[ADIT_MPPE_HEAD];

static bool judge(const u8 *plain, unsigned int len, const void *arg)
{
	judged_len = len;
	memcpy(judged, plain, len < sizeof(judged) ? len : sizeof(judged));
	return arg;
}

/* The check sees plaintext where it was promised, and its no is final. */
static void check_decides(void **state)
{
	(void)state;
	for (int stateful = 0; stateful < 2; stateful++) {
		struct adit_mppe tx, rx;
		struct packet p;
		u8 copy[PACKET_MAX];

		init(&tx, S128, stateful);
		init(&rx, S128, stateful);
		for (unsigned int n = 0; n < 600; n++) {
			enum adit_mppe_verdict verdict;
			unsigned int head;

			seal(&tx, &p);
			head = p.len < ADIT_MPPE_HEAD ? p.len : ADIT_MPPE_HEAD;
			memcpy(copy, p.data, sizeof(copy));
			verdict = adit_mppe_open(&rx, copy, ADIT_MPPE_HLEN + p.len, judge, NULL);
			assert_int_equal(verdict, ADIT_MPPE_FORGED);
			memcpy(copy, p.data, sizeof(copy));
			verdict = adit_mppe_open(&rx, copy, ADIT_MPPE_HLEN + p.len, judge, "yes");
			assert_int_equal(verdict, ADIT_MPPE_OK);
			assert_int_equal(judged_len, p.len);
			assert_memory_equal(judged, p.text, head);
			assert_memory_equal(copy + ADIT_MPPE_HLEN, p.text, p.len);
		}
		adit_mppe_wipe(&tx);
		adit_mppe_wipe(&rx);
	}
}

/*
 * Stateful recovery. Loss begins at packet @at and takes @lost packets; then a Reset-Request
 * reaches the sender @delay packets later, and @resets flushed packets get lost before one arrives.
 */
struct loss {
	unsigned int at;
	unsigned int lost;
	unsigned int delay;
	unsigned int resets;
};

/* Around the flag packets, over one and several of them, over the end of the count. */
static const struct loss losses[] = {
	{ 1, 1, 3, 0 }, { 5, 2, 0, 0 },
	{ 253, 1, 0, 0 }, { 253, 1, 1, 0 }, { 253, 1, 2, 0 }, { 254, 1, 0, 0 }, { 254, 1, 5, 0 },
	{ 255, 1, 0, 0 }, { 255, 1, 7, 0 }, { 256, 1, 0, 0 }, { 256, 1, 300, 0 },
	{ 100, 256, 10, 0 }, { 100, 700, 10, 0 }, { 255, 513, 0, 0 },
	{ 4090, 20, 3, 0 }, { 4095, 1, 0, 0 }, { 4096, 1, 0, 0 },
	{ 0, 1, 0, 0 }, { 0, 300, 0, 0 },
};

static void recover_from_model(enum peer peer, const struct loss *loss)
{
	struct adit_mppe rx;
	struct model tx;
	struct packet p;
	unsigned int n;

	model_init(&tx, peer, S128, true, start_key);
	init(&rx, S128, true);
	for (n = 0; n < loss->at; n++) {
		seal_by(&tx, &p);
		assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
	}
	for (n = 0; n < loss->lost; n++)
		seal_by(&tx, &p);
	for (n = 0; n < loss->delay; n++) {
		seal_by(&tx, &p);
		if (!(header_of(&p) & A) && (header_of(&p) & 0xff) != 0xff)
			assert_int_equal(open(&rx, &p), ADIT_MPPE_DESYNC);
	}
	for (n = 0; n < loss->resets; n++) {
		tx.flush = true;
		seal_by(&tx, &p);
	}
	tx.flush = true;
	seal_by(&tx, &p);
	assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
	assert_false(rx.desync);
	for (n = 0; n < 600; n++) {
		seal_by(&tx, &p);
		assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
	}
	model_free(&tx);
	adit_mppe_wipe(&rx);
}

static void stateful_receiver_recovers(void **state)
{
	(void)state;
	for (enum peer peer = PEER_RFC; peer <= PEER_LINUX; peer++)
		for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++)
			recover_from_model(peer, losses + i);
}

/* Linux has changed its key for every flushed packet that was lost. */
static void stateful_receiver_survives_lost_flushes(void **state)
{
	(void)state;
	for (unsigned int resets = 1; resets < ADIT_MPPE_FLUSH_MAX; resets++) {
		struct loss loss = { 250, 2, 1, resets };

		recover_from_model(PEER_RFC, &loss);
		recover_from_model(PEER_LINUX, &loss);
	}
}

static void recover_at_model(enum peer peer, const struct loss *loss)
{
	enum model_verdict verdict;
	struct adit_mppe tx;
	struct model rx;
	struct packet p;
	unsigned int n;

	model_init(&rx, peer, S128, true, start_key);
	init(&tx, S128, true);
	for (n = 0; n < loss->at; n++) {
		seal(&tx, &p);
		assert_int_equal(open_by(&rx, &p), MODEL_OK);
	}
	for (n = 0; n < loss->lost; n++)
		seal(&tx, &p);
	/* The receiver notices at the first packet after the loss, and asks. */
	for (n = 0; n < 300 && !rx.discard; n++) {
		seal(&tx, &p);
		verdict = model_open(&rx, p.data, p.len);
		if (verdict == MODEL_OK && header_of(&p) & A)
			break;	/* RFC: a flag packet that comes first does as well */
	}
	for (n = 0; n < loss->delay; n++) {
		seal(&tx, &p);
		model_open(&rx, p.data, p.len);
	}
	/*
	 * A flag packet among the delayed ones may have done it already; then Linux asks once more.
	 */
	for (n = 0; n == 0 || verdict == MODEL_RESET; n++) {
		tx.flush = true;
		seal(&tx, &p);
		assert_int_equal(header_of(&p) & ~0xf00, A | D | 0xff);
		verdict = open_by(&rx, &p);
	}
	assert_int_equal(verdict, MODEL_OK);
	assert_in_range(n, 1, 2);
	for (n = 0; n < 600; n++) {
		seal(&tx, &p);
		assert_int_equal(open_by(&rx, &p), MODEL_OK);
	}
	model_free(&rx);
	adit_mppe_wipe(&tx);
}

static void stateful_sender_is_understood(void **state)
{
	(void)state;
	for (enum peer peer = PEER_RFC; peer <= PEER_LINUX; peer++)
		for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++)
			recover_at_model(peer, losses + i);
}

/* A Reset-Request too many: Linux asks once more, then all is well again. */
static void stateful_sender_flushes_for_nothing(void **state)
{
	(void)state;
	for (enum peer peer = PEER_RFC; peer <= PEER_LINUX; peer++) {
		enum model_verdict verdict;
		struct adit_mppe tx;
		struct model rx;
		struct packet p;
		unsigned int asked = 0;

		model_init(&rx, peer, S128, true, start_key);
		init(&tx, S128, true);
		tx.flush = true;
		for (unsigned int n = 0; n < 600; n++) {
			seal(&tx, &p);
			verdict = open_by(&rx, &p);
			if (verdict == MODEL_RESET) {
				tx.flush = true;
				asked++;
			}
		}
		assert_int_equal(asked, peer == PEER_LINUX);
		assert_int_equal(verdict, MODEL_OK);
		model_free(&rx);
		adit_mppe_wipe(&tx);
	}
}

/* A flushed packet where nothing was lost, from either peer. */
static void stateful_receiver_takes_any_flush(void **state)
{
	(void)state;
	for (enum peer peer = PEER_RFC; peer <= PEER_LINUX; peer++) {
		struct adit_mppe rx;
		struct model tx;
		struct packet p;

		model_init(&tx, peer, S40, true, start_key);
		init(&rx, S40, true);
		for (unsigned int n = 0; n < 3000; n++) {
			tx.flush = n % 7 == 0;
			seal_by(&tx, &p);
			assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
		}
		model_free(&tx);
		adit_mppe_wipe(&rx);
	}
}

static void stateful_forged_loss_does_not_stop_the_stream(void **state)
{
	struct adit_mppe tx, rx;
	struct packet p, forged;

	(void)state;
	init(&tx, S128, true);
	init(&rx, S128, true);
	for (unsigned int n = 0; n < 600; n++) {
		make(&forged);
		set_header(&forged, D | ((rx.count + 5) & 0xfff));
		if (forged.data[1] == 0xff)
			continue;
		assert_int_equal(open(&rx, &forged), ADIT_MPPE_DESYNC);
		assert_true(rx.desync);
		seal(&tx, &p);
		assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
		assert_false(rx.desync);
	}
	adit_mppe_wipe(&tx);
	adit_mppe_wipe(&rx);
}

/*
 * A flag packet that overtakes some before it with their count opens, as a flushed one of a Linux peer would, and has
 * taken the key of the next round. The stream comes back at one of the next flag packets, also when it happens again
 * and again.
 */
static void stateful_flag_packet_ahead_of_its_count(void **state)
{
	struct adit_mppe tx, rx;
	struct packet p, forged;
	unsigned int round, lost;

	(void)state;
	init(&tx, S128, true);
	init(&rx, S128, true);
	for (round = 0; round < 40; round++) {
		do {
			seal(&tx, &p);
			if ((tx.count & 0xff) < 0xf8 || round % 3)
				assert_int_equal(open(&rx, &p), ADIT_MPPE_OK);
		} while ((tx.count & 0xff) != 0xff);
		seal(&tx, &p);
		forged = p;
		set_header(&forged, A | D | rx.count);
		if ((rx.count & 0xff) != 0xff)
			assert_int_equal(open(&rx, &forged), ADIT_MPPE_OK);
		for (lost = 0; open(&rx, &p) != ADIT_MPPE_OK; lost++) {
			assert_true(lost <= 512);
			seal(&tx, &p);
		}
	}
	adit_mppe_wipe(&tx);
	adit_mppe_wipe(&rx);
}

static void garbage(u32 strength, bool stateful)
{
	u8 data[80];
	struct adit_mppe rx;

	init(&rx, strength, stateful);
	for (unsigned int n = 0; n < 20000; n++) {
		unsigned int len = rand() % sizeof(data);
		u8 *exact = malloc(len);

		for (unsigned int i = 0; i < len; i++)
			exact[i] = rand();
		adit_mppe_open(&rx, exact, len, is_ip, NULL);
		free(exact);
	}
	adit_mppe_wipe(&rx);
}

static void garbage_is_survived(void **state)
{
	(void)state;
	with_modes(garbage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc3079_vectors),
		cmocka_unit_test(unknown_strength_is_refused),
		cmocka_unit_test(wipe_and_replace),
		cmocka_unit_test(both_ends_adit),
		cmocka_unit_test(other_end_is_a_model),
		cmocka_unit_test(every_header),
		cmocka_unit_test(short_packets),
		cmocka_unit_test(stateless_losses),
		cmocka_unit_test(stateless_long_losses),
		cmocka_unit_test(forged_counts_move_nothing),
		cmocka_unit_test(work_is_bounded),
		cmocka_unit_test(forgery_is_not_paid_twice),
		cmocka_unit_test(check_decides),
		cmocka_unit_test(stateful_receiver_recovers),
		cmocka_unit_test(stateful_receiver_survives_lost_flushes),
		cmocka_unit_test(stateful_sender_is_understood),
		cmocka_unit_test(stateful_sender_flushes_for_nothing),
		cmocka_unit_test(stateful_receiver_takes_any_flush),
		cmocka_unit_test(stateful_forged_loss_does_not_stop_the_stream),
		cmocka_unit_test(stateful_flag_packet_ahead_of_its_count),
		cmocka_unit_test(garbage_is_survived),
	};
	OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(NULL, "legacy");
	OSSL_PROVIDER *standard = OSSL_PROVIDER_load(NULL, "default");
	int failed = cmocka_run_group_tests_name("mppe", tests, NULL, NULL);

	OSSL_PROVIDER_unload(standard);
	OSSL_PROVIDER_unload(legacy);
	return failed;
}
