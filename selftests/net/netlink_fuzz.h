/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of netlink_fuzz.c share: the spec as tables, chance, one change to a request that is right, and the
 * model of what is there, from which right requests are made.
 */
#ifndef ADIT_TEST_NETLINK_FUZZ_H
#define ADIT_TEST_NETLINK_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nl.h"

/* --- the spec: netlink_fuzz_spec.c --- */

enum spec_type {
	SPEC_PAD, SPEC_U8, SPEC_U16, SPEC_U32, SPEC_U64, SPEC_STRING, SPEC_BINARY, SPEC_FLAG, SPEC_NEST
};

struct spec_set;

struct spec_attr {
	const char *name;
	uint16_t number;
	enum spec_type type;
	uint64_t min, max;
	unsigned int exact_len;		/* of binary, 0: any */
	const struct spec_set *nest;
	bool multi;
};

struct spec_set {
	const char *name;
	const struct spec_attr *attrs;
	unsigned int n;
};

struct spec_op {
	const char *name;
	uint8_t cmd;
	const struct spec_set *set;
	const uint16_t *attrs;		/* that a request may have */
	unsigned int n_attrs;
};

enum { LINK_PPTP, LINK_L2TP, LINK_ESP, LINK_KINDS };

unsigned int spec_ops_n(void);
const struct spec_op *spec_op(unsigned int i);
const struct spec_op *spec_op_by_cmd(uint8_t cmd);	/* NULL: none */
const struct spec_set *spec_link(unsigned int kind);
const char *spec_link_name(unsigned int kind);

/* Chance: the same everywhere for one seed. */
extern uint64_t chance_state;
uint32_t chance(uint32_t n);
bool one_in(uint32_t n);
void chance_fill(void *data, size_t len);

/* Any attributes of a set; with care only its values are wrong. */
void spec_put_any(struct nlmsghdr *nlh, const struct spec_set *set, const uint16_t *wanted, unsigned int n_wanted,
		  bool with_care);

/* --- a request that is right but for one thing --- */

enum change_how {
	CHANGE_SHORT,		/* a value that is cut */
	CHANGE_LONG,
	CHANGE_RANGE,		/* a number that the spec does not allow */
	CHANGE_TWICE,
	CHANGE_UNKNOWN,		/* an attribute that the set has not */
	CHANGE_FOREIGN,		/* one that it has, and this request not */
	CHANGE_DROP,
	CHANGE_BITS,
	CHANGE_LENGTH,		/* an attribute that lies about its length */
	CHANGE_NESTED,		/* or about being a nest */
	CHANGE_COUNT,
};

/* Which attribute of the request to come is changed, and how. */
struct change {
	bool wanted;
	unsigned int at;	/* counted as they are put */
	enum change_how how;
	bool forbidden;		/* set when made: the spec does not allow what came of it */
	const char *name;	/* of the attribute */
};

extern struct change change;
extern unsigned int changes_put;	/* attributes since change_begin() */

void change_begin(void);
const char *change_to_str(enum change_how how);
/* Put an attribute of a set, changed if it is the one. */
void put(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number, const void *data, size_t len);
void put_number(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number, uint64_t value);
void put_flag(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number);
/* Begin a nest, whose set is returned; end it. */
const struct spec_set *nest_begin(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t number,
				  struct nlattr **nest);
void nest_end(struct nlmsghdr *nlh, struct nlattr *nest);

/* --- the model: netlink_fuzz_model.c --- */

#define DEVICES	9
#define ESP_DEVICES	2	/* the last of them */
#define IDS	12		/* sessions and children are made under few ids, so that they meet */
#define SOCKETS	3

struct device {
	const char *name;
	unsigned int kind;	/* LINK_* */
	bool p2p, ether, v6;
	int ifindex;
	bool claimed;
	bool alive[IDS + 1];
};

/* A way to be wrong that no policy sees. */
enum spoil {
	SPOIL_NOTHING,
	SPOIL_PREFIX_LONG,	/* longer than the address */
	SPOIL_PREFIX_HOST,	/* with bits behind it */
	SPOIL_PREFIX_BOTH,
	SPOIL_PREFIX_NONE,
	SPOIL_PREFIX_MULTICAST,
	SPOIL_KEY,		/* a key without its strength, or the other way */
	SPOIL_COOKIE,		/* of 5 octets */
	SPOIL_SEQ,		/* numbers that are required and followed */
	SPOIL_V2_ID,		/* of 17 bits */
	SPOIL_V2_COOKIE,
	SPOIL_V3_TUNNEL,
	SPOIL_PEER,		/* multicast */
	SPOIL_PORT,		/* 0 */
	SPOIL_FAMILIES,		/* both */
	/* of esp */
	SPOIL_SELECTOR_HALF,	/* local alone */
	SPOIL_SELECTOR_FAMILIES,
	SPOIL_SELECTOR_RANGE,	/* it ends before it begins */
	SPOIL_CHILD_PORTS,	/* one of two */
	SPOIL_CHILD_L2TP,	/* in a tunnel */
	SPOIL_SA_KEY,		/* an octet too long */
	SPOIL_SA_NO_AUTH,	/* a cipher with nothing that protects it */
	SPOIL_SA_LEGACY,	/* not asked for */
	SPOIL_SA_WINDOW,	/* of an outbound one */
	SPOIL_SA_ESN,		/* without a window */
	SPOIL_COUNT,
};

extern enum spoil spoil;	/* of the request to come */
/* Whether it is this, and then it is spoilt. */
bool spoils(enum spoil what);
void put_outer4(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t local, uint16_t peer, unsigned int host);
void put_outer6(struct nlmsghdr *nlh, const struct spec_set *set, uint16_t local, uint16_t peer, unsigned int host);

extern struct device devices[DEVICES];
extern int sockets[SOCKETS];

/* A network namespace with all devices and sockets. 0 or -errno. */
int model_ground(void);
/* What is wrong in the sense of a request, so that it has to be refused; 0: nothing. */
unsigned int model_spoils(void);
/* Whether it can make a right one of this. */
bool model_knows(const struct spec_op *op);
/* Make a right request of one op, but for that; *was_spoilt says whether it could be. */
struct nlmsghdr *model_request(struct nl *nl, void *buf, const struct spec_op *op, unsigned int what, bool *was_spoilt);
/* It was carried out. */
void model_done(const struct nlmsghdr *nlh);
/* Attributes of a link that is right. */
void model_link(struct nlmsghdr *nlh, unsigned int kind, unsigned int number, bool change_only);

/* --- the same for devices of kind esp: netlink_fuzz_esp.c --- */

bool esp_request(struct nlmsghdr *nlh, const struct spec_op *op);	/* false: it is none of theirs */
void esp_done(const struct nlmsghdr *nlh);
void esp_link(struct nlmsghdr *nlh, const struct spec_set *set, bool change_only);

#endif /* ADIT_TEST_NETLINK_FUZZ_H */
