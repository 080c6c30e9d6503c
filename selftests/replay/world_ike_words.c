// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/ike1.h"
#include "wire/ike2.h"
#include "world_ike_words.h"

#define DEFAULT_HOST	1
#define DEFAULT_NONCE	0x5a
#define NONCE_LEN	32

/* --- words --- */

const char *words_value(const struct token *t, const char *word)
{
	size_t len = strlen(word);

	return !t->quoted && !strncmp(t->text, word, len) && (!t->text[len] || t->text[len] == ':') ?
		       t->text + len + (t->text[len] == ':') : NULL;
}

bool words_number(const char *text, const char *word, int base, uint64_t *out)
{
	size_t len = strlen(word);

	if (strncmp(text, word, len))
		return false;
	*out = strtoull(text + len, NULL, base);
	return true;
}

size_t words_octets(const char *text, uint8_t *out, size_t cap)
{
	char pair[3] = { 0 };
	size_t n = 0;

	for (; n < cap && text[0] && text[1]; text += 2) {
		memcpy(pair, text, 2);
		out[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

size_t words_nonce(const char *text, uint8_t out[32])
{
	size_t len = NONCE_LEN;
	char *rest;

	memset(out, *text ? (int)strtoul(text, &rest, 16) : DEFAULT_NONCE, NONCE_LEN);
	if (*text && *rest == '/')
		len = strtoul(rest + 1, NULL, 10);
	return len > NONCE_LEN ? 0 : len;
}

void words_put_payload(struct ike_chain *c, const char *text)
{
	static const uint8_t zeros[BUILD_MAX];
	uint8_t data[256];
	char *rest;
	uint8_t type = (uint8_t)strtoul(text, &rest, 10);

	if (*rest == '/')
		ike_put_octets(c, type, zeros, strtoul(rest + 1, NULL, 10) % sizeof(zeros));
	else
		ike_put_octets(c, type, data, *rest ? words_octets(rest + 1, data, sizeof(data)) : 0);
}

uint16_t words_notify(const char *text, const char *(*name)(uint16_t type))
{
	size_t len = strcspn(text, ":");
	unsigned int n;

	for (n = 1; n <= UINT16_MAX; n++)
		if (!strncmp(name((uint16_t)n), text, len) && !name((uint16_t)n)[len])
			return (uint16_t)n;
	return (uint16_t)strtoul(text, NULL, 10);
}

bool words_take(const struct token **t, unsigned int *n, const char *word)
{
	if (!*n || strcmp((*t)->text, word))
		return false;
	(*t)++;
	(*n)--;
	return true;
}

/* "c1" and not "create" */
void words_conv(const struct token **t, unsigned int *n, unsigned int *at)
{
	const char *name = *n ? (*t)->text : "";

	if (name[0] != 'c' || name[1] < '1' || name[1] >= '1' + CONVS_MAX || name[2])
		return;
	*at = (unsigned int)(name[1] - '1');
	(*t)++;
	(*n)--;
}

/* FRAG, or FRAG/TOTAL */
static void take_fragment(struct script_head *head, const char *text)
{
	char *rest;

	head->fragment = (uint8_t)strtoul(text, &rest, 10);
	head->total = *rest == '/' ? (uint8_t)strtoul(rest + 1, NULL, 10) : 0;
}

static bool about_header(struct ike_header *h, const char *text)
{
	uint64_t v;

	if (words_number(text, "id=", 10, &v))
		h->message_id = (uint32_t)v;
	else if (words_number(text, "version=", 16, &v))
		h->version = (uint8_t)v;
	else if (words_number(text, "flags=", 16, &v))
		h->flags = (uint8_t)v;
	else if (words_number(text, "spi-i=", 16, &v))
		h->spi_i = v;
	else if (words_number(text, "spi-r=", 16, &v))
		h->spi_r = v;
	else
		return false;
	return true;
}

bool words_option(struct words *m, const char *text)
{
	uint64_t v;

	if (!strcmp(text, "clear"))
		m->head.how &= (uint8_t)~SCRIPT_SEALED;
	else if (!strcmp(text, "bent"))
		m->head.how |= SCRIPT_BENT;
	else if (words_number(text, "spi=", 16, &v))
		m->spi = (uint32_t)v;
	else if (words_number(text, "from=", 10, &v))
		m->head.host = (uint8_t)v;
	else if (words_number(text, "port=", 10, &v))
		m->head.port = (uint16_t)v;
	else if (!strncmp(text, "frag=", 5))
		take_fragment(&m->head, text + 5);
	else
		return about_header(&m->header, text);
	return true;
}

/* --- messages in a pattern --- */

void words_begin(struct words *m, uint8_t version)
{
	m->spi = CHILD_SPI;
	m->head = (struct script_head){ .how = SCRIPT_SEALED, .host = DEFAULT_HOST, .port = IKE_PORT };
	m->header = (struct ike_header){ .version = version };
	m->w = wr_to(m->octets, sizeof(m->octets));
}

const char *words_end(struct words *m, struct pattern *p)
{
	uint8_t octets[SCRIPT_HEAD_LEN];
	struct wr w = wr_to(octets, sizeof(octets));

	ike_message_end(&m->chain);
	wr_u8(&w, m->head.how);
	wr_u8(&w, m->head.conv);
	wr_u8(&w, m->head.host);
	wr_u8(&w, m->head.fragment);
	wr_u8(&w, m->head.total);
	wr_u16(&w, m->head.port);
	if (m->w.bad || w.bad)
		return "too long";
	pattern_put(p, octets, w.len);
	pattern_put(p, m->octets, m->w.len);
	return NULL;
}

bool words_split(const uint8_t *data, size_t len, struct script_head *head, struct ike_header *h,
		 struct ike_octets *chain)
{
	struct rd r = rd_of(data, len);

	head->how = rd_u8(&r);
	head->conv = rd_u8(&r);
	head->host = rd_u8(&r);
	head->fragment = rd_u8(&r);
	head->total = rd_u8(&r);
	head->port = rd_u16(&r);
	h->spi_i = rd_u64(&r);
	h->spi_r = rd_u64(&r);
	h->next = rd_u8(&r);
	h->version = rd_u8(&r);
	h->exchange = rd_u8(&r);
	h->flags = rd_u8(&r);
	h->message_id = rd_u32(&r);
	h->length = rd_u32(&r);
	*chain = ike_octets_of(r.at, r.left);
	return !r.bad && head->conv < CONVS_MAX;
}

void words_write_clear(struct wr *w, const struct ike_header *h, struct ike_octets chain)
{
	struct ike_header whole = *h;

	whole.length = (uint32_t)(IKE_HEADER_LEN + chain.len);
	ike_header_write(w, &whole);
	wr_bytes(w, chain.at, chain.len);
}

/* --- what came --- */

static void name_notify(uint16_t number, const char *name, char *text, size_t cap)
{
	if (!strcmp(name, "unknown"))
		ike_append(text, cap, " N(%u)", number);
	else
		ike_append(text, cap, " N(%s)", name);
}

/* Those of IKEv1 have their DOI in front. */
static void name_payload(const struct ike_payload *p, char *text, size_t cap)
{
	struct rd r = rd_of(p->body.at, p->body.len);
	bool v1 = p->type == IKE1_PAYLOAD_N || p->type == IKE1_PAYLOAD_D;
	uint32_t doi = v1 ? rd_u32(&r) : 0;
	uint8_t protocol = rd_u8(&r), spi = rd_u8(&r);
	uint16_t number = rd_u16(&r);

	(void)doi;
	if (p->type == IKE2_PAYLOAD_N)
		name_notify(number, ike2_notify_to_str(number), text, cap);
	else if (p->type == IKE1_PAYLOAD_N)
		name_notify(number, ike1_notify_to_str(number), text, cap);
	else if (p->type == IKE2_PAYLOAD_D)
		ike_append(text, cap, " D(%s%s)", ike_protocol_to_str(protocol), spi ? "" : " itself");
	else if (p->type == IKE1_PAYLOAD_D)
		ike_append(text, cap, " D(%s)", ike_protocol_to_str(protocol));
	else
		ike_append(text, cap, " %s", ike_payload_to_str(p->type));
}

void words_name_payloads(uint8_t first, const uint8_t *at, size_t len, char *text, size_t cap)
{
	struct rd r = rd_of(at, len);
	uint8_t before = IKE_PAYLOAD_NONE;
	struct ike_payload p;
	struct ike_fault f;

	/* Vendor ids are one word, however many. */
	while (ike_payload_next(&r, &first, &p, &f) == 1) {
		if (p.type != IKE1_PAYLOAD_VID || before != IKE1_PAYLOAD_VID)
			name_payload(&p, text, cap);
		before = p.type;
	}
}
