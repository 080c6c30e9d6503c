/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scripted peer of world_ike: up to eight IKE SAs with whom is tested, their keys, and messages in words. It says
 * whatever it is told to say, sealed with the right keys or not.
 */
#ifndef ADIT_REPLAY_WORLD_IKE_PEER_H
#define ADIT_REPLAY_WORLD_IKE_PEER_H

#include "proto/ike.h"
#include "proto/ike_keys.h"
#include "wire/ike2.h"
#include "world.h"

#define CONVS_MAX	8
#define INIT_MAX	2048

/* What one message had in it that keys are made of. */
struct half {
	uint8_t nonce[IKE_NONCE_MAX], public[IKE_DH_PUBLIC_MAX];
	size_t nonce_len, public_len;
	uint64_t spi;		/* of a new IKE SA; 0: it is about something else */
};

/* An IKE SA as the peer has it. */
struct conv {
	bool initiator;		/* the peer is that */
	uint64_t spi_i, spi_r;
	bool have_keys;
	struct ike2_keys keys;
	uint64_t iv;
	uint32_t next_id;	/* of the peer's next request */
	uint32_t heard_id;	/* of the last request that came */
	struct half said[2], heard[2];	/* in a request, in an answer */
	uint8_t init[INIT_MAX];		/* the peer's own first message */
	size_t init_len;
};

struct ike_peer_script {
	struct conv conv[CONVS_MAX];
	unsigned int n_convs, at;	/* at: the one spoken in last */
	const char *secret;
	struct ike_offers ike, esp;
	uint8_t cookie[64];		/* that was asked for last */
	size_t cookie_len;
};

/*
 * What stands before a message's octets in a pattern. Behind it the message is in the clear, header first; an SPI of
 * zeros is the right one's place.
 */
struct script_head {
	uint8_t how;		/* enum script_how, or-ed */
	uint8_t conv;
	uint8_t host;		/* 192.0.2.HOST, where it comes from */
	uint8_t fragment, total;	/* 0: all in one; total 0: as many as there are */
	uint16_t port;
};
enum script_how {
	SCRIPT_SEALED = 1,
	SCRIPT_BENT = 2,		/* the last octet of what was sealed is another */
};
#define SCRIPT_HEAD_LEN	7

/* NULL, or what is wrong with the words. */
const char *script_encode(struct ike_peer_script *s, const struct token *t, unsigned int n, struct pattern *p);
/* The datagram of such a pattern; false: it makes none. */
bool script_seal(struct ike_peer_script *s, const uint8_t *data, size_t len, struct script_head *h, struct wr *w);
/* What came, in words: "c1 auth answer 1: IDr AUTH SA TSi TSr". */
void script_read(struct ike_peer_script *s, const uint8_t *data, size_t len, char *text, size_t cap);

#endif /* ADIT_REPLAY_WORLD_IKE_PEER_H */
