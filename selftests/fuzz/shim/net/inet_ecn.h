/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_NET_INET_ECN_H
#define SHIM_NET_INET_ECN_H

#include <linux/types.h>

static inline bool INET_ECN_is_ce(u8 field)
{
	return (field & 3) == 3;
}

#endif /* SHIM_NET_INET_ECN_H */
