// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static unsigned int addr_octets(uint8_t family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

int addr_parse(const char *text, struct addr *out)
{
	struct addr a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(a.family, text, a.bytes) != 1)
		return -EINVAL;
	*out = a;
	return 0;
}

/* Whether all bits from bit `len` on are zero. */
static bool host_bits_clear(const struct prefix *p)
{
	unsigned int octets = addr_octets(p->addr.family);

	for (unsigned int bit = p->len; bit < octets * 8; bit++)
		if (p->addr.bytes[bit / 8] & 0x80 >> bit % 8)
			return false;
	return true;
}

int prefix_parse(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	char addr[INET6_ADDRSTRLEN];
	struct prefix p = { 0 };
	unsigned long len;
	char *end;

	if (snprintf(addr, sizeof(addr), "%.*s", (int)(slash ? (size_t)(slash - text) : strlen(text)), text) >=
	    (int)sizeof(addr))
		return -EINVAL;
	if (addr_parse(addr, &p.addr))
		return -EINVAL;
	len = addr_octets(p.addr.family) * 8;
	if (slash) {
		if (slash[1] < '0' || slash[1] > '9')
			return -EINVAL;
		errno = 0;
		len = strtoul(slash + 1, &end, 10);
		if (*end || errno || len > addr_octets(p.addr.family) * 8)
			return -EINVAL;
	}
	p.len = len;
	if (!host_bits_clear(&p))
		return -ERANGE;
	*out = p;
	return 0;
}

const char *addr_to_str(const struct addr *a, char buf[ADDR_STRLEN])
{
	if (!addr_octets(a->family) || !inet_ntop(a->family, a->bytes, buf, ADDR_STRLEN))
		snprintf(buf, ADDR_STRLEN, "none");
	return buf;
}

const char *prefix_to_str(const struct prefix *p, char buf[ADDR_STRLEN])
{
	size_t len;

	addr_to_str(&p->addr, buf);
	len = strlen(buf);
	snprintf(buf + len, ADDR_STRLEN - len, "/%u", p->len);
	return buf;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, addr_octets(a->family));
}

bool prefix_contains(const struct prefix *p, const struct addr *a)
{
	unsigned int whole = p->len / 8, rest = p->len % 8;

	if (p->addr.family != a->family || memcmp(p->addr.bytes, a->bytes, whole))
		return false;
	return !rest || !((p->addr.bytes[whole] ^ a->bytes[whole]) >> (8 - rest));
}

struct addr addr_v4(uint32_t host_order)
{
	return (struct addr){ .family = AF_INET, .v4.s_addr = htonl(host_order) };
}

uint32_t addr_v4_host(const struct addr *a)
{
	return ntohl(a->v4.s_addr);
}
