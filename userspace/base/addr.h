/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and prefixes of both families, in network order. */
#ifndef ADIT_BASE_ADDR_H
#define ADIT_BASE_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct addr {
	uint8_t family;		/* AF_INET, AF_INET6, or 0 for none */
	union {
		struct in_addr v4;
		struct in6_addr v6;
		uint8_t bytes[16];
	};
};

struct prefix {
	struct addr addr;
	uint8_t len;
};

#define ADDR_STRLEN 64

int addr_parse(const char *text, struct addr *out);		/* -EINVAL */
/* "a/len" or "a"; -EINVAL; -ERANGE when host bits are set */
int prefix_parse(const char *text, struct prefix *out);
const char *addr_to_str(const struct addr *a, char buf[ADDR_STRLEN]);
const char *prefix_to_str(const struct prefix *p, char buf[ADDR_STRLEN]);
bool addr_equal(const struct addr *a, const struct addr *b);
uint64_t addr_hash(const struct addr *a);	/* for base/hash.h */
bool prefix_contains(const struct prefix *p, const struct addr *a);
struct addr addr_v4(uint32_t host_order);
uint32_t addr_v4_host(const struct addr *a);

#endif /* ADIT_BASE_ADDR_H */
