/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_SOCKET_H
#define SHIM_LINUX_SOCKET_H

#include <sys/socket.h>
#include_next <linux/socket.h>

#endif /* SHIM_LINUX_SOCKET_H */
