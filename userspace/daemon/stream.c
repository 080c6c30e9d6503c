// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/stream.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define STATE_CLOSE_WAIT	8	/* TCP_CLOSE_WAIT, whose name linux/tcp.h does not have */
#define STATE_LAST_ACK		9
#define STATE_CLOSING		11

/* From these states on the peer's FIN is among the octets received. */
static int fin_received(uint8_t state)
{
	return state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING;
}

int stream_position(int fd, bool opened, struct stream_position *pos)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int unread, unacked;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return -errno;
	if (len < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received))
		return -EOPNOTSUPP;
	if (ioctl(fd, SIOCINQ, &unread) < 0 || ioctl(fd, SIOCOUTQ, &unacked) < 0)
		return -errno;
	pos->taken = info.tcpi_bytes_received - (uint64_t)unread -
		     (uint64_t)fin_received(info.tcpi_state);
	/* Our SYN, which was acknowledged too, is among them. */
	pos->given = info.tcpi_bytes_acked + (uint64_t)unacked - (uint64_t)opened;
	return 0;
}
