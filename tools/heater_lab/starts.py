"""The states in which a fault may strike: how a Lab gets into each.

Every one of them is made so that the millisecond counter wraps three seconds after its end.
"""

import words as s
from tools.heater_lab.faults import FAULTS
from tools.heater_lab.lab import Lab
from tools.vocabulary import words

_WRAP_IN_MS = 3000
# Of the heating ones: how warm the coldest sensor is, 0.1 °C, when the fault strikes.
_MIDDLE_DC = 20
_END_DC = 40

HEATING = ("heating, at its start", "heating, in the middle", "heating, near its end")
# Blocked by a fault that lasts: a second one strikes, and then the first ends.
_BLOCKING = (
    "link_down silent frozen implausible sensors_lost erratic thresholds_gone "
    "alarm_mos_overtemp mat_limit mat_open"
).split()
# What is not seen at once; a mat is given half an hour to warm anything.
_TAKES_S = {"frozen": 1000, "mat_open": 2100}


def _cold(lab):
    lab.plant.ambient_c = -12.0
    lab.plant.set_temp(-2.0)
    lab.plant.charger_on = True


def _heats(lab, dc):
    _cold(lab)
    lab.run_until(lambda lab: lab.on, 300)
    lab.run_until(lambda lab: min(lab.known_dc) >= dc, 7200)


def _off(lab):
    _cold(lab)
    lab.heater.set_mode(s.MODE_OFF)
    lab.tick(70)


def _idle(lab):
    lab.plant.ambient_c = lab.plant.near_c = 5.0
    lab.plant.set_temp(8.0)
    lab.plant.charger_on = True
    lab.tick(70)


def _waits(lab):
    _cold(lab)
    lab.plant.charger_on = False
    lab.tick(70)


def _rests(lab):
    _cold(lab)
    lab.tick(30)


def _settles(lab):
    _cold(lab)
    lab.tick(1)


def _blocked(name):
    def make(lab):
        _heats(lab, _MIDDLE_DC)
        FAULTS[name].begin(lab)
        lab.tick(_TAKES_S.get(name, 20))

    return make


def _latched(reason):
    def make(lab):
        _heats(lab, _MIDDLE_DC)
        lab.heater.guard.trip(reason)
        lab.tick(5)

    return make


def _table():
    yield HEATING[0], lambda lab: _heats(lab, -1000), None
    yield HEATING[1], lambda lab: _heats(lab, _MIDDLE_DC), None
    yield HEATING[2], lambda lab: _heats(lab, _END_DC), None
    yield "off", _off, None
    yield "idle", _idle, None
    yield "waiting_charger", _waits, None
    yield "blocked:resting", _rests, None
    yield "blocked:settling", _settles, None
    for name in _BLOCKING:
        yield "blocked by " + name, _blocked(name), FAULTS[name]
    for reason in range(1, s.LAST_FAULT + 1):
        yield "fault:" + words(s.REASON_NAMES)[reason], _latched(reason), None


# By name: (function that makes it of a new Lab, the fault that already lasts or None).
STARTS = {name: (make, fault) for name, make, fault in _table()}


def make_start(name, settings=None):
    """Returns a Lab in the state of this name; it is the same each time."""
    make = STARTS[name][0]
    rehearsal = Lab(settings)
    make(rehearsal)
    lab = Lab(settings, start_ms=(1 << 30) - _WRAP_IN_MS - rehearsal.t_ms)
    make(lab)
    return lab
