/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the peers of adit do in MPPE, written down from RFC 3078 and from the behaviour of two
 * families of implementations, slowly and with OpenSSL's primitives, so that it shares nothing with
 * the code under test.
 */
#ifndef MPPE_MODEL_H
#define MPPE_MODEL_H

#include <stdbool.h>

#include <openssl/evp.h>

#include <linux/types.h>

enum peer {
	PEER_RFC,	/* RFC 3078 section 8.2 to the letter: npppd/pipex, mpd/netgraph, Windows */
	PEER_LINUX,	/* pppd with ppp_mppe: a flushed packet changes the key */
};

enum model_verdict {
	MODEL_OK,
	MODEL_DROP,
	MODEL_RESET,	/* drop, and send a Reset-Request */
};

/**
 * struct model - one direction of a peer
 * @rc4: stateful: the cipher where the last packet left it
 * @count: coherency count of the last packet
 * @flush: transmit: a Reset-Request came
 * @discard: receive: a Reset-Request was sent
 */
struct model {
	enum peer peer;
	EVP_CIPHER_CTX *rc4;
	u8 start[16];
	u8 key[16];
	int key_len;
	u32 strength;
	bool stateful;
	u16 count;
	bool flush;
	bool discard;
};

void model_init(struct model *m, enum peer peer, u32 strength, bool stateful, const u8 *start_key);
void model_free(struct model *m);

/* @packet: header first; @len octets of text behind it are encrypted. */
void model_seal(struct model *m, u8 *packet, unsigned int len);
enum model_verdict model_open(struct model *m, u8 *packet, unsigned int len);

/* Key stream of a key, for forging and for vectors. */
void model_crypt(const u8 *key, int key_len, u8 *text, unsigned int len);

#endif /* MPPE_MODEL_H */
