// SPDX-License-Identifier: GPL-2.0-or-later
#include "iproute2/words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/adit.h>
#include <stdlib.h>
#include <string.h>

#define MSS_OFF		0
#define MSS_AUTO	1

int words_wrong(const struct word *w, const char *value, const char *why, const struct words_request *req)
{
	fprintf(stderr, "%s: %s \"%s\" is wrong: %s\n", req->kind->name, w->text, value, why);
	return -1;
}

int words_put(const struct word *w, const void *data, int len, struct words_request *req)
{
	return addattr_l(w->nested ? &req->nest.header : req->n, IP_REQUEST_MAX, w->attr, data, len);
}

int words_put_u32(const struct word *w, uint32_t value, struct words_request *req)
{
	return words_put(w, &value, sizeof(value), req);
}

int words_mode(const struct word *w, const char *value, struct words_request *req)
{
	if (!strcmp(value, "point-to-point"))
		return words_put_u32(w, ADIT_DEV_MODE_POINT_TO_POINT, req);
	if (!strcmp(value, "concentrator"))
		return words_put_u32(w, ADIT_DEV_MODE_CONCENTRATOR, req);
	return words_wrong(w, value, "it is point-to-point or concentrator", req);
}

const struct words_choice *words_choose(const struct words_choice *choices, const char *text, size_t len)
{
	for (; choices->text; choices++)
		if (strlen(choices->text) == len && !memcmp(choices->text, text, len))
			return choices;
	return NULL;
}

int words_put_choice(const struct word *w, const char *value, const struct words_choice *choices, const char *why,
		     struct words_request *req)
{
	const struct words_choice *c = words_choose(choices, value, strlen(value));

	return c ? words_put_u32(w, c->value, req) : words_wrong(w, value, why, req);
}

int words_addr(const struct word *w, const char *value, struct words_request *req)
{
	struct word w6 = *w;
	struct in6_addr addr6;
	struct in_addr addr;

	w6.attr += 2;
	if (inet_pton(AF_INET, value, &addr) == 1)
		return words_put(w, &addr, sizeof(addr), req);
	if (inet_pton(AF_INET6, value, &addr6) == 1)
		return words_put(&w6, &addr6, sizeof(addr6), req);
	return words_wrong(w, value, "it is an address like 192.0.2.1 or 2001:db8::1", req);
}

int words_addr4(const struct word *w, const char *value, struct words_request *req)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, value, &addr) != 1)
		return words_wrong(w, value, "it is an IPv4 address like 192.0.2.1", req);
	return words_put(w, &addr, sizeof(addr), req);
}

int words_number(const struct word *w, const char *value, uint32_t *out, const struct words_request *req)
{
	char why[64], *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(value, &end, 0);
	if (value[0] >= '0' && value[0] <= '9' && !*end && !errno && v >= w->min && v <= w->max) {
		*out = v;
		return 0;
	}
	snprintf(why, sizeof(why), "it is a number from %u to %u", w->min, w->max);
	return words_wrong(w, value, why, req);
}

int words_u16(const struct word *w, const char *value, struct words_request *req)
{
	uint32_t v;
	uint16_t v16;

	if (words_number(w, value, &v, req))
		return -1;
	v16 = v;
	return words_put(w, &v16, sizeof(v16), req);
}

int words_u32(const struct word *w, const char *value, struct words_request *req)
{
	uint32_t v;

	return words_number(w, value, &v, req) ? -1 : words_put_u32(w, v, req);
}

int words_mss(const struct word *w, const char *value, struct words_request *req)
{
	if (!strcmp(value, "auto"))
		return words_put_u32(w, MSS_AUTO, req);
	if (!strcmp(value, "off"))
		return words_put_u32(w, MSS_OFF, req);
	return words_u32(w, value, req);
}

int words_dev(const struct word *w, const char *value, struct words_request *req)
{
	unsigned int ifindex = ll_name_to_index(value);

	if (!ifindex)
		return words_wrong(w, value, "there is no such interface in this namespace", req);
	return words_put_u32(w, ifindex, req);
}

int words_framing(const struct word *w, const char *value, struct words_request *req)
{
	if (!strcmp(value, "on"))
		req->framing |= w->flag;
	else if (strcmp(value, "off"))
		return words_wrong(w, value, "it is on or off", req);
	req->framing_named |= w->flag;
	return 0;
}

int words_flag(const struct word *w, const char *value, struct words_request *req)
{
	(void)value;
	return words_put(w, NULL, 0, req);
}

/* The module knows one attribute for both: what a request leaves out of it is off. */
static int finish_framing(struct words_request *req)
{
	const uint32_t both = ADIT_PPP_FRAMING_ACFC | ADIT_PPP_FRAMING_PFC;

	if (!req->framing_named)
		return 0;
	if (!(req->n->nlmsg_flags & NLM_F_CREATE) && req->framing_named != both) {
		fprintf(stderr, "%s: acfc and pfc are changed together: give both\n", req->kind->name);
		return -1;
	}
	return addattr_l(req->n, IP_REQUEST_MAX, req->kind->framing, &req->framing, sizeof(req->framing));
}

static int finish_nest(struct words_request *req)
{
	int len = req->nest.header.nlmsg_len - NLMSG_LENGTH(0);

	if (!len)
		return 0;
	return addattr_l(req->n, IP_REQUEST_MAX, req->kind->nest | NLA_F_NESTED, NLMSG_DATA(&req->nest.header), len);
}

static const struct word *find_word(const struct words_kind *kind, const char *text)
{
	for (unsigned int i = 0; i < kind->n_words; i++)
		if (!strcmp(kind->words[i].text, text))
			return &kind->words[i];
	return NULL;
}

int words_parse(const struct words_kind *kind, int argc, char **argv, struct nlmsghdr *n)
{
	struct words_request req = { .kind = kind, .n = n, .nest.header.nlmsg_len = NLMSG_LENGTH(0) };
	uint64_t seen = 0;

	while (argc > 0) {
		const struct word *w = find_word(kind, *argv);
		bool takes_value = w && w->parse != words_flag;

		if (!w) {
			if (strcmp(*argv, "help"))
				fprintf(stderr, "%s: \"%s\" is no option of type %s\n", kind->name, *argv, kind->name);
			fputs(kind->help, stderr);
			return -1;
		}
		if (seen & 1ULL << (w - kind->words)) {
			fprintf(stderr, "%s: %s is given twice\n", kind->name, *argv);
			return -1;
		}
		seen |= 1ULL << (w - kind->words);
		if (takes_value && argc < 2) {
			fprintf(stderr, "%s: %s needs a value\n", kind->name, *argv);
			return -1;
		}
		if (w->parse(w, takes_value ? argv[1] : NULL, &req))
			return -1;
		argc -= 1 + takes_value;
		argv += 1 + takes_value;
	}
	return finish_nest(&req) ? -1 : finish_framing(&req);
}

uint32_t words_get_u32(const struct rtattr *attr)
{
	uint32_t v;

	if (RTA_PAYLOAD(attr) < sizeof(v))
		return 0;
	memcpy(&v, RTA_DATA(attr), sizeof(v));
	return v;
}

uint16_t words_get_u16(const struct rtattr *attr)
{
	uint16_t v;

	if (RTA_PAYLOAD(attr) < sizeof(v))
		return 0;
	memcpy(&v, RTA_DATA(attr), sizeof(v));
	return v;
}

void words_print_addr(int family, const struct rtattr *attr, const char *key, const char *fmt)
{
	struct in6_addr addr = {};
	char buf[INET6_ADDRSTRLEN];
	size_t len = family == AF_INET ? 4 : 16;

	if (!attr)
		return;
	if (RTA_PAYLOAD(attr) >= len)
		memcpy(&addr, RTA_DATA(attr), len);
	print_color_string(PRINT_ANY, COLOR_NONE, key, fmt, inet_ntop(family, &addr, buf, sizeof(buf)));
}

void words_print_u16(const struct rtattr *attr, const char *key, const char *fmt)
{
	if (attr)
		print_color_uint(PRINT_ANY, COLOR_NONE, key, fmt, words_get_u16(attr));
}

void words_print_u32(const struct rtattr *attr, const char *key, const char *fmt)
{
	if (attr)
		print_color_uint(PRINT_ANY, COLOR_NONE, key, fmt, words_get_u32(attr));
}

void words_print_mode(const struct rtattr *attr)
{
	bool many = attr && words_get_u32(attr) == ADIT_DEV_MODE_CONCENTRATOR;

	print_color_string(PRINT_ANY, COLOR_NONE, "mode", "mode %s ", many ? "concentrator" : "point-to-point");
}

static void print_on_off(bool on, const char *key, const char *fmt)
{
	print_color_bool(PRINT_JSON, COLOR_NONE, key, NULL, on);
	print_color_string(PRINT_FP, COLOR_NONE, NULL, fmt, on ? "on" : "off");
}

void words_print_framing(const struct rtattr *attr)
{
	if (!attr)
		return;
	print_on_off(words_get_u32(attr) & ADIT_PPP_FRAMING_ACFC, "acfc", "acfc %s ");
	print_on_off(words_get_u32(attr) & ADIT_PPP_FRAMING_PFC, "pfc", "pfc %s ");
}

/* A number or a word, in JSON too: the module's own 0 and 1 would read as sizes. */
void words_print_mss(const struct rtattr *attr)
{
	uint32_t mss = attr ? words_get_u32(attr) : MSS_AUTO;

	if (mss > MSS_AUTO)
		print_color_uint(PRINT_ANY, COLOR_NONE, "mss_clamp", "mss-clamp %u ", mss);
	else
		print_color_string(PRINT_ANY, COLOR_NONE, "mss_clamp", "mss-clamp %s ",
				   mss == MSS_OFF ? "off" : "auto");
}

void words_print_dev(const struct rtattr *attr, const char *key, const char *fmt)
{
	if (attr)
		print_color_string(PRINT_ANY, COLOR_NONE, key, fmt, ll_index_to_name(words_get_u32(attr)));
}

void words_print_outer(const struct rtattr *mark, const struct rtattr *link)
{
	if (mark && words_get_u32(mark))
		print_color_0xhex(PRINT_ANY, COLOR_NONE, "fwmark", "fwmark %#llx ", words_get_u32(mark));
	if (link && words_get_u32(link))
		words_print_dev(link, "outer_dev", "outer-dev %s ");
}

void words_print_choice(const struct rtattr *attr, const struct words_choice *choices, const char *key,
			const char *fmt)
{
	if (!attr)
		return;
	while (choices->text && choices->value != words_get_u32(attr))
		choices++;
	if (choices->text)
		print_color_string(PRINT_ANY, COLOR_NONE, key, fmt, choices->text);
}

void words_print_flag(const struct rtattr *attr, const char *key, const char *word)
{
	if (!attr)
		return;
	print_color_bool(PRINT_JSON, COLOR_NONE, key, NULL, true);
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", word);
}
