"""States and reasons of the heater, as small integers and as text.

The text is what MQTT, the screen and the tests use: `idle`, `blocked:stale`,
`fault:not_heating`. Faults come first among the reasons: fault n is bit n - 1 of the latched set,
which is kept over restarts, so that their order must never change; new ones go behind the last.
"""

from compat import const

OFF = const(0)  # switched off by its owner, or no output is fitted
IDLE = const(1)  # warm enough
HEATING = const(2)
WAITING_CHARGER = const(3)  # cold, but nothing to heat from
BLOCKED = const(4)  # ends by itself when its reason does
FAULT = const(5)  # latched until acknowledged

STATE_NAMES = ("off", "idle", "heating", "waiting_charger", "blocked", "fault")

NONE = const(0)
# Latched.
SENSOR_SPREAD = const(1)
OVER_TEMPERATURE = const(2)
NOT_HEATING = const(3)
OPEN_CIRCUIT = const(4)
TOO_LONG = const(5)
UNSTABLE = const(6)
INTERNAL = const(7)
STATE_LOST = const(8)
LAST_FAULT = const(8)
# Not latched.
LINK_DOWN = const(9)
STALE = const(10)
IMPLAUSIBLE = const(11)
FROZEN = const(12)
NO_SENSOR = const(13)
SETTLING = const(14)
JUMP = const(15)
NO_THRESHOLDS = const(16)
BMS_ALARM = const(17)
MAT_LIMIT = const(18)
BACKOFF = const(19)
TOO_WARM = const(20)
RESTING = const(21)

REASON_NAMES = (
    "",
    "sensor_spread",
    "over_temperature",
    "not_heating",
    "open_circuit",
    "too_long",
    "unstable",
    "internal",
    "state_lost",
    "link_down",
    "stale",
    "implausible",
    "frozen",
    "no_sensor",
    "settling",
    "jump",
    "no_thresholds",
    "bms_alarm",
    "mat_limit",
    "backoff",
    "too_warm",
    "resting",
)

MODE_OFF = const(0)
MODE_CHARGER = const(1)
MODE_CHARGER_OR_SOC = const(2)

MODE_NAMES = ("off", "charger", "charger_or_soc")

LONGEST_TEXT = const(24)  # "fault:over_temperature" and a little

_STATE_BYTES = tuple([bytes(name, "ascii") for name in STATE_NAMES])
_REASON_BYTES = tuple([bytes(name, "ascii") for name in REASON_NAMES])


def put_text(buf, at, state, reason):
    """Writes e.g. `blocked:stale` at `at`; returns the end position. Needs LONGEST_TEXT bytes."""
    end = at + len(_STATE_BYTES[state])
    buf[at:end] = _STATE_BYTES[state]
    if reason == NONE:
        return end
    buf[end] = 58
    at = end + 1
    end = at + len(_REASON_BYTES[reason])
    buf[at:end] = _REASON_BYTES[reason]
    return end


def text(state, reason):
    """Returns what put_text() writes, as str. Allocates: not for hot paths."""
    if reason == NONE:
        return STATE_NAMES[state]
    return STATE_NAMES[state] + ":" + REASON_NAMES[reason]


def first_fault(latched):
    """Returns the reason of the lowest fault bit in `latched`, NONE if there is none."""
    for reason in range(1, LAST_FAULT + 1):
        if latched & 1 << (reason - 1):
            return reason
    return NONE
