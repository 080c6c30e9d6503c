/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of allocation_faults.c: each kind of device has a file with its requests, which begin and end with DEV, a
 * concentrator, as the kind's @setup left it. P2P is the device that requests make and remove.
 */
#ifndef ADIT_TEST_FAULTS_H
#define ADIT_TEST_FAULTS_H

#include "fault_injection.h"

#define DEV	"gw0"
#define P2P	"p0"
#define LOCAL	0xc0000201	/* 192.0.2.1 */
#define PEER	0xc0000202
#define ID	7

struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

struct kind {
	const char *name;		/* as in ip link */
	int fwmark;			/* its attribute among those of a link */
	unsigned int sessions;		/* or children, that @setup makes */
	int (*setup)(struct nl *nl);
	/* Whether nothing of the requests is left. It undoes @setup. */
	bool (*teardown)(struct world *w);
};

extern const struct kind kind_pptp, kind_l2tp, kind_esp;

/* The kind of the running test. */
extern const struct kind *kind;

/* Of DEV. Looked up once: that too is a system call. */
extern uint32_t dev_index;

/* Begin a request about DEV, or about its session or child @id. The attributes have these numbers in every set. */
void request_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t id);
int request_talk(struct nl *nl, struct request *rq);
void put_net4(struct nlmsghdr *nlh, int attr, uint32_t addr, int len);
void put_net6(struct nlmsghdr *nlh, int attr, const char *text, int len);

/* What only counts answers: with nlh and &w->told. */
int counted(const struct nlmsghdr *nlh, void *arg);
bool told_one(struct world *w);

/* A socket of its own for what looks and undoes: the request's may be in the middle of something. */
struct nl *aside(void);

/* Links. */
void link_begin(struct world *w, struct nl_link *link);
int link_undo(struct world *w);
bool link_there(struct world *w);
bool link_absent(struct world *w);
int link_concentrator_act(struct world *w);
int link_change_act(struct world *w);
bool link_changed(struct world *w);
bool link_unchanged(struct world *w);
int link_told_act(struct world *w);
bool link_told_done(struct world *w);
int link_del_act(struct world *w);

/* UDP sockets: one that comes and goes, and is attached for the kind of the running test. */
int udp_open(uint16_t port);
int socket_attach(struct nl *nl, int fd);

/* Who claims DEV, and is told what happens to its sessions. */
int owner_open(void);
int owner_drained(struct world *w);
void owner_close(void);

/* The same for every kind. */
extern const struct op link_concentrator, device_get, devices_dump, claim, release, attach, detach;

extern const struct op pptp_link, pptp_link_change, pptp_link_told, pptp_link_del, pptp_session_new, pptp_session_set,
	pptp_session_del, pptp_session_del_told, pptp_session_get, pptp_sessions_dump, pptp_frame_send;
extern const struct op l2tp_link_udp, l2tp_link_ip, l2tp_link_ether, l2tp_link_change, l2tp_link_told,
	l2tp_link_del_udp, l2tp_link_del_ip, l2tp_session_v2, l2tp_session_v3, l2tp_session_set, l2tp_session_del,
	l2tp_session_get;
extern const struct op esp_link, esp_link_change, esp_link_told, esp_link_del, esp_child_new, esp_child_udp,
	esp_child_set, esp_child_del, esp_child_del_told, esp_child_get, esp_children_dump, esp_sa_aead, esp_sa_cbc,
	esp_sa_out, esp_sa_del, esp_sa_get, esp_sas_dump;

#endif /* ADIT_TEST_FAULTS_H */
