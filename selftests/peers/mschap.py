# SPDX-License-Identifier: GPL-2.0-or-later
"""MS-CHAPv2 and MPPE for test clients, with the ciphers that no library ships any more (RFC 2759, 3078, 3079).

Slow and plain on purpose: an implementation that shares nothing with the one under test.
"""
import hashlib
import struct

MASK = 0xffffffff


def rol(word, bits):
    word &= MASK
    return (word << bits | word >> (32 - bits)) & MASK


def md4(data):
    """RFC 1320."""
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + struct.pack("<Q", len(data) * 8)
    rounds = (
        (lambda x, y, z: x & y | ~x & z, 0, range(16), (3, 7, 11, 19)),
        (lambda x, y, z: x & y | x & z | y & z, 0x5a827999,
         [4 * (i % 4) + i // 4 for i in range(16)], (3, 5, 9, 13)),
        (lambda x, y, z: x ^ y ^ z, 0x6ed9eba1,
         (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
    )
    state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
    for at in range(0, len(padded), 64):
        words = struct.unpack_from("<16I", padded, at)
        a, b, c, d = state
        for mix, constant, order, shifts in rounds:
            for step, index in enumerate(order):
                a, b, c, d = d, rol(a + mix(b, c, d) + words[index] + constant, shifts[step % 4]), b, c
        state = [(old + new) & MASK for old, new in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)


# DES as FIPS 46-3 numbers it: bit 1 is the leftmost.
IP = [base - 8 * i for base in (58, 60, 62, 64, 57, 59, 61, 63) for i in range(8)]
FP = [col + 8 * half - i for i in range(8) for col, half in
      ((40, 0), (8, 0), (48, 0), (16, 0), (56, 0), (24, 0), (64, 0), (32, 0))]
E = [(4 * row + col - 1) % 32 + 1 for row in range(8) for col in range(6)]
P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
     2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25]
PC1 = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
       63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4]
PC2 = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
       41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32]
SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
# A box is its four rows of sixteen hexadecimal digits.
SBOX = [[int(digit, 16) for digit in box if digit != " "] for box in (
    "e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d",
    "f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9",
    "a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c",
    "7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e",
    "2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453",
    "c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d",
    "4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c",
    "d2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b",
)]


def permute(value, width, table):
    out = 0
    for bit in table:
        out = out << 1 | value >> (width - bit) & 1
    return out


def des_round_keys(key):
    """Key schedule; key is 64 bits with the parity bits anywhere."""
    both = permute(key, 64, PC1)
    left, right = both >> 28, both & 0xfffffff
    for shift in SHIFTS:
        left = (left << shift | left >> (28 - shift)) & 0xfffffff
        right = (right << shift | right >> (28 - shift)) & 0xfffffff
        yield permute(left << 28 | right, 56, PC2)


def des_f(right, key):
    mixed = permute(right, 32, E) ^ key
    out = 0
    for index, box in enumerate(SBOX):
        six = mixed >> (42 - 6 * index) & 63
        out = out << 4 | box[16 * (six >> 4 & 2 | six & 1) + (six >> 1 & 15)]
    return permute(out, 32, P)


def des(key7, block):
    """One block under a key of 7 octets without parity (RFC 2759 section 8.6)."""
    key = int.from_bytes(key7, "big")
    spread = 0
    for index in range(8):
        spread = spread << 8 | (key >> (49 - 7 * index) & 127) << 1
    value = permute(int.from_bytes(block, "big"), 64, IP)
    left, right = value >> 32, value & MASK
    for round_key in des_round_keys(spread):
        left, right = right, left ^ des_f(right, round_key)
    return permute(right << 32 | left, 64, FP).to_bytes(8, "big")


def sha1(*parts):
    return hashlib.sha1(b"".join(parts)).digest()


def nt_hash(password):
    return md4(password.encode("utf-16-le"))


def challenge_hash(peer_challenge, challenge, user):
    return sha1(peer_challenge, challenge, user.encode())[:8]


def mschapv2_response(challenge, peer_challenge, user, password):
    """NT-Response, 24 octets (RFC 2759 section 8.1)."""
    digest = challenge_hash(peer_challenge, challenge, user)
    key = nt_hash(password) + bytes(5)
    return b"".join(des(key[at:at + 7], digest) for at in (0, 7, 14))


def authenticator_response(challenge, peer_challenge, user, password, nt_response):
    """What the server proves itself with, 40 hexadecimal digits (RFC 2759 section 8.7)."""
    digest = sha1(md4(nt_hash(password)), nt_response, b"Magic server to client signing constant")
    pad = b"Pad to make it do more than one iteration"
    return sha1(digest, challenge_hash(peer_challenge, challenge, user), pad).hex().upper()


def mppe_start_keys(password, nt_response):
    """Start keys of 128 bits as (send, receive) of the client (RFC 3079 section 3)."""
    master = sha1(md4(nt_hash(password)), nt_response, b"This is the MPPE Master Key")[:16]
    to_server = b"On the client side, this is the send key; on the server side, it is the receive key."
    to_client = b"On the client side, this is the receive key; on the server side, it is the send key."
    return tuple(sha1(master, bytes(40), magic, b"\xf2" * 40)[:16] for magic in (to_server, to_client))


class Rc4:
    def __init__(self, key):
        self.box = list(range(256))
        self.x = self.y = 0
        swap = 0
        for index in range(256):
            swap = (swap + self.box[index] + key[index % len(key)]) & 255
            self.box[index], self.box[swap] = self.box[swap], self.box[index]

    def crypt(self, data):
        box, out = self.box, bytearray()
        for octet in data:
            self.x = (self.x + 1) & 255
            self.y = (self.y + box[self.x]) & 255
            box[self.x], box[self.y] = box[self.y], box[self.x]
            out.append(octet ^ box[(box[self.x] + box[self.y]) & 255])
        return bytes(out)


class Mppe:
    """One direction of 128 bit MPPE. Stateless changes its key for every packet, stateful after each 256 (RFC 3078)."""

    FLUSHED, ENCRYPTED = 0x8000, 0x1000

    def __init__(self, start_key, stateful=False):
        self.start, self.stateful = start_key, stateful
        self.count = 0
        # The first key is hashed from the start key, but not encrypted with itself as all later ones (RFC 3079 3.3).
        self.key = self.hash_key(start_key)
        self.cipher = Rc4(self.key)

    def hash_key(self, key):
        return sha1(self.start, bytes(40), key, b"\xf2" * 40)[:16]

    def rekey(self):
        interim = self.hash_key(self.key)
        self.key = Rc4(interim).crypt(interim)
        self.cipher = Rc4(self.key)

    def encrypt(self, plain):
        """plain begins with the PPP protocol number; returns the information field of protocol 0x00fd."""
        flags = self.ENCRYPTED
        if not self.stateful or self.count & 255 == 255:
            self.rekey()
            flags |= self.FLUSHED
        out = struct.pack("!H", flags | self.count) + self.cipher.crypt(plain)
        self.count = (self.count + 1) & 0xfff
        return out

    def decrypt(self, data):
        """For packets in order and without loss, which is what a test wire gives; anything else is the test's error."""
        word = struct.unpack_from("!H", data)[0]
        if not word & self.ENCRYPTED or word & 0xfff != self.count:
            raise ValueError("MPPE header %04x, count %d was due" % (word, self.count))
        if not self.stateful or self.count & 255 == 255:
            self.rekey()
        self.count = (self.count + 1) & 0xfff
        return self.cipher.crypt(data[2:])


def self_test():
    """The vectors of RFC 1320, RFC 2759 section 9.2 and RFC 3079 section 3.5.3."""
    user, password = "User", "clientPass"
    challenge = bytes.fromhex("5B5D7C7D7B3F2F3E3C2C602132262628")
    peer = bytes.fromhex("21402324255E262A28295F2B3A337C7E")
    response = mschapv2_response(challenge, peer, user, password)
    assert md4(b"abc").hex() == "a448017aaf21d8525fc10ae87aa6729d"
    assert response.hex() == "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df"
    assert authenticator_response(challenge, peer, user, password, response) == \
        "407A5589115FD0D6209F510FE9C04566932CDA56"
    send, receive = mppe_start_keys(password, response)
    assert receive.hex() == "8b7cdc149b993a1ba118cb153f56dccb"
    assert Mppe(receive).key.hex() == "405cb2247a7956e6e211007ae27b22d4"
    assert Mppe(receive).cipher.crypt(b"test message").hex().startswith("81848317df68")
    plain = b"\x00\x21" + bytes(range(100))
    for stateful in (False, True):
        one, two = Mppe(send, stateful), Mppe(send, stateful)
        assert all(two.decrypt(one.encrypt(plain)) == plain for _ in range(600))


if __name__ == "__main__":
    self_test()
