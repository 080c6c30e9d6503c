# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged packets against a session that is up: headers, sequence numbers, MPPE counts, inner addresses (RFC 2637, 3078).

    hostile_gre.py GATEWAY LOCAL OTHER_LOCAL SERVER USER PASSWORD

OTHER_LOCAL is an address of somebody else, who knows the call id. After each case the session has to work, without a
login in between, and where there is a counter it says what happened.
"""
import os
import socket
import struct
import sys

import mschap
from gateway import Gateway
from ktap import expect, run
from ppp_client import COMPRESSED, IPV4, LCP, echo_request, ip_packet, log_in
from pptp_client import Gre

GATEWAY, LOCAL, OTHER, SERVER, USER, PASSWORD = sys.argv[1:]
TARGET = socket.inet_aton(SERVER)
KEY, SEQ, ACK = Gre.KEY, Gre.SEQ, Gre.ACK


class Victim:
    """The session that everything is thrown at."""

    def __init__(self):
        self.gateway = Gateway()
        self.control, self.link = log_in(GATEWAY, local=LOCAL, user=USER, password=PASSWORD)
        self.gre = self.link.gre

    def raw(self, flags, payload=b"", call_id=None, protocol=0x880b, size=None, seq=None, sock=None):
        """One packet whose every field is the caller's."""
        packet = struct.pack("!HHHH", flags, protocol, len(payload) if size is None else size,
                             self.gre.peer_call_id if call_id is None else call_id)
        if flags & SEQ:
            packet += struct.pack("!I", (self.gre.tx_seq if seq is None else seq) & 0xffffffff)
        if flags & ACK:
            packet += struct.pack("!I", 0)
        (sock or self.gre.sock).sendto(packet + payload, (GATEWAY, 0))

    def works(self):
        expect(self.link.ping(TARGET), "the session does not work any more")
        expect(self.gateway.unharmed(), "the engine is another one")

    def rx(self):
        return self.gateway.newest()["rx"]

    def counts(self, before, **least):
        """Waits until these counters have grown by at least so much."""
        def grown():
            now = self.rx()
            return all(now[name] - before[name] >= count for name, count in least.items())

        expect(self.gateway.wait(grown, 5), "counters:", {name: self.rx()[name] - before[name] for name in least})


def baseline(victim):
    """The session works"""
    return victim.works()


def call_ids(victim):
    """Call ids that nobody has are dropped"""
    lcp = b"\xff\x03\xc0\x21\x05\x01\x00\x04"
    for call_id in list(range(0, 65536, 37)) + [0, 0xffff]:
        if call_id != victim.gre.peer_call_id:
            victim.raw(KEY | SEQ | 1, lcp, call_id=call_id)
    return victim.works()


def other_address(victim):
    """The right call id from another address never finds the session"""
    before = victim.rx()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, 47) as sock:
        sock.bind((OTHER, 0))
        # Terminate-Request for LCP, with the next sequence number: the end of the session if it were believed.
        for ahead in range(20):
            victim.raw(KEY | SEQ | 1, b"\xff\x03\xc0\x21\x05\x01\x00\x04", seq=victim.gre.tx_seq + ahead, sock=sock)
    victim.works()
    after = victim.rx()
    expect(all(after[name] == before[name] for name in after if name not in ("packets", "bytes", "frames", "acks")),
           "counters moved", before, after)


def flags(victim):
    """Wrong flags and versions are dropped"""
    good = KEY | SEQ | 1
    lcp = b"\xff\x03\xc0\x21\x05\x01\x00\x04"
    for wrong in (good | 0x8000, good | 0x4000, good | 0x0078, good & ~KEY):
        victim.raw(wrong, lcp)
    for version in (0, 2, 3, 7):
        victim.raw(KEY | SEQ | version, lcp)
    victim.raw(good, lcp, protocol=0x0800)
    victim.raw(good, lcp, protocol=0)
    # One that was believed would have closed LCP.
    victim.works()


def bits_ignored(victim):
    """Strict source route and recursion control, which change nothing in the header, are ignored"""
    before = victim.rx()
    for bits in (0x0800, 0x0700):
        victim.raw(KEY | SEQ | 1 | bits, b"\xff\x03\xc0\x21\x0b\x01\x00\x08" + victim.link.lcp.ours.get(5, bytes(4)))
        victim.gre.tx_seq += 1
    victim.works()
    victim.counts(before, frames=2)


def length_lies(victim):
    """Payload lengths beyond the packet, and cut headers, are dropped"""
    whole = struct.pack("!HHHHII", KEY | SEQ | ACK | 1, 0x880b, 8, victim.gre.peer_call_id, victim.gre.tx_seq, 0)
    for cut in range(1, len(whole)):
        victim.gre.send_raw(whole[:cut])
    for size in (9, 100, 1500, 0x7fff, 0xffff):
        victim.raw(KEY | SEQ | 1, b"\xff\x03\xc0\x21\x05\x01\x00\x04", size=size)
    victim.works()


def ppp_stubs(victim):
    """PPP packets of no, one, two, and three octets"""
    for stub in (b"", b"\0", b"\xff", b"\x21", b"\xfd", b"\xff\x03", b"\xff\x03\x00", b"\x00\xfd", b"\xff\x03\x00\xfd",
                 b"\xff\x03\xfd\x90", b"\x00\xfd\x90\x00", b"\xc0\x21", b"\xc0\x21\x01"):
        victim.gre.send(stub)
    return victim.works()


def acks(victim):
    """Acknowledgments of what was never sent"""
    for number in (0, 1, 0x7fffffff, 0x80000000, 0xffffffff):
        victim.gre.send_raw(struct.pack("!HHHHI", KEY | ACK | 1, 0x880b, 0, victim.gre.peer_call_id, number))
    return victim.works()


def sequence_ahead(victim):
    """A forged sequence number far ahead, and far behind, does not move the session"""
    before = victim.rx()
    for jump in (5000, 100000, 0x7fffffff, 0x80000000, 0xfffff000):
        victim.gre.send(b"\xff\x03\xc0\x21\x09\x01\x00\x04", seq=victim.gre.tx_seq + jump)
    victim.works()
    victim.counts(before, late=3)


def sequence_near(victim):
    """A forged sequence number a little ahead costs no more than what it jumps over"""
    victim.gre.send(b"\xff\x03\xc0\x21\x09\x01\x00\x04", seq=victim.gre.tx_seq + 20)
    expect(sum(victim.link.ping(TARGET) for _ in range(40)) >= 20, "pings are lost for long")
    return victim.works()


def duplicates(victim):
    """Every packet twice: the second is dropped"""
    before = victim.rx()
    for _ in range(10):
        request = echo_request(victim.link.address, TARGET, os.urandom(8))
        seq = victim.gre.tx_seq
        data = b"\xff\x03\x00\xfd" + victim.link.mppe_tx.encrypt(struct.pack("!H", IPV4) + request)
        victim.gre.send(data)
        victim.gre.send(data, seq=seq)
    victim.works()
    victim.counts(before, late=10)


def forged_count(victim):
    """Forged MPPE counts, near and far, move no key"""
    before = victim.rx()
    for ahead in (0, 1, 2, 10, 100, 255, 256, 1000, 2048, 4000, 4095):
        count = (victim.link.mppe_tx.count + ahead) & 0xfff
        for bits in (0x9000, 0x1000):
            victim.gre.send(b"\xff\x03\x00\xfd" + struct.pack("!H", bits | count) + os.urandom(60))
    victim.works()
    after = victim.rx()
    # A count a little behind is that of a late packet.
    dropped = sum(after[name] - before[name] for name in ("mppe-forged", "mppe-jump", "mppe-desync", "malformed", "late"))
    expect(dropped == 22, "only", dropped, "of 22 are counted", before, after)


def replayed(victim):
    """Encrypted packets replayed under new sequence numbers do not come out again"""
    request = echo_request(victim.link.address, TARGET, b"replayed")
    data = b"\xff\x03\x00\xfd" + victim.link.mppe_tx.encrypt(struct.pack("!H", IPV4) + request)

    def answers():
        return sum(inner[-8:] == b"replayed" for _, inner in victim.link.inbox)

    victim.gre.send(data)
    expect(victim.link.pump(lambda: answers() == 1), "the first was not answered")
    for _ in range(20):
        victim.gre.send(data)
    victim.works()
    expect(answers() == 1, answers(), "answers to one request")


def key_wrong(victim):
    """Data encrypted with another key is dropped and counted, and the session's own goes on"""
    before = victim.rx()
    wrong = mschap.Mppe(bytes(16))
    wrong.count = victim.link.mppe_tx.count
    for _ in range(50):
        request = echo_request(victim.link.address, TARGET, b"wrongkey")
        victim.gre.send(b"\xff\x03\x00\xfd" + wrong.encrypt(struct.pack("!H", IPV4) + request))
    victim.works()
    victim.counts(before, **{"mppe-forged": 25})


def inner_source(victim):
    """Inner packets from an address that is not the session's are dropped and counted"""
    before = victim.rx()
    for source in ("10.9.0.1", "10.9.0.77", "10.8.0.2", "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1"):
        victim.link.send_data(IPV4, echo_request(socket.inet_aton(source), TARGET, b"spoofed!", ident=0x6c65))
    victim.works()
    victim.counts(before, source=7)


def inner_lengths(victim):
    """Inner IP packets that lie about their length or version"""
    good = echo_request(victim.link.address, TARGET, bytes(8))
    for wrong in (good[:19], good[:20], good[:1], b"", b"\x46" + good[1:], b"\x44" + good[1:], b"\x65" + good[1:],
                  good[:2] + b"\xff\xff" + good[4:], good[:2] + b"\0\0" + good[4:], good[:2] + b"\0\x13" + good[4:]):
        victim.link.send_data(IPV4, wrong)
    return victim.works()


def tcp_options(victim):
    """TCP options of length 0 and beyond the header, in a SYN that the MSS clamp looks at"""
    for options in (b"\x02\x00\x05\xb4", b"\x02\x01\x05\xb4", b"\x02\xff\x05\xb4", b"\x05\x00\x00\x00", b"\x01\x01\x01\x02",
                    b"\xff\xff\xff\xff"):
        segment = struct.pack("!HHIIBBHHH", 1000, 9, 1, 0, (20 + len(options)) // 4 << 4, 2, 100, 0, 0) + options
        victim.link.send_data(IPV4, ip_packet(victim.link.address, TARGET, 6, segment))
        victim.link.send_data(IPV4, ip_packet(victim.link.address, TARGET, 6, segment[:12] + b"\xf0" + segment[13:]))
        victim.link.send_data(IPV4, ip_packet(victim.link.address, TARGET, 6, segment[:12] + b"\x00" + segment[13:]))
    return victim.works()


def flood(victim):
    """Twenty thousand packets of every kind of rubbish"""
    for number in range(20000):
        rubbish = os.urandom(24)
        if number & 1:
            rubbish = struct.pack("!HHHH", KEY | SEQ | 1, 0x880b, 12, victim.gre.peer_call_id) + rubbish[:16]
        victim.gre.send_raw(rubbish)
    # Strays in a row may have moved the stream (bounded by design); the client's own packets move it back.
    victim.link.ping(TARGET)
    return victim.works()


def lcp_still(victim):
    """LCP and control connection still answer"""
    victim.link.send(LCP, b"\x09\x66\0\x08" + victim.link.lcp.ours.get(5, bytes(4)))
    expect(victim.link.pump(lambda: any(body[:2] == b"\x0a\x66" for _, body in victim.link.log)), "no LCP echo")
    expect(victim.control.alive(), "no PPTP echo")
    victim.control.close()
    return victim.gateway.gone()


if __name__ == "__main__":
    run((baseline, call_ids, other_address, flags, bits_ignored, length_lies, ppp_stubs, acks, sequence_ahead, sequence_near,
         duplicates, forged_count, replayed, key_wrong, inner_source, inner_lengths, tcp_options, flood, lcp_still), Victim())
