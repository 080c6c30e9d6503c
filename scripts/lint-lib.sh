# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the scripts/check-* that call tools share. They print FILE:LINE of what is wrong, and fail if anything is.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export KDIR=${KDIR:-/lib/modules/$(uname -r)/build}
JOBS=$(nproc)
# What is built here is none of the make that calls us.
unset MAKEFLAGS MFLAGS MAKELEVEL

# c_files PATH...: the C files below, not what a build made.
c_files()
{
	find "$@" \( -name build -o -name out \) -prune -o -type f -name '*.[ch]' ! -name '*.mod.c' -print | sort
}

# module_build OPTION...: W=1 and the self-test are what the tests build too: nothing is compiled twice.
module_build()
{
	make -j "$JOBS" modules KDIR="$KDIR" W=1 ADIT_SELFTEST=m "$@" 2>&1
}

# module_sources: those that Kbuild names.
module_sources()
{
	grep -oE '\<kmod/[a-z0-9-]+\.o' Kbuild | sed 's/o$/c/' | sort -u
}

# clang_flags FILE: sets FLAGS, with which clang reads this file as the compiler does after module_build or
# userspace_flags. Of kbuild's own flags only those count that change what is read: the rest is of gcc alone.
clang_flags()
{
	local command words word take=

	case $1 in
	kmod/*)
		command=$(sed -nE 's/^(saved)?cmd_[^ ]* := *[^ ]* (.*) -c -o .*/\2/p' "kmod/.$(basename "${1%.c}").o.cmd")
		;;
	userspace/*)
		command="$(cut -d ' ' -f 2- userspace/build/flags) -Iuserspace -Iuapi"
		;;
	esac
	FLAGS=(-w)
	read -ra words <<<"${command//\'/}"
	for word in "${words[@]}"; do
		case $take$word in
		-D_FORTIFY_SOURCE=*) ;;
		-I./*) FLAGS+=("-I$KDIR/${word#-I./}") ;;
		-nostdinc | -include | include* | -I* | -D* | -std=* | -m64 | -mno-sse | -mcmodel=* | -fshort-wchar)
			FLAGS+=("$word")
			;;
		esac
		take=
		[ "$word" != -include ] || take=include
	done
}

userspace_flags()
{
	make -s -C userspace O=build build/flags
}
