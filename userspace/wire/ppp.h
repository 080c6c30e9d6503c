/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP's control packets (RFC 1661 sections 5 and 6): protocol numbers, the header that LCP, the
 * NCPs, PAP and CHAP share, and walks over Configuration Options. Lengths are decided here, once:
 * what a parse function accepted can be trusted.
 */
#ifndef ADIT_WIRE_PPP_H
#define ADIT_WIRE_PPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

enum ppp_protocol {
	PPP_IPV4	= 0x0021,
	PPP_IPV6	= 0x0057,
	PPP_COMPRESSED	= 0x00fd,
	PPP_IPCP	= 0x8021,
	PPP_IPV6CP	= 0x8057,
	PPP_CCP		= 0x80fd,
	PPP_LCP		= 0xc021,
	PPP_PAP		= 0xc023,
	PPP_CHAP	= 0xc223,
};

/*
 * Codes 1 to 7 are common to every control protocol, the rest of them are LCP's (RFC 1661, 1570) or
 * CCP's (RFC 1962).
 */
enum ppp_code {
	PPP_CONF_REQ	= 1,
	PPP_CONF_ACK	= 2,
	PPP_CONF_NAK	= 3,
	PPP_CONF_REJ	= 4,
	PPP_TERM_REQ	= 5,
	PPP_TERM_ACK	= 6,
	PPP_CODE_REJ	= 7,
	PPP_PROTO_REJ	= 8,
	PPP_ECHO_REQ	= 9,
	PPP_ECHO_REP	= 10,
	PPP_DISCARD_REQ	= 11,
	PPP_IDENT	= 12,
	PPP_TIME_LEFT	= 13,
	PPP_RESET_REQ	= 14,
	PPP_RESET_ACK	= 15,
};

#define PPP_HEADER_LEN		4
#define PPP_MRU_MIN \
	128 /* below it no control packet of ours is sure to fit; pppd draws the same line */
#define PPP_MRU_DEFAULT		1500	/* RFC 1661 section 6.1 */
#define PPP_PACKET_MAX 1500 /* what we build: never beyond the largest MRU that ppp_config allows \
			     */
#define PPP_OPTIONS_MAX 64 /* octets of options in a request of ours: LCP needs 19, IPCP 6 */

struct ppp_packet {
	uint8_t code;
	uint8_t id;
	struct rd data; /* what the length field covers behind the header; padding is cut off */
	const uint8_t *whole;	/* the packet from its code on, without padding */
	size_t len;
};

/* -EBADMSG: shorter than a header, or a length field that is too small or points past the end. */
int ppp_packet_parse(struct ppp_packet *p, const uint8_t *data, size_t len);

/*
 * Begin a packet: code, id and room for the length; ppp_packet_end() fills it in. The cursor must
 * be at the buffer's start.
 */
void ppp_packet_begin(struct wr *w, uint8_t code, uint8_t id);
void ppp_packet_end(struct wr *w);

struct ppp_option {
	uint8_t type;
	uint8_t len;		/* of the data, without type and length octets */
	struct rd data;
	const uint8_t *whole;	/* type, length, data */
};

/*
 * Next option: 1, or 0 at the end, or -EBADMSG for a length octet of 0 or 1 or one that points past
 * the end.
 */
int ppp_option_next(struct rd *options, struct ppp_option *opt);
/* Whether a whole list can be walked; the list itself is not consumed. */
bool ppp_options_valid(struct rd options);

void ppp_option_u16(struct wr *w, uint8_t type, uint16_t v);
void ppp_option_u32(struct wr *w, uint8_t type, uint32_t v);
void ppp_option_bytes(struct wr *w, uint8_t type, const void *data, uint8_t len);
void ppp_option_empty(struct wr *w, uint8_t type);

/*
 * CHAP's Challenge and Response: a value with its length, then the name up to the end (RFC 1994
 * section 4.1). -EBADMSG when value length and packet disagree; -EMSGSIZE when the name is longer
 * than name_cap - 1; -EINVAL when it holds a NUL.
 */
int ppp_chap_value_parse(struct rd data, const uint8_t **value, uint8_t *value_len, char *name,
			 size_t name_cap);
/* PAP's Authenticate-Request: two counted strings (RFC 1334 section 2.2.1). The same errors. */
int ppp_pap_request_parse(struct rd data, char *name, size_t name_cap, char *password,
			  size_t password_cap);

const char *ppp_protocol_to_str(uint16_t protocol);	/* "IPCP"; "unknown" */

#endif /* ADIT_WIRE_PPP_H */
