# SPDX-License-Identifier: GPL-2.0-or-later
"""Octets that others own while a tunnel has them: what a tap holds, and what lies in a file.

    others_octets.py tap DEVICE PROTOCOL NUMBER PATTERN COMMAND...

Opens a packet socket on DEVICE, runs COMMAND, and only then reads what the socket holds, which are clones of packets
that went on meanwhile. PATTERN, a hexadecimal octet of which there are sixteen in a row, is in so many of PROTOCOL (an IP
protocol), of which there must be some.

    others_octets.py file NAME udp|tcp ADDRESS PORT [SOURCE]

Sends the file NAME with sendfile(), so that its pages in memory are what the packets are made of.

    others_octets.py receive udp|tcp ADDRESS PORT LENGTH

Writes what comes to standard output, once so many octets have.
"""
import os
import socket
import subprocess
import sys

IP_PROTOCOL_AT = 9


def packets(sock):
    """What the socket holds."""
    sock.setblocking(False)
    while True:
        try:
            yield sock.recv(65536)
        except BlockingIOError:
            return


def tap(device, protocol, number, pattern, *command):
    """See what packets hold that went on."""
    # All that came or went, without link headers; a large buffer, for nothing is read until the end.
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind((device, 3))
        subprocess.run(command, check=True)
        row = bytes.fromhex(pattern) * 16
        seen = [packet for packet in packets(sock) if packet[IP_PROTOCOL_AT] == int(protocol)]
    holding = sum(row in packet for packet in seen)
    print(f"{len(seen)} packets, {holding} with the pattern")
    return seen and holding == int(number)


def opened(kind):
    """A socket of this kind."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)


def send_file(name, kind, address, port, source=""):
    """Send a file without a copy of it."""
    size = os.stat(name).st_size
    with opened(kind) as sock, open(name, "rb") as file:
        if source:
            sock.bind((source, 0))
        sock.connect((address, int(port)))
        sent = 0
        while sent < size:
            sent += os.sendfile(sock.fileno(), file.fileno(), sent, size - sent)
    return True


def receive(kind, address, port, length):
    """Write what comes."""
    got = b""
    with opened(kind) as sock:
        # Whichever end closes a stream first keeps its address for a minute: see TIME_WAIT.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, int(port)))
        if kind == "tcp":
            sock.listen()
        print("listens", file=sys.stderr, flush=True)
        source = sock.accept()[0] if kind == "tcp" else sock
        with source:
            while len(got) < int(length):
                got += source.recv(65536)
    sys.stdout.buffer.write(got)
    return True


VERBS = {"tap": tap, "file": send_file, "receive": receive}
sys.exit(not VERBS[sys.argv[1]](*sys.argv[2:]))
