/* SPDX-License-Identifier: GPL-2.0 */
/* A tunnel is set up on the struct sock; it was on the struct socket around it. */
#ifndef ADIT_COMPAT_NET_UDP_TUNNEL_H
#define ADIT_COMPAT_NET_UDP_TUNNEL_H

#include <linux/version.h>
#include_next <net/udp_tunnel.h>

static inline void adit_setup_udp_tunnel_sock(struct net *net, struct socket *socket, struct udp_tunnel_sock_cfg *cfg)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	setup_udp_tunnel_sock(net, socket, cfg);
#else
	setup_udp_tunnel_sock(net, socket->sk, cfg);
#endif
}

#endif /* ADIT_COMPAT_NET_UDP_TUNNEL_H */
