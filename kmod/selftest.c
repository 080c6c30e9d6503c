// SPDX-License-Identifier: GPL-2.0
/*
 * adit_selftest.ko: the ciphers as this kernel's compiler and flags make them, against the kernel's
 * own RC4 and against RFC 3079. Built with ADIT_SELFTEST=m, for the test machine only; loading it
 * fails when a test does.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <crypto/arc4.h>

/* The code under test becomes part of this module: nothing is exported for a test's sake. */
#include "rc4.c"
#include "sha1.c"
#include "mppe.c"

#define TEXT_MAX	1504	/* more than a packet, and more than one round of the permutation */

struct scratch {
	struct arc4_ctx theirs;
	struct adit_rc4 ours;
	u8 text[TEXT_MAX];
	u8 expected[TEXT_MAX];
	u8 got[TEXT_MAX];
};

static bool __init rc4_agrees(struct scratch *t, unsigned int key_len, unsigned int len)
{
	u8 key[ADIT_RC4_KEY_MAX];
	unsigned int half = len / 2;

	get_random_bytes(key, sizeof(key));
	arc4_setkey(&t->theirs, key, key_len);
	arc4_crypt(&t->theirs, t->expected, t->text, len);

	adit_rc4_init(&t->ours, key, key_len);
	memcpy(t->got, t->text, len);
	adit_rc4_crypt(&t->ours, t->got, t->got, half);
	adit_rc4_crypt(&t->ours, t->got + half, t->got + half, len - half);
	if (memcmp(t->got, t->expected, len))
		return false;

	adit_rc4_rewind(&t->ours, len);
	adit_rc4_crypt(&t->ours, t->got, t->expected, len);
	return !memcmp(t->got, t->text, len);
}

static bool __init rc4_test(struct scratch *t)
{
	unsigned int len;

	get_random_bytes(t->text, sizeof(t->text));
	for (len = 0; len <= TEXT_MAX; len += len < 80 ? 1 : 89) {
		if (rc4_agrees(t, 8, len) && rc4_agrees(t, 16, len))
			continue;
		pr_err("RC4 differs from libarc4 at %u octets\n", len);
		return false;
	}
	return true;
}

/* RFC 3079 §3.5.3: SendStartKey128, and the sample message under the session key made from it. */
static bool __init mppe_test(void)
{
	static const u8 start_key[] __initconst = {
		0x8b, 0x7c, 0xdc, 0x14, 0x9b, 0x99, 0x3a, 0x1b,
		0xa1, 0x18, 0xcb, 0x15, 0x3f, 0x56, 0xdc, 0xcb,
	};
	static const u8 sealed[] __initconst = {
		0x81, 0x84, 0x83, 0x17, 0xdf, 0x68, 0x84, 0x62, 0x72, 0xfb, 0x5a, 0xbe,
	};
	u8 text[sizeof(sealed) + 1] = "test message", header[ADIT_MPPE_HLEN];
	struct adit_mppe mppe = {};

	if (adit_mppe_init(&mppe, ADIT_MPPE_STRENGTH_128, true, start_key))
		return false;
	adit_mppe_seal(&mppe, header, text, sizeof(sealed));
	adit_mppe_wipe(&mppe);
	if (!memcmp(text, sealed, sizeof(sealed)))
		return true;
	pr_err("MPPE does not make the sample message of RFC 3079\n");
	return false;
}

static int __init selftest_init(void)
{
	struct scratch *t = kmalloc(sizeof(*t), GFP_KERNEL);
	bool ok;

	if (!t)
		return -ENOMEM;
	ok = rc4_test(t) && mppe_test();
	kfree_sensitive(t);
	return ok ? 0 : -EINVAL;
}

static void __exit selftest_exit(void)
{
}

module_init(selftest_init);
module_exit(selftest_exit);

MODULE_DESCRIPTION("Self tests of adit's ciphers");
MODULE_LICENSE("GPL");
