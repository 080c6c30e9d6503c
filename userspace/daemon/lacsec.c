// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/lacsec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/dialer.h"

#define L2TP_PORT	1701	/* RFC 3193 section 4 */

static struct lacsec *lacsec_of(struct ipsec_holder *h)
{
	return (struct lacsec *)h;
}

static const struct conf_client *conf_of(const struct lacsec *s)
{
	return s->lac->dialer->conf;
}

static void on_failed(void *arg)
{
	struct lacsec *s = arg;
	struct engine *e = s->holder.ipsec->engine;

	lacsec_close(s, s->why);
	lac_unsecured(s->lac, s->why);
	engine_settle(e);
}

void lacsec_fail(struct lacsec *s, const char *why)
{
	snprintf(s->why, sizeof(s->why), "%s", why);
	loop_timer_start(&s->failed, 0);
}

/* --- its child --- */

static void free_kids(struct lacsec *s)
{
	struct kid *k;

	while ((k = LIST_FIRST(&s->holder.kids)))
		kid_free(k);
}

/* There is one at most. */
static struct kid *kid_of(const struct lacsec *s)
{
	return LIST_FIRST(&s->holder.kids);
}

/* L2TP's way in the endpoint, as long as the child is there. */
static int open_way(struct lacsec *s, const struct kid *k)
{
	const struct endpoint_child child = { .ifindex = k->kernel.ifindex, .id = k->kernel.id, .port = L2TP_PORT,
					      .local = k->kernel.local, .peer = k->kernel.peer };

	return endpoint_child_add(&s->lac->endpoint, &child);
}

static int make_place(struct lacsec *s, struct kid *k, struct ike_child *c, char why[IKE_WHY_MAX])
{
	int ret;

	k->kernel.l2tp_port = L2TP_PORT;
	ret = kid_agree(k, c, why);
	if (!ret && open_way(s, k)) {
		snprintf(why, IKE_WHY_MAX, "out of memory");
		ret = -ENOMEM;
	}
	return ret;
}

static int holder_child_new(struct ipsec_holder *h, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct lacsec *s = lacsec_of(h);
	struct kid *k;
	int ret;

	if (kid_of(s)) {
		snprintf(why, IKE_WHY_MAX, "one child is there, and L2TP needs no other");
		return -EEXIST;
	}
	k = kid_new(h);
	if (!k) {
		snprintf(why, IKE_WHY_MAX, "out of memory");
		return -ENOMEM;
	}
	ret = make_place(s, k, c, why);
	if (ret)
		kid_free(k);
	return ret;
}

/* Also with new keys, when L2TP is there already. */
static void holder_child_up(struct ipsec_holder *h, struct ike_child *c)
{
	struct kid *k = ike_child_owner(c);
	struct lacsec *s = lacsec_of(h);
	int err = lac_secured(s->lac, k->kernel.id);

	if (err)
		lacsec_fail(s, strerror(-err));
}

static void holder_kid_gone(struct ipsec_holder *h, struct kid *k)
{
	lac_child_gone(lacsec_of(h)->lac, k->kernel.id);
}

/* --- what becomes of it --- */

static void holder_up(struct ipsec_holder *h)
{
	char peer[ADDR_STRLEN], id[IKE_ID_STRLEN / 4], suite[128];
	struct ike_sa_info info;

	ike_sa_get_info(h->sa, &info);
	log_info(NULL, "client %s: IPsec with %s, \"%s\"; %s%s", conf_of(lacsec_of(h))->name,
		 addr_to_str(&info.path.peer, peer), ike_id_to_str(info.peer_id, id, sizeof(id)),
		 ike_suite_to_str(info.suite, suite, sizeof(suite)),
		 info.nat_here || info.nat_there ? ", through a NAT" : "");
}

static void holder_down(struct ipsec_holder *h, const char *why)
{
	log_info(NULL, "client %s: the end of IPsec: %s", conf_of(lacsec_of(h))->name, why);
	lacsec_fail(lacsec_of(h), why);
}

static void holder_child_failed(struct ipsec_holder *h, const char *why)
{
	if (!kid_of(lacsec_of(h)))
		lacsec_fail(lacsec_of(h), why);
}

static const struct ipsec_holder_ops holder_ops = {
	.up = holder_up, .down = holder_down, .child_new = holder_child_new, .child_up = holder_child_up,
	.kid_gone = holder_kid_gone, .child_failed = holder_child_failed, .carries_l2tp = true,
};

/* --- by request --- */

void lacsec_close(struct lacsec *s, const char *why)
{
	struct ike_sa *sa = s->holder.sa;

	loop_timer_stop(&s->failed);
	s->holder.sa = NULL;
	free_kids(s);
	if (sa) {
		ike_sa_set_owner(sa, NULL);
		ike_sa_close(sa, why);
	}
	ike_peer_put(s->peer);
	s->peer = NULL;
}

bool lacsec_begin(struct lacsec *s, const struct ike_path *path, char why[IKE_WHY_MAX])
{
	struct ipsec *ipsec = s->holder.ipsec;

	lacsec_close(s, "begun anew");
	if (!ipsec->ifindex) {
		snprintf(why, IKE_WHY_MAX, "there is no device for it: the log says why");
		return false;
	}
	s->peer = ipsec_client_peer(conf_of(s), path, why);
	if (!s->peer)
		return false;
	s->holder.sa = ipsec_initiate(ipsec, conf_of(s)->ike_version, s->peer, path, &s->holder);
	if (!s->holder.sa)
		snprintf(why, IKE_WHY_MAX, "IKE cannot even begin: the log says why");
	return s->holder.sa;
}

/* --- those of the daemon --- */

static struct lacsec *of_dialer(const struct dialer *d)
{
	return d->lac ? d->lac->sec : NULL;
}

unsigned int lacsec_candidates(const struct ipsec *ipsec, enum conf_ike_version version, const struct ike_path *path,
			       struct ike_peer **out, unsigned int max)
{
	struct dialer *d;
	unsigned int n = 0;

	TAILQ_FOREACH(d, &ipsec->engine->dialers, link) {
		const struct lacsec *s = of_dialer(d);

		if (n < max && s && s->peer && d->conf->ike_version == version &&
		    addr_equal(&s->peer->remote, &path->peer))
			out[n++] = s->peer;
	}
	return n;
}

struct lacsec *lacsec_of_peer(const struct ipsec *ipsec, const struct ike_peer *peer)
{
	struct dialer *d;

	TAILQ_FOREACH(d, &ipsec->engine->dialers, link) {
		struct lacsec *s = of_dialer(d);

		if (s && s->peer == peer)
			return s;
	}
	return NULL;
}

struct lacsec *lacsec_thaw(struct ipsec *ipsec, const char *client, const struct ike_path *path)
{
	struct dialer *d = dialer_by_name(ipsec->engine, client);
	struct lacsec *s = d && conf_client_has_ipsec(d->conf) ? lac_ipsec(d) : NULL;
	char why[IKE_WHY_MAX];

	if (!s || s->peer)
		return NULL;
	s->peer = ipsec_client_peer(d->conf, path, why);
	if (!s->peer)
		log_error(NULL, "client %s: %s", client, why);
	return s->peer ? s : NULL;
}

void lacsec_adopt(struct ipsec_holder *h)
{
	struct lacsec *s = lacsec_of(h);
	struct kid *k = kid_of(s);

	if (!k)
		return;
	k->kernel.l2tp_port = L2TP_PORT;
	k->kernel.n_selectors = 0;
	if (open_way(s, k))
		log_error(NULL, "client %s: out of memory", conf_of(s)->name);
}

void lacsec_stop(struct ipsec *ipsec)
{
	struct dialer *d;

	TAILQ_FOREACH(d, &ipsec->engine->dialers, link) {
		struct lacsec *s = of_dialer(d);

		if (!s)
			continue;
		/* It went with the endpoint. */
		s->holder.sa = NULL;
		d->lac->sec = NULL;
		lacsec_free(s);
	}
}

/* --- life --- */

struct lacsec *lacsec_new(struct lac *lac)
{
	struct engine *e = lac->dialer->engine;
	struct lacsec *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->holder = (struct ipsec_holder){ .ops = &holder_ops, .ipsec = e->ipsec };
	s->lac = lac;
	loop_timer_init(&s->failed, e->loop, on_failed, s);
	return s;
}

void lacsec_free(struct lacsec *s)
{
	if (!s)
		return;
	lacsec_close(s, "the client disconnects");
	free(s);
}
