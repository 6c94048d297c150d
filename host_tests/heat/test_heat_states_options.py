"""The same enumeration, of what the heater has by option: no state heats against any of them.

A probe, slow on and off with least times, a mat too weak for the cold, and the BMS's own output,
of which the BMS may say anything at any time.
"""

import contextlib
import unittest.mock

import words as s
from bms import pack as p
from heat import control, thermal
from heat.guard import vetoes as guard
from heat.options import bms_output, pwm
from host_tests.heat.enumeration import Enumeration
from host_tests.heat.heat_states import (
    BETWEEN,
    COLD,
    RECOVERY_DC,
    WARM,
    Reading,
    all_in_time,
    make_heater,
    picture,
    picture_in_time,
    scaled_time,
)

LATCHED, HEATING = 0, 5  # places in a picture
COMMANDS = ["acknowledge", "mode off", "mode charger", "exception"]


@contextlib.contextmanager
def scaled(module, **values):
    """Constants of a module are these in here."""
    with contextlib.ExitStack() as stack:
        for name, value in values.items():
            stack.enter_context(unittest.mock.patch.object(module, "_" + name, value))
        yield


def check_any(old, name, reading, new):
    """What must hold at each step, whatever the options."""
    kept = new.latched & old.latched
    if reading is None:
        assert kept == old.latched or name == "acknowledge"
        return
    assert kept == old.latched, f"{reading.name} clears a fault"
    assert new.heating or not new.wish
    if new.heating:
        assert reading.allows and new.latched == 0, reading.name
        assert new.inputs.sensors.settled and new.inputs.sensors.cold_dc < RECOVERY_DC
        assert new.law.active
    if new.state == s.HEATING:
        assert new.heating and new.reason == s.NONE


class Option(Reading):
    """A Reading with what a probe says, and the slots of a BMS's own output; `allows`: whether
    these let the mat be on."""

    def __init__(self, dc, bad="", charger_on=True, probe_dc=None, slots=None, allows=True):
        super().__init__((dc,), bad, charger_on)
        self.name += f" probe {probe_dc} {slots}"
        self.probe_dc = probe_dc
        self.allows = self.allows and allows
        for slot, value in (slots or {}).items():
            if value is None:
                self.pack.drop(slot)
            else:
                self.pack.put(slot, value)

    def step(self, heater):
        heater.probe_dc = self.probe_dc
        output = heater.bms_output
        if output is not None:
            output.look(self.pack, "stale" not in self.bad)
        heater.wish = super().step(heater)
        if output is not None:
            settling = heater.guard.veto == s.SETTLING and not heater.latched
            law = heater.law
            output.step(heater.wish, settling, self.pack, law.on_dc, law.off_dc, 1000)
        return heater.wish


def reasons(found):
    return {reason for _, reason in found.told}


def expect_ways_back(found):
    """Every state leads to heating; and none with a fault to one without but by a command."""
    heats = found.leading_to(lambda seen: seen[HEATING])
    assert len(heats) == len(found.pictures)
    for number, seen in enumerate(found.pictures):
        if seen[LATCHED] == 0:
            before = {n for n in found.before[number] if found.pictures[n][LATCHED]}
            assert before <= found.acknowledged[number]


# -- the probe ------------------------------------------------------------------------------------

PROBES = ((None, False), (100, True), (560, False))


def test_without_its_probe_or_with_a_hot_mat_no_state_heats():
    inputs = [
        Option(dc, "", on, probe_dc, None, good)
        for dc in (COLD, BETWEEN, WARM)
        for on in (True, False)
        for probe_dc, good in PROBES
    ]
    inputs.append(Option(COLD, "stale", True, 100))
    found = Enumeration(inputs, COMMANDS, make=lambda: make_heater(heater_probe="mat"))
    found.run(check_any)
    assert {s.PROBE_LOST, s.OVER_TEMPERATURE} <= reasons(found)
    expect_ways_back(found)


# -- slow on and off, and least times -------------------------------------------------------------

SLOT_MS = 2000  # half of a period of 4 s: 50 of 100 W


def make_slow():
    heater = make_heater(heater_max_w=50, heater_min_off_s=2)
    heater.pwm.period_s = 4
    return heater


def picture_of_slow(heater):
    law, slow = heater.law, heater.pwm
    counters = (slow.slot_ms, slow.owed_ms, slow.pause_ms, slow.duty_permille)
    return (*picture(heater), *counters, law.off_for_ms, law.on_for_ms > 0)


def check_slow(old, name, reading, new):
    check_any(old, name, reading, new)
    if reading is not None and new.wish:
        assert new.pwm.slot_ms < SLOT_MS and new.duty_permille == new.pwm.duty_permille
        if not old.on:
            assert new.pwm.owed_ms == 0  # what was taken has been paid for


def test_slow_on_and_off_owes_nothing_whatever_comes_between():
    inputs = [Option(dc, "", on) for dc in (COLD, WARM) for on in (True, False)]
    inputs.append(Option(COLD, "stale"))
    inputs.append(Option(COLD, slots={p.PACK_MV: None}, allows=False))
    with scaled(pwm, MOST_OWED_MS=6000), scaled(control, LONG_MS=4000):
        found = Enumeration(inputs, COMMANDS, picture_of_slow, make_slow).run(check_slow)
    assert {s.RESTING, s.MAT_LIMIT} <= reasons(found)
    expect_ways_back(found)


# -- a mat too weak for the cold ------------------------------------------------------------------


def picture_of_weak(heater):
    keeper = heater.guard
    return (*picture_in_time(heater), keeper.weak_ms, keeper.next_weak_ms, keeper.loss_mw)


def check_weak(old, name, reading, new):
    if reading is None:
        return
    assert not (new.on and new.guard.weak_ms)
    if new.reason == s.TOO_WEAK:
        assert new.ready_s is None  # nothing is promised
    if new.guard.loss_mw is None:
        assert new.guard.weak_ms == 0


def test_a_weak_mat_rests_and_is_tried_again_from_everywhere(monkeypatch):
    monkeypatch.setattr(thermal.Thermal, "is_heated", lambda *_: True)  # it works
    with scaled_time(), scaled(guard, WEAK_MS=2000, WEAK_MOST_MS=4000):
        found = Enumeration(all_in_time(), ["acknowledge"], picture_of_weak).run(check_weak)
    assert s.TOO_WEAK in reasons(found) and s.NOT_HEATING not in reasons(found)
    expect_ways_back(found)


# -- the BMS's own output -------------------------------------------------------------------------

# Switch, heating, mA: off, enabled, heating, with nothing on it, too strong, not to be ended,
# unknown.
SAYINGS = ((0, 0, None), (1, 0, None), (1, 1, 2000), (1, 1, 0), (1, 1, 4000), (0, 1, 2000))
SAYINGS += ((None, 0, None),)


def make_supervisor():
    heater = make_heater(heater_output="bms", bms_dialect="jk_ble", bms_writes=True)
    heater.bms_output = bms_output.BMSOutput(False)
    return heater


def picture_of_output(heater):
    output = heater.bms_output
    counters = (output.wait_ms, output.wrong_ms, output.settling_ms, output.no_current_ms)
    return (*picture(heater), *counters, output.over_ms, output.over_limit, output.asked)


def check_output(old, name, reading, new):
    check_any(old, name, reading, new)
    if reading is None:
        return
    output = new.bms_output
    switch = reading.pack.get(p.HEATING_SWITCH)
    waits = output.wait_ms or output.settling_ms
    if not new.wish and switch == 1 and not waits:
        assert (output.command, output.value) == (bms_output.SWITCH, 0)
    if output.command == bms_output.SWITCH and output.value == 1:
        assert new.wish and reading.allows and not output.over_limit
    if new.state == s.OFF:
        assert not (output.on and old.bms_output.unconfirmed)  # it says so while it heats on
    if new.state == s.HEATING:
        assert not old.bms_output.unconfirmed


def enumerate_sayings(sayings):
    slots = [
        dict(zip((p.HEATING_SWITCH, p.HEATING, p.HEATING_MA), saying, strict=True))
        for saying in sayings
    ]
    inputs = [Option(dc, slots=said) for dc in (COLD, WARM) for said in slots]
    inputs += [Option(COLD, "", False, None, said) for said in slots[:3]]
    inputs += [Option(COLD, "stale", True, None, slots[2])]
    short = {"PROVE_MS": 2000, "AGAIN_MS": 2000, "SETTLING_MS": 2000, "NO_CURRENT_MS": 2000}
    with scaled(bms_output, OVER_MS=1000, REST_MS=1000, **short):
        found = Enumeration(inputs, COMMANDS, picture_of_output, make_supervisor)
        return found.run(check_output)


def test_whatever_a_bms_says_of_its_output_it_is_asked_for_what_is_right():
    found = enumerate_sayings(SAYINGS)
    assert {s.UNCONFIRMED, s.MAT_LIMIT} <= reasons(found)
    expect_ways_back(found)


def test_a_limit_that_nobody_watches_is_found(monkeypatch):
    off, enabled, heating, _, too_strong, *_ = SAYINGS
    sayings = (off, enabled, heating, too_strong)
    assert s.MAT_LIMIT in reasons(enumerate_sayings(sayings))
    monkeypatch.setattr(bms_output.BMSOutput, "_watch_limit", lambda *_: None)
    assert s.MAT_LIMIT not in reasons(enumerate_sayings(sayings))
