// SPDX-License-Identifier: GPL-2.0-or-later
/* The spec as netlink_fuzz.c knows it: attributes of any value, and one change to a request that is right. */
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "netlink_fuzz.h"
#include "spec_table.h"

#define MESSAGE_MAX	3000
#define DEPTH_MAX	4

struct change change;
unsigned int changes_put;
uint64_t chance_state;

static const struct { const char *name; const struct spec_set *set; } links[LINK_KINDS] = {
	[LINK_PPTP] = { "pptp", &set_link_pptp }, [LINK_L2TP] = { "l2tp", &set_link_l2tp },
	[LINK_ESP] = { "esp", &set_link_esp },
};

unsigned int spec_ops_n(void)
{
	return sizeof(spec_ops) / sizeof(spec_ops[0]);
}

const struct spec_op *spec_op(unsigned int i)
{
	return &spec_ops[i];
}

const struct spec_op *spec_op_by_cmd(uint8_t cmd)
{
	for (unsigned int i = 0; i < spec_ops_n(); i++)
		if (spec_ops[i].cmd == cmd)
			return &spec_ops[i];
	return NULL;
}

const struct spec_set *spec_link(unsigned int kind)
{
	return links[kind].set;
}

const char *spec_link_name(unsigned int kind)
{
	return links[kind].name;
}

/* --- chance --- */

/* This request is right but for its values, which lets it come further. */
static bool careful;

uint32_t chance(uint32_t n)
{
	/* xorshift64*; the same everywhere */
	chance_state ^= chance_state >> 12;
	chance_state ^= chance_state << 25;
	chance_state ^= chance_state >> 27;
	return n ? (uint32_t)(chance_state * 0x2545f4914f6cdd1dULL >> 32) % n : 0;
}

bool one_in(uint32_t n)
{
	return !chance(n);
}

void chance_fill(void *data, size_t len)
{
	uint8_t *p = data;

	while (len--)
		*p++ = chance(256);
}

/* --- values --- */

static uint64_t in_range(const struct spec_attr *a)
{
	uint64_t span = a->max - a->min;

	if (one_in(4))
		return one_in(2) ? a->min : a->max;
	return a->min + chance(span < 4096 ? (uint32_t)span + 1 : 4096);
}

static uint64_t out_of_range(const struct spec_attr *a)
{
	switch (chance(5)) {
	case 0:
		return a->min - 1;
	case 1:
		return a->max + 1;
	case 2:
		return 0;
	case 3:
		return UINT64_MAX;
	default:
		return (uint64_t)chance(0) << 32 | chance(UINT32_MAX);
	}
}

/* Values that mean something here, in network order where the spec says so. */
static bool meaningful(const struct spec_attr *a, uint64_t *value)
{
	static const uint16_t protocols[] = { 0xc021, 0xc223, 0x8021, 0x8057, 0x80fd, 0x0021, 0x0057, 0x00fd };

	if (!strcmp(a->name, "ifindex"))
		*value = (uint32_t)devices[chance(DEVICES)].ifindex;
	else if (!strcmp(a->name, "id"))
		*value = 1 + chance(IDS);
	else if (strstr(a->name, "call-id"))
		*value = 1 + chance(IDS);
	else if (!strcmp(a->name, "local-v4") || !strcmp(a->name, "local"))
		*value = htonl(0xc0000201);
	else if (!strcmp(a->name, "peer-v4") || !strcmp(a->name, "remote"))
		*value = htonl(0xc000020a + chance(3));
	else if (!strcmp(a->name, "v4"))
		*value = htonl(0x0a090000 + chance(16) * (one_in(2) ? 1 : 256));
	else if (!strcmp(a->name, "len"))
		*value = one_in(2) ? 32 : chance(129);
	else if (!strcmp(a->name, "protocol"))
		*value = protocols[chance(sizeof(protocols) / sizeof(protocols[0]))];
	else if (!strcmp(a->name, "link"))
		*value = if_nametoindex("out0");
	else if (!strcmp(a->name, "fd"))
		*value = one_in(4) ? chance(20) : (uint32_t)sockets[chance(SOCKETS)];
	else if (!strcmp(a->name, "local-port") || !strcmp(a->name, "peer-port"))
		*value = htons(1701 + chance(2));
	else
		return false;
	return true;
}

static void put_any_number(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int octets)
{
	uint64_t value;

	if (!meaningful(a, &value) || (!careful && one_in(12)))
		value = !careful && one_in(8) ? out_of_range(a) : in_range(a);
	mnl_attr_put(nlh, a->number, octets, &value);	/* little endian, as all that we run on */
}

static void put_binary(struct nlmsghdr *nlh, const struct spec_attr *a)
{
	size_t len = a->exact_len ? a->exact_len : chance(one_in(30) ? 2100 : 64);
	uint8_t data[2100];

	chance_fill(data, sizeof(data));
	/* A control packet with its length, or an address of the documentation's prefix. */
	if (!a->exact_len && len > 4) {
		data[2] = len >> 8;
		data[3] = len & 0xff;
	} else if (a->exact_len == 16 && one_in(2)) {
		memset(data + 2, 0, 13);
		memcpy(data, "\x20\x01", 2);
	}
	mnl_attr_put(nlh, a->number, len, data);
}

static void put_set(struct nlmsghdr *nlh, const struct spec_set *set, const uint16_t *wanted,
		    unsigned int n_wanted, unsigned int depth);

static void put_right(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int depth)
{
	struct nlattr *nest;

	switch (a->type) {
	case SPEC_U8:
		put_any_number(nlh, a, 1);
		break;
	case SPEC_U16:
		put_any_number(nlh, a, 2);
		break;
	case SPEC_U32:
		put_any_number(nlh, a, 4);
		break;
	case SPEC_U64:
		put_any_number(nlh, a, 8);
		break;
	case SPEC_STRING:
		mnl_attr_put_strz(nlh, a->number, devices[chance(DEVICES)].name);
		break;
	case SPEC_FLAG:
	case SPEC_PAD:
		mnl_attr_put(nlh, a->number, 0, NULL);
		break;
	case SPEC_BINARY:
		put_binary(nlh, a);
		break;
	case SPEC_NEST:
		nest = mnl_attr_nest_start(nlh, a->number);
		put_set(nlh, a->nest, NULL, 0, depth + 1);
		mnl_attr_nest_end(nlh, nest);
		break;
	}
}

/* Octets without regard to the type; or right ones in an attribute that says otherwise of itself. */
static void put_wrong(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int depth)
{
	struct nlattr *at = mnl_nlmsg_get_payload_tail(nlh);
	uint8_t data[40];

	if (one_in(2)) {
		chance_fill(data, sizeof(data));
		mnl_attr_put(nlh, a->number, chance(sizeof(data)), data);
	} else {
		put_right(nlh, a, depth);
	}
	switch (chance(8)) {
	case 0:
		at->nla_len = chance(4);
		break;
	case 1:
		at->nla_len += 1 + chance(64);
		break;
	case 2:
		at->nla_len = 0xffff;
		break;
	case 3:
		at->nla_type ^= NLA_F_NESTED;
		break;
	case 4:
		at->nla_type |= NLA_F_NET_BYTEORDER;
		break;
	case 5:
		at->nla_type = chance(one_in(2) ? 64 : 0x4000);
		break;
	}
}

static bool is_wanted(uint16_t number, const uint16_t *wanted, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && wanted[i] != number; i++)
		;
	return i < n;
}

static void put_attr(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int depth)
{
	unsigned int times = (!careful && one_in(15)) || (a->multi && one_in(2)) ? 1 + chance(4) : 1;

	while (times-- && nlh->nlmsg_len < MESSAGE_MAX) {
		if (!careful && one_in(25))
			put_wrong(nlh, a, depth);
		else
			put_right(nlh, a, depth);
	}
}

/* Of a nest, where nothing is wanted: exactly one of v4 and v6, as a rule, or all. */
static void put_set(struct nlmsghdr *nlh, const struct spec_set *set, const uint16_t *wanted,
		    unsigned int n_wanted, unsigned int depth)
{
	bool prefix = !strcmp(set->name, "prefix") && !one_in(8), v6 = one_in(3);
	unsigned int i;

	if (depth > DEPTH_MAX || (!wanted && !careful && one_in(12)))
		return;
	for (i = 0; i < set->n && nlh->nlmsg_len < MESSAGE_MAX; i++) {
		const struct spec_attr *a = &set->attrs[i];
		bool want = !wanted || is_wanted(a->number, wanted, n_wanted);

		if (prefix && !strcmp(a->name, v6 ? "v4" : "v6"))
			continue;
		if (want ? !one_in(careful ? 30 : 8) : !careful && one_in(40))
			put_attr(nlh, a, depth);
	}
}

void spec_put_any(struct nlmsghdr *nlh, const struct spec_set *set, const uint16_t *wanted, unsigned int n_wanted,
		  bool with_care)
{
	careful = with_care;
	put_set(nlh, set, wanted, n_wanted, 0);
}

/* --- one change --- */

static const struct spec_attr *attr_of(const struct spec_set *set, uint16_t number)
{
	static const struct spec_attr none = { "none", 0, SPEC_BINARY, 0, 0, 0, NULL, false };

	return number && number <= set->n ? &set->attrs[number - 1] : &none;
}

static size_t octets_of(enum spec_type type)
{
	switch (type) {
	case SPEC_U8:
		return 1;
	case SPEC_U16:
		return 2;
	case SPEC_U32:
		return 4;
	case SPEC_U64:
		return 8;
	default:
		return 0;
	}
}

static uint64_t all_ones(size_t octets)
{
	return octets == 8 ? UINT64_MAX : (1ULL << 8 * octets) - 1;
}

/* False: every number may be. */
static bool beyond(const struct spec_attr *a, uint64_t *value)
{
	size_t octets = octets_of(a->type);
	uint64_t most = octets ? all_ones(octets) : 0;

	if (!octets || (!a->min && a->max >= most))
		return false;
	if (a->min && (a->max >= most || one_in(2)))
		*value = one_in(2) ? 0 : a->min - 1;
	else
		*value = one_in(3) ? most : a->max + 1;
	return true;
}

void change_begin(void)
{
	changes_put = 0;
	change.forbidden = false;
	change.name = "";
}

const char *change_to_str(enum change_how how)
{
	static const char *const names[CHANGE_COUNT] = {
		[CHANGE_SHORT] = "too short", [CHANGE_LONG] = "too long", [CHANGE_RANGE] = "out of range",
		[CHANGE_TWICE] = "twice", [CHANGE_UNKNOWN] = "of an unknown type",
		[CHANGE_FOREIGN] = "of another request", [CHANGE_DROP] = "left out", [CHANGE_BITS] = "changed",
		[CHANGE_LENGTH] = "with a length that is none", [CHANGE_NESTED] = "with another nested bit",
	};

	return names[how];
}

/* Whether what is doubled or unknown is refused there; in a link's own set rtnetlink takes it. */
static bool strict(const struct spec_set *set)
{
	for (unsigned int kind = 0; kind < LINK_KINDS; kind++)
		if (set == links[kind].set)
			return false;
	return true;
}

static bool has_size(const struct spec_attr *a)
{
	return octets_of(a->type) || a->exact_len;
}

static void put_short(struct nlmsghdr *nlh, const struct spec_attr *a, const void *data, size_t len)
{
	mnl_attr_put(nlh, a->number, len ? chance(len) : 0, data);
	change.forbidden = len && has_size(a);
}

static void put_long(struct nlmsghdr *nlh, const struct spec_attr *a, const void *data, size_t len)
{
	uint8_t longer[300] = { 0 };

	if (len > sizeof(longer) - 40)
		len = sizeof(longer) - 40;
	memcpy(longer, data, len);
	mnl_attr_put(nlh, a->number, len + 1 + chance(32), longer);
	change.forbidden = has_size(a) || a->type == SPEC_FLAG;
}

static void put_beyond(struct nlmsghdr *nlh, const struct spec_attr *a, const void *data, size_t len)
{
	uint64_t value;

	if (beyond(a, &value)) {
		mnl_attr_put(nlh, a->number, octets_of(a->type), &value);
		change.forbidden = true;
	} else {
		mnl_attr_put(nlh, a->number, len, data);
	}
}

static void put_lying(struct nlmsghdr *nlh, const struct spec_attr *a, const void *data, size_t len)
{
	struct nlattr *at = mnl_nlmsg_get_payload_tail(nlh);

	mnl_attr_put(nlh, a->number, len, data);
	at->nla_len = one_in(3) ? chance(4) : one_in(2) ? 0xffff : at->nla_len + 1 + chance(64);
}

static void put_bits(struct nlmsghdr *nlh, const struct spec_attr *a, const void *data, size_t len)
{
	uint8_t bits[300];

	if (!len || len > sizeof(bits)) {
		mnl_attr_put(nlh, a->number, len, data);
		return;
	}
	memcpy(bits, data, len);
	bits[chance(len)] ^= 1 << chance(8);
	mnl_attr_put(nlh, a->number, len, bits);
}

static void put_changed(struct nlmsghdr *nlh, const struct spec_set *set, const struct spec_attr *a,
			const void *data, size_t len)
{
	change.name = a->name;
	switch (change.how) {
	case CHANGE_SHORT:
		put_short(nlh, a, data, len);
		break;
	case CHANGE_LONG:
		put_long(nlh, a, data, len);
		break;
	case CHANGE_RANGE:
		put_beyond(nlh, a, data, len);
		break;
	case CHANGE_TWICE:
		mnl_attr_put(nlh, a->number, len, data);
		mnl_attr_put(nlh, a->number, len, data);
		change.forbidden = !a->multi && strict(set);
		break;
	case CHANGE_UNKNOWN:
		mnl_attr_put(nlh, a->number, len, data);
		mnl_attr_put(nlh, 40 + chance(20), len, data);
		change.forbidden = strict(set);
		break;
	case CHANGE_FOREIGN:
		mnl_attr_put(nlh, a->number, len, data);
		mnl_attr_put(nlh, 1 + chance(set->n), len, data);
		break;
	case CHANGE_DROP:
		break;
	case CHANGE_BITS:
		put_bits(nlh, a, data, len);
		break;
	case CHANGE_LENGTH:
		put_lying(nlh, a, data, len);
		break;
	default:
		mnl_attr_put(nlh, a->number ^ NLA_F_NESTED, len, data);
		break;
	}
}

void put(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number, const void *data, size_t len)
{
	const struct spec_attr *a = attr_of(set, number);

	if (change.wanted && changes_put == change.at)
		put_changed(nlh, set, a, data, len);
	else
		mnl_attr_put(nlh, number, len, data);
	changes_put++;
}

void put_number(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number, uint64_t value)
{
	put(nlh, set, number, &value, octets_of(attr_of(set, number)->type));	/* little endian */
}

void put_flag(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number)
{
	put(nlh, set, number, NULL, 0);
}

const struct spec_set *nest_begin(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number,
				  struct nlattr **nest)
{
	*nest = mnl_attr_nest_start(nlh, number);
	return attr_of(set, number)->nest;
}

void nest_end(struct nlmsghdr *nlh, struct nlattr *nest)
{
	mnl_attr_nest_end(nlh, nest);
}
