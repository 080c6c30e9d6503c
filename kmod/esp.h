/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ESP (RFC 4303) on the wire: packets routed into an esp device out, received ones in, in tunnel and transport mode,
 * over IPv4 and IPv6, bare or in UDP (RFC 3948). The hooks in the stack are in esp.c, transmit in esp-tx.c, receive in
 * esp-rx.c, the outer path in esp-outer.c, L2TP in a child in carry.c, the link kind in link-esp.c.
 */
#ifndef ADIT_ESP_H
#define ADIT_ESP_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/xarray.h>

#include "crypt.h"
#include "device.h"
#include "esp-hdr.h"
#include "spd.h"
#include "tx.h"

struct adit_child;
struct adit_esp_path;
struct adit_sa;
struct adit_socket;
struct dst_entry;
struct net_device;
struct netlink_ext_ack;
struct sk_buff;
struct sk_buff_head;

/* Outer IP header (IPv6), UDP, ESP around a packet: what a child of a concentrator may need. */
#define ADIT_ESP_OVERHEAD_MAX	(40 + 8 + ADIT_ESP_HEAD_MAX + ADIT_ESP_TAIL_MAX)

/**
 * struct adit_esp_dev - an esp device
 * @base: what every kind has; first
 * @children: struct adit_child by id; ordered, so that a dump resumes exactly
 * @spd: their selectors
 */
struct adit_esp_dev {
	struct adit_dev base;
	struct xarray children;
	struct adit_spd spd;
};

static inline struct adit_esp_dev *adit_esp_dev(struct adit_dev *adev)
{
	return container_of(adev, struct adit_esp_dev, base);
}

/**
 * struct adit_esp_out - one packet's or batch's way out
 * @child: by which
 * @sa: likewise
 * @path: likewise
 * @dst: outer route, without a reference
 * @next: IP protocol of the payload
 * @hlen: octets of the packet that are not protected: its IP header, in transport mode
 * @look: what the outer header shows
 */
struct adit_esp_out {
	struct adit_child *child;
	struct adit_sa *sa;
	struct adit_esp_path *path;
	struct dst_entry *dst;
	u8 next;
	u8 hlen;
	struct adit_esp_look look;
};

int adit_esp_dev_init(struct adit_dev *adev);
void adit_esp_dev_destroy(struct adit_dev *adev);

/* esp.c */
int adit_esp_get(struct netlink_ext_ack *extack);
bool adit_esp_used(void);
void adit_esp_put(void);
void adit_esp_exit(void);

/* esp-tx.c */
netdev_tx_t adit_esp_xmit(struct sk_buff *skb, struct net_device *dev);
void adit_esp_resend(struct adit_dev *adev, struct sk_buff *skb);
void adit_esp_sealed_done(struct adit_crypt *c);
unsigned int adit_esp_path_room(const struct adit_esp_out *out);
unsigned int adit_esp_headroom(const struct adit_esp_out *out);
void adit_esp_seal_list(const struct adit_esp_out *out, struct sk_buff_head *list);

/* esp-rx.c */
int adit_esp_udp_rcv(struct adit_socket *sock, struct sk_buff *skb);
void adit_esp_rcv(struct adit_sa *sa, struct sk_buff *skb);
void adit_esp_opened(struct adit_crypt *c);

/* esp-outer.c */
struct dst_entry *adit_esp_route(struct adit_child *child, struct adit_esp_path *path);
unsigned int adit_esp_path_mtu(const struct adit_esp_path *path, const struct dst_entry *dst);
bool adit_esp_path_move(struct adit_child *child, const struct in6_addr *peer, __be16 port);
void adit_esp_path_shrunk(struct adit_child *child, u32 mtu);
void adit_esp_path_free(struct adit_esp_path *path);
void adit_esp_path_free_later(struct adit_esp_path *path);
void adit_esp_path_flush(struct adit_child *child);
void adit_esp_output(struct adit_child *child, struct adit_esp_path *path, struct sk_buff *skb,
		     struct dst_entry *dst, const struct adit_esp_look *look);

int adit_link_esp_init(void);
void adit_link_esp_exit(void);

/* Lower the MSS of a SYN that passes, either way, to what the device carries. skb->data is at its IP header. */
static inline void adit_esp_clamp(const struct adit_dev *adev, struct sk_buff *skb)
{
	unsigned int mss = READ_ONCE(adev->mss_clamp);

	if (mss == ADIT_MSS_CLAMP_OFF || !adit_tx_may_be_syn(skb))
		return;
	if (mss == ADIT_MSS_CLAMP_AUTO)
		mss = READ_ONCE(adev->dev->mtu) - sizeof(struct iphdr) - sizeof(struct tcphdr);
	adit_clamp(skb, mss);
}

/*
 * Checksums inside an authentic packet need no look: the integrity check covers the same octets. Behind a NAT that
 * changed the addresses which one covers, it would be wrong besides (RFC 3948 section 3.1.2). What is forwarded takes
 * its checksum along.
 */
static inline void adit_esp_summed(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = ~0; /* all levels */
}

#endif /* ADIT_ESP_H */
