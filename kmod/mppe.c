// SPDX-License-Identifier: GPL-2.0
/*
 * MPPE. The key chain does not depend on the data, so the receiver can always work out the key of a
 * packet ahead; what it must not do is to believe the 12-bit coherency count, which nothing
 * protects. A packet is therefore decrypted at its head only, with keys kept apart from those of
 * the session, and the state moves when the plaintext is a packet.
 *
 * In two things deployed peers differ from each other, and the code serves both:
 *
 * - Stateful, flushed packet: RFC 3078 §8.2 re-initialises RC4 with the current key, Linux changes
 *   the key first. A receiver can tell which it was by the plaintext. A sender cannot know what its
 *   peer does, but the two agree on a flag packet (§7.2), where everyone changes the key once: so
 *   ours flushes only there, and skips the coherency counts in between. A receiver takes the count
 *   from a flushed packet, whatever it is.
 * - Flushed bit on a flag packet: set by us and by Linux, not asked for on receive.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "mppe.h"
#include "sha1.h"

/* RFC 3078 §3.1 */
#define BIT_FLUSHED	0x8000
#define BIT_ENCRYPTED	0x1000
#define COUNT_MASK	0x0fff

#define FLAG_COUNT	0x00ff	/* low octet of the count in a flag packet, RFC 3078 §7.2 */
#define PAD_LEN		40	/* RFC 3079 §3.4 */

/* A packet that is being opened. */
struct packet {
	u8 *text;
	unsigned int len;
	u16 count;
	u16 ahead;	/* of the count that is expected */
	bool flushed;
	adit_mppe_check_t check;
	const void *arg;
};

/*
 * RFC 3079 §3.4, GetNewKeyFromSHA: the first octets of the digest, at @out. With either key length
 * the text and SHA-1's padding fill two blocks.
 */
static void derive(const struct adit_mppe *mppe, const u8 *key, u8 *out)
{
	u8 text[2 * ADIT_SHA1_BLOCK] = {}, *p = text;
	u32 digest[ADIT_SHA1_WORDS];
	unsigned int i;

	memcpy(p, mppe->start, mppe->key_len);
	p += mppe->key_len + PAD_LEN;
	memcpy(p, key, mppe->key_len);
	p += mppe->key_len;
	memset(p, 0xf2, PAD_LEN);
	p += PAD_LEN;
	*p = 0x80;
	put_unaligned_be16((p - text) * 8, text + sizeof(text) - 2);

	adit_sha1_init(digest);
	adit_sha1_block(digest, text);
	adit_sha1_block(digest, text + ADIT_SHA1_BLOCK);
	for (i = 0; i < mppe->key_len; i += 4)
		put_unaligned_be32(digest[i / 4], out + i);
	memzero_explicit(text, sizeof(text));
	memzero_explicit(digest, sizeof(digest));
}

/* What exports of the 1990s were allowed to keep secret: RFC 3078 §7.3. */
static void weaken(u8 *key, u8 strength)
{
	if (strength == ADIT_MPPE_STRENGTH_128)
		return;
	key[0] = 0xd1;
	if (strength == ADIT_MPPE_STRENGTH_56)
		return;
	key[1] = 0x26;
	key[2] = 0x9e;
}

/* RFC 3078 §7.3: the key after @key, in its place. @rc4 is overwritten. */
static void change_key(const struct adit_mppe *mppe, u8 *key, struct adit_rc4 *rc4)
{
	u8 interim[ADIT_MPPE_KEY_MAX];

	derive(mppe, key, interim);
	adit_rc4_init(rc4, interim, mppe->key_len);
	adit_rc4_crypt(rc4, key, interim, mppe->key_len);
	weaken(key, mppe->strength);
	memzero_explicit(interim, sizeof(interim));
}

static u8 key_len_of(u32 strength)
{
	switch (strength) {
	case ADIT_MPPE_STRENGTH_40:
	case ADIT_MPPE_STRENGTH_56:
		return 8;
	case ADIT_MPPE_STRENGTH_128:
		return 16;
	default:
		return 0;
	}
}

int adit_mppe_init(struct adit_mppe *mppe, u32 strength, bool stateful, const u8 *start_key)
{
	u8 key_len = key_len_of(strength);
	struct adit_rc4 *rc4 = NULL;

	if (!key_len)
		return -EINVAL;
	if (stateful) {
		rc4 = kmalloc(sizeof(*rc4), GFP_KERNEL_ACCOUNT);
		if (!rc4)
			return -ENOMEM;
	}

	memset(mppe, 0, sizeof(*mppe));
	mppe->rc4 = rc4;
	mppe->strength = strength;
	mppe->stateful = stateful;
	mppe->key_len = key_len;
	memcpy(mppe->start, start_key, key_len);
	derive(mppe, mppe->start, mppe->key);
	weaken(mppe->key, strength);
	if (rc4)
		adit_rc4_init(rc4, mppe->key, key_len);
	return 0;
}

void adit_mppe_wipe(struct adit_mppe *mppe)
{
	kfree_sensitive(mppe->rc4);
	memzero_explicit(mppe, sizeof(*mppe));
}

void adit_mppe_replace(struct adit_mppe *mppe, struct adit_mppe *from)
{
	adit_mppe_wipe(mppe);
	*mppe = *from;
	memzero_explicit(from, sizeof(*from));
}

static bool is_flag(u16 count)
{
	return (count & FLAG_COUNT) == FLAG_COUNT;
}

static void seal_stateless(struct adit_mppe *mppe, u8 *payload, unsigned int len)
{
	struct adit_rc4 rc4;

	change_key(mppe, mppe->key, &rc4);
	adit_rc4_init(&rc4, mppe->key, mppe->key_len);
	adit_rc4_crypt(&rc4, payload, payload, len);
	memzero_explicit(&rc4, sizeof(rc4));
}

void adit_mppe_seal(struct adit_mppe *mppe, u8 *hdr, u8 *payload, unsigned int len)
{
	u16 bits = BIT_ENCRYPTED;

	if (!mppe->stateful) {
		bits |= BIT_FLUSHED;
		seal_stateless(mppe, payload, len);
	} else {
		if (mppe->flush)
			mppe->count |= FLAG_COUNT;
		if (is_flag(mppe->count)) {
			bits |= BIT_FLUSHED;
			change_key(mppe, mppe->key, mppe->rc4);
			adit_rc4_init(mppe->rc4, mppe->key, mppe->key_len);
		}
		adit_rc4_crypt(mppe->rc4, payload, payload, len);
	}
	put_unaligned_be16(bits | mppe->count, hdr);
	mppe->count = (mppe->count + 1) & COUNT_MASK;
	mppe->flush = false;
}

/* Take @steps key changes from the session's allowance. */
static bool allowed(struct adit_mppe *mppe, unsigned int steps)
{
	if (time_after_eq(jiffies, mppe->second + HZ)) {
		mppe->second = jiffies;
		mppe->spent = 0;
	}
	if (steps > ADIT_MPPE_JUMP_RATE - mppe->spent)
		return false;
	mppe->spent += steps;
	return true;
}

static unsigned int head_len(const struct packet *pkt)
{
	return min_t(unsigned int, pkt->len, ADIT_MPPE_HEAD);
}

static bool open_head(struct adit_rc4 *rc4, const struct packet *pkt)
{
	adit_rc4_crypt(rc4, pkt->text, pkt->text, head_len(pkt));
	return pkt->check(pkt->text, pkt->len, pkt->arg);
}

static void open_rest(struct adit_mppe *mppe, struct adit_rc4 *rc4, const struct packet *pkt)
{
	unsigned int head = head_len(pkt);

	adit_rc4_crypt(rc4, pkt->text + head, pkt->text + head, pkt->len - head);
	mppe->count = (pkt->count + 1) & COUNT_MASK;
	mppe->desync = false;
}

/*
 * Bring mppe->ahead to @steps key changes past the session's key. What an earlier packet had worked
 * out is used again, so a stream that jumped further than one packet may pull is reached after some
 * of its packets, and a forged packet saves the honest one after it the work. Return: whether it is
 * there.
 */
static bool reach(struct adit_mppe *mppe, unsigned int steps, struct adit_rc4 *rc4)
{
	unsigned int n;

	if (!mppe->ahead_steps || mppe->ahead_steps > steps) {
		memcpy(mppe->ahead, mppe->key, mppe->key_len);
		mppe->ahead_steps = 0;
	}
	n = min_t(unsigned int, steps - mppe->ahead_steps, ADIT_MPPE_JUMP_MAX + 1);
	if (n > 1 && !allowed(mppe, n - 1))
		return false;
	for (; n; n--, mppe->ahead_steps++)
		change_key(mppe, mppe->ahead, rc4);
	return mppe->ahead_steps == steps;
}

/* RFC 3078 §8.1. */
static enum adit_mppe_verdict open_stateless(struct adit_mppe *mppe, const struct packet *pkt)
{
	enum adit_mppe_verdict verdict = ADIT_MPPE_OK;
	struct adit_rc4 rc4;

	if (!pkt->flushed)
		return ADIT_MPPE_MALFORMED;
	if (!reach(mppe, pkt->ahead + 1, &rc4)) {
		verdict = ADIT_MPPE_JUMP;
		goto out;
	}
	adit_rc4_init(&rc4, mppe->ahead, mppe->key_len);
	if (!open_head(&rc4, pkt)) {
		verdict = ADIT_MPPE_FORGED;
		goto out;
	}
	open_rest(mppe, &rc4, pkt);
	memcpy(mppe->key, mppe->ahead, mppe->key_len);
	mppe->ahead_steps = 0;
out:
	memzero_explicit(&rc4, sizeof(rc4));
	return verdict;
}

/*
 * Try a packet before which RC4 was initialised with the keys that follow @from, the key when @count
 * was expected: with that of all flag packets up to this one (RFC 3078 §8.2), or, where the peer is
 * Linux and the packet was flushed, a key further along for every flushed packet that it sent since.
 * Return: OK with the key in @key and the cipher behind the packet's head in @rc4, else the packet is
 * as it was.
 */
static enum adit_mppe_verdict search(struct adit_mppe *mppe, const struct packet *pkt, const u8 *from,
				     u16 count, u8 *key, struct adit_rc4 *rc4)
{
	unsigned int ahead = (pkt->count - count) & COUNT_MASK;
	unsigned int flags = ((count + ahead + 1) >> 8) - (count >> 8);
	unsigned int most = flags + (pkt->flushed ? ADIT_MPPE_FLUSH_MAX : 0), changes;
	u8 cipher[ADIT_MPPE_HEAD];

	if (!allowed(mppe, most))
		return ADIT_MPPE_JUMP;
	memcpy(cipher, pkt->text, head_len(pkt));
	memcpy(key, from, mppe->key_len);
	for (changes = 0; changes <= most; changes++) {
		if (changes)
			change_key(mppe, key, rc4);
		if (changes < flags)
			continue;
		adit_rc4_init(rc4, key, mppe->key_len);
		if (open_head(rc4, pkt))
			return ADIT_MPPE_OK;
		memcpy(pkt->text, cipher, head_len(pkt));
	}
	return ADIT_MPPE_FORGED;
}

/*
 * A flag packet that somebody sends ahead with another count opens, and leaves the chain a key too
 * far: it has no way back, and no later packet would ever open. So the state before a re-keying is
 * kept until a stream has followed the new one, and is tried again when the stream is lost.
 */
static enum adit_mppe_verdict open_rekeyed(struct adit_mppe *mppe, const struct packet *pkt)
{
	enum adit_mppe_verdict verdict;
	u8 key[ADIT_MPPE_KEY_MAX];
	struct adit_rc4 rc4;

	verdict = search(mppe, pkt, mppe->key, mppe->count, key, &rc4);
	if (verdict == ADIT_MPPE_FORGED && mppe->desync && mppe->before_known)
		verdict = search(mppe, pkt, mppe->before, mppe->before_count, key, &rc4);
	if (verdict != ADIT_MPPE_OK)
		goto out;
	if (!mppe->before_known || mppe->run == ADIT_MPPE_PROVEN) {
		memcpy(mppe->before, mppe->key, mppe->key_len);
		mppe->before_count = mppe->count;
		mppe->before_known = true;
	}
	mppe->run = 0;
	open_rest(mppe, &rc4, pkt);
	memcpy(mppe->key, key, mppe->key_len);
	*mppe->rc4 = rc4;
out:
	memzero_explicit(&rc4, sizeof(rc4));
	memzero_explicit(key, sizeof(key));
	return verdict;
}

/*
 * RFC 3078 §8.2, but for one thing: a packet with an unexpected count does not make us drop the
 * others until a flushed one comes. It may be forged, and then the stream goes on where it was.
 */
static enum adit_mppe_verdict open_stateful(struct adit_mppe *mppe, const struct packet *pkt)
{
	if (pkt->flushed || (!pkt->ahead && is_flag(pkt->count)))
		return open_rekeyed(mppe, pkt);
	if (pkt->ahead) {
		mppe->desync = true;
		return ADIT_MPPE_DESYNC;
	}
	if (!open_head(mppe->rc4, pkt)) {
		adit_rc4_rewind(mppe->rc4, head_len(pkt));
		return ADIT_MPPE_FORGED;
	}
	open_rest(mppe, mppe->rc4, pkt);
	if (mppe->run < ADIT_MPPE_PROVEN)
		mppe->run++;
	return ADIT_MPPE_OK;
}

enum adit_mppe_verdict adit_mppe_open(struct adit_mppe *mppe, u8 *data, unsigned int len,
				      adit_mppe_check_t check, const void *arg)
{
	struct packet pkt = { .check = check, .arg = arg };
	u16 header;

	if (len <= ADIT_MPPE_HLEN)
		return ADIT_MPPE_MALFORMED;
	header = get_unaligned_be16(data);
	if (!(header & BIT_ENCRYPTED))
		return ADIT_MPPE_MALFORMED;

	pkt.text = data + ADIT_MPPE_HLEN;
	pkt.len = len - ADIT_MPPE_HLEN;
	pkt.flushed = header & BIT_FLUSHED;
	pkt.count = header & COUNT_MASK;
	pkt.ahead = (pkt.count - mppe->count) & COUNT_MASK;
	if (pkt.ahead > COUNT_MASK - ADIT_MPPE_LATE_MAX)
		return ADIT_MPPE_LATE;
	return mppe->stateful ? open_stateful(mppe, &pkt) : open_stateless(mppe, &pkt);
}
