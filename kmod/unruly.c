// SPDX-License-Identifier: GPL-2.0
/*
 * adit_unruly.ko: AES-GCM for ESP that answers as an implementation may: some requests at once, others later and in
 * the reverse order, some after they had to queue. Before all others while it is loaded. Built with ADIT_SELFTEST=m,
 * for the test machine only.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <crypto/internal/aead.h>

#define PRIORITY	100000
#define HELD_MAX	5	/* requests that are turned round together */

struct unruly {
	struct crypto_aead *real;
};

/**
 * struct unruly_req - one request
 * @list: among those that are held
 * @req: the caller's
 * @err: what came of it
 * @queued: the caller was told that it has to queue
 * @real: how it is done in truth
 */
struct unruly_req {
	struct list_head list;
	struct aead_request *req;
	int err;
	bool queued;
	struct aead_request real;
};

static DEFINE_SPINLOCK(held_lock);
static LIST_HEAD(held);		/* [held_lock] the last first */
static unsigned int n_held;	/* [held_lock] */
static atomic_t n_requests = ATOMIC_INIT(0);

static void unruly_answer(struct work_struct *work)
{
	struct unruly_req *r, *next;
	LIST_HEAD(list);

	spin_lock_bh(&held_lock);
	list_splice_init(&held, &list);
	n_held = 0;
	spin_unlock_bh(&held_lock);

	local_bh_disable();
	list_for_each_entry_safe(r, next, &list, list) {
		if (r->queued)
			aead_request_complete(r->req, -EINPROGRESS);
		aead_request_complete(r->req, r->err);
	}
	local_bh_enable();
}

static DECLARE_DELAYED_WORK(unruly_work, unruly_answer);

static int unruly_hold(struct unruly_req *r, struct aead_request *req, bool queued)
{
	r->req = req;
	r->queued = queued;
	spin_lock_bh(&held_lock);
	list_add(&r->list, &held);
	mod_delayed_work(system_wq, &unruly_work, ++n_held < HELD_MAX ? msecs_to_jiffies(20) : 0);
	spin_unlock_bh(&held_lock);
	return queued ? -EBUSY : -EINPROGRESS;
}

static int unruly_do(struct aead_request *req, int (*todo)(struct aead_request *req))
{
	struct unruly *u = crypto_aead_ctx(crypto_aead_reqtfm(req));
	unsigned int turn = atomic_inc_return(&n_requests) % 8;
	struct unruly_req *r = aead_request_ctx(req);

	aead_request_set_tfm(&r->real, u->real);
	aead_request_set_callback(&r->real, req->base.flags & ~CRYPTO_TFM_REQ_MAY_SLEEP, NULL, NULL);
	aead_request_set_crypt(&r->real, req->src, req->dst, req->cryptlen, req->iv);
	aead_request_set_ad(&r->real, req->assoclen);
	r->err = todo(&r->real);
	if (turn == 0 || turn == 3)
		return r->err;
	return unruly_hold(r, req, turn == 5 && req->base.flags & CRYPTO_TFM_REQ_MAY_BACKLOG);
}

static int unruly_encrypt(struct aead_request *req)
{
	return unruly_do(req, crypto_aead_encrypt);
}

static int unruly_decrypt(struct aead_request *req)
{
	return unruly_do(req, crypto_aead_decrypt);
}

static int unruly_setkey(struct crypto_aead *tfm, const u8 *key, unsigned int len)
{
	struct unruly *u = crypto_aead_ctx(tfm);

	return crypto_aead_setkey(u->real, key, len);
}

static int unruly_setauthsize(struct crypto_aead *tfm, unsigned int size)
{
	struct unruly *u = crypto_aead_ctx(tfm);

	return crypto_aead_setauthsize(u->real, size);
}

static int unruly_init_tfm(struct crypto_aead *tfm)
{
	struct unruly *u = crypto_aead_ctx(tfm);

	u->real = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(u->real))
		return PTR_ERR(u->real);
	crypto_aead_set_reqsize(tfm, sizeof(struct unruly_req) + crypto_aead_reqsize(u->real));
	return 0;
}

static void unruly_exit_tfm(struct crypto_aead *tfm)
{
	struct unruly *u = crypto_aead_ctx(tfm);

	crypto_free_aead(u->real);
}

static struct aead_alg unruly_alg = {
	.setkey		= unruly_setkey,
	.setauthsize	= unruly_setauthsize,
	.encrypt	= unruly_encrypt,
	.decrypt	= unruly_decrypt,
	.init		= unruly_init_tfm,
	.exit		= unruly_exit_tfm,
	.ivsize		= 12,
	.maxauthsize	= 16,
	.base		= {
		.cra_name		= "gcm(aes)",
		.cra_driver_name	= "gcm-aes-unruly",
		.cra_priority		= PRIORITY,
		.cra_flags		= CRYPTO_ALG_ASYNC,
		.cra_blocksize		= 1,
		.cra_ctxsize		= sizeof(struct unruly),
		.cra_module		= THIS_MODULE,
	},
};

static int __init unruly_init(void)
{
	return crypto_register_aead(&unruly_alg);
}

/* Nobody uses it, so nothing is held. */
static void __exit unruly_exit(void)
{
	crypto_unregister_aead(&unruly_alg);
	cancel_delayed_work_sync(&unruly_work);
}

module_init(unruly_init);
module_exit(unruly_exit);

MODULE_DESCRIPTION("AES-GCM that answers late and in another order, for tests of adit");
MODULE_LICENSE("GPL");
