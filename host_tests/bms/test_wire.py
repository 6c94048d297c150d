"""Integers from bytes, sums and digits, against Python's own arithmetic."""

import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import wire, wire_le
from bms.ant import ant_old

LIMIT = (1 << 30) - 1
AROUND = st.binary(max_size=5)


def saturated(value):
    """-2**30 itself may pass: it is the lowest integer that needs no heap."""
    return value if value == -LIMIT - 1 else max(-LIMIT, min(LIMIT, value))


@pytest.mark.parametrize("order, byteorder", [("le", "little"), ("be", "big")])
@pytest.mark.parametrize("sign, signed", [("u", False), ("s", True)])
@pytest.mark.parametrize("size", [2, 4])
class TestGetters:
    def test_edges(self, size, sign, signed, order, byteorder):
        bits = 8 * size
        edges = {0, 1, 0x7F, 0x80, 0xFF, 0x100, (1 << 30) - 1, 1 << 30, (1 << 30) + 1}
        edges |= {(1 << bits) - 1 - edge for edge in edges} | {
            1 << (bits - 1),
            (1 << (bits - 1)) - 1,
        }
        edges |= {(1 << bits) - (1 << 30), (1 << bits) - (1 << 30) - 1}
        for raw in edges:
            if 0 <= raw < 1 << bits:
                self.check(raw.to_bytes(size, byteorder), size, sign, signed, order, byteorder)

    @given(st.data())
    def test_any(self, size, sign, signed, order, byteorder, data):
        raw = data.draw(st.binary(min_size=size, max_size=size))
        self.check(raw, size, sign, signed, order, byteorder)

    @staticmethod
    def check(raw, size, sign, signed, order, byteorder):
        name = f"{sign}{8 * size}{order}"
        place = wire if order == "be" else wire_le
        get = getattr(ant_old if name == "s32be" else place, name)
        for before in (b"", b"\xff", b"\x00\x80"):
            got = get(before + raw + b"\xff", len(before))
            assert got == saturated(int.from_bytes(raw, byteorder, signed=signed)), raw.hex()


@given(st.integers(-0x8000, 0xFFFF), AROUND)
def test_put_u16be(value, before):
    buf = bytearray(before + b"\xee" * 4)
    wire.put_u16be(buf, len(before), value)
    assert buf == before + (value & 0xFFFF).to_bytes(2, "big") + b"\xee\xee"


@given(st.lists(st.tuples(st.integers(0, 249), st.integers(0, 255)), max_size=6), st.data())
def test_pieces(changes, draw):
    last = draw.draw(st.sampled_from((92, 188, 252)))
    buf = bytearray(i * 7 & 0xFF for i in range(252))
    pieces = wire.Pieces(buf, 60, last)
    seen = None
    for at, byte in [*changes, (0, 0)]:
        buf[at] = byte
        end = draw.draw(st.one_of(st.just(250), st.integers(0, 250)))
        again = draw.draw(st.booleans())
        assert pieces.look(end, again) == sum(buf[:end])
        same = slice(pieces.same_from, pieces.same_to)
        assert pieces.same_to <= min(max(end, 60), last)
        assert again or pieces.same_from == pieces.same_to
        if again:
            if seen:  # and the look before was as far
                assert seen[1] != end or buf[same] == seen[0][same]
            seen = bytes(buf), end


def test_pieces_tell_what_stands():
    buf = bytearray(252)
    pieces = wire.Pieces(buf, 60, 252)
    spans = []
    for changed in (None, 0, 60, 123, 219):
        if changed is not None:
            buf[changed] += 1
        pieces.look(230, True)
        spans.append((pieces.same_from, pieces.same_to))
    assert spans == [(60, 220), (60, 220), (92, 220), (124, 220), (220, 220)]


@given(st.integers(0, 0xFFFF))
def test_signed(word):
    assert wire_le.signed(word) == int.from_bytes(
        word.to_bytes(2, "little"), "little", signed=True
    )


@given(st.integers(0, 2**32 - 1))
def test_amount(value):
    words = [7, value & 0xFFFF, value >> 16]
    assert wire_le.amount(words, 1) == (value if value < 2**30 else -1)


@given(st.integers(-LIMIT, LIMIT), AROUND)
def test_put_whole(value, before):
    buf = bytearray(before + b"\xee" * 12)
    end = wire.put_fixed(buf, len(before), value, 0)
    assert buf[len(before) : end] == str(value).encode()
    assert buf[: len(before)] == before and set(buf[end:]) <= {0xEE}


@given(st.integers(-LIMIT, LIMIT), st.integers(0, 9))
def test_put_fixed(value, decimals):
    buf = bytearray(b"\xee" * 12)
    end = wire.put_fixed(buf, 0, value, decimals)
    expected = f"{decimal.Decimal(value).scaleb(-decimals):f}"
    assert buf[:end].decode() == expected
    assert set(buf[end:]) <= {0xEE}


@pytest.mark.parametrize(
    "value, decimals, text",
    [(0, 0, "0"), (0, 1, "0.0"), (-5, 1, "-0.5"), (-125, 1, "-12.5"), (7, 3, "0.007")],
)
def test_put_fixed_examples(value, decimals, text):
    buf = bytearray(12)
    assert buf[: wire.put_fixed(buf, 0, value, decimals)].decode() == text


def test_put_bytes():
    buf = bytearray(6)
    assert wire.put_bytes(buf, 1, b"abc") == 4
    assert buf == b"\0abc\0\0"


@given(st.lists(st.text(st.sampled_from("ab_"), max_size=5), min_size=1, max_size=6))
def test_put_word(words):
    table = "\n".join(words).encode()
    for number, word in enumerate(words):
        buf = bytearray(b"\xee" * 8)
        end = wire.put_word(buf, 2, table, number)
        assert buf[:end] == b"\xee\xee" + word.encode() and set(buf[end:]) <= {0xEE}
    for number in (-1, len(words), len(words) + 3):
        assert wire.put_word(bytearray(8), 0, table, number) == -1


def test_put_word_leaves_out_what_does_not_fit():
    buf = bytearray(4)
    assert wire.put_word(buf, 1, b"one\nlonger", 1) == 4
    assert buf == b"\0lon"
    assert wire.put_word(buf, 4, b"one", 0) == 4
