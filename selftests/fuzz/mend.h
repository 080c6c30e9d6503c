/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums made right after a change, which chance does not hit. */
#ifndef ADIT_FUZZ_MEND_H
#define ADIT_FUZZ_MEND_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t mend_sum(uint32_t sum, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static inline void mend_put(uint8_t *at, uint32_t sum)
{
	at[0] = ~sum >> 8;
	at[1] = ~sum;
}

/* The header's, as long as the header says it is. */
static inline void mend_ipv4(uint8_t *packet, size_t len)
{
	size_t header = len ? (packet[0] & 15) * 4u : 0;

	if (header < 20 || header > len)
		return;
	packet[10] = packet[11] = 0;
	mend_put(packet + 10, mend_sum(0, packet, header));
}

/* ICMPv6's, behind a plain IPv6 header. */
static inline void mend_icmpv6(uint8_t *packet, size_t len)
{
	size_t payload = len < 6 ? 0 : (size_t)packet[4] << 8 | packet[5];

	if (payload < 4 || payload > len || len - payload < 40)
		return;
	packet[42] = packet[43] = 0;
	mend_put(packet + 42, mend_sum(mend_sum((uint32_t)payload + packet[6], packet + 8, 32), packet + 40,
				       payload));
}

#endif /* ADIT_FUZZ_MEND_H */
