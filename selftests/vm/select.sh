# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Which tests a run is of. A test is COLLECTION:NAME inside, COLLECTION/NAME (without .sh) for people.

# Collections that run here, natively in the root filesystem's tree; all others run in the guest.
NATIVE_COLLECTIONS="tree unit replay fuzz"
# They know no kernel: a run on one built here is of the guest's tests alone.
[ -z "$CONFIG" ] || NATIVE_COLLECTIONS=

is_native()
{
	[[ " $NATIVE_COLLECTIONS " == *" $1 "* ]]
}

# select_all: every test there is, one a line, the native ones first.
select_all()
{
	local collection name

	for collection in $NATIVE_COLLECTIONS; do
		[ -e "$TREE_DIR/selftests/$collection/Makefile" ] || continue
		build_inside list "$collection" | while read -r name; do
			echo "$collection/$name"
		done
	done
	echo vm/faults
	sed 's,:,/,; s,\.sh$,,' "$STAGE/usr/lib/adit-vm/tests/kselftest-list.txt"
}

# select_tests PATTERN...: sets NATIVE (collection to names), GUEST (list for the runner) and FAULTS. Without a pattern, all.
select_tests()
{
	local pattern all test found

	unset NATIVE
	declare -gA NATIVE=()
	GUEST=() FAULTS=
	all=$(select_all)
	if [ $# -eq 0 ]; then
		set -- '*'
	fi
	for pattern in "$@"; do
		found=no
		for test in $all; do
			# shellcheck disable=SC2053 # a pattern is meant
			[[ $test == $pattern || ${test%%/*} == $pattern || ${test}.sh == $pattern ]] || continue
			found=yes
			select_add "$test"
		done
		[ $found = yes ] || die "no test is called '$pattern'; there are: $(tr '\n' ' ' <<<"$all")"
	done
}

select_add()
{
	local collection=${1%%/*} name=${1#*/} file

	if [ "$1" = vm/faults ]; then
		FAULTS=yes
		return
	fi
	if is_native "$collection"; then
		NATIVE[$collection]+="$name "
		return
	fi
	file=$(grep -m 1 -E "^$collection:$name(\.sh)?$" "$STAGE/usr/lib/adit-vm/tests/kselftest-list.txt")
	GUEST+=("$file")
}
