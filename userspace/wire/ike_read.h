/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The payloads, or parts of them, that IKEv1 and IKEv2 write alike, as ike1.c and ike2.c read them; for these two
 * alone. Everything returns 0, or -EBADMSG with the fault told.
 */
#ifndef ADIT_WIRE_IKE_READ_H
#define ADIT_WIRE_IKE_READ_H

#include <errno.h>

#include "wire/ike.h"

/* The payload being read, and where to tell of a fault in it. */
struct ike_at {
	uint8_t type;
	struct ike_fault *f;
};

#define IKE_FAULT(at, ...)	(ike_fault_set((at)->f, (at)->type, __VA_ARGS__), -EBADMSG)

struct ike_octets ike_rest(struct rd *r);

/* The header, which must be of this version. -EPROTONOSUPPORT: it is of another. */
int ike_open(struct ike_header *h, const uint8_t *data, size_t len, enum ike_version version, struct rd *body,
	     struct ike_fault *f);

/* A proposal's own fields; body is left at its transforms. before: how many of these came already, of max. */
int ike_read_proposal(const struct ike_at *at, struct rd *r, unsigned int index, unsigned int before, unsigned int max,
		      struct ike_proposal *p, struct rd *body);
/* A transform's length; body is what it covers behind that. proposal: the number in a fault. */
int ike_read_transform(const struct ike_at *at, struct rd *r, unsigned int proposal, struct rd *body);
/* Behind the last transform nothing may be. */
int ike_read_proposal_end(const struct ike_at *at, const struct rd *body, unsigned int index, unsigned int n);

int ike_read_nonce(const struct ike_at *at, struct rd r, unsigned int min, struct ike_octets *nonce);
int ike_read_cert(const struct ike_at *at, struct rd r, struct ike_cert *cert);
int ike_read_notify(const struct ike_at *at, struct rd r, struct ike_notify *n);
/* ike_spi_size: of the SPI of an IKE SA in it. */
int ike_read_delete(const struct ike_at *at, struct rd r, unsigned int ike_spi_size, struct ike_delete *d);

#endif /* ADIT_WIRE_IKE_READ_H */
