// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/hash.h"

static unsigned int addr_bits(const struct addr *a)
{
	return a->family == AF_INET ? 32 : 128;
}

int addr_parse(const char *text, struct addr *out)
{
	struct addr a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(a.family, text, a.bytes) != 1)
		return -EINVAL;
	*out = a;
	return 0;
}

/* Octet i of a mask of len bits. */
static uint8_t mask_octet(unsigned int len, unsigned int i)
{
	if (len >= 8 * (i + 1))
		return 0xff;
	if (len <= 8 * i)
		return 0;
	return 0xff << (8 * (i + 1) - len);
}

static bool host_bits_set(const struct prefix *p)
{
	for (unsigned int i = 0; i < addr_bits(&p->addr) / 8; i++)
		if (p->addr.bytes[i] & (uint8_t)~mask_octet(p->len, i))
			return true;
	return false;
}

static int prefix_len_parse(const char *text, unsigned int max, uint8_t *len)
{
	unsigned int v = 0;

	/* Digits only and no leading zero: strtoul would take " +08". */
	if (!*text || (*text == '0' && text[1]))
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		v = v * 10 + (*text - '0');
		if (v > max)
			return -EINVAL;
	}
	*len = v;
	return 0;
}

int prefix_parse(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	char buf[ADDR_STRLEN];
	struct prefix p;
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, text, len);
	buf[len] = '\0';
	if (addr_parse(buf, &p.addr))
		return -EINVAL;
	p.len = addr_bits(&p.addr);
	if (slash && prefix_len_parse(slash + 1, p.len, &p.len))
		return -EINVAL;
	if (host_bits_set(&p))
		return -ERANGE;
	*out = p;
	return 0;
}

const char *addr_to_str(const struct addr *a, char buf[ADDR_STRLEN])
{
	if (!a->family || !inet_ntop(a->family, a->bytes, buf, ADDR_STRLEN))
		snprintf(buf, ADDR_STRLEN, "none");
	return buf;
}

const char *prefix_to_str(const struct prefix *p, char buf[ADDR_STRLEN])
{
	size_t len;

	addr_to_str(&p->addr, buf);
	if (!p->addr.family)
		return buf;
	len = strlen(buf);
	snprintf(buf + len, ADDR_STRLEN - len, "/%u", p->len);
	return buf;
}

uint64_t addr_hash(const struct addr *a)
{
	return hash_bytes(a->bytes, a->family == AF_INET ? 4 : 16);
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return false;
	return !a->family || !memcmp(a->bytes, b->bytes, addr_bits(a) / 8);
}

bool prefix_contains(const struct prefix *p, const struct addr *a)
{
	if (!a->family || p->addr.family != a->family)
		return false;
	for (unsigned int i = 0; i < addr_bits(a) / 8; i++)
		if ((p->addr.bytes[i] ^ a->bytes[i]) & mask_octet(p->len, i))
			return false;
	return true;
}

struct addr addr_v4(uint32_t host_order)
{
	return (struct addr){ .family = AF_INET, .v4.s_addr = htonl(host_order) };
}

uint32_t addr_v4_host(const struct addr *a)
{
	return a->family == AF_INET ? ntohl(a->v4.s_addr) : 0;
}
