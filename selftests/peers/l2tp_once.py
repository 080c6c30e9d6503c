#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One login over L2TP, a ping through it, and the end: l2tp_once.py GATEWAY SERVER USER PASSWORD"""
import sys

from l2tp_client import Tunnel
from ppp_client import Link

GATEWAY, SERVER, USER, PASSWORD = sys.argv[1:]

tunnel = Tunnel(GATEWAY)
tunnel.open()
link = Link(tunnel.call(1), USER, PASSWORD, 0)
link.login()
works = link.ping(bytes(int(part) for part in SERVER.split(".")))
print("address", ".".join(str(octet) for octet in link.address), "ping", works)
tunnel.stop()
sys.exit(not works)
