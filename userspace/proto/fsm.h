/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option negotiation automaton of RFC 1661 section 4, which LCP, CCP, IPCP and IPV6CP are users
 * of. A user embeds a struct fsm first in its own object and describes itself by a constant struct
 * fsm_proto; the link that all automata belong to is told of what happens through struct fsm_link.
 * Callbacks may call fsm functions of this or another automaton, fsm_stop() included.
 */
#ifndef ADIT_PROTO_FSM_H
#define ADIT_PROTO_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/loop.h"
#include "wire/ppp.h"

/* RFC 1661 section 4.2, numbered as in its table. */
enum fsm_state {
	FSM_INITIAL, FSM_STARTING, FSM_CLOSED, FSM_STOPPED, FSM_CLOSING, FSM_STOPPING,
	FSM_REQ_SENT, FSM_ACK_RCVD, FSM_ACK_SENT, FSM_OPENED, FSM_N_STATES,
};

/*
 * Configure-Naks and -Rejects, sent and received, before a negotiation is called hopeless. An
 * honest one needs at most one round for each option plus max_failure; RFC 1661 bounds only the
 * timeouts.
 */
#define FSM_ROUNDS_MAX	32
/* Octets of a peer's Configure-Request worth keeping: four times what stock clients send. */
#define FSM_KEEP_MAX	128
#define FSM_WHY_MAX	160

#define FSM_ANY_LEN	0xff	/* no option has so much data */

struct fsm;

enum fsm_verdict { FSM_ACK, FSM_NAK, FSM_REJECT };

struct fsm_option {
	uint8_t type;
	uint8_t len;		/* of its data, exactly; FSM_ANY_LEN: judge() looks itself */
	/*
	 * Judge what the peer asks for. FSM_NAK: the option as we would have it was written to nak.
	 * data is NULL when its length was wrong: then only NAK or REJECT will do (RFC 1661 section
	 * 6). May call fsm_refuse().
	 */
	enum fsm_verdict (*judge)(struct fsm *fsm, struct rd *data, struct wr *nak);
};

struct fsm_proto {
	uint16_t protocol;
	/* 1 << code: the ones beyond RFC 1661's common seven that rx_code takes when open. */
	uint32_t codes;
	const struct fsm_option *options;
	size_t n_options;
	/* A negotiation starts afresh: forget the outcome of the last. */
	void (*begin)(struct fsm *fsm);
	/* Write the options of our Configure-Request. */
	void (*request)(struct fsm *fsm, struct wr *w);
	/* A Configure-Request of the peer is about to be judged: forget what the last one asked. */
	void (*judge_begin)(struct fsm *fsm);
	/* All was acceptable; to ask for more, write it to nak and return FSM_NAK. May be NULL. */
	enum fsm_verdict (*judge_end)(struct fsm *fsm, struct wr *nak);
	/* The peer would have one of our options otherwise; the peer will not have it at all. */
	void (*nak)(struct fsm *fsm, struct ppp_option *opt);
	void (*rej)(struct fsm *fsm, struct ppp_option *opt);
	/* Our request is agreed; false: it is no longer what we want. May be NULL. */
	bool (*acked)(struct fsm *fsm);
	void (*rx_code)(struct fsm *fsm, const struct ppp_packet *p);
};

/* What all automata of a link share; the link's memory. */
struct fsm_link {
	struct loop *loop;
	uint32_t restart_ms;
	uint8_t max_configure, max_terminate, max_failure;
	uint16_t peer_mru;	/* rejects are cut to it */
	uint32_t malformed;	/* packets dropped because their lengths do not add up */
	void *ctx;
	void (*tx)(void *ctx, uint16_t protocol, const uint8_t *data, size_t len);
	void (*random)(void *ctx, void *buf, size_t len);
	void (*up)(void *ctx, struct fsm *fsm);
	void (*down)(void *ctx, struct fsm *fsm);	/* no longer open; fsm->why may say why */
	void (*finished)(void *ctx, struct fsm *fsm);	/* gave up or was closed: fsm->why */
	void (*refused)(void *ctx, struct fsm *fsm);	/* cannot succeed, is closing: fsm->why */
	void (*debug)(void *ctx, const char *what);
};

struct fsm {
	const struct fsm_proto *proto;
	struct fsm_link *link;
	enum fsm_state state;
	struct loop_timer timer;
	uint8_t restarts;	/* the RFC's restart counter */
	uint8_t naks;		/* sent in a row, against max_failure */
	uint8_t rounds;
	uint8_t next_id;
	bool awaiting;		/* an answer to request is still to come; a second one is stale */
	bool refused;
	/* Ours as sent, for retransmission and to compare an Ack with. */
	uint8_t request[PPP_HEADER_LEN + PPP_OPTIONS_MAX];
	uint8_t request_len;
	/* A Configure-Request that came before this layer was up; 0 long: none. */
	uint8_t held[FSM_KEEP_MAX];
	uint8_t held_len;
	/* The peer's Configure-Request that we acknowledged last. */
	uint8_t acked[FSM_KEEP_MAX];
	uint8_t acked_len;
	char why[FSM_WHY_MAX];
};

void fsm_init(struct fsm *fsm, const struct fsm_proto *proto, struct fsm_link *link);
void fsm_stop(struct fsm *fsm);			/* to Initial, silently: no packet, no callback */

/* The administrator's and the lower layer's events. */
void fsm_up(struct fsm *fsm);
void fsm_down(struct fsm *fsm);
void fsm_open(struct fsm *fsm);
void fsm_close(struct fsm *fsm, const char *why);

void fsm_rx(struct fsm *fsm, const uint8_t *data, size_t len);
void fsm_rx_protocol_reject(struct fsm *fsm);

/* From within a fsm_proto callback: this negotiation cannot succeed. The first reason given counts.
 */
void fsm_refuse(struct fsm *fsm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Whether another Nak may still change the peer's mind (Max-Failure, RFC 1661 section 4.6). */
bool fsm_patient(const struct fsm *fsm);

void fsm_send(struct fsm *fsm, uint8_t code, uint8_t id, const void *data, size_t len);
uint8_t fsm_new_id(struct fsm *fsm);
bool fsm_settled(const struct fsm *fsm);	/* no timer runs: open, or at rest */

/*
 * Somebody else led the negotiation for us. fsm_adopt_begin() starts afresh, silently; then the
 * user takes over what was agreed. fsm_would_ack(): whether the peer's options, a list that is
 * valid, are acceptable as they are. fsm_adopt() opens, without a packet or a callback.
 */
void fsm_adopt_begin(struct fsm *fsm);
bool fsm_would_ack(struct fsm *fsm, struct rd options);
void fsm_adopt(struct fsm *fsm);

/* A settled automaton, written down and taken up again. -EBADMSG when the record is not one. */
void fsm_freeze(const struct fsm *fsm, struct wr *w);
int fsm_thaw(struct fsm *fsm, struct rd *r);

#endif /* ADIT_PROTO_FSM_H */
