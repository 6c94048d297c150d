"""Whether a bundle is signed by its owner: RSA, 3072 bits, PKCS #1 v1.5 (RFC 8017 §8.2).

Why RSA: all of a verification is one call of `pow`, which stock MicroPython has in C. Ed25519
would be some 500 multiplications of points in bytecode, and SHA-512, which stock firmware lacks
(docs/updates.md has the times). The padding is not parsed but made and compared as a whole.
"""

from compat import const

BYTES = const(384)
_EXPONENT = const(65537)
# What stands before a SHA-256 (RFC 8017, note 1 to §9.2).
SHA256 = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def read_key(text):
    """Returns the modulus that a key file has in hexadecimal; ValueError if it is no such key."""
    modulus = int(text, 16)
    if modulus >> 8 * BYTES or not modulus >> 8 * BYTES - 1 or not modulus & 1:
        raise ValueError("the key has not 3072 bits")
    return modulus


def is_signed(modulus, digest, signature):
    """True if `signature` is the key owner's for data with that SHA-256. Takes some 0.5 s."""
    if len(signature) != BYTES:
        return False
    number = int.from_bytes(signature, "big")
    if number >= modulus:
        return False
    return pow(number, _EXPONENT, modulus).to_bytes(BYTES, "big") == padded(digest)


def padded(digest):
    """Returns what is signed of data with that SHA-256."""
    end = b"\x00" + SHA256 + digest
    return b"\x00\x01" + b"\xff" * (BYTES - 2 - len(end)) + end
