// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/l2tp.h"

#include <errno.h>
#include <string.h>

#include "wire/l2tp_avp.h"
#include "wire/l2tp_hide.h"
#include "wire/mschap.h"

/* RFC 2661 section 3.1; bits that are not here are reserved and not looked at. */
#define BIT_CONTROL	0x8000
#define BIT_LENGTH	0x4000
#define BIT_SEQUENCE	0x0800
#define BIT_OFFSET	0x0200
#define BIT_PRIORITY	0x0100
#define VERSION_MASK	0x000f
#define VERSION		2
#define VERSION_L2F	1

/* RFC 2661 section 4.1 */
#define AVP_MANDATORY	0x8000
#define AVP_HIDDEN	0x4000
#define AVP_RESERVED	0x3c00
#define AVP_LENGTH	0x03ff

static const char *header_lengths(struct l2tp_header *h, uint16_t bits, struct rd *r, size_t total)
{
	uint16_t len = bits & BIT_LENGTH ? rd_u16(r) : total;

	if (bits & BIT_LENGTH && len > total)
		return "its Length is larger than the packet";
	h->tunnel_id = rd_u16(r);
	h->session_id = rd_u16(r);
	if (h->sequenced) {
		h->ns = rd_u16(r);
		h->nr = rd_u16(r);
	}
	if (bits & BIT_OFFSET)
		rd_skip(r, rd_u16(r));
	if (r->bad || (bits & BIT_LENGTH && len < total - r->left))
		return "it is shorter than its header";
	h->body = *r;
	h->body.left -= bits & BIT_LENGTH ? total - len : 0;
	return NULL;
}

int l2tp_header_parse(struct l2tp_header *h, const uint8_t *data, size_t len, const char **why)
{
	struct rd r = rd_of(data, len);
	uint16_t bits = rd_u16(&r);

	memset(h, 0, sizeof(*h));
	h->control = bits & BIT_CONTROL;
	h->sequenced = bits & BIT_SEQUENCE;
	h->priority = bits & BIT_PRIORITY;
	*why = NULL;
	if (r.bad) {
		*why = "it is shorter than its header";
	} else if ((bits & VERSION_MASK) != VERSION) {
		*why = (bits & VERSION_MASK) == VERSION_L2F ? "it is L2F" : "it is not version 2";
		return -EPROTONOSUPPORT;
	} else if (h->control && (!(bits & BIT_LENGTH) || !h->sequenced)) {
		*why = "a control message needs Length, Ns and Nr";
	} else if (h->control && bits & BIT_OFFSET) {
		*why = "a control message has no Offset";
	} else {
		*why = header_lengths(h, bits, &r, len);
	}
	return *why ? -EPROTO : 0;
}

void l2tp_control_header(struct wr *w, const struct l2tp_header *h, size_t body_len)
{
	wr_u16(w, BIT_CONTROL | BIT_LENGTH | BIT_SEQUENCE | VERSION);
	wr_u16(w, L2TP_CONTROL_HEADER_LEN + body_len);
	wr_u16(w, h->tunnel_id);
	wr_u16(w, h->session_id);
	wr_u16(w, h->ns);
	wr_u16(w, h->nr);
}

#define B(attribute) L2TP_BIT(L2TP_##attribute)

/*
 * RFC 2661 section 6: what must be present. StopCCN and CDN end what they end however little they
 * say, so that nothing asks for an answer to them.
 */
static const struct {
	const char *name;
	uint64_t required;
} types[L2TP_TYPE_MAX + 1] = {
	[L2TP_SCCRQ] = { "SCCRQ", B(PROTOCOL_VERSION) | B(HOST_NAME) | B(FRAMING_CAP) |
				  B(TUNNEL_ID) },
	[L2TP_SCCRP] = { "SCCRP", B(PROTOCOL_VERSION) | B(HOST_NAME) | B(FRAMING_CAP) |
				  B(TUNNEL_ID) },
	[L2TP_SCCCN] = { "SCCCN", 0 },
	[L2TP_STOPCCN] = { "StopCCN", 0 },
	[L2TP_HELLO] = { "HELLO", 0 },
	[L2TP_OCRQ] = { "OCRQ", B(SESSION_ID) | B(CALL_SERIAL) | B(MIN_BPS) | B(MAX_BPS) |
				B(BEARER_TYPE) | B(FRAMING_TYPE) | B(CALLED_NUMBER) },
	[L2TP_OCRP] = { "OCRP", B(SESSION_ID) },
	[L2TP_OCCN] = { "OCCN", B(TX_SPEED) | B(FRAMING_TYPE) },
	[L2TP_ICRQ] = { "ICRQ", B(SESSION_ID) | B(CALL_SERIAL) },
	[L2TP_ICRP] = { "ICRP", B(SESSION_ID) },
	[L2TP_ICCN] = { "ICCN", B(TX_SPEED) | B(FRAMING_TYPE) },
	[L2TP_CDN] = { "CDN", 0 },
	[L2TP_WEN] = { "WEN", B(CALL_ERRORS) },
	[L2TP_SLI] = { "SLI", B(ACCM) },
};

struct avp {			/* one AVP as it stands in the message */
	bool mandatory, hidden, reserved;
	uint16_t vendor, attribute;
	struct rd value;
};

struct decoding {
	struct l2tp_message *msg;
	const struct l2tp_secret *secret;
	struct wr *scratch;
	struct l2tp_octets vector;	/* the last Random Vector */
	bool have_vector;
};

/* False at the end of the body, or when what follows is no AVP: then body->bad is set. */
static bool avp_next(struct rd *body, struct avp *avp)
{
	uint16_t bits, len;

	if (!body->left)
		return false;
	bits = rd_u16(body);
	len = bits & AVP_LENGTH;
	avp->mandatory = bits & AVP_MANDATORY;
	avp->hidden = bits & AVP_HIDDEN;
	avp->reserved = bits & AVP_RESERVED;
	avp->vendor = rd_u16(body);
	avp->attribute = rd_u16(body);
	if (len < L2TP_AVP_HEADER_LEN)
		body->bad = true;
	else
		avp->value = rd_sub(body, len - L2TP_AVP_HEADER_LEN);
	return !body->bad;
}

static void fault(struct l2tp_message *msg, uint16_t error, const struct avp *avp, const char *what)
{
	if (msg->fault.what)
		return;
	msg->fault = (struct l2tp_fault){ .what = what, .error = error, .vendor = avp->vendor,
					  .attribute = avp->attribute };
}

/* RFC 2661 section 7.1: an AVP that is not mandatory may be wrong, it is then as if it were not. */
static void malformed(struct decoding *d, uint16_t error, const struct avp *avp, const char *what)
{
	if (avp->mandatory)
		fault(d->msg, error, avp, what);
}

/* The value in clear. False: it cannot be had. */
static bool unhide(struct decoding *d, const struct avp *avp, struct rd *value)
{
	*value = avp->value;
	if (!avp->hidden)
		return true;
	if (l2tp_avps[avp->attribute].flags & L2TP_AVP_CLEAR) {
		malformed(d, L2TP_ERROR_VALUE, avp, "it must not be hidden");
	} else if (!d->have_vector) {
		malformed(d, L2TP_ERROR_VALUE, avp, "it is hidden before any Random Vector");
	} else if (!d->secret) {
		d->msg->unread++;
	} else if (!d->secret->len) {
		malformed(d, L2TP_ERROR_UNKNOWN_AVP, avp, "it is hidden, and there is no secret");
	} else if (l2tp_unhide(avp->attribute, d->secret, d->vector, avp->value, d->scratch,
			       value)) {
		malformed(d, L2TP_ERROR_LENGTH, avp,
			  "what is hidden in it makes no sense, as with another secret");
	} else {
		return true;
	}
	return false;
}

static void avp_take(struct decoding *d, const struct avp *avp)
{
	const struct l2tp_avp *known;
	struct rd value;

	if (avp->vendor || avp->reserved || avp->attribute > L2TP_ATTRIBUTE_MAX ||
	    !l2tp_avps[avp->attribute].name) {
		malformed(d, L2TP_ERROR_UNKNOWN_AVP, avp, "it is mandatory and unknown");
		return;
	}
	known = &l2tp_avps[avp->attribute];
	if (!unhide(d, avp, &value))
		return;
	if (value.left < known->min || value.left > known->max) {
		malformed(d, L2TP_ERROR_LENGTH, avp, "its length is wrong");
		return;
	}
	if (avp->attribute == L2TP_RANDOM_VECTOR) {
		d->vector = (struct l2tp_octets){ value.at, value.left };
		d->have_vector = true;
		return;
	}
	if (l2tp_has(d->msg, avp->attribute))
		return;		/* the first one counts */
	if (known->rd(&value, known, d->msg))
		d->msg->have |= L2TP_BIT(avp->attribute);
	else
		malformed(d, L2TP_ERROR_VALUE, avp, "it must not be zero");
}

/* RFC 2661 section 4.4.1: the message's type comes first, and says how to take the rest. */
static int type_take(struct rd *body, struct l2tp_message *msg)
{
	struct avp avp = { .attribute = L2TP_MESSAGE_TYPE };

	if (!avp_next(body, &avp) || avp.vendor || avp.reserved || avp.hidden ||
	    avp.attribute != L2TP_MESSAGE_TYPE || avp.value.left != 2) {
		avp.attribute = L2TP_MESSAGE_TYPE;
		fault(msg, L2TP_ERROR_VALUE, &avp, "it does not begin the message");
		return -EBADMSG;
	}
	msg->type = rd_u16(&avp.value);
	msg->type_mandatory = avp.mandatory;
	msg->have = B(MESSAGE_TYPE);
	return msg->type > L2TP_TYPE_MAX || !types[msg->type].name ? -ENOMSG : 0;
}

static void require(struct l2tp_message *msg)
{
	uint64_t missing = types[msg->type].required & ~msg->have;
	struct avp avp = { .vendor = 0 };

	if (!missing || msg->unread)
		return;
	while (!(missing & L2TP_BIT(avp.attribute)))
		avp.attribute++;
	fault(msg, L2TP_ERROR_VALUE, &avp, "it is missing");
}

int l2tp_decode(struct rd body, const struct l2tp_secret *secret, struct wr *scratch,
		struct l2tp_message *msg)
{
	struct decoding d = { .msg = msg, .secret = secret, .scratch = scratch };
	struct avp avp = { .vendor = 0 };
	int err;

	memset(msg, 0, sizeof(*msg));
	err = type_take(&body, msg);
	if (err)
		return err;
	while (avp_next(&body, &avp))
		avp_take(&d, &avp);
	if (body.bad)
		fault(msg, L2TP_ERROR_LENGTH, &avp, "its length does not fit the message");
	require(msg);
	return msg->fault.what ? -EBADMSG : 0;
}

/* --- the other way --- */

/* Return: where the length goes. */
static size_t avp_begin(struct wr *w, uint16_t attribute)
{
	size_t at = wr_mark(w, 2);

	wr_u16(w, 0);	/* vendor */
	wr_u16(w, attribute);
	return at;
}

static void avp_end(struct wr *w, uint16_t attribute, bool hidden, size_t at)
{
	size_t len = w->len - at;

	if (len > AVP_LENGTH)
		w->bad = true;
	wr_patch_u16(w, at, (l2tp_avps[attribute].flags & L2TP_AVP_M ? AVP_MANDATORY : 0) |
			    (hidden ? AVP_HIDDEN : 0) | len);
}

static void avp_put(struct wr *w, uint16_t attribute, const struct l2tp_message *msg,
		    const struct l2tp_hiding *hiding)
{
	const struct l2tp_avp *avp = &l2tp_avps[attribute];
	uint8_t value[L2TP_AVP_VALUE_MAX];
	struct wr plain = wr_to(value, sizeof(value));
	bool hidden = hiding && !(avp->flags & L2TP_AVP_CLEAR);
	size_t at;

	avp->wr(&plain, avp, msg);
	if (plain.bad)
		w->bad = true;
	at = avp_begin(w, attribute);
	if (hidden)
		l2tp_hide(w, attribute, hiding, value, plain.len);
	else
		wr_bytes(w, value, plain.len);
	avp_end(w, attribute, hidden, at);
}

static void vector_put(struct wr *w, const struct l2tp_hiding *hiding)
{
	size_t at = avp_begin(w, L2TP_RANDOM_VECTOR);

	wr_bytes(w, hiding->vector, sizeof(hiding->vector));
	avp_end(w, L2TP_RANDOM_VECTOR, false, at);
}

void l2tp_encode(struct wr *w, const struct l2tp_message *msg, const struct l2tp_hiding *hiding)
{
	avp_put(w, L2TP_MESSAGE_TYPE, msg, NULL);
	if (hiding)
		vector_put(w, hiding);
	for (unsigned int i = L2TP_MESSAGE_TYPE + 1; i <= L2TP_ATTRIBUTE_MAX; i++)
		if (msg->have & L2TP_BIT(i) && i != L2TP_RANDOM_VECTOR)
			avp_put(w, i, msg, hiding);
}

int l2tp_response(enum l2tp_type type, const struct l2tp_secret *secret, const uint8_t *challenge,
		  size_t challenge_len, uint8_t out[L2TP_RESPONSE_LEN])
{
	uint8_t id = type;

	return md5_join(&id, 1, secret->at, secret->len, challenge, challenge_len, out);
}

/* --- in words --- */

const char *l2tp_type_to_str(unsigned int type)
{
	return type <= L2TP_TYPE_MAX && types[type].name ? types[type].name : "unknown message";
}

const char *l2tp_attribute_to_str(unsigned int attribute)
{
	return attribute <= L2TP_ATTRIBUTE_MAX && l2tp_avps[attribute].name ?
		       l2tp_avps[attribute].name : "unknown AVP";
}

const char *l2tp_result_to_str(enum l2tp_type type, unsigned int code)
{
	static const char *const stop[] = {
		"reserved result", "general request to clear the tunnel", "general error",
		"the tunnel exists already", "not authorized", "version not supported",
		"shutting down", "finite state machine error",
	};
	static const char *const cdn[] = {
		"reserved result", "loss of carrier", "general error", "administrative reasons",
		"no facilities for now", "no facilities", "invalid destination", "no carrier",
		"busy", "no dial tone", "not established in time", "no framing detected",
	};
	const char *const *names = type == L2TP_STOPCCN ? stop : cdn;
	size_t n = type == L2TP_STOPCCN ? sizeof(stop) / sizeof(*stop) : sizeof(cdn) / sizeof(*cdn);

	return code < n ? names[code] : "unknown result";
}

const char *l2tp_error_to_str(unsigned int error)
{
	static const char *const names[] = {
		"no general error", "no control connection exists", "length is wrong",
		"value out of range", "insufficient resources", "invalid session id",
		"vendor-specific error", "try another", "unknown mandatory AVP",
	};

	return error < sizeof(names) / sizeof(*names) ? names[error] : "unknown error";
}
