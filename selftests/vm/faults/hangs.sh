#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does not end when asked to either.
trap '' TERM
while :; do
	sleep 1
done
