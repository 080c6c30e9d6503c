// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/privs.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

int account_find(const char *name, struct account *account)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (!pw) {
		log_error(
			NULL,
			"there is no account \"%s\" for the engine to run as (run-as): make it with "
			"systemd-sysusers, or with: useradd --system --no-create-home --shell /usr/sbin/nologin %s",
			name, name);
		return -ENOENT;
	}
	*account = (struct account){ .uid = pw->pw_uid, .gid = pw->pw_gid };
	return 0;
}

int privs_harden(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return -errno;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

void privs_raise_limits(unsigned int files)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit want = { files, files };
	struct rlimit now;

	if (setrlimit(RLIMIT_MEMLOCK, &all) < 0)
		log_debug(NULL, "cannot lift the limit on locked memory: %s", strerror(errno));
	if (getrlimit(RLIMIT_NOFILE, &now) < 0 || now.rlim_cur >= files)
		return;
	if (setrlimit(RLIMIT_NOFILE, &want) == 0)
		return;
	want = (struct rlimit){ now.rlim_max, now.rlim_max };
	setrlimit(RLIMIT_NOFILE, &want);
	log_warn(
		NULL,
		"only %lu descriptors may be open, %u would serve max-connections: raise LimitNOFILE or the "
		"system's fs.nr_open",
		(unsigned long)now.rlim_max, files);
}

static int become(const struct account *account)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return -errno;
	if (setgroups(0, NULL) < 0)
		return -errno;
	if (setresgid(account->gid, account->gid, account->gid) < 0)
		return -errno;
	if (setresuid(account->uid, account->uid, account->uid) < 0)
		return -errno;
	return 0;
}

/*
 * The bounding set first: dropping from it takes CAP_SETPCAP, which goes with the rest afterwards.
 */
static int drop_bounding(void)
{
	int cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (cap == CAP_NET_ADMIN)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	}
	return 0;
}

static int keep_net_admin(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective = CAP_TO_MASK(CAP_NET_ADMIN);
	data[CAP_TO_INDEX(CAP_NET_ADMIN)].permitted = CAP_TO_MASK(CAP_NET_ADMIN);
	/* glibc has no wrapper, and one call is no reason for libcap. */
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int privs_drop(const struct account *account)
{
	int err;

	err = drop_bounding();
	if (err)
		return err;
	err = become(account);
	if (err)
		return err;
	err = keep_net_admin();
	if (err)
		return err;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	/* Changing the uid made the process follow fs.suid_dumpable again. */
	return privs_harden();
}
