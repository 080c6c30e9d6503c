// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PPP control packets, their options, and the names in CHAP and PAP. The first octet chooses what
 * the others are.
 */
#include <errno.h>

#include "fuzz.h"
#include "wire/ppp.h"

static void inside(const uint8_t *data, size_t len, const uint8_t *part, size_t part_len)
{
	must(part >= data && part_len <= len && part + part_len <= data + len);
}

/* Each option lies in the list behind the one before it; written again it is the same. */
static void walk(const uint8_t *data, size_t len)
{
	struct rd options = rd_of(data, len);
	size_t sum = 0;
	struct ppp_option opt;
	uint8_t again[257];
	struct wr w;
	int ret;

	while ((ret = ppp_option_next(&options, &opt)) > 0) {
		inside(data, len, opt.whole, opt.len + 2u);
		inside(data, len, opt.data.at, opt.data.left);
		must(opt.data.left == opt.len && opt.whole == data + sum);
		must(opt.whole[1] == opt.len + 2u);
		sum += opt.len + 2u;
		w = wr_to(again, opt.len + 2u);
		ppp_option_bytes(&w, opt.type, opt.data.at, opt.len);
		must(!w.bad && !memcmp(again, opt.whole, w.len));
	}
	must(ret == 0 || ret == -EBADMSG);
	must((ret == 0) == (sum == len));
	must(ppp_options_valid(rd_of(data, len)) == (ret == 0));
}

static void packet(const uint8_t *data, size_t len)
{
	struct ppp_packet p;
	int ret = ppp_packet_parse(&p, data, len);

	must(ret == 0 || ret == -EBADMSG);
	must(ret == 0 || len < PPP_HEADER_LEN || (data[2] << 8 | data[3]) < PPP_HEADER_LEN ||
	     (size_t)(data[2] << 8 | data[3]) > len);
	if (ret)
		return;
	inside(data, len, p.whole, p.len);
	inside(data, len, p.data.at, p.data.left);
	must(p.data.left + PPP_HEADER_LEN == p.len);
	walk(p.data.at, p.data.left);
}

/* A name has no NUL inside and its terminator at its end. */
static void chap(struct in *in)
{
	size_t cap = 1 + in_u8(in), len;
	uint8_t *data = in_take(in, SIZE_MAX, &len), value_len;
	char *name = malloc(cap);
	const uint8_t *value;
	int ret = ppp_chap_value_parse(rd_of(data, len), &value, &value_len, name, cap);

	must(ret == 0 || ret == -EBADMSG || ret == -EMSGSIZE || ret == -EINVAL);
	if (ret == 0) {
		inside(data, len, value, value_len);
		must(strlen(name) == len - value_len - 1);
	}
	free(name);
	free(data);
}

static void pap(struct in *in)
{
	size_t name_cap = 1 + in_u8(in), password_cap = 1 + in_u8(in), len;
	uint8_t *data = in_take(in, SIZE_MAX, &len);
	char *name = malloc(name_cap), *password = malloc(password_cap);
	int ret = ppp_pap_request_parse(rd_of(data, len), name, name_cap, password, password_cap);

	must(ret == 0 || ret == -EBADMSG || ret == -EMSGSIZE || ret == -EINVAL);
	if (ret == 0)
		must(strlen(name) == data[0] && strlen(password) == data[1 + data[0]]);
	free(password);
	free(name);
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t what = in_u8(&in) % 4, *copy;
	size_t len;

	if (what == 2) {
		chap(&in);
		return 0;
	}
	if (what == 3) {
		pap(&in);
		return 0;
	}
	copy = in_take(&in, SIZE_MAX, &len);
	if (what)
		walk(copy, len);
	else
		packet(copy, len);
	free(copy);
	return 0;
}
