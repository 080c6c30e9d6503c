# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The bench, on this machine: boots the guest that counts instructions, and makes table, JSON, and plot of what it
# prints. Sourced by selftests/vm/run; the variables that choose are described in Documentation/bench.md.

BENCH_DIR=$TREE_DIR/selftests/bench

# shellcheck source=selftests/bench/uml.sh
. "$BENCH_DIR/uml.sh"

# Which yardsticks, and whether to profile; a profile slows the guest, and the other yardstick has none.
INSTRUCTIONS=${INSTRUCTIONS:-yes}
NATIVE=${NATIVE:-yes}
[ -z "${PROFILE:-}" ] || NATIVE=no

# How often each path is measured natively; the least counts.
UML_ROUNDS=3

# What the guest is told.
BENCH_VARIABLES="KINDS SIZES SESSIONS COUNT KIB ROUNDS PROFILE"

# bench_environment: the variables that are set, as words for env.
bench_environment()
{
	local name

	for name in $BENCH_VARIABLES; do
		[ -z "${!name:-}" ] || printf '%s=%q ' "$name" "${!name}"
	done
}

# bench_icount: figures of a guest whose nanoseconds are instructions, into $RUN/icount.jsonl.
bench_icount()
{
	# The jitter RNG does not find jitter here, and its failure takes others along: it is left out.
	GUEST_CMDLINE_MORE=" initcall_blacklist=jent_mod_init"
	ADIT_ACCEL=icount
	[ -z "${PROFILE:-}" ] || GUEST_ARGS=(-plugin "$RUN/plugin.so,out=$RUN/profile")
	GUEST_SECONDS=${ADIT_VM_SECONDS:-7200}
	do_command exec "env $(bench_environment) /usr/lib/adit-vm/tests/bench/bench.sh" | tee "$RUN/icount.log" |
		grep --line-buffered -v '^{' || true
	grep '^{' "$RUN/icount.log" >"$RUN/icount.jsonl"
}

# bench_uml: figures of User Mode Linux, whose nanoseconds are this machine's, into $RUN/uml.jsonl.
bench_uml()
{
	local words

	uml_open
	eval "words=($(bench_environment))"
	chroot_run "$UML:uml" "$BUILD/src:src" "$BENCH_DIR:bench" -- /mnt/bench/uml-run "${words[@]}" \
		ROUNDS="$UML_ROUNDS" KIB=0 PROFILE= >"$RUN/uml.log" 2>&1 || true
	grep '^#' "$RUN/uml.log" || true
	grep '^{' "$RUN/uml.log" | tr -d '\r' >"$RUN/uml.jsonl"
	grep -q '^# uml: end' "$RUN/uml.log" || echo "# bench: User Mode Linux did not come to an end: see $RUN/uml.log" |
		tee -a "$RUN/uml.log"
}

# bench_show PROGRAM: one of the programs that read RUN's figures, inside the root filesystem's tree, which has python.
bench_show()
{
	chroot_run "$RUN:run" "$BENCH_DIR:bench" -- "/mnt/bench/$1" /mnt/run
}

bench_stage()
{
	build_inside stage && cp "$BUILD/src/selftests/bench/build/plugin.so" "$RUN/"
}

do_bench()
{
	rm -f "$RUN"/{icount,uml}.jsonl
	bench_stage >"$RUN/build.log" 2>&1 || { cat "$RUN/build.log"; exit 1; }
	! grep -q '^not ok' "$RUN/build.log" || { cat "$RUN/build.log"; exit 1; }
	build_close
	[ "$INSTRUCTIONS" = no ] || bench_icount
	[ "$NATIVE" = no ] || bench_uml
	bench_show report.py | tee "$RUN/table"
	[ -z "${PROFILE:-}" ] || bench_show profile.py >"$RUN/profile"
	echo "table, bench.json and bench.svg${PROFILE:+, profile}: $RUN"
	! grep -q '^# bench: ' "$RUN"/*.log
}
