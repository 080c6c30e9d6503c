// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/pptp.h"

#include <errno.h>
#include <string.h>

#define CONTROL_MESSAGE 1	/* PPTP message type; 2, management, is not defined */

static void start_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_start *s = &m->start;

	s->version = rd_u16(r);
	s->result = rd_u8(r);	/* in a request these two are reserved */
	s->error = rd_u8(r);
	s->framing = rd_u32(r);
	s->bearer = rd_u32(r);
	s->max_channels = rd_u16(r);
	s->firmware = rd_u16(r);
	rd_copy(r, s->host, PPTP_NAME_LEN);
	rd_copy(r, s->vendor, PPTP_NAME_LEN);
}

static void start_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_start *s = &m->start;

	wr_u16(w, s->version);
	wr_u8(w, s->result);
	wr_u8(w, s->error);
	wr_u32(w, s->framing);
	wr_u32(w, s->bearer);
	wr_u16(w, s->max_channels);
	wr_u16(w, s->firmware);
	wr_bytes(w, s->host, PPTP_NAME_LEN);
	wr_bytes(w, s->vendor, PPTP_NAME_LEN);
}

static void stop_rd(struct rd *r, struct pptp_message *m)
{
	m->stop.result = rd_u8(r);
	m->stop.error = rd_u8(r);
	rd_skip(r, 2);
}

static void stop_wr(struct wr *w, const struct pptp_message *m)
{
	wr_u8(w, m->stop.result);
	wr_u8(w, m->stop.error);
	wr_zero(w, 2);
}

static void echo_request_rd(struct rd *r, struct pptp_message *m)
{
	m->echo.id = rd_u32(r);
}

static void echo_request_wr(struct wr *w, const struct pptp_message *m)
{
	wr_u32(w, m->echo.id);
}

static void echo_reply_rd(struct rd *r, struct pptp_message *m)
{
	m->echo.id = rd_u32(r);
	m->echo.result = rd_u8(r);
	m->echo.error = rd_u8(r);
	rd_skip(r, 2);
}

static void echo_reply_wr(struct wr *w, const struct pptp_message *m)
{
	wr_u32(w, m->echo.id);
	wr_u8(w, m->echo.result);
	wr_u8(w, m->echo.error);
	wr_zero(w, 2);
}

static void out_request_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_out_request *c = &m->out_request;

	c->call_id = rd_u16(r);
	c->serial = rd_u16(r);
	c->min_bps = rd_u32(r);
	c->max_bps = rd_u32(r);
	c->bearer = rd_u32(r);
	c->framing = rd_u32(r);
	c->window = rd_u16(r);
	c->delay = rd_u16(r);
	c->number_len = rd_u16(r);
	rd_skip(r, 2);
	rd_copy(r, c->number, PPTP_NAME_LEN);
	rd_copy(r, c->subaddress, PPTP_NAME_LEN);
}

static void out_request_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_out_request *c = &m->out_request;

	wr_u16(w, c->call_id);
	wr_u16(w, c->serial);
	wr_u32(w, c->min_bps);
	wr_u32(w, c->max_bps);
	wr_u32(w, c->bearer);
	wr_u32(w, c->framing);
	wr_u16(w, c->window);
	wr_u16(w, c->delay);
	wr_u16(w, c->number_len);
	wr_zero(w, 2);
	wr_bytes(w, c->number, PPTP_NAME_LEN);
	wr_bytes(w, c->subaddress, PPTP_NAME_LEN);
}

static void out_reply_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_out_reply *c = &m->out_reply;

	c->call_id = rd_u16(r);
	c->peer_call_id = rd_u16(r);
	c->result = rd_u8(r);
	c->error = rd_u8(r);
	c->cause = rd_u16(r);
	c->speed = rd_u32(r);
	c->window = rd_u16(r);
	c->delay = rd_u16(r);
	c->channel = rd_u32(r);
}

static void out_reply_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_out_reply *c = &m->out_reply;

	wr_u16(w, c->call_id);
	wr_u16(w, c->peer_call_id);
	wr_u8(w, c->result);
	wr_u8(w, c->error);
	wr_u16(w, c->cause);
	wr_u32(w, c->speed);
	wr_u16(w, c->window);
	wr_u16(w, c->delay);
	wr_u32(w, c->channel);
}

static void in_request_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_in_request *c = &m->in_request;

	c->call_id = rd_u16(r);
	c->serial = rd_u16(r);
	c->bearer = rd_u32(r);
	c->channel = rd_u32(r);
	c->dialed_len = rd_u16(r);
	c->dialing_len = rd_u16(r);
	rd_copy(r, c->dialed, PPTP_NAME_LEN);
	rd_copy(r, c->dialing, PPTP_NAME_LEN);
	rd_copy(r, c->subaddress, PPTP_NAME_LEN);
}

static void in_request_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_in_request *c = &m->in_request;

	wr_u16(w, c->call_id);
	wr_u16(w, c->serial);
	wr_u32(w, c->bearer);
	wr_u32(w, c->channel);
	wr_u16(w, c->dialed_len);
	wr_u16(w, c->dialing_len);
	wr_bytes(w, c->dialed, PPTP_NAME_LEN);
	wr_bytes(w, c->dialing, PPTP_NAME_LEN);
	wr_bytes(w, c->subaddress, PPTP_NAME_LEN);
}

static void in_reply_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_in_reply *c = &m->in_reply;

	c->call_id = rd_u16(r);
	c->peer_call_id = rd_u16(r);
	c->result = rd_u8(r);
	c->error = rd_u8(r);
	c->window = rd_u16(r);
	c->delay = rd_u16(r);
	rd_skip(r, 2);
}

static void in_reply_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_in_reply *c = &m->in_reply;

	wr_u16(w, c->call_id);
	wr_u16(w, c->peer_call_id);
	wr_u8(w, c->result);
	wr_u8(w, c->error);
	wr_u16(w, c->window);
	wr_u16(w, c->delay);
	wr_zero(w, 2);
}

static void in_connected_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_in_connected *c = &m->in_connected;

	c->peer_call_id = rd_u16(r);
	rd_skip(r, 2);
	c->speed = rd_u32(r);
	c->window = rd_u16(r);
	c->delay = rd_u16(r);
	c->framing = rd_u32(r);
}

static void in_connected_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_in_connected *c = &m->in_connected;

	wr_u16(w, c->peer_call_id);
	wr_zero(w, 2);
	wr_u32(w, c->speed);
	wr_u16(w, c->window);
	wr_u16(w, c->delay);
	wr_u32(w, c->framing);
}

static void clear_rd(struct rd *r, struct pptp_message *m)
{
	m->clear_call_id = rd_u16(r);
	rd_skip(r, 2);
}

static void clear_wr(struct wr *w, const struct pptp_message *m)
{
	wr_u16(w, m->clear_call_id);
	wr_zero(w, 2);
}

static void disconnect_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_disconnect *d = &m->disconnect;

	d->call_id = rd_u16(r);
	d->result = rd_u8(r);
	d->error = rd_u8(r);
	d->cause = rd_u16(r);
	rd_skip(r, 2);
	rd_copy(r, d->statistics, sizeof(d->statistics));
}

static void disconnect_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_disconnect *d = &m->disconnect;

	wr_u16(w, d->call_id);
	wr_u8(w, d->result);
	wr_u8(w, d->error);
	wr_u16(w, d->cause);
	wr_zero(w, 2);
	wr_bytes(w, d->statistics, sizeof(d->statistics));
}

static void wan_error_rd(struct rd *r, struct pptp_message *m)
{
	struct pptp_wan_error *e = &m->wan_error;

	e->peer_call_id = rd_u16(r);
	rd_skip(r, 2);
	e->crc = rd_u32(r);
	e->framing = rd_u32(r);
	e->hardware_overrun = rd_u32(r);
	e->buffer_overrun = rd_u32(r);
	e->timeout = rd_u32(r);
	e->alignment = rd_u32(r);
}

static void wan_error_wr(struct wr *w, const struct pptp_message *m)
{
	const struct pptp_wan_error *e = &m->wan_error;

	wr_u16(w, e->peer_call_id);
	wr_zero(w, 2);
	wr_u32(w, e->crc);
	wr_u32(w, e->framing);
	wr_u32(w, e->hardware_overrun);
	wr_u32(w, e->buffer_overrun);
	wr_u32(w, e->timeout);
	wr_u32(w, e->alignment);
}

static void link_info_rd(struct rd *r, struct pptp_message *m)
{
	m->link_info.peer_call_id = rd_u16(r);
	rd_skip(r, 2);
	m->link_info.send_accm = rd_u32(r);
	m->link_info.recv_accm = rd_u32(r);
}

static void link_info_wr(struct wr *w, const struct pptp_message *m)
{
	wr_u16(w, m->link_info.peer_call_id);
	wr_zero(w, 2);
	wr_u32(w, m->link_info.send_accm);
	wr_u32(w, m->link_info.recv_accm);
}

/* RFC 2637 sections 2.1 to 2.15, in that order. */
static const struct {
	const char *name;
	uint16_t len;
	void (*rd)(struct rd *r, struct pptp_message *m);
	void (*wr)(struct wr *w, const struct pptp_message *m);
} types[] = {
	[PPTP_START_REQUEST] = { "Start-Control-Connection-Request", 156, start_rd, start_wr },
	[PPTP_START_REPLY] = { "Start-Control-Connection-Reply", 156, start_rd, start_wr },
	[PPTP_STOP_REQUEST] = { "Stop-Control-Connection-Request", 16, stop_rd, stop_wr },
	[PPTP_STOP_REPLY] = { "Stop-Control-Connection-Reply", 16, stop_rd, stop_wr },
	[PPTP_ECHO_REQUEST] = { "Echo-Request", 16, echo_request_rd, echo_request_wr },
	[PPTP_ECHO_REPLY] = { "Echo-Reply", 20, echo_reply_rd, echo_reply_wr },
	[PPTP_OUT_CALL_REQUEST] = { "Outgoing-Call-Request", 168, out_request_rd, out_request_wr },
	[PPTP_OUT_CALL_REPLY] = { "Outgoing-Call-Reply", 32, out_reply_rd, out_reply_wr },
	[PPTP_IN_CALL_REQUEST] = { "Incoming-Call-Request", 220, in_request_rd, in_request_wr },
	[PPTP_IN_CALL_REPLY] = { "Incoming-Call-Reply", 24, in_reply_rd, in_reply_wr },
	[PPTP_IN_CALL_CONNECTED] = { "Incoming-Call-Connected", 28, in_connected_rd,
				     in_connected_wr },
	[PPTP_CALL_CLEAR_REQUEST] = { "Call-Clear-Request", 16, clear_rd, clear_wr },
	[PPTP_CALL_DISCONNECT_NOTIFY] = { "Call-Disconnect-Notify", 148, disconnect_rd,
					  disconnect_wr },
	[PPTP_WAN_ERROR_NOTIFY] = { "WAN-Error-Notify", 40, wan_error_rd, wan_error_wr },
	[PPTP_SET_LINK_INFO] = { "Set-Link-Info", 24, link_info_rd, link_info_wr },
};

int pptp_message_len(const uint8_t *data, size_t len, const char **why)
{
	struct rd r = rd_of(data, len);
	uint16_t message_len, kind, type;
	uint32_t magic;

	if (len < PPTP_HEADER_LEN)
		return 0;
	message_len = rd_u16(&r);
	kind = rd_u16(&r);
	magic = rd_u32(&r);
	type = rd_u16(&r);
	*why = NULL;
	if (magic != PPTP_MAGIC)
		*why = "the magic cookie is wrong";
	else if (kind != CONTROL_MESSAGE)
		*why = "the PPTP message type is not 1 (control message)";
	else if (!type || type > PPTP_TYPE_MAX)
		*why = "the control message type is unknown";
	else if (message_len != types[type].len)
		*why = "the length is not the message type's own";
	return *why ? -EPROTO : message_len;
}

int pptp_decode(const uint8_t *data, size_t len, struct pptp_message *msg)
{
	struct rd r = rd_of(data, len);
	const char *why;

	if (pptp_message_len(data, len, &why) != (int)len || len < PPTP_HEADER_LEN)
		return -EPROTO;
	memset(msg, 0, sizeof(*msg));
	rd_skip(&r, 8);
	msg->type = rd_u16(&r);
	rd_skip(&r, 2);
	types[msg->type].rd(&r, msg);
	return rd_done(&r) ? 0 : -EPROTO;
}

void pptp_encode(struct wr *w, const struct pptp_message *msg)
{
	wr_u16(w, types[msg->type].len);
	wr_u16(w, CONTROL_MESSAGE);
	wr_u32(w, PPTP_MAGIC);
	wr_u16(w, msg->type);
	wr_u16(w, 0);
	types[msg->type].wr(w, msg);
}

const char *pptp_type_to_str(unsigned int type)
{
	return type && type <= PPTP_TYPE_MAX ? types[type].name : "unknown message";
}

const char *pptp_error_to_str(unsigned int error)
{
	static const char *const names[] = {
		[PPTP_ERROR_NONE] = "no error",
		[PPTP_ERROR_NOT_CONNECTED] = "not connected",
		[PPTP_ERROR_BAD_FORMAT] = "bad format",
		[PPTP_ERROR_BAD_VALUE] = "bad value",
		[PPTP_ERROR_NO_RESOURCE] = "no resource",
		[PPTP_ERROR_BAD_CALL_ID] = "bad call id",
		[PPTP_ERROR_PAC] = "error of the PAC",
	};

	return error < sizeof(names) / sizeof(names[0]) ? names[error] : "unknown error";
}
