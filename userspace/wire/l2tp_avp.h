/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of RFC 2661 section 4.4: what each AVP is called, how long it may be, whether it may be
 * hidden, and how it is read and written. For l2tp.c, which knows how AVPs make a message.
 */
#ifndef ADIT_WIRE_L2TP_AVP_H
#define ADIT_WIRE_L2TP_AVP_H

#include "wire/l2tp.h"

#define L2TP_AVP_HEADER_LEN 6

enum {
	L2TP_AVP_M	= 1 << 0,	/* sent with the M bit */
	L2TP_AVP_CLEAR	= 1 << 1,	/* must not be hidden */
	L2TP_AVP_NONZERO = 1 << 2,	/* zero is out of range */
};

struct l2tp_avp {
	const char *name;		/* NULL: not assigned */
	uint16_t min, max;		/* octets of the value */
	unsigned int flags;
	size_t at;			/* of its field in struct l2tp_message */
	/* A value whose length is right; false: it is out of range. */
	bool (*rd)(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m);
	void (*wr)(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m);
};

extern const struct l2tp_avp l2tp_avps[L2TP_ATTRIBUTE_MAX + 1];

#endif /* ADIT_WIRE_L2TP_AVP_H */
