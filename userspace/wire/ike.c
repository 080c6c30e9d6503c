// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define NEXT_AT		16	/* of the first payload's type in the header */
#define LENGTH_AT	24
#define CRITICAL	0x80
#define MORE_PROPOSALS	2	/* RFC 2408 section 3.5, RFC 7296 section 3.3.1 */

void ike_fault_set(struct ike_fault *f, uint8_t payload, const char *fmt, ...)
{
	va_list args;
	int n = 0;

	f->payload = payload;
	if (payload)
		n = snprintf(f->text, sizeof(f->text), "payload %u (%s)", payload, ike_payload_to_str(payload));
	va_start(args, fmt);
	vsnprintf(f->text + n, sizeof(f->text) - n, fmt, args);
	va_end(args);
}

int ike_header_parse(struct ike_header *h, const uint8_t *data, size_t len, struct rd *body, const char **why)
{
	struct rd r = rd_of(data, len);

	*h = (struct ike_header){ .spi_i = rd_u64(&r), 0 };
	h->spi_r = rd_u64(&r);
	h->next = rd_u8(&r);
	h->version = rd_u8(&r);
	h->exchange = rd_u8(&r);
	h->flags = rd_u8(&r);
	h->message_id = rd_u32(&r);
	h->length = rd_u32(&r);
	*why = NULL;
	if (r.bad)
		*why = "it is shorter than an IKE header";
	else if (h->length < IKE_HEADER_LEN)
		*why = "its length field is below that of the header";
	else if (h->length > len)
		*why = "its length field is beyond the datagram";
	else if (!h->spi_i)
		*why = "the initiator's SPI is zero";
	if (*why)
		return -EBADMSG;
	*body = rd_sub(&r, h->length - IKE_HEADER_LEN);
	return 0;
}

int ike_payload_next(struct rd *r, uint8_t *type, struct ike_payload *p, struct ike_fault *f)
{
	struct rd whole = *r;
	uint16_t len;

	if (!*type)
		return 0;
	p->type = *type;
	p->next = rd_u8(r);
	p->critical = rd_u8(r) & CRITICAL;
	len = rd_u16(r);
	if (r->bad) {
		ike_fault_set(f, p->type, ": the message ends before its header does");
		return -EBADMSG;
	}
	if (len < IKE_PAYLOAD_HEADER_LEN) {
		ike_fault_set(f, p->type, ": its length is %u, less than its own header", len);
		return -EBADMSG;
	}
	if (len > whole.left) {
		ike_fault_set(f, p->type, ": its length is %u, and %zu octets are left", len, whole.left);
		return -EBADMSG;
	}
	p->whole = ike_octets_of(whole.at, len);
	p->body = ike_octets_of(rd_bytes(r, len - IKE_PAYLOAD_HEADER_LEN), len - IKE_PAYLOAD_HEADER_LEN);
	*type = p->next;
	return 1;
}

/* --- building --- */

void wr_patch_u32(struct wr *w, size_t at, uint32_t v)
{
	wr_patch_u16(w, at, v >> 16);
	wr_patch_u16(w, at + 2, v & 0xffff);
}

void ike_header_write(struct wr *w, const struct ike_header *h)
{
	wr_u64(w, h->spi_i);
	wr_u64(w, h->spi_r);
	wr_u8(w, h->next);
	wr_u8(w, h->version);
	wr_u8(w, h->exchange);
	wr_u8(w, h->flags);
	wr_u32(w, h->message_id);
	wr_u32(w, h->length);
}

void ike_message_begin(struct ike_chain *c, struct wr *w, const struct ike_header *h)
{
	size_t at = w->len;

	ike_chain_begin(c, w);
	ike_header_write(w, h);
	c->next_at = at + NEXT_AT;
	c->has_next = true;
	wr_patch_u8(w, c->next_at, IKE_PAYLOAD_NONE);
}

void ike_message_end(struct ike_chain *c)
{
	wr_patch_u32(c->w, LENGTH_AT, c->w->len);
}

void ike_chain_begin(struct ike_chain *c, struct wr *w)
{
	*c = (struct ike_chain){ .w = w };
}

void ike_payload_begin(struct ike_chain *c, uint8_t type)
{
	if (c->has_next)
		wr_patch_u8(c->w, c->next_at, type);
	if (!c->began)
		c->first = type;
	c->began = true;
	c->payload_at = wr_mark(c->w, IKE_PAYLOAD_HEADER_LEN);
	c->next_at = c->payload_at;
	c->has_next = true;
	wr_patch_u16(c->w, c->payload_at, 0);
	wr_patch_u16(c->w, c->payload_at + 2, 0);
}

void ike_payload_end(struct ike_chain *c)
{
	size_t len = c->w->len - c->payload_at;

	if (len > UINT16_MAX)
		c->w->bad = true;
	else
		wr_patch_u16(c->w, c->payload_at + 2, len);
}

void ike_put_octets(struct ike_chain *c, uint8_t type, const void *at, size_t len)
{
	ike_payload_begin(c, type);
	wr_bytes(c->w, at, len);
	ike_payload_end(c);
}

size_t ike_proposal_begin(struct wr *w, const struct ike_proposal *p, bool last)
{
	size_t at = w->len;

	wr_u8(w, last ? 0 : MORE_PROPOSALS);
	wr_u8(w, 0);
	wr_mark(w, 2);
	wr_u8(w, p->number);
	wr_u8(w, p->protocol);
	wr_u8(w, p->spi.len);
	wr_u8(w, p->n);
	wr_bytes(w, p->spi.at, p->spi.len);
	if (p->n > UINT8_MAX)
		w->bad = true;
	return at;
}

void ike_proposal_end(struct wr *w, size_t at)
{
	wr_patch_u16(w, at + 2, w->len - at);
}

/* --- names --- */

const char *ike_name_of(const struct ike_name *names, size_t n, uint16_t type)
{
	for (size_t i = 0; i < n; i++)
		if (names[i].type == type)
			return names[i].name;
	return "unknown";
}

const char *ike_payload_to_str(uint8_t type)
{
	static const char *const names[] = {
		[IKE_PAYLOAD_NONE] = "none", [IKE1_PAYLOAD_SA] = "SA",
		[IKE1_PAYLOAD_PROPOSAL] = "proposal", [IKE1_PAYLOAD_TRANSFORM] = "transform",
		[IKE1_PAYLOAD_KE] = "KE", [IKE1_PAYLOAD_ID] = "ID", [IKE1_PAYLOAD_CERT] = "CERT",
		[IKE1_PAYLOAD_CR] = "CR", [IKE1_PAYLOAD_HASH] = "HASH", [IKE1_PAYLOAD_SIG] = "SIG",
		[IKE1_PAYLOAD_NONCE] = "NONCE", [IKE1_PAYLOAD_N] = "N", [IKE1_PAYLOAD_D] = "D",
		[IKE1_PAYLOAD_VID] = "VID", [IKE1_PAYLOAD_ATTR] = "ATTR",
		[IKE1_PAYLOAD_NATD_DRAFT3] = "NAT-D", [IKE1_PAYLOAD_NATOA_DRAFT3] = "NAT-OA",
		[IKE1_PAYLOAD_NATD] = "NAT-D", [IKE1_PAYLOAD_NATOA] = "NAT-OA",
		[IKE2_PAYLOAD_SA] = "SA", [IKE2_PAYLOAD_KE] = "KE", [IKE2_PAYLOAD_IDI] = "IDi",
		[IKE2_PAYLOAD_IDR] = "IDr", [IKE2_PAYLOAD_CERT] = "CERT",
		[IKE2_PAYLOAD_CERTREQ] = "CERTREQ", [IKE2_PAYLOAD_AUTH] = "AUTH",
		[IKE2_PAYLOAD_NONCE] = "Nonce", [IKE2_PAYLOAD_N] = "N", [IKE2_PAYLOAD_D] = "D",
		[IKE2_PAYLOAD_V] = "V", [IKE2_PAYLOAD_TSI] = "TSi", [IKE2_PAYLOAD_TSR] = "TSr",
		[IKE2_PAYLOAD_SK] = "SK", [IKE2_PAYLOAD_CP] = "CP", [IKE2_PAYLOAD_EAP] = "EAP",
		[IKE2_PAYLOAD_SKF] = "SKF", [IKE1_PAYLOAD_NATD_DRAFT] = "NAT-D",
		[IKE1_PAYLOAD_NATOA_DRAFT] = "NAT-OA", [IKE1_PAYLOAD_FRAGMENT] = "fragment",
	};

	return type < sizeof(names) / sizeof(names[0]) && names[type] ? names[type] : "unknown";
}

const char *ike_exchange_to_str(uint8_t exchange)
{
	switch (exchange) {
	case IKE1_BASE:			return "base mode";
	case IKE1_MAIN:			return "main mode";
	case IKE1_AGGRESSIVE:		return "aggressive mode";
	case IKE1_INFORMATIONAL:	return "informational exchange";
	case IKE1_TRANSACTION:		return "transaction exchange";
	case IKE1_QUICK:		return "quick mode";
	case IKE1_NEW_GROUP:		return "new group mode";
	case IKE2_SA_INIT:		return "IKE_SA_INIT";
	case IKE2_AUTH:			return "IKE_AUTH";
	case IKE2_CREATE_CHILD_SA:	return "CREATE_CHILD_SA";
	case IKE2_INFORMATIONAL:	return "INFORMATIONAL";
	case IKE2_SESSION_RESUME:	return "IKE_SESSION_RESUME";
	case IKE2_INTERMEDIATE:		return "IKE_INTERMEDIATE";
	default:			return "unknown";
	}
}

const char *ike_protocol_to_str(uint8_t protocol)
{
	switch (protocol) {
	case IKE_PROTO_NONE:	return "none";
	case IKE_PROTO_IKE:	return "IKE";
	case IKE_PROTO_AH:	return "AH";
	case IKE_PROTO_ESP:	return "ESP";
	default:		return "unknown";
	}
}
