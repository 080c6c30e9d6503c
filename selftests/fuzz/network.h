/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on its way between two ends, and the harm that an input does to it: datagrams are lost, repeated, bent and
 * held back. A network is all zeros at first; what does not fit in any more is lost.
 */
#ifndef ADIT_FUZZ_NETWORK_H
#define ADIT_FUZZ_NETWORK_H

#include "fuzz.h"

#define NETWORK_FLYING_MAX	128
#define NETWORK_PATH_MAX	64

struct network_datagram {
	void *to;
	uint8_t path[NETWORK_PATH_MAX];	/* a copy of the protocol's own, as the receiver sees it */
	uint8_t *octets;	/* in a block of exactly their length; the receiver frees them */
	size_t len;
};

struct network {
	struct network_datagram flying[NETWORK_FLYING_MAX];
	unsigned int n;
	unsigned int lose, repeat;	/* so many of the next ones */
	uint16_t bend_at;		/* this octet of the next one, with bend_bits; 0: none */
	uint8_t bend_bits;
	bool bent;			/* something was */
};

static inline void network_fly(struct network *net, void *to, const void *path, size_t path_len, const uint8_t *data,
			       size_t len)
{
	struct network_datagram *d = &net->flying[net->n];

	must(path_len <= NETWORK_PATH_MAX && len);
	if (net->n == NETWORK_FLYING_MAX)
		return;
	net->n++;
	d->to = to;
	d->len = len;
	memcpy(d->path, path, path_len);
	d->octets = malloc(len);
	must(d->octets);
	memcpy(d->octets, data, len);
	if (!net->bend_at)
		return;
	d->octets[net->bend_at % len] ^= net->bend_bits;
	net->bend_at = 0;
	net->bent = true;
}

static inline void network_send(struct network *net, void *to, const void *path, size_t path_len, const uint8_t *data,
				size_t len)
{
	if (net->lose) {
		net->lose--;
		return;
	}
	for (unsigned int n = net->repeat ? 2 : 1; n; n--)
		network_fly(net, to, path, path_len, data, len);
	net->repeat -= net->repeat > 0;
}

/* That one, which is less than net->n, has arrived. */
static inline struct network_datagram network_take(struct network *net, unsigned int which)
{
	struct network_datagram d = net->flying[which];

	memmove(&net->flying[which], &net->flying[which + 1], (--net->n - which) * sizeof(d));
	return d;
}

/* It does no harm any more. */
static inline void network_heal(struct network *net)
{
	net->lose = net->repeat = net->bend_at = 0;
}

static inline void network_clear(struct network *net)
{
	while (net->n)
		free(net->flying[--net->n].octets);
}

#endif /* ADIT_FUZZ_NETWORK_H */
