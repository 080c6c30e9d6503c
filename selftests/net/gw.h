/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the netlink family share: a namespace with a concentrator, and requests about its sessions that a
 * test changes one thing of.
 */
#ifndef ADIT_NET_GW_H
#define ADIT_NET_GW_H

#include <stdbool.h>
#include <stdint.h>

#include "nl.h"

#define DEV	"gw0"
#define LOCAL	0xc0000201	/* 192.0.2.1 */
#define PEER	0xc0000202

/* What a request of session-new or session-set says; the harness changes one thing at a time. */
struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

/* What a dump or a get told of sessions. */
struct told {
	unsigned int sessions;
	unsigned int prefixes;
	uint32_t last_id;
	bool ordered;
	bool key_told;
	uint32_t net;
	uint32_t tx_strength;
	uint32_t window;
	uint32_t ack_delays;	/* how often it was told */
	uint32_t ack_delay;
};

/* What dev-get told. */
struct device {
	unsigned int devices;
	uint32_t sessions;
	uint32_t owner;
	uint64_t lost;
};

/* Attributes out of range, one at a time: @size is 1, 2, 4 octets or another length with zeros. */
struct wrong {
	int attr;
	int size;
	uint32_t value;
};
void put_wrong(struct nlmsghdr *nlh, const struct wrong *wrong);

void put_prefix4(struct nlmsghdr *nlh, uint32_t addr, int len);
void put_prefix6(struct nlmsghdr *nlh, const char *text, int len);
void put_key(struct nlmsghdr *nlh, int attr, uint32_t strength, size_t len);
/* The identity of session @id, without what is in @skip. */
void session_begin(struct nl *nl, struct request *rq, uint32_t id, int skip);
int session_new(struct nl *nl, uint32_t id);
void session_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t id);
int session_del(struct nl *nl, uint32_t id);
int session_get(struct nl *nl, uint32_t id, struct told *told);
int session_dump(struct nl *nl, uint32_t ifindex, struct told *told);
int device_cb(const struct nlmsghdr *nlh, void *arg);	/* arg: a struct device */
int device_request(struct nl *nl, uint8_t cmd, bool take_over, struct device *device);

#endif /* ADIT_NET_GW_H */
