# SPDX-License-Identifier: GPL-2.0-or-later
"""An L2TP client made for misbehaving: it sends whatever it is told, where a real one would not (RFC 2661).

Tunnel is the control connection, Data the PPP packets of one session, in the place of pptp_client.Gre for ppp_client.Link.
Tunnel opens and keeps a tunnel as a correct peer does; nothing checks what a correct peer would do beyond that.
"""
import hashlib
import os
import random
import select
import socket
import struct
import time

from ktap import TIME_FACTOR

PORT = 1701
(SCCRQ, SCCRP, SCCCN, STOPCCN, HELLO, OCRQ, OCRP, OCCN, ICRQ, ICRP, ICCN, CDN, WEN, SLI) = (
    1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16)
(MESSAGE_TYPE, RESULT_CODE, VERSION, FRAMING_CAP, BEARER_CAP, TIE_BREAKER, HOST_NAME, TUNNEL_ID, WINDOW, CHALLENGE,
 RESPONSE, SESSION_ID, SERIAL, FRAMING_TYPE, TX_SPEED, RANDOM_VECTOR, SEQUENCING) = (
    0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 13, 14, 15, 19, 24, 36, 39)
(INITIAL_RX_CONFREQ, LAST_TX_CONFREQ, LAST_RX_CONFREQ, PROXY_TYPE, PROXY_NAME, PROXY_CHALLENGE, PROXY_ID,
 PROXY_RESPONSE) = range(26, 34)
PATIENCE_S = 15 * TIME_FACTOR
RESEND_S = 1
WINDOW_SIZE = 8


def u16(value):
    return struct.pack("!H", value)


def u32(value):
    return struct.pack("!I", value)


def avp(kind, value=b"", mandatory=True, length=None, vendor=0, hidden=False):
    size = len(value) + 6 if length is None else length
    return struct.pack("!HHH", (0x8000 if mandatory else 0) | (0x4000 if hidden else 0) | size, vendor, kind) + value


def md5(*parts):
    return hashlib.md5(b"".join(parts)).digest()


def hide(kind, value, secret, vector, length=None):
    """The value of a hidden AVP (RFC 2661 section 4.3); length is what it claims to be, where that is a lie."""
    plain = u16(len(value) if length is None else length) + value + os.urandom(3)
    out, key = b"", md5(u16(kind), secret, vector)
    for at in range(0, len(plain), 16):
        block = bytes(a ^ b for a, b in zip(plain[at:at + 16], key))
        out += block
        key = md5(secret, block)
    return out


def unhide(kind, value, secret, vector):
    out, key = b"", md5(u16(kind), secret, vector)
    for at in range(0, len(value), 16):
        block = value[at:at + 16]
        out += bytes(a ^ b for a, b in zip(block, key))
        key = md5(secret, block)
    return out[2:2 + struct.unpack_from("!H", out)[0]]


def hidden_avp(kind, value, secret, length=None):
    """A Random Vector and the AVP that is hidden with it."""
    vector = os.urandom(16)
    return avp(RANDOM_VECTOR, vector) + avp(kind, hide(kind, value, secret, vector, length), hidden=True)


def header(flags, tunnel_id, session_id, ns, nr, body, length=None):
    return struct.pack("!HHHHHH", flags, len(body) + 12 if length is None else length, tunnel_id, session_id, ns, nr) + body


def control(tunnel_id, session_id, ns, nr, body=b""):
    return header(0xc802, tunnel_id, session_id, ns & 0xffff, nr & 0xffff, body)


def sccrq(tunnel_id, host=b"hostile", window=WINDOW_SIZE, more=b""):
    return (avp(MESSAGE_TYPE, u16(SCCRQ)) + avp(VERSION, u16(0x0100)) + avp(FRAMING_CAP, u32(3)) + avp(HOST_NAME, host) +
            avp(TUNNEL_ID, u16(tunnel_id)) + avp(WINDOW, u16(window)) + more)


def icrq(session_id, serial=1, more=b""):
    return avp(MESSAGE_TYPE, u16(ICRQ)) + avp(SESSION_ID, u16(session_id)) + avp(SERIAL, u32(serial)) + more


def iccn(more=b""):
    return avp(MESSAGE_TYPE, u16(ICCN)) + avp(TX_SPEED, u32(100000000)) + avp(FRAMING_TYPE, u32(1)) + more


def cdn(session_id, result=1):
    return avp(MESSAGE_TYPE, u16(CDN)) + avp(RESULT_CODE, u16(result)) + avp(SESSION_ID, u16(session_id))


def stopccn(tunnel_id, result=1):
    return avp(MESSAGE_TYPE, u16(STOPCCN)) + avp(TUNNEL_ID, u16(tunnel_id)) + avp(RESULT_CODE, u16(result))


def plain_message(kind, more=b""):
    return avp(MESSAGE_TYPE, u16(kind)) + more


class Message:
    """A control message that came in; a ZLB has kind None."""

    def __init__(self, raw, secret=None):
        self.raw = raw
        self.flags, self.length, self.tunnel_id, self.session_id, self.ns, self.nr = struct.unpack_from("!HHHHHH", raw)
        self.avps, self.hidden = {}, set()
        body = raw[12:]
        while len(body) >= 6:
            head, vendor, kind = struct.unpack_from("!HHH", body)
            size = head & 0x3ff
            value = body[6:size]
            if head & 0x4000:
                self.hidden.add(kind)
                value = unhide(kind, value, secret or b"", self.avps[RANDOM_VECTOR])
            if vendor == 0:
                self.avps[kind] = value
            body = body[size:]
        self.kind = struct.unpack("!H", self.avps[MESSAGE_TYPE])[0] if MESSAGE_TYPE in self.avps else None

    def number(self, kind):
        return int.from_bytes(self.avps[kind], "big")

    def result(self):
        """(result code, error code, text) of StopCCN and CDN."""
        value = self.avps[RESULT_CODE]
        return (struct.unpack_from("!H", value)[0], struct.unpack_from("!H", value, 2)[0] if len(value) > 2 else 0,
                value[4:].decode(errors="replace"))

    def __repr__(self):
        return "message %s ns %d nr %d for %d/%d %s" % (self.kind, self.ns, self.nr, self.tunnel_id, self.session_id,
                                                        self.raw[12:60].hex())


class Timeout(Exception):
    """The peer did not say what was waited for."""


class Closed(Exception):
    """The peer closed the tunnel; the message is its StopCCN."""

    def __init__(self, message):
        super().__init__(str(message.result()))
        self.message = message


def bound(gateway, local=None, port=0):
    family = socket.AF_INET6 if ":" in gateway else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((local or ("::" if family == socket.AF_INET6 else "0.0.0.0"), port))
    return sock


class Tunnel:
    """port 0 is one that floats. secret is what both ends know of; ask whether the gateway has to prove that."""

    def __init__(self, gateway, local=None, port=0, secret=None, ask=False, host=b"hostile"):
        self.gateway, self.secret, self.host = gateway, secret, host
        self.sock = bound(gateway, local, port)
        self.id, self.peer_id = random.randrange(1, 65536), 0
        self.ns = self.nr = 0
        self.unacked = []		# (ns, octets) of ours
        self.sent_at = 0.0
        self.messages = []		# those that wait to be looked at
        self.sessions = {}		# our session id to Data
        self.challenge = os.urandom(16) if ask else None
        self.closed = None
        self.answers_hello = True

    # Datagrams.

    def send_raw(self, raw):
        self.sock.sendto(raw, (self.gateway, PORT))

    def transmit(self):
        self.sent_at = time.monotonic()
        for ns, session_id, body in self.unacked[:WINDOW_SIZE]:
            self.send_raw(control(self.peer_id, session_id, ns, self.nr, body))

    def send(self, body, session_id=0):
        self.unacked.append((self.ns, session_id, body))
        self.ns = (self.ns + 1) & 0xffff
        if len(self.unacked) <= WINDOW_SIZE:
            ns, session_id, body = self.unacked[-1]
            self.send_raw(control(self.peer_id, session_id, ns, self.nr, body))
            self.sent_at = time.monotonic()

    def zlb(self):
        self.send_raw(control(self.peer_id, 0, self.ns - len(self.unacked), self.nr))

    def step(self, timeout):
        """Takes what comes within the time, and repeats what is not acknowledged. False: nothing came."""
        if self.unacked and time.monotonic() - self.sent_at > RESEND_S:
            self.transmit()
        if not select.select([self.sock], [], [], max(0.0, min(timeout, RESEND_S / 4)))[0]:
            return False
        try:
            raw, peer = self.sock.recvfrom(65536)
        except OSError:			# ICMP: nobody listens
            return False
        if peer[1] == PORT and len(raw) >= 6:
            self.take(raw)
        return True

    def take(self, raw):
        flags = struct.unpack_from("!H", raw)[0]
        if not flags & 0x8000:
            self.take_data(flags, raw)
            return
        message = Message(raw, self.secret)
        if message.tunnel_id != self.id:
            return
        waited = len(self.unacked)
        self.unacked = [one for one in self.unacked if (one[0] - message.nr) & 0x8000 == 0]
        if len(self.unacked) < waited and self.unacked:
            self.transmit()
        if message.kind is None:
            return
        if message.ns == self.nr:
            self.nr = (self.nr + 1) & 0xffff
            self.deliver(message)
        if (message.ns - self.nr) & 0x8000:
            self.zlb()

    def deliver(self, message):
        if message.kind == SCCRP:
            self.peer_id = message.number(TUNNEL_ID) & 0xffff
        if message.kind == STOPCCN:
            self.closed = message
        elif message.kind != HELLO:
            self.messages.append(message)

    def take_data(self, flags, raw):
        at = 2 + (2 if flags & 0x4000 else 0)
        tunnel_id, session_id = struct.unpack_from("!HH", raw, at)
        at += 4
        session = self.sessions.get(session_id)
        if tunnel_id != self.id or not session:
            return
        if flags & 0x0800:
            session.numbers.append(struct.unpack_from("!H", raw, at)[0])
            at += 4
        if flags & 0x0200:
            at += 2 + struct.unpack_from("!H", raw, at)[0]
        session.inbox.append(raw[at:])

    def wait(self, question, timeout=PATIENCE_S):
        deadline = time.monotonic() + timeout
        while not question():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.step(left)
        return True

    def expect(self, kind, timeout=PATIENCE_S):
        """The next message of this kind; others on the way are dropped."""
        found = []

        def came():
            while self.messages and not found:
                message = self.messages.pop(0)
                if message.kind == kind:
                    found.append(message)
            return found or self.closed

        if not self.wait(came, timeout):
            raise Timeout("no message %d within %g s" % (kind, timeout))
        if not found:
            raise Closed(self.closed)
        return found[0]

    # What a correct peer does.

    def response(self, kind, challenge):
        return md5(bytes((kind,)), self.secret or b"", challenge)

    def open(self, more=b""):
        if self.challenge:
            more += avp(CHALLENGE, self.challenge)
        self.send(sccrq(self.id, self.host, more=more))
        reply = self.expect(SCCRP)
        if self.challenge and reply.avps.get(RESPONSE) != self.response(SCCRP, self.challenge):
            raise ValueError("the gateway did not prove that it knows the secret")
        answer = b""
        if CHALLENGE in reply.avps:
            answer = avp(RESPONSE, self.response(SCCCN, reply.avps[CHALLENGE]))
        self.send(plain_message(SCCCN, answer))
        return reply

    def flushed(self, timeout=PATIENCE_S):
        """Whether everything that was sent is acknowledged in time."""
        return self.wait(lambda: not self.unacked or self.closed, timeout) and not self.closed

    def call(self, session_id, more=b"", connected=b""):
        """Places a call and returns its Data."""
        session = self.ask(session_id, more)
        reply = self.expect(ICRP)
        session.peer_id = reply.number(SESSION_ID)
        self.connect(session, connected)
        return session

    def ask(self, session_id, more=b""):
        session = Data(self, session_id)
        self.sessions[session_id] = session
        self.send(icrq(session_id, session_id, more))
        return session

    def connect(self, session, more=b""):
        self.send(iccn(more), session.peer_id)

    def alive(self, timeout=PATIENCE_S):
        """Whether a HELLO is acknowledged."""
        self.send(plain_message(HELLO))
        return self.flushed(timeout)

    def stop(self):
        self.send(stopccn(self.id))
        self.wait(lambda: not self.unacked, 5)
        self.sock.close()

    def close(self):
        """Without a word."""
        self.sock.close()


class Data:
    """PPP packets of one session, as ppp_client.Link wants them."""

    def __init__(self, tunnel, session_id):
        self.tunnel, self.id, self.peer_id = tunnel, session_id, 0
        self.inbox = []
        self.numbers = []		# of what came with one
        self.ns = None			# of what is sent; None: without
        self.length_bit = False

    def send(self, payload, **_):
        flags, numbers = 2, b""
        if self.ns is not None:
            flags |= 0x0800
            numbers = struct.pack("!HH", self.ns, 0)
            self.ns = (self.ns + 1) & 0xffff
        ids = struct.pack("!HH", self.tunnel.peer_id, self.peer_id)
        if self.length_bit:
            flags |= 0x4000
            ids = u16(4 + len(ids) + len(numbers) + len(payload)) + ids
        self.tunnel.send_raw(u16(flags) + ids + numbers + payload)

    def receive(self, timeout):
        self.tunnel.wait(lambda: self.inbox, timeout)
        return self.inbox.pop(0) if self.inbox else None

    def hang_up(self):
        self.tunnel.send(cdn(self.id), self.peer_id)

    def close(self):
        pass
