// SPDX-License-Identifier: GPL-2.0
/*
 * Enhanced GRE: header and slot.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/unaligned.h>
#include <linux/workqueue.h>
#include <net/gre.h>

#include "gre.h"
#include "pptp.h"

int adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr)
{
	u32 first, second, payload_len;
	bool has_seq, has_ack;
	unsigned int hlen;

	if (len < ADIT_GRE_HLEN_MIN)
		return -EINVAL;
	/* Every packet passes here: two words instead of four halves. */
	first = get_unaligned_be32(data);
	second = get_unaligned_be32(data + 4);
	if ((first & (ADIT_GRE_FIXED_MASK << 16 | 0xffff)) != (ADIT_GRE_FIXED << 16 | ADIT_GRE_PROTOCOL_PPP))
		return -EINVAL;

	has_seq = first & ADIT_GRE_FLAG_S << 16;
	has_ack = first & ADIT_GRE_FLAG_A << 16;
	payload_len = second >> 16;
	hlen = adit_gre_hlen(has_seq, has_ack);
	/* A payload has a sequence number, and a packet without either says nothing. */
	if (!has_seq && (payload_len || !has_ack))
		return -EINVAL;
	if (len < hlen + payload_len)
		return -EINVAL;

	hdr->payload_len = payload_len;
	hdr->call_id = second;
	hdr->has_seq = has_seq;
	hdr->has_ack = has_ack;
	hdr->seq = has_seq ? get_unaligned_be32(data + 8) : 0;
	/* Without a sequence number the acknowledgment stands in its place. */
	hdr->ack = has_ack ? get_unaligned_be32(data + hlen - 4) : 0;
	return hlen;
}

/* A device replaced by another, or a daemon started anew, need not take the slot twice. */
#define LINGER	HZ

/*
 * No err_handler: our outer packets may be fragmented on the way, so no ICMP error changes how they
 * are sent.
 */
static const struct gre_protocol gre_protocol = {
	.handler = adit_pptp_rcv,
};

static DEFINE_MUTEX(slot_lock);
static unsigned int slot_users;	/* [slot_lock] */
static bool slot_held;		/* [slot_lock] registered, true also while it lingers */

static void slot_release(void)
{
	lockdep_assert_held(&slot_lock);
	if (slot_users || !slot_held)
		return;
	gre_del_protocol(&gre_protocol, GREPROTO_PPTP);
	slot_held = false;
}

/*
 * Waits for an RCU grace period, which is why the last put, often under rtnl, leaves it to a work
 * item.
 */
static void slot_linger_over(struct work_struct *work)
{
	mutex_lock(&slot_lock);
	slot_release();
	mutex_unlock(&slot_lock);
}

static DECLARE_DELAYED_WORK(slot_work, slot_linger_over);

int adit_gre_get(struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&slot_lock);
	if (!slot_held) {
		err = gre_add_protocol(&gre_protocol, GREPROTO_PPTP);
		if (err) {
			NL_SET_ERR_MSG(extack,
				       "GRE version 1 is held by another module (pptp?): rmmod pptp");
			err = -EBUSY;
			goto out;
		}
		slot_held = true;
	}
	slot_users++;
out:
	mutex_unlock(&slot_lock);
	return err;
}

void adit_gre_put(void)
{
	mutex_lock(&slot_lock);
	if (!--slot_users)
		mod_delayed_work(system_percpu_wq, &slot_work, LINGER);
	mutex_unlock(&slot_lock);
}

void adit_gre_exit(void)
{
	cancel_delayed_work_sync(&slot_work);
	mutex_lock(&slot_lock);
	slot_release();
	mutex_unlock(&slot_lock);
}
