// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many IKEv2 initiators at once, by the daemon's own protocol and without a kernel: for how many IPsec tunnels a
 * gateway sets up and holds, whoever's it is. Each proves an identity of its own by one secret and asks for an address.
 *
 *	ike_load_tool hold LOCAL GATEWAY SECRET COUNT WINDOW
 *		COUNT tunnels, WINDOW of them on their way at a time; says "up COUNT failed N ms N", then holds them
 *		until SIGTERM and says "closed N".
 *	ike_load_tool flood LOCAL GATEWAY COUNT PER-SECOND [cookies]
 *		as many first requests that nobody goes on with, from the 65,534 addresses behind LOCAL's first two
 *		octets (which are all local here), with an SPI each; with cookies those that are asked for are returned.
 *		Says "sent N asked N".
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "daemon/udp.h"
#include "proto/ike.h"
#include "proto/ike_crypto.h"
#include "wire/mschap.h"

#define PORT		500
#define IKE_PROPOSAL	"aes128gcm16-prfsha256-x25519"
#define ESP_PROPOSAL	"aes128gcm16"
#define BEHIND		"10.1.0.0/24"
#define COOKIE_NOTIFY	16390	/* RFC 7296 section 3.10.1 */
#define HEADER_LEN	28
#define TICK_MS		20

static struct {
	struct loop *loop;
	struct loop_io io;
	struct ike *ike;
	struct ike_path path;
	int fd;
	const char *secret;
	unsigned int count, window, begun, up, failed, closed;
	uint64_t began_ms;
	bool closing;
	/* of a flood */
	bool flood, returns_cookies;
	uint8_t request[1500];
	size_t request_len;
	unsigned int per_second, sent, asked;
	struct loop_timer tick;
} load;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- tunnels --- */

static struct ike_peer *peer_of(unsigned int number)
{
	struct ike_peer *p = ike_peer_new();
	struct prefix behind;
	char text[64], error[IKE_ERROR_MAX];

	if (!p)
		die("a peer");
	snprintf(p->name, sizeof(p->name), "client %u", number);
	snprintf(text, sizeof(text), "client%u@load.example", number);
	p->remote = load.path.peer;
	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup(load.secret);
	ike_id_from_addr(&p->remote_id, &load.path.peer);
	if (ike_id_parse(text, &p->local_id, error) ||
	    ike_offers_parse(IKE_PROPOSAL, IKE_USE_IKE, false, &p->ike, error) ||
	    ike_offers_parse(ESP_PROPOSAL, IKE_USE_ESP, false, &p->esp, error) || prefix_parse(BEHIND, &behind)) {
		fprintf(stderr, "%s\n", error);
		exit(1);
	}
	ike_ts_of_prefix(&behind, &p->remote_ts[0]);
	p->n_remote_ts = 1;
	p->request_address = true;
	p->ike_lifetime_s = p->child_lifetime_s = 86400;
	p->retransmissions = 8;
	return p;
}

static void begin_more(void)
{
	while (load.begun < load.count && load.begun - load.up - load.failed < load.window) {
		struct ike_peer *p = peer_of(load.begun++);

		if (!ike_initiate(load.ike, p, &load.path, &load))
			die("an IKE SA");
		ike_peer_put(p);
	}
	if (load.up + load.failed < load.count || load.closing)
		return;
	printf("up %u failed %u ms %llu\n", load.up, load.failed,
	       (unsigned long long)(loop_now_ms(load.loop) - load.began_ms));
	fflush(stdout);
}

static void on_term(void *arg, int signo)
{
	struct ike_sa *sa, *next;

	(void)arg;
	(void)signo;
	load.closing = true;
	for (sa = ike_sa_next(load.ike, NULL); sa; sa = next) {
		next = ike_sa_next(load.ike, sa);
		ike_sa_close(sa, "enough");
	}
	if (load.closed == load.up)
		loop_stop(load.loop);
}

/* --- ops --- */

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct udp_path to = { .local = path->local, .peer = path->peer, .local_port = PORT, .peer_port = PORT };

	(void)ctx;
	if (!load.flood) {
		udp_send(load.fd, &to, data, len);
	} else if (!load.request_len && len <= sizeof(load.request)) {
		memcpy(load.request, data, len);
		load.request_len = len;
	}
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	if (secret_random(buf, len))
		abort();
}

static int64_t op_wall_time(void *ctx)
{
	(void)ctx;
	return time(NULL);
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	(void)ctx;
	(void)path;
	(void)out;
	(void)max;
	return 0;
}

static bool op_password(void *ctx, struct ike_sa *sa, const char *user, char *out, size_t cap)
{
	(void)ctx;
	(void)sa;
	(void)user;
	(void)out;
	(void)cap;
	return false;
}

static bool op_assign(void *ctx, struct ike_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	(void)ctx;
	(void)sa;
	(void)ip4;
	(void)ip6;
	(void)out;
	snprintf(why, IKE_WHY_MAX, "this end gives none");
	return false;
}

static void op_assigned(void *ctx, struct ike_sa *sa, const struct ike_assigned *a)
{
	(void)ctx;
	(void)sa;
	(void)a;
}

static void op_sa(void *ctx, struct ike_sa *sa)
{
	(void)ctx;
	(void)sa;
}

static void op_sa_replaced(void *ctx, struct ike_sa *old, struct ike_sa *sa)
{
	(void)ctx;
	(void)old;
	(void)sa;
}

static void op_sa_down(void *ctx, struct ike_sa *sa, const char *why)
{
	struct ike_sa_info info;

	(void)ctx;
	ike_sa_get_info(sa, &info);
	if (load.closing && ++load.closed == load.up) {
		loop_stop(load.loop);
		return;
	}
	if (load.closing || load.flood)
		return;
	if (info.up_ms) {
		printf("%s is lost: %s\n", info.peer->name, why);
		return;
	}
	load.failed++;
	printf("%s failed: %s\n", info.peer->name, why);
	begin_more();
}

static int op_child_new(void *ctx, struct ike_child *c, char why[IKE_WHY_MAX])
{
	(void)ctx;
	(void)c;
	(void)why;
	return 0;
}

static void op_child_replaced(void *ctx, struct ike_child *old, struct ike_child *c)
{
	(void)ctx;
	(void)old;
	(void)c;
}

/* The outbound one is the last. */
static int op_sa_add(void *ctx, struct ike_child *c, struct dp_sa *s, char why[IKE_WHY_MAX])
{
	(void)ctx;
	(void)c;
	(void)why;
	if (s->outbound) {
		load.up++;
		begin_more();
	}
	return 0;
}

static void op_sa_del(void *ctx, struct ike_child *c, bool outbound, uint32_t spi)
{
	(void)ctx;
	(void)c;
	(void)outbound;
	(void)spi;
}

static void op_child_down(void *ctx, struct ike_child *c, const char *why)
{
	(void)ctx;
	(void)c;
	(void)why;
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	(void)ctx;
	(void)slot;
}

static void op_log(void *ctx, const struct ike_sa *sa, enum log_level level, const char *text)
{
	(void)ctx;
	(void)sa;
	if (level <= LOG_LEVEL_WARN)
		printf("%s\n", text);
}

static const struct ike_ops ops = {
	.tx = op_tx, .random = op_random, .wall_time = op_wall_time, .candidates = op_candidates,
	.password = op_password, .assign = op_assign, .assigned = op_assigned, .sa_up = op_sa,
	.sa_replaced = op_sa_replaced, .sa_down = op_sa_down, .sa_moved = op_sa, .child_new = op_child_new,
	.child_replaced = op_child_replaced, .sa_add = op_sa_add, .sa_del = op_sa_del, .child_down = op_child_down,
	.slot_free = op_slot_free, .log = op_log,
};

/* --- a flood --- */

static void put16(uint8_t *at, size_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

/* The number is in the SPI, and decides where it comes from. */
static struct udp_path path_of(uint32_t number)
{
	struct udp_path path = { .local = load.path.local, .peer = load.path.peer, .local_port = PORT,
				 .peer_port = PORT };

	put16(path.local.bytes + 2, 1 + number % 65534);
	return path;
}

static void send_first(uint32_t number)
{
	struct udp_path path = path_of(number);

	memset(load.request, 0xf1, 4);
	memcpy(load.request + 4, &number, sizeof(number));
	udp_send(load.fd, &path, load.request, load.request_len);
}

/* The request again with the cookie ahead (RFC 7296 section 2.6). */
static void send_cookie(const uint8_t *answer, size_t len)
{
	uint8_t request[sizeof(load.request) + 128];
	size_t notify = len - HEADER_LEN;
	struct udp_path path;
	uint32_t number;

	memcpy(&number, answer + 4, sizeof(number));
	path = path_of(number);
	memcpy(request, answer, 8);
	memcpy(request + 8, load.request + 8, HEADER_LEN - 8);
	memcpy(request + HEADER_LEN, answer + HEADER_LEN, notify);
	request[HEADER_LEN] = load.request[16];		/* what follows it */
	request[16] = 41;				/* Notify */
	memcpy(request + HEADER_LEN + notify, load.request + HEADER_LEN, load.request_len - HEADER_LEN);
	put16(request + 26, load.request_len + notify);
	udp_send(load.fd, &path, request, load.request_len + notify);
}

static void answered(const uint8_t *data, size_t len)
{
	if (len < HEADER_LEN + 8 || len > HEADER_LEN + 128 || data[16] != 41 ||
	    data[HEADER_LEN + 6] << 8 != (COOKIE_NOTIFY & 0xff00) || data[HEADER_LEN + 7] != (COOKIE_NOTIFY & 0xff))
		return;
	load.asked++;
	if (load.returns_cookies)
		send_cookie(data, len);
}

static void flood_on(void *arg)
{
	uint64_t passed = loop_now_ms(load.loop) - load.began_ms;

	(void)arg;
	while (load.sent < load.count && (uint64_t)load.sent * 1000 < passed * load.per_second)
		send_first(load.sent++);
	/* Some time for the last answers. */
	if (load.sent == load.count && passed > (uint64_t)load.count * 1000 / load.per_second + 1000) {
		loop_stop(load.loop);
		return;
	}
	loop_timer_start(&load.tick, TICK_MS);
}

static void flood_begin(void)
{
	struct ike_peer *p = peer_of(0);
	struct ike_sa *sa = ike_initiate(load.ike, p, &load.path, &load);

	if (!sa || !load.request_len)
		die("a first request");
	ike_sa_abort(sa, "one is enough");
	ike_peer_put(p);
	loop_timer_init(&load.tick, load.loop, flood_on, NULL);
	flood_on(NULL);
}

/* --- */

static void ready(void *arg, int fd, bool readable, bool writable)
{
	static uint8_t data[65536];
	struct udp_path from;
	ssize_t n;

	(void)arg;
	(void)readable;
	(void)writable;
	while ((n = udp_recv(fd, PORT, data, sizeof(data), &from)) != -EAGAIN) {
		const struct ike_path path = { .local = from.local, .peer = from.peer, .local_port = PORT,
					       .peer_port = PORT };

		if (n > 0 && load.flood)
			answered(data, (size_t)n);
		else if (n > 0)
			ike_rx(load.ike, &path, data, (size_t)n);
	}
}

static void open_all(const char *local, const char *gateway)
{
	const struct ike_config cfg = { .half_open_ms = 60000, .keepalive_ms = 20000, .max_sas = UINT32_MAX };
	const struct addr any = { .family = AF_INET };

	load.path.local_port = load.path.peer_port = PORT;
	if (addr_parse(local, &load.path.local) || addr_parse(gateway, &load.path.peer))
		die("an address");
	load.loop = loop_new();
	load.fd = udp_open(&any, PORT, 0);
	if (!load.loop || load.fd < 0 || ike_crypto_init() || mschap_init() ||
	    loop_io_start(&load.io, load.loop, load.fd, ready, NULL) || loop_signal(load.loop, SIGTERM, on_term, NULL))
		die("the beginning");
	load.ike = ike_new(load.loop, &cfg, &ops, NULL);
	if (!load.ike)
		die("IKE");
	load.began_ms = loop_now_ms(load.loop);
}

int main(int argc, char **argv)
{
	if (argc == 7 && !strcmp(argv[1], "hold")) {
		load.secret = argv[4];
		load.count = (unsigned int)atoi(argv[5]);
		load.window = (unsigned int)atoi(argv[6]);
		open_all(argv[2], argv[3]);
		begin_more();
		loop_run(load.loop);
		printf("closed %u\n", load.closed);
		return 0;
	}
	if ((argc == 6 || argc == 7) && !strcmp(argv[1], "flood")) {
		load.flood = true;
		load.secret = "of no use";
		load.count = (unsigned int)atoi(argv[4]);
		load.per_second = (unsigned int)atoi(argv[5]);
		load.returns_cookies = argc == 7;
		open_all(argv[2], argv[3]);
		flood_begin();
		loop_run(load.loop);
		printf("sent %u asked %u\n", load.sent, load.asked);
		return 0;
	}
	fprintf(stderr, "usage: see the source\n");
	return 2;
}
