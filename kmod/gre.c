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

/* The first 16 bits, RFC 2637 §4.1. */
#define FLAG_C		0x8000
#define FLAG_R		0x4000
#define FLAG_K		0x2000
#define FLAG_S		0x1000
#define FLAG_A		0x0080
#define FLAGS_RESERVED	0x0078
#define VERSION_MASK	0x0007
#define VERSION		0x0001
#define PROTOCOL_PPP	0x880b

/*
 * What must be as it is. C and R would put further fields into the header. Strict source route
 * (0x0800) and recursion control (0x0700) change nothing in it and are ignored, as other
 * implementations do.
 */
#define FIXED_MASK	(FLAG_C | FLAG_R | FLAG_K | FLAGS_RESERVED | VERSION_MASK)
#define FIXED		(FLAG_K | VERSION)

int adit_gre_parse(const u8 *data, unsigned int len, struct adit_gre_hdr *hdr)
{
	struct adit_gre_hdr h = {};
	unsigned int hlen;
	u16 flags;

	if (len < ADIT_GRE_HLEN_MIN)
		return -EINVAL;
	flags = get_unaligned_be16(data);
	if ((flags & FIXED_MASK) != FIXED || get_unaligned_be16(data + 2) != PROTOCOL_PPP)
		return -EINVAL;

	h.has_seq = flags & FLAG_S;
	h.has_ack = flags & FLAG_A;
	h.payload_len = get_unaligned_be16(data + 4);
	h.call_id = get_unaligned_be16(data + 6);
	hlen = adit_gre_hlen(h.has_seq, h.has_ack);
	/* A payload has a sequence number, and a packet without either says nothing. */
	if (!h.has_seq && (h.payload_len || !h.has_ack))
		return -EINVAL;
	if (len < hlen + h.payload_len)
		return -EINVAL;

	if (h.has_seq)
		h.seq = get_unaligned_be32(data + 8);
	/* Without a sequence number the acknowledgment stands in its place. */
	if (h.has_ack)
		h.ack = get_unaligned_be32(data + hlen - 4);
	*hdr = h;
	return hlen;
}

void adit_gre_build(u8 *dst, const struct adit_gre_hdr *hdr)
{
	put_unaligned_be16(FIXED | (hdr->has_seq ? FLAG_S : 0) | (hdr->has_ack ? FLAG_A : 0), dst);
	put_unaligned_be16(PROTOCOL_PPP, dst + 2);
	put_unaligned_be16(hdr->payload_len, dst + 4);
	put_unaligned_be16(hdr->call_id, dst + 6);
	if (hdr->has_seq)
		put_unaligned_be32(hdr->seq, dst + 8);
	if (hdr->has_ack)
		put_unaligned_be32(hdr->ack, dst + adit_gre_hlen(hdr->has_seq, true) - 4);
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
