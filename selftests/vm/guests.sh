# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The guests of a check. Its tests wait more than they compute: where there are two processors and memory for it, the
# tests against peers have a guest of their own beside that of all others. ADIT_VM_GUESTS=1 or 2 overrules.

# What two guests want, with something left for their emulators and this machine.
# shellcheck disable=SC2153 # boot.sh's
GUESTS_MEMORY_KB=$((2 * GUEST_MEMORY_MB * 1024 * 5 / 4))

guests_two()
{
	case ${ADIT_VM_GUESTS:-} in
	1) return 1 ;;
	2) return 0 ;;
	"") [ "$(nproc)" -ge 2 ] && [ "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)" -ge $GUESTS_MEMORY_KB ] ;;
	*) die "ADIT_VM_GUESTS=$ADIT_VM_GUESTS: 1 or 2" ;;
	esac
}

# guests_share: who runs which of GUEST's tests, and GUESTS_EXPECT, the tests of which guests_run must give a result.
# Uses up STAGE.
guests_share()
{
	local test two=no

	SHARE_ONE=() SHARE_PEERS=() GUESTS_EXPECT=()
	[[ "${GUEST[*]:-}" != *peers:* || "${GUEST[*]:-}" != *net:* ]] || ! guests_two || two=yes
	for test in ${GUEST[@]+"${GUEST[@]}"}; do
		if [ $two = yes ] && [[ $test == peers:* ]]; then
			SHARE_PEERS+=("$test")
		else
			SHARE_ONE+=("$test")
		fi
	done
	[ -z "${FAULTS:-}" ] || GUESTS_EXPECT+=(vm:faults)
	[ ${#SHARE_ONE[@]} -eq 0 ] || share_write one "${SHARE_ONE[@]}"
	[ ${#SHARE_PEERS[@]} -eq 0 ] || share_write peers "${SHARE_PEERS[@]}"
	rm -rf "$STAGE"
}

share_write()
{
	local RUN=$RUN/guest-$1

	shift
	mkdir -p "$RUN"
	write_job MODE=check "TESTS=(${*@Q})" "export FUZZ_SECONDS=${FUZZ_SECONDS:-} FUZZ_SEED=${FUZZ_SEED:-}"
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
	local peers=

	if [ ${#SHARE_PEERS[@]} -gt 0 ]; then
		share_boot peers >"$RUN/guest-peers/ktap" &
		peers=$!
	fi
	[ -z "${FAULTS:-}" ] || faults_run
	[ ${#SHARE_ONE[@]} -eq 0 ] || share_boot one
	if [ -n "$peers" ]; then
		wait "$peers"
		cat "$RUN/guest-peers/ktap"
	fi
}
