#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh NAME...: one KTAP result for each check.

cd "$(dirname "$0")/../.." || exit 1

check_check-all() { selftests/tree/check-all.sh; }
check_includes() { scripts/check-includes; }
check_netlink-spec() { scripts/regen-netlink -c; }
check_report() { selftests/tree/report.sh; }
check_shell() { scripts/check-shell; }
check_spdx() { scripts/check-spdx; }

number=0
failed=0
echo "KTAP version 1"
echo "1..$#"
for name in "$@"; do
	number=$((number + 1))
	if out=$("check_$name" 2>&1); then
		echo "ok $number $name"
	else
		while read -r line; do
			echo "# $line"
		done <<<"$out"
		echo "not ok $number $name"
		failed=1
	fi
done
exit $failed
