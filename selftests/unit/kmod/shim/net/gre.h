/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_NET_GRE_H
#define SHIM_NET_GRE_H

#include <linux/errno.h>
#include <linux/types.h>

#define GREPROTO_PPTP	1

struct sk_buff;

struct gre_protocol {
	int (*handler)(struct sk_buff *skb);
	void (*err_handler)(struct sk_buff *skb, u32 info);
};

int gre_add_protocol(const struct gre_protocol *proto, u8 version);
int gre_del_protocol(const struct gre_protocol *proto, u8 version);

#endif /* SHIM_NET_GRE_H */
