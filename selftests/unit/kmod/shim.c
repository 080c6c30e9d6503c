// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in for the kernel in native tests.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <malloc.h>
#include <stdlib.h>

#include <openssl/sha.h>

#include <crypto/sha1.h>
#include <linux/jiffies.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>

unsigned long jiffies = -5 * HZ;	/* wraps early, as in the kernel */
unsigned long shim_sha1_blocks;
bool shim_no_memory;

void *kmalloc(size_t len, gfp_t gfp)
{
	(void)gfp;
	return shim_no_memory ? NULL : malloc(len);
}

void kfree_sensitive(const void *p)
{
	if (p)
		explicit_bzero((void *)p, malloc_usable_size((void *)p));
	free((void *)p);
}

void kfree_skb(struct sk_buff *skb)
{
	free(skb);
}

void sha1_init(u32 *digest)
{
	SHA_CTX ctx;

	SHA1_Init(&ctx);
	digest[0] = ctx.h0;
	digest[1] = ctx.h1;
	digest[2] = ctx.h2;
	digest[3] = ctx.h3;
	digest[4] = ctx.h4;
}

void sha1_transform(u32 *digest, const char *data, u32 *work)
{
	SHA_CTX ctx = {
		.h0 = digest[0], .h1 = digest[1], .h2 = digest[2], .h3 = digest[3], .h4 = digest[4],
	};

	(void)work;
	SHA1_Transform(&ctx, (const unsigned char *)data);
	digest[0] = ctx.h0;
	digest[1] = ctx.h1;
	digest[2] = ctx.h2;
	digest[3] = ctx.h3;
	digest[4] = ctx.h4;
	shim_sha1_blocks++;
}
