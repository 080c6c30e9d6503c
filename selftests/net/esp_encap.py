# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP sockets by which the kernel's own IPsec receives ESP in UDP (RFC 3948).

    esp_encap.py ADDRESS PORT...

Opens them, says so, and waits to be ended.
"""
import signal
import socket
import sys

UDP_ENCAP = 100
UDP_ENCAP_ESPINUDP = 2


def main():
    """Open them."""
    family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
    socks = []
    for port in sys.argv[2:]:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((sys.argv[1], int(port)))
        sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
        socks.append(sock)
    print("open", flush=True)
    signal.pause()


main()
