/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MPPE (RFC 3078) with the key chain of RFC 3079. One struct adit_mppe is one direction of one
 * session; it is owned by the session and serialised by the session's lock of that direction.
 * Nothing here touches an skb: the payload is linear and the caller's alone to write.
 */
#ifndef ADIT_MPPE_H
#define ADIT_MPPE_H

#include <linux/types.h>
#include <uapi/linux/adit.h>

#include "rc4.h"

#define ADIT_MPPE_HLEN		2	/* coherency count and bits, RFC 3078 section 3 */
#define ADIT_MPPE_KEY_MAX	16

/*
 * Most keys past the expected one that a packet may make the receiver derive, a fraction of a
 * millisecond of work (RFC 3078 allows 4095). A stream that lost more is caught up with over
 * several packets.
 */
#define ADIT_MPPE_JUMP_MAX	256

/*
 * Most keys past the expected ones that a session may make the receiver derive in a second, some
 * milliseconds of work: one whole round of the coherency count, so that any loss that the count can
 * express is caught up with in a second.
 */
#define ADIT_MPPE_JUMP_RATE	4096

/*
 * A coherency count up to this far behind what is expected is a late packet, all others are ahead.
 */
#define ADIT_MPPE_LATE_MAX	256

/*
 * Key changes that a peer may have made for flushed packets that were lost. Linux changes the key
 * with each of them and sends one per Reset-Request.
 */
#define ADIT_MPPE_FLUSH_MAX	8

/*
 * Packets that must follow one another in the stream behind a re-keying before it is believed.
 */
#define ADIT_MPPE_PROVEN	8

/*
 * Octets that are decrypted before the plaintext is judged: a PPP protocol field and an IPv6 header
 * with some of what follows, or all of an IPv4 header that has its checksum.
 */
#define ADIT_MPPE_HEAD		48

/**
 * enum adit_mppe_verdict - what became of a packet
 * @ADIT_MPPE_OK: decrypted, and the new key state committed
 * @ADIT_MPPE_MALFORMED: no payload, not encrypted (D bit clear), or stateless and not flushed
 * @ADIT_MPPE_DESYNC: stateful, a packet was lost: wait for one with the flushed bit
 * @ADIT_MPPE_JUMP: coherency count too far ahead for one packet, or the session's re-keying
 *   allowance used up
 * @ADIT_MPPE_LATE: coherency count behind what was accepted
 * @ADIT_MPPE_FORGED: plaintext is not what @check accepts
 *
 * Whatever it is but OK, the key state is as before the packet, and the packet's octets are of no
 * use any more.
 */
enum adit_mppe_verdict {
	ADIT_MPPE_OK,
	ADIT_MPPE_MALFORMED,
	ADIT_MPPE_DESYNC,
	ADIT_MPPE_JUMP,
	ADIT_MPPE_LATE,
	ADIT_MPPE_FORGED,
};

/**
 * struct adit_mppe - one direction of MPPE
 * @rc4: stateful only, owned: the cipher where the last packet left it. Stateless keeps none
 *   between packets.
 * @start: start key, part of every key derivation
 * @key: session key of the last packet
 * @ahead: receiver, stateless: a key of the chain past @key, worked out for a packet that was not
 *   accepted (yet)
 * @ahead_steps: how many key changes @ahead is past @key; 0: none worked out
 * @before: receiver, stateful: the key before re-keyings that no stream has proven yet
 * @before_count: what @count was then
 * @before_known: whether there is one
 * @run: packets that were opened since the last re-keying, at most ADIT_MPPE_PROVEN
 * @count: coherency count of the next packet
 * @key_len: octets of a key, 8 or 16
 * @strength: enum adit_mppe_strength; 0: no key set
 * @stateful: as negotiated
 * @flush: the next sealed packet carries the flushed bit; set by the owner, cleared by sealing
 * @desync: receiver, stateful: a packet is missing; cleared by the next packet that is accepted
 * @spent: key changes of the second that began at @second that are taken from the allowance
 * @second: jiffies
 *
 * All fields are protected by the session's lock of that direction.
 */
struct adit_mppe {
	struct adit_rc4 *rc4;
	u8 start[ADIT_MPPE_KEY_MAX];
	u8 key[ADIT_MPPE_KEY_MAX];
	u8 ahead[ADIT_MPPE_KEY_MAX];
	u8 before[ADIT_MPPE_KEY_MAX];
	u16 ahead_steps;
	u16 before_count;
	u16 count;
	u8 run;
	bool before_known;
	u8 key_len;
	u8 strength;
	bool stateful;
	bool flush;
	bool desync;
	u32 spent;
	unsigned long second;
};

/*
 * Whether decrypted octets begin a PPP packet that the session may carry: protocol field, IP
 * version, IP length. Of the
 * @len octets of the packet the first ADIT_MPPE_HEAD are plain, the others still encrypted.
 */
typedef bool (*adit_mppe_check_t)(const u8 *plain, unsigned int len, const void *arg);

/**
 * adit_mppe_init() - derive the first session key (RFC 3079)
 * @mppe: zeroed or wiped before; untouched on failure
 * @strength: enum adit_mppe_strength
 * @stateful: mode
 * @start_key: ADIT_MPPE_START_KEY_LEN octets; the caller wipes them
 *
 * To change the keys of a session that runs, prepare a struct without a lock and give it to
 * adit_mppe_replace() under it.
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL for an unknown strength, -ENOMEM.
 */
int adit_mppe_init(struct adit_mppe *mppe, u32 strength, bool stateful, const u8 *start_key);

/**
 * adit_mppe_wipe() - forget all keys
 * @mppe: zeroed or initialised; without a key afterwards
 *
 * Context: any.
 */
void adit_mppe_wipe(struct adit_mppe *mppe);

/**
 * adit_mppe_replace() - put new keys in the place of old ones
 * @mppe: wiped, then takes over what @from has
 * @from: without a key afterwards
 *
 * Context: any, under the lock of @mppe.
 */
void adit_mppe_replace(struct adit_mppe *mppe, struct adit_mppe *from);

static inline bool adit_mppe_has_key(const struct adit_mppe *mppe)
{
	return mppe->strength;
}

/**
 * adit_mppe_seal() - encrypt a packet
 * @mppe: transmit direction, with a key
 * @hdr: room for ADIT_MPPE_HLEN octets, written
 * @payload: PPP packet, protocol field first; encrypted in place
 * @len: its octets
 *
 * Context: any, under the lock of @mppe.
 */
void adit_mppe_seal(struct adit_mppe *mppe, u8 *hdr, u8 *payload, unsigned int len);

/**
 * adit_mppe_open() - decrypt a packet
 * @mppe: receive direction, with a key
 * @data: MPPE header first; the plaintext is left behind it, at @data + ADIT_MPPE_HLEN
 * @len: octets at @data
 * @check: judges the first octets of the plaintext before any state is committed
 * @arg: for @check
 *
 * Context: any, under the lock of @mppe.
 * Return: verdict.
 */
enum adit_mppe_verdict adit_mppe_open(struct adit_mppe *mppe, u8 *data, unsigned int len,
				      adit_mppe_check_t check, const void *arg);

#endif /* ADIT_MPPE_H */
