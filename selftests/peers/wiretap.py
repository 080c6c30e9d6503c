#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Watches an interface until it is told to stop (SIGTERM), then says what PPP protocols went by in GRE.

    wiretap.py INTERFACE

Prints "PROTOCOL DIRECTION COUNT" lines, with "clear" before those that are user data not encrypted, and fails if the kernel
could not keep up, since a tap that missed packets proves nothing.
"""
import collections
import signal
import socket
import struct
import sys

DATA = {0x0021: "ipv4", 0x0057: "ipv6"}
SOL_PACKET, PACKET_STATISTICS, PACKET_OUTGOING = 263, 6, 4


def ppp_protocol(frame):
    """The PPP protocol in an IPv4 packet of enhanced GRE, or None."""
    if len(frame) < 20 or frame[9] != 47:
        return None
    gre = frame[4 * (frame[0] & 15):]
    if len(gre) < 8:
        return None
    flags, protocol, size, _ = struct.unpack_from("!HHHH", gre)
    at = 8 + (4 if flags & 0x1000 else 0) + (4 if flags & 0x0080 else 0)
    ppp = gre[at:at + size]
    if protocol != 0x880b or not ppp:
        return None
    if ppp[:2] == b"\xff\x03":
        ppp = ppp[2:]
    return ppp[0] if ppp[0] & 1 else int.from_bytes(ppp[:2], "big")


def main():
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
    tap.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)		# SO_RCVBUFFORCE
    tap.bind((sys.argv[1], 0x0003))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    seen = collections.Counter()
    print("watching", flush=True)
    try:
        while True:
            frame, address = tap.recvfrom(65536)
            protocol = ppp_protocol(frame) if address[1] == 0x0800 else None
            if protocol is not None:
                seen[protocol, "out" if address[2] == PACKET_OUTGOING else "in"] += 1
    finally:
        _, dropped = struct.unpack("II", tap.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        for (protocol, direction), count in sorted(seen.items()):
            print("%s%04x %s %d" % ("clear " if protocol in DATA else "", protocol, direction, count))
        print("missed %d" % dropped, flush=True)


if __name__ == "__main__":
    main()
