/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scripted peers of IKEv1 and IKEv2 share: how their messages are written in words, and how they stand in a
 * pattern: a head that says what is to be done with the message, then the message in the clear, header first. An SPI
 * of zeros there is the right one's place.
 */
#ifndef ADIT_REPLAY_WORLD_IKE_WORDS_H
#define ADIT_REPLAY_WORLD_IKE_WORDS_H

#include "proto/ike.h"
#include "wire/ike.h"
#include "world.h"

#define CONVS_MAX	9
#define BUILD_MAX	3800	/* with its head below PATTERN_MAX */
#define DATAGRAM_MAX	4600
#define NEW_SPI		0xa1a2a3a4a5a6a700ull	/* of IKE SAs that the peer makes, and a number */
#define CHILD_SPI	0xc0000001u
#define WORDS_NETWORK	0xc0000200u	/* 192.0.2.0, where everybody is */
#define WORDS_OWN_HOST	2		/* in it, who is tested */

enum script_how {
	SCRIPT_SEALED = 1,
	SCRIPT_BENT = 2,	/* the last octet of the datagram is another */
	SCRIPT_FORGED = 4,	/* the proof in it is wrong */
	SCRIPT_STRANGER = 8,	/* as somebody does it who has another secret */
	SCRIPT_CUT = 16,	/* not sent: it is there for its pieces */
};

struct script_head {
	uint8_t how;		/* enum script_how, or-ed */
	uint8_t conv;		/* which of the peer's IKE SAs */
	uint8_t host;		/* 192.0.2.HOST, where it comes from */
	uint8_t fragment, total;	/* 0: all in one; total 0: as many as there are */
	uint16_t port;
};
#define SCRIPT_HEAD_LEN	7

/* What both ends hold of, before they speak. */
struct script_setup {
	const char *secret;
	struct ike_offers ike, esp;
	struct ike_key *key;	/* signatures in the place of the secret; NULL: none */
	bool transport, xauth;
};

/* A scripted peer: it says whatever it is told to say. */
struct script_kind {
	/* To be freed with free(). setup outlives it. */
	void *(*make)(const struct script_setup *setup);
	/* NULL, or what is wrong with the words. */
	const char *(*encode)(void *script, const struct token *t, unsigned int n, struct pattern *p);
	/* The datagram of such a pattern; false: it makes none. */
	bool (*seal)(void *script, const uint8_t *data, size_t len, struct script_head *head, struct wr *w);
	/* What came, in words: "c1 auth answer 1: IDr AUTH SA TSi TSr". */
	void (*read)(void *script, const uint8_t *data, size_t len, char *text, size_t cap);
};
extern const struct script_kind ike1_peer, ike2_peer;

/* A message that is being made: what is about it rather than in it. */
struct words {
	struct script_head head;
	struct ike_header header;
	struct ike_chain chain;
	struct wr w;
	uint8_t octets[BUILD_MAX];
	uint32_t spi;		/* of a child */
};

void words_begin(struct words *m, uint8_t version);
/* "c2" in front: which IKE SA it is about from now on. */
void words_conv(const struct token **t, unsigned int *n, unsigned int *at);
bool words_take(const struct token **t, unsigned int *n, const char *word);
/* An option that both have; false: it is none. */
bool words_option(struct words *m, const char *text);
/* NULL with the pattern made, or what is wrong. */
const char *words_end(struct words *m, struct pattern *p);

/* The behind of WORD or WORD:BEHIND; NULL: another word. */
const char *words_value(const struct token *t, const char *word);
bool words_number(const char *text, const char *word, int base, uint64_t *out);
size_t words_octets(const char *text, uint8_t *out, size_t cap);	/* of hex */
/* One octet, repeated, OCTET[/LEN]: who has the lower nonce is a matter of it. 0: too long. */
size_t words_nonce(const char *text, uint8_t out[32]);
/* TYPE[:HEX], TYPE/ZEROS */
void words_put_payload(struct ike_chain *c, const char *text);
/* By its name, or its number. */
uint16_t words_notify(const char *text, const char *(*name)(uint16_t type));

/* What stands in a pattern; false: no message. */
bool words_split(const uint8_t *data, size_t len, struct script_head *head, struct ike_header *h,
		 struct ike_octets *chain);
void words_write_clear(struct wr *w, const struct ike_header *h, struct ike_octets chain);

void words_name_payloads(uint8_t first, const uint8_t *at, size_t len, char *text, size_t cap);

#endif /* ADIT_REPLAY_WORLD_IKE_WORDS_H */
