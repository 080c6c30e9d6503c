/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MPPE (RFC 3078) with the key chain of RFC 3079. One struct adit_mppe is one direction of one session; it is owned by
 * the session and serialised by the session's lock of that direction. Nothing here touches an skb: the payload is linear
 * and the caller's alone to write.
 */
#ifndef ADIT_MPPE_H
#define ADIT_MPPE_H

#include <linux/types.h>
#include <uapi/linux/adit.h>

#include "rc4.h"

#define ADIT_MPPE_HLEN		2	/* coherency count and bits, RFC 3078 section 3 */

/* Most keys that one packet may make the receiver derive; a jump further ahead is dropped (RFC 3078 allows 4095). */
#define ADIT_MPPE_JUMP_MAX	256

/**
 * enum adit_mppe_verdict - what became of a packet
 * @ADIT_MPPE_OK: decrypted, and the new key state committed
 * @ADIT_MPPE_MALFORMED: shorter than its header, or not encrypted (D bit clear)
 * @ADIT_MPPE_DESYNC: stateful, a packet was lost: wait for one with the flushed bit
 * @ADIT_MPPE_JUMP: coherency count too far ahead, or the session's re-keying allowance used up
 * @ADIT_MPPE_LATE: coherency count behind what was accepted
 * @ADIT_MPPE_FORGED: plaintext is not what @check accepts; key state as before the packet
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
 *
 * All fields are protected by the session's lock of that direction. K2 fills in: start key (for the chain), current
 * session key, rc4 state, coherency count, strength, stateful, flush-next, desync, re-keying allowance.
 */
struct adit_mppe {
	struct adit_rc4 rc4;
	u8 master[16];
	u8 key[16];
	u8 key_len;
	u8 strength;		/* enum adit_mppe_strength; 0: no key set */
	bool stateful;
	bool flush;		/* next sealed packet carries the flushed bit */
	bool desync;
	u16 ccount;
};

/* Whether decrypted octets begin a PPP packet that the session may carry: protocol field, IP version, IP length. */
typedef bool (*adit_mppe_check_t)(const u8 *plain, unsigned int len, const void *arg);

int adit_mppe_init(struct adit_mppe *mppe, u32 strength, bool stateful, const u8 *start_key);
void adit_mppe_wipe(struct adit_mppe *mppe);

static inline bool adit_mppe_has_key(const struct adit_mppe *mppe)
{
	return mppe->strength;
}

/* Encrypt @len octets at @payload in place (PPP protocol field first) and write the 2-octet header to @hdr. */
void adit_mppe_seal(struct adit_mppe *mppe, u8 *hdr, u8 *payload, unsigned int len);

/* Decrypt in place: @data begins with the 2-octet MPPE header, plaintext is left at @data + ADIT_MPPE_HLEN. */
enum adit_mppe_verdict adit_mppe_open(struct adit_mppe *mppe, u8 *data, unsigned int len,
				      adit_mppe_check_t check, const void *arg);

#endif /* ADIT_MPPE_H */
