/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PPTP control connection and its calls (RFC 2637 sections 2 and 3): the PAC's side of it
 * (server), or the PNS's (client). Pure: octets in, octets out, time from the loop. Calls are known
 * by the call id that we assigned.
 */
#ifndef ADIT_PROTO_PPTP_H
#define ADIT_PROTO_PPTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/log.h"
#include "base/loop.h"

/* Calls that one control connection may hold: several are legal, thousands are an attack. */
#define PPTP_CALLS_MAX	128

struct pptp;

struct pptp_config {
	char host_name[64];
	char vendor[64];
	uint32_t echo_interval_ms;	/* 60 s, RFC 2637 section 3.1.4 */
	uint32_t echo_timeout_ms;	/* 60 s */
	uint32_t start_timeout_ms;	/* 60 s from connect to Start-Control-Connection-Request */
	uint32_t idle_close_ms;		/* connection without a call */
	bool client;			/* we are the PNS, and opened the TCP connection */
};

struct pptp_call_info {
	uint16_t call_id;		/* ours */
	uint16_t peer_call_id;
	uint16_t peer_window;		/* packets, from the request */
	uint32_t connect_speed;
};

struct pptp_ops {
	/*
	 * Queue octets to the peer, in order, all or none; false: no room, and the connection is
	 * given up.
	 */
	bool (*tx)(void *ctx, const uint8_t *data, size_t len);
	/*
	 * The peer wants a call with its id. Assign ours and make ready, or refuse with a result
	 * code of RFC 2637 section 2.8 (and general error code). Returns 0 or the result
	 * code (> 1). Of a server alone.
	 */
	int (*call_new)(void *ctx, uint16_t peer_call_id, uint16_t *call_id, uint16_t *error_code);
	/* The control connection is there: calls may be opened. Of a client alone. */
	void (*up)(void *ctx);
	/* The reply is on its way, or has come: PPP may begin. */
	void (*call_up)(void *ctx, const struct pptp_call_info *call);
	/*
	 * The call is over (cleared by peer, connection lost, or our own clear is complete), reason
	 * as the end of a sentence.
	 */
	void (*call_down)(void *ctx, uint16_t call_id, const char *why);
	/* Set-Link-Info; ACCMs do not matter on GRE, for the log. */
	void (*link_info)(void *ctx, uint16_t call_id, uint32_t send_accm, uint32_t recv_accm);
	/*
	 * Close the TCP connection after what is queued has gone; the last op. pptp_free()
	 * afterwards, not from within.
	 */
	void (*down)(void *ctx, const char *why);
	struct log_about (*about)(void *ctx);
};

struct pptp *pptp_new(struct loop *loop, const struct pptp_config *cfg, const struct pptp_ops *ops,
		      void *ctx);
void pptp_free(struct pptp *pptp);		/* calls no op */
/* As client: begin with Start-Control-Connection-Request. */
void pptp_open(struct pptp *pptp);
/*
 * As client: Outgoing-Call-Request with a call id of ours; call_up() or call_down() follows. False:
 * not now, or not with this id.
 */
bool pptp_call_open(struct pptp *pptp, uint16_t call_id);
/* As client: Set-Link-Info, which some servers wait for when LCP is open. */
void pptp_set_link_info(struct pptp *pptp, uint16_t call_id, uint32_t send_accm,
			uint32_t recv_accm);
void pptp_rx(struct pptp *pptp, const uint8_t *data, size_t len); /* any split of the stream */
void pptp_rx_eof(struct pptp *pptp, const char *why);
/* we end it: Call-Disconnect-Notify, or Call-Clear-Request as client; call_down() follows */
void pptp_call_clear(struct pptp *pptp, uint16_t call_id, const char *why);
/* Stop-Control-Connection-Request, all calls down, then down() */
void pptp_stop(struct pptp *pptp, const char *why);
unsigned int pptp_calls(const struct pptp *pptp);
/* Peer's host name and vendor from the start request, as printable text, "" before. */
const char *pptp_peer_host(const struct pptp *pptp);
const char *pptp_peer_vendor(const struct pptp *pptp);

#define PPTP_FROZEN_MAX 4096
/* any state, with a half-received message */
void pptp_freeze(const struct pptp *pptp, struct wr *w);
struct pptp *pptp_thaw(struct loop *loop, const struct pptp_config *cfg, const struct pptp_ops *ops,
		       void *ctx, struct rd *r);

#endif /* ADIT_PROTO_PPTP_H */
