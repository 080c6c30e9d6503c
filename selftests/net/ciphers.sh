#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module's RC4, SHA-1 and MPPE as the kernel's compiler made them: against the kernel's own RC4 and RFC 3079.
# Loading adit_selftest fails when one of them differs, and the kernel log says which.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

defer "modprobe -rq adit_selftest"
check "the ciphers agree with libarc4 and RFC 3079" modprobe adit_selftest

done_testing
