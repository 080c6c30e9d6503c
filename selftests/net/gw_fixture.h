/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fixture of gw.h, a part of each program that uses it. */
#include "harness.h"

FIXTURE(gw)
{
	struct nl rt;
	struct nl nl;
};

FIXTURE_SETUP(gw)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, nl_open_rtnl(&self->rt));
	/* The kind loads the module, and the module brings the family. */
	ASSERT_EQ(0, nl_link_concentrator(&self->rt, DEV)) TH_LOG("%s", self->rt.text);
	ASSERT_EQ(0, nl_open_genl(&self->nl));
}

FIXTURE_TEARDOWN(gw)
{
	nl_link_del(&self->rt, DEV);
	nl_close(&self->nl);
	nl_close(&self->rt);
}
