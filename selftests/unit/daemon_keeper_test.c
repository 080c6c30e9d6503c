// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors that come with messages of the other process, which may be anybody's by then: none is left open. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/keeper.h"

static unsigned int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* len octets of a message with n descriptors, as keeper_send() never sends it. */
static void send_with(int fd, const struct keeper_msg *msg, size_t len, unsigned int n)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(4 * sizeof(int))]; } control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)msg, .iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			     .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&mh);
	unsigned int i;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
	for (i = 0; i < n; i++)
		memcpy(CMSG_DATA(cmsg) + i * sizeof(int), &fd, sizeof(fd));
	assert_int_equal(sendmsg(fd, &mh, 0), len);
}

static void one_descriptor_comes_with_its_message(void **state)
{
	struct keeper_msg msg;
	int pair[2], pass;

	(void)state;
	assert_int_equal(keeper_pair(pair), 0);
	assert_int_equal(keeper_send(pair[0], KEEPER_KEEP, 7, "text", pair[0]), 0);
	assert_int_equal(keeper_recv(pair[1], &msg, &pass, 0), 1);
	assert_int_equal(msg.type, KEEPER_KEEP);
	assert_int_equal(msg.number, 7);
	assert_string_equal(msg.text, "text");
	assert_true(pass >= 0 && fcntl(pass, F_GETFD) == FD_CLOEXEC);
	close(pass);
	assert_int_equal(keeper_send(pair[0], KEEPER_DROP, 7, NULL, -1), 0);
	assert_int_equal(keeper_recv(pair[1], &msg, &pass, 0), 1);
	assert_int_equal(pass, -1);
	assert_int_equal(keeper_recv(pair[1], &msg, &pass, 0), -EAGAIN);
	close(pair[0]);
	assert_int_equal(keeper_recv(pair[1], &msg, &pass, 0), 0);
	close(pair[1]);
}

static void more_than_one_leave_nothing_open(void **state)
{
	struct keeper_msg msg = { .type = KEEPER_KEEP };
	unsigned int n, before;
	int pair[2], pass;

	(void)state;
	assert_int_equal(keeper_pair(pair), 0);
	before = open_files();
	for (n = 2; n <= 4; n++) {
		send_with(pair[0], &msg, offsetof(struct keeper_msg, text) + 1, n);
		assert_int_equal(keeper_recv(pair[1], &msg, &pass, 0), 1);
		assert_true(pass >= 0);
		close(pass);
		assert_int_equal(open_files(), before);
	}
	close(pair[0]);
	close(pair[1]);
}

static void nor_does_one_with_half_a_message(void **state)
{
	struct keeper_msg msg = { .type = KEEPER_KEEP };
	unsigned int before;
	int pair[2], pass;

	(void)state;
	assert_int_equal(keeper_pair(pair), 0);
	before = open_files();
	send_with(pair[0], &msg, 4, 1);
	assert_int_equal(keeper_recv(pair[1], &msg, &pass, 0), -EBADMSG);
	assert_int_equal(pass, -1);
	assert_int_equal(open_files(), before);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_descriptor_comes_with_its_message),
		cmocka_unit_test(more_than_one_leave_nothing_open),
		cmocka_unit_test(nor_does_one_with_half_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
