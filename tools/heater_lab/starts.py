"""The states in which a fault may strike: how a Lab gets into each.

Every one of them is made so that the millisecond counter wraps three seconds after its end.
"""

import copy
import copyreg
import functools

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


def _view(numbers, code):
    view = memoryview(numbers)
    return view if view.format == code else view.cast(code)


# A pack has views of its own arrays: their copies are views of the arrays' copies.
copyreg.pickle(memoryview, lambda view: (_view, (view.obj, view.format)))


def _cold(lab):
    lab.plant.ambient_c = -12.0
    lab.plant.set_temp(-2.0)
    lab.plant.charger_on = True


def _heats(dc):
    def begin(lab):
        _cold(lab)
        lab.run_until(lambda lab: lab.on, 300)
        lab.run_until(lambda lab: min(lab.known_dc) >= dc, 7200)

    return begin


def _off(lab):
    _cold(lab)
    lab.heater.set_mode(s.MODE_OFF)


def _idle(lab):
    lab.plant.ambient_c = lab.plant.near_c = 5.0
    lab.plant.set_temp(8.0)
    lab.plant.charger_on = True


def _waits(lab):
    _cold(lab)
    lab.plant.charger_on = False


def _latched(reason):
    return lambda lab: lab.heater.guard.trip(reason)


_AT_ITS_START = _heats(-1000)
_IN_THE_MIDDLE = _heats(_MIDDLE_DC)
_NEAR_ITS_END = _heats(_END_DC)


def _nothing(lab):
    pass


def _table():
    yield HEATING[0], _AT_ITS_START, _nothing, 0, None
    yield HEATING[1], _IN_THE_MIDDLE, _nothing, 0, None
    yield HEATING[2], _NEAR_ITS_END, _nothing, 0, None
    yield "off", _off, _nothing, 70, None
    yield "idle", _idle, _nothing, 70, None
    yield "waiting_charger", _waits, _nothing, 70, None
    yield "blocked:resting", _cold, _nothing, 30, None
    yield "blocked:settling", _cold, _nothing, 1, None
    for name in _BLOCKING:
        fault = FAULTS[name]
        yield "blocked by " + name, _IN_THE_MIDDLE, fault.begin, _TAKES_S.get(name, 20), fault
    for reason in range(1, s.LAST_FAULT + 1):
        name = "fault:" + words(s.REASON_NAMES)[reason]
        yield name, _IN_THE_MIDDLE, _latched(reason), 5, None


# By name: (how it begins, what happens then, for how many seconds, the fault that lasts or None).
STARTS = {name: row for name, *row in _table()}


def make_start(name, settings=None):
    """Returns a Lab in the state of this name; it is the same each time."""
    begin, then, lasts_s, _ = STARTS[name]
    lab = copy.deepcopy(_begun(begin, lasts_s, tuple((settings or {}).items())))
    then(lab)
    lab.tick(lasts_s)
    return lab


@functools.cache
def _begun(begin, lasts_s, settings):
    """Returns a Lab that has begun, and whose counter wraps when it is to. It is only copied."""
    start_ms = (1 << 30) - _WRAP_IN_MS - 1000 * lasts_s - _takes_ms(begin, settings)
    lab = Lab(dict(settings), start_ms=start_ms)
    begin(lab)
    return lab


@functools.cache
def _takes_ms(begin, settings):
    rehearsal = Lab(dict(settings))
    begin(rehearsal)
    return rehearsal.t_ms
