// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_id.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "proto/ike_dn.h"

static int set(struct ike_id *id, uint8_t type, const void *data, size_t len)
{
	if (len > sizeof(id->data))
		return -E2BIG;
	id->type = type;
	id->len = len;
	if (len)
		memcpy(id->data, data, len);
	return 0;
}

const struct ike_id ike_id_none;

const struct ike_id *ike_id_dup(const struct ike_id *id)
{
	size_t len = offsetof(struct ike_id, data) + id->len;
	struct ike_id *copy = malloc(len);

	if (copy)
		memcpy(copy, id, len);
	return copy;
}

/* --- from the configuration --- */

static int hex_parse(const char *text, struct ike_id *id, char error[IKE_ERROR_MAX])
{
	size_t len = strlen(text);
	uint8_t octets[IKE_ID_DATA_MAX];

	if (!len || len % 2 || len / 2 > sizeof(octets))
		return ike_refuse(error, "@# is followed by an even number of hexadecimal digits, at most %zu",
				  2 * sizeof(octets));
	for (size_t i = 0; i < len / 2; i++) {
		const char digits[] = { text[2 * i], text[2 * i + 1], '\0' };

		if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
			return ike_refuse(error, "@# is followed by hexadecimal digits, and \"%s\" is not", digits);
		octets[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return set(id, IKE_ID_KEY_ID, octets, len / 2);
}

static int text_parse(uint8_t type, const char *text, struct ike_id *id, char error[IKE_ERROR_MAX])
{
	if (!*text)
		return ike_refuse(error, "an identity is empty");
	if (set(id, type, text, strlen(text)))
		return ike_refuse(error, "an identity has at most %u octets", IKE_ID_DATA_MAX);
	return 0;
}

static int dn_parse(const char *text, struct ike_id *id, char error[IKE_ERROR_MAX])
{
	struct wr w = wr_to(id->data, sizeof(id->data));

	if (ike_dn_parse(text, &w, error))
		return -EINVAL;
	if (w.bad)
		return ike_refuse(error, "a distinguished name has at most %u octets", IKE_ID_DATA_MAX);
	id->type = IKE_ID_DER_ASN1_DN;
	id->len = w.len;
	return 0;
}

static const struct {
	const char *prefix;
	uint8_t type;
} prefixes[] = {
	{ "fqdn:", IKE_ID_FQDN }, { "dns:", IKE_ID_FQDN }, { "email:", IKE_ID_RFC822 }, { "rfc822:", IKE_ID_RFC822 },
	{ "key-id:", IKE_ID_KEY_ID }, { "keyid:", IKE_ID_KEY_ID },
};

int ike_id_parse(const char *text, struct ike_id *id, char error[IKE_ERROR_MAX])
{
	struct addr a;

	memset(id, 0, sizeof(*id));
	if (!strcmp(text, "any") || !strcmp(text, "%any") || !strcmp(text, "*"))
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncasecmp(text, prefixes[i].prefix, strlen(prefixes[i].prefix)))
			return text_parse(prefixes[i].type, text + strlen(prefixes[i].prefix), id, error);
	if (!strncmp(text, "@#", 2))
		return hex_parse(text + 2, id, error);
	if (!addr_parse(text, &a)) {
		ike_id_from_addr(id, &a);
		return 0;
	}
	if (strchr(text, '='))
		return dn_parse(text, id, error);
	if (*text == '@')	/* a name that shall not be looked up, in strongSwan's way of writing */
		return text_parse(strchr(text + 1, '@') ? IKE_ID_RFC822 : IKE_ID_FQDN, text + 1, id, error);
	return text_parse(strchr(text, '@') ? IKE_ID_RFC822 : IKE_ID_FQDN, text, id, error);
}

/* --- from the wire --- */

static bool is_text(const uint8_t *at, size_t len)
{
	return len && !memchr(at, '\0', len);
}

int ike_id_from_wire(struct ike_id *id, uint8_t type, struct ike_octets data)
{
	memset(id, 0, sizeof(*id));
	switch (type) {
	case IKE_ID_IPV4:
		if (data.len != 4)
			return -EINVAL;
		break;
	case IKE_ID_IPV6:
		if (data.len != 16)
			return -EINVAL;
		break;
	case IKE_ID_FQDN:
	case IKE_ID_RFC822:
		if (!is_text(data.at, data.len))
			return -EINVAL;
		break;
	case IKE_ID_DER_ASN1_DN:
		if (!ike_dn_valid(data.at, data.len))
			return -EINVAL;
		break;
	case IKE_ID_KEY_ID:
		if (!data.len)
			return -EINVAL;
		break;
	default:
		return -EINVAL;
	}
	return set(id, type, data.at, data.len);
}

void ike_id_from_addr(struct ike_id *id, const struct addr *a)
{
	bool v4 = a->family == AF_INET;

	memset(id, 0, sizeof(*id));
	set(id, v4 ? IKE_ID_IPV4 : IKE_ID_IPV6, a->bytes, v4 ? 4 : 16);
}

int ike_id_from_dn(struct ike_id *id, const uint8_t *der, size_t len)
{
	memset(id, 0, sizeof(*id));
	return set(id, IKE_ID_DER_ASN1_DN, der, len);
}

/* --- to text --- */

static void print_addr(const struct ike_id *id, char *buf, size_t cap)
{
	struct addr a = { .family = id->type == IKE_ID_IPV4 ? AF_INET : AF_INET6 };
	char text[ADDR_STRLEN];

	memcpy(a.bytes, id->data, id->len);
	snprintf(buf, cap, "%s", addr_to_str(&a, text));
}

static bool is_printable(const struct ike_id *id)
{
	for (size_t i = 0; i < id->len; i++)
		if (!isprint(id->data[i]))
			return false;
	return true;
}

static void print_key_id(const struct ike_id *id, char *buf, size_t cap)
{
	size_t at;

	if (is_printable(id)) {
		snprintf(buf, cap, "key-id:%.*s", id->len, (const char *)id->data);
		return;
	}
	at = snprintf(buf, cap, "@#");
	for (size_t i = 0; i < id->len && at < cap; i++)
		at += snprintf(buf + at, cap - at, "%02x", id->data[i]);
}

/* The text alone, and a prefix where it would be read as something else. */
static void print_text(const struct ike_id *id, char *buf, size_t cap)
{
	const char *prefix = id->type == IKE_ID_FQDN ? "fqdn:" : "email:";
	char error[IKE_ERROR_MAX];
	struct ike_id again;

	log_text(buf, cap, id->data, id->len);
	if (!ike_id_parse(buf, &again, error) && again.type == id->type && again.len == id->len)
		return;
	if (strlen(prefix) >= cap)
		return;
	snprintf(buf, cap, "%s", prefix);
	log_text(buf + strlen(prefix), cap - strlen(prefix), id->data, id->len);
}

const char *ike_id_to_str(const struct ike_id *id, char *buf, size_t cap)
{
	switch (id->type) {
	case IKE_ID_NONE:
		snprintf(buf, cap, "any");
		break;
	case IKE_ID_IPV4:
	case IKE_ID_IPV6:
		print_addr(id, buf, cap);
		break;
	case IKE_ID_FQDN:
	case IKE_ID_RFC822:
		print_text(id, buf, cap);
		break;
	case IKE_ID_DER_ASN1_DN:
		ike_dn_to_str(id->data, id->len, buf, cap);
		break;
	default:
		print_key_id(id, buf, cap);
	}
	return buf;
}

const char *ike_id_type_to_str(uint8_t type)
{
	switch (type) {
	case IKE_ID_NONE:		return "any";
	case IKE_ID_IPV4:		return "IPV4_ADDR";
	case IKE_ID_FQDN:		return "FQDN";
	case IKE_ID_RFC822:		return "RFC822_ADDR";
	case IKE1_ID_IPV4_SUBNET:	return "IPV4_ADDR_SUBNET";
	case IKE_ID_IPV6:		return "IPV6_ADDR";
	case IKE1_ID_IPV6_SUBNET:	return "IPV6_ADDR_SUBNET";
	case IKE1_ID_IPV4_RANGE:	return "IPV4_ADDR_RANGE";
	case IKE1_ID_IPV6_RANGE:	return "IPV6_ADDR_RANGE";
	case IKE_ID_DER_ASN1_DN:	return "DER_ASN1_DN";
	case IKE_ID_DER_ASN1_GN:	return "DER_ASN1_GN";
	case IKE_ID_KEY_ID:		return "KEY_ID";
	default:			return "unknown";
	}
}

/* --- matching --- */

static bool is_name(uint8_t type)
{
	return type == IKE_ID_FQDN || type == IKE_ID_RFC822;
}

static bool same_nocase(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (tolower(a[i]) != tolower(b[i]))
			return false;
	return true;
}

static bool name_matches(const struct ike_id *pattern, const struct ike_id *id)
{
	if (pattern->data[0] != '*')
		return pattern->len == id->len && same_nocase(pattern->data, id->data, id->len);
	/* "*.example.org" does not mean "example.org", nor ".example.org". */
	return id->len > pattern->len - 1 &&
	       same_nocase(pattern->data + 1, id->data + id->len - (pattern->len - 1), pattern->len - 1);
}

bool ike_id_matches(const struct ike_id *pattern, const struct ike_id *id)
{
	if (pattern->type == IKE_ID_NONE)
		return true;
	if (pattern->type != id->type)
		return false;
	if (is_name(pattern->type))
		return name_matches(pattern, id);
	if (pattern->type == IKE_ID_DER_ASN1_DN)
		return ike_dn_matches(pattern->data, pattern->len, id->data, id->len);
	return pattern->len == id->len && !memcmp(pattern->data, id->data, id->len);
}

bool ike_id_equal(const struct ike_id *a, const struct ike_id *b)
{
	return a->type == b->type && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

bool ike_id_is_pattern(const struct ike_id *id)
{
	if (id->type == IKE_ID_NONE)
		return true;
	if (is_name(id->type))
		return id->data[0] == '*';
	return id->type == IKE_ID_DER_ASN1_DN && ike_dn_is_pattern(id->data, id->len);
}

/* One without a wildcard before all others, and of those the longer before the shorter. */
unsigned int ike_id_exactness(const struct ike_id *pattern)
{
	if (pattern->type == IKE_ID_NONE)
		return 0;
	return 1 + pattern->len + (ike_id_is_pattern(pattern) ? 0 : IKE_ID_DATA_MAX);
}

/* --- records --- */

void ike_id_freeze(const struct ike_id *id, struct wr *w)
{
	wr_u8(w, id->type);
	wr_u16(w, id->len);
	wr_bytes(w, id->data, id->len);
}

bool ike_id_thaw(struct ike_id *id, struct rd *r)
{
	uint8_t type = rd_u8(r);
	uint16_t len = rd_u16(r);
	const uint8_t *at = rd_bytes(r, len);

	memset(id, 0, sizeof(*id));
	if (r->bad)
		return false;
	return type == IKE_ID_NONE ? !len : !ike_id_from_wire(id, type, ike_octets_of(at, len));
}
