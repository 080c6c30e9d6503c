/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the GRE slot needs of kmod/pptp.h, which is about sessions and sockets; it is included
 * with that one off.
 */
#ifndef SHIM_PPTP_RCV_H
#define SHIM_PPTP_RCV_H

#define ADIT_PPTP_H

struct sk_buff;

int adit_pptp_rcv(struct sk_buff *skb);

#endif /* SHIM_PPTP_RCV_H */
