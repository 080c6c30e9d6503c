#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An engine that is killed at chosen moments of a tunnel's life: l2tp_kill.py GATEWAY SERVER USER PASSWORD"""
import os
import signal
import sys

from gateway import Gateway
from ktap import expect, run
from l2tp_client import CDN, ICRP, SESSION_ID, Tunnel
from ppp_client import Link

GATEWAY, SERVER, USER, PASSWORD = sys.argv[1:]


def target():
    return bytes(int(part) for part in SERVER.split("."))


def kill(gateway):
    old = gateway.status()["engine_pid"]
    os.kill(old, signal.SIGKILL)

    def renewed():
        try:
            return gateway.status()["engine_pid"] != old
        except (OSError, ValueError):
            return False

    expect(gateway.wait(renewed), "no new engine")


def opened():
    tunnel = Tunnel(GATEWAY)
    tunnel.open()
    expect(tunnel.flushed(), "SCCCN is not acknowledged")
    return tunnel


def logged_in(tunnel, session_id):
    link = Link(tunnel.call(session_id), USER, PASSWORD, 0)
    link.login()
    return link


def empty(gateway):
    """A tunnel without a call is taken up, acknowledges, and takes a call"""
    tunnel = opened()
    kill(gateway)
    expect(tunnel.alive(), "the tunnel is gone")
    link = logged_in(tunnel, 1)
    expect(link.ping(target()), "no traffic")
    tunnel.stop()
    return gateway.gone()


def second_call(gateway):
    """A tunnel with a session takes a second call after the kill, and hears of the first one's end"""
    tunnel = opened()
    first = logged_in(tunnel, 1)
    kill(gateway)
    second = Link(tunnel.call(2), "carol", "curry comb", 0)
    second.login()
    expect(first.ping(target()) and second.ping(target()), "no traffic")
    gateway.ask("disconnect", id=min(session["id"] for session in gateway.sessions()))
    first.pump(lambda: first.lcp.terminated)
    expect(first.lcp.terminated, "no Terminate-Request")
    heard = tunnel.expect(CDN)
    expect(heard.number(SESSION_ID) == first.gre.peer_id, heard)
    expect(second.ping(target()), "the second session went with the first")
    tunnel.stop()
    return gateway.gone()


def half_way(gateway):
    """A call whose login was half way is hung up, its tunnel stays"""
    tunnel = opened()
    link = Link(tunnel.call(1), USER, PASSWORD, 0)
    link.open_lcp()
    kill(gateway)
    expect(tunnel.expect(CDN), "no CDN")
    expect(gateway.gone() and tunnel.alive(), "the session stays, or the tunnel does not")
    expect(logged_in(tunnel, 2).ping(target()), "the next login has no traffic")
    tunnel.stop()
    return gateway.gone()


def between(gateway):
    """A call that was accepted and not connected is hung up"""
    tunnel = opened()
    session = tunnel.ask(1)
    session.peer_id = tunnel.expect(ICRP).number(SESSION_ID)
    kill(gateway)
    tunnel.connect(session)
    expect(tunnel.expect(CDN), "no CDN")
    expect(tunnel.alive(), "the tunnel is gone")
    tunnel.stop()
    return gateway.gone()


def numbers(gateway):
    """Control messages on their way at the kill arrive once"""
    tunnel = opened()
    for ident in range(1, 6):
        tunnel.ask(ident)
    kill(gateway)
    expect(tunnel.flushed(), "not all are acknowledged")
    tunnel.wait(lambda: len(tunnel.messages) >= 5)
    answered = [message.session_id for message in tunnel.messages if message.kind in (ICRP, CDN)]
    expect(set(range(1, 6)) <= set(answered), "answers for", answered)
    tunnel.stop()
    return gateway.gone()


run([empty, second_call, half_way, between, numbers], Gateway())
