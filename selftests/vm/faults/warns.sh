#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# As the kernel writes it.
echo "------------[ cut here ]------------
WARNING: CPU: 0 PID: 1 at kmod/nowhere.c:1 nothing+0x0/0x0 [adit]" >/dev/kmsg
