#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who reaches a server from which of this machine's addresses, and as whom it is seen there.

    from_each.py serve ADDRESS
    from_each.py ask SERVER		one address a line on standard input; what was asked and not answered is printed
"""
import select
import socket
import sys
import time

from ktap import TIME_FACTOR

PORT = 5002
PATIENCE_S = 20 * TIME_FACTOR
AGAIN_S = 1


def serve(address):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, PORT))
    print("serving", flush=True)
    while True:
        _, peer = sock.recvfrom(64)
        sock.sendto(peer[0].encode(), peer)


def bound(address):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 0))
    return sock


def ask(server, addresses):
    """Each is asked again every second until it has been answered, with its own address."""
    waiting = {bound(a): a for a in addresses}
    end = time.monotonic() + PATIENCE_S
    again = 0.0
    while waiting and time.monotonic() < end:
        if time.monotonic() >= again:
            for sock in waiting:
                sock.sendto(b"who am I", (server, PORT))
            again = time.monotonic() + AGAIN_S
        for sock in select.select(list(waiting), [], [], AGAIN_S)[0]:
            if sock.recv(64).decode() == waiting[sock]:
                del waiting[sock]
    return sorted(waiting.values())


def main():
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    addresses = sys.stdin.read().split()
    missing = ask(sys.argv[2], addresses)
    print("asked from %d addresses, not answered: %s" % (len(addresses), " ".join(missing) or "none"))
    sys.exit(1 if missing or not addresses else 0)


if __name__ == "__main__":
    main()
