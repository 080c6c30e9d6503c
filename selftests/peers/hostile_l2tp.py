#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes to UDP port 1701 and is meant badly (RFC 2661 sections 3 to 7).

    hostile_l2tp.py GATEWAY LOCAL OTHER

LOCAL and OTHER are two addresses of ours. The gateway lets an address have HALF_OPEN_MAX half-open tunnels, and has an
l2tp-peer section "keyed" with the secret below.
"""
import os
import random
import struct
import sys

from gateway import Gateway
from ktap import TIME_FACTOR, expect, run
from l2tp_client import (CDN, FRAMING_CAP, HELLO, HOST_NAME, ICCN, ICRP, ICRQ, MESSAGE_TYPE, OCRQ, PORT, RANDOM_VECTOR,
                         RESULT_CODE, SCCCN, SCCRP, SCCRQ, SERIAL, SESSION_ID, SLI, STOPCCN, TUNNEL_ID, VERSION, WEN,
                         WINDOW, Closed, Message, Timeout, Tunnel, avp, bound, cdn, control, header, hidden_avp, iccn,
                         icrq, plain_message, sccrq, stopccn, u16, u32)
from ppp_client import Link

GATEWAY, LOCAL, OTHER = sys.argv[1:]
SECRET = b"between-us"
HALF_OPEN_MAX = 8
OPENING_ID = 4711		# of tunnels of which only the opening message is sent
SHORT_S = 1.5 * TIME_FACTOR
ALICE = {"user": "alice", "password": "correct horse", "mppe": 0}
random.seed(1701)


def l2tp(gateway):
    return next(server for server in gateway.status()["servers"] if server["protocol"] == "l2tp")


def stranger():
    """A tunnel object of which nothing is open yet."""
    return Tunnel(GATEWAY, LOCAL)


def opened(host=b"hostile", **how):
    tunnel = Tunnel(GATEWAY, LOCAL, host=host, **how)
    tunnel.open()
    return tunnel


def settled(gateway):
    """Nothing is half open, and nobody is known."""
    return gateway.wait(lambda: l2tp(gateway)["half_open"] == 0 and l2tp(gateway)["connections"] == 0, 60)


def served(gateway):
    """A well-behaved peer from another address is served, by the engine that was there at the start."""
    tunnel = Tunnel(GATEWAY, OTHER)
    tunnel.open()
    expect(tunnel.alive(), "no acknowledgment of HELLO")
    tunnel.stop()
    expect(gateway.unharmed(), "the engine is another one")
    return True


def silent(tunnel, raw):
    """Whether nothing at all comes back."""
    tunnel.send_raw(raw)
    return not tunnel.wait(lambda: tunnel.step(SHORT_S), SHORT_S)


def junk(gateway):
    """Junk makes no state and gets no answer"""
    tunnel = stranger()
    whole = control(0, 0, 0, 0, sccrq(tunnel.id))
    pieces = [b"", b"\0", b"\xff" * 4, bytes(2000), b"GET / HTTP/1.1\r\n\r\n", whole[:11], whole[:12], whole[:20],
              b"\xc8\x03" + whole[2:], b"\xc8\x00" + whole[2:], b"\x48\x02" + whole[2:], b"\xc0\x02" + whole[2:],
              header(0xc802, 0, 0, 0, 0, sccrq(tunnel.id), 11), header(0xc802, 0, 0, 0, 0, sccrq(tunnel.id), 0xffff),
              control(0, 0, 1, 0, sccrq(tunnel.id)), control(0, 0, 0, 7, sccrq(tunnel.id)),
              control(0, 5, 0, 0, sccrq(tunnel.id)), control(77, 0, 0, 0, sccrq(tunnel.id)),
              control(77, 0, 3, 3), control(0, 0, 0, 0)]
    pieces += [os.urandom(random.randrange(1, 200)) for _ in range(300)]
    pieces += [b"\xc8\x02" + struct.pack("!H", size) + os.urandom(size - 4) for size in range(12, 200)]
    before = l2tp(gateway)
    for piece in pieces:
        tunnel.send_raw(piece)
    expect(silent(tunnel, b"\xc8\x02\0\0"), "junk was answered")
    after = l2tp(gateway)
    expect(after["half_open"] == 0 and after["connections"] == 0, "junk made state:", after)
    expect(after["junk"] + after["strays"] > before["junk"] + before["strays"] + 100, "junk was not counted:", after)
    return served(gateway)


def misplaced(gateway):
    """Control messages of no tunnel make no state: every type but SCCRQ"""
    tunnel = stranger()
    for kind in range(0, 20):
        if kind != SCCRQ:
            tunnel.send_raw(control(0, 0, 0, 0, plain_message(kind, avp(TUNNEL_ID, u16(tunnel.id)))))
    expect(silent(tunnel, control(0, 0, 0, 0, plain_message(HELLO))), "something was answered")
    expect(l2tp(gateway)["half_open"] == 0, "state was made")
    return served(gateway)


def first_answer(body):
    """What the gateway says to an opening message, or None."""
    tunnel = stranger()
    tunnel.id = OPENING_ID
    tunnel.send_raw(control(0, 0, 0, 0, body))
    answers = []

    def answered():
        tunnel.step(SHORT_S)
        answers.extend(tunnel.messages)
        return tunnel.messages or tunnel.closed

    tunnel.wait(answered, SHORT_S)
    tunnel.close()
    return tunnel.closed or (answers[0] if answers else None)


def opening(change, tunnel_id=OPENING_ID):
    """SCCRQ whose AVPs are changed: {type: octets}, b"" leaves it out."""
    avps = {VERSION: avp(VERSION, u16(0x0100)), FRAMING_CAP: avp(FRAMING_CAP, u32(3)), HOST_NAME: avp(HOST_NAME, b"odd"),
            TUNNEL_ID: avp(TUNNEL_ID, u16(tunnel_id)), WINDOW: avp(WINDOW, u16(4))}
    avps.update(change)
    return avp(MESSAGE_TYPE, u16(SCCRQ)) + b"".join(avps.values())


def lengths(gateway):
    """Every AVP of SCCRQ with every wrong length opens nothing"""
    values = {VERSION: u16(0x0100), FRAMING_CAP: u32(3), TUNNEL_ID: u16(OPENING_ID)}
    for kind, value in values.items():
        for size in (0, len(value) - 1, len(value) + 1):
            answer = first_answer(opening({kind: avp(kind, (value + bytes(4))[:size])}))
            expect(answer is None or answer.kind == STOPCCN, kind, "with", size, "octets:", answer)
        for claim in (0, 1, 5, 6, 0x3ff):
            answer = first_answer(opening({kind: avp(kind, value, length=claim)}))
            expect(answer is None or answer.kind == STOPCCN, kind, "claiming", claim, "octets:", answer)
    for kind in (FRAMING_CAP, HOST_NAME, TUNNEL_ID, VERSION):
        answer = first_answer(opening({kind: b""}))
        expect(answer is None or answer.kind == STOPCCN, "without", kind, answer)
    for body in (opening({TUNNEL_ID: avp(TUNNEL_ID, u16(0))}), opening({HOST_NAME: avp(HOST_NAME, b"x" * 300)}),
                 opening({HOST_NAME: avp(HOST_NAME, b"a\0b")}), opening({HOST_NAME: avp(HOST_NAME)}),
                 opening({VERSION: avp(VERSION, u16(0x0200))})):
        answer = first_answer(body)
        expect(answer is None or answer.kind == STOPCCN, body.hex(), answer)
    expect(settled(gateway), "something is left:", l2tp(gateway))
    return served(gateway)


def unknown(gateway):
    """An unknown AVP that is mandatory is refused by its number, one that is not is passed over"""
    answer = first_answer(opening({100: avp(100, b"what")}))
    expect(answer and answer.kind == STOPCCN and answer.result()[:2] == (2, 8) and "100" in answer.result()[2], answer)
    answer = first_answer(opening({100: avp(100, b"what", vendor=9)}))
    expect(answer and answer.kind == STOPCCN and answer.result()[:2] == (2, 8), answer)
    answer = first_answer(opening({100: avp(100, b"what", mandatory=False), 101: avp(9, b"", False, vendor=311)}))
    expect(answer and answer.kind == SCCRP, answer)
    tunnel = opened()
    tunnel.send(icrq(5, more=avp(100, b"what")))
    refused = tunnel.expect(CDN)
    expect(refused.result()[:2] == (2, 8), "the call:", refused.result())
    expect(tunnel.alive(), "the tunnel went with the call")
    tunnel.send(avp(MESSAGE_TYPE, u16(99)))
    expect(tunnel.wait(lambda: tunnel.closed), "a mandatory message of an unknown type is passed over")
    tunnel.close()
    return served(gateway)


def hidden(gateway):
    """Hidden AVPs whose inner length lies, without a vector, and without a secret"""
    for claim in (1, 3, 16, 200, 0x7fff, 0xffff):
        tunnel = opened(b"keyed", secret=SECRET)
        tunnel.send(avp(MESSAGE_TYPE, u16(ICRQ)) + hidden_avp(SESSION_ID, u16(5), SECRET, claim) + avp(SERIAL, u32(1)))
        tunnel.wait(lambda: tunnel.messages or tunnel.closed, SHORT_S)	# pylint: disable=cell-var-from-loop
        expect(not any(message.kind == ICRP for message in tunnel.messages), "an inner length of", claim, "is taken")
        tunnel.stop()
    for body in (avp(SESSION_ID, b"", hidden=True), avp(SESSION_ID, b"x", hidden=True), avp(SESSION_ID, bytes(16), hidden=True),
                 avp(RANDOM_VECTOR) + avp(SESSION_ID, bytes(16), hidden=True),
                 avp(RANDOM_VECTOR, bytes(16), hidden=True) + avp(SESSION_ID, bytes(16), hidden=True),
                 avp(RANDOM_VECTOR, bytes(1000)) + avp(SESSION_ID, bytes(1000), hidden=True)):
        for how in ({"host": b"keyed", "secret": SECRET}, {"host": b"plain"}):
            tunnel = opened(**how)
            tunnel.send(avp(MESSAGE_TYPE, u16(ICRQ)) + body + avp(SERIAL, u32(1)))
            tunnel.wait(lambda: tunnel.messages or tunnel.closed, SHORT_S)	# pylint: disable=cell-var-from-loop
            expect(not any(message.kind == ICRP for message in tunnel.messages), body.hex(), "is taken")
            tunnel.stop()
    return served(gateway)


def half_open(gateway):
    """An address has so many half-open tunnels and no more; others are served meanwhile; they go by themselves"""
    expect(settled(gateway), "something was left by the cases before")
    tunnels = [stranger() for _ in range(HALF_OPEN_MAX + 4)]
    kinds = []
    for tunnel in tunnels:
        tunnel.send_raw(control(0, 0, 0, 0, sccrq(tunnel.id)))
        tunnel.wait(lambda: tunnel.messages or tunnel.closed, SHORT_S)	# pylint: disable=cell-var-from-loop
        kinds.append(tunnel.closed.result()[:2] if tunnel.closed else tunnel.messages and tunnel.messages[0].kind)
    expect(kinds == [SCCRP] * HALF_OPEN_MAX + [(2, 4)] * 4, kinds)
    expect(l2tp(gateway)["half_open"] == HALF_OPEN_MAX, l2tp(gateway))
    served(gateway)
    expect(settled(gateway), "they stay half open")
    for tunnel in tunnels:
        tunnel.close()
    return True


def repeated(gateway):
    """The same SCCRQ a hundred times makes one tunnel, and costs its victim no more than it costs the sender"""
    tunnel = stranger()
    for _ in range(100):
        tunnel.send_raw(control(0, 0, 0, 0, sccrq(tunnel.id)))
    tunnel.wait(lambda: False, SHORT_S)
    expect(l2tp(gateway)["half_open"] == 1, l2tp(gateway))
    tunnel.send_raw(control(0, 0, 1, 0, stopccn(tunnel.id)))
    expect(settled(gateway), "StopCCN of who opened it is not heard")
    tunnel.close()


def from_elsewhere(gateway):
    """The right ids from another port or address say and end nothing"""
    tunnel = opened()
    session = tunnel.call(5)
    link = Link(session, **ALICE)
    link.login()
    for local in (LOCAL, OTHER):
        other = bound(GATEWAY, local)
        for ns in (tunnel.ns, tunnel.ns + 1, 0):
            other.sendto(control(tunnel.peer_id, 0, ns, tunnel.nr, stopccn(tunnel.id)), (GATEWAY, PORT))
            other.sendto(control(tunnel.peer_id, session.peer_id, ns, tunnel.nr, cdn(5)), (GATEWAY, PORT))
        other.sendto(struct.pack("!HHH", 2, tunnel.peer_id, session.peer_id) + b"\xff\x03\xc0\x21\x05\x09\0\x04",
                     (GATEWAY, PORT))
        other.close()
    expect(tunnel.alive(), "the tunnel was ended by somebody else")
    expect(len(gateway.sessions()) == 1 and gateway.newest()["state"] == "up", "the session was ended by somebody else")
    expect(link.ping(bytes((10, 9, 0, 1))), "no traffic any more")
    tunnel.stop()
    return settled(gateway)


def order(gateway):
    """Messages that have no place where they come end the tunnel or the call, or are passed over"""
    for body in (icrq(1), iccn(), cdn(1), plain_message(HELLO), plain_message(WEN), plain_message(SLI),
                 plain_message(OCRQ), sccrq(1), plain_message(SCCRP)):
        tunnel = stranger()
        tunnel.send(sccrq(tunnel.id))
        tunnel.expect(SCCRP)
        tunnel.send(body)
        tunnel.wait(lambda: tunnel.closed or not tunnel.unacked, SHORT_S)	# pylint: disable=cell-var-from-loop
        expect(not tunnel.messages, "an answer before the tunnel is open:", tunnel.messages)
        tunnel.close()
    tunnel = opened()
    for session_id, body in ((999, iccn()), (999, cdn(3)), (0, avp(MESSAGE_TYPE, u16(CDN)) + avp(RESULT_CODE, u16(1))),
                             (0, plain_message(ICRP, avp(SESSION_ID, u16(3)))), (0, plain_message(WEN)), (0, plain_message(SLI)),
                             (0, icrq(0))):
        tunnel.send(body, session_id)
        expect(tunnel.flushed(), "the tunnel ended at", body.hex())
    tunnel.send(plain_message(OCRQ, avp(SESSION_ID, u16(4)) + avp(SERIAL, u32(1)) + avp(16, u32(1)) + avp(17, u32(9)) +
                              avp(18, u32(1)) + avp(19, u32(1)) + avp(21, b"123")))
    expect(tunnel.expect(CDN).result()[0] in (2, 4, 5), "an outgoing call is placed")
    tunnel.send(plain_message(SCCCN))
    expect(tunnel.wait(lambda: tunnel.closed), "SCCCN again is passed over")
    tunnel.close()
    expect(settled(gateway), "something is left")
    return served(gateway)


def calls(gateway):
    """One session id twice ends the call; calls without end are held to the limits and go with their tunnel"""
    tunnel = opened()
    tunnel.call(21)
    tunnel.send(icrq(21))
    expect(tunnel.expect(CDN), "the same session id again is taken")
    for ident in range(100, 160):
        tunnel.send(icrq(ident))
    expect(tunnel.flushed(), "the tunnel does not take sixty calls")
    tunnel.wait(lambda: tunnel.step(0.5) is False, 10)
    refused = [message for message in tunnel.messages if message.kind == CDN]
    taken = [message for message in tunnel.messages if message.kind == ICRP]
    expect(len(taken) == 20 and len(refused) == 40, "taken", len(taken), "refused", len(refused))
    expect(all(message.result()[0] == 4 for message in refused), refused[0].result())
    tunnel.stop()
    expect(gateway.gone() and settled(gateway), "something is left")


def window(gateway):
    """Old and far numbers, and acknowledgments of what was never sent, change nothing"""
    tunnel = opened()
    for ns in (tunnel.ns - 1, tunnel.ns - 2, tunnel.ns + 40, tunnel.ns + 1000, tunnel.ns + 0x7fff, tunnel.ns + 0x8000):
        tunnel.send_raw(control(tunnel.peer_id, 0, ns, tunnel.nr, stopccn(tunnel.id)))
    for nr in (tunnel.nr + 1, tunnel.nr + 100, tunnel.nr + 0x8000):
        tunnel.send_raw(control(tunnel.peer_id, 0, tunnel.ns, nr, stopccn(tunnel.id)))
    expect(tunnel.alive(), "the tunnel is gone")
    tunnel.stop()
    return settled(gateway)


def data(gateway):
    """Data of no session, with every flag and wrong offsets, is dropped in silence"""
    tunnel = opened()
    session = tunnel.call(5)
    link = Link(session, **ALICE)
    link.login()
    for flags in range(0, 0x10000, 0x0100):
        for ids in ((tunnel.peer_id, session.peer_id ^ 1), (tunnel.peer_id ^ 1, session.peer_id), (0, 0)):
            if not flags & 0x8000:
                tunnel.send_raw(struct.pack("!HHHHHH", flags | 2, *ids, 0xffff, 0xffff, 0xffff) + os.urandom(20))
        tunnel.send_raw(struct.pack("!HHH", 0x0202, tunnel.peer_id, session.peer_id) + u16(flags) + b"\xff\x03")
    for size in range(0, 14):
        tunnel.send_raw((struct.pack("!HHH", 2, tunnel.peer_id, session.peer_id) + b"\xff\x03\0\x21")[:size])
    expect(link.ping(bytes((10, 9, 0, 1))), "no traffic any more")
    tunnel.stop()
    return settled(gateway)


def flood(gateway):
    """Ten thousand SCCRQs cost no memory that stays"""
    before = gateway.memory_kb()
    sock = bound(GATEWAY, LOCAL)
    for _ in range(10000):
        sock.sendto(control(0, 0, 0, 0, sccrq(random.randrange(1, 65536))), (GATEWAY, PORT))
    sock.close()
    expect(settled(gateway), "something is left")
    expect(gateway.memory_kb() < before + 2000, "from", before, "to", gateway.memory_kb(), "kB")
    return served(gateway)


def lies(gateway):
    """A message changed in each octet harms nobody"""
    for body in (sccrq(OPENING_ID, more=avp(11, bytes(16))), avp(MESSAGE_TYPE, u16(ICCN)) + avp(24, u32(1))):
        for at in range(len(body)):
            for value in (0, 0xff, body[at] ^ 1):
                sock = bound(GATEWAY, LOCAL)
                sock.sendto(control(0, 0, 0, 0, body[:at] + bytes((value,)) + body[at + 1:]), (GATEWAY, PORT))
                sock.close()
    expect(settled(gateway), "something is left")
    return served(gateway)


run([junk, misplaced, lengths, unknown, hidden, half_open, repeated, from_elsewhere, order, calls, window, data, flood, lies],
    Gateway())
