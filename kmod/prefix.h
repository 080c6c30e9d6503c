/* SPDX-License-Identifier: GPL-2.0 */
/* An address prefix of either family. */
#ifndef ADIT_PREFIX_H
#define ADIT_PREFIX_H

#include <linux/in6.h>
#include <linux/types.h>

/**
 * struct adit_prefix - an inner address or prefix; doubles as hash key, so it has no padding
 * @addr: masked; IPv4 in the first word, the rest zero
 * @family: AF_INET or AF_INET6
 * @len: prefix length
 */
struct adit_prefix {
	struct in6_addr addr;
	u16 family;
	u16 len;
};

#endif /* ADIT_PREFIX_H */
