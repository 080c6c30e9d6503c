// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients of server ikev2 are thrown out, by the administrator and by a reload. The daemon's engine is whole but for
 * its sockets and the kernel, and the clients are IKE endpoints of ours:
 *
 *	client 0, 192.0.2.10 -----+
 *	client 1, 192.0.2.11 -----+----- engine, 192.0.2.1, which lends 10.9.0.10 to 10.9.0.12
 *	...                       |
 */
#include "ike_test_pki.h"

#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "daemon/control.h"
#include "daemon/ipsec.h"
#include "daemon/reload.h"
#include "daemon/warrior.h"
#include "datapath/null.h"
#include "proto/ike1_face.h"
#include "proto/ike_crypto.h"
#include "wire/mschap.h"

#define CLIENTS		4
#define LEAVE_IT_MS	3000	/* less than the time after which a silent peer is asked for */
#define VERSION_AT	17	/* in IKE's header */

#define ALICE		"user alice {\n password = 'correct horse'\n}\n"
#define ALICE_RENEWED	"user alice {\n password = 'another'\n auth = { pap }\n}\n"
#define ALICE_DISABLED	"user alice {\n password = 'correct horse'\n enabled = no\n}\n"
#define BOB		"user bob {\n password = 'battery staple'\n}\n"

struct client {
	struct bench *b;
	struct addr addr;
	struct ike *ike;
	struct ike1 *ike1;
	struct ike1_owner owner1;
	struct ike_peer *peer;
	struct ike_sa *sa;		/* that is up */
	unsigned int ups, downs, kids;
	struct ike_assigned got;
	bool silent;			/* nothing passes either way */
	int left;			/* datagrams of it that still arrive; -1: all */
};

struct datagram {
	STAILQ_ENTRY(datagram) link;
	struct client *to;		/* NULL: the gateway */
	struct ike_path path;		/* as the receiver sees it */
	size_t len;
	uint8_t data[];
};

struct bench {
	struct engine e;
	struct client clients[CLIENTS];
	STAILQ_HEAD(, datagram) wire;
	char log[65536];
};

static struct bench *bench;
static struct addr gateway;
static struct ike_trust *trust;
static char cert_path[] = "/tmp/adit-warrior-cert-XXXXXX", key_path[] = "/tmp/adit-warrior-key-XXXXXX";

/* --- the wire --- */

static void put(struct bench *b, struct client *to, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct datagram *d = calloc(1, sizeof(*d) + len);

	d->to = to;
	d->path = (struct ike_path){ .local = path->peer, .peer = path->local, .local_port = path->peer_port,
				     .peer_port = path->local_port };
	d->len = len;
	memcpy(d->data, data, len);
	STAILQ_INSERT_TAIL(&b->wire, d, link);
}

/* In the place of the daemon's sockets. */
void __wrap_ipsec_send(struct ipsec *ipsec, const struct ike_path *path, const uint8_t *data, size_t len);
void __wrap_ipsec_send(struct ipsec *ipsec, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct client *c = bench->clients;

	(void)ipsec;
	while (c < bench->clients + CLIENTS && !addr_equal(&c->addr, &path->peer))
		c++;
	assert_true(c < bench->clients + CLIENTS);
	if (!c->silent)
		put(bench, c, path, data, len);
}

static void deliver(struct bench *b, const struct datagram *d)
{
	bool first = d->len > VERSION_AT && d->data[VERSION_AT] >> 4 == 1;

	if (first)
		ike1_rx(d->to ? d->to->ike1 : b->e.ipsec->ike1, &d->path, d->data, d->len);
	else
		ike_rx(d->to ? d->to->ike : b->e.ipsec->ike, &d->path, d->data, d->len);
	engine_settle(&b->e);
}

static void pass(struct bench *b, uint64_t ms)
{
	struct datagram *d;

	for (; ms; ms = ms > 10 ? ms - 10 : 0) {
		while ((d = STAILQ_FIRST(&b->wire))) {
			STAILQ_REMOVE_HEAD(&b->wire, link);
			deliver(b, d);
			free(d);
		}
		loop_virtual_advance(b->e.loop, 10);
	}
}

/* --- a client --- */

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct client *c = ctx;

	if (c->silent || !c->left)
		return;
	if (c->left > 0)
		c->left--;
	put(c->b, NULL, path, data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	assert_int_equal(secret_random(buf, len), 0);
}

static int64_t op_wall_time(void *ctx)
{
	(void)ctx;
	return NOW;
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	struct client *c = ctx;

	(void)path;
	(void)max;
	out[0] = c->peer;
	return 1;
}

static void op_assigned(void *ctx, struct ike_sa *sa, const struct ike_assigned *a)
{
	struct client *c = ctx;

	(void)sa;
	c->got = *a;
}

static void op_sa_up(void *ctx, struct ike_sa *sa)
{
	struct client *c = ctx;

	c->ups++;
	c->sa = sa;
	ike_sa_set_owner(sa, c);
}

static void op_sa_down(void *ctx, struct ike_sa *sa, const char *why)
{
	struct client *c = ctx;

	(void)sa;
	(void)why;
	c->downs++;
	c->sa = NULL;
}

static void op_sa_replaced(void *ctx, struct ike_sa *old, struct ike_sa *sa)
{
	struct client *c = ctx;

	(void)old;
	c->sa = sa;
}

static int op_child_new(void *ctx, struct ike_child *child, char why[IKE_WHY_MAX])
{
	struct client *c = ctx;

	(void)why;
	c->kids++;
	ike_child_set_owner(child, c);
	return 0;
}

static int op_sa_add(void *ctx, struct ike_child *child, struct dp_sa *s, char why[IKE_WHY_MAX])
{
	(void)ctx;
	(void)child;
	(void)s;
	(void)why;
	return 0;
}

static void op_sa_del(void *ctx, struct ike_child *child, bool outbound, uint32_t spi)
{
	(void)ctx;
	(void)child;
	(void)outbound;
	(void)spi;
}

static void op_child_down(void *ctx, struct ike_child *child, const char *why)
{
	struct client *c = ctx;

	(void)child;
	(void)why;
	c->kids--;
}

static void op_child_failed(void *ctx, struct ike_sa *sa, const char *why)
{
	(void)ctx;
	(void)sa;
	(void)why;
}

static void op_log(void *ctx, const struct ike_sa *sa, enum log_level level, const char *text)
{
	const struct client *c = ctx;

	(void)sa;
	(void)level;
	if (getenv("WARRIOR_LOG"))
		printf("# client %d: %s\n", (int)(c - c->b->clients), text);
}

static const struct ike_ops client_ops = {
	.tx = op_tx, .random = op_random, .wall_time = op_wall_time, .candidates = op_candidates,
	.assigned = op_assigned, .sa_up = op_sa_up, .sa_replaced = op_sa_replaced, .sa_down = op_sa_down,
	.child_new = op_child_new,
	.sa_add = op_sa_add, .sa_del = op_sa_del, .child_down = op_child_down, .child_failed = op_child_failed,
	.log = op_log,
};

static void client_init(struct bench *b, struct client *c)
{
	const struct ike_config cfg = { .max_half_open = 10, .cookie_above = 10, .half_open_ms = 30000,
					.keepalive_ms = 20000, .max_sas = 10 };

	c->b = b;
	c->left = -1;
	c->addr = addr_v4(0xc000020a + (uint32_t)(c - b->clients));
	c->owner1 = (struct ike1_owner){ .ops = &client_ops, .ctx = c };
	c->ike = ike_new(b->e.loop, &cfg, &client_ops, c);
	c->ike1 = ike1_new_for(b->e.loop, &cfg, &c->owner1);
	assert_true(c->ike && c->ike1);
}

/* Who it is, and NULL or the user that it logs in as. */
static struct ike_peer *client_peer(struct client *c, const char *id, const char *user, const char *password)
{
	struct ike_peer *p = ike_peer_new();
	char error[IKE_ERROR_MAX];
	struct prefix net;

	assert_int_equal(ike_id_parse(id, &p->local_id, error), 0);
	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup("of everybody");
	p->request_address = p->fragmentation = true;
	if (user) {
		p->user = secret_strdup(user);
		p->password = secret_strdup(password);
	}
	assert_int_equal(prefix_parse("10.1.0.0/24", &net), 0);
	ike_ts_of_prefix(&net, &p->remote_ts[0]);
	p->n_remote_ts = 1;
	p->ike_lifetime_s = 14400;
	p->child_lifetime_s = 3600;
	p->retransmissions = 6;
	ike_peer_put(c->peer);
	c->peer = p;
	return p;
}

static void dial(struct client *c, enum ike_version version)
{
	const struct ike_path path = { .local = c->addr, .peer = gateway, .local_port = IKE_PORT,
				       .peer_port = IKE_PORT };

	ike_offers_default(version, IKE_USE_IKE, false, &c->peer->ike);
	ike_offers_default(version, IKE_USE_ESP, false, &c->peer->esp);
	assert_non_null(version == IKE_V1 ? ike1_initiate_for(c->ike1, c->peer, &path, c) :
					    ike_initiate(c->ike, c->peer, &path, c));
	pass(c->b, LEAVE_IT_MS);
}

/* --- the ways to log in --- */

/* The identity tells the devices of one user apart. */
static void by_eap(struct client *c, const char *user, const char *password)
{
	char id[] = "device-0.example";
	struct ike_peer *p;

	id[strlen("device-")] += (char)(c - c->b->clients);
	p = client_peer(c, id, user, password);

	p->local_auth = IKE_BY_EAP;
	p->remote_auth = IKE_BY_CERT;
	p->trust = trust;
	dial(c, IKE_V2);
	/* It is the program's. */
	p->trust = NULL;
}

static void by_xauth(struct client *c, const char *user, const char *password)
{
	client_peer(c, "group", user, password)->xauth = true;
	dial(c, IKE_V1);
}

static void by_secret(struct client *c, const char *id)
{
	client_peer(c, id, NULL, NULL);
	dial(c, IKE_V2);
}

static bool is_in(const struct client *c)
{
	return c->sa && c->kids == 1;
}

static bool is_out(const struct client *c)
{
	return !c->sa && !c->kids;
}

/* --- the gateway --- */

static int conf_file(const char *users)
{
	int fd = memfd_create("adit.conf", MFD_CLOEXEC);
	char text[2048];
	int len;

	len = snprintf(text, sizeof(text),
		       "pool road {\n range = \"10.9.0.10-10.9.0.12\"\n}\n"
		       "server ikev2 {\n address = \"10.9.0.1\"\n pool = road\n auth = { eap-mschapv2, psk }\n"
		       " secret = 'of everybody'\n xauth = yes\n local-id = \"gw.example\"\n certificate = \"%s\"\n"
		       " key = \"%s\"\n local-subnets = { \"10.1.0.0/24\" }\n dpd-interval = 0\n}\n%s",
		       cert_path, key_path, users);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(pwrite(fd, text, (size_t)len, 0), len);
	return fd;
}

static void reload(struct bench *b, const char *users)
{
	struct intake in;

	intake_init(&in);
	in.conf = conf_file(users);
	assert_int_equal(reload_apply(&b->e, &in), 0);
	intake_clear(&in);
	engine_settle(&b->e);
	pass(b, LEAVE_IT_MS);
}

/* What comes back for {"command": "disconnect", "MEMBER": "VALUE"}: how many, or -1 and the sentence has the words. */
static int disconnect(struct bench *b, const char *member, const char *value, const char *words)
{
	json_t *request = json_pack("{ssss}", "command", "disconnect", member, value);
	struct control_waits waits = { .wait = CONTROL_NOTHING };
	json_t *reply = control_command(&b->e, request, &waits);
	const char *error = json_string_value(json_object_get(reply, "error"));
	json_t *n = json_object_get(json_object_get(reply, "result"), "disconnected");
	int ret = n ? (int)json_integer_value(n) : -1;

	if (error && !strstr(error, words))
		fail_msg("%s", error);
	assert_true(!error == !!n);
	json_decref(reply);
	json_decref(request);
	engine_settle(&b->e);
	return ret;
}

/* By hand, and what comes of it. */
static int thrown_out(struct bench *b, const char *member, const char *value)
{
	int n = disconnect(b, member, value, "lists them");

	pass(b, LEAVE_IT_MS);
	return n;
}

static unsigned int lent(const struct bench *b)
{
	return pool_used(b->e.ipsec->pool);
}

static void says(const struct bench *b, const char *words)
{
	if (!strstr(b->log, words))
		fail_msg("no \"%s\" in:\n%s", words, b->log);
}

static void on_line(void *arg, enum log_level level, const char *line)
{
	struct bench *b = arg;
	size_t len = strlen(b->log);

	(void)level;
	snprintf(b->log + len, sizeof(b->log) - len, "%s\n", line);
	if (getenv("WARRIOR_LOG"))
		printf("# %s\n", line);
}

static void settle_due(void *arg)
{
	engine_settle(arg);
}

static void nothing_due(void *arg)
{
	(void)arg;
}

static void engine_init(struct engine *e)
{
	int fd = memory_create();

	*e = (struct engine){ .keeper = -1, .conf_path = "adit.conf", .memory = memory_map(fd),
			      .loop = loop_new_virtual(1000000) };
	close(fd);
	engine_lists_init(e);
	memory_counters(e->memory)->engine_starts = 1;
	loop_timer_init(&e->settle_timer, e->loop, settle_due, e);
	loop_timer_init(&e->stop_timer, e->loop, nothing_due, e);
	loop_timer_init(&e->sweep_timer, e->loop, nothing_due, e);
	assert_int_equal(hash_init(&e->hosts) | hash_init(&e->sessions_by_id) | hash_init(&e->sessions_by_user), 0);
	e->dp = dp_new_null(&engine_dp_events, e);
	e->ipsec = ipsec_new(e);
	assert_non_null(e->ipsec);
}

static void engine_fini(struct engine *e)
{
	uint64_t due;

	ipsec_free(e->ipsec);
	loop_timer_stop(&e->settle_timer);
	loop_timer_stop(&e->stop_timer);
	loop_timer_stop(&e->sweep_timer);
	/* Nobody has left one behind. */
	assert_false(loop_virtual_next(e->loop, &due));
	conf_ref_put(e->conf);
	hash_fini(&e->hosts);
	hash_fini(&e->sessions_by_id);
	hash_fini(&e->sessions_by_user);
	dp_free(e->dp);
	loop_free(e->loop);
	memory_unmap(e->memory);
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	bench = b;
	STAILQ_INIT(&b->wire);
	log_set_sink(on_line, b);
	engine_init(&b->e);
	for (struct client *c = b->clients; c < b->clients + CLIENTS; c++)
		client_init(b, c);
	reload(b, ALICE BOB);
	ipsec_thaw(b->e.ipsec);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	struct datagram *d;

	for (struct client *c = b->clients; c < b->clients + CLIENTS; c++) {
		ike_free(c->ike);
		ike1_free(c->ike1);
		ike_peer_put(c->peer);
	}
	while ((d = STAILQ_FIRST(&b->wire))) {
		STAILQ_REMOVE_HEAD(&b->wire, link);
		free(d);
	}
	engine_fini(&b->e);
	log_set_sink(NULL, NULL);
	free(b);
	return 0;
}

/* --- by hand --- */

static void a_user_is_thrown_out(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_eap(&c[0], "alice", "correct horse");
	by_eap(&c[1], "bob", "battery staple");
	assert_true(is_in(&c[0]) && is_in(&c[1]));
	assert_int_equal(lent(b), 2);
	assert_int_equal(disconnect(b, "user", "carol",
				    "no IKE SA of user \"carol\": adit sessions and adit sas list them"), -1);
	/* Who has a user goes by that alone. */
	assert_int_equal(disconnect(b, "user", "device-0.example", "no IKE SA of user \"device-0.example\""), -1);
	pass(b, LEAVE_IT_MS);
	assert_true(is_in(&c[0]) && is_in(&c[1]));
	assert_int_equal(thrown_out(b, "user", "alice"), 1);
	assert_true(is_out(&c[0]) && is_in(&c[1]));
	assert_int_equal(c[0].downs, 1);
	assert_int_equal(lent(b), 1);
	assert_int_equal(dp_null_children(b->e.dp), 1);
	says(b, "server ikev2: 10.9.0.10 is gone: disconnected by the administrator");
	assert_int_equal(disconnect(b, "user", "alice", "no IKE SA of user \"alice\""), -1);
	/* Nothing keeps her out. */
	by_eap(&c[0], "alice", "correct horse");
	assert_true(is_in(&c[0]));
}

static void all_that_a_user_has(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_eap(&c[0], "alice", "correct horse");
	by_xauth(&c[1], "alice", "correct horse");
	by_xauth(&c[2], "bob", "battery staple");
	assert_true(is_in(&c[0]) && is_in(&c[1]) && is_in(&c[2]));
	assert_int_equal(thrown_out(b, "user", "alice"), 2);
	assert_true(is_out(&c[0]) && is_out(&c[1]) && is_in(&c[2]));
	assert_int_equal(lent(b), 1);
	assert_int_equal(thrown_out(b, "user", "bob"), 1);
	assert_true(is_out(&c[2]));
	assert_int_equal(lent(b), 0);
}

static void one_device_of_a_user(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_eap(&c[0], "alice", "correct horse");
	by_eap(&c[1], "alice", "correct horse");
	assert_true(is_in(&c[0]) && is_in(&c[1]));
	assert_int_equal(disconnect(b, "address", "10.9.0.12", "10.9.0.12 is lent to nobody"), -1);
	assert_int_equal(disconnect(b, "address", "10.9.0", "must be one that is lent"), -1);
	assert_int_equal(thrown_out(b, "address", "10.9.0.11"), 1);
	assert_true(is_in(&c[0]) && is_out(&c[1]));
	assert_int_equal(lent(b), 1);
	assert_int_equal(disconnect(b, "address", "10.9.0.11", "10.9.0.11 is lent to nobody"), -1);
}

static void one_without_a_user(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_secret(&c[0], "phone.example");
	by_secret(&c[1], "tablet.example");
	assert_true(is_in(&c[0]) && is_in(&c[1]));
	assert_int_equal(thrown_out(b, "address", "10.9.0.10"), 1);
	assert_true(is_out(&c[0]) && is_in(&c[1]));
	assert_int_equal(disconnect(b, "user", "phone.example", "no IKE SA of user \"phone.example\""), -1);
	assert_int_equal(thrown_out(b, "user", "tablet.example"), 1);
	assert_true(is_out(&c[1]));
	assert_int_equal(lent(b), 0);
}

/* It is there for nothing, and goes by its identity. */
static void one_without_an_address(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_secret(&c[0], "phone.example");
	client_peer(&c[1], "tablet.example", NULL, NULL)->request_address = false;
	/* IKE_SA_INIT and IKE_AUTH, and not that it is no use to it. */
	c[1].left = 2;
	dial(&c[1], IKE_V2);
	assert_int_equal(lent(b), 1);
	assert_int_equal(b->e.ipsec->n_warriors, 2);
	assert_int_equal(disconnect(b, "address", "0.0.0.0", "0.0.0.0 is lent to nobody"), -1);
	assert_int_equal(thrown_out(b, "user", "tablet.example"), 1);
	pass(b, 10000);
	assert_int_equal(b->e.ipsec->n_warriors, 1);
	assert_true(is_in(&c[0]));
	says(b, "a client without an address is gone: disconnected by the administrator");
}

static void one_that_does_not_answer(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_eap(&c[0], "alice", "correct horse");
	c[0].silent = true;
	assert_int_equal(thrown_out(b, "user", "alice"), 1);
	/* It is on its way out, and is so once. */
	assert_int_equal(lent(b), 1);
	assert_int_equal(disconnect(b, "user", "alice", "no IKE SA of user \"alice\""), -1);
	pass(b, 10000);
	assert_int_equal(lent(b), 0);
	assert_int_equal(b->e.ipsec->n_warriors, 0);
	assert_int_equal(dp_null_children(b->e.dp), 0);
}

static void one_with_new_keys(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;
	const struct ike_sa *old[] = { NULL, NULL };

	by_eap(&c[0], "alice", "correct horse");
	by_xauth(&c[1], "alice", "correct horse");
	for (unsigned int i = 0; i < 2; i++) {
		old[i] = c[i].sa;
		ike_sa_rekey(c[i].sa);
	}
	pass(b, LEAVE_IT_MS);
	assert_ptr_not_equal(c[0].sa, old[0]);
	assert_ptr_not_equal(c[1].sa, old[1]);
	assert_true(is_in(&c[0]) && is_in(&c[1]));
	assert_int_equal(thrown_out(b, "user", "alice"), 2);
	assert_true(is_out(&c[0]) && is_out(&c[1]));
	assert_int_equal(lent(b), 0);
}

/* --- by a reload --- */

static void what_a_reload_leaves_alone(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_eap(&c[0], "alice", "correct horse");
	by_xauth(&c[1], "alice", "correct horse");
	by_secret(&c[2], "phone.example");
	reload(b, ALICE BOB);
	reload(b, ALICE_RENEWED BOB);
	assert_true(is_in(&c[0]) && is_in(&c[1]) && is_in(&c[2]));
	/* What has changed counts at the next login. */
	by_eap(&c[3], "alice", "correct horse");
	assert_true(is_out(&c[3]));
	assert_int_equal(c[3].ups, 0);
}

/* Who logs in by a secret alone is nobody's user, whatever it is called. */
static void ends_with_its_user(struct bench *b, const char *users, const char *why)
{
	struct client *c = b->clients;

	by_eap(&c[0], "alice", "correct horse");
	by_xauth(&c[1], "alice", "correct horse");
	by_secret(&c[2], "alice");
	assert_true(is_in(&c[0]) && is_in(&c[1]) && is_in(&c[2]));
	reload(b, users);
	assert_true(is_out(&c[0]) && is_out(&c[1]) && is_in(&c[2]));
	assert_int_equal(lent(b), 1);
	says(b, why);
	by_eap(&c[0], "alice", "correct horse");
	by_xauth(&c[1], "alice", "correct horse");
	assert_int_equal(c[0].ups + c[1].ups, 2);
	assert_true(is_out(&c[0]) && is_out(&c[1]));
	/* Others may. */
	by_eap(&c[3], "bob", "battery staple");
	assert_true(is_in(&c[3]));
}

static void a_user_that_is_disabled(void **state)
{
	ends_with_its_user(*state, ALICE_DISABLED BOB, "10.9.0.10 is gone: user \"alice\" is disabled");
}

static void a_user_that_is_removed(void **state)
{
	ends_with_its_user(*state, BOB, "10.9.0.11 is gone: user \"alice\" is not configured any more");
}

/* It has proved its password, and the rest of its login comes after the reload. */
static void a_login_that_is_half_way(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;
	struct ike_sa_info info;
	struct ike_sa *sa;

	/* IKE_SA_INIT and three of IKE_AUTH: identity, its EAP, and the response to the challenge. */
	c[0].left = 1 + 3;
	by_eap(&c[0], "alice", "correct horse");
	sa = ipsec_sa_next(b->e.ipsec, NULL);
	assert_non_null(sa);
	ike_sa_get_info(sa, &info);
	assert_int_equal(info.state, IKE_SA_CONNECTING);
	assert_string_equal(info.user, "alice");
	reload(b, ALICE_DISABLED BOB);
	c[0].left = -1;
	pass(b, 30000);
	assert_int_equal(c[0].ups, 0);
	assert_int_equal(lent(b), 0);
	says(b, "user alice: server ikev2: the login is broken off: the user is disabled");
}

/* The file was read while nobody was there to tell; what is taken up by the next engine ends then. */
static void a_user_that_is_disabled_between_engines(void **state)
{
	struct bench *b = *state;
	struct client *c = b->clients;

	by_eap(&c[0], "alice", "correct horse");
	by_xauth(&c[1], "alice", "correct horse");
	by_eap(&c[2], "bob", "battery staple");
	assert_true(is_in(&c[0]) && is_in(&c[1]) && is_in(&c[2]));
	ipsec_free(b->e.ipsec);
	b->e.ipsec = ipsec_new(&b->e);
	reload(b, ALICE_DISABLED BOB);
	ipsec_thaw(b->e.ipsec);
	assert_int_equal(b->e.ipsec->n_warriors, 3);
	reload_end_refused(&b->e);
	engine_settle(&b->e);
	pass(b, LEAVE_IT_MS);
	assert_true(is_out(&c[0]) && is_out(&c[1]));
	assert_non_null(c[2].sa);
	assert_int_equal(b->e.ipsec->n_warriors, 1);
}

/* --- of the program --- */

static void put_file(char *path, struct pki_octets octets)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets.at, octets.len), (ssize_t)octets.len);
	close(fd);
	free(octets.at);
}

static int program_set_up(void **state)
{
	struct pki_cert ca = pki_ca("ca"), gw;
	struct pki_octets pem = pki_cert_pem(ca.x);
	char error[IKE_ERROR_MAX];

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &gateway), 0);
	gw = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = "DNS:gw.example", .issuer = &ca });
	put_file(cert_path, pki_cert_pem(gw.x));
	put_file(key_path, pki_key_pem(gw.key, NULL));
	trust = ike_trust_new();
	assert_int_equal(ike_trust_add_ca(trust, pem.at, pem.len, error), 1);
	free(pem.at);
	pki_free(&gw);
	pki_free(&ca);
	log_set_level(LOG_LEVEL_DEBUG);
	return mschap_init() || ike_crypto_init();
}

static int program_tear_down(void **state)
{
	(void)state;
	unlink(cert_path);
	unlink(key_path);
	ike_trust_free(trust);
	ike_crypto_fini();
	mschap_fini();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_user_is_thrown_out),
		TEST(all_that_a_user_has),
		TEST(one_device_of_a_user),
		TEST(one_without_a_user),
		TEST(one_without_an_address),
		TEST(one_that_does_not_answer),
		TEST(one_with_new_keys),
		TEST(what_a_reload_leaves_alone),
		TEST(a_user_that_is_disabled),
		TEST(a_user_that_is_removed),
		TEST(a_login_that_is_half_way),
		TEST(a_user_that_is_disabled_between_engines),
	};

	return cmocka_run_group_tests(tests, program_set_up, program_tear_down);
}
