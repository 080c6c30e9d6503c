/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cipher of hidden AVPs (RFC 2661 section 4.3): MD5 over attribute, secret and random vector,
 * then over secret and what was made of the piece before. It proves nothing about what comes out of
 * it: the length inside is the sender's to choose, and with a wrong secret nobody's.
 */
#ifndef ADIT_WIRE_L2TP_HIDE_H
#define ADIT_WIRE_L2TP_HIDE_H

#include "wire/l2tp.h"

/*
 * Write the hidden value's original to scratch. -EBADMSG: it holds no length, or one that points
 * past its end. -ENOMEM, -EIO: no MD5.
 */
int l2tp_unhide(uint16_t attribute, const struct l2tp_secret *secret, struct l2tp_octets vector,
		struct rd hidden, struct wr *scratch, struct rd *value);
/* Append the value hidden, padded with random octets to a multiple of 16. */
void l2tp_hide(struct wr *w, uint16_t attribute, const struct l2tp_hiding *hiding,
	       const uint8_t *value, size_t len);

#endif /* ADIT_WIRE_L2TP_HIDE_H */
