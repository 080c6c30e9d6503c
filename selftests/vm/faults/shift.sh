#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel itself finds it: planted/planted.c.
insmod "$(dirname "$0")/planted.ko" mistake=shift && rmmod planted
