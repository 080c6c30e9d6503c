# SPDX-License-Identifier: GPL-2.0-or-later
"""Logins during which the engine is killed: the call is cleared, and the client may start over at once.

    hostile_kill.py GATEWAY SERVER USER PASSWORD
"""
import os
import signal
import socket
import sys

from gateway import Gateway
from ktap import expect, run
from ppp_client import dial, log_in
from pptp_client import CDN, Closed, Control, Timeout

GATEWAY, SERVER, USER, PASSWORD = sys.argv[1:]
WHO = {"user": USER, "password": PASSWORD}


def kill_engine(gateway):
    old = gateway.status()["engine_pid"]
    os.kill(old, signal.SIGKILL)

    def replaced():
        try:
            return gateway.status()["engine_pid"] != old
        except (ConnectionError, TimeoutError):
            return False

    expect(gateway.wait(replaced, 20), "no new engine")


def start_over(gateway, control):
    """The call of a killed login is cleared, or the connection closed; the next login works."""
    try:
        control.expect(CDN)
    except Closed:
        pass
    control.close()
    again, link = log_in(GATEWAY, **WHO)
    expect(link.ping(socket.inet_aton(SERVER)), "no traffic after starting over")
    again.close()
    return gateway.gone()


def before_lcp(gateway):
    """Killed right after the call was placed"""
    control, _ = dial(GATEWAY, **WHO)
    kill_engine(gateway)
    return start_over(gateway, control)


def before_authentication(gateway):
    """Killed between LCP and authentication"""
    control, link = dial(GATEWAY, **WHO)
    link.open_lcp()
    kill_engine(gateway)
    return start_over(gateway, control)


def before_ipcp(gateway):
    """Killed between authentication and IPCP"""
    control, link = dial(GATEWAY, **WHO)
    link.open_lcp()
    link.authenticate()
    kill_engine(gateway)
    return start_over(gateway, control)


def split_message(gateway):
    """Killed in the middle of a control message: not an octet of it is lost"""
    control = Control(GATEWAY)
    control.start()
    control.send(b"\0\x10\0\x01\x1a\x2b")
    kill_engine(gateway)
    control.send(b"\x3c\x4d\0\x05\0\0\x12\x34\x56\x78")
    try:
        expect(control.receive().field("I") == 0x12345678, "the wrong echo")
    except (Closed, Timeout):
        return False
    expect(control.alive(), "the connection is dead")
    control.close()
    return True


if __name__ == "__main__":
    run((before_lcp, before_authentication, before_ipcp, split_message), Gateway())
