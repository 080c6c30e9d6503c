// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/sockets.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/keeper.h"
#include "daemon/udp.h"
#include "wire/ike.h"
#include "wire/l2tp.h"

#define PPTP_PORT	1723	/* RFC 2637 section 3.1.3 */
/* Connections that may wait while one engine is replaced by the next. */
#define LISTEN_BACKLOG	1024
#define CONTROL_BACKLOG	16

static int listen_at(const struct addr *addr, uint32_t fwmark)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(PPTP_PORT), .sin_addr = addr->v4,
	};
	int one = 1;
	int fd, err;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	err = udp_set_mark(fd, fwmark);
	if (err)
		goto err_close;
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 || listen(fd, LISTEN_BACKLOG) < 0) {
		err = -errno;
		goto err_close;
	}
	return fd;

err_close:
	close(fd);
	return err;
}

static struct listening *find(struct sockets *s, uint16_t port, const struct addr *addr)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		if (s->listening[i].port == port && addr_equal(&s->listening[i].addr, addr))
			return &s->listening[i];
	}
	return NULL;
}

static const char *rival_of(uint16_t port)
{
	switch (port) {
	case PPTP_PORT:
		return " (is another PPTP server running? see ss -ltnp)";
	case L2TP_PORT:
		return " (is another L2TP server running? see ss -lnup)";
	}
	return " (is another IKE daemon running? see ss -lnup)";
}

static const char *advice_on(int err, uint16_t port)
{
	switch (err) {
	case -EADDRINUSE:
		return rival_of(port);
	case -EADDRNOTAVAIL:
		return " (this machine does not have the address, or not yet)";
	case -EACCES:
	case -EPERM:
		return " (it takes CAP_NET_BIND_SERVICE: start it as root; CapabilityBoundingSet= of its unit)";
	}
	return "";
}

static int cannot_listen(const char *whose, const struct addr *addr, uint16_t port, int err,
			 char error[ERROR_TEXT_MAX])
{
	char text[ADDR_STRLEN];

	snprintf(error, ERROR_TEXT_MAX, "%s: cannot listen on %s port %d: %s%s", whose,
		 addr_to_str(addr, text), port, strerror(-err), advice_on(err, port));
	return err;
}

static int put(struct sockets *next, const struct listening *one, char error[ERROR_TEXT_MAX])
{
	if (next->n == LISTENERS_MAX) {
		snprintf(error, ERROR_TEXT_MAX, "more than %d addresses to listen on", LISTENERS_MAX);
		return -E2BIG;
	}
	next->listening[next->n++] = *one;
	return 0;
}

static int add(struct sockets *next, struct sockets *now, const struct conf *conf,
	       unsigned int server, const struct addr *addr, char error[ERROR_TEXT_MAX])
{
	const char *protocol = conf->servers[server].protocol;
	uint32_t fwmark = conf->servers[server].fwmark;
	bool udp = !strcmp(protocol, "l2tp");
	struct listening one = { .udp = udp, .port = udp ? L2TP_PORT : PPTP_PORT, .addr = *addr,
				 .server = server };
	const struct listening *open = find(now, one.port, addr);
	char whose[32];

	if (open)
		one.fd = open->fd;
	else
		one.fd = udp ? udp_open(addr, L2TP_PORT, fwmark) : listen_at(addr, fwmark);
	snprintf(whose, sizeof(whose), "server %.16s", protocol);
	if (one.fd < 0)
		return cannot_listen(whose, addr, one.port, one.fd, error);
	if (open)
		udp_set_mark(one.fd, fwmark);
	return put(next, &one, error);
}

/* Every address of the machine, as who answers is who was asked; a machine without IPv6 has none of that. */
static int add_ike(struct sockets *next, struct sockets *now, const struct conf *conf,
		   char error[ERROR_TEXT_MAX])
{
	static const uint16_t ports[] = { IKE_PORT, IKE_NATT_PORT };
	const struct addr any[] = { { .family = AF_INET }, { .family = AF_INET6 } };
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < 4; i++) {
		struct listening one = { .udp = true, .port = ports[i / 2], .addr = any[i % 2],
					 .server = KEEPER_IKE };
		const struct listening *open = find(now, one.port, &one.addr);

		one.fd = open ? open->fd : udp_open(&one.addr, one.port, conf->ipsec_fwmark);
		if (i % 2 && (one.fd == -EAFNOSUPPORT || one.fd == -EADDRNOTAVAIL))
			continue;
		if (one.fd < 0)
			return cannot_listen("IKE", &one.addr, one.port, one.fd, error);
		if (open)
			udp_set_mark(one.fd, conf->ipsec_fwmark);
		err = put(next, &one, error);
	}
	return err;
}

/* Close every socket of a whose address b does not have. */
static void close_missing(struct sockets *a, struct sockets *b)
{
	unsigned int i;

	for (i = 0; i < a->n; i++) {
		if (!find(b, a->listening[i].port, &a->listening[i].addr))
			close(a->listening[i].fd);
	}
}

/* Every address of the machine; one without IPv6 has none of that. */
static int add_any(struct sockets *next, struct sockets *now, const struct conf *conf,
		   unsigned int server, char error[ERROR_TEXT_MAX])
{
	const struct addr any4 = addr_v4(INADDR_ANY), any6 = { .family = AF_INET6 };
	int err = add(next, now, conf, server, &any4, error);

	if (err || strcmp(conf->servers[server].protocol, "l2tp"))
		return err;
	err = add(next, now, conf, server, &any6, error);
	return err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL ? 0 : err;
}

static int add_all(struct sockets *next, struct sockets *now, const struct conf *conf,
		   unsigned int server, char error[ERROR_TEXT_MAX])
{
	const struct conf_server *s = &conf->servers[server];
	unsigned int i;
	int err = 0;

	if (!s->n_listen)
		return add_any(next, now, conf, server, error);
	for (i = 0; i < s->n_listen && !err; i++)
		err = add(next, now, conf, server, &s->listen[i], error);
	return err;
}

int sockets_listen(struct sockets *s, const struct conf *conf, char error[ERROR_TEXT_MAX])
{
	struct sockets next = { .n = 0 };
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < conf->n_servers; i++) {
		if (!conf_server_is_ike(&conf->servers[i]))
			err = add_all(&next, s, conf, i, error);
	}
	if (!err && conf_has_ike(conf))
		err = add_ike(&next, s, conf, error);
	if (err) {
		close_missing(&next, s);
		return err;
	}
	close_missing(s, &next);
	*s = next;
	return 0;
}

void sockets_close(struct sockets *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		close(s->listening[i].fd);
	s->n = 0;
}

static void make_directory_of(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];

	snprintf(copy, sizeof(copy), "%s", path);
	mkdir(dirname(copy), 0755);
}

static bool somebody_answers(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	if (fd < 0)
		return false;
	yes = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0;
	close(fd);
	return yes;
}

static int bind_private(int fd, const struct sockaddr_un *sun)
{
	mode_t before = umask(0177);
	int err = bind(fd, (const struct sockaddr *)sun, sizeof(*sun)) < 0 ? -errno : 0;

	umask(before);
	return err;
}

int control_socket_open(const char *path, char error[ERROR_TEXT_MAX])
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, err;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		snprintf(error, ERROR_TEXT_MAX,
			 "control socket %.100s: path longer than %zu octets", path,
			 sizeof(sun.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	if (somebody_answers(&sun)) {
		snprintf(error, ERROR_TEXT_MAX, "control socket %s: another aditd answers on it: "
			 "stop that one, or give this one another path with -s", path);
		return -EADDRINUSE;
	}
	make_directory_of(path);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = bind_private(fd, &sun);
	if (!err && listen(fd, CONTROL_BACKLOG) < 0)
		err = -errno;
	if (err) {
		snprintf(error, ERROR_TEXT_MAX, "control socket %s: %s", path, strerror(-err));
		close(fd);
		return err;
	}
	return fd;
}
