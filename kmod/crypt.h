/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Algorithms of ESP, and one packet's way through them. An algorithm is an AEAD of the kernel: AES-GCM, whose nonce is
 * made here (RFC 4106), or a cipher with an HMAC put together as authenc() or, with extended sequence numbers,
 * authencesn(). Without a cipher it is the HMAC alone. ChaCha20-Poly1305 (RFC 7634) is of the kernel's library.
 *
 * A packet is nobody else's and linear when it comes here, and is sealed or opened where it lies. Most algorithms are
 * done when the call returns. One that is not goes on by itself; from then on the SA's packets are handed on in the
 * order in which they came, and each holds the SA and its device.
 */
#ifndef ADIT_CRYPT_H
#define ADIT_CRYPT_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <uapi/linux/adit.h>
#include <crypto/aead.h>
#include <crypto/hash.h>

#include "esp-hdr.h"

struct adit_chapoly;
struct adit_esp_out;
struct adit_sa;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

/* Packets of one SA that may be under way in algorithms that go on by themselves. */
#define ADIT_CRYPT_FLYING_MAX	1024

/* Of AES-GCM (RFC 4106 sections 3.1 and 4): salt and IV, which are its nonce. */
#define ADIT_GCM_SALT		4
#define ADIT_GCM_IV		8

/* Octets that a header takes with an extended sequence number, which is where it is not in the packet. */
#define ADIT_CRYPT_MOVED	12

/**
 * struct adit_alg_conf - algorithm and keys
 * @cipher: enum adit_sa_cipher
 * @auth: enum adit_sa_auth
 * @key: of the cipher, with its salt
 * @auth_key: of the integrity algorithm
 * @key_len: octets
 * @auth_key_len: octets
 * @esn: extended sequence numbers
 * @cipher_attr: the attribute that @cipher came from, for extack; @key_attr and so on likewise, NULL where absent
 * @key_attr: of @key
 * @auth_attr: of @auth
 * @auth_key_attr: of @auth_key
 * @legacy: algorithms of yesterday are meant
 */
struct adit_alg_conf {
	u32 cipher;
	u32 auth;
	u8 key[ADIT_SA_KEY_MAX];
	u8 auth_key[ADIT_SA_AUTH_KEY_MAX];
	unsigned int key_len;
	unsigned int auth_key_len;
	bool esn;
	bool legacy;
	const struct nlattr *cipher_attr;
	const struct nlattr *key_attr;
	const struct nlattr *auth_attr;
	const struct nlattr *auth_key_attr;
};

/**
 * struct adit_alg - an algorithm with its key
 * @tfm: [I] the kernel's AEAD, or NULL
 * @hash: [I] the kernel's HMAC where there is no cipher, or NULL
 * @chapoly: [I] the key of ChaCha20-Poly1305, or NULL
 * @size: [I] octets of a request
 * @dims: [I] lengths
 * @cipher: [I] enum adit_sa_cipher
 * @auth: [I] enum adit_sa_auth
 * @esn: [I] extended sequence numbers
 * @counter_iv: [I] the IV must never repeat and may be known: the sequence number; else it must not be foreseen
 * @gcm: [I] @tfm is AES-GCM
 * @salt: [I] what its nonce begins with
 */
struct adit_alg {
	struct crypto_aead *tfm;
	struct crypto_shash *hash;
	struct adit_chapoly *chapoly;
	unsigned int size;
	struct adit_esp_dims dims;
	u8 cipher;
	u8 auth;
	bool esn;
	bool counter_iv;
	bool gcm;
	u8 salt[ADIT_GCM_SALT];
};

/**
 * struct adit_crypt_order - packets of an SA that wait for one another
 * @lock: the rest
 * @reqs: struct adit_crypt in the order in which they came; empty unless an algorithm went on by itself
 * @flying: how many
 * @draining: somebody hands on those that are done
 */
struct adit_crypt_order {
	spinlock_t lock;	/* the rest */
	struct list_head reqs;
	unsigned int flying;
	bool draining;
};

/**
 * struct adit_esp_look - what the outer header of a packet shows
 * @tos: DSCP and ECN
 * @ttl: hops that are left, or 0 for as many as the route has
 * @df: don't-fragment bit over IPv4
 * @whole: the packet may be fragmented now that it is sealed
 */
struct adit_esp_look {
	u8 tos;
	u8 ttl;
	bool df;
	bool whole;
};

/*
 * Each CPU keeps a request of this size for the next packet. Most algorithms are done when the call returns, so it is
 * there again; what is larger, or comes while it is in use, is allocated.
 */
#define ADIT_CRYPT_SIZE		1024

/**
 * struct adit_crypt - one packet's way through an algorithm
 * @list: in the order of its SA
 * @sa: its SA
 * @skb: ESP header first, from begin to end as on the wire
 * @seq: its sequence number
 * @err: what came of it: 0, -EBADMSG for a failed integrity check, another -errno
 * @moved: where the header is put while the algorithm runs, or NULL
 * @saved: what was there
 * @pending: the call and the completion, of which the second goes on
 * @done: the algorithm is through, [order lock]
 * @look: of the outer header
 * @out: way out, for as long as who began it waits for the call; NULL otherwise, and on the way in
 * @size: octets of the request
 * @sg: the packet
 * @newest: no higher number had come when it came
 * @port: UDP port that it came from, or 0
 * @iv: for the algorithm, which writes to it
 * @aead: request, with its context behind it
 * @hash: likewise, where there is no cipher
 */
struct adit_crypt {
	struct list_head list;
	struct adit_sa *sa;
	struct sk_buff *skb;
	u64 seq;
	int err;
	u8 *moved;
	u8 saved[ADIT_CRYPT_MOVED];
	atomic_t pending;
	bool done;
	struct adit_esp_look look;
	const struct adit_esp_out *out;
	bool newest;
	__be16 port;
	unsigned int size;
	struct scatterlist sg;
	u8 iv[ADIT_ESP_IV_MAX];
	union {
		struct aead_request aead;
		struct shash_desc hash;
	} CRYPTO_MINALIGN_ATTR;
};

/* alg.c */
int adit_alg_init(struct adit_alg *alg, const struct adit_alg_conf *conf, struct netlink_ext_ack *extack);
void adit_alg_free(struct adit_alg *alg);

/* crypt.c */
void adit_crypt_order_init(struct adit_crypt_order *order);
struct adit_crypt *adit_crypt_new(struct adit_sa *sa, struct sk_buff *skb);
void adit_crypt_seal(struct adit_crypt *c);
void adit_crypt_open(struct adit_crypt *c);

void adit_crypt_exit(void);

/*
 * What is left of a packet's way when the algorithm is through: the packet is as it is on the wire again, but for what
 * was encrypted or decrypted. Return: what came of it.
 */
static inline int adit_crypt_tidy(struct adit_crypt *c)
{
	if (c->moved)
		memcpy(c->moved, c->saved, ADIT_CRYPT_MOVED);
	return c->err;
}

DECLARE_PER_CPU(struct adit_crypt *, adit_crypt_spare);

/* End a packet's way; the packet is the caller's. Bottom halves off. */
static inline void adit_crypt_free(struct adit_crypt *c)
{
	if (likely(c->size == ADIT_CRYPT_SIZE) && !this_cpu_cmpxchg(adit_crypt_spare, NULL, c))
		return;
	kfree(c);
}

#endif /* ADIT_CRYPT_H */
