#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ESP's algorithms once more, slowly and from their specifications alone, with what RFCs print about them.

    esp_model.py check                              every vector comes out of the model
    esp_model.py send NAME SOURCE DESTINATION       send the packet of a vector, over IP
    esp_model.py made ALGORITHM SPI SEQ KEY AUTHKEY SOURCE DESTINATION HEX NEXT
                                                    seal HEX by the model, and send it
    esp_model.py hear ALGORITHM KEY AUTHKEY ADDRESS print what comes in ESP to ADDRESS, opened by the model

ALGORITHM is gcm, chacha, cbc+sha1-96 or null+sha256-128; keys are in hexadecimal, with the salt behind.
"""
import hashlib
import hmac
import socket
import struct
import sys

# AES (FIPS 197).


def xtime(a):
    """Multiply by x in GF(2^8)."""
    return (a << 1) ^ (0x11b if a & 0x80 else 0)


def multiply(a, b):
    """Multiply in GF(2^8)."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a, b = xtime(a), b >> 1
    return product


def make_sbox():
    """The inverse, and an affine map."""
    sbox = []
    for value in range(256):
        inverse = next((i for i in range(256) if multiply(value, i) == 1), 0)
        image = 0x63
        for shift in range(5):
            image ^= (inverse << shift | inverse >> (8 - shift)) & 0xff
        sbox.append(image)
    return sbox


SBOX = make_sbox()


class Aes:
    """One key."""

    def __init__(self, key):
        words = [list(key[i:i + 4]) for i in range(0, len(key), 4)]
        short, rcon = len(words), 1
        self.rounds = short + 6
        for i in range(short, 4 * (self.rounds + 1)):
            word = list(words[-1])
            if i % short == 0:
                word = [SBOX[b] for b in word[1:] + word[:1]]
                word[0] ^= rcon
                rcon = xtime(rcon)
            elif short > 6 and i % short == 4:
                word = [SBOX[b] for b in word]
            words.append([a ^ b for a, b in zip(words[i - short], word)])
        self.keys = [sum(words[4 * i:4 * i + 4], []) for i in range(self.rounds + 1)]

    def encrypt(self, block):
        """One block."""
        state = [a ^ b for a, b in zip(block, self.keys[0])]
        for number in range(1, self.rounds + 1):
            state = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
            if number < self.rounds:
                state = [xtime(state[i]) ^ multiply(state[i - i % 4 + (i + 1) % 4], 3) ^ state[i - i % 4 + (i + 2) % 4]
                         ^ state[i - i % 4 + (i + 3) % 4] for i in range(16)]
            state = [a ^ b for a, b in zip(state, self.keys[number])]
        return bytes(state)

    def decrypt(self, block):
        """One block, the steps in reverse."""
        state = list(block)
        for number in range(self.rounds, 0, -1):
            state = [a ^ b for a, b in zip(state, self.keys[number])]
            if number < self.rounds:
                state = [multiply(state[i], 14) ^ multiply(state[i - i % 4 + (i + 1) % 4], 11)
                         ^ multiply(state[i - i % 4 + (i + 2) % 4], 13) ^ multiply(state[i - i % 4 + (i + 3) % 4], 9)
                         for i in range(16)]
            moved = [0] * 16
            for i in range(16):
                moved[(i + 4 * (i % 4)) % 16] = SBOX.index(state[i])
            state = moved
        return bytes(a ^ b for a, b in zip(state, self.keys[0]))


def xor(left, right):
    """As long as the shorter."""
    return bytes(a ^ b for a, b in zip(left, right))


def cbc_encrypt(key, iv, plain):
    """RFC 3602."""
    aes, out = Aes(key), b""
    for i in range(0, len(plain), 16):
        iv = aes.encrypt(xor(plain[i:i + 16], iv))
        out += iv
    return out


def cbc_decrypt(key, iv, cipher):
    """RFC 3602."""
    aes, out = Aes(key), b""
    for i in range(0, len(cipher), 16):
        out += xor(aes.decrypt(cipher[i:i + 16]), iv)
        iv = cipher[i:i + 16]
    return out


# GCM (NIST SP 800-38D).


def gf128(left, right):
    """Multiply in GCM's field; bit 0 is the highest."""
    product = 0
    for i in range(127, -1, -1):
        product ^= right if left >> i & 1 else 0
        right = right >> 1 ^ (0xe1 << 120 if right & 1 else 0)
    return product


def padded(octets):
    """To whole blocks, with zeros."""
    return octets + bytes(-len(octets) % 16)


def gcm(key, nonce, aad, data, sealing):
    """Return: the other text, and the tag."""
    aes = Aes(key)
    out = b"".join(xor(data[i:i + 16], aes.encrypt(nonce + struct.pack("!I", 2 + i // 16)))
                   for i in range(0, len(data), 16))
    cipher = out if sealing else data
    hashed, subkey = 0, int.from_bytes(aes.encrypt(bytes(16)), "big")
    blocks = padded(aad) + padded(cipher) + struct.pack("!QQ", 8 * len(aad), 8 * len(cipher))
    for i in range(0, len(blocks), 16):
        hashed = gf128(hashed ^ int.from_bytes(blocks[i:i + 16], "big"), subkey)
    return out, xor(hashed.to_bytes(16, "big"), aes.encrypt(nonce + b"\0\0\0\1"))


# ChaCha20 and Poly1305 (RFC 8439).


def rotate(value, bits):
    """To the left."""
    return (value << bits | value >> (32 - bits)) & 0xffffffff


def chacha_block(key, counter, nonce):
    """64 octets of key stream."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    work = list(state)
    for i in range(80):
        column = i % 8
        turn = column // 4
        a, b, c, d = (row * 4 + (column + row * turn) % 4 for row in range(4))
        for first, second, third, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            work[first] = (work[first] + work[second]) & 0xffffffff
            work[third] = rotate(work[third] ^ work[first], bits)
    return struct.pack("<16I", *((x + y) & 0xffffffff for x, y in zip(work, state)))


def chacha(key, nonce, aad, data, sealing):
    """Return: the other text, and the tag."""
    out = b"".join(xor(data[i:i + 64], chacha_block(key, 1 + i // 64, nonce)) for i in range(0, len(data), 64))
    cipher = out if sealing else data
    once = chacha_block(key, 0, nonce)
    factor = int.from_bytes(once[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    total, blocks = 0, padded(aad) + padded(cipher) + struct.pack("<QQ", len(aad), len(cipher))
    for i in range(0, len(blocks), 16):
        total = (total + int.from_bytes(blocks[i:i + 16], "little") + (1 << 128)) * factor % ((1 << 130) - 5)
    tag = (total + int.from_bytes(once[16:32], "little")) & ((1 << 128) - 1)
    return out, tag.to_bytes(16, "little")


# ESP (RFC 4303) with each.

AEADS = {"gcm": gcm, "chacha": chacha}
HASHES = {"cbc+sha1-96": (hashlib.sha1, 12), "null+sha256-128": (hashlib.sha256, 16)}


def esp_seal(algorithm, header, iv, plain, key, auth_key):
    """A packet, from payload with padding and trailer."""
    if algorithm in AEADS:
        cipher, tag = AEADS[algorithm](key[:-4], key[-4:] + iv, header, plain, True)
        return header + iv + cipher + tag
    cipher = cbc_encrypt(key, iv, plain) if algorithm.startswith("cbc") else plain
    function, length = HASHES[algorithm]
    packet = header + iv + cipher
    return packet + hmac.new(auth_key, packet, function).digest()[:length]


def esp_open(algorithm, packet, key, auth_key):
    """What is inside with padding and trailer, or None for a wrong integrity check value."""
    if algorithm in AEADS:
        plain, tag = AEADS[algorithm](key[:-4], key[-4:] + packet[8:16], packet[:8], packet[16:-16], False)
        return plain if tag == packet[-16:] else None
    function, length = HASHES[algorithm]
    if hmac.new(auth_key, packet[:-length], function).digest()[:length] != packet[-length:]:
        return None
    if algorithm.startswith("cbc"):
        return cbc_decrypt(key, packet[8:24], packet[24:-length])
    return packet[8:-length]


def trailer(length, block, following):
    """Padding and trailer behind so many octets."""
    pad = -(length + 2) % block
    return bytes(range(1, 1 + pad)) + bytes([pad, following])


# What RFCs print.

ECHO = bytes.fromhex("".join(f"{i:02x}" for i in range(0x08, 0x38)))

# RFC 3602 section 4: key, IV, plaintext, ciphertext.
CBC = [
    ("06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41", b"Single block msg".hex(),
     "e353779c1079aeb82708942dbe77181a"),
    ("c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58", bytes(range(32)).hex(),
     "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1"),
    ("6c3ea0477630ce21a2ce334aa746c2cd", "c782dc4c098c66cbd9cd27d825682c81",
     b"This is a 48-byte message (exactly 3 AES blocks)".hex(),
     "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d83ba2684"),
]

# Algorithm, key with its salt, header, IV, plaintext, ciphertext and integrity check value.
AEAD = [
    # RFC 7634 appendix A.
    ("chacha", bytes(range(0x80, 0xa0)).hex() + "a0a1a2a3", "0102030400000005", "1011121314151617",
     "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec1000073627" + ECHO.hex() + "01020204",
     "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9"
     "befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43"),
    # draft-mcgrew-gcm-test-01, for RFC 4106, with an extended sequence number.
    ("gcm", "4c80cdefbb5d10da906ac73c3613a6342e443b68", "000043218765432100000000", "4956ed7e3b244cfe",
     "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000000000000" "45f736970045f756470037369700963796265"
     "726369747902646b0000210001" "01020201",
     "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247"
     "aeabb786b93bce61bc17d768fd9732459018148f6cbe722fd04796562dfdb4"),
]

# Packets that anybody may send: name, algorithm, keys, packet. RFC 3602's case 5 has no integrity check; one is added.
CASE5 = bytes.fromhex(
    "0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
    "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874aa269add047ad2d5913ac19b7cfbad4a6")
CASE5_KEY = bytes.fromhex("90d382b410eeba7ad938c46cec1a82bf")
CASE5_PLAIN = bytes.fromhex("08000ebda70a00008e9c083db95b0700") + ECHO
AUTH_KEY = bytes(range(20))


def packets():
    """By name."""
    header, iv, sealed = (bytes.fromhex(AEAD[0][i]) for i in (2, 3, 5))
    return {
        "rfc7634": header + iv + sealed,
        "rfc3602": CASE5 + hmac.new(AUTH_KEY, CASE5, hashlib.sha1).digest()[:12],
    }


def check():
    """The model against the vectors."""
    for key, iv, plain, cipher in [tuple(map(bytes.fromhex, v)) for v in CBC]:
        assert cbc_encrypt(key, iv, plain) == cipher, "RFC 3602"
        assert cbc_decrypt(key, iv, cipher) == plain, "RFC 3602, back"
    for algorithm, *rest in AEAD:
        key, header, iv, plain, sealed = map(bytes.fromhex, rest)
        assert esp_seal(algorithm, header, iv, plain, key, b"") == header + iv + sealed, algorithm
    plain = CASE5_PLAIN + trailer(len(CASE5_PLAIN), 16, 1)
    assert cbc_encrypt(CASE5_KEY, CASE5[8:24], plain) == CASE5[24:], "RFC 3602, case 5"
    for algorithm, octets in ("gcm", 20), ("gcm", 36), ("chacha", 36), ("cbc+sha1-96", 16), ("null+sha256-128", 0):
        key, iv = bytes(range(octets)), bytes(16 if algorithm.startswith("cbc") else 0 if octets == 0 else 8)
        sealed = esp_seal(algorithm, bytes(8), iv, bytes(64), key, AUTH_KEY)
        assert esp_open(algorithm, sealed, key, AUTH_KEY) == bytes(64), algorithm
        broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
        assert esp_open(algorithm, broken, key, AUTH_KEY) is None, algorithm
    print("the model agrees with the RFCs")


def send(packet, source, destination):
    """Over IP."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ESP) as sock:
        sock.bind((source, 0))
        sock.sendto(packet, (destination, 0))


def made(algorithm, spi, seq, key, auth_key, inner, following):
    """A packet of the model's own."""
    key, auth_key, inner = map(bytes.fromhex, (key, auth_key, inner))
    header = struct.pack("!II", int(spi, 0), int(seq))
    cbc = algorithm.startswith("cbc")
    iv = hashlib.sha256(header).digest()[:16 if cbc else 8 if algorithm in AEADS else 0]
    return esp_seal(algorithm, header, iv, inner + trailer(len(inner), 16 if cbc else 4, int(following)), key, auth_key)


def payload(algorithm, plain):
    """What is before padding and trailer, which have to be just so."""
    inner = plain[:-2 - plain[-2]]
    if plain[len(inner):] != trailer(len(inner), 16 if algorithm.startswith("cbc") else 4, plain[-1]):
        return f"padded wrong {plain.hex()}"
    return f"opened {inner.hex()}"


def hear(algorithm, key, auth_key, address):
    """Print what comes."""
    key, auth_key = bytes.fromhex(key), bytes.fromhex(auth_key)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ESP) as sock:
        sock.bind((address, 0))
        print("hears", flush=True)
        while True:
            octets = sock.recv(4096)
            plain = esp_open(algorithm, octets[(octets[0] & 15) * 4:], key, auth_key)
            print("forged" if plain is None else payload(algorithm, plain), flush=True)


def main():
    """What the words say."""
    verb, words = sys.argv[1], sys.argv[2:]
    if verb == "check":
        check()
    elif verb == "send":
        send(packets()[words[0]], words[1], words[2])
    elif verb == "made":
        send(made(*words[:5], words[7], words[8]), words[5], words[6])
    else:
        hear(*words)


main()
