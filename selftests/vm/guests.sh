# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The guests of a check: as many as there are processors and memory for, up to three. More would slow one another down, and
# peers have clocks. ADIT_VM_GUESTS=1, 2 or 3 overrules.

GUESTS_NAMES=(one two three)

# What a guest wants, with something left for its emulator and this machine.
# shellcheck disable=SC2153 # boot.sh's
GUESTS_MEMORY_KB=$((GUEST_MEMORY_MB * 1024 * 5 / 4))

# Fewer tests are not worth another boot.
GUESTS_TESTS_MIN=8
# Of a test that the file "seconds" does not know, and of vm/faults.
GUESTS_SECONDS=60

# guests_number: of guests, for so many tests.
guests_number()
{
	local most by_memory

	case ${ADIT_VM_GUESTS:-} in
	[1-3]) echo "$ADIT_VM_GUESTS" ;;
	"")
		most=$(nproc)
		[ "$most" -le ${#GUESTS_NAMES[@]} ] || most=${#GUESTS_NAMES[@]}
		by_memory=$(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) / GUESTS_MEMORY_KB))
		[ "$most" -le $by_memory ] || most=$by_memory
		[ "$most" -ge 1 ] && [ "$1" -ge $GUESTS_TESTS_MIN ] || most=1
		echo "$most"
		;;
	*) die "ADIT_VM_GUESTS=$ADIT_VM_GUESTS: 1, 2 or 3" ;;
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

# guests_assign N: "GUEST TEST" for each of GUEST's, GUEST from 1 to N: the longest first, each to whom has least to do.
guests_assign()
{
	guests_by_length "${GUEST[@]}" | awk -v guests="$1" -v faults="${FAULTS:+$GUESTS_SECONDS}" '
		BEGIN { load[1] = faults }
		{
			who = 1
			for (i = 2; i <= guests; i++)
				if (load[i] < load[who])
					who = i
			load[who] += $1
			print who, $2
		}'
}

# guests_share: who runs which of GUEST's tests, in their order: SHARES has the guests' names. And GUESTS_EXPECT, the tests
# of which guests_run must give a result. Uses up STAGE.
guests_share()
{
	local number who test mine
	local -A of=()

	SHARES=() GUESTS_EXPECT=()
	[ -z "${FAULTS:-}" ] || GUESTS_EXPECT+=(vm:faults)
	number=$(guests_number ${#GUEST[@]})
	while read -r who test; do
		of[$test]=$who
	done < <([ ${#GUEST[@]} -eq 0 ] || guests_assign "$number")
	for ((who = 1; who <= number; who++)); do
		mine=()
		for test in ${GUEST[@]+"${GUEST[@]}"}; do
			[ "${of[$test]}" != $who ] || mine+=("$test")
		done
		[ ${#mine[@]} -gt 0 ] || continue
		SHARES+=("${GUESTS_NAMES[who - 1]}")
		share_write "${GUESTS_NAMES[who - 1]}" "${mine[@]}"
	done
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

# guests_run: prints the tests' results as KTAP, those of the other guests when the first has ended.
guests_run()
{
	local name others=()

	for name in "${SHARES[@]:1}"; do
		share_boot "$name" >"$RUN/guest-$name/ktap" &
		others+=($!)
	done
	[ -z "${FAULTS:-}" ] || faults_run
	[ ${#SHARES[@]} -eq 0 ] || share_boot "${SHARES[0]}"
	[ ${#others[@]} -eq 0 ] || wait "${others[@]}"
	for name in "${SHARES[@]:1}"; do
		cat "$RUN/guest-$name/ktap"
	done
}
