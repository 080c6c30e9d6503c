#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
insmod "$(dirname "$0")/planted.ko" mistake=panic
sleep 60
