# SPDX-License-Identifier: GPL-2.0-or-later
"""A datagram that comes from a virtual machine, which leaves its checksum to be made further on.

    tap_send.py TAP SOURCE DESTINATION PORT START OFFSET TEXT

Sends TEXT to a UDP port out of this TAP device, which must be there and up. The checksum is said to be of all from START
of the frame on, and to belong OFFSET behind that. Where UDP has it, START is 34 and OFFSET 6.
"""
import errno
import fcntl
import socket
import struct
import sys

TUNSETIFF = 0x400454ca
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
NEEDS_CSUM = 1


def folded(octets):
    """RFC 1071, not inverted."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def datagram(source, destination, port, text):
    """IPv4 and UDP, of whose checksum there is the pseudo header's part alone."""
    ends = socket.inet_aton(source) + socket.inet_aton(destination)
    size = 8 + len(text)
    udp = struct.pack("!HHHH", 4000, port, size, folded(ends + struct.pack("!HH", socket.IPPROTO_UDP, size)))
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 1, 0, 64, socket.IPPROTO_UDP, 0)
    head = head[:10] + struct.pack("!H", ~folded(head + ends) & 0xffff) + ends
    return head + udp + text


def main():
    """Send one. Status 22: the kernel takes no such packet."""
    tap, source, destination = sys.argv[1:4]
    port, start, offset = map(int, sys.argv[4:7])
    with open(f"/sys/class/net/{tap}/address", encoding="ascii") as address:
        to = bytes.fromhex(address.read().strip().replace(":", ""))
    frame = to + bytes.fromhex("020000000001") + struct.pack("!H", 0x0800)
    frame += datagram(source, destination, port, sys.argv[7].encode())
    with open("/dev/net/tun", "r+b", buffering=0) as tun:
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", tap.encode(), IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
        try:
            tun.write(struct.pack("=BBHHHH", NEEDS_CSUM, 0, 0, 0, start, offset) + frame)
        except OSError as refusal:
            if refusal.errno != errno.EINVAL:
                raise
            sys.exit(errno.EINVAL)


main()
