// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/l2tp_avp.h"

#define FIELD(type, m, avp)	((type *)((char *)(m) + (avp)->at))
#define CONST_FIELD(type, m, avp) ((const type *)((const char *)(m) + (avp)->at))

static bool u16_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	uint16_t v = rd_u16(r);

	*FIELD(uint16_t, m, avp) = v;
	return v || !(avp->flags & L2TP_AVP_NONZERO);
}

static void u16_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	wr_u16(w, *CONST_FIELD(uint16_t, m, avp));
}

static bool u32_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	*FIELD(uint32_t, m, avp) = rd_u32(r);
	return true;
}

static void u32_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	wr_u32(w, *CONST_FIELD(uint32_t, m, avp));
}

static bool u64_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	*FIELD(uint64_t, m, avp) = rd_u64(r);
	return true;
}

static void u64_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	wr_u64(w, *CONST_FIELD(uint64_t, m, avp));
}

static struct l2tp_octets rest(struct rd *r)
{
	struct l2tp_octets o = { .len = r->left };

	o.at = rd_bytes(r, r->left);
	return o;
}

static bool octets_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	*FIELD(struct l2tp_octets, m, avp) = rest(r);
	return true;
}

static void octets_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	const struct l2tp_octets *o = CONST_FIELD(struct l2tp_octets, m, avp);

	wr_bytes(w, o->at, o->len);
}

/* RFC 2661 section 4.4.2: error code and message are there if the length says so. */
static bool result_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	struct l2tp_result *result = FIELD(struct l2tp_result, m, avp);

	result->code = rd_u16(r);
	result->has_error = r->left >= 2;
	if (result->has_error)
		result->error = rd_u16(r);
	result->text = rest(r);
	return true;
}

static void result_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	const struct l2tp_result *result = CONST_FIELD(struct l2tp_result, m, avp);

	wr_u16(w, result->code);
	if (result->has_error || result->text.len)
		wr_u16(w, result->error);
	wr_bytes(w, result->text.at, result->text.len);
}

static bool cause_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	struct l2tp_cause *cause = FIELD(struct l2tp_cause, m, avp);

	cause->code = rd_u16(r);
	cause->msg = rd_u8(r);
	cause->text = rest(r);
	return true;
}

static void cause_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	const struct l2tp_cause *cause = CONST_FIELD(struct l2tp_cause, m, avp);

	wr_u16(w, cause->code);
	wr_u8(w, cause->msg);
	wr_bytes(w, cause->text.at, cause->text.len);
}

static bool response_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	(void)avp;
	rd_copy(r, m->response, sizeof(m->response));
	return true;
}

static void response_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	(void)avp;
	wr_bytes(w, m->response, sizeof(m->response));
}

static bool errors_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	struct l2tp_call_errors *e = FIELD(struct l2tp_call_errors, m, avp);

	rd_skip(r, 2);
	e->crc = rd_u32(r);
	e->framing = rd_u32(r);
	e->hardware_overrun = rd_u32(r);
	e->buffer_overrun = rd_u32(r);
	e->timeout = rd_u32(r);
	e->alignment = rd_u32(r);
	return true;
}

static void errors_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	const struct l2tp_call_errors *e = CONST_FIELD(struct l2tp_call_errors, m, avp);

	wr_zero(w, 2);
	wr_u32(w, e->crc);
	wr_u32(w, e->framing);
	wr_u32(w, e->hardware_overrun);
	wr_u32(w, e->buffer_overrun);
	wr_u32(w, e->timeout);
	wr_u32(w, e->alignment);
}

static bool accm_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	struct l2tp_accm *accm = FIELD(struct l2tp_accm, m, avp);

	rd_skip(r, 2);
	accm->send = rd_u32(r);
	accm->recv = rd_u32(r);
	return true;
}

static void accm_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	const struct l2tp_accm *accm = CONST_FIELD(struct l2tp_accm, m, avp);

	wr_zero(w, 2);
	wr_u32(w, accm->send);
	wr_u32(w, accm->recv);
}

/* Sequencing Required: that it is there is all it says. */
static bool empty_rd(struct rd *r, const struct l2tp_avp *avp, struct l2tp_message *m)
{
	(void)r;
	(void)avp;
	(void)m;
	return true;
}

static void empty_wr(struct wr *w, const struct l2tp_avp *avp, const struct l2tp_message *m)
{
	(void)w;
	(void)avp;
	(void)m;
}

#define AT(field)	offsetof(struct l2tp_message, field)
#define M		L2TP_AVP_M
#define CLEAR		L2TP_AVP_CLEAR
#define NONZERO		L2TP_AVP_NONZERO
#define MAX		L2TP_AVP_VALUE_MAX

#define U16(name, field, flags)	{ name, 2, 2, flags, AT(field), u16_rd, u16_wr }
#define U32(name, field, flags)	{ name, 4, 4, flags, AT(field), u32_rd, u32_wr }
#define OCTETS(name, field, min, flags) { name, min, MAX, flags, AT(field), octets_rd, octets_wr }

/* RFC 2661 section 4.4; Message Type and Random Vector are the message's own affair. */
const struct l2tp_avp l2tp_avps[L2TP_ATTRIBUTE_MAX + 1] = {
	[L2TP_MESSAGE_TYPE] = U16("Message Type", type, M | CLEAR),
	[L2TP_RESULT_CODE] = { "Result Code", 2, MAX, M | CLEAR, AT(result), result_rd, result_wr },
	[L2TP_PROTOCOL_VERSION] = U16("Protocol Version", version, M | CLEAR),
	[L2TP_FRAMING_CAP] = U32("Framing Capabilities", framing_cap, M),
	[L2TP_BEARER_CAP] = U32("Bearer Capabilities", bearer_cap, M),
	[L2TP_TIE_BREAKER] = { "Tie Breaker", 8, 8, CLEAR, AT(tie_breaker), u64_rd, u64_wr },
	[L2TP_FIRMWARE] = U16("Firmware Revision", firmware, 0),
	[L2TP_HOST_NAME] = OCTETS("Host Name", host_name, 1, M | CLEAR),
	[L2TP_VENDOR_NAME] = OCTETS("Vendor Name", vendor_name, 0, 0),
	[L2TP_TUNNEL_ID] = U16("Assigned Tunnel ID", tunnel_id, M | NONZERO),
	[L2TP_WINDOW_SIZE] = U16("Receive Window Size", window, M | CLEAR | NONZERO),
	[L2TP_CHALLENGE] = OCTETS("Challenge", challenge, 1, M),
	[L2TP_CAUSE_CODE] = { "Q.931 Cause Code", 3, MAX, M | CLEAR, AT(cause), cause_rd, cause_wr },
	[L2TP_RESPONSE] = { "Challenge Response", L2TP_RESPONSE_LEN, L2TP_RESPONSE_LEN, M,
			    AT(response), response_rd, response_wr },
	[L2TP_SESSION_ID] = U16("Assigned Session ID", session_id, M | NONZERO),
	[L2TP_CALL_SERIAL] = U32("Call Serial Number", serial, M),
	[L2TP_MIN_BPS] = U32("Minimum BPS", min_bps, M),
	[L2TP_MAX_BPS] = U32("Maximum BPS", max_bps, M),
	[L2TP_BEARER_TYPE] = U32("Bearer Type", bearer_type, M),
	[L2TP_FRAMING_TYPE] = U32("Framing Type", framing_type, M),
	[L2TP_CALLED_NUMBER] = OCTETS("Called Number", called, 0, M),
	[L2TP_CALLING_NUMBER] = OCTETS("Calling Number", calling, 0, M),
	[L2TP_SUB_ADDRESS] = OCTETS("Sub-Address", sub_address, 0, M),
	[L2TP_TX_SPEED] = U32("(Tx) Connect Speed", tx_speed, M),
	[L2TP_CHANNEL_ID] = U32("Physical Channel ID", channel, 0),
	[L2TP_INITIAL_RX_CONFREQ] = OCTETS("Initial Received LCP CONFREQ", initial_rx_confreq, 0, 0),
	[L2TP_LAST_TX_CONFREQ] = OCTETS("Last Sent LCP CONFREQ", last_tx_confreq, 0, 0),
	[L2TP_LAST_RX_CONFREQ] = OCTETS("Last Received LCP CONFREQ", last_rx_confreq, 0, 0),
	[L2TP_PROXY_TYPE] = U16("Proxy Authen Type", proxy_type, 0),
	[L2TP_PROXY_NAME] = OCTETS("Proxy Authen Name", proxy_name, 0, 0),
	[L2TP_PROXY_CHALLENGE] = OCTETS("Proxy Authen Challenge", proxy_challenge, 1, 0),
	[L2TP_PROXY_ID] = U16("Proxy Authen ID", proxy_id, 0),
	[L2TP_PROXY_RESPONSE] = OCTETS("Proxy Authen Response", proxy_response, 0, 0),
	[L2TP_CALL_ERRORS] = { "Call Errors", 26, 26, M, AT(errors), errors_rd, errors_wr },
	[L2TP_ACCM] = { "ACCM", 10, 10, M, AT(accm), accm_rd, accm_wr },
	[L2TP_RANDOM_VECTOR] = { "Random Vector", 0, MAX, M | CLEAR, 0, empty_rd, empty_wr },
	[L2TP_PRIVATE_GROUP] = OCTETS("Private Group ID", private_group, 0, 0),
	[L2TP_RX_SPEED] = U32("Rx Connect Speed", rx_speed, 0),
	[L2TP_SEQUENCING] = { "Sequencing Required", 0, 0, M | CLEAR, 0, empty_rd, empty_wr },
};
