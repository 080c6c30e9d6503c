// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/resolve.h"

#include <event2/dns.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/loop_impl.h"

struct resolve {
	resolve_fn fn;			/* NULL: nobody wants to know any more */
	void *arg;
	struct loop_timer answer;	/* nobody is called from within resolve_start() */
	struct evdns_base *dns;		/* NULL: the name is an address */
	struct evdns_getaddrinfo_request *request;	/* NULL: answered, or never asked */
	struct addr addrs[RESOLVE_MAX];
	unsigned int n;
	const char *why;
};

static void resolve_free(struct resolve *r)
{
	loop_timer_stop(&r->answer);
	if (r->dns)
		evdns_base_free(r->dns, 0);
	free(r);
}

static void tell(void *arg)
{
	struct resolve *r = arg;

	if (r->fn)
		r->fn(r->arg, r->addrs, r->n, r->why);
	resolve_free(r);
}

static void add(struct resolve *r, const struct addr *a)
{
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		if (addr_equal(&r->addrs[i], a))
			return;
	}
	if (r->n < RESOLVE_MAX)
		r->addrs[r->n++] = *a;
}

static void add_sockaddr(struct resolve *r, const struct sockaddr *sa)
{
	struct addr a = { .family = (uint8_t)sa->sa_family };

	if (sa->sa_family == AF_INET)
		a.v4 = ((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	else if (sa->sa_family == AF_INET6)
		a.v6 = ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
	else
		return;
	add(r, &a);
}

static void on_answer(int error, struct evutil_addrinfo *list, void *arg)
{
	const struct evutil_addrinfo *i;
	struct resolve *r = arg;

	r->request = NULL;
	for (i = list; i; i = i->ai_next)
		add_sockaddr(r, i->ai_addr);
	if (list)
		evutil_freeaddrinfo(list);
	r->why = error ? evutil_gai_strerror(error) : "there is no address of a kind that can be used";
	/* libevent is still at work on its request. */
	loop_timer_start(&r->answer, 0);
}

static void on_line(int is_warning, const char *text)
{
	(void)is_warning;
	log_debug(NULL, "name servers: %s", text);
}

static void ask(struct resolve *r, struct event_base *base, const char *name, int family)
{
	struct evutil_addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM };

	evdns_set_log_fn(on_line);
	r->dns = base ? evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS) : NULL;
	if (!r->dns) {
		r->why = "no name server can be asked: see /etc/resolv.conf";
		loop_timer_start(&r->answer, 0);
		return;
	}
	/* Answered at once, there is no request left to cancel. */
	r->request = evdns_getaddrinfo(r->dns, name, NULL, &hints, on_answer, r);
}

struct resolve *resolve_start(struct loop *loop, const char *name, int family, resolve_fn fn,
			      void *arg)
{
	struct resolve *r = calloc(1, sizeof(*r));
	struct addr a;

	if (!r)
		return NULL;
	r->fn = fn;
	r->arg = arg;
	loop_timer_init(&r->answer, loop, tell, r);
	if (addr_parse(name, &a)) {
		ask(r, loop_event_base(loop), name, family);
		return r;
	}
	if (family == AF_UNSPEC || a.family == family)
		add(r, &a);
	r->why = "it is an IPv6 address, which the protocol cannot use";
	loop_timer_start(&r->answer, 0);
	return r;
}

/* libevent calls back for a request that is cancelled, too, and until then needs what it was given. */
void resolve_cancel(struct resolve *r)
{
	r->fn = NULL;
	if (r->request)
		evdns_getaddrinfo_cancel(r->request);
	else
		resolve_free(r);
}
