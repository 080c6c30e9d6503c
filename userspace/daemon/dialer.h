/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One client section at work: it knows whether there should be a session, finds the server's
 * addresses, connects to them one after the other, and tries again when that came to nothing. The
 * session itself is as any other (session.h), but for what session_dial.c knows of it. A reload
 * gives a dialer a new configuration, which counts from its next attempt on; when its section is
 * gone it disconnects and lives as long as what it began.
 */
#ifndef ADIT_DAEMON_DIALER_H
#define ADIT_DAEMON_DIALER_H

#include "base/resolve.h"
#include "conf/conf.h"
#include "daemon/dial.h"
#include "daemon/engine.h"
#include "daemon/lac.h"
#include "daemon/server.h"
#include "daemon/session.h"

enum dialer_state {
	DIALER_DOWN,		/* and nothing will happen until somebody says so */
	DIALER_RESOLVING,
	DIALER_DIALLING,	/* to the server: no answer yet */
	DIALER_CALLING,		/* there is a control connection */
	DIALER_LOGIN,		/* PPP negotiates */
	DIALER_UP,
	DIALER_WAITING,		/* for the next attempt */
	DIALER_CLOSING,
};

struct dialer {
	struct engine *engine;
	struct conf_ref *ref;
	const struct conf_client *conf;		/* in ref */
	uint32_t slot;				/* of its record */
	bool retired;
	enum dialer_state state;
	bool wanted;				/* there should be a session */
	bool probing;	/* asked for by hand, and not up since: the first failure is the last */
	bool again;				/* as soon as this one is closed */
	unsigned int tries;			/* that failed in a row */
	bool denied;				/* the last one for its login */
	char why[SESSION_WHY_MAX];		/* it is not up, "" */
	uint64_t due_ms;			/* of the next attempt */

	struct resolve *resolve;
	struct addr addrs[RESOLVE_MAX];
	unsigned int n_addrs, next_addr;
	struct dial dial;			/* of PPTP */
	struct lac *lac;			/* of L2TP, or NULL */
	struct carrier *carrier;		/* of the attempt, or NULL */
	struct session *session;		/* that did not end, or NULL */
	unsigned int n_conns, n_sessions;	/* with those that are on their way out */
	struct loop_timer timer;		/* the next attempt, or step */
	TAILQ_ENTRY(dialer) link;
};

/* NULL: logged. Nothing happens before dialer_begin(). */
struct dialer *dialer_new(struct engine *e, struct conf_ref *ref, const struct conf_client *conf);
void dialer_free(struct dialer *d);			/* whatever it had is gone */
/* A session that an earlier engine left goes on; who should have one and does not, begins. */
void dialer_begin(struct dialer *d);
void dialer_reconfigure(struct dialer *d, struct conf_ref *ref, const struct conf_client *conf);
void dialer_retire(struct dialer *d);
bool dialer_is_idle(const struct dialer *d);		/* may be freed */
struct dialer *dialer_by_name(const struct engine *e, const char *name);
/* By the device that it has in the kernel, or NULL. */
struct session *dialer_session_at(const struct engine *e, int ifindex);
/* That the parent kept for the client section of this slot; taken. */
void dialer_take_socket(struct engine *e, uint32_t slot, int fd);
/* Records of sections that are gone. */
void dialer_forget_others(struct engine *e);
/* The alias of a client's device begins so, and goes on with the client's name. */
#define DIALER_ALIAS	"adit client "
void dialer_sweep(struct engine *e);	/* devices that a killed daemon left */

/* By hand. True: it is so already; else the outcome is told through control_answer(). */
bool dialer_connect(struct dialer *d);
bool dialer_disconnect(struct dialer *d, const char *why);

const char *dialer_state_to_str(enum dialer_state state);

/* What becomes of an attempt, told by those who make it. */
void dialer_unreached(struct dialer *d, const char *why);
void dialer_unsecured(struct dialer *d, const char *what);	/* there is no IPsec with the server */
void dialer_carrier_up(struct dialer *d);		/* calls may be made */
void dialer_carrier_down(struct dialer *d, struct carrier *carrier, const char *why);
void dialer_login(struct dialer *d);
void dialer_up(struct dialer *d);
void dialer_session_over(struct dialer *d, struct session *s, const char *why);
void dialer_rest(struct dialer *d);			/* not again until somebody says so */
void dialer_gone(struct dialer *d);			/* a connection or session was freed */

void dialer_pptp_config(const struct dialer *d, struct pptp_config *cfg);
void dialer_ppp_config(const struct dialer *d, struct ppp_config *cfg);

#endif /* ADIT_DAEMON_DIALER_H */
