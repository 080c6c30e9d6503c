# SPDX-License-Identifier: GPL-2.0-or-later
"""ESP packets octet by octet, with no cipher and an HMAC: another implementation of RFC 4303, which also lies.

    esp_send.py SOURCE DESTINATION SPI SEQ KEY [WORD=VALUE...]

Sends one packet from SOURCE to DESTINATION, sealed with HMAC-SHA-256-128 and KEY (hexadecimal). What is inside is an
ICMP echo request, or what the words say:

    from=ADDRESS to=ADDRESS     inner addresses (10.1.0.2 and 10.1.0.1)
    size=N                      octets of the echo
    next=N                      next header
    tfc=N                       octets of padding behind the inner packet, to hide its length
    pad=HEX                     padding, without its length
    padlen=N                    a wrong pad length
    inner=HEX                   these octets instead of a packet
    cut=N                       leave the last N octets away, after sealing
    add=N                       N octets too many, after sealing
    raw=HEX                     these octets behind the IP header, and nothing else
    flip=N                      turn one bit of octet N over, after sealing
    udp=PORT,PORT               in UDP, from the first port to the second
    high=N                      upper half of an extended sequence number
    tos=N                       of the outer header
    innertos=N                  of the inner header
"""
import hashlib
import hmac
import ipaddress
import socket
import struct
import sys

ICV = 16


def checksum(octets):
    """RFC 1071."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def echo4(source, destination, size, tos):
    """An ICMP echo request in IPv4."""
    icmp = struct.pack("!BBHHH", 8, 0, 0, 7, 1) + bytes(size)
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 20 + len(icmp), 1, 0, 64, 1, 0, source.packed, destination.packed)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + icmp


def echo6(source, destination, size, tos):
    """The same in IPv6."""
    icmp = struct.pack("!BBHHH", 128, 0, 0, 7, 1) + bytes(size)
    pseudo = source.packed + destination.packed + struct.pack("!II", len(icmp), 58)
    icmp = icmp[:2] + struct.pack("!H", checksum(pseudo + icmp)) + icmp[4:]
    return struct.pack("!IHBB", 6 << 28 | tos << 20, len(icmp), 58, 64) + source.packed + destination.packed + icmp


def payload(words):
    """What is inside, and its next header."""
    source = ipaddress.ip_address(words.get("from", "10.1.0.2"))
    destination = ipaddress.ip_address(words.get("to", "10.1.0.1"))
    size, tos = int(words.get("size", "8")), int(words.get("innertos", "0"))
    if "inner" in words:
        inside, following = bytes.fromhex(words["inner"]), 4
    elif source.version == 4:
        inside, following = echo4(source, destination, size, tos), 4
    else:
        inside, following = echo6(source, destination, size, tos), 41
    return inside, int(words.get("next", following))


def seal(spi, seq, key, words):
    """One ESP packet."""
    inside, following = payload(words)
    inside += bytes(int(words.get("tfc", "0")))
    pad = bytes.fromhex(words["pad"]) if "pad" in words else bytes(range(1, 1 + -(len(inside) + 2) % 4))
    packet = struct.pack("!II", spi, seq) + inside + pad + bytes([int(words.get("padlen", len(pad))), following])
    high = struct.pack("!I", int(words["high"])) if "high" in words else b""
    packet += hmac.new(key, packet + high, hashlib.sha256).digest()[:ICV]
    packet += bytes(int(words.get("add", "0")))
    packet = packet[:len(packet) - int(words.get("cut", "0"))]
    if "flip" in words:
        at = int(words["flip"]) % len(packet)
        packet = packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1:]
    return bytes.fromhex(words["raw"]) if "raw" in words else packet


def opened(family, source, words):
    """The socket to send from, and the port to send to."""
    if "udp" not in words:
        sock = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ESP)
        sock.bind((source, 0))
        return sock, 0
    ports = [int(port) for port in words["udp"].split(",")]
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((source, ports[0]))
    return sock, ports[1]


def main():
    """Send one."""
    source, destination = sys.argv[1:3]
    words = dict(word.split("=", 1) for word in sys.argv[6:])
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    sock, port = opened(family, source, words)
    with sock:
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, int(words.get("tos", "0")))
            sock.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER, IP_PMTUDISC_DONT: fragments are welcome
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, int(words.get("tos", "0")))
        packet = seal(int(sys.argv[3], 0), int(sys.argv[4]), bytes.fromhex(sys.argv[5]), words)
        sock.sendto(packet, (destination, port))


main()
