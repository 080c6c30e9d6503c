// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/null.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/secret.h"
#include "datapath/impl.h"

#define NULL_IFINDEX_FIRST	10
/* a test that never takes them is told by the oldest being dropped */
#define NULL_FRAMES_MAX		4096
#define NULL_REQUESTS_MAX	16384

struct null_session {
	struct dp_session s;
	struct dp_stats stats;
	TAILQ_ENTRY(null_session) link;
};

struct null_child {
	struct dp_child c;
	struct dp_selector selectors[DP_SELECTORS_MAX];	/* those of c */
	struct dp_sa in[4], out;	/* spi 0: none */
	TAILQ_ENTRY(null_child) link;
};

struct null_route {
	struct prefix to;
	int ifindex;
	TAILQ_ENTRY(null_route) link;
};

struct null_frame {
	struct dp_null_frame frame;
	TAILQ_ENTRY(null_frame) link;
};

struct dp_null {
	struct dp dp;
	char requests[NULL_REQUESTS_MAX], told[NULL_REQUESTS_MAX];
	size_t requests_len;
	char refuse_word[32];
	int refuse_ret;
	char refuse_text[DP_ERR_MAX];
	int n_devices;
	struct { char name[16], kind[16]; } devices[8];
	TAILQ_HEAD(, null_session) sessions;
	TAILQ_HEAD(, null_child) children;
	TAILQ_HEAD(, null_route) routes;
	TAILQ_HEAD(, null_frame) frames;
	unsigned int n_frames;
};

static struct dp_null *null_of(struct dp *dp)
{
	return (struct dp_null *)dp;
}

static void __attribute__((format(printf, 2, 3))) note(struct dp_null *n, const char *fmt, ...)
{
	size_t room = sizeof(n->requests) - n->requests_len;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(n->requests + n->requests_len, room, fmt, args);
	va_end(args);
	n->requests_len += len < 0 ? 0 : (size_t)len < room ? (size_t)len : room - 1;
}

static int refused(struct dp_null *n, const char *word, struct dp_err *err)
{
	if (strcmp(n->refuse_word, word))
		return 0;
	n->refuse_word[0] = '\0';
	return dp_fail(err, n->refuse_ret, "%s", n->refuse_text);
}

static struct null_session *find(struct dp_null *n, uint32_t id)
{
	struct null_session *s;

	TAILQ_FOREACH(s, &n->sessions, link) {
		if (s->s.id == id)
			return s;
	}
	return NULL;
}

static void drop_session(struct dp_null *n, struct null_session *s)
{
	TAILQ_REMOVE(&n->sessions, s, link);
	secret_wipe(s, sizeof(*s));
	free(s);
}

/* --- operations --- */

static void note_new_l2tp(struct dp_null *n, uint32_t id, const struct dp_l2tp *l2tp)
{
	note(n, "session-new %u l2tp %u/%u peer %u/%u", id, l2tp->tunnel_id, l2tp->session_id,
	     l2tp->peer_tunnel_id, l2tp->peer_session_id);
	if (l2tp->child)
		note(n, " child %u", l2tp->child);
	note(n, "\n");
}

static int op_session_new(struct dp *dp, const struct dp_session *s, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_session *mine;
	int ret = refused(n, "session-new", err);

	if (ret)
		return ret;
	if (find(n, s->id))
		return dp_fail(err, -EEXIST, "session-new: File exists (attribute id)");
	mine = calloc(1, sizeof(*mine));
	if (!mine)
		return dp_fail(err, -ENOMEM, "session-new: out of memory");
	mine->s = *s;
	TAILQ_INSERT_TAIL(&n->sessions, mine, link);
	if (s->is_l2tp)
		note_new_l2tp(n, s->id, &s->l2tp);
	else
		note(n, "session-new %u call %u peer %u\n", s->id, s->call_id, s->peer_call_id);
	return 0;
}

static void note_what(struct dp_null *n, unsigned int what)
{
	static const char *const words[] = { "net",  "framing",	 "mppe", "prefixes",
					     "ifid", "required", "flush", "seq" };
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (what & (1u << i))
			note(n, " %s", words[i]);
	}
}

static void change(struct dp_session *to, const struct dp_session *from, unsigned int what)
{
	if (what & DP_SET_NET)
		to->net = from->net;
	if (what & DP_SET_FRAMING) {
		to->tx_acfc = from->tx_acfc;
		to->tx_pfc = from->tx_pfc;
		to->mru = from->mru;
	}
	if (what & DP_SET_MPPE) {
		to->tx = from->tx;
		to->rx = from->rx;
	}
	if (what & DP_SET_PREFIXES) {
		memcpy(to->prefixes, from->prefixes, sizeof(to->prefixes));
		to->n_prefixes = from->n_prefixes;
	}
	if (what & DP_SET_IFID) {
		memcpy(to->ifid, from->ifid, sizeof(to->ifid));
		to->have_ifid = true;
	}
	if (what & DP_SET_SEQ) {
		to->l2tp.seq_send = from->l2tp.seq_send;
		to->l2tp.seq_required = from->l2tp.seq_required;
		to->l2tp.seq_follow = from->l2tp.seq_follow;
	}
	if (what & DP_SET_REQUIRED)
		to->mppe_required |= from->mppe_required;
}

static int op_session_set(struct dp *dp, const struct dp_session *s, unsigned int what,
			  struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_session *mine = find(n, s->id);
	int ret = refused(n, "session-set", err);

	if (ret)
		return ret;
	if (!mine)
		return dp_fail(err, -ENOENT,
			       "session-set: No such file or directory (attribute id)");
	change(&mine->s, s, what);
	note(n, "session-set %u", s->id);
	note_what(n, what);
	note(n, "\n");
	return 0;
}

static int op_session_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_session *mine = find(n, id);
	int ret = refused(n, "session-del", err);

	(void)ifindex;
	if (ret)
		return ret;
	if (!mine)
		return dp_fail(err, -ENOENT,
			       "session-del: No such file or directory (attribute id)");
	drop_session(n, mine);
	note(n, "session-del %u\n", id);
	return 0;
}

static void tell(const struct null_session *mine, struct dp_session *s, struct dp_stats *stats)
{
	*s = mine->s;
	memset(s->tx.start_key, 0, sizeof(s->tx.start_key));
	memset(s->rx.start_key, 0, sizeof(s->rx.start_key));
	if (stats)
		*stats = mine->stats;
}

static int op_session_get(struct dp *dp, int ifindex, uint32_t id, struct dp_session *s,
			  struct dp_stats *stats, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	const struct null_session *mine = find(n, id);
	int ret = refused(n, "session-get", err);

	if (ret)
		return ret;
	if (!mine || mine->s.ifindex != ifindex)
		return dp_fail(err, -ENOENT,
			       "session-get: No such file or directory (attribute id)");
	tell(mine, s, stats);
	return 0;
}

static int op_session_each(struct dp *dp, int ifindex, dp_session_fn fn, void *arg,
			   struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_session *mine, *next;
	struct dp_session s;
	struct dp_stats stats;
	int ret = refused(n, "session-each", err);

	if (ret)
		return ret;
	/* fn may delete the session that it is told. */
	for (mine = TAILQ_FIRST(&n->sessions); mine; mine = next) {
		next = TAILQ_NEXT(mine, link);
		if (mine->s.ifindex != ifindex)
			continue;
		tell(mine, &s, &stats);
		fn(arg, &s, &stats);
	}
	return 0;
}

static int keep_frame(struct dp_null *n, const struct dp_null_frame *head, const uint8_t *data,
		      struct dp_err *err)
{
	struct null_frame *f = calloc(1, sizeof(*f));

	if (!f)
		return dp_fail(err, -ENOMEM, "out of memory");
	f->frame = *head;
	if (head->len)
		memcpy(f->frame.data, data, head->len);
	TAILQ_INSERT_TAIL(&n->frames, f, link);
	if (++n->n_frames > NULL_FRAMES_MAX) {
		f = TAILQ_FIRST(&n->frames);
		TAILQ_REMOVE(&n->frames, f, link);
		n->n_frames--;
		free(f);
	}
	return 0;
}

static int op_frame_send(struct dp *dp, int ifindex, uint32_t id, uint16_t protocol,
			 const uint8_t *data, size_t len, struct dp_err *err)
{
	struct dp_null_frame head = { .ifindex = ifindex, .id = id, .protocol = protocol };
	struct dp_null *n = null_of(dp);
	int ret = refused(n, "frame-send", err);

	if (ret)
		return ret;
	if (!find(n, id) || len > DP_NULL_FRAME_MAX)
		return dp_fail(err, -ENOENT,
			       "frame-send: No such file or directory (attribute id)");
	head.len = len;
	return keep_frame(n, &head, data, err);
}

static int note_socket(struct dp *dp, const char *word, int fd, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	int ret = refused(n, word, err);

	if (!ret)
		note(n, "%s %d\n", word, fd);
	return ret;
}

static int op_socket_attach(struct dp *dp, int fd, struct dp_err *err)
{
	return note_socket(dp, "socket-attach", fd, err);
}

static int op_socket_detach(struct dp *dp, int fd, struct dp_err *err)
{
	return note_socket(dp, "socket-detach", fd, err);
}

static struct null_route *find_route(struct dp_null *n, const struct prefix *p)
{
	struct null_route *r;

	TAILQ_FOREACH(r, &n->routes, link)
		if (r->to.len == p->len && addr_equal(&r->to.addr, &p->addr))
			return r;
	return NULL;
}

/* As the kernel's table, it has each prefix once. */
static int put_route(struct dp_null *n, int ifindex, const struct prefix *p, struct dp_err *err)
{
	struct null_route *r = find_route(n, p);
	char text[ADDR_STRLEN];

	if (r && r->ifindex != ifindex)
		return dp_fail(err, -EEXIST, "route to %s: there is one through another device",
			       prefix_to_str(p, text));
	if (r)
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return dp_fail(err, -ENOMEM, "route-add: out of memory");
	*r = (struct null_route){ .to = *p, .ifindex = ifindex };
	TAILQ_INSERT_TAIL(&n->routes, r, link);
	return 0;
}

static void drop_route(struct dp_null *n, struct null_route *r)
{
	TAILQ_REMOVE(&n->routes, r, link);
	free(r);
}

static int op_device_ensure(struct dp *dp, const char *kind, const struct dp_device_config *cfg,
			    int *ifindex, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	int i, ret = refused(n, "device-ensure", err);
	unsigned int k;

	if (ret)
		return ret;
	for (i = 0; i < n->n_devices && strcmp(n->devices[i].name, cfg->name); i++)
		;
	if (i == (int)(sizeof(n->devices) / sizeof(n->devices[0])))
		return dp_fail(err, -ENOSPC, "device-ensure: no room");
	if (i < n->n_devices && n->devices[i].kind[0] && strcmp(n->devices[i].kind, kind))
		return dp_fail(err, -EEXIST, "a device %s exists and is not of kind %s", cfg->name, kind);
	if (i == n->n_devices)
		memcpy(n->devices[n->n_devices++].name, cfg->name, sizeof(cfg->name));
	snprintf(n->devices[i].kind, sizeof(n->devices[i].kind), "%s", kind);
	*ifindex = NULL_IFINDEX_FIRST + i;
	note(n, "device-ensure %s\n", cfg->name);
	for (k = 0; !ret && k < cfg->n_routes; k++)
		ret = put_route(n, *ifindex, &cfg->routes[k], err);
	return ret;
}

static int op_tunnel_new(struct dp *dp, const struct dp_device_config *cfg, struct dp_session *s,
			 struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	int ret = refused(n, "tunnel-new", err);

	if (!ret)
		ret = op_device_ensure(dp, s->is_l2tp ? "l2tp" : "pptp", cfg, &s->ifindex, err);
	if (ret)
		return ret;
	/* The kernel calls all of them 1; here one table holds those of all devices. */
	s->id = (uint32_t)s->ifindex * 1000 + 1;
	return op_session_new(dp, s, err);
}

/* Whoever starts here finds nothing. */
static int op_tunnels_sweep(struct dp *dp, const char *alias, struct dp_err *err)
{
	(void)alias;
	return refused(null_of(dp), "tunnels-sweep", err);
}

static int op_tunnel_up(struct dp *dp, const struct dp_session *s,
			const struct dp_device_config *cfg, const struct dp_ends *ends,
			struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	char local[ADDR_STRLEN] = "none", peer[ADDR_STRLEN] = "none";
	int ret = refused(n, "tunnel-up", err);
	unsigned int i;

	if (ret)
		return ret;
	if (ends->local.family)
		addr_to_str(&ends->local, local);
	if (ends->peer.family)
		addr_to_str(&ends->peer, peer);
	note(n, "tunnel-up %s %s peer %s mtu %u\n", cfg->name, local, peer, cfg->mtu);
	for (i = 0; !ret && i < cfg->n_routes; i++)
		ret = dp_route_add(dp, s->ifindex, &cfg->routes[i], err);
	return ret;
}

static int op_detour_add(struct dp *dp, int ifindex, const struct dp_detour *d, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	int ret = refused(n, "detour-add", err);

	(void)ifindex;
	if (!ret)
		note(n, "detour-add %#x\n", d->fwmark);
	return ret;
}

static int op_detour_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	int ret = refused(n, "detour-del", err);

	if (!ret)
		note(n, "detour-del %#x\n", d->fwmark);
	return ret;
}

static int op_device_delete(struct dp *dp, int ifindex, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_session *s, *next;
	struct null_route *r, *r_next;
	int ret = refused(n, "device-delete", err);

	if (ret)
		return ret;
	for (r = TAILQ_FIRST(&n->routes); r; r = r_next) {
		r_next = TAILQ_NEXT(r, link);
		if (r->ifindex == ifindex)
			drop_route(n, r);
	}
	/* Its place, and so its number, is for the next of this name. */
	if (ifindex >= NULL_IFINDEX_FIRST && ifindex < NULL_IFINDEX_FIRST + n->n_devices)
		n->devices[ifindex - NULL_IFINDEX_FIRST].kind[0] = '\0';
	for (s = TAILQ_FIRST(&n->sessions); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->s.ifindex == ifindex)
			drop_session(n, s);
	}
	note(n, "device-delete\n");
	return 0;
}

static int note_route(struct dp *dp, const char *word, const struct prefix *p, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	char text[ADDR_STRLEN];
	int ret = refused(n, word, err);

	if (!ret)
		note(n, "%s %s\n", word, prefix_to_str(p, text));
	return ret;
}

static int op_route_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	int ret = note_route(dp, "route-add", p, err);

	return ret ? ret : put_route(null_of(dp), ifindex, p, err);
}

static int op_route_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	struct null_route *r = find_route(null_of(dp), p);
	int ret = note_route(dp, "route-del", p, err);

	if (!ret && r && r->ifindex == ifindex)
		drop_route(null_of(dp), r);
	return ret;
}

/* --- children and security associations --- */

static struct null_child *find_child(struct dp_null *n, int ifindex, uint32_t id)
{
	struct null_child *c;

	TAILQ_FOREACH(c, &n->children, link) {
		if (c->c.ifindex == ifindex && c->c.id == id)
			return c;
	}
	return NULL;
}

static int op_control_send(struct dp *dp, int ifindex, uint32_t child, uint16_t peer_port,
			   const uint8_t *data, size_t len, struct dp_err *err)
{
	struct dp_null_frame head = { .ifindex = ifindex, .id = child, .protocol = peer_port,
				      .control = true, .len = len };
	struct dp_null *n = null_of(dp);
	int ret = refused(n, "control-send", err);

	if (ret)
		return ret;
	if (!find_child(n, ifindex, child) || len > DP_NULL_FRAME_MAX)
		return dp_fail(err, -ENOENT,
			       "control-send: No such file or directory (attribute child)");
	return keep_frame(n, &head, data, err);
}

static void drop_child(struct dp_null *n, struct null_child *c)
{
	TAILQ_REMOVE(&n->children, c, link);
	secret_wipe(c, sizeof(*c));
	free(c);
}

static void note_child(struct dp_null *n, const char *word, const struct dp_child *c)
{
	char local[ADDR_STRLEN], remote[ADDR_STRLEN], peer[ADDR_STRLEN];
	unsigned int i;

	note(n, "%s %u peer %s", word, c->id, addr_to_str(&c->peer, peer));
	if (c->peer_port)
		note(n, " port %u", c->peer_port);
	for (i = 0; i < c->n_selectors; i++)
		note(n, " %s-%s", prefix_to_str(&c->selectors[i].local, local),
		     prefix_to_str(&c->selectors[i].remote, remote));
	note(n, "\n");
}

static void keep_selectors(struct null_child *mine, const struct dp_child *c)
{
	mine->c.selectors = mine->selectors;
	mine->c.n_selectors = c->n_selectors;
	if (c->n_selectors)
		memcpy(mine->selectors, c->selectors, c->n_selectors * sizeof(*c->selectors));
}

static int op_child_new(struct dp *dp, const struct dp_child *c, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_child *mine;
	int ret = refused(n, "child-new", err);

	if (ret)
		return ret;
	if (find_child(n, c->ifindex, c->id))
		return dp_fail(err, -EEXIST, "child-new: File exists (attribute id)");
	mine = calloc(1, sizeof(*mine));
	if (!mine)
		return dp_fail(err, -ENOMEM, "child-new: out of memory");
	mine->c = *c;
	keep_selectors(mine, c);
	TAILQ_INSERT_TAIL(&n->children, mine, link);
	note_child(n, "child-new", c);
	return 0;
}

static int no_child(const char *word, struct dp_err *err)
{
	return dp_fail(err, -ENOENT, "%s: the device has no child with this id", word);
}

static int op_child_set(struct dp *dp, const struct dp_child *c, unsigned int what, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_child *mine = find_child(n, c->ifindex, c->id);
	int ret = refused(n, "child-set", err);

	if (ret || !mine)
		return ret ? ret : no_child("child-set", err);
	if (what & DP_CHILD_OUTER) {
		mine->c.local = c->local;
		mine->c.peer = c->peer;
		mine->c.local_port = c->local_port;
		mine->c.peer_port = c->peer_port;
	}
	if (what & DP_CHILD_SELECTORS)
		keep_selectors(mine, c);
	note_child(n, "child-set", &mine->c);
	return 0;
}

static int op_child_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_child *mine = find_child(n, ifindex, id);
	int ret = refused(n, "child-del", err);

	if (ret || !mine)
		return ret ? ret : no_child("child-del", err);
	drop_child(n, mine);
	note(n, "child-del %u\n", id);
	return 0;
}

static int op_child_each(struct dp *dp, int ifindex, dp_child_fn fn, void *arg, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_child *c, *next;
	int ret = refused(n, "child-each", err);

	if (ret)
		return ret;
	for (c = TAILQ_FIRST(&n->children); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (c->c.ifindex == ifindex)
			fn(arg, &c->c);
	}
	return 0;
}

static struct dp_sa *sa_at(struct null_child *c, bool outbound, uint32_t spi)
{
	unsigned int i;

	if (outbound)
		return c->out.spi == spi ? &c->out : NULL;
	for (i = 0; i < sizeof(c->in) / sizeof(c->in[0]); i++) {
		if (c->in[i].spi == spi)
			return &c->in[i];
	}
	return NULL;
}

static int op_sa_new(struct dp *dp, const struct dp_sa *sa, struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_child *c = find_child(n, sa->ifindex, sa->child);
	int ret = refused(n, "sa-new", err);
	struct dp_sa *at;

	if (ret || !c)
		return ret ? ret : no_child("sa-new", err);
	at = sa->outbound ? &c->out : sa_at(c, false, 0);
	if (!at)
		return dp_fail(err, -ENOSPC, "sa-new: no room");
	*at = *sa;
	note(n, "sa-new %u %s\n", sa->child, sa->outbound ? "out" : "in");
	return 0;
}

static int op_sa_del(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
		     struct dp_err *err)
{
	struct dp_null *n = null_of(dp);
	struct null_child *c = find_child(n, ifindex, child);
	struct dp_sa *sa = c && spi ? sa_at(c, outbound, spi) : NULL;
	int ret = refused(n, "sa-del", err);

	if (ret || !sa)
		return ret ? ret : dp_fail(err, -ENOENT, "sa-del: no such SPI");
	secret_wipe(sa, sizeof(*sa));
	note(n, "sa-del %u %s\n", child, outbound ? "out" : "in");
	return 0;
}

static int op_sa_get(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
		     struct dp_sa_stats *stats, struct dp_err *err)
{
	struct null_child *c = find_child(null_of(dp), ifindex, child);

	*stats = (struct dp_sa_stats){ .packets = 0 };
	return c && spi && sa_at(c, outbound, spi) ? 0 : dp_fail(err, -ENOENT, "sa-get: no such SPI");
}

static int op_address_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	(void)ifindex;
	return note_route(dp, "address-add", p, err);
}

static int op_address_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	(void)ifindex;
	return note_route(dp, "address-del", p, err);
}

static int op_source_for(struct dp *dp, const struct addr *peer, uint32_t fwmark,
			 struct addr *source, struct dp_err *err)
{
	int ret = refused(null_of(dp), "source-for", err);

	(void)fwmark;
	if (ret)
		return ret;
	*source = (struct addr){ .family = peer->family };
	addr_parse(peer->family == AF_INET ? "192.0.2.1" : "2001:db8::1", source);
	return 0;
}

static int op_socket_attach_esp(struct dp *dp, int fd, struct dp_err *err)
{
	return note_socket(dp, "socket-attach-esp", fd, err);
}

static int op_first_route_add(struct dp *dp, int ifindex, const struct dp_detour *d,
			      const struct prefix *p, struct dp_err *err)
{
	(void)ifindex;
	(void)d;
	return note_route(dp, "first-route-add", p, err);
}

static int op_first_route_del(struct dp *dp, int ifindex, const struct dp_detour *d,
			      const struct prefix *p, struct dp_err *err)
{
	(void)ifindex;
	(void)d;
	return note_route(dp, "first-route-del", p, err);
}

static int op_first_rule_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err)
{
	int ret = refused(null_of(dp), "first-rule-del", err);

	if (!ret)
		note(null_of(dp), "first-rule-del %#x\n", d->fwmark);
	return ret;
}

static int op_events_fd(const struct dp *dp)
{
	(void)dp;
	return -1;
}

static void op_events_read(struct dp *dp)
{
	(void)dp;
}

static void op_free(struct dp *dp)
{
	struct dp_null *n = null_of(dp);
	struct null_session *s, *next;
	struct null_child *c, *c_next;
	struct null_frame *f;

	while (!TAILQ_EMPTY(&n->routes))
		drop_route(n, TAILQ_FIRST(&n->routes));
	for (c = TAILQ_FIRST(&n->children); c; c = c_next) {
		c_next = TAILQ_NEXT(c, link);
		drop_child(n, c);
	}
	for (s = TAILQ_FIRST(&n->sessions); s; s = next) {
		next = TAILQ_NEXT(s, link);
		drop_session(n, s);
	}
	while ((f = TAILQ_FIRST(&n->frames))) {
		TAILQ_REMOVE(&n->frames, f, link);
		free(f);
	}
	free(n);
}

static const struct dp_ops null_ops = {
	.free = op_free, .events_fd = op_events_fd, .events_read = op_events_read,
	.device_ensure = op_device_ensure, .device_delete = op_device_delete,
	.tunnel_new = op_tunnel_new, .tunnel_up = op_tunnel_up,
	.tunnels_sweep = op_tunnels_sweep,
	.detour_add = op_detour_add, .detour_del = op_detour_del,
	.session_new = op_session_new, .session_set = op_session_set, .session_del = op_session_del,
	.session_get = op_session_get, .session_each = op_session_each, .frame_send = op_frame_send,
	.socket_attach = op_socket_attach, .socket_detach = op_socket_detach,
	.route_add = op_route_add, .route_del = op_route_del,
	.socket_attach_esp = op_socket_attach_esp,
	.child_new = op_child_new, .child_set = op_child_set, .child_del = op_child_del,
	.child_each = op_child_each, .sa_new = op_sa_new, .sa_del = op_sa_del, .sa_get = op_sa_get,
	.first_route_add = op_first_route_add, .first_route_del = op_first_route_del,
	.first_rule_del = op_first_rule_del,
	.control_send = op_control_send,
	.address_add = op_address_add, .address_del = op_address_del, .source_for = op_source_for,
};

struct dp *dp_new_null(const struct dp_events *events, void *ctx)
{
	struct dp_null *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->dp = (struct dp){ .ops = &null_ops, .events = events, .ctx = ctx };
	TAILQ_INIT(&n->sessions);
	TAILQ_INIT(&n->children);
	TAILQ_INIT(&n->routes);
	TAILQ_INIT(&n->frames);
	return &n->dp;
}

/* --- the test's side --- */

const char *dp_null_requests(struct dp *dp)
{
	struct dp_null *n = null_of(dp);

	memcpy(n->told, n->requests, sizeof(n->told));
	n->requests[0] = '\0';
	n->requests_len = 0;
	return n->told;
}

const struct dp_session *dp_null_session(struct dp *dp, uint32_t id)
{
	struct null_session *s = find(null_of(dp), id);

	return s ? &s->s : NULL;
}

struct dp_stats *dp_null_stats(struct dp *dp, uint32_t id)
{
	struct null_session *s = find(null_of(dp), id);

	return s ? &s->stats : NULL;
}

unsigned int dp_null_sessions(struct dp *dp)
{
	const struct null_session *s;
	unsigned int n = 0;

	TAILQ_FOREACH(s, &null_of(dp)->sessions, link)
		n++;
	return n;
}

const struct dp_child *dp_null_child(struct dp *dp, int ifindex, uint32_t id)
{
	struct null_child *c = find_child(null_of(dp), ifindex, id);

	return c ? &c->c : NULL;
}

const struct dp_sa *dp_null_sa(struct dp *dp, int ifindex, uint32_t id, bool outbound, uint32_t spi)
{
	struct null_child *c = find_child(null_of(dp), ifindex, id);

	return c && spi ? sa_at(c, outbound, spi) : NULL;
}

unsigned int dp_null_children(struct dp *dp)
{
	const struct null_child *c;
	unsigned int n = 0;

	TAILQ_FOREACH(c, &null_of(dp)->children, link)
		n++;
	return n;
}

int dp_null_route(struct dp *dp, const struct prefix *p)
{
	const struct null_route *r = find_route(null_of(dp), p);

	return r ? r->ifindex : 0;
}

bool dp_null_frame_next(struct dp *dp, struct dp_null_frame *frame)
{
	struct dp_null *n = null_of(dp);
	struct null_frame *f = TAILQ_FIRST(&n->frames);

	if (!f)
		return false;
	*frame = f->frame;
	TAILQ_REMOVE(&n->frames, f, link);
	n->n_frames--;
	free(f);
	return true;
}

void dp_null_refuse(struct dp *dp, const char *word, int ret, const char *text)
{
	struct dp_null *n = null_of(dp);

	snprintf(n->refuse_word, sizeof(n->refuse_word), "%s", word);
	snprintf(n->refuse_text, sizeof(n->refuse_text), "%s", text);
	n->refuse_ret = ret;
}

void dp_null_frame(struct dp *dp, int ifindex, uint32_t id, uint16_t protocol, bool encrypted,
		   const void *data, size_t len)
{
	dp->events->frame(dp->ctx, ifindex, id, protocol, encrypted, data, len);
}

void dp_null_control(struct dp *dp, int ifindex, uint32_t child, uint16_t peer_port, const void *data,
		     size_t len)
{
	dp->events->control(dp->ctx, ifindex, child, peer_port, data, len);
}

void dp_null_mppe_desync(struct dp *dp, int ifindex, uint32_t id)
{
	dp->events->mppe_desync(dp->ctx, ifindex, id);
}

void dp_null_gone(struct dp *dp, int ifindex, uint32_t id)
{
	struct null_session *s = find(null_of(dp), id);

	if (s)
		drop_session(null_of(dp), s);
	dp->events->gone(dp->ctx, ifindex, id);
}

void dp_null_frames_lost(struct dp *dp, int ifindex, uint32_t id)
{
	dp->events->frames_lost(dp->ctx, ifindex, id);
}
