/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PPP link: LCP, authentication, CCP for MPPE, IPCP, IPV6CP (RFC 1661, 1332, 1962, 3078, 5072).
 * It is the authenticator's side, which lets users in and gives them addresses, or the client's,
 * which logs in and takes them. Pure: time comes from the loop handed in, everything else through
 * struct ppp_ops. An op is never called after ops->down(). ppp_* functions may be called from
 * within an op, except ppp_free().
 */
#ifndef ADIT_PROTO_PPP_H
#define ADIT_PROTO_PPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/log.h"
#include "base/loop.h"
#include "proto/auth.h"

struct ppp;

enum ppp_mppe_policy { PPP_MPPE_NONE, PPP_MPPE_OPTIONAL, PPP_MPPE_REQUIRED };

enum { PPP_MPPE_40 = 1 << 0, PPP_MPPE_56 = 1 << 1, PPP_MPPE_128 = 1 << 2 };
enum ppp_mppe_mode {
	PPP_MPPE_STATELESS,
	PPP_MPPE_STATEFUL,
	PPP_MPPE_ANY /* what the peer asks for, stateless if it does not */
};

struct ppp_config {
	uint16_t mru;			/* ours; 128 to 1500 */
	unsigned int auth_methods;	/* enum auth_method, tried strongest first */
	enum ppp_mppe_policy mppe;
	unsigned int mppe_strengths;	/* PPP_MPPE_40... */
	enum ppp_mppe_mode mppe_mode;
	bool acfc, pfc;			/* whether we ask for and accept them */
	bool ipv4, ipv6;
	struct addr local;		/* our IPv4 address on the link */
	/* IPV6CP identifiers, ours to assign, unique per device */
	uint8_t local_ifid[8], peer_ifid[8];
	uint32_t restart_ms;		/* 3000 */
	uint8_t max_configure;		/* 10 */
	uint8_t max_terminate;		/* 2 */
	uint8_t max_failure;		/* 5 */
	uint32_t echo_interval_ms;	/* LCP echo; 0: never */
	uint8_t echo_failures;		/* unanswered ones after which the link is dead */
	uint8_t auth_tries;		/* MS-CHAP retries granted, 3 */
	uint32_t setup_timeout_ms;	/* from start until a network protocol is open, 60 s */
	char name[64];			/* how we call ourselves in CHAP */

	/*
	 * We log in, in one of auth_methods, if the peer asks for it; 0: never. local is the IPv4
	 * address that we would like, family 0: any. local_ifid and peer_ifid are proposals.
	 */
	bool client;
	char user[AUTH_USER_MAX + 1];
	bool ask_dns;
	bool must_login;	/* a peer that does not ask who we are is refused */
};

struct ppp_mppe_keys {
	unsigned int strength;		/* one of PPP_MPPE_40... */
	bool stateful;
	uint8_t tx[16], rx[16];		/* start keys; 8 octets and zeros for 40 and 56 bits */
};

enum { PPP_NET_IPV4 = 1 << 0, PPP_NET_IPV6 = 1 << 1 };

struct ppp_ops {
	/* Send one PPP packet; data is borrowed. */
	void (*tx)(void *ctx, uint16_t protocol, const uint8_t *data, size_t len);
	void (*random)(void *ctx, void *buf, size_t len);
	/*
	 * Ask; the answer comes through ppp_auth_reply(), never from within. The request is
	 * borrowed.
	 */
	void (*auth_ask)(void *ctx, const struct auth_request *req);
	/* What was asked is of no interest any more: an answer to it must not come. */
	void (*auth_forget)(void *ctx);
	/* As client: our password, "" if there is none. It is wiped after use. */
	void (*password)(void *ctx, char password[AUTH_PASSWORD_MAX + 1]);
	/* LCP is open: what may be left out towards the peer, and the largest packet it takes. */
	void (*link_up)(void *ctx, bool tx_acfc, bool tx_pfc, uint16_t peer_mru);
	/*
	 * Encryption agreed: install both directions now, before anything else is sent. Borrowed;
	 * wiped by PPP afterwards. May come again before net() was non-zero (CCP packets were
	 * lost), and after a renegotiation of LCP; from the first time on the link is never
	 * without.
	 */
	void (*mppe_up)(void *ctx, const struct ppp_mppe_keys *keys);
	/* The peer sent a CCP Reset-Request: the next packet must be flushed. */
	void (*mppe_flush)(void *ctx);
	/*
	 * The set of open network protocols changed (PPP_NET_*), never non-zero while required
	 * encryption is missing.
	 */
	void (*net)(void *ctx, unsigned int open);
	/*
	 * The user is known (after success); user and lease are in reply. Borrowed. Comes again,
	 * for the same user, when the peer renegotiates LCP: the new reply then replaces the old
	 * one. Not as client.
	 */
	void (*authenticated)(void *ctx, const char *user, enum auth_method method,
			      const struct auth_reply *reply);
	/*
	 * The link is over, with the reason as the end of a sentence. The last op; ppp_free()
	 * afterwards, not from within.
	 */
	void (*down)(void *ctx, const char *why);
	/* For log lines. */
	struct log_about (*about)(void *ctx);
};

/* Returns NULL on ENOMEM. cfg is copied; ops and ctx must live as long. */
struct ppp *ppp_new(struct loop *loop, const struct ppp_config *cfg, const struct ppp_ops *ops,
		    void *ctx);
void ppp_free(struct ppp *ppp);

/* The lower layer is up: begin LCP. mschap_init() of wire/mschap.h was called before. */
void ppp_start(struct ppp *ppp);
/*
 * The same where a LAC has begun in our name (RFC 2661 section 4.4.5): LCP is as the options of the
 * last Configure-Requests say, and the client may have answered to authentication, which is judged
 * here. False: we would not have agreed to that; ppp_start() begins anew.
 */
struct ppp_proxy {
	struct rd sent, received;	/* options */
	bool answered;			/* to the method that was sent, with: */
	uint8_t id;
	struct rd name, challenge, response;	/* PAP: the response is the password */
};
bool ppp_start_proxy(struct ppp *ppp, const struct ppp_proxy *proxy);
void ppp_rx(struct ppp *ppp, uint16_t protocol, const uint8_t *data, size_t len);
/* To what was asked last. Ignored when nothing was asked; copied. */
void ppp_auth_reply(struct ppp *ppp, const struct auth_reply *reply);
/* The kernel lost count: send a CCP Reset-Request. */
void ppp_mppe_desync(struct ppp *ppp);
/*
 * Terminate politely; down() follows within max_terminate × restart_ms. The peer is sent the text.
 * With nobody to talk to down() is called at once.
 */
void ppp_close(struct ppp *ppp, const char *why);
/*
 * The call is gone: down() at once. A reason why the link was going down anyway is told instead of
 * this one.
 */
void ppp_lower_down(struct ppp *ppp, const char *why);

/* As the peer called itself, or as client we did; "" until known. */
const char *ppp_user(const struct ppp *ppp);

/* What was negotiated, for `adit sessions`. */
struct ppp_info {
	const char *phase;		/* "lcp", "authenticate", "network", "up", "terminate" */
	unsigned int net;		/* PPP_NET_* */
	const char *user;		/* "" until known */
	enum auth_method method;	/* 0 until known */
	uint16_t local_mru, peer_mru;
	bool tx_acfc, tx_pfc;
	unsigned int mppe_strength;	/* 0: none */
	bool mppe_stateful;
	struct addr local, peer;	/* IPv4 */
	struct addr dns[AUTH_NAMESERVERS_MAX];	/* told, or as client heard */
	uint8_t local_ifid[8], peer_ifid[8];
	uint64_t up_since_ms;		/* loop time, 0: not up */
	uint32_t malformed;		/* packets dropped because their lengths do not add up */
	bool denied;			/* as client: a login failed, ours or the peer's proof */
};
void ppp_get_info(const struct ppp *ppp, struct ppp_info *info);

/*
 * A link that is up and settled can be written down and taken up again by another process; secrets
 * are not in it.
 */
#define PPP_FROZEN_MAX 1024
bool ppp_can_freeze(const struct ppp *ppp);
void ppp_freeze(const struct ppp *ppp, struct wr *w);
/*
 * NULL: the record is not valid (checked like the wire) or ENOMEM. Sends nothing until a timer or
 * packet asks for it.
 */
struct ppp *ppp_thaw(struct loop *loop, const struct ppp_config *cfg, const struct ppp_ops *ops,
		     void *ctx, struct rd *r);

#endif /* ADIT_PROTO_PPP_H */
