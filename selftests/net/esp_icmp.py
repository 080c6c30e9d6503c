# SPDX-License-Identifier: GPL-2.0-or-later
"""An ICMP error about an ESP packet that somebody is said to have sent.

    esp_icmp.py SENDER PEER SPI SEQ MTU [PORT PORT|l2tp]

Tells SENDER that its ESP packet to PEER with this SPI and sequence number was too long for a path of this MTU; with
ports, that it was in UDP between them; with "l2tp", that its packet of L2TP over IP was, which began with these two
words, session id and cookie. Addresses are all IPv4 or all IPv6.
"""
import ipaddress
import socket
import struct
import sys

IPPROTO_L2TP = 115


def checksum(octets):
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def header(sender, peer, protocol, length):
    """The IP header of the packet that is quoted, which had so many octets behind it."""
    if sender.version == 6:
        return struct.pack("!IHBB", 6 << 28, length, protocol, 64) + sender.packed + peer.packed
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 1, 0x4000, 64, protocol, 0, sender.packed, peer.packed)


def main():
    """Send one."""
    sender, peer = (ipaddress.ip_address(word) for word in sys.argv[1:3])
    mtu, ports = int(sys.argv[5]), [int(word) for word in sys.argv[6:] if word != "l2tp"]
    protocol = IPPROTO_L2TP if "l2tp" in sys.argv[6:] else socket.IPPROTO_ESP
    quoted = struct.pack("!II", int(sys.argv[3], 0), int(sys.argv[4], 0))
    if ports:
        protocol, quoted = socket.IPPROTO_UDP, struct.pack("!HHHH", *ports, 1460, 0) + quoted
    quoted = header(sender, peer, protocol, 1460) + quoted
    if sender.version == 6:
        # The kernel makes the checksum.
        family, icmp, error = socket.AF_INET6, socket.IPPROTO_ICMPV6, struct.pack("!BBHI", 2, 0, 0, mtu) + quoted
    else:
        family, icmp, error = socket.AF_INET, socket.IPPROTO_ICMP, struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + quoted
        error = error[:2] + struct.pack("!H", checksum(error)) + error[4:]
    with socket.socket(family, socket.SOCK_RAW, icmp) as sock:
        sock.sendto(error, (str(sender), 0))


main()
