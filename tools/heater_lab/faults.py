"""Every fault that the heater must survive: how it comes about, what it may cost, how it is seen.

`FAULTS` has one row for each. `bound_s` is how long a heating heater may take from the fault until
its output is off; None where it may go on, because what it still knows is enough to heat safely.
campaign.py plays each of them in each state and fails where a bound is broken.
"""

import words as s
from bms import alarms
from bms import pack as p
from tools.heater_lab import distort as d
from tools.heater_lab.lab import DIES, HANGS, PANICS, PROBE_READS, RAISES, RUNS

# What must follow once the output is off.
STAYS = "stays off"  # while the fault lasts; then it heats again by itself
LATCHES = "latches"  # until it is acknowledged
PAUSES = "pauses"  # then it heats with what is left
RIDES = "goes on"  # heating stays right, or ends by its ordinary rules

_MAX_AGE_S = 10  # data_max_age_s
_FREEZE_S = 75  # half of the JK GPS port's FREEZE_S
# The campaign's mat is strong: the shortest window, its lag, and two minutes in which the heat
# that is already in the mat still makes itself felt.
_PROOF_S = 1800 + 600 + 120
_CHARGER_S = 61  # heater_min_on_s
_CREEP_S = 21_601  # heater_max_on_min: each degree of rise, however late, is one
_SLOT_S = 121  # heater_pwm_s: a pause, and the time on that is due
_STUCK_S = 3600  # 4 °C of the pack, by a mat of 200 W, and a lag

_HOT_C = 28  # hottest cell: heater_max_temp_dc, half a degree of rounding, and the sensors' lag


class Fault:
    """A row. `begin(lab)` and `end(lab)` bring it about and take it away.

    `text`: for the documentation. `bound_s`, `then`: see the module. `reasons`: the ones that may
    be shown while the output is off for it; "" stands for idle or waiting. `moment`: it happens
    once. `hot_c`: the most that the hottest cell may reach meanwhile; None: beyond our reach.
    `alarm_s`: where the output cannot help, how soon after its "off" the fault must be latched.
    `settings`: those of the device that can have it. `instead`: what may be told in place of a
    latch: a mat or sensor that shows no rise may as well be one too weak for the cold.
    """

    settings = {}
    instead = (s.TOO_WEAK,)
    alarm_s = None
    hot_c = _HOT_C

    def __init__(self, name, text, bound_s, then, reasons, ways, moment=False, **others):
        self.name = name
        self.text = text
        self.bound_s = bound_s
        self.then = then
        self.reasons = reasons.split() or [""]
        self.begin, self.end = ways
        self.moment = moment
        for key, value in others.items():
            setattr(self, key, value)

    def __repr__(self):
        return self.name


def _once(begin):
    return begin, lambda lab: None


def _lose_state(lab):
    lab.flash = '{"version": 7}'
    lab.reset()


def _spend(lab):
    energy = lab.heater.guard.energy
    energy.restore(lab.settings["heater_max_wh_day"] + 100, 0)  # does not fade within a play


def _refund(lab):
    lab.heater.guard.energy.restore(0, 0)


def _reset_storm(lab):
    for _ in range(5):
        lab.reset()
        lab.tick(5)
    lab.reset()


_SETTLING = "settling resting"
_NO_RISE = "backoff not_heating open_circuit too_weak"
_LINK = (
    ("link_down", "the link says that it is down", 1, STAYS, "link_down"),
    ("silent", "no frame arrives: cable, sleep", _MAX_AGE_S + 1, STAYS, "stale"),
    ("frozen", "one old frame is replayed for ever", _FREEZE_S + 1, STAYS, "frozen"),
    ("implausible", "cells and pack voltage contradict each other", 1, STAYS, "implausible"),
)
_LINK_WAYS = (
    d.attribute("link_up", False, True),
    d.attribute("frames", False, True),
    d.attribute("replay", True, False),
    d.frames(lambda: d.Say({p.PACK_MV: 20_000})),
)
_SENSORS = (
    ("sensor_lost", "one of two sensors goes missing", 1, PAUSES, _SETTLING),
    ("sensors_lost", "all sensors go missing", 1, STAYS, "no_sensor settling"),
    ("sensors_stuck", "both repeat their last value", _PROOF_S, LATCHES, _NO_RISE),
    ("sensors_lie", "both tell of a cold that never ends", _PROOF_S, LATCHES, _NO_RISE),
    ("sensors_swapped", "two sensors change places", None, RIDES, ""),
    ("jumps_up", "one reads 60 °C more, at once", 1, LATCHES, "jump over_temperature"),
    ("jumps_down", "one reads 40 °C less, at once", 3, LATCHES, "jump sensor_spread"),
    ("erratic", "one leaps by 20 °C in every other frame", 9, STAYS, "jump settling"),
    ("drifts_up", "one creeps up by 0.5 °C a second", 60, LATCHES, "sensor_spread"),
    ("reads_cold", "one reads 8 °C too cold", None, RIDES, ""),
)
_SENSOR_WAYS = (
    d.of_plant("sensor_absent", (0,), ()),
    d.of_plant("sensor_absent", True, ()),
    d.frames(lambda: d.Stuck(0, 1)),
    d.frames(d.Lie),
    d.frames(d.Swap),
    d.frames(lambda: d.Off(600)),
    d.frames(lambda: d.Off(-400)),
    d.frames(lambda: d.Leap(200)),
    d.frames(lambda: d.Off(600, 5)),
    d.frames(lambda: d.Off(-80, 1)),
)
# Sensors that go up and down are not without a rise: the second stop may be the book of heat's,
# which lets in no more than a good box loses.
_OTHERS = {"sensors_lie": {"instead": (s.TOO_WEAK, s.LOSING_HEAT)}}
_MAT = (
    ("mat_open", "mat, fuse or wire is open", _PROOF_S, LATCHES, _NO_RISE),
    ("mat_fell_off", "it heats the box, not the cells", _PROOF_S, LATCHES, _NO_RISE),
    ("mat_doubled", "half of it is open: half the power", None, RIDES, ""),
    ("mat_limit", "voltage too high for mat and output", 1, STAYS, "mat_limit"),
)
_MAT_WAYS = (
    d.of_plant("mat_open", True, False),
    d.mat_fell_off(),
    d.scaled_mat(2.0),
    d.frames(lambda: d.Scale(135, p.PACK_MV)),
)
_BMS = (
    ("thresholds_gone", "its thresholds are unknown", 1, STAYS, "no_thresholds"),
    ("thresholds_crossed", "recovery below protection", 1, STAYS, "no_thresholds"),
    ("thresholds_absurd", "protection at 90 °C", 1, STAYS, "no_thresholds"),
    ("charger_gone", "the charger is unplugged", _CHARGER_S, STAYS, ""),
)
_BMS_WAYS = (
    d.frames(lambda: d.Say({p.CHARGE_UTP_DC: None})),
    d.frames(lambda: d.Say({p.CHARGE_UTPR_DC: -100})),
    d.frames(lambda: d.Say({p.CHARGE_UTP_DC: 900, p.CHARGE_UTPR_DC: 950})),
    d.of_plant("charger_on", False, True),
)
_DEVICE = (
    ("mode_storm", "a mode command in every second", 3, RIDES, "resting"),
    ("boost_storm", "boost on and off in every second", None, RIDES, ""),
    ("acknowledge_storm", "an acknowledgement in every second", None, RIDES, ""),
    ("exception", "the loop raises an exception", 1, LATCHES, "internal"),
)
_DEVICE_WAYS = (
    d.commands(d.ModeStorm),
    d.commands(d.BoostStorm),
    d.commands(d.AcknowledgeStorm),
    d.attribute("loop", RAISES, RUNS),
)
_MOMENTS = (
    ("hang", "the loop hangs: the lease's timer, then the watchdog", 1.1, PAUSES, _SETTLING),
    ("dead", "all of Python is dead, timers too: the watchdog", 1.2, PAUSES, _SETTLING),
    (
        "panic",
        "the same, and the chip does not take the reset that frees pins",
        2.2,
        PAUSES,
        _SETTLING,
    ),
    ("reset", "the chip resets", 0, PAUSES, _SETTLING),
    ("reset_storm", "six resets within a minute", 0, LATCHES, "settling unstable"),
    ("state_lost", "a reset, and the record is damaged", 0, LATCHES, "state_lost"),
    ("clock_forward", "the clock jumps an hour ahead", 1, PAUSES, "stale " + _SETTLING),
    ("clock_back", "the clock jumps an hour back", 1, PAUSES, "stale frozen " + _SETTLING),
    ("clock_wraps", "the millisecond counter wraps at 2³⁰", None, RIDES, ""),
)
_MOMENT_WAYS = (
    d.attribute("loop", HANGS, RUNS),
    d.attribute("loop", DIES, RUNS),
    d.attribute("loop", PANICS, RUNS),
    _once(lambda lab: lab.reset()),
    _once(_reset_storm),
    _once(_lose_state),
    d.clock_jump(3_600_000),
    d.clock_jump(-3_600_000),
    _once(lambda lab: None),  # every play is laid over the wrap (campaign.py)
)
DANGERS = (
    "short_circuit charge_short_circuit discharge_short_circuit mos_overtemp charge_mos_fault "
    "discharge_mos_fault pack_undervoltage cell_undervoltage internal_comm internal_comm_fault "
    "afe_protection_a afe_protection_b afe_fault"
).split()


def _danger(name):
    bit = getattr(alarms, name.upper())
    ways = d.frames(lambda: d.Alarm(bit))
    return Fault("alarm_" + name, f"the BMS raises `{name}`", 1, STAYS, "bms_alarm", ways)


def _make():
    groups = (
        (_LINK, _LINK_WAYS),
        (_SENSORS, _SENSOR_WAYS),
        (_MAT, _MAT_WAYS),
        (_BMS, _BMS_WAYS),
        (_DEVICE, _DEVICE_WAYS),
    )
    for rows, all_ways in groups:
        for row, ways in zip(rows, all_ways, strict=True):
            yield Fault(*row, ways, **_OTHERS.get(row[0], {}))
    for row, ways in zip(_MOMENTS, _MOMENT_WAYS, strict=True):
        yield Fault(*row, ways, moment=True)
    for name in DANGERS:
        yield _danger(name)
    text = "half of the mat is short: twice the power"
    yield Fault("mat_halved", text, None, RIDES, "", d.scaled_mat(0.5), hot_c=_HOT_C + 4)
    text = "the cold takes more than the mat gives"
    ways = d.of_plant("loss_w_k", 20.0, 1.5)
    yield Fault("too_cold", text, _CREEP_S, PAUSES, _NO_RISE, ways)
    probe = {"heater_probe": "mat"}
    text = "the probe on the mat is torn off"
    ways = d.attribute("probe", None, PROBE_READS)
    yield Fault("probe_lost", text, 1, STAYS, "probe_lost", ways, settings=probe)
    text = "the probe says that the mat has 70 °C"
    ways = d.attribute("probe", 700, PROBE_READS)
    yield Fault("probe_hot", text, 1, LATCHES, "over_temperature", ways, settings=probe)
    text = "the day's energy is used up"
    ways = (_spend, _refund)
    day = {"heater_max_wh_day": 2000}
    yield Fault("budget_spent", text, 1, LATCHES, "too_long", ways, settings=day)
    text = "the mat is open, and slow on and off is in use"
    ways = d.of_plant("mat_open", True, False)
    slow = {"heater_max_w": 100}
    yield Fault("mat_open_slow", text, _SLOT_S, LATCHES, _NO_RISE, ways, settings=slow)
    text = "one sensor repeats its last value"
    ways = d.frames(lambda: d.Stuck(0))
    reasons = "sensor_spread over_temperature too_warm"
    instead = (s.TOO_WARM, s.LOSING_HEAT)  # the board is as warm as the cells by then
    yield Fault("sensor_stuck", text, _CREEP_S, LATCHES, reasons, ways, instead=instead)
    # The output can do nothing about it: the alarm tells, the thermal fuse acts.
    text = "the switch conducts, whatever it is told"
    ways = d.of_plant("output_stuck", True, False)
    yield Fault("stuck_on", text, None, RIDES, "stuck_on", ways, hot_c=None, alarm_s=_STUCK_S)


FAULTS = {fault.name: fault for fault in _make()}
