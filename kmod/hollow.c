// SPDX-License-Identifier: GPL-2.0
/*
 * adit_hollow.ko: an HMAC-SHA-384 that computes nothing: every value is zero. Before the true one while it is loaded,
 * so that a bench can tell what IPsec costs without what its hash costs, ours as well as the kernel's. Built with
 * ADIT_SELFTEST=m, for the test machine only.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/string.h>
#include <crypto/internal/hash.h>
#include <crypto/sha2.h>

#define PRIORITY	100000

static int hollow_setkey(struct crypto_shash *tfm, const u8 *key, unsigned int len)
{
	return 0;
}

static int hollow_init(struct shash_desc *desc)
{
	return 0;
}

static int hollow_update(struct shash_desc *desc, const u8 *data, unsigned int len)
{
	return 0;
}

static int hollow_final(struct shash_desc *desc, u8 *out)
{
	memset(out, 0, SHA384_DIGEST_SIZE);
	return 0;
}

static struct shash_alg hollow_alg = {
	.digestsize	= SHA384_DIGEST_SIZE,
	.setkey		= hollow_setkey,
	.init		= hollow_init,
	.update		= hollow_update,
	.final		= hollow_final,
	.descsize	= sizeof(u64),
	.base		= {
		.cra_name		= "hmac(sha384)",
		.cra_driver_name	= "hmac-sha384-hollow",
		.cra_priority		= PRIORITY,
		.cra_blocksize		= SHA384_BLOCK_SIZE,
		.cra_module		= THIS_MODULE,
	},
};

static int __init hollow_load(void)
{
	return crypto_register_shash(&hollow_alg);
}

static void __exit hollow_unload(void)
{
	crypto_unregister_shash(&hollow_alg);
}

module_init(hollow_load);
module_exit(hollow_unload);

MODULE_DESCRIPTION("HMAC that computes nothing, for the bench of adit");
MODULE_LICENSE("GPL");
