# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The guests of a check. Its tests wait more than they compute: where there are two processors and memory for it, they are
# shared out to two guests. ADIT_VM_GUESTS=1 or 2 overrules.

# What two guests want, with something left for their emulators and this machine.
# shellcheck disable=SC2153 # boot.sh's
GUESTS_MEMORY_KB=$((2 * GUEST_MEMORY_MB * 1024 * 5 / 4))

# Fewer tests are not worth a second boot.
GUESTS_TESTS_MIN=8
# Of a test that the file "seconds" does not know, and of vm/faults.
GUESTS_SECONDS=60

guests_two()
{
	case ${ADIT_VM_GUESTS:-} in
	1) return 1 ;;
	2) return 0 ;;
	"") [ "$(nproc)" -ge 2 ] && [ "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)" -ge $GUESTS_MEMORY_KB ] ;;
	*) die "ADIT_VM_GUESTS=$ADIT_VM_GUESTS: 1 or 2" ;;
	esac
}

# guests_by_length TEST...: the same, the longest first, each after its seconds.
guests_by_length()
{
	printf '%s\n' "$@" | awk -v unknown=$GUESTS_SECONDS '
		NR == FNR { if (!/^#/) seconds[$1] = $2; next }
		{ name = $0; sub(/\.sh$/, "", name); print name in seconds ? seconds[name] : unknown, $0 }
	' "$VM_DIR/seconds" - | sort -s -k 1,1 -n -r
}

# guests_second: those of GUEST that the second guest runs.
guests_second()
{
	local one_s=0 two_s=0 seconds test

	[ -z "${FAULTS:-}" ] || one_s=$GUESTS_SECONDS
	while read -r seconds test; do
		if [ $two_s -lt $one_s ]; then
			two_s=$((two_s + seconds))
			printf '%s\n' "$test"
		else
			one_s=$((one_s + seconds))
		fi
	done < <(guests_by_length "${GUEST[@]}")
}

# guests_share: who runs which of GUEST's tests, and GUESTS_EXPECT, the tests of which guests_run must give a result.
# Each test is of the guest that has less to do until then, and they stay in their order. Uses up STAGE.
guests_share()
{
	local test two=no
	local -A second=()

	SHARE_ONE=() SHARE_TWO=() GUESTS_EXPECT=()
	[ ${#GUEST[@]} -lt $GUESTS_TESTS_MIN ] || ! guests_two || two=yes
	[ "${ADIT_VM_GUESTS:-}" != 2 ] || two=yes
	[ ${#GUEST[@]} -gt 0 ] || two=no
	[ $two = no ] || while read -r test; do
		second[$test]=yes
	done < <(guests_second)
	for test in ${GUEST[@]+"${GUEST[@]}"}; do
		if [ -n "${second[$test]:-}" ]; then
			SHARE_TWO+=("$test")
		else
			SHARE_ONE+=("$test")
		fi
	done
	[ -z "${FAULTS:-}" ] || GUESTS_EXPECT+=(vm:faults)
	[ ${#SHARE_ONE[@]} -eq 0 ] || share_write one "${SHARE_ONE[@]}"
	[ ${#SHARE_TWO[@]} -eq 0 ] || share_write two "${SHARE_TWO[@]}"
	rm -rf "$STAGE"
}

share_write()
{
	local RUN=$RUN/guest-$1

	shift
	mkdir -p "$RUN"
	write_job MODE=check "TESTS=(${*@Q})" \
		"export AGAIN=$AGAIN FUZZ_SECONDS=${FUZZ_SECONDS:-} FUZZ_SEED=${FUZZ_SEED:-} TUNNELS=${TUNNELS:-}"
	GUESTS_EXPECT+=("$@" vm:leaks.sh)
}

share_boot()
{
	local RUN=$RUN/guest-$1

	boot batch || true # what is missing then is named by the report
}

# guests_run: prints the tests' results as KTAP, those of the second guest when the first has ended.
guests_run()
{
	local two=

	if [ ${#SHARE_TWO[@]} -gt 0 ]; then
		share_boot two >"$RUN/guest-two/ktap" &
		two=$!
	fi
	[ -z "${FAULTS:-}" ] || faults_run
	[ ${#SHARE_ONE[@]} -eq 0 ] || share_boot one
	if [ -n "$two" ]; then
		wait "$two"
		cat "$RUN/guest-two/ktap"
	fi
}
