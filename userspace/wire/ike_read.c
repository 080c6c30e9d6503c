// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike_read.h"

/* RFC 2408 sections 3.5 and 3.6, RFC 7296 sections 3.3.1 and 3.3.2: more to come, reserved, length, and four octets. */
#define PROPOSAL_HEADER_LEN	8
#define TRANSFORM_HEADER_LEN	8
#define ESP_SPI_LEN		4	/* and AH's */

struct ike_octets ike_rest(struct rd *r)
{
	size_t len = r->left;

	return ike_octets_of(rd_bytes(r, len), len);
}

int ike_open(struct ike_header *h, const uint8_t *data, size_t len, enum ike_version version, struct rd *body,
	     struct ike_fault *f)
{
	const char *why;
	int err = ike_header_parse(h, data, len, body, &why);

	if (err) {
		ike_fault_set(f, 0, "%s", why);
		return err;
	}
	if (ike_major(h) != version >> 4) {
		ike_fault_set(f, 0, "major version %u, and this is IKEv%u", ike_major(h), version >> 4);
		return -EPROTONOSUPPORT;
	}
	return 0;
}

int ike_read_proposal(const struct ike_at *at, struct rd *r, unsigned int index, unsigned int before, unsigned int max,
		      struct ike_proposal *p, struct rd *body)
{
	uint8_t spi_size;
	uint16_t len;

	rd_skip(r, 2);
	len = rd_u16(r);
	if (r->bad || len < PROPOSAL_HEADER_LEN || len - 4u > r->left)
		return IKE_FAULT(at, ", proposal %u: its length is %u, and %zu octets are left", index, len, r->left);
	*body = rd_sub(r, len - 4);
	p->number = rd_u8(body);
	p->protocol = rd_u8(body);
	spi_size = rd_u8(body);
	p->n = rd_u8(body);
	p->spi = ike_octets_of(rd_bytes(body, spi_size), spi_size);
	if (body->bad)
		return IKE_FAULT(at, ", proposal %u: its SPI of %u octets is longer than itself", index, spi_size);
	if (p->n > max - before)
		return IKE_FAULT(at, ", proposal %u: more than %u transforms", index, max);
	return 0;
}

int ike_read_transform(const struct ike_at *at, struct rd *r, unsigned int proposal, struct rd *body)
{
	uint16_t len;

	rd_skip(r, 2);
	len = rd_u16(r);
	if (r->bad || len < TRANSFORM_HEADER_LEN || len - 4u > r->left)
		return IKE_FAULT(at, ", proposal %u: a transform has a length of %u, and %zu octets are left", proposal,
				 len, r->left);
	*body = rd_sub(r, len - 4);
	return 0;
}

int ike_read_proposal_end(const struct ike_at *at, const struct rd *body, unsigned int index, unsigned int n)
{
	if (body->left)
		return IKE_FAULT(at, ", proposal %u: %zu octets behind its %u transforms", index, body->left, n);
	return 0;
}

int ike_read_nonce(const struct ike_at *at, struct rd r, unsigned int min, struct ike_octets *nonce)
{
	if (r.left < min || r.left > IKE_NONCE_MAX)
		return IKE_FAULT(at, ": %zu octets, and a nonce has %u to %u", r.left, min, IKE_NONCE_MAX);
	*nonce = ike_rest(&r);
	return 0;
}

int ike_read_cert(const struct ike_at *at, struct rd r, struct ike_cert *cert)
{
	cert->encoding = rd_u8(&r);
	if (r.bad)
		return IKE_FAULT(at, ": no encoding in it");
	cert->data = ike_rest(&r);
	return 0;
}

int ike_read_notify(const struct ike_at *at, struct rd r, struct ike_notify *n)
{
	uint8_t spi_size;

	n->protocol = rd_u8(&r);
	spi_size = rd_u8(&r);
	n->type = rd_u16(&r);
	n->spi = ike_octets_of(rd_bytes(&r, spi_size), spi_size);
	if (r.bad)
		return IKE_FAULT(at, ": its SPI of %u octets is longer than itself", spi_size);
	n->data = ike_rest(&r);
	return 0;
}

int ike_read_delete(const struct ike_at *at, struct rd r, unsigned int ike_spi_size, struct ike_delete *d)
{
	d->protocol = rd_u8(&r);
	d->spi_size = rd_u8(&r);
	d->n = rd_u16(&r);
	d->spis = ike_rest(&r);
	if (r.bad || d->spis.len != (size_t)d->n * d->spi_size)
		return IKE_FAULT(at, ": %u SPIs of %u octets do not fill its %zu", d->n, d->spi_size, d->spis.len);
	if (d->spi_size != (d->protocol == IKE_PROTO_IKE ? ike_spi_size : ESP_SPI_LEN))
		return IKE_FAULT(at, ": SPIs of protocol %u with %u octets", d->protocol, d->spi_size);
	if (d->n > IKE_SPIS_MAX)
		return IKE_FAULT(at, ": more than %u SPIs", IKE_SPIS_MAX);
	return 0;
}
