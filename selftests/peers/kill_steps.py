# SPDX-License-Identifier: GPL-2.0-or-later
"""A login during which the engine is killed at one message after another, beside a session that is up.

    kill_steps.py GATEWAY SERVER LOCAL LOCAL2 FIRST LAST

A step is a message, of either direction, of the control connection or of the call. At step FIRST of a login the engine
is killed, at step FIRST + 1 of the next, and so on to LAST. Each time: a new engine comes; the connection of the
killed login is either served by it or closed; the next login works at once; the session that was up is still up; no
other is left. Prints "through" when a login had fewer steps than that, and "more" if not.
"""
import os
import signal
import socket
import sys

from gateway import Gateway
from ktap import expect
from ppp_client import log_in
from pptp_client import CDN, ECHO_RP, Closed, Control, Gre, echo_rq

GATEWAY, SERVER, LOCAL, LOCAL2 = sys.argv[1:5]
FIRST, LAST = int(sys.argv[5]), int(sys.argv[6])
STEADY = {"user": "alice", "password": "correct horse", "local": LOCAL, "call_id": 0x2222}
VICTIM = {"user": "bob", "password": "battery staple", "local": LOCAL2}
ECHO_ID = 0x4b494c4c


class Killed(Exception):
    """The engine was killed; what comes after in this login is not its business."""


class Killer:
    """Counts the messages of a login, and kills at one."""

    def __init__(self):
        self.left = 0
        self.pid = None
        self.control = None
        for owner, name in ((Control, "send"), (Control, "receive"), (Gre, "send"), (Gre, "receive")):
            self.watch(owner, name)

    def watch(self, owner, name):
        original = getattr(owner, name)

        def watched(this, *args, **kwargs):
            result = original(this, *args, **kwargs)
            if isinstance(this, Control):
                self.control = this
            if name == "send" or result is not None:
                self.step()
            return result

        setattr(owner, name, watched)

    def arm(self, steps, pid):
        self.left, self.pid = steps, pid

    def step(self):
        if self.left:
            self.left -= 1
            if not self.left:
                os.kill(self.pid, signal.SIGKILL)
                raise Killed


def fate(control):
    """What became of the killed login's connection: the new engine answers on it, clears the call, or it was closed."""
    try:
        control.send(echo_rq(ECHO_ID))
        while True:
            message = control.receive()
            if message.kind == CDN:
                return "the call was cleared"
            if message.kind == ECHO_RP and message.field("I") == ECHO_ID:
                return "it is served"
    except Closed:
        return "it was closed"


def replaced(gateway, old):
    def new_engine():
        try:
            return gateway.status()["engine_pid"] != old
        except (ConnectionError, TimeoutError):
            return False

    return gateway.wait(new_engine, 20)


def still_up(gateway, steady, link, ident):
    expect(link.ping(socket.inet_aton(SERVER)), "the session that was up has no traffic any more")
    expect(steady.alive(), "the control connection that was up is dead")
    expect(gateway.wait(lambda: [s["id"] for s in gateway.sessions()] == [ident]), "sessions:", gateway.sessions())


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def parent_of(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def one_step(gateway, killer, number):
    """Whether the login was long enough to be killed there."""
    old = gateway.status()["engine_pid"]
    killer.arm(number, old)
    try:
        control, link = log_in(GATEWAY, call_id=0x3300 + number, **VICTIM)
    except Killed:
        pass
    else:
        killer.arm(0, None)
        control.close()
        return False
    control = killer.control
    expect(replaced(gateway, old), "no new engine after step", number)
    print("# step %d: %s" % (number, fate(control)), flush=True)
    control.close()
    again, link = log_in(GATEWAY, call_id=0x4400 + number, **VICTIM)
    expect(link.ping(socket.inet_aton(SERVER)), "step", number, "no traffic after starting over")
    again.close()
    return True


def main():
    gateway, killer = Gateway(), Killer()
    steady, link = log_in(GATEWAY, **STEADY)
    ident = gateway.newest()["id"]
    parent = parent_of(gateway.status()["engine_pid"])
    before = descriptors(parent)
    for number in range(FIRST, LAST + 1):
        killed = one_step(gateway, killer, number)
        still_up(gateway, steady, link, ident)
        expect(gateway.wait(lambda: descriptors(parent) <= before), "the parent has", descriptors(parent),
               "descriptors, and had", before)
        if not killed:
            print("through")
            return
    print("more")


if __name__ == "__main__":
    main()
