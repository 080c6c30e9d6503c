/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPTP call ids (RFC 2637 section 2.7): 16 bits, not 0. Handed out along a keyed permutation of all
 * ids, so an id comes back only after all others had their turn, and an outsider who sees one
 * cannot tell the next. The position outlives the engine.
 */
#ifndef ADIT_DAEMON_CALLID_H
#define ADIT_DAEMON_CALLID_H

#include <stdint.h>

struct callids;

/*
 * key and position are borrowed and live as long (the memory file). owner of each id: the caller's
 * pointer.
 */
struct callids *callids_new(const uint8_t key[16], uint32_t *position);		/* NULL on ENOMEM */
void callids_free(struct callids *c);
/* -ENOSPC: all in use */
int callids_take(struct callids *c, void *owner, uint16_t *id);
/* after a restart; -EBUSY, -EINVAL for 0 */
int callids_reserve(struct callids *c, uint16_t id, void *owner);
void callids_give(struct callids *c, uint16_t id);
void *callids_owner(const struct callids *c, uint16_t id);			/* NULL when free */

#endif /* ADIT_DAEMON_CALLID_H */
