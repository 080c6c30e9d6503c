#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh NAME...: one KTAP result for each check, what is wrong before it. Most are scripts/check-NAME.

cd "$(dirname "$0")/../.." || exit 1

check_check-all() { selftests/tree/check-all.sh; }
check_netlink-spec() { scripts/regen-netlink -c; }
check_report() { selftests/tree/report.sh; }

# run NAME
run()
{
	if declare -F "check_$1" >/dev/null; then
		"check_$1"
	else
		"scripts/check-$1"
	fi
}

number=0
failed=0
echo "KTAP version 1"
echo "1..$#"
for name in "$@"; do
	number=$((number + 1))
	if out=$(run "$name" 2>&1); then
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
