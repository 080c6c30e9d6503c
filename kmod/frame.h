/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames and events on their way to the owner of a device: one netlink socket that claimed it. The claim ends with the
 * socket, with the device, or when another takes it over. While the device is in another namespace than the owner, the
 * owner hears nothing.
 */
#ifndef ADIT_FRAME_H
#define ADIT_FRAME_H

#include <linux/types.h>

struct adit_dev;
struct adit_session;
struct net;
struct netlink_ext_ack;
struct sk_buff;

/* The owner hears of lost frames this often and no more, jiffies: the news must not add to the flood. */
#define ADIT_LOST_TOLD_EVERY	HZ

/*
 * Frames that a session may hand up: a login of the longest kind (LCP, CHAP with retries, CCP, IPCP, IPV6CP) fits into
 * the burst, and a flooding peer costs its owner no more than the rate. A child's L2TP control messages likewise.
 */
#define ADIT_FRAME_BURST	64
#define ADIT_FRAMES_PER_SEC	32

/**
 * struct adit_allowance - what may go up; the lock of whose it is
 * @tokens: frames
 * @filled: jiffies at which @tokens was true
 */
struct adit_allowance {
	u32 tokens;
	unsigned long filled;
};

void adit_allowance_init(struct adit_allowance *a);
bool adit_allowance_take(struct adit_allowance *a);

int adit_owner_claim(struct adit_dev *adev, struct net *net, u32 portid, bool take_over,
		     struct netlink_ext_ack *extack);
int adit_owner_release(struct adit_dev *adev, struct net *net, u32 portid, struct netlink_ext_ack *extack);
void adit_owner_closed(struct adit_dev *adev, struct net *net, u32 portid);
void adit_owner_forget(struct adit_dev *adev);
u32 adit_owner_portid(struct adit_dev *adev);

int adit_frame_up(struct adit_session *s, u16 protocol, struct sk_buff *skb, bool encrypted);
void adit_frames_lost(struct adit_session *s, unsigned int n);
int adit_event_up(struct adit_session *s, u32 event);

int adit_frame_init(void);
void adit_frame_exit(void);

#endif /* ADIT_FRAME_H */
