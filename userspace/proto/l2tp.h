/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * L2TPv2 control connections and their calls (RFC 2661), both sides of both: as LNS and as LAC, as
 * the one who opens a tunnel and the one who is asked. One endpoint holds many tunnels and decides
 * which one a datagram belongs to; a tunnel holds many calls. Pure: datagrams in, datagrams out,
 * time from the loop.
 *
 * Only a whole SCCRQ makes a tunnel, within limits, and the oldest that prove nothing make room for
 * new ones. Everything else that no tunnel awaits from exactly there changes nothing.
 *
 * Tunnels and calls belong to the endpoint. The owner may use one from the op that tells of it (or
 * the call that makes it) until tunnel_down() or call_down() returns. From within every op but tx(),
 * random() and data_seen_ms() it may call every function here but l2tp_rx() and l2tp_free().
 */
#ifndef ADIT_PROTO_L2TP_H
#define ADIT_PROTO_L2TP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/loop.h"
#include "proto/l2tp_channel.h"
#include "wire/l2tp.h"

#define L2TP_NAME_MAX	255	/* octets of a host name; longer ones are refused */
#define L2TP_SECRET_MAX	255
#define L2TP_WHY_MAX	160

struct l2tp;
struct l2tp_tunnel;
struct l2tp_call;

/* Where a datagram came from, and where its answer goes: all of it has to be right. */
struct l2tp_path {
	uint32_t transport;	/* the owner's number of a socket, or of a security association */
	struct addr local, peer;
	uint16_t local_port, peer_port;
};

struct l2tp_config {
	char host_name[L2TP_NAME_MAX + 1];
	char vendor[64];
	struct l2tp_channel_config channel;
	uint32_t half_open_retransmit_max; /* to those who proved nothing: they may be forged */
	uint32_t setup_timeout_ms;	/* until a tunnel is established */
	uint32_t call_timeout_ms;	/* until a call is */
	uint32_t idle_close_ms;		/* a tunnel without a call; 0: never */
	uint32_t linger_ms;		/* for a late StopCCN: 31 s, RFC 2661 section 5.7 */
	unsigned int max_tunnels, max_tunnels_per_address;
	unsigned int max_half_open, max_half_open_per_address;
	unsigned int max_calls_per_tunnel;	/* up to 65535 */
	unsigned int max_calls_per_address;	/* that the peers there ask for */
	bool places_calls;		/* we are a LAC that takes Outgoing-Call-Requests */
};

/* What holds towards one peer. */
struct l2tp_peer {
	char host_name[L2TP_NAME_MAX + 1];	/* how we call ourselves; "": as to everybody */
	char expect[L2TP_NAME_MAX + 1];	/* how it has to call itself when we dial; "": anything */
	char secret[L2TP_SECRET_MAX + 1];	/* "": none */
	bool authenticate;		/* it has to prove that it knows the secret, if there is one */
	bool hide;			/* hide what may be hidden; needs the secret */
	bool tie_breaker;		/* one tunnel is enough, when both open one */
	uint32_t hello_ms;		/* of silence before we ask; 0: never */
};

struct l2tp_refusal {
	uint16_t result, error;		/* of StopCCN or CDN; error goes with result 2 */
	const char *why;
};

struct l2tp_call_request {	/* what ICRQ or OCRQ asks for */
	bool outgoing;
	uint32_t serial;		/* ours is given by the endpoint */
	uint32_t bearer_type;
	uint32_t framing_type, min_bps, max_bps;	/* outgoing */
	struct l2tp_octets called, calling, sub_address;
};

struct l2tp_connected {		/* what ICCN or OCCN tells */
	uint32_t tx_speed, rx_speed, framing_type;
	bool sequencing;		/* every data packet has to be numbered */
	struct l2tp_octets private_group;
	/* What the LAC has negotiated with the client already; borrowed, may hold a password. */
	bool has_proxy_lcp;		/* both of the last ones are there */
	struct l2tp_octets initial_rx_confreq, last_tx_confreq, last_rx_confreq;
	uint16_t proxy_type;		/* L2TP_PROXY_*; 0: nothing was authenticated */
	uint8_t proxy_id;
	struct l2tp_octets proxy_name, proxy_challenge, proxy_response;
};

struct l2tp_ops {
	/*
	 * Send a datagram from path->local; data is borrowed. t is NULL for what a stranger is told.
	 */
	void (*tx)(void *ctx, struct l2tp_tunnel *t, const struct l2tp_path *path,
		   const uint8_t *data, size_t len);
	void (*random)(void *ctx, void *buf, size_t len);
	/* Whether a stranger may open a tunnel: limits that are not this endpoint's alone. */
	bool (*admit)(void *ctx, const struct l2tp_path *path, struct l2tp_refusal *refusal);
	/*
	 * Who is it, and what holds towards it? The answer comes through l2tp_peer_reply(), now or
	 * later; also after a thaw.
	 */
	void (*peer_ask)(void *ctx, struct l2tp_tunnel *t, const char *host_name);
	void (*tunnel_up)(void *ctx, struct l2tp_tunnel *t);
	/* Its calls were told to be down before. The last op about it. */
	void (*tunnel_down)(void *ctx, struct l2tp_tunnel *t, const char *why);
	/* The peer asks for a call: data may come from now on. False: no, with the reason set. */
	bool (*call_new)(void *ctx, struct l2tp_call *c, const struct l2tp_call_request *req,
			 struct l2tp_refusal *refusal);
	/* Our incoming call is accepted: what ICCN shall tell, filled with what suits a client. */
	void (*call_accepted)(void *ctx, struct l2tp_call *c, struct l2tp_connected *info);
	/* PPP may begin. info is borrowed. */
	void (*call_up)(void *ctx, struct l2tp_call *c, const struct l2tp_connected *info);
	void (*call_down)(void *ctx, struct l2tp_call *c, const char *why);
	void (*link_info)(void *ctx, struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm);
	void (*wan_errors)(void *ctx, struct l2tp_call *c, const struct l2tp_call_errors *errors);
	/* Loop time of the tunnel's last data from the peer; 0: none. */
	uint64_t (*data_seen_ms)(void *ctx, const struct l2tp_tunnel *t);
};

/* NULL on ENOMEM. mschap_init() of wire/mschap.h was called before. */
struct l2tp *l2tp_new(struct loop *loop, const struct l2tp_config *cfg, const struct l2tp_ops *ops,
		      void *ctx);
void l2tp_free(struct l2tp *l2tp);	/* calls no op */
void l2tp_set_config(struct l2tp *l2tp, const struct l2tp_config *cfg);	/* for new tunnels */
void l2tp_rx(struct l2tp *l2tp, const struct l2tp_path *from, const uint8_t *data, size_t len);
/* The tunnel whose affair l2tp_rx() would make of it; NULL: none's, or a new one's. */
struct l2tp_tunnel *l2tp_tunnel_at(struct l2tp *l2tp, const struct l2tp_path *from,
				   const uint8_t *data, size_t len);

/* Open a tunnel; calls may be made on it at once. NULL: ENOMEM or no free id. */
struct l2tp_tunnel *l2tp_dial(struct l2tp *l2tp, const struct l2tp_path *path,
			      const struct l2tp_peer *peer, void *owner);
/* peer NULL: refuse it, with refusal saying why. Ignored when nothing was asked. */
void l2tp_peer_reply(struct l2tp_tunnel *t, const struct l2tp_peer *peer,
		     const struct l2tp_refusal *refusal);
/* Calls are down at once, the tunnel when the peer knows. result is of StopCCN. */
void l2tp_tunnel_stop(struct l2tp_tunnel *t, uint16_t result, const char *why);
/* There is no way to the peer any more: down at once, and nothing is sent. */
void l2tp_tunnel_vanish(struct l2tp_tunnel *t, const char *why);

/* A call as LAC (ICRQ), or as LNS (OCRQ, request->outgoing). NULL: ENOMEM, no free id, closing. */
struct l2tp_call *l2tp_call_open(struct l2tp_tunnel *t, const struct l2tp_call_request *request,
				 void *owner);
/* As LAC: the outgoing call that the peer asked for is answered. call_up() is not told. */
void l2tp_call_answered(struct l2tp_call *c, const struct l2tp_connected *info);
/* result is of CDN; call_down() follows at once. */
void l2tp_call_close(struct l2tp_call *c, uint16_t result, const char *why);
void l2tp_call_link_info(struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm);
void l2tp_call_wan_errors(struct l2tp_call *c, const struct l2tp_call_errors *errors);

struct l2tp_tunnel_info {
	struct l2tp_path path;
	uint16_t id, peer_id;
	bool initiator, established;
	bool authenticated;		/* the peer proved that it knows the secret */
	const char *host_name;		/* as the peer sent it, no NUL inside */
	const char *vendor;		/* as printable text */
	unsigned int calls;
};
void l2tp_tunnel_get_info(const struct l2tp_tunnel *t, struct l2tp_tunnel_info *info);
void l2tp_tunnel_set_owner(struct l2tp_tunnel *t, void *owner);
void *l2tp_tunnel_owner(const struct l2tp_tunnel *t);

struct l2tp_call_info {
	struct l2tp_tunnel *tunnel;
	uint16_t id, peer_id;		/* peer_id 0: not known yet */
	uint32_t serial;
	bool lns;			/* we are the LNS of this call */
	bool outgoing, established;
};
void l2tp_call_get_info(const struct l2tp_call *c, struct l2tp_call_info *info);
void l2tp_call_set_owner(struct l2tp_call *c, void *owner);
void *l2tp_call_owner(const struct l2tp_call *c);

struct l2tp_stats {
	unsigned int tunnels, half_open, calls;	/* now */
	unsigned int lingering;		/* tunnels that are over, for late StopCCNs */
	uint64_t junk;			/* datagrams that are no L2TPv2 */
	uint64_t strays;		/* that no tunnel awaits, from there */
	uint64_t refused;		/* tunnels */
	uint64_t evicted;		/* half-open tunnels that made room */
};
#define L2TP_LINGERING_MAX	1024	/* beyond, the oldest goes */
void l2tp_get_stats(const struct l2tp *l2tp, struct l2tp_stats *stats);

/*
 * A tunnel and each of its calls as records of their own. Established ones can be written down; the
 * secret is not in it, so peer_ask() follows a thaw. Too many messages that wait for an
 * acknowledgment latch w->bad: try again later.
 */
#define L2TP_TUNNEL_FROZEN_MAX	8192
#define L2TP_CALL_FROZEN_MAX	32
bool l2tp_tunnel_can_freeze(const struct l2tp_tunnel *t);
void l2tp_tunnel_freeze(const struct l2tp_tunnel *t, struct wr *w);
/* NULL: the record is not valid, its place is taken, or ENOMEM. Calls are thawed next. */
struct l2tp_tunnel *l2tp_tunnel_thaw(struct l2tp *l2tp, void *owner, struct rd *r);
/* Once the calls are there: begins to send, and asks for the peer. */
void l2tp_tunnel_resume(struct l2tp_tunnel *t);
bool l2tp_call_can_freeze(const struct l2tp_call *c);
void l2tp_call_freeze(const struct l2tp_call *c, struct wr *w);
struct l2tp_call *l2tp_call_thaw(struct l2tp_tunnel *t, void *owner, struct rd *r);

#endif /* ADIT_PROTO_L2TP_H */
