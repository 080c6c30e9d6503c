#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What no stock client asks for: hidden AVPs, numbered data, the length bit, proxy LCP and authentication (RFC 2661).

    l2tp_cases.py GATEWAY SERVER

The gateway has an l2tp-peer section "hides" with the secret below and hide-avps, "asks" with the secret, "numbers" with sequencing = always,
"anew" with proxy = renegotiate, and users alice and carol for PAP as well.
"""
import struct
import sys

from gateway import Gateway
from ktap import expect, run
from l2tp_client import (ICRP, INITIAL_RX_CONFREQ, LAST_RX_CONFREQ, LAST_TX_CONFREQ, PROXY_ID, PROXY_NAME, PROXY_RESPONSE,
                         PROXY_TYPE, SCCRP, SEQUENCING, SERIAL, SESSION_ID, TX_SPEED, Closed, Tunnel, avp,
                         hidden_avp, u16, u32)
from ppp_client import IPCP, LCP, Link, Refused, option

GATEWAY, SERVER = sys.argv[1:]
SECRET = b"between-us"
ALICE = {"user": "alice", "password": "correct horse", "mppe": 0}
CAROL = {"user": "carol", "password": "curry comb", "mppe": 0}
SHORT_S = 3
PAP_TYPE = 3


def opened(host=b"plain", **how):
    tunnel = Tunnel(GATEWAY, host=host, **how)
    tunnel.open()
    return tunnel


def address(text):
    return bytes(int(part) for part in text.split("."))


def traffic(link):
    return link.ping(address(SERVER))


def hidden(_):
    """Hidden AVPs are read, and sent where the peer's section says so"""
    tunnel = Tunnel(GATEWAY, host=b"hides", secret=SECRET, ask=True)
    reply = tunnel.open()
    expect(reply.kind == SCCRP and reply.hidden, "nothing is hidden in", reply)
    session = tunnel.ask(7)
    tunnel.unacked[-1:] = []
    tunnel.ns -= 1
    tunnel.send(avp(0, u16(10)) + hidden_avp(SESSION_ID, u16(7), SECRET) + avp(SERIAL, u32(1)))
    answer = tunnel.expect(ICRP)
    expect(SESSION_ID in answer.hidden, "the session id is not hidden in", answer)
    session.peer_id = answer.number(SESSION_ID)
    tunnel.send(avp(0, u16(12)) + hidden_avp(TX_SPEED, u32(1000), SECRET) + avp(19, u32(1)), session.peer_id)
    link = Link(session, **ALICE)
    link.login()
    good = traffic(link)
    tunnel.stop()
    return good


def hidden_wrongly(_):
    """Hidden with another secret they make no sense, and nothing comes of it"""
    tunnel = Tunnel(GATEWAY, host=b"hides", secret=SECRET)
    tunnel.open()
    tunnel.send(avp(0, u16(10)) + hidden_avp(SESSION_ID, u16(7), b"another") + avp(SERIAL, u32(1)))
    came = tunnel.wait(lambda: tunnel.messages or tunnel.closed, SHORT_S)
    expect(not any(message.kind == ICRP for message in tunnel.messages), "the call is taken")
    expect(came or tunnel.alive(), "neither refused nor ignored")
    tunnel.close()


def secret_wrong(gateway):
    """A wrong secret is refused with the reason, at the response and at the challenge"""
    tunnel = Tunnel(GATEWAY, host=b"asks", secret=b"another")
    try:
        tunnel.open()
        tunnel.wait(lambda: tunnel.closed)
        raise Closed(tunnel.closed)
    except Closed as closed:
        expect(closed.message.result()[0] == 4, "refused with", closed.message.result())
    expect(gateway.wait(lambda: gateway.status()["servers"][0]["half_open"] == 0), "something is left half open")


def numbered(gateway):
    """A peer that requires numbers gets them, and has to send them"""
    tunnel = opened()
    session = tunnel.call(9, connected=avp(SEQUENCING))
    session.ns = 0
    link = Link(session, **ALICE)
    link.login()
    detail = gateway.newest()
    expect(detail["seq_send"] and detail["seq_required"], "not so in the kernel:", detail)
    expect(traffic(link), "no traffic with numbers")
    numbers = session.numbers
    expect(len(numbers) >= 5 and numbers == list(range(numbers[0], numbers[0] + len(numbers))), "numbers", numbers)
    session.ns = None
    expect(not link.ping(address(SERVER), SHORT_S), "packets without numbers are taken")
    tunnel.stop()


def always(gateway):
    """With sequencing = always numbers are sent, and packets without are taken"""
    tunnel = opened(b"numbers")
    session = tunnel.call(9)
    link = Link(session, **ALICE)
    link.login()
    detail = gateway.newest()
    expect(detail["seq_send"] and not detail["seq_required"], "not so in the kernel:", detail)
    expect(traffic(link), "no traffic")
    expect(session.numbers, "nothing came with a number")
    tunnel.stop()


def unnumbered(gateway):
    """Who asks for no numbers gets none"""
    tunnel = opened()
    session = tunnel.call(9)
    link = Link(session, **ALICE)
    link.login()
    expect(not gateway.newest()["seq_send"] and not session.numbers, "numbers:", session.numbers)
    expect(traffic(link), "no traffic")
    tunnel.stop()


def length_bit(_):
    """Data packets with the length bit are taken, with and without numbers"""
    tunnel = opened()
    session = tunnel.call(9)
    session.length_bit = True
    link = Link(session, **ALICE)
    link.login()
    expect(traffic(link), "no traffic")
    session.ns = 0
    expect(traffic(link), "no traffic with numbers")
    tunnel.stop()


def several(gateway):
    """Several sessions in one tunnel, of several users; one ends, the other stays"""
    tunnel = opened()
    first, second = Link(tunnel.call(11), **ALICE), Link(tunnel.call(12), **CAROL)
    first.login()
    second.login()
    expect(first.address != second.address, "both have", first.address)
    expect(len({session["id"] for session in gateway.sessions()}) == 2, "sessions:", gateway.sessions())
    expect(traffic(first) and traffic(second), "no traffic")
    first.gre.hang_up()
    expect(gateway.wait(lambda: len(gateway.sessions()) == 1), "the first one stays")
    expect(traffic(second), "the second one is gone with the first")
    tunnel.stop()
    expect(gateway.gone(), "sessions stay behind their tunnel")


def proxy(password, auth=b"\xc0\x23"):
    """What a LAC tells that has talked with the client: the options of both sides, and a PAP login."""
    sent, received = option(1, u16(1400)) + option(3, auth) + option(5, u32(0x11223344)), option(5, u32(0x55667788))
    return (avp(INITIAL_RX_CONFREQ, received, False) + avp(LAST_TX_CONFREQ, sent, False) +
            avp(LAST_RX_CONFREQ, received, False) + avp(PROXY_TYPE, u16(PAP_TYPE), False) +
            avp(PROXY_NAME, b"alice", False) + avp(PROXY_ID, u16(1), False) + avp(PROXY_RESPONSE, password, False))


def proxy_accepted(_):
    """Proxy LCP and authentication are taken over of a peer that has proved itself: IPCP follows at once"""
    tunnel = opened(b"asks", secret=SECRET)
    link = Link(tunnel.call(13, connected=proxy(b"correct horse")), **ALICE)
    link.open_ipcp()
    expect(not any(protocol == LCP for protocol, _ in link.log), "LCP was begun anew:", link.log[:3])
    good = traffic(link)
    tunnel.stop()
    return good


def proxy_refused(_):
    """A wrong password in a proxy authentication is refused"""
    tunnel = opened(b"asks", secret=SECRET)
    link = Link(tunnel.call(13, connected=proxy(b"wrong horse")), **ALICE)
    try:
        link.open_ipcp()
        raise AssertionError("a wrong password got an address")
    except Refused:
        pass
    tunnel.stop()


def proxy_distrusted(_):
    """Of a peer that has proved nothing LCP is taken over, and the client is asked itself"""
    tunnel = opened()
    link = Link(tunnel.call(13, connected=proxy(b"correct horse")), **ALICE)
    expect(not link.pump(lambda: any(protocol == IPCP for protocol, _ in link.log), SHORT_S), "a stranger is believed")
    link.lcp.theirs = {3: b"\xc0\x23"}
    link.authenticate()
    link.open_ipcp()
    expect(not any(protocol == LCP for protocol, _ in link.log), "LCP was begun anew:", link.log[:3])
    good = traffic(link)
    tunnel.stop()
    return good


def proxy_renegotiated(_):
    """With proxy = renegotiate the client is asked itself"""
    tunnel = opened(b"anew")
    link = Link(tunnel.call(13, connected=proxy(b"wrong horse")), **ALICE)
    link.login()
    expect(any(protocol == LCP for protocol, _ in link.log), "no LCP")
    good = traffic(link)
    tunnel.stop()
    return good


def proxy_nonsense(_):
    """What the gateway would not have agreed to is begun anew"""
    tunnel = opened()
    link = Link(tunnel.call(13, connected=proxy(b"correct horse", struct.pack("!HB", 0xc223, 0x99))), **ALICE)
    link.login()
    expect(any(protocol == LCP for protocol, _ in link.log), "no LCP")
    expect(any(protocol == IPCP for protocol, _ in link.log), "no IPCP")
    good = traffic(link)
    tunnel.stop()
    return good


def hellos(gateway):
    """A peer that is gone without a word is asked with HELLO, and given up"""
    tunnel = opened()
    link = Link(tunnel.call(14), **ALICE)
    link.login()
    expect(traffic(link), "no traffic")
    tunnel.close()
    expect(gateway.wait(lambda: not gateway.sessions(), 120), "a peer that is gone is not noticed")


run([hidden, hidden_wrongly, secret_wrong, numbered, always, unnumbered, length_bit, several, proxy_accepted, proxy_refused,
     proxy_distrusted, proxy_renegotiated, proxy_nonsense, hellos], Gateway())
