/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * L2TP version 2 on the wire (RFC 2661 sections 3 and 4): the header that control and data share,
 * and control messages as one structure with a field for every AVP. Lengths are decided here, once,
 * those out of a hidden AVP too: what l2tp_decode() accepted can be trusted.
 */
#ifndef ADIT_WIRE_L2TP_H
#define ADIT_WIRE_L2TP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define L2TP_PORT		1701
#define L2TP_VERSION		0x0100	/* of the protocol, RFC 2661 section 4.4.3 */
#define L2TP_CONTROL_HEADER_LEN	12
/* Control messages beyond are dropped: an ICCN with everything that a LAC knows has some 2000. */
#define L2TP_CONTROL_MAX	4096
#define L2TP_AVP_VALUE_MAX	1017	/* ten bits of length, RFC 2661 section 4.1 */
#define L2TP_RESPONSE_LEN	16
#define L2TP_VECTOR_LEN		16	/* of our Random Vector, as recommended */
#define L2TP_WINDOW_DEFAULT	4	/* of a peer that says nothing */

struct l2tp_header {
	bool control;
	bool sequenced;		/* Ns and Nr are there; always in control messages */
	bool priority;
	uint16_t tunnel_id, session_id;
	uint16_t ns, nr;
	struct rd body;		/* behind header and offset padding, within Length */
};

/*
 * Whether this is an L2TPv2 packet. -EPROTO with *why set (the end of a sentence): it is not, or
 * its lengths do not add up. -EPROTONOSUPPORT: another version.
 */
int l2tp_header_parse(struct l2tp_header *h, const uint8_t *data, size_t len, const char **why);
/* A control message's header; body_len octets follow. */
void l2tp_control_header(struct wr *w, const struct l2tp_header *h, size_t body_len);

enum l2tp_type {		/* RFC 2661 section 3.2 */
	L2TP_SCCRQ = 1,
	L2TP_SCCRP = 2,
	L2TP_SCCCN = 3,
	L2TP_STOPCCN = 4,
	L2TP_HELLO = 6,
	L2TP_OCRQ = 7,
	L2TP_OCRP = 8,
	L2TP_OCCN = 9,
	L2TP_ICRQ = 10,
	L2TP_ICRP = 11,
	L2TP_ICCN = 12,
	L2TP_CDN = 14,
	L2TP_WEN = 15,
	L2TP_SLI = 16,
};

#define L2TP_TYPE_MAX L2TP_SLI

enum l2tp_attribute {		/* RFC 2661 section 4.4 */
	L2TP_MESSAGE_TYPE = 0,
	L2TP_RESULT_CODE = 1,
	L2TP_PROTOCOL_VERSION = 2,
	L2TP_FRAMING_CAP = 3,
	L2TP_BEARER_CAP = 4,
	L2TP_TIE_BREAKER = 5,
	L2TP_FIRMWARE = 6,
	L2TP_HOST_NAME = 7,
	L2TP_VENDOR_NAME = 8,
	L2TP_TUNNEL_ID = 9,
	L2TP_WINDOW_SIZE = 10,
	L2TP_CHALLENGE = 11,
	L2TP_CAUSE_CODE = 12,
	L2TP_RESPONSE = 13,
	L2TP_SESSION_ID = 14,
	L2TP_CALL_SERIAL = 15,
	L2TP_MIN_BPS = 16,
	L2TP_MAX_BPS = 17,
	L2TP_BEARER_TYPE = 18,
	L2TP_FRAMING_TYPE = 19,
	L2TP_CALLED_NUMBER = 21,
	L2TP_CALLING_NUMBER = 22,
	L2TP_SUB_ADDRESS = 23,
	L2TP_TX_SPEED = 24,
	L2TP_CHANNEL_ID = 25,
	L2TP_INITIAL_RX_CONFREQ = 26,
	L2TP_LAST_TX_CONFREQ = 27,
	L2TP_LAST_RX_CONFREQ = 28,
	L2TP_PROXY_TYPE = 29,
	L2TP_PROXY_NAME = 30,
	L2TP_PROXY_CHALLENGE = 31,
	L2TP_PROXY_ID = 32,
	L2TP_PROXY_RESPONSE = 33,
	L2TP_CALL_ERRORS = 34,
	L2TP_ACCM = 35,
	L2TP_RANDOM_VECTOR = 36,
	L2TP_PRIVATE_GROUP = 37,
	L2TP_RX_SPEED = 38,
	L2TP_SEQUENCING = 39,
};

#define L2TP_ATTRIBUTE_MAX L2TP_SEQUENCING

enum {	/* result codes of StopCCN, RFC 2661 section 4.4.2 */
	L2TP_STOP_CLEAR = 1,
	L2TP_STOP_ERROR = 2,	/* the error code says which */
	L2TP_STOP_EXISTS = 3,
	L2TP_STOP_NOT_AUTHORIZED = 4,
	L2TP_STOP_VERSION = 5,
	L2TP_STOP_SHUTDOWN = 6,
	L2TP_STOP_FSM = 7,
};

enum {	/* result codes of CDN */
	L2TP_CDN_CARRIER = 1,
	L2TP_CDN_ERROR = 2,	/* the error code says which */
	L2TP_CDN_ADMIN = 3,
	L2TP_CDN_BUSY_NOW = 4,
	L2TP_CDN_NO_FACILITIES = 5,
	L2TP_CDN_DESTINATION = 6,
	L2TP_CDN_TIMEOUT = 10,
};

enum {	/* general error codes */
	L2TP_ERROR_NONE = 0,
	L2TP_ERROR_NO_CONTROL = 1,
	L2TP_ERROR_LENGTH = 2,
	L2TP_ERROR_VALUE = 3,
	L2TP_ERROR_RESOURCES = 4,
	L2TP_ERROR_SESSION_ID = 5,
	L2TP_ERROR_VENDOR = 6,
	L2TP_ERROR_TRY_ANOTHER = 7,
	L2TP_ERROR_UNKNOWN_AVP = 8,
};

enum {	/* Proxy Authen Type, RFC 2661 section 4.4.5 */
	L2TP_PROXY_TEXT = 1,
	L2TP_PROXY_CHAP = 2,
	L2TP_PROXY_PAP = 3,
	L2TP_PROXY_NONE = 4,
	L2TP_PROXY_MSCHAP = 5,
};

#define L2TP_FRAMING_SYNC	1u
#define L2TP_FRAMING_ASYNC	2u
#define L2TP_BEARER_DIGITAL	1u
#define L2TP_BEARER_ANALOG	2u

struct l2tp_octets {	/* borrowed from the message, or from where hidden values were written */
	const uint8_t *at;
	uint16_t len;
};

struct l2tp_result {
	uint16_t code;
	bool has_error;
	uint16_t error;
	struct l2tp_octets text;
};

struct l2tp_cause {	/* Q.931 */
	uint16_t code;
	uint8_t msg;
	struct l2tp_octets text;
};

struct l2tp_call_errors {
	uint32_t crc, framing, hardware_overrun, buffer_overrun, timeout, alignment;
};

struct l2tp_accm {
	uint32_t send, recv;
};

/* Why a message cannot be taken. The error code is the answer's; what is the end of a sentence. */
struct l2tp_fault {
	const char *what;	/* NULL: nothing is wrong */
	uint16_t error;
	uint16_t vendor, attribute;
};

struct l2tp_message {
	uint16_t type;			/* of enum l2tp_type */
	bool type_mandatory;		/* the M bit of the Message Type AVP */
	uint64_t have;			/* bit n: attribute n is there */
	struct l2tp_result result;
	uint16_t version;
	uint32_t framing_cap, bearer_cap;
	uint64_t tie_breaker;
	uint16_t firmware;
	struct l2tp_octets host_name, vendor_name;
	uint16_t tunnel_id;
	uint16_t window;
	struct l2tp_octets challenge;
	uint8_t response[L2TP_RESPONSE_LEN];
	struct l2tp_cause cause;
	uint16_t session_id;
	uint32_t serial, min_bps, max_bps, bearer_type, framing_type;
	struct l2tp_octets called, calling, sub_address;
	uint32_t tx_speed, rx_speed, channel;
	struct l2tp_octets initial_rx_confreq, last_tx_confreq, last_rx_confreq;
	uint16_t proxy_type;
	uint16_t proxy_id;		/* one octet of it means something */
	struct l2tp_octets proxy_name, proxy_challenge, proxy_response;
	struct l2tp_call_errors errors;
	struct l2tp_accm accm;
	struct l2tp_octets private_group;

	unsigned int unread;		/* hidden AVPs, while the secret is not known */
	struct l2tp_fault fault;	/* the first one */
};

#define L2TP_BIT(attribute)	(UINT64_C(1) << (attribute))

static inline bool l2tp_has(const struct l2tp_message *m, enum l2tp_attribute attribute)
{
	return m->have & L2TP_BIT(attribute);
}

struct l2tp_secret {
	const void *at;
	size_t len;
};

/*
 * Decode a control message's body. What is in hidden AVPs is written to scratch, which has room for
 * as many octets as the body, and stays there for as long as the message is used. While nobody knows
 * the secret (NULL) hidden AVPs are left unread and counted, and nothing that might be among them is
 * missed; a secret of no octets means that there is none, and they are malformed.
 *
 * Return: 0; -ENOMSG when the message type is unknown (type and type_mandatory are set);
 * -EBADMSG with msg->fault set; what could be taken from the message is there all the same.
 */
int l2tp_decode(struct rd body, const struct l2tp_secret *secret, struct wr *scratch,
		struct l2tp_message *msg);

/* How to hide what may be hidden (RFC 2661 section 4.3); random, new in each message. */
struct l2tp_hiding {
	struct l2tp_secret secret;
	uint8_t vector[L2TP_VECTOR_LEN];
	uint8_t padding[16];
};

/*
 * Append a control message's body: the type, then every AVP in msg->have. Latches w->bad when there
 * is no room or a value is too long. hiding is NULL to hide nothing.
 */
void l2tp_encode(struct wr *w, const struct l2tp_message *msg, const struct l2tp_hiding *hiding);

/* The CHAP-style answer to a challenge, in a message of that type (RFC 2661 section 4.4.3). */
int l2tp_response(enum l2tp_type type, const struct l2tp_secret *secret, const uint8_t *challenge,
		  size_t challenge_len, uint8_t out[L2TP_RESPONSE_LEN]);

const char *l2tp_type_to_str(unsigned int type);		/* "SCCRQ", or "unknown message" */
const char *l2tp_attribute_to_str(unsigned int attribute);	/* "Host Name", or "unknown AVP" */
const char *l2tp_result_to_str(enum l2tp_type type, unsigned int code);	/* of StopCCN or CDN */
const char *l2tp_error_to_str(unsigned int error);		/* "length is wrong" */

#endif /* ADIT_WIRE_L2TP_H */
