# SPDX-License-Identifier: GPL-2.0-or-later
"""Control connections that no client makes: wrong lengths, wrong order, floods (RFC 2637 sections 2 and 3).

    hostile_control.py GATEWAY LOCAL

After each case a connection from the same address has to be served.
"""
import socket
import struct
import sys

from gateway import Gateway
from ktap import expect, run
from ppp_client import LCP, Link
from pptp_client import (CDN, ECHO_RP, MAGIC, NAMES, OCRP, SCCRP, SIZES, STOP_RP, STOP_RQ, ICRP, SCCRQ, Closed,
                         Control, Gre, call_clear, cdn, echo_rq, iccn, icrq, message, ocrq, sccrq, sli, wen)

GATEWAY, LOCAL = sys.argv[1:]
CONNECTIONS_MAX = 64		# max-connections-per-address of the configuration under test
CALLS_MAX = 128			# calls that one control connection may hold
LOGINS_MAX = 150		# max-logins-per-address of it
SHORT_S = 5			# long enough to see that a connection is closed or is not


def connect(start=False):
    control = Control(GATEWAY, LOCAL)
    if start:
        control.start()
    return control


def served(gateway):
    """A well-behaved connection works, by the engine that was there at the start."""
    control = connect()
    expect(control.start().result()[0] == 1, "SCCRP refuses")
    expect(control.alive(), "no echo")
    control.close()
    expect(gateway.unharmed(), "the engine is another one")
    return True


def closes(raw, start=True):
    """Whether the gateway closes the connection on which this is said."""
    control = connect(start)
    try:
        control.send(raw)
        return control.closed(SHORT_S)
    except Closed:
        return True
    finally:
        control.close()


def lengths(gateway):
    """Every message with every wrong length ends its connection"""
    for kind, size in SIZES.items():
        body = bytes(300)
        for length in (0, 1, 11, 12, size - 1, size + 1, 300, 0xffff):
            raw = struct.pack("!HHIHH", length, 1, MAGIC, kind, 0) + body
            for start in (False, True):
                expect(closes(raw, start), NAMES[kind], "with length", length, "is taken; started:", start)
        served(gateway)


def header(gateway):
    """A wrong magic cookie, a wrong message type and an unknown control message end their connection"""
    for raw in (message(SCCRQ, magic=0x1a2b3c4e), message(SCCRQ, magic=0), message(SCCRQ, pptp_type=2),
                message(SCCRQ, pptp_type=0), b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n", bytes(2000), b"\xff" * 2000):
        expect(closes(raw, False), raw[:12].hex(), "is taken")
    for kind in (0, 16, 255, 0xffff):
        expect(closes(message(kind, bytes(8))), "control message", kind, "is taken")
    return served(gateway)


def split(gateway):
    """Messages octet by octet, and cut at each place"""
    control = connect()
    for octet in sccrq():
        control.send(bytes((octet,)))
    expect(control.expect(SCCRP).result()[0] == 1, "SCCRQ in pieces")
    both = echo_rq(7) + echo_rq(8)
    for cut in range(1, len(both)):
        control.send(both[:cut])
        control.send(both[cut:])
        expect([control.expect(ECHO_RP).field("I") for _ in range(2)] == [7, 8], "cut at", cut)
    control.close()
    return served(gateway)


def joined(gateway):
    """Many messages in one piece"""
    control = connect()
    control.send(sccrq() + echo_rq(1) + ocrq(5) + ocrq(6) + echo_rq(2) + sli(0) + message(STOP_RQ, b"\x01"))
    kinds = []
    try:
        while True:
            kinds.append(control.receive(SHORT_S).kind)
    except Closed:
        pass
    wanted = [SCCRP, ECHO_RP, OCRP, OCRP, ECHO_RP, STOP_RP]
    expect([kind for kind in kinds if kind in wanted] == wanted, [NAMES[kind] for kind in kinds])
    return gateway.gone() and served(gateway)


def version(gateway):
    """An older version is refused with result 5, a newer one steps down"""
    control = connect()
    control.send(sccrq(version=0x0001))
    expect(control.expect(SCCRP).result()[0] == 5, "not result 5")
    expect(control.closed(SHORT_S), "and the connection stays")
    control = connect()
    control.send(sccrq(version=0x0200))
    expect(control.expect(SCCRP).result()[0] == 1, "a newer version is refused")
    control.close()
    return served(gateway)


def order(gateway):
    """Messages out of order change nothing, and the connection goes on"""
    control = connect()
    control.send(ocrq(9))
    expect(control.expect(OCRP).result()[0] != 1, "a call before the start")
    control.start()
    control.send(sccrq())
    expect(control.expect(SCCRP).result()[0] == 3, "started twice")
    for raw in (call_clear(4), cdn(4), sli(4), wen(4), iccn(4), message(SCCRP), message(STOP_RP), message(ECHO_RP),
                message(OCRP), message(ICRP)):
        control.send(raw)
        expect(control.alive(), "dead after", raw[:12].hex())
    call_id = control.call(9)
    control.send(ocrq(9))
    expect(control.expect(OCRP).result()[0] != 1, "one call id twice")
    control.send(call_clear(9))
    expect(control.expect(CDN).field("H") == call_id, "the notice carries another id")
    control.send(call_clear(9) + cdn(9) + sli(call_id))
    expect(control.alive(), "dead after clearing twice")
    expect(control.call(9) != call_id, "the call id is used again at once")
    control.close()
    return gateway.gone() and served(gateway)


def incoming(gateway):
    """An incoming call is refused"""
    control = connect(start=True)
    control.send(icrq(77))
    reply = control.expect(ICRP)
    expect(reply.result()[0] not in (0, 1), reply)
    expect(reply.field("H", 2) == 77, "the reply is for another call")
    control.send(iccn(77))
    expect(control.alive() and not gateway.sessions(), "ICCN made something")
    control.close()
    return served(gateway)


def several(gateway):
    """Several calls on one connection; one is cleared and the others stay"""
    control = connect(start=True)
    links = {own: Link(Gre(LOCAL, GATEWAY, own, control.call(own)), "alice", "correct horse") for own in (21, 22, 23)}
    for link in links.values():
        link.open_lcp()
    expect(gateway.wait(lambda: len(gateway.sessions()) == 3), "not three sessions")
    control.send(call_clear(22))
    expect(control.expect(CDN).field("H") == links[22].gre.peer_call_id, "another call was cleared")
    expect(gateway.wait(lambda: len(gateway.sessions()) == 2), "not two sessions")
    for own in (21, 23):
        links[own].send(LCP, b"\x09\x55\0\x08" + links[own].lcp.ours.get(5, bytes(4)))
        expect(links[own].pump(lambda own=own: any(body[:2] == b"\x0a\x55" for _, body in links[own].log)), "no LCP echo")
    control.close()
    return gateway.gone() and served(gateway)


def stop(gateway):
    """Stop-Control-Connection is answered, and takes the calls along"""
    control = connect(start=True)
    control.call(31)
    control.send(message(STOP_RQ, b"\x01"))
    expect(control.expect(STOP_RP).result()[0] == 1, "StopCCRP refuses")
    expect(control.closed(SHORT_S), "the connection stays")
    return gateway.gone() and served(gateway)


def many_connections(gateway):
    """Connections beyond max-connections-per-address are closed, those there before are served"""
    held = []
    try:
        for _ in range(CONNECTIONS_MAX + 30):
            held.append(connect())
        expect(held[0].start().result()[0] == 1, "the first one is not served")
        extra = sum(control.closed(0.2) for control in held[CONNECTIONS_MAX:])
        expect(extra == 30, extra, "of 30 too many are closed")
    finally:
        for control in held:
            control.close()
    return gateway.wait(lambda: gateway.status()["servers"][0]["connections"] == 0) and served(gateway)


def many_calls(gateway):
    """Calls on one connection are bounded, and refused beyond with a reason"""
    control = connect(start=True)
    placed = refused = 0
    for call_id in range(1, CALLS_MAX + 21):
        control.send(ocrq(call_id))
        result, error = control.expect(OCRP).result()
        placed += result == 1
        refused += result == 2 and error != 0
    expect(placed == CALLS_MAX and refused == 20, placed, "placed,", refused, "refused")
    expect(control.alive(), "the connection is dead")
    control.close()
    return gateway.gone() and served(gateway)


def many_logins(gateway):
    """Sessions without a login are bounded by address, on however many connections, and beyond that the gateway is busy"""
    controls = [connect(start=True) for _ in range(2)]
    results = []
    for control in controls:
        for call_id in range(1, LOGINS_MAX // 2 + 11):
            control.send(ocrq(call_id))
            results.append(control.expect(OCRP).result()[0])
    expect(results.count(1) == LOGINS_MAX and results.count(4) == 20, results)
    expect(all(control.alive() for control in controls), "a connection is dead")
    for control in controls:
        control.close()
    expect(gateway.gone(), "sessions stay")
    control = connect(start=True)
    control.call(1)
    control.close()
    return gateway.gone() and served(gateway)


def floods(gateway):
    """Floods of echo requests and of messages out of place do not keep others from being served"""
    loud = connect(start=True)
    for _ in range(20):
        loud.send(echo_rq(1) * 100)
    served(gateway)
    expect(sum(loud.expect(ECHO_RP).field("I") == 1 for _ in range(2000)) == 2000, "echoes are missing")
    try:
        for _ in range(20):
            loud.send(wen(1) * 100)
        expect(loud.closed(SHORT_S), "2000 messages out of place are suffered")
    except Closed:
        pass
    return served(gateway)


def deaf(gateway):
    """A peer that asks and never reads is bounded, and others are served"""
    control = Control(GATEWAY, LOCAL, timeout=5)
    control.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    control.start()
    before = gateway.memory_kb()
    try:
        for _ in range(300):
            control.send(echo_rq(1) * 1000)
    except (Closed, TimeoutError):
        pass
    served(gateway)
    expect(gateway.memory_kb() - before < 4096, "the engine's memory grew by", gateway.memory_kb() - before, "kB")
    control.close()
    return gateway.wait(lambda: gateway.status()["servers"][0]["connections"] == 0)


def memory(gateway):
    """Connections with a call, made and dropped by the hundred, leave nothing in memory"""
    def cycle(times):
        for call_id in range(1, times + 1):
            control = connect(start=True)
            control.call(call_id)
            control.close()
        expect(gateway.gone(), "sessions stay")

    # The heap settles; what leaks 400 octets a connection grows each time.
    grown = []
    while not grown or grown[-1] >= 80:
        expect(len(grown) < 4, "grown by", grown, "kB with 200 connections each")
        before = gateway.memory_kb()
        cycle(200)
        grown.append(gateway.memory_kb() - before)
    return served(gateway)


if __name__ == "__main__":
    run((lengths, header, split, joined, version, order, incoming, several, stop, many_connections, many_calls, many_logins,
         floods, deaf, memory), Gateway())
