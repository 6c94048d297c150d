"""Whatever a line does to frames: nothing is confirmed that the unit did not show, and all ends.

The oracle is the simulated unit itself: what it was told by frames that really arrived.
"""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from host_tests.command_rig import PASSWORDS, SETTLE_MS, STEP_MS, UNITS, Rig, is_write

# Replies later than this are given up by the queue, and the next question is asked (2 s).
LATE_MS = 1500
LIMIT_MS = 120_000
SWITCHES = ("charge_switch", "discharge_switch")

fates = st.sampled_from(("good",) * 6 + ("lost", "late", "later", "cut", "garbage", "twice"))
wishes = st.lists(
    st.tuples(st.sampled_from(SWITCHES), st.integers(0, 1), st.integers(0, 3000)),
    min_size=1,
    max_size=6,
)
faults = st.fixed_dictionaries(
    {
        "replies": st.lists(fates, min_size=1, max_size=12),
        "frames": st.lists(st.sampled_from(("good",) * 4 + ("lost", "garbled")), min_size=1),
        "broken_ms": st.none() | st.integers(200, 8000),
        "seed": st.binary(min_size=1, max_size=40),
    }
)


class Line:
    """Deals out fates in turn to what goes either way."""

    def __init__(self, plan, rig):
        self.plan = plan
        self.rig = rig
        self.count = [0, 0]
        rig.to_bms = self.to_bms
        rig.from_bms = self.from_bms

    def next(self, way, which):
        fate = self.plan[which][self.count[way] % len(self.plan[which])]
        self.count[way] += 1
        return fate

    def to_bms(self, data):
        fate = self.next(0, "frames")
        if fate == "lost":
            return b""
        return data if fate == "good" else data[:5] + bytes([data[5] ^ 0x11]) + data[6:]

    def from_bms(self, data):
        fate = self.next(1, "replies")
        if fate == "lost":
            return []
        if fate == "cut":
            return [(0, data[: len(data) // 2])]
        if fate == "garbage":
            return [(0, self.plan["seed"]), (0, data), (0, self.plan["seed"])]
        if fate == "twice":
            return [(0, data), (LATE_MS, data)]
        return [({"good": 0, "late": 400, "later": LATE_MS}[fate], data)]


class Witness:
    """Steps a rig and checks each confirmation against what the unit has been since the write."""

    def __init__(self, rig, name):
        self.rig = rig
        self.name = name
        self.seen = {key: set() for key in SWITCHES}
        self.frames = 0

    def step(self):
        rig = self.rig
        before = rig.commands.changes
        rig.step()
        for _, data in rig.sent[self.frames :]:
            if is_write(self.name, data):
                self.seen = {key: set() for key in SWITCHES}
        self.frames = len(rig.sent)
        for key, held in self.seen.items():
            held.add(bool(getattr(rig.bms, key)))
        if rig.commands.changes != before and rig.told[0] == "confirmed":
            key = SWITCHES[rig.commands.command]
            assert bool(rig.commands.value) in self.seen[key], (key, rig.commands.value)


@pytest.mark.parametrize("name", UNITS)
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(wishes=wishes, plan=faults)
@example(  # over Modbus, an answer from before the write confirmed it
    wishes=[("charge_switch", 0, 520), ("charge_switch", 0, 760), ("charge_switch", 1, 720)],
    plan={
        "replies": ["twice"],
        "frames": ["lost", "good", "good", "good", "lost"],
        "broken_ms": 200,
        "seed": b"\0",
    },
)
def test_nothing_is_confirmed_that_is_not_so(name, wishes, plan):
    rig = Rig(name, PASSWORDS.get(name, b""), poll_ms=500).run(SETTLE_MS)
    Line(plan, rig)
    witness = Witness(rig, name)
    start_ms = rig.ms
    for wish, value, pause_ms in wishes:
        rig.ask(wish, value)
        for _ in range(pause_ms // STEP_MS):
            witness.step()
        if plan["broken_ms"] and rig.ms - start_ms > plan["broken_ms"]:
            rig.commands.reset()
            assert not rig.commands.busy
    end_ms = rig.ms + LIMIT_MS
    while rig.commands.busy:
        witness.step()
        assert rig.ms < end_ms, "a command never ends"
    told = rig.told
    assert told[0] in ("confirmed", "rejected", "timed_out", "refused")
    # Each accepted wish was written once at most, whatever was lost.
    written = sum(is_write(name, data) for _, data in rig.sent)
    assert written <= len(wishes)


@pytest.mark.parametrize("name", UNITS)
@settings(deadline=None, max_examples=30)
@given(command=st.integers(-3, 12), value=st.integers(-40_000, 40_000))
def test_any_request_is_taken_or_refused_with_a_reason(name, command, value):
    rig = ready_rigs(name)
    reason = rig.commands.ask(command, value, rig.now)
    assert 0 <= reason <= 20
    rig.commands.reset()


_READY = {}


def ready_rigs(name):
    if name not in _READY:
        _READY[name] = Rig(name, PASSWORDS.get(name, b"")).run(SETTLE_MS)
    return _READY[name]
