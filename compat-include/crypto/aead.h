/* SPDX-License-Identifier: GPL-2.0 */
/* What completes a request is given the caller's pointer since Linux 6.3, before that the request around it. */
#ifndef ADIT_COMPAT_CRYPTO_AEAD_H
#define ADIT_COMPAT_CRYPTO_AEAD_H

#include <linux/version.h>
#include_next <crypto/aead.h>

/* ADIT_CRYPTO_DONE(function) makes function_cb, which is for aead_request_set_callback(), of one of today. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define ADIT_CRYPTO_DONE(function)							\
static void function##_cb(struct crypto_async_request *base, int err)			\
{											\
	function(base->data, err);							\
}
#else
#define ADIT_CRYPTO_DONE(function)							\
static void function##_cb(void *data, int err)						\
{											\
	function(data, err);								\
}
#endif

#endif /* ADIT_COMPAT_CRYPTO_AEAD_H */
