/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CCP for MPPE alone (RFC 1962, RFC 3078 section 2): both directions agree on one strength and one
 * mode, every compressor is rejected. Owned by the link, which decides what a failure means.
 */
#ifndef ADIT_PROTO_CCP_H
#define ADIT_PROTO_CCP_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/fsm.h"
#include "proto/ppp.h"

struct ccp {
	struct fsm fsm;
	const struct ppp_config *cfg;
	void (*flush)(void *ctx);	/* the peer lost count; gets link->ctx */
	bool required;
	unsigned int strengths;		/* PPP_MPPE_40...: allowed and with a key for it */
	uint32_t want;			/* supported bits of our next request; 0: no encryption */
	uint32_t sent;			/* those of the request under way */
	uint32_t ours;			/* those that the peer acknowledged; 0: not yet, or none */
	uint32_t theirs;		/* those of the peer that we acknowledged; the same */
	uint8_t reset_id;
	bool reset_pending; /* the identifier stays until a Reset-Ack: RFC 1962 section 3.1 */
};

void ccp_init(struct ccp *ccp, struct fsm_link *link, const struct ppp_config *cfg, bool required,
	      unsigned int strengths);
/* When open: one of PPP_MPPE_40... and the mode, or 0 for no encryption. */
unsigned int ccp_strength(const struct ccp *ccp, bool *stateful);
void ccp_desync(struct ccp *ccp);	/* send a Reset-Request */
void ccp_freeze(const struct ccp *ccp, struct wr *w);
int ccp_thaw(struct ccp *ccp, struct rd *r);	/* -EBADMSG */

#endif /* ADIT_PROTO_CCP_H */
