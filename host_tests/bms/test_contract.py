"""What every dialect of the catalogue promises, whatever its frames look like.

A new dialect brings its sample frames (tools/mp/samples.py) and is tested from then on.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import words
from bms import catalog
from bms.pack import PackState
from compat import ticks_add
from host_tests.jk_gps_rig import balanced, everything
from tools import vocabulary
from tools.mp.samples import BEFORE, QUIET, SAMPLES

CHUNK = 512
LISTENERS = {"jk_display"}  # ask nothing
UNPROTECTED = {"jk_display"}  # no checksum on the wire: flipped bits can pass unseen


def test_every_dialect_has_samples():
    assert set(catalog.NAMES) == set(SAMPLES) == set(QUIET)


LISTENED_MS = 6000  # at the most, before a dialect asks
TESTED = [name for name in catalog.NAMES if name in SAMPLES]


@pytest.fixture(params=TESTED)
def name(request):
    """Each dialect's name in turn."""
    return request.param


def ask(dialect):
    """Has a dialect ask its first question at 0, when it has listened long enough."""
    dialect.request(ticks_add(0, -LISTENED_MS), bytearray(32))
    assert dialect.request(0, bytearray(32)) > 0 or dialect.NAME in LISTENERS


def start(name):
    """Returns a dialect that has asked its first question and knows what its unit is."""
    dialect = catalog.create(name, PackState(), CHUNK, 1000)
    dialect.doubt_zeros = False  # of AntOld: what a frame shows depends on those before it
    ask(dialect)
    if name in BEFORE:
        assert feed(dialect, BEFORE[name]) == 1
    return dialect


def feed(dialect, data, now=0, step=CHUNK):
    """Feeds any number of bytes; returns the number of frames decoded."""
    decoded = 0
    for at in range(0, len(data), step):
        piece = data[at : at + step]
        decoded += dialect.feed(piece, len(piece), now)
    assert balanced(dialect.framer)
    return decoded


def end(dialect, now=0):
    """Silence: whatever is pending comes to an end."""
    decoded = dialect.feed(b"", 0, now + dialect.framer.gap_ms + 1)
    assert dialect.framer.pending() == 0 and balanced(dialect.framer)
    return decoded


def read(name, *pieces):
    """Returns what the pack shows after the pieces and silence."""
    dialect = start(name)
    for piece in pieces:
        feed(dialect, piece)
    end(dialect)
    return vocabulary.values(dialect.pack)


def test_samples_differ_and_show_a_pack(name):
    shown = [read(name, sample) for sample in SAMPLES[name]]
    for values in shown:
        for needed in ("cell_mv", "pack_mv", "soc_pct", "current_ma", "cell_min_mv", "temps_dc"):
            assert needed in values
        assert set(values) <= set(vocabulary.SLOTS + vocabulary.TEXTS) | {
            "cell_mv",
            "temps_dc",
            "alarms",
            "alarm_cells",
        }
    assert all(a != b for i, a in enumerate(shown) for b in shown[:i])


def test_counts_and_ages(name):
    dialect = start(name)
    before = dialect.framer.frames, dialect.pack.seq
    for i, sample in enumerate(SAMPLES[name], 1):
        assert feed(dialect, sample, 1000 * i) == 1
        assert dialect.framer.frames == before[0] + i and dialect.pack.seq != before[1]
        assert dialect.pack.age_ms(0, 1000 * i + 7) == 7
    assert dialect.framer.dropped == 0 and dialect.framer.pending() == 0


def test_every_split_point(name):
    for sample in SAMPLES[name]:
        expected = read(name, sample)
        for cut in range(1, len(sample)):
            dialect = start(name)
            assert feed(dialect, sample[:cut]) == 0
            assert feed(dialect, sample[cut:]) == 1
            assert vocabulary.values(dialect.pack) == expected


@pytest.mark.parametrize("step", [1, 2, 3, 7, 20, 64, 128, 150, 256])
def test_any_piece_size_and_frames_back_to_back(name, step):
    dialect = start(name)
    stream = b"".join(SAMPLES[name])
    assert feed(dialect, stream, step=step) == len(SAMPLES[name])
    assert dialect.framer.dropped == 0


def test_quiet_frames_change_nothing(name):
    for quiet in QUIET[name]:
        dialect = start(name)
        feed(dialect, SAMPLES[name][0])
        before = everything(dialect)
        others = dialect.framer.others
        assert feed(dialect, quiet) == 0 and dialect.framer.others == others + 1
        assert everything(dialect) == before and dialect.framer.dropped == 0


def test_truncation_at_every_byte_then_a_good_frame(name):
    first, second = SAMPLES[name][:2]
    expected = read(name, second)
    for keep in range(len(first)):
        dialect = start(name)
        assert feed(dialect, first[:keep]) == 0
        assert feed(dialect, second) + end(dialect) == 1, keep
        assert vocabulary.values(dialect.pack) == expected


def test_a_good_frame_inside_a_damaged_ones_claimed_length(name):
    outer, inner = SAMPLES[name][:2]
    expected = read(name, inner)
    for at in (5, len(outer) // 3, len(outer) - 1):
        dialect = start(name)
        assert feed(dialect, outer[:at] + inner + outer[at:]) + end(dialect) == 1
        assert vocabulary.values(dialect.pack) == expected


def test_single_bit_flips(name):
    if name in UNPROTECTED:
        pytest.skip("no checksum on this wire")
    first, second = SAMPLES[name][:2]
    expected = read(name, second)
    nothing = read(name)
    for bit in range(8 * len(first)):
        damaged = bytearray(first)
        damaged[bit >> 3] ^= 1 << (bit & 7)
        dialect = start(name)
        assert feed(dialect, bytes(damaged)) == 0, bit
        assert vocabulary.values(dialect.pack) == nothing
        assert feed(dialect, second) + end(dialect) == 1, bit
        assert vocabulary.values(dialect.pack) == expected


def test_other_dialects_frames_are_not_taken(name):
    for other in set(SAMPLES) - {name}:
        dialect = start(name)
        before = everything(dialect)
        for sample in SAMPLES[other] + QUIET[other]:
            assert feed(dialect, sample) == 0, other
        end(dialect)
        assert everything(dialect) == before, other


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_garbage_before_and_between(data):
    name = data.draw(st.sampled_from(TESTED))
    first, second = SAMPLES[name][:2]
    garbage = st.one_of(
        st.binary(max_size=400),
        st.integers(1, len(first) - 1).map(lambda cut: first[cut:]),
        st.integers(1, len(first) - 1).map(lambda cut: first[:cut]),
        st.lists(st.sampled_from([*first[:5]]), max_size=60).map(bytes),
    )
    step = data.draw(st.integers(1, 300))
    dialect = start(name)
    stream = data.draw(garbage) + first + data.draw(garbage) + second
    assert feed(dialect, stream, step=step) + end(dialect) == 2
    assert vocabulary.values(dialect.pack) == read(name, second)


def test_random_bytes_hold_no_frame(name):
    """An hour at 115200 baud, 41 MB."""
    rng = random.Random(name)
    dialect = start(name)
    before = everything(dialect)
    frames = dialect.framer.frames
    for _ in range(3600 * 11_520 // CHUNK):
        dialect.feed(rng.randbytes(CHUNK), CHUNK, 0)
    assert dialect.framer.frames == frames and balanced(dialect.framer)
    assert everything(dialect) == before


def test_reset_forgets_half_a_frame(name):
    first, second = SAMPLES[name][:2]
    dialect = start(name)
    feed(dialect, first[: len(first) // 2])
    dialect.reset()
    ask(dialect)
    assert dialect.framer.pending() == 0 and balanced(dialect.framer)
    if name in BEFORE:
        feed(dialect, BEFORE[name])
    assert feed(dialect, second) == 1


def test_requests_fit_and_are_no_frames_of_a_pack(name):
    dialect = start(name)
    before = everything(dialect)
    out = bytearray(32)
    sent = 0
    for now in range(0, 60_000, 100):
        n = dialect.request(now, out)
        assert 0 <= n <= len(out)
        sent += n > 0
        assert feed(dialect, bytes(out[:n]), now) == 0  # an echo
        dialect.settle(now)
    assert sent <= 60_000 // 400  # an answer takes up to 400 ms
    assert everything(dialect) == before


def test_catalogue_entries(name):
    entry = catalog.find(name)
    assert entry.name == name and catalog.baud(name) in (2400, 9600, 19_200, 115_200)
    assert catalog.create(name, PackState(), CHUNK, 1000).NAME == name


def test_what_others_ask_of_a_dialect(name):
    dialect = catalog.create(name, PackState(), CHUNK, 1000)
    assert dialect.unanswered == dialect.foreign == 0
    assert dialect.HEADERS and all(
        0 < len(header) <= dialect.LONGEST for header in dialect.HEADERS
    )
    dialect.reread_each(60_000)
    dialect.settle(0)
    dialect.reset()
    silence = words.WIRE_NAMES.split(b"\n")[dialect.SILENCE].decode()
    assert silence.startswith("silent")
    # What begins like this is told to whoever has set another dialect (links.uart_link).
    entry = catalog.find(name)
    if entry.ways & catalog.UART:
        assert f"speaks_{name}".encode() in words.WIRE_NAMES.split(b"\n")
        assert all(entry.sign in frame for frame in SAMPLES[name])


def test_the_dialects_of_a_cable_are_told_in_their_order():
    told = [line.decode() for line in words.WIRE_NAMES.split(b"\n")]
    told = [line[len("speaks_") :] for line in told if line.startswith("speaks_")]
    assert tuple(told) == catalog.WIRED


def test_unknown_dialect():
    with pytest.raises(ValueError, match="unknown dialect: jk_none"):
        catalog.find("jk_none")
