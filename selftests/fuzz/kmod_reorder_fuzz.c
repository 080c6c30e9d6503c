// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's reorder queue: arrivals and time as the input says. No packet is lost or given out
 * twice, no more wait than may, none longer than it may, and what comes out rises but where the
 * stream has moved.
 */
#include <linux/skbuff.h>

#include "fuzz.h"
#include "reorder.h"

#define WINDOW_MAX	256	/* of the netlink spec */

static struct adit_reorder ro;
static unsigned long now;
static u32 taken_in, given_out, dropped;

static void check_queue(void)
{
	const struct sk_buff *skb;
	unsigned long since = now - 2 * ro.wait - 1;
	unsigned int n = 0;

	for (skb = ro.queue.next; skb != shim_ring(&ro.queue); skb = skb->next, n++) {
		must((long)(ADIT_REORDER_CB(skb)->since - since) >= 0);
		since = ADIT_REORDER_CB(skb)->since;
	}
	must(n == ro.queue.qlen && taken_in == given_out + dropped + n);
}

/* All that is due; afterwards the head is neither the next one nor late. */
static void drain(void)
{
	struct sk_buff *skb;
	unsigned long due;
	u64 lost = 0, before;
	u32 next;

	for (;;) {
		next = ro.next;
		before = lost;
		skb = adit_reorder_take(&ro, now, &lost);
		if (!skb)
			break;
		must(ADIT_REORDER_CB(skb)->seq == skb->id && ro.next == skb->id + 1);
		must(lost - before == 0 || lost - before == skb->id - next);
		given_out++;
		kfree_skb(skb);
	}
	must(ro.queue.qlen <= ro.window && !ro.drain);
	must(adit_reorder_deadline(&ro, &due) == (ro.queue.qlen > 0));
	must(!ro.queue.qlen || (long)(due - now) > 0);
}

static void arrive(u32 seq)
{
	struct sk_buff *skb;

	taken_in++;
	if (adit_reorder_in_order(&ro, seq, now)) {
		given_out++;
		return;
	}
	skb = calloc(1, sizeof(*skb));
	must(skb);
	skb->id = seq;
	switch (adit_reorder_put(&ro, skb, seq, now)) {
	case ADIT_REORDER_READY:
		drain();
		break;
	case ADIT_REORDER_WAIT:
		must(ro.queue.qlen <= ro.window);
		break;
	case ADIT_REORDER_DUPLICATE:
	case ADIT_REORDER_LATE:
		dropped++;
		kfree_skb(skb);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);

	taken_in = given_out = dropped = 0;
	now = jiffies;
	adit_reorder_init(&ro, in_u16(&in) % (WINDOW_MAX + 1), 1 + in_u16(&in) % 1250);
	arrive(in_u32(&in));
	while (in.left) {
		u8 op = in_u8(&in);

		if (op < 0x80)
			arrive(ro.next + (op & 0x3f) - 8);
		else if (op < 0xa0)
			arrive(ro.stray + (op & 0x1f));
		else if (op < 0xc0)
			arrive(ro.next + (s32)(in_u32(&in) << (op & 7)));
		else if (op < 0xe0)
			now += op & 0x1f;
		else
			now += in_u16(&in);
		if (op >= 0xc0)
			drain();
		check_queue();
	}
	adit_reorder_purge(&ro);
	must(!ro.queue.qlen);
	return 0;
}
