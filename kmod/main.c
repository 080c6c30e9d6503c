// SPDX-License-Identifier: GPL-2.0
/* Order of birth, and its reverse. */

#include <linux/module.h>

#include "crypt.h"
#include "device.h"
#include "esp.h"
#include "frame.h"
#include "gre.h"
#include "l2tp.h"
#include "netlink.h"
#include "pptp.h"
#include "sa.h"
#include "session.h"
#include "socket.h"

static int __init adit_init(void)
{
	int err;

	err = adit_session_init();
	if (err)
		return err;
	err = adit_sa_init();
	if (err)
		goto err_session;
	err = adit_socket_init();
	if (err)
		goto err_sa;
	err = adit_device_init();
	if (err)
		goto err_socket;
	err = adit_netlink_init();
	if (err)
		goto err_device;
	err = adit_frame_init();
	if (err)
		goto err_netlink;
	err = adit_l2tp_ip_init();
	if (err)
		goto err_frame;
	err = adit_link_pptp_init();
	if (err)
		goto err_l2tp_ip;
	err = adit_link_l2tp_init();
	if (err)
		goto err_pptp;
	err = adit_link_esp_init();
	if (err)
		goto err_l2tp;
	return 0;

err_l2tp:
	adit_link_l2tp_exit();
err_pptp:
	adit_link_pptp_exit();
err_l2tp_ip:
	adit_l2tp_ip_exit();
err_frame:
	adit_frame_exit();
err_netlink:
	adit_netlink_exit();
err_device:
	adit_device_exit();
err_socket:
	adit_socket_exit();
err_sa:
	adit_sa_exit();
err_session:
	adit_session_exit();
	return err;
}

/* Every device and every attached socket holds the module, so none is left here; only slots may still linger. */
static void __exit adit_exit(void)
{
	adit_link_esp_exit();
	adit_link_l2tp_exit();
	adit_link_pptp_exit();
	adit_esp_exit();
	adit_l2tp_ip_exit();
	adit_gre_exit();
	adit_frame_exit();
	adit_netlink_exit();
	adit_device_exit();
	adit_socket_exit();
	adit_sa_exit();
	adit_crypt_exit();
	adit_session_exit();
}

module_init(adit_init);
module_exit(adit_exit);

MODULE_DESCRIPTION("VPN gateway: PPTP, L2TP and ESP devices");
MODULE_AUTHOR("The adit authors");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("adit");
