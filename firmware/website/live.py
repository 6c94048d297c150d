"""GET /api/state: what MQTT tells, of this moment, as one JSON object.

{"device": {…}, "heater": {…} or null, "packs": [{…}, …]}: "heater" and "packs" as on the topics of
docs/mqtt.md; of several packs the first stands for all of them together. "device" is described in
docs/web.md.
"""

import json
from time import ticks_ms

import words as w
from kept.journal import code_of
from kept.times import unix_s
from mqtt.reports import HeaterReport
from relay.message import Message
from relay.state import StateReport
from web.answer import JSON, Answer

HIDDEN = "***"


class Live:
    """codes: the Language of languages.codes; facts: what of `device` never changes, as a dict;
    heats: a mat is there."""

    def __init__(self, device, codes, facts, heats):
        self._device = device
        self._codes = codes
        self._facts = facts
        self._message = Message(codes)
        self._message.clock = device.clock
        self._heater = HeaterReport(device.heater, device.output, 0) if heats else None
        units = device.bms.units
        units = [device.bms] + list(units) if len(units) > 1 else units
        self._packs = [StateReport(b"", unit, device.max_age_ms, 0) for unit in units]

    def answer(self, request):
        """The handler."""
        return Answer(200, JSON, self.pieces())

    def pieces(self, hidden=()):
        """Yields the object: each report is a piece of its own. hidden: members of "device" that
        are not told."""
        about = self._about()
        for name in hidden:
            about[name] = HIDDEN
        yield b'{"device":' + json.dumps(about).encode()
        yield b',"heater":' + (b"null" if self._heater is None else self._told(self._heater))
        before = b',"packs":['
        for report in self._packs:
            yield before + self._told(report)
            before = b","
        yield b"]}"

    def _told(self, report):
        message = self._message
        length = 0
        while not length:  # the buffer grows until it is enough
            length = report.write(message, ticks_ms())
        return bytes(memoryview(message.buf)[:length])

    def _about(self):
        device = self._device
        memory = device.memory
        about = {
            "unix_s": unix_s(),
            "uptime_s": device.uptime_s,
            "boots": device.boots,
            "reset_cause": code_of(self._codes, w.RESET_CODES, device.reset_cause),
            "loop_max_ms": device.loop_max_ms,
            "python_free": memory.python_free,
            "idf_free": memory.idf_free,
            "events": device.journal.total,
            "handed_over_s": None if device.ble is None else device.ble.handed_over_s,
            "totals": None if device.meter is None else list(device.meter.told),
            "wifi": self._wifi(device.wifi),
            "mqtt": self._mqtt(device.relay),
        }
        about.update(self._facts)
        return about

    def _wifi(self, wifi):
        return {
            "rssi_dbm": wifi.rssi_dbm(),
            "address": wifi.address(),
            "losses": wifi.losses,
            "reason": code_of(self._codes, w.WIFI_CODES, wifi.reason),
        }

    def _mqtt(self, relay):
        if relay is None:
            return None
        return {
            "connected": relay.connected,
            "failures": relay.failures,
            "reason": code_of(self._codes, w.MQTT_CODES, relay.session.failure),
        }
