#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
ip netns add faults-left
ip link add faults-left0 type dummy
setsid sleep 1000 >/dev/null 2>&1 &
exit 0
