// SPDX-License-Identifier: GPL-2.0
/* Packets through algorithms. */

#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <crypto/algapi.h>
#include <crypto/hash.h>

#include "chapoly.h"
#include "child.h"
#include "crypt.h"
#include "esp.h"
#include "sa.h"

DEFINE_PER_CPU(struct adit_crypt *, adit_crypt_spare);

static void adit_crypt_completed(void *data, int err);
ADIT_CRYPTO_DONE(adit_crypt_completed)

/**
 * adit_crypt_order_init() - make an empty order
 * @order: to initialise
 */
void adit_crypt_order_init(struct adit_crypt_order *order)
{
	spin_lock_init(&order->lock);
	INIT_LIST_HEAD(&order->reqs);
}

static struct adit_crypt *adit_crypt_alloc(unsigned int size)
{
	struct adit_crypt *c = kmalloc(size, GFP_ATOMIC);

	if (!c)
		return NULL;
	c->size = size;
	sg_init_table(&c->sg, 1);
	return c;
}

/**
 * adit_crypt_new() - begin a packet's way
 * @sa: its SA
 * @skb: packet, which stays the caller's on failure
 *
 * Context: RCU read side, bottom halves off.
 * Return: request, or NULL without memory or when too many are under way.
 */
struct adit_crypt *adit_crypt_new(struct adit_sa *sa, struct sk_buff *skb)
{
	struct adit_crypt *c = NULL;

	if (unlikely(READ_ONCE(sa->order.flying) >= ADIT_CRYPT_FLYING_MAX))
		return NULL;
	if (likely(sa->alg.size == ADIT_CRYPT_SIZE))
		c = this_cpu_xchg(adit_crypt_spare, NULL);
	if (unlikely(!c))
		c = adit_crypt_alloc(sa->alg.size);
	if (unlikely(!c))
		return NULL;
	c->sa = sa;
	c->skb = skb;
	c->out = NULL;
	c->done = false;
	c->moved = NULL;
	return c;
}

static void adit_crypt_finish(struct adit_crypt *c)
{
	if (c->sa->direction == ADIT_SA_DIRECTION_IN)
		adit_esp_opened(c);
	else
		adit_esp_sealed_done(c);
}

/* What a packet holds that is not done when the call returns; and what it has not any more. */
static void adit_crypt_hold(struct adit_crypt *c)
{
	c->out = NULL;
	kref_get(&c->sa->ref);
	dev_hold(c->sa->child->adev->dev);
}

/* Hand on what is done, in order. One does it at a time: what becomes done meanwhile is left to it. */
static void adit_crypt_drain(struct adit_sa *sa)
	__must_hold(&sa->order.lock)
{
	struct net_device *dev = sa->child->adev->dev;
	struct adit_crypt_order *order = &sa->order;
	struct adit_crypt *c;

	lockdep_assert_held(&order->lock);

	if (order->draining)
		return;
	order->draining = true;
	while ((c = list_first_entry_or_null(&order->reqs, struct adit_crypt, list)) && c->done) {
		list_del(&c->list);
		order->flying--;
		spin_unlock(&order->lock);
		adit_crypt_finish(c);
		dev_put(dev);
		/* RCU read side keeps its memory. */
		adit_sa_put(sa);
		spin_lock(&order->lock);
	}
	order->draining = false;
}

static void adit_crypt_done(struct adit_crypt *c)
{
	struct adit_sa *sa = c->sa;

	local_bh_disable();
	rcu_read_lock();
	spin_lock(&sa->order.lock);
	c->done = true;
	adit_crypt_drain(sa);
	spin_unlock(&sa->order.lock);
	rcu_read_unlock();
	local_bh_enable();
}

/* Called when the algorithm is through, or to say that a request which had to queue has begun. */
static void adit_crypt_completed(void *data, int err)
{
	struct adit_crypt *c = data;

	if (err == -EINPROGRESS)
		return;
	c->err = err;
	if (atomic_dec_and_test(&c->pending))
		adit_crypt_done(c);
}

/*
 * The algorithm goes on by itself, or has to queue for it. The completion may have come already, on another CPU: the
 * second of the two, call and completion, goes on, so that references are taken by a packet that needs them alone.
 */
static void adit_crypt_fly(struct adit_crypt *c)
{
	struct adit_crypt_order *order = &c->sa->order;

	adit_crypt_hold(c);
	spin_lock(&order->lock);
	list_add_tail(&c->list, &order->reqs);
	order->flying++;
	spin_unlock(&order->lock);
	if (atomic_dec_and_test(&c->pending))
		adit_crypt_done(c);
}

/* Done at once, but behind packets that are not. */
static void adit_crypt_behind(struct adit_crypt *c)
{
	struct adit_crypt_order *order = &c->sa->order;
	struct adit_sa *sa = c->sa;

	adit_crypt_hold(c);
	spin_lock(&order->lock);
	list_add_tail(&c->list, &order->reqs);
	order->flying++;
	c->done = true;
	adit_crypt_drain(sa);
	spin_unlock(&order->lock);
}

static __always_inline void adit_crypt_returned(struct adit_crypt *c, int err)
{
	if (err == -EINPROGRESS || err == -EBUSY) {
		adit_crypt_fly(c);
		return;
	}
	c->err = err;
	if (likely(list_empty(&c->sa->order.reqs)))
		adit_crypt_finish(c);
	else
		adit_crypt_behind(c);
}

/* The header goes to @at, or somewhere behind it, until adit_crypt_tidy(). */
static u8 *adit_crypt_move(struct adit_crypt *c, u8 *at)
{
	c->moved = at;
	memcpy(c->saved, at, ADIT_CRYPT_MOVED);
	return at;
}

/*
 * With extended sequence numbers the upper half is authenticated between SPI and lower half, but not sent: the SPI
 * moves four octets to the front while the algorithm runs.
 */
static u8 *adit_crypt_extend(struct adit_crypt *c)
{
	u8 *at = c->skb->data;

	if (likely(!c->sa->alg.esn))
		return at;
	at = adit_crypt_move(c, at - sizeof(u32));
	put_unaligned_be32(c->sa->key.spi, at);
	put_unaligned_be32(c->seq >> 32, at + 4);
	return at;
}

/*
 * AES-GCM authenticates the header and not the IV that is behind it (RFC 4106 section 5), but wants it right before the
 * ciphertext: it lies over the IV, which is in the nonce, while the algorithm runs.
 */
static u8 *adit_crypt_overlay(struct adit_crypt *c)
{
	u8 *at = adit_crypt_move(c, c->skb->data + sizeof(u32));

	put_unaligned_be32(c->seq, at + 8);
	if (likely(!c->sa->alg.esn))
		at += 4;
	else
		put_unaligned_be32(c->seq >> 32, at + 4);
	put_unaligned_be32(c->sa->key.spi, at);
	return at;
}

/*
 * The IV, for the algorithm to write to, and where what it authenticates begins. What is copied may be longer than the
 * IV is, which the integrity check value makes good.
 */
static __always_inline u8 *adit_crypt_nonce(struct adit_crypt *c)
{
	const u8 *iv = c->skb->data + ADIT_ESP_HLEN;

	if (c->sa->alg.gcm) {
		memcpy(c->iv, c->sa->alg.salt, ADIT_GCM_SALT);
		memcpy(c->iv + ADIT_GCM_SALT, iv, ADIT_GCM_IV);
		return adit_crypt_overlay(c);
	}
	memcpy(c->iv, iv, ADIT_ESP_IV_MAX);
	return adit_crypt_extend(c);
}

/* @len: octets of the packet, of which the cipher is given those behind the IV. */
static __always_inline void adit_crypt_prepare(struct adit_crypt *c, unsigned int len)
{
	const struct adit_alg *alg = &c->sa->alg;
	const unsigned int head = adit_esp_head(&alg->dims);
	u8 *at = adit_crypt_nonce(c);

	atomic_set(&c->pending, 2);
	sg_set_buf(&c->sg, at, c->skb->data + c->skb->len - at);
	aead_request_set_tfm(&c->aead, alg->tfm);
	aead_request_set_callback(&c->aead, CRYPTO_TFM_REQ_MAY_BACKLOG, adit_crypt_completed_cb, c);
	aead_request_set_crypt(&c->aead, &c->sg, &c->sg, len - head, c->iv);
	aead_request_set_ad(&c->aead, c->skb->data + head - at);
}

static void adit_crypt_new_iv(struct adit_crypt *c)
{
	const struct adit_alg *alg = &c->sa->alg;
	u8 *iv = c->skb->data + ADIT_ESP_HLEN;
	unsigned int i;

	if (alg->counter_iv)
		put_unaligned_be64(c->seq, iv);
	else
		for (i = 0; i < alg->dims.iv; i += sizeof(u64))
			put_unaligned(get_random_u64(), (u64 *)(iv + i));
}

/*
 * The HMAC of a packet without its ICV. Behind an extended sequence number's packet, though it is not sent, stands the
 * upper half (RFC 4303 section 2.2.1).
 */
static int adit_crypt_sum(struct adit_crypt *c, u8 *sum)
{
	const struct adit_alg *alg = &c->sa->alg;
	const unsigned int len = c->skb->len - alg->dims.icv;
	u8 high[sizeof(u32)];
	int err;

	c->hash.tfm = alg->hash;
	if (!alg->esn)
		return crypto_shash_digest(&c->hash, c->skb->data, len, sum);
	put_unaligned_be32(c->seq >> 32, high);
	err = crypto_shash_init(&c->hash);
	if (!err)
		err = crypto_shash_update(&c->hash, c->skb->data, len);
	return err ?: crypto_shash_finup(&c->hash, high, sizeof(high), sum);
}

static void adit_crypt_sign(struct adit_crypt *c)
{
	const unsigned int icv = c->sa->alg.dims.icv;
	u8 sum[HASH_MAX_DIGESTSIZE];
	int err = adit_crypt_sum(c, sum);

	if (!err)
		memcpy(skb_tail_pointer(c->skb) - icv, sum, icv);
	adit_crypt_returned(c, err);
}

static void adit_crypt_verify(struct adit_crypt *c)
{
	const unsigned int icv = c->sa->alg.dims.icv;
	u8 sum[HASH_MAX_DIGESTSIZE];
	int err = adit_crypt_sum(c, sum);

	if (!err && crypto_memneq(skb_tail_pointer(c->skb) - icv, sum, icv))
		err = -EBADMSG;
	adit_crypt_returned(c, err);
}

/* Where in a packet is what ChaCha20-Poly1305 works on. */
static __always_inline struct adit_chapoly_text adit_crypt_text(struct adit_crypt *c)
{
	const struct adit_esp_dims *dims = &c->sa->alg.dims;
	u8 *at = adit_crypt_extend(c), *iv = c->skb->data + ADIT_ESP_HLEN;

	return (struct adit_chapoly_text){
		.data		= iv + dims->iv,
		.len		= c->skb->len - adit_esp_head(dims) - dims->icv,
		.iv		= iv,
		.aad		= at,
		.aad_len	= iv - at,
	};
}

static void adit_crypt_seal_chapoly(struct adit_crypt *c)
{
	struct adit_chapoly_text text;

	adit_crypt_new_iv(c);
	text = adit_crypt_text(c);
	adit_chapoly_seal(c->sa->alg.chapoly, &text);
	adit_crypt_returned(c, 0);
}

static void adit_crypt_open_chapoly(struct adit_crypt *c)
{
	const struct adit_chapoly_text text = adit_crypt_text(c);

	adit_crypt_returned(c, adit_chapoly_open(c->sa->alg.chapoly, &text));
}

/**
 * adit_crypt_seal() - encrypt and sign a packet
 * @c: its request; the packet has its header, room for the IV, its trailer, and room for the ICV, all within its
 *	length, and four octets of headroom
 *
 * It goes on in adit_esp_sealed_done().
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_crypt_seal(struct adit_crypt *c)
{
	if (c->sa->alg.chapoly) {
		adit_crypt_seal_chapoly(c);
		return;
	}
	if (c->sa->alg.hash) {
		adit_crypt_sign(c);
		return;
	}
	adit_crypt_new_iv(c);
	adit_crypt_prepare(c, c->skb->len - c->sa->alg.dims.icv);
	adit_crypt_returned(c, crypto_aead_encrypt(&c->aead));
}

/**
 * adit_crypt_open() - check and decrypt a packet
 * @c: its request; four octets before the packet are there, and are put back
 *
 * It goes on in adit_esp_opened().
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_crypt_open(struct adit_crypt *c)
{
	if (c->sa->alg.chapoly) {
		adit_crypt_open_chapoly(c);
		return;
	}
	if (c->sa->alg.hash) {
		adit_crypt_verify(c);
		return;
	}
	adit_crypt_prepare(c, c->skb->len);
	adit_crypt_returned(c, crypto_aead_decrypt(&c->aead));
}

/**
 * adit_crypt_exit() - free what the CPUs keep
 *
 * No packet is under way any more.
 */
void adit_crypt_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kfree(per_cpu(adit_crypt_spare, cpu));
}
