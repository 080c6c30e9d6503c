// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which tunnel a datagram belongs to, who may have one more, and the end of objects.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/l2tp_impl.h"

#define KEY_MAX		64	/* octets of a path and an id */
#define ID_TRIES	64	/* random ids before free ones are looked for in a row */

/* --- tables --- */

struct key {
	uint8_t octets[KEY_MAX];
	size_t len;
};

static void key_addr(struct wr *w, const struct addr *a)
{
	wr_u8(w, a->family);
	wr_bytes(w, a->bytes, a->family == AF_INET6 ? 16 : a->family == AF_INET ? 4 : 0);
}

static struct key path_key(const struct l2tp_path *path, uint16_t peer_port, uint16_t id)
{
	struct key k;
	struct wr w = wr_to(k.octets, sizeof(k.octets));

	wr_u32(&w, path->transport);
	key_addr(&w, &path->local);
	key_addr(&w, &path->peer);
	wr_u16(&w, path->local_port);
	wr_u16(&w, peer_port);
	wr_u16(&w, id);
	k.len = w.len;
	return k;
}

static bool path_equal(const struct l2tp_path *a, const struct l2tp_path *b, bool ports)
{
	return a->transport == b->transport && addr_equal(&a->local, &b->local) &&
	       addr_equal(&a->peer, &b->peer) && a->local_port == b->local_port &&
	       (!ports || a->peer_port == b->peer_port);
}

struct tunnel_key {
	const struct l2tp_path *path;
	uint16_t id;
	bool floating;		/* by our id alone */
	const struct l2tp_tunnel *except;
};

static bool same_id(const struct hash_node *node, const void *key)
{
	const struct l2tp_tunnel *t = hash_entry(node, struct l2tp_tunnel, by_id);
	const struct tunnel_key *k = key;

	return t->id == k->id && t->floating == k->floating &&
	       path_equal(&t->path, k->path, !k->floating);
}

static bool same_peer_id(const struct hash_node *node, const void *key)
{
	const struct l2tp_tunnel *t = hash_entry(node, struct l2tp_tunnel, by_peer);
	const struct tunnel_key *k = key;

	return t->peer_id == k->id && t != k->except && path_equal(&t->path, k->path, true);
}

static struct l2tp_tunnel *find_by_id(struct l2tp *l2tp, const struct l2tp_path *path, uint16_t id,
				      bool floating)
{
	struct key k = path_key(path, floating ? 0 : path->peer_port, id);
	struct tunnel_key key = { .path = path, .id = id, .floating = floating };
	struct hash_node *node = hash_find(&l2tp->by_id, hash_bytes(k.octets, k.len), same_id,
					   &key);

	return node ? hash_entry(node, struct l2tp_tunnel, by_id) : NULL;
}

struct l2tp_tunnel *l2tp_tunnel_by_peer_id(struct l2tp *l2tp, const struct l2tp_path *path,
					   uint16_t peer_id, const struct l2tp_tunnel *except)
{
	struct key k = path_key(path, path->peer_port, peer_id);
	struct tunnel_key key = { .path = path, .id = peer_id, .except = except };
	struct hash_node *node = hash_find(&l2tp->by_peer, hash_bytes(k.octets, k.len),
					   same_peer_id, &key);

	return node ? hash_entry(node, struct l2tp_tunnel, by_peer) : NULL;
}

bool l2tp_tunnel_set_peer_id(struct l2tp_tunnel *t, uint16_t peer_id)
{
	struct key k = path_key(&t->path, t->path.peer_port, peer_id);

	t->peer_id = peer_id;
	t->channel.peer_tunnel_id = peer_id;
	if (t->in_by_peer)
		hash_del(&t->l2tp->by_peer, &t->by_peer);
	t->in_by_peer = !hash_add(&t->l2tp->by_peer, &t->by_peer, hash_bytes(k.octets, k.len));
	return t->in_by_peer;
}

static bool add_by_id(struct l2tp_tunnel *t)
{
	struct key k = path_key(&t->path, t->floating ? 0 : t->path.peer_port, t->id);

	t->in_by_id = !hash_add(&t->l2tp->by_id, &t->by_id, hash_bytes(k.octets, k.len));
	return t->in_by_id;
}

void l2tp_tunnel_settle_path(struct l2tp_tunnel *t, const struct l2tp_path *from)
{
	if (!t->floating)
		return;
	hash_del(&t->l2tp->by_id, &t->by_id);
	t->floating = false;
	t->path.peer_port = from->peer_port;
	add_by_id(t);	/* the table is there: this cannot fail */
}

/* Unpredictable, as RFC 2661 section 9.1 asks for; no other tunnel of this address has it. */
uint16_t l2tp_tunnel_free_id(struct l2tp *l2tp, const struct l2tp_path *path)
{
	uint16_t id;

	l2tp->ops->random(l2tp->ctx, &id, sizeof(id));
	for (unsigned int n = 0; n < UINT16_MAX; n++) {
		if (id && !find_by_id(l2tp, path, id, false) && !find_by_id(l2tp, path, id, true))
			return id;
		id++;
		if (n < ID_TRIES)
			l2tp->ops->random(l2tp->ctx, &id, sizeof(id));
	}
	return 0;
}

/* --- addresses --- */

static bool same_addr(const struct hash_node *node, const void *key)
{
	return addr_equal(&hash_entry(node, struct l2tp_host, node)->addr, key);
}

static struct l2tp_host *host_find(struct l2tp *l2tp, const struct addr *a)
{
	struct hash_node *node = hash_find(&l2tp->hosts, addr_hash(a), same_addr, a);

	return node ? hash_entry(node, struct l2tp_host, node) : NULL;
}

static struct l2tp_host *host_get(struct l2tp *l2tp, const struct addr *a)
{
	struct l2tp_host *host = host_find(l2tp, a);

	if (host)
		return host;
	host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	host->addr = *a;
	TAILQ_INIT(&host->dialing);
	TAILQ_INIT(&host->opening);
	if (hash_add(&l2tp->hosts, &host->node, addr_hash(a))) {
		free(host);
		return NULL;
	}
	return host;
}

static void host_put(struct l2tp *l2tp, struct l2tp_host *host)
{
	if (host->tunnels)
		return;
	hash_del(&l2tp->hosts, &host->node);
	free(host);
}

/* --- life and death --- */

static void reap(void *arg)
{
	struct l2tp *l2tp = arg;
	struct l2tp_tunnel *t;
	struct l2tp_call *c;

	while ((c = TAILQ_FIRST(&l2tp->dead_calls))) {
		TAILQ_REMOVE(&l2tp->dead_calls, c, link);
		free(c->request);
		free(c);
	}
	while ((t = TAILQ_FIRST(&l2tp->dead_tunnels))) {
		TAILQ_REMOVE(&l2tp->dead_tunnels, t, link);
		l2tp_channel_fini(&t->channel);
		secret_wipe(&t->peer, sizeof(t->peer));
		free(t->sccrq);
		free(t);
	}
}

void l2tp_call_bury(struct l2tp_call *c)
{
	struct l2tp *l2tp = c->tunnel->l2tp;

	loop_timer_stop(&c->timer);
	hash_del(&l2tp->calls, &c->by_id);
	if (c->in_by_peer)
		hash_del(&l2tp->calls_by_peer, &c->by_peer);
	TAILQ_REMOVE(&c->tunnel->calls, c, link);
	c->tunnel->n_calls--;
	c->tunnel->host->calls--;
	l2tp->stats.calls--;
	TAILQ_INSERT_TAIL(&l2tp->dead_calls, c, link);
	loop_timer_start(&l2tp->reaper, 0);
}

void l2tp_tunnel_set_half_open(struct l2tp_tunnel *t, bool half_open)
{
	struct l2tp *l2tp = t->l2tp;

	if (t->half_open == half_open)
		return;
	t->half_open = half_open;
	if (half_open) {
		TAILQ_INSERT_TAIL(&l2tp->half_open, t, half_open_link);
		TAILQ_INSERT_TAIL(&t->host->opening, t, host_link);
		l2tp->stats.half_open++;
		t->host->half_open++;
	} else {
		TAILQ_REMOVE(&l2tp->half_open, t, half_open_link);
		TAILQ_REMOVE(&t->host->opening, t, host_link);
		l2tp->stats.half_open--;
		t->host->half_open--;
	}
}

void l2tp_tunnel_set_dialing(struct l2tp_tunnel *t, bool dialing)
{
	if (t->dialing == dialing)
		return;
	t->dialing = dialing;
	if (dialing)
		TAILQ_INSERT_TAIL(&t->host->dialing, t, host_link);
	else
		TAILQ_REMOVE(&t->host->dialing, t, host_link);
}

/* Out of the counts and of the list of those that are there. */
static void unlist(struct l2tp_tunnel *t)
{
	struct l2tp *l2tp = t->l2tp;

	if (!t->listed)
		return;
	l2tp_tunnel_set_half_open(t, false);
	l2tp_tunnel_set_dialing(t, false);
	t->listed = false;
	TAILQ_REMOVE(&l2tp->tunnels, t, link);
	l2tp->stats.tunnels--;
	t->host->tunnels--;
	host_put(l2tp, t->host);
	t->host = NULL;
}

static void forget_peer_id(struct l2tp_tunnel *t)
{
	if (t->in_by_peer)
		hash_del(&t->l2tp->by_peer, &t->by_peer);
	t->in_by_peer = false;
}

/* It keeps its own id until it is buried: what comes late finds somebody who acknowledges. */
void l2tp_tunnel_linger(struct l2tp_tunnel *t)
{
	struct l2tp *l2tp = t->l2tp;

	unlist(t);
	forget_peer_id(t);
	if (l2tp->stats.lingering == L2TP_LINGERING_MAX)
		l2tp_tunnel_bury(TAILQ_FIRST(&l2tp->lingering));
	TAILQ_INSERT_TAIL(&l2tp->lingering, t, link);
	l2tp->stats.lingering++;
	t->state = L2TP_LINGERING;
	loop_timer_start(&t->timer, l2tp->cfg.linger_ms);
}

void l2tp_tunnel_bury(struct l2tp_tunnel *t)
{
	struct l2tp *l2tp = t->l2tp;

	if (t->state == L2TP_LINGERING) {
		TAILQ_REMOVE(&l2tp->lingering, t, link);
		l2tp->stats.lingering--;
	}
	unlist(t);
	t->state = L2TP_DEAD;
	loop_timer_stop(&t->timer);
	loop_timer_stop(&t->hello);
	l2tp_channel_close(&t->channel);
	loop_timer_stop(&t->channel.ack);
	if (t->in_by_id)
		hash_del(&l2tp->by_id, &t->by_id);
	t->in_by_id = false;
	forget_peer_id(t);
	TAILQ_INSERT_TAIL(&l2tp->dead_tunnels, t, link);
	loop_timer_start(&l2tp->reaper, 0);
}

struct l2tp_tunnel *l2tp_tunnel_new(struct l2tp *l2tp, const struct l2tp_path *path)
{
	struct l2tp_tunnel *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->l2tp = l2tp;
	t->path = *path;
	addr_to_str(&path->peer, t->peer_text);
	TAILQ_INIT(&t->calls);
	l2tp_channel_init(&t->channel, l2tp->loop, &l2tp->cfg.channel, &l2tp_tunnel_channel_ops, t);
	l2tp_tunnel_init_timers(t);
	t->heard_ms = loop_now_ms(l2tp->loop);
	return t;
}

bool l2tp_tunnel_publish(struct l2tp_tunnel *t, uint16_t id)
{
	struct l2tp *l2tp = t->l2tp;

	t->id = id;
	t->host = id ? host_get(l2tp, &t->path.peer) : NULL;
	if (!t->host || find_by_id(l2tp, &t->path, id, false) || !add_by_id(t)) {
		if (t->host)
			host_put(l2tp, t->host);
		l2tp_channel_fini(&t->channel);
		secret_wipe(&t->peer, sizeof(t->peer));
		free(t);
		return false;
	}
	t->listed = true;
	TAILQ_INSERT_TAIL(&l2tp->tunnels, t, link);
	l2tp->stats.tunnels++;
	t->host->tunnels++;
	return true;
}

/* --- strangers --- */

bool l2tp_stranger_line_ok(struct l2tp *l2tp)
{
	return log_limit_ok(&l2tp->strangers, loop_now_ms(l2tp->loop), L2TP_STRANGER_LINES,
			    L2TP_STRANGER_INTERVAL_MS);
}

/*
 * StopCCN to somebody of whom nothing is kept; what is told names an AVP (RFC 2661 section 4.4.2).
 * It is not larger than what caused it by much, and comes again when the request does.
 */
static void refuse(struct l2tp *l2tp, const struct l2tp_path *path, const struct l2tp_message *req,
		   const struct l2tp_refusal *why, const char *told)
{
	struct l2tp_message msg = { .type = L2TP_STOPCCN,
				    .have = L2TP_BIT(L2TP_TUNNEL_ID) | L2TP_BIT(L2TP_RESULT_CODE),
				    .result = { .code = why->result, .has_error = why->error,
						.error = why->error } };
	struct l2tp_header h = { .tunnel_id = req->tunnel_id, .nr = 1 };
	uint8_t body[256], buf[sizeof(body) + L2TP_CONTROL_HEADER_LEN];
	struct wr b = wr_to(body, sizeof(body)), w = wr_to(buf, sizeof(buf));
	char peer[ADDR_STRLEN];
	struct log_about about = { .peer = addr_to_str(&path->peer, peer) };

	if (told)
		msg.result.text = (struct l2tp_octets){ (const uint8_t *)told, strlen(told) };
	l2tp->stats.refused++;
	if (l2tp_stranger_line_ok(l2tp))
		log_info(&about, "L2TP tunnel refused: %s", why->why);
	msg.tunnel_id = l2tp_tunnel_free_id(l2tp, path);
	l2tp_encode(&b, &msg, NULL);
	l2tp_control_header(&w, &h, b.len);
	wr_bytes(&w, body, b.len);
	if (l2tp_has(req, L2TP_TUNNEL_ID))
		l2tp->ops->tx(l2tp->ctx, NULL, path, buf, w.len);
}

/* One more, for this address and in all? */
static bool within_limits(struct l2tp *l2tp, const struct l2tp_host *host,
			  struct l2tp_refusal *refusal)
{
	const struct l2tp_config *cfg = &l2tp->cfg;

	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_ERROR,
					  .error = L2TP_ERROR_RESOURCES };
	if (l2tp->stats.tunnels - l2tp->stats.half_open >= cfg->max_tunnels)
		refusal->why = "there are as many tunnels as there may be";
	else if (host && host->tunnels - host->half_open >= cfg->max_tunnels_per_address)
		refusal->why = "this address has as many tunnels as it may have";
	else if (host && host->half_open >= cfg->max_half_open_per_address)
		refusal->why = "this address has as many half-open tunnels as it may have";
	return !refusal->why;
}

/*
 * As with TCP's table of half-open connections: who is real proves it in one round trip, and is
 * through before the flood reaches him.
 */
static void make_room(struct l2tp *l2tp)
{
	struct l2tp_tunnel *oldest = TAILQ_FIRST(&l2tp->half_open);

	if (!oldest || l2tp->stats.half_open < l2tp->cfg.max_half_open)
		return;
	l2tp->stats.evicted++;
	l2tp_tunnel_vanish(oldest, "too many peers are opening tunnels");
}

/*
 * Tie Breaker, RFC 2661 section 4.4.3. True: the peer's request is to be dropped, ours goes on.
 * When the peer wins, ours goes on too until the peer's tunnel is established: a forged request must
 * not end it.
 */
static bool tie_lost_by_peer(struct l2tp_host *host, const struct l2tp_message *msg, bool *peer_won)
{
	static const char same[] = "both sides opened a tunnel with the same tie breaker";
	struct l2tp_tunnel *ours, *next;
	bool drop = false, theirs = l2tp_has(msg, L2TP_TIE_BREAKER);

	*peer_won = false;
	for (ours = host ? TAILQ_FIRST(&host->dialing) : NULL; ours; ours = next) {
		next = TAILQ_NEXT(ours, host_link);
		if (!ours->has_tie_breaker) {
			*peer_won |= theirs;
		} else if (!theirs || ours->tie_breaker < msg->tie_breaker) {
			drop = true;
		} else if (ours->tie_breaker > msg->tie_breaker) {
			*peer_won = true;
		} else {
			l2tp_tunnel_vanish(ours, same);
			return true;	/* the host may be gone with it */
		}
	}
	return drop;
}

/* The same request again: from a peer that did not hear our answer. */
static struct l2tp_tunnel *find_repeated(const struct l2tp_host *host, const struct l2tp_path *path,
					 uint64_t sccrq_hash)
{
	struct l2tp_tunnel *t;

	if (!host)
		return NULL;
	TAILQ_FOREACH(t, &host->opening, host_link)
		if (t->sccrq_hash == sccrq_hash && path_equal(&t->path, path, true))
			return t;
	return NULL;
}

static void take_in(struct l2tp *l2tp, const struct l2tp_path *from, const struct l2tp_header *h,
		    uint64_t sccrq_hash, bool peer_won)
{
	struct l2tp_tunnel *t;

	make_room(l2tp);
	t = l2tp_tunnel_new(l2tp, from);
	if (!t || !l2tp_tunnel_publish(t, l2tp_tunnel_free_id(l2tp, from)))
		return;
	t->sccrq_hash = sccrq_hash;
	t->tie_won = peer_won;
	t->channel.cfg.retransmit_max = l2tp->cfg.half_open_retransmit_max;
	l2tp_tunnel_set_half_open(t, true);
	l2tp_tunnel_set_state(t, L2TP_IDLE);
	l2tp_tunnel_rx(t, from, h);
}

static void rx_sccrq(struct l2tp *l2tp, const struct l2tp_path *from, const struct l2tp_header *h,
		     const struct l2tp_message *msg)
{
	uint64_t sccrq_hash = hash_bytes(h->body.at, h->body.left);
	struct l2tp_host *host = host_find(l2tp, &from->peer);
	struct l2tp_tunnel *t = find_repeated(host, from, sccrq_hash);
	struct l2tp_refusal refusal = { .result = L2TP_STOP_ERROR, .error = msg->fault.error };
	char text[L2TP_WHY_MAX];
	bool peer_won;

	if (t) {
		l2tp_tunnel_rx(t, from, h);
	} else if (msg->fault.what) {
		refusal.why = l2tp_fault_to_str(msg, text, sizeof(text));
		refuse(l2tp, from, msg, &refusal, refusal.why);
	} else if (tie_lost_by_peer(host, msg, &peer_won)) {
		l2tp->stats.refused++;
	} else if (!within_limits(l2tp, host, &refusal) ||
		   !l2tp->ops->admit(l2tp->ctx, from, &refusal)) {
		refuse(l2tp, from, msg, &refusal, NULL);
	} else {
		take_in(l2tp, from, h, sccrq_hash, peer_won);
	}
}

/*
 * The peer gives up a tunnel before it heard our id. Who has said SCCCN knows it, and so does not
 * get here.
 */
static struct l2tp_tunnel *find_given_up(const struct l2tp_host *host,
					 const struct l2tp_path *path, uint16_t peer_id)
{
	struct l2tp_tunnel *t;

	if (!host)
		return NULL;
	TAILQ_FOREACH(t, &host->opening, host_link)
		if (t->peer_id == peer_id && path_equal(&t->path, path, true))
			return t;
	return NULL;
}

/* A peer that has not heard our tunnel id yet: it opens a tunnel, or gives one up. */
static void rx_unassigned(struct l2tp *l2tp, const struct l2tp_path *from,
			  const struct l2tp_header *h)
{
	struct l2tp_message msg;
	struct wr nothing = wr_to(NULL, 0);
	int err = l2tp_decode(h->body, NULL, &nothing, &msg);
	struct l2tp_tunnel *t = NULL;

	if (err == -ENOMSG || h->session_id)
		msg.type = 0;
	if (msg.type == L2TP_SCCRQ && !h->ns && !h->nr) {
		rx_sccrq(l2tp, from, h, &msg);
		return;
	}
	if (msg.type == L2TP_STOPCCN && l2tp_has(&msg, L2TP_TUNNEL_ID))
		t = find_given_up(host_find(l2tp, &from->peer), from, msg.tunnel_id);
	if (t)
		l2tp_tunnel_rx(t, from, h);
	else
		l2tp->stats.strays++;
}

static void junk(struct l2tp *l2tp, const struct l2tp_path *from, const char *why)
{
	char peer[ADDR_STRLEN];
	struct log_about about = { .peer = addr_to_str(&from->peer, peer) };

	l2tp->stats.junk++;
	log_debug(&about, "L2TP: a datagram was dropped: %s", why);
}

static struct l2tp_tunnel *find_tunnel(struct l2tp *l2tp, const struct l2tp_path *from, uint16_t id)
{
	struct l2tp_tunnel *t = find_by_id(l2tp, from, id, false);

	return t ? t : find_by_id(l2tp, from, id, true);
}

struct l2tp_tunnel *l2tp_tunnel_at(struct l2tp *l2tp, const struct l2tp_path *from,
				   const uint8_t *data, size_t len)
{
	struct l2tp_header h;
	const char *why;

	if (l2tp_header_parse(&h, data, len, &why) || !h.control || !h.tunnel_id)
		return NULL;
	return find_tunnel(l2tp, from, h.tunnel_id);
}

void l2tp_rx(struct l2tp *l2tp, const struct l2tp_path *from, const uint8_t *data, size_t len)
{
	struct l2tp_tunnel *t;
	struct l2tp_header h;
	const char *why;

	if (l2tp_header_parse(&h, data, len, &why)) {
		junk(l2tp, from, why);
	} else if (!h.control) {
		l2tp->stats.strays++;	/* data of sessions is the kernel's; this is of none */
	} else if (h.body.left > L2TP_CONTROL_MAX - L2TP_CONTROL_HEADER_LEN) {
		junk(l2tp, from, "the control message is too long");
	} else if (!h.tunnel_id) {
		rx_unassigned(l2tp, from, &h);
	} else {
		t = find_tunnel(l2tp, from, h.tunnel_id);
		if (t)
			l2tp_tunnel_rx(t, from, &h);
		else
			l2tp->stats.strays++;
	}
}

/* --- the endpoint --- */

struct l2tp *l2tp_new(struct loop *loop, const struct l2tp_config *cfg, const struct l2tp_ops *ops,
		      void *ctx)
{
	struct l2tp *l2tp = calloc(1, sizeof(*l2tp));

	if (!l2tp)
		return NULL;
	l2tp->loop = loop;
	l2tp->cfg = *cfg;
	l2tp->ops = ops;
	l2tp->ctx = ctx;
	TAILQ_INIT(&l2tp->tunnels);
	TAILQ_INIT(&l2tp->half_open);
	TAILQ_INIT(&l2tp->lingering);
	TAILQ_INIT(&l2tp->dead_tunnels);
	TAILQ_INIT(&l2tp->dead_calls);
	loop_timer_init(&l2tp->reaper, loop, reap, l2tp);
	if (hash_init(&l2tp->by_id) || hash_init(&l2tp->by_peer) || hash_init(&l2tp->calls) ||
	    hash_init(&l2tp->calls_by_peer) || hash_init(&l2tp->hosts)) {
		l2tp_free(l2tp);
		return NULL;
	}
	ops->random(ctx, &l2tp->serial, sizeof(l2tp->serial));
	return l2tp;
}

static void bury_all(struct l2tp_tunnels *tunnels)
{
	struct l2tp_tunnel *t;

	while ((t = TAILQ_FIRST(tunnels))) {
		while (!TAILQ_EMPTY(&t->calls))
			l2tp_call_bury(TAILQ_FIRST(&t->calls));
		l2tp_tunnel_bury(t);
	}
}

void l2tp_free(struct l2tp *l2tp)
{
	if (!l2tp)
		return;
	bury_all(&l2tp->tunnels);
	bury_all(&l2tp->lingering);
	loop_timer_stop(&l2tp->reaper);
	reap(l2tp);
	hash_fini(&l2tp->by_id);
	hash_fini(&l2tp->by_peer);
	hash_fini(&l2tp->calls);
	hash_fini(&l2tp->calls_by_peer);
	hash_fini(&l2tp->hosts);
	free(l2tp);
}

void l2tp_set_config(struct l2tp *l2tp, const struct l2tp_config *cfg)
{
	l2tp->cfg = *cfg;
}

void l2tp_get_stats(const struct l2tp *l2tp, struct l2tp_stats *stats)
{
	*stats = l2tp->stats;
}
