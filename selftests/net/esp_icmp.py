# SPDX-License-Identifier: GPL-2.0-or-later
"""An ICMP error about an ESP packet that somebody is said to have sent.

    esp_icmp.py SENDER PEER SPI SEQ MTU

Tells SENDER that its ESP packet to PEER with this SPI and sequence number was too long for a path of this MTU.
"""
import socket
import struct
import sys


def checksum(octets):
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def main():
    """Send one."""
    sender, peer = sys.argv[1:3]
    quoted = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1480, 1, 0x4000, 64, socket.IPPROTO_ESP, 0,
                         socket.inet_aton(sender), socket.inet_aton(peer))
    quoted += struct.pack("!II", int(sys.argv[3], 0), int(sys.argv[4]))
    error = struct.pack("!BBHHH", 3, 4, 0, 0, int(sys.argv[5])) + quoted
    error = error[:2] + struct.pack("!H", checksum(error)) + error[4:]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.sendto(error, (sender, 0))


main()
