// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in for the kernel in native tests.
 */
#include <malloc.h>
#include <stdlib.h>

#include <linux/jiffies.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>

unsigned long jiffies = -5 * HZ;	/* wraps early, as in the kernel */
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
