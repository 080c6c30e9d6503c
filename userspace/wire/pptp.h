/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPTP control messages (RFC 2637 section 2) as structures. Every message has one length, so a
 * length that is not the type's own is an error. Reserved fields are written as zero and not looked
 * at.
 */
#ifndef ADIT_WIRE_PPTP_H
#define ADIT_WIRE_PPTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define PPTP_PORT		1723
#define PPTP_MAGIC		0x1a2b3c4d
#define PPTP_VERSION		0x0100		/* version 1, revision 0 */
#define PPTP_HEADER_LEN		12
#define PPTP_MESSAGE_MAX	220		/* Incoming-Call-Request, the longest */
#define PPTP_NAME_LEN 64 /* host, vendor and number fields, padded with NUL */

enum pptp_type {
	PPTP_START_REQUEST = 1,
	PPTP_START_REPLY,
	PPTP_STOP_REQUEST,
	PPTP_STOP_REPLY,
	PPTP_ECHO_REQUEST,
	PPTP_ECHO_REPLY,
	PPTP_OUT_CALL_REQUEST,
	PPTP_OUT_CALL_REPLY,
	PPTP_IN_CALL_REQUEST,
	PPTP_IN_CALL_REPLY,
	PPTP_IN_CALL_CONNECTED,
	PPTP_CALL_CLEAR_REQUEST,
	PPTP_CALL_DISCONNECT_NOTIFY,
	PPTP_WAN_ERROR_NOTIFY,
	PPTP_SET_LINK_INFO,
};

#define PPTP_TYPE_MAX PPTP_SET_LINK_INFO

/* Result codes; where a value means different things, it is named after its message. */
enum {
	PPTP_RESULT_OK = 1,
	/* the error code says which; every message but Stop and Disconnect-Notify, too */
	PPTP_RESULT_GENERAL_ERROR = 2,
	PPTP_START_EXISTS = 3,
	PPTP_START_NOT_AUTHORIZED = 4,
	PPTP_START_VERSION = 5,
	PPTP_OUT_CALL_BUSY = 4,
	PPTP_OUT_CALL_REFUSED = 7,
	PPTP_IN_CALL_REFUSED = 3,
	PPTP_DISCONNECT_LOST_CARRIER = 1,
	PPTP_DISCONNECT_ADMIN = 3,
	PPTP_DISCONNECT_REQUEST = 4,
};

enum {	/* Stop-Control-Connection-Request */
	PPTP_STOP_NONE = 1,
	PPTP_STOP_PROTOCOL = 2,
	PPTP_STOP_LOCAL_SHUTDOWN = 3,
};

enum pptp_error {	/* RFC 2637 section 2.16 */
	PPTP_ERROR_NONE,
	PPTP_ERROR_NOT_CONNECTED,
	PPTP_ERROR_BAD_FORMAT,
	PPTP_ERROR_BAD_VALUE,
	PPTP_ERROR_NO_RESOURCE,
	PPTP_ERROR_BAD_CALL_ID,
	PPTP_ERROR_PAC,
};

struct pptp_start {		/* Start-Control-Connection-Request and -Reply */
	uint16_t version;
	uint8_t result, error;	/* reply alone */
	uint32_t framing, bearer;
	uint16_t max_channels, firmware;
	char host[PPTP_NAME_LEN + 1];
	char vendor[PPTP_NAME_LEN + 1];
};

struct pptp_stop {		/* request: result is the reason */
	uint8_t result, error;
};

struct pptp_echo {
	uint32_t id;
	uint8_t result, error;	/* reply alone */
};

struct pptp_out_request {
	uint16_t call_id, serial;
	uint32_t min_bps, max_bps, bearer, framing;
	uint16_t window, delay, number_len;
	uint8_t number[PPTP_NAME_LEN], subaddress[PPTP_NAME_LEN];
};

struct pptp_out_reply {
	uint16_t call_id, peer_call_id;
	uint8_t result, error;
	uint16_t cause;
	uint32_t speed;
	uint16_t window, delay;
	uint32_t channel;
};

struct pptp_in_request {
	uint16_t call_id, serial;
	uint32_t bearer, channel;
	uint16_t dialed_len, dialing_len;
	uint8_t dialed[PPTP_NAME_LEN], dialing[PPTP_NAME_LEN], subaddress[PPTP_NAME_LEN];
};

struct pptp_in_reply {
	uint16_t call_id, peer_call_id;
	uint8_t result, error;
	uint16_t window, delay;
};

struct pptp_in_connected {
	uint16_t peer_call_id;
	uint32_t speed;
	uint16_t window, delay;
	uint32_t framing;
};

struct pptp_disconnect {
	uint16_t call_id;
	uint8_t result, error;
	uint16_t cause;
	char statistics[128];
};

struct pptp_wan_error {
	uint16_t peer_call_id;
	uint32_t crc, framing, hardware_overrun, buffer_overrun, timeout, alignment;
};

struct pptp_link_info {
	uint16_t peer_call_id;
	uint32_t send_accm, recv_accm;
};

struct pptp_message {
	enum pptp_type type;
	union {
		struct pptp_start start;
		struct pptp_stop stop;
		struct pptp_echo echo;
		struct pptp_out_request out_request;
		struct pptp_out_reply out_reply;
		struct pptp_in_request in_request;
		struct pptp_in_reply in_reply;
		struct pptp_in_connected in_connected;
		uint16_t clear_call_id;		/* Call-Clear-Request: the sender's call id */
		struct pptp_disconnect disconnect;
		struct pptp_wan_error wan_error;
		struct pptp_link_info link_info;
	};
};

/*
 * How long is the message that begins here? Return: its length once PPTP_HEADER_LEN octets are
 * there, 0 when they are not, or -EPROTO with *why set (a sentence's end) when this can be no
 * control message: the stream is out of step (RFC 2637 section 1.4).
 */
int pptp_message_len(const uint8_t *data, size_t len, const char **why);

/* Decode one whole message of pptp_message_len() octets. Return: 0, or -EPROTO. */
int pptp_decode(const uint8_t *data, size_t len, struct pptp_message *msg);

/* Append one message; latches w->bad when there is no room. */
void pptp_encode(struct wr *w, const struct pptp_message *msg);

const char *pptp_type_to_str(unsigned int type); /* "Outgoing-Call-Request", or "unknown message" */
const char *pptp_error_to_str(unsigned int error);	/* "no resource" */

#endif /* ADIT_WIRE_PPTP_H */
