// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/eap.h"

#include <errno.h>

#define HEADER_LEN		4
#define LENGTH_AT		2
#define MSCHAPV2_HEADER_LEN	4	/* OpCode, MS-CHAPv2-ID, MS-Length */

int eap_parse(struct eap_packet *p, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	uint16_t length;

	*p = (struct eap_packet){ .code = rd_u8(&r), .id = rd_u8(&r) };
	length = rd_u16(&r);
	if (r.bad || length < HEADER_LEN || length > len || p->code < EAP_REQUEST || p->code > EAP_FAILURE)
		return -EBADMSG;
	p->data = rd_sub(&r, length - HEADER_LEN);
	if (p->code == EAP_SUCCESS || p->code == EAP_FAILURE)
		return 0;
	p->type = rd_u8(&p->data);
	return p->data.bad || !p->type ? -EBADMSG : 0;
}

void eap_begin(struct wr *w, uint8_t code, uint8_t id, uint8_t type)
{
	wr_u8(w, code);
	wr_u8(w, id);
	wr_mark(w, 2);
	if (type)
		wr_u8(w, type);
}

void eap_end(struct wr *w)
{
	wr_patch_u16(w, LENGTH_AT, w->len);
}

/* draft-kamath-pppext-eap-mschapv2 section 2: the responses Success and Failure are an OpCode alone. */
static bool is_bare(uint8_t op, bool request)
{
	return !request && (op == EAP_MSCHAPV2_SUCCESS || op == EAP_MSCHAPV2_FAILURE);
}

static uint8_t value_len(uint8_t op)
{
	return op == EAP_MSCHAPV2_CHALLENGE ? MSCHAPV2_CHALLENGE_LEN :
	       op == EAP_MSCHAPV2_RESPONSE ? MSCHAP_RESPONSE_LEN : 0;
}

int eap_mschapv2_parse(struct eap_mschapv2 *m, struct rd data, bool request)
{
	size_t len = data.left;
	uint16_t ms_length;

	*m = (struct eap_mschapv2){ .op = rd_u8(&data) };
	if (data.bad)
		return -EBADMSG;
	if (is_bare(m->op, request))
		return 0;
	m->id = rd_u8(&data);
	ms_length = rd_u16(&data);
	/* It covers all from the OpCode on; some count otherwise, so only more than there is, is wrong. */
	if (data.bad || ms_length < MSCHAPV2_HEADER_LEN || ms_length > len)
		return -EBADMSG;
	if (value_len(m->op)) {
		if (rd_u8(&data) != value_len(m->op))
			return -EBADMSG;
		m->value = rd_bytes(&data, value_len(m->op));
	}
	m->text_len = data.left;
	m->text = rd_bytes(&data, data.left);
	return data.bad ? -EBADMSG : 0;
}

void eap_mschapv2_put(struct wr *w, uint8_t op, uint8_t id, const uint8_t *value, size_t len, const void *text,
		      size_t text_len)
{
	size_t at = w->len;

	wr_u8(w, op);
	wr_u8(w, id);
	wr_mark(w, 2);
	if (len)
		wr_u8(w, len);
	wr_bytes(w, value, len);
	wr_bytes(w, text, text_len);
	wr_patch_u16(w, at + 2, w->len - at);
}
