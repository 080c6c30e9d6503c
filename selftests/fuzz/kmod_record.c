// SPDX-License-Identifier: GPL-2.0-or-later
/* As record.c, for the tests of the module's pure files. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <linux/skbuff.h>

#include "clamp.h"
#include "gre.h"
#include "l2tp-hdr.h"
#include "mppe.h"
#include "ppp.h"
#include "reorder.h"

/* What a test does not call is not linked into it. */
#define WEAK	__attribute__((weak))

#define KEEP_MAX	300	/* seeds of one program */

static FILE *begin(const char *target)
{
	static unsigned int kept;
	const char *dir = getenv("SEEDS");
	char path[512];

	if (!dir || kept++ >= KEEP_MAX)
		return NULL;
	snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%u", dir, target, kept);
	return fopen(path, "w");
}

static void put(FILE *f, const void *data, size_t len)
{
	if (f && len)
		fwrite(data, 1, len, f);
}

static void seed_of(const char *target, const void *head, size_t head_len, const void *data, size_t len)
{
	FILE *f = begin(target);

	put(f, head, head_len);
	put(f, data, len);
	if (f)
		fclose(f);
}

WEAK int __real_adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr);
int __wrap_adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr);
int __wrap_adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr)
{
	seed_of("kmod_gre", NULL, 0, data, len);
	return __real_adit_gre_parse(data, len, hdr);
}

/* Two targets take packets of version 2: the header alone, and a receiver with sessions of every kind before it. */
WEAK int __real_adit_l2tp2_parse(const u8 *data, unsigned int len, struct adit_l2tp_hdr *hdr);
int __wrap_adit_l2tp2_parse(const u8 *data, unsigned int len, struct adit_l2tp_hdr *hdr);
int __wrap_adit_l2tp2_parse(const u8 *data, unsigned int len, struct adit_l2tp_hdr *hdr)
{
	static const u8 version2 = 0, sessions[8] = { 0, 0, 0, 0, 0, 0, 1, 3 };

	seed_of("kmod_l2tp-hdr", &version2, 1, data, len);
	seed_of("kmod_l2tp", sessions, sizeof(sessions), data, len);
	return __real_adit_l2tp2_parse(data, len, hdr);
}

WEAK int __real_adit_l2tp3_parse(const u8 *data, unsigned int len, unsigned int cookie_len, bool sublayer,
				 struct adit_l2tp_hdr *hdr);
int __wrap_adit_l2tp3_parse(const u8 *data, unsigned int len, unsigned int cookie_len, bool sublayer,
			    struct adit_l2tp_hdr *hdr);
int __wrap_adit_l2tp3_parse(const u8 *data, unsigned int len, unsigned int cookie_len, bool sublayer,
			    struct adit_l2tp_hdr *hdr)
{
	u8 head = 1 | cookie_len / 4 << 1 | (sublayer ? 16 : 0);

	seed_of("kmod_l2tp-hdr", &head, 1, data, len);
	return __real_adit_l2tp3_parse(data, len, cookie_len, sublayer, hdr);
}

WEAK int __real_adit_ppp_parse(const u8 *data, unsigned int len, u16 *protocol);
int __wrap_adit_ppp_parse(const u8 *data, unsigned int len, u16 *protocol);
int __wrap_adit_ppp_parse(const u8 *data, unsigned int len, u16 *protocol)
{
	seed_of("kmod_ppp", NULL, 0, data, len);
	return __real_adit_ppp_parse(data, len, protocol);
}

WEAK void __real_adit_clamp(struct sk_buff *skb, unsigned int mss4);
void __wrap_adit_clamp(struct sk_buff *skb, unsigned int mss4);
void __wrap_adit_clamp(struct sk_buff *skb, unsigned int mss4)
{
	u8 head[2] = { mss4 >> 8, mss4 };

	seed_of("kmod_clamp", head, sizeof(head), skb->data, skb->len);
	__real_adit_clamp(skb, mss4);
}

/* A forged packet to a receiver of that kind. */
WEAK enum adit_mppe_verdict __real_adit_mppe_open(struct adit_mppe *mppe, u8 *data, unsigned int len,
					     adit_mppe_check_t check, const void *arg);
enum adit_mppe_verdict __wrap_adit_mppe_open(struct adit_mppe *mppe, u8 *data, unsigned int len,
					     adit_mppe_check_t check, const void *arg);
enum adit_mppe_verdict __wrap_adit_mppe_open(struct adit_mppe *mppe, u8 *data, unsigned int len,
					     adit_mppe_check_t check, const void *arg)
{
	u8 head[4] = { mppe->strength - 1 + mppe->stateful * 4, 5, 0, len < 82 ? len : 82 };

	seed_of("kmod_mppe", head, sizeof(head), data, head[3]);
	return __real_adit_mppe_open(mppe, data, len, check, arg);
}

/* One queue's life is one seed: begun by its init, ended by the next. */
static FILE *queue;
static unsigned long queue_now;

static void put_u16(FILE *f, u16 v)
{
	put(f, (u8[]){ v >> 8, v }, 2);
}

WEAK void __real_adit_reorder_init(struct adit_reorder *ro, u32 window, unsigned long wait);
void __wrap_adit_reorder_init(struct adit_reorder *ro, u32 window, unsigned long wait);
void __wrap_adit_reorder_init(struct adit_reorder *ro, u32 window, unsigned long wait)
{
	if (queue)
		fclose(queue);
	queue = begin("kmod_reorder");
	queue_now = 0;
	if (queue) {
		put_u16(queue, window);
		put_u16(queue, wait - 1);
		put_u16(queue, 0);
		put_u16(queue, 0);
	}
	__real_adit_reorder_init(ro, window, wait);
}

WEAK enum adit_reorder_verdict __real_adit_reorder_put(struct adit_reorder *ro, struct sk_buff *skb,
						  u32 seq, unsigned long now);
enum adit_reorder_verdict __wrap_adit_reorder_put(struct adit_reorder *ro, struct sk_buff *skb,
						  u32 seq, unsigned long now);
enum adit_reorder_verdict __wrap_adit_reorder_put(struct adit_reorder *ro, struct sk_buff *skb,
						  u32 seq, unsigned long now)
{
	u32 ahead = seq - ro->next;

	if (queue && queue_now && now != queue_now) {
		put(queue, (u8[]){ 0xe0 }, 1);
		put_u16(queue, now - queue_now);
	}
	queue_now = now;
	if (queue) {
		put(queue, (u8[]){ 0xa0 }, 1);
		put_u16(queue, ahead >> 16);
		put_u16(queue, ahead);
	}
	return __real_adit_reorder_put(ro, skb, seq, now);
}
