/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datapath for tests: keeps sessions and routes in tables as the kernel would, remembers every request
 * in words, refuses on demand, and lets the test speak for the kernel.
 */
#ifndef ADIT_DATAPATH_NULL_H
#define ADIT_DATAPATH_NULL_H

#include "datapath/datapath.h"

#define DP_NULL_FRAME_MAX 2048

struct dp_null_frame {
	int ifindex;
	uint32_t id;
	uint16_t protocol;
	bool control;		/* of L2TP: id is the child's, protocol the peer's port */
	uint8_t data[DP_NULL_FRAME_MAX];
	size_t len;
};

/*
 * The requests since the last call, one per line, e.g. "session-new 7 call 3 peer 9\n", or
 * "session-new 7 l2tp 1/2 peer 3/4\n" with tunnel and session ids. The text lives until the next
 * call on dp. Words: device-ensure NAME, device-delete, tunnel-new (told as the device and the
 * session that it makes), tunnel-up NAME ADDRESS peer ADDRESS mtu N, detour-add MARK, detour-del
 * MARK, session-new ID, session-set ID WHAT..., session-del ID, socket-attach FD, socket-detach FD,
 * socket-attach-esp FD, route-add P, route-del P, address-add P, address-del P, child-new ID ...,
 * child-set ID ..., child-del ID, sa-new CHILD in|out, sa-del CHILD in|out. Frames are not among them, see below;
 * neither are the requests that change nothing.
 */
const char *dp_null_requests(struct dp *dp);
/* with its keys; NULL: there is none */
const struct dp_session *dp_null_session(struct dp *dp, uint32_t id);
/* to be written to; NULL: no session */
struct dp_stats *dp_null_stats(struct dp *dp, uint32_t id);
unsigned int dp_null_sessions(struct dp *dp);
/* NULL: there is none; an SA with its keys */
const struct dp_child *dp_null_child(struct dp *dp, int ifindex, uint32_t id);
const struct dp_sa *dp_null_sa(struct dp *dp, int ifindex, uint32_t id, bool outbound, uint32_t spi);
unsigned int dp_null_children(struct dp *dp);
int dp_null_route(struct dp *dp, const struct prefix *p);	/* the device that it leads to; 0: none */
/* the oldest one sent that was not taken yet */
bool dp_null_frame_next(struct dp *dp, struct dp_null_frame *frame);
/* The next request of this word (as above, or frame-send) fails with ret (-errno) and the text. */
void dp_null_refuse(struct dp *dp, const char *word, int ret, const char *text);

void dp_null_frame(struct dp *dp, int ifindex, uint32_t id, uint16_t protocol, bool encrypted,
		   const void *data, size_t len);
void dp_null_control(struct dp *dp, int ifindex, uint32_t child, uint16_t peer_port, const void *data,
		     size_t len);
void dp_null_mppe_desync(struct dp *dp, int ifindex, uint32_t id);
/* takes the session out, then says so */
void dp_null_gone(struct dp *dp, int ifindex, uint32_t id);
void dp_null_frames_lost(struct dp *dp, int ifindex, uint32_t id);

#endif /* ADIT_DATAPATH_NULL_H */
