// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/keeper.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Neither side is away from its loop for longer while it lives. */
#define KEEPER_SEND_TIMEOUT_S	5
/*
 * More messages than a reload sends; connections kept come one by one while the other side reads.
 */
#define KEEPER_BUFFER		(256 * 1024)

int keeper_pair(int fds[2])
{
	struct timeval timeout = { .tv_sec = KEEPER_SEND_TIMEOUT_S };
	int size = KEEPER_BUFFER;
	int i;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	for (i = 0; i < 2; i++) {
		setsockopt(fds[i], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	}
	return 0;
}

int keeper_send(int fd, uint32_t type, uint32_t number, const char *text, int pass)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control = { 0 };
	struct keeper_msg msg = { .type = type, .number = number };
	struct iovec iov = { .iov_base = &msg };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;
	ssize_t n;

	if (text)
		snprintf(msg.text, sizeof(msg.text), "%s", text);
	iov.iov_len = offsetof(struct keeper_msg, text) + strlen(msg.text) + 1;
	if (pass >= 0) {
		mh.msg_control = &control;
		mh.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&mh);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &pass, sizeof(int));
	}
	do {
		n = sendmsg(fd, &mh, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* What is padded for one descriptor holds two where words have 64 bits. Whichever came are ours to close. */
static int take_descriptor(struct msghdr *mh)
{
	const struct cmsghdr *cmsg = CMSG_FIRSTHDR(mh);
	int fd, taken = -1;
	size_t at;

	if (!cmsg || cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
		return -1;
	for (at = 0; CMSG_LEN(at + sizeof(fd)) <= cmsg->cmsg_len; at += sizeof(fd)) {
		memcpy(&fd, CMSG_DATA(cmsg) + at, sizeof(fd));
		if (taken < 0)
			taken = fd;
		else
			close(fd);
	}
	return taken;
}

int keeper_recv(int fd, struct keeper_msg *msg, int *pass, int wait)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control;
	struct iovec iov = { .iov_base = msg, .iov_len = sizeof(*msg) };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	*pass = -1;
	do {
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? 0 : -errno;
	if (n == 0)
		return 0;
	*pass = take_descriptor(&mh);
	if ((size_t)n <= offsetof(struct keeper_msg, text)) {
		if (*pass >= 0)
			close(*pass);
		*pass = -1;
		return -EBADMSG;
	}
	msg->text[(size_t)n - offsetof(struct keeper_msg, text) - 1] = '\0';
	return 1;
}
