/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL_ACCOUNT	0

/* Set by the test: allocations fail. */
extern bool shim_no_memory;

void *kmalloc(size_t len, gfp_t gfp);
void kfree_sensitive(const void *p);

#endif /* SHIM_LINUX_SLAB_H */
