"""Reports that few devices have: see mqtt.reports. Imported where the settings ask for them."""

from bms.check import PLAUSIBLE
from mqtt.reports import SELDOM_MS
from relay import message as m


class WritesReport:
    """Of what can be written to the BMS, and how far the last command has come.

    writes: a relay.writes.Writes.
    """

    name = b"/bms"

    def __init__(self, unit, writes, interval_ms):
        self.interval_ms = max(interval_ms, SELDOM_MS)
        self._unit = unit
        self._writes = writes

    def write(self, message, now):
        """See relay.message."""
        message.begin(m.BMS)
        shown = self._unit.check.verdict == PLAUSIBLE
        self._writes.put(message, self._unit.pack, shown)
        return message.finish()


class PacksReport:
    """Of several packs: how many there are, how many are good, and whose the extremes are.

    bank: a bms.bank.Bank.
    """

    name = b"/packs"

    def __init__(self, bank, interval_ms):
        self.interval_ms = interval_ms
        self._bank = bank

    def write(self, message, now):
        """See relay.message."""
        bank = self._bank
        message.begin(m.PACKS)
        message.put(len(bank.packs))
        message.put(bank.good)
        message.put(bank.coldest_pack or None)
        message.put(bank.hottest_pack or None)
        message.put(bank.cell_min_pack or None)
        message.put(bank.cell_max_pack or None)
        message.put(bank.blind or None)
        return message.finish()
