#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic whose correctness can be told: TCP with checksums in both directions, and numbered UDP echoes.

    traffic.py serve ADDRESS
    traffic.py tcp SERVER [--device D]... [--bytes N]
    traffic.py udp SERVER [--device D]... [--count N] [--gap-ms N] [--size N] [--until FILE]
    traffic.py all SERVER ...		(tcp, then udp)

With several devices (SO_BINDTODEVICE) each carries the traffic, one thread a device; one process serves a hundred
sessions. The client prints one line a device and fails if any byte was wrong, or a TCP transfer did not end. Whether lost
UDP packets are a failure is the caller's to say: --max-lost.
"""
import argparse
import hashlib
import os
import random
import select
import socket
import struct
import sys
import threading
import time

from ktap import TIME_FACTOR

PORT = 5001
# A transfer over a lossy emulated wire is slow; one that stands still for this long has failed.
STALL_S = 60 * TIME_FACTOR
HEAD = struct.Struct("!QQQ")		# bytes up, bytes down, seed of both streams
NUMBER = struct.Struct("!III")		# packet number, inversions that the server saw, seed


class Stream:
    """The same endless bytes at both ends, made from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.digest = hashlib.sha256()

    def take(self, size):
        data = self.random.randbytes(size)
        self.digest.update(data)
        return data


def read_exactly(sock, size):
    data = bytearray()
    while len(data) < size:
        more = sock.recv(min(65536, size - len(data)))
        if not more:
            raise ConnectionError("closed after %d of %d bytes" % (len(data), size))
        data += more
    return bytes(data)


def send_stream(sock, size, seed):
    stream = Stream(seed)
    while size:
        chunk = min(size, 65536)
        sock.sendall(stream.take(chunk))
        size -= chunk


def check_stream(sock, size, seed):
    """Reads size bytes and compares each with what was due."""
    stream, at = Stream(seed), 0
    while at < size:
        chunk = min(size - at, 65536)
        if read_exactly(sock, chunk) != stream.take(chunk):
            raise ValueError("wrong bytes between %d and %d" % (at, at + chunk))
        at += chunk


def serve_tcp_one(sock):
    with sock:
        sock.settimeout(STALL_S)
        try:
            up, down, seed = HEAD.unpack(read_exactly(sock, HEAD.size))
            check_stream(sock, up, seed)
            sock.sendall(b"Y")
            send_stream(sock, down, seed + 1)
        except ValueError:
            sock.sendall(b"N")
        except OSError:
            pass


def serve_tcp(listener):
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve_tcp_one, args=(sock,), daemon=True).start()


def serve_udp(sock):
    """Echoes; the answer says how often a number came after a greater one of the same sender."""
    last, inverted = {}, {}
    while True:
        data, peer = sock.recvfrom(65536)
        if len(data) < NUMBER.size:
            continue
        number, _, seed = NUMBER.unpack_from(data)
        if number < last.get(peer, 0):
            inverted[peer] = inverted.get(peer, 0) + 1
        last[peer] = max(number, last.get(peer, 0))
        sock.sendto(NUMBER.pack(number, inverted.get(peer, 0), seed) + data[NUMBER.size:], peer)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(address):
    listener = socket.create_server((address, PORT), family=family(address), backlog=256)
    udp = socket.socket(family(address), socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    udp.bind((address, PORT))
    threading.Thread(target=serve_tcp, args=(listener,), daemon=True).start()
    print("serving", flush=True)
    serve_udp(udp)


def bound(server, kind, device):
    sock = socket.socket(family(server), kind)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    return sock


def tcp(device, args):
    with bound(args.server, socket.SOCK_STREAM, device) as sock:
        sock.settimeout(STALL_S)
        seed = int.from_bytes(os.urandom(6), "big")
        start = time.monotonic()
        sock.connect((args.server, PORT))
        sock.sendall(HEAD.pack(args.bytes, args.bytes, seed))
        send_stream(sock, args.bytes, seed)
        if sock.recv(1) != b"Y":
            raise ValueError("the server received wrong bytes")
        middle = time.monotonic()
        check_stream(sock, args.bytes, seed + 1)
        end = time.monotonic()
    return "tcp %d bytes each way, %.1f Mbit/s up, %.1f Mbit/s down" % (
        args.bytes, args.bytes * 8e-6 / (middle - start), args.bytes * 8e-6 / (end - middle))


class UdpCount:
    def __init__(self):
        self.sent = self.got = self.twice = self.wrong = self.inverted = self.inverted_up = 0
        self.last, self.seen = 0, set()

    def receive(self, data, expected, seed):
        number, inverted_up, echoed = NUMBER.unpack_from(data)
        if echoed != seed or data[NUMBER.size:] != expected:
            self.wrong += 1
        elif number in self.seen:
            self.twice += 1
        else:
            self.seen.add(number)
            self.got += 1
        self.inverted += number < self.last
        self.last = max(self.last, number)
        self.inverted_up = max(self.inverted_up, inverted_up)

    def gaps(self):
        """The numbers that did not come back, as ranges; the first ten of them."""
        lost = [number for number in range(1, self.sent + 1) if number not in self.seen]
        starts = [number for number in lost if number - 1 in self.seen or number == 1]
        ends = [number for number in lost if number + 1 in self.seen or number == self.sent]
        return " ".join("%d-%d" % pair for pair in list(zip(starts, ends))[:10])

    def line(self):
        return "udp sent=%d got=%d lost=%d twice=%d wrong=%d inverted_up=%d inverted_down=%d" % (
            self.sent, self.got, self.sent - self.got, self.twice, self.wrong, self.inverted_up, self.inverted)


def udp(device, args):
    """--count packets at a steady pace, or packets until a file is there; then waits for what is still on its way."""
    count, seed = UdpCount(), int.from_bytes(os.urandom(4), "big")
    filler = random.Random(seed).randbytes(max(0, args.size - NUMBER.size))
    with bound(args.server, socket.SOCK_DGRAM, device) as sock:
        sock.connect((args.server, PORT))
        due = time.monotonic()
        while not os.path.exists(args.until) if args.until else count.sent < args.count:
            count.sent += 1
            sock.send(NUMBER.pack(count.sent, 0, seed) + filler)
            due += args.gap_ms / 1000
            collect(sock, count, filler, seed, lambda: time.monotonic() >= due, due)
        end = time.monotonic() + args.linger_s
        collect(sock, count, filler, seed, lambda: count.got >= count.sent or time.monotonic() >= end, end)
    if count.wrong or count.inverted or count.inverted_up or count.twice:
        raise ValueError(count.line())
    if count.sent - count.got > args.max_lost:
        raise ValueError("more than %d lost: %s, lost were %s" % (args.max_lost, count.line(), count.gaps()))
    return count.line()


def collect(sock, count, filler, seed, enough, until):
    while not enough():
        if select.select([sock], [], [], max(0.0, until - time.monotonic()))[0]:
            try:
                count.receive(sock.recv(65536), filler, seed)
            except ConnectionRefusedError:
                pass


def run_all(function, args):
    """One thread a device; returns the number that failed."""
    failed = []

    def run(device):
        try:
            line = function(device, args)
        except (OSError, ValueError) as problem:
            line = "FAILED: %s" % problem
            failed.append(device)
        print("%s: %s" % (device or "any", line), flush=True)

    threads = [threading.Thread(target=run, args=(device,)) for device in args.device or [None]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(failed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("serve", "tcp", "udp", "all"))
    parser.add_argument("server")
    parser.add_argument("--device", action="append")
    parser.add_argument("--bytes", type=int, default=1 << 20)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--gap-ms", type=float, default=5)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--until", help="send until this file exists")
    parser.add_argument("--max-lost", type=int, default=0)
    parser.add_argument("--linger-s", type=float, default=5 * TIME_FACTOR)
    args = parser.parse_args()
    if args.what == "serve":
        serve(args.server)
    failed = sum(run_all(function, args) for function in (tcp, udp) if args.what in (function.__name__, "all"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
