# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The test "vm/faults": tests that fail, hang, skip, litter, make the kernel warn, or crash it, mistakes of kernel code
# that a kernel built to look for them finds, and the report that a run of them must get. A test machine that overlooks
# one of these makes every other test worthless.

# Of Makefile's list the last tests, which come after leaks.sh: they end the machine.
FAULTS_FATAL=2

faults_stage()
{
	local STAGE=$RUN/faults/stage

	mkdir -p "$STAGE"
	build_inside faults >/dev/null
}

# faults_run: prints the test's result as KTAP.
faults_run()
{
	local run=$RUN tests report survived expected=$VM_DIR/faults/expected${CONFIG:+-$CONFIG}
	local RUN=$run/faults STAGE=$run/faults/stage

	mapfile -t tests <"$STAGE/usr/lib/adit-vm/tests/kselftest-list.txt"
	survived=$((${#tests[@]} - FAULTS_FATAL))
	tests=("${tests[@]:0:survived}" vm:leaks.sh "${tests[@]:survived}")
	write_job MODE=check "TESTS=(${tests[*]@Q})"
	rm -rf "$STAGE"
	boot batch >"$RUN/ktap" || true
	report=$(awk -v expect="${tests[*]}" -f "$VM_DIR/report.awk" "$RUN/ktap" | grep '^FAILED' || true)

	echo "TAP version 13"
	echo "1..1"
	echo "# selftests: vm: faults"
	if diff <(sed "s/TIMEOUT 3 /TIMEOUT $((3 * TIME_FACTOR)) /" "$expected") - <<<"$report" |
		sed 's/^/# /'; then
		echo "ok 1 selftests: vm: faults"
	else
		sed 's/^/# # /' "$RUN/ktap"
		echo "not ok 1 selftests: vm: faults"
	fi
}
