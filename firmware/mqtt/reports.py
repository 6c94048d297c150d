"""What each message tells: figures of the device's parts, in the order of relay.fields' table.

A report has `name` (the last part of its topic), `interval_ms`, and `build(now)`, which returns
how many bytes of `buf` the message is. That about a pack is relay.state.StateMessage.
"""

# `relay` and `session` of a report are None until they are made.
# pyright: reportAttributeAccessIssue=false

import io

import words as w
from compat import const
from hardware.data_file import open_data
from relay import message as m

SELDOM_MS = const(60_000)
_DEVICE_MS = const(300_000)
_MOST_FAULTS = const(6)  # named
_FAULT_ROOM = const(24)  # of the longest name, with the comma and its part of the list's own


def open_layout():
    """Returns relay.layout's DATA as an open file; raises ImportError if the image lacks it."""
    file = open_data("relay/layout.bin")
    if file is None:
        from relay import layout

        file = io.BytesIO(layout.DATA)
    return file


class HeaterReport(m.Message):
    """Of a heat.heater.Heater, and of what it switches."""

    name = b"/heater"

    def __init__(self, codes, heater, output, interval_ms):
        super().__init__(codes, open_layout, m.HEATER, None, (_MOST_FAULTS + 2) * _FAULT_ROOM)
        self.interval_ms = max(interval_ms, SELDOM_MS)
        self._heater = heater
        self._output = output

    def write(self, now):
        """See relay.message."""
        heater = self._heater
        law = heater.law
        inputs = heater.inputs
        self.begin()
        self.put_bool(self._output.on)
        self.put_bool(heater.latched != 0)
        self.put_bool(heater.warnings != 0)
        self.put_name(w.STATE_TEXTS, heater.state)
        self.put_name(w.REASON_TEXTS, heater.reason)
        self.put_name(w.MODE_TEXTS, heater.mode)
        self.put(heater.duty_permille)
        self.put(heater.power_mw)
        self.put(heater.wh_today)
        self.put(heater.ready_s)
        self.put(heater.ready_wh)
        self.put(heater.boost_s)
        self.put_name(w.PREHEAT_TEXTS, heater.preheat)
        self.put_name(w.CHARGER_TEXTS, law.charger.source if law.charger.present else 0)
        self.put(heater.probe_dc)
        self.put(law.on_dc)
        self.put(law.off_dc)
        self.put(None if inputs.from_bms else inputs.own_on_dc)
        self.put(None if inputs.from_bms else inputs.own_off_dc)
        self.put(heater.learned_j_k or None)
        at = self.list_begin(self.lists_at(), b"heater_faults")
        at = self.put_raised(at, w.REASON_TEXTS, 1, heater.latched, _MOST_FAULTS)
        at = self.list_begin(self.list_end(at), b"heater_warnings")
        at = self.put_raised(at, w.WARNING_TEXTS, 1, heater.warnings, _MOST_FAULTS)
        return self.close(self.list_end(at))


class DeviceReport(m.Message):
    """Of the device itself: its report about the cold, network, memory, counters.

    `relay` and `session` are put there when they are made.
    """

    name = b"/device"

    def __init__(self, codes, device, interval_ms):
        super().__init__(codes, open_layout, m.DEVICE)
        self.interval_ms = max(interval_ms, _DEVICE_MS)
        self._often_ms = interval_ms
        self.relay = self.session = None
        self._device = device

    def write(self, now):
        """See relay.message."""
        device = self._device
        over_s = None if device.ble is None else device.ble.handed_over_s
        # A count-down that is told every five minutes would stand still.
        self.interval_ms = self._often_ms if over_s else max(self._often_ms, _DEVICE_MS)
        self.begin()
        self.put(device.heater.cold_min)
        self.put(device.heater.cold_charged_mah)
        self.put(over_s)
        self.put(device.uptime_s)
        self.put(device.boots)
        self.put_name(w.RESET_CODES, device.reset_cause)
        self.put(device.loop_max_ms)
        self.put(device.memory.python_free)
        self.put(device.memory.python_min_free)
        self.put(device.memory.idf_free)
        self.put(device.memory.idf_largest)
        self.put(device.memory.idf_min)
        self._put_network(device.wifi, self.relay)
        framer = device.bms.dialect.framer
        self.put(framer.frames)
        self.put(framer.bad_checksum)
        self.put(framer.bad_length)
        self.put(framer.dropped)
        return self.finish()

    def _put_network(self, wifi, relay):
        self.put(wifi.rssi_dbm())
        self.put(wifi.losses)
        self.put(wifi.failures)
        self.put_name(w.WIFI_CODES, wifi.reason)
        self.put(relay.connects)
        self.put(relay.failures)
        self.put_name(w.MQTT_CODES, self.session.failure)
        self.put(self.session.denied)
        self.put(relay.commands_done)
        self.put(relay.commands_refused)
        self.put_name(w.REFUSAL_CODES, relay.refusal)
