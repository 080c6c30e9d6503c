/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cppcheck must know of macros whose headers it does not read: that they begin a loop, ask a question, end the test,
 * or declare a member or a function.
 */
#define TAILQ_HEAD(name, type)		struct name { struct type *first; }
#define TAILQ_ENTRY(type)		struct { struct type *next; }
#define TAILQ_FOREACH(v, head, link)	for ((v) = (head)->first; (v); (v) = (v)->link.next)
#define STAILQ_HEAD(name, type)		struct name { struct type *first; }
#define STAILQ_ENTRY(type)		struct { struct type *next; }
#define STAILQ_FOREACH(v, head, link)	for ((v) = (head)->first; (v); (v) = (v)->link.next)
#define llist_for_each_entry_safe(v, n, first, link) for ((v) = first_of(first), (n) = next_of(v); (v); (v) = (n))
#define nla_for_each_attr(v, head, len, rem) for ((v) = (head), (rem) = (len); (v); (v) = next_of(v))
#define list_for_each_entry(v, head, link) for ((v) = first_of(head); (v); (v) = next_of(v))
#define list_for_each_entry_safe(v, n, head, link) for ((v) = first_of(head), (n) = next_of(v); (v); (v) = (n))
#define mnl_attr_for_each(v, nlh, offset) for ((v) = first_of(nlh, offset); (v); (v) = next_of(v))
#define mnl_attr_for_each_nested(v, nest) for ((v) = first_of(nest); (v); (v) = next_of(v))
#define rhl_for_each_entry_rcu(v, pos, list, link) for ((v) = first_of(list, &(pos)); (v); (v) = next_of(v))
#define json_array_foreach(array, i, v)	for ((v) = first_of(array, &(i)); (v); (v) = next_of(v))
#define for_each_possible_cpu(v)		for ((v) = 0; (v) < cpus(); (v)++)
#define FIXTURE(name)			struct name
#define FIXTURE_VARIANT(name)		struct name
#define ASSERT_EQ(expected, seen)	if ((expected) != (seen))
#define ASSERT_LE(expected, seen)	if (!((expected) <= (seen)))
#define EXPECT_EQ(expected, seen)	if ((expected) != (seen))
#define EXPECT_GT(seen, limit)		if (!((seen) > (limit)))
#define EXPECT_LT(expected, seen)	if (!((expected) < (seen)))
#define EXPECT_TRUE(seen)		if (!(seen))
#define assert_true(seen)		if (!(seen)) abort()
#define ADIT_RTNL_NEWLINK(function)
#define ADIT_CRYPTO_DONE(function)
