/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One session: a call, of whichever protocol, the kernel's session, the PPP link and what its user was lent. Born
 * with the call, it ends for one of many reasons but in one way: session_end() says why, takes it
 * out of the kernel and gives everything back, once; the object itself goes when the call is over
 * too.
 */
#ifndef ADIT_DAEMON_SESSION_H
#define ADIT_DAEMON_SESSION_H

#include "base/addr.h"
#include "daemon/carrier.h"
#include "daemon/engine.h"
#include "proto/auth.h"
#include "proto/ppp.h"

#define SESSION_WHY_MAX		300
/* framed, the advertised prefix, a fixed address */
#define SESSION_ROUTES_MAX	(AUTH_PREFIXES_MAX + 2)

struct auth_conf_ask;
struct l2tp_call;

struct session {
	struct engine *engine;
	struct server *server;		/* whom the peer called; NULL: */
	struct dialer *dialer;		/* who called the peer */
	struct carrier *carrier;	/* NULL once it is gone */
	const struct carrier_ops *via;	/* what it is or was */
	struct ppp *ppp;
	struct l2tp_call *call;		/* of a tunnel; NULL once it is gone */
	struct dp_session kernel;	/* as the kernel has it, keys excepted */
	uint32_t id, slot;
	char peer_text[ADDR_STRLEN];
	struct addr login_from;		/* among whose logins it counts, see hosts.h; family 0: nobody's */
	struct hash_node by_id, by_user;
	TAILQ_ENTRY(session) link, of_carrier, unsettled_link;

	/* as the backend calls him, "" until authenticated; ppp_user() is what the peer said, for the log */
	char user[AUTH_USER_MAX + 1];
	enum auth_method method;
	struct auth_conf_ask *ask;	/* the question under way, about this name: */
	char asked[AUTH_USER_MAX + 1];
	struct auth_reply *reply;	/* what the backend granted, keys wiped; NULL before */
	/* those in the kernel's table for this session */
	struct prefix routes[SESSION_ROUTES_MAX];
	unsigned int n_routes;
	unsigned int net;		/* PPP_NET_* that are open */
	/* loop time when the first network protocol opened, 0: not yet */
	uint64_t up_ms;

	bool in_kernel, call_up, call_gone, ended, unsettled;
	bool lost_kernel;		/* the kernel no longer has it: nothing to delete */
	struct dp_detour detour;	/* of its default route; fwmark 0: none */
	struct addr dialled_addr;	/* ours, as the server gave it to us first */
	char why[SESSION_WHY_MAX];	/* set once by session_end() */
	struct loop_timer advertise;	/* the client's IPv6 router, see clientsetup.h */
	struct loop_timer limit;	/* idle and session timeouts */
	struct loop_timer reaper;
};

enum session_refusal {
	SESSION_TAKEN,
	SESSION_BUSY,		/* as many as there may be, or no more are taken */
	SESSION_NO_ROOM,
	SESSION_NO_KERNEL,	/* the kernel takes no session */
};

/*
 * The peer asks for a call, which is called on the wire as the parts of a kernel's session say that
 * the protocol has of its own. why is the end of a sentence, for the carrier's log.
 */
enum session_refusal session_new(struct carrier *carrier, const struct dp_session *wire,
				 struct session **out, char why[SESSION_WHY_MAX]);
/* PPP may begin, where proxy is not NULL with what was negotiated in our name. */
void session_call_up(struct session *s, const struct ppp_proxy *proxy);
void session_call_down(struct session *s, const char *why);
void session_close(struct session *s, const char *why);		/* politely; ends within seconds */
/* says good-bye once and ends now */
void session_abort(struct session *s, const char *why);
/* our fault: logged as error */
void session_fail(struct session *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void session_end(struct session *s, const char *why);		/* the link is over already */
void session_changed(struct session *s);
uint64_t session_data_seen_ms(struct session *s);	/* loop time of the last data; 0: none */
void session_settle(struct session *s);
/* at the end of the engine: the kernel's session stays */
void session_free(struct session *s);

struct session *session_by_id(const struct engine *e, uint32_t id);
/* The next session of the user after prev (NULL: the first); ended ones are left out. */
struct session *session_of_user(const struct engine *e, const char *user,
				const struct session *prev);
struct log_about session_about(const struct session *s);
void session_frame(struct session *s, uint16_t protocol, bool encrypted, const uint8_t *data,
		   size_t len);
void session_set_user(struct session *s, const char *user, enum auth_method method);
void session_start_limits(struct session *s);
const char *session_encryption(const struct session *s, char buf[32]);

/* session_ppp.c */
extern const struct ppp_ops session_ppp_ops;
void session_tx(struct session *s, uint16_t protocol, const uint8_t *data, size_t len);
/*
 * Routes to what is the session's and the device's own do not lead to; also when those become fewer. False: it has
 * ended.
 */
bool session_give_routes(struct session *s);
/* Tell the kernel; a refusal of what is being done ends the session with the kernel's words. */
bool session_change(struct session *s, const struct dp_session *next, unsigned int what,
		    const char *doing);

/* session_dial.c: sessions that a dialer has. */
/* A call of ours on its carrier. NULL: there is no room, as was logged. */
struct session *session_dial(struct carrier *carrier);
/* The call is there: its device is made. False: it has failed. */
bool session_dial_enter(struct session *s);
void session_dial_net(struct session *s);		/* what is open changed, in s->net */
void session_dial_leave(struct session *s);
void session_dial_thawed(struct session *s);

/* session_record.c: -errno */
int session_write_record(struct session *s);
/*
 * Everything that the memory file knows: takes up sessions that are up, clears the rest.
 * Connections are thawed before.
 */
void session_thaw_all(struct engine *e);
/* For the two files above. */
struct session *session_alloc(struct carrier *carrier);
int session_take_names(struct session *s);
void session_publish(struct session *s, struct carrier *carrier);
void session_discard(struct session *s);

#endif /* ADIT_DAEMON_SESSION_H */
