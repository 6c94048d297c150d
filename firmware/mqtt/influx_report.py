"""A report once more, as Influx line protocol (relay.influx); where the settings ask for it."""

import json

from mqtt.remote import put
from mqtt.reports import NOTHING
from relay import topics as t
from relay.influx import line


class InfluxReport:
    """report: the one that is told; tags: whose figures they are, see relay.influx.line."""

    name = t.INFLUX
    retained = False

    def __init__(self, report, tags):
        self.interval_ms = report.interval_ms
        parts = report.name.decode().split("/")
        self._measurement = "packmate_" + parts[-1]
        self._tags = tags + [("pack", parts[2])] if len(parts) > 3 else tags
        self._report = report

    def write(self, message, now):
        """See relay.message."""
        length = self._report.write(message, now)
        self.interval_ms = self._report.interval_ms
        if length <= 0:
            return length
        told = json.loads(bytes(memoryview(message.buf)[:length]))
        text = line(self._measurement, self._tags, told)
        return put(message, text) or NOTHING
