// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ppp.h"

#include <errno.h>
#include <string.h>

int ppp_packet_parse(struct ppp_packet *p, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	uint16_t total;

	p->code = rd_u8(&r);
	p->id = rd_u8(&r);
	total = rd_u16(&r);
	if (r.bad || total < PPP_HEADER_LEN)
		return -EBADMSG;
	p->data = rd_sub(&r, total - PPP_HEADER_LEN);
	if (r.bad)
		return -EBADMSG;
	p->whole = data;
	p->len = total;
	return 0;
}

void ppp_packet_begin(struct wr *w, uint8_t code, uint8_t id)
{
	wr_u8(w, code);
	wr_u8(w, id);
	wr_mark(w, 2);
}

void ppp_packet_end(struct wr *w)
{
	wr_patch_u16(w, 2, w->len);
}

int ppp_option_next(struct rd *options, struct ppp_option *opt)
{
	uint8_t len;

	if (!options->left)
		return 0;
	opt->whole = options->at;
	opt->type = rd_u8(options);
	len = rd_u8(options);
	if (options->bad || len < 2)
		return -EBADMSG;
	opt->len = len - 2;
	opt->data = rd_sub(options, opt->len);
	return options->bad ? -EBADMSG : 1;
}

bool ppp_options_valid(struct rd options)
{
	struct ppp_option opt;
	int ret;

	while ((ret = ppp_option_next(&options, &opt)) > 0)
		;
	return ret == 0;
}

void ppp_option_u16(struct wr *w, uint8_t type, uint16_t v)
{
	wr_u8(w, type);
	wr_u8(w, 4);
	wr_u16(w, v);
}

void ppp_option_u32(struct wr *w, uint8_t type, uint32_t v)
{
	wr_u8(w, type);
	wr_u8(w, 6);
	wr_u32(w, v);
}

void ppp_option_bytes(struct wr *w, uint8_t type, const void *data, uint8_t len)
{
	wr_u8(w, type);
	wr_u8(w, len + 2);
	wr_bytes(w, data, len);
}

void ppp_option_empty(struct wr *w, uint8_t type)
{
	wr_u8(w, type);
	wr_u8(w, 2);
}

/* A name that a peer chose, as a string: a NUL inside would make two names look like one. */
static int take_string(struct rd *r, size_t len, char *out, size_t cap)
{
	const uint8_t *text = rd_bytes(r, len);

	if (r->bad)
		return -EBADMSG;
	if (len >= cap)
		return -EMSGSIZE;
	if (len && memchr(text, 0, len))
		return -EINVAL;
	if (len)
		memcpy(out, text, len);
	out[len] = 0;
	return 0;
}

int ppp_chap_value_parse(struct rd data, const uint8_t **value, uint8_t *value_len, char *name,
			 size_t name_cap)
{
	uint8_t len = rd_u8(&data);
	const uint8_t *v = rd_bytes(&data, len);

	if (data.bad)
		return -EBADMSG;
	*value = v;
	*value_len = len;
	return take_string(&data, data.left, name, name_cap);
}

int ppp_pap_request_parse(struct rd data, char *name, size_t name_cap, char *password,
			  size_t password_cap)
{
	int ret;

	ret = take_string(&data, rd_u8(&data), name, name_cap);
	if (ret)
		return ret;
	return take_string(&data, rd_u8(&data), password, password_cap);
}

const char *ppp_protocol_to_str(uint16_t protocol)
{
	switch (protocol) {
	case PPP_IPV4:		return "IPv4";
	case PPP_IPV6:		return "IPv6";
	case PPP_COMPRESSED:	return "compressed data";
	case PPP_IPCP:		return "IPCP";
	case PPP_IPV6CP:	return "IPV6CP";
	case PPP_CCP:		return "CCP";
	case PPP_LCP:		return "LCP";
	case PPP_PAP:		return "PAP";
	case PPP_CHAP:		return "CHAP";
	}
	return "unknown";
}
