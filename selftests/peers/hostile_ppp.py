# SPDX-License-Identifier: GPL-2.0-or-later
"""PPP packets that no client makes: options of every wrong length, fields that lie, packets out of turn.

    hostile_ppp.py GATEWAY SERVER USER PASSWORD POOL_USER POOL_PASSWORD

POOL_USER has no fixed address. The link that was attacked may end, with a reason; the engine may not, and the next login has to work.
"""
import socket
import struct
import sys

from gateway import Gateway
from ktap import expect, run
from ppp_client import (CCP, CHAP, CODE_REJ, CONF_ACK, CONF_NAK, CONF_REJ, CONF_REQ, ECHO_REQ, IPCP, IPV6CP, LCP, PAP,
                        PROTO_REJ, RESET_ACK, RESET_REQ, TERM_ACK, TERM_REQ, Refused, dial, log_in, option, packet)
from pptp_client import Closed

GATEWAY, SERVER, USER, PASSWORD, POOL_USER, POOL_PASSWORD = sys.argv[1:]
TARGET = socket.inet_aton(SERVER)
WHO = {"user": USER, "password": PASSWORD}
ANY_CODE = (CONF_REQ, CONF_ACK, CONF_NAK, CONF_REJ)


def served(gateway):
    """A login works, with the engine that was there at the start."""
    control, link = log_in(GATEWAY, **WHO)
    expect(link.ping(TARGET), "no traffic")
    control.close()
    expect(gateway.gone(), "the session stays")
    expect(gateway.unharmed(), "the engine is another one")


def wrong_options(kinds):
    """Bodies with each of these options in each wrong length, alone, doubled, and after a good one."""
    for kind, right in kinds.items():
        for length in sorted({0, 1, 2, 3, right - 1, right + 1, 255} - {right}):
            yield option(kind, bytes(max(0, min(length, 40) - 2)), length=length)
        yield option(kind, bytes(right - 2)) * 40
        yield option(kind, bytes(right - 2)) + b"\x07"
    for kind in (0, 200, 255):
        yield option(kind, bytes(4))
        yield option(kind, b"")


def attack(link, protocol, bodies):
    """Each body under each of the four codes, and with headers whose length lies."""
    for number, body in enumerate(bodies):
        for code in ANY_CODE:
            link.send(protocol, packet(code, number & 255, body))
        for length in (0, 3, 4, len(body) + 3, len(body) + 5, 0xffff):
            link.send(protocol, packet(CONF_REQ, number & 255, body, length=length))
        link.pump(lambda: False, 0.02)


def attacked(gateway, stages, protocol, kinds):
    """A call, so many stages of a login, the attack, and the rest of the login if there is still one to be had."""
    control, link = dial(GATEWAY, **WHO)
    try:
        for stage in stages:
            getattr(link, stage)()
        attack(link, protocol, list(wrong_options(kinds)))
        link.open_ipcp()
    except (Refused, Closed):
        pass
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def lcp(gateway):
    """LCP options of every wrong length"""
    return attacked(gateway, (), LCP, {1: 4, 2: 6, 3: 5, 4: 4, 5: 6, 7: 2, 8: 2, 9: 4, 13: 3, 17: 4, 19: 9})


def lcp_open(gateway):
    """The same in a session that is up"""
    return attacked(gateway, ("open_lcp", "authenticate", "open_ccp", "open_ipcp"), LCP, {1: 4, 3: 5, 5: 6, 13: 3})


def ccp(gateway):
    """CCP options of every wrong length"""
    return attacked(gateway, ("open_lcp", "authenticate"), CCP, {18: 6, 17: 5, 21: 3, 26: 4})


def ipcp(gateway):
    """IPCP options of every wrong length"""
    return attacked(gateway, ("open_lcp", "authenticate", "open_ccp"), IPCP,
                    {1: 10, 2: 6, 3: 6, 129: 6, 130: 6, 131: 6, 132: 6})


def ipv6cp(gateway):
    """IPV6CP options of every wrong length"""
    return attacked(gateway, ("open_lcp", "authenticate", "open_ccp", "open_ipcp"), IPV6CP, {1: 10, 2: 4})


def before_authentication(gateway):
    """Network and compression protocols before the authentication open nothing"""
    control, link = dial(GATEWAY, **WHO)
    link.answer_challenge = lambda *_: None
    link.open_lcp()
    for layer in (link.ccp, link.ipcp, link.ipv6cp):
        layer.request()
    link.pump(lambda: False, 1)
    expect(link.ccp.theirs is None and link.ipcp.theirs is None and not link.ipcp.acked, "answered before authentication")
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def chap_fields(gateway):
    """CHAP responses whose value and name lie about their length"""
    value = bytes(49)
    for code, body in ((2, b""), (2, b"\0"), (2, b"\x31"), (2, b"\xff" + value), (2, b"\x31" + value[:48]),
                       (2, b"\x30" + value), (2, b"\x32" + value + b"\0"), (2, b"\x31" + value),
                       (2, b"\x31" + value + b"x" * 300), (2, b"\x31" + value + b"alice\0root"),
                       (2, b"\x31" + value + b"\xff\xfe%s%n"), (2, b"\x10" + bytes(16) + b"alice"),
                       (1, b"\x10" + bytes(16) + b"gateway"), (3, b"S=" + b"0" * 40), (4, b"E=691 R=1"), (5, bytes(40)),
                       (0, b""), (99, b"")):
        control, link = dial(GATEWAY, **WHO)
        link.open_lcp()
        link.answer_challenge = lambda ident, _, link=link, code=code, body=body: [
            link.send(CHAP, packet(code, ident, body)), link.send(CHAP, packet(code, ident ^ 1, body)),
            link.send(CHAP, packet(code, ident, body, length=len(body) + 40))]
        link.pump(lambda link=link: link.auth_result is not None or link.lcp.terminated, 0.5)
        expect(not link.auth_result, "let in with", body[:20])
        control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def success_twice(gateway):
    """A response sent again, after the success, is answered again and changes nothing"""
    control, link = log_in(GATEWAY, **WHO)
    answers = [body for protocol, body in link.log if protocol == CHAP and body[0] == 3]
    expect(len(answers) == 1, "not one success")
    link.answer_challenge(answers[0][1], bytes(16))
    link.pump(lambda: False, 0.5)
    expect(link.ping(TARGET) or gateway.gone(), "neither up nor gone")
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def pap_unasked(gateway):
    """PAP where CHAP was agreed on, with lengths that lie"""
    control, link = dial(GATEWAY, **WHO)
    link.open_lcp()
    link.answer_challenge = lambda *_: None
    for body in (b"", b"\xff", b"\x05alice", b"\x05alice\xff", b"\x05alice\x0dcorrect horse", b"\0\0"):
        for length in (None, 0, 3, 200):
            link.send(PAP, packet(1, 1, body, length=length))
    link.pump(lambda: link.auth_result is not None, 1)
    expect(not link.auth_result, "let in")
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def odd_codes(gateway):
    """Rejects, resets, echoes and unknown codes of every layer in a session that is up"""
    control, link = log_in(GATEWAY, **WHO)
    for protocol in (LCP, CCP, IPCP, IPV6CP):
        for code in (0, CODE_REJ, PROTO_REJ, ECHO_REQ, 11, 12, 13, RESET_REQ, RESET_ACK, TERM_ACK, 99, 255):
            for body in (b"", b"\0", bytes(4), struct.pack("!H", 0x8235) + bytes(4), bytes(1300)):
                # A Protocol-Reject of LCP, IPCP or CCP may end the session rightly; it comes in the next case.
                link.send(protocol, packet(code, 7, body))
                link.send(protocol, packet(code, 7, body, length=0))
    link.pump(lambda: False, 1)
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def protocol_rejects(gateway):
    """Protocol-Rejects of what the session stands on end it or are borne, and nothing else is harmed"""
    for rejected in (LCP, CHAP, CCP, IPCP, IPV6CP, 0x0021, 0x00fd, 0x0057):
        control, link = log_in(GATEWAY, **WHO)
        link.send(LCP, packet(PROTO_REJ, 1, struct.pack("!H", rejected) + bytes(8)))
        link.pump(lambda link=link: link.lcp.terminated, 0.5)
        control.close()
        expect(gateway.gone(), "the session stays")
    served(gateway)


def unknown_protocols(gateway):
    """Protocols that nobody knows are rejected by LCP, Apple's among them, and the session goes on"""
    control, link = log_in(GATEWAY, **WHO)
    for protocol in (0x8235, 0x002d, 0x80fb, 0xc025, 0xc029, 0x803f, 0x8281, 0x0001, 0xfffe):
        link.send(protocol, packet(1, 1, bytes(8)))
    rejected = set()
    link.pump(lambda: False, 1)
    for protocol, body in link.log:
        if protocol == LCP and body[0] == PROTO_REJ:
            rejected.add(struct.unpack_from("!H", body, 4)[0])
    expect(0x8235 in rejected, "rejected:", sorted(map(hex, rejected)))
    expect(link.ping(TARGET), "the session did not survive")
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def renegotiated(gateway):
    """A client that begins again with LCP and logs in anew keeps its address and has traffic"""
    control, link = log_in(GATEWAY, user=POOL_USER, password=POOL_PASSWORD)
    address = link.address
    link.restart()
    link.login()
    expect(link.address == address, "another address:", link.address, "not", address)
    expect(link.ping(TARGET), "no traffic")
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def renegotiations(gateway):
    """LCP renegotiated over and over is bounded"""
    control, link = log_in(GATEWAY, **WHO)
    for number in range(200):
        link.send(LCP, packet(CONF_REQ, number, option(5, bytes((1, 2, 3, number)))))
        link.pump(lambda: False, 0.02)
    control.close()
    expect(gateway.gone(), "the session stays")
    served(gateway)


def terminate(gateway):
    """LCP Terminate-Request is acknowledged, and the session is gone"""
    control, link = log_in(GATEWAY, **WHO)
    link.send(LCP, packet(TERM_REQ, 0x42))
    expect(link.pump(lambda: any(protocol == LCP and body[:2] == bytes((TERM_ACK, 0x42)) for protocol, body in link.log)),
           "no Terminate-Ack")
    expect(gateway.gone(), "the session stays")
    control.close()
    served(gateway)


if __name__ == "__main__":
    run((lcp, lcp_open, ccp, ipcp, ipv6cp, before_authentication, chap_fields, success_twice, pap_unasked, odd_codes,
         protocol_rejects, unknown_protocols, renegotiated, renegotiations, terminate), Gateway())
