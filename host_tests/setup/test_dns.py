"""The name server that knows one address: what it answers, and what it leaves alone."""

import random
import struct

import hypothesis.strategies as st
from hypothesis import given, settings

from setup import dns

OURS = bytes((192, 168, 4, 1))
A, NS, AAAA, HTTPS, ANY = 1, 2, 28, 65, 255


def name_of(text):
    labels = text.encode().split(b".")
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


def question(text="captive.apple.com", kind=A, flags=0x0100, count=1, more=b"", internet=1):
    head = struct.pack(">6H", 0x1234, flags, count, 0, 0, 1 if more else 0)
    return head + name_of(text) + struct.pack(">HH", kind, internet) + more


def taken_apart(answer):
    """Returns (id, flags, [counts], what follows)."""
    ident, flags, *counts = struct.unpack(">6H", answer[:12])
    return ident, flags, counts, answer[12:]


def test_every_name_is_at_our_address():
    for text in ("captive.apple.com", "connectivitycheck.gstatic.com", "a", "x." * 60 + "de"):
        asked = question(text)
        ident, flags, counts, rest = taken_apart(dns.answer(asked, OURS))
        assert ident == 0x1234 and counts == [1, 1, 0, 0]
        assert flags & 0x8000 and flags & 0x0100 and not flags & 0x000F
        assert rest.startswith(asked[12:])
        name, kind, of, seconds, size = struct.unpack(">HHHIH", rest[-16:-4])
        assert (name, kind, of, seconds, size) == (0xC00C, A, 1, 0, 4) and rest[-4:] == OURS


def test_there_is_no_other_kind_of_address():
    """A phone that asks for one must hear that there is none, or it waits."""
    for kind in (AAAA, HTTPS, NS):
        asked = question(kind=kind)
        _, flags, counts, rest = taken_apart(dns.answer(asked, OURS))
        assert counts == [1, 0, 0, 0] and not flags & 0x000F and rest == asked[12:]
    assert taken_apart(dns.answer(question(kind=ANY), OURS))[2] == [1, 1, 0, 0]
    assert taken_apart(dns.answer(question(internet=3), OURS))[2] == [1, 0, 0, 0]


def test_what_stands_behind_the_question_does_not_matter():
    extended = b"\0" + struct.pack(">HHIH", 41, 4096, 0, 0)  # EDNS
    _, _, counts, rest = taken_apart(dns.answer(question(more=extended), OURS))
    assert counts == [1, 1, 0, 0] and rest.endswith(OURS) and len(rest) == 19 + 4 + 16


def test_what_is_no_question_gets_no_answer():
    good = question()
    bad = [
        dns.answer(good, OURS),  # or two servers would answer each other for ever
        question(flags=0x2800),  # an update
        question(count=0),
        question(count=2),
        question(count=256),
        good[:12] + b"\xc0\x0c" + good[-4:],  # a pointer to itself
        good[:12] + b"\x40" + bytes(64) + b"\0" + good[-4:],  # a label of 64
        question("x" * 63 + "." + ".".join(["y" * 63] * 3)),  # a name of 257
        good + bytes(dns.LONGEST),
        b"",
    ]
    bad += [good[:size] for size in range(len(good))]
    assert [dns.answer(packet, OURS) for packet in bad] == [None] * len(bad)


@given(st.binary(max_size=600))
@settings(max_examples=300)
def test_noise_harms_nobody(packet):
    answer = dns.answer(packet, OURS)
    assert answer is None or len(answer) <= len(packet) + 16


def test_damaged_questions_harm_nobody():
    random.seed(5)
    good = question("connectivitycheck.gstatic.com")
    for _ in range(3000):
        packet = bytearray(good)
        for _ in range(random.randint(1, 6)):
            packet[random.randrange(len(packet))] = random.randrange(256)
        answer = dns.answer(bytes(packet), OURS)
        assert answer is None or answer[:2] == packet[:2] and answer[2] & 0x80
