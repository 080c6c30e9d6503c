# SPDX-License-Identifier: GPL-2.0-or-later
"""A PPP client on a data side such as pptp_client.Gre, for tests: logs in, and sends what it is told (RFC 1661).

Each stage is a function of its own (open_lcp, authenticate, open_ccp, open_ipcp), so that a test can leave one out, put
one before another, or send something else in between.
"""
import os
import struct
import time

import mschap
from pptp_client import PATIENCE_S, Control, Gre

LCP, PAP, CHAP, CCP, IPCP, IPV6CP = 0xc021, 0xc023, 0xc223, 0x80fd, 0x8021, 0x8057
IPV4, IPV6, COMPRESSED = 0x0021, 0x0057, 0x00fd
(CONF_REQ, CONF_ACK, CONF_NAK, CONF_REJ, TERM_REQ, TERM_ACK, CODE_REJ, PROTO_REJ, ECHO_REQ, ECHO_REP,
 DISCARD) = range(1, 12)
RESET_REQ, RESET_ACK = 14, 15
MPPE_STATELESS_128, MPPE_STATEFUL_128 = 0x01000040, 0x00000040
RESEND_S = 2


class Refused(Exception):
    """The peer ended the stage; the text is what it said."""


def option(kind, value=b"", length=None):
    return bytes((kind, len(value) + 2 if length is None else length)) + value


def options(data):
    """What a well-formed peer sent, as {type: value}."""
    found = {}
    while len(data) >= 2 and 2 <= data[1] <= len(data):
        found[data[0]] = data[2:data[1]]
        data = data[data[1]:]
    return found


def packet(code, ident, data=b"", length=None):
    return struct.pack("!BBH", code, ident, len(data) + 4 if length is None else length) + data


class Layer:
    """LCP or an NCP as far as a client needs it: our request until it is acknowledged, theirs acknowledged at once."""

    def __init__(self, link, protocol, ours, acceptable):
        self.link, self.protocol = link, protocol
        self.ours = dict(ours)
        self.acceptable = acceptable
        self.theirs = None
        self.insists = ()		# options in which the peer has to want the same
        self.acked = self.terminated = False
        self.ident = 0

    def request(self):
        self.ident = (self.ident + 1) & 255
        body = b"".join(option(kind, value) for kind, value in self.ours.items())
        self.link.send(self.protocol, packet(CONF_REQ, self.ident, body))

    def is_open(self):
        return self.acked and self.theirs is not None

    def receive(self, code, ident, body):
        if code == CONF_REQ:
            self.answer(ident, body)
        elif code == CONF_ACK and ident == self.ident:
            self.acked = True
        elif code in (CONF_NAK, CONF_REJ) and ident == self.ident:
            for kind, value in options(body).items():
                if code == CONF_NAK:
                    self.ours[kind] = value
                else:
                    self.ours.pop(kind, None)
            self.request()
        elif code == TERM_REQ:
            self.terminated = True
            self.link.send(self.protocol, packet(TERM_ACK, ident))
        elif code == ECHO_REQ and self.protocol == LCP:
            self.link.send(LCP, packet(ECHO_REP, ident, self.ours.get(5, bytes(4)) + body[4:]))

    def answer(self, ident, body):
        """Acknowledge, or reject; an option of ours with another value than ours is answered with ours."""
        wanted = options(body)
        other = b"".join(option(kind, self.ours[kind]) for kind, value in wanted.items()
                         if kind in self.insists and value != self.ours.get(kind, value))
        if other:
            self.link.send(self.protocol, packet(CONF_NAK, ident, other))
            return
        bad = b"".join(option(kind, value) for kind, value in wanted.items() if not self.acceptable(kind, value))
        if bad:
            self.link.send(self.protocol, packet(CONF_REJ, ident, bad))
            return
        self.theirs = wanted
        self.link.send(self.protocol, packet(CONF_ACK, ident, body))


class Link:
    def __init__(self, gre, user=None, password=None, mppe=MPPE_STATELESS_128):
        self.gre, self.user, self.password, self.mppe = gre, user, password, mppe
        self.mppe_tx = self.mppe_rx = None
        self.nt_response = None
        self.address = None
        self.log = []		# every packet that came in, as (protocol, payload)
        self.inbox = []		# inner packets that came in, decrypted
        self.clear_data = 0	# of these, how many came in clear
        self.auth_result = self.auth_message = None
        self.lcp = Layer(self, LCP, {1: struct.pack("!H", 1400), 5: os.urandom(4)}, lambda kind, _: kind != 13)
        self.ccp = Layer(self, CCP, {18: struct.pack("!I", mppe)}, lambda kind, _: kind == 18)
        self.ccp.insists = (18,)
        self.ipcp = Layer(self, IPCP, {3: bytes(4)}, lambda kind, _: kind == 3)
        self.ipv6cp = Layer(self, IPV6CP, {1: bytes(8)}, lambda kind, _: kind == 1)
        self.layers = {layer.protocol: layer for layer in (self.lcp, self.ccp, self.ipcp)}

    # The wire.

    def send(self, protocol, payload, **gre):
        self.gre.send(b"\xff\x03" + struct.pack("!H", protocol) + payload, **gre)

    def pump(self, until, timeout=PATIENCE_S, resend=None):
        """Handles what comes in until the question is answered with yes; returns the answer."""
        deadline = time.monotonic() + timeout
        again = time.monotonic() + RESEND_S
        while not until():
            now = time.monotonic()
            if now >= deadline:
                return False
            if resend and now >= again:
                again = now + RESEND_S
                resend()
            payload = self.gre.receive(min(deadline, again if resend else deadline) - now)
            if payload:
                self.receive(payload)
        return True

    def receive(self, payload):
        if payload[:2] == b"\xff\x03":
            payload = payload[2:]
        if payload[0] & 1:
            protocol, body = payload[0], payload[1:]
        else:
            protocol, body = struct.unpack_from("!H", payload)[0], payload[2:]
        self.log.append((protocol, body))
        if protocol == COMPRESSED and self.mppe_rx:
            self.receive_encrypted(body)
        elif protocol in (IPV4, IPV6):
            self.clear_data += 1
            self.inbox.append((protocol, body))
        elif protocol in (PAP, CHAP):
            self.receive_auth(protocol, body)
        elif protocol in self.layers and len(body) >= 4:
            code, ident, size = struct.unpack_from("!BBH", body)
            self.layers[protocol].receive(code, ident, body[4:size])

    def receive_encrypted(self, body):
        plain = self.mppe_rx.decrypt(body)
        at = 1 if plain[0] & 1 else 2
        self.inbox.append((int.from_bytes(plain[:at], "big"), plain[at:]))

    # The stages of a login.

    def open_layer(self, layer, timeout=PATIENCE_S):
        layer.request()
        if not self.pump(lambda: layer.is_open() or layer.terminated or self.lcp.terminated, timeout, layer.request):
            raise Refused("protocol %04x does not open" % layer.protocol)
        if not layer.is_open():
            raise Refused("terminated in protocol %04x" % layer.protocol)

    def open_lcp(self):
        self.open_layer(self.lcp)

    def auth_protocol(self):
        return struct.unpack_from("!H", self.lcp.theirs[3])[0] if self.lcp.theirs and 3 in self.lcp.theirs else None

    def authenticate(self, timeout=PATIENCE_S):
        protocol = self.auth_protocol()
        if protocol == PAP:
            user, password = self.user.encode(), self.password.encode()
            self.send(PAP, packet(1, 1, bytes((len(user),)) + user + bytes((len(password),)) + password))
        if protocol is None:
            return
        if not self.pump(lambda: self.auth_result is not None or self.lcp.terminated, timeout):
            raise Refused("no answer to the authentication")
        if not self.auth_result:
            raise Refused("authentication failed: %s" % self.auth_message)

    def receive_auth(self, protocol, body):
        code, ident, size = struct.unpack_from("!BBH", body)
        data = body[4:size]
        if protocol == CHAP and code == 1:
            self.answer_challenge(ident, data[1:1 + data[0]])
        elif protocol == CHAP:
            self.auth_result, self.auth_message = code == 3, data.decode(errors="replace")
        else:
            self.auth_result, self.auth_message = code == 2, data[1:].decode(errors="replace")

    def answer_challenge(self, ident, challenge):
        peer_challenge = os.urandom(16)
        self.nt_response = mschap.mschapv2_response(challenge, peer_challenge, self.user, self.password)
        value = peer_challenge + bytes(8) + self.nt_response + b"\0"
        self.send(CHAP, packet(2, ident, bytes((len(value),)) + value + self.user.encode()))

    def open_ccp(self):
        self.open_layer(self.ccp)
        stateful = not self.mppe & 0x01000000
        send, receive = mschap.mppe_start_keys(self.password, self.nt_response)
        self.mppe_tx, self.mppe_rx = mschap.Mppe(send, stateful), mschap.Mppe(receive, stateful)

    def open_ipcp(self):
        self.open_layer(self.ipcp)
        self.address = self.ipcp.ours[3]

    def login(self):
        self.open_lcp()
        self.authenticate()
        if self.mppe:
            self.open_ccp()
        self.open_ipcp()

    def restart(self):
        """Forgets what was agreed on, for another login on the same call."""
        self.mppe_tx = self.mppe_rx = self.auth_result = None
        for layer in self.layers.values():
            layer.theirs, layer.acked = None, False

    # Inner traffic.

    def send_data(self, protocol, data, **gre):
        """As a session sends data: encrypted once keys are there."""
        plain = struct.pack("!H", protocol) + data
        if self.mppe_tx:
            self.send(COMPRESSED, self.mppe_tx.encrypt(plain), **gre)
        else:
            self.gre.send(b"\xff\x03" + plain, **gre)

    def ping(self, target, timeout=PATIENCE_S):
        """Whether an echo request through the tunnel is answered."""
        mark = os.urandom(8)

        def answered():
            return any(protocol == IPV4 and inner[9] == 1 and inner[20] == 0 and inner[-8:] == mark
                       for protocol, inner in self.inbox)

        request = echo_request(self.address, target, mark)
        self.send_data(IPV4, request)
        return self.pump(answered, timeout, lambda: self.send_data(IPV4, request))


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total >> 16) + (total & 0xffff)
    return ~total & 0xffff


def ip_packet(source, target, protocol, payload):
    """source and target as 4 octets."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, source, target)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def echo_request(source, target, mark, ident=0x4141):
    body = struct.pack("!BBHHH", 8, 0, 0, ident, 1) + mark
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    return ip_packet(source, target, 1, body)


def dial(gateway, local=None, call_id=0x1111, **credentials):
    """A call with nothing said on it yet: (control, link)."""
    control = Control(gateway, local)
    control.start()
    peer_call_id = control.call(call_id)
    return control, Link(Gre(control.local, gateway, call_id, peer_call_id), **credentials)


def log_in(gateway, **arguments):
    """A call that is logged in, or Refused."""
    control, link = dial(gateway, **arguments)
    link.login()
    return control, link
