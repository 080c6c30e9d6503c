// SPDX-License-Identifier: GPL-2.0
/* Hooks of the machine: taken with the first device, given back after the last. */

#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/netlink.h>

#include "slot.h"

#define LINGER	HZ

static void adit_slot_release(struct adit_slot *slot)
{
	lockdep_assert_held(&slot->lock);

	if (slot->users || !slot->held)
		return;
	slot->release();
	slot->held = false;
}

void adit_slot_linger_over(struct work_struct *work)
{
	struct adit_slot *slot = container_of(to_delayed_work(work), struct adit_slot, work);

	mutex_lock(&slot->lock);
	adit_slot_release(slot);
	mutex_unlock(&slot->lock);
}

/**
 * adit_slot_get() - take a hook, or use it once more
 * @slot: hook
 * @extack: told when another module has it
 *
 * Packets come by it from then on. Context: process, may sleep; rtnl may be held.
 *
 * Return: 0 or -errno.
 */
int adit_slot_get(struct adit_slot *slot, struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&slot->lock);
	if (!slot->held)
		err = slot->take();
	if (!err) {
		slot->held = true;
		slot->users++;
	} else if (extack) {
		extack->_msg = slot->held_text;
	}
	mutex_unlock(&slot->lock);
	return err;
}

/**
 * adit_slot_put() - undo one adit_slot_get()
 * @slot: hook; the last one gives it back a second later
 *
 * Context: process, may sleep; rtnl may be held.
 */
void adit_slot_put(struct adit_slot *slot)
{
	mutex_lock(&slot->lock);
	if (!--slot->users)
		mod_delayed_work(system_percpu_wq, &slot->work, LINGER);
	mutex_unlock(&slot->lock);
}

/**
 * adit_slot_exit() - give a hook back now, when nobody uses it any more
 * @slot: hook; no packet is behind it afterwards
 *
 * Context: process, may sleep.
 */
void adit_slot_exit(struct adit_slot *slot)
{
	cancel_delayed_work_sync(&slot->work);
	mutex_lock(&slot->lock);
	adit_slot_release(slot);
	mutex_unlock(&slot->lock);
}
