/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of world_daemon, for its own files alone. */
#ifndef ADIT_REPLAY_WORLD_DAEMON_IMPL_H
#define ADIT_REPLAY_WORLD_DAEMON_IMPL_H

#include "daemon/dial.h"
#include "datapath/null.h"
#include "world_daemon.h"

#define CONNS		2
#define SESSIONS_MAX	64	/* that a packet's first octet can name */
#define SESSION_OCTET	16	/* first octets below it are connections, but for */
#define DATAGRAM_OCTET	15
/* of IPsec children, by their ids from 1 on; two may have the same peer and port */
#define CHILD_OCTET	11
#define CHILDREN	3
#define CHILD_IFINDEX	99
#define CHILD_PEER_PORT	1701
#define RECORD_MAX	32768

/* The client's end, the end that the parent keeps, and what passed the engine's. */
struct wire {
	int client, kept;
	uint64_t taken, given;
};

struct world {
	struct outputs *out;
	struct engine e;
	struct conf_ref *conf;
	struct server *server;	/* NULL: there are clients alone */
	struct wire wires[CONNS];
	struct dial *dial;	/* a connection of ours under way */
	struct loop_timer dialled;
	int dial_err;		/* what the next one comes to */
	const char *configuration, *users;	/* as the file has them by now */
	uint8_t challenges[SESSIONS_MAX][16], challenge_ids[SESSIONS_MAX];
	uint8_t next_random;
	int control_fd;
	int udp_client, udp_kept;	/* -1: nothing is served there */
	struct world *l2tp;		/* that knows how datagrams are written */
	bool children[CHILDREN + 1];	/* by id: the kernel has it */
	bool tampered;
	bool dying;
	bool held;	/* no timer runs: what comes now comes before the loop turns */
	bool refused;	/* the kernel did not do something that it was asked for */
};

/* The one there is, for the functions that stand in for others. */
extern struct world *world;

const char *world_configuration(const char *name);	/* its name as a constant; NULL: none is called so */
struct conf_ref *world_conf(const struct world *w, const char *configuration);	/* one that there is */
void world_fail(const char *what) __attribute__((noreturn));
/* The first free place is the one that the memory file gives. */
unsigned int world_free_wire(struct world *w);
int world_new_wire(struct world *w);	/* the engine's end of a new one */
const char *world_set_users(struct world *w, const char *name);	/* in the file; NULL, or what is wrong */
void world_reload(struct world *w);
void world_die(struct world *w, void (*tamper)(void *arg, struct memory *memory), void *arg);
/* as the engine does when the last of a server without a section is gone */
void world_sweep(struct world *w);
int world_child(struct world *w, uint32_t id);	/* tell the engine of a child that the kernel has */
const char *world_act(struct world *w, const struct token *t, unsigned int n);
/* the real ones */
ssize_t __real_recv(int fd, void *buf, size_t len, int flags);
ssize_t __real_send(int fd, const void *buf, size_t len, int flags);
int __real_shutdown(int fd, int how);

#endif /* ADIT_REPLAY_WORLD_DAEMON_IMPL_H */
