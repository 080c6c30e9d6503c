// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each kind of request on devices, and the module's birth, with each of its allocations failing in turn:
 * fault_injection.h. The requests are in faults_*.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"

#define SECONDS_MAX	900

/* Until the module can go, its last device gone. */
#define SECONDS_TO_UNLOAD	20

FIXTURE(faults)
{
	struct world w;
};

FIXTURE_VARIANT(faults)
{
	const struct kind *kind;
	const struct op *op;
};

/* Limits as low as can be show what a failed request did not give back. */
FIXTURE_SETUP(faults)
{
	kind = variant->kind;
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, system("ip link set lo up && ip link add wan0 type dummy && ip addr add 192.0.2.1/24 dev wan0 && "
			    "ip link set wan0 up"));
	ASSERT_EQ(0, nl_open_rtnl(&self->w.rt));
	ASSERT_EQ(0, nl_link_concentrator_kind(&self->w.rt, DEV, kind->name)) TH_LOG("%s", self->w.rt.text);
	ASSERT_EQ(0, system("ip link set " DEV " up"));
	dev_index = if_nametoindex(DEV);
	ASSERT_EQ(0, nl_open_genl(&self->w.nl));
	ASSERT_EQ(0, kind->setup(&self->w.nl)) TH_LOG("%s", self->w.nl.text);
	ASSERT_EQ(0, fault_limits(2, kind->sessions + 1));
}

FIXTURE_TEARDOWN(faults)
{
	EXPECT_EQ(0, fault_limits(0, 0));
	EXPECT_TRUE(kind->teardown(&self->w));
	EXPECT_EQ(0, nl_link_del(&self->w.rt, DEV));
	owner_close();
	nl_close(&self->w.nl);
	nl_close(&self->w.rt);
}

#define FAULTS_OF(kind_, op_)	\
	FIXTURE_VARIANT_ADD(faults, op_) { .kind = &(kind_), .op = &(op_) }

FAULTS_OF(kind_pptp, pptp_link);
FAULTS_OF(kind_pptp, pptp_link_change);
FAULTS_OF(kind_pptp, pptp_link_told);
FAULTS_OF(kind_pptp, pptp_link_del);
FAULTS_OF(kind_pptp, pptp_session_new);
FAULTS_OF(kind_pptp, pptp_session_set);
FAULTS_OF(kind_pptp, pptp_session_del);
FAULTS_OF(kind_pptp, pptp_session_del_told);
FAULTS_OF(kind_pptp, pptp_session_get);
FAULTS_OF(kind_pptp, pptp_sessions_dump);
FAULTS_OF(kind_pptp, pptp_frame_send);
FAULTS_OF(kind_pptp, link_concentrator);
FAULTS_OF(kind_pptp, device_get);
FAULTS_OF(kind_pptp, devices_dump);
FAULTS_OF(kind_pptp, claim);
FAULTS_OF(kind_pptp, release);

FAULTS_OF(kind_l2tp, l2tp_link_udp);
FAULTS_OF(kind_l2tp, l2tp_link_ip);
FAULTS_OF(kind_l2tp, l2tp_link_ether);
FAULTS_OF(kind_l2tp, l2tp_link_change);
FAULTS_OF(kind_l2tp, l2tp_link_told);
FAULTS_OF(kind_l2tp, l2tp_link_del_udp);
FAULTS_OF(kind_l2tp, l2tp_link_del_ip);
FAULTS_OF(kind_l2tp, attach);
FAULTS_OF(kind_l2tp, detach);
FAULTS_OF(kind_l2tp, l2tp_session_v2);
FAULTS_OF(kind_l2tp, l2tp_session_v3);
FAULTS_OF(kind_l2tp, l2tp_session_set);
FAULTS_OF(kind_l2tp, l2tp_session_del);
FAULTS_OF(kind_l2tp, l2tp_session_get);

FAULTS_OF(kind_esp, esp_link);
FAULTS_OF(kind_esp, esp_link_change);
FAULTS_OF(kind_esp, esp_link_told);
FAULTS_OF(kind_esp, esp_link_del);
FAULTS_OF(kind_esp, esp_child_new);
FAULTS_OF(kind_esp, esp_child_udp);
FAULTS_OF(kind_esp, esp_child_set);
FAULTS_OF(kind_esp, esp_child_del);
FAULTS_OF(kind_esp, esp_child_del_told);
FAULTS_OF(kind_esp, esp_child_get);
FAULTS_OF(kind_esp, esp_children_dump);
FAULTS_OF(kind_esp, esp_sa_aead);
FAULTS_OF(kind_esp, esp_sa_cbc);
FAULTS_OF(kind_esp, esp_sa_out);
FAULTS_OF(kind_esp, esp_sa_del);
FAULTS_OF(kind_esp, esp_sa_get);
FAULTS_OF(kind_esp, esp_sas_dump);

/* What is the same for every kind, of the others. */
FIXTURE_VARIANT_ADD(faults, l2tp_link_concentrator) { .kind = &kind_l2tp, .op = &link_concentrator };
FIXTURE_VARIANT_ADD(faults, esp_link_concentrator) { .kind = &kind_esp, .op = &link_concentrator };
FIXTURE_VARIANT_ADD(faults, esp_attach) { .kind = &kind_esp, .op = &attach };
FIXTURE_VARIANT_ADD(faults, esp_detach) { .kind = &kind_esp, .op = &detach };

TEST_F_TIMEOUT(faults, every_one, SECONDS_MAX)
{
	FAULT_EACH(&self->w, variant->op, true);
}

/* The module's own birth. */

static char module_path[192];

static int module_load(struct world *w)
{
	int fd, rc;

	fd = open(module_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return rc;
}

static bool module_loaded(struct world *w)
{
	return !access("/sys/module/adit/parameters", F_OK);
}

static bool module_absent(struct world *w)
{
	return !module_loaded(w);
}

/* What uses the module last, a device's destructor, runs a little after the device was removed. */
static int module_unload(struct world *w)
{
	unsigned int tries = 0;

	while (syscall(SYS_delete_module, "adit", O_NONBLOCK)) {
		if (errno == ENOENT)
			return 0;
		if (errno != EWOULDBLOCK || ++tries == 100 * SECONDS_TO_UNLOAD)
			return -errno;
		usleep(10000);
	}
	return 0;
}

static const struct op load = {
	.act = module_load, .done = module_loaded, .before = module_absent, .undo = module_unload,
};

FIXTURE(module)
{
	struct world w;
};

FIXTURE_SETUP(module)
{
	struct utsname uts;

	ASSERT_EQ(0, uname(&uts));
	snprintf(module_path, sizeof(module_path), "/lib/modules/%s/updates/adit.ko", uts.release);
	ASSERT_EQ(0, module_unload(&self->w));
}

FIXTURE_TEARDOWN(module)
{
	nl_close(&self->w.nl);
	nl_close(&self->w.rt);
}

TEST_F_TIMEOUT(module, birth, SECONDS_MAX)
{
	FAULT_EACH(&self->w, &load, false);
	EXPECT_TRUE(module_absent(&self->w));
}

TEST_HARNESS_MAIN
