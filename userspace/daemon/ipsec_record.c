// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs in the memory file, so that the next engine goes on with them: whose each is, its kids, and itself. */
#include <string.h>

#include "base/secret.h"
#include "daemon/dialer.h"
#include "daemon/l2tpsec.h"
#include "daemon/lacsec.h"
#include "daemon/site.h"
#include "daemon/warrior.h"
#include "proto/ike_frozen.h"

#define RECORD_VERSION	2
#define OF_SITE		1
#define OF_WARRIOR	2
#define OF_L2TPSEC	3
#define OF_CLIENT	4

static void put_named(struct wr *w, uint8_t kind, const char *name)
{
	wr_u8(w, kind);
	wr_u8(w, (uint8_t)strlen(name));
	wr_bytes(w, name, strlen(name));
}

/* One of a server: by its holder, for a reload makes other peers, and the SA goes on with the one that it had. */
static void put_owner(struct wr *w, const struct ipsec *ipsec, const struct ike_sa *sa, const struct ike_sa_info *info)
{
	const struct lacsec *client = lacsec_of_peer(ipsec, info->peer);
	const struct ipsec_holder *h = ike_sa_owner(sa);
	const struct site *s = info->peer->owner;

	if (s) {
		put_named(w, OF_SITE, s->conf->name);
	} else if (client) {
		put_named(w, OF_CLIENT, client->lac->dialer->conf->name);
		ike_path_freeze(&info->path, w);
	} else {
		wr_u8(w, h && h->ops->carries_l2tp ? OF_L2TPSEC : OF_WARRIOR);
		wr_u8(w, info->peer->local_auth == IKE_BY_PSK);
	}
}

/* The kernel's child of each, also of those that only receive any more. */
static void put_kids(struct wr *w, struct ipsec *ipsec, const struct ike_sa *sa)
{
	struct ike_child_info info;
	struct ike_child *c = NULL;

	while ((c = ike_child_each(sa, c))) {
		const struct kid *k;

		ike_child_get_info(c, &info);
		k = kid_by_in_spi(ipsec, info.spi_in);
		wr_u32(w, k ? k->kernel.id : 0);
	}
}

/* Its keys would begin again where an older record has them, with initialization vectors that have been used. */
static void forget(struct memory *memory, struct ike_sa *sa, uint32_t slot)
{
	memory_slot_free(memory, MEMORY_IKE, slot);
	ike_sa_drop_slot(sa);
}

void ipsec_record_write(struct ipsec *ipsec, struct ike_sa *sa)
{
	struct memory *memory = ipsec->engine->memory;
	static uint8_t record[MEMORY_IKE_RECORD_MAX];
	struct wr w = wr_to(record, sizeof(record));
	struct ike_sa_info info;
	uint32_t slot;
	int new;

	if (!ike_sa_can_freeze(sa))
		return;
	ike_sa_get_info(sa, &info);
	if (!ike_sa_slot(sa, &slot)) {
		new = memory_slot_new(memory, MEMORY_IKE);
		if (new < 0)
			return;
		slot = (uint32_t)new;
		ike_sa_set_slot(sa, slot);
	}
	wr_u8(&w, RECORD_VERSION);
	wr_u8(&w, info.version);
	put_owner(&w, ipsec, sa, &info);
	wr_u16(&w, (uint16_t)info.children);
	put_kids(&w, ipsec, sa);
	ike_sa_freeze(sa, &w);
	if (w.bad || memory_commit(memory, MEMORY_IKE, slot, record, w.len)) {
		log_debug(NULL, "%s: it is too long to be written down", info.peer->name);
		forget(memory, sa, slot);
	}
	secret_wipe(record, w.len);
}

/* --- taken up --- */

#define KIDS_MAX	64

struct record {
	uint8_t version;		/* of IKE */
	uint8_t kind;
	struct site *site;		/* of OF_SITE */
	struct lacsec *client;		/* of OF_CLIENT */
	struct ike_peer *peer;
	unsigned int n_kids;
	uint32_t kids[KIDS_MAX];
};

static enum conf_ike_version version_of(const struct record *rec)
{
	return rec->version == 1 ? CONF_IKEV1 : CONF_IKEV2;
}

static void get_name(struct rd *r, char name[UINT8_MAX + 1])
{
	uint8_t len = rd_u8(r);

	rd_copy(r, name, len);
	name[len] = '\0';
}

static void get_client(struct rd *r, struct ipsec *ipsec, struct record *rec)
{
	char name[UINT8_MAX + 1];
	struct ike_path path;

	get_name(r, name);
	ike_path_thaw(&path, r);
	rec->client = r->bad ? NULL : lacsec_thaw(ipsec, name, &path);
	rec->peer = rec->client && rec->client->lac->dialer->conf->ike_version == version_of(rec) ?
		    rec->client->peer : NULL;
}

static void get_site(struct rd *r, struct ipsec *ipsec, struct record *rec)
{
	char name[UINT8_MAX + 1];

	get_name(r, name);
	rec->site = site_by_name(ipsec, name);
	rec->peer = rec->site && !rec->site->holder.sa && rec->site->conf->version == version_of(rec) ?
		    rec->site->peer : NULL;
}

static void get_server(struct rd *r, const struct ipsec_peers *peers, struct record *rec)
{
	bool by_secret = rd_u8(r);
	unsigned int i;

	for (i = 0; i < peers->n; i++)
		if ((peers->peer[i]->local_auth == IKE_BY_PSK) == by_secret)
			rec->peer = peers->peer[i];
}

static bool get_head(struct rd *r, struct ipsec *ipsec, struct record *rec)
{
	unsigned int i;

	*rec = (struct record){ .n_kids = 0 };
	if (rd_u8(r) != RECORD_VERSION)
		return false;
	rec->version = rd_u8(r);
	if (rec->version != 1 && rec->version != 2)
		return false;
	rec->kind = rd_u8(r);
	if (rec->kind == OF_SITE)
		get_site(r, ipsec, rec);
	else if (rec->kind == OF_WARRIOR)
		get_server(r, ipsec_peers_of(ipsec->peers, version_of(rec)), rec);
	else if (rec->kind == OF_L2TPSEC)
		get_server(r, ipsec_peers_of(ipsec->l2tp_peers, version_of(rec)), rec);
	else if (rec->kind == OF_CLIENT)
		get_client(r, ipsec, rec);
	rec->n_kids = rd_u16(r);
	if (rec->n_kids > KIDS_MAX)
		return false;
	for (i = 0; i < rec->n_kids; i++)
		rec->kids[i] = rd_u32(r);
	return !r->bad && rec->peer;
}

static struct kid *kid_of(struct ipsec_holder *h, uint32_t id)
{
	struct kid *k;

	LIST_FOREACH(k, &h->kids, of_holder)
		if (k->kernel.id == id && k->in_kernel)
			return k;
	return NULL;
}

/* First those that are in use, then those that only receive, any more or yet, whose kids these are too. */
static void adopt_kids(struct ipsec_holder *h, struct ike_sa *sa, const struct record *rec)
{
	struct ike_child *c = NULL, *next;
	unsigned int i;

	for (c = ike_child_next(sa, NULL); c; c = next) {
		struct ike_child *at = NULL;
		struct kid *k = kid_new(h);

		next = ike_child_next(sa, c);
		for (i = 0; i < rec->n_kids && (at = ike_child_each(sa, at)) && at != c; i++)
			;
		if (k && i < rec->n_kids && kid_adopt(k, rec->kids[i], c))
			continue;
		kid_free(k);
		ike_child_close(c, "the kernel does not have it any more");
	}
	for (i = 0, c = NULL; i < rec->n_kids && (c = ike_child_each(sa, c)); i++) {
		struct kid *k = kid_of(h, rec->kids[i]);
		struct ike_child_info info;

		ike_child_get_info(c, &info);
		if (k && !kid_by_in_spi(h->ipsec, info.spi_in))
			kid_add_in_spi(k, info.spi_in);
	}
}

static struct ipsec_holder *holder_for(struct ipsec *ipsec, const struct record *rec)
{
	if (rec->kind == OF_SITE)
		return &rec->site->holder;
	if (rec->kind == OF_CLIENT)
		return &rec->client->holder;
	return rec->kind == OF_WARRIOR ? warrior_new(ipsec, NULL) : l2tpsec_new(ipsec, NULL);
}

static void drop_holder(struct ipsec_holder *h, const struct record *rec)
{
	if (rec->kind == OF_WARRIOR)
		warrior_drop(h);
	else if (rec->kind == OF_L2TPSEC)
		l2tpsec_drop(h);
	else if (rec->kind == OF_CLIENT)
		lacsec_close(rec->client, "it was not taken up");
}

static bool take_up(struct ipsec *ipsec, uint32_t slot, const void *data, size_t len)
{
	struct rd r = rd_of(data, len);
	struct ipsec_holder *h;
	struct ike_sa *sa = NULL;
	struct record rec;

	if (!get_head(&r, ipsec, &rec))
		return false;
	h = holder_for(ipsec, &rec);
	if (h)
		sa = rec.version == 1 ? ike1_sa_thaw_for(ipsec->ike1, rec.peer, h, &r) :
					ike_sa_thaw(ipsec->ike, rec.peer, h, &r);
	if (!sa) {
		if (h)
			drop_holder(h, &rec);
		return false;
	}
	ike_sa_set_slot(sa, slot);
	h->sa = sa;
	if (rec.kind == OF_SITE)
		site_adopt(rec.site, sa);
	else if (rec.kind == OF_WARRIOR)
		warrior_adopt(h, sa);
	adopt_kids(h, sa, &rec);
	if (rec.kind == OF_L2TPSEC)
		l2tpsec_adopt(h);
	else if (rec.kind == OF_CLIENT)
		lacsec_adopt(h);
	return true;
}

void ipsec_record_read_all(struct ipsec *ipsec)
{
	struct memory *memory = ipsec->engine->memory;
	unsigned int n = 0;
	const void *data;
	uint32_t slot;
	size_t len;

	for (slot = 0; slot < memory_slot_end(memory, MEMORY_IKE); slot++) {
		if (!memory_slot_used(memory, MEMORY_IKE, slot))
			continue;
		if (memory_deaths(memory, MEMORY_IKE, slot) < MEMORY_DEATHS_MAX &&
		    !memory_read(memory, MEMORY_IKE, slot, &data, &len) && take_up(ipsec, slot, data, len))
			n++;
		else
			memory_slot_free(memory, MEMORY_IKE, slot);
	}
	if (n)
		log_info(NULL, "taken up: %u IKE SAs", n);
}
