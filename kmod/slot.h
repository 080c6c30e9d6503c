/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slot: a hook of the machine that devices share. It is taken when the first of them is made, and given back a second
 * after the last: a device replaced by another, or a daemon started anew, need not take it twice. Giving back waits for
 * an RCU grace period, which is why the last put, often under rtnl, leaves it to a work item.
 */
#ifndef ADIT_SLOT_H
#define ADIT_SLOT_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct netlink_ext_ack;

/**
 * struct adit_slot - one hook
 * @take: registers; 0 or -errno
 * @release: undoes it; no packet comes by it afterwards
 * @held_text: what to say where another module has it
 * @lock: the rest
 * @users: how many
 * @held: registered, true also while it lingers
 * @work: gives it back
 */
struct adit_slot {
	int (*take)(void);
	void (*release)(void);
	const char *held_text;
	struct mutex lock;	/* the rest */
	unsigned int users;
	bool held;
	struct delayed_work work;
};

void adit_slot_linger_over(struct work_struct *work);

#define ADIT_SLOT(name, take_, release_, text)						\
	struct adit_slot name = {							\
		.take		= (take_),						\
		.release	= (release_),						\
		.held_text	= (text),						\
		.lock		= __MUTEX_INITIALIZER((name).lock),			\
		.work		= __DELAYED_WORK_INITIALIZER((name).work,		\
								     adit_slot_linger_over, 0), \
	}

int adit_slot_get(struct adit_slot *slot, struct netlink_ext_ack *extack);
void adit_slot_put(struct adit_slot *slot);
void adit_slot_exit(struct adit_slot *slot);

#endif /* ADIT_SLOT_H */
