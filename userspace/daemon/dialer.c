// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/dialer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/secret.h"
#include "daemon/conn.h"
#include "daemon/control.h"
#include "daemon/keeper.h"
#include "daemon/tunnel.h"

#define RECORD_VERSION	1
#define PPTP_PORT	1723	/* RFC 2637 section 3.1.3 */
#define L2TP_PORT	1701	/* RFC 2661 section 8.1 */
/* Three SYNs; whoever does not answer them is not there. */
#define DIAL_TIMEOUT_MS	7000
/* A session that lasted this long makes earlier failures forgotten. */
#define STEADY_MS	60000

static void report(struct dialer *d);

const char *dialer_state_to_str(enum dialer_state state)
{
	static const char *const words[] = { "down",  "resolving", "dialling", "calling",
					     "login", "up",	   "waiting",  "closing" };

	return words[state];
}

/* --- the record: whether there should be a session, and how often there could not be one --- */

static void write_record(struct dialer *d)
{
	uint8_t record[MEMORY_CLIENT_RECORD_MAX];
	struct wr w = wr_to(record, sizeof(record));

	wr_u8(&w, RECORD_VERSION);
	wr_u8(&w, (uint8_t)strlen(d->conf->name));
	wr_bytes(&w, d->conf->name, strlen(d->conf->name));
	wr_u8(&w, d->wanted);
	wr_u8(&w, d->denied);
	wr_u32(&w, d->tries);
	wr_u64(&w, d->due_ms);
	if (w.bad || memory_commit(d->engine->memory, MEMORY_CLIENT, d->slot, record, w.len))
		log_error(NULL, "client %s: it cannot be written down", d->conf->name);
}

static bool read_record(struct dialer *d, uint32_t slot)
{
	const void *data;
	char name[256];
	struct rd r;
	size_t len;
	uint8_t n;

	if (!memory_slot_used(d->engine->memory, MEMORY_CLIENT, slot) ||
	    memory_read(d->engine->memory, MEMORY_CLIENT, slot, &data, &len))
		return false;
	r = rd_of(data, len);
	if (rd_u8(&r) != RECORD_VERSION)
		return false;
	n = rd_u8(&r);
	rd_copy(&r, name, n);
	name[n] = '\0';
	if (strcmp(name, d->conf->name))
		return false;
	d->wanted = rd_u8(&r);
	d->denied = rd_u8(&r);
	d->tries = rd_u32(&r);
	d->due_ms = rd_u64(&r);
	return !r.bad;
}

/* Of an earlier engine, or a new one. */
static int find_record(struct dialer *d)
{
	struct memory *m = d->engine->memory;
	uint32_t slot;
	int new;

	for (slot = 0; slot < memory_slot_end(m, MEMORY_CLIENT); slot++) {
		if (!read_record(d, slot))
			continue;
		d->slot = slot;
		return 0;
	}
	new = memory_slot_new(m, MEMORY_CLIENT);
	if (new < 0)
		return new;
	d->slot = (uint32_t)new;
	d->wanted = d->conf->connect == CONF_CONNECT_START;
	d->tries = 0;
	d->denied = false;
	d->due_ms = 0;
	write_record(d);
	return 0;
}

void dialer_forget_others(struct engine *e)
{
	uint32_t slot;
	struct dialer *d;

	for (slot = 0; slot < memory_slot_end(e->memory, MEMORY_CLIENT); slot++) {
		TAILQ_FOREACH(d, &e->dialers, link) {
			if (d->slot == slot)
				break;
		}
		if (!d && memory_slot_used(e->memory, MEMORY_CLIENT, slot))
			memory_slot_free(e->memory, MEMORY_CLIENT, slot);
	}
}

void dialer_sweep(struct engine *e)
{
	struct dp_err err;
	int n = dp_tunnels_sweep(e->dp, DIALER_ALIAS, &err);

	if (n > 0)
		log_warn(NULL, "%d devices of clients were left by a daemon that was killed, and are removed", n);
	else if (n < 0)
		log_warn(NULL, "devices that a daemon may have left are not looked for: %s", err.text);
}

static bool is_l2tp(const struct dialer *d)
{
	return !strcmp(d->conf->protocol, "l2tp");
}

/* --- an attempt, and its end --- */

static void set_state(struct dialer *d, enum dialer_state state)
{
	if (state == d->state)
		return;
	log_debug(NULL, "client %s: %s -> %s", d->conf->name, dialer_state_to_str(d->state),
		  dialer_state_to_str(state));
	d->state = state;
}

static void set_why(struct dialer *d, const char *why)
{
	snprintf(d->why, sizeof(d->why), "%s", why);
}

/* A login that was refused is not made better by repeating it, and may close the account. */
static uint64_t pause_ms(const struct dialer *d)
{
	uint64_t pause = d->conf->redial_min_s, most = d->conf->redial_max_s;
	unsigned int i;

	if (d->denied)
		return most * 1000;
	for (i = 1; i < d->tries && pause < most; i++)
		pause *= 2;
	return (pause < most ? pause : most) * 1000;
}

static bool may_go_on(const struct dialer *d)
{
	return d->wanted && !d->retired && !d->engine->stopping;
}

static void wait_for_next(struct dialer *d)
{
	uint64_t pause = pause_ms(d);

	d->due_ms = loop_now_ms(d->engine->loop) + pause;
	set_state(d, DIALER_WAITING);
	loop_timer_start(&d->timer, pause);
	log_warn(NULL, "client %s: not connected: %s; the next attempt is in %llu s",
		 d->conf->name, d->why, (unsigned long long)(pause / 1000));
}

static void begin_soon(struct dialer *d)
{
	d->tries = 0;
	d->due_ms = 0;
	set_state(d, DIALER_WAITING);
	loop_timer_start(&d->timer, 0);
	write_record(d);
}

static void give_up(struct dialer *d)
{
	set_state(d, DIALER_DOWN);
	d->wanted = false;
	log_warn(NULL, "client %s: not connected: %s; it is not tried again until adit connect",
		 d->conf->name, d->why);
}

/* Nothing of the attempt is left but what takes its leave by itself. */
static void attempt_over(struct dialer *d)
{
	bool again = d->again;

	loop_timer_stop(&d->timer);
	d->n_addrs = d->next_addr = 0;
	d->again = false;
	if (again && may_go_on(d))
		return begin_soon(d);
	if (!may_go_on(d)) {
		set_state(d, DIALER_DOWN);
		log_info(NULL, "client %s: disconnected", d->conf->name);
	} else if (d->probing || (d->conf->redial_tries && d->tries >= d->conf->redial_tries)) {
		give_up(d);
	} else {
		wait_for_next(d);
	}
	d->probing = false;
	write_record(d);
	report(d);
	/* Not from within what is to be dropped. */
	if (d->state == DIALER_DOWN)
		loop_timer_start(&d->timer, 0);
	engine_progress(d->engine);
}

static void attempt_failed(struct dialer *d, const char *why)
{
	set_why(d, why);
	d->tries++;
	attempt_over(d);
}

/* --- step by step --- */

static void dial_next(struct dialer *d);

static void on_resolved(void *arg, const struct addr *addrs, unsigned int n, const char *why)
{
	struct dialer *d = arg;
	char text[SESSION_WHY_MAX];

	d->resolve = NULL;
	if (!n) {
		snprintf(text, sizeof(text), "no address for \"%.100s\": %s", d->conf->gateway,
			 why);
		attempt_failed(d, text);
		return;
	}
	memcpy(d->addrs, addrs, n * sizeof(*addrs));
	d->n_addrs = n;
	d->next_addr = 0;
	dial_next(d);
}

static void begin_attempt(struct dialer *d)
{
	d->denied = false;
	set_state(d, DIALER_RESOLVING);
	/* GRE of PPTP is over IPv4 alone (RFC 2637 section 4). */
	d->resolve = resolve_start(d->engine->loop, d->conf->gateway,
				   is_l2tp(d) ? AF_UNSPEC : AF_INET, on_resolved, d);
	if (!d->resolve)
		attempt_failed(d, "out of memory");
}

/* One address came to nothing; the reason of the last one is the attempt's. */
static void address_failed(struct dialer *d, const char *why)
{
	if (!may_go_on(d))
		return attempt_over(d);
	if (d->next_addr >= d->n_addrs)
		return attempt_failed(d, why);
	log_info(NULL, "client %s: %s; trying the next address", d->conf->name, why);
	dial_next(d);
}

/* Where it was tried, and what came of it. */
static void reached_nothing(struct dialer *d, const char *what)
{
	const struct addr *peer = &d->addrs[d->next_addr - 1];
	char text[ADDR_STRLEN], why[SESSION_WHY_MAX];

	snprintf(why, sizeof(why), "%s port %d: %.100s", addr_to_str(peer, text),
		 is_l2tp(d) ? L2TP_PORT : PPTP_PORT, what);
	address_failed(d, why);
}

static int dial_pptp(struct dialer *d, const struct addr *peer)
{
	const struct dial_to to = { .addr = *peer, .port = PPTP_PORT, .fwmark = d->conf->fwmark,
				    .timeout_ms = DIAL_TIMEOUT_MS };

	return dial_start(&d->dial, &to);
}

static int dial_l2tp(struct dialer *d, const struct addr *peer)
{
	if (!d->lac)
		d->lac = lac_new(d);
	return d->lac ? lac_dial(d->lac, peer) : -ENOMEM;
}

static void dial_next(struct dialer *d)
{
	const struct addr *peer = &d->addrs[d->next_addr++];
	int err;

	set_state(d, DIALER_DIALLING);
	err = is_l2tp(d) ? dial_l2tp(d, peer) : dial_pptp(d, peer);
	if (err)
		reached_nothing(d, strerror(-err));
}

void dialer_unreached(struct dialer *d, const char *why)
{
	if (d->state == DIALER_DIALLING)
		reached_nothing(d, why);
}

void dialer_unsecured(struct dialer *d, const char *what)
{
	char text[ADDR_STRLEN], why[SESSION_WHY_MAX];

	if (d->state != DIALER_DIALLING)
		return;
	snprintf(why, sizeof(why), "IPsec with %s: %.230s", addr_to_str(&d->addrs[d->next_addr - 1], text), what);
	address_failed(d, why);
}

static void on_dialled(void *arg, int fd)
{
	struct dialer *d = arg;
	struct conn *c = NULL;
	int err = fd < 0 ? -fd : 0;

	if (!err) {
		c = conn_dialled(d, fd, &d->addrs[d->next_addr - 1]);
		err = c ? 0 : ENOMEM;
	}
	if (err) {
		reached_nothing(d, strerror(err));
	} else {
		d->carrier = &c->carrier;
		set_state(d, DIALER_CALLING);
		pptp_open(c->pptp);
	}
	engine_settle(d->engine);
}

void dialer_carrier_up(struct dialer *d)
{
	if (d->state == DIALER_DIALLING)
		set_state(d, DIALER_CALLING);
	if (d->state != DIALER_CALLING || d->session)
		return;
	if (session_dial(d->carrier))
		return;
	d->carrier->ops->stop(d->carrier, "there is no room for a session");
}

/* With a session on it, its end is what counts. */
void dialer_carrier_down(struct dialer *d, struct carrier *carrier, const char *why)
{
	if (d->carrier != carrier)
		return;
	d->carrier = NULL;
	if (!d->session && d->state == DIALER_CALLING)
		address_failed(d, why);
	else if (!d->session && d->state == DIALER_CLOSING)
		attempt_over(d);
}

void dialer_login(struct dialer *d)
{
	set_state(d, DIALER_LOGIN);
}

void dialer_up(struct dialer *d)
{
	set_state(d, DIALER_UP);
	d->probing = false;
	d->why[0] = '\0';
	write_record(d);
	report(d);
}

/* The connection was for this session alone. */
static void hang_up(struct dialer *d, struct carrier *carrier, const char *why)
{
	d->carrier = NULL;
	if (carrier && !carrier->down)
		carrier->ops->stop(carrier, why);
}

void dialer_session_over(struct dialer *d, struct session *s, const char *why)
{
	bool was_up = s->up_ms;
	struct ppp_info info;

	if (d->session != s)
		return;
	d->session = NULL;
	if (s->ppp) {
		ppp_get_info(s->ppp, &info);
		d->denied = info.denied;
	}
	hang_up(d, s->carrier, why);
	if (d->state == DIALER_CALLING)
		return address_failed(d, why);
	if (was_up && loop_now_ms(d->engine->loop) - s->up_ms >= STEADY_MS)
		d->tries = 0;
	attempt_failed(d, why);
}

void dialer_rest(struct dialer *d)
{
	d->wanted = false;
}

/* With its socket. A tunnel on its way out keeps it. */
static void drop_lac(struct dialer *d)
{
	struct lac *lac = d->lac;

	if (d->n_conns)
		return;
	d->lac = NULL;
	lac_free(lac);
}

static void on_timer(void *arg)
{
	struct dialer *d = arg;

	if (d->state == DIALER_WAITING && may_go_on(d))
		begin_attempt(d);
	else if (d->state == DIALER_DOWN)
		drop_lac(d);
	engine_settle(d->engine);
}

/* --- by hand --- */

static void report(struct dialer *d)
{
	struct control *control = d->engine->control;

	if (d->state == DIALER_UP)
		control_answer(control, CONTROL_CONNECT, d, control_ok(control_show_client(d)));
	else if (d->state == DIALER_WAITING)
		control_answer(control, CONTROL_CONNECT, d,
			       control_error("client %s: not connected: %s; it is tried again in %llu s",
					     d->conf->name, d->why,
					     (unsigned long long)(pause_ms(d) / 1000)));
	else if (d->state == DIALER_DOWN)
		control_answer(control, CONTROL_CONNECT, d,
			       control_error("client %s: not connected: %s", d->conf->name,
					     d->why));
	if (d->state == DIALER_DOWN)
		control_answer(control, CONTROL_DISCONNECT, d,
			       control_ok(json_pack("{s:i}", "disconnected", 1)));
}

bool dialer_connect(struct dialer *d)
{
	bool down = d->state == DIALER_DOWN || d->state == DIALER_CLOSING;

	d->wanted = true;
	d->again = d->state == DIALER_CLOSING;
	if (down)
		d->probing = d->conf->connect == CONF_CONNECT_MANUAL;
	if (d->state == DIALER_DOWN || d->state == DIALER_WAITING)
		begin_soon(d);
	write_record(d);
	return d->state == DIALER_UP;
}

static void cancel_steps(struct dialer *d)
{
	if (d->resolve)
		resolve_cancel(d->resolve);
	d->resolve = NULL;
	dial_stop(&d->dial);
	if (d->lac)
		lac_hang_up(d->lac, "the client was told to disconnect");
	loop_timer_stop(&d->timer);
}

bool dialer_disconnect(struct dialer *d, const char *why)
{
	d->wanted = d->again = false;
	if (d->state == DIALER_DOWN) {
		write_record(d);
		return true;
	}
	cancel_steps(d);
	if (d->session) {
		set_state(d, DIALER_CLOSING);
		session_close(d->session, why);
	} else if (d->carrier) {
		set_state(d, DIALER_CLOSING);
		d->carrier->ops->stop(d->carrier, why);
	} else {
		set_why(d, why);
		attempt_over(d);
	}
	write_record(d);
	return d->state == DIALER_DOWN;
}

/* --- life --- */

struct dialer *dialer_by_name(const struct engine *e, const char *name)
{
	struct dialer *d;

	TAILQ_FOREACH(d, &e->dialers, link) {
		if (!strcmp(d->conf->name, name))
			return d;
	}
	return NULL;
}

struct session *dialer_session_at(const struct engine *e, int ifindex)
{
	struct dialer *d;

	TAILQ_FOREACH(d, &e->dialers, link) {
		if (d->session && d->session->in_kernel &&
		    d->session->kernel.ifindex == ifindex)
			return d->session;
	}
	return NULL;
}

static void warn_of_cryptography(const struct conf_client *conf)
{
	log_warn(
		NULL,
		"client %s: MS-CHAPv2 and MPPE are broken cryptography: who records this traffic can read it. "
		"Use PPTP only for what could be public or is protected by other means",
		conf->name);
}

struct dialer *dialer_new(struct engine *e, struct conf_ref *ref, const struct conf_client *conf)
{
	struct dialer *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->engine = e;
	d->conf = conf;
	if (find_record(d)) {
		log_error(NULL, "client %s: out of room", conf->name);
		free(d);
		return NULL;
	}
	d->ref = conf_ref_get(ref);
	dial_init(&d->dial, e->loop, on_dialled, d);
	loop_timer_init(&d->timer, e->loop, on_timer, d);
	TAILQ_INSERT_TAIL(&e->dialers, d, link);
	if (memory_counters(e->memory)->engine_starts <= 1 && !conf_client_has_ipsec(conf))
		warn_of_cryptography(conf);
	return d;
}

void dialer_free(struct dialer *d)
{
	struct lac *lac = d->lac;

	cancel_steps(d);
	/* What it had goes, and that must not end it once more. */
	d->retired = false;
	d->lac = NULL;
	lac_free(lac);
	TAILQ_REMOVE(&d->engine->dialers, d, link);
	conf_ref_put(d->ref);
	free(d);
}

static bool is_left_over(const struct dialer *d, const struct carrier *c)
{
	return c->dialer == d && (!d->session || d->session->carrier != c);
}

/* That an engine died over before there was a session on it. */
static void stop_other_conns(struct dialer *d)
{
	struct tunnel *t;
	struct conn *c;

	TAILQ_FOREACH(c, &d->engine->conns, link) {
		if (is_left_over(d, &c->carrier))
			conn_stop(c, "the login was interrupted");
	}
	TAILQ_FOREACH(t, &d->engine->tunnels, link) {
		if (is_left_over(d, &t->carrier))
			tunnel_stop(t, "the login was interrupted");
	}
}

/* Rules that lead nowhere are harmless, but nobody else will clear them away. */
static void clear_leftover_rules(struct dialer *d)
{
	struct dp_detour detour = { .fwmark = d->conf->fwmark, .table = CONF_CLIENT_TABLE };
	struct dp_err err;

	if (d->conf->default_route && memory_counters(d->engine->memory)->engine_starts <= 1 &&
	    dp_detour_del(d->engine->dp, &detour, &err))
		log_warn(NULL, "client %s: %s", d->conf->name, err.text);
}

void dialer_begin(struct dialer *d)
{
	uint64_t now = loop_now_ms(d->engine->loop);

	stop_other_conns(d);
	if (!d->session)
		clear_leftover_rules(d);
	if (d->session) {
		d->carrier = d->session->carrier;
		set_state(d, DIALER_UP);
		return;
	}
	if (d->state != DIALER_DOWN)
		return;
	if (!d->wanted)
		return drop_lac(d);
	set_state(d, DIALER_WAITING);
	loop_timer_start(&d->timer, d->due_ms > now ? d->due_ms - now : 0);
}

void dialer_reconfigure(struct dialer *d, struct conf_ref *ref, const struct conf_client *conf)
{
	bool starts = conf->connect == CONF_CONNECT_START &&
		      d->conf->connect != CONF_CONNECT_START;
	struct conf_ref *old = d->ref;

	d->ref = conf_ref_get(ref);
	d->conf = conf;
	d->retired = false;
	conf_ref_put(old);
	/* What stood in the way may have been mended. */
	if (starts || d->state == DIALER_WAITING)
		dialer_connect(d);
}

void dialer_retire(struct dialer *d)
{
	if (d->retired)
		return;
	log_info(NULL, "client %s is no longer configured", d->conf->name);
	d->retired = true;
	dialer_disconnect(d, "the client is no longer configured");
}

bool dialer_is_idle(const struct dialer *d)
{
	return d->state == DIALER_DOWN && !d->n_conns && !d->n_sessions;
}

void dialer_gone(struct dialer *d)
{
	struct engine *e = d->engine;

	if (d->state == DIALER_DOWN && !e->stopping)
		drop_lac(d);
	else if (d->lac && !d->n_conns && d->state == DIALER_WAITING)
		lac_rest(d->lac);
	if (!d->retired || !dialer_is_idle(d) || e->stopping)
		return;
	memory_slot_free(e->memory, MEMORY_CLIENT, d->slot);
	dialer_free(d);
}

void dialer_take_socket(struct engine *e, uint32_t slot, int fd)
{
	struct dialer *d;

	TAILQ_FOREACH(d, &e->dialers, link) {
		if (d->slot == slot)
			break;
	}
	if (d && !d->lac)
		d->lac = lac_new(d);
	if (d && d->lac)
		return lac_take_socket(d->lac, fd);
	close(fd);
	keeper_send(e->keeper, KEEPER_DROP, KEEPER_CLIENTS + slot, NULL, -1);
}

/* --- what the protocols are told --- */

void dialer_pptp_config(const struct dialer *d, struct pptp_config *cfg)
{
	server_pptp_defaults(d->ref->conf->hostname, cfg);
	cfg->client = true;
}

void dialer_ppp_config(const struct dialer *d, struct ppp_config *cfg)
{
	const struct conf_client *conf = d->conf;

	server_ppp_defaults(d->ref->conf->hostname, conf->encryption, conf->mppe_strengths,
			    conf->mppe_mode, cfg);
	cfg->client = true;
	cfg->mru = conf->mru;
	cfg->auth_methods = conf->auth_methods & ~CONF_AUTH_NONE;
	cfg->must_login = !(conf->auth_methods & CONF_AUTH_NONE);
	cfg->ipv6 = conf->ipv6;
	cfg->echo_interval_ms = conf->lcp_echo_interval_s * 1000;
	cfg->echo_failures = (uint8_t)conf->lcp_echo_failures;
	cfg->ask_dns = true;
	snprintf(cfg->user, sizeof(cfg->user), "%s", conf->user);
	/* Proposals: the server has the last word (RFC 5072 section 4.1). */
	if (secret_random(cfg->local_ifid, sizeof(cfg->local_ifid)) ||
	    secret_random(cfg->peer_ifid, sizeof(cfg->peer_ifid)))
		abort();
}
