/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_NETLINK_H
#define SHIM_LINUX_NETLINK_H

struct netlink_ext_ack {
	const char *_msg;
};

#define NL_SET_ERR_MSG(extack, msg)	do { if (extack) (extack)->_msg = (msg); } while (0)

#endif /* SHIM_LINUX_NETLINK_H */
