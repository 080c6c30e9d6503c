// SPDX-License-Identifier: GPL-2.0
/* Order of birth, and its reverse. */

#include <linux/module.h>

#include "device.h"
#include "frame.h"
#include "gre.h"
#include "l2tp.h"
#include "netlink.h"
#include "pptp.h"
#include "session.h"
#include "socket.h"

static int __init adit_init(void)
{
	int err;

	err = adit_session_init();
	if (err)
		return err;
	err = adit_socket_init();
	if (err)
		goto err_session;
	err = adit_device_init();
	if (err)
		goto err_socket;
	err = adit_netlink_init();
	if (err)
		goto err_device;
	err = adit_frame_init();
	if (err)
		goto err_netlink;
	err = adit_link_pptp_init();
	if (err)
		goto err_frame;
	err = adit_link_l2tp_init();
	if (err)
		goto err_pptp;
	return 0;

err_pptp:
	adit_link_pptp_exit();
err_frame:
	adit_frame_exit();
err_netlink:
	adit_netlink_exit();
err_device:
	adit_device_exit();
err_socket:
	adit_socket_exit();
err_session:
	adit_session_exit();
	return err;
}

/* Every device and every attached socket holds the module, so none is left here; only slots may still linger. */
static void __exit adit_exit(void)
{
	adit_link_l2tp_exit();
	adit_link_pptp_exit();
	adit_l2tp_ip_exit();
	adit_gre_exit();
	adit_frame_exit();
	adit_netlink_exit();
	adit_device_exit();
	adit_socket_exit();
	adit_session_exit();
}

module_init(adit_init);
module_exit(adit_exit);

MODULE_DESCRIPTION("VPN gateway: PPTP and L2TP devices");
MODULE_AUTHOR("The adit authors");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("adit");
