// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's engine whole, between clients on control connections and a kernel that is a table:
 * connections, sessions, users, pool, memory file. Packets are written as
 *
 *   c0 NAME ITEMS...              on control connection 0, as in world_pptp.c
 *   s1 PROTOCOL CODE ID ITEMS...  on the link of session 1, as in world_ppp.c
 *   u NAME ITEMS...               a datagram at the L2TP port, as in world_l2tp.c, all ids said
 *   i1 NAME ITEMS...              the same in IPsec child 1; all children have the same peer and port
 *
 * What the engine asks the kernel for comes out as events "kernel ...". The configuration is one of
 * those below, with one of the lists of users. do users NAME writes another one into the file, which
 * do reload has read; do reload NAME reads another configuration, as far as it is the server's. do die
 * kills the engine, and the next one takes up what the memory file, the kernel and the kept sockets
 * hold, with the file as it is then, or with another configuration if do next-conf NAME was before.
 * Between do hold and do go no timer runs. Random octets count up, so that names and challenges are
 * known.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/conn.h"
#include "daemon/control.h"
#include "daemon/dialer.h"
#include "daemon/ipsec.h"
#include "daemon/lns.h"
#include "daemon/reload.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "daemon/tunnel.h"
#include "daemon/udp.h"
#include "wire/mschap.h"
#include "wire/ppp.h"
#include "world_daemon_impl.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct world *world;

static const struct { const char *name, *text; } configurations[] = {
	{ "required", "server pptp {\n address = \"10.9.0.1\"\n pool = p\n}\n" },
	{ "optional", "server pptp {\n address = \"10.9.0.1\"\n pool = p\n encryption = optional\n"
		      " auth = { mschapv2, mschap, chap, pap }\n mppe = { 40, 56, 128 }\n"
		      " ipv6 = yes\n duplicate-login = allow\n idle-timeout = 100\n}\n" },
	{ "none", "server pptp {\n address = \"10.9.0.1\"\n pool = p\n encryption = none\n"
		  " auth = { pap, chap }\n ipv6 = yes\n duplicate-login = refuse\n"
		  " session-timeout = 300\n max-sessions = 2\n}\n" },
	{ "l2tp", "server l2tp {\n address = \"10.9.0.1\"\n pool = p\n host-name = gw\n"
		  " max-sessions-per-tunnel = 3\n auth = { mschapv2, chap }\n}\n"
		  "l2tp-peer known {\n secret = 's'\n sequencing = always\n}\n"
		  "l2tp-peer unproved {\n secret = 's'\n authenticate = no\n}\n" },
	{ "logins", "server pptp {\n address = \"10.9.0.1\"\n pool = p\n encryption = none\n"
		    " auth = { mschapv2 }\n max-logins-per-address = 2\n}\n" },
	{ "l2tp-logins", "server l2tp {\n address = \"10.9.0.1\"\n pool = p\n host-name = gw\n"
			 " max-logins-per-address = 2\n}\n"
			 "l2tp-peer known {\n secret = 's'\n}\n" },
	{ "l2tp-ipsec", "server l2tp {\n address = \"10.9.0.1\"\n pool = p\n host-name = gw\n"
			" ipsec = required\n ipsec-secret = 's'\n}\n" },
	{ "l2tp-known", "server l2tp {\n address = \"10.9.0.1\"\n pool = p\n host-name = gw\n"
			" peers = known\n}\n"
			"l2tp-peer unproved {\n}\n" },
	{ "client", "client hq {\n protocol = pptp\n gateway = \"192.0.2.9\"\n user = bob\n"
		    " password = 'clientPass'\n auth = { pap }\n encryption = none\n"
		    " routes = { \"10.20.0.0/16\" }\n default-route = yes\n redial-max = 12\n}\n" },
	{ "client-l2tp", "client hq {\n protocol = l2tp\n gateway = \"127.0.0.1\"\n user = bob\n"
			 " password = 'clientPass'\n auth = { pap }\n host-name = us\n"
			 " sequencing = always\n retransmissions = 2\n}\n" },
	{ "manual", "client hq {\n protocol = pptp\n gateway = \"192.0.2.9\"\n user = bob\n"
		    " password = 'clientPass'\n connect = manual\n idle-timeout = 100\n}\n" },
};

static const struct { const char *name, *text; } user_lists[] = {
	{ "all", "user alice {\n password = 'clientPass'\n}\n" },
	{ "no-alice", "" },
	{ "alice-disabled", "user alice {\n password = 'clientPass'\n enabled = no\n}\n" },
	{ "alice-renewed", "user alice {\n password = 'new'\n auth = { pap }\n}\n" },
};

static const char common[] =
	"pool p {\n range = \"10.9.0.2-10.9.0.4\"\n ipv6 = \"2001:db8:9::/56\"\n}\n"
	"user bob {\n password = 'secret'\n address = \"10.9.0.9\"\n routes = { \"10.20.0.0/16\" }\n}\n";

/* --- the engine --- */

void world_fail(const char *what)
{
	fprintf(stderr, "world daemon: %s\n", what);
	abort();
}

/* The first free place is the one that the memory file gives. */
unsigned int world_free_wire(struct world *w)
{
	unsigned int i = 0;

	while (i < CONNS && memory_slot_used(w->e.memory, MEMORY_CONN, i))
		i++;
	return i;
}

/* The engine's end of a new wire. */
int world_new_wire(struct world *w)
{
	unsigned int i = world_free_wire(w);
	int pair[2];

	if (i == CONNS)
		return -EMFILE;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		world_fail("no socket");
	if (w->wires[i].client >= 0)
		close(w->wires[i].client);
	w->wires[i] = (struct wire){ .client = pair[0], .kept = -1 };
	return pair[1];
}

static void on_dialled(void *arg)
{
	struct world *w = arg;
	int err = w->dial_err;

	w->dial_err = 0;
	w->dial->fn(w->dial->arg, err ? err : world_new_wire(w));
}

static void settle_due(void *arg)
{
	engine_settle(arg);
}

void world_sweep(struct world *w)
{
	engine_sweep(&w->e);
	if (!w->e.n_servers)
		w->server = NULL;
}

static void sweep_due(void *arg)
{
	world_sweep(arg);
}

static void stop_due(void *arg)
{
	(void)arg;
}

/* Every line is made; the ones that must never be are looked for. */
static void on_line(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	(void)level;
	if (strstr(line, "the tunnel cannot be written down"))
		world_fail("a record has no room for its tunnel");
}

static void on_problem(void *arg, const char *file, const struct conf_problem *p)
{
	(void)arg;
	if (!p->warning)
		fprintf(stderr, "%s:%u: %s\n", file, p->line, p->text);
}

const char *world_configuration(const char *name)
{
	unsigned int i;

	for (i = 0; i < COUNT(configurations); i++)
		if (!strcmp(configurations[i].name, name))
			return configurations[i].name;
	return NULL;
}

static int conf_file(const struct world *w, const char *configuration)
{
	unsigned int i, u;
	char text[2048];
	int fd, len;

	for (i = 0; i < COUNT(configurations) && strcmp(configurations[i].name, configuration); i++)
		;
	for (u = 0; u < COUNT(user_lists) && strcmp(user_lists[u].name, w->users); u++)
		;
	fd = memfd_create("adit.conf", MFD_CLOEXEC);
	if (i == COUNT(configurations) || u == COUNT(user_lists) || fd < 0 || fchmod(fd, 0600))
		world_fail("no configuration");
	len = snprintf(text, sizeof(text), "%s%s%s", common, user_lists[u].text, configurations[i].text);
	if (pwrite(fd, text, (size_t)len, 0) != len)
		world_fail("no room for the configuration");
	return fd;
}

struct conf_ref *world_conf(const struct world *w, const char *configuration)
{
	int fd = conf_file(w, configuration);
	struct conf *conf;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = conf_read(path, on_problem, NULL);
	close(fd);
	if (!conf)
		world_fail("the configuration is wrong");
	return conf_ref_new(conf);
}

/* IPsec, of which nothing is configured here, is looked at as well. */
void world_reload(struct world *w)
{
	const uint8_t random = w->next_random;
	struct intake in;

	if (!w->e.ipsec)
		w->e.ipsec = ipsec_new(&w->e);
	w->next_random = random;
	intake_init(&in);
	in.conf = conf_file(w, w->configuration);
	if (w->udp_kept >= 0 && w->server)
		in.listeners[in.n_listeners++] = (struct handed){ .number = 0, .fd = dup(w->udp_kept) };
	if (!w->e.ipsec || (reload_apply(&w->e, &in) && !w->refused))
		world_fail("the configuration is not taken");
	w->conf = w->e.conf;
	/* One that was retired is back. */
	w->server = w->e.n_servers ? w->e.servers[0] : NULL;
	intake_clear(&in);
	engine_settle(&w->e);
}

static struct memory *new_memory(void)
{
	int fd = memory_create();
	struct memory *m = fd >= 0 ? memory_map(fd) : NULL;

	if (!m)
		world_fail("no memory file");
	close(fd);
	return m;
}

static void open_port(struct world *w)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct addr localhost = addr_v4(INADDR_LOOPBACK);
	socklen_t len = sizeof(sin);

	w->udp_kept = udp_open(&localhost, 0, 0);
	w->udp_client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->udp_kept < 0 || w->udp_client < 0 ||
	    getsockname(w->udp_kept, (struct sockaddr *)&sin, &len) ||
	    connect(w->udp_client, (struct sockaddr *)&sin, len))
		world_fail("no UDP");
}

static void open_server(struct world *w)
{
	const struct addr localhost = addr_v4(INADDR_LOOPBACK);

	if (w->udp_client < 0)
		w->udp_client = udp_open(&localhost, 0, 0);
	if (w->udp_client < 0)
		world_fail("no UDP");
}

static void give_port(struct world *w)
{
	struct lns *lns = w->server->lns;

	if (!lns)
		return;
	if (w->udp_kept < 0)
		open_port(w);
	endpoint_sockets_begin(&lns->endpoint);
	if (endpoint_socket_add(&lns->endpoint, dup(w->udp_kept)))
		world_fail("no port");
	lns_sockets_end(lns);
}

static void start_engine(struct world *w, struct loop *loop, struct dp *dp, struct memory *memory)
{
	struct engine *e = &w->e;
	struct memory_counters *counters = memory_counters(memory);

	*e = (struct engine){ .keeper = -1, .conf_path = "adit.conf", .conf = w->conf,
				.loop = loop, .dp = dp, .memory = memory };
	engine_lists_init(e);
	loop_timer_init(&e->settle_timer, loop, settle_due, e);
	loop_timer_init(&e->stop_timer, loop, stop_due, e);
	loop_timer_init(&e->sweep_timer, loop, sweep_due, w);
	counters->engine_starts++;
	if (hash_init(&e->hosts) || hash_init(&e->sessions_by_id) || hash_init(&e->sessions_by_user))
		world_fail("out of memory");
	e->callids = callids_new(counters->call_key, &counters->next_call);
	loop_timer_init(&w->dialled, loop, on_dialled, w);
	w->server = NULL;
	if (!e->callids)
		world_fail("no call ids");
	if (!w->conf->conf->n_servers) {
		if (!dialer_new(e, w->conf, &w->conf->conf->clients[0]))
			world_fail("no client");
		open_server(w);
		return;
	}
	w->server = server_new(e, w->conf, &w->conf->conf->servers[0]);
	if (!w->server)
		world_fail("no server");
	e->servers[e->n_servers++] = w->server;
	give_port(w);
}

/* When what an earlier engine left is taken up. */
static void begin_dialling(struct world *w)
{
	struct dialer *d;

	TAILQ_FOREACH(d, &w->e.dialers, link)
		dialer_begin(d);
}

static void stop_engine(struct world *w)
{
	struct engine *e = &w->e;
	struct session *s;
	struct dialer *d;
	struct conn *c;

	if (e->control)
		control_free(e->control);
	ipsec_free(e->ipsec);
	while ((s = TAILQ_FIRST(&e->sessions)))
		session_free(s);
	while ((c = TAILQ_FIRST(&e->conns)))
		conn_free(c);
	while ((d = TAILQ_FIRST(&e->dialers)))
		dialer_free(d);
	if (w->server)
		server_free(w->server);
	loop_timer_stop(&w->dialled);
	loop_timer_stop(&e->settle_timer);
	loop_timer_stop(&e->stop_timer);
	loop_timer_stop(&e->sweep_timer);
	callids_free(e->callids);
	if (e->hosts.count || e->sessions_by_id.count || e->sessions_by_user.count)
		world_fail("a table still knows who is gone");
	hash_fini(&e->hosts);
	hash_fini(&e->sessions_by_id);
	hash_fini(&e->sessions_by_user);
}

static void copy_records(struct memory *from, struct memory *to)
{
	unsigned int kind;
	const void *data;
	uint32_t slot;
	size_t len;

	*memory_counters(to) = *memory_counters(from);
	for (kind = 0; kind < MEMORY_KINDS; kind++)
		for (slot = 0; slot < memory_slot_end(from, kind); slot++)
			if (memory_slot_used(from, kind, slot) && !memory_slot_take(to, kind, slot) &&
			    !memory_read(from, kind, slot, &data, &len))
				memory_commit(to, kind, slot, data, len);
}

static void take_up(struct world *w)
{
	unsigned int i;
	uint32_t slot;

	for (slot = 0; slot < memory_slot_end(w->e.memory, MEMORY_CONN); slot++)
		if (slot >= CONNS || w->wires[slot].kept < 0)
			memory_slot_free(w->e.memory, MEMORY_CONN, slot);
	for (i = 0; i < CONNS; i++)
		if (w->wires[i].kept >= 0)
			conn_thaw(&w->e, i, dup(w->wires[i].kept));
	if (!w->server && w->udp_kept >= 0)
		dialer_take_socket(&w->e, 0, dup(w->udp_kept));
	for (slot = 1; slot <= CHILDREN; slot++)
		if (w->children[slot])
			world_child(w, slot);
	tunnel_thaw_all(&w->e);
	session_thaw_all(&w->e);
	tunnel_resume_all(&w->e);
	reload_end_refused(&w->e);
	engine_settle(&w->e);
	begin_dialling(w);
}

/* What one engine held in its heap goes, what others hold for it stays. */
void world_die(struct world *w, void (*tamper)(void *arg, struct memory *memory), void *arg)
{
	struct engine old = w->e;
	struct memory *next = new_memory();

	copy_records(old.memory, next);
	w->dying = true;
	stop_engine(w);
	w->dying = false;
	conf_ref_put(w->conf);
	w->conf = world_conf(w, w->configuration);
	memory_unmap(old.memory);
	start_engine(w, old.loop, old.dp, next);
	if (tamper)
		tamper(arg, next);
	take_up(w);
}

/* --- life --- */

static struct world *make(struct outputs *out)
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned int i;

	if (!w || mschap_init())
		abort();
	world = w;
	log_set_level(LOG_LEVEL_DEBUG);
	log_set_sink(on_line, NULL);
	w->out = out;
	w->next_random = 0x5a;
	w->configuration = "required";
	w->users = user_lists[0].name;
	w->udp_client = w->udp_kept = -1;
	w->l2tp = world_l2tp.make(out);
	for (i = 0; i < CONNS; i++)
		w->wires[i].client = w->wires[i].kept = -1;
	return w;
}

static const char *begin(struct world *w)
{
	w->conf = world_conf(w, w->configuration);
	start_engine(w, loop_new_virtual(1000000), dp_new_null(&engine_dp_events, &w->e),
		     new_memory());
	dp_null_requests(w->e.dp);
	begin_dialling(w);
	return NULL;
}

static void destroy(struct world *w)
{
	uint64_t due;
	unsigned int i;

	if (w->e.loop) {
		stop_engine(w);
		conf_ref_put(w->conf);
		if (loop_virtual_next(w->e.loop, &due))
			world_fail("a timer runs although its owner is gone");
		dp_free(w->e.dp);
		loop_free(w->e.loop);
		memory_unmap(w->e.memory);
	}
	for (i = 0; i < CONNS; i++) {
		if (w->wires[i].client >= 0)
			close(w->wires[i].client);
		if (w->wires[i].kept >= 0)
			close(w->wires[i].kept);
	}
	if (w->udp_client >= 0) {
		close(w->udp_client);
		if (w->udp_kept >= 0)
			close(w->udp_kept);
	}
	world_l2tp.destroy(w->l2tp);
	world = NULL;
	free(w);
}

const char *world_set_users(struct world *w, const char *name)
{
	unsigned int i;

	for (i = 0; i < COUNT(user_lists); i++) {
		if (strcmp(user_lists[i].name, name))
			continue;
		w->users = user_lists[i].name;
		return NULL;
	}
	return "no such list of users";
}

static const char *set(struct world *w, const struct token *t, unsigned int n)
{
	unsigned int i;

	if (n != 2 || strcmp(t[0].text, "conf"))
		return "set conf NAME";
	for (i = 0; i < COUNT(configurations); i++)
		if (!strcmp(configurations[i].name, t[1].text))
			w->configuration = configurations[i].name;
	return NULL;
}

/* --- what comes out --- */

static void check_kernel(struct world *w)
{
	const struct dp_session *k;
	struct session *s;

	TAILQ_FOREACH(s, &w->e.sessions, link) {
		k = dp_null_session(w->e.dp, s->kernel.id);
		if (k && k->mppe_required && k->net && (!k->tx.strength || !k->rx.strength))
			world_fail("data may flow although required encryption is missing");
		if (s->ended && k && !w->refused)
			world_fail("an ended session is still in the kernel");
	}
	if (!w->refused && dp_null_sessions(w->e.dp) > w->e.n_sessions)
		world_fail("the kernel has sessions that the engine forgot");
	if (w->server && pool_used(w->server->pool) > w->e.n_sessions)
		world_fail("addresses are lent to nobody");
}

static void tell_requests(struct world *w)
{
	char *line, *rest, text[16384];

	snprintf(text, sizeof(text), "%s", dp_null_requests(w->e.dp));
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		outputs_event(w->out, "kernel %s", line);
}

static void remember_challenge(struct world *w, const struct dp_null_frame *f)
{
	if (f->protocol != PPP_CHAP || f->len < 21 || f->data[0] != 1 || f->id >= SESSIONS_MAX)
		return;
	w->challenge_ids[f->id] = f->data[1];
	memcpy(w->challenges[f->id], f->data + 5, 16);
}

/* The kernel has numbers of its own for sessions with a device each. */
static uint32_t id_here(struct world *w, uint32_t kernel_id)
{
	struct session *s;

	TAILQ_FOREACH(s, &w->e.sessions, link)
		if (s->kernel.id == kernel_id)
			return s->id;
	return kernel_id;
}

static void tell_frames(struct world *w)
{
	static uint8_t octets[DP_NULL_FRAME_MAX + 3];
	struct dp_null_frame f;

	while (dp_null_frame_next(w->e.dp, &f)) {
		if (f.control) {
			octets[0] = (uint8_t)(CHILD_OCTET + f.id);
			memcpy(octets + 1, f.data, f.len);
			outputs_packet(w->out, octets, f.len + 1);
			continue;
		}
		remember_challenge(w, &f);
		octets[0] = (uint8_t)(SESSION_OCTET + id_here(w, f.id));
		octets[1] = f.protocol >> 8;
		octets[2] = f.protocol & 0xff;
		memcpy(octets + 3, f.data, f.len);
		outputs_packet(w->out, octets, f.len + 3);
	}
}

/* Message by message, by the length that each begins with. */
static void tell_messages(struct world *w, unsigned int i)
{
	static uint8_t stream[CONN_TX_MAX + 1];
	uint8_t octets[PATTERN_MAX];
	ssize_t n = __real_recv(w->wires[i].client, stream, sizeof(stream), MSG_DONTWAIT);
	size_t at, len;

	if (n == 0) {
		outputs_event(w->out, "closed c%u", i);
		close(w->wires[i].client);
		w->wires[i].client = -1;
	}
	/* What was queued when the engine died is as the memory file has it. */
	for (at = 0; n > 0 && at < (size_t)n && !w->tampered; at += len) {
		len = (size_t)n - at < 2 ? 0 : (size_t)(stream[at] << 8 | stream[at + 1]);
		if (!len || len > (size_t)n - at || len >= sizeof(octets))
			world_fail("what comes on a control connection is no message");
		octets[0] = (uint8_t)i;
		memcpy(octets + 1, stream + at, len);
		outputs_packet(w->out, octets, len + 1);
	}
}

static void tell_datagrams(struct world *w)
{
	uint8_t octets[PATTERN_MAX] = { DATAGRAM_OCTET };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n;

	while (w->udp_client >= 0 &&
	       (n = recvfrom(w->udp_client, octets + 1, sizeof(octets) - 1, MSG_DONTWAIT,
			     (struct sockaddr *)&from, &len)) > 0) {
		/* Whoever asked is answered. */
		if (!w->server)
			connect(w->udp_client, (struct sockaddr *)&from, len);
		outputs_packet(w->out, octets, (size_t)n + 1);
	}
}

static void advance(struct world *w, uint64_t ms)
{
	unsigned int i;

	if (!w->held)
		loop_virtual_advance(w->e.loop, ms);
	check_kernel(w);
	tell_requests(w);
	tell_datagrams(w);
	tell_frames(w);
	for (i = 0; i < CONNS; i++)
		if (w->wires[i].client >= 0)
			tell_messages(w, i);
}

static void rx(struct world *w, const uint8_t *data, size_t len)
{
	struct session *s;

	if (!len)
		return;
	if (data[0] == DATAGRAM_OCTET) {
		if (w->udp_client >= 0)
			__real_send(w->udp_client, data + 1, len - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		return;
	}
	if (data[0] > CHILD_OCTET && data[0] <= CHILD_OCTET + CHILDREN) {
		dp_null_control(w->e.dp, CHILD_IFINDEX, data[0] - CHILD_OCTET, CHILD_PEER_PORT, data + 1,
				len - 1);
		engine_settle(&w->e);
		return;
	}
	if (data[0] < SESSION_OCTET) {
		unsigned int i = data[0] % CONNS;

		if (w->wires[i].client >= 0 && len > 1)
			__real_send(w->wires[i].client, data + 1, len - 1,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
		return;
	}
	s = session_by_id(&w->e, data[0] - SESSION_OCTET);
	if (!s || len < 3)
		return;
	dp_null_frame(w->e.dp, s->kernel.ifindex, s->kernel.id,
		      (uint16_t)(data[1] << 8 | data[2]), false, data + 3, len - 3);
	engine_settle(&w->e);
}

static const char *encode(struct world *w, const struct token *t, unsigned int n, struct pattern *p)
{
	uint8_t first = n ? (uint8_t)strtoul(t[0].text + (t[0].text[0] != 0), NULL, 10) : 0;
	static struct pattern inner;
	const char *err;
	unsigned int i;

	if (n < 2 || !strchr("csui", t[0].text[0]))
		return "cN, sN, iN or u comes first";
	for (i = 1; i < n; i++)
		if (!t[i].quoted && t[i].text[0] == '@')
			return "who logs in here says: do login";
	if (t[0].text[0] == 's')
		first += SESSION_OCTET;
	if (t[0].text[0] == 'i')
		first += CHILD_OCTET;
	if (t[0].text[0] == 'u')
		first = DATAGRAM_OCTET;
	inner.len = 0;
	inner.open = false;
	if (first == DATAGRAM_OCTET || t[0].text[0] == 'i')
		err = world_l2tp.encode(w->l2tp, t + 1, n - 1, &inner);
	else
		err = (first < SESSION_OCTET ? &world_pptp : &world_ppp)
			      ->encode(NULL, t + 1, n - 1, &inner);
	pattern_put(p, &first, 1);
	if (err || inner.len > sizeof(p->value) - 1)
		return err ? err : "too long";
	memcpy(p->value + 1, inner.value, inner.len);
	memcpy(p->mask + 1, inner.mask, inner.len);
	p->len += inner.len;
	p->open = inner.open;
	return NULL;
}

/* --- for fuzz targets --- */

struct engine *world_daemon_engine(struct world *w)
{
	return &w->e;
}

int world_daemon_control(struct world *w)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(name);
	int listener, client;

	if (!w->e.control) {
		/* An address that is only a family gets an abstract name from the kernel. */
		listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (bind(listener, (struct sockaddr *)&name, sizeof(name.sun_family)) ||
		    listen(listener, 5))
			world_fail("no control socket");
		w->control_fd = listener;
		w->e.control = control_new(&w->e, listener);
	}
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (getsockname(w->control_fd, (struct sockaddr *)&name, &len) ||
	    connect(client, (struct sockaddr *)&name, len))
		world_fail("no client of the control socket");
	return client;
}

void world_daemon_die(struct world *w, void (*tamper)(void *arg, struct memory *memory), void *arg)
{
	w->refused = w->tampered = true;
	world_die(w, tamper, arg);
}

void world_daemon_position(struct world *w, uint64_t taken, uint64_t given)
{
	w->wires[0].taken = taken;
	w->wires[0].given = given;
}

const struct world_kind world_daemon = {
	.name = "daemon",
	.make = make,
	.destroy = destroy,
	.set = set,
	.begin = begin,
	.act = world_act,
	.encode = encode,
	.rx = rx,
	.advance = advance,
};
