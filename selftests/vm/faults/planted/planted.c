// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mistakes that a kernel can make, each on request: insmod planted.ko mistake=NAME. A kernel that looks for such
 * mistakes must say so, and whoever reads its log must hear it.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *mistake = "";
module_param(mistake, charp, 0);
MODULE_PARM_DESC(mistake, "Which mistake to make");

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);

struct shared {
	struct timer_list timer;
	int value;
};

static struct shared here;
static struct shared __rcu *shared = (struct shared __rcu *)&here;

static void use_after_free(void)
{
	struct shared *object = kzalloc(sizeof(*object), GFP_KERNEL);

	kfree(object);
	if (object)
		WRITE_ONCE(object->value, 1);
}

static void out_of_bounds(void)
{
	unsigned int size = READ_ONCE(here.value) + 16;
	u8 *octets = kzalloc(size, GFP_KERNEL);

	if (octets)
		WRITE_ONCE(octets[size], 1);
	kfree(octets);
}

static void shift(void)
{
	int bits = READ_ONCE(here.value) + 32;

	WRITE_ONCE(here.value, (1 << bits) & 1);
	here.value = 0;
}

static void timer_forgotten(struct timer_list *timer)
{
}

static void free_active(void)
{
	struct shared *object = kzalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return;
	timer_setup(&object->timer, timer_forgotten, 0);
	mod_timer(&object->timer, jiffies + 3600 * HZ);
	kfree(object);
}

static void rcu_unlocked(void)
{
	WRITE_ONCE(here.value, rcu_dereference(shared)->value);
}

static void sleep_in_atomic(void)
{
	spin_lock(&lock_a);
	kfree(kmalloc(16, GFP_KERNEL));
	spin_unlock(&lock_a);
}

static void lock_inversion(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);

	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

/* Many: the last one's address may still be in a register or on a stack, where a scan would find it. */
static void leak(void)
{
	unsigned int i;
	void *lost;

	for (i = 0; i < 10; i++) {
		lost = kzalloc(100, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(lost);
	}
}

static void panic_now(void)
{
	panic("planted");
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "use-after-free", use_after_free },
	{ "out-of-bounds", out_of_bounds },
	{ "shift", shift },
	{ "free-active", free_active },
	{ "rcu-unlocked", rcu_unlocked },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "lock-inversion", lock_inversion },
	{ "leak", leak },
	{ "panic", panic_now },
};

static int __init planted_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (strcmp(mistake, mistakes[i].name))
			continue;
		mistakes[i].make();
		return 0;
	}
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_DESCRIPTION("Mistakes on request, for a test of the test machine");
MODULE_LICENSE("GPL");
