# SPDX-License-Identifier: GPL-2.0-or-later
"""A PPTP client made for misbehaving: it sends whatever it is told, where a real one would not (RFC 2637).

Control is the TCP connection, Gre the data side on a raw socket. What is above them is in ppp_client.py.
Nothing here checks what a correct peer would do; tests read the answers and judge.
"""
import errno
import select
import socket
import struct
import time

from ktap import TIME_FACTOR

PORT = 1723
MAGIC = 0x1a2b3c4d
(SCCRQ, SCCRP, STOP_RQ, STOP_RP, ECHO_RQ, ECHO_RP, OCRQ, OCRP, ICRQ, ICRP, ICCN, CLEAR_RQ, CDN, WEN, SLI) = range(1, 16)
NAMES = dict(enumerate("SCCRQ SCCRP StopCCRQ StopCCRP EchoRQ EchoRP OCRQ OCRP ICRQ ICRP ICCN CallClear CDN WEN SLI".split(),
                       1))
# Octets of each message, header included (RFC 2637 section 2).
SIZES = {SCCRQ: 156, SCCRP: 156, STOP_RQ: 16, STOP_RP: 16, ECHO_RQ: 16, ECHO_RP: 20, OCRQ: 168, OCRP: 32,
         ICRQ: 220, ICRP: 24, ICCN: 28, CLEAR_RQ: 16, CDN: 148, WEN: 40, SLI: 24}

# An emulated machine under load answers slowly; what does not answer within this is not going to.
PATIENCE_S = 15 * TIME_FACTOR


def message(kind, body=b"", magic=MAGIC, length=None, pptp_type=1):
    """One control message; a body that is too short is filled with zeros to the size of its kind."""
    size = SIZES.get(kind, 12)
    body = body + bytes(max(0, size - 12 - len(body)))
    return struct.pack("!HHIHH", len(body) + 12 if length is None else length, pptp_type, magic, kind, 0) + body


def sccrq(version=0x0100, host=b"hostile", vendor=b"test"):
    return message(SCCRQ, struct.pack("!HHIIHH64s64s", version, 0, 3, 3, 0, 1, host, vendor))


def ocrq(call_id, serial=1):
    return message(OCRQ, struct.pack("!HHIIIIHHHH", call_id, serial, 300, 100000000, 3, 3, 64, 0, 0, 0))


def icrq(call_id):
    return message(ICRQ, struct.pack("!HHII", call_id, 1, 1, 0))


def iccn(peer_call_id):
    return message(ICCN, struct.pack("!HHIHHI", peer_call_id, 0, 64000, 64, 0, 1))


def echo_rq(ident):
    return message(ECHO_RQ, struct.pack("!I", ident))


def call_clear(call_id):
    return message(CLEAR_RQ, struct.pack("!HH", call_id, 0))


def cdn(call_id, result=3):
    return message(CDN, struct.pack("!HBBHH", call_id, result, 0, 0, 0))


def wen(peer_call_id):
    return message(WEN, struct.pack("!HH6I", peer_call_id, 0, 1, 2, 3, 4, 5, 6))


def sli(peer_call_id, accm=0xffffffff):
    return message(SLI, struct.pack("!HHII", peer_call_id, 0, accm, accm))


class Message:
    """A control message that came in."""

    def __init__(self, raw):
        self.raw = raw
        self.length, self.pptp_type, self.magic, self.kind, _ = struct.unpack_from("!HHIHH", raw)
        self.body = raw[12:]

    def field(self, layout, at=0):
        return struct.unpack_from("!" + layout, self.body, at)[0]

    def result(self):
        """(result code, error code) of the kinds that carry them."""
        at = {SCCRP: 2, STOP_RP: 0, ECHO_RP: 4, OCRP: 4, ICRP: 4, CDN: 2}[self.kind]
        return self.body[at], self.body[at + 1]

    def __repr__(self):
        return "%s %s" % (NAMES.get(self.kind, self.kind), self.body[:16].hex())


class Closed(Exception):
    """The peer closed the control connection."""


class Timeout(Exception):
    """The peer did not say what was waited for."""


class Control:
    def __init__(self, gateway, local=None, timeout=PATIENCE_S):
        self.sock = socket.create_connection((gateway, PORT), timeout, (local, 0) if local else None)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.gateway = gateway
        self.local = self.sock.getsockname()[0]
        self.buffer = b""

    def send(self, raw):
        try:
            self.sock.sendall(raw)
        except (ConnectionError, BrokenPipeError) as gone:
            raise Closed from gone

    def receive(self, timeout=PATIENCE_S):
        deadline = time.monotonic() + timeout
        while len(self.buffer) < 2 or len(self.buffer) < struct.unpack_from("!H", self.buffer)[0]:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise Timeout("no control message within %g s" % timeout)
            try:
                more = self.sock.recv(65536)
            except ConnectionError as gone:
                raise Closed from gone
            if not more:
                raise Closed
            self.buffer += more
        size = struct.unpack_from("!H", self.buffer)[0]
        raw, self.buffer = self.buffer[:size], self.buffer[size:]
        return Message(raw)

    def expect(self, kind, timeout=PATIENCE_S):
        """The next message of this kind; others on the way are answered (echo) or dropped."""
        deadline = time.monotonic() + timeout
        while True:
            got = self.receive(max(0.0, deadline - time.monotonic()))
            if got.kind == kind:
                return got
            if got.kind == ECHO_RQ:
                self.send(message(ECHO_RP, got.body[:4] + b"\x01\0\0\0"))

    def closed(self, timeout=PATIENCE_S):
        """Whether the peer closes the connection; what it says before does not matter."""
        try:
            deadline = time.monotonic() + timeout
            while True:
                self.receive(max(0.0, deadline - time.monotonic()))
        except Closed:
            return True
        except Timeout:
            return False

    def start(self):
        self.send(sccrq())
        return self.expect(SCCRP)

    def call(self, call_id):
        """Places a call; returns the call id that the peer assigned."""
        self.send(ocrq(call_id))
        reply = self.expect(OCRP)
        if reply.result()[0] != 1:
            raise ValueError("call refused: %s" % reply)
        return reply.field("H")

    def alive(self, ident=0x51515151):
        """Whether the connection still answers an echo request."""
        try:
            self.send(echo_rq(ident))
            return self.expect(ECHO_RP).field("I") == ident
        except (Closed, Timeout):
            return False

    def close(self):
        self.sock.close()


class Gre:
    """The data side of one call: PPP packets in version 1 GRE (RFC 2637 section 4)."""

    KEY, SEQ, ACK = 0x2000, 0x1000, 0x0080

    def __init__(self, local, gateway, call_id, peer_call_id):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.bind((local, 0))
        self.gateway, self.call_id, self.peer_call_id = gateway, call_id, peer_call_id
        self.tx_seq = 0
        self.rx_seq = None
        self.acks_seen = 0

    def send(self, payload, seq=None, ack=True):
        """seq: a number of the test's choice, which does not move our own count."""
        if seq is None:
            seq = self.tx_seq
            self.tx_seq = (self.tx_seq + 1) & 0xffffffff
        flags, tail = self.KEY | self.SEQ | 1, struct.pack("!I", seq & 0xffffffff)
        if ack and self.rx_seq is not None:
            flags |= self.ACK
            tail += struct.pack("!I", self.rx_seq)
        self.send_raw(struct.pack("!HHHH", flags, 0x880b, len(payload), self.peer_call_id) + tail + payload)

    def send_raw(self, packet):
        # The wire is full while its other end has not taken what it got.
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.sock.sendto(packet, (self.gateway, 0))
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS or time.monotonic() >= deadline:
                    raise
            time.sleep(0.001)

    def receive(self, timeout):
        """The payload of the next packet of this call, or None."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            if not select.select([self.sock], [], [], max(0.0, left))[0]:
                return None
            packet, (source, _) = self.sock.recvfrom(65536)
            payload = self.parse(packet[4 * (packet[0] & 15):]) if source == self.gateway else None
            if payload:
                return payload

    def parse(self, gre):
        flags, protocol, size, call_id = struct.unpack_from("!HHHH", gre)
        if flags & 7 != 1 or protocol != 0x880b or call_id != self.call_id:
            return None
        at = 8
        if flags & self.SEQ:
            self.rx_seq = struct.unpack_from("!I", gre, at)[0]
            at += 4
        if flags & self.ACK:
            self.acks_seen += 1
            at += 4
        return gre[at:at + size]

    def close(self):
        self.sock.close()
