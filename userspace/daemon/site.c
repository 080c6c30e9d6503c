// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control.h"
#include "daemon/ipsec_show.h"

/* One that lasted this long makes earlier failures forgotten. */
#define STEADY_MS	60000
/* How often it is looked at which address of ours leads to the peer. */
#define OWN_ADDRESS_MS	5000
/* In which two that begin at once hear of each other. */
#define CROSSING_MS	4000

static void report(struct site *s);
static void begin_attempt(struct site *s);

const char *site_state_to_str(enum site_state state)
{
	static const char *const words[] = { "down", "resolving", "connecting", "up", "waiting", "closing" };

	return words[state];
}

static struct site *site_of(struct ipsec_holder *h)
{
	return (struct site *)h;
}

static struct dp *dp_of(const struct site *s)
{
	return s->holder.ipsec->engine->dp;
}

static bool may_go_on(const struct site *s)
{
	return s->wanted && s->peer && !s->holder.ipsec->engine->stopping;
}

static bool from_anywhere(const struct site *s)
{
	return !strcmp(s->conf->remote, CONF_ANY_REMOTE);
}

static void set_why(struct site *s, const char *why)
{
	snprintf(s->why, sizeof(s->why), "%s", why);
}

/* --- what is routed to the device --- */

static enum site_route_kind kind_of(const struct site *s, const struct prefix *p)
{
	if (!p->len)
		return ROUTE_DEFAULT;
	return s->remote.family && prefix_contains(p, &s->remote) ? ROUTE_FIRST : ROUTE_PLAIN;
}

static struct dp_detour detour_of(const struct site *s, const struct site_route *r)
{
	return (struct dp_detour){ .fwmark = s->ref->conf->ipsec_fwmark, .from = r->from,
				   .table = r->kind == ROUTE_DEFAULT ? CONF_IPSEC_DEFAULT_TABLE : CONF_IPSEC_TABLE,
				   .ipv4 = r->to.addr.family == AF_INET, .ipv6 = r->to.addr.family == AF_INET6 };
}

static int put_route(struct site *s, const struct site_route *r, struct dp_err *err)
{
	struct dp_detour d = detour_of(s, r);
	int ifindex = s->holder.ipsec->ifindex;

	if (r->kind == ROUTE_PLAIN)
		return dp_route_add(dp_of(s), ifindex, &r->to, err);
	if (r->kind == ROUTE_FIRST)
		return dp_first_route_add(dp_of(s), ifindex, &d, &r->to, err);
	return dp_detour_add(dp_of(s), ifindex, &d, err);
}

static int take_route(struct site *s, const struct site_route *r, struct dp_err *err)
{
	struct dp_detour d = detour_of(s, r);
	int ifindex = s->holder.ipsec->ifindex;

	if (r->kind == ROUTE_PLAIN)
		return dp_route_del(dp_of(s), ifindex, &r->to, err);
	if (r->kind == ROUTE_FIRST)
		return dp_first_route_del(dp_of(s), ifindex, &d, &r->to, err);
	return dp_detour_del(dp_of(s), &d, err);
}

static void add_route(struct site *s, const struct prefix *p)
{
	struct site_route *r = &s->routes[s->n_routes];
	struct dp_err err;
	unsigned int i;

	for (i = 0; i < s->n_routes; i++)
		if (addr_equal(&s->routes[i].to.addr, &p->addr) && s->routes[i].to.len == p->len)
			return;
	if (s->n_routes == sizeof(s->routes) / sizeof(s->routes[0]))
		return;
	*r = (struct site_route){ .to = *p, .kind = kind_of(s, p) };
	if (!s->conf->ike.n_local_subnets && !s->conf->request_address && addr_equal(&p->addr, &s->remote))
		r->from = s->local;
	if (put_route(s, r, &err))
		log_error(NULL, "site %s: %s", s->conf->name, err.text);
	else
		s->n_routes++;
}

static void drop_routes(struct site *s)
{
	struct dp_err err;

	while (s->n_routes)
		if (take_route(s, &s->routes[--s->n_routes], &err))
			log_warn(NULL, "site %s: %s", s->conf->name, err.text);
}

/* Host to host, without networks, once it is known which host: the peer itself. */
static void add_routes(struct site *s)
{
	struct prefix peer = { .addr = s->remote, .len = s->remote.family == AF_INET ? 32 : 128 };
	unsigned int i;

	for (i = 0; i < s->conf->n_remote_subnets; i++)
		add_route(s, &s->conf->remote_subnets[i]);
	if (!s->conf->n_remote_subnets && !s->conf->request_address && s->remote.family)
		add_route(s, &peer);
}

/* --- the trap --- */

_Static_assert(CONF_PAIRS_MAX == DP_SELECTORS_MAX, "what a section may name is what a child takes");

static void all_ports(struct dp_selector *sel)
{
	sel->local_max = sel->remote_max = UINT16_MAX;
}

/* What is protected before anybody has agreed to it: all that the section names. */
static void trap_config(const struct site *s, struct dp_child *c, struct dp_selector selectors[DP_SELECTORS_MAX])
{
	const struct conf_site *conf = s->conf;
	struct prefix own = { .addr = s->local, .len = s->local.family == AF_INET ? 32 : 128 };
	struct prefix peer = { .addr = s->remote, .len = s->remote.family == AF_INET ? 32 : 128 };
	const struct prefix *locals = conf->ike.n_local_subnets ? conf->ike.local_subnets : &own;
	const struct prefix *remotes = conf->n_remote_subnets ? conf->remote_subnets : &peer;
	unsigned int n = conf->ike.n_local_subnets ? conf->ike.n_local_subnets : 1, i, k;
	unsigned int n_remotes = conf->n_remote_subnets ? conf->n_remote_subnets : 1;

	*c = (struct dp_child){ .local = s->local, .peer = s->remote,
				.transport = conf->mode == CONF_MODE_TRANSPORT, .selectors = selectors };
	for (i = 0; i < n; i++) {
		for (k = 0; k < n_remotes; k++) {
			struct dp_selector *sel = &selectors[c->n_selectors];

			if (locals[i].addr.family != remotes[k].addr.family)
				continue;
			*sel = (struct dp_selector){ .local = locals[i], .remote = remotes[k] };
			all_ports(sel);
			c->n_selectors++;
		}
	}
}

static void set_trap(struct site *s)
{
	struct dp_selector selectors[DP_SELECTORS_MAX];
	struct dp_child c;
	char why[IKE_WHY_MAX];

	if (!s->remote.family || !s->local.family || s->conf->request_address || s->holder.ipsec->thawing)
		return;
	trap_config(s, &c, selectors);
	if (!c.n_selectors)
		return;
	if (!s->trap)
		s->trap = kid_new(&s->holder);
	if (!s->trap || kid_trap(s->trap, &c, why))
		log_error(NULL, "site %s: %s", s->conf->name, s->trap ? why : "out of memory");
}

/* --- where the peer is --- */

static int choose_local(struct site *s, const struct addr *remote)
{
	const struct conf *conf = s->ref->conf;
	struct dp_err err;

	if (s->conf->local.family) {
		s->local = s->conf->local;
		return 0;
	}
	if (!dp_source_for(dp_of(s), remote, conf->ipsec_fwmark, &s->local, &err))
		return 0;
	set_why(s, err.text);
	return -EADDRNOTAVAIL;
}

/* What is protected is routed to the device in any case: with no way to the peer it must not take another one. */
static int set_remote(struct site *s, const struct addr *remote)
{
	const struct addr before = s->local;
	int err = choose_local(s, remote);

	/* A name that leads elsewhere now, or another address of ours: what was routed by it is looked at again. */
	if (!addr_equal(&s->remote, remote) || !addr_equal(&s->local, &before))
		drop_routes(s);
	s->remote = *remote;
	if (!err)
		set_trap(s);
	add_routes(s);
	return err;
}

static void say_no_address(struct site *s, const char *why)
{
	snprintf(s->why, sizeof(s->why), "no address for \"%.100s\": %.100s", s->conf->remote, why);
}

static void set_state(struct site *s, enum site_state state)
{
	if (state == s->state)
		return;
	log_debug(NULL, "site %s: %s -> %s", s->conf->name, site_state_to_str(s->state), site_state_to_str(state));
	s->state = state;
}

static uint64_t pause_ms(const struct site *s)
{
	uint64_t pause = s->conf->redial_min_s, most = s->conf->redial_max_s;
	unsigned int i;

	for (i = 1; i < s->tries && pause < most; i++)
		pause *= 2;
	return (pause < most ? pause : most) * 1000;
}

static void stop_resolving(struct site *s)
{
	if (s->resolve)
		resolve_cancel(s->resolve);
	s->resolve = NULL;
}

/* --- while it is down --- */

static void look_again(struct site *s)
{
	uint64_t pause;

	s->tries++;
	pause = pause_ms(s);
	loop_timer_start(&s->timer, pause);
	log_warn(NULL, "site %s: nothing can pass yet: %s; looked at again in %llu s", s->conf->name, s->why,
		 (unsigned long long)(pause / 1000));
}

static void on_found(void *arg, const struct addr *addrs, unsigned int n, const char *why)
{
	struct site *s = arg;
	unsigned int i;

	s->resolve = NULL;
	if (!n)
		say_no_address(s, why);
	for (i = 0; i < n; i++) {
		if (!set_remote(s, &addrs[i])) {
			s->tries = 0;
			s->why[0] = '\0';
			return;
		}
	}
	look_again(s);
}

/*
 * Who waits for traffic, or for the peer, has to know where the peer is and which address of ours leads there: the
 * trap, and with it the first packet, depend on both. A machine may have neither when the daemon starts.
 */
static void look_for_peer(struct site *s)
{
	if (!s->peer || from_anywhere(s) || (s->remote.family && s->local.family) || s->holder.ipsec->engine->stopping)
		return;
	stop_resolving(s);
	s->resolve = resolve_start(s->holder.ipsec->engine->loop, s->conf->remote, AF_UNSPEC, on_found, s);
	if (s->resolve)
		return;
	set_why(s, "out of memory");
	look_again(s);
}

/* --- an attempt --- */

static void wait_for_next(struct site *s)
{
	uint64_t pause = pause_ms(s);

	s->due_ms = loop_now_ms(s->holder.ipsec->engine->loop) + pause;
	set_state(s, SITE_WAITING);
	loop_timer_start(&s->timer, pause);
	log_warn(NULL, "site %s: not connected: %s; the next attempt is in %llu s", s->conf->name, s->why,
		 (unsigned long long)(pause / 1000));
}

static void attempt_over(struct site *s)
{
	bool again = s->again;

	s->again = false;
	s->n_addrs = s->next_addr = 0;
	if (again && may_go_on(s)) {
		s->tries = 0;
		set_state(s, SITE_WAITING);
		loop_timer_start(&s->timer, 0);
		return;
	}
	if (may_go_on(s) && s->conf->start == CONF_START_NOW) {
		wait_for_next(s);
	} else {
		/* Traffic, or the peer, begins anew. */
		if (s->state != SITE_DOWN)
			log_info(NULL, "site %s: disconnected: %s", s->conf->name, s->why);
		set_state(s, SITE_DOWN);
		s->wanted = s->wanted && s->conf->start == CONF_START_NOW;
		look_for_peer(s);
	}
	report(s);
}

static void dial_next(struct site *s)
{
	struct ike_path path = { .local_port = IKE_PORT, .peer_port = IKE_PORT };

	while (s->next_addr < s->n_addrs) {
		if (set_remote(s, &s->addrs[s->next_addr++]))
			continue;
		path.local = s->local;
		path.peer = s->remote;
		s->dialled_ms = loop_now_ms(s->holder.ipsec->engine->loop);
		set_state(s, SITE_CONNECTING);
		s->holder.sa = ipsec_initiate(s->holder.ipsec, s->conf->version, s->peer, &path, &s->holder);
		if (s->holder.sa)
			return;
		set_why(s, "out of memory");
	}
	s->tries++;
	attempt_over(s);
}

static void on_resolved(void *arg, const struct addr *addrs, unsigned int n, const char *why)
{
	struct site *s = arg;

	s->resolve = NULL;
	if (!n) {
		say_no_address(s, why);
		s->tries++;
		attempt_over(s);
		return;
	}
	memcpy(s->addrs, addrs, n * sizeof(*addrs));
	s->n_addrs = n;
	s->next_addr = 0;
	dial_next(s);
}

static void begin_attempt(struct site *s)
{
	if (s->holder.sa || !may_go_on(s) || from_anywhere(s))
		return;
	loop_timer_stop(&s->timer);
	stop_resolving(s);
	set_state(s, SITE_RESOLVING);
	s->resolve = resolve_start(s->holder.ipsec->engine->loop, s->conf->remote, AF_UNSPEC, on_resolved, s);
	if (!s->resolve) {
		set_why(s, "out of memory");
		attempt_over(s);
	}
}

/* --- an address of ours that changes --- */

/*
 * RFC 4555 section 3.5: the peer is told by the one that began. Not where the address is in the configuration, or is
 * what is protected.
 */
static bool may_move(const struct site *s)
{
	struct ike_sa_info info;

	if (!s->holder.sa || !s->conf->ike.mobike || s->conf->local.family ||
	    (!s->conf->ike.n_local_subnets && !s->conf->request_address))
		return false;
	ike_sa_get_info(s->holder.sa, &info);
	return info.initiator && info.mobike;
}

static void watch_own_address(struct site *s)
{
	if (may_move(s))
		loop_timer_start(&s->timer, OWN_ADDRESS_MS);
}

static void look_at_own_address(struct site *s)
{
	struct ike_sa_info info;
	struct dp_err err;
	struct addr now;

	if (!may_move(s))
		return;
	ike_sa_get_info(s->holder.sa, &info);
	/* Without a way to the peer there is nothing to tell it, until there is one. */
	if (!dp_source_for(dp_of(s), &s->remote, s->ref->conf->ipsec_fwmark, &now, &err) &&
	    !addr_equal(&now, &info.path.local)) {
		info.path.local = now;
		s->local = now;
		ike_sa_move(s->holder.sa, &info.path);
	}
	watch_own_address(s);
}

static void on_timer(void *arg)
{
	struct site *s = arg;

	if (s->state == SITE_WAITING)
		begin_attempt(s);
	else if (s->state == SITE_UP)
		look_at_own_address(s);
	else if (s->state == SITE_DOWN)
		look_for_peer(s);
	engine_settle(s->holder.ipsec->engine);
}

void site_acquire(struct ipsec_holder *h, const struct dp_selector *flow)
{
	struct site *s = site_of(h);
	char from[ADDR_STRLEN], to[ADDR_STRLEN];

	log_debug(NULL, "site %s: a packet from %s to %s waits", s->conf->name,
		  addr_to_str(&flow->local.addr, from), addr_to_str(&flow->remote.addr, to));
	if (s->state == SITE_UP && h->sa) {
		ike_child_initiate(h->sa);
		return;
	}
	/* One that waits for its next attempt has seen the peer refuse or be silent: traffic does not hurry it. */
	if (s->state != SITE_DOWN || s->conf->start != CONF_START_TRAFFIC)
		return;
	s->wanted = true;
	begin_attempt(s);
}

/* --- what becomes of it --- */

static void holder_up(struct ipsec_holder *h)
{
	struct site *s = site_of(h);
	struct ike_sa_info info;
	char peer[ADDR_STRLEN], id[IKE_ID_STRLEN / 4], suite[128];

	ike_sa_get_info(h->sa, &info);
	loop_timer_stop(&s->timer);
	s->local = info.path.local;
	s->remote = info.path.peer;
	s->why[0] = '\0';
	set_state(s, SITE_UP);
	watch_own_address(s);
	log_info(NULL, "site %s: up with %s, which is \"%s\"; %s%s", s->conf->name,
		 addr_to_str(&info.path.peer, peer), ike_id_to_str(info.peer_id, id, sizeof(id)),
		 ike_suite_to_str(info.suite, suite, sizeof(suite)),
		 info.nat_here || info.nat_there ? ", through a NAT" : "");
}

static void take_address_back(struct site *s)
{
	struct dp_err err;

	if (s->address.addr.family &&
	    dp_address_del(dp_of(s), s->holder.ipsec->ifindex, &s->address, &err))
		log_warn(NULL, "site %s: %s", s->conf->name, err.text);
	s->address.addr.family = 0;
}

static void holder_down(struct ipsec_holder *h, const char *why)
{
	struct site *s = site_of(h);

	if (s->state == SITE_UP)
		log_info(NULL, "site %s: ended: %s", s->conf->name, why);
	loop_timer_stop(&s->childless);
	take_address_back(s);
	set_why(s, why);
	if (s->state == SITE_CONNECTING && s->next_addr < s->n_addrs) {
		log_info(NULL, "site %s: %s; trying the next address", s->conf->name, why);
		dial_next(s);
		return;
	}
	if (s->state == SITE_UP)
		s->tries = 0;
	s->tries++;
	attempt_over(s);
}

static int holder_child_new(struct ipsec_holder *h, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct site *s = site_of(h);
	struct kid *k = s->trap && !s->trap->child ? s->trap : kid_new(h);
	int ret = k ? kid_agree(k, c, why) : -ENOMEM;

	if (ret && k && k != s->trap)
		kid_free(k);
	return ret;
}

/* A network that an agreement names and the section does not: that of an address that we were given. */
static void holder_child_up(struct ipsec_holder *h, struct ike_child *c)
{
	struct site *s = site_of(h);
	struct dp_selector selectors[DP_SELECTORS_MAX];
	unsigned int i, n;

	loop_timer_stop(&s->childless);
	s->tries = 0;
	if (!ike_child_selectors(c, selectors, &n))
		for (i = 0; i < n; i++)
			add_route(s, &selectors[i].remote);
	report(s);
}

static void holder_assigned(struct ipsec_holder *h, const struct ike_assigned *a)
{
	struct site *s = site_of(h);
	char text[ADDR_STRLEN];
	struct dp_err err;

	take_address_back(s);
	s->address = a->ip4.family ? (struct prefix){ .addr = a->ip4, .len = 32 } : a->ip6;
	log_info(NULL, "site %s: the peer gives us the address %s", s->conf->name,
		 addr_to_str(&s->address.addr, text));
	if (dp_address_add(dp_of(s), h->ipsec->ifindex, &s->address, &err))
		log_error(NULL, "site %s: %s", s->conf->name, err.text);
}

/* The peer is there, and will not have what this section protects. */
static void holder_child_failed(struct ipsec_holder *h, const char *why)
{
	struct site *s = site_of(h);

	set_why(s, why);
	if (h->sa && !ike_child_next(h->sa, NULL))
		control_answer(h->ipsec->engine->control, CONTROL_SITE_UP, s,
			       control_error("site %s: the peer is there, and nothing is protected: %s", s->conf->name,
					     why));
}

/* --- an IKE SA without a child --- */

static bool is_childless(const struct site *s)
{
	return s->state == SITE_UP && !s->trap && s->holder.sa && !ike_child_next(s->holder.sa, NULL);
}

/* Where nothing traps traffic, nothing else would bring one back. */
static void on_childless(void *arg)
{
	struct site *s = arg;

	if (!is_childless(s))
		return;
	log_info(NULL, "site %s: nothing is protected any more: a child is asked for", s->conf->name);
	ike_child_initiate(s->holder.sa);
	s->tries++;
	loop_timer_start(&s->childless, pause_ms(s));
	engine_settle(s->holder.ipsec->engine);
}

static void holder_kid_gone(struct ipsec_holder *h, struct kid *k)
{
	struct site *s = site_of(h);

	(void)k;
	if (s->state == SITE_UP && !s->trap)
		loop_timer_start(&s->childless, pause_ms(s));
}

static const struct ipsec_holder_ops holder_ops = {
	.up = holder_up, .down = holder_down, .child_new = holder_child_new, .child_up = holder_child_up,
	.kid_gone = holder_kid_gone, .assigned = holder_assigned, .child_failed = holder_child_failed,
};

/*
 * Both ends have begun at once, and the peer has answered ours as we have its. Either could give up the one that the
 * other goes on with, so that none is left; what both know decides, as for children in RFC 7296 section 2.8.1: the
 * lower SPI of who began stays. Only for as long as two can cross: later the peer has lost ours.
 */
static bool crosses_ours(const struct site *s, struct ike_sa *sa)
{
	struct ike_sa_info ours, its;

	if (s->state != SITE_CONNECTING ||
	    loop_now_ms(s->holder.ipsec->engine->loop) - s->dialled_ms > CROSSING_MS)
		return false;
	ike_sa_get_info(s->holder.sa, &ours);
	ike_sa_get_info(sa, &its);
	return ours.initiator && !its.initiator && ours.spi_r && ours.spi_i < its.spi_i;
}

/* A newer one takes the place of an older: the peer may have lost that. NULL: ours stays. */
struct ipsec_holder *site_taken(struct site *s, struct ike_sa *sa)
{
	struct ike_sa *old = s->holder.sa;

	if (old && crosses_ours(s, sa)) {
		log_debug(NULL, "site %s: both ends have begun at once: ours stays", s->conf->name);
		return NULL;
	}
	s->holder.sa = sa;
	if (old) {
		ike_sa_set_owner(old, NULL);
		/* Its kids are free for the new one. */
		ike_sa_abort(old, "the peer began anew");
	}
	stop_resolving(s);
	return &s->holder;
}

/* Where it was last seen, or where an address in its section says that it is. */
static bool is_expected_from(const struct site *s, const struct addr *from)
{
	return addr_equal(&s->remote, from) || addr_equal(&s->peer->remote, from);
}

/*
 * Who is known from there comes first. A peer that is given by its name, or comes from anywhere, may have another
 * address by now: its identity and the proof of it decide (RFC 7296 section 2.15).
 */
unsigned int site_candidates(struct ipsec *ipsec, enum conf_ike_version version, const struct ike_path *path,
			     struct ike_peer **out, unsigned int max)
{
	struct site *s;
	unsigned int n = 0, pass;

	for (pass = 0; pass < 2; pass++) {
		TAILQ_FOREACH(s, &ipsec->sites, link) {
			if (n == max || !s->peer || s->conf->version != version)
				continue;
			if (is_expected_from(s, &path->peer) != (pass == 0) || (pass == 1 && s->peer->remote.family))
				continue;
			if (s->conf->local.family && !addr_equal(&s->conf->local, &path->local))
				continue;
			out[n++] = s->peer;
		}
	}
	return n;
}

/* --- by hand --- */

static void report(struct site *s)
{
	struct control *control = s->holder.ipsec->engine->control;

	if (s->state == SITE_UP && s->holder.sa && ike_child_next(s->holder.sa, NULL))
		control_answer(control, CONTROL_SITE_UP, s, control_ok(ipsec_show_site(s)));
	else if (s->state == SITE_WAITING || s->state == SITE_DOWN)
		control_answer(control, CONTROL_SITE_UP, s,
			       control_error("site %s: not connected: %s", s->conf->name, s->why));
	if (s->state == SITE_DOWN)
		control_answer(control, CONTROL_SITE_DOWN, s, control_ok(ipsec_show_site(s)));
}

bool site_up(struct site *s)
{
	if (s->state == SITE_UP && s->holder.sa && ike_child_next(s->holder.sa, NULL))
		return true;
	s->wanted = true;
	s->again = s->state == SITE_CLOSING;
	if (s->state == SITE_DOWN || s->state == SITE_WAITING) {
		s->tries = 0;
		begin_attempt(s);
	} else if (s->state == SITE_UP && s->holder.sa) {
		ike_child_initiate(s->holder.sa);
	}
	return false;
}

bool site_down(struct site *s, const char *why)
{
	s->wanted = s->again = false;
	if (s->state == SITE_DOWN)
		return true;
	stop_resolving(s);
	loop_timer_stop(&s->timer);
	if (s->holder.sa) {
		set_state(s, SITE_CLOSING);
		ike_sa_close(s->holder.sa, why);
	} else {
		set_why(s, why);
		attempt_over(s);
	}
	return s->state == SITE_DOWN;
}

bool site_rekey(struct site *s)
{
	struct ike_child *c = NULL;

	if (s->state != SITE_UP || !s->holder.sa)
		return false;
	while ((c = ike_child_next(s->holder.sa, c)))
		ike_child_rekey(c);
	ike_sa_rekey(s->holder.sa);
	return true;
}

/* --- life --- */

struct site *site_by_name(const struct ipsec *ipsec, const char *name)
{
	struct site *s;

	TAILQ_FOREACH(s, &ipsec->sites, link)
		if (!strcmp(s->conf->name, name))
			return s;
	return NULL;
}

static void configure(struct site *s, struct conf_ref *ref, const struct conf_site *conf)
{
	struct addr remote = { .family = 0 };
	char why[IKE_WHY_MAX];

	s->ref = conf_ref_get(ref);
	s->conf = conf;
	addr_parse(conf->remote, &remote);
	s->peer = ipsec_site_peer(conf, &remote, why);
	if (!s->peer) {
		set_why(s, why);
		log_error(NULL, "site %s: %s", conf->name, why);
		return;
	}
	s->peer->owner = s;
	s->wanted = conf->start == CONF_START_NOW;
	/* With no way there yet, site_begin() looks again. */
	if (remote.family)
		set_remote(s, &remote);
	else
		add_routes(s);
}

static struct site *site_new(struct ipsec *ipsec, struct conf_ref *ref, const struct conf_site *conf)
{
	struct site *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->holder = (struct ipsec_holder){ .ops = &holder_ops, .ipsec = ipsec };
	loop_timer_init(&s->timer, ipsec->engine->loop, on_timer, s);
	loop_timer_init(&s->childless, ipsec->engine->loop, on_childless, s);
	TAILQ_INSERT_TAIL(&ipsec->sites, s, link);
	configure(s, ref, conf);
	return s;
}

static void deconfigure(struct site *s)
{
	struct ike_sa *sa = s->holder.sa;

	s->holder.sa = NULL;
	stop_resolving(s);
	loop_timer_stop(&s->timer);
	loop_timer_stop(&s->childless);
	if (sa) {
		ike_sa_set_owner(sa, NULL);
		ike_sa_close(sa, "the site's section has changed or is gone");
	}
	take_address_back(s);
	drop_routes(s);
	if (s->peer)
		s->peer->owner = NULL;
	ike_peer_put(s->peer);
	s->peer = NULL;
	conf_ref_put(s->ref);
	s->ref = NULL;
}

static void free_kids(struct site *s)
{
	struct kid *k, *next;

	for (k = TAILQ_FIRST(&s->holder.ipsec->kids); k; k = next) {
		next = TAILQ_NEXT(k, link);
		if (k->holder == &s->holder)
			kid_free(k);
	}
	s->trap = NULL;
}

void site_free(struct site *s)
{
	free_kids(s);
	deconfigure(s);
	TAILQ_REMOVE(&s->holder.ipsec->sites, s, link);
	free(s);
}

/*
 * Other certificates, keys or lists: whoever proves himself from now on does it by these, as we do. What is up goes on.
 * The peer stays the same object, for IKE SAs know whose they are by it.
 */
static bool renew(struct site *s, const struct conf_site *conf)
{
	char why[IKE_WHY_MAX];
	struct ike_peer *p = s->peer ? ipsec_site_peer(conf, &s->peer->remote, why) : NULL;

	if (!p)
		return false;
	ike_peer_renew(s->peer, p);
	log_info(NULL, "site %s: its certificates or keys are new: what begins from now on uses them", conf->name);
	return true;
}

/* What a section says is the same: it goes on with the new configuration under it. */
static void keep(struct site *s, struct conf_ref *ref, const struct conf_site *conf)
{
	struct conf_ref *old = s->ref;

	s->ref = conf_ref_get(ref);
	s->conf = conf;
	conf_ref_put(old);
}

static bool goes_on(struct site *s, const struct conf_site *conf)
{
	enum conf_change change = conf ? conf_site_change(s->conf, conf) : CONF_CHANGED;

	return change == CONF_UNCHANGED || (change == CONF_CHANGED_FILES && renew(s, conf));
}

void sites_keep(struct ipsec *ipsec, struct conf_ref *ref)
{
	const struct conf_site *conf;
	struct site *s, *next;

	for (s = TAILQ_FIRST(&ipsec->sites); s; s = next) {
		next = TAILQ_NEXT(s, link);
		conf = conf_site_find(ref->conf, s->conf->name);
		if (goes_on(s, conf)) {
			keep(s, ref, conf);
			continue;
		}
		log_info(NULL, "site %s %s", s->conf->name, conf ? "has changed: it begins anew" :
			 "is no longer configured");
		site_free(s);
	}
}

void sites_add(struct ipsec *ipsec, struct conf_ref *ref)
{
	unsigned int i;

	for (i = 0; i < ref->conf->n_sites; i++) {
		const struct conf_site *conf = &ref->conf->sites[i];

		if (!site_by_name(ipsec, conf->name) && !site_new(ipsec, ref, conf))
			log_error(NULL, "site %s: out of memory", conf->name);
	}
}

/* The kernel's child that an agreement of an earlier engine has is the trap's. */
void site_thawed(struct site *s)
{
	struct kid *k;

	TAILQ_FOREACH(k, &s->holder.ipsec->kids, link)
		if (k->holder == &s->holder && !s->trap && !s->conf->request_address)
			s->trap = k;
	set_trap(s);
}

/* An IKE SA of an earlier engine goes on. */
void site_adopt(struct site *s, struct ike_sa *sa)
{
	const struct ike_assigned *a = ike_sa_assigned(sa);
	struct ike_sa_info info;

	ike_sa_get_info(sa, &info);
	s->holder.sa = sa;
	s->wanted = s->conf->start == CONF_START_NOW;
	s->local = info.path.local;
	s->remote = info.path.peer;
	if (a && s->conf->request_address)
		s->address = a->ip4.family ? (struct prefix){ .addr = a->ip4, .len = 32 } : a->ip6;
	set_state(s, SITE_UP);
	watch_own_address(s);
}

void site_begin(struct site *s)
{
	if (s->state != SITE_DOWN)
		return;
	if (s->wanted)
		begin_attempt(s);
	else
		look_for_peer(s);
}
