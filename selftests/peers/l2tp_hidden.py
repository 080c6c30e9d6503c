# SPDX-License-Identifier: GPL-2.0-or-later
"""l2tp_hidden.py PCAP: true if in ICRQ and ICCN the values that may be hidden were (the H bit, RFC 2661 section 4.3)."""
import struct
import sys

from scapy.all import UDP, rdpcap

# ICRQ: assigned session id 14, call serial number 15; ICCN: speed 24, framing type 19 (RFC 2661 section 4.4).
WANTED = {(10, 14), (10, 15), (12, 24), (12, 19)}


def avps(message):
    """(message type, attribute type, hidden) of each AVP behind the header of a control message with all its fields."""
    at = 12
    first = struct.unpack_from("!H", message, 18)[0]
    while at + 6 <= len(message):
        flags, _vendor, kind = struct.unpack_from("!HHH", message, at)
        yield first, kind, bool(flags & 0x4000)
        at += max(flags & 0x3FF, 6)


hidden = set()
clear = set()
for packet in rdpcap(sys.argv[1]):
    data = bytes(packet[UDP].payload)
    if len(data) < 20 or not data[0] & 0x80:
        continue
    for message_type, attribute, is_hidden in avps(data):
        (hidden if is_hidden else clear).add((message_type, attribute))
print("hidden", sorted(hidden), "clear", sorted(clear))
sys.exit(not WANTED <= hidden)
