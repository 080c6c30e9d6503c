/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_IN6_H
#define SHIM_LINUX_IN6_H

#include <netinet/in.h>
#include_next <linux/in6.h>

#endif /* SHIM_LINUX_IN6_H */
