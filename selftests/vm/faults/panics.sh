#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
sleep 60
