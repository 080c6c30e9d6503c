#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run cmocka programs and join what they print into one KTAP document. Exit status: 0 when every case passed.
set -u

status=0
n=0
echo "KTAP version 1"
echo "1..$#"
for prog in "$@"; do
	n=$((n + 1))
	name=$(basename "$prog")
	out=$(CMOCKA_MESSAGE_OUTPUT=TAP "$prog" 2>&1)
	rc=$?
	echo "  KTAP version 1"
	echo "$out" | sed -e '/^TAP version/d' -e 's/^/  /'
	if [ $rc -eq 0 ]; then
		echo "ok $n $name"
	else
		echo "not ok $n $name # exit status $rc"
		status=1
	fi
done
exit $status
