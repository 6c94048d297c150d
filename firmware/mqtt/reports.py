"""What each message tells: figures of the device's parts, in the order of relay.fields' table.

A report has `name` (the last part of its topic), `interval_ms`, `retained` (by the broker), and
`write(message, now)`, which returns the length of what it has written, or 0: see relay.message; or
NOTHING. That about a pack is relay.state.StateReport.
"""

# `relay` and `session` of a report are None until they are made.
# pyright: reportAttributeAccessIssue=false

import words as w
from compat import const
from relay import message as m
from relay import topics as t

SELDOM_MS = const(60_000)
_DEVICE_MS = const(300_000)
_MOST_FAULTS = const(6)  # named
NOTHING = const(-1)  # there is nothing to be told
FAULT_ROOM = const(24)  # of the longest name, with the comma


class HeaterReport:
    """Of a heat.heater.Heater, and of what it switches."""

    retained = False
    name = t.HEATER

    def __init__(self, heater, output, interval_ms):
        self.interval_ms = max(interval_ms, SELDOM_MS)
        self._heater = heater
        self._output = output

    def write(self, message, now):
        """See relay.message."""
        heater = self._heater
        law = heater.law
        inputs = heater.inputs
        message.begin(m.HEATER)
        message.put_bool(self._output.on)
        message.put_bool(heater.latched != 0)
        message.put_bool(heater.warnings != 0)
        message.put_code(w.STATE_TEXTS, heater.state)
        message.put_code(w.REASON_TEXTS, heater.reason)
        message.put_code(w.MODE_TEXTS, heater.mode)
        message.put(heater.duty_permille)
        message.put(heater.power_mw)
        message.put(heater.wh_today)
        message.put(heater.ready_s)
        message.put(heater.ready_wh)
        message.put(heater.boost_s)
        message.put_code(w.PREHEAT_TEXTS, heater.preheat)
        message.put_code(w.CHARGER_TEXTS, law.charger.source)
        message.put(heater.probe_dc)
        message.put(law.on_dc)
        message.put(law.off_dc)
        message.put(None if inputs.from_bms else inputs.own_on_dc)
        message.put(None if inputs.from_bms else inputs.own_off_dc)
        message.put(heater.learned_j_k or None)
        _put_raised(message, b"heater_faults", w.REASON_TEXTS, heater.latched)
        _put_raised(message, b"heater_warnings", w.WARNING_TEXTS, heater.warnings)
        return message.finish()


def _put_raised(message, name, table, bits):
    if message.begin_list(name, min(m.bits_of(bits), _MOST_FAULTS) * FAULT_ROOM):
        message.put_raised(table, 1, bits, _MOST_FAULTS)
        message.end_list()


def _put_counters(message, units):
    frames = bad_checksum = bad_length = dropped = 0
    for unit in units:
        framer = unit.dialect.framer
        frames += framer.frames
        bad_checksum += framer.bad_checksum
        bad_length += framer.bad_length
        dropped += framer.dropped
    message.put(frames)
    message.put(bad_checksum)
    message.put(bad_length)
    message.put(dropped)


class DeviceReport:
    """Of the device itself: its report about the cold, network, memory, counters.

    `relay` and `session` are put there when they are made.
    """

    retained = False
    name = t.DEVICE

    def __init__(self, device, interval_ms):
        self.interval_ms = max(interval_ms, _DEVICE_MS)
        self._often_ms = interval_ms
        self.relay = self.session = None
        self._device = device

    def write(self, message, now):
        """See relay.message."""
        device = self._device
        over_s = None if device.ble is None else device.ble.handed_over_s
        # A count-down that is told every five minutes would stand still.
        self.interval_ms = self._often_ms if over_s else max(self._often_ms, _DEVICE_MS)
        message.begin(m.DEVICE)
        message.put(device.heater.cold_min)
        message.put(device.heater.cold_charged_mah)
        for total in device.meter.told:
            message.put(total)
        message.put(over_s)
        message.put(device.uptime_s)
        message.put(device.boots)
        message.put_code(w.RESET_CODES, device.reset_cause)
        message.put(device.loop_max_ms)
        message.put(device.memory.python_free)
        message.put(device.memory.python_min_free)
        message.put(device.memory.idf_free)
        message.put(device.memory.idf_largest)
        message.put(device.memory.idf_min)
        self._put_network(message, device.wifi, self.relay)
        _put_counters(message, device.bms.units)
        return message.finish()

    def _put_network(self, message, wifi, relay):
        message.put(wifi.rssi_dbm())
        message.put(wifi.losses)
        message.put(wifi.failures)
        message.put_code(w.WIFI_CODES, wifi.reason)
        message.put(relay.connects)
        message.put(relay.failures)
        message.put_code(w.MQTT_CODES, self.session.failure)
        message.put(self.session.denied)
        message.put(relay.commands_done)
        message.put(relay.commands_refused)
        message.put_code(w.REFUSAL_CODES, relay.refusal)
