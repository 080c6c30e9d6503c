# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that sends user data in clear, or half encrypted, at each moment of a login to a gateway that requires MPPE.

    hostile_plain.py GATEWAY SERVER USER PASSWORD INNER_ADDRESS

Packets that must not get through have the ICMP identifier LEAK, for the tap behind the gateway to look for.
"""
import socket
import struct
import sys

from gateway import Gateway
from ktap import expect, run
from ppp_client import (CCP, COMPRESSED, IPV4, IPV6, MPPE_STATEFUL_128, TERM_REQ, Refused, dial, echo_request, log_in,
                        packet)

GATEWAY, SERVER, USER, PASSWORD, INNER = sys.argv[1:]
LEAK = 0x6c65
TARGET, SOURCE = socket.inet_aton(SERVER), socket.inet_aton(INNER)
WHO = {"user": USER, "password": PASSWORD}


def leak(link, times=3):
    """Data in clear in every form that PPP knows."""
    request = echo_request(SOURCE, TARGET, b"in clear", ident=LEAK)
    for _ in range(times):
        link.send(IPV4, request)
        link.gre.send(b"\x21" + request)
        link.gre.send(struct.pack("!H", IPV4) + request)
        link.send(IPV6, bytes.fromhex("6000000000003b40") + bytes(32))
    # The encrypted bit not set: RFC 3078 section 3.1 would have the receiver take it as it is.
    link.send(COMPRESSED, struct.pack("!HH", 0x8000, IPV4) + request)


def nothing_clear(link):
    link.pump(lambda: False, 0.5)
    expect(link.clear_data == 0, link.clear_data, "packets came in clear")


def each_stage(gateway):
    """Data in clear before, between, and after the stages of a login"""
    control, link = dial(GATEWAY, **WHO)
    for stage in (link.open_lcp, link.authenticate, link.open_ccp, link.open_ipcp):
        leak(link)
        stage()
    leak(link)
    expect(link.ping(TARGET), "encrypted data does not pass")
    nothing_clear(link)
    control.close()
    return gateway.gone()


def counted(gateway):
    """Data in clear in a session that is up is dropped and counted"""
    control, link = log_in(GATEWAY, **WHO)
    before = gateway.count("rx", "plaintext")
    leak(link)
    expect(gateway.wait(lambda: gateway.count("rx", "plaintext") >= before + 12), gateway.newest()["rx"])
    expect(link.ping(TARGET), "the session did not survive")
    nothing_clear(link)
    control.close()
    return gateway.gone()


def ipcp_first(gateway):
    """IPCP before CCP opens nothing"""
    control, link = dial(GATEWAY, **WHO)
    link.open_lcp()
    link.authenticate()
    try:
        link.open_layer(link.ipcp, 5)
    except Refused:
        pass
    leak(link)
    nothing_clear(link)
    control.close()
    return gateway.gone()


def ccp_terminated(gateway):
    """CCP terminated in a session that is up takes the session along, and nothing goes out in clear after it"""
    control, link = log_in(GATEWAY, **WHO)
    expect(link.ping(TARGET), "the session does not work")
    link.send(CCP, packet(TERM_REQ, 99))
    leak(link)
    link.mppe_rx = None
    link.pump(lambda: link.lcp.terminated, 5)
    leak(link)
    nothing_clear(link)
    expect(gateway.gone() or not gateway.newest()["encryption"] == "none", "a session without encryption")
    control.close()
    return gateway.gone()


def ccp_again(gateway):
    """CCP renegotiated in a session that is up: not one packet in clear in between"""
    control, link = log_in(GATEWAY, **WHO)
    link.mppe_rx = None
    link.ccp.acked, link.ccp.theirs = False, None
    link.ccp.request()
    leak(link)
    link.pump(link.ccp.is_open, 5)
    leak(link)
    nothing_clear(link)
    control.close()
    return gateway.gone()


def stateful_asked(gateway):
    """A client that asks for stateful MPPE gets it, and its data passes"""
    control, link = log_in(GATEWAY, mppe=MPPE_STATEFUL_128, **WHO)
    expect(gateway.newest()["encryption"] == "mppe-128 stateful", gateway.newest()["encryption"])
    expect(all(link.ping(TARGET) for _ in range(300)), "a ping in stateful mode is lost")
    leak(link)
    nothing_clear(link)
    control.close()
    return gateway.gone()


def unharmed(gateway):
    """The engine was not harmed"""
    return gateway.unharmed()


if __name__ == "__main__":
    run((each_stage, counted, ipcp_first, ccp_terminated, ccp_again, stateful_asked, unharmed), Gateway())
