// SPDX-License-Identifier: GPL-2.0-or-later
/* Children of the kernel, and the agreements that they stand for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ipsec.h"

/* Never the same again soon: the kernel tells of children that are gone, also of those that we removed. */
static uint32_t kid_next_id(struct ipsec *ipsec)
{
	if (!++ipsec->next_kid)
		ipsec->next_kid++;
	return ipsec->next_kid;
}

static uint64_t hash_of(uint32_t number)
{
	return hash_bytes(&number, sizeof(number));
}

static void set_id(struct kid *k, uint32_t id)
{
	if (k->kernel.id)
		hash_del(&k->ipsec->kids_by_id, &k->by_id);
	k->kernel.id = id;
	hash_add(&k->ipsec->kids_by_id, &k->by_id, hash_of(id));
}

struct kid *kid_new(struct ipsec_holder *h)
{
	struct kid *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->ipsec = h->ipsec;
	k->holder = h;
	k->kernel.ifindex = h->ipsec->ifindex;
	set_id(k, kid_next_id(h->ipsec));
	TAILQ_INSERT_TAIL(&h->ipsec->kids, k, link);
	LIST_INSERT_HEAD(&h->kids, k, of_holder);
	return k;
}

/* A copy of selectors, for as long as the kid has them; NULL without error: there are none. */
static int copy_selectors(const struct dp_child *c, struct dp_selector **out)
{
	size_t len = c->n_selectors * sizeof(*c->selectors);

	*out = len ? malloc(len) : NULL;
	if (*out)
		memcpy(*out, c->selectors, len);
	return *out || !len ? 0 : -ENOMEM;
}

/* What the kernel has, or is to have, with the place that k has in it. c may borrow from k. */
static int set_kernel(struct kid *k, const struct dp_child *c, char why[IKE_WHY_MAX])
{
	struct dp_selector *selectors;
	int ret = copy_selectors(c, &selectors);
	struct dp_child place = k->kernel;

	if (ret) {
		snprintf(why, IKE_WHY_MAX, "out of memory");
		return ret;
	}
	k->kernel = *c;
	k->kernel.ifindex = place.ifindex;
	k->kernel.id = place.id;
	free(k->selectors);
	k->kernel.selectors = k->selectors = selectors;
	return 0;
}

static bool has_id(const struct hash_node *n, const void *key)
{
	const struct kid *k = hash_entry(n, struct kid, by_id), *want = key;

	return k->in_kernel && k->kernel.ifindex == want->kernel.ifindex && k->kernel.id == want->kernel.id;
}

struct kid *kid_by_id(const struct ipsec *ipsec, int ifindex, uint32_t id)
{
	const struct kid want = { .kernel = { .ifindex = ifindex, .id = id } };
	struct hash_node *n = hash_find(&ipsec->kids_by_id, hash_of(id), has_id, &want);

	return n ? hash_entry(n, struct kid, by_id) : NULL;
}

static bool has_spi(const struct hash_node *n, const void *key)
{
	return hash_entry(n, struct kid_sa, by_spi)->spi == *(const uint32_t *)key;
}

struct kid *kid_by_in_spi(const struct ipsec *ipsec, uint32_t spi)
{
	struct hash_node *n = hash_find(&ipsec->sas_by_spi, hash_of(spi), has_spi, &spi);

	return n ? hash_entry(n, struct kid_sa, by_spi)->kid : NULL;
}

void kid_add_in_spi(struct kid *k, uint32_t spi)
{
	struct kid_sa *sa;

	for (sa = k->in; sa < k->in + KID_SPIS && sa->spi; sa++)
		;
	if (sa == k->in + KID_SPIS)
		return;
	sa->kid = k;
	sa->spi = spi;
	hash_add(&k->ipsec->sas_by_spi, &sa->by_spi, hash_of(spi));
}

void kid_del_in_spi(struct kid *k, uint32_t spi)
{
	struct kid_sa *sa;

	for (sa = k->in; sa < k->in + KID_SPIS; sa++) {
		if (!sa->spi || sa->spi != spi)
			continue;
		hash_del(&k->ipsec->sas_by_spi, &sa->by_spi);
		sa->spi = 0;
	}
}

static void kid_out_of_kernel(struct kid *k)
{
	struct dp_err err;
	unsigned int i;

	if (k->in_kernel && dp_child_del(k->ipsec->engine->dp, k->kernel.ifindex, k->kernel.id, &err))
		log_debug(NULL, "child %u: %s", k->kernel.id, err.text);
	k->in_kernel = false;
	k->out_spi = 0;
	for (i = 0; i < KID_SPIS; i++)
		kid_del_in_spi(k, k->in[i].spi);
}

void kid_free(struct kid *k)
{
	if (!k)
		return;
	if (k->child)
		ike_child_set_owner(k->child, NULL);
	if (k->holder->ops->kid_gone)
		k->holder->ops->kid_gone(k->holder, k);
	kid_out_of_kernel(k);
	hash_del(&k->ipsec->kids_by_id, &k->by_id);
	LIST_REMOVE(k, of_holder);
	TAILQ_REMOVE(&k->ipsec->kids, k, link);
	free(k->trapped);
	free(k->selectors);
	free(k);
}

static int kid_into_kernel(struct kid *k, char why[IKE_WHY_MAX])
{
	struct dp_err err;
	int ret = dp_child_new(k->ipsec->engine->dp, &k->kernel, &err);

	k->in_kernel = !ret;
	if (ret)
		snprintf(why, IKE_WHY_MAX, "%s", err.text);
	return ret;
}

bool kid_same_outer(const struct dp_child *a, const struct dp_child *b)
{
	return addr_equal(&a->local, &b->local) && addr_equal(&a->peer, &b->peer) &&
	       a->local_port == b->local_port && a->peer_port == b->peer_port;
}

/* Change it in the kernel, where what waits in it stays. */
int kid_update(struct kid *k, const struct dp_child *to, char why[IKE_WHY_MAX])
{
	unsigned int what = DP_CHILD_SELECTORS | (kid_same_outer(&k->kernel, to) ? 0 : DP_CHILD_OUTER);
	struct dp_err err;
	int ret = set_kernel(k, to, why);

	if (ret)
		return ret;
	if (!k->in_kernel)
		return kid_into_kernel(k, why);
	ret = dp_child_set(k->ipsec->engine->dp, &k->kernel, what, &err);
	if (ret)
		snprintf(why, IKE_WHY_MAX, "%s", err.text);
	return ret;
}

int kid_trap(struct kid *k, const struct dp_child *c, char why[IKE_WHY_MAX])
{
	size_t len = c->n_selectors * sizeof(*c->selectors);
	struct dp_child *trapped = malloc(sizeof(*c) + len);

	if (!trapped) {
		snprintf(why, IKE_WHY_MAX, "out of memory");
		return -ENOMEM;
	}
	*trapped = *c;
	trapped->selectors = memcpy(trapped + 1, c->selectors, len);
	free(k->trapped);
	k->trapped = trapped;
	return k->child ? 0 : kid_update(k, c, why);
}

void kid_outer_of(const struct ike_child_info *info, struct dp_child *c)
{
	struct ike_sa_info sa;

	ike_sa_get_info(info->sa, &sa);
	c->local = sa.path.local;
	c->peer = sa.path.peer;
	c->local_port = info->encapsulated ? sa.path.local_port : 0;
	c->peer_port = info->encapsulated ? sa.path.peer_port : 0;
}

bool kid_adopt(struct kid *k, uint32_t id, struct ike_child *c)
{
	struct dp_selector selectors[DP_SELECTORS_MAX];
	struct dp_child has = k->kernel;
	struct dp *dp = k->ipsec->engine->dp;
	struct dp_sa_stats stats;
	struct ike_child_info info;
	char why[IKE_WHY_MAX];
	struct dp_err err;

	ike_child_get_info(c, &info);
	set_id(k, id);
	if (k->ipsec->next_kid < id)
		k->ipsec->next_kid = id;
	kid_outer_of(&info, &has);
	has.transport = info.transport;
	has.selectors = selectors;
	if (ike_child_selectors(c, selectors, &has.n_selectors) || set_kernel(k, &has, why) ||
	    dp_sa_get(dp, k->kernel.ifindex, id, false, info.spi_in, &stats, &err))
		return false;
	k->in_kernel = true;
	kid_add_in_spi(k, info.spi_in);
	k->out_spi = info.spi_out;
	k->child = c;
	ike_child_set_owner(c, k);
	return true;
}

int kid_agree(struct kid *k, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct dp_selector selectors[DP_SELECTORS_MAX];
	struct dp_child to = { .selectors = selectors };
	struct ike_child_info info;
	int ret;

	ike_child_get_info(c, &info);
	kid_outer_of(&info, &to);
	to.transport = info.transport;
	to.l2tp_port = k->kernel.l2tp_port;
	/* Who carries L2TP alone has no others. */
	ret = to.l2tp_port ? 0 : ike_child_selectors(c, selectors, &to.n_selectors);
	if (ret) {
		snprintf(why, IKE_WHY_MAX, "there are more networks than the %d pairs that the kernel takes",
			 DP_SELECTORS_MAX);
		return ret;
	}
	ret = kid_update(k, &to, why);
	if (ret)
		return ret;
	k->child = c;
	ike_child_set_owner(c, k);
	return 0;
}

/* Without an agreement: a trap waits for traffic again, and no packet leaves meanwhile. */
void kid_disagree(struct kid *k)
{
	char why[IKE_WHY_MAX];

	k->child = NULL;
	kid_out_of_kernel(k);
	set_id(k, kid_next_id(k->ipsec));
	if (set_kernel(k, k->trapped, why) || kid_into_kernel(k, why))
		log_error(NULL, "child %u: %s", k->kernel.id, why);
}

/*
 * The kernel finds inbound SAs by our address: with another one there is another place, where packets wait for
 * the new keys that are asked for at once.
 */
int kid_follow(struct kid *k, const struct dp_child *to, char why[IKE_WHY_MAX])
{
	int ret;

	if (addr_equal(&to->local, &k->kernel.local))
		return kid_update(k, to, why);
	kid_out_of_kernel(k);
	set_id(k, kid_next_id(k->ipsec));
	ret = set_kernel(k, to, why);
	if (!ret)
		ret = kid_into_kernel(k, why);
	if (!ret)
		ike_child_rekey(k->child);
	return ret;
}
