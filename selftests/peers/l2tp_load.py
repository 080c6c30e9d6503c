#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many sessions in one L2TP tunnel, logged in by one process, which keeps them.

    l2tp_load.py GATEWAY SERVER SESSIONS DIRECTORY

Users are user1 and on, who share the password "load". Says "up N" when all are, "answered N" when each has had a ping
through its session answered; then keeps the tunnel until the file DIRECTORY/enough is there, hangs up every second call, says
"half" and waits for DIRECTORY/end, closes the tunnel and says "closed".
"""
import os
import struct
import sys
import time

from ktap import TIME_FACTOR
from l2tp_client import ICRP, SESSION_ID, Tunnel
from ppp_client import IPV4, PAP, Link, echo_request, packet

GATEWAY, SERVER = sys.argv[1], sys.argv[2]
SESSIONS, DIRECTORY = int(sys.argv[3]), sys.argv[4]
AT_ONCE = 40			# logins under way
RESEND_S = 3 * TIME_FACTOR
LIMIT_S = 240 * TIME_FACTOR


class Client:
    """One session, from one packet to the next."""

    def __init__(self, tunnel, number):
        self.data = tunnel.ask(number)
        self.link = Link(self.data, "user%d" % number, "load", 0)
        self.stage = "call"
        self.asked_at = time.monotonic()
        self.answered = False
        self.mark = struct.pack("!Q", number)

    def ask(self):
        """Says again what the stage waits for."""
        self.asked_at = time.monotonic()
        if self.stage == "lcp":
            self.link.lcp.request()
        elif self.stage == "pap":
            user, password = self.link.user.encode(), self.link.password.encode()
            self.link.send(PAP, packet(1, 1, bytes((len(user),)) + user + bytes((len(password),)) + password))
        elif self.stage == "ipcp":
            self.link.ipcp.request()
        elif self.stage == "up" and not self.answered:
            target = bytes(int(part) for part in SERVER.split("."))
            self.link.send_data(IPV4, echo_request(self.link.ipcp.ours[3], target, self.mark))

    def enter(self, stage):
        self.stage = stage
        if stage != "up":
            self.ask()

    def work(self):
        """Takes what came, and goes on to the next stage when the one at hand is done."""
        while self.data.inbox:
            self.link.receive(self.data.inbox.pop(0))
        done = {"lcp": self.link.lcp.is_open(), "pap": self.link.auth_result, "ipcp": self.link.ipcp.is_open()}
        following = {"lcp": "pap", "pap": "ipcp", "ipcp": "up"}
        if done.get(self.stage):
            self.enter(following[self.stage])
        self.answered |= any(inner[9] == 1 and inner[20] == 0 and inner[-8:] == self.mark for _, inner in self.link.inbox)
        del self.link.inbox[:], self.link.log[:]


def place(tunnel, clients):
    """ICRPs in any order."""
    while tunnel.messages:
        message = tunnel.messages.pop(0)
        client = clients.get(message.session_id)
        if message.kind == ICRP and client and client.stage == "call":
            client.data.peer_id = message.number(SESSION_ID)
            tunnel.connect(client.data)
            client.enter("lcp")


def turn(tunnel, clients, until):
    """Works until the question is answered with yes."""
    deadline = time.monotonic() + LIMIT_S
    while not until():
        if time.monotonic() > deadline or tunnel.closed:
            stages = {}
            for client in clients.values():
                stages[client.stage] = stages.get(client.stage, 0) + 1
            print("too late, or closed: %s %s" % (stages, tunnel.closed), flush=True)
            sys.exit(1)
        while tunnel.step(0.01 if any(client.data.inbox for client in clients.values()) else 0.2):
            if tunnel.messages or sum(len(client.data.inbox) for client in clients.values()) > 16:
                break
        place(tunnel, clients)
        now = time.monotonic()
        for client in clients.values():
            if client.data.inbox:
                client.work()
            if client.stage not in ("call", "up") and now - client.asked_at > RESEND_S:
                client.ask()


def log_in_all(tunnel, clients):
    def under_way():
        return sum(client.stage != "up" for client in clients.values())

    for number in range(1, SESSIONS + 1):
        clients[number] = Client(tunnel, number)
        turn(tunnel, clients, lambda: under_way() < AT_ONCE)
    turn(tunnel, clients, lambda: under_way() == 0)


def ping_all(tunnel, clients):
    def some():
        waiting = [client for client in clients.values() if not client.answered]
        now = time.monotonic()
        for client in waiting[:AT_ONCE]:
            if now - client.asked_at > RESEND_S:
                client.ask()
        return not waiting

    for client in clients.values():
        client.asked_at = 0.0
    turn(tunnel, clients, some)


def keep_until(tunnel, clients, name):
    path = os.path.join(DIRECTORY, name)
    deadline = time.monotonic() + LIMIT_S
    while not os.path.exists(path) and time.monotonic() < deadline:
        tunnel.step(0.2)
        for client in clients.values():
            if client.data.inbox:
                client.work()


def main():
    tunnel, clients = Tunnel(GATEWAY, host=b"load"), {}
    tunnel.open()
    start = time.monotonic()
    log_in_all(tunnel, clients)
    print("up %d in %.0f s" % (len(clients), time.monotonic() - start), flush=True)
    ping_all(tunnel, clients)
    print("answered %d" % sum(client.answered for client in clients.values()), flush=True)
    keep_until(tunnel, clients, "enough")
    for client in list(clients.values())[1::2]:
        client.data.hang_up()
    tunnel.flushed(LIMIT_S)
    print("half", flush=True)
    keep_until(tunnel, clients, "end")
    tunnel.stop()
    print("closed", flush=True)


main()
