// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/log.h"

/* Sorted by what they serve. */
static const int allowed[] = {
	/* sockets and pipes that are open */
	SCMP_SYS(accept4),
	SCMP_SYS(bind),
	SCMP_SYS(close),
	SCMP_SYS(connect),
	SCMP_SYS(dup),
	SCMP_SYS(fcntl),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(ioctl),
	SCMP_SYS(lseek),
	SCMP_SYS(pread64),
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(statx),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(getcwd),
	/* the loop */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(eventfd2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(socketpair),
	SCMP_SYS(pipe2),
	/* clocks and chance */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
	SCMP_SYS(nanosleep),
	SCMP_SYS(time),
	/* memory, locks inside libcrypto */
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(madvise),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_yield),
	SCMP_SYS(getcpu),
	SCMP_SYS(mlock),
	SCMP_SYS(mlock2),
	SCMP_SYS(munlock),
	/* ending, and saying why */
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(gettid),
	SCMP_SYS(tgkill),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(prlimit64),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(umask),
	SCMP_SYS(getdents64),
};

static int allow_plain(scmp_filter_ctx ctx)
{
	size_t i;
	int err;

	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
		if (err)
			return err;
	}
	return 0;
}

#define SOCKET_TYPE_MASK	0xf	/* SOCK_TYPE_MASK of the kernel: without CLOEXEC and NONBLOCK */

static int allow_sockets(scmp_filter_ctx ctx, int family)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(types) / sizeof(types[0]) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family),
				       SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_TYPE_MASK,
					       (scmp_datum_t)types[i]));
	return err;
}

/*
 * Reading files only (the configuration's copy, /etc/localtime, what names resolve to), and no
 * sockets but netlink's and those that clients need: TCP, and UDP for names. Nothing raw.
 */
static int allow_narrow(scmp_filter_ctx ctx)
{
	int err;

	err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY));
	if (err)
		return err;
	err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
			       SCMP_A0(SCMP_CMP_EQ, AF_NETLINK));
	if (!err)
		err = allow_sockets(ctx, AF_INET);
	return err ? err : allow_sockets(ctx, AF_INET6);
}

int seccomp_engine(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err;

	if (!ctx)
		return -ENOMEM;
	/* Not every kernel can log; the filter matters more than the line. */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1);
	err = allow_plain(ctx);
	if (!err)
		err = allow_narrow(ctx);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}
