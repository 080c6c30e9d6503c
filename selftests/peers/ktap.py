# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases of a test that is run by a shell test: "pass NAME" or "fail NAME" a line, its diagnosis before it.

cases() in lib-peers.sh turns the lines into results of its own. A program that dies says how many cases it had planned
by not saying "end".
"""
import os
import sys
import traceback

# How much longer things take here than on a release's own kernel.
TIME_FACTOR = int(os.environ.get("ADIT_TIME_FACTOR", 1))


def run(cases, *context):
    """cases: functions; the first line of the docstring is the name. One that raises, or returns False, has failed."""
    for case in cases:
        name = case.__doc__.strip().split("\n")[0].rstrip(".")
        try:
            good = case(*context) is not False
        except Exception:		# pylint: disable=broad-except
            good = False
            for line in traceback.format_exc().splitlines()[-12:]:
                print("# " + line)
        print("%s %s" % ("pass" if good else "fail", name), flush=True)
    print("end", flush=True)
    sys.exit(0)


def expect(condition, *words):
    """assert, but with words that are printed and not optimised away."""
    if not condition:
        raise AssertionError(" ".join(str(word) for word in words))
